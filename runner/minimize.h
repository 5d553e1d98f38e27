/* SPDX-License-Identifier: GPL-2.0-only */
/* Minimising on a living kernel: corpus/minimize.h searches, a session runs, the judge says what hit. */
#ifndef FF_RUNNER_MINIMIZE_H
#define FF_RUNNER_MINIMIZE_H

#include "corpus/minimize.h"
#include "fuzzer/delay.h"
#include "runner/options.h"
#include "runner/progress.h"
#include "runner/store.h"

/**
 * struct ff_min_job - one program that is made smaller
 * @o: where it runs and how it is judged; o.out is set
 * @path: of the program, as given
 * @pattern: signature that counts, as fnmatch() has it; "": the first that is found
 * @seconds, @runs: the budget; runs 0: no limit
 * @search: the search
 * @signature: the one that was seen last
 * @elapsed_before: seconds of earlier commands with the same out
 * @held, @held_ticket: a program that no guest could take yet
 * @cost: seconds that misses [0] and hits [1] took, and how many there were
 * @idle: runs in which delays at a place were asked for and none was made; IDLE_NEVER: once one was
 * @ended: why it ended: "minimal", "time", "runs", "stopped", "skipped" (see @failed)
 * @failed: the target could not be made, and why; else ""
 */
struct ff_min_job {
	struct ff_guest_options o;
	const char *path;
	char pattern[200], signature[160];
	uint64_t seconds, runs;
	struct ff_min_config cfg;
	struct ff_minimize *search;
	struct ff_session *session;
	struct ff_judge *judge;
	struct ff_store *store;
	struct ff_found found;
	const volatile sig_atomic_t *stop;
	double elapsed_before;
	long long began_ms, saved_ms, end_ms, taken_ms;
	struct { double seconds; uint64_t n; } cost[2];
	unsigned int idle[FF_DELAY_PLACES];
	struct ff_progress progress;
	uint64_t accepted, runs_at_begin;
	struct ff_program held;
	uint64_t held_ticket;
	const char *ended;
	char failed[256];
	bool finishing;
};

/**
 * ff_min_run() - search until nothing goes any more, or the budget is used, or the user stops it
 *
 * The state and the best program are in o.out at any time.
 * Return: 0, or -errno with a message.
 */
int ff_min_run(struct ff_min_job *j);

/** ff_min_seconds() - so far, earlier commands too */
double ff_min_seconds(const struct ff_min_job *j);

#endif
