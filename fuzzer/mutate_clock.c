// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program as the generator would have drawn it: its calls in the order in
 * which they are guessed to happen. What is drawn then fits what is there.
 */
#include <string.h>

#include "fuzzer/edit.h"
#include "fuzzer/mut.h"

#define MEET_US	100000	/* nobody waits longer for who does not come */

/* Threads on their way through their calls. */
struct course {
	unsigned int next[FF_MAX_THREADS], end[FF_MAX_THREADS];
	bool waits[FF_MAX_THREADS];
	uint8_t expected[FF_MEETS], here[FF_MEETS];
};

/* All but the queues and the drawn calls, which only their counts make valid. */
static void clear(struct gen *g)
{
	uint64_t rng = g->rng;
	const struct ff_gen_limits *l = g->limits;

	memset(g, 0, offsetof(struct gen, thread));
	for (unsigned int t = 0; t < FF_MAX_THREADS; t++)
		memset(&g->thread[t], 0, offsetof(struct gen_thread, next));
	g->nsetup = 0;
	g->rng = rng;
	g->limits = l;
}

/* A slot is made once in a program: what is made later is taken, and nobody's yet. */
static void take_slots(struct mut *m)
{
	struct gen *g = &m->g;

	for (unsigned int i = 0; i < m->p.ncalls; i++) {
		const struct ff_call *c = &m->p.call[i];
		unsigned int mem = c->slot;

		switch (ff_op(c->op)->result) {
		case FF_RESULT_HANDLE:
			g->handle[c->slot] = (struct gen_handle){ .used = true, .owner = NONE - 1 };
			break;
		case FF_RESULT_BUFFER:
			mem += FF_MEM_BUFFER;
			/* fall through */
		case FF_RESULT_MAP:
			g->mem[mem] = (struct gen_mem){ .used = true, .owner = NONE - 1, .file = NONE };
			break;
		case FF_RESULT_NONE:
			break;
		}
	}
}

static void note_files(struct mut *m)
{
	struct gen *g = &m->g;
	uint64_t device = g->limits->device_size;

	for (unsigned int i = 0; i < m->p.ncalls; i++)
		if (m->p.call[i].op == FF_OP_OPEN)
			g->file[m->p.call[i].arg[0]].used = true;
	if (m->p.target.kind != FF_TARGET_BLOCK)
		return;
	if (device > FF_MAX_SIZE)
		device = FF_MAX_SIZE;
	g->file[0] = (struct gen_file){ .used = true, .size = m->p.target.slow || device < PMD ? device : PMD };
}

static void begin(struct mut *m)
{
	struct gen *g = &m->g;

	clear(g);
	g->target = m->p.target;
	g->nthreads = m->p.nthreads;
	g->io_left = g->target.slow ? g->target.slow / 2 : ~0u;
	gen_note_traits(g);
	for (unsigned int t = 0; t < g->nthreads; t++)
		g->thread[t].role = gen_random(g, ROLES);
	for (unsigned int i = 0; i < m->p.ncalls; i++)
		if (m->p.call[i].op == FF_OP_MEET && m->p.call[i].arg[0] >= g->nmeets)
			g->nmeets = m->p.call[i].arg[0] + 1;
	take_slots(m);
	note_files(m);
}

static void begin_course(const struct mut *m, struct course *k)
{
	memset(k, 0, sizeof(*k));
	for (unsigned int t = 0; t < m->p.nthreads; t++) {
		k->next[t] = ff_edit_first(&m->p, t);
		k->end[t] = ff_edit_first(&m->p, t + 1);
	}
	for (unsigned int i = 0; i < m->p.ncalls; i++)
		if (m->p.call[i].op == FF_OP_MEET)
			k->expected[m->p.call[i].arg[0]]++;
}

static void pass(struct mut *m, struct course *k, unsigned int t)
{
	unsigned int i = k->next[t]++;

	m->from[i] = m->g.thread[t].clock;
	gen_pass(&m->g, t, &m->p.call[i]);
	m->until[i] = m->g.thread[t].clock;
	k->waits[t] = false;
}

/* All that wait at a point go on, when the last one came. */
static void meet(struct mut *m, struct course *k, uint64_t point, uint64_t now)
{
	for (unsigned int t = 0; t < m->p.nthreads; t++) {
		if (!k->waits[t] || m->p.call[k->next[t]].arg[0] != point)
			continue;
		if (m->g.thread[t].clock < now)
			m->g.thread[t].clock = now;
		pass(m, k, t);
	}
}

/* Who is next: of those that have calls left (or stop where they are), the one whose clock is lowest. */
static int lowest(const struct mut *m, const struct course *k, unsigned int thread, bool waiting)
{
	int low = -1;

	for (unsigned int t = 0; t < m->p.nthreads; t++)
		if ((k->next[t] < k->end[t] || t == thread) && k->waits[t] == waiting &&
		    (low < 0 || m->g.thread[t].clock < m->g.thread[low].clock))
			low = (int)t;
	return low;
}

static void step(struct mut *m, struct course *k, unsigned int t)
{
	const struct ff_call *c = &m->p.call[k->next[t]];

	if (c->op != FF_OP_MEET)
		return pass(m, k, t);
	k->waits[t] = true;
	if (++k->here[c->arg[0]] == k->expected[c->arg[0]])
		meet(m, k, c->arg[0], m->g.thread[t].clock);
}

void mut_replay(struct mut *m, unsigned int thread, unsigned int at)
{
	unsigned int setup = ff_edit_first(&m->p, 0);
	struct course k;
	int t;

	begin(m);
	for (unsigned int i = 0; i < setup && !(thread == FF_SETUP && i == at); i++) {
		struct where w = gen_where_of(&m->g, &m->p.call[i]);

		gen_remember(&m->g, &w);
		gen_applied(&m->g, &m->p.call[i]);
		m->from[i] = m->until[i] = 0;
	}
	if (thread == FF_SETUP)
		return;
	begin_course(m, &k);
	for (;;) {
		t = lowest(m, &k, thread, false);
		if (t >= 0 && (unsigned int)t == thread && k.next[t] == at)
			return;
		if (t >= 0) {
			step(m, &k, (unsigned int)t);
			continue;
		}
		t = lowest(m, &k, FF_MAX_THREADS, true);
		if (t < 0)
			return;
		m->g.thread[t].clock += MEET_US;
		pass(m, &k, (unsigned int)t);
	}
}

void mut_replay_all(struct mut *m)
{
	mut_replay(m, FF_MAX_THREADS, 0);
}

uint64_t mut_time(const struct mut *m)
{
	uint64_t last = 0;

	for (unsigned int t = 0; t < m->p.nthreads; t++)
		if (m->g.thread[t].clock > last)
			last = m->g.thread[t].clock;
	return last;
}

static uint64_t apart(const struct mut *m, unsigned int a, unsigned int b)
{
	if (m->from[a] > m->until[b])
		return m->from[a] - m->until[b];
	return m->from[b] > m->until[a] ? m->from[b] - m->until[a] : 0;
}

int mut_beside(const struct mut *m, unsigned int i, unsigned int t)
{
	unsigned int end = ff_edit_first(&m->p, t + 1);
	int near = -1;

	for (unsigned int k = ff_edit_first(&m->p, t); k < end; k++)
		if (m->p.call[k].op != FF_OP_MEET && m->p.call[k].op != FF_OP_PAUSE &&
		    (near < 0 || apart(m, i, k) < apart(m, i, (unsigned int)near)))
			near = (int)k;
	return near;
}
