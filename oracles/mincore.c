// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mincore law: a page that was surely written is resident, as long as
 * nothing may have evicted it.
 */
#include <stdio.h>

#include "oracles/cause.h"
#include "oracles/laws.h"
#include "oracles/model.h"

static bool reaches(const struct ff_effect *e, unsigned int obj)
{
	return e->obj == FF_OBJ_NONE || e->obj == obj;
}

/*
 * May something have evicted pages, or moved the mapping, before the look
 * ended? Where in the file does not matter: advice on one page may reach its
 * neighbours (large folios, readahead windows).
 */
static bool evicted(const struct ff_model *m, const struct ff_effect *look)
{
	const struct ff_effect *e;
	unsigned int i, op;

	for (i = 0; i < m->naround; i++) {
		e = &m->around[i];
		if (e->from > look->until)
			continue;
		if (e->kind == FF_EFFECT_EVICT)
			return true;
		op = m->c->program->call[e->call].op;
		if (e->kind == FF_EFFECT_LOCAL && op != FF_OP_MMAP && op != FF_OP_BUFFER &&
		    reaches(e, look->obj))
			return true;
	}
	return false;
}

/*
 * On a disk file system also: direct I/O and the shifting, punching and cloning
 * of ranges throw out pages beyond their own range, and opening a file for
 * writing drops the page cache of one that has read-only huge pages.
 */
static bool disk_evicted(const struct ff_model *m, const struct ff_effect *look)
{
	const struct ff_program *p = m->c->program;
	const struct ff_effect *e;
	unsigned int i;

	for (i = 0; i < m->nchange; i++) {
		e = &m->change[i];
		if (e->obj == look->obj && e->from <= look->until &&
		    (e->kind == FF_EFFECT_ZERO || e->kind == FF_EFFECT_SIZE ||
		     (e->flags & FF_EFFECT_DIRECT) ||
		     (e->kind == FF_EFFECT_COPY && e->src < FF_MAX_SLOTS)))
			return true;
		if (e->kind == FF_EFFECT_COPY && e->src == look->obj && (e->flags & FF_EFFECT_DIRECT))
			return true;
	}
	for (i = 0; i < m->nobserve; i++) {
		e = &m->observe[i];
		if (e->kind == FF_EFFECT_SEE && e->obj == look->obj && (e->flags & FF_EFFECT_DIRECT))
			return true;
	}
	for (i = 0; i < p->ncalls; i++) {
		if (ff_call_has_word(&p->call[i], "collapse"))
			return true;
	}
	return false;
}

static bool judged(const struct ff_model *m, const struct ff_effect *look)
{
	const struct ff_case *c = m->c;
	unsigned int obj = look->obj;

	/* swap takes anything out at any time; a device's cache is not ours alone */
	if (c->program->target.swap != FF_SWAP_NONE || c->program->target.kind == FF_TARGET_BLOCK)
		return false;
	if (c->history->flags & (FF_HIST_EVICTED | FF_HIST_OOM))
		return false;
	/* FUSE drops pages whenever it hears of another size, and one written in part is not there yet */
	if (c->program->target.kind == FF_TARGET_FUSE && obj < FF_MAX_SLOTS)
		return false;
	/* a private map's own pages and the file's are two things at one address */
	if (obj >= FF_MAX_SLOTS && (obj < FF_OBJ_BUFFER(0) || obj >= FF_OBJ_PRIVATE(0)))
		return false;
	if (evicted(m, look))
		return false;
	return obj >= FF_MAX_SLOTS || c->program->target.kind == FF_TARGET_TMPFS ||
	       !disk_evicted(m, look);
}

static void report(const struct ff_model *m, const struct ff_effect *e, uint64_t at, int writer,
		   struct ff_findings *out)
{
	struct ff_finding *f = ff_finding_add(out, "mincore", "absent");

	if (!f)
		return;
	f->call = e->call;
	f->thread = m->c->program->call[e->call].thread;
	snprintf(f->what, sizeof(f->what),
		 "mincore says that the page of byte 0x%llx of %c%u is absent, though it was written and nothing may evict it",
		 (unsigned long long)at, e->obj < FF_MAX_SLOTS ? 'f' : 'b', e->obj % FF_MAX_SLOTS);
	ff_cause_call(f, m->c, e->call, "seen by");
	if (writer >= 0)
		ff_cause_call(f, m->c, writer, "written");
	ff_finding_signature(f, "mincore.absent.%s", ff_cause_replaced(f, m->c, e->call));
	ff_cause_beside(f, m->c, e->call, e->from, e->until);
	ff_cause_witness(f, m->c);
	ff_cause_merge(out, f);
}

static void judge_resident(const struct ff_model *m, const struct ff_effect *e,
			   struct ff_findings *out)
{
	uint64_t end = e->off + e->len, at, last;
	const struct ff_run *run;
	unsigned int i, n;
	int writer;

	if (e->obj < FF_MAX_SLOTS) {
		last = ff_size_min(m, e->obj, e->from, e->until);
		if (last < end)
			end = last;
	}
	run = ff_model_runs(m, e, &n);
	for (i = 0; i < n; i++) {
		if (run[i].kind != FF_RUN_ABSENT || run[i].off >= end)
			continue;
		last = run[i].len < end - run[i].off ? run[i].off + run[i].len : end;
		at = ff_data_first(m, e->obj, run[i].off, last, e->from, e->until, &writer);
		if (at == FF_NEVER)
			continue;
		report(m, e, at, writer, out);
		return;
	}
}

void ff_judge_mincore(const struct ff_case *c, void *model, struct ff_findings *out)
{
	const struct ff_model *m = model;
	unsigned int i;

	(void)c;
	for (i = 0; i < m->nobserve; i++) {
		if (m->observe[i].kind == FF_EFFECT_RESIDENT && judged(m, &m->observe[i]))
			judge_resident(m, &m->observe[i], out);
	}
}
