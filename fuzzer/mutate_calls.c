// SPDX-License-Identifier: GPL-2.0-only
/* Mutations of calls: put in, taken out, changed, done again, moved. */
#include <string.h>

#include "fuzzer/edit.h"
#include "fuzzer/mut.h"

#define FOLLOW	6	/* calls that come with one that is put in: touches, the way back */

static unsigned int any(struct mut *m, unsigned int n)
{
	return (unsigned int)gen_random(&m->g, n);
}

int mut_any_call(struct mut *m)
{
	unsigned int setup = ff_edit_first(&m->p, 0), i;

	for (unsigned int tries = 0; tries < 16 && setup < m->p.ncalls; tries++) {
		i = setup + any(m, m->p.ncalls - setup);
		if (m->p.call[i].op != FF_OP_MEET)
			return (int)i;
	}
	return -1;
}

bool mut_put(struct mut *m, unsigned int at, const struct ff_call *c, unsigned int n)
{
	if (m->p.ncalls + n > FF_MUTATE_MOST_CALLS)
		return false;
	for (unsigned int i = 0; i < n; i++)
		ff_edit_insert(&m->p, at + i, &c[i]);
	return n > 0;
}

/* Does a call of the thread from @at on still need the handle that @c closes? */
static bool closes_too_soon(const struct mut *m, unsigned int at, const struct ff_call *c)
{
	if (c->op != FF_OP_CLOSE)
		return false;
	for (; at < m->p.ncalls && m->p.call[at].thread == c->thread; at++)
		if (ff_edit_uses(&m->p.call[at], FF_RESULT_HANDLE, (unsigned int)c->arg[0]))
			return true;
	return false;
}

/* What the generator would draw here, mostly for what another thread is busy with. */
bool mut_insert(struct mut *m)
{
	unsigned int t = any(m, m->p.nthreads), first = ff_edit_first(&m->p, t), n = 0;
	unsigned int at = first + any(m, ff_edit_first(&m->p, t + 1) - first + 1);
	struct ff_call list[1 + FOLLOW];
	struct gen_thread *th = &m->g.thread[t];
	bool drawn = false;

	mut_replay(m, t, at);
	for (unsigned int tries = 0; tries < 3 && !drawn; tries++)
		drawn = gen_draw(&m->g, t, &list[0]);
	if (!drawn || closes_too_soon(m, at, &list[0]))
		return false;
	/* A pause that it waits for comes first. */
	if (th->nnext && th->next[0].op == FF_OP_PAUSE && gen_chance(&m->g, 50)) {
		list[1] = list[0];
		list[0] = th->next[0];
		n = 1;
	}
	for (unsigned int i = n++; i < th->nnext && n <= FOLLOW; i++)
		list[n++] = th->next[i];
	return mut_put(m, at, list, n);
}

/* A few calls after each other, of the setup seldom: much hangs on those. */
bool mut_remove(struct mut *m)
{
	bool drop[FF_MAX_CALLS] = { false }, setup = gen_chance(&m->g, 6);
	int i = setup ? (int)any(m, ff_edit_first(&m->p, 0) + 1) : mut_any_call(m);
	unsigned int before = m->p.ncalls, n = gen_chance(&m->g, 50) ? 1 : 2 + any(m, 6);

	if (i < 0 || (unsigned int)i >= m->p.ncalls)
		return false;
	for (unsigned int k = (unsigned int)i; k < m->p.ncalls && k < (unsigned int)i + n; k++)
		drop[k] = m->p.call[k].thread == m->p.call[i].thread;
	ff_edit_drop(&m->p, drop);
	return before - m->p.ncalls <= 12 && m->p.ncalls > ff_edit_first(&m->p, 0) + 1;
}

static unsigned int differences(const struct ff_call *a, const struct ff_call *b)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < FF_MAX_ARGS; i++)
		n += a->arg[i] != b->arg[i];
	if (a->nvec != b->nvec)
		return n + 2;
	for (unsigned int i = 0; i < a->nvec; i++)
		n += a->vec[i].mem != b->vec[i].mem || a->vec[i].off != b->vec[i].off ||
		     a->vec[i].len != b->vec[i].len;
	return n;
}

/*
 * The same call with other arguments, as the generator draws them for a place:
 * of a few such the one that differs least, so that what belongs together
 * (an advice and its alignment, a handle and its) is changed together.
 */
static bool redraw(struct mut *m, uint8_t t, const struct where *w, struct ff_call *c)
{
	struct ff_call best = *c, now;
	unsigned int least = ~0u, n;

	for (unsigned int tries = 0; tries < 12; tries++) {
		now = (struct ff_call){ .op = c->op, .thread = t };
		if (!gen_args(&m->g, t, c->op, w, &now))
			continue;
		now.slot = c->slot;
		n = differences(&now, c);
		if ((!n && now.thread == c->thread) || n >= least)
			continue;
		least = n;
		best = now;
	}
	*c = best;
	return least != ~0u;
}

/* A little before or after, shorter or longer: by sectors, pages, huge pages. */
static void nearby(struct mut *m, struct where *w)
{
	static const uint32_t units[] = { 1, 8, 512, PAGE, PAGE, PAGE, 8 * PAGE, PMD };
	uint64_t unit = units[any(m, sizeof(units) / sizeof(units[0]))];
	uint64_t step = unit * gen_between(&m->g, 1, 4), room = w->mem != NONE ? m->g.mem[w->mem].len : FF_MAX_SIZE;
	uint64_t off = w->mem != NONE ? w->moff : w->foff, moved = off, len = w->len;

	switch (any(m, 5)) {
	case 0:
		moved = off >= step ? off - step : 0;
		break;
	case 1:
		moved = off + step;
		break;
	case 2:
		len = len > step ? len - step : (len + 1) / 2;
		break;
	case 3:
		len += step;
		break;
	default:
		break;	/* the same place: the words change */
	}
	if (!len || moved > room || len > room - moved)
		return;
	w->foff += moved - off;
	w->moff += w->mem != NONE ? moved - off : 0;
	w->len = len;
}

bool mut_argument(struct mut *m)
{
	bool setup = gen_chance(&m->g, 8);
	int i = setup ? (int)any(m, ff_edit_first(&m->p, 0) + 1) : mut_any_call(m);
	struct ff_call c;
	struct where w;

	if (i < 0 || (unsigned int)i >= m->p.ncalls)
		return false;
	c = m->p.call[i];
	/* Who opens a file in the setup makes it: that is no matter of drawing. */
	if (c.op == FF_OP_MEET || (c.thread == FF_SETUP && c.op == FF_OP_OPEN))
		return false;
	mut_replay(m, c.thread, (unsigned int)i);
	w = gen_where_of(&m->g, &c);
	nearby(m, &w);
	if (!redraw(m, c.thread, &w, &c))
		return false;
	m->p.call[i] = c;
	return !closes_too_soon(m, (unsigned int)i + 1, &c);
}

/* Once more, and again: at once, after a moment, or somewhere else in its thread. */
bool mut_repeat(struct mut *m)
{
	int i = mut_any_call(m);
	struct ff_call list[8], pause = { .op = FF_OP_PAUSE };
	unsigned int n = 0, first, at, times;

	if (i < 0 || !gen_repeatable(&m->p.call[i]) || m->p.call[i].op == FF_OP_PAUSE)
		return false;
	times = 1 + any(m, 3);
	pause.thread = m->p.call[i].thread;
	while (times--) {
		if (!m->g.limits->without[FF_OP_PAUSE] && gen_chance(&m->g, 35)) {
			pause.arg[0] = gen_between(&m->g, 20, 2000);
			list[n++] = pause;
		}
		list[n++] = m->p.call[i];
	}
	first = ff_edit_first(&m->p, pause.thread);
	at = (unsigned int)i + 1;
	if (gen_chance(&m->g, 30))
		at = first + any(m, ff_edit_first(&m->p, pause.thread + 1u) - first + 1);
	return mut_put(m, at, list, n);
}

/* Somebody else needs what it makes. */
static bool made_for_others(const struct mut *m, unsigned int i)
{
	const struct ff_call *c = &m->p.call[i];

	for (unsigned int k = 0; k < m->p.ncalls; k++)
		if (ff_edit_uses(&m->p.call[k], ff_op(c->op)->result, c->slot))
			return true;
	return false;
}

static void take_out(struct ff_program *p, unsigned int i)
{
	memmove(&p->call[i], &p->call[i + 1], (--p->ncalls - i) * sizeof(p->call[0]));
}

/* Where thread @t is when thread of call @i makes that call, as guessed; or anywhere. */
static unsigned int place_beside(struct mut *m, unsigned int i, unsigned int t)
{
	unsigned int first = ff_edit_first(&m->p, t), end = ff_edit_first(&m->p, t + 1), at = first;

	if (gen_chance(&m->g, 30))
		return first + any(m, end - first + 1);
	while (at < end && m->from[at] < m->from[i])
		at++;
	return at;
}

/* Another thread does it, at about that time, with what it has itself if it may not use the other's. */
bool mut_move(struct mut *m)
{
	int i = m->p.nthreads > 1 ? mut_any_call(m) : -1;
	struct ff_call c;
	unsigned int at, t;
	struct where w;

	if (i < 0 || made_for_others(m, (unsigned int)i))
		return false;
	c = m->p.call[i];
	t = (c.thread + 1 + any(m, m->p.nthreads - 1)) % m->p.nthreads;
	mut_replay_all(m);
	w = gen_where_of(&m->g, &c);
	at = place_beside(m, (unsigned int)i, t);
	mut_replay(m, t, at);
	for (unsigned int s = 0; s < FF_MAX_SLOTS; s++) {
		bool theirs = (ff_edit_uses(&c, FF_RESULT_HANDLE, s) && !gen_usable(&m->g, m->g.handle[s].owner, t)) ||
			      (ff_edit_uses(&c, FF_RESULT_MAP, s) && !gen_usable(&m->g, m->g.mem[s].owner, t)) ||
			      (ff_edit_uses(&c, FF_RESULT_BUFFER, s) &&
			       !gen_usable(&m->g, m->g.mem[FF_MEM_BUFFER + s].owner, t));

		if (theirs && !redraw(m, t, &w, &c))
			return false;
	}
	c.thread = t;
	take_out(&m->p, (unsigned int)i);
	return mut_put(m, at > (unsigned int)i ? at - 1 : at, &c, 1);
}

bool mut_swap(struct mut *m)
{
	int i = mut_any_call(m);
	unsigned int k;
	struct ff_call c;

	if (i < 0)
		return false;
	k = (unsigned int)i + 1 + any(m, 4);
	if (k >= m->p.ncalls || m->p.call[k].thread != m->p.call[i].thread)
		return false;
	c = m->p.call[i];
	m->p.call[i] = m->p.call[k];
	m->p.call[k] = c;
	return true;
}
