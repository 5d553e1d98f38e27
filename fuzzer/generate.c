// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drawing of calls, in the order in which they are guessed to happen: the
 * thread with the lowest clock draws next, and sees what the others are busy
 * with at that time.
 */
#include <string.h>

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

static struct ff_call *enqueue(struct gen_thread *th, const struct ff_call *c)
{
	if (th->nnext == QUEUE)
		return NULL;
	th->next[th->nnext] = *c;
	return &th->next[th->nnext++];
}

static void enqueue_pause(struct gen *g, uint8_t t, uint64_t low, uint64_t high)
{
	struct ff_call c = { .op = FF_OP_PAUSE, .thread = t };
	uint64_t us = gen_between(g, low, high);

	if (g->limits->without[FF_OP_PAUSE])
		return;
	c.arg[0] = us > 100000 ? 100000 : us;
	enqueue(thread_of(g, t), &c);
}

static void enqueue_touch(struct gen *g, uint8_t t, unsigned int op, const struct where *w)
{
	struct ff_call c = { .op = op, .thread = t };
	struct where spot = *w;
	uint64_t page, most;

	if (g->limits->without[op] || w->mem == NONE)
		return;
	/* A few bytes of a page of the place, or all of it. */
	if (gen_chance(g, 75)) {
		page = (w->moff + gen_random(g, w->len)) / PAGE * PAGE;
		most = g->mem[w->mem].len;
		spot.len = gen_chance(g, 50) ? 8 * gen_between(g, 1, 16) : gen_between(g, 1, 64);
		spot.moff = page + gen_random(g, PAGE - spot.len);
		if (spot.moff + spot.len > most)
			return;
	}
	if (gen_args(g, t, op, &spot, &c))
		enqueue(thread_of(g, t), &c);
}

/* Paged out, pages are only written to swap; they go when memory is reclaimed after that. */
static void follow_pageout(struct gen *g, uint8_t t)
{
	struct ff_call c = { .op = FF_OP_RECLAIM, .thread = t };

	if (g->target.swap == FF_SWAP_NONE || g->limits->without[FF_OP_RECLAIM] ||
	    !ff_call_possible(&c, g->limits->features) || !gen_chance(g, gen_slow(g) ? 70 : 40))
		return;
	enqueue_pause(g, t, 500, g->target.swap == FF_SWAP_SLOW ? 40000 : 3000);
	c.arg[0] = gen_between(g, 1, 16) * PAGE;
	enqueue(thread_of(g, t), &c);
}

/*
 * A call that moves pages shows what it did only when they are touched again:
 * look, then change. A right that was taken is given back first.
 */
static void follow_move(struct gen *g, uint8_t t, const struct ff_call *c, const struct where *aim,
			bool meeting)
{
	struct where w = gen_where_of(g, c);

	if (c->op == FF_OP_MPROTECT && c->arg[3] != (uint64_t)(1 | 2)) {
		struct ff_call back = *c;

		back.arg[3] = 1 | 2;
		enqueue(thread_of(g, t), &back);
	} else if (c->op == FF_OP_MUNMAP) {
		struct ff_call back = *c;

		back.op = FF_OP_REMAP;
		enqueue(thread_of(g, t), &back);
	} else if (gen_pages_out(c)) {
		follow_pageout(g, t);
	}
	if (meeting && aim->mem != NONE)
		w = *aim;	/* of all that was moved, what the other is busy with */
	if (w.mem == NONE || !w.len)
		gen_map_of(g, &w, t);
	if (w.mem == NONE || !w.len || !gen_chance(g, meeting ? 85 : 50))
		return;
	if (gen_chance(g, 30))
		enqueue_pause(g, t, 50, 2000);
	if (gen_chance(g, 75))
		enqueue_touch(g, t, FF_OP_LOAD, &w);
	if (gen_chance(g, 80))
		enqueue_touch(g, t, FF_OP_STORE, &w);
}

static uint64_t read_length(const struct ff_call *c)
{
	uint64_t len = c->op == FF_OP_PREAD ? c->arg[2] : 0;

	for (unsigned int i = 0; i < c->nvec; i++)
		len += c->vec[i].len;
	return len;
}

/* Again, a few times: reads move on in the file, so that each can be told from the one before. */
static void follow_burst(struct gen *g, uint8_t t, const struct ff_call *c)
{
	const struct ff_op *row = ff_op(c->op);
	bool reads = row->traits & FF_READS;
	unsigned int times = 1 + gen_random(g, g->target.slow ? reads ? 6 : 2 : 4);
	struct ff_call again = *c;

	for (unsigned int i = 0; i < times; i++) {
		if (reads) {
			uint64_t size = g->file[g->handle[c->arg[0]].file].size;
			uint64_t len = read_length(c);

			if (len && size > len)
				again.arg[1] = gen_random(g, (size - len) / PAGE + 1) * PAGE +
					       c->arg[1] % PAGE;
			if (again.arg[1] + len > size)
				again.arg[1] = c->arg[1];
		} else if (gen_chance(g, 40)) {
			enqueue_pause(g, t, 20, 2000);
		}
		enqueue(thread_of(g, t), &again);
	}
}

/* What was seen once may look otherwise a moment later; a load seldom does. */
static bool repeats(struct gen *g, uint8_t t, const struct ff_call *c)
{
	unsigned int percent = g->thread[t].role == ROLE_IO ? 70 : 35;

	if (!(ff_op(c->op)->traits & FF_OBSERVES) || c->op == FF_OP_FORK)
		return false;
	return gen_chance(g, c->op == FF_OP_LOAD ? 10 : percent);
}

/* All of a place, not a few bytes: what is to be moved must be there, what was dropped is put back. */
static bool touch_all(struct gen *g, uint8_t t, unsigned int op, const struct where *w, struct ff_call *c)
{
	*c = (struct ff_call){ .op = op, .thread = t };
	return w->len && !g->limits->without[op] && gen_args(g, t, op, w, c);
}

/*
 * Two that met once had one chance. The move and what it takes to do it
 * again, a few times: a touch before it, or a write where it made a hole.
 */
static void follow_again(struct gen *g, uint8_t t, const struct ff_call *c)
{
	bool drops = ff_call_traits(c) & FF_DROPS, file = ff_op_arg(ff_op(c->op), FF_ARG_HANDLE) >= 0;
	struct where w = gen_where_of(g, c);
	unsigned int times = 1 + gen_random(g, 3);
	struct ff_call back;

	for (unsigned int i = 0; i < times; i++) {
		unsigned int op = !drops ? (gen_chance(g, 70) ? FF_OP_LOAD : FF_OP_STORE) :
				  file ? FF_OP_PWRITE : gen_chance(g, 50) ? FF_OP_STORE : FF_OP_LOAD;

		if (touch_all(g, t, op, &w, &back))
			enqueue(thread_of(g, t), &back);
		enqueue(thread_of(g, t), c);
	}
}

static bool again(struct gen *g, const struct ff_call *c)
{
	uint32_t traits = ff_call_traits(c);

	return (traits & (FF_MOVES | FF_DROPS)) && !(traits & FF_GLOBAL) && gen_where_of(g, c).len &&
	       c->op != FF_OP_MPROTECT && c->op != FF_OP_MUNMAP && c->op != FF_OP_MREMAP &&
	       !(gen_slow(g) && (traits & FF_COSTLY)) && gen_chance(g, 40);
}

static void follow(struct gen *g, uint8_t t, const struct ff_call *c, const struct where *aim, bool meeting)
{
	uint32_t traits = ff_call_traits(c);

	if (again(g, c))
		follow_again(g, t, c);
	if (traits & (FF_MOVES | FF_DROPS))
		follow_move(g, t, c, aim, meeting);
	else if (repeats(g, t, c))
		follow_burst(g, t, c);
}

/* What nobody has touched is not there to be moved. @c comes later then, and @touch now. */
static bool lead_in(struct gen *g, uint8_t t, const struct ff_call *c, struct ff_call *touch)
{
	uint32_t traits = ff_call_traits(c);
	struct where w = gen_where_of(g, c);

	if (!(traits & FF_MOVES) || (traits & FF_GLOBAL) || (g->target.slow && w.mem == NONE))
		return false;
	if (w.mem == NONE)
		gen_map_of(g, &w, t);
	return w.mem != NONE && gen_chance(g, 30) &&
	       touch_all(g, t, gen_chance(g, 75) ? FF_OP_LOAD : FF_OP_STORE, &w, touch);
}

static bool draw_new(struct gen *g, uint8_t t, struct ff_call *c)
{
	struct ff_call touch;
	struct gen_thread *th = thread_of(g, t);
	struct where w;
	uint64_t left = 0;
	bool meeting = in_flight(g, t, &w, &left) && gen_chance(g, 70);

	if (meeting && left > 4000 && gen_chance(g, 35)) {
		enqueue_pause(g, t, left / 20, left * 6 / 10);
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
		if (lead_in(g, t, c, &touch)) {
			enqueue(th, c);
			follow(g, t, c, &w, meeting);
			*c = touch;
		} else {
			follow(g, t, c, &w, meeting);
		}
		return true;
	}
	return false;
}

static void append(struct gen *g, uint8_t t, const struct ff_call *c)
{
	struct gen_thread *th = thread_of(g, t);
	struct where w = gen_where_of(g, c);
	unsigned int cost = gen_cost(g, c);

	th->call[th->ncalls++] = *c;
	th->busy_from = th->clock;
	th->clock += cost;
	th->busy_until = th->clock;
	th->at = c->op == FF_OP_PAUSE ? (struct where){ 0 } : w;
	if (gen_waits_for_disk(g, c) && g->io_left)
		g->io_left--;
	gen_remember(g, &w);
	gen_applied(g, c);
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
	if (g->limits->without[FF_OP_MEET] || g->nmeets == FF_MEETS || th->left < 2 ||
	    other->left < 3 || gen_cost(g, c) < MEET_US || !gen_chance(g, 75))
		return;
	clock = th->clock > other->clock ? th->clock : other->clock;
	append_meet(g, o, clock);
	append_meet(g, t, clock);
	g->nmeets++;
}

static void step(struct gen *g, uint8_t t)
{
	struct gen_thread *th = thread_of(g, t);
	struct ff_call c;

	if (!th->nnext && draw_new(g, t, &c)) {
		bring_partner(g, t, &c);
		append(g, t, &c);
		th->left--;
		return;
	}
	if (!th->nnext) {	/* nothing is possible: a load always is, or a pause */
		enqueue_pause(g, t, 100, 1000);
		if (!th->nnext) {
			th->left = 0;
			return;
		}
	}
	c = th->next[0];
	memmove(th->next, th->next + 1, --th->nnext * sizeof(c));
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
		if (gen_slow(g) && gen_away_us(g, &w))
			w.len = PAGE;
		if (touch_all(g, last, FF_OP_LOAD, &w, &c))
			append(g, last, &c);
	}
}

static void shape(struct gen *g)
{
	static const uint8_t threads[] = { 1, 2, 2, 2, 2, 2, 3, 3, 3, 4 };
	unsigned int calls;

	g->nthreads = g->limits->threads ? g->limits->threads :
		      threads[gen_random(g, sizeof(threads))];
	/* Waiting for a slow disk is worth it only if another thread uses the time. */
	if (gen_slow(g) && g->nthreads == 1 && !g->limits->threads)
		g->nthreads = 2;
	calls = gen_between(g, gen_slow(g) ? 16 : 4, gen_chance(g, 50) ? 24 : 64);
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
}
