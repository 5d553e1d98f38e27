// SPDX-License-Identifier: GPL-2.0-only
#include "runner/regress/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runner/msg.h"
#include "runner/proc.h"
#include "runner/progress.h"
#include "runner/regress/cell.h"
#include "runner/utc.h"

#define DEPTH	2	/* programs in the guest: one runs, one waits */

/**
 * struct run - all of it, while it goes on
 * @cell: of the kernel that is looked at, in the order of the programs
 * @key: the kernel's name in the baseline
 * @end_ms: when time is up, 0: never; @last_ms: when the last result came
 * @done: cells that have their verdict, on all kernels
 * @failed: one of them is fail
 * @broken: evidence or the baseline could not be written: nothing more makes sense
 */
struct run {
	struct ff_regress_job *j;
	struct ff_regress_cell *cell;
	struct ff_regress_evidence evidence;
	struct ff_judge *judge;
	struct ff_progress progress;
	char key[512];
	long long end_ms, last_ms;
	unsigned int done;
	bool failed, broken;
};

static struct ff_findings findings;	/* of the run that is looked at */

/* ---- what is run next ---- */

/* Nothing more is to be started: why, or NULL. */
static const char *over(const struct run *r)
{
	if (*r->j->stop)
		return "stopped";
	if (r->end_ms && ff_now_ms() >= r->end_ms)
		return "the time was up (--time)";
	return r->failed && r->j->fail_fast ? "after the first fail nothing more was run (--fail-fast)" : NULL;
}

/*
 * A program whose bug shows in most runs is decided by one: another would be
 * run for nothing, and with a hang that takes long.
 */
static bool wants(const struct ff_regress_cell *c)
{
	bool sure = c->base.hits * 3 > c->base.runs && !c->limits->measure;

	return !c->over && !(sure && c->ahead) && ff_regress_more(&c->t, c->ahead, &c->base, c->limits);
}

/* Fill the guest, from the first cell of this command line that wants a run. */
static void feed(struct run *r, struct ff_session *s, const char *append)
{
	for (unsigned int i = 0; i < r->j->kept.n; i++) {
		struct ff_regress_cell *c = &r->cell[i];

		while (!strcmp(c->append, append) && wants(c)) {
			if (ff_session_pending(s) >= DEPTH || ff_session_feed(s, &c->p->program, c))
				return;
			c->ahead++;
		}
	}
}

/* ---- what came back ---- */

static void say(struct run *r, const struct ff_regress_cell *c)
{
	const struct ff_regress_result *x = c->out;

	r->done++;
	r->failed |= x->verdict == FF_REGRESS_FAIL;
	if (x->verdict == FF_REGRESS_FAIL || x->verdict == FF_REGRESS_FIXED || x->verdict == FF_REGRESS_FLAKY) {
		ff_progress_clear(&r->progress);
		ff_msg_info("%s: %s on %s: %s", ff_regress_verdict_name(x->verdict), c->p->info.name, r->key, x->reason);
	}
	ff_progress_show(&r->progress, r->done);
}

static int end_if_done(struct run *r, struct ff_regress_cell *c)
{
	int ret = 0;

	if (c->ahead || c->over || ff_regress_more(&c->t, 0, &c->base, c->limits))
		return 0;
	ret = ff_cell_end(c, r->j, r->key);
	say(r, c);
	return ret;
}

static int take(struct run *r, struct ff_session *s, const struct ff_outcome *out)
{
	struct ff_regress_cell *c = out->tag;
	bool over_before = c->over;
	long long now = ff_now_ms();
	int ret = 0;

	c->ahead--;
	c->t.seconds += (double)(now - r->last_ms) / 1000;
	r->last_ms = now;
	if (!over_before) {
		findings.n = 0;
		if (!out->failed)
			ff_judge(r->judge, &out->c, &findings);
		ret = ff_cell_take(c, r->j, &r->evidence, out, &findings, ff_session_info(s));
		if (c->over)
			say(r, c);
	}
	if (!ret)
		ret = end_if_done(r, c);
	r->broken |= ret < 0;
	return ret;
}

/* ---- a kernel ---- */

static void note_kernel(struct run *r, unsigned int k, const struct ff_session_info *info)
{
	struct ff_regress_kernel *to = &r->j->result.kernels[k];
	const char *was = ff_baseline_release(r->j->baseline, r->key);

	if (to->release[0])
		return;
	snprintf(to->release, sizeof(to->release), "%s", info->release);
	snprintf(to->accel, sizeof(to->accel), "%s", info->accel);
	if (was && strcmp(was, info->release) && !r->j->record) {
		ff_progress_clear(&r->progress);
		ff_msg_info("%s is %s; what the baseline knows of it was seen on %s", r->key, info->release, was);
	}
}

/* All programs that go with this command line; the session is one guest after the other. */
static int run_group(struct run *r, unsigned int k, const char *append)
{
	struct ff_session_config cfg = r->j->o.session;
	struct ff_session *s;
	struct ff_outcome out;
	int ret;

	cfg.kernel = r->j->o.kernel[k];
	cfg.append = append[0] ? append : NULL;
	ret = ff_session_open(&s, &cfg);
	if (ret)
		return ret;
	note_kernel(r, k, ff_session_info(s));
	for (unsigned int i = 0; i < r->j->kept.n; i++)
		if (!strcmp(r->cell[i].append, append) && !r->cell[i].over) {
			ff_cell_check(&r->cell[i], ff_session_info(s));
			if (r->cell[i].over)
				say(r, &r->cell[i]);
		}
	r->last_ms = ff_now_ms();
	while (!ret) {
		if (!over(r))
			feed(r, s, append);
		if (!ff_session_pending(s) || *r->j->stop)
			break;
		ret = ff_session_next(s, &out);
		if (ret == 1)
			ret = take(r, s, &out);
	}
	ff_session_close(s);
	return ret;
}

static void skip_rest(struct run *r, const char *append, const char *why)
{
	for (unsigned int i = 0; i < r->j->kept.n; i++) {
		struct ff_regress_cell *c = &r->cell[i];

		if (c->over || (append && strcmp(c->append, append)))
			continue;
		if (c->t.hits || c->t.runs >= c->limits->least) {	/* cut short, and still worth something */
			ff_cell_end(c, r->j, r->key);
		} else if (c->t.runs) {
			ff_cell_skip(c, "%s, after %u runs that say too little", why, c->t.runs);
			c->out->runs = c->t.runs;
		} else {
			ff_cell_skip(c, "%s", why);
		}
		say(r, c);
	}
}

static void make_cells(struct run *r, unsigned int k, const struct ff_regress_cell *before)
{
	const struct ff_regress_job *j = r->j;
	const struct ff_regress_kernel *kernel = &j->result.kernels[k];

	snprintf(r->key, sizeof(r->key), "%s%s%s", kernel->name, kernel->append[0] ? " " : "", kernel->append);
	for (unsigned int i = 0; i < j->kept.n; i++) {
		struct ff_regress_cell *c = &r->cell[i];
		char own[256];

		memset(c, 0, sizeof(*c));
		c->p = &j->kept.p[i];
		c->out = &j->result.results[k * j->kept.n + i];
		ff_regress_append_of(&c->p->head, kernel->name, own, sizeof(own));
		snprintf(c->append, sizeof(c->append), "%s%s%s", kernel->append, kernel->append[0] && own[0] ? " " : "", own);
		c->limits = j->record || (j->compare && !k) ? &j->measure : &j->limits;
		if (before && before[i].t.runs)
			ff_regress_base(&before[i].t, c->p->id, j->o.kernel[0], &c->base);
		else
			ff_baseline_get(j->baseline, r->key, c->p->info.name, c->p->id, &c->base);
	}
}

/* One session for each command line that programs want. */
static int run_kernel(struct run *r, unsigned int k)
{
	struct ff_regress_kernel *kernel = &r->j->result.kernels[k];
	int ret = 0;

	for (unsigned int i = 0; i < r->j->kept.n && !ret; i++) {
		struct ff_regress_cell *c = &r->cell[i];
		char why[sizeof(kernel->skipped) + 16];

		if (c->over)
			continue;
		if (over(r)) {
			skip_rest(r, NULL, over(r));
			break;
		}
		ret = run_group(r, k, c->append);
		if (ret == -ECANCELED || *r->j->stop)
			snprintf(why, sizeof(why), "stopped");
		else if (r->broken)
			snprintf(why, sizeof(why), "what was seen could not be written (%s)", strerror(-ret));
		else if (ret)
			snprintf(why, sizeof(why), "no guest of %.64s could be started (%s): see the messages", kernel->name, strerror(-ret));
		else
			snprintf(why, sizeof(why), "%s", over(r) ? over(r) : "it was not run");
		if (ret && ret != -ECANCELED && !r->broken && !kernel->release[0])
			snprintf(kernel->skipped, sizeof(kernel->skipped), "%.250s", why);
		skip_rest(r, kernel->skipped[0] ? NULL : c->append, why);
		if (ret != -ECANCELED && !r->broken)
			ret = 0;	/* other kernels may be had */
	}
	return ret;
}

/* ---- all of it ---- */

static int make_result(struct ff_regress_job *j)
{
	struct ff_regress *x = &j->result;
	char now[FF_UTC];

	snprintf(x->started, sizeof(x->started), "%s", ff_utc_print(time(NULL), now));
	x->kernels = calloc(j->o.nkernels, sizeof(*x->kernels));
	x->programs = calloc(j->kept.n + 1, sizeof(*x->programs));
	x->results = calloc((size_t)j->o.nkernels * j->kept.n + 1, sizeof(*x->results));
	if (!x->kernels || !x->programs || !x->results)
		return -ENOMEM;
	x->nkernels = j->o.nkernels;
	x->nprograms = j->kept.n;
	x->nresults = j->o.nkernels * j->kept.n;
	for (unsigned int k = 0; k < x->nkernels; k++) {
		snprintf(x->kernels[k].name, sizeof(x->kernels[k].name), "%s", j->o.kernel[k] ? j->o.kernel[k] : "here");
		snprintf(x->kernels[k].version, sizeof(x->kernels[k].version), "%s", j->version[k]);
		snprintf(x->kernels[k].append, sizeof(x->kernels[k].append), "%s", j->o.session.append ? j->o.session.append : "");
	}
	for (unsigned int i = 0; i < x->nprograms; i++)
		x->programs[i] = j->kept.p[i].info;
	for (unsigned int i = 0; i < x->nresults; i++) {
		x->results[i].kernel = i / j->kept.n;
		x->results[i].program = i % j->kept.n;
		x->results[i].verdict = FF_REGRESS_SKIP;
		x->results[i].rate = x->results[i].miss_odds = -1;
		snprintf(x->results[i].reason, sizeof(x->results[i].reason), "stopped before it was run");
	}
	return 0;
}

/* The bugs that a program is about, for readers of the result. */
static int list_expected(struct ff_regress_job *j)
{
	for (unsigned int i = 0; i < j->result.nresults; i++) {
		struct ff_regress_result *x = &j->result.results[i];
		const struct ff_regress_head *h = &j->kept.p[x->program].head;

		x->expected = calloc(FF_REGRESS_BUGS * FF_REGRESS_PATTERNS, sizeof(*x->expected));
		if (!x->expected)
			return -ENOMEM;
		for (unsigned int b = 0; b < h->nbugs; b++)
			for (unsigned int p = 0; p < h->bug[b].npatterns; p++) {
				struct ff_regress_expected *to = &x->expected[x->nexpected++];

				snprintf(to->signature, sizeof(to->signature), "%s", h->bug[b].pattern[p]);
				snprintf(to->known, sizeof(to->known), "%s", h->bug[b].what[0] ? h->bug[b].what : h->about);
			}
	}
	return 0;
}

int ff_regress_run(struct ff_regress_job *j)
{
	struct run r = { .j = j, .end_ms = j->seconds ? ff_now_ms() + (long long)j->seconds * 1000 : 0 };
	struct ff_regress_cell *cells = calloc((size_t)j->o.nkernels * j->kept.n + 1, sizeof(*cells));
	long long began = ff_now_ms();
	int ret = cells ? make_result(j) : -ENOMEM, ret2;

	r.judge = ff_judge_open(j->o.oracles);
	if (!ret)
		ret = r.judge ? list_expected(j) : -ENOMEM;
	ff_progress_open(&r.progress, "regress", "results", j->result.nresults);
	for (unsigned int k = 0; k < j->o.nkernels && !ret; k++) {
		r.cell = &cells[k * j->kept.n];
		make_cells(&r, k, j->compare && k ? cells : NULL);
		ret = run_kernel(&r, k);
	}
	ff_progress_clear(&r.progress);
	j->result.seconds = (double)(ff_now_ms() - began) / 1000;
	ret2 = ff_evidence_finish(&r.evidence, j->store);
	ff_judge_close(r.judge);
	free(cells);
	return ret ? ret : ret2;
}
