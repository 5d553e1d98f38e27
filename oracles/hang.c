// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hang law: every call returns. What samples prove is told as soon as they are
 * there (hang_proof.c); what they do not prove is a matter of patience, and told
 * after a limit, scaled by the machine's speed. One run makes one finding.
 */
#include <stdio.h>
#include <string.h>

#include "oracles/cause.h"
#include "oracles/hang.h"
#include "oracles/laws.h"
#include "oracles/model.h"
#include "oracles/trace.h"

#define SLOW_FACTOR	10	/* swapoff, reclaim, compaction, sync: slow by nature */
#define RUNNING_FACTOR	2	/* a call that runs may only be slow: livelock is far beyond the limit */
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

/* Its first frame that says something, of a sample or else of the log. */
static void frames_of(const struct ff_case *c, const struct ff_stuck_task *t, uint32_t tid, char *out,
		      size_t n)
{
	const char *stack;

	out[0] = '\0';
	if (t && ff_stack_frames(t->stack, 1, out, n))
		return;
	stack = stack_of(c, tid);
	if (stack)
		ff_log_frames(stack, 2, out, n);
}

static void figure(struct ff_finding *f, const struct ff_case *c, unsigned int id)
{
	const struct ff_record *r = &c->history->record[id];
	double s = (double)(c->now - r->invoked) / 1e9;

	if (r->state == FF_CALL_DONE)
		ff_finding_evidence(f, "it came back after %.1f s\n", (double)(r->returned - r->invoked) / 1e9);
	else if (c->stuck && c->stuck->unit_ns)
		ff_finding_evidence(f, "from stuck to verdict: %.1f s, that is %.1f s at native speed\n", s,
				    s * 1e9 / (double)c->stuck->unit_ns);
	else
		ff_finding_evidence(f, "from stuck to verdict: %.1f s\n", s);
}

/* The calls, the waits, the stacks; and the signature. */
static void tell(struct ff_finding *f, const struct ff_case *c, unsigned int first, uint32_t tid)
{
	const struct ff_stuck_sample *s = NULL;
	const struct ff_stuck_task *t = NULL;
	char frames[100];
	unsigned int id;

	if (c->stuck && c->stuck->nsamples) {
		s = &c->stuck->sample[c->stuck->nsamples - 1];
		t = ff_hang_task(s, tid);
	}
	f->call = (int)first;
	f->thread = c->program->call[first].thread;
	figure(f, c, first);
	for (id = 0; id < c->program->ncalls; id++)
		if (id == first || stuck(&c->history->record[id]))
			ff_cause_call(f, c, id, id != first ? "waits too" :
				      f->witnessed ? "stuck" : "waits longest");
	if (s)
		ff_hang_evidence(f, s, tid);
	frames_of(c, t, tid, frames, sizeof(frames));
	if (*frames && !t)
		ff_finding_evidence(f, "log: blocked in %s\n", frames);
	ff_finding_signature(f, "hang.%s.%s%s%s", f->verdict, ff_op(c->program->call[first].op)->name,
			     *frames ? "." : "", frames);
	if (!f->witnessed)
		ff_cause_witness(f, c);
}

static void report_proof(const struct ff_case *c, const struct ff_hang_proof *p, unsigned int first,
			 struct ff_findings *out)
{
	struct ff_finding *f = ff_finding_add(out, "hang", p->verdict);
	unsigned int call = p->call >= 0 ? (unsigned int)p->call : first;
	char text[280];

	if (!f)
		return;
	ff_hang_wait_text(p->link[0], text, sizeof(text));
	snprintf(f->what, sizeof(f->what), "%s %s: %s", ff_op(c->program->call[call].op)->name,
		 !strcmp(p->verdict, "lost-wakeup") ? "waits on though it should have been woken" :
		 "waits in vain for what cannot be given up", text);
	f->witnessed = 1;
	ff_finding_evidence(f, "proof: %s\n", text);
	for (unsigned int i = 1; i < p->nlink; i++) {
		ff_hang_wait_text(p->link[i], text, sizeof(text));
		ff_finding_evidence(f, "proof: %s\n", text);
	}
	ff_finding_evidence(f, "proof: nothing of that changed over %.1f s, not one context switch%s\n",
			    (double)(p->until->time_ns - p->from->time_ns) / 1e9,
			    p->nlink == 1 && p->link[0]->kind == FF_WAIT_PAGE &&
			    !(p->link[0]->flags & FF_WAITF_SET) ? "; nobody woke it" : "");
	tell(f, c, call, p->link[0]->tid);
}

/* What the samples say of the task that waits longest, where they prove nothing. */
struct look {
	const struct ff_stuck_sample *from, *until;
	struct ff_hang_proof chain;
	uint32_t tid, end;	/* its end: who holds what all of them wait for */
	bool runs;		/* nothing but running, with CPU time to show */
	bool slow;		/* disks get on, or a server in user space is asked */
	bool held;		/* a task that does not get on holds it */
};

static bool asks_server(const struct ff_stuck_sample *s, uint32_t tid)
{
	const struct ff_stuck_task *t = ff_hang_task(s, tid);

	return t && strstr(t->stack, "request_wait_answer");
}

static bool look(const struct ff_case *c, uint32_t tid, struct look *l)
{
	const struct ff_stuck_task *a, *b;

	memset(l, 0, sizeof(*l));
	l->tid = tid;
	if (!ff_hang_last(c, &l->from, &l->until))
		return false;
	a = ff_hang_task(l->from, tid);
	b = ff_hang_task(l->until, tid);
	l->end = ff_hang_chain(c, tid, &l->chain);
	/* a tick is 10 ms: a tenth of the time, for there are more threads than CPUs */
	l->runs = a && b && a->state == 'R' && b->state == 'R' &&
		  (b->cpu - a->cpu) * 100000000 >= l->until->time_ns - l->from->time_ns;
	l->slow = (b && b->state == 'D' && l->until->io_done > l->from->io_done) ||
		  asks_server(l->until, tid) || asks_server(l->until, l->end);
	l->held = l->end && l->end != tid && ff_hang_still(l->from, l->until, l->end);
	return true;
}

static void say_why(struct ff_finding *f, const struct look *l)
{
	const struct ff_wait *w = l->chain.nlink ? l->chain.link[l->chain.nlink - 1] : NULL;
	char text[280];

	if (!l->until)
		ff_finding_evidence(f, "unproven: no two samples of it\n");
	else if (w) {
		ff_hang_wait_text(w, text, sizeof(text));
		ff_finding_evidence(f, "unproven: %s; disk requests: %u under way, %llu done between the samples\n",
				    text, l->until->io_flight,
				    (unsigned long long)(l->until->io_done - l->from->io_done));
	} else if (!(l->until->know & FF_KNOW_PAGES))
		ff_finding_evidence(f, "unproven: what it waits for is not known, the wait table could not be read\n");
	else if (!ff_hang_still(l->from, l->until, l->tid))
		ff_finding_evidence(f, "unproven: it is not asleep all the time\n");
	else
		ff_finding_evidence(f, "unproven: it sleeps, but for no page bit%s: see its stack\n",
				    l->until->know & FF_KNOW_LOCKS ? " and no lock" : "; locks are not seen here");
}

static void report(const struct ff_case *c, unsigned int first, uint64_t limit, const struct look *l,
		   struct ff_findings *out)
{
	const struct ff_record *r = &c->history->record[first];
	const char *verdict = l->runs ? "livelock" : l->held ? "held-lock" : "no-return";
	struct ff_finding *f = ff_finding_add(out, "hang", verdict);

	if (!f)
		return;
	snprintf(f->what, sizeof(f->what), "%s has not returned for %.1f s, the limit is %.1f s",
		 ff_op(c->program->call[first].op)->name, (double)(c->now - r->invoked) / 1e9,
		 (double)limit / 1e9);
	f->witnessed = l->runs || l->held;
	if (l->runs)
		ff_finding_evidence(f, "proof: task %u ran all the time, and does not come to an end\n", l->tid);
	else if (l->held)
		ff_finding_evidence(f, "proof: task %u holds it, and slept over %.1f s without one context switch\n",
				    l->end, (double)(l->until->time_ns - l->from->time_ns) / 1e9);
	else
		say_why(f, l);
	tell(f, c, first, r->tid);
}

/* The call that waits longest; FF_MAX_CALLS: none does. */
static unsigned int longest(const struct ff_case *c)
{
	const struct ff_record *r = c->history->record;
	unsigned int id, first = FF_MAX_CALLS;

	for (id = 0; id < c->program->ncalls; id++)
		if (stuck(&r[id]) && r[id].invoked < c->now &&
		    (first == FF_MAX_CALLS || r[id].invoked < r[first].invoked))
			first = id;
	return first;
}

void ff_judge_hang(const struct ff_case *c, void *model, struct ff_findings *out)
{
	unsigned int first;
	struct ff_hang_proof proof;
	uint64_t limit, away;
	struct look l;

	(void)model;
	/* the guest died of something else: nothing more could return */
	if (c->lost && (!strcmp(c->lost, "panic") || !strcmp(c->lost, "killed")))
		return;
	first = c->ended ? FF_MAX_CALLS : longest(c);
	if (ff_hang_prove(c, &proof) && (proof.call >= 0 || first != FF_MAX_CALLS))
		return report_proof(c, &proof, first, out);
	if (first == FF_MAX_CALLS || !c->history->call_limit_ns)
		return;
	limit = limit_of(c);
	away = c->now - c->history->record[first].invoked;
	if (look(c, c->history->record[first].tid, &l)) {
		if (l.slow)
			limit *= SLOW_FACTOR;
		else if (l.runs)
			limit *= RUNNING_FACTOR;
	}
	if (away > limit)
		report(c, first, limit, &l, out);
}
