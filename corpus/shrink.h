/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Candidates for a smaller or a surer program, one kind after another: pure
 * edits, made from the best program so far and a place in the enumeration.
 *
 * A candidate need not be legal, tidy or new: minimize.c looks. None knows any
 * bug.
 */
#ifndef FF_CORPUS_SHRINK_H
#define FF_CORPUS_SHRINK_H

#include "fuzzer/program.h"

/** struct ff_shrink_at - where an enumeration is; all zero at its beginning */
struct ff_shrink_at {
	uint32_t step, pos;
};

/**
 * typedef ff_shrink_fn - make the candidate at @at, and go on
 * @p: the best program so far
 * @at: moved to the next candidate
 * @out: a candidate; may be equal to @p when there is none at this place
 * Return: false at the end: @out is not filled.
 */
typedef bool ff_shrink_fn(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out);

/* shrink_calls.c: threads; four calls in a row and more; what belongs together; all calls in a row */
ff_shrink_fn ff_shrink_threads, ff_shrink_stretches, ff_shrink_groups, ff_shrink_calls;

/* shrink_args.c: numbers, ranges, flags, pieces of vectors */
ff_shrink_fn ff_shrink_args;

/* shrink_target.c: delays; options of the target */
ff_shrink_fn ff_shrink_delays, ff_shrink_target;

/* raise.c: not smaller, but it may hit more often; the few of these that need no small program */
ff_shrink_fn ff_raise, ff_raise_early;

/* ddmin.c: Zeller's ddmin on the list of calls; and what it does after a success */
ff_shrink_fn ff_ddmin;
void ff_ddmin_accepted(struct ff_shrink_at *at);

#endif
