/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program's runs on a kernel mean, and how many of them it takes. Pure:
 * counts and a baseline in, a verdict out.
 *
 * A run that hits proves something, one that does not proves nothing: so a
 * known bug is still there at its first hit, and is gone only when it failed to
 * show in so many runs that chance alone would hardly do that.
 */
#ifndef FF_RUNNER_REGRESS_DECIDE_H
#define FF_RUNNER_REGRESS_DECIDE_H

#include "corpus/regress.h"
#include "oracles/finding.h"
#include "runner/regress/baseline.h"
#include "runner/regress/result.h"

#define FF_REGRESS_SEEN	32	/* different signatures of a program on a kernel */

/**
 * struct ff_regress_limits - how much is run
 * @runs: of a program with nothing known
 * @least: whatever the time says
 * @most: of a program whose known bug does not show
 * @confirm: runs after the first hit of something new, to see it again
 * @seconds: of a program with nothing known; @known_seconds: of one whose known bug does not show
 * @odds: at which a known bug that did not show counts as fixed
 * @measure: no early end: the rate is wanted
 */
struct ff_regress_limits {
	unsigned int runs, least, most, confirm;
	double seconds, known_seconds, odds;
	bool measure;
};

/** ff_regress_limits_default - 10 runs in 10 s; for known bugs up to 300 in 60 s; odds 0.01 */
extern const struct ff_regress_limits ff_regress_limits_default;

/** ff_regress_limits_measure - 20 runs in 10 s, half as many while nothing showed; three whatever they take */
extern const struct ff_regress_limits ff_regress_limits_measure;

/** struct ff_regress_seen - a signature that showed */
struct ff_regress_seen {
	char signature[160], what[400];
	unsigned int hits;
	bool known, witnessed;
};

/**
 * struct ff_regress_tally - the runs so far
 * @runs: that came back; @hits: with any finding, @known_hits: with a known one
 * @lost: runs that cost their guest and found nothing: they say nothing
 * @first_new: the run (from 1) that was first to show something new
 */
struct ff_regress_tally {
	unsigned int runs, hits, known_hits, lost, first_new;
	struct ff_regress_seen seen[FF_REGRESS_SEEN];
	unsigned int nseen;
	double seconds;
};

/**
 * ff_regress_is_known() - does the baseline know this signature
 *
 * It does if it has it, or has another one of the same bug, as the head groups them.
 */
bool ff_regress_is_known(const struct ff_regress_head *h, const struct ff_base *b, const char *signature);

/** ff_regress_add() - one more run with its findings */
void ff_regress_add(struct ff_regress_tally *t, const struct ff_regress_head *h, const struct ff_base *b,
		    const struct ff_findings *findings);

/** ff_regress_odds() - that a bug of this baseline shows in none of @runs; -1: it knows none */
double ff_regress_odds(const struct ff_base *b, unsigned int runs);

/** ff_regress_runs() - runs it takes at most, if nothing new shows */
unsigned int ff_regress_runs(const struct ff_base *b, const struct ff_regress_limits *l);

/** ff_regress_more() - does it take another run, beside @ahead that are under way */
bool ff_regress_more(const struct ff_regress_tally *t, unsigned int ahead, const struct ff_base *b,
		     const struct ff_regress_limits *l);

/** ff_regress_base() - what these runs would be as a baseline; @of as in struct ff_base */
void ff_regress_base(const struct ff_regress_tally *t, const char *id, const char *of, struct ff_base *out);

/** ff_regress_learn() - look at what showed with this baseline */
void ff_regress_learn(struct ff_regress_tally *t, const struct ff_regress_head *h, const struct ff_base *b);

/** ff_regress_decide() - verdict, reason, counts and odds of a result, from its runs */
void ff_regress_decide(const struct ff_regress_tally *t, const struct ff_regress_head *h, const struct ff_base *b,
		       const struct ff_regress_limits *l, struct ff_regress_result *out);

#endif
