// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program as an operation log of fsx: one thread, one file. Sizes are
 * followed, since fsx trims what reaches beyond the end of the file: a call
 * that it would change is left out, and said.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/falloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "corpus/convert.h"
#include "corpus/fsx.h"
#include "fuzzer/delay.h"
#include "fuzzer/text.h"

#define NO_FILE	(-1)

/**
 * struct log - an export under way
 * @out: text; its last line has no end before the next one begins
 * @i: the call at hand
 * @file: the one file of the log, or NO_FILE yet
 * @handle, @map: which slots are of it
 * @map_off: where in the file a map begins
 * @size: of the file at this point
 */
struct log {
	const struct ff_program *p;
	struct ff_notes *notes;
	struct ff_out *out;
	unsigned int i, lines;
	int file;
	bool handle[FF_MAX_SLOTS], map[FF_MEMS];
	uint64_t map_off[FF_MEMS], size;
};

static const struct ff_call *call_at(const struct log *l, unsigned int i)
{
	static const struct ff_call none = { .op = FF_OP_MEET };

	if (i >= l->p->ncalls)
		return &none;
	return l->p->call[i].thread == FF_SETUP || !l->p->call[i].thread ? &l->p->call[i] : &none;
}

__attribute__((format(printf, 2, 3)))
static void left_out(struct log *l, const char *fmt, ...)
{
	const struct ff_call *c = &l->p->call[l->i];
	char call[120], why[120];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	ff_call_print(c, call, sizeof(call));
	ff_note(l->notes, c->line, "%s: %s", call, why);
}

static void put(struct log *l, enum ff_fsx_op op, uint64_t off, uint64_t len)
{
	ff_out(l->out, "%s%s 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64, l->lines++ ? "\n" : "",
	       ff_fsx_names[op], off, len, l->size);
}

static bool inside(struct log *l, uint64_t off, uint64_t len)
{
	if (off + len <= l->size)
		return true;
	left_out(l, "it reaches beyond the end of the file, and fsx would move it");
	return false;
}

static void grow(struct log *l, uint64_t end)
{
	if (end > l->size)
		l->size = end;
}

static void do_open(struct log *l, const struct ff_call *c)
{
	uint64_t odd = c->arg[2] & ~(uint64_t)(O_CREAT | O_TRUNC);

	if (l->file == NO_FILE)
		l->file = (int)c->arg[0];
	if ((uint64_t)l->file != c->arg[0])
		return left_out(l, "an fsx log has one file");
	l->handle[c->slot] = true;
	if (c->arg[2] & O_TRUNC)
		l->size = 0;
	if (odd || (l->lines && (c->arg[2] & O_TRUNC)))
		left_out(l, "fsx opens its file once, without these flags (-Z is for the whole log)");
}

/* close, then perhaps dropcaches, then open: fsx's close_open. */
static void do_close(struct log *l)
{
	unsigned int next = l->i + 1;

	if (call_at(l, next)->op == FF_OP_DROPCACHES)
		next++;
	if (l->lines && call_at(l, next)->op == FF_OP_OPEN && call_at(l, next)->arg[0] == (uint64_t)l->file &&
	    !call_at(l, next)->arg[2]) {
		ff_out(l->out, " close_open");
		l->handle[call_at(l, next)->slot] = true;
		l->i = next;
		return;
	}
	left_out(l, "fsx closes its file only to open it again");
}

static void do_mmap(struct log *l, const struct ff_call *c)
{
	l->map[c->slot] = true;
	l->map_off[c->slot] = c->arg[1];
	if (c->arg[4] != MAP_SHARED || c->arg[5])
		left_out(l, "fsx maps shared and without flags");
	if (c->arg[4] != MAP_SHARED)
		l->map[c->slot] = false;
	/* A mapping that is taken away at once is only the place of later ones. */
	if (call_at(l, l->i + 1)->op == FF_OP_MUNMAP && call_at(l, l->i + 1)->arg[0] == c->slot)
		l->i++;
}

/* Is call @i @op on memory @mem, in a range that has @off, @len in it. */
static bool covers(const struct log *l, unsigned int i, unsigned int op, const struct ff_call *c)
{
	const struct ff_call *o = call_at(l, i);

	return o->op == op && o->arg[0] == c->arg[0] && o->arg[1] <= c->arg[1] &&
	       c->arg[1] + c->arg[2] <= o->arg[1] + o->arg[2];
}

/* Its line; what fsx does after it (msync, munmap) goes with it. */
static void put_access(struct log *l, const struct ff_call *c, uint64_t off)
{
	bool store = c->op == FF_OP_STORE;

	put(l, store ? FF_FSX_MAPWRITE : FF_FSX_MAPREAD, off, c->arg[2]);
	if (store && covers(l, l->i + 1, FF_OP_MSYNC, c) && call_at(l, l->i + 1)->arg[3] == MS_SYNC)
		l->i++;
	else if (store)
		left_out(l, "fsx also syncs what it stores through a map");
	if (covers(l, l->i + 1, FF_OP_MUNMAP, c))
		l->i++;
}

/* Load or store through a map. */
static void do_access(struct log *l, const struct ff_call *c)
{
	uint64_t off;

	if (c->arg[0] >= FF_MEM_BUFFER || !l->map[c->arg[0]])
		return left_out(l, "fsx has no such mapping");
	off = l->map_off[c->arg[0]] + c->arg[1];
	if (!inside(l, off, c->arg[2]))
		return;
	put_access(l, c, off);
}

static void do_remap(struct log *l, const struct ff_call *c)
{
	const struct ff_call *next = call_at(l, l->i + 1);

	if (c->arg[0] < FF_MEM_BUFFER && l->map[c->arg[0]] &&
	    (next->op == FF_OP_LOAD || next->op == FF_OP_STORE) && covers(l, l->i, FF_OP_REMAP, next))
		return;		/* fsx maps anew for each: so does the line of the next call */
	left_out(l, "fsx maps only what it copies then");
}

/* A mapwrite makes the file longer by itself: then this is part of it. */
static void do_ftruncate(struct log *l, const struct ff_call *c)
{
	unsigned int next = l->i + 1;
	const struct ff_call *s;

	while (call_at(l, next)->op == FF_OP_MMAP || call_at(l, next)->op == FF_OP_MUNMAP ||
	       call_at(l, next)->op == FF_OP_REMAP)
		next++;
	s = call_at(l, next);
	if (c->arg[1] > l->size && s->op == FF_OP_STORE && s->arg[0] < FF_MEM_BUFFER &&
	    next > l->i + 1 && call_at(l, next - 1)->op == FF_OP_REMAP &&
	    l->map_off[s->arg[0]] + s->arg[1] + s->arg[2] == c->arg[1]) {
		while (++l->i < next)
			if (call_at(l, l->i)->op == FF_OP_MMAP)
				do_mmap(l, call_at(l, l->i));
		put_access(l, s, l->map_off[s->arg[0]] + s->arg[1]);
		l->size = c->arg[1];
		return;
	}
	put(l, FF_FSX_TRUNCATE, 0, c->arg[1]);
	l->size = c->arg[1];
}

static void put_fallocate(struct log *l, const struct ff_call *c, enum ff_fsx_op op, const char *flag)
{
	put(l, op, c->arg[2], c->arg[3]);
	ff_out(l->out, "%s", flag);
}

static void do_fallocate(struct log *l, const struct ff_call *c)
{
	uint64_t end = c->arg[2] + c->arg[3], at = c->arg[2] | c->arg[3];
	int mode = (int)c->arg[1];
	bool keep = mode & FALLOC_FL_KEEP_SIZE;

	if (mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE) && (at % FF_PAGE || c->arg[2] >= l->size))
		return left_out(l, "fsx shifts whole blocks inside the file");
	if (mode & FALLOC_FL_PUNCH_HOLE) {
		if (inside(l, c->arg[2], c->arg[3]))
			put_fallocate(l, c, FF_FSX_PUNCH_HOLE, "");
	} else if (mode & FALLOC_FL_COLLAPSE_RANGE) {
		if (end >= l->size)
			return left_out(l, "fsx shifts whole blocks inside the file");
		put_fallocate(l, c, FF_FSX_COLLAPSE_RANGE, "");
		l->size -= c->arg[3];
	} else if (mode & FALLOC_FL_INSERT_RANGE) {
		put_fallocate(l, c, FF_FSX_INSERT_RANGE, "");
		l->size += c->arg[3];
	} else if (mode & FALLOC_FL_ZERO_RANGE) {
		put_fallocate(l, c, FF_FSX_ZERO_RANGE, keep ? " keep_size" : "");
	} else {
		put_fallocate(l, c, FF_FSX_FALLOCATE, keep ? " keep_size" :
			      mode & FALLOC_FL_UNSHARE_RANGE ? " unshare" : "");
	}
	if (!(mode & (FALLOC_FL_KEEP_SIZE | FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)))
		grow(l, end);
}

static void do_copy(struct log *l, const struct ff_call *c)
{
	if (!l->handle[c->arg[2]])
		return left_out(l, "an fsx log has one file");
	if (!inside(l, c->arg[1], c->arg[4]))
		return;
	ff_out(l->out, "%s%s 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64, l->lines++ ? "\n" : "",
	       ff_fsx_names[FF_FSX_COPY_RANGE], c->arg[1], c->arg[4], c->arg[3], l->size);
	grow(l, c->arg[3] + c->arg[4]);
}

/* Calls on a handle of another file have no line. */
static bool other_file(struct log *l, const struct ff_call *c)
{
	int h = ff_op_arg(ff_op(c->op), FF_ARG_HANDLE);

	if (h < 0 || l->handle[c->arg[h]])
		return false;
	left_out(l, "an fsx log has one file");
	return true;
}

static void do_call(struct log *l, const struct ff_call *c)
{
	if (c->op == FF_OP_OPEN)
		return do_open(l, c);
	if (other_file(l, c))
		return;
	switch (c->op) {
	case FF_OP_CLOSE:
		return do_close(l);
	case FF_OP_PREAD:
		if (inside(l, c->arg[1], c->arg[2]))
			put(l, FF_FSX_READ, c->arg[1], c->arg[2]);
		return;
	case FF_OP_PWRITE:
		put(l, FF_FSX_WRITE, c->arg[1], c->arg[2]);
		return grow(l, c->arg[1] + c->arg[2]);
	case FF_OP_FTRUNCATE:
		return do_ftruncate(l, c);
	case FF_OP_FALLOCATE:
		return do_fallocate(l, c);
	case FF_OP_FSYNC:
		return put(l, FF_FSX_FSYNC, 0, 0);
	case FF_OP_COPY:
		return do_copy(l, c);
	case FF_OP_MMAP:
		return do_mmap(l, c);
	case FF_OP_LOAD:
	case FF_OP_STORE:
		return do_access(l, c);
	case FF_OP_REMAP:
		return do_remap(l, c);
	default:
		left_out(l, "fsx has no such operation");
	}
}

char *ff_fsx_export(const struct ff_program *p, struct ff_notes *notes)
{
	size_t room = 512 + 128 * (size_t)FF_MAX_CALLS;
	char *text = malloc(room), target[128], delay[64];
	struct ff_out out = { text, room, 0 };
	struct log l = { .p = p, .notes = notes, .out = &out, .file = NO_FILE };

	if (!text)
		return NULL;
	ff_target_print(&p->target, target, sizeof(target));
	ff_out(&out, "# by foliofuzz, for %s; replay it with: fsx -l %llu --replay-ops=LOG TESTFILE\n", target,
	       (unsigned long long)FF_MAX_SIZE);
	for (unsigned int i = 0; i < p->ndelays; i++) {
		ff_delay_print(&p->delay[i], delay, sizeof(delay));
		ff_note(notes, FF_DELAY_LINE + i, "delay %s: an fsx log has none", delay);
	}
	for (; l.i < p->ncalls; l.i++) {
		if (p->call[l.i].thread != FF_SETUP && p->call[l.i].thread)
			left_out(&l, "an fsx log has one thread");
		else
			do_call(&l, &p->call[l.i]);
	}
	ff_out(&out, "%s", l.lines ? "\n" : "");
	return text;
}
