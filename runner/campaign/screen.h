/* SPDX-License-Identifier: GPL-2.0-only */
/* What a campaign shows while it runs: a status screen on a terminal, lines otherwise. */
#ifndef FF_RUNNER_SCREEN_H
#define FF_RUNNER_SCREEN_H

#include "runner/session.h"
#include "runner/campaign/tally.h"

/** struct ff_status - what is shown */
struct ff_status {
	const struct ff_session_info *info;
	const struct ff_tally *tally;
	double seconds, limit_seconds;	/* limit 0: none */
	unsigned int features, stable, kept;	/* of the feedback */
	double stability;		/* ff_feedback_stability() */
	unsigned int found, known;	/* signatures: all, and the known among them */
	double last_found, last_signal;	/* seconds at the last new one, < 0: none */
	unsigned int jobs, ready;	/* guests wanted, guests that work */
	const char *target;		/* of the program that runs now */
	const char *out;
	uint64_t seed;
};

struct ff_screen {
	bool terminal;
	int lines;			/* drawn last time */
	long long next_ms, began_ms, last_ms;
	uint64_t last_calls;
	double rate;
};

void ff_screen_open(struct ff_screen *s);

/** ff_screen_due() - is it time to show again? cheap */
bool ff_screen_due(const struct ff_screen *s);

/** ff_screen_show() - draw, or print a line */
void ff_screen_show(struct ff_screen *s, const struct ff_status *st);

/** ff_screen_clear() - before other text is printed: the next drawing begins below it */
void ff_screen_clear(struct ff_screen *s);

/**
 * ff_screen_draw() - the status screen
 * @rate: accepted calls a second
 * @columns: width of the terminal; no line is longer
 * @utf8: lines of boxes, else - | +
 * Return: lines printed.
 */
int ff_screen_draw(const struct ff_status *st, double rate, unsigned int columns, bool utf8, FILE *out);

#endif
