// SPDX-License-Identifier: GPL-2.0-only
/* Family serve: what a program tells the server of its FUSE target. */
#include <signal.h>

#include "fuzzer/family.h"

static const struct ff_word order_words[] = {
	WORD("stall", FF_SERVE_STALL, 40),
	WORD("delay", FF_SERVE_DELAY, 40),
	WORD("resume", FF_SERVE_RESUME, 19),
	WORD("die", FF_SERVE_DIE, 1),
	{ 0 }
};

static int order(struct ff_serve *s, const struct ff_call *c)
{
	pid_t pid;

	switch (c->arg[0]) {
	case FF_SERVE_STALL:
		atomic_store(&s->stall_us, (uint32_t)c->arg[2]);
		atomic_store(&s->stall, (int32_t)c->arg[1]);
		return 0;
	case FF_SERVE_DELAY:
		atomic_store(&s->delay_us, (uint32_t)c->arg[2]);
		atomic_store(&s->delay, (int32_t)c->arg[1]);
		return 0;
	case FF_SERVE_RESUME:
		ff_serve_quiet(s);
		return 0;
	default:
		pid = (pid_t)atomic_exchange(&s->pid, 0);
		if (pid > 0)
			return kill(pid, SIGKILL);
		errno = ESRCH;
		return -1;
	}
}

static void run_serve(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	if (!t->x->cfg.serve)
		return ff_skip(r);
	FF_CALL(t, r, order(t->x->cfg.serve, c));
}

const struct ff_op ff_ops_serve[] = {
	{
		.name = "serve", .family = "serve",
		.about = "tell the FUSE server to hold the next requests, before it carries them out (stall) or before it answers (delay), or to be killed; resume lets go what is held",
		.arg = { ARG_CHOICE("order", order_words),
			 { .type = FF_ARG_NUMBER, .name = "requests", .max = FF_SERVE_MOST },
			 { .type = FF_ARG_NUMBER, .name = "microseconds", .max = FF_SERVE_MOST_US } },
		.weight = 5, .targets = FF_ON_FUSE, .may = MAY(ESRCH),
		.run = run_serve,
	},
};
