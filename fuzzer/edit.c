// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzer/edit.h"

#include <string.h>

/* The slot of that kind that argument @i names, or -1. */
static int named(const struct ff_call *c, unsigned int i, enum ff_result kind)
{
	uint64_t v = c->arg[i];

	switch (ff_op(c->op)->arg[i].type) {
	case FF_ARG_HANDLE:
		return kind == FF_RESULT_HANDLE ? (int)v : -1;
	case FF_ARG_MAP:
		return kind == FF_RESULT_MAP ? (int)v : -1;
	case FF_ARG_MEMORY:
		if (v < FF_MEM_BUFFER)
			return kind == FF_RESULT_MAP ? (int)v : -1;
		return kind == FF_RESULT_BUFFER ? (int)(v - FF_MEM_BUFFER) : -1;
	default:
		return -1;
	}
}

static uint32_t memory(enum ff_result kind, unsigned int slot)
{
	return kind == FF_RESULT_BUFFER ? FF_MEM_BUFFER + slot : slot;
}

/* Is this piece of a vector in that slot? */
static bool piece_in(const struct ff_vec *v, enum ff_result kind, unsigned int slot)
{
	return kind != FF_RESULT_HANDLE && kind != FF_RESULT_NONE && v->mem == memory(kind, slot);
}

static unsigned int pieces(const struct ff_call *c)
{
	if (ff_op_arg(ff_op(c->op), FF_ARG_VECTOR) < 0)
		return 0;
	return c->nvec < FF_MAX_VECS ? c->nvec : FF_MAX_VECS;
}

bool ff_edit_makes(const struct ff_call *c, enum ff_result kind, unsigned int slot)
{
	return kind != FF_RESULT_NONE && ff_op(c->op)->result == kind && c->slot == slot;
}

static bool names(const struct ff_call *c, enum ff_result kind, unsigned int slot)
{
	unsigned int n = ff_op_nargs(ff_op(c->op));

	for (unsigned int i = 0; i < n; i++)
		if (named(c, i, kind) == (int)slot)
			return true;
	return false;
}

bool ff_edit_uses(const struct ff_call *c, enum ff_result kind, unsigned int slot)
{
	for (unsigned int i = 0; i < pieces(c); i++)
		if (piece_in(&c->vec[i], kind, slot))
			return true;
	return names(c, kind, slot);
}

/* Slot s of that kind becomes to[s], in all arguments. */
static void renumber(struct ff_call *c, enum ff_result kind, const uint8_t *to)
{
	const struct ff_op *op = ff_op(c->op);
	unsigned int i, n = ff_op_nargs(op);
	int slot;

	for (i = 0; i < n; i++) {
		slot = named(c, i, kind);
		if (slot >= 0 && slot < FF_MAX_SLOTS)
			c->arg[i] = op->arg[i].type == FF_ARG_MEMORY ? memory(kind, to[slot]) : to[slot];
	}
	for (i = 0; i < pieces(c); i++)
		for (slot = 0; slot < FF_MAX_SLOTS; slot++)
			if (piece_in(&c->vec[i], kind, (unsigned int)slot)) {
				c->vec[i].mem = memory(kind, to[slot]);
				break;
			}
}

void ff_edit_rename(struct ff_call *c, enum ff_result kind, unsigned int from, unsigned int to)
{
	uint8_t map[FF_MAX_SLOTS];

	for (unsigned int i = 0; i < FF_MAX_SLOTS; i++)
		map[i] = (uint8_t)(i == from ? to : i);
	renumber(c, kind, map);
}

/* The pieces of a vector that lie in this slot go; false when none is left. */
static bool cut_pieces(struct ff_call *c, enum ff_result kind, unsigned int slot)
{
	unsigned int i, n = 0;

	for (i = 0; i < pieces(c); i++)
		if (!piece_in(&c->vec[i], kind, slot))
			c->vec[n++] = c->vec[i];
	if (i)
		c->nvec = n;
	return !i || n;
}

/* Nobody makes this slot any more: mark its users, or cut them. */
static void orphan(struct ff_program *p, bool *drop, enum ff_result kind, unsigned int slot)
{
	for (unsigned int i = 0; i < p->ncalls; i++)
		if (!drop[i] && ff_edit_uses(&p->call[i], kind, slot))
			drop[i] = names(&p->call[i], kind, slot) || !cut_pieces(&p->call[i], kind, slot);
}

/* Marks the meeting points at which one thread is left alone. */
static void drop_lonely(const struct ff_program *p, bool *drop)
{
	uint16_t who[FF_MEETS] = { 0 };
	unsigned int i;

	for (i = 0; i < p->ncalls; i++)
		if (p->call[i].op == FF_OP_MEET && !drop[i] && p->call[i].arg[0] < FF_MEETS)
			who[p->call[i].arg[0]] |= 1u << (p->call[i].thread == FF_SETUP ? FF_MAX_THREADS :
							 p->call[i].thread % FF_MAX_THREADS);
	for (i = 0; i < p->ncalls; i++) {
		uint64_t point = p->call[i].arg[0];

		if (p->call[i].op == FF_OP_MEET && point < FF_MEETS && !(who[point] & (who[point] - 1)))
			drop[i] = true;
	}
}

void ff_edit_drop(struct ff_program *p, const bool *which)
{
	bool drop[FF_MAX_CALLS];
	unsigned int i, n = 0;

	memcpy(drop, which, p->ncalls * sizeof(drop[0]));
	/* a slot is made before it is used: one pass sees all that follows */
	for (i = 0; i < p->ncalls; i++)
		if (drop[i] && ff_op(p->call[i].op)->result != FF_RESULT_NONE)
			orphan(p, drop, ff_op(p->call[i].op)->result, p->call[i].slot);
	drop_lonely(p, drop);
	for (i = 0; i < p->ncalls; i++)
		if (!drop[i])
			p->call[n++] = p->call[i];
	p->ncalls = n;
}

void ff_edit_remove_call(struct ff_program *p, unsigned int i)
{
	bool drop[FF_MAX_CALLS] = { false };

	drop[i] = true;
	ff_edit_drop(p, drop);
}

/* Threads after @t, which has no calls, are numbered one less. */
static void close_gap(struct ff_program *p, unsigned int t)
{
	for (unsigned int i = 0; i < p->ncalls; i++)
		if (p->call[i].thread != FF_SETUP && p->call[i].thread > t)
			p->call[i].thread--;
	p->nthreads--;
}

void ff_edit_remove_thread(struct ff_program *p, unsigned int t)
{
	bool drop[FF_MAX_CALLS] = { false };

	for (unsigned int i = 0; i < p->ncalls; i++)
		drop[i] = p->call[i].thread == t;
	ff_edit_drop(p, drop);
	if (p->nthreads > 1)
		close_gap(p, t);
}

unsigned int ff_edit_first(const struct ff_program *p, unsigned int t)
{
	unsigned int i = 0;

	if (t == FF_SETUP)
		return 0;
	while (i < p->ncalls && (p->call[i].thread == FF_SETUP || p->call[i].thread < t))
		i++;
	return i;
}

bool ff_edit_insert(struct ff_program *p, unsigned int at, const struct ff_call *c)
{
	struct ff_call copy = *c;	/* it may be one of @p's own */

	if (p->ncalls >= FF_MAX_CALLS || at > p->ncalls)
		return false;
	memmove(&p->call[at + 1], &p->call[at], (p->ncalls - at) * sizeof(p->call[0]));
	p->call[at] = copy;
	p->ncalls++;
	return true;
}

int ff_edit_free_meet(const struct ff_program *p)
{
	uint32_t used = 0;

	for (unsigned int i = 0; i < p->ncalls; i++)
		if (p->call[i].op == FF_OP_MEET && p->call[i].arg[0] < FF_MEETS)
			used |= 1u << p->call[i].arg[0];
	for (int point = 0; point < FF_MEETS; point++)
		if (!(used >> point & 1))
			return point;
	return -1;
}

/* New numbers, given in the order of asking. */
struct numbers {
	int8_t of[FF_MEETS];
	unsigned int n;
};

static uint64_t number(struct numbers *m, uint64_t old)
{
	if (old >= FF_MEETS)
		return old;
	if (m->of[old] < 0)
		m->of[old] = (int8_t)m->n++;
	return (uint64_t)m->of[old];
}

static void tidy_meets_and_files(struct ff_program *p)
{
	struct numbers meet, file;

	memset(&meet, 0xff, sizeof(meet));
	memset(&file, 0xff, sizeof(file));
	meet.n = file.n = 0;
	for (unsigned int i = 0; i < p->ncalls; i++) {
		struct ff_call *c = &p->call[i];
		int arg = ff_op_arg(ff_op(c->op), FF_ARG_FILE);

		if (c->op == FF_OP_MEET)
			c->arg[0] = number(&meet, c->arg[0]);
		if (arg >= 0)
			c->arg[arg] = number(&file, c->arg[arg]);
	}
}

/* Made slots of a kind in the order of their making, the others after them. */
static void tidy_slots(struct ff_program *p, enum ff_result kind)
{
	uint8_t map[FF_MAX_SLOTS], n = 0;
	unsigned int i;

	memset(map, 0xff, sizeof(map));
	for (i = 0; i < p->ncalls; i++)
		if (ff_op(p->call[i].op)->result == kind && p->call[i].slot < FF_MAX_SLOTS &&
		    map[p->call[i].slot] == 0xff)
			map[p->call[i].slot] = n++;
	for (i = 0; i < FF_MAX_SLOTS; i++)
		if (map[i] == 0xff)
			map[i] = n++;
	for (i = 0; i < p->ncalls; i++) {
		if (ff_op(p->call[i].op)->result == kind && p->call[i].slot < FF_MAX_SLOTS)
			p->call[i].slot = map[p->call[i].slot];
		renumber(&p->call[i], kind, map);
	}
}

void ff_edit_tidy(struct ff_program *p)
{
	for (unsigned int t = p->nthreads; t-- > 0 && p->nthreads > 1;)
		if (ff_edit_first(p, t) == ff_edit_first(p, t + 1))
			close_gap(p, t);
	tidy_slots(p, FF_RESULT_HANDLE);
	tidy_slots(p, FF_RESULT_MAP);
	tidy_slots(p, FF_RESULT_BUFFER);
	tidy_meets_and_files(p);
}
