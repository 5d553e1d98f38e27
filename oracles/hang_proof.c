// SPDX-License-Identifier: GPL-2.0-only
/*
 * What samples of a stuck program prove. One look proves nothing: a bit may be
 * clear and its waiter not yet awake. Proof is what did not change over at least
 * two samples that lie a unit (a second, scaled) apart.
 */
#include <string.h>

#include "oracles/hang.h"

#define SECOND 1000000000ULL

const struct ff_stuck_task *ff_hang_task(const struct ff_stuck_sample *s, uint32_t tid)
{
	for (uint32_t i = 0; i < s->ntasks; i++)
		if (s->task[i].tid == tid)
			return &s->task[i];
	return NULL;
}

bool ff_hang_still(const struct ff_stuck_sample *a, const struct ff_stuck_sample *b, uint32_t tid)
{
	const struct ff_stuck_task *x = ff_hang_task(a, tid), *y = ff_hang_task(b, tid);

	return x && y && (x->state == 'D' || x->state == 'S') && x->state == y->state &&
	       x->nvcsw == y->nvcsw && x->nivcsw == y->nivcsw && x->cpu == y->cpu;
}

bool ff_hang_last(const struct ff_case *c, const struct ff_stuck_sample **from,
		  const struct ff_stuck_sample **until)
{
	const struct ff_stuck *s = c->stuck;
	const struct ff_stuck_sample *a, *b;

	if (!s || s->nsamples < 2 || s->unit_ns < SECOND)
		return false;
	a = &s->sample[s->nsamples - 2];
	b = &s->sample[s->nsamples - 1];
	*from = a;
	*until = b;
	return b->time_ns > a->time_ns && b->time_ns - a->time_ns >= s->unit_ns;
}

static bool same_wait(const struct ff_wait *a, const struct ff_wait *b)
{
	return a->kind == b->kind && a->object == b->object && a->entry == b->entry &&
	       a->tid == b->tid && a->bit == b->bit && a->flags == b->flags &&
	       a->owner == b->owner && a->nvcsw == b->nvcsw && a->nivcsw == b->nivcsw;
}

/*
 * The wait as the later sample has it, when its task slept in it from the first
 * to the second one and nothing about it changed, else NULL.
 */
static const struct ff_wait *unchanged(const struct ff_stuck_sample *from,
				       const struct ff_stuck_sample *until, const struct ff_wait *w)
{
	if (w->kind == FF_WAIT_PAGE ? !w->state : !ff_hang_still(from, until, w->tid))
		return NULL;
	for (uint32_t i = 0; i < from->nwaits; i++)
		if (same_wait(&from->wait[i], w) && (w->kind != FF_WAIT_PAGE || from->wait[i].state))
			return w;
	return NULL;
}

/* Who surely holds what this one waits for; 0: not known. */
static uint32_t holder(const struct ff_wait *w)
{
	if (!(w->flags & FF_WAITF_OWNER) || (w->flags & FF_WAITF_READER))
		return 0;
	if (w->kind == FF_WAIT_PAGE && (w->bit != 0 || !(w->flags & FF_WAITF_SET)))
		return 0;	/* bit 0 is PG_locked: others have no owners */
	return w->owner;
}

static const struct ff_wait *wait_of(const struct ff_stuck_sample *from,
				     const struct ff_stuck_sample *until, uint32_t tid)
{
	for (uint32_t i = 0; i < until->nwaits; i++)
		if (until->wait[i].tid == tid && unchanged(from, until, &until->wait[i]))
			return &until->wait[i];
	return NULL;
}

/* Ends at a task that waits for nothing known, or that is in the chain already. */
uint32_t ff_hang_chain(const struct ff_case *c, uint32_t tid, struct ff_hang_proof *p)
{
	const struct ff_wait *w;

	p->nlink = 0;
	if (!ff_hang_last(c, &p->from, &p->until))
		return 0;
	while (p->nlink < FF_HANG_CHAIN && (w = wait_of(p->from, p->until, tid))) {
		p->link[p->nlink++] = w;
		tid = holder(w);
		for (unsigned int i = 0; tid && i < p->nlink; i++)
			if (p->link[i]->tid == tid)
				return tid;
		if (!tid)
			return 0;
	}
	return p->nlink ? tid : 0;
}

/*
 * A bit that is clear has nothing to wait for, and whoever cleared it is to wake
 * the waiter at once. "At once" is over when every CPU ran something else.
 */
static bool lost_wakeup(const struct ff_hang_proof *p)
{
	const struct ff_wait *w = p->link[0];

	return w->kind == FF_WAIT_PAGE && !(w->flags & (FF_WAITF_SET | FF_WAITF_WOKEN)) &&
	       (p->until->know & FF_KNOW_CPUS) && (p->from->know & p->until->know & FF_KNOW_PAGES);
}

/*
 * Who locked a page may hand it on to a disk request, whose end unlocks it, and
 * wait for that. So while requests are under way no page is held by a task for sure.
 */
static bool handed_on(const struct ff_hang_proof *p)
{
	for (unsigned int i = 0; i < p->nlink; i++)
		if (p->link[i]->kind == FF_WAIT_PAGE)
			return p->until->io_flight != 0;
	return false;
}

/* The call that task @tid is in during both samples; FF_MAX_CALLS: none. */
static unsigned int call_of(const struct ff_case *c, uint32_t tid, const struct ff_hang_proof *p)
{
	unsigned int id;

	for (id = 0; id < c->program->ncalls; id++) {
		const struct ff_record *r = &c->history->record[id];

		if (r->tid != tid || !tid || r->invoked > p->from->time_ns)
			continue;
		if (r->state == FF_CALL_STARTED ||
		    (r->state == FF_CALL_DONE && r->returned > p->until->time_ns))
			return id;
	}
	return FF_MAX_CALLS;
}

/* What does the wait of task @tid prove, with what is behind it? */
static const char *verdict_of(const struct ff_case *c, uint32_t tid, struct ff_hang_proof *p)
{
	uint32_t end = ff_hang_chain(c, tid, p);
	const struct ff_wait *last;

	if (!p->nlink)
		return NULL;
	if (lost_wakeup(p))
		return "lost-wakeup";
	last = p->link[p->nlink - 1];
	/* the last one of the chain is waited for by itself: who comes before only waits for it */
	if (end != tid || holder(last) != tid || handed_on(p))
		return NULL;
	return p->nlink == 1 ? "self-deadlock" : "lock-cycle";
}

static int strength(const struct ff_case *c, const struct ff_hang_proof *p, unsigned int call)
{
	if (!p->verdict)
		return 0;
	if (call == FF_MAX_CALLS)
		return 1;
	/* deadlocks end only when somebody is killed; a lost wake-up may be made up for */
	if (c->history->record[call].state == FF_CALL_STARTED)
		return 3;
	return !strcmp(p->verdict, "lost-wakeup") ? 2 : 0;
}

bool ff_hang_prove(const struct ff_case *c, struct ff_hang_proof *best)
{
	const struct ff_stuck_sample *from, *until;
	struct ff_hang_proof p;
	unsigned int call;
	int much, most = 0;

	memset(best, 0, sizeof(*best));
	if (!ff_hang_last(c, &from, &until))
		return false;
	for (uint32_t i = 0; i < until->nwaits; i++) {
		p.verdict = verdict_of(c, until->wait[i].tid, &p);
		if (!p.verdict)
			continue;
		call = call_of(c, until->wait[i].tid, &p);
		much = strength(c, &p, call);
		p.call = call == FF_MAX_CALLS ? -1 : (int)call;
		if (much > most) {
			most = much;
			*best = p;
		}
	}
	return most > 0;
}
