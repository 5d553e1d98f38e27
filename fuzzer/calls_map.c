// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family map: regions come, change and go. Each slot has an address region of
 * its own (exec.h), and everything here stays inside it.
 */
#include <string.h>

#include "fuzzer/family.h"

#define PAGE 4096

/* A flag of ours for "buffer": MADV_HUGEPAGE right after the mmap. */
#define BUFFER_HUGE (1u << 30)

enum { MREMAP_MOVE, MREMAP_GROW, MREMAP_SHRINK };

static const struct ff_word prot_words[] = {
	WORD("rw", PROT_READ | PROT_WRITE, 85),
	WORD("ro", PROT_READ, 15),
	{ 0 }
};

static const struct ff_word share_words[] = {
	WORD("shared", MAP_SHARED, 75),
	WORD("private", MAP_PRIVATE, 25),
	{ 0 }
};

static const struct ff_word map_words[] = {
	WORD("populate", MAP_POPULATE, 20),
	WORD("noreserve", MAP_NORESERVE, 3),
	WORD("locked", MAP_LOCKED, 2),
	{ 0 }
};

static const struct ff_word buffer_words[] = {
	WORD("populate", MAP_POPULATE, 20),
	WORD("huge", BUFFER_HUGE, 15),
	WORD("noreserve", MAP_NORESERVE, 3),
	WORD("locked", MAP_LOCKED, 2),
	{ 0 }
};

/* In this order: the generator knows it. */
static const struct ff_word mremap_words[] = {
	WORD("move", MREMAP_MOVE, 60),
	WORD("grow", MREMAP_GROW, 20),
	WORD("shrink", MREMAP_SHRINK, 20),
	{ 0 }
};

static const struct ff_word mprotect_words[] = {
	WORD("rw", PROT_READ | PROT_WRITE, 60),
	WORD("ro", PROT_READ, 30),
	WORD("none", PROT_NONE, 10),
	{ 0 }
};

static const struct ff_word msync_words[] = {
	WORD("sync", MS_SYNC, 50),
	WORD("async", MS_ASYNC, 20),
	WORD("invalidate", MS_INVALIDATE, 10),
	WORD("sync_invalidate", MS_SYNC | MS_INVALIDATE, 20),
	{ 0 }
};

static const struct ff_word mlock_words[] = {
	WORD("onfault", MLOCK_ONFAULT, 20),
	{ 0 }
};

/* Where a file map begins, so that huge pages of the file can be mapped huge. */
static uintptr_t region(const struct ff_thread *t, uint64_t mem, uint64_t file_off)
{
	return FF_REGION_BASE + mem * FF_REGION + file_off % t->x->pmd_size;
}

static void made(struct ff_memory *m, uintptr_t base, uint64_t len)
{
	atomic_store(&m->len, len);
	atomic_store(&m->base, base);
}

static void run_mmap(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);
	struct ff_memory *m = &t->x->memory[c->slot];
	uintptr_t at = region(t, c->slot, c->arg[1]);
	void *p;

	if (fd < 0)
		return ff_skip(r);
	m->handle = (uint8_t)c->arg[0];
	m->prot = (int)c->arg[3];
	m->flags = (int)(c->arg[4] | c->arg[5]);
	m->private_ = c->arg[4] == MAP_PRIVATE;
	m->object = (uint8_t)FF_OBJ_FILE(ff_file_of(t, c->arg[0]));
	if (m->private_)
		m->object = (uint8_t)FF_OBJ_PRIVATE(c->slot);
	m->offset = c->arg[1];
	ff_thread_invoke(t, r);
	p = mmap((void *)at, c->arg[2], m->prot, m->flags | MAP_FIXED, fd, (off_t)c->arg[1]);
	ff_thread_return(t, r, p == MAP_FAILED ? -1 : 0);
	if (p != MAP_FAILED)
		made(m, at, c->arg[2]);
}

static void run_buffer(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	unsigned int mem = FF_MEM_BUFFER + c->slot;
	struct ff_memory *m = &t->x->memory[mem];
	uintptr_t at = region(t, mem, 0);
	void *p;

	m->prot = (int)c->arg[1];
	m->flags = MAP_PRIVATE | MAP_ANONYMOUS | (int)(c->arg[2] & ~(uint64_t)BUFFER_HUGE);
	m->object = (uint8_t)FF_OBJ_BUFFER(c->slot);
	ff_thread_invoke(t, r);
	p = mmap((void *)at, c->arg[0], m->prot, m->flags | MAP_FIXED, -1, 0);
	if (p != MAP_FAILED && (c->arg[2] & BUFFER_HUGE))
		madvise(p, c->arg[0], MADV_HUGEPAGE);
	ff_thread_return(t, r, p == MAP_FAILED ? -1 : 0);
	if (p != MAP_FAILED)
		made(m, at, c->arg[0]);
}

/* The range is new again: a buffer's zeros, or what the file has. */
static void effects_fresh(const struct ff_view *v, const struct ff_record *r,
			  struct ff_effects *out, uint64_t mem, uint64_t off, uint64_t len)
{
	len = (len + PAGE - 1) / PAGE * PAGE;
	off += v->mem[mem].off;
	if (mem >= FF_MEM_BUFFER)
		ff_effect_all(out, FF_EFFECT_ZERO, r, v->mem[mem].obj, off, len);
	else if (v->mem[mem].private_)
		ff_effect_all(out, FF_EFFECT_REVERT, r, v->mem[mem].obj, off, len);
}

static void effects_local(const struct ff_view *v, const struct ff_call *c,
			  const struct ff_record *r, struct ff_effects *out)
{
	ff_effect_all(out, FF_EFFECT_LOCAL, r, v->mem[c->arg[0]].obj,
		      v->mem[c->arg[0]].off + c->arg[1], c->arg[2]);
}

static void run_remap(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	struct ff_memory *m = ff_thread_memory(t, c->arg[0]);
	int fd = -1;
	void *p;

	if (!m)
		return ff_skip(r);
	if (c->arg[0] < FF_MEM_BUFFER)
		fd = FF_FD_BASE + m->handle;
	ff_memory_begin(m);
	ff_thread_invoke(t, r);
	p = mmap(ff_memory_address(m, c->arg[1]), c->arg[2], m->prot, m->flags | MAP_FIXED, fd,
		 fd < 0 ? 0 : (off_t)(m->offset + c->arg[1]));
	ff_thread_return(t, r, p == MAP_FAILED ? -1 : 0);
	ff_memory_end(t, m);
}

static void effects_unmap(const struct ff_view *v, const struct ff_call *c,
			  const struct ff_record *r, struct ff_effects *out)
{
	effects_fresh(v, r, out, c->arg[0], c->arg[1], c->arg[2]);
	effects_local(v, c, r, out);
}

static void run_munmap(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	struct ff_memory *m = ff_thread_memory(t, c->arg[0]);

	if (!m)
		return ff_skip(r);
	ff_memory_begin(m);
	FF_CALL(t, r, munmap(ff_memory_address(m, c->arg[1]), c->arg[2]));
	ff_memory_end(t, m);
}

/* "move" goes to the other half of the slot's region, the next one comes back. */
static void run_mremap(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	struct ff_memory *m = ff_thread_memory(t, c->arg[0]);
	uintptr_t from, to;
	void *p;

	if (!m)
		return ff_skip(r);
	ff_memory_begin(m);
	from = atomic_load(&m->base);
	to = c->arg[1] == MREMAP_MOVE ? from ^ (FF_REGION / 2) : from;
	ff_thread_invoke(t, r);
	if (to == from)
		p = mremap((void *)from, atomic_load(&m->len), c->arg[2], 0);
	else
		p = mremap((void *)from, atomic_load(&m->len), c->arg[2],
			   MREMAP_MAYMOVE | MREMAP_FIXED, (void *)to);
	ff_thread_return(t, r, p == MAP_FAILED ? -1 : 0);
	if (p != MAP_FAILED)
		made(m, to, c->arg[2]);
	ff_memory_end(t, m);
}

/* Beyond the new length nothing is left; what a later one brings there is new. */
static void effects_mremap(const struct ff_view *v, const struct ff_call *c,
			   const struct ff_record *r, struct ff_effects *out)
{
	uint64_t mem = c->arg[0];

	if (c->arg[2] < FF_MAX_SIZE)
		effects_fresh(v, r, out, mem, c->arg[2], FF_MAX_SIZE - c->arg[2]);
	ff_effect_all(out, FF_EFFECT_LOCAL, r, v->mem[mem].obj, v->mem[mem].off, FF_MAX_SIZE);
}

static void run_mprotect(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	struct ff_memory *m = ff_thread_memory(t, c->arg[0]);

	if (!m)
		return ff_skip(r);
	ff_memory_begin(m);
	FF_CALL(t, r, mprotect(ff_memory_address(m, c->arg[1]), c->arg[2], (int)c->arg[3]));
	ff_memory_end(t, m);
}

static void run_msync(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	void *at = ff_thread_address(t, c->arg[0], c->arg[1]);

	if (!at)
		return ff_skip(r);
	FF_CALL(t, r, msync(at, c->arg[2], (int)c->arg[3]));
}

static void run_mlock(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	void *at = ff_thread_address(t, c->arg[0], c->arg[1]);

	if (!at)
		return ff_skip(r);
	FF_CALL(t, r, c->arg[3] ? mlock2(at, c->arg[2], (unsigned int)c->arg[3]) :
				  mlock(at, c->arg[2]));
}

static void run_munlock(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	void *at = ff_thread_address(t, c->arg[0], c->arg[1]);

	if (!at)
		return ff_skip(r);
	FF_CALL(t, r, munlock(at, c->arg[2]));
}

/* A byte a page, as runs. */
static void note_residency(struct ff_thread *t, struct ff_record *r, const unsigned char *vec,
			   size_t pages, uint64_t off)
{
	struct ff_run *run;
	unsigned int max = ff_thread_runs(t, r, &run), n = 0;
	uint8_t kind = 0;
	size_t i;

	for (i = 0; i < pages; i++) {
		uint8_t now = vec[i] & 1 ? FF_RUN_RESIDENT : FF_RUN_ABSENT;

		if (n && now == kind) {
			run[n - 1].len += PAGE;
			continue;
		}
		if (n == max)
			break;
		kind = now;
		run[n++] = (struct ff_run){ .off = off + i * PAGE, .len = PAGE, .kind = kind };
	}
	if (i < pages)
		r->flags |= FF_REC_CUT;
	ff_thread_seen(t, r, n);
}

static void run_mincore(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	void *at = ff_thread_address(t, c->arg[0], c->arg[1]);
	size_t pages = (c->arg[2] + PAGE - 1) / PAGE;

	if (!at)
		return ff_skip(r);
	FF_CALL(t, r, mincore(at, c->arg[2], t->staging));
	if (!r->err && !t->bare)
		note_residency(t, r, t->staging, pages,
			       t->x->memory[c->arg[0]].offset + c->arg[1]);
}

static void effects_mincore(const struct ff_view *v, const struct ff_call *c,
			    const struct ff_record *r, struct ff_effects *out)
{
	struct ff_effect *e;

	if (r->state != FF_CALL_DONE || r->err)
		return;
	e = ff_effect_add(out, FF_EFFECT_RESIDENT, r, v->mem[c->arg[0]].obj,
			  v->mem[c->arg[0]].off + c->arg[1], (c->arg[2] + PAGE - 1) / PAGE * PAGE);
	if (e)
		e->nrun = r->nruns;
}

const struct ff_op ff_ops_map[] = {
	{
		.name = "mmap", .family = "map",
		.about = "map a file: loads and stores beside reads and writes",
		.result = FF_RESULT_MAP,
		.arg = { ARG_HANDLE, ARG_OFFSET, ARG_LENGTH, ARG_CHOICE("protection", prot_words),
			 ARG_CHOICE("sharing", share_words), ARG_FLAGS("flags", map_words) },
		.weight = 4, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EACCES, EINVAL, EPERM),
		.run = run_mmap,
	},
	{
		.name = "buffer", .family = "map",
		.about = "anonymous memory: for direct I/O, swap and huge pages",
		.result = FF_RESULT_BUFFER,
		.arg = { ARG_LENGTH, ARG_CHOICE("protection", prot_words),
			 ARG_FLAGS("flags", buffer_words) },
		.weight = 3, .targets = FF_ON_ALL, .may = MAY(EINVAL),
		.run = run_buffer,
	},
	{
		.name = "remap", .family = "map",
		.about = "map the same again over an own range: page tables go, others fault",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH },
		.weight = 8, .traits = FF_MOVES, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EACCES, EINVAL, EPERM),
		.run = run_remap, .effects = effects_unmap,
	},
	{
		.name = "munmap", .family = "map",
		.about = "unmap a range while others use it",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH },
		.weight = 3, .traits = FF_MOVES | FF_RARE, .targets = FF_ON_ALL,
		.may = MAY(EINVAL),
		.run = run_munmap, .effects = effects_unmap,
	},
	{
		.name = "mremap", .family = "map",
		.about = "move page tables to the other half of the region, grow or shrink in place",
		.arg = { ARG_MEMORY, ARG_CHOICE("how", mremap_words), ARG_LENGTH },
		.weight = 4, .traits = FF_MOVES, .targets = FF_ON_ALL,
		.may = MAY(EFAULT, EINVAL),
		.run = run_mremap, .effects = effects_mremap,
	},
	{
		.name = "mprotect", .family = "map",
		.about = "change the protection of a range: page tables change under others",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH, ARG_CHOICE("protection", mprotect_words) },
		.weight = 5, .traits = FF_MOVES, .targets = FF_ON_ALL,
		.may = MAY(EACCES, EINVAL),
		.run = run_mprotect, .effects = effects_local,
	},
	{
		.name = "msync", .family = "map",
		.about = "write a range of a map back",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH, ARG_CHOICE("how", msync_words) },
		.weight = 6, .traits = FF_MOVES | FF_COSTLY, .targets = FF_ON_ALL,
		/* EBUSY: MS_INVALIDATE on locked memory */
		.may = MAY(EBUSY, EINVAL, EIO),
		.run = run_msync,
	},
	{
		.name = "mlock", .family = "map",
		.about = "fault a range in and keep it",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH, ARG_FLAGS("flags", mlock_words) },
		.weight = 3, .traits = FF_TOUCHES, .targets = FF_ON_ALL,
		.may = MAY(EINVAL, EPERM),
		.run = run_mlock,
	},
	{
		.name = "munlock", .family = "map",
		.about = "let a range go again",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH },
		.weight = 3, .targets = FF_ON_ALL, .may = MAY(EINVAL, EPERM),
		.run = run_munlock,
	},
	{
		.name = "mincore", .family = "map",
		.about = "which pages are resident: none may vanish where nothing evicts",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH },
		.weight = 15, .traits = FF_OBSERVES, .targets = FF_ON_ALL,
		.may = MAY(EINVAL),
		.run = run_mincore, .effects = effects_mincore,
	},
};
