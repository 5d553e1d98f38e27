/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the executor: its state, for exec*.c and the families' bodies.
 */
#ifndef FF_FUZZER_EXEC_STATE_H
#define FF_FUZZER_EXEC_STATE_H

#include <pthread.h>

#include "fuzzer/exec.h"

#define FF_WORKERS	(FF_MAX_THREADS + 1)	/* the last one runs the setup */
#define FF_PATH		300
#define FF_CHANGE_BEGUN	1u			/* ff_memory.changes: those under way ... */
#define FF_CHANGE_DONE	0x100u			/* ... and how many there were */

/**
 * struct ff_child - what a forked child tells its parent, in memory both share
 * @record: nruns, signal, fault, flags, result
 * @run: its runs; record.first_run is 0
 */
struct ff_child {
	struct ff_record record;
	struct ff_run run[FF_MAX_RUNS_CALL];
};

struct ff_exec_handle {
	atomic_bool made;
	uint8_t file;
};

/* System counters that tell of reclaim and OOM kills behind the program's back. */
struct ff_pressure {
	uint64_t stolen, killed;
};

/**
 * struct ff_in_use - what is in use when no program runs
 * @swap, @blocks, @inodes, @shmem ... @mlocked: as in struct ff_usage
 * @tasks: children
 */
struct ff_in_use {
	uint64_t swap, blocks, inodes, shmem, anon_huge, shmem_huge, file_huge, mlocked;
	uint32_t tasks;
};

/**
 * struct ff_account - what is measured after each program (exec_usage.c)
 * @base: at the target's making, or what is known to be lost since
 * @programs: since the dear part was looked at
 * @cost, @ran: ns that it took, and that programs took since
 */
struct ff_account {
	struct ff_in_use base;
	uint32_t programs;
	uint64_t cost, ran;
};

/* exec_kcov.c: a thread's buffer; @area NULL: there is none */
struct ff_kcov {
	int fd;
	uint64_t *area;
};

/**
 * struct ff_exec - an executor
 * @path: of files f0-f7 on the target
 * @dir: the folder they are in
 * @skip: calls of the program that this kernel or this machine must not run
 * @arrived, @running: threads at the start barrier, threads not yet at their end
 * @swap_on: is the target's swap device on (as far as this program did it)
 * @reclaim, @dropcaches, @compact, @pidfd, @vmstat: descriptors, -1 when not there
 */
struct ff_exec {
	struct ff_exec_config cfg;
	char path[FF_MAX_SLOTS][FF_PATH], swap[FF_PATH], dir[FF_PATH];
	const struct ff_program *p;
	struct ff_history *h;
	uint16_t epoch;
	unsigned int nworkers, ncpu, nodes;
	uint32_t page_size, pmd_size;
	bool skip[FF_MAX_CALLS];
	bool device_known;		/* the block device has its base content */
	struct ff_exec_handle handle[FF_MAX_SLOTS];
	struct ff_memory memory[FF_MEMS];
	atomic_uint arrived, running;
	atomic_uint met[FF_MEETS];	/* threads that came to each meeting point ... */
	unsigned int meets[FF_MEETS];	/* ... of so many */
	atomic_bool stop;
	atomic_int swap_on;
	int reclaim, dropcaches, compact, pidfd, vmstat;
	struct ff_pressure before;
	struct ff_account account;
	struct ff_kcov kcov[FF_MAX_THREADS];
	uint8_t *cover;			/* where the coverage of a program goes, or NULL */
	void *dummy;			/* a page of its own for the settle step */
	struct ff_thread thread[FF_WORKERS];
	pthread_t worker[FF_WORKERS];
	atomic_uint go[FF_WORKERS];	/* futexes of the workers */
	uint32_t first[FF_MAX_THREADS + 2];	/* calls of thread i: first[i] to first[i + 1] */
};

/* exec.c: the life of a worker thread; @arg is its struct ff_thread */
void *ff_exec_work(void *arg);

/* exec_guard.c: SIGSEGV and SIGBUS */
int ff_guard_open(void);
void ff_guard_close(void);
int ff_guard_thread(struct ff_thread *t);	/* in the thread itself */
void ff_guard_leave(void);			/* the same, at its end */

/**
 * FF_GUARDED() - true the first time; false again when the memory touched
 * after it faulted: t->signal and t->fault tell. End it with ff_unguard().
 */
#define FF_GUARDED(t) ((t)->signal = 0, (t)->guarded = 1, !sigsetjmp((t)->jmp, 0))
static inline void ff_unguard(struct ff_thread *t)
{
	atomic_signal_fence(memory_order_seq_cst);
	t->guarded = 0;
}

/* exec.c: wait until all threads that have meeting point @point are there; 1, or 0 after @ns */
int ff_exec_meet(struct ff_exec *x, unsigned int point, uint64_t ns);

/* exec_device.c: before and after a program, nothing of it open */
void ff_device_before(struct ff_exec *x);
void ff_device_after(struct ff_exec *x);

/* exec_place.c: descriptors, what is left behind */
void ff_exec_paths(struct ff_exec *x, const struct ff_exec_config *cfg);
void ff_exec_knobs_open(struct ff_exec *x);
void ff_exec_knobs_close(struct ff_exec *x);
void ff_exec_settle(struct ff_exec *x);
void ff_exec_clean(struct ff_exec *x);
void ff_exec_pressure(struct ff_exec *x);	/* compare with the last time; sets history flags */

/* exec_usage.c: what is in use now that nothing runs; what has not returned after a program */
void ff_usage_base(struct ff_exec *x);
void ff_usage_after(struct ff_exec *x);

/* exec_kcov.c: all buffers; in the thread itself; before and after a program */
int ff_kcov_open(struct ff_exec *x);
void ff_kcov_close(struct ff_exec *x);
void ff_kcov_thread(struct ff_thread *t);
void ff_kcov_begin(struct ff_exec *x);
void ff_kcov_end(struct ff_exec *x);

/* exec_swapoff.c: handle the signal that interrupts swapoff */
int ff_swapoff_open(void);

/**
 * ff_swapoff() - swapoff of the target's device, as long as it gets on
 *
 * Interrupted and begun again every now and then; given up with EINTR when no page
 * came back for long. Judged by progress, since swapoff may take any time.
 * @left, @stalled: of the last try: pages still in use, ns in which none was freed
 * Return: 0 or -1 with errno, of the last try.
 */
int ff_swapoff(struct ff_exec *x, uint64_t *left, uint64_t *stalled);

/** ff_memory_address() - where byte @off of a memory slot is now */
static inline void *ff_memory_address(struct ff_memory *m, uint64_t off)
{
	return (void *)(atomic_load_explicit(&m->base, memory_order_relaxed) + off);
}

/** ff_memory_begin(), ff_memory_end() - around a call that changes a mapping */
static inline void ff_memory_begin(struct ff_memory *m)
{
	atomic_fetch_add(&m->changes, FF_CHANGE_BEGUN);
}

static inline void ff_memory_end(struct ff_thread *t, struct ff_memory *m)
{
	atomic_fetch_add(&m->changes, FF_CHANGE_DONE - FF_CHANGE_BEGUN);
	t->changes += FF_CHANGE_DONE;
}

/** ff_thread_address() - where byte @off of memory slot @mem is, NULL if never made */
static inline void *ff_thread_address(struct ff_thread *t, uint64_t mem, uint64_t off)
{
	struct ff_memory *m = ff_thread_memory(t, mem);

	return m ? ff_memory_address(m, off) : NULL;
}

/** ff_thread_runs() - room for runs of a record: returns it, and where in *@run */
unsigned int ff_thread_runs(struct ff_thread *t, struct ff_record *r, struct ff_run **run);

/** ff_thread_seen() - the runs of @r are @n more */
void ff_thread_seen(struct ff_thread *t, struct ff_record *r, unsigned int n);

/** ff_thread_fault() - a guarded access faulted: into the record, with @off of the byte at @src */
void ff_thread_fault(struct ff_thread *t, struct ff_record *r, const void *src, uint64_t off);

/** ff_now() - CLOCK_MONOTONIC, ns */
uint64_t ff_now(void);

#endif
