// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/minimize.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/minimize_ask.h"
#include "fuzzer/edit.h"

#define LITTLE		3	/* programs that passed */
#define EARLY_RATE	0.35	/* seldom: */
#define EARLY_RUNS	600	/* ... with so many misses left in the budget places of delays are tried first, */
#define EARLY_MANY	2400	/* else with so many */
#define LOOKS		0.7	/* of the rate, shown in its test: then it is measured later */

const char *ff_minimize_phase(const struct ff_minimize *m)
{
	switch (m->stage) {
	case FF_MIN_MEASURE:
		return "how often does it hit?";
	case FF_MIN_CONFIRM:
	case FF_MIN_DOUBT:
	case FF_MIN_FINAL:
		return "how often does the best hit?";
	case FF_MIN_DONE:
		return "done";
	default:
		return ff_min_phase(m)->name;
	}
}

/* ---- the way through the phases ---- */

/* Nothing was changed in a whole round, nor in the last one, for which doubtful cases were left. */
static void end_round(struct ff_minimize *m)
{
	m->phase = 0;
	m->round++;
	if (!m->changed && (m->last || m->round > FF_MIN_ROUNDS)) {
		ff_min_measure(m, FF_MIN_CONFIRM);	/* was the rate that was asked for too high? */
		return;
	}
	m->last = !m->changed && m->floor <= FF_MIN_KEEP * m->ref;
	if (!m->changed && !m->last)
		m->floor = m->floor / 2 < FF_MIN_RARE ? 0 : m->floor / 2;
	m->changed = false;
}

static void next_phase(struct ff_minimize *m)
{
	ff_min_begin_phase(m);
	if (m->cfg.ddmin)
		m->stage = FF_MIN_DONE;
	else if (++m->phase == FF_MIN_PHASES)
		end_round(m);
}

/* ---- candidates ---- */

static void refuse(struct ff_minimize *m, struct ff_min_lane *l)
{
	ff_min_note(m, l->hash, l->test.p1, l->test.hits, l->test.runs);
	m->nlanes--;
	memmove(l, l + 1, (size_t)(&m->lane[m->nlanes] - l) * sizeof(*l));
}

static void accept(struct ff_minimize *m, struct ff_min_lane *l)
{
	bool doubtful = !m->cfg.ddmin && (ff_min_phase(m)->raises || m->unsure + 1 >= m->patience ||
					  l->test.hits < LOOKS * m->ref * l->test.runs);

	ff_program_copy(&m->best, &l->program);
	ff_min_note(m, l->hash, 0, l->test.hits, l->test.runs);
	m->accepted++;
	m->changed = true;
	m->moved = !m->cfg.ddmin;
	m->rate = (struct ff_min_rate){ 0, 0 };
	if (ff_minimize_dear(m) && l->test.hits == l->test.runs)	/* it flatters, but it is paid for */
		m->rate = (struct ff_min_rate){ l->test.hits, l->test.runs };
	if (m->cfg.ddmin) {
		m->at = l->after;
		ff_ddmin_accepted(&m->at);
	} else {
		m->at = m->lane[0].before;	/* older ones that were not decided are made again */
	}
	m->exhausted = false;
	m->nlanes = 0;
	m->unsure++;
	if (doubtful)
		ff_min_measure(m, FF_MIN_CONFIRM);
}

/* Another candidate under test; false: this phase has no more. */
static bool add_lane(struct ff_minimize *m)
{
	struct ff_min_lane *l = &m->lane[m->nlanes];

	while (!m->exhausted) {
		l->before = m->at;
		if (!ff_min_phase(m)->next(&m->best, &m->at, &l->program)) {
			m->exhausted = true;
			break;
		}
		if (!ff_min_worth(m, &l->program, &l->hash))
			continue;
		l->after = m->at;
		l->serial = ++m->serial;
		l->flying = 0;
		ff_min_test(m, &l->test);
		m->nlanes++;
		m->candidates++;
		return true;
	}
	return false;
}

/* Some hundred runs of a large program: where it takes long or hits often enough, it is made smaller first. */
static bool early_pays(const struct ff_minimize *m)
{
	return !m->afford_misses || m->afford_misses > (m->ref < EARLY_RATE ? EARLY_RUNS : EARLY_MANY);
}

/*
 * A rate that is high enough is not raised, and one that can be worked with only
 * when nothing else goes any more. A rare hit makes each test long: first the rate,
 * or fewer calls that hit more often, then the details.
 */
static bool skipped(const struct ff_minimize *m)
{
	const struct ff_min_phase *p = ff_min_phase(m);

	if (p->early)
		return m->ref >= m->cfg.goal || (m->round && !m->last) || !early_pays(m);
	if (p->raises)
		return m->ref >= m->cfg.goal || (m->ref >= FF_MIN_FLOOR && !m->last);
	return p->detail && ff_min_rare(m);
}

/* A phase is over: is it time to measure what came of it? Little can wait for the round's end, all where hits are dear. */
static bool must_know(const struct ff_minimize *m)
{
	return m->ref < m->cfg.goal || m->phase + 1 == FF_MIN_PHASES || (m->unsure >= LITTLE && !ff_minimize_dear(m));
}

static const struct ff_program *fly(struct ff_min_lane *l, uint64_t *ticket)
{
	l->flying++;
	*ticket = l->serial;
	return &l->program;
}

static const struct ff_program *next_candidate(struct ff_minimize *m, uint64_t *ticket)
{
	unsigned int i;

	while (m->stage == FF_MIN_SEARCH) {
		for (i = m->nlanes; ff_min_phase(m)->raises && i-- > 0;)	/* no one came by, it turned out */
			if (!ff_min_possible(m, &m->lane[i].program))
				refuse(m, &m->lane[i]);
		for (i = 0; i < m->nlanes; i++)
			if (m->lane[i].flying < ff_sprt_least(&m->lane[i].test))
				return fly(&m->lane[i], ticket);
		if (m->nlanes == FF_MIN_LANES)
			return NULL;
		if (!skipped(m) && add_lane(m))
			return fly(&m->lane[m->nlanes - 1], ticket);
		if (m->nlanes)
			return NULL;
		if (m->moved && must_know(m))
			ff_min_measure(m, FF_MIN_CONFIRM);
		else
			next_phase(m);
	}
	return ff_minimize_next(m, ticket);
}

const struct ff_program *ff_minimize_next(struct ff_minimize *m, uint64_t *ticket)
{
	if (m->stage == FF_MIN_DONE)
		return NULL;
	if (m->stage == FF_MIN_SEARCH)
		return next_candidate(m, ticket);
	if (!ff_min_needed(m)) {	/* it was measured enough before */
		ff_min_measured(m);
		return ff_minimize_next(m, ticket);
	}
	if (m->flying >= ff_min_needed(m))
		return NULL;
	m->flying++;
	*ticket = m->best_serial;
	return &m->best;
}

void ff_minimize_result(struct ff_minimize *m, uint64_t ticket, bool hit)
{
	enum ff_sprt_says says;

	m->runs++;
	m->hits += hit;
	if (ticket == m->best_serial && m->stage != FF_MIN_SEARCH && m->stage != FF_MIN_DONE) {
		m->flying--;
		m->rate.runs++;
		m->rate.hits += hit;
		ff_sprt_run(&m->audit, hit);
		ff_min_measured(m);
		return;
	}
	for (unsigned int i = 0; i < m->nlanes; i++) {
		struct ff_min_lane *l = &m->lane[i];

		if (l->serial != ticket)
			continue;
		l->flying--;
		says = ff_sprt_run(&l->test, hit);
		if (says == FF_SPRT_YES)
			accept(m, l);
		else if (says == FF_SPRT_NO)
			refuse(m, l);
		return;
	}
}

void ff_minimize_finish(struct ff_minimize *m, unsigned int runs)
{
	if (m->stage == FF_MIN_MEASURE && m->rate.hits)
		ff_min_begin_search(m);
	if (m->stage == FF_MIN_DOUBT)
		m->moved = false;
	m->nlanes = 0;
	if (runs)	/* what was measured while candidates were chosen flatters the chosen */
		m->rate = (struct ff_min_rate){ 0, 0 };
	m->doubt_rate = (struct ff_min_rate){ 0, 0 };
	m->final_runs = runs;
	ff_min_measure(m, FF_MIN_FINAL);
	ff_min_measured(m);
}

void ff_minimize_afford(struct ff_minimize *m, double misses, double hits)
{
	m->afford_misses = misses > 1 ? misses : 1;
	m->afford_hits = hits > 1 ? hits : 1;
}

struct ff_minimize *ff_minimize_open(const struct ff_min_config *cfg, const struct ff_program *p)
{
	struct ff_minimize *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->cfg = *cfg;
	ff_program_copy(&m->best, p);
	m->best.seed = m->best.number = 0;
	ff_edit_tidy(&m->best);
	m->calls = p->ncalls;
	m->threads = p->nthreads;
	m->patience = FF_MIN_UNSURE;
	m->hash = ff_minimize_hash(&m->best);
	ff_min_measure(m, FF_MIN_MEASURE);
	return m;
}

void ff_minimize_close(struct ff_minimize *m)
{
	if (!m)
		return;
	free(m->seen);
	free(m);
}
