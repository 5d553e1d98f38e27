// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/regress.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "fuzzer/text.h"
#include "oracles/judge.h"

/* The head while it is read: line by line, a field a line. */
struct reader {
	struct ff_regress_head *h;
	struct ff_error *e;
	unsigned int line;
	bool silent;
};

#define FAIL(r, ...)	ff_fail((r)->e, (r)->line, __VA_ARGS__)

static int take(struct reader *r, const char *key, struct ff_str value, char *to, size_t n)
{
	if (!value.n)
		return FAIL(r, "%s: nothing after it: some text was expected", key);
	if (value.n >= n)
		return FAIL(r, "%s: %zu bytes: at most %zu were expected", key, value.n, n - 1);
	memcpy(to, value.s, value.n);
	to[value.n] = '\0';
	return 0;
}

static int once(struct reader *r, const char *key, struct ff_str value, char *to, size_t n)
{
	return to[0] ? FAIL(r, "a second \"%s:\": one was expected", key) : take(r, key, value, to, n);
}

static int read_about(struct reader *r, struct ff_str value)
{
	return once(r, "about", value, r->h->about, sizeof(r->h->about));
}

static int read_source(struct reader *r, struct ff_str value)
{
	return once(r, "source", value, r->h->source, sizeof(r->h->source));
}

/* A pattern is about one law: that of an oracle which there is. */
static int check_pattern(struct reader *r, const char *pattern)
{
	size_t law = strcspn(pattern, ".");
	const struct ff_oracle *o;
	unsigned int n;

	if (pattern[strspn(pattern, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-*?[]")])
		return FAIL(r, "expect: \"%s\" has letters that no signature has", pattern);
	o = ff_oracles(&n);
	for (unsigned int i = 0; i < n; i++)
		if (strlen(o[i].name) == law && !strncmp(pattern, o[i].name, law) && pattern[law])
			return 0;
	return FAIL(r, "expect: \"%s\": a signature was expected that begins with an oracle, as data.lost-dma.*",
		    pattern);
}

/* "PATTERN... [-- what it is]" */
static int read_bug(struct reader *r, struct ff_str value)
{
	struct ff_regress_bug *b = &r->h->bug[r->h->nbugs];
	struct ff_str word;
	int ret;

	if (r->silent)
		return FAIL(r, "expect: a bug, and silence above: one of them was expected");
	if (r->h->nbugs == FF_REGRESS_BUGS)
		return FAIL(r, "expect: more than %d bugs", FF_REGRESS_BUGS);
	while ((word = ff_str_word(&value)).n && !ff_str_is(word, "--")) {
		if (b->npatterns == FF_REGRESS_PATTERNS)
			return FAIL(r, "expect: more than %d patterns of one bug", FF_REGRESS_PATTERNS);
		ret = take(r, "expect", word, b->pattern[b->npatterns], sizeof(b->pattern[0]));
		if (!ret)
			ret = check_pattern(r, b->pattern[b->npatterns]);
		if (ret)
			return ret;
		b->npatterns++;
	}
	if (!b->npatterns)
		return FAIL(r, "expect: bug: the pattern of a signature was expected, as seek.hole-in-data.*");
	r->h->nbugs++;
	return word.n ? take(r, "expect: bug ... --", ff_str_trim(value), b->what, sizeof(b->what)) : 0;
}

static int read_expect(struct reader *r, struct ff_str value)
{
	struct ff_str word = ff_str_word(&value);

	if (ff_str_is(word, "bug"))
		return read_bug(r, value);
	if (!ff_str_is(word, "silent") || value.n)
		return FAIL(r, "expect: \"%.*s\": \"silent\" or \"bug PATTERN...\" was expected", FF_SHOW(word));
	if (r->silent || r->h->nbugs)
		return FAIL(r, "expect: silent: it was said already what to expect");
	r->silent = true;
	return 0;
}

/* "ARGS" for all kernels, "PATTERN: ARGS" for those of such a name. */
static int read_append(struct reader *r, struct ff_str value)
{
	struct ff_regress_append *a = &r->h->append[r->h->nappends];
	struct ff_str rest = value, word = ff_str_word(&rest);
	int ret;

	if (r->h->nappends == FF_REGRESS_APPENDS)
		return FAIL(r, "more than %d times \"append:\"", FF_REGRESS_APPENDS);
	if (word.n > 1 && word.s[word.n - 1] == ':') {
		word.n--;
		ret = take(r, "append", word, a->kernel, sizeof(a->kernel));
		if (ret)
			return ret;
		value = ff_str_trim(rest);
	} else {
		strcpy(a->kernel, "*");
	}
	r->h->nappends++;
	return take(r, "append", value, a->args, sizeof(a->args));
}

static int read_requires(struct reader *r, struct ff_str value)
{
	struct ff_str word;
	unsigned int f;

	if (!value.n)
		return FAIL(r, "requires: \"witness\" or a feature was expected");
	while ((word = ff_str_word(&value)).n) {
		for (f = 0; f < FF_FEATURES && !ff_str_is(word, ff_feature_name(f)); f++)
			;
		if (ff_str_is(word, "witness"))
			r->h->witness = true;
		else if (f < FF_FEATURES)
			r->h->features |= 1ULL << f;
		else
			return FAIL(r, "requires: \"%.*s\": \"witness\" or a feature was expected (doctor lists them)",
				    FF_SHOW(word));
	}
	return 0;
}

static const struct {
	const char *key;
	int (*read)(struct reader *r, struct ff_str value);
} fields[] = {
	{ "about", read_about }, { "source", read_source }, { "expect", read_expect },
	{ "append", read_append }, { "requires", read_requires },
};
#define FIELDS	(sizeof(fields) / sizeof(fields[0]))

static int read_field(struct reader *r, struct ff_str line)
{
	struct ff_str key = { line.s, 0 };

	while (key.n < line.n && line.s[key.n] != ':')
		key.n++;
	for (size_t i = 0; i < FIELDS && key.n < line.n; i++)
		if (ff_str_is(key, fields[i].key))
			return fields[i].read(r, ff_str_trim((struct ff_str){ line.s + key.n + 1, line.n - key.n - 1 }));
	return FAIL(r, "\"%.*s\": about:, source:, expect:, append: or requires: was expected (a line with \"#\" "
		    "alone ends the head; after it any comment may stand)", FF_SHOW(line));
}

static int complete(struct reader *r)
{
	if (!r->h->about[0])
		return FAIL(r, "the head ends here without \"# about: ...\"");
	if (!r->h->source[0])
		return FAIL(r, "the head ends here without \"# source: ...\"");
	if (!r->silent && !r->h->nbugs)
		return FAIL(r, "the head ends here without \"# expect: silent\" or \"# expect: bug PATTERN\"");
	return 0;
}

int ff_regress_head_parse(const char *text, size_t len, struct ff_regress_head *h, struct ff_error *e)
{
	struct ff_regress_head head = { 0 };
	struct reader r = { .h = &head, .e = e };
	struct ff_str rest = { text, len }, line;
	int ret = 0;

	while (!ret && ff_str_part(&rest, '\n', &line)) {
		if (++r.line == 1)	/* "# foliofuzz 1": ff_program_parse() looks at it */
			continue;
		line = ff_str_trim(line);
		if (line.n < 2 || line.s[0] != '#')
			break;
		ret = read_field(&r, ff_str_trim((struct ff_str){ line.s + 1, line.n - 1 }));
	}
	if (!ret)
		ret = complete(&r);
	if (!ret)
		*h = head;
	return ret;
}

int ff_regress_name(const char *path, char name[FF_REGRESS_NAME])
{
	const char *last = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t n = strlen(last);

	if (n < 4 || strcmp(last + n - 3, ".ff") || n - 3 >= FF_REGRESS_NAME ||
	    strspn(last, "abcdefghijklmnopqrstuvwxyz0123456789-") != n - 3)
		return -EINVAL;
	snprintf(name, FF_REGRESS_NAME, "%.*s", (int)(n - 3), last);
	return 0;
}

const struct ff_regress_bug *ff_regress_bug_of(const struct ff_regress_head *h, const char *signature)
{
	for (unsigned int i = 0; i < h->nbugs; i++)
		for (unsigned int k = 0; k < h->bug[i].npatterns; k++)
			if (!fnmatch(h->bug[i].pattern[k], signature, 0))
				return &h->bug[i];
	return NULL;
}

void ff_regress_append_of(const struct ff_regress_head *h, const char *kernel, char *out, size_t n)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned int i = 0; i < h->nappends && len < n; i++)
		if (!fnmatch(h->append[i].kernel, kernel, 0))
			len += (size_t)snprintf(out + len, n - len, "%s%s", len ? " " : "", h->append[i].args);
}
