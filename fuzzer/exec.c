// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a program: setup, threads started together, history.
 *
 * Thread 0 of a program runs in the caller's thread, the others in workers
 * that sleep between programs. Once they run, nothing is allocated and no
 * system call is made but those of the program: times come from the vdso.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "fuzzer/family.h"

#define SETUP FF_MAX_THREADS	/* index of the setup's state */

uint64_t ff_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void futex_wait(atomic_uint *word, unsigned int seen)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

static void futex_wake(atomic_uint *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#else
	atomic_signal_fence(memory_order_seq_cst);
#endif
}

/* Counts of changes of all memory a call works on. */
static uint32_t changes_of(struct ff_thread *t, const struct ff_call *c)
{
	const struct ff_op *op = ff_op(c->op);
	uint32_t sum = 0;
	unsigned int i;

	if (op->arg[0].type == FF_ARG_MEMORY)
		sum = atomic_load_explicit(&t->x->memory[c->arg[0]].changes, memory_order_acquire);
	for (i = 0; i < c->nvec; i++)
		sum += atomic_load_explicit(&t->x->memory[c->vec[i].mem].changes,
					    memory_order_acquire);
	return sum;
}

static void run_call(struct ff_thread *t, unsigned int id)
{
	const struct ff_call *c = &t->p->call[id];
	struct ff_record *r = &t->h->record[id];
	uint32_t before;

	if (t->x->skip[id])
		return ff_skip(r);
	r->tid = t->tid;
	r->first_run = t->run_next;
	t->changes = 0;
	before = changes_of(t, c);
	ff_op(c->op)->run(t, c, r);
	if (r->state == FF_CALL_SKIPPED)
		return;
	if (before % FF_CHANGE_DONE || changes_of(t, c) != before + t->changes)
		r->flags |= FF_REC_RACED;
	__atomic_store_n(&r->state, FF_CALL_DONE, __ATOMIC_RELEASE);
}

/* The calls of list @list: 0 the setup, 1 + i thread i. */
static void run_list(struct ff_thread *t, unsigned int list)
{
	uint32_t id;

	for (id = t->x->first[list]; id < t->x->first[list + 1]; id++)
		run_call(t, id);
}

/*
 * All threads go on when the last one has come. Short: whoever comes early
 * spins, and gives its CPU away where there are fewer of them than threads.
 */
static void start_together(struct ff_exec *x)
{
	unsigned int spins = 0, turns = x->ncpu >= x->p->nthreads ? 1024 : 16;

	atomic_fetch_add(&x->arrived, 1);
	while (atomic_load_explicit(&x->arrived, memory_order_acquire) < x->p->nthreads) {
		if (++spins % turns)
			relax();
		else
			sched_yield();
	}
}

/* Spins while others are about to come; then sleeps, for their CPU may be ours. */
int ff_exec_meet(struct ff_exec *x, unsigned int point, uint64_t ns)
{
	atomic_uint *met = &x->met[point];
	uint64_t end = ff_now() + ns;
	unsigned int spins = 0, here = atomic_fetch_add(met, 1) + 1;
	struct timespec nap = { .tv_nsec = 50000 };

	while (here < x->meets[point]) {
		if (++spins < 4096 && x->ncpu >= x->p->nthreads)
			relax();
		else if (ff_now() < end)
			clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
		else
			return 0;
		here = atomic_load_explicit(met, memory_order_acquire);
	}
	return 1;
}

static void run_thread(struct ff_thread *t)
{
	start_together(t->x);
	run_list(t, t->index + 1);
	/* Thread 0 is the one that waits for the others. */
	if (atomic_fetch_sub(&t->x->running, 1) == 1 && t->index)
		futex_wake(&t->x->running);
}

void *ff_exec_work(void *arg)
{
	struct ff_thread *t = arg;
	struct ff_exec *x = t->x;
	unsigned int seen = 0, now;

	ff_guard_thread(t);
	ff_kcov_thread(t);
	t->tid = (uint32_t)syscall(SYS_gettid);
	for (;;) {
		while ((now = atomic_load(&x->go[t->index])) == seen)
			futex_wait(&x->go[t->index], seen);
		seen = now;
		if (atomic_load(&x->stop)) {
			ff_guard_leave();
			return NULL;
		}
		run_thread(t);
	}
}

/* Which calls of which list; what this machine must not or cannot run. */
static void prepare_calls(struct ff_exec *x)
{
	unsigned int id, list = 0;

	memset(x->met, 0, sizeof(x->met));
	memset(x->meets, 0, sizeof(x->meets));
	for (id = 0; id < x->p->ncalls; id++) {
		const struct ff_call *c = &x->p->call[id];
		unsigned int of = c->thread == FF_SETUP ? 0 : c->thread + 1u;

		while (list < of)
			x->first[++list] = id;
		x->skip[id] = !ff_call_possible(c, x->cfg.features) ||
			      (!x->cfg.allow_global && (ff_call_traits(c) & FF_GLOBAL));
		if (c->op == FF_OP_MEET)
			x->meets[c->arg[0]]++;
	}
	while (list <= x->p->nthreads)
		x->first[++list] = x->p->ncalls;
}

static void prepare_thread(struct ff_exec *x, struct ff_thread *t, unsigned int list)
{
	uint64_t n = x->p->ncalls ? x->p->ncalls : 1;

	t->p = x->p;
	t->h = x->h;
	t->epoch = x->epoch;
	t->bare = x->cfg.bare;
	t->run_next = (uint32_t)(FF_MAX_RUNS * (uint64_t)x->first[list] / n);
	t->run_end = (uint32_t)(FF_MAX_RUNS * (uint64_t)x->first[list + 1] / n);
}

static void prepare_history(struct ff_exec *x)
{
	struct ff_history *h = x->h;

	memset(h->record, 0, x->p->ncalls * sizeof(h->record[0]));
	h->epoch = x->epoch;
	h->nthreads = (uint16_t)x->p->nthreads;
	h->flags = 0;
	h->usage = (struct ff_usage){ 0 };
	h->ended = 0;
	h->page_size = x->page_size;
	h->pmd_size = x->pmd_size;
	h->call_limit_ns = x->cfg.call_limit_ns;
	h->device_size = x->cfg.device ? x->cfg.device_size : 0;
	h->ncalls = x->p->ncalls;
	h->nruns = FF_MAX_RUNS;	/* if it never ends: records tell */
	h->began = ff_now();
}

static void prepare(struct ff_exec *x)
{
	unsigned int i;

	prepare_calls(x);
	prepare_history(x);
	for (i = 0; i < FF_MAX_SLOTS; i++)
		atomic_store_explicit(&x->handle[i].made, false, memory_order_relaxed);
	memset(x->memory, 0, sizeof(x->memory));
	prepare_thread(x, &x->thread[SETUP], 0);
	for (i = 0; i < x->p->nthreads; i++)
		prepare_thread(x, &x->thread[i], i + 1);
}

/* Calls that take pages from the lists of CPUs: see ff_exec_settle(). */
static bool takes_pages(const struct ff_call *c)
{
	switch (c->op) {
	case FF_OP_MADVISE:
		return c->arg[3] == MADV_PAGEOUT || c->arg[3] == MADV_COLD;
	case FF_OP_PROCESS_MADVISE:
	case FF_OP_RECLAIM:
		return true;
	default:
		return false;
	}
}

static void settle(struct ff_exec *x)
{
	uint32_t id;

	if (x->cfg.bare || !x->first[1])
		return;		/* no setup: nothing is there yet */
	for (id = x->first[1]; id < x->p->ncalls; id++)
		if (takes_pages(&x->p->call[id]))
			return ff_exec_settle(x);
}

static void run_threads(struct ff_exec *x)
{
	unsigned int i, left, spins = 0, n = x->p->nthreads;

	if (!n)
		return;
	atomic_store(&x->arrived, 0);
	atomic_store(&x->running, n);
	for (i = 1; i < n; i++) {
		atomic_fetch_add(&x->go[i], 1);
		futex_wake(&x->go[i]);
	}
	ff_guard_thread(&x->thread[0]);
	run_thread(&x->thread[0]);
	while ((left = atomic_load(&x->running))) {
		if (++spins < 1000)
			relax();
		else
			futex_wait(&x->running, left);
	}
}

/* The caller's own thread runs the setup and thread 0. */
static void enter(struct ff_exec *x)
{
	uint32_t tid = (uint32_t)syscall(SYS_gettid);

	x->thread[SETUP].tid = x->thread[0].tid = tid;
	ff_guard_thread(&x->thread[SETUP]);
}

/* Each thread had a part of the runs for itself: now they follow each other. */
static void pack_runs(struct ff_history *h)
{
	uint32_t id, to = 0;

	for (id = 0; id < h->ncalls; id++) {
		struct ff_record *r = &h->record[id];

		memmove(&h->run[to], &h->run[r->first_run], r->nruns * sizeof(h->run[0]));
		r->first_run = to;
		to += r->nruns;
	}
	h->nruns = to;
}

static bool in_list(const int *list, int err)
{
	for (; list && *list; list++)
		if (*list == err)
			return true;
	return false;
}

static bool always_may(int err)
{
	return err == EINTR || err == ENOMEM || err == ENOSPC || err == EAGAIN;
}

/* Would the judge ask whether the system was short of memory: see ff_exec_pressure(). */
static bool asks_for_pressure(const struct ff_exec *x, unsigned int id)
{
	const struct ff_record *r = &x->h->record[id];
	const struct ff_op *op = ff_op(x->p->call[id].op);
	uint32_t i;

	if (r->signal || (r->err && !always_may(r->err) && !in_list(op->may, r->err)))
		return true;
	for (i = 0; x->p->call[id].op == FF_OP_MINCORE && i < r->nruns; i++)
		if (x->h->run[r->first_run + i].kind == FF_RUN_ABSENT)
			return true;
	return false;
}

static void note_pressure(struct ff_exec *x)
{
	unsigned int id;

	for (id = 0; id < x->p->ncalls; id++)
		if (asks_for_pressure(x, id))
			return ff_exec_pressure(x);
}

void ff_exec_run(struct ff_exec *x, const struct ff_program *p, uint16_t epoch,
		 struct ff_history *h)
{
	x->p = p;
	x->h = h;
	x->epoch = epoch;
	prepare(x);
	ff_device_before(x);
	enter(x);
	ff_kcov_begin(x);
	run_list(&x->thread[SETUP], 0);
	settle(x);
	run_threads(x);
	ff_kcov_end(x);
	pack_runs(h);
	note_pressure(x);
	h->ended = ff_now();
	ff_exec_clean(x);
	ff_usage_after(x);
	ff_device_after(x);
	x->h = NULL;
}
