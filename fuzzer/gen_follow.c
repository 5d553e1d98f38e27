// SPDX-License-Identifier: GPL-2.0-only
/* What comes with a call: touches before and after a move, bursts of looks, the same once more. */
#include "fuzzer/gen.h"

static struct gen_thread *thread_of(struct gen *g, uint8_t t)
{
	return &g->thread[t];
}

struct ff_call *gen_enqueue(struct gen_thread *th, const struct ff_call *c)
{
	if (th->nnext == QUEUE)
		return NULL;
	th->next[th->nnext] = *c;
	return &th->next[th->nnext++];
}

void gen_enqueue_pause(struct gen *g, uint8_t t, uint64_t low, uint64_t high)
{
	struct ff_call c = { .op = FF_OP_PAUSE, .thread = t };
	uint64_t us = gen_between(g, low, high);

	if (g->limits->without[FF_OP_PAUSE])
		return;
	c.arg[0] = us > 100000 ? 100000 : us;
	gen_enqueue(thread_of(g, t), &c);
}

static void enqueue_touch(struct gen *g, uint8_t t, unsigned int op, const struct where *w)
{
	struct ff_call c = { .op = op, .thread = t };
	struct where spot = *w;
	uint64_t page, most;

	if (g->limits->without[op] || w->mem == NONE)
		return;
	/* A few bytes of a page of the place, or all of it. */
	if (gen_chance(g, gen_slow(g) ? 75 : 55)) {
		page = (w->moff + gen_random(g, w->len)) / PAGE * PAGE;
		most = g->mem[w->mem].len;
		spot.len = gen_chance(g, 50) ? 8 * gen_between(g, 1, 16) : gen_between(g, 1, 64);
		spot.moff = page + gen_random(g, PAGE - spot.len);
		if (spot.moff + spot.len > most)
			return;
	}
	if (gen_args(g, t, op, &spot, &c))
		gen_enqueue(thread_of(g, t), &c);
}

/* Paged out, pages are only written to swap; they go when memory is reclaimed after that. */
static void follow_pageout(struct gen *g, uint8_t t)
{
	struct ff_call c = { .op = FF_OP_RECLAIM, .thread = t };

	if (g->target.swap == FF_SWAP_NONE || g->limits->without[FF_OP_RECLAIM] ||
	    !ff_call_possible(&c, g->limits->features) || !gen_chance(g, g->target.slow ? 15 : gen_slow(g) ? 70 : 40))
		return;
	gen_enqueue_pause(g, t, 500, g->target.swap == FF_SWAP_SLOW ? 40000 : 3000);
	c.arg[0] = gen_between(g, 1, 16) * PAGE;
	gen_enqueue(thread_of(g, t), &c);
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
		gen_enqueue(thread_of(g, t), &back);
	} else if (c->op == FF_OP_MUNMAP) {
		struct ff_call back = *c;

		back.op = FF_OP_REMAP;
		gen_enqueue(thread_of(g, t), &back);
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
		gen_enqueue_pause(g, t, 50, 2000);
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
			gen_enqueue_pause(g, t, 20, 2000);
		}
		gen_enqueue(thread_of(g, t), &again);
	}
}

/* What was seen once may look otherwise a moment later; a load seldom does. */
static bool repeats(struct gen *g, uint8_t t, const struct ff_call *c)
{
	unsigned int percent = g->thread[t].role == ROLE_IO ? 70 : 35;

	if (!(ff_op(c->op)->traits & FF_OBSERVES) || c->op == FF_OP_FORK)
		return false;
	if (g->met_keeps)
		percent = 90;
	return gen_chance(g, c->op == FF_OP_LOAD ? 10 : percent);
}

/* All of a place, not a few bytes: what is to be moved must be there, what was dropped is put back. */
bool gen_touch_all(struct gen *g, uint8_t t, unsigned int op, const struct where *w, struct ff_call *c)
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

		if (gen_touch_all(g, t, op, &w, &back))
			gen_enqueue(thread_of(g, t), &back);
		gen_enqueue(thread_of(g, t), c);
	}
}

/* A touch there is a request of the slow disk: few of those. */
bool gen_on_slow_file(const struct gen *g, const struct where *w)
{
	return g->target.slow && w->file != NONE;
}

static bool again(struct gen *g, const struct ff_call *c)
{
	uint32_t traits = ff_call_traits(c);
	struct where w = gen_where_of(g, c);

	return (traits & (FF_MOVES | FF_DROPS)) && !(traits & FF_GLOBAL) && w.len && !gen_on_slow_file(g, &w) &&
	       c->op != FF_OP_MPROTECT && c->op != FF_OP_MUNMAP && c->op != FF_OP_MREMAP &&
	       !(gen_slow(g) && (traits & FF_COSTLY)) && gen_chance(g, 20);
}

void gen_follow(struct gen *g, uint8_t t, const struct ff_call *c, const struct where *aim, bool meeting)
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
bool gen_lead_in(struct gen *g, uint8_t t, const struct ff_call *c, struct ff_call *touch)
{
	uint32_t traits = ff_call_traits(c);
	struct where w = gen_where_of(g, c);

	if (!(traits & FF_MOVES) || (traits & FF_GLOBAL) || gen_on_slow_file(g, &w))
		return false;
	if (w.mem == NONE)
		gen_map_of(g, &w, t);
	return w.mem != NONE && gen_chance(g, 45) &&
	       gen_touch_all(g, t, gen_chance(g, 75) ? FF_OP_LOAD : FF_OP_STORE, &w, touch);
}
