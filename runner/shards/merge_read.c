// SPDX-License-Identifier: GPL-2.0-only
/* Reading the folders that are merged: campaigns in every state they may be left in, and merges. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/shards/merge_state.h"
#include "runner/msg.h"

static bool later(const json_t *a, const json_t *b)
{
	long long x = json_integer_value(json_object_get(a, "progress"));
	long long y = json_integer_value(json_object_get(b, "progress"));
	char *s, *t;
	bool ret;

	if (x != y)
		return x > y;
	/* As far as that tells they are the same: any, but the same in every order. */
	s = json_dumps(a, JSON_COMPACT | JSON_SORT_KEYS);
	t = json_dumps(b, JSON_COMPACT | JSON_SORT_KEYS);
	ret = s && t && strcmp(s, t) > 0;
	free(s);
	free(t);
	return ret;
}

void ff_merge_join(struct ff_merge *m, const char *id, json_t *record, json_t *summary, const char *plot)
{
	json_t *old = json_object_get(m->shard, id), *with = json_object();

	if (summary)
		json_object_set_new(with, "summary", summary);
	if (!access(plot, R_OK))
		json_object_set_new(with, "plot", json_string(plot));
	if (old && !later(record, old)) {
		json_decref(record);
		json_decref(with);
		return;
	}
	json_object_set_new(m->shard, id, record);
	json_object_set_new(m->with, id, with);
}

/* Findings of a folder: the evidence at once; what is counted goes into @counts, by signature (if not NULL). */
static void read_findings(struct ff_merge *m, const char *dir, json_t *counts)
{
	char path[PATH_MAX], json[PATH_MAX];
	const char *signature;
	json_t *list, *name, *f;
	size_t i;

	ff_merge_path(path, "%s/findings", dir);
	list = ff_merge_list(path);
	json_array_foreach(list, i, name) {
		ff_merge_path(path, "%s/findings/%s", dir, json_string_value(name));
		ff_merge_path(json, "%s/finding.json", path);
		f = json_load_file(json, 0, NULL);
		signature = json_string_value(json_object_get(f, "signature"));
		if (!signature || strcmp(signature, json_string_value(name))) {
			ff_merge_hurt(m, "%s: no finding.json of this name can be read in it; left out", path);
		} else {
			ff_merge_evidence(m, path, f);
			if (counts)
				json_object_set_new(counts, signature, ff_merge_counts(f));
		}
		json_decref(f);
	}
	json_decref(list);
}

/* "3-panic" of a campaign, "m0f1e2d3c4b5a-panic" of a merge: the same program has one name in all merges. */
static unsigned int read_lost(struct ff_merge *m, const char *dir)
{
	char path[PATH_MAX], digest[FF_ID_TEXT], to[NAME_MAX + 1];
	json_t *list, *name;
	const char *how;
	unsigned int n = 0;
	size_t i;

	ff_merge_path(path, "%s/lost", dir);
	list = ff_merge_list(path);
	json_array_foreach(list, i, name) {
		how = strchr(json_string_value(name), '-');
		ff_merge_path(path, "%s/lost/%s", dir, json_string_value(name));
		if (!how || ff_merge_digest(path, how, digest)) {
			ff_merge_hurt(m, "%s: cannot be read; left out", path);
			continue;
		}
		snprintf(to, sizeof(to), "m%.12s%s", digest, how);
		json_object_set_new(m->lost, to, json_string(path));
		n++;
	}
	json_decref(list);
	return n;
}

/*
 * When and with what seed it began tells campaigns apart, wherever their folders are moved. state.json knows;
 * of one that was killed before it had any, the log's first line (which goes when the log is rotated).
 */
static void identify(const char *dir, const char *log, const json_t *state, char id[FF_ID_TEXT])
{
	json_int_t began = json_integer_value(json_object_get(state, "started"));
	char *text = NULL, *seed = json_dumps(json_object_get(json_object_get(state, "config"), "seed"), JSON_ENCODE_ANY);
	struct ff_id sum;

	if (began && seed && asprintf(&text, "campaign %lld %s", (long long)began, seed) < 0)
		abort();
	if (!text)
		text = log[0] ? strndup(log, strcspn(log, "\n")) : realpath(dir, NULL);
	sum = ff_id_of(text ? text : dir);
	ff_id_text(&sum, id);
	free(text);
	free(seed);
}

/* How far it has come: grows while it runs, also over a resume. */
static json_int_t progress(const char *log, const json_t *state)
{
	json_t *seconds = json_object_get(state, "seconds");

	return seconds ? (json_int_t)(1000 * json_number_value(seconds)) : (json_int_t)strlen(log);
}

static void name_of(const char *dir, char *out, size_t n)
{
	char *path = realpath(dir, NULL), *slash = path ? strrchr(path, '/') : NULL;

	snprintf(out, n, "%.*s", 150, slash && slash[1] ? slash + 1 : "shard");
	if (out[0] == '.')
		out[0] = '_';	/* hidden names are temporary ones */
	free(path);
}

static json_t *load_summary(struct ff_merge *m, const char *dir)
{
	char path[PATH_MAX];
	json_error_t why;
	json_t *j;

	ff_merge_path(path, "%s/summary.json", dir);
	if (access(path, F_OK))
		return NULL;
	j = json_load_file(path, 0, &why);
	if (!json_is_object(j)) {
		ff_merge_hurt(m, "%s:%d: %s; its totals are left out", path, why.line, why.text);
		json_decref(j);
		return NULL;
	}
	return j;
}

static uint64_t seed_of(const json_t *summary, const char *log)
{
	const char *at = strstr(log, " seed=");

	if (json_object_get(summary, "seed"))
		return (uint64_t)json_integer_value(json_object_get(summary, "seed"));
	return at ? strtoull(at + 6, NULL, 10) : 0;
}

/* finding.json is written at each doubling of the count, the summary once a minute: the greater one is later. */
static void greater_counts(json_t *counts, const json_t *summary)
{
	json_t *f;
	size_t i;

	json_array_foreach(json_object_get(summary, "findings"), i, f) {
		json_t *one = json_object_get(counts, json_string_value(json_object_get(f, "signature")));

		if (one && json_integer_value(json_object_get(f, "count")) >
		    json_integer_value(json_object_get(one, "count")))
			json_object_set(one, "count", json_object_get(f, "count"));
	}
}

static json_t *record(const char *name, const json_t *summary, const char *log,
		      const json_t *state, json_t *counts)
{
	const char *ended = json_string_value(json_object_get(summary, "ended"));
	char *text = summary ? json_dumps(summary, JSON_COMPACT | JSON_SORT_KEYS) : NULL, digest[FF_ID_TEXT];
	struct ff_id id = ff_id_of(text ? text : "");

	free(text);
	ff_id_text(&id, digest);
	greater_counts(counts, summary);
	return json_pack("{s:s,s:s,s:I,s:I,s:I,s:s,s:o}", "name", name, "ended", ended ? ended : FF_NO_SUMMARY,
			 "seed", (json_int_t)seed_of(summary, log), "calls",
			 json_integer_value(json_object_get(summary, "calls")), "progress",
			 progress(log, state), "summary", digest, "findings", counts);
}

static void read_campaign(struct ff_merge *m, const char *dir)
{
	char path[PATH_MAX], name[NAME_MAX + 1], id[FF_ID_TEXT], *log;
	json_t *summary = load_summary(m, dir), *counts = json_object(), *one, *state;
	unsigned int kept, lost;
	bool corpus;

	ff_merge_path(path, "%s/campaign.log", dir);
	log = ff_read_file(path, NULL);
	if (!log)
		log = calloc(1, 1);
	if (!log)
		abort();
	corpus = ff_merge_corpora(m, dir, log, &kept);
	read_findings(m, dir, counts);
	lost = read_lost(m, dir);
	if (!log[0] && !summary && !corpus && !json_object_size(counts) && !lost) {
		ff_merge_hurt(m, "%s: there is nothing of a campaign in it", dir);
		json_decref(counts);
		free(log);
		return;
	}
	if (!summary)
		ff_msg_info("%s: no summary.json: it was killed before it wrote one; what is on its disk is merged, its "
			    "calls are not in the totals", dir);
	ff_merge_path(path, "%s/state.json", dir);
	state = json_load_file(path, 0, NULL);
	name_of(dir, name, sizeof(name));
	identify(dir, log, state, id);
	one = record(name, summary, log, state, counts);
	json_object_set_new(one, "kept", json_integer(kept));
	json_object_set_new(one, "lost", json_integer(lost));
	ff_merge_path(path, "%s/plot.csv", dir);
	ff_merge_join(m, id, one, summary, path);
	json_decref(state);
	free(log);
}

static void read_merged(struct ff_merge *m, const char *dir, json_t *merge)
{
	char path[PATH_MAX], plot[PATH_MAX];
	unsigned int kept;
	const char *id, *stem;
	json_t *one;

	json_object_foreach(json_object_get(merge, "shards"), id, one) {
		stem = json_string_value(json_object_get(one, "stem"));
		ff_merge_path(path, "%s/shards/%s.summary.json", dir, stem);
		ff_merge_path(plot, "%s/shards/%s.plot.csv", dir, stem);
		one = json_deep_copy(one);
		json_object_del(one, "stem");
		ff_merge_join(m, id, one, access(path, F_OK) ? NULL : json_load_file(path, 0, NULL), plot);
	}
	ff_merge_corpora(m, dir, "", &kept);
	read_findings(m, dir, NULL);
	read_lost(m, dir);
}

void ff_merge_read(struct ff_merge *m, const char *dir)
{
	char path[PATH_MAX];
	json_error_t why;
	json_t *merge;
	struct stat st;

	if (stat(dir, &st) || !S_ISDIR(st.st_mode)) {
		ff_merge_hurt(m, "%s: %s; the others are merged", dir, errno == ENOENT ?
			      "no such folder" : "is no folder that can be read");
		return;
	}
	ff_merge_path(path, "%s/merge.json", dir);
	if (access(path, F_OK)) {
		read_campaign(m, dir);
		return;
	}
	merge = json_load_file(path, 0, &why);
	if (!merge)
		ff_merge_hurt(m, "%s:%d: %s; %s is left out", path, why.line, why.text, dir);
	else if (json_integer_value(json_object_get(merge, "version")) != FF_MERGE_VERSION)
		ff_merge_hurt(m, "%s: of another version of foliofuzz; %s is left out", path, dir);
	else
		read_merged(m, dir, merge);
	json_decref(merge);
}
