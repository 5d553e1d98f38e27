// SPDX-License-Identifier: GPL-2.0-only
#include "runner/regress/kept.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "corpus/set.h"
#include "runner/msg.h"
#include "runner/program_file.h"

static int note_id(struct ff_kept *k)
{
	char *text = ff_program_text(&k->program), id[FF_ID_TEXT];
	struct ff_id whole;

	if (!text)
		return -ENOMEM;
	whole = ff_id_of(text);
	ff_id_text(&whole, id);
	snprintf(k->id, sizeof(k->id), "%.16s", id);
	free(text);
	return 0;
}

static int read_one(struct ff_kept *k, const char *path)
{
	struct ff_error e = { 0 };
	char *text;
	int ret;

	memset(k, 0, sizeof(*k));
	if (ff_regress_name(path, k->info.name)) {
		ff_msg_error("%s: the name of a kept program was expected: a-z, 0-9 and \"-\", then .ff", path);
		return -EINVAL;
	}
	if (strlen(path) >= sizeof(k->info.path)) {
		ff_msg_error("%s: the path is too long", path);
		return -ENAMETOOLONG;
	}
	text = ff_program_file(path, &k->program);
	if (!text)
		return -EINVAL;
	ret = ff_regress_head_parse(text, strlen(text), &k->head, &e);
	free(text);
	if (ret) {
		ff_msg_error("%s:%u: %s (docs/regress.md has the form)", path, e.line, e.text);
		return ret;
	}
	strcpy(k->info.path, path);
	snprintf(k->info.about, sizeof(k->info.about), "%s", k->head.about);
	snprintf(k->info.source, sizeof(k->info.source), "%s", k->head.source);
	return note_id(k);
}

static int add_file(struct ff_kept_list *l, const char *path)
{
	struct ff_kept *p = realloc(l->p, (l->n + 1) * sizeof(*p));
	int ret;

	if (!p)
		return -ENOMEM;
	l->p = p;
	ret = read_one(&p[l->n], path);
	l->n += !ret;
	return ret;
}

static int is_program(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 3 && d->d_name[0] != '.' && !strcmp(d->d_name + n - 3, ".ff");
}

static int add_folder(struct ff_kept_list *l, const char *path)
{
	struct dirent **names;
	char file[4096];
	int n = scandir(path, &names, is_program, alphasort), ret = 0;

	if (n < 0) {
		ret = -errno;
		ff_msg_error("cannot read the folder %s: %s", path, strerror(-ret));
		return ret;
	}
	for (int i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (!ret)
			ret = add_file(l, file);
		free(names[i]);
	}
	free(names);
	return ret;
}

int ff_kept_add(struct ff_kept_list *l, const char *path)
{
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return add_folder(l, path);
	return add_file(l, path);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ff_kept *)a)->info.name, ((const struct ff_kept *)b)->info.name);
}

int ff_kept_finish(struct ff_kept_list *l)
{
	if (!l->n) {
		ff_msg_error("there is no kept program (*.ff) to run");
		return -EINVAL;
	}
	qsort(l->p, l->n, sizeof(*l->p), by_name);
	for (unsigned int i = 1; i < l->n; i++)
		if (!by_name(&l->p[i - 1], &l->p[i])) {
			ff_msg_error("%s and %s have one name: which of them? Give one", l->p[i - 1].info.path, l->p[i].info.path);
			return -EINVAL;
		}
	return 0;
}

void ff_kept_shard(struct ff_kept_list *l, unsigned int i, unsigned int n)
{
	unsigned int to = 0;

	for (unsigned int from = i - 1; from < l->n; from += n)
		l->p[to++] = l->p[from];
	l->n = to;
}

void ff_kept_free(struct ff_kept_list *l)
{
	free(l->p);
	memset(l, 0, sizeof(*l));
}

const char *ff_kept_home(void)
{
	static char path[4096];
	char exe[2048];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (!access("corpus/regress", R_OK))
		return "corpus/regress";
	if (n < 0)
		return NULL;
	exe[n] = '\0';
	snprintf(path, sizeof(path), "%s/../share/foliofuzz/regress", dirname(exe));
	return access(path, R_OK) ? NULL : path;
}
