/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The judge: history + witness events -> findings. Pure: no kernel, no files,
 * no clock. One file per law; a new oracle is one file and one row in judge.c.
 */
#ifndef FF_ORACLES_JUDGE_H
#define FF_ORACLES_JUDGE_H

#include "bpf/event.h"
#include "fuzzer/history.h"
#include "fuzzer/program.h"
#include "oracles/finding.h"
#include "oracles/stuck.h"

/**
 * struct ff_case - all that is known of one run of a program
 * @program: what ran
 * @history: what came back
 * @event, @nevents: witness events, by time
 * @drops: events that were lost
 * @witness: one line of what the witness could see; starts with "SKIP" if nothing
 * @log: new text of the kernel log during the run, may be empty
 * @stuck: samples taken while a call was away for long; NULL or empty: none
 * @ended: the program ended; 0: the guest fell silent, see @lost
 * @lost: how the guest was lost: "", "panic", "killed", "silent"
 * @cover: FF_COVER_BYTES of the kernel's code that it went through, or NULL; not kept as text
 * @now: guest time ns when the host looked last (for calls that have not returned)
 */
struct ff_case {
	const struct ff_program *program;
	const struct ff_history *history;
	const struct ff_event *event;
	size_t nevents;
	uint64_t drops;
	const char *witness;
	const char *log;
	const struct ff_stuck *stuck;
	int ended;
	const char *lost;
	const uint8_t *cover;
	uint64_t now;
};

/**
 * struct ff_oracle - a law and its judge
 * @name: as in --oracles
 * @law: one line for --help and the docs
 * @hooks: what the witness adds, for the SKIP line; "" when it needs none
 * @content: asks whether the target kept its content: not asked of a FUSE target whose server died
 */
struct ff_oracle {
	const char *name, *law, *hooks;
	bool content;
	void (*judge)(const struct ff_case *c, void *model, struct ff_findings *out);
};

/** ff_oracles() - the table; *@n rows */
const struct ff_oracle *ff_oracles(unsigned int *n);

/** ff_oracles_parse() - "data,seek" or "all" or "all,-mincore" to bits; 0 and *@bits, or -EINVAL with @why */
int ff_oracles_parse(const char *text, uint32_t *bits, char *why, size_t n);

struct ff_judge;	/* scratch memory: allocated once, used for any number of cases */

struct ff_judge *ff_judge_open(uint32_t oracles);
void ff_judge_close(struct ff_judge *j);

/** ff_judge() - all chosen oracles on one case; @out is emptied first. Allocates nothing. */
void ff_judge(struct ff_judge *j, const struct ff_case *c, struct ff_findings *out);

#endif
