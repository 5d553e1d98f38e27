// SPDX-License-Identifier: GPL-2.0-only
/* Family schedule: when things happen. No call of the kernel's, but what lets calls meet. */
#include <time.h>

#include "fuzzer/family.h"

#define MEET_NS		(100 * 1000000ULL)	/* nobody waits longer for who does not come */

static void run_pause(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	struct timespec ts = { .tv_sec = (time_t)(c->arg[0] / 1000000),
			       .tv_nsec = (long)(c->arg[0] % 1000000 * 1000) };
	int err;

	ff_thread_invoke(t, r);
	err = clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
	errno = err;
	ff_thread_return(t, r, err ? -1 : 0);
}

/* The result is 1 when all came, 0 when one did not: either is fine. */
static void run_meet(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	FF_CALL(t, r, ff_exec_meet(t->x, (unsigned int)c->arg[0], MEET_NS));
}

const struct ff_op ff_ops_schedule[] = {
	{
		.name = "pause", .family = "schedule",
		.about = "wait so many microseconds: what was started in the background goes on",
		.arg = { { .type = FF_ARG_NUMBER, .name = "microseconds", .min = 1, .max = 100000 } },
		.weight = 4, .targets = FF_ON_ALL,
		.run = run_pause,
	},
	{
		.name = "meet", .family = "schedule",
		.about = "wait (100 ms at most) until all threads that have this meeting point are there",
		.arg = { { .type = FF_ARG_NUMBER, .name = "point", .max = FF_MEETS - 1 } },
		.targets = FF_ON_ALL,	/* no weight: the generator places it by pairs */
		.run = run_meet,
	},
};
