// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzzer/rotation.h"
#include "runner/campaign_state.h"
#include "runner/delays.h"
#include "runner/msg.h"
#include "runner/proc.h"

#define GRACE_MS	20000	/* after --time: for findings that were never replayed */
#define FAILED_ROW	8	/* so many targets in a row that cannot be made: give up */

static double seconds(const struct ff_campaign *c)
{
	return (double)(ff_now_ms() - c->began_ms) / 1000;
}

static struct ff_work *free_work(struct ff_campaign *c)
{
	for (unsigned int i = 0; i < FF_BOX_SLOTS + 1; i++)
		if (!c->work[i].used)
			return &c->work[i];
	return NULL;
}

static int feed(struct ff_campaign *c, const struct ff_program *p, struct ff_replay_job *job,
		struct ff_candidate *again)
{
	struct ff_work *w = free_work(c);
	int ret = w ? ff_session_feed(c->session, p, w) : -EAGAIN;

	if (ret)
		return ret;
	w->used = true;
	w->job = job;
	w->again = again;
	w->source = c->source;
	ff_target_print(&p->target, w->target, sizeof(w->target));
	return 0;
}

/* The next program, from the generator or out of kept ones. It stays when it could not be fed. */
static void make(struct ff_campaign *c)
{
	const struct ff_campaign_config *cfg = c->cfg;
	struct ff_target t = cfg->target;

	if (c->made)
		return;
	if (!cfg->fixed)
		ff_rotation(ff_session_info(c->session)->boot.offers, cfg->seed, c->number, &t);
	c->source = FF_SOURCE_MUTATED;
	if (!ff_feedback_mutate(c->feedback, c->number, &t, &c->program)) {
		c->source = FF_SOURCE_GENERATED;
		ff_generate(&c->limits, cfg->seed, c->number, &t, &c->program);
	}
	c->number++;
	c->made = true;
}

static bool feed_replay(struct ff_campaign *c, struct ff_replay_job *job)
{
	if (!feed(c, job->c.program, job, NULL))
		return true;
	job->started--;
	return false;
}

static bool feed_again(struct ff_campaign *c, struct ff_candidate *again, const struct ff_program *p)
{
	if (!feed(c, p, NULL, again))
		return true;
	ff_feedback_not_run(c->feedback, again, false);
	return false;
}

static bool feed_new(struct ff_campaign *c)
{
	make(c);
	c->made = feed(c, &c->program, NULL, NULL) != 0;
	return !c->made;
}

/*
 * Replays go first, then programs whose signal may be stable, then new ones.
 * With new programs ended (@more false) only replays.
 * Return: was anything fed?
 */
static bool feed_all(struct ff_campaign *c, bool more)
{
	uint64_t guest_ns = ff_session_info(c->session)->guest_ns;
	uint64_t campaign_ns = more && !c->cfg->first ? guest_ns : UINT64_MAX;
	struct ff_candidate *again;
	const struct ff_program *p;
	struct ff_replay_job *job;
	bool fed = false, one = true;

	while (one && ff_session_pending(c->session) < FF_BOX_SLOTS) {
		job = ff_replay_next(&c->replay, campaign_ns);
		again = !job && more ? ff_feedback_again(c->feedback, guest_ns, &c->program.target, &p) : NULL;
		if (job)
			one = feed_replay(c, job);
		else if (again)
			one = feed_again(c, again, p);
		else if (more && (c->made || !c->cfg->programs || c->number < c->cfg->programs))
			one = feed_new(c);
		else
			break;
		fed |= one;
	}
	return fed;
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
	if (c->failed_row++ == 0) {
		ff_screen_clear(&c->screen);
		ff_msg_warn("target %s cannot be made: %s", w->target, r->failed);
	}
	if (c->failed_row < FAILED_ROW || (!c->cfg->fixed && c->failed_row < 16 * FAILED_ROW))
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
	if (!ret && kept[0] && c->cfg->corpus)
		ret = ff_store_log(c->store, "kept %s", kept);
	return ret;
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
		c->tally.programs++;
	c->tally.events += r->c.nevents;
	c->tally.drops += r->c.drops;
	c->tally.damaged += r->damaged;
	ff_tally_add(&c->tally, r->c.program, r->c.history);
	ff_ground_add(&c->ground, &r->c);
	ret = ff_campaign_found(c, w, r);
	if (!ret)
		ret = learn(c, w, r, c->nfound - found);
	w->used = false;
	return ret;
}

static void show(struct ff_campaign *c)
{
	struct ff_work *w = ff_session_running(c->session);
	struct ff_status st = {
		.info = ff_session_info(c->session), .tally = &c->tally, .seconds = seconds(c),
		.limit_seconds = (double)c->cfg->seconds, .found = c->nfound, .known = c->nknown,
		.last_found = c->last_found, .target = w ? w->target : "-",
		.out = ff_store_path(c->store), .seed = c->cfg->seed,
	};

	st.features = ff_feedback_features(c->feedback, &st.stable, &st.kept);
	ff_screen_show(&c->screen, &st);
}

/* Why the campaign should end now, or NULL. *@more: are programs still generated? */
static const char *ended(struct ff_campaign *c, bool *more)
{
	double now = seconds(c), limit = (double)c->cfg->seconds;

	*more = true;
	if (*c->stop)
		return "interrupted";
	if (c->first_done)
		return "first finding";
	if (c->cfg->seconds && now >= limit) {
		*more = false;
		if (!ff_replay_waiting(&c->replay) || (now - limit) * 1000 > GRACE_MS)
			return "time";
	}
	if (c->cfg->programs && c->number >= c->cfg->programs && !c->made) {
		*more = false;
		if (!ff_session_pending(c->session) && !ff_replay_waiting(&c->replay))
			return "programs";
	}
	return NULL;
}

static int loop(struct ff_campaign *c, const char **why)
{
	struct ff_outcome r;
	bool more, fed;
	int ret;

	while (!(*why = ended(c, &more))) {
		fed = feed_all(c, more);
		ret = ff_session_collect(c->session, &r);
		if (ret == 1)
			ret = handle(c, &r);
		else if (ret == 0 && !fed)
			usleep(200);
		if (ret < 0 && ret != -ECANCELED) {
			*why = "failure";
			return ret;
		}
		if (ff_screen_due(&c->screen))
			show(c);
	}
	return 0;
}

static void hello(struct ff_campaign *c)
{
	const struct ff_session_info *i = ff_session_info(c->session);
	char notes[sizeof(i->boot.notes)], *line, *save;

	ff_msg_info("fuzzing %s %s (%s%s%s), seed %llu, findings go to %s", i->kernel, i->release, i->accel,
		    i->accel_why[0] ? ": " : "", i->accel_why, (unsigned long long)c->cfg->seed,
		    ff_store_path(c->store));
	ff_msg_info("speed %u.%02u of native time, a call may take %llu s", i->boot.speed / 100,
		    i->boot.speed % 100, (unsigned long long)(i->boot.call_limit_ns / 1000000000));
	ff_msg_info("%s", i->boot.witness);
	memcpy(notes, i->boot.notes, sizeof(notes));
	for (line = strtok_r(notes, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		ff_msg_info("%s", line);
}

static int set_up(struct ff_campaign *c)
{
	const struct ff_campaign_config *cfg = c->cfg;
	const struct ff_feedback_config feedback = {
		.corpus = cfg->corpus, .blind = cfg->blind, .fixed = cfg->fixed, .seed = cfg->seed,
		.limits = &c->limits,
	};
	const struct ff_box_boot *boot;
	int ret;

	ret = ff_store_open(&c->store, cfg->o.out ? cfg->o.out : "out");
	if (ret)
		return ret;
	ret = ff_feedback_open(&c->feedback, &feedback);
	if (ret)
		return ret;
	c->judge = ff_judge_open(cfg->o.oracles);
	c->findings = calloc(1, sizeof(*c->findings));
	if (!c->judge || !c->findings) {
		ff_msg_error("no memory for the judge");
		return -ENOMEM;
	}
	snprintf(c->command, sizeof(c->command), "%s%s", cfg->o.here ? "--here" : "--kernel ",
		 cfg->o.here ? "" : cfg->o.session.kernel);
	ret = ff_session_open(&c->session, &cfg->o.session);
	if (ret)
		return ret;
	boot = &ff_session_info(c->session)->boot;
	c->limits.threads = cfg->threads;
	c->limits.features = boot->features;
	c->limits.device_size = boot->device_size;
	c->limits.offers = cfg->fixed ? 0 : boot->offers;
	c->limits.delays = cfg->no_delays ? 0 : ff_delays_places(boot->hooks);
	c->limits.allow_global = !cfg->o.here;
	memcpy(c->limits.without, cfg->without, sizeof(c->limits.without));
	return ff_store_log(c->store, "campaign: %s release=%s accel=%s seed=%llu", c->command,
			    ff_session_info(c->session)->release, ff_session_info(c->session)->accel,
			    (unsigned long long)cfg->seed);
}

static int verdict(const struct ff_campaign *c)
{
	unsigned int known = c->cfg->known_ok ? c->nknown : 0;

	return c->nfound + c->unkept > known ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
}

int ff_campaign(const struct ff_campaign_config *cfg)
{
	struct ff_campaign *c = calloc(1, sizeof(*c));
	const char *why = "";
	int ret, status = FF_EXIT_HARNESS;

	if (!c) {
		ff_msg_error("no memory for a campaign");
		return FF_EXIT_HARNESS;
	}
	c->cfg = cfg;
	c->stop = cfg->o.session.stop;
	c->last_found = -1;
	c->began_ms = ff_now_ms();
	ret = set_up(c);
	if (ret == -EINVAL)
		status = FF_EXIT_USAGE;	/* there is no kernel of this name, or the corpus is no store */
	if (ret)
		goto cleanup;
	c->began_ms = ff_now_ms();
	ff_screen_open(&c->screen);
	hello(c);
	ret = loop(c, &why);
	ff_screen_clear(&c->screen);
	if (!ret)
		ret = ff_campaign_settle(c);
	if (!ff_campaign_summary(c, why) && !ret)
		status = verdict(c);
cleanup:
	if (ret == -ECANCELED)
		status = FF_EXIT_CLEAN;	/* Ctrl-C while the first guest booted: nothing was found */
	ff_replay_free(&c->replay);
	ff_feedback_close(c->feedback);
	ff_session_close(c->session);
	ff_judge_close(c->judge);
	free(c->findings);
	ff_store_close(c->store);
	free(c);
	return status;
}
