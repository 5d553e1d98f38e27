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

/**
 * struct ff_stale - why it is a stale mapping
 * @event: the witness saw that page mapped after it left the file; may be NULL
 * @drop: the call that took it out of the file, -1 unknown
 */
struct ff_stale {
	const struct ff_event *event;
	int drop;
};

/**
 * ff_stale_mapping() - is it content of a page that the file dropped and that is still mapped
 * @latest: the latest that surely put something there; may be NULL
 *
 * Seen through a mapping; or missing in the file after a store through one.
 */
bool ff_stale_mapping(const struct ff_model *m, const struct ff_bad *bad,
		      const struct ff_effect *latest, struct ff_stale *s);

/** ff_explain() - add a finding of the data oracle for it */
void ff_explain(const struct ff_model *m, const struct ff_bad *bad, struct ff_findings *out);

#endif
