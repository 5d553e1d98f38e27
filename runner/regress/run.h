/* SPDX-License-Identifier: GPL-2.0-only */
/* A regression run: each kept program on each kernel, until the verdict is sure. */
#ifndef FF_RUNNER_REGRESS_RUN_H
#define FF_RUNNER_REGRESS_RUN_H

#include "runner/options.h"
#include "runner/regress/decide.h"
#include "runner/regress/kept.h"
#include "runner/store.h"


/**
 * struct ff_regress_job - what is to be run, and what came of it
 * @o: on what kernels, how guests are made and what is judged; no name of a kernel is this machine
 * @kept: the programs
 * @baseline: what is known
 * @record: put what is seen into @baseline, and save it
 * @compare: two kernels; the second is looked at with what the first did as its baseline
 * @limits: how much is run; @measure: where the rate is wanted, for @record and @compare
 * @version: of the kernels' packages, "" if not known
 * @seconds: of wall clock for all, 0: no limit
 * @fail_fast: nothing more after the first fail
 * @store: where evidence goes, or NULL
 * @result: complete when ff_regress_run() returns, whatever it returns
 */
struct ff_regress_job {
	struct ff_guest_options o;
	struct ff_kept_list kept;
	struct ff_baseline *baseline;
	bool record, compare, fail_fast;
	struct ff_regress_limits limits, measure;
	char version[FF_GUEST_KERNELS][64];
	uint64_t seconds;
	struct ff_store *store;
	const volatile sig_atomic_t *stop;
	struct ff_regress result;
};

/**
 * ff_regress_run() - run all
 *
 * A kernel that cannot be started is skipped, with its reason; so is a program
 * that cannot be run on one.
 * Return: 0; -ECANCELED: stopped by the user; or -errno with a message: what was run is in @result.
 */
int ff_regress_run(struct ff_regress_job *j);

#endif
