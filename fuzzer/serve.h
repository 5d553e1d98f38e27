/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program tells the FUSE server it runs on: memory that both share.
 *
 * The server works alone; here it only looks, before and after each request,
 * whether it should take its time. Every order ends by itself: a server that
 * is merely slow must never look like a hang of the kernel.
 */
#ifndef FF_FUZZER_SERVE_H
#define FF_FUZZER_SERVE_H

#include <stdatomic.h>
#include <stdint.h>

#define FF_SERVE_MOST_US	500000	/* longest time that a request is held */
#define FF_SERVE_MOST		8	/* requests held by one order; the server has more threads */

enum ff_serve_order {
	FF_SERVE_RESUME,	/* let go what is held */
	FF_SERVE_STALL,		/* hold the next requests before they are carried out */
	FF_SERVE_DELAY,		/* carry them out, hold their answers */
	FF_SERVE_DIE,		/* be killed, as by kill -9 */
};

/**
 * struct ff_serve - orders to a server
 * @pid: the server's process; 0 when there is none, or none any more
 * @stall, @delay: how many of the next requests are to be held
 * @stall_us, @delay_us: how long
 * @resumed: counts FF_SERVE_RESUME
 * @iops: data requests a second, 0 as fast as it can
 * @requests: answered so far
 */
struct ff_serve {
	_Atomic int32_t pid;
	_Atomic int32_t stall, delay;
	_Atomic uint32_t stall_us, delay_us, resumed, iops;
	_Atomic uint64_t requests;
};

/** ff_serve_quiet() - let go what is held, and hold nothing more */
static inline void ff_serve_quiet(struct ff_serve *s)
{
	atomic_store(&s->stall, 0);
	atomic_store(&s->delay, 0);
	atomic_fetch_add(&s->resumed, 1);
}

#endif
