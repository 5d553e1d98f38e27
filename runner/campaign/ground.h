/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ground: what the kernel's memory went through in a campaign. A campaign
 * that found nothing has proven nothing of what never happened in it.
 */
#ifndef FF_RUNNER_GROUND_H
#define FF_RUNNER_GROUND_H

#include <jansson.h>
#include <stdio.h>

#include "oracles/judge.h"
#include "runner/session.h"

/* Bits: what the programs ran on, or had among their calls. */
enum ff_on {
	FF_RAN_TMPFS	= 1 << 0,
	FF_RAN_DISK	= 1 << 1,	/* a file system on a disk, or the disk itself */
	FF_RAN_SWAP	= 1 << 2,
	FF_RAN_FILE_SWAP = 1 << 3,	/* tmpfs with swap */
	FF_RAN_HUGE_FILE = 1 << 4,	/* tmpfs with huge= */
	FF_RAN_THP	= 1 << 5,	/* huge anonymous pages wanted or allowed */
	FF_RAN_COLLAPSE	= 1 << 6,	/* an MADV_COLLAPSE that succeeded */
	FF_RAN_DIRECT_READ = 1 << 7,	/* a disk, a direct handle and a read in one program */
	FF_RAN_MOVES	= 1 << 8,	/* calls that migrate or compact */
	FF_RAN_DIRECT	= 1 << 9,
	FF_RAN_READ	= 1 << 10,
};

/* Counted here, from the events of each program. */
enum ff_ground_count {
	FF_GROUND_COLLAPSED,	/* file ranges that became a huge page */
	FF_GROUND_SPLIT,	/* huge pages that were split */
	FF_GROUND_COPIED,	/* write faults that copied the page */
	FF_GROUND_FILE_SWAP_IN,
	FF_GROUND_AROUND,	/* faults that mapped the pages around them */
	FF_GROUND_DIRECT_READ,	/* direct reads that the witness saw end */
	FF_GROUND_BESIDE,	/* of them: with a page of the executor unmapped or copied meanwhile */
	FF_GROUND_UNDER,	/* of them: that page was the one under DMA */
	FF_GROUND_COUNTS
};

/**
 * struct ff_ground - of a campaign so far
 * @ran: enum ff_on
 * @count: by enum ff_ground_count
 */
struct ff_ground {
	uint32_t ran;
	uint64_t count[FF_GROUND_COUNTS];
};

/** ff_ground_add() - one result */
void ff_ground_add(struct ff_ground *g, const struct ff_case *c);

/**
 * ff_ground_print() - a line for each group of counters, and a warning for each
 * that stayed 0 though this kernel has it and the programs could have moved it
 */
void ff_ground_print(const struct ff_ground *g, const struct ff_session_info *info, FILE *out);

/** ff_ground_json() - {"pswpout": 5, ..., "never": ["..."]}; a new reference */
json_t *ff_ground_json(const struct ff_ground *g, const struct ff_session_info *info);

#endif
