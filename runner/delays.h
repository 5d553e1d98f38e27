/* SPDX-License-Identifier: GPL-2.0-only */
/* A program's delays and who makes them: the witness. */
#ifndef FF_RUNNER_DELAYS_H
#define FF_RUNNER_DELAYS_H

#include "bpf/witness.h"
#include "fuzzer/delay.h"

/** ff_delays_places() - bits of enum ff_delay_place, from those of enum ff_hook that work */
uint32_t ff_delays_places(uint64_t hooks);

/** ff_delays_set() - the witness is to make these; NULL: none any more */
void ff_delays_set(struct ff_witness *w, const struct ff_program *p);

/** ff_delays_warn() - say which of them this kernel has no hook for, and why nothing is missing but they */
void ff_delays_warn(const struct ff_program *p, uint64_t hooks);

#endif
