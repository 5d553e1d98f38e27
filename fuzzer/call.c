// SPDX-License-Identifier: GPL-2.0-only
/* The call table: the families put together, and questions about rows. */
#include "fuzzer/call.h"
#include "fuzzer/text.h"

/* Family of each id. A row added at the end of a family changes nothing here. */
static const struct {
	const struct ff_op *rows;
	unsigned int first;
} family[FF_OPS] = {
	[FF_OP_OPEN ... FF_OP_PREAD - 1]	= { ff_ops_open, FF_OP_OPEN },
	[FF_OP_PREAD ... FF_OP_FTRUNCATE - 1]	= { ff_ops_rw, FF_OP_PREAD },
	[FF_OP_FTRUNCATE ... FF_OP_MMAP - 1]	= { ff_ops_range, FF_OP_FTRUNCATE },
	[FF_OP_MMAP ... FF_OP_MADVISE - 1]	= { ff_ops_map, FF_OP_MMAP },
	[FF_OP_MADVISE ... FF_OP_LOAD - 1]	= { ff_ops_madvise, FF_OP_MADVISE },
	[FF_OP_LOAD ... FF_OP_SWAPON - 1]	= { ff_ops_memory, FF_OP_LOAD },
	[FF_OP_SWAPON ... FF_OP_PAUSE - 1]	= { ff_ops_pressure, FF_OP_SWAPON },
	[FF_OP_PAUSE ... FF_OP_SERVE - 1]	= { ff_ops_schedule, FF_OP_PAUSE },
	[FF_OP_SERVE ... FF_OPS - 1]		= { ff_ops_serve, FF_OP_SERVE },
};

const struct ff_op *ff_op(unsigned int id)
{
	return &family[id].rows[id - family[id].first];
}

int ff_op_find(const char *name, size_t len)
{
	struct ff_str s = { name, len };
	unsigned int id;

	for (id = 0; id < FF_OPS; id++)
		if (ff_str_is(s, ff_op(id)->name))
			return id;
	return -1;
}

unsigned int ff_op_nargs(const struct ff_op *op)
{
	unsigned int n = 0;

	while (n < FF_MAX_ARGS && op->arg[n].type != FF_ARG_NONE)
		n++;
	return n;
}

int ff_op_arg(const struct ff_op *op, enum ff_arg_type type)
{
	unsigned int i, n = ff_op_nargs(op);

	for (i = 0; i < n; i++)
		if (op->arg[i].type == type)
			return i;
	return -1;
}

bool ff_op_joined(const struct ff_op *op, unsigned int i)
{
	return i + 2 == ff_op_nargs(op) && op->arg[i].type == FF_ARG_CHOICE &&
	       op->arg[i + 1].type == FF_ARG_FLAGS;
}

const struct ff_word *ff_word_of(const struct ff_word *list, uint64_t value)
{
	for (; list && list->name; list++)
		if (list->value == value)
			return list;
	return NULL;
}

char ff_slot_letter(enum ff_result result)
{
	return result == FF_RESULT_HANDLE ? 'h' : result == FF_RESULT_MAP ? 'm' : 'b';
}

static bool in_value(const struct ff_word *w, uint64_t value)
{
	return w->value && (value & w->value) == w->value;
}

/* Is the word shown: see ff_flag_next(). */
static bool flag_shown(const struct ff_word *words, const struct ff_word *w, uint64_t value)
{
	const struct ff_word *o;

	if (!w->value)
		return !value && w == ff_word_of(words, 0);
	if (!in_value(w, value) || w != ff_word_of(words, w->value))
		return false;
	for (o = words; o->name; o++)
		if (o->value != w->value && in_value(o, value) && (o->value & w->value) == w->value)
			return false;
	return true;
}

const struct ff_word *ff_flag_next(const struct ff_word *words, uint64_t value,
				   const struct ff_word *after)
{
	const struct ff_word *w = after ? after + 1 : words;

	for (; w && w->name; w++)
		if (flag_shown(words, w, value))
			return w;
	return NULL;
}

bool ff_flag_known(const struct ff_word *words, uint64_t value)
{
	const struct ff_word *w;
	uint64_t known = 0;

	for (w = words; w && w->name; w++)
		if (in_value(w, value))
			known |= w->value;
	return known == value;
}

/* Words that argument @i of a call uses, one after another; NULL at the end. */
static const struct ff_word *word_next(const struct ff_call *c, unsigned int i,
				       const struct ff_word *after)
{
	const struct ff_arg_spec *spec = &ff_op(c->op)->arg[i];

	if (spec->type == FF_ARG_CHOICE)
		return after ? NULL : ff_word_of(spec->words, c->arg[i]);
	if (spec->type == FF_ARG_FLAGS)
		return ff_flag_next(spec->words, c->arg[i], after);
	return NULL;
}

uint32_t ff_call_traits(const struct ff_call *c)
{
	const struct ff_op *op = ff_op(c->op);
	unsigned int i, n = ff_op_nargs(op);
	const struct ff_word *w;
	uint32_t traits = op->traits;

	for (i = 0; i < n; i++)
		for (w = word_next(c, i, NULL); w; w = word_next(c, i, w))
			traits |= w->traits;
	return traits;
}

static bool has(uint64_t features, unsigned int needs)
{
	return !needs || (needs <= 64 && features >> (needs - 1) & 1);
}

bool ff_call_possible(const struct ff_call *c, uint64_t features)
{
	const struct ff_op *op = ff_op(c->op);
	unsigned int i, n = ff_op_nargs(op);
	const struct ff_word *w;

	if (!has(features, op->needs))
		return false;
	for (i = 0; i < n; i++)
		for (w = word_next(c, i, NULL); w; w = word_next(c, i, w))
			if (!has(features, w->needs))
				return false;
	return true;
}
