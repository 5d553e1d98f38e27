/* SPDX-License-Identifier: GPL-2.0-only */
/* One program on one kernel, while it is run. For run.c. */
#ifndef FF_RUNNER_REGRESS_CELL_H
#define FF_RUNNER_REGRESS_CELL_H

#include "runner/regress/run.h"

/**
 * struct ff_regress_cell - a result that is being made
 * @p: the program; @out: its place in the result
 * @append: kernel command line of its guests, what the user gave included
 * @base, @limits: what its verdict is measured by
 * @ahead: runs under way
 * @over: it has its verdict
 */
struct ff_regress_cell {
	const struct ff_kept *p;
	struct ff_regress_result *out;
	char append[512];
	struct ff_base base;
	const struct ff_regress_limits *limits;
	struct ff_regress_tally t;
	unsigned int ahead;
	bool over;
};

/**
 * struct ff_regress_evidence - findings that are kept in the store, each signature once
 */
struct ff_regress_evidence {
	struct ff_found *f;
	unsigned int n;
};

/** ff_cell_skip() - its verdict: skip, because of this */
void ff_cell_skip(struct ff_regress_cell *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** ff_cell_check() - can this guest run it; if not, it is skipped with the reason */
void ff_cell_check(struct ff_regress_cell *c, const struct ff_session_info *info);

/**
 * ff_cell_take() - a run came back
 * @findings: of the judge
 * Return: 0 or -errno with a message: its evidence could not be kept.
 */
int ff_cell_take(struct ff_regress_cell *c, struct ff_regress_job *j, struct ff_regress_evidence *e,
		 const struct ff_outcome *r, const struct ff_findings *findings, const struct ff_session_info *info);

/** ff_cell_end() - decide; with j->record, what was seen is the baseline from now on. 0 or -errno. */
int ff_cell_end(struct ff_regress_cell *c, struct ff_regress_job *j, const char *kernel_key);

/** ff_evidence_finish() - write the last counts; 0 or -errno with a message */
int ff_evidence_finish(struct ff_regress_evidence *e, struct ff_store *st);

#endif
