// SPDX-License-Identifier: GPL-2.0-only
/* The legality walk. */
#include "oracles/legal.h"

static bool walk(struct ff_walk *w, unsigned int obj, uint64_t off, uint64_t *len,
		 const struct ff_seen *s, uint64_t from, uint64_t until);

static bool hides(const struct ff_walk *w, const struct ff_effect *e)
{
	return ff_effect_hides(e) && !w->no_hide && !(w->no_dma && (e->flags & FF_EFFECT_DMA));
}

/*
 * Had @e ended before a look that began at @from? Two threads that read the
 * same tick of the clock may have done so in either order; one thread has its
 * own order.
 */
static bool completed(const struct ff_walk *w, const struct ff_effect *e, uint64_t from)
{
	const struct ff_call *call = w->m->c->program->call;

	return e->until < from || (e->until == from && !w->depth && e->call <= w->call &&
				   call[e->call].thread == call[w->call].thread);
}

/* A block device begins with words of its own: base content (exec_device.c). */
static bool base(const struct ff_walk *w, uint64_t off, const struct ff_seen *s)
{
	if (w->m->c->history->flags & FF_HIST_DEVICE_UNKNOWN)
		return true;
	if (s->kind == FF_SEEN_WORDS)
		return s->version == FF_VERSION_BASE && s->obj == 0 && s->place == off;
	return s->kind == FF_SEEN_BYTE &&
	       s->byte == ff_content_byte(FF_EPOCH_BASE, 0, off, FF_VERSION_BASE);
}

/* What was there before the program began. */
static bool initial(struct ff_walk *w, unsigned int obj, uint64_t off, uint64_t *len,
		    const struct ff_seen *s, uint64_t until)
{
	unsigned int map = obj - FF_OBJ_PRIVATE(0);
	uint64_t made = 0;
	int file;

	if (obj == 0 && w->m->c->program->target.kind == FF_TARGET_BLOCK)
		return base(w, off, s);
	if (obj >= FF_OBJ_STAGING(0))
		return true;		/* the executor's own memory keeps what it had */
	if (map < FF_MAX_SLOTS) {
		/*
		 * A private map shows the file until it is written to. Whether
		 * later changes of the file show is unspecified (mmap(2)), and a
		 * store to one byte freezes its whole page: any content since
		 * the map was made is legal.
		 */
		file = ff_model_file(w->m, obj);
		if (file < 0)
			return true;
		if (w->m->view.mem[map].call < w->m->c->program->ncalls)
			made = ff_model_record(w->m, w->m->view.mem[map].call)->invoked;
		return walk(w, file, off, len, s, made < until ? made : until, until);
	}
	return s->kind == FF_SEEN_ZERO || (s->kind == FF_SEEN_BYTE && !s->byte);
}

static bool written(struct ff_walk *w, const struct ff_effect *e, uint64_t off,
		    const struct ff_seen *s)
{
	if (e->flags & FF_EFFECT_ANYWHERE) {
		/* O_APPEND: its words may be anywhere, also at odd offsets, as bytes */
		return s->kind == FF_SEEN_BYTE ||
		       (s->kind == FF_SEEN_WORDS && s->version == e->version && s->obj == e->obj);
	}
	if (s->kind == FF_SEEN_WORDS)
		return s->version == e->version && s->obj == e->obj && s->place == off;
	if (s->kind == FF_SEEN_BYTE)
		return s->byte == ff_content_byte(w->m->c->history->epoch, e->obj, off, e->version);
	return false;
}

/*
 * A copy shows what its source may have shown at a moment while it ran. One
 * whose ranges overlap may read what it wrote itself, again and again; only
 * the shifting of a file's tail (fallocate) happens at once.
 */
static bool copied(struct ff_walk *w, const struct ff_effect *e, uint64_t off, uint64_t *len,
		   const struct ff_seen *s)
{
	unsigned int i;
	bool yes;

	for (i = 0; i < w->depth; i++) {
		if (w->through[i] == e && w->m->c->program->call[e->call].op == FF_OP_FALLOCATE)
			return false;
	}
	if (w->depth == FF_WALK_DEPTH || e->src >= FF_OBJECTS || (e->flags & FF_EFFECT_ANYWHERE)) {
		w->gave_up = true;
		return true;
	}
	w->through[w->depth++] = e;
	yes = walk(w, e->src, e->src_off + (off - e->off), len, s, e->from, e->until);
	w->depth--;
	return yes;
}

static bool shows(struct ff_walk *w, const struct ff_effect *e, uint64_t off, uint64_t *len,
		  const struct ff_seen *s, uint64_t until)
{
	switch (e->kind) {
	case FF_EFFECT_WRITE:
		return written(w, e, off, s);
	case FF_EFFECT_ZERO:
	case FF_EFFECT_SIZE:
		return s->kind == FF_SEEN_ZERO || (s->kind == FF_SEEN_BYTE && !s->byte);
	case FF_EFFECT_COPY:
		return copied(w, e, off, len, s);
	case FF_EFFECT_REVERT:
		return initial(w, e->obj, off, len, s, until);
	case FF_EFFECT_UNKNOWN:
		return true;
	}
	return false;
}

/*
 * One pass over the object's changes: cut *@len so that every change covers
 * all of it or nothing, and find the latest start of a sure change that was
 * completed before @from: nothing that ended before that start can show.
 */
static uint64_t horizon(struct ff_walk *w, unsigned int obj, uint64_t off, uint64_t *len,
			uint64_t from, uint64_t until, bool *fresh)
{
	const struct ff_effect *e = &w->m->change[w->m->object[obj].first];
	const struct ff_effect *end = e + w->m->object[obj].n;
	uint64_t latest = 0;

	*fresh = true;
	for (; e < end && e->from <= until; e++) {
		if (e->off > off) {
			if (e->off - off < *len)
				*len = e->off - off;
			continue;
		}
		if (off - e->off >= e->len)
			continue;
		if (e->len - (off - e->off) < *len)
			*len = e->len - (off - e->off);
		if (hides(w, e) && completed(w, e, from)) {
			*fresh = false;
			if (e->from > latest)
				latest = e->from;
		}
	}
	w->work += e - &w->m->change[w->m->object[obj].first];
	return latest;
}

static bool walk(struct ff_walk *w, unsigned int obj, uint64_t off, uint64_t *len,
		 const struct ff_seen *s, uint64_t from, uint64_t until)
{
	const struct ff_effect *e = &w->m->change[w->m->object[obj].first];
	const struct ff_effect *end = e + w->m->object[obj].n;
	uint64_t latest, part, cut = *len;
	bool fresh;

	latest = horizon(w, obj, off, &cut, from, until, &fresh);
	*len = cut;
	if (w->work > FF_WALK_WORK) {
		w->gave_up = true;
		return true;
	}
	for (; e < end && e->from <= until; e++) {
		if (e->until < latest || e->kind == FF_EFFECT_GROW || !ff_effect_covers(e, off))
			continue;
		part = *len;
		if (shows(w, e, off, &part, s, until)) {
			*len = part;
			return true;
		}
		if (part < cut)
			cut = part;	/* the answer "no" holds that far only */
	}
	part = *len;
	if (fresh && initial(w, obj, off, &part, s, until)) {
		*len = part;
		return true;
	}
	*len = part < cut ? part : cut;
	return false;
}

bool ff_legal(struct ff_walk *w, unsigned int obj, uint64_t off, uint64_t *len,
	      const struct ff_seen *s, uint64_t from, uint64_t until)
{
	w->work = w->depth = 0;
	return walk(w, obj, off, len, s, from, until);
}

unsigned int ff_visible(struct ff_walk *w, unsigned int obj, uint64_t off, uint64_t from,
			uint64_t until, const struct ff_effect **out, unsigned int max,
			bool *init)
{
	const struct ff_effect *e, *end;
	unsigned int n = 0, i;
	uint64_t len = 1, latest = horizon(w, obj, off, &len, from, until, init);

	e = &w->m->change[w->m->object[obj].first];
	for (end = e + w->m->object[obj].n; e < end && e->from <= until; e++) {
		if (e->until < latest || e->kind == FF_EFFECT_GROW || !ff_effect_covers(e, off))
			continue;
		if (n == max) {
			n--;
			for (i = 0; i < n; i++)
				out[i] = out[i + 1];
		}
		for (i = n++; i && out[i - 1]->until > e->until; i--)
			out[i] = out[i - 1];
		out[i] = e;
	}
	return n;
}
