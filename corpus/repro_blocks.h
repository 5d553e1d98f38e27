/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The helper functions of reproducers: pieces of C text (corpus/repro/), of which a
 * file gets those that it uses.
 */
#ifndef FF_CORPUS_REPRO_BLOCKS_H
#define FF_CORPUS_REPRO_BLOCKS_H

#include <stdbool.h>
#include <stdio.h>

#define FF_BLOCKS 96

/** struct ff_blocks - those that are wanted; all 0: none */
struct ff_blocks {
	bool wanted[FF_BLOCKS];
};

/** ff_blocks_want() - want the one of this name, and what it needs itself; it must exist */
void ff_blocks_want(struct ff_blocks *b, const char *name);

/** ff_blocks_wanted() - is it wanted */
bool ff_blocks_wanted(const struct ff_blocks *b, const char *name);

/** ff_blocks_print() - write those that are wanted, each after what it needs */
void ff_blocks_print(const struct ff_blocks *b, FILE *out);

#endif
