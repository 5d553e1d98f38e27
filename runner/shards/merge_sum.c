// SPDX-License-Identifier: GPL-2.0-only
/* The totals of a merge: summary.json of all shards together. */
#include <stdlib.h>
#include <string.h>

#include "corpus/attrs.h"
#include "runner/shards/merge_state.h"

/* What becomes of numbers that are no counts. Everything that is not named here is added up. */
enum rule { RULE_SUM, RULE_LEAST, RULE_MOST, RULE_MEDIAN, RULE_NONE };

static const struct {
	const char *key;
	enum rule rule;
} rules[] = {
	{ "seconds", RULE_MOST },		/* the shards ran beside one another */
	{ "speed", RULE_LEAST },
	{ "boot_seconds", RULE_MEDIAN },	/* averages of a shard */
	{ "restore_seconds", RULE_MEDIAN },
	{ "snapshot_seconds", RULE_MEDIAN },
	{ "snapshot_mib", RULE_MEDIAN },
	{ "part", RULE_MEDIAN },
	{ "seed", RULE_NONE },			/* each has its own: see "shards" */
	{ "growth", RULE_NONE },
	{ "findings", RULE_NONE },		/* merged on their own; in "sources" they are numbers of first sights */
	{ "ended", RULE_NONE },
	{ "programs_digest", RULE_NONE },
	{ "slopes", RULE_NONE },
	{ "kernels", RULE_NONE },
};

static enum rule rule_of(const char *key)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].key, key))
			return rules[i].rule;
	return RULE_SUM;
}

static int by_value(const void *a, const void *b)
{
	double x = json_number_value(*(json_t *const *)a), y = json_number_value(*(json_t *const *)b);

	return (x > y) - (x < y);
}

static json_t *numbers(const char *key, json_t **v, size_t n)
{
	enum rule rule = rule_of(key);
	bool whole = true;
	json_int_t sum = 0;
	double real = 0;

	if (rule != RULE_SUM) {
		qsort(v, n, sizeof(*v), by_value);
		return json_incref(v[rule == RULE_LEAST ? 0 : rule == RULE_MOST ? n - 1 : n / 2]);
	}
	for (size_t i = 0; i < n; i++) {
		whole &= json_is_integer(v[i]);
		sum += json_integer_value(v[i]);
		real += json_number_value(v[i]);
	}
	return whole ? json_integer(sum) : json_real(real);
}

/* Each line of the strings once, in the order of their first sight: notes, kernels, what the witness can see. */
static json_t *strings(json_t **v, size_t n)
{
	json_t *seen = json_object(), *ret;
	char *all = NULL, *copy, *line, *save;
	size_t len;
	FILE *f = open_memstream(&all, &len);

	for (size_t i = 0; f && i < n; i++) {
		copy = strdup(json_string_value(v[i]));
		for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			if (json_object_get(seen, line))
				continue;
			fprintf(f, "%s%s", json_object_size(seen) ? "\n" : "", line);
			json_object_set_new(seen, line, json_true());
		}
		free(copy);
	}
	if (f)
		fclose(f);
	ret = json_string(all ? all : "");
	free(all);
	json_decref(seen);
	return ret;
}

static json_t *total(const char *key, json_t **v, size_t n);

/* "per_kernel": objects, put together by the kernel they tell of. */
static json_t *by_kernel(json_t **v, size_t n)
{
	json_t *groups = json_object(), *list = json_array(), *one, **member;
	const char *kernel;
	size_t i, have;

	for (size_t k = 0; k < n; k++)
		json_array_foreach(v[k], i, one) {
			kernel = json_string_value(json_object_get(one, "kernel"));
			if (kernel && !json_object_get(groups, kernel))
				json_object_set_new(groups, kernel, json_array());
			if (kernel)
				json_array_append(json_object_get(groups, kernel), one);
		}
	json_object_foreach(groups, kernel, one) {
		have = json_array_size(one);
		member = calloc(have, sizeof(*member));
		for (i = 0; member && i < have; i++)
			member[i] = json_array_get(one, i);
		if (member)
			json_array_append_new(list, total("", member, have));
		free(member);
	}
	json_decref(groups);
	return list;
}

/* Lists of words. "never": only what happened in no shard never happened. */
static json_t *lists(const char *key, json_t **v, size_t n)
{
	size_t need = !strcmp(key, "never") ? n : 1, i;
	json_t *seen = json_object(), *list = json_array(), *word;
	json_int_t count;
	const char *text;

	for (size_t k = 0; k < n; k++)
		json_array_foreach(v[k], i, word) {
			text = json_string_value(word);
			if (!text)
				continue;
			count = json_integer_value(json_object_get(seen, text)) + 1;
			json_object_set_new(seen, text, json_integer(count));
			if ((size_t)count == need)
				json_array_append(list, word);
		}
	json_decref(seen);
	return list;
}

static json_t *objects(json_t **v, size_t n)
{
	json_t *sum = json_object(), **one = calloc(n, sizeof(*one)), *value;
	const char *key;
	size_t k, have;

	for (size_t i = 0; one && i < n; i++)
		json_object_foreach(v[i], key, value) {
			/* numbers of a shard's first sights, not the list of findings */
			bool number = !strcmp(key, "findings") && json_is_number(value);

			if (json_object_get(sum, key) || (rule_of(key) == RULE_NONE && !number))
				continue;
			for (k = i, have = 0; k < n; k++) {
				one[have] = json_object_get(v[k], key);
				have += one[have] && json_typeof(one[have]) == json_typeof(value);
			}
			value = total(number ? "" : key, one, have);
			if (value)
				json_object_set_new(sum, key, value);
		}
	free(one);
	return sum;
}

/* Shards see the same features: their numbers cannot be added. */
static json_t *features(json_t **v, size_t n)
{
	static const char *const most[] = { "features", "stable", "kept" };
	json_t *sum = objects(v, n), *source;
	json_int_t top, one;
	const char *key;

	for (size_t k = 0; k < sizeof(most) / sizeof(most[0]); k++) {
		top = 0;
		for (size_t i = 0; i < n; i++) {
			one = json_integer_value(json_object_get(v[i], most[k]));
			top = one > top ? one : top;
		}
		json_object_set_new(sum, most[k], json_integer(top));
	}
	json_object_foreach(json_object_get(sum, "sources"), key, source) {
		double seconds = json_number_value(json_object_get(source, "guest_seconds"));

		json_object_set_new(source, "features_per_guest_second", json_real(seconds > 0 ? json_number_value(
				    json_object_get(source, "features")) / seconds : 0));
	}
	return sum;
}

static json_t *total(const char *key, json_t **v, size_t n)
{
	bool all = true;

	switch (json_typeof(v[0])) {
	case JSON_OBJECT:
		return !strcmp(key, "feedback") ? features(v, n) : objects(v, n);
	case JSON_INTEGER:
	case JSON_REAL:
		return numbers(key, v, n);
	case JSON_STRING:
		return strings(v, n);
	case JSON_ARRAY:
		return json_is_object(json_array_get(v[0], 0)) ? by_kernel(v, n) : lists(key, v, n);
	case JSON_TRUE:
	case JSON_FALSE:
		for (size_t i = 0; i < n; i++)
			all &= json_is_true(v[i]);
		return json_boolean(all);
	default:
		return NULL;
	}
}

/* Features that the merged corpus can show again: each counts once, whoever kept it. */
static size_t stable(const struct ff_set *set)
{
	json_t *seen = json_object();
	size_t n, ret;

	for (size_t i = 0; i < set->n; i++) {
		const char *at = set->e[i].attrs, *value;

		while ((value = ff_attrs_next(&at, "signal", &n)))
			json_object_setn_new(seen, value, n, json_true());
	}
	ret = json_object_size(seen);
	json_decref(seen);
	return ret;
}

static void percent(json_t *sum)
{
	double calls = json_number_value(json_object_get(sum, "calls"));

	if (json_object_get(sum, "accepted_percent"))
		json_object_set_new(sum, "accepted_percent", json_real(calls > 0 ? 100 * json_number_value(
				    json_object_get(sum, "accepted")) / calls : 0));
}

void ff_merge_stem(const struct ff_merge *m, const char *id, char *out, size_t n)
{
	const char *name = json_string_value(json_object_get(json_object_get(m->shard, id), "name")), *other;
	bool alone = true;
	json_t *one;

	json_object_foreach(m->shard, other, one)
		alone &= !strcmp(other, id) || strcmp(json_string_value(json_object_get(one, "name")), name);
	snprintf(out, n, alone ? "%s" : "%s-%.8s", name, id);
}

static json_t *row(const struct ff_merge *m, const char *id, const char *stem)
{
	const json_t *one = json_object_get(m->shard, id);

	return json_pack("{s:s,s:s,s:O,s:O,s:O,s:O,s:O,s:i}", "name", stem, "id", id,
			 "ended", json_object_get(one, "ended"), "seed", json_object_get(one, "seed"),
			 "calls", json_object_get(one, "calls"), "kept", json_object_get(one, "kept"),
			 "lost", json_object_get(one, "lost"), "findings",
			 (int)json_object_size(json_object_get(one, "findings")));
}

/* Sorted by name, for people. */
static json_t *table(const struct ff_merge *m)
{
	json_t *rows = json_object(), *list = json_array(), *names, *one;
	char stem[NAME_MAX + 1];
	const char *id;
	size_t i;

	json_object_foreach(m->shard, id, one) {
		ff_merge_stem(m, id, stem, sizeof(stem));
		json_object_set_new(rows, stem, row(m, id, stem));
	}
	names = ff_merge_keys(rows);
	json_array_foreach(names, i, one)
		json_array_append(list, json_object_get(rows, json_string_value(one)));
	json_decref(names);
	json_decref(rows);
	return list;
}

static json_t *kernels(json_t **v, size_t n)
{
	json_t *seen = json_object(), *ret, *name, *list;
	size_t k;

	for (size_t i = 0; i < n; i++) {
		list = json_object_get(v[i], "kernels");
		json_array_foreach(list, k, name)
			json_object_set_new(seen, json_string_value(name), json_true());
		name = json_object_get(v[i], "kernel");
		if (!list && name)
			json_object_set_new(seen, json_string_value(name), json_true());
	}
	ret = ff_merge_keys(seen);
	json_decref(seen);
	return ret;
}

json_t *ff_merge_summary(const struct ff_merge *m, const json_t *findings)
{
	json_t *ids = ff_merge_keys(m->shard), **v = calloc(json_array_size(ids) + 1, sizeof(*v)), *sum, *id, *one;
	json_t *names;
	size_t i, n = 0;

	if (!v)
		abort();
	json_array_foreach(ids, i, id) {
		one = json_object_get(json_object_get(m->with, json_string_value(id)), "summary");
		if (one)
			v[n++] = one;
	}
	sum = objects(v, n);
	percent(sum);
	one = json_object_get(sum, "feedback");
	if (!one)
		json_object_set_new(sum, "feedback", one = json_object());
	/* of the corpus it is known exactly */
	json_object_set_new(one, "stable", json_integer((json_int_t)stable(&m->store[0].set)));
	json_object_set_new(one, "kept", json_integer((json_int_t)m->store[0].set.n));
	names = kernels(v, n);
	if (json_array_size(names))
		json_object_set(sum, "kernel", json_array_get(names, 0));
	json_object_set_new(sum, "kernels", names);
	json_object_set_new(sum, "ended", json_string("merged"));
	json_object_set_new(sum, "without_summary", json_integer((json_int_t)(json_array_size(ids) - n)));
	json_object_set_new(sum, "shards", table(m));
	json_object_set(sum, "findings", (json_t *)findings);
	json_decref(ids);
	free(v);
	return sum;
}
