/* SPDX-License-Identifier: GPL-2.0-only */
/* One look at everything that may explain why a call does not return. */
#ifndef FF_RUNNER_SAMPLER_H
#define FF_RUNNER_SAMPLER_H

#include <sys/types.h>

#include "oracles/stuck.h"

struct ff_witness;

/**
 * ff_sample() - take one sample
 * @w: may be NULL: then /proc is all there is
 * @executor: process whose threads are always part of it
 *
 * Runs on every CPU once before it looks: what was on its way there in the kernel, like a
 * waker between clearing a bit and waking, is past that then.
 */
void ff_sample(struct ff_witness *w, pid_t executor, struct ff_stuck_sample *s);

#endif
