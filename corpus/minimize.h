/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Minimising: the search, without any kernel. It says which program to run
 * next and is told whether that hit; what "hit" means is the caller's matter
 * (the same signature). Order: threads, what belongs together, calls,
 * arguments, delays, options of the target, round after round until nothing
 * goes any more; and where the rate of hits is low, edits that may raise it.
 *
 * A candidate passes when Wald's test says that it hits about as often as the
 * best program so far; what passed is held to an absolute bound, so that small losses do
 * not add up (docs/minimize.md). The search can be stopped and written down at any time.
 */
#ifndef FF_CORPUS_MINIMIZE_H
#define FF_CORPUS_MINIMIZE_H

#include <jansson.h>

#include "corpus/shrink.h"
#include "corpus/sprt.h"

#define FF_MIN_TRAIL	16	/* measured programs to which the search can go back */
#define FF_MIN_LANES	4	/* candidates that are tried at one time */
#define FF_MIN_PHASES	9

enum ff_min_stage {
	FF_MIN_MEASURE,		/* does the program hit at all, and how often */
	FF_MIN_SEARCH,
	FF_MIN_CONFIRM,		/* a candidate passed: how often does it really hit */
	FF_MIN_DOUBT,		/* it hits too seldom: how often did the one before */
	FF_MIN_FINAL,		/* the same for the result */
	FF_MIN_DONE
};

/**
 * struct ff_min_config - what is wanted
 * @ddmin: ddmin on the list of calls, and nothing else
 * @calls: the search may make a program longer to raise its rate up to so many calls
 * @goal: rate that is wanted: somewhat more than what the result should show, 0.6. Where the
 *	program has it, it may be given away down to FF_MIN_WORST of it, and no further
 * @places: where the kernel can be held up, bits of enum ff_delay_place
 * @tries: runs without a hit after which the program is given up
 */
struct ff_min_config {
	bool ddmin;
	unsigned int calls, tries;
	uint32_t places;
	double goal;
};

/** struct ff_min_rate - hits in runs */
struct ff_min_rate {
	unsigned int hits, runs;
};

/**
 * struct ff_min_seen - a program that was tried
 * @bar: the rate that was asked of it; 0: it passed
 * @rate: what it gave, all its tests together
 * @tests: how many; @round: when the last was
 */
struct ff_min_seen {
	uint64_t hash;
	double bar;
	struct ff_min_rate rate;
	unsigned int tests, round;
};

/** struct ff_min_back - a program that was measured and then made smaller */
struct ff_min_back {
	struct ff_program program;
	struct ff_min_rate rate;
};

/** struct ff_min_lane - a candidate under test */
struct ff_min_lane {
	uint64_t serial, hash;
	unsigned int flying;	/* runs that have not come back */
	struct ff_shrink_at before, after;	/* of its making */
	struct ff_sprt test;
	struct ff_program program;
};

/**
 * struct ff_minimize - the search; read it, change it only through the functions
 * @best: smallest program so far that hits as it should
 * @sure: the same at the last confirmation: the search goes back there when @best
 *	turns out to hit too seldom; @sure_rate: how often that hit
 * @raised: it was made longer for a higher rate
 * @doubt, @doubt_rate: such a program, while @sure is measured again up to @doubt_runs
 * @ref: rate that candidates are held against; @peak: highest that was confirmed
 * @floor: least rate asked of a candidate while the program itself hits seldom
 * @phase, @at, @round: where the search is; @changed: in this round; @moved: since @sure;
 *	@last: nothing was changed in the round before: doubtful cases are tried again;
 * @rate: of @best: confirmation runs only; @audit: does that do?
 * @afford_misses, @afford_hits: what is left of the budget (ff_minimize_afford())
 * @back, @nback: earlier @sure, the last one last: small losses add up, and then it goes back there
 * @calls, @threads: of the program that was given
 * @runs, @hits, @candidates, @accepted: so far
 */
struct ff_minimize {
	struct ff_min_config cfg;
	enum ff_min_stage stage;
	struct ff_program best, sure;
	struct ff_min_rate rate, sure_rate, first;
	double ref, peak, floor, afford_misses, afford_hits;
	struct ff_sprt audit;
	unsigned int phase, round;
	struct ff_shrink_at at;
	bool changed, moved, last, raised;
	unsigned int unsure;		/* programs that passed since @sure */
	unsigned int patience;		/* so many may pass before one is measured */
	struct ff_program doubt;
	struct ff_min_rate doubt_rate;
	unsigned int doubt_runs;
	struct ff_min_back back[FF_MIN_TRAIL];
	unsigned int nback;
	unsigned int calls, threads;
	uint64_t hash;			/* of the program that was given */
	uint64_t runs, hits, candidates, accepted;
	uint64_t serial, best_serial;	/* last ticket given; of the best program's runs */
	unsigned int flying, final_runs;	/* of the best program */
	bool exhausted;			/* the phase has no more candidates */
	unsigned int nlanes;
	struct ff_min_lane lane[FF_MIN_LANES];
	struct ff_min_seen *seen;
	size_t nseen, room;
};

/** ff_minimize_open() - begin with a legal program; NULL without memory */
struct ff_minimize *ff_minimize_open(const struct ff_min_config *cfg, const struct ff_program *p);
void ff_minimize_close(struct ff_minimize *m);

/**
 * ff_minimize_next() - a program to run
 * @ticket: comes back with its result
 * Return: the program, valid until the next call; NULL: none before another result came, or the end.
 */
const struct ff_program *ff_minimize_next(struct ff_minimize *m, uint64_t *ticket);

/** ff_minimize_result() - a run ended; results of candidates that are decided only count as runs */
void ff_minimize_result(struct ff_minimize *m, uint64_t ticket, bool hit);

/** ff_minimize_finish() - no more search: @runs runs of the best program, to say how often it hits */
void ff_minimize_finish(struct ff_minimize *m, unsigned int runs);

/**
 * ff_minimize_afford() - what is left of the budget, as far as is known: an answer may cost a share of it
 * @misses: so many runs, if none hits
 * @hits: so many, if each does: fewer where each hit ends its guest
 */
void ff_minimize_afford(struct ff_minimize *m, double misses, double hits);

/** ff_minimize_dear() - few hits are left in the budget, as where each ends its guest: one must do where it can */
bool ff_minimize_dear(const struct ff_minimize *m);

/** ff_minimize_phase() - its name, for people */
const char *ff_minimize_phase(const struct ff_minimize *m);

/** ff_minimize_hash() - of what ff_program_same() compares */
uint64_t ff_minimize_hash(const struct ff_program *p);

/** ff_minimize_json() - the state; ff_minimize_load() goes on from there (-EINVAL: not such a state; -ENOMEM) */
json_t *ff_minimize_json(const struct ff_minimize *m);
int ff_minimize_load(struct ff_minimize *m, const json_t *state);

/* For minimize_state.c. */
bool ff_minimize_note(struct ff_minimize *m, const struct ff_min_seen *s);
void ff_minimize_audit(struct ff_minimize *m);

#endif
