// SPDX-License-Identifier: GPL-2.0-only
/* The hook table. Alternatives go from the newest kernel to the oldest. */
#include "bpf/hooks.h"

const struct ff_hook_desc ff_hooks[FF_HOOK_NR] = {
	[FF_HOOK_FAULT] = {
		.name = "fault",
		.gives = "user page faults with address and error code",
		.lost = "which access faulted, and when",
		.alt = { { .prog = { "fault_user" }, .target = "page_fault_user",
			   .how = FF_HOW_TP } },
	},
	[FF_HOOK_SWAP_IN] = {
		.name = "swap_in",
		.gives = "swap-in of anonymous pages",
		.lost = "the swap-in that raced with a call",
		.alt = { { .prog = { "swap_in_begin", "swap_in_end" },
			   .target = "do_swap_page" } },
	},
	[FF_HOOK_COW] = {
		.name = "cow",
		.gives = "write-protect faults: frame before and after; frame numbers everywhere",
		.lost = "proof that a page under DMA was copied; all frame numbers",
		.alt = { { .prog = { "cow_begin", "cow_end" }, .target = "do_wp_page" } },
	},
	[FF_HOOK_DMA_PIN] = {
		.name = "dma_pin",
		.gives = "frames a direct read was given to write to",
		.lost = "which pages were under DMA",
		.alt = { { .prog = { "dma_pin" }, .target = "bio_iov_iter_get_pages" } },
	},
	[FF_HOOK_DMA_DONE] = {
		.name = "dma_done",
		.gives = "the end of a direct read's bio",
		.lost = "when the DMA ended",
		.alt = {
			{ .prog = { "dma_done" }, .target = "bio_endio", .and_next = true },
			{ .prog = { "dma_checked" }, .target = "bio_check_pages_dirty",
			  .and_next = true },
			{ .prog = { "dma_released" }, .target = "__bio_release_pages" },
			{ .prog = { "dma_released" }, .target = "bio_release_pages" },
		},
	},
	[FF_HOOK_UNMAP] = {
		.name = "unmap",
		.gives = "pages unmapped by reclaim, with address and frame",
		.lost = "whether a page was unmapped for swap-out",
		.alt = { { .prog = { "unmap_one" }, .target = "try_to_unmap_one" } },
	},
	[FF_HOOK_MIGRATE] = {
		.name = "migrate",
		.gives = "batches of migrated pages",
		.lost = "whether migration ran during a call",
		.alt = { { .prog = { "migrate" }, .target = "mm_migrate_pages",
			   .how = FF_HOW_TP } },
	},
	[FF_HOOK_COLLAPSE] = {
		.name = "collapse",
		.gives = "collapse of file pages into a huge page, by call or khugepaged",
		.lost = "the collapse window of a file",
		.alt = {
			{ .prog = { "collapse_begin", "collapse_end" },
			  .target = "collapse_file", .param = 1, .param_name = "addr" },
			{ .prog = { "collapse_void_begin", "collapse_void_end" },
			  .target = "collapse_file", .param = 1, .param_name = "file" },
		},
	},
	[FF_HOOK_SEEK] = {
		.name = "seek",
		.gives = "SEEK_DATA and SEEK_HOLE as the page cache answered",
		.lost = "the page cache's own answer to a seek",
		.alt = {
			{ .prog = { "seek_mapping" }, .target = "mapping_seek_hole_data" },
			{ .prog = { "seek_cache" }, .target = "page_cache_seek_hole_data",
			  .and_next = true },
			{ .prog = { "seek_shmem" }, .target = "shmem_file_llseek" },
		},
	},
	[FF_HOOK_TRUNCATE_SHMEM] = {
		.name = "truncate_shmem",
		.gives = "truncation and punching of tmpfs files",
		.lost = "the punch window of a tmpfs file",
		.alt = { { .prog = { "truncate_shmem_begin", "truncate_shmem_end" },
			   .target = "shmem_undo_range" } },
	},
	[FF_HOOK_TRUNCATE_PAGES] = {
		.name = "truncate_pages",
		.gives = "truncation, punching and eviction of other files",
		.lost = "the punch window of a file on a disk",
		.alt = { { .prog = { "truncate_pages_begin", "truncate_pages_end" },
			   .target = "truncate_inode_pages_range" } },
	},
	[FF_HOOK_SPLIT] = {
		.name = "split",
		.gives = "splitting of huge pages",
		.lost = "the split window of a file",
		.alt = {
			{ .prog = { "split_folio_begin", "split_folio_end" }, .nparams = 6,
			  .target = "__folio_split" },
			{ .prog = { "split_begin", "split_order_end" }, .nparams = 3,
			  .target = "split_huge_page_to_list_to_order" },
			{ .prog = { "split_begin", "split_end" }, .nparams = 2,
			  .target = "split_huge_page_to_list" },
		},
	},
	[FF_HOOK_SWAP_IN_FILE] = {
		.name = "swap_in_file",
		.gives = "swap-in of tmpfs pages and its error",
		.lost = "the swap-in behind a spurious ENOENT or SIGBUS",
		.alt = {
			{ .prog = { "shmem_in_begin", "shmem_in_end" }, .nparams = 7,
			  .target = "shmem_swapin_folio" },
			{ .prog = { "shmem_in_kbegin", "shmem_in_kend" },
			  .target = "shmem_swapin_folio", .how = FF_HOW_KPROBE },
			{ .prog = { "shmem_in_kbegin", "shmem_in_kend" },
			  .target = "shmem_swapin_page", .how = FF_HOW_KPROBE },
		},
	},
	[FF_HOOK_UNUSE] = {
		.name = "unuse",
		.gives = "swapoff walking tmpfs",
		.lost = "whether swapoff gets on",
		.alt = {
			{ .prog = { "unuse_begin", "unuse_end" }, .nparams = 1,
			  .target = "shmem_unuse" },
			{ .prog = { "unuse_begin", "unuse_front_end" }, .nparams = 3,
			  .target = "shmem_unuse" },
		},
	},
	[FF_HOOK_WAIT] = {
		.name = "wait",
		.gives = "sleeps for I/O and page bits",
		.lost = "when a task slept",
		.alt = { { .prog = { "wait_begin", "wait_end" }, .target = "io_schedule" } },
	},
	[FF_HOOK_WAIT_PAGE] = {
		.name = "wait_page",
		.gives = "the page and bit a finished wait was for",
		.lost = "what a task waited for",
		.alt = { { .prog = { "wait_page" }, .target = "finish_wait" } },
	},
	[FF_HOOK_WAKE] = {
		.name = "wake",
		.gives = "who woke whom, on which page and bit",
		.lost = "wakers; and, since it names the wait's function, wait_page",
		.alt = { { .prog = { "wake" }, .target = "wake_page_function" } },
	},
};
