// SPDX-License-Identifier: GPL-2.0-only
#include "runner/regress/decide.h"

#include <math.h>
#include <string.h>

#include "corpus/sprt.h"

const struct ff_regress_limits ff_regress_limits_default = {
	.runs = 10, .least = 3, .most = 300, .confirm = 15, .seconds = 10, .known_seconds = 60, .odds = 0.01,
};

const struct ff_regress_limits ff_regress_limits_measure = {
	.runs = 20, .least = 3, .most = 300, .seconds = 10, .known_seconds = 10, .odds = 0.01, .measure = true,
};

bool ff_regress_is_known(const struct ff_regress_head *h, const struct ff_base *b, const char *signature)
{
	const struct ff_regress_bug *bug = ff_regress_bug_of(h, signature);

	for (unsigned int i = 0; i < b->nsignatures; i++)
		if (!strcmp(b->signature[i], signature) || (bug && ff_regress_bug_of(h, b->signature[i]) == bug))
			return true;
	return false;
}

static struct ff_regress_seen *seen_of(struct ff_regress_tally *t, const struct ff_finding *x)
{
	unsigned int i = 0;

	while (i < t->nseen && strcmp(t->seen[i].signature, x->signature))
		i++;
	if (i == FF_REGRESS_SEEN)
		return NULL;
	if (i == t->nseen) {
		memset(&t->seen[i], 0, sizeof(t->seen[i]));
		snprintf(t->seen[i].signature, sizeof(t->seen[i].signature), "%s", x->signature);
		snprintf(t->seen[i].what, sizeof(t->seen[i].what), "%s", x->what);
		t->nseen++;
	}
	return &t->seen[i];
}

void ff_regress_add(struct ff_regress_tally *t, const struct ff_regress_head *h, const struct ff_base *b,
		    const struct ff_findings *findings)
{
	bool counted[FF_REGRESS_SEEN] = { false }, known = false;

	t->runs++;
	t->hits += findings->n > 0;
	for (unsigned int i = 0; i < findings->n; i++) {
		struct ff_regress_seen *s = seen_of(t, &findings->f[i]);

		if (!s)
			continue;
		s->known = ff_regress_is_known(h, b, s->signature);
		s->witnessed |= findings->f[i].witnessed;
		s->hits += !counted[s - t->seen];
		counted[s - t->seen] = true;
		known |= s->known;
		if (!s->known && !t->first_new)
			t->first_new = t->runs;
	}
	t->known_hits += known;
}

/* The lower bound, not the rate itself: a rate that was measured high by luck must not make a miss mean more. */
double ff_regress_odds(const struct ff_base *b, unsigned int runs)
{
	return b->hits ? pow(1 - ff_rate_low(b->hits, b->runs), runs) : -1;
}

unsigned int ff_regress_runs(const struct ff_base *b, const struct ff_regress_limits *l)
{
	double n;

	if (!b->hits || l->measure)
		return l->runs;
	n = ceil(log(l->odds) / log(1 - ff_rate_low(b->hits, b->runs)));
	return n < l->least ? l->least : n > l->most ? l->most : (unsigned int)n;
}

/* The new signature that is surest, or NULL. */
static const struct ff_regress_seen *news(const struct ff_regress_tally *t)
{
	const struct ff_regress_seen *best = NULL;

	for (unsigned int i = 0; i < t->nseen; i++) {
		const struct ff_regress_seen *s = &t->seen[i];

		if (!s->known && (!best || s->witnessed > best->witnessed ||
				  (s->witnessed == best->witnessed && s->hits > best->hits)))
			best = s;
	}
	return best;
}

static bool confirmed(const struct ff_regress_seen *s)
{
	return s->hits > 1 || s->witnessed;
}

void ff_regress_base(const struct ff_regress_tally *t, const char *id, const char *of, struct ff_base *out)
{
	memset(out, 0, sizeof(*out));
	out->there = true;
	out->of = of;
	snprintf(out->id, sizeof(out->id), "%s", id);
	out->runs = t->runs;
	out->hits = t->hits;
	for (unsigned int i = 0; i < t->nseen && i < FF_BASE_SIGNATURES; i++) {
		snprintf(out->signature[i], sizeof(out->signature[i]), "%s", t->seen[i].signature);
		out->seen[i] = t->seen[i].hits;
		out->nsignatures++;
	}
}

void ff_regress_learn(struct ff_regress_tally *t, const struct ff_regress_head *h, const struct ff_base *b)
{
	for (unsigned int i = 0; i < t->nseen; i++)
		t->seen[i].known = ff_regress_is_known(h, b, t->seen[i].signature);
	t->known_hits = t->hits;
}

/* WARN_ON_ONCE() speaks once a boot: what the same guest shows later says nothing of the rate. */
static bool warned(const struct ff_regress_tally *t)
{
	for (unsigned int i = 0; i < t->nseen; i++)
		if (!strncmp(t->seen[i].signature, "kernel-log.warn.", 16))
			return true;
	return false;
}

bool ff_regress_more(const struct ff_regress_tally *t, unsigned int ahead, const struct ff_base *b,
		     const struct ff_regress_limits *l)
{
	unsigned int runs = ff_regress_runs(b, l), all = t->runs + t->lost + ahead;
	const struct ff_regress_seen *s = news(t);
	double seconds = b->hits ? l->known_seconds : l->seconds;

	if (s && !l->measure) {
		if (confirmed(s))
			return false;
		if (runs < t->first_new + l->confirm)
			runs = t->first_new + l->confirm;
		seconds = l->known_seconds;
	} else if (t->known_hits && !l->measure) {
		return false;
	} else if (l->measure && warned(t)) {
		return false;
	} else if (l->measure && !t->hits) {
		runs = (runs + 1) / 2;	/* there is no rate to be measured yet */
	}
	return all < runs && (all < l->least || t->seconds < seconds);
}

/* ---- the verdict, in words ---- */

static void fill(const struct ff_regress_tally *t, struct ff_regress_result *out)
{
	out->runs = t->runs;
	out->hits = t->hits;
	out->seconds = t->seconds;
}

static void decide_new(const struct ff_regress_tally *t, const struct ff_regress_head *h, const struct ff_base *b,
		       const struct ff_regress_seen *s, struct ff_regress_result *out)
{
	const struct ff_regress_bug *bug = ff_regress_bug_of(h, s->signature);

	out->verdict = confirmed(s) ? FF_REGRESS_FAIL : FF_REGRESS_FLAKY;
	snprintf(out->reason, sizeof(out->reason), "%s in %u of %u runs%s: %s%s%s; %s", s->signature, s->hits, t->runs,
		 s->witnessed ? " (witnessed)" : "", bug ? "the bug this program is about" : "not what this program is about",
		 bug && bug->what[0] ? ", " : "", bug ? bug->what : "",
		 b->there ? "not in " : "this program and kernel are not in ");
	strncat(out->reason, b->of ? b->of : "a baseline", sizeof(out->reason) - strlen(out->reason) - 1);
}

static void decide_gone(const struct ff_regress_tally *t, const struct ff_base *b, const struct ff_regress_limits *l,
			struct ff_regress_result *out)
{
	bool sure = t->runs >= l->least && out->miss_odds <= l->odds;

	out->verdict = sure ? FF_REGRESS_FIXED : FF_REGRESS_FLAKY;
	snprintf(out->reason, sizeof(out->reason), "%s, in %s in %u of %u runs, showed in none of %u; the odds of "
		 "that by chance are %.2g%s", b->signature[0], b->of, b->hits, b->runs, t->runs, out->miss_odds,
		 sure ? "" : ": too high to call it fixed");
}

static void decide_known(const struct ff_regress_tally *t, const struct ff_base *b, struct ff_regress_result *out)
{
	const struct ff_regress_seen *best = NULL;

	for (unsigned int i = 0; i < t->nseen; i++)
		if (t->seen[i].known && (!best || t->seen[i].hits > best->hits))
			best = &t->seen[i];
	out->verdict = FF_REGRESS_KNOWN;
	snprintf(out->reason, sizeof(out->reason), "%s in %u of %u runs; in %s in %u of %u",
		 best ? best->signature : "?", t->known_hits, t->runs, b->of, b->hits, b->runs);
}

void ff_regress_decide(const struct ff_regress_tally *t, const struct ff_regress_head *h, const struct ff_base *b,
		       const struct ff_regress_limits *l, struct ff_regress_result *out)
{
	const struct ff_regress_seen *s = news(t);

	fill(t, out);
	out->rate = b->hits ? (double)b->hits / b->runs : -1;
	out->miss_odds = ff_regress_odds(b, t->runs);
	if (s) {
		decide_new(t, h, b, s, out);
	} else if (t->known_hits) {
		decide_known(t, b, out);
	} else if (!t->runs) {
		out->verdict = FF_REGRESS_SKIP;
		snprintf(out->reason, sizeof(out->reason), t->lost ? "each of %u runs lost its guest, and nothing was found" :
			 "it was not run", t->lost);
	} else if (b->hits) {
		decide_gone(t, b, l, out);
	} else {
		out->verdict = FF_REGRESS_PASS;
		snprintf(out->reason, sizeof(out->reason), "silent in %u runs", t->runs);
	}
}
