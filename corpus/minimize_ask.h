/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the minimiser: its phases, what was tried, and what is asked of a candidate. */
#ifndef FF_CORPUS_MINIMIZE_ASK_H
#define FF_CORPUS_MINIMIZE_ASK_H

#include "corpus/minimize.h"

#define FF_MIN_ROUNDS	12	/* after so many the first that changes nothing is the last */
#define FF_MIN_UNSURE	6	/* so many programs may pass before one is measured, while that goes well */
#define FF_MIN_KEEP	0.85	/* share of the rate that a smaller program must keep */
#define FF_MIN_FLOOR	0.2	/* least rate asked of a candidate, at first; less is rare */
#define FF_MIN_WORST	0.82	/* share of the wish below which no program is kept when there is a better one */
#define FF_MIN_REFUSED	0.001	/* bar of a program that passed, and then hit too seldom */
#define FF_MIN_RARE	0.02	/* no rate is taken to be lower than this */

/**
 * struct ff_min_phase - one kind of candidates
 * @raises: they are not smaller, but may hit more often
 * @early: ... and they are few: before a program is made smaller that hits seldom
 * @detail: they are many and gain little: not while hits are rare
 */
struct ff_min_phase {
	const char *name;
	ff_shrink_fn *next;
	bool raises, early, detail;
};

/** ff_min_phase() - the one the search is in */
const struct ff_min_phase *ff_min_phase(const struct ff_minimize *m);

/** ff_min_rare() - hits are so rare that each test takes long */
bool ff_min_rare(const struct ff_minimize *m);

/** ff_min_note() - a test of a program ended; @bar: what was asked of it, 0: it passed */
void ff_min_note(struct ff_minimize *m, uint64_t hash, double bar, unsigned int hits, unsigned int runs);

/** ff_min_worth() - make the candidate tidy: is it a legal program that should be tried? Fills *@hash. */
bool ff_min_worth(struct ff_minimize *m, struct ff_program *p, uint64_t *hash);

/**
 * ff_min_bounds() - what a program must show to take the place of the last one that was measured
 * @low: a program that hits no more often must not; @high: one that hits so often may
 */
void ff_min_bounds(const struct ff_minimize *m, double *low, double *high);

/** ff_min_lost() - the last one that was measured hits so seldom that an earlier one is better, though larger */
bool ff_min_lost(const struct ff_minimize *m);

/** ff_min_audit_runs() - how many runs the answer to that may cost */
unsigned int ff_min_audit_runs(const struct ff_minimize *m);

/** ff_min_possible() - has the kernel all places of its delays, and does anybody come by there? */
bool ff_min_possible(const struct ff_minimize *m, const struct ff_program *p);

/** ff_min_test() - begin the test of a candidate: what is asked of it now */
void ff_min_test(const struct ff_minimize *m, struct ff_sprt *test);

/* minimize_rate.c */

/** ff_min_measure() - ask how often the best program hits */
void ff_min_measure(struct ff_minimize *m, enum ff_min_stage stage);

/** ff_min_needed() - how many runs of it are certainly still needed */
unsigned int ff_min_needed(const struct ff_minimize *m);

/** ff_min_measured() - it was run: if that is enough, go on with what follows from it */
void ff_min_measured(struct ff_minimize *m);

/** ff_min_begin_search() - the program that was given hits: its rate is the one to keep */
void ff_min_begin_search(struct ff_minimize *m);

/** ff_min_begin_phase() - at its first candidate */
void ff_min_begin_phase(struct ff_minimize *m);

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
