// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/sprt.h"

#include <math.h>

#define CUT	6	/* times the runs of the shortest refusal: then the nearer of the two rates */

void ff_sprt_begin(struct ff_sprt *s, double p0, double p1, double alpha)
{
	*s = (struct ff_sprt){
		.p0 = p0, .p1 = p1, .hit = log(p1 / p0), .miss = log((1 - p1) / (1 - p0)),
		.upper = log((1 - FF_SPRT_BETA) / alpha), .lower = log(FF_SPRT_BETA / (1 - alpha)),
	};
}

/* A rate between the two could take for ever. */
static bool too_long(const struct ff_sprt *s)
{
	return s->runs >= CUT * ceil(s->lower / s->miss);
}

enum ff_sprt_says ff_sprt_run(struct ff_sprt *s, bool hit)
{
	s->runs++;
	s->hits += hit;
	s->ratio += hit ? s->hit : s->miss;
	if (s->ratio >= s->upper)
		return FF_SPRT_YES;
	if (s->ratio <= s->lower)
		return FF_SPRT_NO;
	if (too_long(s))
		return s->ratio > 0 ? FF_SPRT_YES : FF_SPRT_NO;
	return FF_SPRT_MORE;
}

unsigned int ff_sprt_least(const struct ff_sprt *s)
{
	double up = ceil((s->upper - s->ratio) / s->hit), down = ceil((s->lower - s->ratio) / s->miss);
	double least = up < down ? up : down;

	return least < 1 ? 1 : (unsigned int)least;
}

double ff_rate_low(unsigned int hits, unsigned int runs)
{
	const double z = 1.645;
	double n = runs, p = runs ? hits / n : 0, low;

	if (!runs)
		return 0;
	low = (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n);
	return low < 0 ? 0 : low;
}

double ff_rate_unseen(unsigned int runs)
{
	return runs ? 1 - pow(0.05, 1.0 / runs) : 1;
}
