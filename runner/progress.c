// SPDX-License-Identifier: GPL-2.0-only
#include "runner/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "runner/proc.h"

#define BAR		30
#define FIRST_MS	3000	/* without a terminal: the first line, */
#define LINE_MS		30000	/* and then so often */

void ff_progress_open(struct ff_progress *p, const char *what, const char *unit, uint64_t total)
{
	*p = (struct ff_progress){ .what = what, .unit = unit, .total = total ? total : 1,
				   .terminal = isatty(STDERR_FILENO), .began_ms = ff_now_ms() };
	p->next_ms = p->began_ms + (p->terminal ? 0 : FIRST_MS);
}

/* From how long it took so far. */
static void time_left(const struct ff_progress *p, uint64_t done, char *out, size_t n)
{
	unsigned long s;

	out[0] = '\0';
	if (!done || ff_now_ms() - p->began_ms < 2000)
		return;
	s = (unsigned long)((double)(ff_now_ms() - p->began_ms) / 1000 * (double)(p->total - done) / (double)done);
	snprintf(out, n, ", %lu:%02lu:%02lu left", s / 3600, s / 60 % 60, s % 60);
}

bool ff_progress_due(const struct ff_progress *p)
{
	return ff_now_ms() >= p->next_ms;
}

void ff_progress_show(struct ff_progress *p, uint64_t done)
{
	const char *colon = p->note[0] ? ": " : "";
	unsigned int filled;
	char left[48];

	if (!ff_progress_due(p))
		return;
	if (done > p->total)
		done = p->total;
	filled = (unsigned int)(BAR * done / p->total);
	time_left(p, done, left, sizeof(left));
	if (p->terminal)
		fprintf(stderr, "\r\033[K%s [%.*s%.*s] %llu of %llu %s%s%s%.120s", p->what,
			(int)filled, "##############################", (int)(BAR - filled),
			"..............................", (unsigned long long)done,
			(unsigned long long)p->total, p->unit, left, colon, p->note);
	else
		fprintf(stderr, "foliofuzz: %s: %llu of %llu %s%s%s%s\n", p->what, (unsigned long long)done,
			(unsigned long long)p->total, p->unit, left, colon, p->note);
	fflush(stderr);
	p->drawn = p->terminal;
	p->next_ms = ff_now_ms() + (p->terminal ? 200 : LINE_MS);
}

void ff_progress_clear(struct ff_progress *p)
{
	if (p->drawn)
		fprintf(stderr, "\r\033[K");
	p->drawn = false;
}
