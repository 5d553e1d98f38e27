// SPDX-License-Identifier: GPL-2.0-only
/* What runs mean: hits and a baseline in, runs, odds and a verdict out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runner/regress/decide.h"
#include "tests/tap.h"

static struct ff_regress_head head;	/* about one bug: seek.* or mincore.* beside a collapse */
static struct ff_regress_limits limits;

static void make_head(void)
{
	static const char text[] = "# foliofuzz 1\n# about: a\n# source: b\n"
		"# expect: bug seek.hole-in-data.*collapse* mincore.absent.*collapse* -- not uptodate\n"
		"# expect: bug leak.swap*\ntarget tmpfs\n";
	struct ff_error e = { 0 };

	if (ff_regress_head_parse(text, strlen(text), &head, &e))
		tap_diag("line %u: %s", e.line, e.text);
	limits = ff_regress_limits_default;
}

static struct ff_base baseline(unsigned int hits, unsigned int runs, const char *signature)
{
	struct ff_base b = { .there = runs > 0, .of = "the baseline", .runs = runs, .hits = hits };

	if (hits) {
		strcpy(b.signature[0], signature);
		b.seen[0] = hits;
		b.nsignatures = 1;
	}
	return b;
}

static void run(struct ff_regress_tally *t, const struct ff_base *b, const char *signature, bool witnessed)
{
	static struct ff_findings f;

	f.n = signature ? 1 : 0;
	memset(&f.f[0], 0, sizeof(f.f[0]));
	f.f[0].witnessed = witnessed;
	if (signature)
		strcpy(f.f[0].signature, signature);
	strcpy(f.f[0].what, "it was seen");
	ff_regress_add(t, &head, b, &f);
}

#define SEEK	"seek.hole-in-data.collapse"
#define MINCORE	"mincore.absent.collapse"
#define OTHER	"data.stale.load.pwrite"

/* Program by program: what showed, first and later, among misses, and what that is. */
static const struct {
	const char *what;
	unsigned int base_hits, base_runs;
	const char *base_signature, *shows;
	bool witnessed;
	unsigned int hits, misses;
	enum ff_regress_verdict verdict;
	const char *reason;
} table[] = {
	{ "silent, nothing known", 0, 0, NULL, NULL, false, 0, 10, FF_REGRESS_PASS, "silent in 10 runs" },
	{ "silent, and known to be", 0, 20, NULL, NULL, false, 0, 10, FF_REGRESS_PASS, "silent in 10 runs" },
	{ "its bug, known", 10, 20, SEEK, SEEK, false, 1, 0, FF_REGRESS_KNOWN, "in the baseline in 10 of 20" },
	{ "its bug, by another of its signatures", 10, 20, SEEK, MINCORE, false, 1, 3, FF_REGRESS_KNOWN, MINCORE " in 1 of 4" },
	{ "its bug, silent in the baseline", 0, 20, NULL, SEEK, true, 1, 0, FF_REGRESS_FAIL, "not in the baseline" },
	{ "its bug, no baseline", 0, 0, NULL, SEEK, false, 2, 3, FF_REGRESS_FAIL, "the bug this program is about, not uptodate; this program and kernel are not in the baseline" },
	{ "something else twice", 10, 20, SEEK, OTHER, false, 2, 3, FF_REGRESS_FAIL, "not what this program is about" },
	{ "something else once, never again", 0, 20, NULL, OTHER, false, 1, 15, FF_REGRESS_FLAKY, "in 1 of 16 runs" },
	{ "something else once, witnessed", 0, 20, NULL, OTHER, true, 1, 0, FF_REGRESS_FAIL, "(witnessed)" },
	{ "another bug of the head than the one known", 10, 20, SEEK, "leak.swapoff-stuck", true, 1, 0, FF_REGRESS_FAIL, "not in the baseline" },
	{ "a known one that does not belong to the head", 3, 20, OTHER, OTHER, false, 1, 0, FF_REGRESS_KNOWN, OTHER },
	{ "gone, always there before", 20, 20, SEEK, NULL, false, 0, 3, FF_REGRESS_FIXED, "showed in none of 3" },
	{ "gone, half of the time before", 10, 20, SEEK, NULL, false, 0, 13, FF_REGRESS_FIXED, "showed in none of 13" },
	{ "not seen, half of the time before, too few runs", 10, 20, SEEK, NULL, false, 0, 5, FF_REGRESS_FLAKY, "too high to call it fixed" },
	{ "not seen, rare before", 1, 20, SEEK, NULL, false, 0, 100, FF_REGRESS_FLAKY, "too high to call it fixed" },
	{ "not run", 10, 20, SEEK, NULL, false, 0, 0, FF_REGRESS_SKIP, "it was not run" },
};

static void verdicts(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ff_base b = baseline(table[i].base_hits, table[i].base_runs, table[i].base_signature);
		struct ff_regress_tally *t = calloc(1, sizeof(*t));
		struct ff_regress_result x = { 0 };

		for (unsigned int k = 0; k < table[i].hits; k++)
			run(t, &b, table[i].shows, table[i].witnessed);
		for (unsigned int k = 0; k < table[i].misses; k++)
			run(t, &b, NULL, false);
		ff_regress_decide(t, &head, &b, &limits, &x);
		tap_is_str(ff_regress_verdict_name(x.verdict), ff_regress_verdict_name(table[i].verdict), "%s", table[i].what);
		if (!tap_ok(strstr(x.reason, table[i].reason), "and the reason says so"))
			tap_diag("  got  %s\n  want %s", x.reason, table[i].reason);
		tap_is_int(x.runs, table[i].hits + table[i].misses, "with its runs");
		tap_is_int(x.hits, table[i].hits, "and hits");
		free(t);
	}
}

/* Runs until it is decided, with a bug that shows in run @shows (0: never). */
static unsigned int runs_until_done(const struct ff_base *b, const struct ff_regress_limits *l, const char *signature,
				    bool witnessed, unsigned int shows)
{
	struct ff_regress_tally *t = calloc(1, sizeof(*t));
	unsigned int n = 0;

	while (ff_regress_more(t, 0, b, l) && n < 1000) {
		n++;
		run(t, b, n == shows ? signature : NULL, witnessed);
	}
	free(t);
	return n;
}

static void sizes(void)
{
	struct ff_base none = baseline(0, 0, NULL), silent = baseline(0, 20, NULL), always = baseline(20, 20, SEEK);
	struct ff_base half = baseline(10, 20, SEEK), rare = baseline(1, 20, SEEK);

	tap_is_int(ff_regress_runs(&none, &limits), 10, "nothing known: so many runs");
	tap_is_int(ff_regress_runs(&silent, &limits), 10, "known to be silent: as many");
	tap_is_int(ff_regress_runs(&always, &limits), 3, "a bug that always shows: three misses are enough");
	tap_ok(ff_regress_runs(&half, &limits) > 6 && ff_regress_runs(&half, &limits) < 20,
	       "10 of 20: %u runs, more than the 7 of a coin that is known", ff_regress_runs(&half, &limits));
	tap_is_int(ff_regress_runs(&rare, &limits), 300, "1 of 20: as many as are allowed");
	tap_is_int(ff_regress_runs(&rare, &ff_regress_limits_measure), 20, "to measure, each as often");
	for (unsigned int n = 2; n < 60; n += 3) {
		struct ff_base b = baseline(n / 2, n, SEEK);
		unsigned int runs = ff_regress_runs(&b, &limits);

		if (runs < limits.most)
			tap_ok(ff_regress_odds(&b, runs) <= limits.odds && (runs == limits.least || ff_regress_odds(&b, runs - 1) > limits.odds),
			       "%u of %u: %u runs are just enough", b.hits, b.runs, runs);
	}
	tap_is_int(ff_regress_odds(&silent, 10), -1, "what never showed has no odds");
	tap_is_int(runs_until_done(&none, &limits, SEEK, false, 0), 10, "silence takes all runs");
	tap_is_int(runs_until_done(&half, &limits, SEEK, false, 2), 2, "a known bug is known at its first hit");
	tap_is_int(runs_until_done(&none, &limits, SEEK, true, 4), 4, "a witnessed one is a fail at once");
	tap_is_int(runs_until_done(&none, &limits, SEEK, false, 4), 19, "any other has to show again, in 15 more");
	tap_is_int(runs_until_done(&none, &ff_regress_limits_measure, SEEK, true, 4), 20, "to measure there is no early end");
	tap_is_int(runs_until_done(&none, &ff_regress_limits_measure, SEEK, true, 0), 10, "but there is nothing to measure while nothing shows");
}

static void time_is_short(void)
{
	struct ff_base none = baseline(0, 0, NULL), half = baseline(10, 20, SEEK);
	struct ff_regress_tally *t = calloc(1, sizeof(*t));

	t->seconds = 11;
	tap_ok(ff_regress_more(t, 0, &none, &limits), "a slow program has the least of runs, too");
	t->runs = limits.least;
	tap_ok(!ff_regress_more(t, 0, &none, &limits), "and no more");
	tap_ok(ff_regress_more(t, 0, &half, &limits), "for a known bug there is more time");
	t->seconds = 61;
	tap_ok(!ff_regress_more(t, 0, &half, &limits), "but not for ever");
	t->seconds = 0;
	tap_ok(ff_regress_more(t, 6, &none, &limits) && !ff_regress_more(t, 7, &none, &limits), "runs under way count");
	t->runs = 0;
	t->lost = 10;
	tap_ok(!ff_regress_more(t, 0, &none, &limits), "and so do those that lost their guest");
	free(t);
}

/* A program that hits with this rate before and after: how often is that called fixed? */
static void false_fixed(double rate)
{
	unsigned int fixed = 0, known = 0, series = 4000;
	struct ff_regress_tally *t = calloc(1, sizeof(*t));
	struct ff_regress_result x;

	for (unsigned int i = 0; i < series; i++) {
		struct ff_base b = baseline(0, 20, NULL);

		for (unsigned int k = 0; k < 20; k++)
			b.hits += drand48() < rate;
		if (!b.hits)
			continue;
		b.nsignatures = 1;
		strcpy(b.signature[0], SEEK);
		memset(t, 0, sizeof(*t));
		memset(&x, 0, sizeof(x));
		while (ff_regress_more(t, 0, &b, &limits))
			run(t, &b, drand48() < rate ? SEEK : NULL, false);
		ff_regress_decide(t, &head, &b, &limits, &x);
		fixed += x.verdict == FF_REGRESS_FIXED;
		known += x.verdict == FF_REGRESS_KNOWN;
	}
	tap_ok(fixed <= series * limits.odds, "rate %.2f: called fixed in %u of %u, %.2g were allowed", rate, fixed, series, limits.odds);
	tap_ok(known > series / 2, "and known in %u", known);
	free(t);
}

static void relearn(void)
{
	struct ff_base none = baseline(0, 0, NULL), b;
	struct ff_regress_tally *t = calloc(1, sizeof(*t));
	struct ff_regress_result x = { 0 };

	run(t, &none, SEEK, true);
	run(t, &none, NULL, false);
	ff_regress_base(t, "abc", "before", &b);
	tap_ok(b.there && b.runs == 2 && b.hits == 1 && !strcmp(b.signature[0], SEEK) && b.seen[0] == 1, "runs as a baseline");
	ff_regress_learn(t, &head, &b);
	ff_regress_decide(t, &head, &b, &limits, &x);
	tap_is_str(ff_regress_verdict_name(x.verdict), "known", "what was recorded is known");
	free(t);
}

int main(void)
{
	srand48(1);
	make_head();
	verdicts();
	sizes();
	time_is_short();
	false_fixed(0.95);
	false_fixed(0.5);
	false_fixed(0.2);
	relearn();
	return tap_done();
}
