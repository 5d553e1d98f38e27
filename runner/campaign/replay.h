/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Replays: how often does a found program show the same signature again? Ten
 * runs each, within a share of the campaign's time; of several programs that
 * showed a signature the one that does so most reliably is kept.
 */
#ifndef FF_RUNNER_REPLAY_H
#define FF_RUNNER_REPLAY_H

#include "runner/store.h"

#define FF_REPLAY_RUNS		10
#define FF_REPLAY_PROGRAM_NS	20000000000ULL	/* of guest time for one program */
#define FF_REPLAY_PROGRAMS	8		/* different programs per signature */
#define FF_REPLAY_JOBS		64

/**
 * struct ff_replay_job - one program to be replayed
 * @found: for which finding
 * @c, @finding: how it looked when it was found: own copies, for the store
 * @first: the first program of its signature
 * @started, @ended, @hits, @ns: of its runs
 * @broken: its target could not be made any more
 * @lane: the kernel on which it was found: it is replayed there
 */
struct ff_replay_job {
	struct ff_found *found;
	struct ff_case c;
	struct ff_finding finding;
	bool first, broken;
	unsigned int lane;
	unsigned int started, ended, hits;
	uint64_t ns, seed, number;
};

/** struct ff_replay - @lane: whose turn it is; the others' jobs wait */
struct ff_replay {
	unsigned int lane;
	struct ff_replay_job *job[FF_REPLAY_JOBS];
	uint64_t spent_ns;
};

/** ff_replay_add() - plan it on the kernel whose turn it is; NULL when there is no room or no memory: then it is not replayed */
struct ff_replay_job *ff_replay_add(struct ff_replay *rp, struct ff_found *found, const struct ff_case *c,
				    const struct ff_finding *finding, bool first);

/**
 * ff_replay_next() - a job that wants a run now
 * @campaign_ns: guest time of the campaign so far: replays take at most a
 *	quarter, those of further programs a tenth. UINT64_MAX: no limit
 */
struct ff_replay_job *ff_replay_next(struct ff_replay *rp, uint64_t campaign_ns);

/** ff_replay_ended() - a run ended; true when the job has had its last */
bool ff_replay_ended(struct ff_replay *rp, struct ff_replay_job *job, bool hit, uint64_t ns);

/** ff_replay_better() - is this job's program a better one than that of the finding? */
bool ff_replay_better(const struct ff_replay_job *job);

/** ff_replay_waiting() - is a first program still to be replayed? */
bool ff_replay_waiting(const struct ff_replay *rp);

/** ff_replay_remove() - free a job; ff_replay_free() - all */
void ff_replay_remove(struct ff_replay *rp, struct ff_replay_job *job);
void ff_replay_free(struct ff_replay *rp);

#endif
