/* SPDX-License-Identifier: GPL-2.0-only */
/* SHA-256 (FIPS 180-4): what programs of a corpus are known by. */
#ifndef FF_CORPUS_SHA256_H
#define FF_CORPUS_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define FF_SHA256_BYTES	32

/** ff_sha256() - the hash of @len bytes */
void ff_sha256(const void *data, size_t len, uint8_t hash[FF_SHA256_BYTES]);

#endif
