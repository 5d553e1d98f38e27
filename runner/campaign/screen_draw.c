// SPDX-License-Identifier: GPL-2.0-only
/* The status screen: two columns in a box, cut to the width of the terminal. */
#include <stdarg.h>
#include <string.h>

#include "runner/campaign/screen.h"

#define MOST	100	/* columns; a wider terminal stays empty on its right */
#define LEAST	24

enum { LINE, BAR, TOP_LEFT, TOP_RIGHT, LEFT, RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT, PIECES };

static const char *const ascii[PIECES] = { "-", "|", "+", "+", "+", "+", "+", "+" };
static const char *const lines[PIECES] = { "─", "│", "┌", "┐", "├", "┤", "└", "┘" };

struct canvas {
	FILE *out;
	const char *const *piece;
	unsigned int width;	/* between the borders */
	int lines;
};

/* Exactly @n columns: cut or filled. Names of files and kernels may hold anything. */
static void put(struct canvas *c, const char *text, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && text[i]; i++)
		fputc(text[i] >= ' ' && text[i] < 127 ? text[i] : '?', c->out);
	for (; i < n; i++)
		fputc(' ', c->out);
}

static void rule(struct canvas *c, int left, int right, const char *title)
{
	unsigned int n = (unsigned int)strlen(title);

	if (n + 4 > c->width)
		n = c->width > 4 ? c->width - 4 : 0;
	fputs(c->piece[left], c->out);
	fputs(c->piece[LINE], c->out);
	if (n) {
		fputc(' ', c->out);
		put(c, title, n);
		fputc(' ', c->out);
	}
	for (unsigned int i = n ? n + 3 : 1; i < c->width; i++)
		fputs(c->piece[LINE], c->out);
	fprintf(c->out, "%s\n", c->piece[right]);
	c->lines++;
}

__attribute__((format(printf, 2, 3)))
static void row(struct canvas *c, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(c->out, "%s ", c->piece[BAR]);
	put(c, text, c->width - 2);
	fprintf(c->out, " %s\n", c->piece[BAR]);
	c->lines++;
}

/* A name and what it is, twice. */
static void pair(struct canvas *c, const char *a, const char *b, const char *x, const char *y)
{
	unsigned int left = (c->width - 4) / 2, right = c->width - 4 - left;
	char text[200];

	fprintf(c->out, "%s ", c->piece[BAR]);
	snprintf(text, sizeof(text), "%-13s %s", a, b);
	put(c, text, left);
	fputs("  ", c->out);
	snprintf(text, sizeof(text), "%-9s %s", x, y);
	put(c, text, right);
	fprintf(c->out, " %s\n", c->piece[BAR]);
	c->lines++;
}

static void span(double seconds, char *out, size_t n)
{
	unsigned long v = seconds > 0 ? (unsigned long)seconds : 0;

	if (v >= 86400)
		snprintf(out, n, "%lu d %lu:%02lu:%02lu", v / 86400, v / 3600 % 24, v / 60 % 60, v % 60);
	else
		snprintf(out, n, "%lu:%02lu:%02lu", v / 3600, v / 60 % 60, v % 60);
}

static void ago(const struct ff_status *st, double at, char *out, size_t n)
{
	char text[40];

	span(st->seconds - at, text, sizeof(text));
	snprintf(out, n, at < 0 ? "none yet" : "%s ago", text);
}

static void coverage(struct canvas *c, const struct ff_tally *t)
{
	char text[300] = "";
	unsigned int of, n;

	for (unsigned int k = 0; k < FF_TARGET_KINDS; k++) {
		size_t used = strlen(text);

		n = ff_tally_covered(t, k, &of);
		snprintf(text + used, sizeof(text) - used, "%s%s %u/%u", used ? "   " : "", ff_target_word(k), n, of);
	}
	rule(c, LEFT, RIGHT, "calls accepted, of those that there are");
	row(c, "%s", text);
}

static void pairs(struct canvas *c, const struct ff_status *st, double rate)
{
	struct ff_tally_row sum = ff_tally_sum(st->tally);
	char a[100], b[100];

	span(st->seconds, a, sizeof(a));
	if (st->limit_seconds > 0) {
		strcat(a, " of ");
		span(st->limit_seconds, a + strlen(a), sizeof(a) - strlen(a));
	}
	snprintf(b, sizeof(b), "%llu (+ %llu again)", (unsigned long long)st->tally->programs,
		 (unsigned long long)st->tally->replays);
	pair(c, "run time", a, "programs", b);
	ago(st, st->last_signal, a, sizeof(a));
	snprintf(b, sizeof(b), "%llu, %.1f %% accepted", (unsigned long long)sum.done, ff_tally_percent(&sum));
	pair(c, "last signal", a, "calls", b);
	ago(st, st->last_found, a, sizeof(a));
	snprintf(b, sizeof(b), "%.0f accepted/s", rate);
	pair(c, "last finding", a, "speed", b);
	snprintf(a, sizeof(a), "%u new, %u known", st->found - st->known, st->known);
	snprintf(b, sizeof(b), "%u of %u up, %u lost, %u executors", st->ready, st->jobs, st->info->restarts,
		 st->info->deaths);
	pair(c, "findings", a, "guests", b);
	snprintf(a, sizeof(a), "%u features, %u stable", st->features, st->stable);
	snprintf(b, sizeof(b), "%u programs", st->kept);
	pair(c, "signal", a, "corpus", b);
	snprintf(a, sizeof(a), "%.1f %%", 100 * st->stability);
	snprintf(b, sizeof(b), "%llu events, %llu dropped", (unsigned long long)st->tally->events,
		 (unsigned long long)st->tally->drops);
	pair(c, "stability", a, "witness", b);
}

int ff_screen_draw(const struct ff_status *st, double rate, unsigned int columns, bool utf8, FILE *out)
{
	struct canvas c = { .out = out, .piece = utf8 ? lines : ascii };
	char title[300];

	if (columns < LEAST)	/* no room for anything */
		return 0;
	c.width = (columns < MOST ? columns : MOST) - 2;
	snprintf(title, sizeof(title), "foliofuzz: %.60s %.60s (%s), seed %llu", st->info->kernel, st->info->release,
		 st->info->accel, (unsigned long long)st->seed);
	rule(&c, TOP_LEFT, TOP_RIGHT, title);
	pairs(&c, st, rate);
	coverage(&c, st->tally);
	rule(&c, LEFT, RIGHT, "now");
	row(&c, "target %s", st->target);
	row(&c, "kept in %s; Ctrl-C ends it and saves everything", st->out);
	rule(&c, BOTTOM_LEFT, BOTTOM_RIGHT, "");
	return c.lines;
}
