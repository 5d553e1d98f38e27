// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

static void measure(struct ff_screen *s, const struct ff_status *st)
{
	struct ff_tally_row sum = ff_tally_sum(st->tally);
	long long now = ff_now_ms();

	if (now > s->last_ms)
		s->rate = (double)(sum.accepted - s->last_calls) * 1000 / (double)(now - s->last_ms);
	s->last_calls = sum.accepted;
	s->last_ms = now;
}

/* The drawing is for people whose terminal knows these characters. */
static bool utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (unsigned int i = 0; i < 3; i++) {
		const char *v = getenv(names[i]);

		if (v && *v)
			return strcasestr(v, "utf-8") || strcasestr(v, "utf8");
	}
	return false;
}

static unsigned int columns(void)
{
	struct winsize size;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

static void draw(struct ff_screen *s, const struct ff_status *st)
{
	ff_screen_clear(s);
	s->lines = ff_screen_draw(st, s->rate, columns(), utf8(), stderr);
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
