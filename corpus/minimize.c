// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/minimize.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/minimize_ask.h"
#include "fuzzer/edit.h"

#define ROUNDS		12	/* after so many the first that changes nothing is the last */
#define MEASURE_HITS	8
#define MEASURE_CLEAN	4
#define MEASURE_RUNS	40	/* are enough with one hit */
#define CONFIRM_HITS	5
#define CONFIRM_CLEAN	3
#define CONFIRM_RUNS	12
#define DOUBT_RUNS	40
#define RAISED_RUNS	24
#define LAST_HITS	12
#define LAST_RUNS	60
#define LOOKS		0.9	/* of the rate, shown in its test: then it is measured later */
#define UNSURE		3	/* so many programs may pass before one is measured */
#define OLD_RUNS	8	/* what was known of a rate counts for so many runs */
#define GAIN		0.05	/* least that a longer program must gain */
#define SLACK		0.8	/* share of the rate, as it is measured: less may be chance */
#define LOSS		0.65	/* share of the highest rate that is never given away */

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

static void measure(struct ff_minimize *m, enum ff_min_stage stage)
{
	m->stage = stage;
	m->serial++;
	m->flying = 0;
	m->best_serial = m->serial;
}

/* Nothing was changed in a whole round, nor in the last one, for which doubtful cases were left. */
static void end_round(struct ff_minimize *m)
{
	m->phase = 0;
	m->round++;
	if (!m->changed && (m->last || m->round > ROUNDS)) {
		measure(m, FF_MIN_CONFIRM);	/* was the rate that was asked for too high? */
		return;
	}
	m->last = !m->changed && m->floor <= FF_MIN_KEEP * m->ref;
	if (!m->changed && !m->last)
		m->floor = m->floor / 2 < FF_MIN_RARE ? 0 : m->floor / 2;
	m->changed = false;
}

static void begin_phase(struct ff_minimize *m)
{
	m->stage = FF_MIN_SEARCH;
	m->at = (struct ff_shrink_at){ 0 };
	m->exhausted = false;
}

static void next_phase(struct ff_minimize *m)
{
	begin_phase(m);
	if (m->cfg.ddmin)
		m->stage = FF_MIN_DONE;
	else if (++m->phase == FF_MIN_PHASES)
		end_round(m);
}

/* Measured once more at the end: with less asked of them, some candidates may still pass. */
static void end_search(struct ff_minimize *m)
{
	bool lower = ff_min_share(m->rate) * 1.2 < m->ref && m->round < ROUNDS;

	m->last = m->changed = false;
	m->sure_rate = m->rate;
	begin_phase(m);
	m->ref = m->peak = ff_min_share(m->rate);
	if (!lower)
		m->stage = FF_MIN_DONE;
}

static void begin_search(struct ff_minimize *m)
{
	m->first = m->sure_rate = m->rate;
	ff_program_copy(&m->sure, &m->best);
	m->ref = m->peak = ff_min_share(m->rate);
	m->floor = ff_min_least(FF_MIN_FLOOR, 3 * m->ref);
	ff_min_note(m, ff_minimize_hash(&m->best), 0, m->rate.hits, m->rate.runs);
	m->stage = FF_MIN_SEARCH;
}

/* What a measured program must show to be kept; a lower rate may be chance. */
static bool enough(const struct ff_minimize *m, struct ff_min_rate rate)
{
	if (ff_min_phase(m)->raises)
		return ff_min_share(rate) >= ff_min_share(m->sure_rate) + GAIN;
	return ff_min_share(rate) >= ff_min_most(SLACK * ff_min_least(m->ref, m->cfg.goal),
						 LOSS * ff_min_least(m->peak, m->cfg.goal));
}

/* Few runs of each program, but one comes from the other: what was known counts for some runs. */
static void rate_again(struct ff_minimize *m)
{
	m->ref = (m->ref * OLD_RUNS + m->rate.hits) / (OLD_RUNS + m->rate.runs);
	m->ref = ff_min_most(m->ref, ff_rate_low(m->rate.hits, m->rate.runs));
	m->peak = ff_min_most(m->peak, m->ref);
}

static void keep(struct ff_minimize *m)
{
	ff_program_copy(&m->sure, &m->best);
	m->sure_rate = m->rate;
	rate_again(m);
	m->raised |= ff_min_phase(m)->raises;
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
	m->doubt_runs = ff_min_least(m->rate.runs + CONFIRM_RUNS, DOUBT_RUNS);
	measure(m, FF_MIN_DOUBT);
}

static void end_doubt(struct ff_minimize *m)
{
	m->sure_rate = m->rate;
	m->ref = ff_min_share(m->rate);
	m->peak = (m->peak + m->ref) / 2;	/* luck, or what was lost step by step: it cannot be told */
	m->moved = false;
	m->unsure = 0;
	m->stage = FF_MIN_SEARCH;
	if (!enough(m, m->doubt_rate)) {
		ff_min_note(m, ff_minimize_hash(&m->doubt), FF_MIN_REFUSED, m->doubt_rate.hits, m->doubt_rate.runs);
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
	else if (enough(m, m->rate))
		keep(m);
	else
		doubt(m);
}

/* How many runs of the best program are certainly still needed. */
static unsigned int needed(const struct ff_minimize *m)
{
	bool clean = m->rate.hits == m->rate.runs;	/* no miss: each run of a hang costs a guest */
	unsigned int hits, runs;

	switch (m->stage) {
	case FF_MIN_MEASURE:
		if (m->rate.hits && m->rate.runs >= MEASURE_RUNS)
			return 0;
		hits = clean ? MEASURE_CLEAN : MEASURE_HITS;
		runs = m->cfg.tries > MEASURE_RUNS ? m->cfg.tries : MEASURE_RUNS;
		break;
	case FF_MIN_DOUBT:
		hits = ~0u;
		runs = m->doubt_runs;
		break;
	case FF_MIN_CONFIRM:
		/* a gain is measured in a given number of runs: to stop at hits would flatter it */
		hits = !m->moved ? LAST_HITS : ff_min_phase(m)->raises ? RAISED_RUNS :
		       clean ? CONFIRM_CLEAN : CONFIRM_HITS;
		runs = !m->moved ? LAST_RUNS : ff_min_phase(m)->raises ? RAISED_RUNS : CONFIRM_RUNS;
		break;
	default:
		hits = ~0u;
		runs = m->final_runs;
	}
	if (m->rate.hits >= hits || m->rate.runs >= runs)
		return 0;
	return hits - m->rate.hits < runs - m->rate.runs ? hits - m->rate.hits : runs - m->rate.runs;
}

static void end_final(struct ff_minimize *m)
{
	bool good = !m->moved || enough(m, m->rate);

	m->moved = false;
	if (!good) {
		ff_program_copy(&m->best, &m->sure);
		m->rate = m->sure_rate;
		m->best_serial = ++m->serial;
		m->flying = 0;
	}
	if (good || !needed(m))
		m->stage = FF_MIN_DONE;
}

static void measured(struct ff_minimize *m)
{
	if (needed(m))
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
			begin_search(m);
	}
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
	bool doubtful = !m->cfg.ddmin && (ff_min_phase(m)->raises || m->unsure >= UNSURE ||
					  l->test.hits < LOOKS * m->ref * l->test.runs);

	ff_program_copy(&m->best, &l->program);
	ff_min_note(m, l->hash, 0, l->test.hits, l->test.runs);
	m->accepted++;
	m->changed = true;
	m->moved = !m->cfg.ddmin;
	m->rate = (struct ff_min_rate){ 0, 0 };
	if (l->test.hits == l->test.runs && !ff_min_phase(m)->raises)
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
		measure(m, FF_MIN_CONFIRM);
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

/*
 * A rate that is high enough is not raised, and one that can be worked with only
 * when nothing else goes any more. A rare hit makes each test long: first the rate,
 * or fewer calls that hit more often, then the details.
 */
static bool skipped(const struct ff_minimize *m)
{
	const struct ff_min_phase *p = ff_min_phase(m);

	if (p->raises)
		return m->ref >= m->cfg.goal || (m->ref >= FF_MIN_FLOOR && !m->last);
	return p->detail && ff_min_rare(m);
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
		for (i = 0; i < m->nlanes; i++)
			if (m->lane[i].flying < ff_sprt_least(&m->lane[i].test))
				return fly(&m->lane[i], ticket);
		if (m->nlanes == FF_MIN_LANES)
			return NULL;
		if (!skipped(m) && add_lane(m))
			return fly(&m->lane[m->nlanes - 1], ticket);
		if (m->nlanes)
			return NULL;
		if (m->moved)
			measure(m, FF_MIN_CONFIRM);
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
	if (!needed(m)) {	/* it was measured enough before */
		measured(m);
		return ff_minimize_next(m, ticket);
	}
	if (m->flying >= needed(m))
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
		measured(m);
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
		begin_search(m);
	if (m->stage == FF_MIN_DOUBT)
		m->moved = false;
	m->nlanes = 0;
	if (runs)	/* what was measured while candidates were chosen flatters the chosen */
		m->rate = (struct ff_min_rate){ 0, 0 };
	m->final_runs = runs;
	measure(m, FF_MIN_FINAL);
	measured(m);
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
	m->hash = ff_minimize_hash(&m->best);
	measure(m, FF_MIN_MEASURE);
	return m;
}

void ff_minimize_close(struct ff_minimize *m)
{
	if (!m)
		return;
	free(m->seen);
	free(m);
}
