// SPDX-License-Identifier: GPL-2.0-only
/* The kernels of a campaign, one at a time, and the jobs that run on the one whose turn it is. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runner/campaign/state.h"
#include "runner/delays.h"
#include "runner/msg.h"

static void add(struct ff_session_info *sum, const struct ff_session_info *i)
{
	sum->restarts += i->restarts;
	sum->deaths += i->deaths;
	sum->boots += i->boots;
	sum->restores += i->restores;
	sum->boot_ms += i->boot_ms;
	sum->restore_ms += i->restore_ms;
	sum->guest_ns += i->guest_ns;
	sum->counted |= i->counted;
	for (unsigned int k = 0; k < FF_COUNTER_KINDS; k++)
		sum->counter[k] += i->counter[k];
	for (unsigned int k = 0; k < FF_BOX_KINDS; k++)
		sum->seen[k] += i->seen[k];
}

/* What does not add up is as the first job has it. */
static void describe(struct ff_session_info *sum, const struct ff_session_info *i)
{
	memcpy(sum->kernel, i->kernel, sizeof(sum->kernel));
	memcpy(sum->release, i->release, sizeof(sum->release));
	memcpy(sum->accel, i->accel, sizeof(sum->accel));
	memcpy(sum->accel_why, i->accel_why, sizeof(sum->accel_why));
	sum->boot = i->boot;
	sum->snapshot_ms = i->snapshot_ms;
	sum->snapshot_bytes = i->snapshot_bytes;
}

void ff_campaign_info(struct ff_campaign *c, unsigned int lane, struct ff_session_info *out)
{
	*out = c->lane[lane].past;
	if (lane != c->turn)
		return;
	for (unsigned int i = c->opened; i-- > 0;) {
		const struct ff_session_info *info = ff_job_info(&c->job[i]);

		if (info->release[0])
			describe(out, info);
		add(out, info);
	}
}

uint64_t ff_campaign_guest_ns(struct ff_campaign *c)
{
	uint64_t ns = c->lane[c->turn].past.guest_ns;

	for (unsigned int i = 0; i < c->opened; i++)
		ns += ff_job_phase(&c->job[i]) == FF_JOB_READY ? ff_session_guest_ns(c->job[i].session) :
			c->job[i].info.guest_ns;
	return ns;
}

unsigned int ff_campaign_pending(const struct ff_campaign *c)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->opened; i++)
		n += ff_job_pending(&c->job[i]);
	return n;
}

/* Each kernel its own corpus: features of different kernels are not the same. */
static void corpus_path(const struct ff_campaign *c, char *out, size_t n)
{
	const char *name = c->lane[c->turn].name;
	size_t len = (size_t)(c->cfg.corpus ? snprintf(out, n, "%s", c->cfg.corpus) :
			      snprintf(out, n, "%s/corpus.ff", ff_store_path(c->store)));

	if (!c->turn || !name || len >= n)
		return;
	snprintf(out + len, n - len, ".%s", name);
	for (char *p = out + len + 1; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '-')
			*p = '_';
}

static int open_feedback(struct ff_campaign *c)
{
	struct ff_lane *lane = &c->lane[c->turn];
	struct ff_feedback_config cfg = {
		.blind = c->cfg.blind, .fixed = c->cfg.fixed, .seed = c->cfg.seed + c->turn, .limits = &c->limits,
	};
	char path[4096], why[300];
	int ret;

	corpus_path(c, path, sizeof(path));
	cfg.corpus = c->cfg.blind ? NULL : path;
	ret = ff_feedback_open(&c->feedback, &cfg);
	if (!ret && lane->feedback) {
		ret = ff_feedback_restore(c->feedback, lane->feedback, why, sizeof(why));
		if (ret)
			ff_msg_error("%s/state.json cannot be gone on with: %s", ff_store_path(c->store), why);
	}
	json_decref(lane->feedback);
	lane->feedback = NULL;
	return ret;
}

static void set_limits(struct ff_campaign *c)
{
	const struct ff_box_boot *boot = &ff_job_info(&c->job[0])->boot;

	c->limits.threads = c->cfg.threads;
	c->limits.features = boot->features;
	c->limits.device_size = boot->device_size;
	c->limits.offers = c->cfg.fixed ? 0 : boot->offers;
	c->limits.delays = c->cfg.no_delays ? 0 : ff_delays_places(boot->hooks);
	c->limits.allow_global = !c->cfg.o.here;
	memcpy(c->limits.without, c->cfg.without, sizeof(c->limits.without));
}

static int open_job(struct ff_campaign *c)
{
	struct ff_session_config cfg = c->cfg.o.session;

	cfg.kernel = c->lane[c->turn].name;
	cfg.stop = &c->quit;
	return ff_job_open(&c->job[c->opened], c->opened, &cfg) ? -EAGAIN : (c->opened++, 0);
}

/* The first guest says what all others will be like. */
static int first_guest(struct ff_campaign *c)
{
	struct ff_job *j = &c->job[0];
	int ret = open_job(c);

	while (!ret && ff_job_phase(j) == FF_JOB_STARTING) {
		c->quit = c->quit || *c->cfg.o.session.stop;
		usleep(2000);
	}
	if (!ret && ff_job_phase(j) == FF_JOB_GONE) {
		ret = j->ret;
		ff_job_close(j);
		c->opened = 0;
	}
	return ret;
}

int ff_campaign_lane_open(struct ff_campaign *c)
{
	int ret = open_feedback(c);
	unsigned int stable, kept;

	c->last_features = ff_campaign_features(c, &stable, &kept);
	c->opened = 0;
	c->failed_row = 0;
	c->replay.lane = c->turn;
	if (!ret)
		ret = first_guest(c);
	if (ret)
		return ret;
	set_limits(c);
	return ff_store_log(c->store, "guest: %s release=%s accel=%s", c->lane[c->turn].command,
			    c->job[0].info.release, c->job[0].info.accel);
}

void ff_campaign_lane_close(struct ff_campaign *c)
{
	struct ff_session_info sum;

	for (unsigned int i = 0; i < c->opened; i++)
		ff_job_close(&c->job[i]);
	ff_campaign_info(c, c->turn, &sum);
	c->lane[c->turn].past = sum;
	c->opened = 0;
	if (c->feedback) {
		json_decref(c->lane[c->turn].signal);
		c->lane[c->turn].feedback = ff_feedback_save(c->feedback);
		c->lane[c->turn].signal = ff_feedback_json(c->feedback);
	}
	ff_feedback_close(c->feedback);
	c->feedback = NULL;
}

int ff_campaign_lane_next(struct ff_campaign *c)
{
	unsigned int tried;
	int ret = -ENODEV;

	ff_campaign_lane_close(c);
	c->draining = false;
	for (tried = 0; tried < c->nlanes; tried++) {
		c->turn = (c->turn + 1) % c->nlanes;
		if (c->lane[c->turn].dead)
			continue;
		ret = ff_campaign_lane_open(c);
		c->slice_began = ff_campaign_seconds(c);
		if (!ret || ret == -ECANCELED || ret == -ENOMEM)
			break;
		ff_campaign_lane_close(c);
		c->lane[c->turn].dead = true;
		ff_msg_warn("no guest of %s can be had: it has no more turns", c->lane[c->turn].name);
	}
	return ret;
}

static bool all_gone(const struct ff_campaign *c)
{
	for (unsigned int i = 0; i < c->opened; i++)
		if (ff_job_phase(&c->job[i]) != FF_JOB_GONE)
			return false;
	return true;
}

static int note_gone(struct ff_campaign *c, struct ff_job *j)
{
	if (j->said_gone || ff_job_phase(j) != FF_JOB_GONE || j->ret == -ECANCELED)
		return 0;
	j->said_gone = true;
	ff_campaign_take_back(c, j);
	ff_screen_clear(&c->screen);
	if (c->cfg.jobs > 1)
		ff_msg_warn("job %u ended: no guest can be had for it any more; the others go on", j->id + 1);
	return ff_store_log(c->store, "job %u of %s ended: no guest can be had any more", j->id + 1,
			    c->lane[c->turn].command);
}

int ff_campaign_jobs(struct ff_campaign *c)
{
	int ret = 0;

	for (unsigned int i = 0; i < c->opened && !ret; i++)
		ret = note_gone(c, &c->job[i]);
	/* One after the other: what boots is slow already. */
	if (!ret && c->opened && c->opened < c->cfg.jobs && ff_job_phase(&c->job[c->opened - 1]) != FF_JOB_STARTING && !c->quit)
		ret = open_job(c);
	if (ret || !all_gone(c) || c->quit)
		return ret;
	c->lane[c->turn].dead = true;
	for (unsigned int i = 0; i < c->nlanes; i++)
		if (!c->lane[i].dead)
			return ff_campaign_lane_next(c);
	return -ENODEV;
}
