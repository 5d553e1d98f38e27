/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The legality walk: may these bytes show this content at this time?
 */
#ifndef FF_ORACLES_LEGAL_H
#define FF_ORACLES_LEGAL_H

#include "oracles/model.h"

enum ff_seen_kind {
	FF_SEEN_ZERO,		/* zeros */
	FF_SEEN_WORDS,		/* whole words of write @version, made for @obj, @place */
	FF_SEEN_FOREIGN,	/* words of an earlier program */
	FF_SEEN_BYTE,		/* one byte */
};

/**
 * struct ff_seen - what a stretch of bytes showed
 * @kind: enum ff_seen_kind
 * @obj, @version, @place: WORDS: @place is that of the first byte
 * @byte: BYTE
 */
struct ff_seen {
	uint8_t kind, obj, byte;
	uint16_t version;
	uint64_t place;
};

#define FF_WALK_DEPTH	6	/* copies of copies */
#define FF_WALK_WORK	20000	/* effects looked at, per question */

/**
 * struct ff_walk - one question's state
 * @call: who looks
 * @no_dma: suppose that no direct read hides what its memory held before
 * @no_hide: suppose that nothing hides anything: legal then and not otherwise is "stale"
 * @gave_up: a limit was reached, so the answer is "legal"
 */
struct ff_walk {
	const struct ff_model *m;
	unsigned int call;
	bool no_dma, no_hide, gave_up;
	unsigned int work, depth;
	const struct ff_effect *through[FF_WALK_DEPTH];
};

/**
 * ff_legal() - may bytes from @off of @obj show @s at some moment in [@from, @until]
 * @len: in: how many bytes; out: of how many the answer is true (at least 1)
 *
 * The law: a byte may show a version whose write overlaps the look in time, or
 * the last one completed before it, in any order that the intervals allow: a
 * completed write is hidden by a sure one that began after its end and
 * completed before the look. A copy shows what its source could show while it ran.
 */
bool ff_legal(struct ff_walk *w, unsigned int obj, uint64_t off, uint64_t *len,
	      const struct ff_seen *s, uint64_t from, uint64_t until);

/**
 * ff_visible() - effects that the byte may show, latest end last; for the evidence
 * @initial: may it show what was there before the program
 * Return: number of effects in @out, at most @max (the latest are kept).
 */
unsigned int ff_visible(struct ff_walk *w, unsigned int obj, uint64_t off, uint64_t from,
			uint64_t until, const struct ff_effect **out, unsigned int max,
			bool *initial);

#endif
