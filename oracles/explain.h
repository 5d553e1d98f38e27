/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with content that is not legal: its verdict, in words for people. */
#ifndef FF_ORACLES_EXPLAIN_H
#define FF_ORACLES_EXPLAIN_H

#include "oracles/legal.h"

/**
 * struct ff_bad - bytes that are not legal
 * @see: the look that showed them
 * @off, @len: where, in the object of @see
 * @seen: what they showed
 * @raw, @nraw: the bytes themselves where they decode as nothing
 */
struct ff_bad {
	const struct ff_effect *see;
	uint64_t off, len;
	struct ff_seen seen;
	uint8_t raw[8];
	unsigned int nraw;
};

/** ff_explain() - add a finding of the data oracle for it */
void ff_explain(const struct ff_model *m, const struct ff_bad *bad, struct ff_findings *out);

#endif
