// SPDX-License-Identifier: GPL-2.0-only
/* Mutations of when threads meet; and what keeps meeting points sound after any mutation. */
#include <string.h>

#include "fuzzer/edit.h"
#include "fuzzer/mut.h"

/* The meeting points of a program as threads come to them. */
struct round {
	const struct ff_program *p;
	bool drop[FF_MAX_CALLS];
	unsigned int at[FF_MAX_THREADS + 1];
	uint32_t has[FF_MAX_THREADS];	/* points that a thread has still before it */
};

static bool is_meet(const struct ff_call *c)
{
	return c->op == FF_OP_MEET;
}

/* Threads only, and each point once in each of them. */
static void drop_repeated(struct round *r)
{
	uint32_t seen[FF_MAX_THREADS] = { 0 };

	for (unsigned int i = 0; i < r->p->ncalls; i++) {
		const struct ff_call *c = &r->p->call[i];
		uint32_t bit = is_meet(c) ? 1u << c->arg[0] : 0;

		if (!bit)
			continue;
		r->drop[i] = c->thread == FF_SETUP || (seen[c->thread] & bit);
		if (!r->drop[i])
			seen[c->thread] |= bit;
	}
	memcpy(r->has, seen, sizeof(seen));
}

/* The point thread @t waits at, or -1 at its end. */
static int waits_at(struct round *r, unsigned int t)
{
	unsigned int end = ff_edit_first(r->p, t + 1);

	while (r->at[t] < end && (!is_meet(&r->p->call[r->at[t]]) || r->drop[r->at[t]]))
		r->at[t]++;
	return r->at[t] < end ? (int)r->p->call[r->at[t]].arg[0] : -1;
}

static bool all_there(struct round *r, int point)
{
	for (unsigned int t = 0; t < r->p->nthreads; t++)
		if ((r->has[t] >> point & 1) && waits_at(r, t) != point)
			return false;
	return true;
}

static void done_with(struct round *r, int point, bool drop)
{
	for (unsigned int t = 0; t < r->p->nthreads; t++)
		r->has[t] &= ~(1u << point);
	for (unsigned int i = 0; i < r->p->ncalls; i++) {
		const struct ff_call *c = &r->p->call[i];

		if (!is_meet(c) || c->arg[0] != (uint64_t)point || c->thread == FF_SETUP)
			continue;
		r->drop[i] |= drop;
		if (!drop && r->at[c->thread] == i)
			r->at[c->thread]++;
	}
}

void mut_mend_meets(struct ff_program *p)
{
	struct round r = { .p = p };
	int point, stuck;

	drop_repeated(&r);
	for (unsigned int t = 0; t < p->nthreads; t++)
		r.at[t] = ff_edit_first(p, t);
	for (;;) {
		stuck = -1;
		point = -1;
		for (unsigned int t = 0; t < p->nthreads; t++) {
			point = waits_at(&r, t);
			if (point >= 0 && all_there(&r, point))
				break;
			stuck = point >= 0 ? point : stuck;
			point = -1;
		}
		if (point < 0 && stuck < 0)
			break;
		/* Each waits for another that waits elsewhere: they would do so until their time is over. */
		done_with(&r, point >= 0 ? point : stuck, point < 0);
	}
	ff_edit_drop(p, r.drop);
}

static bool add_meet(struct mut *m)
{
	int i = mut_any_call(m), k, point = ff_edit_free_meet(&m->p);
	struct ff_call c = { .op = FF_OP_MEET };
	unsigned int high, low, t;

	if (i < 0 || point < 0 || m->p.nthreads < 2 || m->g.limits->without[FF_OP_MEET])
		return false;
	mut_replay_all(m);
	t = (m->p.call[i].thread + 1 + (unsigned int)gen_random(&m->g, m->p.nthreads - 1)) % m->p.nthreads;
	k = mut_beside(m, (unsigned int)i, t);
	if (k < 0)
		return false;
	c.arg[0] = (uint64_t)point;
	high = (unsigned int)(i > k ? i : k);
	low = (unsigned int)(i > k ? k : i);
	c.thread = m->p.call[high].thread;
	if (!mut_put(m, high, &c, 1))
		return false;
	c.thread = m->p.call[low].thread;
	return mut_put(m, low, &c, 1);
}

static bool drop_meet(struct mut *m)
{
	unsigned int n = 0, pick[FF_MAX_CALLS];
	bool drop[FF_MAX_CALLS] = { false };

	for (unsigned int i = 0; i < m->p.ncalls; i++)
		if (is_meet(&m->p.call[i]))
			pick[n++] = i;
	if (!n)
		return false;
	drop[pick[gen_random(&m->g, n)]] = true;
	ff_edit_drop(&m->p, drop);
	return true;
}

/* Two wait for each other before what they do at about the same time; or one does no longer. */
bool mut_meet(struct mut *m)
{
	return gen_chance(&m->g, 60) ? add_meet(m) : drop_meet(m);
}

static bool same_thing(const struct where *a, const struct where *b)
{
	return (a->file != NONE && a->file == b->file) || (a->mem != NONE && a->mem == b->mem);
}

/* A call, and one that another thread does to the same thing at about the same time. */
static bool find_pair(struct mut *m, unsigned int *mine, unsigned int *foe)
{
	for (unsigned int tries = 0; tries < 12; tries++) {
		int i = mut_any_call(m), k;
		struct where a, b;
		unsigned int t;

		if (i < 0)
			return false;
		t = (m->p.call[i].thread + 1 + (unsigned int)gen_random(&m->g, m->p.nthreads - 1)) % m->p.nthreads;
		k = mut_beside(m, (unsigned int)i, t);
		if (k < 0)
			continue;
		a = gen_where_of(&m->g, &m->p.call[i]);
		b = gen_where_of(&m->g, &m->p.call[k]);
		if (!same_thing(&a, &b) || !gen_repeatable(&m->p.call[i]) || !gen_repeatable(&m->p.call[k]))
			continue;
		*mine = (unsigned int)i;
		*foe = (unsigned int)k;
		return true;
	}
	return false;
}

/* What two do at the same time, a few times more: as the generator does it when it draws the second. */
bool mut_duel(struct mut *m)
{
	unsigned int mine, foe, n[2];
	struct gen_thread *a, *b;
	struct ff_call c;

	if (m->p.nthreads < 2 || m->g.limits->without[FF_OP_MEET])
		return false;
	mut_replay_all(m);
	if (!find_pair(m, &mine, &foe))
		return false;
	c = m->p.call[mine];
	mut_replay(m, c.thread, mine + 1);
	a = &m->g.thread[c.thread];
	b = &m->g.thread[m->p.call[foe].thread];
	a->foe = m->p.call[foe].thread;
	a->met = m->p.call[foe];
	for (unsigned int tries = 0; tries < 4 && !a->nnext; tries++)
		gen_duel(&m->g, c.thread, &c);
	n[0] = a->nnext;
	n[1] = b->nnext;
	if (!n[0] || !n[1])
		return false;
	if (mine > foe)
		return mut_put(m, mine + 1, a->next, n[0]) && mut_put(m, foe + 1, b->next, n[1]);
	return mut_put(m, foe + 1, b->next, n[1]) && mut_put(m, mine + 1, a->next, n[0]);
}
