// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/attrs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzer/text.h"

static const struct {
	const char *key;
	enum ff_attr_kind kind;
} kinds[] = {
	{ "run_us", FF_ATTR_LEAST },
	{ "hit_rate", FF_ATTR_RATE },
};

static size_t key_length(const char *line)
{
	return strcspn(line, "=\n");
}

enum ff_attr_kind ff_attr_kind(const char *key)
{
	size_t n = key_length(key), i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].key) == n && !memcmp(kinds[i].key, key, n))
			return kinds[i].kind;
	return FF_ATTR_SET;
}

/* "3/10" as two numbers; a number alone is that over 0. */
static int rate(struct ff_str value, uint64_t *hits, uint64_t *runs)
{
	struct ff_str part;

	*runs = 0;
	ff_str_part(&value, '/', &part);
	if (ff_str_number(part, hits))
		return -1;
	return value.s ? ff_str_number(value, runs) : 0;
}

const char *ff_attr_check(const char *line)
{
	size_t n = key_length(line), i;
	struct ff_str value;
	uint64_t a, b;

	if (strlen(line) > FF_ATTR_MAX)
		return "it is longer than 1000 bytes";
	if (!n || line[n] != '=')
		return "KEY=VALUE was expected";
	for (i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", line[i]))
			return "a key is made of a-z, 0-9 and \"_\"";
	value = (struct ff_str){ line + n + 1, strlen(line + n + 1) };
	if (ff_str_clean(value) < value.n)
		return "a value is UTF-8 text without control characters";
	switch (ff_attr_kind(line)) {
	case FF_ATTR_LEAST:
		return ff_str_number(value, &a) ? "a number was expected" : NULL;
	case FF_ATTR_RATE:
		if (rate(value, &a, &b) || !b || a > b)
			return "HITS/RUNS was expected, as 3/10";
		return NULL;
	case FF_ATTR_SET:
		break;
	}
	return NULL;
}

/* A line without its end. */
static struct ff_str line_at(const char *at)
{
	return (struct ff_str){ at, strcspn(at, "\n") };
}

static struct ff_str value_of(struct ff_str line)
{
	struct ff_str key;

	ff_str_part(&line, '=', &key);
	return line.s ? line : (struct ff_str){ "", 0 };
}

static int compare_bytes(struct ff_str a, struct ff_str b)
{
	int d = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);

	return d ? d : (a.n > b.n) - (a.n < b.n);
}

static int compare_lines(const void *x, const void *y)
{
	return compare_bytes(*(const struct ff_str *)x, *(const struct ff_str *)y);
}

/* Does @a stay beside @b of the same key? A total order, so that a join is lawful. */
static int better(enum ff_attr_kind kind, struct ff_str a, struct ff_str b)
{
	uint64_t hits[2] = { 0 }, runs[2] = { 0 };

	rate(value_of(a), &hits[0], &runs[0]);
	rate(value_of(b), &hits[1], &runs[1]);
	if (kind == FF_ATTR_RATE && runs[0] != runs[1])
		return runs[0] > runs[1];
	if (hits[0] != hits[1])
		return kind == FF_ATTR_RATE ? hits[0] > hits[1] : hits[0] < hits[1];
	return compare_bytes(a, b) < 0;		/* "007" and "7" */
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n + 1;
}

static size_t take_lines(const char *text, struct ff_str *out)
{
	size_t n = 0;

	while (*text) {
		struct ff_str line = line_at(text);

		if (line.n)
			out[n++] = line;
		text += line.n + (text[line.n] == '\n');
	}
	return n;
}

static int same_key(struct ff_str a, struct ff_str b)
{
	size_t n = key_length(a.s);

	return n <= a.n && n == key_length(b.s) && !memcmp(a.s, b.s, n);
}

char *ff_attrs_join(const char *a, const char *b)
{
	struct ff_str *line = calloc(count_lines(a) + count_lines(b), sizeof(*line));
	char *out = malloc(strlen(a) + strlen(b) + 3), *end = out;
	size_t n, i, kept = 0;

	if (!line || !out) {
		free(line);
		free(out);
		return NULL;
	}
	n = take_lines(a, line);
	n += take_lines(b, line + n);
	qsort(line, n, sizeof(*line), compare_lines);
	for (i = 0; i < n; i++) {
		enum ff_attr_kind kind = ff_attr_kind(line[i].s);
		struct ff_str *last = kept ? &line[kept - 1] : NULL;

		if (last && !compare_bytes(*last, line[i]))
			continue;
		if (!last || kind == FF_ATTR_SET || !same_key(*last, line[i]))
			line[kept++] = line[i];
		else if (better(kind, line[i], *last))
			*last = line[i];
	}
	for (i = 0; i < kept; i++) {
		memcpy(end, line[i].s, line[i].n);
		end += line[i].n;
		*end++ = '\n';
	}
	*end = '\0';
	free(line);
	return out;
}

const char *ff_attrs_next(const char **at, const char *key, size_t *n)
{
	while (**at) {
		struct ff_str line = line_at(*at);
		size_t len = key ? strlen(key) : 0;

		*at += line.n + ((*at)[line.n] == '\n');
		if (key && (key_length(line.s) != len || memcmp(line.s, key, len)))
			continue;
		if (key)
			line = value_of(line);
		*n = line.n;
		return line.s;
	}
	return NULL;
}
