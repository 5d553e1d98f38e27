// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/minimize_ask.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/set.h"
#include "fuzzer/edit.h"
#include "fuzzer/hash.h"

#define ENOUGH		0.75	/* a rate above this may be given away for fewer calls */
#define APART		4.0	/* between the two rates of the test */
#define DETAIL_APART	2.5
#define STRICT_APART	1.5
#define EARLY		0.02	/* few are tried early, */
#define SURER		0.005	/* odds of a candidate that hits no more often: many are tried */
#define TESTS		3	/* of one candidate that hits now and then */
#define CLEAR		0.8	/* a rate above this may be given away unseen, while it stays above the wish */
#define PLAIN		0.88	/* share of the present rate: plainer arguments are worth less than fewer calls */
#define APART_SURE	1.22	/* between what must not and what may take the place of a measured program */
#define LOST		0.9	/* times that, over many runs: no chance any more */
#define AUDITS		40	/* so many audits the rest of a budget is worth; */
#define AUDIT_RUNS	20	/* at least so many runs each, */
#define AUDITS_DEAR	15	/* where hits are dear, */
#define AUDIT_FEW	3	/* ... so many hits each; */
#define AUDIT_MANY	120
#define AUDIT_USUAL	60	/* where no budget is known */
#define DEAR		250	/* so few hits left in the budget are dear; */
#define DEAR_TIMES	6	/* ... when they also cost so many times more than a miss */
#define DEAR_ALPHA	0.26	/* then one hit passes a candidate; the audit sees what was chance */

static const struct ff_min_phase phases[FF_MIN_PHASES] = {
	{ .name = "delays that help", .next = ff_raise_early, .raises = true, .early = true },
	{ .name = "threads", .next = ff_shrink_threads },
	{ .name = "stretches", .next = ff_shrink_stretches },
	{ .name = "groups", .next = ff_shrink_groups },
	{ .name = "calls", .next = ff_shrink_calls },
	{ .name = "rate", .next = ff_raise, .raises = true },
	{ .name = "arguments", .next = ff_shrink_args, .detail = true },
	{ .name = "delays", .next = ff_shrink_delays, .detail = true },
	{ .name = "target", .next = ff_shrink_target, .detail = true },
};

static const struct ff_min_phase ddmin = { .name = "ddmin", .next = ff_ddmin };

const struct ff_min_phase *ff_min_phase(const struct ff_minimize *m)
{
	return m->cfg.ddmin ? &ddmin : &phases[m->phase];
}

uint64_t ff_minimize_hash(const struct ff_program *p)
{
	char *text = ff_program_text(p);
	uint64_t h;

	if (!text)
		abort();	/* a few KiB: nothing else would work either */
	h = ff_hash(FF_HASH_BEGIN, text, strlen(text));
	free(text);
	return h;
}

/* ---- programs that were tried ---- */

static struct ff_min_seen *seen(const struct ff_minimize *m, uint64_t hash)
{
	for (size_t i = 0; i < m->nseen; i++)
		if (m->seen[i].hash == hash)
			return &m->seen[i];
	return NULL;
}

bool ff_minimize_note(struct ff_minimize *m, const struct ff_min_seen *is)
{
	struct ff_min_seen *s = seen(m, is->hash);

	if (!s && m->nseen == m->room) {
		size_t room = m->room ? 2 * m->room : 256;
		struct ff_min_seen *more = reallocarray(m->seen, room, sizeof(*more));

		if (!more)
			return false;
		m->seen = more;
		m->room = room;
	}
	if (!s)
		s = &m->seen[m->nseen++];
	*s = *is;
	return true;
}

/* A test ended. Without memory it is forgotten: then the program may be tried again. */
void ff_min_note(struct ff_minimize *m, uint64_t hash, double bar, unsigned int hits, unsigned int runs)
{
	const struct ff_min_seen *old = seen(m, hash);
	struct ff_min_seen s = { hash, bar, { hits, runs }, 1, m->round };

	if (old) {
		s.rate.hits += old->rate.hits;
		s.rate.runs += old->rate.runs;
		s.tests += old->tests;
	}
	ff_minimize_note(m, &s);
}

/* ---- what is asked of a candidate ---- */

/* What was gained by a longer program is not given away for a shorter one. */
static bool strict(const struct ff_minimize *m)
{
	return m->raised && m->ref < m->cfg.goal;
}

/* The rate that a candidate of this phase should have; *@p0: what is too little. */
static double bar(const struct ff_minimize *m, double *p0)
{
	double ref = ff_min_most(m->ref, FF_MIN_RARE), p1;

	if (ff_min_phase(m)->raises) {
		*p0 = ref;
		if (ff_min_phase(m)->early)	/* a great gain, or another time: the program is large, so runs are dear */
			return ff_min_least(ref + 0.6 * (1 - ref), ff_min_most(4 * ref, 0.3));
		return ff_min_least(ref + 0.3 * (1 - ref), ff_min_most(3 * ref, FF_MIN_FLOOR));
	}
	p1 = ff_min_most((strict(m) ? 1 : FF_MIN_KEEP) * ff_min_least(ref, ENOUGH), m->floor);
	*p0 = p1 / (strict(m) ? STRICT_APART : ff_min_phase(m)->detail ? DETAIL_APART : APART);
	return p1;
}

/*
 * A program that hits often may lose some of that, down to a fixed rate; one that hits
 * seldom only a share of the best there was, all steps together: small losses add up.
 */
static double worst(const struct ff_minimize *m)
{
	return FF_MIN_WORST * ff_min_least(ff_min_most(m->peak, FF_MIN_RARE), m->cfg.goal);
}

void ff_min_bounds(const struct ff_minimize *m, double *low, double *high)
{
	*low = worst(m);
	if (ff_min_phase(m)->detail)
		*low = ff_min_most(*low, PLAIN * ff_min_least(m->ref, m->cfg.goal));
	*high = APART_SURE * *low;
	if (m->ref >= m->cfg.goal)
		*high = ff_min_most(*high, ff_min_least(m->ref, CLEAR));
}

bool ff_min_lost(const struct ff_minimize *m)
{
	return m->sure_rate.runs >= ff_min_audit_runs(m) && ff_min_share(m->sure_rate) < LOST * worst(m);
}

bool ff_minimize_dear(const struct ff_minimize *m)
{
	return m->afford_hits > 0 && m->afford_hits < DEAR && m->afford_hits * DEAR_TIMES < m->afford_misses;
}

unsigned int ff_min_audit_runs(const struct ff_minimize *m)
{
	double ref = ff_min_most(m->ref, FF_MIN_RARE), runs;

	if (m->afford_misses <= 0)
		return AUDIT_USUAL;
	runs = 1 / (ref / m->afford_hits + (1 - ref) / m->afford_misses);
	if (ff_minimize_dear(m))
		runs = ff_min_most(runs / AUDITS_DEAR, AUDIT_FEW / ref);
	else
		runs = ff_min_most(runs / AUDITS, AUDIT_RUNS);
	return (unsigned int)ff_min_least(runs, AUDIT_MANY);
}

bool ff_min_rare(const struct ff_minimize *m)
{
	return m->ref < FF_MIN_FLOOR && !m->last;
}

/* It was refused though it hits: in one of ten cases that is wrong. */
static bool doubtful(const struct ff_minimize *m, const struct ff_min_seen *s)
{
	return s->bar > 0 && s->rate.hits && s->tests < TESTS && s->round != m->round && !ff_min_phase(m)->raises;
}

/* A delay that nobody makes is no candidate's merit. */
bool ff_min_possible(const struct ff_minimize *m, const struct ff_program *p)
{
	for (unsigned int i = 0; i < p->ndelays; i++)
		if (!(m->cfg.places >> p->delay[i].place & 1))
			return false;
	return true;
}

/* Legal, in order, and not tried yet with as low a bar. */
bool ff_min_worth(struct ff_minimize *m, struct ff_program *p, uint64_t *hash)
{
	struct ff_error e;
	const struct ff_min_seen *s;
	double p0;

	ff_edit_tidy(p);
	if (ff_program_same(p, &m->best) || ff_program_check(p, &e))
		return false;
	if (ff_min_phase(m)->raises && !ff_min_possible(m, p))
		return false;
	if (ff_min_phase(m)->raises && p->ncalls > m->best.ncalls && p->ncalls > m->cfg.calls &&
	    m->ref >= FF_MIN_FLOOR / 2)
		return false;
	/* a test takes long: only what is much shorter is worth one */
	if (!ff_min_phase(m)->raises && ff_min_rare(m) && p->ncalls > m->best.ncalls * 7 / 8)
		return false;
	*hash = ff_minimize_hash(p);
	for (unsigned int i = 0; i < m->nlanes; i++)
		if (m->lane[i].hash == *hash)
			return false;
	s = seen(m, *hash);
	if (!s || (s->bar == 0 && !ff_min_phase(m)->raises))
		return true;	/* what passed and was made longer since may be gone back to */
	return s->bar > 1.5 * bar(m, &p0) || doubtful(m, s);
}

void ff_min_test(const struct ff_minimize *m, struct ff_sprt *test)
{
	double p0, p1 = bar(m, &p0);

	ff_sprt_begin(test, p0, p1, ff_min_phase(m)->early ? EARLY : ff_min_phase(m)->raises ? SURER :
		      ff_minimize_dear(m) ? DEAR_ALPHA : FF_SPRT_ALPHA);
}
