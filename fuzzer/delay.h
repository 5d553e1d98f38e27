/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Delays as input: a program may hold up the kernel at places where a race has
 * its window. Which places there are; who makes the delay is bpf/'s matter.
 */
#ifndef FF_FUZZER_DELAY_H
#define FF_FUZZER_DELAY_H

#include "fuzzer/program.h"

/* Where; none of them is reached with a spinlock held (docs/programs.md). */
enum ff_delay_place {
	FF_DELAY_COLLAPSE,	/* before file pages are collapsed */
	FF_DELAY_TRUNCATE,	/* before pages are truncated or punched, after they were unmapped */
	FF_DELAY_INVALIDATE,	/* before cached pages are dropped for a direct write */
	FF_DELAY_SPLIT,		/* before a huge page is split */
	FF_DELAY_SWAP_IN,	/* before an anonymous page is looked for in the swap cache */
	FF_DELAY_FILE_SWAP_IN,	/* before a page of a tmpfs file is */
	FF_DELAY_SWAP_READ,	/* before a locked page is read from swap */
	FF_DELAY_SWAP_OUT,	/* before a locked page is written to swap */
	FF_DELAY_UNMAP,		/* before reclaim, migration or a split unmaps a page */
	FF_DELAY_MIGRATE,	/* before a locked, unmapped page is moved */
	FF_DELAY_REMAP,		/* before a page that was moved or split is mapped again */
	FF_DELAY_FAULT,		/* before a fault looks for its page in the page cache */
	FF_DELAY_MAP,		/* before a fault maps the page that it found and locked */
	FF_DELAY_SEEK,		/* before SEEK_DATA or SEEK_HOLE looks at the page cache */
	FF_DELAY_PINNED,	/* when a direct read or write has its pages */
	FF_DELAY_LOCKED,	/* when a call has got a page of a file locked */
	FF_DELAY_PLACES
};

#define FF_DELAY_MOST_NTH	1000	/* hits of a place that are counted */
#define FF_DELAY_MOST_US	10000	/* at any place; some allow less */

/**
 * struct ff_delay_row - a place
 * @name: as in a program
 * @most_us: longest delay there
 */
struct ff_delay_row {
	const char *name;
	uint32_t most_us;
};

/** ff_delay_row() - the row of a place, which is below FF_DELAY_PLACES */
const struct ff_delay_row *ff_delay_row(unsigned int place);

/** ff_delay_check() - is it within its place's bounds; 0, or -EINVAL with @e->text */
int ff_delay_check(const struct ff_delay *d, struct ff_error *e);

/** ff_delay_parse() - words after "delay": "collapse 3 500"; 0 or -EINVAL with @e->text */
int ff_delay_parse(const char *text, struct ff_delay *d, struct ff_error *e);

/** ff_delay_print() - the same words; returns as snprintf */
size_t ff_delay_print(const struct ff_delay *d, char *out, size_t n);

#endif
