/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who waits for what at this moment: page bits from the kernel's wait table,
 * sleeping locks from their own records. Facts for the judge of hangs.
 *
 * Included by BPF code and by user space; <linux/types.h> is all it needs.
 */
#ifndef FF_BPF_WAITS_H
#define FF_BPF_WAITS_H

#include <linux/types.h>

/**
 * enum ff_wait_kind - what is waited for
 * @FF_WAIT_PAGE:	a bit of a page: locked, writeback, ...
 * @FF_WAIT_MUTEX:	a mutex
 * @FF_WAIT_READ:	an rw_semaphore, to read
 * @FF_WAIT_WRITE:	an rw_semaphore, to write
 * @FF_WAIT_PERCPU:	a percpu_rw_semaphore (a freeze of a file system): no owner
 */
enum ff_wait_kind {
	FF_WAIT_PAGE,
	FF_WAIT_MUTEX,
	FF_WAIT_READ,
	FF_WAIT_WRITE,
	FF_WAIT_PERCPU,
	FF_WAIT_KINDS
};

/**
 * enum ff_wait_flag - what is known of a wait
 * @FF_WAITF_SET:	PAGE: the bit is set
 * @FF_WAITF_WOKEN:	PAGE: somebody woke the waiter, it only has to run
 * @FF_WAITF_EXCLUSIVE:	PAGE: it wants to lock, not only to see the bit cleared
 * @FF_WAITF_OWNER:	@owner holds it for sure: it locked it and nobody unlocked it
 *			since, or the lock itself says so
 * @FF_WAITF_READER:	@owner is only the last of those who took it to read
 */
enum ff_wait_flag {
	FF_WAITF_SET	   = 1 << 0,
	FF_WAITF_WOKEN	   = 1 << 1,
	FF_WAITF_EXCLUSIVE = 1 << 2,
	FF_WAITF_OWNER	   = 1 << 3,
	FF_WAITF_READER	   = 1 << 4,
};

/**
 * struct ff_wait - one waiter
 * @object: address of the folio or of the lock: an identity, no more
 * @entry: address of its entry in the queue; 0 for locks
 * @mapping: the folio's, with its low bits
 * @ino, @index, @dev: of the folio, as in struct ff_event; 0 for anonymous ones
 * @page_flags: first word of the folio
 * @nvcsw, @nivcsw: context switches of the waiter so far; 0 for locks
 * @tid, @tgid: the waiter
 * @state: its task state as the kernel has it; 0: it runs or is about to
 * @bit: PAGE: number of the page flag
 * @kind: enum ff_wait_kind
 * @flags: enum ff_wait_flag
 * @owner: tid, 0: not known
 * @unlocker: PAGE: tid of who unlocked the page last, 0: not known
 */
struct ff_wait {
	__u64 object, entry, mapping;
	__u64 ino, index;
	__u64 page_flags;
	__u64 nvcsw, nivcsw;
	__u32 dev, tid, tgid, state;
	__u16 bit, kind;
	__u32 flags, owner, unlocker;
};

#define FF_WAIT_BUCKETS		256	/* of the wait table: PAGE_WAIT_TABLE_BITS is 8 */
#define FF_WAIT_BUCKET_MAX	32	/* waiters looked at in one bucket */

/* What one step of the walk met. */
enum ff_walk_step {
	FF_WALK_END,		/* the bucket has no more entries */
	FF_WALK_OTHER,		/* an entry that is no page wait */
	FF_WALK_WAIT,
};

#endif /* FF_BPF_WAITS_H */
