// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread of another program, or a part of it, comes here. The slots that it
 * uses become slots like those that are here; what is not, it brings along.
 */
#include <fcntl.h>
#include <string.h>

#include "fuzzer/edit.h"
#include "fuzzer/mut.h"

#define UNKNOWN	0xff
#define THREADS	4	/* as many as the generator makes */

/**
 * struct graft - what comes over
 * @thread: where to
 * @list: its calls, those that make what it brings first
 * @to: slots here of slots there
 */
struct graft {
	struct mut *m;
	const struct ff_program *from;
	uint8_t thread;
	unsigned int n;
	struct ff_call list[FF_MAX_CALLS];
	uint8_t to[FF_RESULT_BUFFER + 1][FF_MAX_SLOTS];
};

static int maker_of(const struct ff_program *p, enum ff_result kind, unsigned int slot)
{
	for (unsigned int i = 0; i < p->ncalls; i++)
		if (ff_edit_makes(&p->call[i], kind, slot))
			return (int)i;
	return -1;
}

/* Can what @b makes stand for what @a makes: opened alike, mapped alike, as long. */
static bool alike(const struct ff_call *a, const struct ff_call *b)
{
	if (a->op != b->op)
		return false;
	switch (a->op) {
	case FF_OP_OPEN:
		return a->arg[1] == b->arg[1] && !((a->arg[2] ^ b->arg[2]) & O_DIRECT);
	case FF_OP_MMAP:
		return b->arg[2] >= a->arg[2] && a->arg[4] == b->arg[4];
	case FF_OP_BUFFER:
		return b->arg[0] >= a->arg[0];
	default:
		return false;
	}
}

/* A slot of the setup here that is like the one that @maker makes there; any of them, or -1. */
static int find_alike(struct graft *g, const struct ff_call *maker)
{
	unsigned int setup = ff_edit_first(&g->m->p, 0), n = 0;
	uint8_t found[FF_MAX_CALLS];

	for (unsigned int i = 0; i < setup; i++)
		if (alike(maker, &g->m->p.call[i]))
			found[n++] = g->m->p.call[i].slot;
	return n ? found[gen_random(&g->m->g, n)] : -1;
}

/* Neither made here nor by what came so far. */
static int free_slot(const struct graft *g, enum ff_result kind)
{
	for (unsigned int s = 0; s < FF_MAX_SLOTS; s++) {
		bool used = maker_of(&g->m->p, kind, s) >= 0;

		for (unsigned int i = 0; i < g->n && !used; i++)
			used = ff_edit_makes(&g->list[i], kind, s);
		if (!used)
			return (int)s;
	}
	return -1;
}

static bool add(struct graft *g, const struct ff_call *c);

/* The slot here, made on the way if there is none like it. */
static bool resolve(struct graft *g, enum ff_result kind, unsigned int slot)
{
	int maker = maker_of(g->from, kind, slot), like = -1;

	if (g->to[kind][slot] != UNKNOWN)
		return true;
	if (maker < 0)
		return false;
	if (g->from->call[maker].thread == FF_SETUP)
		like = find_alike(g, &g->from->call[maker]);
	if (like < 0)
		return add(g, &g->from->call[maker]);
	g->to[kind][slot] = (uint8_t)like;
	return true;
}

/* All slots of a call, so that they can be renamed at once: 3 -> 5 and 5 -> 3 are no 3 -> 3. */
static bool rename_slots(struct graft *g, struct ff_call *c)
{
	struct ff_call old = *c;
	const struct ff_op *op = ff_op(c->op);

	for (unsigned int i = 0; i < ff_op_nargs(op); i++) {
		bool buffer = op->arg[i].type == FF_ARG_MEMORY && old.arg[i] >= FF_MEM_BUFFER;
		enum ff_result kind = op->arg[i].type == FF_ARG_HANDLE ? FF_RESULT_HANDLE :
				      buffer ? FF_RESULT_BUFFER : FF_RESULT_MAP;

		if (op->arg[i].type != FF_ARG_HANDLE && op->arg[i].type != FF_ARG_MAP &&
		    op->arg[i].type != FF_ARG_MEMORY)
			continue;
		if (!resolve(g, kind, old.arg[i] % FF_MAX_SLOTS))
			return false;
		c->arg[i] = g->to[kind][old.arg[i] % FF_MAX_SLOTS] + (buffer ? FF_MEM_BUFFER : 0u);
	}
	for (unsigned int i = 0; i < c->nvec; i++) {
		bool buffer = old.vec[i].mem >= FF_MEM_BUFFER;
		enum ff_result kind = buffer ? FF_RESULT_BUFFER : FF_RESULT_MAP;

		if (!resolve(g, kind, old.vec[i].mem % FF_MAX_SLOTS))
			return false;
		c->vec[i].mem = g->to[kind][old.vec[i].mem % FF_MAX_SLOTS] + (buffer ? FF_MEM_BUFFER : 0u);
	}
	return true;
}

/* A file that is here: others would be empty. */
static uint64_t file_here(const struct graft *g, uint64_t file)
{
	for (unsigned int i = 0; i < g->m->p.ncalls; i++)
		if (g->m->p.call[i].op == FF_OP_OPEN && g->m->p.call[i].arg[0] == file)
			return file;
	return 0;
}

static bool add(struct graft *g, const struct ff_call *old)
{
	enum ff_result kind = ff_op(old->op)->result;
	struct ff_call c = *old;
	int slot = 0;

	if (c.op == FF_OP_MEET || !rename_slots(g, &c))
		return false;	/* its partners do not come */
	if (kind != FF_RESULT_NONE && g->to[kind][old->slot] != UNKNOWN)
		return true;	/* brought already */
	if (kind != FF_RESULT_NONE)
		slot = free_slot(g, kind);
	if (slot < 0 || g->n == FF_MAX_CALLS)
		return false;
	if (kind != FF_RESULT_NONE)
		g->to[kind][old->slot] = c.slot = (uint8_t)slot;
	if (c.op == FF_OP_OPEN)
		c.arg[0] = file_here(g, c.arg[0]);
	c.thread = g->thread;
	c.line = 0;
	g->list[g->n++] = c;
	return true;
}

static void bring(struct graft *g, unsigned int from, unsigned int end)
{
	memset(g->to, UNKNOWN, sizeof(g->to));
	g->n = 0;
	for (unsigned int i = from; i < end; i++)
		add(g, &g->from->call[i]);	/* what cannot come stays */
}

/* Who comes waits at the end with all the others, where they do. */
static void join_last(struct graft *g)
{
	struct ff_program *p = &g->m->p;
	uint8_t threads[FF_MEETS] = { 0 };
	struct ff_call c = { .op = FF_OP_MEET, .thread = g->thread };

	for (unsigned int i = 0; i < p->ncalls; i++)
		if (p->call[i].op == FF_OP_MEET)
			threads[p->call[i].arg[0]]++;
	for (unsigned int point = FF_MEETS; point-- > 0;)
		if (threads[point] > 1 && threads[point] + 1u >= p->nthreads && g->n < FF_MAX_CALLS) {
			c.arg[0] = point;
			g->list[g->n++] = c;
			return;
		}
}

/* A thread beside the others; or instead of one, where there may be no more. */
static bool whole_thread(struct graft *g, unsigned int from, unsigned int end)
{
	struct ff_program *p = &g->m->p;

	if (g->m->g.limits->threads || p->nthreads >= THREADS) {
		unsigned int t = (unsigned int)gen_random(&g->m->g, p->nthreads);

		if (p->nthreads > 1)
			ff_edit_remove_thread(p, t);
		else
			p->ncalls = ff_edit_first(p, 0);
		p->nthreads -= p->nthreads == 1;
	}
	g->thread = (uint8_t)p->nthreads++;
	bring(g, from, end);
	join_last(g);
	return mut_put(g->m, p->ncalls, g->list, g->n);
}

static bool stretch(struct graft *g, unsigned int from, unsigned int end)
{
	struct ff_program *p = &g->m->p;
	unsigned int n = 1 + (unsigned int)gen_random(&g->m->g, 12), first, at;

	from += (unsigned int)gen_random(&g->m->g, end - from);
	end = from + n < end ? from + n : end;
	g->thread = (uint8_t)gen_random(&g->m->g, p->nthreads);
	first = ff_edit_first(p, g->thread);
	at = first + (unsigned int)gen_random(&g->m->g, ff_edit_first(p, g->thread + 1u) - first + 1);
	bring(g, from, end);
	return mut_put(g->m, at, g->list, g->n);
}

static bool compatible(const struct ff_target *a, const struct ff_target *b)
{
	return a->kind == b->kind || ((FF_ON_DISK_FS >> a->kind & 1) && (FF_ON_DISK_FS >> b->kind & 1));
}

bool mut_splice(struct mut *m)
{
	struct graft g = { .m = m, .from = m->other };
	unsigned int t, from, end;

	if (!m->other || !compatible(&m->p.target, &m->other->target))
		return false;
	t = (unsigned int)gen_random(&m->g, m->other->nthreads);
	from = ff_edit_first(m->other, t);
	end = ff_edit_first(m->other, t + 1);
	if (from == end)
		return false;
	return gen_chance(&m->g, 45) ? whole_thread(&g, from, end) : stretch(&g, from, end);
}
