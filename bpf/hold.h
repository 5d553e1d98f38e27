/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Holding up the kernel: where the BPF programs can, and what they are told.
 * Included by BPF code and by user space.
 */
#ifndef FF_BPF_HOLD_H
#define FF_BPF_HOLD_H

#include <linux/types.h>

/*
 * Where; each has a row in ff_hooks[], in this order from FF_HOOK_HOLD on.
 * None is reached with a spinlock held or from an interrupt (docs/programs.md).
 */
enum ff_hold_at {
	FF_HOLD_COLLAPSE,
	FF_HOLD_TRUNCATE,
	FF_HOLD_INVALIDATE,
	FF_HOLD_SPLIT,
	FF_HOLD_SWAP_IN,
	FF_HOLD_FILE_SWAP_IN,
	FF_HOLD_SWAP_READ,
	FF_HOLD_SWAP_OUT,
	FF_HOLD_UNMAP,
	FF_HOLD_MIGRATE,
	FF_HOLD_REMAP,
	FF_HOLD_FAULT,
	FF_HOLD_MAP,
	FF_HOLD_SEEK,
	FF_HOLD_PINNED,
	FF_HOLD_LOCKED,
	FF_HOLD_NR
};

#define FF_HOLDS	8	/* at one time */

/**
 * struct ff_hold - hold up once
 * @at: enum ff_hold_at
 * @nth: whoever gets there for the how manyth time, from 1
 * @ns: for so long
 * @done: by the BPF side: it was
 */
struct ff_hold {
	__u32 at, nth, ns, done;
};

#endif
