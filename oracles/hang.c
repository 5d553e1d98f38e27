// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hang law, first part: every call returns. A call that has not returned
 * within a limit, scaled by the machine's speed, is verdict "no-return"; one
 * run makes one finding, named by the call that has waited longest.
 */
#include <stdio.h>
#include <string.h>

#include "oracles/cause.h"
#include "oracles/laws.h"
#include "oracles/model.h"
#include "oracles/trace.h"

#define SLOW_FACTOR	10	/* swapoff, reclaim, compaction, sync: slow by nature */
#define SETTLE_REQUESTS	64	/* of a call beside its data: metadata, journal, readahead */

static bool stuck(const struct ff_record *r)
{
	return r->state == FF_CALL_STARTED;
}

/* Requests to the disk that the program may ever cause, were each of one page. */
static uint64_t requests(const struct ff_program *p)
{
	uint64_t bytes = 0, n = 0;
	unsigned int id, i;

	for (id = 0; id < p->ncalls; id++) {
		const struct ff_call *call = &p->call[id];
		const struct ff_op *op = ff_op(call->op);

		n += SETTLE_REQUESTS;
		for (i = 0; i < ff_op_nargs(op); i++) {
			if (op->arg[i].type == FF_ARG_LENGTH && call->arg[i] <= FF_MAX_SIZE)
				bytes += call->arg[i];
		}
		for (i = 0; i < call->nvec && i < FF_MAX_VECS; i++)
			bytes += call->vec[i].len;
	}
	return n + bytes / 4096;
}

/*
 * How long a call may take. One that waits for a lock takes as long as the one
 * that holds it: a slow call anywhere in the program is everyone's excuse, and
 * so is a slow disk, whose queue everybody shares.
 */
static uint64_t limit_of(const struct ff_case *c)
{
	const struct ff_program *p = c->program;
	uint64_t limit = c->history->call_limit_ns;
	unsigned int id;

	for (id = 0; id < p->ncalls; id++) {
		if (stuck(&c->history->record[id]) && (ff_call_traits(&p->call[id]) & FF_COSTLY)) {
			limit *= SLOW_FACTOR;
			break;
		}
	}
	if (p->target.slow)
		limit += requests(p) * 1000000000 / p->target.slow;
	return limit;
}

/* The stack of a task that the kernel says is blocked, by its thread id. */
static const char *stack_of(const struct ff_case *c, uint32_t tid)
{
	const char *at = c->log, *next;
	char line[512], id[24];

	snprintf(id, sizeof(id), ":%u blocked for", tid);
	for (; (next = ff_log_line(at, line, sizeof(line))); at = next) {
		if (!strncmp(line, "INFO: task ", 11) && (!tid || strstr(line, id)) &&
		    strstr(line, "blocked for more than"))
			return at;
	}
	return NULL;
}

static void report(const struct ff_case *c, unsigned int first, uint64_t limit,
		   struct ff_findings *out)
{
	const struct ff_history *h = c->history;
	const char *name = ff_op(c->program->call[first].op)->name, *stack;
	struct ff_finding *f = ff_finding_add(out, "hang", "no-return");
	char frames[100] = "";
	unsigned int id;

	if (!f)
		return;
	f->call = first;
	f->thread = c->program->call[first].thread;
	snprintf(f->what, sizeof(f->what), "%s has not returned for %.1f s, the limit is %.1f s",
		 name, (double)(c->now - h->record[first].invoked) / 1e9, (double)limit / 1e9);
	for (id = 0; id < c->program->ncalls; id++) {
		if (stuck(&h->record[id]))
			ff_cause_call(f, c, id, id == first ? "waits longest" : "waits too");
	}
	stack = stack_of(c, h->record[first].tid);
	if (stack && ff_log_frames(stack, 2, frames, sizeof(frames)))
		ff_finding_evidence(f, "log: blocked in %s\n", frames);
	ff_finding_signature(f, "hang.no-return.%s%s%s", name, *frames ? "." : "", frames);
	ff_cause_witness(f, c);
}

void ff_judge_hang(const struct ff_case *c, void *model, struct ff_findings *out)
{
	const struct ff_history *h = c->history;
	unsigned int id, first = FF_MAX_CALLS;
	uint64_t limit;

	(void)model;
	/* the guest died of something else: nothing more could return */
	if (c->ended || (c->lost && (!strcmp(c->lost, "panic") || !strcmp(c->lost, "killed"))))
		return;
	for (id = 0; id < c->program->ncalls; id++) {
		if (stuck(&h->record[id]) &&
		    (first == FF_MAX_CALLS || h->record[id].invoked < h->record[first].invoked))
			first = id;
	}
	if (first == FF_MAX_CALLS || !h->call_limit_ns || c->now <= h->record[first].invoked)
		return;
	limit = limit_of(c);
	if (c->now - h->record[first].invoked > limit)
		report(c, first, limit, out);
}
