// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/minimize_ask.h"

#include <stdlib.h>

#include "corpus/set.h"
#include "fuzzer/edit.h"

#define ENOUGH		0.75	/* a rate above this may be given away for fewer calls */
#define APART		4.0	/* between the two rates of the test */
#define STRICT_APART	1.5
#define SURER		0.005	/* odds of a candidate that hits no more often: many are tried */
#define TESTS		3	/* of one candidate that hits now and then */

static const struct ff_min_phase phases[FF_MIN_PHASES] = {
	{ "threads", ff_shrink_threads, false, false },
	{ "stretches", ff_shrink_stretches, false, false },
	{ "groups", ff_shrink_groups, false, false },
	{ "calls", ff_shrink_calls, false, false },
	{ "rate", ff_raise, true, false },
	{ "arguments", ff_shrink_args, false, true },
	{ "delays", ff_shrink_delays, false, true },
	{ "target", ff_shrink_target, false, true },
};

static const struct ff_min_phase ddmin = { "ddmin", ff_ddmin, false, false };

const struct ff_min_phase *ff_min_phase(const struct ff_minimize *m)
{
	return m->cfg.ddmin ? &ddmin : &phases[m->phase];
}

uint64_t ff_minimize_hash(const struct ff_program *p)
{
	char *text = ff_program_text(p);
	uint64_t h = 0xcbf29ce484222325ULL;

	if (!text)
		abort();	/* a few KiB: nothing else would work either */
	for (const char *c = text; *c; c++)
		h = (h ^ (unsigned char)*c) * 0x100000001b3ULL;
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
		return ff_min_least(ref + 0.3 * (1 - ref), ff_min_most(3 * ref, FF_MIN_FLOOR));
	}
	p1 = ff_min_most((strict(m) ? 1 : FF_MIN_KEEP) * ff_min_least(ref, ENOUGH), m->floor);
	*p0 = p1 / (strict(m) ? STRICT_APART : APART);
	return p1;
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
static bool possible(const struct ff_minimize *m, const struct ff_program *p)
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
	if (ff_min_phase(m)->raises && !possible(m, p))
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

	ff_sprt_begin(test, p0, p1, ff_min_phase(m)->raises ? SURER : FF_SPRT_ALPHA);
}
