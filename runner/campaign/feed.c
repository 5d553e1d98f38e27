// SPDX-License-Identifier: GPL-2.0-only
/* What the jobs run next: replays, programs whose signal may be stable, new programs. */
#include <errno.h>
#include <stdlib.h>

#include "fuzzer/rotation.h"
#include "runner/campaign/state.h"
#include "runner/msg.h"

static struct ff_work *feed(struct ff_campaign *c, struct ff_job *j, const struct ff_program *p)
{
	struct ff_work *w = ff_job_feed(j, p);

	if (w) {
		w->fed = ++c->fed;
		w->source = c->source;
	}
	return w;
}

/* One that was fed before a resume, or to a job that is gone. */
static bool take_pending(struct ff_campaign *c)
{
	struct ff_pending *first = c->pending;

	if (!first)
		return false;
	c->pending = first->next;
	ff_program_copy(&c->program, &first->program);
	c->source = first->source;
	free(first);
	return true;
}

/* The next program, from the generator or out of kept ones. It stays when it could not be fed. */
static void make(struct ff_campaign *c)
{
	const struct ff_campaign_config *cfg = &c->cfg;
	struct ff_target t = cfg->target;

	if (c->made)
		return;
	c->made = true;
	if (take_pending(c))
		return;
	if (!cfg->fixed)
		ff_rotation(c->job[0].info.boot.offers, cfg->seed, c->number, &t);
	c->source = FF_SOURCE_MUTATED;
	if (!ff_feedback_mutate(c->feedback, c->number, &t, &c->program)) {
		c->source = FF_SOURCE_GENERATED;
		ff_generate(&c->limits, cfg->seed, c->number, &t, &c->program);
	}
	c->number++;
}

static bool feed_replay(struct ff_campaign *c, struct ff_job *j, struct ff_replay_job *job)
{
	struct ff_work *w = feed(c, j, job->c.program);

	if (w)
		w->job = job;
	else
		job->started--;
	return w;
}

static bool feed_again(struct ff_campaign *c, struct ff_job *j, struct ff_candidate *again, const struct ff_program *p)
{
	struct ff_work *w = feed(c, j, p);

	if (w)
		w->again = again;
	else
		ff_feedback_not_run(c->feedback, again, false);
	return w;
}

static bool feed_new(struct ff_campaign *c, struct ff_job *j)
{
	make(c);
	c->made = !feed(c, j, &c->program);
	return !c->made;
}

/* What was begun is ended, also when nothing new is made. */
static bool wants_new(const struct ff_campaign *c, bool more)
{
	if (c->made || c->pending)
		return more || c->draining;
	return more && !c->draining && (!c->cfg.programs || c->number < c->cfg.programs);
}

bool ff_campaign_feed(struct ff_campaign *c, struct ff_job *j, bool more)
{
	uint64_t guest_ns = ff_campaign_guest_ns(c);
	uint64_t campaign_ns = more && !c->cfg.first ? guest_ns : UINT64_MAX;
	struct ff_candidate *again;
	const struct ff_program *p;
	struct ff_replay_job *job;
	bool fed = false, one = true;

	while (one && ff_session_pending(j->session) < FF_BOX_SLOTS) {
		job = c->draining ? NULL : ff_replay_next(&c->replay, campaign_ns);
		again = !job && more && !c->draining ? ff_feedback_again(c->feedback, guest_ns, &j->target, &p) : NULL;
		if (job)
			one = feed_replay(c, j, job);
		else if (again)
			one = feed_again(c, j, again, p);
		else if (wants_new(c, more))
			one = feed_new(c, j);
		else
			break;
		fed |= one;
	}
	return fed;
}

int ff_campaign_again(struct ff_campaign *c, const struct ff_program *p, enum ff_source source)
{
	struct ff_pending *one = calloc(1, sizeof(*one)), **at = &c->pending;

	if (!one) {
		ff_msg_error("no memory for a program that is to be run again");
		return -ENOMEM;
	}
	ff_program_copy(&one->program, p);
	one->source = source;
	while (*at)
		at = &(*at)->next;
	*at = one;
	return 0;
}

void ff_campaign_take_back(struct ff_campaign *c, struct ff_job *j)
{
	for (unsigned int i = 0; i < FF_BOX_SLOTS + 1; i++) {
		struct ff_work *w = &j->work[i];

		if (!w->used)
			continue;
		w->used = false;
		if (w->job)
			w->job->started--;
		else if (w->again)
			ff_feedback_not_run(c->feedback, w->again, false);
		else
			ff_campaign_again(c, &w->program, w->source);
	}
}
