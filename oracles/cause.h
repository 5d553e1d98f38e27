/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The evidence of a finding: which calls were concerned, what ran beside them,
 * and what the witness saw. Times are microseconds since the program began.
 */
#ifndef FF_ORACLES_CAUSE_H
#define FF_ORACLES_CAUSE_H

#include "oracles/judge.h"

/** ff_cause_call() - one line: what part call @id had, its text, times and result */
void ff_cause_call(struct ff_finding *f, const struct ff_case *c, unsigned int id,
		   const char *role);

/** ff_cause_beside() - a line for each call (but @id) that overlaps [@from, @until] in time */
void ff_cause_beside(struct ff_finding *f, const struct ff_case *c, unsigned int id,
		     uint64_t from, uint64_t until);

/**
 * ff_cause_replaced() - were pages replaced in the page cache beside call @id
 *
 * Names the collapse or the migration of that file that the witness saw, and sets
 * @f->witnessed; without one looks for a call beside it that does such a thing.
 * Return: "collapse", "migration" or "alone", for the signature.
 */
const char *ff_cause_replaced(struct ff_finding *f, const struct ff_case *c, unsigned int id);

/**
 * ff_cause_cow() - was a page taken away from under the direct read of call @id
 *
 * That is: a page that the witness saw pinned for it was replaced by a copy
 * before the read was done. Sets @f->witnessed.
 */
void ff_cause_cow(struct ff_finding *f, const struct ff_case *c, unsigned int id);

/**
 * ff_cause_swap_in() - did a swap-in of call @id fail because the page was punched meanwhile
 *
 * That is: the call's swap-in of a file page ended in ENOENT, and a removal of
 * pages of that file overlapped it. Sets @f->witnessed.
 * Return: 1 when it did.
 */
int ff_cause_swap_in(struct ff_finding *f, const struct ff_case *c, unsigned int id);

/** ff_cause_delays() - a line for each delay of the program that was made, and how long it really was */
void ff_cause_delays(struct ff_finding *f, const struct ff_case *c);

/** ff_cause_witness() - a line on what the witness could not see: SKIP, drops */
void ff_cause_witness(struct ff_finding *f, const struct ff_case *c);

/**
 * ff_cause_merge() - is there already a finding with the signature of the last one
 *
 * If so the last one is taken off again, and the first one says which call saw
 * it too: one run's many victims of one bug are one finding.
 */
void ff_cause_merge(struct ff_findings *all, struct ff_finding *last);

/** ff_cause_result() - what came of a call: "= 4096", "= -1 ENXIO", "has not returned" */
void ff_cause_result(const struct ff_record *r, char *out, size_t n);

/** ff_cause_us() - @ns as microseconds since the program began */
double ff_cause_us(const struct ff_case *c, uint64_t ns);

/** ff_cause_io_error() - does the kernel log tell of an I/O error, or did it when swap failed: then errors are no news */
int ff_cause_io_error(const struct ff_case *c);

#endif
