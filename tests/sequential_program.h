/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random programs for tests/unit_sequential.c: two files, mapped, and two
 * buffers; only calls that its machine can do.
 */
#ifndef FOLIOFUZZ_TESTS_SEQUENTIAL_PROGRAM_H
#define FOLIOFUZZ_TESTS_SEQUENTIAL_PROGRAM_H

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fuzzer/call.h"

#define BYTES	8192	/* of a file and of a buffer */

static struct ff_program program;
static unsigned int halves;	/* moments of a call */
static uint64_t state = 88172645463325252ULL;

static uint64_t draw(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static struct ff_call *add(unsigned int op, unsigned int thread)
{
	struct ff_call *c = &program.call[program.ncalls++];

	memset(c, 0, sizeof(*c));
	c->op = op;
	c->thread = thread;
	return c;
}

/* An offset and length: whole pages, words, or any bytes. */
static void place(uint64_t *off, uint64_t *len)
{
	static const uint64_t units[] = { 4096, 512, 8, 1 };
	uint64_t unit = units[draw(4)];

	*off = draw(BYTES / unit) * unit;
	*len = (1 + draw((BYTES - *off) / unit)) * unit;
}

static uint64_t word_value(unsigned int op, unsigned int arg, const char *name)
{
	const struct ff_word *w;

	for (w = ff_op(op)->arg[arg].words; w->name; w++) {
		if (!strcmp(w->name, name))
			return w->value;
	}
	return 0;
}

static void make_setup(void)
{
	struct ff_call *c;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		c = add(FF_OP_OPEN, FF_SETUP);
		c->slot = i;
		c->arg[0] = i;
		c->arg[1] = O_RDWR;
		c->arg[2] = O_CREAT | (draw(8) ? 0 : O_DIRECT);
		c = add(FF_OP_BUFFER, FF_SETUP);
		c->slot = i;
		c->arg[0] = BYTES;
		c->arg[1] = word_value(FF_OP_BUFFER, 1, "rw");
		c = add(FF_OP_PWRITE, FF_SETUP);
		c->arg[0] = i;
		c->arg[2] = BYTES;
	}
	for (i = 0; i < 2; i++) {
		c = add(FF_OP_MMAP, FF_SETUP);
		c->slot = i;
		c->arg[0] = i;
		c->arg[2] = BYTES;
		c->arg[3] = word_value(FF_OP_MMAP, 3, "rw");
		c->arg[4] = word_value(FF_OP_MMAP, 4, "shared");
	}
}

static void make_vector(struct ff_call *c)
{
	uint64_t off, len;

	c->arg[0] = draw(2);
	place(&off, &len);
	c->arg[1] = off;
	c->nvec = 1;
	c->vec[0].mem = draw(3) ? FF_MEM_BUFFER + draw(2) : draw(2);
	/* words keep their alignment, as with most generated calls */
	c->vec[0].off = draw(2) ? off : off % 8 + draw((BYTES - len) / 8 + 1) * 8;
	if (c->vec[0].off + len > BYTES)
		c->vec[0].off = off;
	c->vec[0].len = len;
}

static void make_call(unsigned int thread)
{
	static const uint8_t ops[] = {
		FF_OP_PREAD, FF_OP_PREAD, FF_OP_PWRITE, FF_OP_LOAD, FF_OP_LOAD, FF_OP_STORE,
		FF_OP_STORE, FF_OP_PREADV, FF_OP_PWRITEV, FF_OP_FALLOCATE, FF_OP_MADVISE,
		FF_OP_FTRUNCATE, FF_OP_COPY, FF_OP_SEEK,
	};
	unsigned int op = ops[draw(sizeof(ops))];
	uint64_t off, len;
	struct ff_call *c;

	/* a call in two halves needs a file that stays as long as it is */
	c = add(halves > 1 && op == FF_OP_FTRUNCATE ? FF_OP_SEEK : op, thread);

	place(&off, &len);
	switch (c->op) {
	case FF_OP_PREAD:
	case FF_OP_PWRITE:
		c->arg[0] = draw(2);
		c->arg[1] = off;
		c->arg[2] = len;
		break;
	case FF_OP_LOAD:
	case FF_OP_STORE:
		c->arg[0] = draw(2) ? draw(2) : FF_MEM_BUFFER + draw(2);
		c->arg[1] = off;
		c->arg[2] = len;
		break;
	case FF_OP_PREADV:
	case FF_OP_PWRITEV:
		make_vector(c);
		break;
	case FF_OP_FALLOCATE:
		c->arg[0] = draw(2);
		c->arg[1] = word_value(FF_OP_FALLOCATE, 1, "punch");
		c->arg[2] = off;
		c->arg[3] = len;
		break;
	case FF_OP_MADVISE:
		c->arg[0] = FF_MEM_BUFFER + draw(2);
		c->arg[1] = draw(2) * 4096;
		c->arg[2] = 4096;
		c->arg[3] = word_value(FF_OP_MADVISE, 3, "dontneed");
		break;
	case FF_OP_FTRUNCATE:
		c->arg[0] = draw(2);
		c->arg[1] = draw(3) ? BYTES : off;
		break;
	case FF_OP_COPY:
		c->arg[0] = draw(2);
		c->arg[1] = off;
		c->arg[2] = !c->arg[0];
		c->arg[3] = off;
		c->arg[4] = len;
		break;
	case FF_OP_SEEK:
		c->arg[0] = draw(2);
		c->arg[1] = off;
		c->arg[2] = SEEK_DATA;
		break;
	}
}

static void make_program(void)
{
	unsigned int t, i;

	memset(&program, 0, sizeof(program));
	program.target.kind = draw(2) ? FF_TARGET_TMPFS : FF_TARGET_EXT4;
	halves = 1 + draw(2);
	program.nthreads = 1 + draw(4);
	make_setup();
	for (t = 0; t < program.nthreads; t++) {
		for (i = 2 + draw(8); i; i--)
			make_call(t);
	}
}

#endif
