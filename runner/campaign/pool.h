/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs a campaign keeps, in memory and in a corpus, and the choice of one to be changed. */
#ifndef FF_RUNNER_POOL_H
#define FF_RUNNER_POOL_H

#include "corpus/signal.h"
#include "corpus/store.h"
#include "runner/campaign/census.h"

/**
 * struct ff_kept - one of them
 * @p: only ff_program_bytes() of it are there: copy it with ff_program_copy()
 * @id: of its text
 * @f, @n: its stable features
 * @run_us: of its fastest run
 * @picks: how often it was changed into another
 */
struct ff_kept {
	struct ff_program *p;
	struct ff_id id;
	uint32_t *f, n, picks;
	uint64_t run_us;
};

/** struct ff_pool - @store: NULL when it is for this campaign only; @loaded: programs that came from it */
struct ff_pool {
	struct ff_kept *kept;
	unsigned int n, room, loaded;
	struct ff_corpus *store;
};

/**
 * ff_pool_open() - with the programs of a store, and their features as stable ones
 * @path: made if it is not there; NULL: none
 * Return: 0, or -errno with a message.
 */
int ff_pool_open(struct ff_pool *pool, const char *path, struct ff_census *seen);
void ff_pool_close(struct ff_pool *pool);

/** ff_pool_full() - no more are kept: what a campaign of weeks holds in memory and on the disk has an end */
bool ff_pool_full(const struct ff_pool *pool);

/**
 * ff_pool_add() - keep a program; with a store it is on the disk when this returns
 * @attrs: lines beside those of its signal and its run time
 * @id: filled
 * Return: 0, or -errno with a message (-ENOSPC: the disk is full).
 */
int ff_pool_add(struct ff_pool *pool, const struct ff_program *p, const struct ff_signal *s,
		uint64_t run_us, const char *attrs, struct ff_id *id);

/**
 * ff_pool_parent() - one to be changed: those whose features few programs had, the fast
 *	ones and those seldom changed are the likely ones
 * @t: only what may run on this target too, and rather those made for it
 * @random: of the draw; the same numbers give the same program
 * Return: NULL when there is none.
 */
struct ff_kept *ff_pool_parent(struct ff_pool *pool, const struct ff_census *seen,
			       const struct ff_target *t, uint64_t *random);

#endif
