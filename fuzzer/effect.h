/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Effects: what a call did to content, told to the judge.
 *
 * A row of the call table says it in terms of objects and byte ranges; the
 * judge knows no calls, only effects. So a new call is a row and nothing more.
 */
#ifndef FF_FUZZER_EFFECT_H
#define FF_FUZZER_EFFECT_H

#include "fuzzer/call.h"
#include "fuzzer/content.h"
#include "fuzzer/history.h"

enum ff_effect_kind {
	FF_EFFECT_SEE,		/* the call saw [off, +len) of obj: its runs tell what */
	FF_EFFECT_WRITE,	/* put its own version there */
	FF_EFFECT_ZERO,		/* made a hole or zeros there */
	FF_EFFECT_COPY,		/* put there what src had at src_off */
	FF_EFFECT_REVERT,	/* private map: dropped its own bytes, the file shows again */
	FF_EFFECT_SIZE,		/* file size became off (len 0): beyond is nothing */
	FF_EFFECT_GROW,		/* file size became at least off */
	FF_EFFECT_RESIDENT,	/* mincore looked at [off, +len) of obj */
	FF_EFFECT_SEEK,		/* lseek data/hole from off of obj, result in the record */
	FF_EFFECT_PLACE,	/* fallocate: allocated, not written: is a hole to SEEK_DATA or not, both legal */
	FF_EFFECT_EVICT,	/* may drop or unmap clean pages of obj ([off,+len)); obj FF_OBJ_NONE = any */
	FF_EFFECT_LOCAL,	/* who maps: mapping of memory changed; loads and stores beside it may fault */
};

enum ff_effect_flag {
	FF_EFFECT_MAYBE	= 1 << 0,	/* the call failed or was cut: may have happened, any part, also
					 * later; never counts as completed */
	FF_EFFECT_DIRECT = 1 << 1,	/* went by DMA, around the page cache (source or destination file) */
	FF_EFFECT_MAPPED = 1 << 2,	/* the memory written or seen is a file mapping */
	FF_EFFECT_DMA	= 1 << 3,	/* destination memory was written by a direct read */
	FF_EFFECT_ANYWHERE = 1 << 4,	/* O_APPEND: landed somewhere in the range, not known where;
					 * WRITE: its words carry the place src_off and on */
};

/**
 * struct ff_effect - one effect
 * @from, @until: when it may have taken place, ns: [invoked, returned] of
 *	the call, or narrower or wider
 * @src: COPY: object; SEEK: SEEK_DATA or SEEK_HOLE
 * @src_off: COPY: offset in @src; SEE: how many bytes were asked for (@len: how
 *	many the call says it saw); WRITE, FF_EFFECT_ANYWHERE: place in its words
 * @run, @nrun: FF_EFFECT_SEE, RESIDENT: runs that belong to it, relative to the record's first
 */
struct ff_effect {
	uint8_t kind, obj, src, flags;
	uint16_t call;			/* filled by the caller of .effects */
	uint16_t version;		/* WRITE: call id + 1 */
	uint64_t off, len, src_off;
	uint64_t from, until;
	uint32_t run, nrun;
};

#define FF_MAX_EFFECTS 16	/* of one call */

struct ff_effects {
	unsigned int n;
	struct ff_effect e[FF_MAX_EFFECTS];
};

/**
 * struct ff_view - how slots resolve to objects, made once per program
 * @handle: per handle: file, flags of open, defining call
 * @mem: per memory slot (maps 0-7, buffers 8-15): object, offset in it of the
 *	first byte, length, shared or private
 */
struct ff_view {
	const struct ff_program *p;
	const struct ff_history *h;	/* may be NULL: then no call counts as failed */
	struct { uint8_t used, file; uint64_t flags; uint16_t call; } handle[FF_MAX_SLOTS];
	struct { uint8_t used, obj, file, private_; uint16_t call; uint64_t off, len, flags; } mem[FF_MEMS];
};

/** ff_view_make() - resolve the slots of a checked program */
void ff_view_make(struct ff_view *v, const struct ff_program *p, const struct ff_history *h);

/** ff_effects_of() - all effects of call @id: asks the row, fills call and default times */
void ff_effects_of(const struct ff_view *v, unsigned int id, struct ff_effects *out);

/* For rows: add one effect with times of the record; returns it for changes. */
struct ff_effect *ff_effect_add(struct ff_effects *out, enum ff_effect_kind kind,
				const struct ff_record *r, unsigned int obj, uint64_t off, uint64_t len);

/** ff_effect_done() - bytes a call of @len bytes surely did; a failed one did 0 */
uint64_t ff_effect_done(const struct ff_record *r, uint64_t len);

#endif
