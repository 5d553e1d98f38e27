// SPDX-License-Identifier: GPL-2.0-only
/*
 * An operation log of fsx as programs.
 *
 * The meaning of a line is that of fsx --replay-ops: offsets and lengths are
 * trimmed by the size that the file has then, the recorded size is not looked
 * at, lines that begin with "skip" do nothing. So the size is followed here,
 * and which pages have data: a program holds 255 calls, and the next one of the
 * chain begins with that.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "corpus/convert.h"
#include "corpus/fsx.h"
#include "fuzzer/text.h"

#define BLOCK		4096	/* of the file system: what fsx rounds shifted ranges to */
#define PAGES		(FF_MAX_SIZE / FF_PAGE)
#define CALLS_A_LINE	10	/* the most calls that one line becomes, see do_line() */
#define RUNS		32	/* the most writes that bring a file into its state */
#define NONE		(-1)

/**
 * struct fsx - an import under way
 * @p: the program being made; its calls before @begun bring the file into its state
 * @size: of the file
 * @data: of each page: was it written to
 * @handle: slot of the open file
 * @map: slots of its mappings, to read and to write through, or NONE
 * @maps: slots used so far
 */
struct fsx {
	struct ff_program p;
	unsigned int begun, line;
	const struct ff_target *target;
	ff_take take;
	void *to;
	struct ff_notes *notes;
	uint64_t size;
	uint8_t data[PAGES + 1];
	unsigned int handle, maps;
	int map[2];
};

struct op {
	enum ff_fsx_op op;
	unsigned int flags;
	uint64_t off, len, to;
};

static struct ff_call *add(struct fsx *f, unsigned int op, unsigned int slot, uint64_t a, uint64_t b,
			   uint64_t c, uint64_t d)
{
	struct ff_call *call = &f->p.call[f->p.ncalls++];

	*call = (struct ff_call){ .op = (uint8_t)op, .slot = (uint8_t)slot, .line = f->line,
				  .arg = { a, b, c, d } };
	return call;
}

/* Longer than one call may be: several. */
static void add_io(struct fsx *f, unsigned int op, uint64_t off, uint64_t len)
{
	uint64_t max = ff_op(op)->arg[2].max, n;

	for (; len; off += n, len -= n) {
		n = max && len > max ? max : len;
		add(f, op, 0, f->handle, off, n, 0);
	}
}

/* ---- the state of the file ---- */

static void mark(struct fsx *f, uint64_t off, uint64_t len, uint8_t data)
{
	uint64_t first = off / FF_PAGE, end = (off + len + FF_PAGE - 1) / FF_PAGE;

	if (!data) {		/* only whole pages become holes */
		first = (off + FF_PAGE - 1) / FF_PAGE;
		end = (off + len) / FF_PAGE;
	}
	if (first < end && end <= PAGES)
		memset(f->data + first, data, end - first);
}

static void resize(struct fsx *f, uint64_t size)
{
	if (size < f->size)
		mark(f, size, FF_MAX_SIZE - size, 0);
	f->size = size;
}

static void shift(struct fsx *f, uint64_t off, uint64_t len, bool insert)
{
	size_t from = off / FF_PAGE, n = len / FF_PAGE;

	if (insert) {
		memmove(f->data + from + n, f->data + from, PAGES - from - n);
		memset(f->data + from, 0, n);
		f->size += len;
	} else {
		memmove(f->data + from, f->data + from + n, PAGES - from - n);
		memset(f->data + PAGES - n, 0, n);
		f->size -= len;
	}
}

/* ---- programs ---- */

static int flush(struct fsx *f)
{
	struct ff_error e = { 0 };

	f->p.nthreads = 1;
	if (f->p.ncalls <= f->begun)
		return 0;
	if (ff_program_check(&f->p, &e)) {
		ff_note(f->notes, e.line, "the program from here on is not legal: %s", e.text);
		return 0;
	}
	return f->take(f->to, &f->p);
}

struct run {
	uint64_t page, pages;
};

/* The runs of data pages; the nearest are joined until they are few. */
static unsigned int data_runs(const struct fsx *f, struct run *run)
{
	uint64_t end = (f->size + FF_PAGE - 1) / FF_PAGE, i;
	unsigned int n = 0, k, best;

	for (i = 0; i < end; i++) {
		if (!f->data[i])
			continue;
		if (n && run[n - 1].page + run[n - 1].pages == i) {
			run[n - 1].pages++;
			continue;
		}
		run[n++] = (struct run){ i, 1 };
		if (n <= RUNS)
			continue;
		for (best = 1, k = 2; k < n; k++)
			if (run[k].page - run[k - 1].page - run[k - 1].pages <
			    run[best].page - run[best - 1].page - run[best - 1].pages)
				best = k;
		run[best - 1].pages = run[best].page + run[best].pages - run[best - 1].page;
		memmove(run + best, run + best + 1, (--n - best) * sizeof(*run));
	}
	return n;
}

/* A program on an empty file: first the state that the log has reached. */
static void begin(struct fsx *f)
{
	struct run run[RUNS + 1];
	unsigned int i, n = data_runs(f, run);

	memset(&f->p, 0, sizeof(f->p));
	f->p.target = *f->target;
	f->handle = f->maps = 0;
	f->map[0] = f->map[1] = NONE;
	add(f, FF_OP_OPEN, 0, 0, O_RDWR, O_CREAT, 0);
	if (f->size)
		add(f, FF_OP_FTRUNCATE, 0, 0, f->size, 0, 0);
	for (i = 0; i < n; i++) {
		uint64_t off = run[i].page * FF_PAGE, end = off + run[i].pages * FF_PAGE;

		add_io(f, FF_OP_PWRITE, off, (end < f->size ? end : f->size) - off);
	}
	for (i = 0; i < f->p.ncalls; i++)
		f->p.call[i].thread = FF_SETUP;
	f->begun = f->p.ncalls;
}

/* Room for one more line. */
static int make_room(struct fsx *f)
{
	int ret;

	if (f->p.ncalls + CALLS_A_LINE <= FF_MAX_CALLS && f->handle + 1 < FF_MAX_SLOTS &&
	    f->maps + 2 <= FF_MAX_SLOTS)
		return 0;
	ret = flush(f);
	begin(f);
	return ret;
}

/* fsx maps, copies and unmaps: here a mapping is made once, and mapped again for each. */
static void add_mapped(struct fsx *f, const struct op *o, bool write)
{
	uint64_t from = o->off - o->off % FF_PAGE, len = o->off + o->len - from;
	unsigned int m;

	if (f->map[write] == NONE) {
		f->map[write] = (int)f->maps++;
		m = (unsigned int)f->map[write];
		add(f, FF_OP_MMAP, m, f->handle, 0, FF_MAX_SIZE, write ? PROT_READ | PROT_WRITE : PROT_READ)
			->arg[4] = MAP_SHARED;
		add(f, FF_OP_MUNMAP, 0, m, 0, FF_MAX_SIZE, 0);
	}
	m = (unsigned int)f->map[write];
	add(f, FF_OP_REMAP, 0, m, from, len, 0);
	add(f, write ? FF_OP_STORE : FF_OP_LOAD, 0, m, o->off, o->len, 0);
	if (write)
		add(f, FF_OP_MSYNC, 0, m, from, len, MS_SYNC);
	add(f, FF_OP_MUNMAP, 0, m, from, len, 0);
}

static void close_open(struct fsx *f)
{
	add(f, FF_OP_CLOSE, 0, f->handle, 0, 0, 0);
	add(f, FF_OP_DROPCACHES, 0, 3, 0, 0, 0);
	add(f, FF_OP_OPEN, ++f->handle, 0, O_RDWR, 0, 0);
	f->map[0] = f->map[1] = NONE;
}

/* ---- lines ---- */

/* fsx's TRIM_OFF_LEN; false when nothing is left to do. */
static bool trim(struct op *o, uint64_t size)
{
	o->off = size ? o->off % size : 0;
	if (o->off + o->len > size)
		o->len = size - o->off;
	return o->len;
}

static void do_write(struct fsx *f, const struct op *o)
{
	bool grows = o->off + o->len > f->size;

	if (o->op != FF_FSX_MAPWRITE) {
		add_io(f, FF_OP_PWRITE, o->off, o->len);
	} else {
		if (grows)
			add(f, FF_OP_FTRUNCATE, 0, f->handle, o->off + o->len, 0, 0);
		add_mapped(f, o, true);
	}
	if (grows)
		f->size = o->off + o->len;
	mark(f, o->off, o->len, 1);
	if (o->op == FF_FSX_WRITE_DONTCACHE || o->op == FF_FSX_WRITE_ATOMIC)
		ff_note(f->notes, f->line, "%s: no call has that flag; it is a plain write here",
			ff_fsx_names[o->op]);
}

static void do_read(struct fsx *f, struct op *o)
{
	if (!trim(o, f->size))
		return;
	if (o->op == FF_FSX_MAPREAD)
		add_mapped(f, o, false);
	else
		add_io(f, FF_OP_PREAD, o->off, o->len);
	if (o->op == FF_FSX_READ_DONTCACHE)
		ff_note(f->notes, f->line, "read_dontcache: no call has that flag; it is a plain read here");
}

/* fsx rounds shifted ranges to blocks; false when it does nothing. */
static bool trim_shift(struct fsx *f, struct op *o)
{
	if (o->op == FF_FSX_COLLAPSE_RANGE) {
		if (!f->size || !trim(o, f->size - 1))
			return false;
	} else {
		o->off = f->size ? o->off % f->size : 0;
		if (o->len > FF_MAX_SIZE - f->size)
			o->len = FF_MAX_SIZE - f->size;
	}
	o->off -= o->off % BLOCK;
	o->len -= o->len % BLOCK;
	return o->len && (o->op == FF_FSX_COLLAPSE_RANGE ? o->off + o->len : o->off) < f->size;
}

static void do_fallocate(struct fsx *f, struct op *o)
{
	int mode = ff_fsx_mode(o->op, o->flags);
	const struct ff_op *row = ff_op(FF_OP_FALLOCATE);
	bool shifts = mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE);

	if (shifts ? !trim_shift(f, o) : mode & FALLOC_FL_PUNCH_HOLE ? !trim(o, f->size) : !o->len)
		return;
	if (!ff_word_of(row->arg[1].words, (uint64_t)mode))
		return ff_note(f->notes, f->line, "fallocate with keep_size and unshare together: no call does that");
	add(f, FF_OP_FALLOCATE, 0, f->handle, (uint64_t)mode, o->off, o->len);
	if (shifts)
		return shift(f, o->off, o->len, mode & FALLOC_FL_INSERT_RANGE);
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		mark(f, o->off, o->len, 0);
	if (!(mode & FALLOC_FL_KEEP_SIZE) && o->off + o->len > f->size)
		f->size = o->off + o->len;
}

/* From one place of the file to another: only a copy has a call. */
static void do_pair(struct fsx *f, const struct op *o)
{
	uint64_t end = o->to + o->len;
	bool grows = o->op != FF_FSX_DEDUPE_RANGE && o->op != FF_FSX_EXCHANGE_RANGE && end > f->size;

	if (!o->len || o->off >= f->size)
		return;
	if (o->op == FF_FSX_COPY_RANGE) {
		add(f, FF_OP_COPY, 0, f->handle, o->off, f->handle, o->to)->arg[4] = o->len;
		mark(f, o->to, o->len, 1);
	} else {
		ff_note(f->notes, f->line, "%s 0x%llx 0x%llx 0x%llx: there is no such call%s", ff_fsx_names[o->op],
			(unsigned long long)o->off, (unsigned long long)o->len, (unsigned long long)o->to,
			grows ? "; the file is only made as long" : "");
		if (grows)
			add(f, FF_OP_FTRUNCATE, 0, f->handle, end, 0, 0);
	}
	if (grows)
		f->size = end;
}

static void do_op(struct fsx *f, struct op *o)
{
	switch (o->op) {
	case FF_FSX_READ:
	case FF_FSX_READ_DONTCACHE:
	case FF_FSX_MAPREAD:
		return do_read(f, o);
	case FF_FSX_WRITE:
	case FF_FSX_WRITE_DONTCACHE:
	case FF_FSX_WRITE_ATOMIC:
	case FF_FSX_MAPWRITE:
		if (o->len)
			do_write(f, o);
		return;
	case FF_FSX_TRUNCATE:
		add(f, FF_OP_FTRUNCATE, 0, f->handle, o->len, 0, 0);
		return resize(f, o->len);
	case FF_FSX_FSYNC:
		add(f, FF_OP_FSYNC, 0, f->handle, 0, 0, 0);
		return;
	case FF_FSX_CLONE_RANGE:
	case FF_FSX_DEDUPE_RANGE:
	case FF_FSX_COPY_RANGE:
	case FF_FSX_EXCHANGE_RANGE:
		return do_pair(f, o);
	default:
		return do_fallocate(f, o);
	}
}

static int find_op(struct ff_str w)
{
	int i;

	for (i = 0; i < FF_FSX_OPS; i++)
		if (ff_str_is(w, ff_fsx_names[i]))
			return i;
	return -1;
}

/* As strtoul with base 0. */
static int number(struct ff_str w, uint64_t *v)
{
	char text[32], *end;

	if (!w.n || w.n >= sizeof(text) || w.s[0] == '-' || w.s[0] == '+')
		return -1;
	memcpy(text, w.s, w.n);
	text[w.n] = '\0';
	*v = strtoul(text, &end, 0);
	return *end || *v > UINT32_MAX ? -1 : 0;
}

/* A line's operation; NULL, or what is wrong with it. */
static const char *parse(struct ff_str rest, struct ff_str first, struct op *o)
{
	uint64_t arg[4] = { 0 };
	unsigned int i, n;
	struct ff_str w;
	int op = find_op(first);

	if (op < 0)
		return "this is no operation of fsx";
	*o = (struct op){ .op = (enum ff_fsx_op)op };
	n = ff_fsx_args(o->op);
	for (i = 0; i < n; i++)
		if (number(ff_str_word(&rest), &arg[i]))
			return n == 4 ? "four numbers after the name were expected" :
					"three numbers after the name were expected";
	for (w = ff_str_word(&rest); w.n; w = ff_str_word(&rest)) {
		if (ff_str_is(w, "keep_size"))
			o->flags |= FF_FSX_KEEP_SIZE;
		else if (ff_str_is(w, "close_open"))
			o->flags |= FF_FSX_CLOSE_OPEN;
		else if (ff_str_is(w, "unshare"))
			o->flags |= FF_FSX_UNSHARE;
		else if (!ff_str_is(w, "*"))	/* where it overlaps what fsx found bad */
			return "only keep_size, unshare, close_open and * may stand there";
	}
	o->off = arg[0];
	o->len = arg[1];
	o->to = arg[2];
	return NULL;
}

static int do_line(struct fsx *f, struct ff_str line)
{
	struct ff_str rest = line, first = ff_str_word(&rest);
	const char *bad;
	struct op o;
	int ret;

	if (!first.n || first.s[0] == '#' || ff_str_is(first, "skip"))
		return 0;
	if (ff_str_clean(line) < line.n) {
		ff_note(f->notes, f->line, "this line is not UTF-8 text");
		return 0;
	}
	bad = parse(rest, first, &o);
	if (!bad && (o.off + o.len > FF_MAX_SIZE ||
		     (ff_fsx_args(o.op) == 4 && o.to + o.len > FF_MAX_SIZE)))
		bad = "it goes beyond 16M, the most a file may have";
	if (bad) {
		ff_note(f->notes, f->line, "\"%.*s\": %s", FF_SHOW(line), bad);
		return 0;
	}
	ret = make_room(f);
	do_op(f, &o);
	if (o.flags & FF_FSX_CLOSE_OPEN)
		close_open(f);
	return ret;
}

int ff_fsx_import(const char *text, size_t len, const struct ff_target *target, ff_take take, void *to,
		  struct ff_notes *notes)
{
	struct ff_str rest = { text, len }, line;
	struct fsx *f;
	int ret = 0;

	if (!(ff_op(FF_OP_FTRUNCATE)->targets >> target->kind & 1))
		return -EINVAL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	*f = (struct fsx){ .target = target, .take = take, .to = to, .notes = notes };
	begin(f);
	while (!ret && ff_str_part(&rest, '\n', &line)) {
		f->line++;
		ret = do_line(f, line);
	}
	if (!ret)
		ret = flush(f);
	free(f);
	return ret;
}
