/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mutation: a program that showed something new is changed a little, so that
 * what is near it is seen, too (docs/feedback.md).
 *
 * What a mutation draws, the generator draws (gen.h): it is told what the
 * program has done up to some place, and says what could come there.
 */
#ifndef FF_FUZZER_MUTATE_H
#define FF_FUZZER_MUTATE_H

#include "fuzzer/generate.h"

#define FF_MUTATE_MOST_CALLS	160	/* a program that is longer becomes no longer */

/**
 * ff_mutate() - make a program out of another
 * @l: kept as the generator keeps them, also where @parent and @other do not
 * @seed, @number: of the mutation: the same ones make the same of the same programs, on every machine
 * @parent: a legal program
 * @other: a legal program to take from, or NULL
 * @out: passes ff_program_check(), differs from @parent, has neither seed nor number
 * Return: 0, or -EAGAIN: of these nothing was made, another number may do.
 */
int ff_mutate(const struct ff_gen_limits *l, uint64_t seed, uint64_t number,
	      const struct ff_program *parent, const struct ff_program *other, struct ff_program *out);

#endif
