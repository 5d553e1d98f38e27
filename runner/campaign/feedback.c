// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/feedback_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzer/mutate.h"
#include "fuzzer/random.h"
#include "runner/msg.h"

#define AGAIN_SHARE	5	/* runs that ask whether a signal is stable take at most a 5th of guest time */
#define STILL_NEW	2	/* so many programs may have had a feature that was never stable, and it is new */
#define OVERHEAD_US	200000	/* of a program's time that is not its run: its target, what is tidied up */
#define FLOOR		0.25	/* least share of either source */
#define FINDING_WORTH	20	/* features; what programs are for is to find */
#define MEMORY		0.995	/* of what a source brought, per program: what paid an hour ago may not now */
#define TRIES		4	/* mutations until one is left to the generator */

int ff_feedback_open(struct ff_feedback **out, const struct ff_feedback_config *cfg)
{
	struct ff_feedback *fb = calloc(1, sizeof(*fb));
	int ret;

	*out = fb;
	if (!fb) {
		ff_msg_error("no memory for the campaign's feedback");
		return -ENOMEM;
	}
	fb->cfg = *cfg;
	fb->random = cfg->seed;
	fb->growth_step = FF_GROWTH_NS;
	for (unsigned int i = 0; i < FF_SOURCES; i++)
		fb->share[i].gain = fb->share[i].cost = 1;
	ret = ff_pool_open(&fb->pool, cfg->blind ? NULL : cfg->corpus, &fb->seen);
	if (ret) {
		ff_feedback_close(fb);
		*out = NULL;
	}
	return ret;
}

void ff_feedback_close(struct ff_feedback *fb)
{
	if (!fb)
		return;
	for (unsigned int i = 0; i < FF_CANDIDATES; i++)
		free(fb->candidate[i]);
	ff_pool_close(&fb->pool);
	ff_census_free(&fb->seen);
	free(fb);
}

/* ---- what to run next ---- */

double ff_feedback_part(const struct ff_feedback *fb, enum ff_source source)
{
	double rate[FF_SOURCES], sum = 0, part;

	for (unsigned int i = 0; i < FF_SOURCES; i++)
		sum += rate[i] = fb->share[i].gain / fb->share[i].cost;
	part = sum > 0 ? rate[source] / sum : 1.0 / FF_SOURCES;
	return part < FLOOR ? FLOOR : part > 1 - FLOOR ? 1 - FLOOR : part;
}

bool ff_feedback_mutate(struct ff_feedback *fb, uint64_t number, const struct ff_target *t, struct ff_program *out)
{
	double chance = (double)(ff_random(&fb->random) >> 11) / (double)(1ULL << 53);
	struct ff_kept *k, *other;
	struct ff_error e;

	if (fb->cfg.blind || !fb->pool.n || chance >= ff_feedback_part(fb, FF_SOURCE_MUTATED))
		return false;
	for (unsigned int i = 0; i < TRIES; i++) {
		k = ff_pool_parent(&fb->pool, &fb->seen, t, &fb->random);
		if (!k)
			return false;
		/* Among many that cannot run there a second draw may meet none. */
		other = ff_pool_parent(&fb->pool, &fb->seen, t, &fb->random);
		other = other ? other : k;
		k->picks++;
		ff_program_copy(&fb->parent, k->p);
		ff_program_copy(&fb->other, other->p);
		fb->parent.target = fb->other.target = *t;
		if (ff_program_check(&fb->parent, &e) || ff_program_check(&fb->other, &e) ||
		    ff_mutate(fb->cfg.limits, fb->cfg.seed, number * TRIES + i, &fb->parent,
			      other == k ? NULL : &fb->other, out) ||
		    (fb->cfg.fixed && memcmp(&out->target, t, sizeof(*t))))
			continue;
		out->seed = 0;
		out->number = number;
		return true;
	}
	return false;
}

static bool wants(const struct ff_candidate *a)
{
	return a && !a->dropped && !a->settled && a->started < FF_STABLE_RUNS;
}

/* What there is to win for its time. */
static double worth(const struct ff_candidate *a)
{
	return a->promise / ((double)a->run_us + OVERHEAD_US);
}

struct ff_candidate *ff_feedback_again(struct ff_feedback *fb, uint64_t campaign_ns,
				       const struct ff_target *t, const struct ff_program **p)
{
	struct ff_candidate *best = NULL;

	if (fb->again_ns > campaign_ns / AGAIN_SHARE)
		return NULL;
	for (unsigned int i = 0; i < FF_CANDIDATES; i++) {
		struct ff_candidate *a = fb->candidate[i];

		/* One that has begun goes on; then those with most to win. */
		if (wants(a) && !memcmp(&a->p.target, t, sizeof(*t)) && (!best || (a->started > 1) > (best->started > 1) ||
				 ((a->started > 1) == (best->started > 1) && worth(a) > worth(best))))
			best = a;
	}
	if (!best)
		return NULL;
	best->started++;
	*p = &best->p;
	return best;
}

static void forget(struct ff_feedback *fb, struct ff_candidate *a)
{
	for (unsigned int i = 0; i < FF_CANDIDATES; i++)
		if (fb->candidate[i] == a)
			fb->candidate[i] = NULL;
	free(a);
}

void ff_feedback_not_run(struct ff_feedback *fb, struct ff_candidate *a, bool broken)
{
	a->started--;
	a->dropped |= broken;
	if (a->dropped && a->ended == a->started)
		forget(fb, a);
}

/* ---- what came back ---- */

static bool is_new(const struct ff_census_cell *c)
{
	return !c || (!c->stable && c->programs < STILL_NEW);
}

static uint64_t run_us(const struct ff_case *c)
{
	const struct ff_history *h = c->history;

	return h->ended > h->began ? (h->ended - h->began) / 1000 : 1;
}

/* A place for a candidate: a free one, or that of the waiting one with least to win. */
static struct ff_candidate **place(struct ff_feedback *fb, unsigned int promise)
{
	struct ff_candidate **least = NULL;

	for (unsigned int i = 0; i < FF_CANDIDATES; i++) {
		struct ff_candidate *a = fb->candidate[i];

		if (!a)
			return &fb->candidate[i];
		if (a->started == 1 && a->promise < promise && (!least || a->promise < (*least)->promise))
			least = &fb->candidate[i];
	}
	return least;
}

static void first_run(struct ff_feedback *fb, const struct ff_feedback_run *r)
{
	struct ff_candidate **at, *a;
	unsigned int promise = 0;

	for (uint32_t i = 0; i < fb->signal.n; i++) {
		struct ff_census_cell *c = ff_census_cell(&fb->seen, fb->signal.f[i]);

		if (!c)
			continue;	/* no memory: it stays unknown */
		promise += is_new(c);
		c->programs += c->programs < INT32_MAX;
	}
	at = promise && !r->lost && !fb->cfg.blind && !ff_pool_full(&fb->pool) ? place(fb, promise) : NULL;
	if (!at)
		return;
	a = *at ? *at : malloc(sizeof(*a));
	if (!a)
		return;
	*at = a;
	memset(a, 0, offsetof(struct ff_candidate, p));
	ff_program_copy(&a->p, r->c->program);
	a->source = r->source;
	a->promise = promise;
	a->started = a->ended = 1;
	a->run_us = run_us(r->c);
	a->run[0] = fb->signal;
}

/* Features that showed in most of the runs. */
static void stable_of(const struct ff_candidate *a, struct ff_signal *out)
{
	out->n = 0;
	for (unsigned int k = 0; k < a->ended; k++) {
		for (uint32_t i = 0; i < a->run[k].n && out->n < FF_SIGNAL_MAX; i++) {
			uint32_t f = a->run[k].f[i];
			unsigned int times = 0, before = 0;

			for (unsigned int j = 0; j < a->ended; j++) {
				times += ff_signal_has(&a->run[j], f);
				before += j < k && ff_signal_has(&a->run[j], f);
			}
			if (!before && 2 * times > a->ended)
				out->f[out->n++] = f;
		}
	}
	ff_signal_set(out, out->f, out->n);
}

/* Something new showed again, so it will be kept: no need for a third run. */
static bool settled(const struct ff_feedback *fb, const struct ff_candidate *a)
{
	const struct ff_signal *first = &a->run[0], *again = &a->run[a->ended - 1];

	if (a->ended != 2)
		return a->ended >= FF_STABLE_RUNS;
	for (uint32_t i = 0; i < first->n; i++) {
		const struct ff_census_cell *c = ff_census_get(&fb->seen, first->f[i]);

		if (c && !c->stable && c->programs <= STILL_NEW && ff_signal_has(again, first->f[i]))
			return true;
	}
	return false;
}

/* Features that showed in any of the runs. */
static unsigned int all_of(const struct ff_candidate *a)
{
	unsigned int n = 0;

	for (unsigned int k = 0; k < a->ended; k++) {
		for (uint32_t i = 0; i < a->run[k].n; i++) {
			bool before = false;

			for (unsigned int j = 0; j < k && !before; j++)
				before = ff_signal_has(&a->run[j], a->run[k].f[i]);
			n += !before;
		}
	}
	return n;
}

double ff_feedback_stability(const struct ff_feedback *fb)
{
	return fb->kept_all ? (double)fb->kept_stable / (double)fb->kept_all : 1;
}

static int keep(struct ff_feedback *fb, const struct ff_candidate *a, unsigned int news, char *kept)
{
	struct ff_feedback_share *share = &fb->share[a->source];
	char attrs[160];
	struct ff_id id;
	int ret;

	if (a->source == FF_SOURCE_MUTATED)
		snprintf(attrs, sizeof(attrs), "source=mutated\n");
	else
		snprintf(attrs, sizeof(attrs), "source=generated\nseed=%llu:%llu\n",
			 (unsigned long long)a->p.seed, (unsigned long long)a->p.number);
	ret = ff_pool_add(&fb->pool, &a->p, &fb->signal, a->run_us, attrs, &id);
	if (ret)
		return ret;
	ff_id_text(&id, kept);
	share->kept++;
	fb->kept_stable += fb->signal.n;
	fb->kept_all += all_of(a);
	share->features += news;
	share->gain += news;
	return 0;
}

static int decide(struct ff_feedback *fb, struct ff_candidate *a, char *kept)
{
	unsigned int news = 0;

	stable_of(a, &fb->signal);
	for (uint32_t i = 0; i < fb->signal.n; i++) {
		struct ff_census_cell *c = ff_census_cell(&fb->seen, fb->signal.f[i]);

		if (!c || c->stable)
			continue;
		c->stable = 1;
		fb->seen.nstable++;
		news++;
	}
	return news ? keep(fb, a, news, kept) : 0;
}

static int again_run(struct ff_feedback *fb, const struct ff_feedback_run *r, char *kept)
{
	struct ff_candidate *a = r->again;
	int ret = 0;

	fb->again_ns += r->guest_ns;
	fb->agains++;
	if (a->settled || a->dropped) {
		a->started--;		/* it was on its way when the answer came */
	} else if (r->lost) {
		a->dropped = true;	/* what loses guests is no parent */
		a->started--;
	} else {
		a->run[a->ended++] = fb->signal;
		if (run_us(r->c) < a->run_us)
			a->run_us = run_us(r->c);
		a->settled = settled(fb, a);
		if (a->settled)
			ret = decide(fb, a, kept);
	}
	if ((a->settled || a->dropped) && a->ended == a->started)
		forget(fb, a);
	return ret;
}

/* A point of the growth curve every so often; when there are many, every second one goes. */
static void measure(struct ff_feedback *fb)
{
	if (fb->total_ns < fb->growth_step * (fb->ngrowth + 1))
		return;
	if (fb->ngrowth == FF_GROWTH) {
		for (unsigned int i = 0; i < FF_GROWTH / 2; i++)
			fb->growth[i] = fb->growth[2 * i + 1];
		fb->ngrowth = FF_GROWTH / 2;
		fb->growth_step *= 2;
		return;
	}
	fb->growth[fb->ngrowth++] = (struct ff_growth){
		(double)fb->total_ns / 1e9, fb->seen.n, fb->seen.nstable, fb->pool.n };
}

int ff_feedback_ran(struct ff_feedback *fb, const struct ff_feedback_run *r, char *kept)
{
	struct ff_feedback_share *share = &fb->share[r->again ? r->again->source : r->source];
	int ret = 0;

	kept[0] = '\0';
	ff_signal_of(r->c, &fb->signal);
	for (unsigned int i = 0; i < FF_SOURCES; i++) {
		fb->share[i].gain *= MEMORY;
		fb->share[i].cost *= MEMORY;
	}
	share->cost += (double)r->guest_ns / 1e9;
	share->guest_ns += r->guest_ns;
	share->findings += r->new_findings;
	share->gain += FINDING_WORTH * r->new_findings;
	fb->total_ns += r->guest_ns;
	if (r->again) {
		ret = again_run(fb, r, kept);
	} else {
		share->programs++;
		first_run(fb, r);
	}
	measure(fb);
	return ret;
}

unsigned int ff_feedback_features(const struct ff_feedback *fb, unsigned int *stable, unsigned int *kept)
{
	*stable = fb->seen.nstable;
	*kept = fb->pool.n;
	return fb->seen.n;
}
