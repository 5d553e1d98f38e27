/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the minimiser: its phases, what was tried, and what is asked of a candidate. */
#ifndef FF_CORPUS_MINIMIZE_ASK_H
#define FF_CORPUS_MINIMIZE_ASK_H

#include "corpus/minimize.h"

#define FF_MIN_KEEP	0.85	/* share of the rate that a smaller program must keep */
#define FF_MIN_FLOOR	0.2	/* least rate asked of a candidate, at first; less is rare */
#define FF_MIN_REFUSED	0.001	/* bar of a program that passed, and then hit too seldom */
#define FF_MIN_RARE	0.02	/* no rate is taken to be lower than this */

/**
 * struct ff_min_phase - one kind of candidates
 * @raises: they are not smaller, but may hit more often
 * @detail: they are many and gain little: not while hits are rare
 */
struct ff_min_phase {
	const char *name;
	ff_shrink_fn *next;
	bool raises, detail;
};

/** ff_min_phase() - the one the search is in */
const struct ff_min_phase *ff_min_phase(const struct ff_minimize *m);

/** ff_min_rare() - hits are so rare that each test takes long */
bool ff_min_rare(const struct ff_minimize *m);

/** ff_min_note() - a test of a program ended; @bar: what was asked of it, 0: it passed */
void ff_min_note(struct ff_minimize *m, uint64_t hash, double bar, unsigned int hits, unsigned int runs);

/** ff_min_worth() - make the candidate tidy: is it a legal program that should be tried? Fills *@hash. */
bool ff_min_worth(struct ff_minimize *m, struct ff_program *p, uint64_t *hash);

/** ff_min_test() - begin the test of a candidate: what is asked of it now */
void ff_min_test(const struct ff_minimize *m, struct ff_sprt *test);

static inline double ff_min_share(struct ff_min_rate r)
{
	return r.runs ? (double)r.hits / r.runs : 0;
}

static inline double ff_min_least(double a, double b)
{
	return a < b ? a : b;
}

static inline double ff_min_most(double a, double b)
{
	return a > b ? a : b;
}

#endif
