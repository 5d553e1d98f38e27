// SPDX-License-Identifier: GPL-2.0-only
#include "runner/agent/watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bpf/witness.h"
#include "runner/agent/own_memory.h"
#include "runner/agent/sampler.h"

#define LOOK_MS		25	/* between two looks at the ring and the calls */
#define FIRST_PERCENT	70	/* of a unit: a call that is away so long is looked at */

/**
 * struct ff_watcher - what both processes share
 * @lock: one of them uses the witness; robust: the other may be killed
 * @slot: number of the slot that runs, -1: none
 * @drops: events lost before this program
 */
struct ff_watcher {
	pthread_mutex_t lock;
	_Atomic int slot;
	struct ff_box *box;
	struct ff_witness *witness;
	pid_t executor;
	uint64_t unit_ns;
	int alive;		/* read end of a pipe that closes with the executor */
	uint64_t sampled_ns, drops;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void lock(struct ff_watcher *wt)
{
	if (pthread_mutex_lock(&wt->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&wt->lock);
}

/* Under the lock. Events first, then their number: the guest may die in between. */
static void drain(struct ff_watcher *wt, struct ff_slot *s)
{
	uint32_t n = s->nevents;
	size_t got;

	if (!wt->witness)
		return;
	while (n < FF_BOX_EVENTS &&
	       (got = ff_witness_drain(wt->witness, s->event + n, FF_BOX_EVENTS - n)) > 0) {
		n += (uint32_t)got;
		__atomic_store_n(&s->nevents, n, __ATOMIC_RELEASE);
	}
	s->drops = ff_witness_drops(wt->witness) - wt->drops;
}

/* The oldest call that has not returned: when it began; 0 none. */
static uint64_t oldest_call(const struct ff_slot *s)
{
	uint32_t n = s->program.ncalls <= FF_MAX_CALLS ? s->program.ncalls : 0;
	uint64_t oldest = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct ff_record *r = &s->history.record[i];

		if (r->state == FF_CALL_STARTED && r->invoked && (!oldest || r->invoked < oldest))
			oldest = r->invoked;
	}
	return oldest;
}

/*
 * The last ones stay. The host reads while this writes: an odd @stuck_seq tells
 * it to come back.
 */
static void take_sample(struct ff_watcher *wt, struct ff_slot *s)
{
	static struct ff_stuck_sample sample;
	struct ff_stuck *st = &s->stuck;
	uint32_t n = st->nsamples;

	ff_sample(wt->witness, wt->executor, &sample);
	atomic_fetch_add(&s->stuck_seq, 1);
	atomic_thread_fence(memory_order_seq_cst);
	if (n >= FF_STUCK_SAMPLES) {
		memmove(&st->sample[0], &st->sample[1], (FF_STUCK_SAMPLES - 1) * sizeof(sample));
		n = FF_STUCK_SAMPLES - 1;
	}
	st->sample[n] = sample;
	st->unit_ns = wt->unit_ns;
	st->nsamples = n + 1;
	atomic_thread_fence(memory_order_seq_cst);
	atomic_fetch_add(&s->stuck_seq, 1);
	wt->sampled_ns = now_ns();
}

/* Under the lock: the slot stays with this program meanwhile. */
static void watch_calls(struct ff_watcher *wt, struct ff_slot *s)
{
	uint64_t now = now_ns(), began = oldest_call(s);

	if (!began || now < began || now - began < wt->unit_ns / 100 * FIRST_PERCENT)
		return;
	if (wt->sampled_ns < began || now - wt->sampled_ns >= wt->unit_ns)
		take_sample(wt, s);
}

static void look(struct ff_watcher *wt)
{
	int i;

	lock(wt);
	i = atomic_load(&wt->slot);
	if (i >= 0 && i < FF_BOX_SLOTS) {
		drain(wt, &wt->box->slot[i]);
		watch_calls(wt, &wt->box->slot[i]);
	}
	pthread_mutex_unlock(&wt->lock);
}

static void live(struct ff_watcher *wt, bool lock_memory)
{
	struct pollfd end = { .fd = wt->alive, .events = POLLIN };

	prctl(PR_SET_NAME, "ff-watcher");
	signal(SIGTERM, SIG_DFL);
	if (lock_memory)
		ff_own_memory_lock(MCL_CURRENT | MCL_FUTURE);
	while (poll(&end, 1, LOOK_MS) == 0)
		look(wt);
	_exit(0);
}

static struct ff_watcher *shared(void)
{
	struct ff_watcher *wt = mmap(NULL, sizeof(*wt), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t a;

	if (wt == MAP_FAILED)
		return NULL;
	pthread_mutexattr_init(&a);
	pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&wt->lock, &a);
	pthread_mutexattr_destroy(&a);
	atomic_store(&wt->slot, -1);
	return wt;
}

/*
 * Not a child but a grandchild whose parent is gone: the witness counts the
 * executor's children as ours, and what the watcher does is no part of a program.
 */
static void spawn(struct ff_watcher *wt, int end, bool lock_memory)
{
	pid_t pid = fork();

	if (!pid) {
		pid = fork();
		if (!pid) {
			close(end);
			live(wt, lock_memory);
		}
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/*
 * A unit is a second on the machine that speed 100 is measured on; emulated
 * ones get two to three, whatever they are slowed down by.
 */
static uint64_t unit(const struct ff_box *box)
{
	uint64_t percent = box->boot.speed;

	if (percent < (box->config.emulated ? 200 : 100))
		percent = box->config.emulated ? 200 : 100;
	return (percent > 300 ? 300 : percent) * 10000000ULL;
}

struct ff_watcher *ff_watcher_start(struct ff_box *box, struct ff_witness *w, bool lock_memory)
{
	struct ff_watcher *wt = shared();
	int end[2];

	if (!wt || pipe2(end, O_CLOEXEC))
		return NULL;
	wt->box = box;
	wt->witness = w;
	wt->executor = getpid();
	wt->unit_ns = unit(box);
	wt->alive = end[0];
	spawn(wt, end[1], lock_memory);
	close(end[0]);	/* the other end stays open as long as this process lives */
	return wt;
}

void ff_watcher_run(struct ff_watcher *wt, struct ff_slot *s)
{
	lock(wt);
	if (wt->witness) {
		wt->drops = ff_witness_drops(wt->witness);
		ff_witness_start(wt->witness);
	}
	atomic_store(&wt->slot, (int)(s - wt->box->slot));
	pthread_mutex_unlock(&wt->lock);
}

void ff_watcher_collect(struct ff_watcher *wt, struct ff_slot *s)
{
	lock(wt);
	atomic_store(&wt->slot, -1);
	if (wt->witness) {
		ff_witness_stop(wt->witness);
		drain(wt, s);
	}
	pthread_mutex_unlock(&wt->lock);
}
