// SPDX-License-Identifier: GPL-2.0-only
/* Findings of several shards, by signature: counts are added up, the best program is kept. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/cache.h"
#include "runner/json_read.h"
#include "runner/shards/merge_state.h"
#include "runner/msg.h"
#include "runner/store_text.h"

#define TRIES	5	/* a shard that runs may put a better program while its folder is copied */

/* What is counted in each shard. The rest of finding.json belongs to the program that is kept. */
static const char *const counted[] = {
	"programs", "count", "first_seen", "last_seen", "calls_to_first", "guest_seconds_to_first",
	"witnessed", "known", "seen_in",
};

static json_t *base_of(const json_t *finding)
{
	json_t *base = json_deep_copy(finding);

	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		json_object_del(base, counted[i]);
	return base;
}

json_t *ff_merge_counts(const json_t *finding)
{
	json_t *counts = json_object(), *value;

	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		value = json_object_get(finding, counted[i]);
		if (value && strcmp(counted[i], "seen_in"))
			json_object_set(counts, counted[i], value);
	}
	return counts;
}

/* Only two that hit equally well are compared by what they are: reading all histories would take long. */
static const char *digest(json_t *evidence)
{
	json_t *known = json_object_get(evidence, "digest");
	char text[FF_ID_TEXT] = "", *base;

	if (known)
		return json_string_value(known);
	base = json_dumps(json_object_get(evidence, "base"), JSON_COMPACT | JSON_SORT_KEYS);
	if (!base || ff_merge_digest(json_string_value(json_object_get(evidence, "dir")), base, text))
		snprintf(text, sizeof(text), "~");	/* behind all: it cannot be read */
	free(base);
	json_object_set_new(evidence, "digest", json_string(text));
	return json_string_value(json_object_get(evidence, "digest"));
}

/* As ff_replay_better(); then the one with more runs; then any, but the same in every order. */
static bool better(json_t *a, json_t *b)
{
	const json_t *x = json_object_get(a, "base"), *y = json_object_get(b, "base");
	long long xruns = ff_json_int(x, "runs"), yruns = ff_json_int(y, "runs");
	long long left = ff_json_int(x, "hits") * yruns, right = ff_json_int(y, "hits") * xruns;

	if (!xruns || !yruns)
		left = right = 0;
	if (left != right)
		return left > right;
	if (xruns != yruns)
		return xruns > yruns;
	return strcmp(digest(a), digest(b)) < 0;
}

void ff_merge_evidence(struct ff_merge *m, const char *dir, const json_t *finding)
{
	const char *signature = json_string_value(json_object_get(finding, "signature"));
	json_t *mine = json_pack("{s:s,s:o}", "dir", dir, "base", base_of(finding));
	json_t *best = json_object_get(m->best, signature);

	if (!best || better(mine, best))
		json_object_set(m->best, signature, mine);
	json_decref(mine);
}

static void add(json_t *sum, const json_t *one, const char *key)
{
	json_object_set_new(sum, key, json_integer(ff_json_int(sum, key) + ff_json_int(one, key)));
}

/* The least (@sign 1) or the greatest (-1) of numbers, or of strings (ISO 8601 sorts as time does). */
static void extreme(json_t *sum, const json_t *one, const char *key, int sign)
{
	json_t *old = json_object_get(sum, key), *new = json_object_get(one, key);
	double order;

	if (!new)
		return;
	if (json_is_string(new))
		order = strcmp(json_string_value(new), json_is_string(old) ? json_string_value(old) : "");
	else
		order = json_number_value(new) - json_number_value(old);
	if (!old || sign * order < 0)
		json_object_set(sum, key, new);
}

/* What one shard counted, to what the others did. */
static void count(json_t *sum, const json_t *one)
{
	add(sum, one, "programs");
	add(sum, one, "count");
	extreme(sum, one, "first_seen", 1);
	extreme(sum, one, "last_seen", -1);
	extreme(sum, one, "calls_to_first", 1);
	extreme(sum, one, "guest_seconds_to_first", 1);
	extreme(sum, one, "known", -1);
	if (json_is_true(json_object_get(one, "witnessed")))
		json_object_set_new(sum, "witnessed", json_true());
}

static json_t *finding(const struct ff_merge *m, const char *signature, json_t *ids)
{
	json_t *f = json_deep_copy(json_object_get(json_object_get(m->best, signature), "base"));
	json_t *seen_in = json_array(), *id;
	char stem[NAME_MAX + 1];
	size_t i;

	json_object_set_new(f, "programs", json_integer(0));
	json_object_set_new(f, "count", json_integer(0));
	json_object_set_new(f, "witnessed", json_false());
	json_object_set_new(f, "known", json_string(""));
	json_array_foreach(ids, i, id) {
		const json_t *record = json_object_get(m->shard, json_string_value(id));
		const json_t *one = json_object_get(json_object_get(record, "findings"), signature);

		if (!one)
			continue;
		count(f, one);
		ff_merge_stem(m, json_string_value(id), stem, sizeof(stem));
		json_array_append_new(seen_in, json_string(stem));
	}
	json_object_set_new(f, "seen_in", seen_in);
	return f;
}

json_t *ff_merge_findings(const struct ff_merge *m)
{
	json_t *list = json_array(), *names = ff_merge_keys(m->best), *ids = ff_merge_keys(m->shard), *name;
	size_t i;

	json_array_foreach(names, i, name)
		json_array_append_new(list, finding(m, json_string_value(name), ids));
	json_decref(names);
	json_decref(ids);
	return list;
}

/* The files of the best program; again, if the shard put another one meanwhile. */
static int fetch(json_t *best, const char *tmp, json_t *f)
{
	const char *dir = json_string_value(json_object_get(best, "dir"));
	char path[PATH_MAX];
	json_t *now, *base;
	bool same = false;
	int ret = -EAGAIN;

	ff_merge_path(path, "%s/finding.json", dir);
	for (int i = 0; i < TRIES && !same; i++) {
		ff_remove_tree(tmp);
		ret = mkdir(tmp, 0755) ? -errno : ff_merge_copy(dir, tmp);
		now = json_load_file(path, 0, NULL);
		if (!now)
			return -ENOENT;
		base = base_of(now);
		same = !ret && json_equal(base, json_object_get(best, "base"));
		json_object_update(f, base);
		json_object_set_new(best, "base", base);
		json_decref(now);
	}
	return same ? 0 : ret ? ret : -EAGAIN;
}

/* README has the counts, too. */
static int write_readme(struct ff_store *st, const char *dir, const json_t *f)
{
	static struct ff_finding evidence;
	static struct ff_found found;
	const char *text = json_string_value(json_object_get(f, "evidence"));
	char path[PATH_MAX], *readme;
	int ret;

	snprintf(found.signature, sizeof(found.signature), "%s", json_string_value(json_object_get(f, "signature")));
	snprintf(evidence.evidence, sizeof(evidence.evidence), "%s", text ? text : "");
	ret = ff_store_load(st, &found);
	ff_merge_path(path, "%s/findings/%s", ff_store_path(st), found.signature);
	readme = ret ? NULL : ff_text_readme(&found, &evidence, path);
	if (!readme)
		return ret ? ret : -ENOMEM;
	ff_merge_path(path, "%s/README", dir);
	ret = ff_write_file(path, readme, strlen(readme));
	free(readme);
	return ret;
}

static int put(struct ff_merge *m, struct ff_store *st, json_t *f)
{
	const char *signature = json_string_value(json_object_get(f, "signature"));
	json_t *best = json_object_get(m->best, signature);
	const char *from = json_string_value(json_object_get(best, "dir"));
	char dir[PATH_MAX], tmp[PATH_MAX], json[NAME_MAX + 32];
	struct stat a, b;
	int ret = 0;

	ff_merge_path(dir, "%s/findings/%s", ff_store_path(st), signature);
	ff_merge_path(tmp, "%s/findings/.new", ff_store_path(st));
	snprintf(json, sizeof(json), "findings/%s/finding.json", signature);
	if (!stat(from, &a) && !stat(dir, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino) {
		ret = ff_store_json(st, json, f);
	} else {
		ret = fetch(best, tmp, f);
		if (!ret)
			ret = ff_store_json(st, "findings/.new/finding.json", f);
		if (!ret)
			ret = ff_put_folder(tmp, dir);
		ff_remove_tree(tmp);
	}
	if (!ret)
		ret = write_readme(st, dir, f);
	if (ret)
		ff_msg_error("cannot put the finding %s into %s: %s", from, dir, strerror(-ret));
	return ret;
}

int ff_merge_put_findings(struct ff_merge *m, struct ff_store *st, const json_t *findings)
{
	json_t *f;
	size_t i;
	int ret = 0;

	json_array_foreach(findings, i, f)
		if (!ret)
			ret = put(m, st, f);
	return ret;
}
