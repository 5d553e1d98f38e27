// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/replay.h"

#include <stdlib.h>
#include <string.h>

static void job_free(struct ff_replay_job *job)
{
	if (!job)
		return;
	free((void *)job->c.program);
	free((void *)job->c.history);
	free((void *)job->c.event);
	free((void *)job->c.log);
	free((void *)job->c.witness);
	free((void *)job->c.stuck);
	free((void *)job->c.lost);
	free(job);
}

static void *copy(const void *from, size_t n)
{
	void *to = malloc(n ? n : 1);

	return to ? memcpy(to, from, n) : NULL;
}

static bool case_copy(struct ff_case *to, const struct ff_case *from)
{
	*to = *from;
	to->program = copy(from->program, sizeof(*from->program));
	to->history = copy(from->history, sizeof(*from->history));
	to->event = copy(from->event, from->nevents * sizeof(from->event[0]));
	to->log = strdup(from->log ? from->log : "");
	to->witness = strdup(from->witness ? from->witness : "");
	to->stuck = from->stuck && from->stuck->nsamples ? copy(from->stuck, sizeof(*from->stuck)) : NULL;
	to->lost = strdup(from->lost);
	to->cover = NULL;
	return to->program && to->history && to->event && to->log && to->witness && to->lost;
}

struct ff_replay_job *ff_replay_add(struct ff_replay *rp, struct ff_found *found, const struct ff_case *c,
				    const struct ff_finding *finding, bool first)
{
	struct ff_replay_job *job;

	for (unsigned int i = 0; i < FF_REPLAY_JOBS; i++) {
		if (rp->job[i])
			continue;
		job = calloc(1, sizeof(*job));
		if (!job || !case_copy(&job->c, c)) {
			job_free(job);
			return NULL;
		}
		job->found = found;
		job->finding = *finding;
		job->first = first;
		job->lane = rp->lane;
		job->seed = c->program->seed;
		job->number = c->program->number;
		rp->job[i] = job;
		found->programs++;
		return job;
	}
	return NULL;
}

static bool wants(const struct ff_replay_job *job)
{
	return job && !job->broken && job->started < FF_REPLAY_RUNS && job->ns < FF_REPLAY_PROGRAM_NS;
}

struct ff_replay_job *ff_replay_next(struct ff_replay *rp, uint64_t campaign_ns)
{
	struct ff_replay_job *best = NULL;

	for (unsigned int i = 0; i < FF_REPLAY_JOBS; i++) {
		struct ff_replay_job *job = rp->job[i];

		if (!wants(job) || job->lane != rp->lane)
			continue;
		/* the first run of a first program is worth its time always */
		if (job->started && rp->spent_ns > campaign_ns / 4)
			continue;
		if (!job->first && rp->spent_ns > campaign_ns / 10)
			continue;
		if (!best || (job->first && !best->first) ||
		    (job->first == best->first && job->started > best->started))
			best = job;
	}
	if (best)
		best->started++;
	return best;
}

bool ff_replay_ended(struct ff_replay *rp, struct ff_replay_job *job, bool hit, uint64_t ns)
{
	rp->spent_ns += ns;
	job->ns += ns;
	job->ended++;
	job->hits += hit;
	return job->ended == job->started && !wants(job);
}

bool ff_replay_better(const struct ff_replay_job *job)
{
	const struct ff_found *f = job->found;

	if (!job->ended)
		return false;
	if (!f->runs)
		return true;
	return (uint64_t)job->hits * f->runs > (uint64_t)f->hits * job->ended;
}

bool ff_replay_waiting(const struct ff_replay *rp)
{
	for (unsigned int i = 0; i < FF_REPLAY_JOBS; i++)
		if (rp->job[i] && rp->job[i]->first && rp->job[i]->lane == rp->lane &&
		    (wants(rp->job[i]) || rp->job[i]->ended < rp->job[i]->started))
			return true;
	return false;
}

void ff_replay_remove(struct ff_replay *rp, struct ff_replay_job *job)
{
	for (unsigned int i = 0; i < FF_REPLAY_JOBS; i++)
		if (rp->job[i] == job)
			rp->job[i] = NULL;
	job_free(job);
}

void ff_replay_free(struct ff_replay *rp)
{
	for (unsigned int i = 0; i < FF_REPLAY_JOBS; i++) {
		job_free(rp->job[i]);
		rp->job[i] = NULL;
	}
}
