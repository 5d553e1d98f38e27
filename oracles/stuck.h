/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest looked at while a call did not return: samples of all waits, of
 * the tasks concerned and of the disks. Plain data, written into the black box.
 */
#ifndef FF_ORACLES_STUCK_H
#define FF_ORACLES_STUCK_H

#include <stdint.h>
#include <stdio.h>

#include "bpf/waits.h"

#define FF_STUCK_SAMPLES	3
#define FF_STUCK_TASKS		40
#define FF_STUCK_WAITS		40
#define FF_STUCK_STACK		480

/**
 * struct ff_stuck_task - a task of ours, one that is blocked, or one that holds something
 * @tid, @tgid, @comm: who
 * @state: letter of /proc/TID/stat
 * @cpu: utime + stime, ticks
 * @nvcsw, @nivcsw: context switches so far
 * @stack: kernel functions from the innermost, joined with "+"; "" if not known
 */
struct ff_stuck_task {
	uint32_t tid, tgid;
	uint64_t cpu, nvcsw, nivcsw;
	char comm[16];
	char state;
	char stack[FF_STUCK_STACK];
};

enum ff_stuck_know {
	FF_KNOW_PAGES	= 1 << 0,	/* the wait table was walked */
	FF_KNOW_OWNERS	= 1 << 1,	/* who holds a page would have been seen */
	FF_KNOW_LOCKS	= 1 << 2,	/* waits for mutexes and rw_semaphores are seen */
	FF_KNOW_CUT	= 1 << 3,	/* there was more than fits */
	FF_KNOW_CPUS	= 1 << 4,	/* the sampler ran on every CPU just before */
};

/**
 * struct ff_stuck_sample - one look
 * @time_ns: when it began
 * @io_done, @io_flight: requests of all disks that were completed so far, and under way
 * @know: enum ff_stuck_know
 */
struct ff_stuck_sample {
	uint64_t time_ns, io_done;
	uint32_t io_flight, know, ntasks, nwaits;
	struct ff_stuck_task task[FF_STUCK_TASKS];
	struct ff_wait wait[FF_STUCK_WAITS];
};

/**
 * struct ff_stuck - the last samples of a run, oldest first
 * @unit_ns: what stands for a second on this machine
 */
struct ff_stuck {
	uint64_t unit_ns;
	uint32_t nsamples, pad;
	struct ff_stuck_sample sample[FF_STUCK_SAMPLES];
};

/** ff_stuck_sane() - make all counts and texts safe; false if something was not */
int ff_stuck_sane(struct ff_stuck *s);

/** ff_stuck_write() - as lines of a history (docs/history.md) */
void ff_stuck_write(const struct ff_stuck *s, FILE *out);

/**
 * ff_stuck_read() - one such line
 * @key: its first word, one of "stuck", "sample", "task", "wait"
 * @rest: what follows; is taken apart
 * Return: 0, or -EINVAL with @why; -ENOENT: @key is no word of these.
 */
int ff_stuck_read(struct ff_stuck *s, const char *key, char *rest, char *why, size_t n);

#endif
