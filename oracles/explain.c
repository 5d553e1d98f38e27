// SPDX-License-Identifier: GPL-2.0-only
/* What is wrong with content that is not legal. */
#include <stdio.h>
#include <string.h>

#include "oracles/cause.h"
#include "oracles/explain.h"
#include "oracles/mapped.h"

#define MAX_VISIBLE 6	/* legal versions named in the evidence */

static void object_text(unsigned int obj, char *out, size_t n)
{
	if (obj < FF_OBJ_BUFFER(0))
		snprintf(out, n, "f%u", obj);
	else if (obj < FF_OBJ_PRIVATE(0))
		snprintf(out, n, "b%u", obj - FF_OBJ_BUFFER(0));
	else if (obj < FF_OBJ_STAGING(0))
		snprintf(out, n, "m%u", obj - FF_OBJ_PRIVATE(0));
	else
		snprintf(out, n, "obj%u", obj);
}

static const char *call_name(const struct ff_model *m, unsigned int id)
{
	return ff_op(m->c->program->call[id].op)->name;
}

static void seen_text(const struct ff_model *m, const struct ff_bad *bad, char *out, size_t n)
{
	const struct ff_seen *s = &bad->seen;
	char obj[16];
	unsigned int i, at;

	switch (s->kind) {
	case FF_SEEN_ZERO:
		snprintf(out, n, "zeros");
		return;
	case FF_SEEN_FOREIGN:
		snprintf(out, n, "content of an earlier program");
		return;
	case FF_SEEN_WORDS:
		if (s->version == FF_VERSION_BASE) {
			snprintf(out, n, "what the disk had at first at 0x%llx",
				 (unsigned long long)s->place);
			return;
		}
		object_text(s->obj, obj, sizeof(obj));
		i = s->version - 1U;
		snprintf(out, n, "version %u (%s) made for %s:0x%llx", s->version,
			 i < m->c->program->ncalls ? call_name(m, i) : "no call", obj,
			 (unsigned long long)s->place);
		return;
	}
	at = snprintf(out, n, "bytes");
	for (i = 0; i < bad->nraw && at < n; i++)
		at += snprintf(out + at, n - at, " %02x", bad->raw[i]);
	if (!bad->nraw)
		snprintf(out, n, "byte %02x", s->byte);
}

static bool legal_if(const struct ff_model *m, const struct ff_bad *bad, bool no_dma, bool no_hide)
{
	struct ff_walk w = { .m = m, .call = bad->see->call, .no_dma = no_dma, .no_hide = no_hide };
	uint64_t len = bad->len;

	return ff_legal(&w, bad->see->obj, bad->off, &len, &bad->seen, bad->see->from,
			bad->see->until) && !w.gave_up;
}

/* Old memory, or what was stored through the mapping and cleared away: that page was mapped too early. */
static const struct ff_event *unready(const struct ff_model *m, const struct ff_bad *bad)
{
	int file = ff_model_file(m, bad->see->obj);

	return file < 0 ? NULL : ff_unready_event(m, file, bad->off, bad->see->until);
}

/* @early: the witness saw the page mapped before anything was put there; may be NULL */
static const char *verdict(const struct ff_model *m, const struct ff_bad *bad,
			   const struct ff_effect *latest, const struct ff_event *early, struct ff_stale *stale)
{
	bool is_stale = ff_stale_mapping(m, bad, latest, stale);

	if (legal_if(m, bad, true, false))
		return "lost-dma";
	/* the poison that pread put into its memory first: nothing landed there */
	if (bad->seen.kind == FF_SEEN_WORDS && bad->seen.obj >= FF_OBJ_STAGING(0) &&
	    bad->seen.version == bad->see->call + 1U)
		return bad->see->flags & FF_EFFECT_DIRECT ? "lost-dma" : "unfilled";
	if (early)
		return "unready-mapping";
	if (bad->seen.kind == FF_SEEN_FOREIGN)
		return "foreign";
	if (bad->seen.kind == FF_SEEN_ZERO)
		return is_stale ? "stale-mapping" : "zeroed";
	if (!legal_if(m, bad, false, true))
		return bad->seen.kind == FF_SEEN_WORDS && bad->seen.version == FF_VERSION_BASE ?
		       "foreign" : "corrupt";
	if (is_stale)
		return "stale-mapping";
	if (latest && (latest->kind == FF_EFFECT_ZERO || latest->kind == FF_EFFECT_SIZE))
		return "resurrected";
	if (bad->see->obj < FF_MAX_SLOTS && !(bad->see->flags & FF_EFFECT_MAPPED))
		return "lost-write";
	return "stale";
}

/* The latest that surely put something there, of those sorted by their end. */
static const struct ff_effect *latest_of(const struct ff_effect **legal, unsigned int n)
{
	unsigned int i;

	for (i = n; i--;) {
		if (ff_effect_hides(legal[i]))
			return legal[i];
	}
	return n ? legal[n - 1] : NULL;
}

/* The direct read that should show: the latest that may. */
static const struct ff_effect *direct_read(const struct ff_model *m, const struct ff_bad *bad,
					   const struct ff_effect **legal, unsigned int n)
{
	const struct ff_effect *e, *latest = NULL;
	unsigned int i;

	for (i = n; i--;) {
		if (legal[i]->flags & FF_EFFECT_DMA)
			return legal[i];
	}
	/* it went into what was copied here later */
	for (i = 0; i < m->nchange; i++) {
		e = &m->change[i];
		if ((e->flags & FF_EFFECT_DMA) && e->until <= bad->see->from &&
		    (!latest || e->until > latest->until))
			latest = e;
	}
	return latest;
}

static void legal_text(const struct ff_model *m, struct ff_finding *f, const struct ff_effect **legal,
		       unsigned int n, bool initial)
{
	static const char *const kinds[] = {
		[FF_EFFECT_WRITE] = "legal, written", [FF_EFFECT_ZERO] = "legal, zeros",
		[FF_EFFECT_COPY] = "legal, copied", [FF_EFFECT_REVERT] = "legal, dropped",
		[FF_EFFECT_SIZE] = "legal, cut off",
	};
	unsigned int i;

	for (i = n; i--;)
		ff_cause_call(f, m->c, legal[i]->call,
			      legal[i]->kind < sizeof(kinds) / sizeof(*kinds) && kinds[legal[i]->kind] ?
			      kinds[legal[i]->kind] : "legal, anything after");
	if (initial)
		ff_finding_evidence(f, "legal: what was there at first\n");
}

static void say_stale(const struct ff_model *m, struct ff_finding *f, const struct ff_stale *stale)
{
	if (stale->drop >= 0)
		ff_cause_call(f, m->c, stale->drop, "page dropped by");
	if (!stale->event)
		return;
	ff_mapped_evidence(f, m->c, stale->event);
	f->witnessed = 1;
}

void ff_explain(const struct ff_model *m, const struct ff_bad *bad, struct ff_findings *out)
{
	struct ff_walk w = { .m = m, .call = bad->see->call };
	const struct ff_effect *legal[MAX_VISIBLE], *latest, *dma;
	uint64_t from = bad->see->from;
	const struct ff_event *early;
	char seen[120], obj[16];
	struct ff_stale stale;
	const char *what;
	struct ff_finding *f;
	unsigned int n;
	bool initial;

	n = ff_visible(&w, bad->see->obj, bad->off, from, bad->see->until, legal, MAX_VISIBLE,
		       &initial);
	latest = latest_of(legal, n);
	early = unready(m, bad);
	what = verdict(m, bad, latest, early, &stale);
	f = ff_finding_add(out, "data", what);
	if (!f)
		return;
	f->call = bad->see->call;
	f->thread = m->c->program->call[f->call].thread;
	seen_text(m, bad, seen, sizeof(seen));
	object_text(bad->see->obj, obj, sizeof(obj));
	dma = NULL;
	if (!strcmp(what, "lost-dma"))
		dma = bad->see->flags & FF_EFFECT_DIRECT ? bad->see : direct_read(m, bad, legal, n);
	if (dma)
		ff_finding_signature(f, "data.lost-dma.%s", call_name(m, dma->call));
	else if (!strcmp(what, "unready-mapping"))
		ff_finding_signature(f, "data.unready-mapping.%s", call_name(m, f->call));
	else if (!strcmp(what, "stale-mapping"))
		/* by who looked and who dropped the page, whatever was written there since */
		ff_finding_signature(f, "data.stale-mapping.%s.%s", call_name(m, f->call),
				     stale.drop < 0 ? "none" : call_name(m, stale.drop));
	else
		ff_finding_signature(f, "data.%s.%s.%s", what, call_name(m, f->call),
				     latest ? call_name(m, latest->call) : "none");
	snprintf(f->what, sizeof(f->what), "%s saw %s at %s:0x%llx+%llu; legal was %s%s%s",
		 call_name(m, f->call), seen, obj, (unsigned long long)bad->off,
		 (unsigned long long)bad->len, latest ? "what call " : "",
		 latest ? call_name(m, latest->call) : initial ? "the content at first" : "nothing",
		 latest ? " put there" : "");
	ff_cause_call(f, m->c, f->call, "seen by");
	if (bad->seen.kind == FF_SEEN_WORDS && bad->seen.version &&
	    bad->seen.version <= m->c->program->ncalls)
		ff_cause_call(f, m->c, bad->seen.version - 1, "seen, written");
	legal_text(m, f, legal, n, initial);
	if (!strcmp(what, "stale-mapping"))
		say_stale(m, f, &stale);
	if (!strcmp(what, "unready-mapping")) {
		ff_mapped_evidence(f, m->c, early);
		f->witnessed = 1;
	}
	if (dma) {
		ff_cause_cow(f, m->c, dma->call);
		from = dma->from;
	} else if (latest && latest->from < from) {
		from = latest->from;
	}
	ff_cause_beside(f, m->c, f->call, from, bad->see->until);
	ff_cause_witness(f, m->c);
	ff_cause_merge(out, f);
}
