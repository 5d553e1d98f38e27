// SPDX-License-Identifier: GPL-2.0-only
/*
 * The setup: one or two files, a handle of each kind, a map or two, a buffer
 * or two. Few things, so that the threads meet on them.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "fuzzer/gen.h"
#include "fuzzer/random.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

uint64_t gen_random(struct gen *g, uint64_t below)
{
	uint64_t z = ff_random(&g->rng);

	return below ? (uint64_t)(((unsigned __int128)z * below) >> 64) : 0;
}

bool gen_chance(struct gen *g, unsigned int percent)
{
	return gen_random(g, 100) < percent;
}

uint64_t gen_between(struct gen *g, uint64_t low, uint64_t high)
{
	return low + gen_random(g, high - low + 1);
}

static struct ff_call *setup_call(struct gen *g, unsigned int op)
{
	struct ff_call *c = &g->setup[g->nsetup++];

	*c = (struct ff_call){ .op = op, .thread = FF_SETUP };
	return c;
}

static bool left_out(const struct gen *g, unsigned int op)
{
	return g->limits->without[op];
}

static bool can(const struct gen *g, unsigned int op)
{
	const struct ff_op *row = ff_op(op);

	return !left_out(g, op) && (!row->needs || (g->limits->features >> (row->needs - 1) & 1));
}

static bool on_block(const struct gen *g)
{
	return g->target.kind == FF_TARGET_BLOCK;
}

static int free_slot(const bool *used, size_t stride, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (!*(const bool *)((const char *)used + i * stride))
			return i;
	return -1;
}

static int open_file(struct gen *g, unsigned int file, bool direct)
{
	int h = free_slot(&g->handle[0].used, sizeof(g->handle[0]), FF_MAX_SLOTS);
	struct ff_call *c;

	if (h < 0)
		return h;
	c = setup_call(g, FF_OP_OPEN);
	c->slot = h;
	c->arg[0] = file;
	c->arg[1] = O_RDWR;
	c->arg[2] = (on_block(g) ? 0 : O_CREAT) | (direct ? O_DIRECT : 0);
	if (!direct && gen_chance(g, 4))
		c->arg[2] |= gen_chance(g, 50) ? O_SYNC : O_DSYNC;
	g->handle[h] = (struct gen_handle){ .used = true, .rw = true, .direct = direct,
					    .file = file, .owner = FF_SETUP };
	return h;
}

static uint64_t file_size(struct gen *g)
{
	unsigned int roll = gen_random(g, 100);

	if (gen_slow(g))
		return gen_between(g, 4, 32) * PAGE;
	if (roll < 65)
		return PMD * gen_between(g, 1, roll < 6 ? 2 : 1);
	if (roll < 85)
		return gen_between(g, 1, 32) * PAGE;
	return gen_between(g, 1, 200 * 1024);
}

/* Content: whole, in part, as a hole, or allocated and not written. */
static void fill_file(struct gen *g, unsigned int h, uint64_t size)
{
	unsigned int roll = gen_random(g, 100);
	struct ff_call *c;

	if (roll < 12 && !left_out(g, FF_OP_FTRUNCATE)) {
		c = setup_call(g, FF_OP_FTRUNCATE);
		c->arg[0] = h;
		c->arg[1] = size;
	}
	if (roll >= 8) {
		c = setup_call(g, FF_OP_PWRITE);
		c->arg[0] = h;
		c->arg[2] = roll < 25 ? gen_between(g, 1, size) : size;
		if (roll < 12)
			c->arg[1] = gen_random(g, (size - c->arg[2]) / PAGE + 1) * PAGE;
	}
	/* A dirty file would make the first direct read wait for its writeback. */
	if ((g->target.slow || gen_chance(g, 25)) && g->target.kind != FF_TARGET_TMPFS) {
		c = setup_call(g, FF_OP_FSYNC);
		c->arg[0] = h;
	}
}

static void make_file(struct gen *g, unsigned int file)
{
	uint64_t size = file_size(g);
	bool disk = g->target.kind != FF_TARGET_TMPFS;
	int h;

	if (on_block(g))
		size = g->limits->device_size < FF_MAX_SIZE ? g->limits->device_size : FF_MAX_SIZE;
	g->file[file] = (struct gen_file){ .used = true, .size = size };
	h = open_file(g, file, false);
	if (disk)
		open_file(g, file, true);
	if (!on_block(g))
		fill_file(g, h, size);
	else if (!g->target.slow)
		g->file[file].size = PMD;	/* few places; the rest stays as it is */
}

static unsigned int handle_of(const struct gen *g, unsigned int file)
{
	unsigned int h = 0;

	while (h < FF_MAX_SLOTS && !(g->handle[h].used && g->handle[h].file == file && !g->handle[h].direct))
		h++;
	return h;
}

static void make_map(struct gen *g, unsigned int file)
{
	int m = free_slot(&g->mem[0].used, sizeof(g->mem[0]), FF_MAX_SLOTS);
	uint64_t len = (g->file[file].size + PAGE - 1) / PAGE * PAGE, off = 0;
	bool shared = gen_chance(g, 75);
	struct ff_call *c;
	unsigned int h = handle_of(g, file);

	if (m < 0 || h == FF_MAX_SLOTS || left_out(g, FF_OP_MMAP))
		return;
	if (len < PMD && len > 2 * PAGE && gen_chance(g, 25)) {
		off = gen_random(g, len / PAGE / 2) * PAGE;
		len -= off;
	}
	if (len > PMD && on_block(g))
		len = gen_between(g, 1, 32) * PAGE;
	c = setup_call(g, FF_OP_MMAP);
	c->slot = m;
	c->arg[0] = h;
	c->arg[1] = off;
	c->arg[2] = len;
	c->arg[3] = PROT_READ | PROT_WRITE;
	c->arg[4] = shared ? MAP_SHARED : MAP_PRIVATE;
	if (!g->target.slow && gen_chance(g, 12))
		c->arg[5] = MAP_POPULATE;
	g->mem[m] = (struct gen_mem){ .used = true, .shared = shared, .file = file,
				      .owner = FF_SETUP, .foff = off, .len = len };
}

static void make_buffer(struct gen *g)
{
	int b = free_slot(&g->mem[FF_MEM_BUFFER].used, sizeof(g->mem[0]), FF_MAX_SLOTS);
	unsigned int roll = gen_random(g, 100);
	uint64_t len = roll < 70 ? gen_between(g, 1, 8) * PAGE :
		       roll < 85 || g->target.slow ? 16 * PAGE : PMD;
	struct ff_call *c;

	if (b < 0 || left_out(g, FF_OP_BUFFER))
		return;
	c = setup_call(g, FF_OP_BUFFER);
	c->slot = b;
	c->arg[0] = len;
	c->arg[1] = PROT_READ | PROT_WRITE;
	g->mem[FF_MEM_BUFFER + b] = (struct gen_mem){ .used = true, .file = NONE,
						      .owner = FF_SETUP, .len = len };
	if (gen_chance(g, 85) && !left_out(g, FF_OP_STORE)) {
		c = setup_call(g, FF_OP_STORE);
		c->arg[0] = FF_MEM_BUFFER + b;
		c->arg[2] = len;
	}
}

/* Pages begin where the target can put them: those of files on its disk (a device's cache is empty) ... */
static void send_to_disk(struct gen *g, unsigned int file)
{
	struct ff_call *c;

	if (!gen_chance(g, g->target.slow ? 70 : 25) || left_out(g, FF_OP_FADVISE) || left_out(g, FF_OP_FSYNC))
		return;
	c = setup_call(g, FF_OP_FSYNC);
	c->arg[0] = handle_of(g, file);
	c = setup_call(g, FF_OP_FADVISE);
	c->arg[0] = handle_of(g, file);
	c->arg[2] = g->file[file].size;
	c->arg[3] = POSIX_FADV_DONTNEED;
}

/* ... and those of memory and tmpfs in swap. Only what is mapped can be paged out. */
static unsigned int send_to_swap(struct gen *g, uint8_t mem)
{
	uint64_t most = 64 * PAGE, len = g->mem[mem].len;
	struct where w = { .file = NONE, .mem = mem, .len = len < most ? len : most };
	struct ff_call *c;

	w.moff = gen_random(g, (len - w.len) / PAGE + 1) * PAGE;
	c = setup_call(g, FF_OP_LOAD);
	c->arg[0] = mem;
	c->arg[1] = w.moff;
	c->arg[2] = w.len;
	c = setup_call(g, FF_OP_MADVISE);
	c->arg[0] = mem;
	c->arg[1] = w.moff;
	c->arg[2] = w.len;
	c->arg[3] = MADV_PAGEOUT;
	gen_leaves(g, &w);
	return w.len / PAGE;
}

/* The swap device writes, and what was written can be freed. */
static void let_leave(struct gen *g, unsigned int pages)
{
	struct ff_call *c;

	if (!left_out(g, FF_OP_PAUSE)) {
		c = setup_call(g, FF_OP_PAUSE);
		c->arg[0] = g->target.swap == FF_SWAP_SLOW ? gen_between(g, 20000, 60000) :
							     gen_between(g, 1000, 5000);
	}
	c = setup_call(g, FF_OP_RECLAIM);
	c->arg[0] = gen_between(g, pages / 2 + 1, pages) * PAGE;
	gen_left(g);
}

static void send_away(struct gen *g)
{
	static const unsigned int percent[] = {
		[FF_SWAP_NONE] = 0, [FF_SWAP_DISK] = 25, [FF_SWAP_ZRAM] = 10, [FF_SWAP_SLOW] = 85,
	};
	bool swaps = can(g, FF_OP_RECLAIM) && can(g, FF_OP_MADVISE) && can(g, FF_OP_LOAD) &&
		     (g->limits->features & 1ULL << FF_HAS_PAGEOUT);
	unsigned int pages = 0;

	for (unsigned int f = 0; f < FF_MAX_SLOTS && g->target.kind != FF_TARGET_TMPFS && !on_block(g); f++)
		if (g->file[f].used)
			send_to_disk(g, f);
	if (!swaps || !gen_chance(g, percent[g->target.swap]))
		return;
	for (uint8_t m = 0; m < FF_MEMS; m++) {
		bool file = g->mem[m].used && g->mem[m].file != NONE;

		if (!g->mem[m].used || (file && g->target.kind != FF_TARGET_TMPFS) || !gen_chance(g, 80))
			continue;
		pages += send_to_swap(g, m);
	}
	if (pages)
		let_leave(g, pages);
}

void gen_setup(struct gen *g)
{
	unsigned int files = on_block(g) || gen_slow(g) || gen_chance(g, 70) ? 1 : 2;
	unsigned int buffers = g->target.kind == FF_TARGET_TMPFS ? (unsigned int)gen_random(g, 3) :
			       1u + gen_chance(g, 30);

	for (unsigned int f = 0; f < files; f++)
		make_file(g, f);
	make_map(g, 0);
	if (gen_chance(g, 45))
		make_map(g, gen_random(g, files));
	for (unsigned int i = 0; i < buffers; i++)
		make_buffer(g);
	send_away(g);
}
