// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/campaign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "fuzzer/hash.h"
#include "runner/cache.h"
#include "runner/campaign/state.h"
#include "runner/msg.h"
#include "runner/proc.h"

#define GRACE_MS	20000	/* after --time: for findings that were never replayed */
#define FAILED_ROW	8	/* so many targets in a row that cannot be made: give up */
#define SLICE_S		600	/* of a kernel's turn, if nothing else was asked for */
#define SAVE_MS		10000	/* from one checkpoint to the next, */
#define SAVE_FIRST_MS	1000	/* more often at first: who is killed often gets on, too; */
#define SAVE_SHARE	50	/* they take at most a 50th of the time */
#define MINUTE_MS	60000

double ff_campaign_seconds(const struct ff_campaign *c)
{
	return c->past_seconds + (double)(ff_now_ms() - c->began_ms) / 1000;
}

/* A target that cannot be made is a matter of this machine, said once each. */
static int failed(struct ff_campaign *c, struct ff_work *w, struct ff_outcome *r)
{
	c->tally.failed_targets++;
	if (w->job) {
		w->job->broken = true;
		w->job->started--;
	}
	if (w->again)
		ff_feedback_not_run(c->feedback, w->again, true);
	if (!w->job && !w->again)
		c->failed_programs++;
	if (c->failed_row++ == 0) {
		ff_screen_clear(&c->screen);
		ff_msg_warn("target %s cannot be made: %s", w->target, r->failed);
	}
	if (c->failed_row < FAILED_ROW || (!c->cfg.fixed && c->failed_row < 16 * FAILED_ROW))
		return 0;
	ff_msg_error("no target can be made here any more; the last was %s: %s", w->target, r->failed);
	return -ENODEV;
}

/* What is kept is on the disk before it is said. Replays are no news: their programs have been looked at. */
static int learn(struct ff_campaign *c, const struct ff_work *w, const struct ff_outcome *r, unsigned int news)
{
	struct ff_feedback_run run = {
		.source = w->source, .again = w->again, .c = &r->c, .guest_ns = r->guest_ns,
		.lost = r->lost[0] || r->damaged, .new_findings = news,
	};
	char kept[FF_ID_TEXT];
	int ret;

	if (w->job)
		return 0;
	ret = ff_feedback_ran(c->feedback, &run, kept);
	if (!ret && kept[0] && !c->cfg.blind)
		ret = ff_store_log(c->store, "kept %s", kept);
	return ret;
}

/* The same programs, the same sum, in whatever order they came back: nothing skipped, nothing twice. */
static void account(struct ff_campaign *c, const struct ff_program *p)
{
	static char text[1 << 16];
	size_t n = ff_program_print(p, text, sizeof(text));

	c->tally.programs++;
	c->digest += ff_hash(FF_HASH_BEGIN, text, n < sizeof(text) ? n : sizeof(text));
}

static int handle(struct ff_campaign *c, struct ff_outcome *r)
{
	struct ff_work *w = r->tag;
	unsigned int found = c->nfound;
	int ret;

	if (r->failed) {
		ret = failed(c, w, r);
		w->used = false;
		return ret;
	}
	c->failed_row = 0;
	if (w->job || w->again)
		c->tally.replays++;
	else
		account(c, r->c.program);
	c->tally.events += r->c.nevents;
	c->tally.drops += r->c.drops;
	c->tally.damaged += r->damaged;
	ff_tally_add(&c->tally, r->c.program, r->c.history);
	ff_ground_add(&c->lane[c->turn].ground, &r->c);
	ret = ff_campaign_found(c, w, r);
	if (!ret)
		ret = learn(c, w, r, c->nfound - found);
	w->used = false;
	return ret;
}

/* The one that was fed first of those that run now. */
static const struct ff_work *running(const struct ff_campaign *c)
{
	const struct ff_work *w, *first = NULL;

	for (unsigned int i = 0; i < c->opened; i++) {
		w = ff_job_phase(&c->job[i]) == FF_JOB_READY ? ff_session_running(c->job[i].session) : NULL;
		if (w && (!first || w->fed < first->fed))
			first = w;
	}
	return first;
}

static unsigned int ready(const struct ff_campaign *c)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->opened; i++)
		n += ff_job_phase(&c->job[i]) == FF_JOB_READY;
	return n;
}

static void show(struct ff_campaign *c)
{
	const struct ff_work *w = running(c);
	struct ff_session_info info;
	struct ff_status st = {
		.info = &info, .tally = &c->tally, .seconds = ff_campaign_seconds(c),
		.limit_seconds = (double)c->cfg.seconds, .found = c->nfound, .known = c->nknown,
		.last_found = c->last_found, .last_signal = c->last_signal, .target = w ? w->target : "-",
		.out = ff_store_path(c->store), .seed = c->cfg.seed, .jobs = c->cfg.jobs, .ready = ready(c),
		.stability = c->feedback ? ff_feedback_stability(c->feedback) : 1,
	};

	ff_campaign_info(c, c->turn, &info);
	st.features = ff_campaign_features(c, &st.stable, &st.kept);
	ff_screen_show(&c->screen, &st);
}

/* Why the campaign should end now, or NULL. *@more: are programs still generated? */
static const char *ended(struct ff_campaign *c, bool *more)
{
	double now = ff_campaign_seconds(c), limit = (double)c->cfg.seconds;

	*more = true;
	if (*c->cfg.o.session.stop)
		return "interrupted";
	if (c->first_done)
		return "first finding";
	if (c->cfg.seconds && now >= limit) {
		*more = false;
		if (!ff_replay_waiting(&c->replay) || (now - limit) * 1000 > GRACE_MS)
			return "time";
	}
	if (c->cfg.programs && c->number >= c->cfg.programs && !c->made && !c->pending) {
		*more = false;
		if (!ff_campaign_pending(c) && !ff_replay_waiting(&c->replay))
			return "programs";
	}
	return NULL;
}

/* One round of a job. Return: 1: something happened, 0: nothing, or -errno. */
static int turn(struct ff_campaign *c, struct ff_job *j, bool more)
{
	struct ff_outcome r;
	bool fed;
	int ret;

	if (ff_job_phase(j) != FF_JOB_READY)
		return 0;
	fed = ff_campaign_feed(c, j, more);
	ret = ff_job_collect(j, &r);
	if (ret == 1)
		ret = handle(c, &r);
	else if (ret == 0)
		return fed;
	return ret < 0 && ret != -ECANCELED ? ret : 1;
}

/* When its slice is over, a kernel's programs end, and the next one begins. */
static int slice(struct ff_campaign *c)
{
	unsigned int alive = 0;

	for (unsigned int i = 0; i < c->nlanes; i++)
		alive += !c->lane[i].dead;
	if (alive < 2)
		return 0;
	if (!c->draining && ff_campaign_seconds(c) - c->slice_began >= (double)c->cfg.slice)
		c->draining = true;
	if (!c->draining || c->made || c->pending || ff_campaign_pending(c))
		return 0;
	return ff_campaign_lane_next(c);
}

static long long next_save(const struct ff_campaign *c)
{
	long long now = ff_now_ms(), pause = (now - c->began_ms) / 2, least = (long long)(c->save_cost_ms * SAVE_SHARE);

	pause = pause < SAVE_FIRST_MS ? SAVE_FIRST_MS : pause > SAVE_MS ? SAVE_MS : pause;
	return now + (pause > least ? pause : least);
}

static int write_down(struct ff_campaign *c)
{
	long long now = ff_now_ms();
	unsigned int stable, kept, features = ff_campaign_features(c, &stable, &kept);
	int ret = 0;

	if (features > c->last_features)
		c->last_signal = ff_campaign_seconds(c);
	c->last_features = features;
	if (now >= c->minute_ms) {
		ret = ff_campaign_minute(c, "running");
		c->minute_ms = now + MINUTE_MS;
		c->save_now = true;
	}
	if (!ret && (c->save_now || now >= c->save_ms)) {
		ret = ff_campaign_save(c, "running");
		c->save_now = false;
		c->save_ms = next_save(c);
	}
	return ret;
}

static int loop(struct ff_campaign *c, const char **why)
{
	bool more, busy;
	int ret;

	while (!(*why = ended(c, &more))) {
		busy = false;
		ret = ff_campaign_jobs(c);
		for (unsigned int i = 0; i < c->opened && ret >= 0; i++) {
			ret = turn(c, &c->job[i], more);
			busy |= ret == 1;
		}
		if (ret >= 0)
			ret = slice(c);
		if (!ret)
			ret = write_down(c);
		if (ret < 0 && ret != -ECANCELED) {
			*why = "failure";
			return ret;
		}
		if (!busy)
			usleep(200);
		if (ff_screen_due(&c->screen))
			show(c);
	}
	return 0;
}

static void hello(struct ff_campaign *c)
{
	const struct ff_session_info *i = ff_job_info(&c->job[0]);
	char notes[sizeof(i->boot.notes)], *line, *save;

	ff_msg_info("fuzzing %s %s (%s%s%s), seed %llu, %u job%s, findings go to %s", i->kernel, i->release, i->accel,
		    i->accel_why[0] ? ": " : "", i->accel_why, (unsigned long long)c->cfg.seed,
		    c->cfg.jobs, c->cfg.jobs == 1 ? "" : "s", ff_store_path(c->store));
	if (c->resumes)
		ff_msg_info("resumed at program %llu, after %.0f s and %u findings", (unsigned long long)c->number,
			    c->past_seconds, c->nfound);
	ff_msg_info("speed %u.%02u of native time, a call may take %llu s", i->boot.speed / 100,
		    i->boot.speed % 100, (unsigned long long)(i->boot.call_limit_ns / 1000000000));
	ff_msg_info("%s", i->boot.witness);
	memcpy(notes, i->boot.notes, sizeof(notes));
	for (line = strtok_r(notes, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		ff_msg_info("%s", line);
}

static void make_lanes(struct ff_campaign *c)
{
	struct ff_guest_options *o = &c->cfg.o;

	c->nlanes = o->here || !o->nkernels ? 1 : o->nkernels;
	for (unsigned int i = 0; i < c->nlanes; i++) {
		c->lane[i].name = o->here ? NULL : o->kernel[i];
		snprintf(c->lane[i].command, sizeof(c->lane[i].command), "%s%s", o->here ? "--here" : "--kernel ",
			 o->here ? "" : o->kernel[i]);
	}
}

/* What was not asked for, and is in no state. */
static void defaults(struct ff_campaign *c)
{
	struct ff_campaign_config *cfg = &c->cfg;
	char cwd[3000];

	if (!cfg->seed && getrandom(&cfg->seed, 4, 0) == 4)
		cfg->seed = cfg->seed % 1000000 + 1;
	if (!cfg->jobs)
		cfg->jobs = 1;
	if (!cfg->slice)
		cfg->slice = SLICE_S;
	if (cfg->corpus && cfg->corpus[0] != '/' && getcwd(cwd, sizeof(cwd))) {
		snprintf(c->corpus, sizeof(c->corpus), "%s/%s", cwd, cfg->corpus);
		cfg->corpus = c->corpus;
	}
}

static int set_up(struct ff_campaign *c)
{
	int ret;

	c->judge = ff_judge_open(c->cfg.o.oracles);
	c->findings = calloc(1, sizeof(*c->findings));
	c->job = calloc(c->cfg.jobs, sizeof(*c->job));
	if (!c->judge || !c->findings || !c->job) {
		ff_msg_error("no memory for the judge and %u jobs", c->cfg.jobs);
		return -ENOMEM;
	}
	ret = ff_store_log(c->store, "campaign: %s seed=%llu%s", c->lane[0].command,
			   (unsigned long long)c->cfg.seed, c->resumes ? " resumed" : "");
	return ret ? ret : ff_campaign_lane_open(c);
}

static int verdict(const struct ff_campaign *c)
{
	unsigned int known = c->cfg.known_ok ? c->nknown : 0;

	return c->nfound + c->unkept > known ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
}

static int run(struct ff_campaign *c, int *status)
{
	const char *why = "";
	int ret = set_up(c), saved;

	if (ret)
		return ret;
	c->began_ms = ff_now_ms();
	/* a minute of run time, also for who is killed more often */
	c->minute_ms = c->began_ms + MINUTE_MS - (long long)((c->past_seconds - c->minute_seconds) * 1000);
	c->slice_began += ff_campaign_seconds(c);
	c->save_now = true;
	ff_screen_open(&c->screen);
	c->screen.last_calls = ff_tally_sum(&c->tally).accepted;
	hello(c);
	ret = loop(c, &why);
	c->quit = 1;
	ff_screen_clear(&c->screen);
	if (!ret)
		ret = ff_campaign_settle(c);
	saved = ret == -ENOSPC || ret == -EDQUOT;	/* said; the state of before is whole */
	if (!saved)
		saved = ff_campaign_minute(c, why);
	if (!saved)
		saved = ff_campaign_save(c, why);
	ff_campaign_summary(c, why);
	if (!ret && !saved)
		*status = verdict(c);
	return ret ? ret : saved;
}

/* It was over before: what its summary said is still so. */
static void say_again(const struct ff_campaign *c)
{
	char path[3100], *text;

	snprintf(path, sizeof(path), "%s/summary.json", ff_store_path(c->store));
	text = c->cfg.o.json ? ff_read_file(path, NULL) : NULL;
	if (text)
		fputs(text, stdout);
	else
		printf("%u findings (%u known), kept in %s/findings\n", c->nfound, c->nknown, ff_store_path(c->store));
	free(text);
}

/* The folder is ours, and we know what is in it. */
static int begin(struct ff_campaign *c)
{
	json_t *state = NULL;
	pid_t before;
	int ret = ff_store_open(&c->store, c->cfg.o.out ? c->cfg.o.out : "out");

	if (!ret)
		ret = ff_store_lock(c->store, &before);
	if (!ret) {
		ff_session_sweep(before);
		ret = ff_campaign_state_read(c, &state);
	}
	c->config = json_incref(json_object_get(state, "config"));
	if (!ret && state)
		ret = ff_campaign_config_merge(&c->cfg, c->config, ff_store_path(c->store));
	if (!ret) {
		defaults(c);
		make_lanes(c);
		ret = state ? ff_campaign_restore(c, state) : 0;
	}
	json_decref(state);
	return ret;
}

static void clean_up(struct ff_campaign *c)
{
	struct ff_pending *p;

	ff_replay_free(&c->replay);
	if (c->job)
		ff_campaign_lane_close(c);
	ff_feedback_close(c->feedback);
	while ((p = c->pending)) {
		c->pending = p->next;
		free(p);
	}
	for (unsigned int i = 0; i < c->nlanes; i++) {
		json_decref(c->lane[i].feedback);
		json_decref(c->lane[i].signal);
	}
	ff_judge_close(c->judge);
	free(c->job);
	free(c->findings);
	ff_store_close(c->store);
	json_decref(c->config);
	free(c);
}

int ff_campaign(const struct ff_campaign_config *cfg)
{
	struct ff_campaign *c = calloc(1, sizeof(*c));
	int ret, status = FF_EXIT_HARNESS;

	if (!c) {
		ff_msg_error("no memory for a campaign");
		return FF_EXIT_HARNESS;
	}
	c->cfg = *cfg;
	c->last_found = c->last_signal = -1;
	c->began_ms = ff_now_ms();
	c->started = time(NULL);
	ret = begin(c);
	if (!ret && c->over) {
		say_again(c);
		status = verdict(c);
	} else if (!ret) {
		ret = run(c, &status);
	}
	if (ret == -EINVAL)
		status = FF_EXIT_USAGE;	/* no kernel of this name, the corpus is no store, the state is none */
	if (ret == -ECANCELED)
		status = FF_EXIT_CLEAN;	/* Ctrl-C while the first guest booted: nothing was found */
	clean_up(c);
	return status;
}
