/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs of a corpus show: each is run several times. */
#ifndef FF_RUNNER_MEASURE_H
#define FF_RUNNER_MEASURE_H

#include "corpus/distil.h"
#include "corpus/set.h"
#include "runner/session.h"

/**
 * struct ff_measured - a program and what was seen of it
 * @e: of the corpus
 * @seen: features, of runs that came back whole
 * @lost: runs that ended their guest, or came back damaged
 * @failed: its target cannot be made here
 * @run_us: guest time of a run, the median; 0 when none came back
 */
struct ff_measured {
	const struct ff_entry *e;
	struct ff_target target;
	struct ff_often seen;
	unsigned int lost;
	bool failed;
	uint64_t run_us, *us;
};

/**
 * ff_measure() - run programs; those on one target follow each other
 * @m: @n of them, with @e and @target; what was seen before is forgotten
 * @what: for the progress bar
 * Return: 0; -ECANCELED when the session's stop said so; or -errno with a message.
 */
int ff_measure(struct ff_session *s, const volatile sig_atomic_t *stop, struct ff_measured **m, size_t n,
	       unsigned int runs, const char *what);

#endif
