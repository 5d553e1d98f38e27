// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unmap law: no page is mapped that is in no file any more, or in which nobody
 * has put anything yet. The witness alone proves it, whether or not anybody looked
 * through the mapping; bpf/mapped.bpf.c says why its word is enough.
 */
#include <stdio.h>
#include <string.h>

#include "oracles/cause.h"
#include "oracles/laws.h"
#include "oracles/mapped.h"

#define PAGES_OF_HUGE	512

/**
 * struct misdeed - a kind of event that this law forbids
 * @name: of the signature
 * @did: what the page did, for people
 */
struct misdeed {
	unsigned int kind;
	const char *verdict, *name, *did;
};

static const struct misdeed misdeeds[] = {
	{ FF_EV_STILL_MAPPED, "stale-mapping", "page-still-mapped",
	  "left the page cache and stayed mapped: what a mapping shows there is not the file's" },
	{ FF_EV_MAPPED_GONE, "stale-mapping", "page-mapped-when-gone",
	  "mapped by a fault after leaving the page cache: what a mapping shows there is not the file's" },
	{ FF_EV_SPLIT_MAPPED, "stale-mapping", "page-mapped-after-split",
	  "mapped when a split had unmapped all: the unmap overlooked who is in the middle of another" },
	{ FF_EV_MAPPED_UNREADY, "unready-mapping", "page-not-uptodate",
	  "mapped before anything was put there: loads see old memory, stores are lost when it is cleared" },
};

/* Does this event mean that a page without a file is mapped? That of a split still has one. */
static bool is_mapped(const struct ff_event *e)
{
	return e->kind == FF_EV_STILL_MAPPED || e->kind == FF_EV_MAPPED_GONE;
}

bool ff_mapped_known(const struct ff_case *c)
{
	return c->witness && c->witness[0] && strncmp(c->witness, "SKIP", 4) &&
	       !strstr(c->witness, "still_mapped") && !strstr(c->witness, "mapped_gone") &&
	       !c->drops && c->nevents;
}

int ff_mapped_call(const struct ff_case *c, const struct ff_event *e)
{
	const struct ff_record *r;
	unsigned int i;

	for (i = 0; e->tid && i < c->program->ncalls; i++) {
		r = &c->history->record[i];
		if (r->tid != e->tid || r->invoked > e->time_ns ||
		    (r->state != FF_CALL_DONE && r->state != FF_CALL_STARTED))
			continue;
		if (r->state == FF_CALL_STARTED || r->returned >= e->time_ns)
			return i;
	}
	return -1;
}

/* What truncates @file by a call of the program names its inode. */
static const struct ff_event *removal_of(const struct ff_model *m, unsigned int file)
{
	const struct ff_effect *e = &m->change[m->object[file].first];
	const struct ff_effect *end = e + m->object[file].n;
	const struct ff_case *c = m->c;
	size_t i;

	for (; e < end; e++) {
		if (e->kind != FF_EFFECT_ZERO && e->kind != FF_EFFECT_SIZE)
			continue;
		for (i = 0; i < c->nevents; i++) {
			if (c->event[i].kind == FF_EV_TRUNCATE_BEGIN && c->event[i].ino &&
			    ff_mapped_call(c, &c->event[i]) == e->call)
				return &c->event[i];
		}
	}
	return NULL;
}

const struct ff_event *ff_mapped_event(const struct ff_model *m, unsigned int file, uint64_t off,
				       uint64_t until)
{
	const struct ff_event *of = removal_of(m, file), *e, *last = NULL;
	uint64_t pages, page = off / 4096;
	size_t i;

	for (i = 0; of && i < m->c->nevents; i++) {
		e = &m->c->event[i];
		if (!is_mapped(e) || e->ino != of->ino || e->dev != of->dev || e->time_ns > until)
			continue;
		pages = e->kind == FF_EV_STILL_MAPPED && e->result ? PAGES_OF_HUGE : 1;
		if (page >= e->index && page - e->index < pages)
			last = e;
	}
	return last;
}

const struct ff_event *ff_unready_event(const struct ff_model *m, unsigned int file, uint64_t off,
					uint64_t until)
{
	const struct ff_event *of = removal_of(m, file), *e;
	uint64_t page = off / 4096;
	size_t i;

	for (i = 0; i < m->c->nevents; i++) {
		e = &m->c->event[i];
		if (e->kind == FF_EV_MAPPED_UNREADY && e->time_ns <= until && page >= e->index &&
		    page - e->index < PAGES_OF_HUGE && (!of || (of->ino == e->ino && of->dev == e->dev)))
			return e;
	}
	return NULL;
}

static void by_whom(struct ff_finding *f, const struct ff_case *c, const struct ff_event *e)
{
	int call = ff_mapped_call(c, e);

	if (call >= 0)
		ff_finding_evidence(f, ", by call %d (%s) of task %u\n", call,
				    ff_op(c->program->call[call].op)->name, e->tid);
	else
		ff_finding_evidence(f, ", by task %u\n", e->tid);
}

void ff_mapped_evidence(struct ff_finding *f, const struct ff_case *c, const struct ff_event *e)
{
	if (e->kind == FF_EV_MAPPED_UNREADY)
		ff_finding_evidence(f,
			"witness: huge page %llu of inode %llu (frame 0x%llx) was mapped at 0x%llx and was not uptodate, at %.1f us",
			(unsigned long long)e->index, (unsigned long long)e->ino,
			(unsigned long long)e->pfn, (unsigned long long)e->addr, ff_cause_us(c, e->time_ns));
	else if (e->kind != FF_EV_MAPPED_GONE)
		ff_finding_evidence(f,
			"witness: %spage %llu of inode %llu (frame 0x%llx) %s with %u mapping%s, at %.1f us",
			e->result ? "huge " : "", (unsigned long long)e->index,
			(unsigned long long)e->ino, (unsigned long long)e->pfn,
			e->kind == FF_EV_STILL_MAPPED ? "left the page cache" : "was left by the unmap of a split",
			e->extra,
			e->extra == 1 ? "" : "s", ff_cause_us(c, e->time_ns));
	else
		ff_finding_evidence(f,
			"witness: a fault mapped frame 0x%llx as page %llu of inode %llu at 0x%llx, when it was in no page cache any more, at %.1f us",
			(unsigned long long)e->pfn, (unsigned long long)e->index,
			(unsigned long long)e->ino, (unsigned long long)e->addr,
			ff_cause_us(c, e->time_ns));
	by_whom(f, c, e);
}

/* One kind of page, which has one signature: whichever call dropped it, the bug is one. */
static void judge_kind(const struct ff_model *m, const struct misdeed *row, bool huge,
		       struct ff_findings *out)
{
	const struct ff_event *e, *first = NULL;
	const struct ff_case *c = m->c;
	struct ff_finding *f;
	unsigned int pages = 0, i;

	for (e = c->event; e < c->event + c->nevents; e++) {
		if (e->kind != row->kind || !e->result != !huge)
			continue;
		first = first ? first : e;
		pages++;
	}
	f = first ? ff_finding_add(out, "unmap", row->verdict) : NULL;
	if (!f)
		return;
	f->witnessed = 1;
	f->call = ff_mapped_call(c, first);
	f->thread = f->call < 0 ? -1 : c->program->call[f->call].thread;
	snprintf(f->what, sizeof(f->what), "%u %spage%s %s", pages, huge ? "huge " : "",
		 pages == 1 ? "" : "s", row->did);
	ff_finding_signature(f, "unmap.%s.%s%s", row->verdict, huge ? "huge-" : "", row->name);
	ff_mapped_evidence(f, c, first);
	for (i = 0; i + 1 < out->n; i++) {
		if (!strcmp(out->f[i].verdict, row->verdict))
			ff_finding_evidence(f, "the same bug, as a call saw it or the other side of the race: %s\n",
					    out->f[i].signature);
	}
	if (f->call >= 0) {
		ff_cause_call(f, c, f->call, "by");
		ff_cause_beside(f, c, f->call, c->history->record[f->call].invoked, first->time_ns);
	}
}

void ff_judge_unmap(const struct ff_case *c, void *model, struct ff_findings *out)
{
	const struct misdeed *row;

	(void)c;
	for (row = misdeeds; row < misdeeds + sizeof(misdeeds) / sizeof(*misdeeds); row++) {
		judge_kind(model, row, false, out);
		judge_kind(model, row, true, out);
	}
}
