/* SPDX-License-Identifier: GPL-2.0-only */
/* Made campaign folders, and the command that merges them, for tests/unit_merge.c. */
#ifndef FOLIOFUZZ_TESTS_MERGE_CASE_H
#define FOLIOFUZZ_TESTS_MERGE_CASE_H

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "corpus/store.h"
#include "runner/cache.h"
#include "runner/cmds.h"
#include "runner/shards/merge_state.h"
#include "tests/tap.h"

static char top[100];	/* all is below it */

static void put(const char *text, const char *fmt, ...)
{
	char path[PATH_MAX], *slash;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	slash = strrchr(path, '/');
	*slash = '\0';
	ff_mkdir_p(path);
	*slash = '/';
	if (ff_write_file(path, text, strlen(text)))
		tap_ok(0, "cannot write %s", path);
}

static void finding(const char *shard, const char *signature, int hits, int runs, int count, const char *seen)
{
	char text[1000], dir[300];

	snprintf(dir, sizeof(dir), "%s/findings/%s", shard, signature);
	snprintf(text, sizeof(text), "{\"oracle\":\"seek\",\"verdict\":\"gone\",\"signature\":\"%s\",\"what\":\"of %s\",\"known\":\"\","
		 "\"kernel\":\"k\",\"release\":\"6\",\"guest\":\"--here\",\"target\":\"tmpfs\",\"seed\":1,\"number\":%d,"
		 "\"hits\":%d,\"runs\":%d,\"programs\":1,\"count\":%d,\"calls_to_first\":%d,\"guest_seconds_to_first\":%d.5,"
		 "\"witnessed\":false,\"evidence\":\"call 3\\n\",\"first_seen\":\"2026-01-0%sZ\",\"last_seen\":\"2026-02-0%sZ\"}\n",
		 signature, shard, count, hits, runs, count, count * 100, count, seen, seen);
	put(text, "%s/finding.json", dir);
	snprintf(text, sizeof(text), "program of %s, %d\n", shard, hits);
	put(text, "%s/program.ff", dir);
	put(text, "%s/history", dir);
	put("an old one\n", "%s/README", dir);
}

static void summary(const char *shard, const char *ended, int seed, int calls)
{
	char text[1000];

	snprintf(text, sizeof(text), "{\"kernel\":\"k%d\",\"release\":\"6\",\"seed\":%d,\"ended\":\"%s\",\"seconds\":%d.5,\"guest_seconds\":%d.25,"
		 "\"speed\":%d,\"guests\":{\"boots\":1,\"boot_seconds\":%d.0},\"findings\":[],\"calls\":%d,\"accepted\":%d,"
		 "\"accepted_percent\":50.0,\"per_call\":{\"open\":{\"done\":%d},\"only%d\":{\"done\":1}},\"notes\":\"SKIP x\\nnote %d\","
		 "\"coverage\":{\"tmpfs\":{\"open\":%d}},\"feedback\":{\"blind\":false,\"features\":%d,\"stable\":9,\"kept\":9,"
		 "\"sources\":{\"generated\":{\"guest_seconds\":2.0,\"features\":%d,\"features_per_guest_second\":1.0,\"findings\":1}},"
		 "\"growth\":[[1.0,2,3,4]]},\"ground\":{\"never\":[\"nothing was split\",\"no %d\"]}}\n",
		 seed, seed, ended, seed, seed, 100 * seed, seed, calls, calls / 4, calls, seed, seed, calls, 100 + seed,
		 seed, seed);
	put(text, "%s/summary.json", shard);
}

/* Appends to the store, and says so in the log, as a campaign does: in this order. */
static void keep(const char *shard, int first, int n, int signal)
{
	char path[300], text[200], attrs[100], id[FF_ID_TEXT];
	struct ff_corpus *c;
	struct ff_why why;
	struct ff_id sum;
	FILE *log;

	snprintf(path, sizeof(path), "%s/corpus.ff", shard);
	ff_mkdir_p(shard);
	if (!tap_ok(!ff_corpus_open(&c, path, &why), "a store for %s", shard))
		return;
	snprintf(path, sizeof(path), "%s/campaign.log", shard);
	log = fopen(path, "a");
	for (int i = first; i < first + n; i++) {
		snprintf(text, sizeof(text), "# foliofuzz 1\ntarget tmpfs\nthread 0\n  h0 = open f0 rdwr|creat\n  pwrite h0 0 %dK\n", 4 + i);
		snprintf(attrs, sizeof(attrs), "signal=%08x\nsource=%s\n", signal + i, shard);
		if (ff_corpus_add(c, text, attrs, &sum, NULL, &why) || ff_corpus_commit(c, &why))
			tap_ok(0, "%s", why.text);
		ff_id_text(&sum, id);
		fprintf(log, "2026-01-01T00:00:01Z kept %s\n", id);
	}
	fclose(log);
	ff_corpus_close(c);
}

static void begin(const char *shard, int seed)
{
	char text[200];

	snprintf(text, sizeof(text), "2026-01-01T00:00:00Z campaign: --here release=6 accel=native seed=%d\n", seed);
	put(text, "%s/campaign.log", shard);
}

static void lost(const char *shard, int n, const char *how, const char *text)
{
	put(text, "%s/lost/%d-%s/program.ff", shard, n, how);
}

static void make_shard(const char *shard, int seed)
{
	begin(shard, seed);
	keep(shard, seed * 3, 5, 0x1000);
	summary(shard, "time", seed, 100 * seed);
	put("time,seconds\n1,2\n", "%s/plot.csv", shard);
	lost(shard, 1, "panic", shard);
	lost(shard, 2, "hang", "the same everywhere");
}

static char *out, *err;

/* merge WORDS in a child, in a folder of its own below @where; its output is in @out and @err. */
static int merge(const char *where, const char *words)
{
	char copy[1000], *argv[40] = { "merge" }, *word;
	int argc = 1, status;
	pid_t pid;

	ff_mkdir_p(where);
	snprintf(copy, sizeof(copy), "%s", words);
	for (word = strtok(copy, " "); word && argc < 39; word = strtok(NULL, " "))
		argv[argc++] = word;
	pid = fork();
	if (!pid) {
		dup2(open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		dup2(open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		if (chdir(where))
			_exit(99);
		status = cmd_merge(argc, argv);
		fflush(stdout);
		_exit(status);
	}
	waitpid(pid, &status, 0);
	free(out);
	free(err);
	out = ff_read_file("stdout", NULL);
	err = ff_read_file("stderr", NULL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define MERGE(want, where, words, ...) do {				\
	int ret_ = merge(where, words);					\
	if (!tap_ok(ret_ == (want), __VA_ARGS__))			\
		tap_diag("merge %s: status %d\n%s\n%s", words, ret_, out, err);	\
} while (0)

/* Every file below a folder, with its content; not the log of merges, and no locks. */
static char *tree(const char *dir)
{
	char cmd[500], *text;

	snprintf(cmd, sizeof(cmd), "cd %s && find . -type f ! -name '*.lock' ! -path ./campaign.log | sort | xargs sha256sum >%s/tree", dir, top);
	if (system(cmd))
		return strdup("find failed");
	snprintf(cmd, sizeof(cmd), "%s/tree", top);
	text = ff_read_file(cmd, NULL);
	return text ? text : strdup("");
}

static bool same(const char *a, const char *b)
{
	char *x = tree(a), *y = tree(b);
	bool ret = !strcmp(x, y) && strlen(x) > 100;

	if (!ret)
		tap_diag("%s:\n%s%s:\n%s", a, x, b, y);
	free(x);
	free(y);
	return ret;
}

static json_t *load(const char *path)
{
	json_t *j = json_load_file(path, 0, NULL);

	if (!j)
		tap_ok(0, "%s cannot be read", path);
	return j;
}

static long long number(const json_t *j, const char *a, const char *b)
{
	j = json_object_get(j, a);
	return json_integer_value(b ? json_object_get(j, b) : j);
}

static const char *string(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

#endif
