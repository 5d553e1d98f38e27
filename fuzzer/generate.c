// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drawing of calls, in the order in which they are guessed to happen: the
 * thread with the lowest clock draws next, and sees what the others are busy
 * with at that time.
 */
#include <string.h>
#include <sys/mman.h>

#include "fuzzer/gen.h"

#define LONG_US	400	/* a call that takes longer can be met while it runs */
#define MEET_US	4000	/* and one that takes this long is worth waiting for */

static struct gen_thread *thread_of(struct gen *g, uint8_t t)
{
	return &g->thread[t];
}

/* What is another thread busy with, for how long? */
static bool in_flight(struct gen *g, uint8_t t, struct where *w, uint64_t *left)
{
	uint64_t now = g->thread[t].clock;
	unsigned int from = gen_random(g, g->nthreads);

	for (unsigned int i = 0; i < g->nthreads; i++) {
		unsigned int o = (from + i) % g->nthreads;
		const struct gen_thread *other = &g->thread[o];

		if (o == t || !other->at.len || other->busy_until < now + LONG_US / 2 ||
		    other->busy_until - other->busy_from < LONG_US)
			continue;
		*w = other->at;
		*left = other->busy_until - now;
		return true;
	}
	return false;
}

bool gen_draw(struct gen *g, uint8_t t, struct ff_call *c)
{
	struct gen_thread *th = thread_of(g, t);
	struct ff_call touch;
	struct where w;
	uint64_t left = 0;
	bool called = th->called;
	bool meeting = called || (in_flight(g, t, &w, &left) && gen_chance(g, 70));

	if (called)
		w = gen_where_of(g, &th->met);
	th->called = false;
	g->meeting = meeting;
	g->met_keeps = called && (ff_call_traits(&th->met) & (FF_MOVES | FF_DROPS)) == FF_MOVES;
	if (meeting && !called && left > 4000 && gen_chance(g, 35)) {
		gen_enqueue_pause(g, t, left / 20, left * 6 / 10);
		if (th->nnext)
			return false;	/* draw again when it is over: it may still be in flight */
	}
	for (unsigned int tries = 0; tries < 24; tries++) {
		int op = gen_pick_op(g, t, meeting);

		if (op < 0)
			return false;
		if (!meeting)
			w = gen_place(g);
		*c = (struct ff_call){ .op = op, .thread = t };
		if (!gen_args(g, t, op, &w, c))
			continue;
		if (!called && gen_lead_in(g, t, c, &touch)) {
			gen_enqueue(th, c);
			gen_follow(g, t, c, &w, meeting);
			*c = touch;
		} else {
			gen_follow(g, t, c, &w, meeting);
		}
		return true;
	}
	return false;
}

void gen_pass(struct gen *g, uint8_t t, const struct ff_call *c)
{
	struct gen_thread *th = thread_of(g, t);
	struct where w = gen_where_of(g, c);
	unsigned int cost = gen_cost(g, c);

	th->busy_from = th->clock;
	th->clock += cost;
	th->busy_until = th->clock;
	th->at = c->op == FF_OP_PAUSE ? (struct where){ 0 } : w;
	if (gen_waits_for_disk(g, c) && g->io_left)
		g->io_left--;
	gen_remember(g, &w);
	gen_applied(g, c);
}

static void append(struct gen *g, uint8_t t, const struct ff_call *c)
{
	struct gen_thread *th = thread_of(g, t);

	th->call[th->ncalls++] = *c;
	gen_pass(g, t, c);
}

static void append_meet(struct gen *g, uint8_t t, uint64_t clock)
{
	struct ff_call c = { .op = FF_OP_MEET, .thread = t, .arg = { g->nmeets } };

	g->thread[t].clock = clock;
	append(g, t, &c);
	g->thread[t].left--;
}

/*
 * Guessed clocks drift from real ones. Before a long call, let another thread
 * wait for this one, so that it is really there while the call runs.
 */
static void bring_partner(struct gen *g, uint8_t t, const struct ff_call *c)
{
	struct gen_thread *th = thread_of(g, t), *other;
	uint64_t clock;
	uint8_t o;

	if (g->nthreads < 2)
		return;
	o = (t + 1 + gen_random(g, g->nthreads - 1)) % g->nthreads;
	other = thread_of(g, o);
	/* Beside a slow request there is time for several calls: who has plans is not called away. */
	if (g->target.slow && other->nnext)
		return;
	if (g->limits->without[FF_OP_MEET] || g->nmeets == FF_MEETS || th->left < 2 ||
	    other->left < 3 || gen_cost(g, c) < MEET_US ||
	    !gen_chance(g, g->target.slow || (ff_call_traits(c) & (FF_MOVES | FF_DROPS)) ? 75 : 40))
		return;
	clock = th->clock > other->clock ? th->clock : other->clock;
	append_meet(g, o, clock);
	append_meet(g, t, clock);
	g->nmeets++;
	other->called = true;
	other->foe = t;
	other->met = *c;
}

bool gen_repeatable(const struct ff_call *c)
{
	const struct ff_op *row = ff_op(c->op);

	return row->result == FF_RESULT_NONE && !(ff_call_traits(c) & (FF_RARE | FF_GLOBAL)) &&
	       c->op != FF_OP_MREMAP;
}

static void enqueue_meet(struct gen *g, uint8_t t)
{
	struct ff_call c = { .op = FF_OP_MEET, .thread = t, .arg = { g->nmeets } };

	gen_enqueue(thread_of(g, t), &c);
}

/* A touch faults again only where the mapping was dropped; the file keeps its pages. */
static bool unmapped(struct gen *g, uint8_t t, const struct ff_call *c, const struct where *w)
{
	struct ff_call drop = { .op = FF_OP_MADVISE, .thread = t,
				.arg = { w->mem, w->moff / PAGE * PAGE, 0, MADV_DONTNEED } };
	uint64_t end = w->moff + w->len;

	if (!(ff_op(c->op)->traits & FF_TOUCHES) || w->mem == NONE || g->mem[w->mem].file == NONE ||
	    !g->mem[w->mem].shared || g->mem[w->mem].locked || g->limits->without[FF_OP_MADVISE])
		return false;
	drop.arg[2] = (end + PAGE - 1) / PAGE * PAGE - drop.arg[1];
	if (drop.arg[1] + drop.arg[2] > g->mem[w->mem].len)
		return false;
	gen_enqueue(thread_of(g, t), &drop);
	return true;
}

/* @c beside @met: who only looks at what takes long does so several times meanwhile. */
static void enqueue_beside(struct gen *g, uint8_t t, const struct ff_call *c, const struct ff_call *met)
{
	unsigned int cost = gen_cost(g, c), whole = gen_cost(g, met), times = 1;

	if ((ff_op(c->op)->traits & FF_OBSERVES) && whole > 4 * cost)
		times += gen_random(g, 4);
	while (times--) {
		gen_enqueue(thread_of(g, t), c);
		if (times)
			gen_enqueue_pause(g, t, whole / 12, whole / 3);
	}
}

/* As it was before @c: touched, unmapped, or written again where @c makes a hole. Then both, then @c. */
static void enqueue_round(struct gen *g, uint8_t t, const struct ff_call *c, const struct ff_call *met)
{
	bool hole = (ff_call_traits(c) & FF_DROPS) && ff_op_arg(ff_op(c->op), FF_ARG_HANDLE) >= 0 &&
		    gen_chance(g, 70);	/* a touch fills it, too */
	struct where w = gen_where_of(g, c);
	struct ff_call touch;

	if (!gen_on_slow_file(g, &w) && !unmapped(g, t, c, &w) &&
	    gen_touch_all(g, t, hole ? FF_OP_PWRITE : gen_chance(g, 70) ? FF_OP_LOAD : FF_OP_STORE, &w, &touch))
		gen_enqueue(thread_of(g, t), &touch);
	enqueue_meet(g, t);
	enqueue_beside(g, t, c, met);
}

void gen_duel(struct gen *g, uint8_t t, const struct ff_call *mine)
{
	struct gen_thread *th = thread_of(g, t), *foe = thread_of(g, th->foe);
	uint32_t both = ff_call_traits(mine) | ff_call_traits(&th->met);
	struct ff_call plans[2][QUEUE];
	unsigned int n[2] = { th->nnext, foe->nnext };

	if (!(both & (FF_MOVES | FF_DROPS)) || !gen_repeatable(mine) || !gen_repeatable(&th->met) ||
	    !gen_where_of(g, mine).len || g->target.slow || !gen_chance(g, 60))
		return;
	memcpy(plans[0], th->next, sizeof(plans[0]));
	memcpy(plans[1], foe->next, sizeof(plans[1]));
	/* What it looks at again comes while the other is still busy. */
	if (!(ff_op(mine->op)->traits & FF_OBSERVES))
		th->nnext = 0;
	else
		n[0] = 0;
	foe->nnext = 0;
	for (unsigned int times = 1 + gen_random(g, 3); times && g->nmeets < FF_MEETS - 1; times--) {
		enqueue_round(g, t, mine, &th->met);
		enqueue_round(g, th->foe, &th->met, mine);
		g->nmeets++;
	}
	for (unsigned int i = 0; i < n[0]; i++)
		gen_enqueue(th, &plans[0][i]);
	for (unsigned int i = 0; i < n[1]; i++)
		gen_enqueue(foe, &plans[1][i]);
}

static bool just_met(const struct gen_thread *th)
{
	return th->ncalls && th->call[th->ncalls - 1].op == FF_OP_MEET;
}

static void step(struct gen *g, uint8_t t)
{
	struct gen_thread *th = thread_of(g, t);
	bool called = th->called;
	struct ff_call c;

	/* Whoever was called comes for the one who waits: neither its own plans nor another first. */
	if ((called || !th->nnext) && gen_draw(g, t, &c)) {
		if (!called)
			bring_partner(g, t, &c);
		append(g, t, &c);
		th->left--;
		if (called)
			gen_duel(g, t, &c);
		return;
	}
	if (!th->nnext) {	/* nothing is possible: a load always is, or a pause */
		gen_enqueue_pause(g, t, 100, 1000);
		if (!th->nnext) {
			th->left = 0;
			return;
		}
	}
	c = th->next[0];
	memmove(th->next, th->next + 1, --th->nnext * sizeof(c));
	if (gen_where_of(g, &c).len && !just_met(th))
		bring_partner(g, t, &c);
	append(g, t, &c);
	th->left--;
}

static void draw_threads(struct gen *g)
{
	for (;;) {
		int t = -1;

		for (unsigned int i = 0; i < g->nthreads; i++)
			if (g->thread[i].left && (t < 0 || g->thread[i].clock < g->thread[t].clock))
				t = i;
		if (t < 0)
			return;
		step(g, t);
	}
}

/*
 * The end: when all have done, all that is mapped is looked at, and the file
 * beside it. Behind a throttled disk only where something happened last.
 */
static void look_at_all(struct gen *g)
{
	uint8_t last = 0;
	struct ff_call c;

	for (uint8_t t = 1; t < g->nthreads; t++)
		if (g->thread[t].clock > g->thread[last].clock)
			last = t;
	for (uint8_t t = 0; t < g->nthreads && g->nthreads > 1 && g->nmeets < FF_MEETS &&
	     !g->limits->without[FF_OP_MEET]; t++)
		append_meet(g, t, g->thread[last].clock);
	g->nmeets++;
	for (uint8_t m = 0; m < FF_MEMS; m++) {
		struct where w = { .file = g->mem[m].file, .mem = m, .foff = g->mem[m].foff,
				   .len = g->mem[m].len };

		if (!g->mem[m].used || g->mem[m].owner != FF_SETUP || g->mem[m].file == NONE)
			continue;
		if (g->target.slow || gen_away_us(g, &w))
			w.len = PAGE;
		if (gen_touch_all(g, last, FF_OP_LOAD, &w, &c))
			append(g, last, &c);
	}
}

static void shape(struct gen *g)
{
	static const uint8_t threads[] = { 1, 2, 2, 2, 2, 2, 3, 3, 3, 4 };
	unsigned int calls, most;

	g->nthreads = g->limits->threads ? g->limits->threads :
		      threads[gen_random(g, sizeof(threads))];
	/* Waiting for a slow disk is worth it only if another thread uses the time. */
	if (gen_slow(g) && g->nthreads == 1 && !g->limits->threads)
		g->nthreads = 2;
	most = gen_slow(g) || g->nthreads == 1 ? 64 : 96;
	calls = gen_between(g, gen_slow(g) ? 16 : 4, gen_chance(g, 30) ? 24 : most);
	for (unsigned int t = 0; t < g->nthreads; t++) {
		struct gen_thread *th = &g->thread[t];

		th->left = calls / g->nthreads + (t < calls % g->nthreads);
		if (!th->left)
			th->left = 1;
		th->role = gen_random(g, ROLES);
	}
	/* On a slow disk: one that waits for it, and mostly one that moves what it waits with. */
	if (g->target.slow) {
		g->thread[0].role = ROLE_IO;
		if (g->nthreads > 1 && gen_chance(g, 60))
			g->thread[1].role = ROLE_MOVER;
	}
	g->io_left = g->target.slow ? g->target.slow / 2 : ~0u;
}

static void add_calls(struct ff_program *p, const struct ff_call *c, unsigned int n)
{
	memcpy(p->call + p->ncalls, c, n * sizeof(*c));
	p->ncalls += n;
}

void ff_generate(const struct ff_gen_limits *l, uint64_t seed, uint64_t number,
		 const struct ff_target *target, struct ff_program *p)
{
	struct gen g;

	memset(&g, 0, sizeof(g));
	g.limits = l;
	g.target = *target;
	g.rng = seed * 0xd1342543de82ef95ULL + number;
	gen_random(&g, 1);
	gen_note_traits(&g);
	shape(&g);
	gen_setup(&g);
	draw_threads(&g);
	look_at_all(&g);

	memset(p, 0, offsetof(struct ff_program, call));
	p->target = *target;
	p->nthreads = g.nthreads;
	p->seed = seed;
	p->number = number;
	add_calls(p, g.setup, g.nsetup);
	for (unsigned int t = 0; t < g.nthreads; t++)
		add_calls(p, g.thread[t].call, g.thread[t].ncalls);
	gen_delays(&g, p);
}
