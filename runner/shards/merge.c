// SPDX-License-Identifier: GPL-2.0-only
#include "runner/shards/merge.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/shards/merge_state.h"
#include "runner/msg.h"
#include "runner/options.h"
#include "runner/progress.h"

void ff_merge_hurt(struct ff_merge *m, const char *fmt, ...)
{
	char text[PATH_MAX + 500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ff_msg_warn("%s", text);
	m->hurt++;
}

static bool has(const char *dir, const char *name)
{
	char path[PATH_MAX];

	ff_merge_path(path, "%s/%s", dir, name);
	return !access(path, F_OK);
}

/* May @out be merged into? A folder that is to be one says so from the beginning. 0 or the exit status. */
static int claim(const char *out)
{
	static const char empty[] = "{\n  \"version\": 1,\n  \"shards\": {}\n}\n";
	char path[PATH_MAX];
	json_t *merge;
	int ret;

	ff_merge_path(path, "%s/merge.json", out);
	if (has(out, "merge.json")) {
		merge = json_load_file(path, 0, NULL);
		ret = json_integer_value(json_object_get(merge, "version")) == FF_MERGE_VERSION;
		json_decref(merge);
		if (!ret)
			ff_msg_error("%s: cannot be read, or is of another version of foliofuzz; nothing was merged", path);
		return ret ? 0 : FF_EXIT_HARNESS;
	}
	if (has(out, "campaign.log") || has(out, "summary.json") || has(out, "state.json")) {
		ff_msg_error("%s has a campaign of its own: give it as one of the shards, and another folder as --out", out);
		return FF_EXIT_USAGE;
	}
	ret = ff_mkdir_p(out);
	if (!ret)
		ret = ff_write_file(path, empty, sizeof(empty) - 1);
	if (ret)
		ff_msg_error("cannot write %s: %s", path, strerror(-ret));
	return ret ? FF_EXIT_HARNESS : 0;
}

/* All have the same names in the same order, so those that are kept are the same, too: the first by name. */
static int put_lost(struct ff_merge *m, struct ff_store *st)
{
	char dir[PATH_MAX], tmp[PATH_MAX];
	json_t *names = ff_merge_keys(m->lost), *name;
	const char *from;
	int ret = 0;
	size_t i;

	ff_merge_path(tmp, "%s/lost/.new", ff_store_path(st));
	json_array_foreach(names, i, name) {
		from = json_string_value(json_object_get(m->lost, json_string_value(name)));
		ff_merge_path(dir, "%s/lost/%s", ff_store_path(st), json_string_value(name));
		if (ret)
			break;
		if (i >= FF_MERGE_LOST) {
			ff_remove_tree(dir);
		} else if (access(dir, F_OK)) {
			ff_remove_tree(tmp);
			ret = ff_mkdir_p(tmp);
			if (!ret)
				ret = ff_merge_copy(from, tmp);
			if (!ret)
				ret = ff_put_folder(tmp, dir);
			if (ret)
				ff_msg_error("cannot copy %s to %s: %s", from, dir, strerror(-ret));
		}
	}
	json_decref(names);
	return ret;
}

/* A line that is not complete yet is none. */
static int put_plot(const char *from, const char *to)
{
	char *text = ff_read_file(from, NULL), *end = text ? strrchr(text, '\n') : NULL;
	int ret = text ? ff_write_file(to, text, end ? (size_t)(end + 1 - text) : 0) : -errno;

	if (ret)
		ff_msg_error("cannot copy %s to %s: %s", from, to, strerror(-ret));
	free(text);
	return ret;
}

/* OUT/shards/: each shard's own summary and plot. Fills in @stem of the records. */
static int put_shards(struct ff_merge *m, struct ff_store *st, json_t *files)
{
	char stem[NAME_MAX + 1], name[NAME_MAX + 32], path[PATH_MAX];
	const char *id;
	json_t *one;
	int ret = 0;

	json_object_foreach(m->shard, id, one) {
		const json_t *with = json_object_get(m->with, id);
		const char *plot = json_string_value(json_object_get(with, "plot"));

		ff_merge_stem(m, id, stem, sizeof(stem));
		json_object_set_new(one, "stem", json_string(stem));
		snprintf(name, sizeof(name), "shards/%s.summary.json", stem);
		if (!ret && json_object_get(with, "summary"))
			ret = ff_store_json(st, name, json_object_get(with, "summary"));
		json_object_set_new(files, name + 7, json_true());
		snprintf(name, sizeof(name), "shards/%s.plot.csv", stem);
		ff_merge_path(path, "%s/%s", ff_store_path(st), name);
		if (!ret && plot && strcmp(plot, path))
			ret = put_plot(plot, path);
		json_object_set_new(files, name + 7, json_true());
	}
	return ret;
}

/* Names of earlier merges that nothing points to any more. */
static void sweep(struct ff_store *st, const json_t *files)
{
	char path[PATH_MAX];
	json_t *list, *name;
	size_t i;

	ff_merge_path(path, "%s/shards", ff_store_path(st));
	list = ff_merge_list(path);
	json_array_foreach(list, i, name) {
		if (json_object_get(files, json_string_value(name)))
			continue;
		ff_merge_path(path, "%s/shards/%s", ff_store_path(st), json_string_value(name));
		unlink(path);
	}
	json_decref(list);
}

static int put_merge(struct ff_merge *m, struct ff_store *st)
{
	json_t *ids = ff_merge_keys(m->shard), *shards = json_object(), *id, *j;
	size_t i;
	int ret;

	json_array_foreach(ids, i, id)
		json_object_set(shards, json_string_value(id), json_object_get(m->shard, json_string_value(id)));
	j = json_pack("{s:i,s:o}", "version", FF_MERGE_VERSION, "shards", shards);
	ret = ff_store_json(st, "merge.json", j);
	json_decref(j);
	json_decref(ids);
	return ret;
}

/* Nothing points to what is not there: what is told comes after what it tells of. */
static int put_all(struct ff_merge *m, const char *out, struct ff_corpus *c, json_t **summary)
{
	json_t *findings = ff_merge_findings(m), *files = json_object();
	struct ff_store *st = NULL;
	char path[PATH_MAX];
	int ret = ff_merge_put_corpora(m, out, c);

	if (!ret)
		ret = ff_store_open(&st, out);
	ff_merge_path(path, "%s/shards", out);
	if (!ret)
		ret = ff_mkdir_p(path);
	if (!ret)
		ret = ff_merge_put_findings(m, st, findings);
	if (!ret)
		ret = put_lost(m, st);
	if (!ret)
		ret = put_shards(m, st, files);
	if (!ret)
		ret = put_merge(m, st);
	if (!ret) {
		*summary = ff_merge_summary(m, findings);
		ret = ff_store_json(st, "summary.json", *summary);
	}
	if (!ret) {
		sweep(st, files);
		ret = ff_store_log(st, "merged: %zu shards, %zu findings, %zu programs kept",
				   json_object_size(m->shard), json_array_size(findings), ff_merge_programs(m));
	}
	ff_store_close(st);
	json_decref(findings);
	json_decref(files);
	return ret;
}

static void print_text(const struct ff_merge *m, const char *out, const json_t *summary)
{
	json_t *list = json_object_get(summary, "shards"), *one;
	size_t i;

	printf("  %-24s %-14s %20s %12s %8s %9s\n", "shard", "ended", "seed", "calls", "kept", "findings");
	json_array_foreach(list, i, one)
		printf("  %-24s %-14s %20lld %12lld %8lld %9lld\n", json_string_value(json_object_get(one, "name")),
		       json_string_value(json_object_get(one, "ended")),
		       json_integer_value(json_object_get(one, "seed")),
		       json_integer_value(json_object_get(one, "calls")),
		       json_integer_value(json_object_get(one, "kept")),
		       json_integer_value(json_object_get(one, "findings")));
	list = json_object_get(summary, "findings");
	printf("%zu shards, %zu programs in %s/corpus.ff, %zu findings in %s/findings\n", json_object_size(m->shard),
	       ff_merge_programs(m), out, json_array_size(list), out);
	json_array_foreach(list, i, one)
		printf("%s%s\n  seen %lld times in %zu shards; replayed: %lld of %lld runs hit\n",
		       json_string_value(json_object_get(one, "signature")),
		       json_string_length(json_object_get(one, "known")) ? " (known)" : "",
		       json_integer_value(json_object_get(one, "count")),
		       json_array_size(json_object_get(one, "seen_in")),
		       json_integer_value(json_object_get(one, "hits")),
		       json_integer_value(json_object_get(one, "runs")));
}

static void read_all(struct ff_merge *m, const char *out, char *const *in, int n)
{
	struct ff_progress p;

	ff_progress_open(&p, "merge", "shards", (uint64_t)n);
	ff_merge_read(m, out);
	for (int i = 0; i < n; i++) {
		ff_merge_read(m, in[i]);
		ff_progress_show(&p, (uint64_t)i + 1);
	}
	ff_progress_clear(&p);
}

int ff_merge(const char *out, char *const *in, int n, bool json)
{
	static struct ff_merge m;
	int ret = claim(out), status = ret;
	char path[PATH_MAX];
	struct ff_corpus *c = NULL;
	json_t *summary = NULL;
	struct ff_why why;

	ff_merge_path(path, "%s/corpus.ff", out);
	m = (struct ff_merge){ .shard = json_object(), .with = json_object(), .best = json_object(),
			       .lost = json_object(), .nstores = 1 };
	/* Its lock is that of the merge: two into one folder wait for no one, one of them is told. */
	if (!ret && ff_corpus_open(&c, path, &why)) {
		ff_msg_error("%s", why.text);
		ret = status = FF_EXIT_HARNESS;
	}
	if (ret)
		goto cleanup;
	read_all(&m, out, in, n);
	if (put_all(&m, out, c, &summary)) {
		status = FF_EXIT_HARNESS;
		goto cleanup;
	}
	if (json)
		json_dumpf(summary, stdout, JSON_INDENT(2));
	else
		print_text(&m, out, summary);
	if (json)
		printf("\n");
	status = json_array_size(json_object_get(summary, "findings")) ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
	if (m.hurt) {
		ff_msg_error("%u things could not be merged: see the warnings; everything else is in %s", m.hurt, out);
		status = FF_EXIT_HARNESS;
	}
cleanup:
	ff_corpus_close(c);
	for (unsigned int i = 0; i < m.nstores; i++)
		ff_set_free(&m.store[i].set);
	json_decref(summary);
	json_decref(m.shard);
	json_decref(m.with);
	json_decref(m.best);
	json_decref(m.lost);
	return status;
}
