/* SPDX-License-Identifier: GPL-2.0-only */
/* The scripts of a submitted campaign, as text. */
#ifndef FF_RUNNER_SUBMIT_TEXT_H
#define FF_RUNNER_SUBMIT_TEXT_H

#include <stdio.h>

#include "runner/shards/submit.h"

/**
 * struct ff_submit_place - where the scripts are written
 * @binary: this program; @out: ff_submit's, absolute; @cwd: working directory
 */
struct ff_submit_place {
	const char *binary, *out, *cwd;
};

/** ff_submit_campaign() - the array job: one shard a task */
void ff_submit_campaign(FILE *f, const struct ff_submit *s, const struct ff_submit_place *p);

/** ff_submit_merge() - the job that depends on it */
void ff_submit_merge(FILE *f, const struct ff_submit *s, const struct ff_submit_place *p);

#endif
