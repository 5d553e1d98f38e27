// SPDX-License-Identifier: GPL-2.0-only
/* What the model knows of file sizes, and of bytes that are surely data. */
#include "oracles/model.h"

#define each_change(m, obj, e)						\
	(e = &(m)->change[(m)->object[obj].first];			\
	 e < &(m)->change[(m)->object[obj].first + (m)->object[obj].n]; e++)

static bool sure(const struct ff_effect *e)
{
	return !(e->flags & FF_EFFECT_MAYBE);
}

static uint64_t first_size(const struct ff_model *m, unsigned int file)
{
	if (m->c->program->target.kind == FF_TARGET_BLOCK && file == 0)
		return m->c->history->device_size;
	return 0;
}

/*
 * Latest start of a size change that had surely ended by @from; *@any: was there one.
 * Whatever ended before that start counts no more.
 */
static uint64_t latest_size(const struct ff_model *m, unsigned int file, uint64_t from, bool *any)
{
	const struct ff_effect *e;
	uint64_t latest = 0;

	*any = false;
	for each_change(m, file, e) {
		if (e->kind != FF_EFFECT_SIZE || !sure(e) || e->until >= from)
			continue;
		*any = true;
		if (e->from > latest)
			latest = e->from;
	}
	return latest;
}

/* What sure growth after @after, ended by @from, makes of @base. */
static uint64_t grown(const struct ff_model *m, unsigned int file, uint64_t base,
		      uint64_t after, bool at_all, uint64_t from)
{
	const struct ff_effect *e;

	for each_change(m, file, e) {
		if (e->kind == FF_EFFECT_GROW && sure(e) && e->until < from && e->off > base &&
		    (at_all || e->from > after))
			base = e->off;
	}
	return base;
}

uint64_t ff_size_min(const struct ff_model *m, unsigned int file, uint64_t from, uint64_t until)
{
	uint64_t latest, size, min = FF_MODEL_END;
	const struct ff_effect *e;
	bool any;

	if (m->c->program->target.kind == FF_TARGET_BLOCK && file == 0)
		return first_size(m, file);
	latest = latest_size(m, file, from, &any);
	if (!any)
		min = grown(m, file, first_size(m, file), 0, true, from);
	for each_change(m, file, e) {
		if (e->kind != FF_EFFECT_SIZE || e->from > until || (any && e->until < latest))
			continue;
		/* one that may still happen: growth before it counts not */
		size = e->until == FF_NEVER ? e->off :
		       grown(m, file, e->off, e->until, false, from);
		if (size < min)
			min = size;
	}
	return min;
}

uint64_t ff_size_max(const struct ff_model *m, unsigned int file, uint64_t from, uint64_t until)
{
	const struct ff_effect *e;
	uint64_t latest, max;
	bool any;

	latest = latest_size(m, file, from, &any);
	max = any ? 0 : first_size(m, file);
	for each_change(m, file, e) {
		if ((e->kind != FF_EFFECT_SIZE && e->kind != FF_EFFECT_GROW) || e->from > until ||
		    (any && e->until < latest))
			continue;
		if (e->off > max)
			max = e->off;
	}
	return max;
}

/*
 * May the effect leave a hole? A copy between files may share or move extents,
 * so a hole at its source may come along; a copy out of memory writes.
 */
static bool may_leave_hole(const struct ff_effect *e)
{
	return e->kind == FF_EFFECT_ZERO || e->kind == FF_EFFECT_SIZE ||
	       e->kind == FF_EFFECT_REVERT || e->kind == FF_EFFECT_UNKNOWN ||
	       (e->kind == FF_EFFECT_COPY && e->src < FF_MAX_SLOTS);
}

static bool makes_data(const struct ff_model *m, const struct ff_effect *e)
{
	/* a FUSE server, who is asked for data and holes, has not heard of a store */
	if (m->c->program->target.kind == FF_TARGET_FUSE && (e->flags & FF_EFFECT_MAPPED))
		return false;
	return !(e->flags & (FF_EFFECT_MAYBE | FF_EFFECT_WEAK)) &&
	       (e->kind == FF_EFFECT_WRITE ||
		(e->kind == FF_EFFECT_COPY && e->src >= FF_MAX_SLOTS));
}

/* Is byte @off surely data? If so *@end is cut to where that changes, if not too. */
static bool data_at(const struct ff_model *m, unsigned int obj, uint64_t off, uint64_t *end,
		    uint64_t from, uint64_t until, int *writer)
{
	uint64_t latest_start = 0, disturbed = 0;
	const struct ff_effect *e;
	bool any = false;
	int who = -1;

	for each_change(m, obj, e) {
		if (e->kind == FF_EFFECT_GROW || e->from > until)
			continue;
		if (!ff_effect_covers(e, off)) {
			if (e->off > off && e->off < *end)
				*end = e->off;
			continue;
		}
		if (e->off + e->len < *end)
			*end = e->off + e->len;
		if (may_leave_hole(e) && e->until > disturbed)
			disturbed = e->until;
		if (makes_data(m, e) && e->until < from && e->from >= latest_start) {
			latest_start = e->from;
			any = true;
			who = e->call;
		}
	}
	if (writer)
		*writer = who;
	return any && disturbed < latest_start;
}

uint64_t ff_data_first(const struct ff_model *m, unsigned int obj, uint64_t off, uint64_t end,
		       uint64_t from, uint64_t until, int *writer)
{
	uint64_t stop;

	if (obj >= FF_OBJECTS)
		return FF_NEVER;
	for (; off < end; off = stop) {
		stop = end;
		if (data_at(m, obj, off, &stop, from, until, writer))
			return off;
	}
	return FF_NEVER;
}
