// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the evidence of a finding says of the calls and events of its case: the
 * lines of oracles/cause.c, mapped.c and hang.c name calls by number and
 * events by their time.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/report/timeline_state.h"

#define READABLE 28	/* bars in the part that is shown large */

static struct ff_tl_bar *bar_of(struct ff_timeline *t, int call)
{
	for (unsigned int i = 0; call >= 0 && i < t->nbars && t->bar[i].call >= 0; i++)
		if (t->bar[i].call == call)
			return &t->bar[i];
	return NULL;
}

static void raise_role(enum ff_tl_role *role, enum ff_tl_role to)
{
	if (*role < to)
		*role = to;
}

/* Every "call N" of the line. */
static void calls_of(struct ff_timeline *t, const char *line, enum ff_tl_role role)
{
	const char *at = line;
	struct ff_tl_bar *b;

	while ((at = strstr(at, "call "))) {
		b = isdigit((unsigned char)at[5]) ? bar_of(t, atoi(at + 5)) : NULL;
		if (b)
			raise_role(&b->role, role);
		at += 5;
	}
}

/* The events at this moment: of the witness's lines, which give tenths of microseconds. */
static void events_at(struct ff_timeline *t, double us)
{
	for (unsigned int i = 0; i < t->nmarks; i++)
		if (fabs(ff_timeline_us(t, t->mark[i].at) - us) < 0.0501)
			raise_role(&t->mark[i].role, FF_ROLE_EVIDENCE);
	for (unsigned int i = 0; i < t->nbars; i++)
		if (t->bar[i].call < 0 && (fabs(ff_timeline_us(t, t->bar[i].from) - us) < 0.0501 ||
					   fabs(ff_timeline_us(t, t->bar[i].until) - us) < 0.0501))
			raise_role(&t->bar[i].role, FF_ROLE_EVIDENCE);
}

/* "at 12.3 us", "[3.1, 4.9] us": the moments of a line. */
static void times_of(struct ff_timeline *t, const char *line)
{
	double a, b;

	for (const char *at = line; *at; at++) {
		if (sscanf(at, "at %lf us", &a) == 1 && (at == line || at[-1] == ' '))
			events_at(t, a);
		else if (*at == '[' && sscanf(at, "[%lf, %lf] us", &a, &b) == 2)
			events_at(t, a);
	}
}

static void line_of(struct ff_timeline *t, const char *line)
{
	enum ff_tl_role role = FF_ROLE_EVIDENCE;

	if (!strncmp(line, "beside: ", 8))
		role = FF_ROLE_BESIDE;
	calls_of(t, line, role);
	if (!strncmp(line, "witness: ", 9) || !strncmp(line, "delay ", 6))
		times_of(t, line);
}

static void violated(struct ff_timeline *t, uint64_t at, int lane, const char *what)
{
	t->violated = true;
	t->violation = at;
	t->violation_lane = lane;
	snprintf(t->why, sizeof(t->why), "%s", what);
}

/* The first event that the evidence names, for a law that judges events. */
static const struct ff_tl_mark *first_mark(const struct ff_timeline *t)
{
	for (unsigned int i = 0; i < t->nmarks; i++)
		if (t->mark[i].role == FF_ROLE_EVIDENCE)
			return &t->mark[i];
	return NULL;
}

static void moment(struct ff_timeline *t, const struct ff_finding *f)
{
	const struct ff_tl_bar *b = bar_of(t, f->call);
	const struct ff_tl_mark *m = first_mark(t);

	t->waits = b && !strcmp(f->oracle, "hang");
	if (!strcmp(f->oracle, "unmap") && m)
		violated(t, m->at, (int)m->lane, f->what);
	else if (!strcmp(f->oracle, "leak"))
		violated(t, t->c->history->ended ? t->c->history->ended : t->until, -1, f->what);
	else if (b)	/* of a hang: when it was judged, or came back */
		violated(t, b->until, (int)b->lane, f->what);
	else if (!strcmp(f->oracle, "kernel-log"))
		snprintf(t->why, sizeof(t->why), "The kernel log has a clock of its own, some milliseconds from that "
			 "of the calls: when it happened cannot be marked.");
	else
		snprintf(t->why, sizeof(t->why), "No call and no event shows the moment: nothing is marked.");
}

void ff_tl_roles(struct ff_timeline *t, const struct ff_finding *f)
{
	struct ff_tl_bar *b = bar_of(t, f->call);
	char *copy = strdup(f->evidence), *at = copy, *line;

	while ((line = strsep(&at, "\n")))
		line_of(t, line);
	free(copy);
	if (b)
		b->role = FF_ROLE_SAW;
	t->violation_lane = -1;
	moment(t, f);
}

/* ------------------------------------------------------------------ the part that is shown large */

static unsigned int bars_in(const struct ff_timeline *t, uint64_t from, uint64_t until)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->nbars; i++)
		n += t->bar[i].from <= until && t->bar[i].until >= from && t->bar[i].call >= 0;
	return n;
}

/* How long the part is when this stretch is in it, too. */
static uint64_t length_with(const struct ff_timeline *t, uint64_t from, uint64_t until)
{
	return (until > t->zoom_until ? until : t->zoom_until) - (from < t->zoom_from ? from : t->zoom_from);
}

static uint64_t bar_end(const struct ff_timeline *t, const struct ff_tl_bar *b)
{
	return t->waits ? b->from : b->until;
}

/* The stretch with this role that adds the least and is not in it yet; false: all are. */
static bool nearest(const struct ff_timeline *t, enum ff_tl_role role, uint64_t *from, uint64_t *until)
{
	uint64_t now = t->zoom_until - t->zoom_from, best = UINT64_MAX, length;

	for (unsigned int i = 0; i < t->nbars; i++) {
		const struct ff_tl_bar *b = &t->bar[i];

		length = length_with(t, b->from, bar_end(t, b));
		if (b->role != role || length <= now || length >= best)
			continue;
		best = length;
		*from = b->from;
		*until = bar_end(t, b);
	}
	for (unsigned int i = 0; i < t->nmarks; i++) {
		length = length_with(t, t->mark[i].at, t->mark[i].at);
		if (t->mark[i].role != role || length <= now || length >= best)
			continue;
		best = length;
		*from = *until = t->mark[i].at;
	}
	return best != UINT64_MAX;
}

/* Take in what has this role, the nearest first, while it still can be read. */
static void include(struct ff_timeline *t, enum ff_tl_role role)
{
	uint64_t from, until;

	while (nearest(t, role, &from, &until)) {
		from = from < t->zoom_from ? from : t->zoom_from;
		until = until > t->zoom_until ? until : t->zoom_until;
		if (bars_in(t, from, until) > READABLE)
			return;
		t->zoom_from = from;
		t->zoom_until = until;
	}
}

/* Where little happened, take in what was near it, too. */
static void widen(struct ff_timeline *t)
{
	uint64_t from, until, limit;

	while (bars_in(t, t->zoom_from, t->zoom_until) < READABLE / 2 && nearest(t, FF_ROLE_NONE, &from, &until)) {
		limit = (t->zoom_until - t->zoom_from) * 10 + (t->until - t->from) / 100;
		from = from < t->zoom_from ? from : t->zoom_from;
		until = until > t->zoom_until ? until : t->zoom_until;
		if ((until - from > limit && !t->waits) || bars_in(t, from, until) > READABLE)
			return;
		t->zoom_from = from;
		t->zoom_until = until;
	}
}

static void pad(struct ff_timeline *t)
{
	uint64_t width = t->zoom_until - t->zoom_from, left = width / 12 ? width / 12 : 500;
	uint64_t right = t->waits ? width / 2 + 500 : left;

	t->zoom_from = t->zoom_from > t->from + left ? t->zoom_from - left : t->from;
	t->zoom_until = t->until - t->zoom_until > right ? t->zoom_until + right : t->until;
	if (t->zoom_until <= t->zoom_from)
		t->zoom_until = t->zoom_from + 1;
}

static void start_at_saw(struct ff_timeline *t)
{
	t->zoom_from = t->zoom_until = t->violation;
	for (unsigned int i = 0; i < t->nbars; i++) {
		const struct ff_tl_bar *b = &t->bar[i];

		if (b->role != FF_ROLE_SAW)
			continue;
		t->zoom_from = t->waits || b->from < t->zoom_from ? b->from : t->zoom_from;
		t->zoom_until = t->waits ? b->from : b->until > t->zoom_until ? b->until : t->zoom_until;
	}
}

void ff_tl_zoom(struct ff_timeline *t)
{
	t->zoom_from = t->from;
	t->zoom_until = t->until;
	if (!t->violated)
		return;
	start_at_saw(t);
	include(t, FF_ROLE_EVIDENCE);
	include(t, FF_ROLE_BESIDE);
	widen(t);
	pad(t);
}
