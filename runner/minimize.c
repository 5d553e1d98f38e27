// SPDX-License-Identifier: GPL-2.0-only
#include "runner/minimize.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/minimize_state.h"
#include "runner/msg.h"
#include "runner/proc.h"

#define DEPTH		2	/* programs in the guest: one runs, one waits */
#define FINAL_RUNS	20	/* of the result, to say how often it hits */
#define SHARE		8	/* this part of the time is for them */
#define SAVE_MS		10000
#define IDLE_RUNS	3	/* without any of its delays: nobody comes by that place */
#define MISS_S		0.3	/* what a miss takes, as long as there was none */
#define IDLE_NEVER	(~0u)

static struct ff_findings findings;	/* of the run that is looked at */

double ff_min_seconds(const struct ff_min_job *j)
{
	return j->elapsed_before + (double)((j->end_ms ? j->end_ms : ff_now_ms()) - j->began_ms) / 1000;
}

/* ---- what counts ---- */

/* No signature was asked for: the first that is seen, a witnessed one rather. */
static const struct ff_finding *choose(struct ff_min_job *j)
{
	const struct ff_finding *best = &findings.f[0];

	for (unsigned int i = 1; i < findings.n && !best->witnessed; i++)
		if (findings.f[i].witnessed)
			best = &findings.f[i];
	snprintf(j->pattern, sizeof(j->pattern), "%s", best->signature);
	ff_msg_info("minimize: the signature is %s", best->signature);
	return best;
}

/* The finding of this run that counts, or NULL. */
static const struct ff_finding *hit(struct ff_min_job *j, const struct ff_outcome *out)
{
	ff_judge(j->judge, &out->c, &findings);
	if (!findings.n)
		return NULL;
	if (!j->pattern[0])
		return choose(j);
	for (unsigned int i = 0; i < findings.n; i++)
		if (!fnmatch(j->pattern, findings.f[i].signature, 0))
			return &findings.f[i];
	return NULL;
}

/* A hit of the result is kept as a finding's folder, with its evidence. */
static int keep(struct ff_min_job *j, const struct ff_outcome *out, const struct ff_finding *x)
{
	char guest[120];

	if (j->found.signature[0])
		return 0;
	snprintf(guest, sizeof(guest), "%s%.100s", j->o.here ? "--here" : "--kernel ",
		 j->o.here ? "" : j->o.session.kernel);
	ff_found_describe(&j->found, x, &out->c, ff_session_info(j->session), guest);
	j->found.witnessed = x->witnessed;
	j->found.count = 1;
	return ff_store_put(j->store, &j->found, &out->c, x);
}

/*
 * At which places was this program held up, if anywhere? Where nobody comes by,
 * no more delays are tried: smaller programs of this one will not either.
 */
static void note_idle(struct ff_min_job *j, const struct ff_case *c)
{
	const struct ff_program *p = c->program;
	uint32_t made = 0, asked = 0;

	for (size_t i = 0; i < c->nevents; i++)
		if (c->event[i].kind == FF_EV_DELAY && c->event[i].extra < p->ndelays)
			made |= 1U << p->delay[c->event[i].extra].place;
	for (unsigned int i = 0; i < p->ndelays; i++)
		asked |= 1U << p->delay[i].place;
	for (unsigned int at = 0; at < FF_DELAY_PLACES; at++) {
		if (made >> at & 1)
			j->idle[at] = IDLE_NEVER;
		else if (asked >> at & 1 && j->idle[at] != IDLE_NEVER && ++j->idle[at] >= IDLE_RUNS)
			j->search->cfg.places &= ~(1U << at);
	}
}

static double left(const struct ff_min_job *j)
{
	return (double)j->seconds * (1 - 1.0 / SHARE) - (double)(ff_now_ms() - j->began_ms) / 1000;
}

/* What a miss or a hit takes, in seconds; @usual while there was none. */
static double each(const struct ff_min_job *j, bool hit, double usual)
{
	double s = j->cost[hit].n ? j->cost[hit].seconds / (double)j->cost[hit].n : usual;

	return s > 0.001 ? s : 0.001;
}

/* The time since the last result is this one's: what the search can afford comes of that. */
static void note_cost(struct ff_min_job *j, bool hit)
{
	long long now = ff_now_ms();

	if (j->taken_ms) {
		j->cost[hit].seconds += (double)(now - j->taken_ms) / 1000;
		j->cost[hit].n++;
	}
	j->taken_ms = now;
	if (j->cost[1].n)
		ff_minimize_afford(j->search, left(j) / each(j, 0, MISS_S), left(j) / each(j, 1, MISS_S));
}

static int take(struct ff_min_job *j, const struct ff_outcome *out)
{
	const struct ff_finding *x = NULL;
	int ret = 0;

	if (out->failed)
		snprintf(j->failed, sizeof(j->failed), "%s", out->failed);
	else
		x = hit(j, out);
	if (x)
		snprintf(j->signature, sizeof(j->signature), "%s", x->signature);
	if (x && j->finishing && ff_program_same(out->c.program, &j->search->best))
		ret = keep(j, out, x);
	if (!out->failed && !out->lost[0])
		note_idle(j, &out->c);
	note_cost(j, x != NULL);
	ff_minimize_result(j->search, (uint64_t)(uintptr_t)out->tag, x != NULL);
	return ret;
}

/* ---- what is shown ---- */

static void show(struct ff_min_job *j)
{
	const struct ff_minimize *m = j->search;

	if (!ff_progress_due(&j->progress))
		return;
	snprintf(j->progress.note, sizeof(j->progress.note),
		 "%s, round %u: %u -> %u calls, %u -> %u threads, rate about %.2f; %llu runs, %llu candidates, %u guests lost",
		 ff_minimize_phase(m), m->round + 1, m->calls, m->best.ncalls, m->threads, m->best.nthreads, m->ref,
		 (unsigned long long)m->runs, (unsigned long long)m->candidates, ff_session_info(j->session)->restarts);
	ff_progress_show(&j->progress, (uint64_t)(ff_now_ms() - j->began_ms) / 1000);
}

/* ---- the budget ---- */

/* Why it has to end now, or NULL; @share of the budget is for the search. */
static const char *over(const struct ff_min_job *j, double share)
{
	uint64_t runs = j->search->runs - j->runs_at_begin, reserve = j->runs > 4 * FINAL_RUNS ? FINAL_RUNS : 0;

	if (*j->stop)
		return "stopped";
	if ((double)(ff_now_ms() - j->began_ms) >= (double)j->seconds * 1000 * share)
		return "time";
	return j->runs && runs + (share < 1 ? reserve : 0) >= j->runs ? "runs" : NULL;
}

/* The search is over: what is known is written down, then the result is measured. */
static int finish(struct ff_min_job *j)
{
	int ret = ff_min_state_save(j);

	j->finishing = true;
	if (!ret && !*j->stop && (j->search->first.hits || j->search->rate.hits))
		ff_minimize_finish(j->search, FINAL_RUNS);
	return ret;
}

/* While a guest is being replaced nothing can be given to it: what was drawn waits. */
static void feed(struct ff_min_job *j)
{
	const struct ff_program *p;

	/* when a hit ends the guest nothing is gained by a second one that waits, and it may be in vain */
	while (ff_session_pending(j->session) < (ff_minimize_dear(j->search) ? 1 : DEPTH)) {
		if (!j->held_ticket) {
			p = ff_minimize_next(j->search, &j->held_ticket);
			if (!p)
				return;
			ff_program_copy(&j->held, p);
		}
		if (ff_session_feed(j->session, &j->held, (void *)(uintptr_t)j->held_ticket))
			return;
		j->held_ticket = 0;
	}
}

static int step(struct ff_min_job *j)
{
	struct ff_outcome out;
	int ret;

	ret = ff_session_next(j->session, &out);
	if (ret == 1)
		ret = take(j, &out);
	if (!ret && (j->search->accepted != j->accepted || ff_now_ms() - j->saved_ms > SAVE_MS) && !j->finishing)
		ret = ff_min_state_save(j);
	show(j);
	return ret;
}

static bool done(const struct ff_min_job *j)
{
	return j->search->stage == FF_MIN_DONE;
}

static int loop(struct ff_min_job *j)
{
	const char *why = NULL;
	int ret = 0;

	while (!ret && !done(j) && !(why = over(j, 1 - 1.0 / SHARE))) {
		feed(j);
		ret = step(j);
		if (j->failed[0] && j->search->stage == FF_MIN_MEASURE)
			return ret;
	}
	j->ended = why ? why : "minimal";
	j->held_ticket = 0;
	if (!ret)
		ret = finish(j);
	while (!ret && !done(j) && !over(j, 1)) {
		feed(j);
		ret = step(j);
	}
	if (!ret && j->found.signature[0]) {
		j->found.hits = j->search->rate.hits;
		j->found.runs = j->search->rate.runs;
		ret = ff_store_update(j->store, &j->found, NULL);
	}
	return ret;
}

int ff_min_run(struct ff_min_job *j)
{
	int ret;

	j->began_ms = j->saved_ms = ff_now_ms();
	j->runs_at_begin = j->search->runs;
	ff_progress_open(&j->progress, "minimize", "s", j->seconds);
	j->ended = "skipped";
	ret = loop(j);
	ff_progress_clear(&j->progress);
	j->end_ms = ff_now_ms();
	if (ret == -ECANCELED)	/* stopped while a guest was started */
		ret = 0;
	return ret ? ret : ff_min_result_save(j);
}
