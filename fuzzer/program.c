// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs as data, and the law of what a legal program is.
 *
 * ff_program_check() is the only place that decides; the parser asks it too.
 * A program may come out of the black box of a broken guest, so nothing in it
 * is believed: every number is compared before it is an index or is added to.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fuzzer/call.h"
#include "fuzzer/delay.h"
#include "fuzzer/program.h"
#include "fuzzer/text.h"

size_t ff_program_bytes(const struct ff_program *p)
{
	size_t n = p->ncalls < FF_MAX_CALLS ? p->ncalls : FF_MAX_CALLS;

	return offsetof(struct ff_program, call) + n * sizeof(p->call[0]);
}

void ff_program_copy(struct ff_program *to, const struct ff_program *from)
{
	/* The head first: @from may change while it is read (black box). */
	memcpy(to, from, offsetof(struct ff_program, call));
	memcpy(to->call, from->call, ff_program_bytes(to) - offsetof(struct ff_program, call));
}

static bool same_vectors(const struct ff_call *a, const struct ff_call *b)
{
	unsigned int i;

	if (a->nvec != b->nvec || a->nvec > FF_MAX_VECS)
		return false;
	for (i = 0; i < a->nvec; i++)
		if (a->vec[i].mem != b->vec[i].mem || a->vec[i].off != b->vec[i].off ||
		    a->vec[i].len != b->vec[i].len)
			return false;
	return true;
}

/* What the row does not use does not count. */
static bool same_call(const struct ff_call *a, const struct ff_call *b)
{
	const struct ff_op *op;
	unsigned int i, n;

	if (a->op != b->op || a->thread != b->thread || a->op >= FF_OPS)
		return false;
	op = ff_op(a->op);
	if (op->result != FF_RESULT_NONE && a->slot != b->slot)
		return false;
	n = ff_op_nargs(op);
	for (i = 0; i < n; i++)
		if (op->arg[i].type == FF_ARG_VECTOR ? !same_vectors(a, b) : a->arg[i] != b->arg[i])
			return false;
	return true;
}

static bool same_delays(const struct ff_program *a, const struct ff_program *b)
{
	if (a->ndelays != b->ndelays || a->ndelays > FF_MAX_DELAYS)
		return false;
	for (unsigned int i = 0; i < a->ndelays; i++)
		if (a->delay[i].place != b->delay[i].place || a->delay[i].nth != b->delay[i].nth ||
		    a->delay[i].us != b->delay[i].us)
			return false;
	return true;
}

bool ff_program_same(const struct ff_program *a, const struct ff_program *b)
{
	unsigned int i;

	if (a->target.kind != b->target.kind || a->target.huge != b->target.huge ||
	    a->target.swap != b->target.swap || a->target.thp != b->target.thp ||
	    a->target.slow != b->target.slow || a->target.cache != b->target.cache ||
	    a->nthreads != b->nthreads || !same_delays(a, b) ||
	    a->ncalls != b->ncalls || a->ncalls > FF_MAX_CALLS)
		return false;
	for (i = 0; i < a->ncalls; i++)
		if (!same_call(&a->call[i], &b->call[i]))
			return false;
	return true;
}

/* A slot as the check knows it. */
struct slot {
	bool made;
	uint8_t thread;
	uint16_t call;		/* index of the one that makes it */
	uint64_t len;		/* of a map or buffer: how far ranges in it may reach */
};

struct check {
	const struct ff_program *p;
	struct ff_error *e;
	unsigned int at;	/* index of the call being looked at */
	struct slot slot[FF_RESULT_BUFFER + 1][FF_MAX_SLOTS];
};

/* A program that was no text has no lines: its messages begin with the call. */
__attribute__((format(printf, 2, 3)))
static int fail(const struct check *k, const char *fmt, ...)
{
	unsigned int line = k->p->call[k->at].line;
	char text[sizeof(k->e->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line)
		return ff_fail(k->e, line, "%s", text);
	return ff_fail(k->e, 0, "call %u: %s", k->at, text);
}

/* The length of what a call makes or reads: its first argument of that type. */
static uint64_t length_of(const struct ff_call *c)
{
	int i = ff_op_arg(ff_op(c->op), FF_ARG_LENGTH);

	return i < 0 ? 0 : c->arg[i];
}

/* "line 4" of a text, else "call 3". */
struct place { char s[24]; };
static struct place place_of(const struct check *k, unsigned int call)
{
	struct place where = { "" };
	struct ff_out o = { where.s, sizeof(where.s), 0 };
	unsigned int line = k->p->call[call].line;

	ff_out(&o, "%s %u", line ? "line" : "call", line ? line : call);
	return where;
}

/* Setup, then thread 0, 1, ...: the thread of call @at against the one before. */
static int check_order(struct check *k)
{
	unsigned int thread = k->p->call[k->at].thread;
	unsigned int before = k->at ? k->p->call[k->at - 1].thread : FF_SETUP;

	if (thread == FF_SETUP ? before == FF_SETUP :
	    thread < k->p->nthreads && (before == FF_SETUP || thread >= before))
		return 0;
	if (thread == FF_SETUP)
		return fail(k, "a setup call after thread %u began", before);
	if (thread >= k->p->nthreads)
		return fail(k, "thread %u of a program of %u threads", thread, k->p->nthreads);
	return fail(k, "thread %u after thread %u", thread, before);
}

/* First pass: rows, order, and who makes which slot. */
static int check_result(struct check *k)
{
	const struct ff_call *c = &k->p->call[k->at];
	const struct ff_op *op;
	struct slot *s;
	char letter;

	if (c->op >= FF_OPS)
		return fail(k, "row %u is not in the call table", c->op);
	if (check_order(k))
		return -EINVAL;
	op = ff_op(c->op);
	if (op->result == FF_RESULT_NONE)
		return 0;
	letter = ff_slot_letter(op->result);
	if (c->slot >= FF_MAX_SLOTS)
		return fail(k, "%s: slot %c%u: 0 to %d were expected", op->name, letter, c->slot,
			    FF_MAX_SLOTS - 1);
	s = &k->slot[op->result][c->slot];
	if (s->made)
		return fail(k, "%c%u is made twice (first in %s)", letter, c->slot,
			    place_of(k, s->call).s);
	*s = (struct slot){ true, c->thread, k->at, length_of(c) };
	return 0;
}

/* A map or buffer that an mremap makes longer: ranges may reach to the limit. */
static void note_growth(struct check *k)
{
	const struct ff_call *c = &k->p->call[k->at];
	const struct ff_op *op = ff_op(c->op);
	uint64_t mem = c->arg[0];
	struct slot *s;

	if (c->op != FF_OP_MREMAP || mem >= FF_MEMS ||
	    (op->arg[0].type != FF_ARG_MAP && op->arg[0].type != FF_ARG_MEMORY))
		return;
	s = mem < FF_MEM_BUFFER ? &k->slot[FF_RESULT_MAP][mem] :
				  &k->slot[FF_RESULT_BUFFER][mem - FF_MEM_BUFFER];
	if (length_of(c) > s->len)
		s->len = FF_MAX_SIZE;
}

/* May the call at hand use this slot. Fills @len with its length when asked. */
static int check_slot(struct check *k, enum ff_result kind, uint64_t slot, uint64_t *len)
{
	const struct ff_call *c = &k->p->call[k->at];
	char letter = ff_slot_letter(kind);
	const struct slot *s;

	if (slot >= FF_MAX_SLOTS)
		return fail(k, "%s: slot %c%" PRIu64 ": 0 to %d were expected", ff_op(c->op)->name,
			    letter, slot, FF_MAX_SLOTS - 1);
	s = &k->slot[kind][slot];
	if (s->made && s->thread != FF_SETUP && s->thread != c->thread)
		return fail(k, "%c%" PRIu64 " is made in thread %u (%s): only that thread may use it; "
			    "what threads share is made in the setup", letter, slot, s->thread,
			    place_of(k, s->call).s);
	if (!s->made || s->call >= k->at)
		return fail(k, "%c%" PRIu64 " is used before it is made", letter, slot);
	if (len)
		*len = s->len;
	return 0;
}

static int check_memory(struct check *k, uint64_t mem, uint64_t *len)
{
	if (mem < FF_MEM_BUFFER)
		return check_slot(k, FF_RESULT_MAP, mem, len);
	if (mem < FF_MEMS)
		return check_slot(k, FF_RESULT_BUFFER, mem - FF_MEM_BUFFER, len);
	return fail(k, "%s: memory %" PRIu64 ": m0 to m%d or b0 to b%d was expected",
		    ff_op(k->p->call[k->at].op)->name, mem, FF_MAX_SLOTS - 1, FF_MAX_SLOTS - 1);
}

static int check_range(struct check *k, uint64_t mem, uint64_t off, uint64_t len)
{
	const char letter = mem < FF_MEM_BUFFER ? 'm' : 'b';
	uint64_t room = 0;

	if (check_memory(k, mem, &room))
		return -EINVAL;
	if (off <= room && len <= room - off)
		return 0;
	return fail(k, "%s: offset %s length %s is outside %c%u, which has %s",
		    ff_op(k->p->call[k->at].op)->name, ff_size_text(off).s, ff_size_text(len).s,
		    letter, (unsigned int)(mem % FF_MAX_SLOTS), ff_size_text(room).s);
}

static int check_vector(struct check *k, const struct ff_arg_spec *spec)
{
	const struct ff_call *c = &k->p->call[k->at];
	unsigned int i;

	if (!c->nvec || c->nvec > FF_MAX_VECS)
		return fail(k, "%s: %s has %u pieces: 1 to %d were expected", ff_op(c->op)->name,
			    spec->name, c->nvec, FF_MAX_VECS);
	for (i = 0; i < c->nvec; i++) {
		const struct ff_vec *v = &c->vec[i];

		if (v->len < spec->min)
			return fail(k, "%s: a piece of %s has length %u: at least %" PRIu64
				    " was expected", ff_op(c->op)->name, spec->name, v->len, spec->min);
		if (check_range(k, v->mem, v->off, v->len))
			return -EINVAL;
	}
	return 0;
}

/* Bytes of the file that a call reaches from its offset on. */
static uint64_t file_length(const struct ff_call *c)
{
	uint64_t sum = length_of(c);
	unsigned int i;

	if (ff_op_arg(ff_op(c->op), FF_ARG_VECTOR) >= 0)
		for (sum = i = 0; i < c->nvec && i < FF_MAX_VECS; i++)
			sum += c->vec[i].len;
	return sum;
}

/* OFFSET, LENGTH and NUMBER against the row's limits. */
static int check_limits(struct check *k, const struct ff_arg_spec *spec, uint64_t value)
{
	const char *name = ff_op(k->p->call[k->at].op)->name;
	uint64_t max = spec->max ? spec->max : FF_MAX_SIZE;

	if (value >= spec->min && value <= max)
		return 0;
	if (spec->type == FF_ARG_NUMBER)
		return fail(k, "%s: %s %" PRIu64 ": %" PRIu64 " to %" PRIu64 " was expected", name,
			    spec->name, value, spec->min, max);
	return fail(k, "%s: %s %s: %s to %s was expected", name, spec->name, ff_size_text(value).s,
		    ff_size_text(spec->min).s, ff_size_text(max).s);
}

/* The offset in what argument @i names: the next one, before another slot; or -1. */
static int offset_in(const struct ff_op *op, unsigned int i)
{
	for (i++; i < FF_MAX_ARGS; i++) {
		if (op->arg[i].type == FF_ARG_OFFSET)
			return i;
		if (op->arg[i].type < FF_ARG_OFFSET)	/* another slot, or the end */
			return -1;
	}
	return -1;
}

/* A range of memory lies inside it; a range of a file is one a file can have. */
static int check_reach(struct check *k, unsigned int i)
{
	const struct ff_call *c = &k->p->call[k->at];
	const struct ff_op *op = ff_op(c->op);
	int off = offset_in(op, i);

	if (off < 0)
		return 0;
	if (op->arg[i].type == FF_ARG_MAP || op->arg[i].type == FF_ARG_MEMORY)
		return check_range(k, c->arg[i], c->arg[off], length_of(c));
	if (op->arg[i].type != FF_ARG_HANDLE)
		return 0;
	if (c->arg[off] <= FF_MAX_SIZE && file_length(c) <= FF_MAX_SIZE - c->arg[off])
		return 0;
	return fail(k, "%s: offset %s length %s goes beyond %s, the most a file may have", op->name,
		    ff_size_text(c->arg[off]).s, ff_size_text(file_length(c)).s,
		    ff_size_text(FF_MAX_SIZE).s);
}

static int check_arg(struct check *k, unsigned int i)
{
	const struct ff_call *c = &k->p->call[k->at];
	const struct ff_op *op = ff_op(c->op);
	const struct ff_arg_spec *spec = &op->arg[i];

	switch (spec->type) {
	case FF_ARG_FILE:
		if (c->arg[i] >= FF_MAX_SLOTS)
			return fail(k, "%s: file f%" PRIu64 ": f0 to f%d was expected", op->name,
				    c->arg[i], FF_MAX_SLOTS - 1);
		if (c->arg[i] && k->p->target.kind == FF_TARGET_BLOCK)
			return fail(k, "%s: file f%" PRIu64 ": a block target has only f0, the device",
				    op->name, c->arg[i]);
		return 0;
	case FF_ARG_HANDLE:
		return check_slot(k, FF_RESULT_HANDLE, c->arg[i], NULL);
	case FF_ARG_MAP:
		return check_slot(k, FF_RESULT_MAP, c->arg[i], NULL);
	case FF_ARG_MEMORY:
		return check_memory(k, c->arg[i], NULL);
	case FF_ARG_OFFSET:
		if (c->op == FF_OP_MMAP && c->arg[i] % FF_PAGE)
			return fail(k, "%s: %s %s: a multiple of 4K was expected", op->name, spec->name,
				    ff_size_text(c->arg[i]).s);
		return check_limits(k, spec, c->arg[i]);
	case FF_ARG_LENGTH:
	case FF_ARG_NUMBER:
		return check_limits(k, spec, c->arg[i]);
	case FF_ARG_CHOICE:
		return ff_word_of(spec->words, c->arg[i]) ? 0 :
			fail(k, "%s: %s 0x%" PRIx64 " has no word", op->name, spec->name, c->arg[i]);
	case FF_ARG_FLAGS:
		return ff_flag_known(spec->words, c->arg[i]) ? 0 :
			fail(k, "%s: %s 0x%" PRIx64 " has no words", op->name, spec->name, c->arg[i]);
	case FF_ARG_VECTOR:
		return check_vector(k, spec);
	case FF_ARG_NONE:
		break;
	}
	return 0;
}

/* Second pass: one call's arguments. */
static int check_call(struct check *k)
{
	const struct ff_call *c = &k->p->call[k->at];
	const struct ff_op *op = ff_op(c->op);
	unsigned int i, n = ff_op_nargs(op);
	char target[128];

	if (!(op->targets >> k->p->target.kind & 1)) {
		ff_target_print(&k->p->target, target, sizeof(target));
		return fail(k, "%s does not run on target %s", op->name, target);
	}
	for (i = 0; i < n; i++)
		if (check_arg(k, i))
			return -EINVAL;
	for (i = 0; i < n; i++)
		if (check_reach(k, i))
			return -EINVAL;
	return 0;
}

static int check_delays(const struct ff_program *p, struct ff_error *e)
{
	if (p->ndelays > FF_MAX_DELAYS)
		return ff_fail(e, 0, "%u delays: at most %d were expected", p->ndelays, FF_MAX_DELAYS);
	for (unsigned int i = 0; i < p->ndelays; i++) {
		if (ff_delay_check(&p->delay[i], e))
			return -EINVAL;
		for (unsigned int k = 0; k < i; k++)
			if (p->delay[k].place == p->delay[i].place && p->delay[k].nth == p->delay[i].nth)
				return ff_fail(e, 0, "two delays at hit %u of %s: one was expected", p->delay[i].nth,
					       ff_delay_row(p->delay[i].place)->name);
	}
	return 0;
}

int ff_program_check(const struct ff_program *p, struct ff_error *e)
{
	struct check k = { .p = p, .e = e };

	if (ff_target_check(&p->target, e) || check_delays(p, e))
		return -EINVAL;
	if (!p->nthreads || p->nthreads > FF_MAX_THREADS)
		return ff_fail(e, 0, "%u threads: 1 to %d were expected", p->nthreads,
			       FF_MAX_THREADS);
	if (p->ncalls > FF_MAX_CALLS)
		return ff_fail(e, 0, "%u calls: at most %d were expected", p->ncalls, FF_MAX_CALLS);
	for (k.at = 0; k.at < p->ncalls; k.at++)
		if (check_result(&k))
			return -EINVAL;
	for (k.at = 0; k.at < p->ncalls; k.at++)
		note_growth(&k);
	for (k.at = 0; k.at < p->ncalls; k.at++)
		if (check_call(&k))
			return -EINVAL;
	return 0;
}
