// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that may hit more often: what the threads do is done again, they
 * meet before two calls, wait, are held up in the kernel, work on more. Nothing
 * here knows what it is looking for.
 */
#include <string.h>

#include "corpus/shrink.h"
#include "fuzzer/delay.h"
#include "fuzzer/edit.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* A copy of a body meets at points of its own; -1: none is free, so it does not meet. */
static int meet_of_copy(struct ff_program *out, int *point, uint64_t old)
{
	if (old < FF_MEETS && point[old] == -2) {
		point[old] = ff_edit_free_meet(out);
		return point[old];
	}
	return old < FF_MEETS ? point[old] : -1;
}

/* Thread @t of @p once more, at the end of that of @out. False: no room. */
static bool append_body(struct ff_program *out, const struct ff_program *p, unsigned int t, int *point)
{
	for (unsigned int i = ff_edit_first(p, t); i < ff_edit_first(p, t + 1); i++) {
		struct ff_call c = p->call[i];
		int meet = 0;

		if (ff_op(c.op)->result != FF_RESULT_NONE)
			continue;	/* a slot is made once */
		if (c.op == FF_OP_MEET) {
			meet = meet_of_copy(out, point, c.arg[0]);
			c.arg[0] = (uint64_t)meet;
		}
		if (meet >= 0 && !ff_edit_insert(out, ff_edit_first(out, t + 1), &c))
			return false;
	}
	return true;
}

static bool repeat_all(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	static const unsigned int times[] = { 8, 4, 2 };
	bool room = true;

	if (k >= COUNT(times))
		return false;
	for (unsigned int copy = 1; copy < times[k] && room; copy++) {
		int point[FF_MEETS];

		for (unsigned int i = 0; i < FF_MEETS; i++)
			point[i] = -2;
		for (unsigned int t = 0; t < p->nthreads && room; t++)
			room = append_body(out, p, t, point);
	}
	if (!room)
		ff_program_copy(out, p);
	return true;
}

static bool waits(const struct ff_call *c)
{
	return c->op == FF_OP_PAUSE || c->op == FF_OP_MEET;
}

/* Threads meet before two calls, one of each of two threads. */
static bool add_meeting(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	unsigned int n = p->ncalls, a = n ? k / n : 0, b = n ? k % n : 0;
	struct ff_call meet = { .op = FF_OP_MEET };
	int point = ff_edit_free_meet(p);

	if (a >= n)
		return false;
	if (point < 0 || a >= b || p->call[a].thread == FF_SETUP || p->call[a].thread == p->call[b].thread ||
	    waits(&p->call[a]) || waits(&p->call[b]))
		return true;
	meet.arg[0] = (uint64_t)point;
	meet.thread = p->call[b].thread;
	if (!ff_edit_insert(out, b, &meet))
		return true;
	meet.thread = p->call[a].thread;
	if (!ff_edit_insert(out, a, &meet))
		ff_program_copy(out, p);
	return true;
}

static bool change_pause(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	static const struct { unsigned int mul, div; } by[] = { { 4, 1 }, { 1, 4 }, { 2, 1 }, { 1, 2 }, { 3, 2 }, { 2, 3 } };
	unsigned int i = k / COUNT(by), w = k % COUNT(by);
	uint64_t us;

	if (i >= p->ncalls)
		return false;
	if (p->call[i].op != FF_OP_PAUSE)
		return true;
	us = p->call[i].arg[0] * by[w].mul / by[w].div;
	out->call[i].arg[0] = us < 1 ? 1 : us > 100000 ? 100000 : us;
	return true;
}

static bool add_pause(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	static const unsigned int us[] = { 1000, 10000, 3000, 300, 30000, 100 };
	struct ff_call pause = { .op = FF_OP_PAUSE };
	unsigned int i = p->ncalls ? k % p->ncalls : 0;

	if (!p->ncalls || k / p->ncalls >= COUNT(us))
		return false;
	if (waits(&p->call[i]))
		return true;
	pause.arg[0] = us[k / p->ncalls];
	pause.thread = p->call[i].thread;
	ff_edit_insert(out, i, &pause);
	return true;
}

/* Whoever comes by one place is held up there, as often as a program can say. */
static bool hold_up(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	static const uint32_t us[] = { 3000, 10000 };
	struct ff_delay d = { .place = k % FF_DELAY_PLACES };
	unsigned int w = k / FF_DELAY_PLACES;

	if (w >= COUNT(us))
		return false;
	d.us = us[w] < ff_delay_row(d.place)->most_us ? us[w] : ff_delay_row(d.place)->most_us;
	for (unsigned int i = 0; i < p->ndelays; i++)
		if (p->delay[i].place == d.place)
			return true;
	while (out->ndelays < FF_MAX_DELAYS) {
		d.nth++;
		out->delay[out->ndelays++] = d;
	}
	return true;
}

static bool add_delay(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	static const uint32_t us[] = { 3000, 300, 10000 };
	enum { NTH = 2 };
	struct ff_delay d = { .place = k % FF_DELAY_PLACES, .nth = 1 + k / FF_DELAY_PLACES % NTH };
	unsigned int w = k / (FF_DELAY_PLACES * NTH);

	if (w >= COUNT(us))
		return false;
	d.us = us[w] < ff_delay_row(d.place)->most_us ? us[w] : ff_delay_row(d.place)->most_us;
	if (p->ndelays < FF_MAX_DELAYS)
		out->delay[out->ndelays++] = d;
	return true;
}

static bool change_delay(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	enum { LATER, SOONER, LONGER, SHORTER, WAYS };
	unsigned int i = k / WAYS;
	struct ff_delay *d;

	if (i >= p->ndelays)
		return false;
	d = &out->delay[i];
	if (k % WAYS == LATER)
		d->nth++;
	else if (k % WAYS == SOONER)
		d->nth--;
	else
		d->us = k % WAYS == LONGER ? d->us * 3 : d->us / 3;
	if (d->us > ff_delay_row(d->place)->most_us)
		d->us = ff_delay_row(d->place)->most_us;
	return true;
}

/* One, two or three calls in a row are made again after them, once, three or six times. */
static bool again(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	static const unsigned int times[] = { 3, 1, 6 };
	unsigned int size = 1 + k % 3, more = times[k / 3 % COUNT(times)], i = k / (3 * COUNT(times));

	if (i >= p->ncalls)
		return false;
	if (i + size > p->ncalls || p->call[i].thread != p->call[i + size - 1].thread)
		return true;
	for (unsigned int c = 0; c < size * more; c++) {
		const struct ff_call *from = &p->call[i + c % size];

		if (ff_op(from->op)->result == FF_RESULT_NONE && from->op != FF_OP_MEET &&
		    ff_edit_insert(out, i + size + c, from))
			continue;
		ff_program_copy(out, p);
		break;
	}
	return true;
}

static bool other_speed(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	if (k >= 2)
		return false;
	if (p->target.slow)
		out->target.slow = k ? p->target.slow * 2 : (p->target.slow + 1) / 2;
	return true;
}

/* A length that a call gives, twice or four times as long. */
static bool longer(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	unsigned int i = k / 2;
	int arg;

	if (i >= p->ncalls)
		return false;
	arg = ff_op_arg(ff_op(p->call[i].op), FF_ARG_LENGTH);
	if (arg >= 0)
		out->call[i].arg[arg] *= k % 2 ? 4 : 2;
	return true;
}

static bool swap_neighbours(const struct ff_program *p, unsigned int k, struct ff_program *out)
{
	if (k + 1 >= p->ncalls)
		return false;
	if (p->call[k].thread != p->call[k + 1].thread)
		return true;
	out->call[k] = p->call[k + 1];
	out->call[k + 1] = p->call[k];
	return true;
}

typedef bool raise_fn(const struct ff_program *p, unsigned int k, struct ff_program *out);

static bool next_of(raise_fn *const *ways, size_t n, const struct ff_program *p, struct ff_shrink_at *at,
		    struct ff_program *out)
{
	while (at->step < n) {
		ff_program_copy(out, p);
		if (ways[at->step](p, at->pos, out)) {
			at->pos++;
			return true;
		}
		*at = (struct ff_shrink_at){ .step = at->step + 1 };
	}
	return false;
}

bool ff_raise(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	static raise_fn *const ways[] = {
		repeat_all, change_delay, change_pause, hold_up, add_meeting, add_delay, other_speed, add_pause, again,
		longer, swap_neighbours,
	};

	return next_of(ways, COUNT(ways), p, at, out);
}

bool ff_raise_early(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	static raise_fn *const ways[] = { hold_up, other_speed };

	return next_of(ways, COUNT(ways), p, at, out);
}
