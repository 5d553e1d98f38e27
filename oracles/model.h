/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The content model: all effects of one run, ready to be asked.
 *
 * Made once per case and shared by the oracles. The history may come from a
 * guest that went wild or from a stranger's file: every number in it is
 * clamped here, so that the laws need not.
 */
#ifndef FF_ORACLES_MODEL_H
#define FF_ORACLES_MODEL_H

#include "fuzzer/effect.h"
#include "oracles/judge.h"

#define FF_MODEL_EFFECTS (FF_MAX_CALLS * FF_MAX_EFFECTS)
#define FF_NEVER	UINT64_MAX		/* a time: not within this history */
#define FF_MODEL_END	(1ULL << 40)		/* end of any object, bytes */

/* Kinds and flags beside those of effect.h, made by the model itself. */
#define FF_EFFECT_UNKNOWN	0x80		/* kind: nobody can say what is there */
#define FF_EFFECT_WEAK		(1 << 7)	/* flag: done, but must not hide what was before */

/**
 * struct ff_model - see the top of this file
 * @change: effects that change content or size, by object, then by @from; a
 *	MAYBE effect has @until FF_NEVER
 * @object: where an object's changes are in @change
 * @observe: SEE, SEEK and RESIDENT effects of calls that returned
 * @around: EVICT and LOCAL effects, and PLACE
 */
struct ff_model {
	const struct ff_case *c;
	struct ff_view view;
	unsigned int nchange, nobserve, naround;
	struct { unsigned int first, n; } object[FF_OBJECTS];
	struct ff_effect change[FF_MODEL_EFFECTS];
	struct ff_effect observe[FF_MODEL_EFFECTS];
	struct ff_effect around[FF_MODEL_EFFECTS];
	struct ff_effects one;		/* scratch */
};

/** ff_model_make() - from a case; no allocation */
void ff_model_make(struct ff_model *m, const struct ff_case *c);

/** ff_model_record() - the record of call @id */
const struct ff_record *ff_model_record(const struct ff_model *m, unsigned int id);

/** ff_model_runs() - runs of a SEE or RESIDENT effect; *@n of them, within bounds */
const struct ff_run *ff_model_runs(const struct ff_model *m, const struct ff_effect *e,
				   unsigned int *n);

/** ff_model_lenient() - mark changes that the manual pages let go wrong (lenient.c) */
void ff_model_lenient(struct ff_model *m);

/** ff_model_file() - the file that an object shows: itself, or what a private map lies on; -1 none */
int ff_model_file(const struct ff_model *m, unsigned int obj);

/** ff_effect_hides() - does @e, once completed, hide what was there before */
static inline bool ff_effect_hides(const struct ff_effect *e)
{
	return !(e->flags & (FF_EFFECT_MAYBE | FF_EFFECT_WEAK)) &&
	       (e->kind == FF_EFFECT_WRITE || e->kind == FF_EFFECT_ZERO ||
		e->kind == FF_EFFECT_COPY || e->kind == FF_EFFECT_SIZE ||
		e->kind == FF_EFFECT_REVERT);
}

/** ff_effect_covers() - does content effect @e concern byte @off */
static inline bool ff_effect_covers(const struct ff_effect *e, uint64_t off)
{
	return off >= e->off && off - e->off < e->len;
}

/** ff_call_has_word() - does the call use the word @name in one of its choices */
bool ff_call_has_word(const struct ff_call *call, const char *name);

/* ---- sizes.c ---- */

/** ff_size_min() - the file is surely at least this long at every moment in [@from, @until] */
uint64_t ff_size_min(const struct ff_model *m, unsigned int file, uint64_t from, uint64_t until);

/** ff_size_max() - and at no moment longer than this */
uint64_t ff_size_max(const struct ff_model *m, unsigned int file, uint64_t from, uint64_t until);

/**
 * ff_data_first() - first byte in [@off, @end) of @obj that is surely data, not a
 * hole, during all of [@from, @until]
 * @writer: the call that wrote it; may be NULL
 * Return: its offset, or FF_NEVER.
 */
uint64_t ff_data_first(const struct ff_model *m, unsigned int obj, uint64_t off, uint64_t end,
		       uint64_t from, uint64_t until, int *writer);

#endif
