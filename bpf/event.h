/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event ABI: what the BPF programs tell user space, one fixed 64-byte
 * record per fact. Witness events are facts about the kernel, never verdicts.
 *
 * Included by BPF code and by user space; <linux/types.h> is all it needs.
 */
#ifndef FF_BPF_EVENT_H
#define FF_BPF_EVENT_H

#include <linux/types.h>

/**
 * enum ff_ev_kind - what happened
 *
 * Fields not named for a kind are 0. "file" stands for @dev, @ino, @index of
 * the page cache page concerned. A BEGIN and its END carry the same @tid; the
 * END of a call by another task may stand between them.
 *
 * Stable: new kinds go before FF_EV_NR, recorded histories keep their meaning.
 *
 * @FF_EV_NONE:		never emitted
 * @FF_EV_FAULT:	a user page fault: addr, extra = x86 error code
 *			(1 present, 2 write, 4 user)
 * @FF_EV_SWAP_IN_BEGIN: do_swap_page entered: addr, cookie = the swap PTE
 * @FF_EV_SWAP_IN_END:	do_swap_page left: addr, result = VM_FAULT_* bits,
 *			pfn = now mapped at addr (0: none, see FF_EVF_PFN)
 * @FF_EV_COW_BEGIN:	do_wp_page entered: addr, pfn = the page written to
 * @FF_EV_COW_END:	do_wp_page left: addr, cookie = old pfn,
 *			pfn = now mapped at addr, result = VM_FAULT_* bits.
 *			Only FF_EVF_PFN and pfn != cookie prove that the
 *			page was copied; do_wp_page alone proves nothing
 * @FF_EV_DMA_PIN:	user pages added to a bio of a direct *read*: one
 *			event per physically contiguous run. cookie = bio,
 *			pfn = its first page, result = byte offset in that page,
 *			extra = bytes
 * @FF_EV_DMA_DONE:	that bio ended: cookie = bio, tid = who pinned it
 *			(not who completed it), result = bi_status (0: ok),
 *			pfn = first page of its first run. Of a bio that was
 *			split it may come late, when its pages are released
 * @FF_EV_UNMAP:	try_to_unmap_one left (swap-out, reclaim): addr, pfn,
 *			file, result = its bool. tid = the reclaimer's, but
 *			the address belongs to a watched task
 * @FF_EV_COLLAPSE_BEGIN: collapse_file entered: file (index = first page)
 * @FF_EV_COLLAPSE_END:	collapse_file left: file, result = enum ff_collapse,
 *			extra = the kernel's own SCAN_* number; or
 *			FF_EVF_NO_RESULT where the kernel returns void
 * @FF_EV_SEEK:		a page-cache SEEK_DATA/SEEK_HOLE left: file,
 *			pos = start in bytes, result = offset or -errno,
 *			extra = whence (3 data, 4 hole)
 * @FF_EV_TRUNCATE_BEGIN: pages are being removed: file, pos = first byte,
 *			result = last byte (-1: to the end)
 * @FF_EV_TRUNCATE_END:	same fields
 * @FF_EV_SWAP_IN_FILE_BEGIN: shmem_swapin_folio entered: file
 * @FF_EV_SWAP_IN_FILE_END: shmem_swapin_folio left: file (0 where the hook is a
 *			kretprobe: pair by tid), result = 0 or -errno
 * @FF_EV_UNUSE_BEGIN:	swapoff walks shmem: extra = swap type
 * @FF_EV_UNUSE_END:	same, result = 0 or -errno
 * @FF_EV_MIGRATE:	migrate_pages ended a batch: pos = pages moved,
 *			result = pages failed. No file is known
 * @FF_EV_WAIT_BEGIN:	the task is about to sleep for I/O or a page bit:
 *			extra = task state. Which page: see WAIT_PAGE
 * @FF_EV_WAIT_END:	it runs again
 * @FF_EV_WAIT_PAGE:	the waits before this event, same tid, were for this
 *			page: pfn, file, extra = page flag bit. With no WAIT_END
 *			since its last WAIT_PAGE the task did not sleep: the bit
 *			was clear by then, and there need not be a WAKE
 * @FF_EV_WAKE:		a waker hands a page bit to one waiter: pfn, file,
 *			extra = bit, result = waiter's tid
 * @FF_EV_SPLIT_BEGIN:	a huge page is to be split: pfn, file, extra = its mappings,
 *			at least
 * @FF_EV_SPLIT_END:	result = 0 or -errno
 * @FF_EV_STILL_MAPPED:	a page leaves the page cache and is mapped: pfn, file,
 *			extra = its mappings (of a huge page: at least), result =
 *			1 for a huge page. The page lock keeps new mappings away,
 *			so it stays mapped, or is being unmapped right now: the
 *			kernel's own "Bad page cache"
 * @FF_EV_MAPPED_GONE:	a fault mapped a page that is in no page cache any more:
 *			addr, pfn, result as above; file = the one that is mapped
 *			at addr
 * @FF_EV_SPLIT_MAPPED:	a split has unmapped its huge page, of a file, and it is
 *			mapped still: pfn, file, extra = its mappings, at least
 * @FF_EV_FAULT_AROUND:	a fault maps cached pages of a file around it:
 *			index = first page of the window, addr, extra = pages in it
 * @FF_EV_MAPPED_UNREADY: a huge page of a file is being mapped that is not uptodate:
 *			nobody put anything there, or cleared it. addr, pfn, file,
 *			result = 1
 * @FF_EV_DELAY:	a delay was made here: @time_ns = when it began, extra = its number
 *			in the program, result = ns that it really took. Emitted when it
 *			is over: events between stand before it in the ring
 * @FF_EV_MOVED:	pages of a file were moved, one after the other: each was replaced
 *			in the page cache by a copy that was not uptodate until its content
 *			was there. @time_ns = when the first began, result = ns until the last
 *			was done, file (index = the first), extra = pages. Emitted at the end
 *			of the batch, as DELAY is
 * @FF_EV_NR:		number of kinds
 */
enum ff_ev_kind {
	FF_EV_NONE,
	FF_EV_FAULT,
	FF_EV_SWAP_IN_BEGIN,
	FF_EV_SWAP_IN_END,
	FF_EV_COW_BEGIN,
	FF_EV_COW_END,
	FF_EV_DMA_PIN,
	FF_EV_DMA_DONE,
	FF_EV_UNMAP,
	FF_EV_COLLAPSE_BEGIN,
	FF_EV_COLLAPSE_END,
	FF_EV_SEEK,
	FF_EV_TRUNCATE_BEGIN,
	FF_EV_TRUNCATE_END,
	FF_EV_SWAP_IN_FILE_BEGIN,
	FF_EV_SWAP_IN_FILE_END,
	FF_EV_UNUSE_BEGIN,
	FF_EV_UNUSE_END,
	FF_EV_MIGRATE,
	FF_EV_WAIT_BEGIN,
	FF_EV_WAIT_END,
	FF_EV_WAIT_PAGE,
	FF_EV_WAKE,
	FF_EV_SPLIT_BEGIN,
	FF_EV_SPLIT_END,
	FF_EV_STILL_MAPPED,
	FF_EV_MAPPED_GONE,
	FF_EV_SPLIT_MAPPED,
	FF_EV_FAULT_AROUND,
	FF_EV_MAPPED_UNREADY,
	FF_EV_DELAY,
	FF_EV_MOVED,
	FF_EV_NR
};

/**
 * enum ff_ev_flags - who it was, and what is known
 * @FF_EVF_OURS:	current is a watched task
 * @FF_EVF_KTHREAD:	current is a kernel thread (kworker, interrupted kthread)
 * @FF_EVF_KHUGEPAGED:	current is khugepaged
 * @FF_EVF_KSWAPD:	current is kswapd
 * @FF_EVF_NO_RESULT:	this kernel does not tell the result
 * @FF_EVF_PFN:		pfn was read and is true; without it pfn is 0
 */
enum ff_ev_flags {
	FF_EVF_OURS	  = 1 << 0,
	FF_EVF_KTHREAD	  = 1 << 1,
	FF_EVF_KHUGEPAGED = 1 << 2,
	FF_EVF_KSWAPD	  = 1 << 3,
	FF_EVF_NO_RESULT  = 1 << 4,
	FF_EVF_PFN	  = 1 << 5,
};

/**
 * enum ff_collapse - result of FF_EV_COLLAPSE_END, the same for all kernels
 * @FF_COLLAPSE_FAILED:	nothing was collapsed
 * @FF_COLLAPSE_DONE:	collapsed
 * @FF_COLLAPSE_HUGE:	the cache holds a huge page now: what MADV_COLLAPSE gets for
 *			success since 6.6, and for a page that was huge before
 */
enum ff_collapse {
	FF_COLLAPSE_FAILED,
	FF_COLLAPSE_DONE,
	FF_COLLAPSE_HUGE,
};

/**
 * struct ff_event - one fact
 * @time_ns:	CLOCK_MONOTONIC, taken in the kernel at the hook
 * @ino:	inode number of the file mapping concerned, 0 for anonymous
 * @index:	page offset in the file
 * @cookie:	identity without meaning (a bio, a swap entry, an old pfn)
 * @addr:	user virtual address
 * @pos:	file position, bytes
 * @pfn:	page frame number, as in /proc/PID/pagemap
 * @result:	what the kernel function returned, or as the kind says
 * @dev:	device of the inode as stat(2) encodes it in the kernel:
 *		major << 20 | minor (see ff_ev_dev()), 0 for anonymous
 * @tid:	thread, in the initial PID namespace; 0: idle (interrupt)
 * @extra:	as the kind says
 * @kind:	enum ff_ev_kind
 * @flags:	enum ff_ev_flags
 */
struct ff_event {
	__u64 time_ns;
	__u64 ino;
	union {
		__u64 index;
		__u64 cookie;
	};
	union {
		__u64 addr;
		__u64 pos;
	};
	__u64 pfn;
	__s64 result;
	__u32 dev;
	__u32 tid;
	__u32 extra;
	__u16 kind;
	__u16 flags;
};

_Static_assert(sizeof(struct ff_event) == 64, "the event ABI is 64 bytes");

/** ff_ev_dev() - @major, @minor of a stat(2) st_dev as struct ff_event @dev */
static inline __u32 ff_ev_dev(__u32 major, __u32 minor)
{
	return major << 20 | minor;
}

/* A ring of 1 MiB: records are 64 bytes and an 8-byte header each. */
#define FF_RING_BYTES	(1U << 20)
#define FF_RING_EVENTS	(FF_RING_BYTES / (sizeof(struct ff_event) + 8))

#endif /* FF_BPF_EVENT_H */
