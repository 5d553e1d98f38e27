// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments that the kernel accepts: aligned where it asks for it, of a kind
 * that the memory has, inside the file; and now and then not.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "fuzzer/gen.h"
#include "fuzzer/serve.h"
#include "fuzzer/gen_words.h"

#define SLOW_LENGTH (4 * PAGE)

/* The place in memory, or another one when this is not mapped here. */
static bool aim_memory(struct gen *g, uint8_t t, const struct where *at, struct where *w)
{
	int mem;

	*w = *at;
	if (w->mem == NONE && w->file != NONE)
		gen_map_of(g, w, t);
	if (w->mem == NONE || !g->mem[w->mem].used || !gen_usable(g, g->mem[w->mem].owner, t)) {
		mem = gen_any_memory(g, t, NULL);
		if (mem < 0)
			return false;
		*w = gen_in_memory(g, mem);
	}
	if (w->moff + w->len > g->mem[w->mem].len)
		*w = gen_in_memory(g, w->mem);
	return w->len > 0;
}

static void page_align(struct gen *g, struct where *w)
{
	uint64_t end = (w->moff + w->len + PAGE - 1) / PAGE * PAGE;

	w->moff = w->moff / PAGE * PAGE;
	if (end > g->mem[w->mem].len)
		end = g->mem[w->mem].len;
	w->len = end - w->moff;
}

static void put_range(struct ff_call *c, const struct where *w)
{
	c->arg[0] = w->mem;
	c->arg[1] = w->moff;
	c->arg[2] = w->len;
}

static uint64_t longest(const struct gen *g)
{
	return g->target.slow ? SLOW_LENGTH : PMD;
}

static bool args_rw(struct gen *g, uint8_t t, unsigned int op, const struct where *w, struct ff_call *c)
{
	bool write = op == FF_OP_PWRITE;
	int h = gen_aim_handle(g, t, w, write, g->target.slow && !write && gen_chance(g, 70) ? 1 : -1);
	struct where at;

	if (h < 0)
		return false;
	at = gen_aim_file(g, w, h, longest(g));
	if (write && !g->handle[h].direct && gen_chance(g, 8))
		at.foff += gen_random(g, 2 * PAGE);	/* over the end, off its alignment */
	if (at.foff + at.len > FF_MAX_SIZE ||
	    (g->target.kind == FF_TARGET_BLOCK && at.foff + at.len > g->file[0].size))
		return false;
	c->arg[0] = h;
	c->arg[1] = at.foff;
	c->arg[2] = at.len;
	return true;
}

static bool args_between(struct gen *g, uint8_t t, const struct where *w, struct ff_call *c)
{
	struct where any = { .file = NONE, .mem = NONE }, from, to;
	int in = gen_aim_handle(g, t, w, false, 0), out = gen_aim_handle(g, t, &any, true, 0);

	if (in < 0 || out < 0)
		return false;
	from = gen_aim_file(g, w, in, 512 * 1024);
	to = gen_in_file(g, g->handle[out].file);
	c->arg[0] = in;
	c->arg[1] = from.foff;
	c->arg[2] = out;
	c->arg[3] = to.foff;
	c->arg[4] = from.len;
	if (to.foff + from.len > FF_MAX_SIZE)
		return false;
	/* copy_file_range refuses overlapping ranges of one file */
	return g->handle[in].file != g->handle[out].file || from.foff + from.len <= to.foff ||
	       to.foff + from.len <= from.foff;
}

static bool args_fallocate(struct gen *g, uint8_t t, const struct where *w, struct ff_call *c)
{
	int h = gen_aim_handle(g, t, w, true, -1);
	const struct ff_word *mode;
	struct where at;

	if (h < 0)
		return false;
	mode = gen_fallocate_mode(g, g->handle[h].file);
	if (!mode)
		return false;
	at = gen_aim_file(g, w, h, FF_MAX_SIZE);
	if (g->target.kind == FF_TARGET_BLOCK || (gen_chance(g, 60) || gen_shifts(mode))) {
		at.len = (at.len + PAGE - 1) / PAGE * PAGE;
		at.foff = at.foff / PAGE * PAGE;
	}
	if (gen_shifts(mode) && at.foff + at.len >= g->file[g->handle[h].file].size)
		return false;
	if (at.foff + at.len > FF_MAX_SIZE ||
	    (g->target.kind == FF_TARGET_BLOCK && at.foff + at.len > g->file[0].size))
		return false;
	c->arg[0] = h;
	c->arg[1] = mode->value;
	c->arg[2] = at.foff;
	c->arg[3] = at.len;
	return true;
}

/* Arguments behind the handle, each as its type says: a row needs no code here. */
static void args_plain(struct gen *g, const struct ff_op *row, const struct where *at, struct ff_call *c)
{
	for (unsigned int i = 1; i < ff_op_nargs(row); i++)
		switch (row->arg[i].type) {
		case FF_ARG_OFFSET:
			c->arg[i] = at->foff;
			break;
		case FF_ARG_LENGTH:
			c->arg[i] = at->len;
			break;
		case FF_ARG_NUMBER:
			c->arg[i] = gen_between(g, row->arg[i].min, row->arg[i].max);
			break;
		default:
			c->arg[i] = gen_word(g, row, i);
		}
}

static bool args_file(struct gen *g, uint8_t t, unsigned int op, const struct where *w, struct ff_call *c)
{
	const struct ff_op *row = ff_op(op);
	bool write = op == FF_OP_FTRUNCATE;
	int h = gen_aim_handle(g, t, w, write, -1);
	struct where at;

	if (h < 0)
		return false;
	at = gen_aim_file(g, w, h, FF_MAX_SIZE);
	c->arg[0] = h;
	switch (op) {
	case FF_OP_FTRUNCATE:
		c->arg[1] = gen_chance(g, 60) ? at.foff : at.foff + at.len;
		return true;
	case FF_OP_SEEK:
		c->arg[1] = gen_chance(g, 30) ? 0 : at.foff;
		c->arg[2] = gen_word(g, row, 2);
		return true;
	default:
		args_plain(g, row, &at, c);
		return true;
	}
}

static bool args_open(struct gen *g, uint8_t t, struct ff_call *c)
{
	unsigned int slot = 0, own = 0;
	uint64_t flags = 0;

	for (; slot < FF_MAX_SLOTS && g->handle[slot].used; slot++)
		own += g->handle[slot].owner == t;
	if (slot == FF_MAX_SLOTS || own >= 2)
		return false;
	if (g->target.kind != FF_TARGET_TMPFS && gen_chance(g, 40))
		flags |= O_DIRECT;
	if (gen_chance(g, 10))
		flags |= gen_chance(g, 50) ? O_SYNC : O_DSYNC;
	if (g->target.kind != FF_TARGET_BLOCK && gen_chance(g, 8))
		flags |= gen_chance(g, 70) ? O_TRUNC : O_APPEND;
	c->slot = slot;
	c->arg[0] = 0;
	while (c->arg[0] < FF_MAX_SLOTS - 1 && g->file[c->arg[0] + 1].used && gen_chance(g, 50))
		c->arg[0]++;
	c->arg[1] = gen_chance(g, 80) ? O_RDWR : O_RDONLY;
	if (c->arg[1] == O_RDONLY)
		flags &= ~(uint64_t)(O_TRUNC | O_APPEND);
	c->arg[2] = flags;
	return true;
}

static bool args_close(struct gen *g, uint8_t t, struct ff_call *c)
{
	/* Only what the thread opened itself: the shared ones are needed by all. */
	for (unsigned int i = 0; i < FF_MAX_SLOTS; i++)
		if (g->handle[i].used && g->handle[i].owner == t) {
			c->arg[0] = i;
			return true;
		}
	return false;
}

static bool args_mmap(struct gen *g, uint8_t t, const struct where *w, struct ff_call *c)
{
	int h = gen_aim_handle(g, t, w, true, 0);
	unsigned int slot = 0;
	uint64_t size, off;

	while (slot < FF_MAX_SLOTS && g->mem[slot].used)
		slot++;
	if (h < 0 || slot == FF_MAX_SLOTS)
		return false;
	size = (g->file[g->handle[h].file].size + PAGE - 1) / PAGE * PAGE;
	if (size > PMD && g->target.kind == FF_TARGET_BLOCK)
		size = PMD;
	off = gen_chance(g, 70) || size < 2 * PAGE ? 0 : gen_random(g, size / PAGE) * PAGE;
	c->slot = slot;
	c->arg[0] = h;
	c->arg[1] = off;
	c->arg[2] = size - off;
	c->arg[3] = gen_chance(g, 88) ? PROT_READ | PROT_WRITE : PROT_READ;
	c->arg[4] = gen_chance(g, 70) ? MAP_SHARED : MAP_PRIVATE;
	c->arg[5] = gen_chance(g, 12) && !g->target.slow ? MAP_POPULATE : 0;
	return size > off;
}

static bool args_buffer(struct gen *g, struct ff_call *c)
{
	unsigned int slot = 0;

	while (slot < FF_MAX_SLOTS && g->mem[FF_MEM_BUFFER + slot].used)
		slot++;
	if (slot == FF_MAX_SLOTS)
		return false;
	c->slot = slot;
	c->arg[0] = gen_chance(g, 75) ? gen_between(g, 1, 16) * PAGE : PMD;
	c->arg[1] = PROT_READ | PROT_WRITE;
	c->arg[2] = gen_chance(g, 25) ? MAP_POPULATE : 0;
	return true;
}

static bool args_memory(struct gen *g, uint8_t t, unsigned int op, const struct where *at, struct ff_call *c)
{
	const struct ff_op *row = ff_op(op);
	struct where w;
	const struct gen_mem *m;

	if (!aim_memory(g, t, at, &w))
		return false;
	m = &g->mem[w.mem];
	switch (op) {
	case FF_OP_LOAD:
		break;
	case FF_OP_STORE:
	case FF_OP_FORK:
		if (m->ro && gen_chance(g, 90))
			return false;
		if (op == FF_OP_FORK)
			c->arg[3] = gen_word(g, row, 3);
		break;
	case FF_OP_MADVISE:
	case FF_OP_PROCESS_MADVISE:
		page_align(g, &w);
		if (!gen_advice(g, row, &w, &c->arg[3]))
			return false;
		break;
	case FF_OP_MREMAP:
		c->arg[0] = w.mem;
		return gen_mremap(g, t, c);
	case FF_OP_MUNMAP:
		/* The others need what is shared; a part of it, put back soon. */
		if (m->owner == FF_SETUP && gen_chance(g, 80))
			return false;
		page_align(g, &w);
		break;
	default:
		page_align(g, &w);
		if (ff_op_nargs(row) > 3)
			c->arg[3] = gen_word(g, row, 3);
	}
	if (m->torn && op != FF_OP_LOAD && op != FF_OP_STORE && op != FF_OP_REMAP && gen_chance(g, 85))
		return false;
	put_range(c, &w);
	return true;
}

/* Mostly a few requests, for as long as other calls take; what ends it needs no numbers. */
static bool args_serve(struct gen *g, struct ff_call *c)
{
	c->arg[0] = gen_word(g, ff_op(FF_OP_SERVE), 0);
	if (c->arg[0] == FF_SERVE_RESUME || c->arg[0] == FF_SERVE_DIE)
		return true;
	c->arg[1] = gen_between(g, 1, gen_chance(g, 70) ? 2 : FF_SERVE_MOST);
	c->arg[2] = gen_between(g, 100, gen_chance(g, 85) ? 20000 : FF_SERVE_MOST_US / 4);
	return true;
}

bool gen_args(struct gen *g, uint8_t t, unsigned int op, const struct where *w, struct ff_call *c)
{
	c->op = op;
	c->thread = t;
	switch (op) {
	case FF_OP_OPEN:
		return args_open(g, t, c);
	case FF_OP_CLOSE:
		return args_close(g, t, c);
	case FF_OP_PREAD:
	case FF_OP_PWRITE:
		return args_rw(g, t, op, w, c);
	case FF_OP_PREADV:
	case FF_OP_PWRITEV:
		if (!gen_vector(g, t, op, w, c))
			return false;
		c->arg[3] = gen_rw_flags(g, op, c->arg[0]);
		return true;
	case FF_OP_COPY:
	case FF_OP_SPLICE:
		return args_between(g, t, w, c);
	case FF_OP_FALLOCATE:
		return args_fallocate(g, t, w, c);
	case FF_OP_MMAP:
		return args_mmap(g, t, w, c);
	case FF_OP_BUFFER:
		return args_buffer(g, c);
	case FF_OP_SWAPON:
	case FF_OP_SWAPOFF:
		return g->target.swap != FF_SWAP_NONE;
	case FF_OP_COMPACT:
		return true;
	case FF_OP_RECLAIM:
		c->arg[0] = gen_between(g, 1, 64) * (gen_slow(g) ? 1 : 16) * PAGE;
		return true;
	case FF_OP_DROPCACHES:
		c->arg[0] = gen_word(g, ff_op(op), 0);
		return true;
	case FF_OP_SERVE:
		return args_serve(g, c);
	case FF_OP_PAUSE:
		c->arg[0] = gen_between(g, 10, gen_chance(g, 80) ? 1000 : 10000);
		return true;
	default:	/* a handle or memory first, the rest as the row has it */
		return ff_op(op)->arg[0].type == FF_ARG_HANDLE ? args_file(g, t, op, w, c) : args_memory(g, t, op, w, c);
	}
}
