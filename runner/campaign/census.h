/* SPDX-License-Identifier: GPL-2.0-only */
/* Features that programs of a campaign had, and how many programs. */
#ifndef FF_RUNNER_CENSUS_H
#define FF_RUNNER_CENSUS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct ff_census_cell - one feature
 * @feature: 0 never is one
 * @programs: that had it in their first run
 * @stable: a kept program has it
 */
struct ff_census_cell {
	uint32_t feature;
	uint32_t programs : 31, stable : 1;
};

/** struct ff_census - all of them, as a hash table; all zero is the empty one */
struct ff_census {
	struct ff_census_cell *cell;
	uint32_t room, n, nstable;
};

/** ff_census_get() - or NULL when nobody had it */
const struct ff_census_cell *ff_census_get(const struct ff_census *s, uint32_t feature);

/**
 * ff_census_cell() - its cell, made if it is new
 * Return: the cell, good until the next one is made; NULL without memory, or
 * when there are a million already.
 */
struct ff_census_cell *ff_census_cell(struct ff_census *s, uint32_t feature);

void ff_census_free(struct ff_census *s);

#endif
