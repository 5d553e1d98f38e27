// SPDX-License-Identifier: GPL-2.0-only
#include "runner/regress/cell.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzer/call.h"
#include "runner/msg.h"

void ff_cell_skip(struct ff_regress_cell *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->out->reason, sizeof(c->out->reason), fmt, ap);
	va_end(ap);
	c->out->verdict = FF_REGRESS_SKIP;
	c->over = true;
}

/* The first feature among @missing, for people. */
static const char *first_of(uint64_t missing)
{
	for (unsigned int f = 0; f < FF_FEATURES; f++)
		if (missing & 1ULL << f)
			return ff_feature_name(f);
	return "?";
}

void ff_cell_check(struct ff_regress_cell *c, const struct ff_session_info *info)
{
	uint64_t missing = c->p->head.features & ~info->boot.features;

	if (missing)
		ff_cell_skip(c, "this kernel has no %s", first_of(missing));
	else if (c->p->head.witness && (!info->boot.witness[0] || !strncmp(info->boot.witness, "SKIP", 4)))
		ff_cell_skip(c, "without the witness it shows nothing: %.200s", info->boot.witness);
}

/* The finding that a reader wants to see first: a new one rather than one that is known. */
static void keep_log(struct ff_regress_cell *c, const struct ff_finding *x, bool known, const char *kernel_log)
{
	char *log;

	if (c->out->log && (known || c->t.first_new != c->t.runs))
		return;
	if (asprintf(&log, "%s\n%s\n%s%s%.4000s", x->signature, x->what, x->evidence, kernel_log[0] ? "kernel log:\n" : "",
		     kernel_log) < 0)
		return;
	free(c->out->log);
	c->out->log = log;
}

static struct ff_found *found_of(struct ff_regress_evidence *e, const char *signature)
{
	struct ff_found *f;

	for (unsigned int i = 0; i < e->n; i++)
		if (!strcmp(e->f[i].signature, signature))
			return &e->f[i];
	f = realloc(e->f, (e->n + 1) * sizeof(*f));
	if (!f)
		return NULL;
	e->f = f;
	memset(&f[e->n], 0, sizeof(*f));
	return &f[e->n++];
}

/* What the baseline does not know is kept as a campaign keeps its findings. */
static int keep(struct ff_regress_job *j, struct ff_regress_evidence *e, const struct ff_outcome *r,
		const struct ff_finding *x, const struct ff_session_info *info)
{
	struct ff_found *f = found_of(e, x->signature);
	char guest[120];

	if (!f)
		return -ENOMEM;
	if (f->signature[0]) {
		f->count++;
		return 0;
	}
	snprintf(guest, sizeof(guest), "%s%.100s", j->o.here ? "--here" : "--kernel ", j->o.here ? "" : info->kernel);
	ff_found_describe(f, x, &r->c, info, guest);
	f->witnessed = x->witnessed;
	f->count = 1;
	return ff_store_put(j->store, f, &r->c, x);
}

int ff_cell_take(struct ff_regress_cell *c, struct ff_regress_job *j, struct ff_regress_evidence *e,
		 const struct ff_outcome *r, const struct ff_findings *findings, const struct ff_session_info *info)
{
	int ret = 0;

	if (r->failed) {
		if (!c->over)
			ff_cell_skip(c, "its target cannot be made: %s", r->failed);
		return 0;
	}
	if (r->lost[0] && !findings->n && strcmp(r->c.lost, "killed")) {	/* killed: by the OOM killer, a result */
		c->t.lost++;
		return 0;
	}
	ff_regress_add(&c->t, &c->p->head, &c->base, findings);
	for (unsigned int i = 0; i < findings->n && !ret; i++) {
		const struct ff_finding *x = &findings->f[i];
		bool known = ff_regress_is_known(&c->p->head, &c->base, x->signature);

		keep_log(c, x, known, r->c.log ? r->c.log : "");
		if (!known && j->store && !j->record)
			ret = keep(j, e, r, x, info);
	}
	return ret;
}

static int by_hits(const void *a, const void *b)
{
	const struct ff_regress_signature *x = a, *y = b;

	return (y->hits > x->hits) - (y->hits < x->hits);
}

static void list_signatures(struct ff_regress_cell *c)
{
	c->out->signatures = calloc(c->t.nseen + 1, sizeof(*c->out->signatures));
	for (unsigned int i = 0; c->out->signatures && i < c->t.nseen; i++) {
		struct ff_regress_signature *s = &c->out->signatures[c->out->nsignatures++];

		strcpy(s->signature, c->t.seen[i].signature);
		strcpy(s->what, c->t.seen[i].what);
		s->hits = c->t.seen[i].hits;
	}
	if (c->out->nsignatures)
		qsort(c->out->signatures, c->out->nsignatures, sizeof(*c->out->signatures), by_hits);
}

static int record(struct ff_regress_cell *c, struct ff_regress_job *j, const char *key)
{
	struct ff_base seen;
	int ret;

	if (c->t.hits && !c->p->head.nbugs)
		ff_msg_warn("%s is to be silent, and %s is recorded as known on %s", c->p->info.name, c->t.seen[0].signature, key);
	ff_regress_base(&c->t, c->p->id, NULL, &seen);
	ret = ff_baseline_put(j->baseline, key, j->result.kernels[c->out->kernel].release, c->p->info.name, &seen);
	if (!ret)
		ret = ff_baseline_save(j->baseline);
	ff_baseline_get(j->baseline, key, c->p->info.name, c->p->id, &c->base);
	ff_regress_learn(&c->t, &c->p->head, &c->base);
	return ret;
}

int ff_cell_end(struct ff_regress_cell *c, struct ff_regress_job *j, const char *kernel_key)
{
	int ret = 0;

	c->over = true;
	if (j->record && c->t.runs)
		ret = record(c, j, kernel_key);
	ff_regress_decide(&c->t, &c->p->head, &c->base, c->limits, c->out);
	list_signatures(c);
	return ret;
}

int ff_evidence_finish(struct ff_regress_evidence *e, struct ff_store *st)
{
	int ret = 0;

	for (unsigned int i = 0; i < e->n && st && !ret; i++)
		if (e->f[i].signature[0])
			ret = ff_store_update(st, &e->f[i], NULL);
	free(e->f);
	memset(e, 0, sizeof(*e));
	return ret;
}
