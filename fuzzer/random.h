/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers: the same from the same state, on every machine (splitmix64). */
#ifndef FF_FUZZER_RANDOM_H
#define FF_FUZZER_RANDOM_H

#include <stdint.h>

/** ff_random() - the next one; any state may begin */
static inline uint64_t ff_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

#endif
