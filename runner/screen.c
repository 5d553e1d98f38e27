// SPDX-License-Identifier: GPL-2.0-only
#include "runner/screen.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runner/proc.h"

void ff_screen_open(struct ff_screen *s)
{
	memset(s, 0, sizeof(*s));
	s->terminal = isatty(STDERR_FILENO);
	s->began_ms = s->last_ms = ff_now_ms();
	s->next_ms = s->began_ms + 1000;
	if (!s->terminal)
		s->next_ms = s->began_ms + 10000;
}

bool ff_screen_due(const struct ff_screen *s)
{
	return ff_now_ms() >= s->next_ms;
}

void ff_screen_clear(struct ff_screen *s)
{
	if (s->lines)
		fprintf(stderr, "\033[%dA\033[J", s->lines);
	s->lines = 0;
}

static void span(double seconds, char *out, size_t n)
{
	unsigned long v = (unsigned long)seconds;

	snprintf(out, n, "%lu:%02lu:%02lu", v / 3600, v / 60 % 60, v % 60);
}

static void measure(struct ff_screen *s, const struct ff_status *st)
{
	struct ff_tally_row sum = ff_tally_sum(st->tally);
	long long now = ff_now_ms();

	if (now > s->last_ms)
		s->rate = (double)(sum.accepted - s->last_calls) * 1000 / (double)(now - s->last_ms);
	s->last_calls = sum.accepted;
	s->last_ms = now;
}

static void draw(struct ff_screen *s, const struct ff_status *st)
{
	const struct ff_session_info *i = st->info;
	struct ff_tally_row sum = ff_tally_sum(st->tally);
	char run[32], limit[32] = "", last[48] = "none yet";

	span(st->seconds, run, sizeof(run));
	if (st->limit_seconds > 0)
		span(st->limit_seconds, limit, sizeof(limit));
	if (st->last_found >= 0) {
		span(st->seconds - st->last_found, last, sizeof(last));
		strcat(last, " ago");
	}
	ff_screen_clear(s);
	fprintf(stderr, "foliofuzz: %.60s %.40s (%s)  seed %llu\n", i->kernel, i->release, i->accel,
		(unsigned long long)st->seed);
	fprintf(stderr, "  run time   %s%s%s      last new finding %s\n", run, limit[0] ? " of " : "",
		limit, last);
	fprintf(stderr, "  programs   %llu (%llu replays)  guests lost %u  executors lost %u\n",
		(unsigned long long)st->tally->programs, (unsigned long long)st->tally->replays,
		i->restarts, i->deaths);
	fprintf(stderr, "  calls      %llu  %.0f accepted/s  %.1f %% accepted  %llu skipped\n",
		(unsigned long long)sum.done, s->rate, ff_tally_percent(&sum),
		(unsigned long long)sum.skipped);
	fprintf(stderr, "  findings   %u new, %u known\n", st->found - st->known, st->known);
	fprintf(stderr, "  signal     %u features, %u stable in %u kept programs\n", st->features, st->stable, st->kept);
	fprintf(stderr, "  target     %.100s\n", st->target);
	fprintf(stderr, "  witness    %llu events, %llu dropped; %.100s\n",
		(unsigned long long)st->tally->events, (unsigned long long)st->tally->drops,
		i->boot.witness);
	fprintf(stderr, "  kept in    %.120s      Ctrl-C ends it and saves everything\n", st->out);
	s->lines = 9;
}

static void line(const struct ff_screen *s, const struct ff_status *st)
{
	struct ff_tally_row sum = ff_tally_sum(st->tally);

	fprintf(stderr, "foliofuzz: %.0f s: %llu programs, %llu calls (%.0f accepted/s, %.1f %%), %u findings (%u known), %u guests lost, %u features, %u programs kept, %llu events, %llu dropped; target %s\n",
		st->seconds, (unsigned long long)st->tally->programs, (unsigned long long)sum.done,
		s->rate, ff_tally_percent(&sum), st->found, st->known, st->info->restarts,
		st->features, st->kept, (unsigned long long)st->tally->events, (unsigned long long)st->tally->drops, st->target);
}

void ff_screen_show(struct ff_screen *s, const struct ff_status *st)
{
	long long now = ff_now_ms();

	measure(s, st);
	if (s->terminal)
		draw(s, st);
	else
		line(s, st);
	s->next_ms = now + (s->terminal ? 1000 : now - s->began_ms < 60000 ? 10000 : 60000);
	fflush(stderr);
}
