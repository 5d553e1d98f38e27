/* SPDX-License-Identifier: GPL-2.0-only */
/* The hang law in parts: what samples prove, and how that is told. */
#ifndef FF_ORACLES_HANG_H
#define FF_ORACLES_HANG_H

#include <stdbool.h>

#include "oracles/judge.h"

#define FF_HANG_CHAIN	8

/**
 * struct ff_hang_proof - what the samples say about why a call does not return
 * @verdict: "lost-wakeup", "self-deadlock", "lock-cycle"; NULL: nothing is proven
 * @call: it keeps this call from returning; -1: a task that runs no call of the program
 * @from, @until: the samples between which nothing changed
 * @link, @nlink: waits, each for what the next one's task holds
 */
struct ff_hang_proof {
	const char *verdict;
	int call;
	const struct ff_stuck_sample *from, *until;
	const struct ff_wait *link[FF_HANG_CHAIN];
	unsigned int nlink;
};

/** ff_hang_prove() - the strongest verdict that needs no further patience */
bool ff_hang_prove(const struct ff_case *c, struct ff_hang_proof *p);

/**
 * ff_hang_chain() - who waits for whom, beginning with what task @tid waits for
 *
 * Only waits that did not change over the last samples. Fills all but @verdict and @call.
 * Return: the task at its end, which waits for nothing that is known; 0: nobody is known to
 * hold what the last one waits for.
 */
uint32_t ff_hang_chain(const struct ff_case *c, uint32_t tid, struct ff_hang_proof *p);

/** ff_hang_task() - a task of a sample, NULL if it is not there */
const struct ff_stuck_task *ff_hang_task(const struct ff_stuck_sample *s, uint32_t tid);

/** ff_hang_still() - did the task sleep, without one context switch, from one sample to the other */
bool ff_hang_still(const struct ff_stuck_sample *a, const struct ff_stuck_sample *b, uint32_t tid);

/** ff_hang_last() - the last two samples that lie a unit apart; false: there are none */
bool ff_hang_last(const struct ff_case *c, const struct ff_stuck_sample **from,
		  const struct ff_stuck_sample **until);

/** ff_hang_evidence() - waits, holders and stacks of sample @s; those of @tid first */
void ff_hang_evidence(struct ff_finding *f, const struct ff_stuck_sample *s, uint32_t tid);

/** ff_hang_wait_text() - one wait in words */
void ff_hang_wait_text(const struct ff_wait *w, char *out, size_t n);

#endif
