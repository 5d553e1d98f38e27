/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of corpora have in common: random numbers, programs, sets. */
#ifndef FOLIOFUZZ_TESTS_CORPUS_CASE_H
#define FOLIOFUZZ_TESTS_CORPUS_CASE_H

#include <stdlib.h>
#include <unistd.h>

#include "corpus/attrs.h"
#include "corpus/store.h"
#include "fuzzer/generate.h"
#include "fuzzer/rotation.h"
#include "tests/tap.h"

static uint64_t case_state = 1;

/*
 * A folder of one's own, of which the name is left in @out. In memory when there
 * is such a place: what these tests are about does not depend on the disk, and a
 * busy disk makes each fsync slow. FF_CORPUS_DIR: there instead.
 */
__attribute__((unused))
static int case_folder(char *out, size_t n)
{
	const char *base = getenv("FF_CORPUS_DIR");

	if (!base)
		base = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
	snprintf(out, n, "%.60s/foliofuzz-unit-corpus.XXXXXX", base);
	return mkdtemp(out) ? 0 : -1;
}

__attribute__((unused))
static int case_folder_done(const char *dir)
{
	char command[160];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

static inline void case_seed(uint64_t seed)
{
	case_state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

static inline uint64_t draw(uint64_t below)
{
	case_state ^= case_state << 13;
	case_state ^= case_state >> 7;
	case_state ^= case_state << 17;
	return (case_state >> 11) % below;
}

/* Program @number as a corpus keeps it; the caller frees it. */
static inline char *case_text(uint64_t number)
{
	static const struct ff_gen_limits limits = { .features = ~0ULL, .allow_global = true,
						     .device_size = 16 << 20 };
	static struct ff_program p;
	struct ff_target t;

	ff_rotation(0x1f, 7, number, &t);
	ff_generate(&limits, 7, number, &t, &p);
	return ff_program_text(&p);
}

/* Some attributes, drawn. */
static inline void case_attrs(char *out, size_t n)
{
	int len = 0;

	*out = '\0';
	for (unsigned int i = draw(4); i; i--)
		len += snprintf(out + len, n - (size_t)len, "signal=%016llx\n", (unsigned long long)draw(20));
	if (draw(2))
		len += snprintf(out + len, n - (size_t)len, "run_us=%d\n", (int)draw(1000));
	if (draw(2))
		len += snprintf(out + len, n - (size_t)len, "hit_rate=%d/%d\n", (int)draw(5), 5 + (int)draw(5));
	if (draw(3) == 0)
		snprintf(out + len, n - (size_t)len, "note=seen on a \xc3\xa4 kernel %d\n", (int)draw(3));
}

static inline void case_fail(const struct ff_why *why)
{
	tap_diag("%s", why->text);
}

#endif
