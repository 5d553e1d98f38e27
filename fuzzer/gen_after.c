// SPDX-License-Identifier: GPL-2.0-only
/* What a drawn call means for those that follow: where it works, how long, what it leaves. */
#include <fcntl.h>
#include <sys/mman.h>

#include "fuzzer/gen_words.h"

struct where gen_where_of(const struct gen *g, const struct ff_call *c)
{
	const struct ff_op *row = ff_op(c->op);
	struct where w = { .file = NONE, .mem = NONE };
	int off = ff_op_arg(row, FF_ARG_OFFSET), len = ff_op_arg(row, FF_ARG_LENGTH);
	int handle = ff_op_arg(row, FF_ARG_HANDLE), memory = ff_op_arg(row, FF_ARG_MEMORY);

	if (c->nvec) {	/* the memory of a vectored call: its first piece */
		w.mem = c->vec[0].mem;
		w.moff = c->vec[0].off;
		w.len = c->vec[0].len;
		return w;
	}
	if (memory >= 0 && off >= 0 && len >= 0) {
		w.mem = c->arg[memory];
		w.moff = c->arg[off];
		w.len = c->arg[len];
		w.file = g->mem[w.mem].file;
		if (w.file != NONE)
			w.foff = g->mem[w.mem].foff + w.moff;
	} else if (handle >= 0 && off >= 0) {
		w.file = g->handle[c->arg[handle]].file;
		w.foff = c->arg[off];
		w.len = len >= 0 ? c->arg[len] : PAGE;
	}
	return w;
}

static bool on_handle(const struct ff_call *c)
{
	return ff_op_arg(ff_op(c->op), FF_ARG_HANDLE) >= 0;
}

bool gen_waits_for_disk(const struct gen *g, const struct ff_call *c)
{
	uint32_t traits = ff_op(c->op)->traits;

	return g->target.slow && on_handle(c) && c->op != FF_OP_SEEK && c->op != FF_OP_MMAP &&
	       (traits & (FF_READS | FF_WRITES | FF_COSTLY | FF_DROPS));
}

/*
 * Microseconds in an emulated VM, as histories show them; only the
 * proportions matter.
 */
unsigned int gen_cost(struct gen *g, const struct ff_call *c)
{
	struct where w = gen_where_of(g, c);
	uint32_t traits = ff_call_traits(c);
	uint64_t pages = (w.len + PAGE - 1) / PAGE;
	unsigned int base = 60, per_page = 1;

	if (c->op == FF_OP_PAUSE)
		return base + c->arg[0];
	if (gen_waits_for_disk(g, c)) {
		bool direct = g->handle[c->arg[0]].direct;

		return 1000000 / g->target.slow * (direct ? 1 : 2);
	}
	if (c->op == FF_OP_LOAD || c->op == FF_OP_STORE) {
		base = 15;
		per_page = 10;
	} else if (traits & FF_COSTLY) {
		base = 10000;
	} else if (traits & (FF_READS | FF_WRITES)) {
		per_page = 20;
	} else if (traits & FF_MOVES) {
		base = 150;
		per_page = 15;
	} else if (ff_op(c->op)->result != FF_RESULT_NONE) {
		base = 250;
	}
	if (traits & (FF_READS | FF_WRITES | FF_TOUCHES))
		base += gen_away_us(g, &w);
	return base + pages * per_page;
}

static void grow(struct gen_file *f, uint64_t to)
{
	if (to > f->size)
		f->size = to;
}

static void applied_file(struct gen *g, const struct ff_call *c)
{
	struct gen_file *f = &g->file[g->handle[c->arg[0]].file];

	switch (c->op) {
	case FF_OP_PWRITE:
		grow(f, c->arg[1] + c->arg[2]);
		break;
	case FF_OP_FTRUNCATE:
		/* Others will read where nothing is any more; now and then, and not for long. */
		if (c->arg[1] > f->size)
			f->size = c->arg[1];
		break;
	default:
		break;
	}
}

void gen_applied(struct gen *g, const struct ff_call *c)
{
	gen_moved(g, c);
	switch (c->op) {
	case FF_OP_OPEN:
		g->handle[c->slot] = (struct gen_handle){ .used = true, .rw = c->arg[1] == O_RDWR,
			.direct = c->arg[2] & O_DIRECT, .append = c->arg[2] & O_APPEND,
			.file = c->arg[0], .owner = c->thread };
		break;
	case FF_OP_CLOSE:
		/* The slot stays taken: a slot is made once in a program. */
		g->handle[c->arg[0]].owner = NONE - 1;
		break;
	case FF_OP_MMAP:
		g->mem[c->slot] = (struct gen_mem){ .used = true, .shared = c->arg[4] == MAP_SHARED,
			.ro = !(c->arg[3] & PROT_WRITE), .file = g->handle[c->arg[0]].file,
			.owner = c->thread, .foff = c->arg[1], .len = c->arg[2] };
		break;
	case FF_OP_BUFFER:
		g->mem[FF_MEM_BUFFER + c->slot] = (struct gen_mem){ .used = true, .file = NONE,
			.owner = c->thread, .len = c->arg[0] };
		break;
	case FF_OP_MPROTECT:
		g->mem[c->arg[0]].ro = !(c->arg[3] & PROT_WRITE);
		break;
	case FF_OP_MUNMAP:
		g->mem[c->arg[0]].torn = true;
		break;
	case FF_OP_REMAP:
		g->mem[c->arg[0]].torn = false;
		break;
	case FF_OP_MREMAP:
		if (c->arg[2] < g->mem[c->arg[0]].len)
			g->mem[c->arg[0]].len = c->arg[2];
		break;
	case FF_OP_MLOCK:
		g->mem[c->arg[0]].locked = true;
		break;
	case FF_OP_MUNLOCK:
		g->mem[c->arg[0]].locked = false;
		break;
	case FF_OP_PWRITE:
	case FF_OP_FTRUNCATE:
		applied_file(g, c);
		break;
	default:
		break;
	}
}
