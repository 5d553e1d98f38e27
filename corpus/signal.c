// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/signal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/action.h"
#include "corpus/attrs.h"

#define SOON_NS		2000000	/* what begins so long after something ended is no longer near it */
#define LOOK_BACK	48	/* earlier actions on the same object that one is paired with */
#define SETS		32768	/* slots of the set that is being made: a power of two */

/* Where a feature comes from, in its two highest bits. */
enum source { FROM_OUTCOME, FROM_ACTION, FROM_PAIR, FROM_COVER };

/*
 * What is collected, as a hash table; 0 is no feature. @last: per object the
 * latest action on it, @before: per action the one before it on its object.
 */
struct builder {
	uint32_t set[SETS];
	uint32_t n;
	const struct ff_action *a;
	size_t na;
	uint32_t *before, last[256];
};

/* ---- sets ---- */

static uint32_t mix(uint32_t h, uint32_t v)
{
	h = (h + 0x9e3779b9u) * 0x85ebca6bu;	/* first this, so that (a, b) is not (b, a) */
	h = (h ^ h >> 15 ^ v) * 0xc2b2ae35u;
	return h ^ h >> 16;
}

static void add(struct builder *b, enum source source, uint32_t hash)
{
	uint32_t f = (uint32_t)source << 30 | hash >> 2, at = hash & (SETS - 1);

	if (!f || b->n == FF_SIGNAL_MAX)
		return;
	while (b->set[at] && b->set[at] != f)
		at = (at + 1) & (SETS - 1);
	b->n += !b->set[at];
	b->set[at] = f;
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void ff_signal_set(struct ff_signal *s, uint32_t *f, size_t n)
{
	qsort(f, n, sizeof(*f), ascending);
	s->n = 0;
	for (size_t i = 0; i < n && s->n < FF_SIGNAL_MAX; i++)
		if (!i || f[i] != f[i - 1])
			s->f[s->n++] = f[i];
}

bool ff_signal_has(const struct ff_signal *s, uint32_t feature)
{
	return bsearch(&feature, s->f, s->n, sizeof(feature), ascending) != NULL;
}

/* ---- what came of each call ---- */

enum outcome { ALL_DONE, NOTHING_DONE, PARTLY_DONE, NOT_RETURNED, SIGNALLED, WITH_ERRNO };

static uint32_t outcome_of(const struct ff_call *c, const struct ff_record *r)
{
	int arg = ff_op_arg(ff_op(c->op), FF_ARG_LENGTH);

	if (r->state == FF_CALL_STARTED)
		return NOT_RETURNED;
	if (r->signal)
		return SIGNALLED + ((uint32_t)r->signal << 8);
	if (r->err)
		return WITH_ERRNO + ((uint32_t)r->err << 8);
	if (ff_op(c->op)->traits & (FF_READS | FF_WRITES | FF_TOUCHES) && arg >= 0 && r->result >= 0 &&
	    (uint64_t)r->result < c->arg[arg])
		return r->result ? PARTLY_DONE : NOTHING_DONE;
	return ALL_DONE;
}

/* Choices make another call of it; flags and numbers have too many combinations to be kept for each. */
static uint32_t words_of(const struct ff_call *c)
{
	const struct ff_op *op = ff_op(c->op);
	uint32_t h = c->op;

	for (unsigned int i = 0; i < ff_op_nargs(op); i++)
		if (op->arg[i].type == FF_ARG_CHOICE)
			h = mix(h, (uint32_t)c->arg[i]);
	return h;
}

static void outcomes(struct builder *b, const struct ff_case *c)
{
	const struct ff_program *p = c->program;
	const struct ff_history *h = c->history;

	for (uint32_t i = 0; i < p->ncalls && i < h->ncalls; i++) {
		const struct ff_record *r = &h->record[i];

		if (r->state == FF_CALL_DONE || r->state == FF_CALL_STARTED)
			add(b, FROM_OUTCOME, mix(mix(words_of(&p->call[i]), outcome_of(&p->call[i], r)),
						 p->target.kind));
	}
}

/* ---- what the witness saw ---- */

static uint32_t hash_of(const struct ff_action *a)
{
	return mix((uint32_t)a->kind << 16 | (uint32_t)a->result << 8 | a->actor, 1);
}

static bool overlap(const struct ff_action *a, const struct ff_action *b)
{
	return a->object == FF_OBJ_ANY || b->object == FF_OBJ_ANY ||
	       (a->object == b->object && a->first <= b->last && b->first <= a->last);
}

static bool same_frames(const struct ff_action *a, const struct ff_action *b)
{
	return a->pfns && b->pfns && a->pfn < b->pfn + b->pfns && b->pfn < a->pfn + a->pfns;
}

/* @second began after @first: inside it, or soon after its end? On the same pages, or beside them? */
static void pair(struct builder *b, const struct ff_action *first, const struct ff_action *second)
{
	bool inside = second->begin <= first->end;
	bool pages = overlap(first, second) || same_frames(first, second);

	if (first->task == second->task || (!inside && second->begin - first->end > SOON_NS))
		return;
	add(b, FROM_PAIR, mix(mix(hash_of(first), hash_of(second)), (uint32_t)inside << 1 | pages));
}

static bool says_something(const struct ff_action *a)
{
	return a->object != FF_OBJ_NONE && a->kind != FF_EV_WAIT_BEGIN;
}

/* Migration and swapoff name no pages: they are paired with all that is under way. */
static void pairs_of_any(struct builder *b, uint32_t i)
{
	for (uint32_t k = i, left = LOOK_BACK; k-- && left--; )
		if (b->a[k].end >= b->a[i].begin && says_something(&b->a[k]))
			pair(b, &b->a[k], &b->a[i]);
}

static void pairs_of(struct builder *b, uint32_t i)
{
	const struct ff_action *a = &b->a[i];
	uint32_t at;
	int left = LOOK_BACK;

	if (a->object == FF_OBJ_ANY)
		return pairs_of_any(b, i);
	for (at = b->last[a->object]; at && left--; at = b->before[at - 1])
		pair(b, &b->a[at - 1], a);
	/* Direct I/O is known by its page frames only: they may be of any object. */
	for (at = b->last[FF_OBJ_NONE], left = LOOK_BACK; at && left--; at = b->before[at - 1])
		if (same_frames(&b->a[at - 1], a))
			pair(b, &b->a[at - 1], a);
	at = b->last[FF_OBJ_ANY];
	if (at && b->a[at - 1].end >= a->begin)
		pair(b, &b->a[at - 1], a);
}

static void actions(struct builder *b)
{
	for (uint32_t i = 0; i < b->na; i++) {
		const struct ff_action *a = &b->a[i];

		if (says_something(a) || a->kind == FF_EV_DMA_PIN) {
			add(b, FROM_ACTION, hash_of(a));
			pairs_of(b, i);
			b->before[i] = b->last[a->object];
			b->last[a->object] = i + 1;
		}
	}
}

/* ---- the code that ran ---- */

static void coverage(struct builder *b, const uint8_t *cover)
{
	for (uint32_t i = 0; cover && i < FF_COVER_BYTES; i++)
		for (uint32_t bits = cover[i], bit = 0; bits; bits >>= 1, bit++)
			if (bits & 1)
				add(b, FROM_COVER, mix(i * 8 + bit, 0));
}

void ff_signal_of(const struct ff_case *c, struct ff_signal *s)
{
	struct ff_action *a = malloc((c->nevents + 1) * sizeof(*a));
	struct builder *b = calloc(1, sizeof(*b));
	uint32_t n = 0;

	s->n = 0;
	if (b)
		b->before = malloc((c->nevents + 1) * sizeof(*b->before));
	if (a && b && b->before) {
		outcomes(b, c);
		b->a = a;
		b->na = ff_actions_of(c, a);
		actions(b);
		coverage(b, c->cover);
		for (uint32_t i = 0; i < SETS; i++)
			if (b->set[i])
				b->set[n++] = b->set[i];
		ff_signal_set(s, b->set, n);
	}
	if (b)
		free(b->before);
	free(b);
	free(a);
}

/* ---- as lines of a corpus ---- */

char *ff_signal_attrs(const struct ff_signal *s)
{
	static const int line = sizeof("signal=01234567\n") - 1;
	char *text = malloc((size_t)s->n * line + 1);

	if (!text)
		return NULL;
	text[0] = '\0';
	for (uint32_t i = 0; i < s->n; i++)
		sprintf(text + (size_t)i * line, "signal=%08x\n", s->f[i]);
	return text;
}

void ff_signal_parse(const char *attrs, struct ff_signal *s)
{
	uint32_t f[FF_SIGNAL_MAX];
	char digits[9], *end;
	const char *value;
	size_t len, n = 0;

	while (n < FF_SIGNAL_MAX && (value = ff_attrs_next(&attrs, "signal", &len))) {
		if (len != 8)
			continue;
		memcpy(digits, value, 8);
		digits[8] = '\0';
		f[n] = (uint32_t)strtoul(digits, &end, 16);
		n += !*end;
	}
	ff_signal_set(s, f, n);
}
