/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Actions: witness events as what somebody did to some pages, from when to
 * when. A BEGIN and its END are one action. For signal.c only.
 */
#ifndef FF_CORPUS_ACTION_H
#define FF_CORPUS_ACTION_H

#include "fuzzer/call.h"
#include "fuzzer/content.h"
#include "oracles/judge.h"

/* Who did it, where it was no call of the program: continues enum ff_op_id. */
enum ff_actor {
	FF_ACTOR_BETWEEN = FF_OPS,	/* a thread of the program, between its calls */
	FF_ACTOR_CHILD,			/* another process of ours: a forked child, the FUSE server */
	FF_ACTOR_KSWAPD, FF_ACTOR_KHUGEPAGED, FF_ACTOR_KTHREAD, FF_ACTOR_STRANGER,
};

/* Objects of an action beside those of content.h. */
#define FF_OBJ_OTHER(n)	(64 + (n))	/* files of which it is not known which they are */
#define FF_OBJ_OTHERS	64
#define FF_OBJ_ANY	255		/* no object is known: it may be any */

/**
 * struct ff_action - who did what to which pages, when
 * @begin, @end: ns; equal for what has no duration
 * @first, @last: pages of the object
 * @pfn, @pfns: page frames under DMA, or the one concerned; 0: not known
 * @task: tid, or enum ff_actor for kernel threads: all of a class are one task
 * @kind: enum ff_ev_kind of its beginning
 * @result: coarse class of what came of it, 0: it went well
 * @actor: enum ff_op_id of the call it was part of, or enum ff_actor
 * @object: of which the pages are
 */
struct ff_action {
	uint64_t begin, end;
	uint64_t first, last;
	uint64_t pfn, pfns;
	uint32_t task;
	uint8_t kind, result, actor, object;
};

/**
 * ff_actions_of() - the actions in a run's events, by beginning
 * @out: room for one an event
 * Return: how many.
 */
size_t ff_actions_of(const struct ff_case *c, struct ff_action *out);

#endif
