// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the data law steps back: effects that the manual pages allow to go
 * wrong are marked here, once, before anything is judged. Each rule says why.
 */
#include <fcntl.h>

#include "oracles/model.h"

static bool overlap(const struct ff_record *r, const struct ff_effect *e)
{
	uint64_t returned = r->state == FF_CALL_DONE ? r->returned : FF_NEVER;

	if (r->state != FF_CALL_DONE && r->state != FF_CALL_STARTED)
		return false;
	if (r->scanned > returned)
		returned = r->scanned;
	return r->invoked <= e->until && returned >= e->from;
}

static bool shows(const struct ff_model *m, uint64_t mem, unsigned int file)
{
	return mem < FF_MAX_SLOTS && m->view.mem[mem].used && m->view.mem[mem].file == file;
}

/* May this call bring pages of the file into the page cache, or dirty them there? */
static bool uses_cache(const struct ff_model *m, const struct ff_call *call, unsigned int file)
{
	const struct ff_op *op = ff_op(call->op);
	unsigned int i, n = ff_op_nargs(op);
	uint64_t a;

	if (!(ff_call_traits(call) & (FF_MOVES | FF_TOUCHES | FF_READS | FF_WRITES | FF_DROPS)))
		return call->op == FF_OP_MMAP || call->op == FF_OP_REMAP;
	for (i = 0; i < n; i++) {
		a = call->arg[i];
		if (op->arg[i].type == FF_ARG_HANDLE && a < FF_MAX_SLOTS &&
		    m->view.handle[a].file == file && !(m->view.handle[a].flags & O_DIRECT))
			return true;
		if ((op->arg[i].type == FF_ARG_MAP || op->arg[i].type == FF_ARG_MEMORY) &&
		    shows(m, a, file))
			return true;
	}
	for (i = 0; i < call->nvec && i < FF_MAX_VECS; i++) {
		if (shows(m, call->vec[i].mem, file))
			return true;
	}
	/* calls on the whole system (compaction, dropping caches) keep content */
	return call->op == FF_OP_FORK;
}

/*
 * Direct writes beside the page cache. A direct write flushes and drops the
 * cached pages before and after, but a page that another call brings back or
 * dirties meanwhile may stay, old, and even be written back over the new data
 * (invalidate_inode_pages2_range() fails, dio_warn_stale_pagecache()). open(2):
 * "Applications should avoid mixing O_DIRECT and normal I/O to the same file".
 * So a direct write that overlaps in time with any use of the cache of that
 * file hides nothing: older versions stay legal until a later sure write.
 */
static bool beside_cache(const struct ff_model *m, const struct ff_effect *e)
{
	const struct ff_program *p = m->c->program;
	unsigned int id;

	if (m->c->history->flags & FF_HIST_INVALIDATE_FAILED)
		return true;
	for (id = 0; id < p->ncalls; id++) {
		if (id != e->call && overlap(ff_model_record(m, id), e) &&
		    uses_cache(m, &p->call[id], e->obj))
			return true;
	}
	return false;
}

/*
 * Discarding or zeroing a range of a block device drops its cached pages
 * first, dirty ones too (truncate_bdev_range()), and then the blocks: who
 * looks or stores meanwhile may see what the device had before all that.
 */
static bool drops_dirty(const struct ff_model *m, const struct ff_effect *e)
{
	return e->kind == FF_EFFECT_ZERO && e->obj == 0 &&
	       m->c->program->target.kind == FF_TARGET_BLOCK;
}

static bool on_fuse(const struct ff_model *m)
{
	return m->c->program->target.kind == FF_TARGET_FUSE;
}

/*
 * On FUSE a file is in two places, and what changes both does so one after the
 * other: fuse_file_fallocate() and copy_file_range drop pages when the server
 * has answered. The inode's lock keeps writes out meanwhile, but nothing keeps
 * out faults, stores and writeback: an old page may still be written over what
 * the server has just done.
 */
static bool two_steps(const struct ff_model *m, const struct ff_effect *e)
{
	return on_fuse(m) && (e->kind == FF_EFFECT_ZERO ||
			      (e->kind == FF_EFFECT_COPY && m->c->program->call[e->call].op == FF_OP_COPY));
}

/*
 * What is stored through a mapping in such a time may go with its page, over which
 * the server has then what was there before: it hides nothing.
 */
static bool stored_in_two_steps(const struct ff_model *m, const struct ff_effect *e)
{
	const struct ff_effect *z;
	unsigned int i;

	if (e->obj >= FF_MAX_SLOTS || !(e->flags & FF_EFFECT_MAPPED) || !on_fuse(m))
		return false;
	for (i = 0; i < m->nchange; i++) {
		z = &m->change[i];
		if (z->obj == e->obj && z->call != e->call && two_steps(m, z) && z->from <= e->until &&
		    z->until >= e->from && z->off < e->off + e->len && e->off < z->off + z->len)
			return true;
	}
	return false;
}

static bool goes_around_cache(const struct ff_model *m, const struct ff_effect *e)
{
	if (e->obj >= FF_MAX_SLOTS)
		return false;
	if (drops_dirty(m, e) || two_steps(m, e))
		return true;
	/* a file mapping as destination of a direct read is in the cache */
	return (e->flags & FF_EFFECT_DIRECT) && !(e->flags & (FF_EFFECT_DMA | FF_EFFECT_MAPPED));
}

/*
 * A direct read into a shared file mapping pins pages of the cache, and a
 * direct write (or a punch) of the same file drops pages whether they are
 * pinned or not (invalidate_complete_folio2() does not look at references):
 * the DMA may land in a page that is the file's no more.
 */
static bool pinned_and_dropped(const struct ff_model *m, const struct ff_effect *dma)
{
	const struct ff_effect *e;
	unsigned int i;

	if (dma->obj >= FF_MAX_SLOTS || !(dma->flags & FF_EFFECT_DMA))
		return false;
	/* FUSE drops all pages of a file whenever it hears of another size */
	if (on_fuse(m))
		return true;
	for (i = 0; i < m->nchange; i++) {
		e = &m->change[i];
		if (e->obj == dma->obj && e->from <= dma->until && e->until >= dma->from &&
		    (e->kind == FF_EFFECT_ZERO || e->kind == FF_EFFECT_SIZE ||
		     goes_around_cache(m, e)))
			return true;
	}
	return m->c->history->flags & FF_HIST_INVALIDATE_FAILED;
}

/* Is there a fork beside @e? */
static bool beside_fork(const struct ff_model *m, const struct ff_effect *e)
{
	const struct ff_program *p = m->c->program;
	unsigned int id;

	for (id = 0; id < p->ncalls; id++) {
		if (p->call[id].op == FF_OP_FORK && overlap(ff_model_record(m, id), e))
			return true;
	}
	return false;
}

/* From @e on, of the whole pages it touches anything is legal until a later sure write. */
static void anything(struct ff_model *m, struct ff_effect e, uint64_t until)
{
	uint64_t mask = (uint64_t)m->c->history->page_size - 1, end = e.off + e.len;

	if (m->nchange == FF_MODEL_EFFECTS)
		return;
	if (mask & (mask + 1))
		mask = 4095;
	e.kind = FF_EFFECT_UNKNOWN;
	e.flags = FF_EFFECT_MAYBE;
	e.off &= ~mask;
	e.len = ((end + mask) & ~mask) - e.off;
	e.until = until;
	m->change[m->nchange++] = e;
}

/*
 * fork() with a direct read into private memory in flight: open(2) says that
 * this "can result in data corruption and undefined behavior in parent and
 * child". Of those pages nothing is judged from then on.
 */
static bool fork_meets_dma(const struct ff_model *m, const struct ff_effect *e)
{
	return (e->flags & FF_EFFECT_DMA) && e->obj >= FF_MAX_SLOTS && beside_fork(m, e);
}

/*
 * Stores through a mapping beyond the end of the file, in its last page: the
 * file has no such bytes, the kernel zeroes them when the file grows, or (older
 * kernels) not. mmap(2): "the effect of changes to that portion is unspecified".
 */
static void beyond_end(struct ff_model *m, struct ff_effect *e)
{
	struct ff_effect tail = *e;
	uint64_t size;

	if (e->obj >= FF_MAX_SLOTS || !(e->flags & FF_EFFECT_MAPPED) ||
	    (e->flags & FF_EFFECT_MAYBE) ||
	    (e->kind != FF_EFFECT_WRITE && e->kind != FF_EFFECT_COPY))
		return;
	size = ff_size_min(m, e->obj, e->from, e->until);
	if (e->off + e->len <= size)
		return;
	tail.flags |= FF_EFFECT_MAYBE;
	tail.until = FF_NEVER;
	if (size <= e->off || m->nchange == FF_MODEL_EFFECTS) {
		*e = tail;
		return;
	}
	tail.off = size;
	tail.len = e->off + e->len - size;
	tail.src_off += size - e->off;
	e->len = size - e->off;
	m->change[m->nchange++] = tail;
}

/*
 * Cutting a file off takes from private maps too what they had of their own
 * beyond the end (truncate_pagecache() unmaps with even_cows), and so does the
 * shifting of ranges on some file systems. The file shows again, unless the
 * map is written once more. Whether, mmap(2) does not say: both are legal.
 */
static void private_pages_dropped(struct ff_model *m, struct ff_effect e)
{
	unsigned int map;

	if (e.obj >= FF_MAX_SLOTS ||
	    (e.kind != FF_EFFECT_SIZE && (e.kind != FF_EFFECT_COPY || e.src != e.obj ||
	     m->c->program->call[e.call].op != FF_OP_FALLOCATE)))
		return;
	/* insert_range copies to behind what it inserts, and drops from its start on */
	if (e.kind == FF_EFFECT_COPY && e.src_off < e.off)
		e.off = e.src_off;
	e.kind = FF_EFFECT_REVERT;
	e.flags = (e.flags & FF_EFFECT_MAYBE) | FF_EFFECT_WEAK;
	e.off &= ~4095ULL;
	e.len = FF_MODEL_END - e.off;
	for (map = 0; map < FF_MAX_SLOTS && m->nchange < FF_MODEL_EFFECTS; map++) {
		if (!m->view.mem[map].used || !m->view.mem[map].private_ ||
		    m->view.mem[map].file != e.obj)
			continue;
		m->change[m->nchange] = e;
		m->change[m->nchange++].obj = FF_OBJ_PRIVATE(map);
	}
}

/* Takes pages out of page tables; other CPUs are told at its end only. */
static bool zaps(const struct ff_effect *e)
{
	return e->kind == FF_EFFECT_ZERO || e->kind == FF_EFFECT_REVERT || e->kind == FF_EFFECT_SIZE;
}

static bool through_memory(const struct ff_effect *e)
{
	return e->obj >= FF_MAX_SLOTS || (e->flags & FF_EFFECT_MAPPED);
}

/*
 * A zap clears page table entries first and flushes the TLBs at its end
 * (tlb_finish_mmu()). Until then a thread that comes to run on the zapping CPU
 * reads the old page, though it has itself written to the new one meanwhile,
 * on another CPU. So what is written through memory beside a zap of it is
 * complete only when the zap is (seen on 5.10: MADV_DONTNEED beside preadv).
 */
static void complete_after_zap(const struct ff_model *m, struct ff_effect *e)
{
	const struct ff_effect *z;
	unsigned int i;

	if (!through_memory(e) || zaps(e))
		return;
	for (i = 0; i < m->nchange; i++) {
		z = &m->change[i];
		if (zaps(z) && z->obj == e->obj && z->call != e->call && z->until != FF_NEVER &&
		    z->from <= e->until && z->until > e->until &&
		    z->off < e->off + e->len && e->off < z->off + z->len)
			e->until = z->until;
	}
}

void ff_model_lenient(struct ff_model *m)
{
	unsigned int i, n = m->nchange;
	struct ff_effect *e;
	bool beside;

	for (i = 0; i < n; i++) {
		e = &m->change[i];
		beyond_end(m, e);
		beside = goes_around_cache(m, e) && beside_cache(m, e);
		if (beside)
			e->flags |= FF_EFFECT_WEAK;
		/* the copy drops the dirty pages at its edges as a whole */
		if (beside && e->kind == FF_EFFECT_COPY && two_steps(m, e))
			anything(m, *e, e->until);
		if (drops_dirty(m, e))	/* alone, it hides all that once it is done */
			anything(m, *e, beside ? e->until : e->from - 1);
		if (pinned_and_dropped(m, e) || stored_in_two_steps(m, e))
			e->flags |= FF_EFFECT_WEAK;
		private_pages_dropped(m, *e);
		complete_after_zap(m, e);
		if (fork_meets_dma(m, e))
			anything(m, *e, FF_NEVER);
	}
}
