// SPDX-License-Identifier: GPL-2.0-only
/* Effects: slots to objects, and what is common to all rows. */
#include "fuzzer/effect.h"

#include <string.h>

#include "fuzzer/family.h"

/* A call of a program without a history: as if all of it was done. */
static const struct ff_record all_done = {
	.state = FF_CALL_DONE, .result = INT64_MAX,
	.returned = UINT64_MAX, .scanned = UINT64_MAX,
};

static const struct ff_record *record_of(const struct ff_view *v, unsigned int id)
{
	return v->h ? &v->h->record[id] : &all_done;
}

static void view_memory(struct ff_view *v, unsigned int mem, const struct ff_call *c, uint16_t id)
{
	v->mem[mem].used = 1;
	v->mem[mem].call = id;
	if (mem >= FF_MEM_BUFFER) {
		v->mem[mem].obj = (uint8_t)FF_OBJ_BUFFER(c->slot);
		v->mem[mem].file = FF_OBJ_NONE;
		v->mem[mem].private_ = 1;
		v->mem[mem].len = c->arg[0];
		v->mem[mem].flags = c->arg[2];
		return;
	}
	v->mem[mem].file = v->handle[c->arg[0]].file;
	v->mem[mem].private_ = c->arg[4] == MAP_PRIVATE;
	v->mem[mem].obj = v->mem[mem].private_ ? (uint8_t)FF_OBJ_PRIVATE(c->slot) :
						 (uint8_t)FF_OBJ_FILE(v->mem[mem].file);
	v->mem[mem].off = c->arg[1];
	v->mem[mem].len = c->arg[2];
	v->mem[mem].flags = c->arg[5];
}

void ff_view_make(struct ff_view *v, const struct ff_program *p, const struct ff_history *h)
{
	unsigned int id;

	memset(v, 0, sizeof(*v));
	v->p = p;
	v->h = h;
	for (id = 0; id < p->ncalls && id < FF_MAX_CALLS; id++) {
		const struct ff_call *c = &p->call[id];
		const struct ff_record *r = record_of(v, id);

		if (r->state != FF_CALL_DONE || r->err)
			continue;
		switch (ff_op(c->op)->result) {
		case FF_RESULT_HANDLE:
			v->handle[c->slot].used = 1;
			v->handle[c->slot].file = (uint8_t)c->arg[0];
			v->handle[c->slot].flags = c->arg[1] | c->arg[2];
			v->handle[c->slot].call = (uint16_t)id;
			break;
		case FF_RESULT_MAP:
			view_memory(v, c->slot, c, (uint16_t)id);
			break;
		case FF_RESULT_BUFFER:
			view_memory(v, FF_MEM_BUFFER + c->slot, c, (uint16_t)id);
			break;
		case FF_RESULT_NONE:
			break;
		}
	}
}

/* Every slot the call names is there; else it was skipped, or the guest lies. */
static bool slots_there(const struct ff_view *v, const struct ff_call *c)
{
	const struct ff_op *op = ff_op(c->op);
	unsigned int i;

	for (i = 0; i < FF_MAX_ARGS && op->arg[i].type != FF_ARG_NONE; i++) {
		if (op->arg[i].type == FF_ARG_HANDLE && !v->handle[c->arg[i]].used)
			return false;
		if ((op->arg[i].type == FF_ARG_MEMORY || op->arg[i].type == FF_ARG_MAP) &&
		    !v->mem[c->arg[i]].used)
			return false;
	}
	for (i = 0; i < c->nvec; i++)
		if (!v->mem[c->vec[i].mem].used)
			return false;
	return true;
}

void ff_effects_of(const struct ff_view *v, unsigned int id, struct ff_effects *out)
{
	const struct ff_call *c = &v->p->call[id];
	const struct ff_record *r = record_of(v, id);
	const struct ff_op *op = ff_op(c->op);
	unsigned int i;

	out->n = 0;
	if (!op->effects || !slots_there(v, c) ||
	    (r->state != FF_CALL_DONE && r->state != FF_CALL_STARTED))
		return;
	op->effects(v, c, r, out);
	for (i = 0; i < out->n; i++) {
		out->e[i].call = (uint16_t)id;
		if (out->e[i].kind == FF_EFFECT_WRITE)
			out->e[i].version = (uint16_t)(id + 1);
	}
}

struct ff_effect *ff_effect_add(struct ff_effects *out, enum ff_effect_kind kind,
				const struct ff_record *r, unsigned int obj, uint64_t off, uint64_t len)
{
	struct ff_effect *e;

	if (out->n == FF_MAX_EFFECTS)
		return NULL;
	e = &out->e[out->n++];
	*e = (struct ff_effect){
		.kind = (uint8_t)kind, .obj = (uint8_t)obj, .off = off, .len = len,
		.from = r->invoked,
		.until = r->state == FF_CALL_DONE ? r->returned : UINT64_MAX,
	};
	return e;
}

uint64_t ff_effect_done(const struct ff_record *r, uint64_t len)
{
	if (r->state != FF_CALL_DONE || r->err || r->result <= 0)
		return 0;
	return (uint64_t)r->result < len ? (uint64_t)r->result : len;
}

bool ff_effect_never_began(const struct ff_record *r)
{
	if (r->state != FF_CALL_DONE)
		return false;
	return r->err == EBADF || r->err == EOPNOTSUPP || r->err == EPERM || r->err == EACCES ||
	       r->err == ETXTBSY;
}

static struct ff_effect *add_maybe(struct ff_effects *out, enum ff_effect_kind kind,
				   const struct ff_record *r, unsigned int obj, uint64_t off,
				   uint64_t len)
{
	struct ff_effect *e = ff_effect_add(out, kind, r, obj, off, len);

	if (e) {
		e->flags |= FF_EFFECT_MAYBE;
		e->until = UINT64_MAX;
	}
	return e;
}

struct ff_effect *ff_effect_all(struct ff_effects *out, enum ff_effect_kind kind,
				const struct ff_record *r, unsigned int obj, uint64_t off, uint64_t len)
{
	if (ff_effect_never_began(r))
		return NULL;
	if (r->state == FF_CALL_DONE && !r->err)
		return ff_effect_add(out, kind, r, obj, off, len);
	return add_maybe(out, kind, r, obj, off, len);
}

/*
 * May more have been done than the call says. A direct transfer may end early
 * with the rest on its way; one through page tables that change under it may
 * have touched a piece it does not count.
 */
static bool more_than_told(const struct ff_record *r, unsigned int bits)
{
	return r->state != FF_CALL_DONE || r->err || (r->flags & FF_REC_RACED) ||
	       (bits & (FF_EFFECT_DIRECT | FF_EFFECT_DMA | FF_EFFECT_MAPPED | FF_EFFECT_MAYBE));
}

void ff_effect_part(struct ff_effects *out, enum ff_effect_kind kind, const struct ff_record *r,
		    unsigned int obj, uint64_t off, uint64_t len, unsigned int src, uint64_t src_off,
		    uint64_t skip, unsigned int bits)
{
	uint64_t done = ff_effect_done(r, skip + len);
	struct ff_effect *e;

	done = done > skip ? done - skip : 0;
	if (done) {
		e = ff_effect_add(out, kind, r, obj, off, done);
		if (e) {
			e->flags |= (uint8_t)(bits & ~FF_EFFECT_MAYBE);
			e->src = (uint8_t)src;
			e->src_off = src_off;
		}
	}
	if (done == len || ff_effect_never_began(r) || !more_than_told(r, bits))
		return;
	e = add_maybe(out, kind, r, obj, off + done, len - done);
	if (e) {
		e->flags |= (uint8_t)bits;
		e->src = (uint8_t)src;
		e->src_off = src_off + done;
	}
}
