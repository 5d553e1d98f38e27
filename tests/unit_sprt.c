// SPDX-License-Identifier: GPL-2.0-only
/* The sequential test keeps its promises on coins of known rates, and is short where the case is clear. */
#include <stdlib.h>

#include "corpus/sprt.h"
#include "tests/tap.h"

#define COINS	4000

/* Share of tests that say yes to a coin of this rate; *@mean: runs of a test. */
static double passed(double rate, double p0, double p1, double *mean)
{
	enum ff_sprt_says says;
	unsigned int yes = 0;
	struct ff_sprt s;

	*mean = 0;
	for (unsigned int i = 0; i < COINS; i++) {
		ff_sprt_begin(&s, p0, p1, FF_SPRT_ALPHA);
		do
			says = ff_sprt_run(&s, drand48() < rate);
		while (says == FF_SPRT_MORE);
		yes += says == FF_SPRT_YES;
		*mean += (double)s.runs / COINS;
	}
	return (double)yes / COINS;
}

static void promises(void)
{
	static const double p1[] = { 0.05, 0.1, 0.25, 0.55, 0.9 };
	double share, mean;

	for (unsigned int i = 0; i < sizeof(p1) / sizeof(p1[0]); i++) {
		share = passed(p1[i], p1[i] / 3, p1[i], &mean);
		tap_ok(share > 1 - FF_SPRT_BETA - 0.02, "rate %.2f as asked for passes: %.3f (%.1f runs)", p1[i], share, mean);
		share = passed(p1[i] / 3, p1[i] / 3, p1[i], &mean);
		tap_ok(share < FF_SPRT_ALPHA + 0.02, "a third of it does not: %.3f (%.1f runs)", share, mean);
		share = passed(p1[i] / 1.7, p1[i] / 3, p1[i], &mean);
		tap_ok(mean < 12 / p1[i], "what lies between is decided too: %.1f runs", mean);
	}
}

static void clear_cases(void)
{
	struct ff_sprt s;
	unsigned int n;

	ff_sprt_begin(&s, 0.55 / 3, 0.55, FF_SPRT_ALPHA);
	for (n = 1; ff_sprt_run(&s, true) == FF_SPRT_MORE; n++)
		;
	tap_is_int(n, 3, "three hits are enough for a good program");
	ff_sprt_begin(&s, 0.55 / 3, 0.55, FF_SPRT_ALPHA);
	tap_is_int(ff_sprt_least(&s), 3, "and the test knows that");
	for (n = 1; ff_sprt_run(&s, false) == FF_SPRT_MORE; n++)
		;
	tap_is_int(n, 4, "four misses refuse one");
	tap_is_int(ff_sprt_least(&s), 1, "at least one run, whatever stands");
}

static void bounds(void)
{
	tap_ok(ff_rate_low(0, 10) < 0.001 && ff_rate_low(0, 0) == 0, "no hit proves nothing");
	tap_ok(ff_rate_low(10, 10) > 0.75 && ff_rate_low(10, 10) < 0.9, "10 of 10: %.2f at least", ff_rate_low(10, 10));
	tap_ok(ff_rate_low(50, 100) > 0.4 && ff_rate_low(50, 100) < 0.45, "50 of 100: %.2f at least", ff_rate_low(50, 100));
	tap_ok(ff_rate_unseen(300) > 0.0099 && ff_rate_unseen(300) < 0.01, "300 runs would show 1 %%");
}

int main(void)
{
	srand48(1);
	promises();
	clear_cases();
	bounds();
	return tap_done();
}
