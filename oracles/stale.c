// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is content that is not legal what a stale mapping shows: a page that the file
 * dropped, and that is still mapped? The witness knows; without it, the order
 * of the calls tells, unless a read of the file shows the same.
 */
#include "oracles/explain.h"
#include "oracles/mapped.h"

/* Did effect @e take the page at @off out of the file? */
static bool drops(const struct ff_effect *e, uint64_t off)
{
	if (e->kind == FF_EFFECT_SIZE)
		return ff_effect_hides(e) && off >= e->off;
	return e->kind == FF_EFFECT_ZERO && ff_effect_hides(e) && ff_effect_covers(e, off);
}

/* The call that last dropped byte @off of @file, and ended in (@after, @until); -1 none. */
static int last_drop(const struct ff_model *m, unsigned int file, uint64_t off, uint64_t after,
		     uint64_t until)
{
	const struct ff_effect *e = &m->change[m->object[file].first];
	const struct ff_effect *end = e + m->object[file].n;
	uint64_t latest = after;
	int last = -1;

	for (; e < end; e++) {
		if (drops(e, off) && e->until < until && e->until > latest) {
			latest = e->until;
			last = e->call;
		}
	}
	return last;
}

/*
 * Did anyone ask for a collapse between? It maps pages anew, and what they show may
 * be what that memory held before (docs/found.md): a bug, but not a stale mapping.
 */
static bool collapse_between(const struct ff_model *m, uint64_t after, uint64_t until)
{
	const struct ff_record *r;
	unsigned int i;

	for (i = 0; i < m->c->program->ncalls; i++) {
		r = ff_model_record(m, i);
		if (ff_call_has_word(&m->c->program->call[i], "collapse") && r->invoked < until &&
		    (r->state == FF_CALL_STARTED || (r->state == FF_CALL_DONE && r->returned > after)))
			return true;
	}
	return false;
}

/* Does a read of the file after the drop show the same? Then the file has it, not the mapping. */
static bool file_has_it(const struct ff_model *m, const struct ff_bad *bad, unsigned int file, int drop)
{
	uint64_t after = ff_model_record(m, drop)->returned;
	const struct ff_effect *e;
	const struct ff_run *run;
	unsigned int i, n;

	for (i = 0; i < m->nobserve; i++) {
		e = &m->observe[i];
		if (e->kind != FF_EFFECT_SEE || e->obj != file || (e->flags & FF_EFFECT_MAPPED) ||
		    e->from < after)
			continue;
		for (run = ff_model_runs(m, e, &n); n; n--, run++) {
			if (run->kind == FF_RUN_OWN && run->version == bad->seen.version &&
			    run->off <= bad->off && bad->off - run->off < run->len)
				return true;
		}
	}
	return false;
}

static bool by_memory(const struct ff_effect *e)
{
	return e->obj >= FF_MAX_SLOTS || (e->flags & FF_EFFECT_MAPPED);
}

bool ff_stale_mapping(const struct ff_model *m, const struct ff_bad *bad,
		      const struct ff_effect *latest, struct ff_stale *s)
{
	int file = ff_model_file(m, bad->see->obj);
	uint64_t after = 0;

	s->event = NULL;
	s->drop = -1;
	if (file < 0 || (!by_memory(bad->see) && !(latest && by_memory(latest))))
		return false;
	if (bad->seen.kind == FF_SEEN_WORDS && bad->seen.version &&
	    bad->seen.version <= m->c->program->ncalls)
		after = ff_model_record(m, bad->seen.version - 1)->invoked;
	s->drop = last_drop(m, file, bad->off, after, bad->see->from);
	s->event = ff_mapped_event(m, file, bad->off, bad->see->until);
	if (s->event) {
		if (s->event->kind == FF_EV_STILL_MAPPED && ff_mapped_call(m->c, s->event) >= 0)
			s->drop = ff_mapped_call(m->c, s->event);
		return true;
	}
	return !ff_mapped_known(m->c) && after && s->drop >= 0 && by_memory(bad->see) &&
	       bad->see->obj < FF_MAX_SLOTS && !file_has_it(m, bad, file, s->drop) &&
	       !collapse_between(m, after, bad->see->until);
}
