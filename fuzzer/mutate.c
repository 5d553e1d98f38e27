// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mutator: a few mutations of a program, one after another. Each is tried
 * on a copy, and undone when what comes of it is illegal, not allowed here, or
 * takes too long.
 */
#include <errno.h>
#include <string.h>

#include "fuzzer/edit.h"
#include "fuzzer/mut.h"

#define MOST_US		1000000	/* guessed, the generator's longest; what took longer before may take as long */
#define LONG		96	/* calls: from here on every second mutation makes it shorter */

const struct mut_kind mut_kinds[] = {
	{ "insert", 24, mut_insert },
	{ "argument", 20, mut_argument },
	{ "remove", 18, mut_remove },
	{ "splice", 10, mut_splice },
	{ "repeat", 7, mut_repeat },
	{ "duel", 7, mut_duel },
	{ "move", 6, mut_move },
	{ "delay", 6, mut_delay },
	{ "swap", 4, mut_swap },
	{ "meet", 4, mut_meet },
	{ "target", 2, mut_target },
	{ NULL, 0, NULL }
};

static const struct mut_kind shorten = { "shorten", 0, mut_remove };

static const struct mut_kind *draw_kind(struct mut *m)
{
	unsigned int total = 0, roll;
	const struct mut_kind *k;

	if (m->p.ncalls > LONG && gen_chance(&m->g, 50))
		return &shorten;
	for (k = mut_kinds; k->name; k++)
		total += k->weight;
	roll = (unsigned int)gen_random(&m->g, total);
	for (k = mut_kinds; roll >= k->weight; k++)
		roll -= k->weight;
	return k;
}

/* May the generator draw this here? */
static bool allowed(const struct ff_gen_limits *l, const struct ff_call *c)
{
	return !l->without[c->op] && ff_call_possible(c, l->features) &&
	       (l->allow_global || !(ff_call_traits(c) & FF_GLOBAL));
}

static bool all_allowed(const struct mut *m)
{
	for (unsigned int i = 0; i < m->p.ncalls; i++)
		if (!allowed(m->g.limits, &m->p.call[i]))
			return false;
	return !m->g.limits->threads || m->p.nthreads == m->g.limits->threads;
}

/* What a program costs: its guessed time, requests of a throttled disk, and how long a server is told to hold. */
struct cost {
	uint64_t us, held;
	unsigned int requests;
};

static struct cost cost_of(struct mut *m)
{
	struct cost c = { 0 };

	mut_replay_all(m);
	c.us = mut_time(m);
	for (unsigned int i = 0; i < m->p.ncalls; i++) {
		const struct ff_call *call = &m->p.call[i];

		c.requests += call->thread != FF_SETUP && gen_waits_for_disk(&m->g, call);
		c.held += call->op == FF_OP_SERVE ? call->arg[2] : call->op == FF_OP_PAUSE ? call->arg[0] : 0;
	}
	return c;
}

static bool within(uint64_t now, uint64_t most, uint64_t before)
{
	return now <= most || now <= before;
}

/* A campaign's programs share a second; behind a throttled disk, as many requests as the generator makes. */
static bool short_enough(struct mut *m, const struct cost *before)
{
	struct cost now = cost_of(m);
	uint64_t requests = m->p.target.slow / 2;

	return within(now.us, MOST_US, before->us) && within(now.held, MOST_US / 2, before->held) &&
	       within(now.requests, requests, before->requests);
}

bool mut_apply(struct mut *m, const struct mut_kind *kind)
{
	struct ff_program before;
	struct ff_error e;
	struct cost cost = cost_of(m);

	ff_program_copy(&before, &m->p);
	if (kind->apply(m)) {
		mut_mend_meets(&m->p);
		ff_edit_tidy(&m->p);
		if (m->p.ncalls > ff_edit_first(&m->p, 0) && !ff_program_check(&m->p, &e) && all_allowed(m) &&
		    !ff_program_same(&m->p, &before) && short_enough(m, &cost))
			return true;
	}
	ff_program_copy(&m->p, &before);
	return false;
}

/* Those of another kernel: here they would say what does not happen. */
static void drop_delays(struct ff_program *p, uint32_t places)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->ndelays; i++)
		if (places >> p->delay[i].place & 1)
			p->delay[n++] = p->delay[i];
	memset(p->delay + n, 0, (p->ndelays - n) * sizeof(p->delay[0]));
	p->ndelays = n;
}

void mut_begin(struct mut *m, const struct ff_gen_limits *l, uint64_t seed, uint64_t number,
	       const struct ff_program *parent, const struct ff_program *other)
{
	bool drop[FF_MAX_CALLS] = { false };

	memset(m, 0, offsetof(struct mut, g));
	memset(&m->g, 0, offsetof(struct gen, thread));
	m->g.limits = l;
	m->g.rng = ~seed * 0xd1342543de82ef95ULL + number;
	gen_random(&m->g, 1);
	m->other = other;
	ff_program_copy(&m->p, parent);
	m->p.seed = m->p.number = 0;
	for (unsigned int i = 0; i < m->p.ncalls; i++) {
		m->p.call[i].line = 0;
		drop[i] = !allowed(l, &m->p.call[i]);
	}
	ff_edit_drop(&m->p, drop);
	drop_delays(&m->p, l->delays);
	while (l->threads && m->p.nthreads > l->threads)
		ff_edit_remove_thread(&m->p, (unsigned int)gen_random(&m->g, m->p.nthreads));
	mut_mend_meets(&m->p);
	ff_edit_tidy(&m->p);
}

int ff_mutate(const struct ff_gen_limits *l, uint64_t seed, uint64_t number,
	      const struct ff_program *parent, const struct ff_program *other, struct ff_program *out)
{
	struct mut m;
	struct ff_program start;
	struct ff_error e;
	unsigned int want = 1, done = 0;

	mut_begin(&m, l, seed, number, parent, other);
	ff_program_copy(&start, &m.p);
	if (!all_allowed(&m) || ff_program_check(&m.p, &e))
		return -EAGAIN;
	while (want < 4 && gen_chance(&m.g, 40))
		want++;
	for (unsigned int tries = 0; tries < 10 * want && done < want; tries++)
		done += mut_apply(&m, draw_kind(&m));
	if (!done || ff_program_same(&m.p, &start) || ff_program_same(&m.p, parent))
		return -EAGAIN;
	ff_program_copy(out, &m.p);
	return 0;
}
