/* SPDX-License-Identifier: GPL-2.0-only */
/* FNV-1a, 64 bits: tells things apart, protects nothing. */
#ifndef FF_FUZZER_HASH_H
#define FF_FUZZER_HASH_H

#include <stddef.h>
#include <stdint.h>

#define FF_HASH_BEGIN 0xcbf29ce484222325ULL

/** ff_hash() - @h goes on with @len bytes; it begins as FF_HASH_BEGIN */
static inline uint64_t ff_hash(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	return h;
}

#endif
