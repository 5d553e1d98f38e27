// SPDX-License-Identifier: GPL-2.0-only
/* Arguments of syzkaller's calls, and the calls that are rows of the table, read backwards. */
#include <string.h>

#include "corpus/syz_in.h"

/* The arguments one after another; NULL when there are no more. */
const struct ff_syz_node *ff_syz_next(const struct ff_syz_line *l, unsigned int *at)
{
	const struct ff_syz_node *n = *at ? &l->node[*at] : NULL;

	if (n)
		*at = n->next;
	return n;
}

bool ff_syz_number(const struct ff_syz_node *n, uint64_t *v)
{
	if (!n || n->kind != FF_SYZ_NUMBER)
		return false;
	*v = n->value;
	return true;
}

bool ff_syz_address(const struct ff_syz_node *n, uint64_t *at)
{
	if (!n || n->kind != FF_SYZ_POINTER || n->other || n->value < FF_SYZ_BASE ||
	    n->value - FF_SYZ_BASE >= FF_SYZ_ARENA)
		return false;
	*at = n->value - FF_SYZ_BASE;
	return true;
}

bool ff_syz_handle(struct ff_syz_in *s, const struct ff_syz_node *n, uint64_t *slot)
{
	if (!n || n->kind != FF_SYZ_VARIABLE || n->other || n->value >= FF_SYZ_VARIABLES ||
	    s->var[n->value] != FF_SYZ_HANDLE)
		return false;
	*slot = s->slot[n->value];
	return true;
}

/* Whose memory is it, and where in it; what nobody mapped is the arena's. */
bool ff_syz_memory_at(struct ff_syz_in *s, uint64_t at, uint64_t *mem, uint64_t *off)
{
	for (*mem = 0; *mem < FF_MEMS; (*mem)++) {
		const struct ff_syz_memory *m = &s->mem[*mem];

		if (m->there && at >= m->base && at - m->base < m->len) {
			*off = at - m->base;
			return true;
		}
	}
	*off = at;
	return ff_syz_arena(s, mem);
}

/* [{&(address)=..., length}, ...] */
static const char *pieces(struct ff_syz_in *s, const struct ff_syz_node *n, struct ff_vec *v, uint8_t *nvec)
{
	const struct ff_syz_line *l = &s->call;
	const struct ff_syz_node *group = n && n->kind == FF_SYZ_POINTER && n->child ? &l->node[n->child] : NULL;
	const struct ff_syz_node *one;
	uint64_t at, mem, len;
	unsigned int list, inner;

	if (!group || group->kind != FF_SYZ_GROUP)
		return "a vector of pieces was expected";
	list = group->child;
	for (*nvec = 0; (one = ff_syz_next(l, &list)); (*nvec)++) {
		inner = one->child;
		if (*nvec == FF_MAX_VECS)
			return "a vector has at most 4 pieces here";
		if (one->kind != FF_SYZ_GROUP || !ff_syz_address(ff_syz_next(l, &inner), &at) ||
		    !ff_syz_memory_at(s, at, &mem, &v[*nvec].off))
			return "a piece is in no memory that the program mapped";
		if (!ff_syz_number(ff_syz_next(l, &inner), &len) || len > FF_MAX_SIZE)
			return "a piece has no length that a program may have";
		v[*nvec].mem = (uint32_t)mem;
		v[*nvec].len = (uint32_t)len;
	}
	return NULL;
}

/* &(address)=0x10; what is 0 may be left out. */
static bool pointed(struct ff_syz_in *s, const struct ff_syz_node *n, uint64_t *v)
{
	*v = 0;
	return n && n->kind == FF_SYZ_POINTER && (!n->child || ff_syz_number(&s->call.node[n->child], v));
}

/* &(address)={0x0, 0xf4240}: seconds and nanoseconds; what is 0 may be left out. */
static bool microseconds(struct ff_syz_in *s, const struct ff_syz_node *n, uint64_t *us)
{
	const struct ff_syz_node *group = n && n->kind == FF_SYZ_POINTER && n->child ? &s->call.node[n->child] : NULL;
	unsigned int list = group && group->kind == FF_SYZ_GROUP ? group->child : 0;
	uint64_t sec = 0, ns = 0;

	if ((list && !ff_syz_number(ff_syz_next(&s->call, &list), &sec)) || (list && !ff_syz_number(ff_syz_next(&s->call, &list), &ns)) ||
	    sec > 1000 || ns % 1000)
		return false;
	*us = sec * 1000000 + ns / 1000;
	return true;
}

static const char *take_vma(struct ff_syz_in *s, unsigned int *at, struct ff_call *c, uint64_t n)
{
	uint64_t where;

	if (!ff_syz_address(ff_syz_next(&s->call, at), &where))
		return "an address in the arena was expected";
	if (!ff_syz_memory_at(s, where, &c->arg[n], &c->arg[n + 1]))
		return "the range is in no memory that the program mapped";
	if (!ff_syz_number(ff_syz_next(&s->call, at), &c->arg[n + 2]))
		return "a length was expected";
	return NULL;
}

static const char *take_pieces(struct ff_syz_in *s, unsigned int *at, struct ff_call *c, uint64_t n, bool one)
{
	struct ff_vec v[FF_MAX_VECS];
	uint8_t count;
	const char *bad = pieces(s, ff_syz_next(&s->call, at), v, &count);

	ff_syz_next(&s->call, at);	/* the count says nothing new */
	if (bad)
		return bad;
	if (!one) {
		memcpy(c->vec, v, count * sizeof(*v));
		c->nvec = count;
	} else if (count == 1) {
		c->arg[n] = v[0].mem;
		c->arg[n + 1] = v[0].off;
		c->arg[n + 2] = v[0].len;
	} else {
		return "it has one range here";
	}
	return NULL;
}

static const char *take_arg(struct ff_syz_in *s, unsigned int *at, struct ff_call *c, char letter, uint64_t n)
{
	const struct ff_syz_node *node;
	uint64_t v;

	switch (letter) {
	case 'v':
		return take_vma(s, at, c, n);
	case 'V':
	case 'W':
	case 'x':
		return take_pieces(s, at, c, n, letter == 'x');
	case 'h':
		return ff_syz_handle(s, ff_syz_next(&s->call, at), &c->arg[n]) ? NULL :
			"a variable that an openat of this program made was expected";
	case 'n':
		return ff_syz_number(ff_syz_next(&s->call, at), &c->arg[n]) ? NULL : "a number was expected";
	case 'p':
		return pointed(s, ff_syz_next(&s->call, at), &c->arg[n]) ? NULL : "a pointer to an offset was expected";
	case 't':
		return microseconds(s, ff_syz_next(&s->call, at), &c->arg[n]) ? NULL : "a time of whole microseconds was expected";
	case 'd':
		node = ff_syz_next(&s->call, at);
		return node && node->kind == FF_SYZ_VARIABLE && node->value < FF_SYZ_VARIABLES &&
		       s->var[node->value] == FF_SYZ_PIDFD ? NULL : "a pidfd of the process itself was expected";
	case '=':
		return ff_syz_number(ff_syz_next(&s->call, at), &v) && v == n ? NULL : "an argument has another value than ours";
	default:
		return ff_syz_next(&s->call, at) ? NULL : "an argument is missing";	/* o i r P: its content does not matter */
	}
}

/* By one row of the table. */
const char *ff_syz_by_row(struct ff_syz_in *s, const struct ff_syz_row *row, struct ff_call *c)
{
	const char *form = row->form, *bad = NULL;
	unsigned int at = s->call.first;
	char letter;
	uint64_t n;

	*c = (struct ff_call){ .op = (uint8_t)row->op };
	while (!bad && (letter = ff_syz_form(&form, &n)))
		bad = take_arg(s, &at, c, letter, n);
	return bad;
}
