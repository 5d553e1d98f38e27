// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs as text. What ff_program_check() refuses is printed too, with "?"
 * for what has no text: a dump of a broken program is for reading only.
 */
#include <inttypes.h>

#include "fuzzer/call.h"
#include "fuzzer/delay.h"
#include "fuzzer/program.h"
#include "fuzzer/text.h"

static void out_memory(struct ff_out *o, uint64_t mem)
{
	if (mem < FF_MEM_BUFFER)
		ff_out(o, "m%" PRIu64, mem);
	else if (mem < FF_MEMS)
		ff_out(o, "b%" PRIu64, mem - FF_MEM_BUFFER);
	else
		ff_out(o, "?%" PRIu64, mem);
}

static void out_vector(struct ff_out *o, const struct ff_call *c)
{
	unsigned int i, n = c->nvec < FF_MAX_VECS ? c->nvec : FF_MAX_VECS;

	ff_out(o, "[");
	for (i = 0; i < n; i++) {
		ff_out(o, "%s", i ? "," : "");
		out_memory(o, c->vec[i].mem);
		ff_out(o, ":");
		ff_out_bytes(o, c->vec[i].off);
		ff_out(o, ":");
		ff_out_bytes(o, c->vec[i].len);
	}
	ff_out(o, "]");
}

static void out_flags(struct ff_out *o, const struct ff_word *words, uint64_t value)
{
	const struct ff_word *w = ff_flag_next(words, value, NULL);

	if (!ff_flag_known(words, value)) {
		ff_out(o, "?0x%" PRIx64, value);
		return;
	}
	if (!w) {
		ff_out(o, "none");
		return;
	}
	ff_out(o, "%s", w->name);
	while ((w = ff_flag_next(words, value, w)))
		ff_out(o, "|%s", w->name);
}

static void out_arg(struct ff_out *o, const struct ff_call *c, unsigned int i)
{
	const struct ff_arg_spec *spec = &ff_op(c->op)->arg[i];
	const struct ff_word *w;

	switch (spec->type) {
	case FF_ARG_NONE:
		break;
	case FF_ARG_FILE:
		ff_out(o, "f%" PRIu64, c->arg[i]);
		break;
	case FF_ARG_HANDLE:
		ff_out(o, "h%" PRIu64, c->arg[i]);
		break;
	case FF_ARG_MAP:
		ff_out(o, "m%" PRIu64, c->arg[i]);
		break;
	case FF_ARG_MEMORY:
		out_memory(o, c->arg[i]);
		break;
	case FF_ARG_OFFSET:
	case FF_ARG_LENGTH:
		ff_out_bytes(o, c->arg[i]);
		break;
	case FF_ARG_NUMBER:
		ff_out(o, "%" PRIu64, c->arg[i]);
		break;
	case FF_ARG_CHOICE:
		w = ff_word_of(spec->words, c->arg[i]);
		ff_out(o, "%s", w ? w->name : "?");
		break;
	case FF_ARG_FLAGS:
		out_flags(o, spec->words, c->arg[i]);
		break;
	case FF_ARG_VECTOR:
		out_vector(o, c);
		break;
	}
}

static void out_call(struct ff_out *o, const struct ff_call *c)
{
	const struct ff_op *op;
	unsigned int i, n;

	if (c->op >= FF_OPS) {
		ff_out(o, "?%u", c->op);
		return;
	}
	op = ff_op(c->op);
	if (op->result != FF_RESULT_NONE)
		ff_out(o, "%c%u = ", ff_slot_letter(op->result), c->slot);
	ff_out(o, "%s", op->name);
	n = ff_op_nargs(op);
	for (i = 0; i < n; i++) {
		bool joined = i && ff_op_joined(op, i - 1);

		if (joined && !c->arg[i])
			break;
		ff_out(o, joined ? "|" : " ");
		out_arg(o, c, i);
	}
}

size_t ff_call_print(const struct ff_call *c, char *out, size_t n)
{
	struct ff_out o = { out, n, 0 };

	ff_out(&o, "%s", "");
	out_call(&o, c);
	return o.len;
}

/* The calls of one list, from @i on; returns where the next list begins. */
static unsigned int out_list(struct ff_out *o, const struct ff_program *p, unsigned int i,
			     unsigned int ncalls, unsigned int thread)
{
	for (; i < ncalls && p->call[i].thread == thread; i++) {
		ff_out(o, "  ");
		out_call(o, &p->call[i]);
		ff_out(o, "\n");
	}
	return i;
}

size_t ff_program_print(const struct ff_program *p, char *out, size_t n)
{
	unsigned int ncalls = p->ncalls < FF_MAX_CALLS ? p->ncalls : FF_MAX_CALLS;
	unsigned int nthreads = p->nthreads < FF_MAX_THREADS ? p->nthreads : FF_MAX_THREADS;
	struct ff_out o = { out, n, 0 };
	unsigned int ndelays = p->ndelays < FF_MAX_DELAYS ? p->ndelays : FF_MAX_DELAYS;
	unsigned int i = 0, thread;
	char target[128], delay[64];

	ff_target_print(&p->target, target, sizeof(target));
	ff_out(&o, "# foliofuzz %d\n", FF_TEXT_VERSION);
	if (p->seed)	/* else it is by hand, or mutated: its number says nothing */
		ff_out(&o, "# seed %" PRIu64 " number %" PRIu64 "\n", p->seed, p->number);
	ff_out(&o, "target %s\n", target);
	for (unsigned int d = 0; d < ndelays; d++) {
		ff_delay_print(&p->delay[d], delay, sizeof(delay));
		ff_out(&o, "delay %s\n", delay);
	}
	if (ncalls && p->call[0].thread == FF_SETUP) {
		ff_out(&o, "setup\n");
		i = out_list(&o, p, i, ncalls, FF_SETUP);
	}
	for (thread = 0; thread < nthreads; thread++) {
		ff_out(&o, "thread %u\n", thread);
		i = out_list(&o, p, i, ncalls, thread);
	}
	return o.len;
}
