/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a call of a program may show, whatever the threads' order: for checks that
 * are written into a C file and have no history to judge.
 *
 * The answers are the judge's own (oracles/model.h), asked of a made-up history in
 * which the calls of the asking thread follow each other, and each call of another
 * thread lasts from the start of the threads to their end. So all that could overlap does.
 */
#ifndef FF_CORPUS_REPRO_PLAN_H
#define FF_CORPUS_REPRO_PLAN_H

#include <stdbool.h>

#include "fuzzer/program.h"

#define FF_PLAN_WRITES	8	/* more than so many are not worth a line */
#define FF_PLAN_BASE	999	/* "version" of what a raw disk had before */

struct ff_plan;

/**
 * struct ff_plan_part - a stretch of what a call sees
 * @mem: memory slot it is in, -1: what a plain read brought
 * @off, @len: in that memory or in what was read; whole words of the content
 * @place: offset that the words at @off were made for
 * @write, @n: versions that may be there, ascending; 0: a hole. No part has none.
 */
struct ff_plan_part {
	int mem;
	uint64_t off, len, place;
	unsigned int n;
	uint16_t write[FF_PLAN_WRITES];
};

/** ff_plan_open() - for a checked program; NULL: no memory */
struct ff_plan *ff_plan_open(const struct ff_program *p);
void ff_plan_close(struct ff_plan *pl);

/**
 * ff_plan_content() - what call @id sees in memory or in a file
 * @vacuous: also parts where all may be that is ever put there
 * Parts that may hold more than FF_PLAN_WRITES versions, or anything, are left out.
 * Return: parts in @part, at most @max.
 */
unsigned int ff_plan_content(struct ff_plan *pl, unsigned int id, bool vacuous, struct ff_plan_part *part,
			     unsigned int max);

/** ff_plan_changes() - would the call, done, change content that checks build on */
bool ff_plan_changes(struct ff_plan *pl, unsigned int id);

/** ff_plan_size() - bounds of a file's length while call @id runs */
void ff_plan_size(struct ff_plan *pl, unsigned int id, unsigned int file, uint64_t *min, uint64_t *max);

/**
 * ff_plan_data() - the first stretch in [@off, @end) of a file or buffer that is surely data
 * @obj: as in fuzzer/content.h
 * Return: its length, 0 when there is none; *@data: where it begins.
 */
uint64_t ff_plan_data(struct ff_plan *pl, unsigned int id, unsigned int obj, uint64_t off, uint64_t end,
		      uint64_t *data);

/** ff_plan_stays() - may nothing evict or unmap what call @id looks at */
bool ff_plan_stays(struct ff_plan *pl, unsigned int id);

/** ff_plan_object(), ff_plan_offset() - what a memory slot shows, and from where on */
unsigned int ff_plan_object(struct ff_plan *pl, unsigned int mem);
uint64_t ff_plan_offset(struct ff_plan *pl, unsigned int mem);

/** ff_plan_file() - the file of a memory slot's object, or of a handle; -1: none */
int ff_plan_file(struct ff_plan *pl, unsigned int mem);
int ff_plan_handle_file(struct ff_plan *pl, unsigned int handle);

/** ff_plan_shared() - is the slot a shared map of a file */
bool ff_plan_shared(struct ff_plan *pl, unsigned int mem);

#endif
