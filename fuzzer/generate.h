/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generator: seed and number -> program. Deterministic: no clock, no
 * address, no state between programs.
 *
 * No template for any bug is in here. Bugs show because few resources are
 * shared by several threads, because calls are aimed at what another thread
 * is busy with (a clock per thread guesses who is in flight where), and
 * because a call that moves pages is followed by one that touches them.
 */
#ifndef FF_FUZZER_GENERATE_H
#define FF_FUZZER_GENERATE_H

#include "fuzzer/call.h"

/**
 * struct ff_gen_limits - what the programs may use
 * @threads: exactly so many, 0: 1 to 4
 * @features: of the kernel (ff_features_probe())
 * @allow_global: calls with FF_GLOBAL
 * @device_size: bytes of a block device target
 * @offers: of the place (enum ff_offer): what a mutation may make of the target
 * @delays: places where there may be delays, bits of enum ff_delay_place; the same
 *	calls are drawn without them
 * @without: calls left out
 */
struct ff_gen_limits {
	unsigned int threads;
	uint64_t features, device_size;
	uint32_t offers;
	uint32_t delays;
	bool allow_global;
	bool without[FF_OPS];
};

/** ff_generate() - program @number of @seed on @target; always passes ff_program_check() */
void ff_generate(const struct ff_gen_limits *l, uint64_t seed, uint64_t number,
		 const struct ff_target *target, struct ff_program *p);

#endif
