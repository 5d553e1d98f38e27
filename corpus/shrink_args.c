// SPDX-License-Identifier: GPL-2.0-only
/*
 * Smaller arguments. What is a multiple of 2 MiB, of a page or of 512 first
 * stays one, and only then is tried with less.
 */
#include "corpus/shrink.h"
#include "fuzzer/call.h"

#define PAGE	4096ULL
#define PMD	(2ULL << 20)
#define TRIES	5	/* smaller values of one value */
#define VALUES	64	/* different values that are looked at */

static uint64_t unit_of(uint64_t v)
{
	return !(v % PMD) ? PMD : !(v % PAGE) ? PAGE : !(v % 512) ? 512 : !(v % 8) ? 8 : 1;
}

static uint64_t down(uint64_t v, uint64_t unit)
{
	return v - v % unit;
}

/* A smaller length, the boldest first; @v itself when there is none at this try. */
static uint64_t shorter(uint64_t v, unsigned int try)
{
	uint64_t unit = unit_of(v), to;

	switch (try) {
	case 0:
		to = unit;
		break;
	case 1:
		to = unit == PMD ? PAGE : unit == PAGE ? 512 : down(v, PAGE);
		break;
	case 2:
		to = unit < PAGE ? down(v, 512) : 16 * PAGE;
		break;
	case 3:
		to = down(v / 2, unit);
		break;
	default:
		to = down(v / 4 * 3, unit);
	}
	return to && to < v ? to : v;
}

static uint64_t nearer(uint64_t v, unsigned int try)
{
	static const uint64_t units[] = { 0, PMD, PAGE, 512 };
	uint64_t to = !try ? 0 : try < 4 ? down(v, units[try]) : down(v / 2, unit_of(v));

	return to < v ? to : v;
}

static uint64_t less(uint64_t v, unsigned int try, bool offset)
{
	return offset ? nearer(v, try) : shorter(v, try);
}

/* Every offset (or length) of a program, pieces of vectors too. */
typedef uint64_t change_fn(uint64_t v, bool offset, void *with);

static void change_ranges(struct ff_program *p, change_fn *change, void *with)
{
	for (unsigned int i = 0; i < p->ncalls; i++) {
		struct ff_call *c = &p->call[i];
		const struct ff_op *op = ff_op(c->op);
		unsigned int k, n = ff_op_nargs(op);

		for (k = 0; k < n; k++)
			if (op->arg[k].type == FF_ARG_OFFSET || op->arg[k].type == FF_ARG_LENGTH)
				c->arg[k] = change(c->arg[k], op->arg[k].type == FF_ARG_OFFSET, with);
		if (ff_op_arg(op, FF_ARG_VECTOR) < 0)
			continue;
		for (k = 0; k < c->nvec; k++) {
			c->vec[k].off = change(c->vec[k].off, true, with);
			c->vec[k].len = (uint32_t)change(c->vec[k].len, false, with);
		}
	}
}

/* One value, wherever it stands. */
struct value {
	bool offset;
	uint64_t from, to;
};

static uint64_t change_value(uint64_t v, bool offset, void *with)
{
	const struct value *w = with;

	return offset == w->offset && v == w->from ? w->to : v;
}

struct values {
	bool offset;
	unsigned int n;
	uint64_t v[VALUES];
};

/* Collects; the largest first. */
static uint64_t note_value(uint64_t v, bool offset, void *with)
{
	struct values *w = with;
	unsigned int i, k;

	if (offset != w->offset)
		return v;
	for (i = 0; i < w->n && w->v[i] > v; i++)
		;
	if ((i < w->n && w->v[i] == v) || w->n == VALUES)
		return v;
	for (k = w->n++; k > i; k--)
		w->v[k] = w->v[k - 1];
	w->v[i] = v;
	return v;
}

/* A value that stands at several places goes down at all of them. */
static bool next_value(struct ff_program *out, struct ff_shrink_at *at, bool offset)
{
	struct values have = { .offset = offset };
	struct value w = { .offset = offset };

	change_ranges(out, note_value, &have);
	if (at->pos / TRIES >= have.n)
		return false;
	w.from = have.v[at->pos / TRIES];
	w.to = less(w.from, at->pos % TRIES, offset);
	change_ranges(out, change_value, &w);
	at->pos++;
	return true;
}

/* Everything by one factor: what was side by side stays so. */
static uint64_t change_scale(uint64_t v, bool offset, void *with)
{
	uint64_t unit = unit_of(v), to = v / *(const uint64_t *)with;

	if (unit > PAGE)
		unit = PAGE;
	to = down(to, unit);
	return !to && !offset && v ? (v < unit ? v : unit) : to;
}

static bool next_scale(struct ff_program *out, struct ff_shrink_at *at)
{
	static const uint64_t by[] = { 64, 16, 4, 2 };
	uint64_t scale;

	if (at->pos >= sizeof(by) / sizeof(by[0]))
		return false;
	scale = by[at->pos++];
	change_ranges(out, change_scale, &scale);
	return true;
}

/* Down to one digit: 21889 is 20000. */
static uint64_t round_number(uint64_t v)
{
	uint64_t unit = 1;

	while (v / unit >= 10)
		unit *= 10;
	return down(v, unit);
}

static uint64_t lower_number(uint64_t v, uint64_t min, unsigned int try)
{
	uint64_t to = try == 0 ? min : try == 1 ? round_number(v / 10) : try == 2 ? round_number(v / 2) : round_number(v);

	return to < min ? min : to < v ? to : v;
}

/* Try 0: no flag at all; then each of them goes alone. */
static uint64_t fewer_flags(uint64_t v, unsigned int try)
{
	uint64_t bits = v;

	if (!try)
		return 0;
	while (--try && bits)
		bits &= bits - 1;
	return v & ~(bits & -bits);
}

static void lower_arg(struct ff_call *c, unsigned int i, unsigned int try)
{
	const struct ff_arg_spec *spec = &ff_op(c->op)->arg[i];

	if (spec->type == FF_ARG_FLAGS)
		c->arg[i] = fewer_flags(c->arg[i], try);
	else if (spec->type == FF_ARG_NUMBER && c->op != FF_OP_MEET)
		c->arg[i] = lower_number(c->arg[i], spec->min, try);
	else if (spec->type == FF_ARG_OFFSET || spec->type == FF_ARG_LENGTH)
		c->arg[i] = less(c->arg[i], try, spec->type == FF_ARG_OFFSET);
}

static void drop_piece(struct ff_call *c, unsigned int i)
{
	if (c->nvec < 2)
		return;
	for (c->nvec--; i < c->nvec; i++)
		c->vec[i] = c->vec[i + 1];
}

/* What of a call can be less: its arguments, then of each piece itself, its offset, its length. */
#define PARTS	(FF_MAX_ARGS + 3 * FF_MAX_VECS)

static void lower_part(struct ff_call *c, unsigned int part, unsigned int try)
{
	unsigned int piece = part < FF_MAX_ARGS ? 0 : (part - FF_MAX_ARGS) / 3;
	unsigned int what = part < FF_MAX_ARGS ? 0 : (part - FF_MAX_ARGS) % 3;

	if (part < ff_op_nargs(ff_op(c->op)))
		return lower_arg(c, part, try);
	if (part < FF_MAX_ARGS || piece >= c->nvec || ff_op_arg(ff_op(c->op), FF_ARG_VECTOR) < 0)
		return;
	if (what == 1)
		c->vec[piece].off = less(c->vec[piece].off, try, true);
	else if (what == 2)
		c->vec[piece].len = (uint32_t)less(c->vec[piece].len, try, false);
	else if (!try)
		drop_piece(c, piece);
}

static bool next_part(struct ff_program *out, struct ff_shrink_at *at)
{
	unsigned int call = at->pos / (PARTS * TRIES);

	if (call >= out->ncalls)
		return false;
	lower_part(&out->call[call], at->pos / TRIES % PARTS, at->pos % TRIES);
	at->pos++;
	return true;
}

bool ff_shrink_args(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	bool made;

	for (; at->step < 4; *at = (struct ff_shrink_at){ .step = at->step + 1 }) {
		ff_program_copy(out, p);
		made = at->step == 0 ? next_scale(out, at) : at->step < 3 ? next_value(out, at, at->step == 2) :
		       next_part(out, at);
		if (made)
			return true;
	}
	return false;
}
