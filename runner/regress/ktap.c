// SPDX-License-Identifier: GPL-2.0-only
/* KTAP version 1 (Documentation/dev-tools/ktap.rst). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/regress/formats.h"

/*
 * Where kunit.py believes that the kernel's log ends and reads no further
 * (kunit_parser.py, KTAP_END). Evidence may quote such a line.
 */
static const char *const ends[] = { "List of all partitions:", "Kernel panic - not syncing: VFS:",
				    "reboot: System halted" };

/* '#' would begin a directive; what kunit.py takes for the end gets a blank before its last colon. */
static void put(FILE *out, const char *text)
{
	const char *p = text;

	while (*p) {
		size_t n = 0;

		for (unsigned int i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			if (!strncmp(p, ends[i], strlen(ends[i])))
				n = (size_t)(strrchr(ends[i], ':') - ends[i]);
		if (n)
			fprintf(out, "%.*s :", (int)n, p), p += n + 1;
		else if (*p == '#')
			fputs("\\x23", out), p++;
		else
			fputc(*p++, out);
	}
}

/* On one line, blanks at the ends removed: they would make two names of one. @none: if nothing is left. */
static int put_clean(FILE *out, const char *text, const char *none)
{
	char *clean, *end;

	text += strspn(text, " \t");
	clean = ff_regress_clean(text, strlen(text) * 4, 0);
	if (!clean)
		return -ENOMEM;
	end = clean + strlen(clean);
	while (end > clean && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	put(out, *clean ? clean : none);
	free(clean);
	return 0;
}

/* Lines before the result they are of, each "# ...": none can look like a result or a header. */
static int diagnostics(const struct ff_regress *r, const struct ff_regress_result *x, FILE *out)
{
	char *text = ff_regress_details(r, x), *line, *end;

	if (!text)
		return -ENOMEM;
	for (line = text; *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		fputs("  # ", out);
		put(out, line);
		fputc('\n', out);
	}
	free(text);
	return 0;
}

static int result(const struct ff_regress *r, const struct ff_regress_result *x, unsigned int number, FILE *out)
{
	static const char *const words[FF_REGRESS_VERDICTS] = {
		[FF_REGRESS_FAIL] = "fail: ", [FF_REGRESS_FIXED] = "fixed: ", [FF_REGRESS_SKIP] = "SKIP ",
		[FF_REGRESS_FLAKY] = "SKIP flaky: ", [FF_REGRESS_KNOWN] = "XFAIL ",
	};
	int ret = diagnostics(r, x, out);

	fprintf(out, "  %s %u ", x->verdict == FF_REGRESS_FAIL ? "not ok" : "ok", number);
	if (!ret)
		ret = put_clean(out, r->programs[x->program].name, "unnamed");
	/* What a pass has to say is in its lines: some readers take any word here for a directive. */
	if (!ret && words[x->verdict]) {
		fprintf(out, " # %s", words[x->verdict]);
		ret = put_clean(out, x->reason, "(no reason was given)");
	}
	fputc('\n', out);
	return ret;
}

/* kunit.py knows the end of a subtest by its name, which no result inside may have. */
static int name_is_inside(const struct ff_regress *r, unsigned int kernel)
{
	for (unsigned int i = 0; i < r->nresults; i++)
		if (r->results[i].kernel == kernel &&
		    !strcmp(r->programs[r->results[i].program].name, r->kernels[kernel].name))
			return 1;
	return 0;
}

static int subtest(const struct ff_regress *r, unsigned int kernel, FILE *out, int *failed)
{
	const struct ff_regress_kernel *k = &r->kernels[kernel];
	unsigned int number = 0;
	int ret = 0;

	fputs("  KTAP version 1\n", out);
	if (!name_is_inside(r, kernel)) {
		fputs("  # Subtest: ", out);
		ret = put_clean(out, k->name, "unnamed");
		fputc('\n', out);
	}
	fprintf(out, "  1..%u\n", ff_regress_of_kernel(r, kernel));
	for (unsigned int i = 0; !ret && i < r->nresults; i++)
		if (r->results[i].kernel == kernel) {
			*failed |= r->results[i].verdict == FF_REGRESS_FAIL;
			ret = result(r, &r->results[i], ++number, out);
		}
	return ret;
}

static int is_skip(const struct ff_regress *r, unsigned int kernel)
{
	for (unsigned int i = 0; i < r->nresults; i++)
		if (r->results[i].kernel == kernel && r->results[i].verdict != FF_REGRESS_SKIP &&
		    r->results[i].verdict != FF_REGRESS_FLAKY)
			return 0;
	return 1;
}

static int kernel_result(const struct ff_regress *r, unsigned int kernel, FILE *out)
{
	const struct ff_regress_kernel *k = &r->kernels[kernel];
	int lost = ff_regress_lost(r, kernel), failed = lost, ret = 0;
	unsigned int n = ff_regress_of_kernel(r, kernel);

	/* A plan of no tests is an error to kunit.py: where nothing ran there is no subtest. */
	if (!lost && n)
		ret = subtest(r, kernel, out, &failed);
	if (ret)
		return ret;
	fprintf(out, "%s %u ", failed ? "not ok" : "ok", kernel + 1);
	ret = put_clean(out, k->name, "unnamed");
	if (lost && !ret) {
		fputs(" # ERROR ", out);
		ret = put_clean(out, k->skipped, "");
	} else if (!n) {
		fputs(" # SKIP no program of this shard ran on it", out);
	} else if (is_skip(r, kernel)) {
		fputs(" # SKIP nothing is known for sure of any program", out);
	}
	fputc('\n', out);
	return ret;
}

int ff_regress_ktap(const struct ff_regress *r, FILE *out)
{
	int ret = 0;

	fputs("KTAP version 1\n", out);
	fprintf(out, "1..%u%s\n", r->nkernels, r->nkernels ? "" : " # SKIP no kernel was asked for");
	fputs("# foliofuzz regress, started ", out);
	ret = put_clean(out, r->started, "at a time not recorded");
	fprintf(out, ", shard %u/%u, %.0f s\n", r->shard, r->shards, r->seconds);
	for (unsigned int i = 0; !ret && i < r->nkernels; i++) {
		fputs("# kernel ", out);
		ret = put_clean(out, r->kernels[i].name, "unnamed");
		fputs(": ", out);
		if (!ret)
			ret = put_clean(out, r->kernels[i].release, "no guest ran");
		fputc('\n', out);
	}
	for (unsigned int i = 0; !ret && i < r->nkernels; i++)
		ret = kernel_result(r, i, out);
	if (!ret && (fflush(out) || ferror(out)))
		ret = -EIO;
	return ret;
}
