// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/census.h"

#include <stdlib.h>

#define FIRST_ROOM	8192	/* a power of two */
#define MOST_ROOM	(1u << 21)	/* 16 MiB; half of it is used, what comes later is no feature */

static struct ff_census_cell *find(struct ff_census_cell *cell, uint32_t room, uint32_t feature)
{
	uint32_t at = feature * 0x9e3779b1u & (room - 1);

	while (cell[at].feature && cell[at].feature != feature)
		at = (at + 1) & (room - 1);
	return &cell[at];
}

const struct ff_census_cell *ff_census_get(const struct ff_census *s, uint32_t feature)
{
	const struct ff_census_cell *c = s->room ? find(s->cell, s->room, feature) : NULL;

	return c && c->feature ? c : NULL;
}

static bool grow(struct ff_census *s)
{
	uint32_t room = s->room ? s->room * 2 : FIRST_ROOM;
	struct ff_census_cell *cell = room <= MOST_ROOM ? calloc(room, sizeof(*cell)) : NULL;

	if (!cell)
		return false;
	for (uint32_t i = 0; i < s->room; i++)
		if (s->cell[i].feature)
			*find(cell, room, s->cell[i].feature) = s->cell[i];
	free(s->cell);
	s->cell = cell;
	s->room = room;
	return true;
}

struct ff_census_cell *ff_census_cell(struct ff_census *s, uint32_t feature)
{
	struct ff_census_cell *c;

	if (s->n >= s->room / 2 && !grow(s)) {
		c = s->room ? find(s->cell, s->room, feature) : NULL;
		return c && c->feature ? c : NULL;
	}
	c = find(s->cell, s->room, feature);
	s->n += !c->feature;
	c->feature = feature;
	return c;
}

void ff_census_free(struct ff_census *s)
{
	free(s->cell);
	*s = (struct ff_census){ 0 };
}
