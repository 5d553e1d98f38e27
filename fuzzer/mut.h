/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the mutator: what its files (mutate*.c) share. */
#ifndef FF_FUZZER_MUT_H
#define FF_FUZZER_MUT_H

#include "fuzzer/gen.h"
#include "fuzzer/mutate.h"

/**
 * struct mut - a program that is being mutated
 * @p: the program, changed in place; a mutation that fails may leave it in any state
 * @other: to take from, or NULL
 * @g: the generator, after mut_replay() in the state it would be in at that place; its
 *	random numbers are those of all mutations
 * @from, @until: guessed times of the calls that were replayed, in microseconds
 */
struct mut {
	struct ff_program p;
	const struct ff_program *other;
	struct gen g;
	uint64_t from[FF_MAX_CALLS], until[FF_MAX_CALLS];
};

/* One kind of mutation; @apply returns whether it made something, legal or not. */
struct mut_kind {
	const char *name;
	unsigned int weight;
	bool (*apply)(struct mut *m);
};
extern const struct mut_kind mut_kinds[];	/* ended by an empty one */

/* mutate.c: set up for a parent; one mutation of a kind, undone when nothing legal came of it */
void mut_begin(struct mut *m, const struct ff_gen_limits *l, uint64_t seed, uint64_t number,
	       const struct ff_program *parent, const struct ff_program *other);
bool mut_apply(struct mut *m, const struct mut_kind *kind);

/* mutate_clock.c: the program in its guessed order, until @thread (or FF_SETUP) comes to call @at */
void mut_replay(struct mut *m, unsigned int thread, unsigned int at);
void mut_replay_all(struct mut *m);
uint64_t mut_time(const struct mut *m);	/* of the whole, after such a replay */
/* the call of thread @t that is guessed to be done nearest to call @i; -1 if it has none */
int mut_beside(const struct mut *m, unsigned int i, unsigned int t);

/* mutate_meets.c: every meeting point in two threads or more, in an order that lets all of them go on */
void mut_mend_meets(struct ff_program *p);
bool mut_meet(struct mut *m);
bool mut_duel(struct mut *m);

/* mutate_calls.c */
bool mut_insert(struct mut *m);
bool mut_remove(struct mut *m);
bool mut_argument(struct mut *m);
bool mut_repeat(struct mut *m);
bool mut_move(struct mut *m);
bool mut_swap(struct mut *m);
int mut_any_call(struct mut *m);	/* of a thread, no meeting point; -1 if there is none */
/* put @n calls before @at, all of them or none */
bool mut_put(struct mut *m, unsigned int at, const struct ff_call *c, unsigned int n);

/* mutate_splice.c, mutate_target.c */
bool mut_splice(struct mut *m);
bool mut_target(struct mut *m);
bool mut_delay(struct mut *m);

#endif
