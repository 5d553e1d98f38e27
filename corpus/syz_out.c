// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program for syzkaller. What its text cannot hold (target, delays, threads) stands
 * in comments, which syzkaller skips and ff_syz_import() reads.
 *
 * Threads: syzkaller starts calls one after another, and goes on without
 * waiting after one that is (async). So the first calls of all threads come,
 * then the second ones, and all but the last of each round are async.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "corpus/convert.h"
#include "corpus/syz.h"
#include "fuzzer/delay.h"
#include "fuzzer/text.h"

/**
 * struct place - a map's or buffer's memory in the arena
 * @base: where it is now; @room: how long it may become
 * @moved: where it is after a move: there and back
 * @maker: the call that makes it
 */
struct place {
	bool there;
	uint64_t base, room, moved, len;
	const struct ff_call *maker;
};

/**
 * struct syz - an export under way
 * @small: how many calls have small things in the arena so far
 * @io: where pread and pwrite have their memory
 * @gone: handles whose open could not be expressed; @made: maps and buffers so far
 */
struct syz {
	const struct ff_program *p;
	struct ff_notes *notes;
	struct ff_out *out;
	struct place place[FF_MEMS];
	bool gone[FF_MAX_SLOTS], made[FF_MEMS];
	uint64_t io;
	unsigned int small, thread;
};

static uint64_t align(uint64_t v, uint64_t to)
{
	return (v + to - 1) / to * to;
}

/* ---- the arena ---- */

static uint64_t io_room(const struct ff_program *p)
{
	uint64_t most = 0;
	unsigned int i;

	for (i = 0; i < p->ncalls; i++)
		if ((p->call[i].op == FF_OP_PREAD || p->call[i].op == FF_OP_PWRITE) && p->call[i].arg[2] > most)
			most = p->call[i].arg[2];
	return align(most, FF_PAGE);
}

static int slot_made(const struct ff_call *c)
{
	enum ff_result r = ff_op(c->op)->result;

	return r == FF_RESULT_MAP ? c->slot : r == FF_RESULT_BUFFER ? FF_MEM_BUFFER + c->slot : -1;
}

/* How long does it become, and does it move. */
static void room_of(const struct ff_program *p, unsigned int mem, uint64_t *room, bool *moves)
{
	uint64_t move = ff_syz_word(FF_OP_MREMAP, 1, "move");
	unsigned int i;

	for (i = 0; i < p->ncalls; i++) {
		const struct ff_call *c = &p->call[i];

		if (c->op != FF_OP_MREMAP || c->arg[0] != mem)
			continue;
		*moves |= c->arg[1] == move;
		if (align(c->arg[2], FF_PAGE) > *room)
			*room = align(c->arg[2], FF_PAGE);
	}
}

/* From the bottom up, in the order of the calls that make them; what does not fit is not there. */
static void lay_out(struct syz *s)
{
	uint64_t at = 0;
	unsigned int i;

	s->io = FF_SYZ_VEC - io_room(s->p);
	for (i = 0; i < s->p->ncalls; i++) {
		const struct ff_call *c = &s->p->call[i];
		int mem = slot_made(c), len = ff_op_arg(ff_op(c->op), FF_ARG_LENGTH);
		uint64_t into = mem >= 0 && mem < FF_MEM_BUFFER ? c->arg[1] % FF_SYZ_HUGE : 0, base, room;
		bool moves = false;
		struct place *pl;

		if (mem < 0)
			continue;
		pl = &s->place[mem];
		room = align(c->arg[len], FF_PAGE);
		room_of(s->p, (unsigned int)mem, &room, &moves);
		base = align(at, room >= FF_SYZ_HUGE ? FF_SYZ_HUGE : FF_PAGE);
		base += room >= FF_SYZ_HUGE ? into : 0;
		*pl = (struct place){ .base = base, .room = room, .len = c->arg[len], .maker = c };
		pl->moved = align(base + room, room >= FF_SYZ_HUGE ? FF_SYZ_HUGE : FF_PAGE) +
			    (room >= FF_SYZ_HUGE ? into : 0);
		pl->there = (moves ? pl->moved : base) + room <= s->io;
		if (pl->there)
			at = (moves ? pl->moved : base) + room;
	}
}

/* Small things of a call; the arena has 256 bytes for each. */
static uint64_t small(const struct syz *s, unsigned int part)
{
	return FF_SYZ_BASE + FF_SYZ_SMALL + s->small * 256 + part * 32;
}

/* ---- calls ---- */

/* How a call is written there, or NULL. */
static const struct ff_syz_row *row_of(const struct ff_call *c)
{
	const struct ff_syz_row *row;

	for (row = ff_syz_rows; row->name; row++)
		if (row->op == c->op && !row->only_in)
			return row;
	return NULL;
}

static bool own_code(const struct ff_call *c)
{
	return c->op == FF_OP_OPEN || c->op == FF_OP_MMAP || c->op == FF_OP_BUFFER || c->op == FF_OP_REMAP ||
	       c->op == FF_OP_MREMAP;
}

/* NULL, or why this call cannot be expressed. */
static const char *refused(const struct syz *s, const struct ff_call *c)
{
	const struct ff_op *op = ff_op(c->op);
	unsigned int i, n = ff_op_nargs(op), k;

	if (!row_of(c) && !own_code(c))
		return "syzkaller has no such call";
	if (slot_made(c) >= 0 && !s->place[slot_made(c)].there)
		return "the memory of the program does not fit into the 16 MiB that syzkaller has";
	for (i = 0; i < n; i++) {
		if (op->arg[i].type == FF_ARG_HANDLE && s->gone[c->arg[i]])
			return "it uses a handle that was left out";
		if ((op->arg[i].type == FF_ARG_MEMORY || op->arg[i].type == FF_ARG_MAP)) {
			if (!s->place[c->arg[i]].there)
				return "it uses memory that was left out";
			if (op->arg[i + 1].type == FF_ARG_OFFSET && c->arg[i + 1] % FF_PAGE)
				return "syzkaller's ranges of memory begin at whole pages";
			if (op->arg[i + 1].type == FF_ARG_OFFSET && c->arg[i + 1] >= s->place[c->arg[i]].len)
				return "nothing is mapped there at this point";
		}
		for (k = 0; op->arg[i].type == FF_ARG_VECTOR && k < c->nvec; k++) {
			if (!s->place[c->vec[k].mem].there)
				return "it uses memory that was left out";
			if (c->vec[k].off >= s->place[c->vec[k].mem].len)
				return "nothing is mapped there at this point";
		}
	}
	return NULL;
}

static void put_vma(struct syz *s, uint64_t at, uint64_t len)
{
	ff_out(s->out, "&(0x%" PRIx64 "/0x%" PRIx64 ")=nil, 0x%" PRIx64, FF_SYZ_BASE + at, align(len, FF_PAGE), len);
}

static void put_pieces(struct syz *s, const struct ff_vec *v, unsigned int n, bool filled)
{
	unsigned int i;

	ff_out(s->out, "&(0x%" PRIx64 ")=[", small(s, 0));
	for (i = 0; i < n; i++) {
		ff_out(s->out, "%s{&(0x%" PRIx64 ")=\"\"", i ? ", " : "",
		       FF_SYZ_BASE + s->place[v[i].mem].base + v[i].off);
		if (filled)
			ff_out(s->out, "/%u", v[i].len);
		ff_out(s->out, ", 0x%x}", v[i].len);
	}
	ff_out(s->out, "], 0x%x", n);
}

static void put_arg(struct syz *s, const struct ff_call *c, char letter, uint64_t n)
{
	uint64_t v = c->arg[n % FF_MAX_ARGS];

	switch (letter) {
	case 'h':
		return ff_out(s->out, "r%" PRIu64, v);
	case 'n':
		return ff_out(s->out, "0x%" PRIx64, v);
	case 'v':
		return put_vma(s, s->place[v].base + c->arg[n + 1], c->arg[n + 2]);
	case 'x':
		return put_pieces(s, &(struct ff_vec){ (uint32_t)v, (uint32_t)c->arg[n + 2], c->arg[n + 1] }, 1, false);
	case 'V':
	case 'W':
		return put_pieces(s, c->vec, c->nvec, letter == 'V');
	case 'o':
		return ff_out(s->out, "&(0x%" PRIx64 ")=\"\"/%" PRIu64, FF_SYZ_BASE + s->io, v);
	case 'i':
		/* Some bytes that are not zero; the rest is what the memory has. */
		return ff_out(s->out, "&(0x%" PRIx64 ")=\"%02x66666661%02x\"", FF_SYZ_BASE + s->io, s->small % 255 + 1,
			      s->small % 255 + 1);
	case 'r':
		return ff_out(s->out, "&(0x%" PRIx64 ")=\"\"/%" PRIu64, FF_SYZ_BASE + FF_SYZ_VEC,
			      (v + 4095) / 4096);
	case 'p':
		return ff_out(s->out, "&(0x%" PRIx64 ")=0x%" PRIx64, small(s, n), v);
	case 'P':
		return ff_out(s->out, "&(0x%" PRIx64 ")=0x1", small(s, 0));
	case 't':
		return ff_out(s->out, "&(0x%" PRIx64 ")={0x%" PRIx64 ", 0x%" PRIx64 "}", small(s, 0), v / 1000000,
			      v % 1000000 * 1000);
	case 'd':
		return ff_out(s->out, "r9");
	default:
		return ff_out(s->out, "0x%" PRIx64, n);
	}
}

static void put_open(struct syz *s, const struct ff_call *c)
{
	ff_out(s->out, "r%u = openat(0x%" PRIx64 ", &(0x%" PRIx64 ")='./f%" PRIu64 "\\x00', 0x%" PRIx64 ", 0x180)",
	       c->slot, (uint64_t)FF_SYZ_AT_CWD, small(s, 0), c->arg[0], c->arg[1] | c->arg[2]);
}

static void put_mmap(struct syz *s, uint64_t at, uint64_t len, uint64_t prot, uint64_t flags, int handle,
		     uint64_t off)
{
	ff_out(s->out, "mmap(");
	put_vma(s, at, len);
	ff_out(s->out, ", 0x%" PRIx64 ", 0x%" PRIx64 ", ", prot, flags | MAP_FIXED);
	if (handle < 0)
		ff_out(s->out, "0xffffffffffffffff, 0x0)");
	else
		ff_out(s->out, "r%d, 0x%" PRIx64 ")", handle, off);
}

/* Which slot an import gives to the next map or buffer. */
static unsigned int natural(const struct syz *s, unsigned int first)
{
	unsigned int i = first;

	while (i < first + FF_MAX_SLOTS && s->made[i])
		i++;
	return i;
}

/* The line that makes a map or buffer, or (@from, @len) a part of it again. */
static void put_memory(struct syz *s, unsigned int mem, uint64_t from, uint64_t len)
{
	uint64_t huge = ff_syz_word(FF_OP_BUFFER, 2, "huge");
	const struct place *pl = &s->place[mem];
	const struct ff_call *m = pl->maker;

	if (mem < FF_MEM_BUFFER)
		return put_mmap(s, pl->base + from, len, m->arg[3], m->arg[4] | m->arg[5], (int)m->arg[0],
				m->arg[1] + from);
	put_mmap(s, pl->base + from, len, m->arg[1], MAP_PRIVATE | MAP_ANONYMOUS | (m->arg[2] & ~huge), -1, 0);
}

static void put_making(struct syz *s, const struct ff_call *c)
{
	unsigned int mem = (unsigned int)slot_made(c), first = mem - mem % FF_MAX_SLOTS;
	bool huge = mem >= FF_MEM_BUFFER && c->arg[2] & ff_syz_word(FF_OP_BUFFER, 2, "huge");

	if (natural(s, first) != mem)
		ff_out(s->out, "# %c%u\n", first ? 'b' : 'm', mem - first);
	if (huge)
		ff_out(s->out, "# huge\n");
	s->made[mem] = true;
	put_memory(s, mem, 0, s->place[mem].len);
	if (huge) {
		ff_out(s->out, "\nmadvise(");
		put_vma(s, s->place[mem].base, s->place[mem].len);
		ff_out(s->out, ", 0x%x)", MADV_HUGEPAGE);
	}
}

static void put_mremap(struct syz *s, const struct ff_call *c)
{
	struct place *pl = &s->place[c->arg[0]];
	bool move = c->arg[1] == ff_syz_word(FF_OP_MREMAP, 1, "move");
	uint64_t to = move ? pl->moved : pl->base;

	ff_out(s->out, "mremap(");
	put_vma(s, pl->base, pl->len);
	ff_out(s->out, ", 0x%" PRIx64 ", 0x%x, &(0x%" PRIx64 "/0x%" PRIx64 ")=nil)", c->arg[2],
	       move ? MREMAP_MAYMOVE | MREMAP_FIXED : 0, FF_SYZ_BASE + to, align(c->arg[2], FF_PAGE));
	if (move) {
		pl->moved = pl->base;
		pl->base = to;
	}
	pl->len = c->arg[2];
}

static void put_row(struct syz *s, const struct ff_call *c)
{
	const struct ff_syz_row *row = row_of(c);
	const char *form = row->form;
	bool more = false;
	char letter;
	uint64_t n;

	ff_out(s->out, "%s(", row->name);
	for (; (letter = ff_syz_form(&form, &n)); more = true) {
		ff_out(s->out, "%s", more ? ", " : "");
		put_arg(s, c, letter, n);
	}
	ff_out(s->out, ")");
}

static void put_call(struct syz *s, const struct ff_call *c)
{
	switch (c->op) {
	case FF_OP_OPEN:
		return put_open(s, c);
	case FF_OP_MMAP:
	case FF_OP_BUFFER:
		return put_making(s, c);
	case FF_OP_REMAP:
		return put_memory(s, (unsigned int)c->arg[0], c->arg[1], c->arg[2]);
	case FF_OP_MREMAP:
		return put_mremap(s, c);
	default:
		return put_row(s, c);
	}
}

static void leave_out(struct syz *s, const struct ff_call *c, const char *why)
{
	char call[160];

	ff_call_print(c, call, sizeof(call));
	ff_note(s->notes, c->line, "%s: %s", call, why);
	ff_out(s->out, "# left out: %s\n", call);
	if (ff_op(c->op)->result == FF_RESULT_HANDLE)
		s->gone[c->slot] = true;
	if (slot_made(c) >= 0)
		s->place[slot_made(c)].there = false;
}

static void one_call(struct syz *s, const struct ff_call *c, bool last)
{
	const char *why;

	if (c->thread != s->thread) {
		s->thread = c->thread;
		ff_out(s->out, "# thread %u\n", c->thread);
	}
	why = refused(s, c);
	if (why)
		return leave_out(s, c, why);
	put_call(s, c);
	/* What a call makes is only there for others once it is done. */
	ff_out(s->out, "%s\n", last || ff_op(c->op)->result != FF_RESULT_NONE ? "" : " (async)");
	s->small = s->small < 255 ? s->small + 1 : 255;
}

static bool uses(const struct ff_program *p, unsigned int op)
{
	unsigned int i;

	for (i = 0; i < p->ncalls; i++)
		if (p->call[i].op == op)
			return true;
	return false;
}

/* Index of the @k-th call of @thread, or -1. */
static int nth_call(const struct ff_program *p, unsigned int thread, unsigned int k)
{
	unsigned int i;

	for (i = 0; i < p->ncalls; i++)
		if (p->call[i].thread == thread && !k--)
			return (int)i;
	return -1;
}

static void all_calls(struct syz *s)
{
	unsigned int i, k, t;
	bool any = true;
	int at, later;

	for (i = 0; i < s->p->ncalls && s->p->call[i].thread == FF_SETUP; i++)
		one_call(s, &s->p->call[i], true);
	for (k = 0; any; k++) {
		any = false;
		for (t = 0; t < s->p->nthreads; t++) {
			at = nth_call(s->p, t, k);
			if (at < 0)
				continue;
			any = true;
			for (i = t + 1, later = -1; i < s->p->nthreads && later < 0; i++)
				later = nth_call(s->p, i, k);
			one_call(s, &s->p->call[at], later < 0);
		}
	}
}

char *ff_syz_export(const struct ff_program *p, struct ff_notes *notes)
{
	size_t room = 1024 + 1024 * (size_t)FF_MAX_CALLS;
	char *text = malloc(room), target[128], delay[64];
	struct ff_out out = { text, room, 0 };
	struct syz s = { .p = p, .notes = notes, .out = &out, .thread = FF_SETUP };

	if (!text)
		return NULL;
	ff_target_print(&p->target, target, sizeof(target));
	ff_out(&out, "# by foliofuzz\n# target %s\n", target);
	for (unsigned int i = 0; i < p->ndelays; i++) {
		ff_delay_print(&p->delay[i], delay, sizeof(delay));
		ff_out(&out, "# delay %s\n", delay);
		ff_note(notes, FF_DELAY_LINE + i, "delay %s: syzkaller has none; kept as a comment", delay);
	}
	ff_out(&out, "# threads %u\n", p->nthreads);
	if (uses(p, FF_OP_PROCESS_MADVISE))
		ff_out(&out, "r8 = getpid()\nr9 = pidfd_open(r8, 0x0)\n");
	if (p->target.kind == FF_TARGET_BLOCK)
		ff_note(notes, FF_TARGET_LINE, "target %s: syzkaller has no such device; f0 is a file there, and nobody makes it",
			target);
	lay_out(&s);
	all_calls(&s);
	return text;
}
