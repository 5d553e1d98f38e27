/* SPDX-License-Identifier: GPL-2.0-only */
/* Regression runs that never were, for the tests of the output formats. */
#ifndef FOLIOFUZZ_TESTS_REGRESS_CASE_H
#define FOLIOFUZZ_TESTS_REGRESS_CASE_H

#include <stdlib.h>
#include <string.h>

#include "runner/regress/formats.h"

#define CASE_TEXT(field, text) snprintf(field, sizeof(field), "%s", text)

__attribute__((unused))
static void *case_room(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

__attribute__((unused))
static void case_open(struct ff_regress *r, unsigned int kernels, unsigned int programs)
{
	*r = (struct ff_regress){ .seconds = 71.5, .shard = 1, .shards = 1, .nkernels = kernels, .nprograms = programs };
	CASE_TEXT(r->started, "2026-11-21T22:15:00Z");
	r->kernels = case_room(kernels, sizeof(*r->kernels));
	r->programs = case_room(programs, sizeof(*r->programs));
	r->results = case_room(kernels * programs, sizeof(*r->results));
	for (unsigned int i = 0; i < kernels; i++)
		snprintf(r->kernels[i].name, sizeof(r->kernels[i].name), "kernel%u", i + 1);
	for (unsigned int i = 0; i < programs; i++)
		snprintf(r->programs[i].name, sizeof(r->programs[i].name), "program%u", i + 1);
}

/* Appends a result; it has no text yet. */
__attribute__((unused))
static struct ff_regress_result *case_add(struct ff_regress *r, unsigned int kernel, unsigned int program,
					  enum ff_regress_verdict verdict, unsigned int hits, unsigned int runs)
{
	struct ff_regress_result *x = &r->results[r->nresults++];

	*x = (struct ff_regress_result){ .program = program, .kernel = kernel, .verdict = verdict, .hits = hits,
					 .runs = runs, .rate = -1, .miss_odds = -1, .seconds = 1.25 };
	snprintf(x->reason, sizeof(x->reason), "%s is the reason", ff_regress_verdict_name(verdict));
	return x;
}

__attribute__((unused))
static void case_saw(struct ff_regress_result *x, const char *signature, unsigned int hits, const char *what)
{
	x->signatures = realloc(x->signatures, (x->nsignatures + 1) * sizeof(*x->signatures));
	if (!x->signatures)
		abort();
	CASE_TEXT(x->signatures[x->nsignatures].signature, signature);
	CASE_TEXT(x->signatures[x->nsignatures].what, what);
	x->signatures[x->nsignatures++].hits = hits;
}

__attribute__((unused))
static void case_expect(struct ff_regress_result *x, const char *pattern, const char *known)
{
	x->expected = realloc(x->expected, (x->nexpected + 1) * sizeof(*x->expected));
	if (!x->expected)
		abort();
	CASE_TEXT(x->expected[x->nexpected].signature, pattern);
	CASE_TEXT(x->expected[x->nexpected++].known, known);
}

/* Each verdict once on the first kernel; the second passes; the third gave nothing. */
__attribute__((unused))
static void case_verdicts(struct ff_regress *r)
{
	struct ff_regress_result *x;

	case_open(r, 3, FF_REGRESS_VERDICTS);
	CASE_TEXT(r->kernels[0].name, "bookworm");
	CASE_TEXT(r->kernels[0].release, "6.1.0-56-cloud-amd64");
	CASE_TEXT(r->kernels[0].version, "6.1.192-2");
	CASE_TEXT(r->kernels[0].append, "transparent_hugepage=always");
	CASE_TEXT(r->kernels[0].accel, "tcg");
	CASE_TEXT(r->kernels[1].name, "trixie-backports=7.2");
	CASE_TEXT(r->kernels[1].release, "7.2.12+deb13-cloud-amd64");
	CASE_TEXT(r->kernels[2].name, "bullseye");
	CASE_TEXT(r->kernels[2].skipped, "its guest did not start within 120 s");
	CASE_TEXT(r->programs[1].about, "a collapse hides data");
	CASE_TEXT(r->programs[1].source, "commit a2e17cc2efc7");
	for (unsigned int v = 0; v < FF_REGRESS_VERDICTS; v++) {
		x = case_add(r, 0, v, v, v == FF_REGRESS_FAIL ? 7 : v == FF_REGRESS_KNOWN ? 18 : 0,
			     v == FF_REGRESS_SKIP ? 0 : 20);
		if (v == FF_REGRESS_FAIL || v == FF_REGRESS_KNOWN)
			case_saw(x, "seek:vanished:collapse", x->hits, "data became a hole");
		if (v != FF_REGRESS_PASS && v != FF_REGRESS_SKIP) {
			case_expect(x, "seek:vanished:*", "collapse hides data");
			case_expect(x, "mincore:*", "collapse hides data");
		}
		if (v == FF_REGRESS_FAIL)
			x->log = strdup("first line\nsecond line\n");
		if (v == FF_REGRESS_KNOWN || v == FF_REGRESS_FIXED)
			x->rate = 0.85, x->miss_odds = 0.004;
	}
	for (unsigned int i = 0; i < FF_REGRESS_VERDICTS; i++)
		case_add(r, 1, i, FF_REGRESS_PASS, 0, 10);
}

/* Texts as a guest that lost its mind may have sent them, and names that look like syntax. */
static const char *const case_hostile_texts[] = {
	"ok 1 - no # SKIP really", "1..9", "KTAP version 1", "# Subtest: x", "Bail out!", "not ok 7 x",
	"reboot: System halted", "Kernel panic - not syncing: VFS: x", "List of all partitions:",
	"]]></failure><evil a=\"'&amp;\"/>", "<!-- -- -->", "\x01\x02\x1b[31mred\x7f", "bad \xff\xfe \xc3( \xed\xa0\x80 utf",
	"\xef\xbf\xbe\xef\xbf\xbf none", "\xc2\x85 C1", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x9b fine", "  blanks\tand\r\n", "#", "",
	"a\nnot ok 3 b\n", "SKIP", "TODO x", "\\x41\\", "%s%n", "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=x RESULT=pass>",
};
#define CASE_HOSTILE (sizeof(case_hostile_texts) / sizeof(case_hostile_texts[0]))

__attribute__((unused))
static void case_hostile(struct ff_regress *r)
{
	struct ff_regress_result *x;

	case_open(r, CASE_HOSTILE, FF_REGRESS_VERDICTS);
	for (unsigned int i = 0; i < CASE_HOSTILE; i++) {
		const char *text = case_hostile_texts[i];

		CASE_TEXT(r->kernels[i].name, text);
		CASE_TEXT(r->kernels[i].release, text);
		CASE_TEXT(r->kernels[i].version, text);
		CASE_TEXT(r->kernels[i].append, text);
		if (i % 5 == 4)
			CASE_TEXT(r->kernels[i].skipped, *text ? text : "x");
		for (unsigned int v = 0; v < FF_REGRESS_VERDICTS && i % 5 != 4; v++) {
			CASE_TEXT(r->programs[v].about, text);
			x = case_add(r, i, v, v, v == FF_REGRESS_FAIL, v == FF_REGRESS_SKIP ? 0 : 2);
			CASE_TEXT(x->reason, text);
			x->log = strdup(text);
			case_expect(x, "*", text);
			case_saw(x, text, 1, text);
		}
	}
}

/* A program named as its kernel; kernels whose names become the same word. */
__attribute__((unused))
static void case_names(struct ff_regress *r)
{
	case_open(r, 4, 3);
	CASE_TEXT(r->kernels[0].name, "program2");
	CASE_TEXT(r->kernels[1].name, "mutant:a");
	CASE_TEXT(r->kernels[2].name, "mutant=a");
	CASE_TEXT(r->kernels[3].name, "///");
	for (unsigned int k = 0; k < 4; k++)
		for (unsigned int p = 0; p < 3; p++)
			case_add(r, k, p, p == 1 ? FF_REGRESS_FAIL : FF_REGRESS_PASS, p == 1, 4);
}

/* No kernel; a kernel without a program; one of which nothing is sure. */
__attribute__((unused))
static void case_empty(struct ff_regress *r)
{
	case_open(r, 0, 0);
}

__attribute__((unused))
static void case_sparse(struct ff_regress *r)
{
	case_open(r, 3, 2);
	case_add(r, 1, 0, FF_REGRESS_SKIP, 0, 0);
	case_add(r, 1, 1, FF_REGRESS_FLAKY, 1, 9);
	case_add(r, 2, 1, FF_REGRESS_PASS, 0, 9);
}

/* Evidence that is longer than a report may carry, ending inside a character there. */
__attribute__((unused))
static void case_long(struct ff_regress *r)
{
	struct ff_regress_result *x;
	size_t n = 3 * FF_REGRESS_LOG_MAX;

	case_open(r, 1, 3);
	for (unsigned int i = 0; i < 3; i++) {
		x = case_add(r, 0, i, FF_REGRESS_FAIL, 1, 1);
		x->log = case_room(n + 8, 1);
		for (size_t at = 0; at < n; at += 3)
			memcpy(x->log + at, i == 0 ? "\xe2\x82\xac" : i == 1 ? "ab\n" : "\x01\x02\x03", 3);
		memset(x->reason, 'r', sizeof(x->reason) - 1);
	}
}

/* Anything at all; the same for the same seed. */
__attribute__((unused))
static void case_random(struct ff_regress *r, unsigned int seed)
{
	struct ff_regress_result *x;
	unsigned int kernels = 1 + seed % 5, programs = 1 + seed % 7;

	srand(seed);
	case_open(r, kernels, programs);
#define CASE_NOISE(field) ({						\
		size_t n_ = (size_t)rand() % sizeof(field);		\
		for (size_t i_ = 0; i_ < n_; i_++)			\
			(field)[i_] = (char)(rand() % 3 ? rand() : ' ' + rand() % 95); \
		(field)[n_] = '\0';					\
	})
	for (unsigned int k = 0; k < kernels; k++) {
		CASE_NOISE(r->kernels[k].name);
		CASE_NOISE(r->kernels[k].release);
		CASE_NOISE(r->kernels[k].version);
		CASE_NOISE(r->kernels[k].append);
		if (!(rand() % 4))
			CASE_NOISE(r->kernels[k].skipped);
		for (unsigned int p = 0; p < programs; p++) {
			if (!(rand() % 6))
				continue;
			x = case_add(r, k, p, (enum ff_regress_verdict)(rand() % FF_REGRESS_VERDICTS), 0, rand() % 30);
			x->hits = x->runs ? (unsigned int)rand() % x->runs : 0;
			CASE_NOISE(x->reason);
			for (int i = rand() % 3; i > 0; i--) {
				case_saw(x, "", (unsigned int)rand() % 30, "");
				CASE_NOISE(x->signatures[x->nsignatures - 1].signature);
				CASE_NOISE(x->signatures[x->nsignatures - 1].what);
				case_expect(x, rand() % 2 ? "*" : "no", "");
				CASE_NOISE(x->expected[x->nexpected - 1].known);
			}
			x->log = case_room(2000, 1);
			for (int i = rand() % 1999; i > 0; i--)
				x->log[i - 1] = (char)(rand() % 20 ? 1 + rand() % 255 : '\n');
		}
	}
#undef CASE_NOISE
}

#endif
