// SPDX-License-Identifier: GPL-2.0-only
/*
 * The seek law: what was surely written, and neither punched nor cut off since,
 * is data to SEEK_DATA and SEEK_HOLE at every moment.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "oracles/cause.h"
#include "oracles/laws.h"
#include "oracles/model.h"

static void report(const struct ff_model *m, const struct ff_effect *e, const char *verdict,
		   int writer, const char *what, struct ff_findings *out)
{
	struct ff_finding *f = ff_finding_add(out, "seek", verdict);

	if (!f)
		return;
	f->call = e->call;
	f->thread = m->c->program->call[e->call].thread;
	snprintf(f->what, sizeof(f->what), "%s", what);
	ff_cause_call(f, m->c, e->call, "seen by");
	if (writer >= 0)
		ff_cause_call(f, m->c, writer, "data, written");
	ff_finding_signature(f, "seek.%s.%s", verdict, ff_cause_replaced(f, m->c, e->call));
	ff_cause_beside(f, m->c, e->call, e->from, e->until);
	ff_cause_witness(f, m->c);
	ff_cause_merge(out, f);
}

/* Data that lies in [off, end) but was not found. */
static void judge_data(const struct ff_model *m, const struct ff_effect *e, uint64_t end,
		       const char *result, struct ff_findings *out)
{
	char what[300];
	uint64_t data;
	int writer;

	data = ff_data_first(m, e->obj, e->off, end, e->from, e->until, &writer);
	if (data == FF_NEVER)
		return;
	snprintf(what, sizeof(what),
		 "SEEK_DATA from 0x%llx gave %s, though byte 0x%llx of f%u is data",
		 (unsigned long long)e->off, result, (unsigned long long)data, e->obj);
	report(m, e, "hole-in-data", writer, what, out);
}

/* A hole where data is; the virtual hole at the end of the file is always one. */
static void judge_hole(const struct ff_model *m, const struct ff_effect *e, uint64_t at,
		       uint64_t min, struct ff_findings *out)
{
	char what[300];
	int writer;

	if (at >= min ||
	    ff_data_first(m, e->obj, at, at + 1, e->from, e->until, &writer) != at)
		return;
	snprintf(what, sizeof(what),
		 "SEEK_HOLE from 0x%llx gave 0x%llx, though that byte of f%u is data",
		 (unsigned long long)e->off, (unsigned long long)at, e->obj);
	report(m, e, "hole-in-data", writer, what, out);
}

/* Ranges shifted inside the file: how long it is then is not known from above. */
static int shifted(const struct ff_model *m, unsigned int obj)
{
	unsigned int i;

	for (i = 0; i < m->object[obj].n; i++) {
		const struct ff_effect *e = &m->change[m->object[obj].first + i];

		if (e->kind == FF_EFFECT_COPY && e->src == obj)
			return 1;
	}
	return 0;
}

static void judge_result(const struct ff_model *m, const struct ff_effect *e,
			 const struct ff_record *r, uint64_t min, struct ff_findings *out)
{
	uint64_t max = ff_size_max(m, e->obj, e->from, e->until), at = r->result;
	char what[300];

	if (at < e->off || (at > max && !shifted(m, e->obj))) {
		snprintf(what, sizeof(what),
			 "seek from 0x%llx of f%u gave 0x%llx: outside [from, end of file], the file is never longer than 0x%llx",
			 (unsigned long long)e->off, e->obj, (unsigned long long)at,
			 (unsigned long long)max);
		report(m, e, "out-of-range", -1, what, out);
		return;
	}
	if (e->src == SEEK_HOLE) {
		judge_hole(m, e, at, min, out);
		return;
	}
	snprintf(what, sizeof(what), "0x%llx", (unsigned long long)at);
	judge_data(m, e, at < min ? at : min, what, out);
}

static void judge_seek(const struct ff_model *m, const struct ff_effect *e,
		       struct ff_findings *out)
{
	const struct ff_record *r = ff_model_record(m, e->call);
	uint64_t min = ff_size_min(m, e->obj, e->from, e->until);
	char what[300];

	if (!r->err) {
		judge_result(m, e, r, min, out);
	} else if (r->err == ENXIO && e->src == SEEK_DATA) {
		judge_data(m, e, min, "ENXIO", out);
	} else if (r->err == ENXIO && e->off < min) {
		/* there is a hole at the end of every file */
		snprintf(what, sizeof(what),
			 "SEEK_HOLE from 0x%llx gave ENXIO, though f%u is at least 0x%llx long",
			 (unsigned long long)e->off, e->obj, (unsigned long long)min);
		report(m, e, "no-hole", -1, what, out);
	}
}

void ff_judge_seek(const struct ff_case *c, void *model, struct ff_findings *out)
{
	const struct ff_model *m = model;
	unsigned int i;

	/* a block device has no holes: the whole of it is data, or the call is not for it */
	if (c->program->target.kind == FF_TARGET_BLOCK)
		return;
	for (i = 0; i < m->nobserve; i++) {
		if (m->observe[i].kind == FF_EFFECT_SEEK && m->observe[i].obj < FF_MAX_SLOTS)
			judge_seek(m, &m->observe[i], out);
	}
}
