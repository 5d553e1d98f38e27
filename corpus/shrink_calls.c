// SPDX-License-Identifier: GPL-2.0-only
/* Fewer threads, fewer slots, fewer calls. */
#include <string.h>

#include "corpus/shrink.h"
#include "fuzzer/edit.h"

/*
 * Runs of items that are taken out, the longest first: half of @n, a quarter,
 * ..., one. From the end to the beginning, since what comes later depends on
 * what came before. @pos counts from the end, so it still fits when a run was
 * taken out there. False at the end.
 */
static bool next_run(unsigned int n, struct ff_shrink_at *at, unsigned int *first, unsigned int *size)
{
	unsigned int longest = 1;

	while (longest * 4 <= n)
		longest *= 2;
	for (;; at->step++, at->pos = 0) {
		if (!(longest >> at->step) || !n)
			return false;
		*size = longest >> at->step;
		if (at->pos + *size > n)
			continue;
		*first = n - at->pos - *size;
		/* pairs and threes overlap: what belongs together may lie across */
		at->pos += *size > 3 ? *size : 1;
		return true;
	}
}

/* Thread @b's calls come after those of thread @a. */
static void join_threads(struct ff_program *p, unsigned int a, unsigned int b)
{
	unsigned int from = ff_edit_first(p, b), to = ff_edit_first(p, b + 1), at = ff_edit_first(p, a + 1);
	struct ff_call call[FF_MAX_CALLS];
	unsigned int n = to - from;

	memcpy(call, &p->call[from], n * sizeof(call[0]));
	memmove(&p->call[at + n], &p->call[at], (from - at) * sizeof(call[0]));
	for (unsigned int i = 0; i < n; i++) {
		call[i].thread = (uint8_t)a;
		p->call[at + i] = call[i];
	}
}

/* First threads go, then two become one. */
bool ff_shrink_threads(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	enum { JOIN = 100 };
	unsigned int first, size, n = p->nthreads;

	ff_program_copy(out, p);
	if (at->step < JOIN) {
		if (n > 1 && next_run(n, at, &first, &size)) {
			while (size-- && out->nthreads > 1)
				ff_edit_remove_thread(out, first);
			return true;
		}
		*at = (struct ff_shrink_at){ .step = JOIN };
	}
	if (at->pos >= n * n)
		return false;
	if (at->pos % n < at->pos / n)
		join_threads(out, at->pos % n, at->pos / n);
	at->pos++;
	return true;
}

static const enum ff_result kinds[] = { FF_RESULT_HANDLE, FF_RESULT_MAP, FF_RESULT_BUFFER };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int maker(const struct ff_program *p, enum ff_result kind, unsigned int slot)
{
	for (unsigned int i = 0; i < p->ncalls; i++)
		if (ff_edit_makes(&p->call[i], kind, slot))
			return (int)i;
	return -1;
}

/* A slot that was made goes, with all who use it: the largest groups there are. */
static void drop_slot(struct ff_program *p, unsigned int k)
{
	int i = maker(p, kinds[k / FF_MAX_SLOTS], k % FF_MAX_SLOTS);

	if (i >= 0)
		ff_edit_remove_call(p, (unsigned int)i);
}

/* Who uses one handle uses another one, and the first is not made. */
static void join_handles(struct ff_program *p, unsigned int k)
{
	unsigned int from = k / FF_MAX_SLOTS, to = k % FF_MAX_SLOTS;
	int i = maker(p, FF_RESULT_HANDLE, from);

	if (from == to || i < 0 || maker(p, FF_RESULT_HANDLE, to) < 0)
		return;
	for (unsigned int c = 0; c < p->ncalls; c++)
		ff_edit_rename(&p->call[c], FF_RESULT_HANDLE, from, to);
	ff_edit_remove_call(p, (unsigned int)i);
}

/* Calls on one piece of memory work on another one: a map instead of a buffer, or the other way round. */
static void move_memory(struct ff_program *p, unsigned int k)
{
	unsigned int from = k / FF_MEMS, to = k % FF_MEMS;

	for (unsigned int i = 0; i < p->ncalls; i++) {
		struct ff_call *c = &p->call[i];
		int arg = ff_op_arg(ff_op(c->op), FF_ARG_MEMORY);

		if (arg >= 0 && c->arg[arg] == from)
			c->arg[arg] = to;
		if (ff_op_arg(ff_op(c->op), FF_ARG_VECTOR) < 0)
			continue;
		for (unsigned int v = 0; v < c->nvec; v++)
			if (c->vec[v].mem == from)
				c->vec[v].mem = to;
	}
}

/* ... and the first is not made. */
static void join_memory(struct ff_program *p, unsigned int k)
{
	unsigned int from = k / FF_MEMS;
	enum ff_result kind = from < FF_MEM_BUFFER ? FF_RESULT_MAP : FF_RESULT_BUFFER;
	int i = maker(p, kind, from % FF_MAX_SLOTS);

	if (i < 0 || from == k % FF_MEMS)
		return;
	move_memory(p, k);
	ff_edit_remove_call(p, (unsigned int)i);
}

/* All calls of one row; @thread: FF_MAX_THREADS means everywhere. */
static void drop_row(struct ff_program *p, unsigned int op, unsigned int thread)
{
	bool drop[FF_MAX_CALLS] = { false };

	for (unsigned int i = 0; i < p->ncalls; i++)
		drop[i] = p->call[i].op == op && ff_op(op)->result == FF_RESULT_NONE &&
			  (thread == FF_MAX_THREADS || p->call[i].thread == thread);
	ff_edit_drop(p, drop);
}

static void drop_meet(struct ff_program *p, unsigned int point)
{
	bool drop[FF_MAX_CALLS] = { false };

	for (unsigned int i = 0; i < p->ncalls; i++)
		drop[i] = p->call[i].op == FF_OP_MEET && p->call[i].arg[0] == point;
	ff_edit_drop(p, drop);
}

static void drop_setup(struct ff_program *p, unsigned int unused)
{
	bool drop[FF_MAX_CALLS] = { false };

	(void)unused;
	for (unsigned int i = 0; i < p->ncalls; i++)
		drop[i] = p->call[i].thread == FF_SETUP && ff_op(p->call[i].op)->result == FF_RESULT_NONE;
	ff_edit_drop(p, drop);
}

static void drop_row_anywhere(struct ff_program *p, unsigned int k)
{
	drop_row(p, k, FF_MAX_THREADS);
}

static void drop_row_of_thread(struct ff_program *p, unsigned int k)
{
	unsigned int thread = k / FF_OPS;

	if (thread < p->nthreads)
		drop_row(p, k % FF_OPS, thread);
}

static const struct {
	unsigned int n;
	void (*edit)(struct ff_program *p, unsigned int k);
} groups[] = {
	{ KINDS * FF_MAX_SLOTS, drop_slot },
	{ 1, drop_setup },
	{ FF_OPS, drop_row_anywhere },
	{ FF_OPS * FF_MAX_THREADS, drop_row_of_thread },
	{ FF_MAX_SLOTS * FF_MAX_SLOTS, join_handles },
	{ FF_MEMS * FF_MEMS, join_memory },
	{ FF_MEETS, drop_meet },
};

bool ff_shrink_groups(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	while (at->step < sizeof(groups) / sizeof(groups[0]) && at->pos >= groups[at->step].n)
		*at = (struct ff_shrink_at){ .step = at->step + 1 };
	if (at->step == sizeof(groups) / sizeof(groups[0]))
		return false;
	ff_program_copy(out, p);
	groups[at->step].edit(out, at->pos++);
	return true;
}

static bool drop_run(const struct ff_program *p, struct ff_shrink_at *at, unsigned int least, struct ff_program *out)
{
	bool drop[FF_MAX_CALLS] = { false };
	unsigned int first, size;

	if (!next_run(p->ncalls, at, &first, &size) || size < least)
		return false;
	memset(&drop[first], true, size);
	ff_program_copy(out, p);
	ff_edit_drop(out, drop);
	return true;
}

bool ff_shrink_stretches(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	return drop_run(p, at, 4, out);
}

bool ff_shrink_calls(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	return drop_run(p, at, 1, out);
}
