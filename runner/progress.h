/* SPDX-License-Identifier: GPL-2.0-only */
/* How far a long job is: a bar on a terminal, a line now and then otherwise; on standard error. */
#ifndef FF_RUNNER_PROGRESS_H
#define FF_RUNNER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct ff_progress - a job of @total steps
 * @what: its name, as "measure"; @unit: of a step, as "runs"
 * @note: how it stands, in words, shown beside; "" if there is nothing to say
 */
struct ff_progress {
	const char *what, *unit;
	uint64_t total;
	bool terminal, drawn;
	long long began_ms, next_ms;
	char note[240];
};

void ff_progress_open(struct ff_progress *p, const char *what, const char *unit, uint64_t total);

/** ff_progress_show() - @done steps are done; cheap when it is not time to draw */
void ff_progress_show(struct ff_progress *p, uint64_t done);

/** ff_progress_due() - is it time to draw? For who makes a note only then */
bool ff_progress_due(const struct ff_progress *p);

/** ff_progress_clear() - before other text is printed, and at the end */
void ff_progress_clear(struct ff_progress *p);

#endif
