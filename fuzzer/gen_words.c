// SPDX-License-Identifier: GPL-2.0-only
/* Words that fit: what the manual pages say which memory and file takes which. */
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "fuzzer/gen_words.h"

#ifndef MADV_FREE
#define MADV_FREE 8
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

static bool possible(const struct gen *g, const struct ff_word *w)
{
	return w->weight && (!w->needs || (g->limits->features >> (w->needs - 1) & 1)) &&
	       (!(w->traits & FF_GLOBAL) || g->limits->allow_global);
}

/* Where another thread works right now, what takes pages away from under it tells most. */
static unsigned int weight_of(const struct gen *g, const struct ff_word *w)
{
	return g->meeting && !g->target.slow && !g->met_keeps && (w->traits & FF_DROPS) ? 3 * w->weight : w->weight;
}

typedef bool (*fits_fn)(const struct gen *g, const void *about, const struct ff_word *w);

static const struct ff_word *draw(struct gen *g, const struct ff_word *list, fits_fn fits, const void *about)
{
	unsigned int total = 0, roll;

	for (const struct ff_word *w = list; w->name; w++)
		if (possible(g, w) && (!fits || fits(g, about, w)))
			total += weight_of(g, w);
	if (!total)
		return NULL;
	roll = gen_random(g, total);
	for (const struct ff_word *w = list; w->name; w++) {
		if (!possible(g, w) || (fits && !fits(g, about, w)))
			continue;
		if (roll < weight_of(g, w))
			return w;
		roll -= weight_of(g, w);
	}
	return NULL;
}

uint64_t gen_word(struct gen *g, const struct ff_op *row, unsigned int arg)
{
	const struct ff_arg_spec *spec = &row->arg[arg];
	const struct ff_word *w;

	if (spec->type == FF_ARG_FLAGS && gen_chance(g, 60))
		return 0;
	if (spec->type == FF_ARG_NUMBER)
		return gen_between(g, spec->min, spec->max);
	if (spec->type != FF_ARG_FLAGS && spec->type != FF_ARG_CHOICE)
		return 0;
	w = draw(g, spec->words, NULL, NULL);
	return w ? w->value : spec->type == FF_ARG_CHOICE ? spec->words[0].value : 0;
}

/* The whole huge page around the place, if map and file offset allow one. */
static bool huge_place(const struct gen *g, const struct where *w, struct where *huge)
{
	const struct gen_mem *m = &g->mem[w->mem];
	uint64_t off = w->moff / PMD * PMD;

	if (m->len < PMD || (m->file != NONE && m->foff % PMD))
		return false;
	if (off + PMD > m->len)
		off = 0;
	*huge = *w;
	huge->moff = off;
	huge->len = PMD;
	if (m->file != NONE)
		huge->foff = m->foff + off;
	return true;
}

static bool advice_fits(const struct gen *g, const void *about, const struct ff_word *word)
{
	const struct where *w = about;
	const struct gen_mem *m = &g->mem[w->mem];
	bool anon = m->file == NONE;
	struct where huge;

	switch (word->value) {
	case MADV_FREE:
	case MADV_WIPEONFORK:
		return anon;
	case MADV_REMOVE:
		return !anon && m->shared && !m->ro && !m->locked && g->target.kind != FF_TARGET_BLOCK;
	case MADV_COLLAPSE:
		return huge_place(g, w, &huge) &&
		       (anon || g->target.kind == FF_TARGET_TMPFS);
	case MADV_DONTNEED:
	case MADV_PAGEOUT:
	case MADV_COLD:
		return !m->locked;
	case MADV_POPULATE_WRITE:
		return !m->ro;
	case MADV_GUARD_INSTALL:
		return !m->locked && anon;
	default:
		return true;
	}
}

bool gen_advice(struct gen *g, const struct ff_op *row, struct where *w, uint64_t *value)
{
	const struct ff_word *word = draw(g, row->arg[3].words, advice_fits, w);

	if (!word)
		return false;
	*value = word->value;
	if (word->value == MADV_COLLAPSE || (word->value == MADV_HUGEPAGE && gen_chance(g, 50)))
		huge_place(g, w, w);
	return true;
}

static bool mode_fits(const struct gen *g, const void *about, const struct ff_word *word)
{
	(void)about;
	switch (g->target.kind) {
	case FF_TARGET_TMPFS:	/* shmem_fallocate: KEEP_SIZE and PUNCH_HOLE only */
		return !(word->value & ~(uint64_t)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE));
	case FF_TARGET_BLOCK:	/* blkdev_fallocate: punch and zero */
		return word->value & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE);
	case FF_TARGET_FUSE:	/* fuse_file_fallocate: neither shifting nor unsharing */
		return !(word->value & ~(uint64_t)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE |
						   FALLOC_FL_ZERO_RANGE));
	default:
		return !(word->value & FALLOC_FL_UNSHARE_RANGE) || g->target.kind == FF_TARGET_XFS;
	}
}

const struct ff_word *gen_fallocate_mode(struct gen *g, unsigned int file)
{
	(void)file;
	return draw(g, ff_op(FF_OP_FALLOCATE)->arg[1].words, mode_fits, NULL);
}

bool gen_shifts(const struct ff_word *mode)
{
	return mode->value & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE);
}

uint64_t gen_rw_flags(struct gen *g, unsigned int op, unsigned int handle)
{
	uint64_t flags = gen_word(g, ff_op(op), 3);

	if ((flags & RWF_HIPRI) && !g->handle[handle].direct)
		flags &= ~(uint64_t)RWF_HIPRI;
	if ((flags & RWF_NOWAIT) && (op == FF_OP_PWRITEV || g->target.kind == FF_TARGET_TMPFS ||
				     g->target.kind == FF_TARGET_FUSE))
		flags &= ~(uint64_t)RWF_NOWAIT;
	if (g->target.kind == FF_TARGET_BLOCK)
		flags &= ~(uint64_t)RWF_APPEND;
	return flags;
}

bool gen_mremap(struct gen *g, uint8_t t, struct ff_call *c)
{
	const struct gen_mem *m = &g->mem[c->arg[0]];
	unsigned int roll = gen_random(g, 100);

	/* How: by the row's words in its order: move, grow, shrink. */
	const struct ff_word *how = ff_op(FF_OP_MREMAP)->arg[1].words;

	if (m->torn)
		return false;
	if (roll < 60) {
		c->arg[1] = how[0].value;
		c->arg[2] = m->len;
		return true;
	}
	if (m->owner != t || m->len < 2 * PAGE)
		return false;	/* the others count on its length */
	c->arg[1] = how[roll < 80 ? 1 : 2].value;
	c->arg[2] = roll < 80 ? m->len + PAGE : m->len / 2 / PAGE * PAGE;
	return c->arg[2] <= FF_MAX_SIZE;
}
