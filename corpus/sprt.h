/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wald's sequential probability ratio test: does this program hit as often as
 * it should (rate @p1 or more) or hardly at all (rate @p0 or less)? It takes no
 * more runs than the answer needs: a few when the case is clear.
 */
#ifndef FF_CORPUS_SPRT_H
#define FF_CORPUS_SPRT_H

#include <stdbool.h>

#define FF_SPRT_ALPHA	0.06	/* a program of rate p0 passes: usual odds */
#define FF_SPRT_BETA	0.15	/* one of rate p1 is refused */

enum ff_sprt_says { FF_SPRT_MORE, FF_SPRT_YES, FF_SPRT_NO };

/**
 * struct ff_sprt - a test that goes on
 * @p0, @p1: the two rates, 0 < p0 < p1 < 1
 * @hit, @miss: what a run adds to @ratio, the logarithm of the likelihoods' ratio
 * @upper, @lower: where @ratio decides
 * @runs, @hits: so far
 */
struct ff_sprt {
	double p0, p1, hit, miss, ratio, upper, lower;
	unsigned int runs, hits;
};

/** ff_sprt_begin() - @alpha: odds that one of rate @p0 passes */
void ff_sprt_begin(struct ff_sprt *s, double p0, double p1, double alpha);

/** ff_sprt_run() - one more run; what the test says now */
enum ff_sprt_says ff_sprt_run(struct ff_sprt *s, bool hit);

/** ff_sprt_least() - runs until the test can say something, at the earliest (1 or more) */
unsigned int ff_sprt_least(const struct ff_sprt *s);

/** ff_rate_low() - the rate is hardly lower than this (Wilson's bound, one side, 95 %) */
double ff_rate_low(unsigned int hits, unsigned int runs);

/** ff_rate_unseen() - what rate would have shown in @runs runs, with odds of 95 %? */
double ff_rate_unseen(unsigned int runs);

#endif
