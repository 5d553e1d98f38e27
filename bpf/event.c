// SPDX-License-Identifier: GPL-2.0-only
/* Names of the event kinds. */
#include "bpf/witness.h"

static const char *const names[FF_EV_NR] = {
	[FF_EV_NONE] = "none",
	[FF_EV_FAULT] = "fault",
	[FF_EV_SWAP_IN_BEGIN] = "swap_in_begin",
	[FF_EV_SWAP_IN_END] = "swap_in_end",
	[FF_EV_COW_BEGIN] = "cow_begin",
	[FF_EV_COW_END] = "cow_end",
	[FF_EV_DMA_PIN] = "dma_pin",
	[FF_EV_DMA_DONE] = "dma_done",
	[FF_EV_UNMAP] = "unmap",
	[FF_EV_COLLAPSE_BEGIN] = "collapse_begin",
	[FF_EV_COLLAPSE_END] = "collapse_end",
	[FF_EV_SEEK] = "seek",
	[FF_EV_TRUNCATE_BEGIN] = "truncate_begin",
	[FF_EV_TRUNCATE_END] = "truncate_end",
	[FF_EV_SWAP_IN_FILE_BEGIN] = "swap_in_file_begin",
	[FF_EV_SWAP_IN_FILE_END] = "swap_in_file_end",
	[FF_EV_UNUSE_BEGIN] = "unuse_begin",
	[FF_EV_UNUSE_END] = "unuse_end",
	[FF_EV_MIGRATE] = "migrate",
	[FF_EV_WAIT_BEGIN] = "wait_begin",
	[FF_EV_WAIT_END] = "wait_end",
	[FF_EV_WAIT_PAGE] = "wait_page",
	[FF_EV_WAKE] = "wake",
	[FF_EV_SPLIT_BEGIN] = "split_begin",
	[FF_EV_SPLIT_END] = "split_end",
	[FF_EV_STILL_MAPPED] = "still_mapped",
	[FF_EV_MAPPED_GONE] = "mapped_gone",
	[FF_EV_SPLIT_MAPPED] = "split_mapped",
	[FF_EV_FAULT_AROUND] = "fault_around",
	[FF_EV_MAPPED_UNREADY] = "mapped_unready",
	[FF_EV_DELAY] = "delay",
	[FF_EV_MOVED] = "moved",
};

const char *ff_ev_name(unsigned int kind)
{
	return kind < FF_EV_NR ? names[kind] : "?";
}
