// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/msg.h"

#define STACK	(8 << 20)	/* here the agent and its programs run on it, whatever ulimit -s says */

enum { IDLE, OPEN, RESTART, QUIT };

static void *start_guests(void *arg)
{
	struct ff_job *j = arg;
	struct ff_outcome none;
	int order, ret;

	pthread_mutex_lock(&j->lock);
	while ((order = j->order) != QUIT) {
		if (order == IDLE) {
			pthread_cond_wait(&j->changed, &j->lock);
			continue;
		}
		pthread_mutex_unlock(&j->lock);
		ret = order == OPEN ? ff_session_open(&j->session, &j->cfg) : ff_session_collect(j->session, &none);
		pthread_mutex_lock(&j->lock);
		j->order = IDLE;
		j->ret = ret < 0 ? ret : 0;
		pthread_cond_broadcast(&j->changed);
		atomic_store(&j->phase, ret < 0 ? FF_JOB_GONE : FF_JOB_READY);
	}
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

static void give_order(struct ff_job *j, int order)
{
	atomic_store(&j->phase, FF_JOB_STARTING);
	pthread_mutex_lock(&j->lock);
	j->order = order;
	pthread_cond_broadcast(&j->changed);
	pthread_mutex_unlock(&j->lock);
}

int ff_job_open(struct ff_job *j, unsigned int id, const struct ff_session_config *cfg)
{
	pthread_attr_t attr;
	int err;

	j->id = id;
	j->cfg = *cfg;
	j->session = NULL;
	j->order = OPEN;
	j->ret = 0;
	j->said_gone = false;
	memset(&j->info, 0, sizeof(j->info));
	for (unsigned int i = 0; i < FF_BOX_SLOTS + 1; i++)
		j->work[i].used = false;
	atomic_store(&j->phase, FF_JOB_STARTING);
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->changed, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	err = pthread_create(&j->thread, &attr, start_guests, j);
	pthread_attr_destroy(&attr);
	if (err) {
		ff_msg_error("cannot make a thread that starts guests: %s", strerror(err));
		j->thread = 0;
	}
	return -err;
}

void ff_job_close(struct ff_job *j)
{
	if (!j->thread)
		return;
	pthread_mutex_lock(&j->lock);
	while (j->order != IDLE)
		pthread_cond_wait(&j->changed, &j->lock);
	pthread_mutex_unlock(&j->lock);
	ff_job_info(j);
	ff_session_close(j->session);	/* its guests' parent is the thread: they go first */
	j->session = NULL;
	pthread_mutex_lock(&j->lock);
	j->order = QUIT;
	pthread_cond_broadcast(&j->changed);
	pthread_mutex_unlock(&j->lock);
	pthread_join(j->thread, NULL);
	pthread_mutex_destroy(&j->lock);
	pthread_cond_destroy(&j->changed);
	j->thread = 0;
	atomic_store(&j->phase, FF_JOB_GONE);
}

enum ff_job_phase ff_job_phase(const struct ff_job *j)
{
	return (enum ff_job_phase)atomic_load(&j->phase);
}

int ff_job_collect(struct ff_job *j, struct ff_outcome *r)
{
	if (!ff_session_waits(j->session))
		return ff_session_collect(j->session, r);
	ff_job_info(j);
	give_order(j, RESTART);
	return 0;
}

const struct ff_session_info *ff_job_info(struct ff_job *j)
{
	if (ff_job_phase(j) != FF_JOB_STARTING && j->session)
		j->info = *ff_session_info(j->session);
	return &j->info;
}

struct ff_work *ff_job_feed(struct ff_job *j, const struct ff_program *p)
{
	struct ff_work *w = NULL;

	for (unsigned int i = 0; i < FF_BOX_SLOTS + 1 && !w; i++)
		if (!j->work[i].used)
			w = &j->work[i];
	if (!w || ff_session_feed(j->session, p, w))
		return NULL;
	w->used = true;
	w->job = NULL;
	w->again = NULL;
	ff_program_copy(&w->program, p);
	j->target = p->target;
	ff_target_print(&p->target, w->target, sizeof(w->target));
	return w;
}

unsigned int ff_job_pending(const struct ff_job *j)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < FF_BOX_SLOTS + 1; i++)
		n += j->work[i].used;
	return n;
}
