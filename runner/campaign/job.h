/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A job of a campaign: one session, with a thread that starts its guests, so
 * that a guest that boots holds up no other. Everything else (feeding, taking
 * results, judging) is done by the campaign's one thread.
 */
#ifndef FF_RUNNER_CAMPAIGN_JOB_H
#define FF_RUNNER_CAMPAIGN_JOB_H

#include <pthread.h>
#include <stdatomic.h>

#include "runner/campaign/feedback.h"
#include "runner/campaign/replay.h"
#include "runner/session.h"

#define FF_MAX_JOBS	64

/* STARTING: the session belongs to the thread; READY: to the campaign; GONE: no guest can be had any more. */
enum ff_job_phase { FF_JOB_STARTING, FF_JOB_READY, FF_JOB_GONE };

/**
 * struct ff_work - what a result's tag points to; neither @job nor @again: the first run of a program
 * @fed: counts up over all jobs: which of two was fed first
 */
struct ff_work {
	bool used;
	enum ff_source source;
	struct ff_replay_job *job;
	struct ff_candidate *again;	/* to see whether its signal is stable */
	uint64_t fed;
	char target[128];
	struct ff_program program;
};

/**
 * struct ff_job - one of them
 * @info: of the session when it was looked at last: good also while a guest is started
 * @ret: -errno of the last start
 * @target: of the program that was fed last
 */
struct ff_job {
	unsigned int id;
	struct ff_session *session;
	struct ff_session_config cfg;
	struct ff_session_info info;
	_Atomic int phase;
	int ret;
	struct ff_target target;
	bool said_gone;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int order;
	struct ff_work work[FF_BOX_SLOTS + 1];
};

/** ff_job_open() - begin to make its first guest; 0 or -errno with a message */
int ff_job_open(struct ff_job *j, unsigned int id, const struct ff_session_config *cfg);

/** ff_job_close() - wait until its thread is idle, end session and thread; one never opened is fine */
void ff_job_close(struct ff_job *j);

/** ff_job_phase() - whose the session is now */
enum ff_job_phase ff_job_phase(const struct ff_job *j);

/**
 * ff_job_collect() - one result of a job that is READY
 *
 * When another guest has to be started first, that begins: the job is no longer READY.
 * Return: 1 with @r, 0: nothing yet, or -errno.
 */
int ff_job_collect(struct ff_job *j, struct ff_outcome *r);

/** ff_job_info() - of its session, fresh if it is READY */
const struct ff_session_info *ff_job_info(struct ff_job *j);

/** ff_job_feed() - give a program to a READY job; the work it became, or NULL: all slots are full */
struct ff_work *ff_job_feed(struct ff_job *j, const struct ff_program *p);

/** ff_job_pending() - programs whose results were not collected */
unsigned int ff_job_pending(const struct ff_job *j);

#endif
