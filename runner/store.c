// SPDX-License-Identifier: GPL-2.0-only
#include "runner/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/msg.h"
#include "runner/store_text.h"
#include "runner/utc.h"

#define LOG_BYTES	(8 << 20)

struct ff_store {
	char out[3000];
	int log, lock;
	off_t logged;		/* bytes in campaign.log */
	unsigned int lost;
};

static int complain(const char *what, const char *path, int ret)
{
	if (ret == -ENOSPC || ret == -EDQUOT)
		ff_msg_error("cannot write %s %s: %s. Nothing half-written stays; make room or give another --out",
			     what, path, strerror(-ret));
	else
		ff_msg_error("cannot write %s %s: %s", what, path, strerror(-ret));
	return ret;
}

static unsigned int count_lost(const char *out)
{
	char path[3100];
	unsigned int max = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/lost", out);
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (strtoul(e->d_name, NULL, 10) > max)
			max = (unsigned int)strtoul(e->d_name, NULL, 10);
	if (d)
		closedir(d);
	return max;
}

static int open_log(struct ff_store *st)
{
	char path[3100];

	snprintf(path, sizeof(path), "%s/campaign.log", st->out);
	st->log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	st->logged = st->log < 0 ? 0 : lseek(st->log, 0, SEEK_END);
	return st->log < 0 ? complain("the log", path, -errno) : 0;
}

static int rotate_log(struct ff_store *st)
{
	char path[3100], old[3100];

	snprintf(path, sizeof(path), "%s/campaign.log", st->out);
	snprintf(old, sizeof(old), "%s/campaign.log.1", st->out);
	if (rename(path, old))
		return complain("the log", old, -errno);
	close(st->log);
	return open_log(st);
}

int ff_store_open(struct ff_store **out, const char *dir)
{
	struct ff_store *st = calloc(1, sizeof(*st));
	char path[3100];
	int ret;

	*out = NULL;
	if (!st)
		return -ENOMEM;
	st->log = st->lock = -1;
	snprintf(st->out, sizeof(st->out), "%s", dir);
	snprintf(path, sizeof(path), "%s/findings", dir);
	ret = ff_mkdir_p(path);
	if (ret) {
		complain("the folder", path, ret);
		free(st);
		return ret;
	}
	ret = open_log(st);
	if (ret) {
		free(st);
		return ret;
	}
	st->lost = count_lost(dir);
	*out = st;
	return 0;
}

void ff_store_close(struct ff_store *st)
{
	if (!st)
		return;
	if (st->log >= 0)
		close(st->log);
	if (st->lock >= 0)
		close(st->lock);
	free(st);
}

int ff_store_lock(struct ff_store *st, pid_t *before)
{
	char path[3100], who[64] = "";
	int ret;

	*before = 0;
	snprintf(path, sizeof(path), "%s/lock", st->out);
	st->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (st->lock < 0)
		return complain("the lock", path, -errno);
	ret = flock(st->lock, LOCK_EX | LOCK_NB) ? -errno : 0;
	if (pread(st->lock, who, sizeof(who) - 1, 0) > 0)
		sscanf(who, "process %d", before);
	if (ret == -EWOULDBLOCK)
		ff_msg_error("a campaign runs in %s (process %d): wait until it ends, or give another --out",
			     st->out, (int)*before);
	else if (ret)
		complain("the lock", path, ret);
	if (ret)
		return ret == -EWOULDBLOCK ? -EBUSY : ret;
	snprintf(who, sizeof(who), "process %d\n", (int)getpid());
	/* On a full disk the lock holds without it. */
	if (ftruncate(st->lock, 0) || pwrite(st->lock, who, strlen(who), 0) < 0)
		return 0;
	return 0;
}

const char *ff_store_path(const struct ff_store *st)
{
	return st->out;
}

int ff_store_log(struct ff_store *st, const char *fmt, ...)
{
	char line[1200], now[FF_UTC];
	va_list ap;
	size_t len;

	len = (size_t)sprintf(line, "%s ", ff_utc_print(time(NULL), now));
	va_start(ap, fmt);
	vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
	va_end(ap);
	len = strlen(line);
	line[len++] = '\n';
	errno = ENOSPC;		/* of a short write */
	if (write(st->log, line, len) != (ssize_t)len)
		return complain("the log in", st->out, -errno);
	st->logged += (off_t)len;
	return st->logged > LOG_BYTES ? rotate_log(st) : 0;
}

int ff_store_load(struct ff_store *st, struct ff_found *f)
{
	char path[3400], signature[sizeof(f->signature)];
	json_t *j;

	snprintf(path, sizeof(path), "%s/findings/%s/finding.json", st->out, f->signature);
	j = json_load_file(path, 0, NULL);
	if (!j)
		return -ENOENT;
	snprintf(signature, sizeof(signature), "%s", f->signature);
	ff_found_load(f, j);
	snprintf(f->signature, sizeof(f->signature), "%s", signature);	/* whatever the file says */
	json_decref(j);
	return 0;
}

static int put_json(const char *path, const json_t *j)
{
	char *text = json_dumps(j, JSON_INDENT(2));
	size_t len = text ? strlen(text) : 0;
	int ret;

	if (!text)
		return -ENOMEM;
	text[len] = '\n';	/* over the NUL: the file ends with a newline */
	ret = ff_write_file(path, text, len + 1);
	free(text);
	return ret;
}

/* @text is freed; NULL stands for "no memory". */
static int put_text(const char *dir, const char *name, char *text)
{
	char path[3600];
	int ret;

	if (!text)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ret = ff_write_file(path, text, strlen(text));
	free(text);
	return ret;
}

static int fill(const char *dir, const char *name, const struct ff_found *f, const struct ff_case *c,
		const struct ff_finding *evidence)
{
	char path[3600], head[700], from[96];
	json_t *j = ff_found_json(f, evidence->evidence);
	int ret;

	snprintf(path, sizeof(path), "%s/finding.json", dir);
	ret = j ? put_json(path, j) : -ENOMEM;
	json_decref(j);
	/* A mutated one comes of no seed: what is written here is all there is of it. */
	if (f->seed)
		snprintf(from, sizeof(from), "seed %llu, program %llu", (unsigned long long)f->seed,
			 (unsigned long long)f->number);
	else
		snprintf(from, sizeof(from), "mutated from kept programs, number %llu of its campaign",
			 (unsigned long long)f->number);
	snprintf(head, sizeof(head), "%s\nseen on %s; %s", f->what, f->release, from);
	if (!ret)
		ret = put_text(dir, "program.ff", ff_text_program(c->program, head));
	if (!ret)
		ret = put_text(dir, "history", ff_text_case(c));
	if (!ret)
		ret = put_text(dir, "witness", ff_text_witness(c));
	if (!ret)
		ret = put_text(dir, "kernel.log", strdup(c->log ? c->log : ""));
	if (!ret)
		ret = put_text(dir, "README", ff_text_readme(f, evidence, name));
	return ret;
}

int ff_store_put(struct ff_store *st, const struct ff_found *f, const struct ff_case *c,
		 const struct ff_finding *evidence)
{
	char dir[3300], tmp[3300];
	int ret;

	snprintf(dir, sizeof(dir), "%s/findings/%s", st->out, f->signature);
	snprintf(tmp, sizeof(tmp), "%s/findings/.new", st->out);
	ff_remove_tree(tmp);
	ret = mkdir(tmp, 0755) ? -errno : fill(tmp, dir, f, c, evidence);
	if (!ret)
		ret = ff_put_folder(tmp, dir);
	if (!ret)
		return 0;
	ff_remove_tree(tmp);
	return complain("the finding", dir, ret);
}

int ff_store_update(struct ff_store *st, const struct ff_found *f, const char *evidence)
{
	char path[3400];
	json_t *old, *j;
	int ret;

	snprintf(path, sizeof(path), "%s/findings/%s/finding.json", st->out, f->signature);
	old = evidence ? NULL : json_load_file(path, 0, NULL);
	if (!evidence)
		evidence = json_string_value(json_object_get(old, "evidence"));
	j = ff_found_json(f, evidence);
	ret = j ? put_json(path, j) : -ENOMEM;
	json_decref(j);
	json_decref(old);
	return ret ? complain("the finding", path, ret) : 0;
}

int ff_store_lost(struct ff_store *st, const char *how, const char *words, const struct ff_case *c)
{
	char dir[3300], tmp[3300], head[300];
	int ret;

	snprintf(tmp, sizeof(tmp), "%s/lost/.new", st->out);
	ff_remove_tree(tmp);
	ret = ff_mkdir_p(tmp);
	snprintf(head, sizeof(head), "this ran when the guest was lost: %s", words);
	if (!ret)
		ret = put_text(tmp, "program.ff", ff_text_program(c->program, head));
	if (!ret)
		ret = put_text(tmp, "history", ff_text_case(c));
	if (!ret)
		ret = put_text(tmp, "kernel.log", strdup(c->log ? c->log : ""));
	snprintf(dir, sizeof(dir), "%s/lost/%u-%s", st->out, ++st->lost, how);
	if (!ret)
		ret = ff_put_folder(tmp, dir);
	if (!ret)
		return 0;
	ff_remove_tree(tmp);
	return complain("what ran when the guest was lost,", dir, ret);
}

int ff_store_json(struct ff_store *st, const char *name, const json_t *j)
{
	char path[3100];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", st->out, name);
	ret = j ? put_json(path, j) : -ENOMEM;
	return ret ? complain("the file", path, ret) : 0;
}
