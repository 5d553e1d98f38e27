// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where pages are guessed to be: here, or away in swap. Who touches what is away
 * is busy until the disk has brought it, and the others can meet it there.
 */
#include <sys/mman.h>

#include "fuzzer/gen.h"
#include "fuzzer/rotation.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define CLUSTER		(8 * PAGE)	/* read in together, by default */
#define FAST_US		800		/* one request of a disk that is not throttled */
#define ALL		(~0ULL)

/* The clusters of a place, as bits: beyond 2 MiB the last one stands for all. */
static uint64_t bits_of(uint64_t off, uint64_t len)
{
	uint64_t first = off / CLUSTER, last = (off + (len ? len - 1 : 0)) / CLUSTER;

	first = first > 63 ? 63 : first;
	last = last > 63 ? 63 : last;
	return (ALL >> (63 - last)) & (ALL << first);
}

static struct gen_pages *pages_of(struct gen *g, const struct where *w, uint64_t *bits)
{
	uint8_t file = w->file;
	uint64_t off = w->foff;

	if (file == NONE && w->mem != NONE) {
		file = g->mem[w->mem].file;
		off = g->mem[w->mem].foff + w->moff;
	}
	if (file == NONE && w->mem == NONE)
		return NULL;
	*bits = bits_of(file != NONE ? off : w->moff, w->len);
	return file != NONE ? &g->file[file].pages : &g->mem[w->mem].pages;
}

/* Is its disk a swap device, rather than the file system's? */
static bool swaps(const struct gen *g, const struct where *w)
{
	return g->target.kind == FF_TARGET_TMPFS ||
	       (w->file == NONE && (w->mem == NONE || g->mem[w->mem].file == NONE));
}

/* Only swap: what waits for a file's own disk is worth meeting when it is a read, not a fault. */
static unsigned int request_us(const struct gen *g, const struct where *w)
{
	if (!swaps(g, w))
		return 0;
	if (g->target.swap == FF_SWAP_SLOW)
		return 1000000 / FF_SLOW_SWAP_IOPS;
	return g->target.swap == FF_SWAP_DISK ? FAST_US : 0;
}

unsigned int gen_away_us(struct gen *g, const struct where *w)
{
	struct gen_pages *p;
	uint64_t bits, n;

	p = pages_of(g, w, &bits);
	n = p ? (uint64_t)__builtin_popcountll(p->away & bits) : 0;
	return (n > 4 ? 4 : n) * request_us(g, w);
}

void gen_leaves(struct gen *g, const struct where *w)
{
	struct gen_pages *p;
	uint64_t bits;

	p = pages_of(g, w, &bits);
	if (p && swaps(g, w) && g->target.swap != FF_SWAP_NONE)
		p->leaving |= bits;
}

void gen_left(struct gen *g)
{
	for (unsigned int i = 0; i < FF_MEMS; i++) {
		g->mem[i].pages.away |= g->mem[i].pages.leaving;
		g->mem[i].pages.leaving = 0;
	}
	for (unsigned int i = 0; i < FF_MAX_SLOTS; i++) {
		g->file[i].pages.away |= g->file[i].pages.leaving;
		g->file[i].pages.leaving = 0;
	}
}

static void all_back(struct gen *g)
{
	for (unsigned int i = 0; i < FF_MEMS; i++)
		g->mem[i].pages = (struct gen_pages){ 0 };
	for (unsigned int i = 0; i < FF_MAX_SLOTS && g->target.kind == FF_TARGET_TMPFS; i++)
		g->file[i].pages = (struct gen_pages){ 0 };
}

bool gen_pages_out(const struct ff_call *c)
{
	return (c->op == FF_OP_MADVISE || c->op == FF_OP_PROCESS_MADVISE) &&
	       c->arg[3] == MADV_PAGEOUT;
}

void gen_moved(struct gen *g, const struct ff_call *c)
{
	uint32_t traits = ff_call_traits(c);
	struct where w = gen_where_of(g, c);
	struct gen_pages *p;
	uint64_t bits;

	if (gen_pages_out(c)) {
		gen_leaves(g, &w);
	} else if (c->op == FF_OP_RECLAIM) {
		gen_left(g);
	} else if (c->op == FF_OP_SWAPOFF) {
		all_back(g);
	} else if (traits & (FF_READS | FF_WRITES | FF_TOUCHES | FF_DROPS)) {
		p = pages_of(g, &w, &bits);
		if (p) {
			p->away &= ~bits;
			p->leaving &= ~bits;
		}
	}
}
