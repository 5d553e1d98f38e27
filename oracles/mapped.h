/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages that are mapped though they are in no file, or not filled yet: what the witness saw of them. */
#ifndef FF_ORACLES_MAPPED_H
#define FF_ORACLES_MAPPED_H

#include "oracles/model.h"

/**
 * ff_mapped_event() - did the page of @file at byte @off stay mapped after it left the file
 * @until: as seen until then
 * Return: the last event that says so, or NULL.
 */
const struct ff_event *ff_mapped_event(const struct ff_model *m, unsigned int file, uint64_t off,
				       uint64_t until);

/**
 * ff_unready_event() - was the huge page at byte @off of @file mapped before anything was put there
 * Return: the first event that says so, until then, or NULL.
 */
const struct ff_event *ff_unready_event(const struct ff_model *m, unsigned int file, uint64_t off,
					uint64_t until);

/** ff_mapped_known() - would the witness have seen such pages of this case */
bool ff_mapped_known(const struct ff_case *c);

/** ff_mapped_call() - the call that event @e came from, -1 when none is known */
int ff_mapped_call(const struct ff_case *c, const struct ff_event *e);

/** ff_mapped_evidence() - a line for @e */
void ff_mapped_evidence(struct ff_finding *f, const struct ff_case *c, const struct ff_event *e);

#endif
