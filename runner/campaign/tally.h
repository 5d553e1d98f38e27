/* SPDX-License-Identifier: GPL-2.0-only */
/* What a campaign did, counted: calls, accepted and skipped ones, drops. */
#ifndef FF_RUNNER_TALLY_H
#define FF_RUNNER_TALLY_H

#include <jansson.h>
#include <stdio.h>

#include "fuzzer/call.h"
#include "fuzzer/history.h"

/**
 * struct ff_tally_row - of one call kind
 * @done: returned
 * @accepted: @done without those that the kernel refused: EINVAL, EOPNOTSUPP,
 *	ENOSYS, EBADF, EPERM, EACCES, ENODEV, EFAULT, or SIGSEGV of a load or store
 * @skipped: not tried: its slot was never made, or the kernel lacks it
 * @away: had not returned
 */
struct ff_tally_row {
	uint64_t done, accepted, skipped, away;
};

struct ff_tally {
	uint64_t programs, replays, failed_targets, events, drops, damaged, servers_lost;
	uint64_t oom, swap_failed;	/* histories with these flags */
	struct ff_tally_row op[FF_OPS];
	uint64_t on[FF_TARGET_KINDS][FF_OPS];	/* accepted, by the kind of target */
};

/** ff_tally_add() - count one history */
void ff_tally_add(struct ff_tally *t, const struct ff_program *p, const struct ff_history *h);

/** ff_tally_sum() - all call kinds together */
struct ff_tally_row ff_tally_sum(const struct ff_tally *t);

/** ff_tally_percent() - accepted of done, 0 when nothing was done */
double ff_tally_percent(const struct ff_tally_row *r);

/** ff_tally_print() - a table, one line a call kind that was used */
void ff_tally_print(const struct ff_tally *t, FILE *out);

/** ff_tally_json() - {"programs":..., "calls":{"pread":{...}}}; a new reference */
json_t *ff_tally_json(const struct ff_tally *t);

/** ff_tally_coverage() - {"tmpfs":{"pread":5}}: accepted calls by kind of target; a new reference */
json_t *ff_tally_coverage(const struct ff_tally *t);

/** ff_tally_load() - back from ff_tally_json() and ff_tally_coverage(); false: these are none */
bool ff_tally_load(struct ff_tally *t, const json_t *tally, const json_t *coverage);

/** ff_tally_covered() - calls that were accepted on a kind of target; *@of: that make sense there */
unsigned int ff_tally_covered(const struct ff_tally *t, enum ff_target_kind kind, unsigned int *of);

/** ff_target_word() - "tmpfs" */
const char *ff_target_word(enum ff_target_kind kind);

#endif
