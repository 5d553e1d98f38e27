// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs and kernels of a campaign, with guests that are processes of this machine
 * on a tmpfs of their own: numbers are handed out in order over all jobs, what a
 * job had when it ended is not lost, and a kernel's signal is there again when its
 * next turn comes.
 */
#include <stdlib.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/campaign/state.h"
#include "runner/proc.h"
#include "tests/tap.h"

#define PROGRAMS 60

static char dir[] = "/tmp/foliofuzz-unit-lanes.XXXXXX";
static volatile sig_atomic_t stop;
static unsigned int came_back[PROGRAMS], by_job[2];

static struct ff_campaign *make(void)
{
	struct ff_campaign *c = calloc(1, sizeof(*c));

	ff_guest_options_init(&c->cfg.o);
	c->cfg.o.here = true;
	c->cfg.o.session.no_witness = true;
	c->cfg.o.session.simfail = NULL;
	c->cfg.o.session.stop = &stop;
	c->cfg.seed = 5;
	c->cfg.jobs = 2;
	c->cfg.programs = PROGRAMS;
	c->cfg.blind = true;	/* signal is counted, and both share no corpus */
	c->nlanes = 2;		/* both are this kernel */
	strcpy(c->lane[0].command, "first");
	strcpy(c->lane[1].command, "second");
	c->began_ms = ff_now_ms();
	c->job = calloc(2, sizeof(*c->job));
	if (ff_store_open(&c->store, dir))
		tap_ok(0, "a folder");
	return c;
}

static void take(struct ff_campaign *c, struct ff_outcome *r)
{
	struct ff_work *w = r->tag;
	struct ff_feedback_run run = { .source = w->source, .again = w->again, .c = &r->c, .guest_ns = r->guest_ns };
	char kept[FF_ID_TEXT];

	if (!w->again && w->program.number < PROGRAMS)
		came_back[w->program.number]++;
	ff_feedback_ran(c->feedback, &run, kept);
	w->used = false;
}

/* Until nothing is under way, or @most results came. */
static unsigned int work(struct ff_campaign *c, bool more, unsigned int most)
{
	long long end = ff_now_ms() + 60000;
	unsigned int n = 0;
	struct ff_outcome r;

	while (n < most && ff_now_ms() < end) {
		if (ff_campaign_jobs(c))
			tap_ok(0, "jobs are opened");
		for (unsigned int i = 0; i < c->opened; i++) {
			if (ff_job_phase(&c->job[i]) != FF_JOB_READY)
				continue;
			ff_campaign_feed(c, &c->job[i], more);
			if (ff_job_collect(&c->job[i], &r) != 1)
				continue;
			by_job[i]++;
			take(c, &r);
			n++;
		}
		if (!ff_campaign_pending(c) && c->number == PROGRAMS && !c->pending && !c->made)
			break;
		usleep(200);
	}
	return n;
}

static void gone(struct ff_campaign *c)
{
	unsigned int had = 0, n = 0;
	struct ff_job *j = &c->job[1];

	for (unsigned int i = 0; i < FF_BOX_SLOTS + 1; i++)
		had += j->work[i].used && !j->work[i].again;
	tap_ok(had > 0, "job 2 has %u programs", had);
	ff_job_close(j);
	ff_campaign_take_back(c, j);
	for (const struct ff_pending *p = c->pending; p; p = p->next)
		n++;
	tap_ok(n == had && !ff_job_pending(j), "when it is gone they wait for the other");
}

int main(void)
{
	unsigned int missing = 0, twice = 0, stable, kept, features, again;
	struct ff_session_info info;
	struct ff_campaign *c;
	uint64_t guest_ns;

	if (!mkdtemp(dir))
		return 1;
	c = make();
	tap_is_int(ff_campaign_lane_open(c), 0, "the first kernel's turn");
	for (unsigned int i = 0; i < PROGRAMS / 2 && (!by_job[0] || !by_job[1]); i++)
		work(c, true, 1);
	tap_ok(c->opened == 2 && by_job[0] && by_job[1], "two jobs work (%u, %u results)", by_job[0], by_job[1]);
	gone(c);
	work(c, true, UINT32_MAX);
	for (unsigned int i = 0; i < PROGRAMS; i++) {
		missing += !came_back[i];
		twice += came_back[i] > 1;
	}
	tap_ok(!missing && !twice, "each number came back once: %u missing, %u twice", missing, twice);
	features = ff_campaign_features(c, &stable, &kept);
	tap_ok(features > 0, "there is signal");
	ff_campaign_info(c, 0, &info);
	guest_ns = info.guest_ns;
	tap_ok(guest_ns > 0 && info.boots == 2, "of two guests");
	tap_is_int(ff_campaign_lane_next(c), 0, "the second kernel's turn");
	tap_ok(c->turn == 1 && !ff_campaign_features(c, &stable, &kept), "it begins without signal");
	ff_campaign_info(c, 0, &info);
	tap_ok(info.guest_ns >= guest_ns && info.boots == 2 && c->lane[0].signal, "what was of the first is not forgotten");
	c->lane[1].dead = true;
	tap_is_int(ff_campaign_lane_next(c), 0, "the first one's again, the second is dead");
	again = ff_campaign_features(c, &stable, &kept);
	tap_ok(c->turn == 0 && again == features, "its signal is there again");
	stop = c->quit = 1;
	ff_campaign_lane_close(c);
	for (unsigned int i = 0; i < 2; i++) {
		json_decref(c->lane[i].feedback);
		json_decref(c->lane[i].signal);
	}
	ff_store_close(c->store);
	free(c->job);
	free(c);
	ff_remove_tree(dir);
	return tap_done();
}
