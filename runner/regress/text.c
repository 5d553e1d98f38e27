// SPDX-License-Identifier: GPL-2.0-only
#include "runner/regress/text.h"

#include <string.h>

static const struct ff_regress_result empty = { .verdict = FF_REGRESS_SKIP, .reason = "it was not run" };

static const struct ff_regress_result *result(const struct ff_regress *r, unsigned int program, unsigned int kernel)
{
	const struct ff_regress_result *x = ff_regress_find(r, program, kernel);

	return x ? x : &empty;
}

bool ff_regress_differs(const struct ff_regress *r, unsigned int program)
{
	const struct ff_regress_result *a = result(r, program, 0), *b = result(r, program, 1);

	if ((a->verdict == FF_REGRESS_SKIP) != (b->verdict == FF_REGRESS_SKIP))
		return true;
	/* the second was looked at with what the first did as its baseline */
	return b->verdict == FF_REGRESS_FAIL || b->verdict == FF_REGRESS_FIXED || b->verdict == FF_REGRESS_FLAKY;
}

static void cell(const struct ff_regress_result *x, char *out, size_t n)
{
	if (x->verdict == FF_REGRESS_SKIP)
		snprintf(out, n, "skip");
	else
		snprintf(out, n, "%s %u/%u", ff_regress_verdict_name(x->verdict), x->hits, x->runs);
}

static int kernel_width(const struct ff_regress_kernel *k)
{
	int n = (int)strlen(k->name);

	return n < 11 ? 11 : n;
}

static int program_width(const struct ff_regress *r)
{
	int n = 7;

	for (unsigned int i = 0; i < r->nprograms; i++)
		if ((int)strlen(r->programs[i].name) > n)
			n = (int)strlen(r->programs[i].name);
	return n;
}

static void matrix(const struct ff_regress *r, bool compare, FILE *out)
{
	int width = program_width(r);
	char text[64];

	fprintf(out, "%-*s", width, "program");
	for (unsigned int k = 0; k < r->nkernels; k++)
		fprintf(out, "  %-*s", kernel_width(&r->kernels[k]), r->kernels[k].name);
	fputc('\n', out);
	for (unsigned int i = 0; i < r->nprograms; i++) {
		if (compare && !ff_regress_differs(r, i))
			continue;
		fprintf(out, "%-*s", width, r->programs[i].name);
		for (unsigned int k = 0; k < r->nkernels; k++) {
			cell(result(r, i, k), text, sizeof(text));
			fprintf(out, "  %-*s", kernel_width(&r->kernels[k]), text);
		}
		fputc('\n', out);
	}
}

/* Why, program by program: verdicts that somebody has to look at first. */
static void reasons(const struct ff_regress *r, bool compare, FILE *out)
{
	static const enum ff_regress_verdict order[] = {
		FF_REGRESS_FAIL, FF_REGRESS_FLAKY, FF_REGRESS_FIXED, FF_REGRESS_KNOWN, FF_REGRESS_SKIP,
	};

	for (size_t v = 0; v < sizeof(order) / sizeof(order[0]); v++) {
		bool begun = false;

		for (unsigned int i = 0; i < r->nresults; i++) {
			const struct ff_regress_result *x = &r->results[i];

			if (x->verdict != order[v] || (compare && !ff_regress_differs(r, x->program)))
				continue;
			if (!begun)
				fprintf(out, "\n%s:\n", ff_regress_verdict_name(order[v]));
			begun = true;
			fprintf(out, "  %s on %s: %s\n", r->programs[x->program].name, r->kernels[x->kernel].name, x->reason);
		}
	}
}

/* What "fixed" may be by chance, one by one and all together. */
static void odds_of_fixed(const struct ff_regress *r, double odds, FILE *out)
{
	double none = 1;
	unsigned int n = 0;

	for (unsigned int i = 0; i < r->nresults; i++)
		if (r->results[i].verdict == FF_REGRESS_FIXED) {
			none *= 1 - r->results[i].miss_odds;
			n++;
		}
	if (n)
		fprintf(out, "The odds that any of the %u fixed is none: %.2g at most.\n", n, 1 - none);
	else
		fprintf(out, "\"fixed\" is said when the odds that the bug did not show by chance are %.2g or less.\n", odds);
}

void ff_regress_text(const struct ff_regress *r, bool compare, double odds, FILE *out)
{
	unsigned int differ = 0, runs = 0;

	for (unsigned int i = 0; i < r->nprograms && compare; i++)
		differ += ff_regress_differs(r, i);
	for (unsigned int i = 0; i < r->nresults; i++)
		runs += r->results[i].runs;
	if (!compare || differ)
		matrix(r, compare, out);
	reasons(r, compare, out);
	if (compare)
		fprintf(out, "%s%u of %u programs differ between %s and %s.\n", differ ? "\n" : "", differ, r->nprograms,
			r->kernels[0].name, r->kernels[1].name);
	fputc('\n', out);
	for (unsigned int k = 0; k < r->nkernels; k++)
		fprintf(out, "%s: %s%s%s%s%s%s\n", r->kernels[k].name, r->kernels[k].release[0] ? r->kernels[k].release : "not run",
			r->kernels[k].accel[0] ? " (" : "", r->kernels[k].accel, r->kernels[k].accel[0] ? ")" : "",
			r->kernels[k].skipped[0] ? ": " : "", r->kernels[k].skipped);
	fprintf(out, "%u programs, shard %u/%u, %u runs in %.0f s: ", r->nprograms, r->shard, r->shards, runs, r->seconds);
	for (unsigned int v = 0; v < FF_REGRESS_VERDICTS; v++)
		fprintf(out, "%s%u %s", v ? ", " : "", ff_regress_count(r, v), ff_regress_verdict_name(v));
	fprintf(out, ".\n");
	odds_of_fixed(r, odds, out);
}
