// SPDX-License-Identifier: GPL-2.0-only
/* The bars and marks of a timeline. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/witness.h"
#include "fuzzer/call.h"
#include "oracles/cause.h"
#include "runner/report/timeline_state.h"

double ff_timeline_us(const struct ff_timeline *t, uint64_t ns)
{
	return ff_cause_us(t->c, ns);
}

const char *ff_tl_look_word(enum ff_tl_look look)
{
	static const char *const words[] = {
		"other calls", "reads and looks", "writes", "drops data", "moves pages", "kernel (witness)",
	};

	return words[look];
}

const char *ff_tl_role_word(enum ff_tl_role role)
{
	static const char *const words[] = { "", "beside it", "evidence", "saw it" };

	return words[role];
}

static enum ff_tl_look look_of(const struct ff_call *c)
{
	uint32_t traits = ff_call_traits(c);

	if (traits & FF_DROPS)
		return FF_LOOK_DROPS;
	if (traits & FF_MOVES)
		return FF_LOOK_MOVES;
	if (traits & FF_WRITES || c->op == FF_OP_STORE)
		return FF_LOOK_WRITES;
	if (traits & (FF_READS | FF_OBSERVES))
		return FF_LOOK_READS;
	return FF_LOOK_OTHER;
}

/* The last moment that is known of the case. */
static uint64_t last_moment(const struct ff_case *c)
{
	const struct ff_history *h = c->history;
	uint64_t last = h->ended > h->began ? h->ended : h->began;

	if (!h->ended && c->now > last)
		last = c->now;
	for (unsigned int i = 0; i < c->program->ncalls; i++) {
		if (h->record[i].state != FF_CALL_DONE && h->record[i].state != FF_CALL_STARTED)
			continue;
		if (h->record[i].invoked > last)
			last = h->record[i].invoked;
		if (h->record[i].state == FF_CALL_DONE && h->record[i].returned > last)
			last = h->record[i].returned;
	}
	return last;
}

static void add_call(struct ff_timeline *t, unsigned int id)
{
	const struct ff_record *r = &t->c->history->record[id];
	const struct ff_call *call = &t->c->program->call[id];
	struct ff_tl_bar *b = &t->bar[t->nbars];

	if (r->state != FF_CALL_DONE && r->state != FF_CALL_STARTED)
		return;
	t->nbars++;
	b->call = (int)id;
	b->event = -1;
	b->open = r->state == FF_CALL_STARTED;
	b->from = r->invoked;
	b->until = b->open ? t->until : r->returned;
	b->until = b->until < b->from ? b->from : b->until;
	b->failed = r->err || r->signal;
	b->look = look_of(call);
	for (unsigned int i = 0; i < t->nlanes; i++)
		if (call->thread == FF_SETUP ? t->lane[i].kind == FF_LANE_SETUP :
		    t->lane[i].kind == FF_LANE_THREAD && t->lane[i].thread == call->thread)
			b->lane = i;
	ff_call_print(call, b->text, sizeof(b->text));
	ff_cause_result(r, b->result, sizeof(b->result));
}

/* The kind that ends what @kind begins, or FF_EV_NONE. */
static unsigned int end_of(unsigned int kind)
{
	static const uint8_t pairs[][2] = {
		{ FF_EV_SWAP_IN_BEGIN, FF_EV_SWAP_IN_END }, { FF_EV_COW_BEGIN, FF_EV_COW_END },
		{ FF_EV_DMA_PIN, FF_EV_DMA_DONE }, { FF_EV_COLLAPSE_BEGIN, FF_EV_COLLAPSE_END },
		{ FF_EV_TRUNCATE_BEGIN, FF_EV_TRUNCATE_END }, { FF_EV_SPLIT_BEGIN, FF_EV_SPLIT_END },
		{ FF_EV_SWAP_IN_FILE_BEGIN, FF_EV_SWAP_IN_FILE_END }, { FF_EV_UNUSE_BEGIN, FF_EV_UNUSE_END },
		{ FF_EV_WAIT_BEGIN, FF_EV_WAIT_END },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (pairs[i][0] == kind)
			return pairs[i][1];
	return FF_EV_NONE;
}

static bool same_thing(const struct ff_event *begin, const struct ff_event *end)
{
	if (begin->tid != end->tid)
		return false;
	return begin->kind != FF_EV_DMA_PIN || begin->cookie == end->cookie;
}

/*
 * The event that ends event @i, or -1. What the same task begins again has no end before
 * that; a read has a pin for each stretch of its memory, and all end at once.
 */
static int find_end(const struct ff_case *c, size_t i)
{
	const struct ff_event *begin = &c->event[i];
	unsigned int end = end_of(begin->kind);

	for (size_t k = i + 1; end && k < c->nevents; k++) {
		if (c->event[k].kind == end && same_thing(begin, &c->event[k]))
			return (int)k;
		if (begin->kind != FF_EV_DMA_PIN && c->event[k].kind == begin->kind && same_thing(begin, &c->event[k]))
			return -1;
	}
	return -1;
}

/* "collapse" of "collapse_begin" */
static void stem(const char *name, char *out, size_t n)
{
	const char *last = strrchr(name, '_');

	if (last && (!strcmp(last, "_begin") || !strcmp(last, "_end") || !strcmp(last, "_pin") || !strcmp(last, "_done")))
		snprintf(out, n, "%.*s", (int)(last - name), name);
	else
		snprintf(out, n, "%s", name);
}

static void put(char *out, size_t n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void put(char *out, size_t n, const char *fmt, ...)
{
	size_t used = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + used, n - used, fmt, ap);
	va_end(ap);
}

/* What the event is about, in the words of bpf/event.h. */
static void put_details(const struct ff_event *e, char *out, size_t n)
{
	bool ranged = e->kind == FF_EV_SEEK || e->kind == FF_EV_TRUNCATE_BEGIN || e->kind == FF_EV_TRUNCATE_END;

	if (ranged)
		put(out, n, " at byte %llu", (unsigned long long)e->pos);
	else if (e->ino)
		put(out, n, " page %llu", (unsigned long long)e->index);
	if (!ranged && e->addr && e->kind != FF_EV_MIGRATE)
		put(out, n, " address 0x%llx", (unsigned long long)e->addr);
	if (e->flags & FF_EVF_PFN)
		put(out, n, " frame 0x%llx", (unsigned long long)e->pfn);
	if (e->flags & FF_EVF_KHUGEPAGED)
		put(out, n, " (khugepaged)");
	else if (e->flags & FF_EVF_KSWAPD)
		put(out, n, " (kswapd)");
	else if (e->flags & FF_EVF_KTHREAD)
		put(out, n, " (kernel thread)");
}

void ff_timeline_event(const struct ff_timeline *t, int i, char *out, size_t n)
{
	const struct ff_event *e = &t->c->event[i];

	snprintf(out, n, "%s", ff_ev_name(e->kind));
	put_details(e, out, n);
	if (e->result)
		put(out, n, " result %lld", (long long)e->result);
}

/* Events that are told when they are over, with how long they took. */
static bool has_length(const struct ff_event *e)
{
	return (e->kind == FF_EV_DELAY || e->kind == FF_EV_MOVED) && e->result >= 0;
}

static void add_span(struct ff_timeline *t, size_t i, int end)
{
	const struct ff_event *e = &t->c->event[i], *last = end < 0 ? NULL : &t->c->event[end];
	struct ff_tl_bar *b = &t->bar[t->nbars++];

	b->call = -1;
	b->event = (int)i;
	b->lane = ff_tl_lane_of(t, e);
	b->look = FF_LOOK_KERNEL;
	b->from = e->time_ns;
	b->until = last ? last->time_ns : e->time_ns + (uint64_t)e->result;
	stem(ff_ev_name(e->kind), b->text, sizeof(b->text));
	put_details(e, b->text, sizeof(b->text));
	put(b->text, sizeof(b->text), ", task %u", e->tid);
	if (e->kind == FF_EV_MOVED)
		put(b->text, sizeof(b->text), ", %u pages", e->extra);
	if (last && !(last->flags & FF_EVF_NO_RESULT))
		snprintf(b->result, sizeof(b->result), "result %lld", (long long)last->result);
}

static void add_mark(struct ff_timeline *t, size_t i)
{
	struct ff_tl_mark *m = &t->mark[t->nmarks++];

	m->lane = ff_tl_lane_of(t, &t->c->event[i]);
	m->event = (int)i;
	m->at = t->c->event[i].time_ns;
}

/* Every event once: as a bar with the one that ends it, or as a mark. */
static int add_events(struct ff_timeline *t)
{
	const struct ff_case *c = t->c;
	bool *used = calloc(c->nevents + 1, 1);
	int end;

	if (!used)
		return -ENOMEM;
	for (size_t i = 0; i < c->nevents; i++) {
		if (used[i])
			continue;
		end = find_end(c, i);
		if (end >= 0 && used[end])
			end = -1;
		if (end >= 0)
			used[end] = true;
		if (end >= 0 || has_length(&c->event[i]))
			add_span(t, i, end);
		else
			add_mark(t, i);
	}
	free(used);
	return 0;
}

static void widen(struct ff_timeline *t)
{
	for (unsigned int i = 0; i < t->nbars; i++) {
		t->from = t->bar[i].from < t->from ? t->bar[i].from : t->from;
		t->until = t->bar[i].until > t->until ? t->bar[i].until : t->until;
	}
	for (unsigned int i = 0; i < t->nmarks; i++) {
		t->from = t->mark[i].at < t->from ? t->mark[i].at : t->from;
		t->until = t->mark[i].at > t->until ? t->mark[i].at : t->until;
	}
	if (t->until <= t->from)
		t->until = t->from + 1;
}

int ff_timeline_make(struct ff_timeline *t, const struct ff_case *c, const struct ff_finding *f)
{
	memset(t, 0, sizeof(*t));
	t->c = c;
	t->base = t->from = c->history->began;
	t->until = last_moment(c);
	t->bar = calloc(c->program->ncalls + c->nevents + 1, sizeof(*t->bar));
	t->mark = calloc(c->nevents + 1, sizeof(*t->mark));
	if (!t->bar || !t->mark) {
		ff_timeline_free(t);
		return -ENOMEM;
	}
	ff_tl_lanes(t);
	for (unsigned int i = 0; i < c->program->ncalls; i++)
		add_call(t, i);
	if (add_events(t)) {
		ff_timeline_free(t);
		return -ENOMEM;
	}
	widen(t);
	ff_tl_roles(t, f);
	ff_tl_zoom(t);
	return 0;
}

void ff_timeline_free(struct ff_timeline *t)
{
	free(t->bar);
	free(t->mark);
	t->bar = NULL;
	t->mark = NULL;
	t->nbars = t->nmarks = 0;
}
