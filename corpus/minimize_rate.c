// SPDX-License-Identifier: GPL-2.0-only
/* How often does it hit? What measurements of the best program lead to: it stays, or the search goes back. */
#include <string.h>

#include "corpus/minimize_ask.h"

#define MEASURE_FEW	24	/* runs of the program that was given, or more, as an audit; */
#define MEASURE_SHARE	0.4	/* ... fewer when so many of them hit; */
#define MEASURE_DEAR	6
#define MEASURE_CLEAN	4
#define MEASURE_MANY	60	/* ... never more, once one hit */
#define AUDIT_ALPHA	0.07	/* odds that a program is kept that should not be */
#define RAISED_RUNS	24	/* at least, or as many as an audit */
#define LAST_RUNS	60	/* at most */
#define OLD_RUNS	8	/* what was known of a rate counts for so many runs */
#define LUCK		0.3	/* of what lies between a rate and what it is at least: what was given showed itself by luck */
#define FINAL		1.05	/* times the bound: a result below that is doubted, */
#define BETTER		0.05	/* ... and given up for a larger one that hits so much more often */
#define GAIN		0.05	/* least that a longer program must gain */

/* The question to the runs of the best program, begun anew with those that it has. */
void ff_minimize_audit(struct ff_minimize *m)
{
	double low, high;

	ff_min_bounds(m, &low, &high);
	ff_sprt_begin(&m->audit, low, high, AUDIT_ALPHA);
	for (unsigned int i = 0; i < m->rate.runs; i++)
		ff_sprt_run(&m->audit, i < m->rate.hits);
}

void ff_min_measure(struct ff_minimize *m, enum ff_min_stage stage)
{
	ff_minimize_audit(m);
	m->stage = stage;
	m->serial++;
	m->flying = 0;
	m->best_serial = m->serial;
}

void ff_min_begin_phase(struct ff_minimize *m)
{
	m->stage = FF_MIN_SEARCH;
	m->at = (struct ff_shrink_at){ 0 };
	m->exhausted = false;
}

/* Back to the last program that was measured and did not turn out to be lost, too. */
static bool go_back(struct ff_minimize *m)
{
	if (m->cfg.ddmin || !m->nback || !ff_min_lost(m))
		return false;
	ff_min_note(m, ff_minimize_hash(&m->sure), FF_MIN_REFUSED, m->sure_rate.hits, m->sure_rate.runs);
	do {
		m->nback--;
		m->sure_rate = m->back[m->nback].rate;
	} while (m->nback && ff_min_lost(m));
	ff_program_copy(&m->sure, &m->back[m->nback].program);
	ff_program_copy(&m->best, &m->sure);
	m->rate = m->sure_rate;
	m->ref = ff_min_share(m->rate);
	m->moved = m->last = false;
	m->unsure = 0;
	m->phase = 0;
	ff_min_begin_phase(m);
	return true;
}

/* The first one is always kept. */
static void remember_sure(struct ff_minimize *m)
{
	if (m->nback == FF_MIN_TRAIL) {
		m->nback--;
		memmove(&m->back[1], &m->back[2], (FF_MIN_TRAIL - 2) * sizeof(m->back[0]));
	}
	ff_program_copy(&m->back[m->nback].program, &m->sure);
	m->back[m->nback++].rate = m->sure_rate;
}

/* Measured once more at the end: with less asked of them, some candidates may still pass. */
static void end_search(struct ff_minimize *m)
{
	bool lower = ff_min_share(m->rate) * 1.2 < m->ref && m->round < FF_MIN_ROUNDS;

	m->last = m->changed = false;
	m->sure_rate = m->rate;
	if (m->round < FF_MIN_ROUNDS && go_back(m))
		return;
	ff_min_begin_phase(m);
	m->ref = m->peak = ff_min_share(m->rate);
	if (!lower)
		m->stage = FF_MIN_DONE;
}

void ff_min_begin_search(struct ff_minimize *m)
{
	m->first = m->sure_rate = m->rate;
	ff_program_copy(&m->sure, &m->best);
	m->ref = ff_min_share(m->rate);
	m->peak = m->ref * (1 - LUCK) + ff_rate_low(m->rate.hits, m->rate.runs) * LUCK;
	m->floor = ff_min_least(FF_MIN_FLOOR, 3 * m->ref);
	ff_min_note(m, ff_minimize_hash(&m->best), 0, m->rate.hits, m->rate.runs);
	m->stage = FF_MIN_SEARCH;
}

/* Is this program, measured for some other reason than to take a decision, good enough? */
static bool enough(const struct ff_minimize *m, struct ff_min_rate rate)
{
	double low, high;

	if (ff_min_phase(m)->raises)
		return ff_min_share(rate) >= ff_min_share(m->sure_rate) + GAIN;
	ff_min_bounds(m, &low, &high);
	return ff_min_share(rate) >= (low + high) / 2;
}

/* Few runs of each program, but one comes from the other: what was known counts for some runs. */
static void rate_again(struct ff_minimize *m)
{
	m->ref = (m->ref * OLD_RUNS + m->rate.hits) / (OLD_RUNS + m->rate.runs);
	m->ref = ff_min_most(m->ref, ff_rate_low(m->rate.hits, m->rate.runs));
	/* what passed its test was lucky rather: a maximum over many of them would only climb */
	m->peak = ff_min_most(m->peak, ff_rate_low(m->rate.hits, m->rate.runs));
}

static void keep(struct ff_minimize *m)
{
	if (ff_min_phase(m)->raises)
		m->nback = 0;	/* they hit less */
	else
		remember_sure(m);
	ff_program_copy(&m->sure, &m->best);
	m->sure_rate = m->rate;
	rate_again(m);
	m->raised |= ff_min_phase(m)->raises;
	m->patience = ff_min_least(2 * m->patience, FF_MIN_UNSURE);
	m->moved = false;
	m->unsure = 0;
	m->stage = FF_MIN_SEARCH;
}

/*
 * The best program hits less than the one it came from. By chance that one may
 * have been rated too high: both get the same chance before the search goes back.
 */
static void doubt(struct ff_minimize *m)
{
	ff_program_copy(&m->doubt, &m->best);
	m->doubt_rate = m->rate;
	ff_program_copy(&m->best, &m->sure);
	m->rate = m->sure_rate;
	m->doubt_runs = ff_min_least(m->rate.runs + m->doubt_rate.runs, ff_min_audit_runs(m));
	ff_min_measure(m, FF_MIN_DOUBT);
}

static void end_doubt(struct ff_minimize *m)
{
	m->sure_rate = m->rate;
	m->ref = ff_min_share(m->rate);
	m->moved = false;
	m->unsure = 0;
	m->stage = FF_MIN_SEARCH;
	if (!m->nback)
		m->peak = (m->peak + m->ref) / 2;	/* what it had above that was luck */
	m->patience = 1;	/* one of those that passed lost much: which, is found one by one */
	if (!enough(m, m->doubt_rate)) {
		ff_min_note(m, ff_minimize_hash(&m->doubt), FF_MIN_REFUSED, m->doubt_rate.hits, m->doubt_rate.runs);
		go_back(m);
		return;
	}
	ff_program_copy(&m->best, &m->doubt);
	m->rate = m->doubt_rate;
	keep(m);
}

static void end_confirm(struct ff_minimize *m)
{
	if (!m->moved)
		end_search(m);
	else if (ff_min_phase(m)->raises ? enough(m, m->rate) : m->audit.ratio > 0)
		keep(m);
	else
		doubt(m);
}

static unsigned int raised_runs(const struct ff_minimize *m)
{
	unsigned int runs = ff_min_audit_runs(m);

	return runs > 2 * RAISED_RUNS ? 2 * RAISED_RUNS : runs < RAISED_RUNS ? RAISED_RUNS : runs;
}

/* Of a program that is about to take the place of another one. */
static unsigned int needed_to_confirm(const struct ff_minimize *m)
{
	unsigned int most = ff_min_phase(m)->raises ? raised_runs(m) : ff_min_audit_runs(m), least;

	if (m->rate.runs >= most)
		return 0;
	if (ff_min_phase(m)->raises)	/* a gain is measured in a given number of runs: to stop at hits would flatter it */
		return most - m->rate.runs;
	if (m->audit.ratio >= m->audit.upper || m->audit.ratio <= m->audit.lower)
		return 0;
	least = ff_sprt_least(&m->audit);
	return least < most - m->rate.runs ? least : most - m->rate.runs;
}

/* How many runs of the best program are certainly still needed. */
unsigned int ff_min_needed(const struct ff_minimize *m)
{
	bool clean = m->rate.hits == m->rate.runs;	/* no miss: each run of a hang costs a guest */
	unsigned int hits, runs;

	switch (m->stage) {
	case FF_MIN_MEASURE:
		runs = ff_min_most(MEASURE_FEW, ff_min_least(MEASURE_MANY, ff_min_audit_runs(m)));
		hits = clean ? MEASURE_CLEAN : ff_minimize_dear(m) ? MEASURE_DEAR : MEASURE_SHARE * runs;
		if (!m->rate.hits)
			runs = m->cfg.tries;
		break;
	case FF_MIN_DOUBT:
		hits = ~0u;
		runs = m->doubt_runs;
		break;
	case FF_MIN_CONFIRM:
		if (m->moved)
			return needed_to_confirm(m);
		hits = ~0u;
		runs = ff_min_least(LAST_RUNS, ff_min_audit_runs(m));
		break;
	default:
		hits = ~0u;
		runs = m->final_runs;
	}
	if (m->rate.hits >= hits || m->rate.runs >= runs)
		return 0;
	return hits - m->rate.hits < runs - m->rate.runs ? hits - m->rate.hits : runs - m->rate.runs;
}

/* The result hits too seldom: the one before it, if there is one, gets its chance. */
static bool one_back(struct ff_minimize *m)
{
	if (!m->moved && !m->nback)
		return false;
	ff_program_copy(&m->doubt, &m->best);
	m->doubt_rate = m->rate;
	ff_program_copy(&m->best, m->moved ? &m->sure : &m->back[m->nback - 1].program);
	m->moved = false;
	m->nback = 0;	/* one step: whoever measures until something is good is flattered */
	m->rate = (struct ff_min_rate){ 0, 0 };
	m->best_serial = ++m->serial;
	m->flying = 0;
	return true;
}

static void end_final(struct ff_minimize *m)
{
	double low, high;

	ff_min_bounds(m, &low, &high);
	if (ff_min_share(m->rate) < FINAL * low && !m->doubt_rate.runs && one_back(m))
		return;
	if (m->doubt_rate.runs && ff_min_share(m->rate) < ff_min_share(m->doubt_rate) + BETTER) {
		ff_program_copy(&m->best, &m->doubt);
		m->rate = m->doubt_rate;
	}
	m->stage = FF_MIN_DONE;
}

void ff_min_measured(struct ff_minimize *m)
{
	if (ff_min_needed(m))
		return;
	switch (m->stage) {
	case FF_MIN_CONFIRM:
		end_confirm(m);
		break;
	case FF_MIN_DOUBT:
		end_doubt(m);
		break;
	case FF_MIN_FINAL:
		end_final(m);
		break;
	default:
		m->stage = FF_MIN_DONE;
		if (m->rate.hits)
			ff_min_begin_search(m);
	}
}

