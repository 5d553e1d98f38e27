/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The history: what happened when a program ran.
 *
 * Plain data, written by the guest straight into the black box: a record is
 * published (FF_CALL_STARTED) before its call, so that a call that never
 * returns is known to the host.
 */
#ifndef FF_FUZZER_HISTORY_H
#define FF_FUZZER_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "fuzzer/program.h"

enum ff_call_state {
	FF_CALL_NOT_RUN, FF_CALL_STARTED, FF_CALL_DONE,
	FF_CALL_SKIPPED,	/* its slot was never made, or the kernel lacks it */
};

enum ff_run_kind {
	FF_RUN_ZERO,		/* version 0: hole or never written */
	FF_RUN_OWN,		/* a word of this run of the program */
	FF_RUN_FOREIGN,		/* a word of another epoch: an earlier program */
	FF_RUN_RAW,		/* up to 8 bytes that decode as nothing: in @value, low byte first */
	FF_RUN_UNSEEN,		/* not scanned: more runs than fit, or memory that faulted */
	FF_RUN_RESIDENT, FF_RUN_ABSENT,	/* mincore */
};

/**
 * struct ff_run - a stretch of what a call saw
 * @off: first byte, offset in the object seen (file, buffer); for a vectored
 *	call the pieces follow each other and @off is that of each piece's object
 * @len: bytes
 * @version: FF_RUN_OWN: which write; FF_VERSION_BASE: what a block device had at first
 * @kind: enum ff_run_kind
 * @obj: FF_RUN_OWN: object the words were made for
 * @value: FF_RUN_OWN: offset they were made for (of the byte at @off);
 *	FF_RUN_RAW: the bytes; FF_RUN_FOREIGN: the first word
 */
struct ff_run {
	uint64_t off;
	uint32_t len;
	uint16_t version;
	uint8_t kind, obj;
	uint64_t value;
};

enum ff_record_flag {
	FF_REC_FAULTED	= 1 << 0,	/* @signal at @fault: a load or store, or a scan after it */
	FF_REC_CUT	= 1 << 1,	/* runs did not suffice */
	FF_REC_RACED	= 1 << 2,	/* the slot's mapping changed while the call ran */
	FF_REC_CHILD	= 1 << 3,	/* seen by a forked child */
};

/**
 * struct ff_record - what one call did
 * @state: enum ff_call_state
 * @signal: SIGBUS or SIGSEGV that a load, store or scan met, else 0
 * @flags: enum ff_record_flag
 * @err: errno of a failed call, else 0
 * @result: what the system call returned; bytes done for load and store
 * @invoked, @returned: CLOCK_MONOTONIC ns just before and after the call
 * @scanned: ns when the scan of what it read had ended; @returned if none
 * @fault: offset in the object at which @signal came
 * @first_run, @nruns: its runs in the history's array
 */
struct ff_record {
	uint8_t state, signal, flags, pad;
	int32_t err;
	int64_t result;
	uint64_t invoked, returned, scanned;
	uint64_t fault;
	uint32_t first_run, nruns;
	uint32_t tid, pad2;
};

/* What came of taking the target's swap device off after a program. */
enum ff_swapoff {
	FF_SWAPOFF_NONE,	/* not tried: swap use had returned by itself, or there is no swap */
	FF_SWAPOFF_DONE,	/* it ended: nothing was lost in swap, it was only slow to be freed */
	FF_SWAPOFF_STUCK,	/* swap use did not shrink any more, and it was given up */
	FF_SWAPOFF_FAILED,	/* with @err: no memory, a disk that fails */
};

/**
 * struct ff_usage - what had not returned when the program had ended and all was closed
 * @swapoff: enum ff_swapoff
 * @err: errno of FF_SWAPOFF_FAILED
 * @swap_before, @swap_after: pages of swap in use before the program and after it
 * @swap_left: of FF_SWAPOFF_STUCK: pages that swapoff could not free
 * @stalled: ns in which none of them was
 * @blocks, @inodes: of the target's tmpfs, beyond those in use when it was empty
 * @shmem: pages of shared memory in the system, beyond those at the target's making
 * @anon_huge: huge pages counted as mapped that no process maps
 * @shmem_huge, @file_huge, @mlocked: huge pages in page caches, and locked
 *	pages, beyond those at the target's making
 * @tasks: children of the executor
 * @programs: how many programs ran since @shmem to @mlocked were looked at
 *	(too dear for every one), this one counted
 */
struct ff_usage {
	uint32_t swapoff;
	int32_t err;
	uint64_t swap_before, swap_after, swap_left, stalled;
	uint64_t blocks, inodes, shmem, anon_huge, shmem_huge, file_huge, mlocked;
	uint32_t tasks, programs;
};

#define FF_COVER_BYTES	8192	/* of a run's coverage: a bit for each place in the kernel's code, hashed */

#define FF_MAX_RUNS		16384	/* of a history */
#define FF_MAX_RUNS_CALL	256	/* of one call */

/**
 * struct ff_history - what came back
 * @epoch: of the words written in this run
 * @nthreads: threads that ran
 * @began, @ended: ns; ended 0 when it did not end
 * @page_size, @pmd_size: bytes
 * @flags: enum ff_history_flag
 * @calls_limit_ns: longest a call may take on this machine before the hang
 *	oracle asks why (scaled by the speed factor measured at boot)
 * @size: initial size of file f0 when the target is a block device
 * @usage: all 0 when everything returned
 * @record: by call id
 * @nruns: used in @run
 */
struct ff_history {
	uint16_t epoch;
	uint16_t nthreads;
	uint32_t flags;
	uint64_t began, ended;
	uint32_t page_size, pmd_size;
	uint64_t call_limit_ns, device_size;
	struct ff_usage usage;
	uint32_t ncalls, nruns;
	struct ff_record record[FF_MAX_CALLS];
	struct ff_run run[FF_MAX_RUNS];
};

enum ff_history_flag {
	FF_HIST_EVICTED	= 1 << 0,	/* the system reclaimed or swapped by itself meanwhile */
	FF_HIST_OOM	= 1 << 1,	/* the OOM killer ran */
	FF_HIST_DEVICE_UNKNOWN = 1 << 3, /* the block device could not be given its base content */
	FF_HIST_SERVER_DIED = 1 << 4,	/* the FUSE server was gone when the program ended */
	FF_HIST_INVALIDATE_FAILED = 1 << 2, /* kernel said: page cache invalidation failure on direct I/O */
	FF_HIST_SPOILT = 1 << 8,	/* it left something behind that would spoil the next program */
	FF_HIST_SWAP_FAILED = 1 << 9,	/* an I/O error on a swap device in this guest's life, and a target with swap */
};

#endif
