// SPDX-License-Identifier: GPL-2.0-only
/* JUnit XML, as Jenkins and GitLab read it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/regress/formats.h"

/*
 * Markup is escaped; so are the blanks that a parser would turn into others: newlines and tabs of
 * attributes. What XML cannot say at all is escaped by ff_regress_clean().
 */
static int put(FILE *out, const char *text, int attribute)
{
	char *clean = ff_regress_clean(text, strlen(text) * 4, 1);

	if (!clean)
		return -ENOMEM;
	for (const char *p = clean; *p; p++)
		if (*p == '&')
			fputs("&amp;", out);
		else if (*p == '<')
			fputs("&lt;", out);
		else if (*p == '>')
			fputs("&gt;", out);
		else if (*p == '"')
			fputs("&quot;", out);
		else if (attribute && (*p == '\n' || *p == '\t'))
			fprintf(out, "&#%d;", *p);
		else
			fputc(*p, out);
	free(clean);
	return 0;
}

/* ' name="value"' */
static int put_attribute(FILE *out, const char *name, const char *value)
{
	int ret;

	fprintf(out, " %s=\"", name);
	ret = put(out, value, 1);
	fputc('"', out);
	return ret;
}

static int property(FILE *out, const char *name, const char *value)
{
	int ret;

	if (!value[0])
		return 0;
	fprintf(out, "      <property name=\"%s\"", name);
	ret = put_attribute(out, "value", value);
	fputs("/>\n", out);
	return ret;
}

/* Counts of one kernel, or of all. */
struct counts {
	unsigned int tests, failures, errors, skipped;
	double seconds;
};

static void count(const struct ff_regress *r, unsigned int kernel, struct counts *c)
{
	if (ff_regress_lost(r, kernel)) {
		c->tests++;
		c->errors++;
		return;
	}
	for (unsigned int i = 0; i < r->nresults; i++) {
		const struct ff_regress_result *x = &r->results[i];

		if (x->kernel != kernel)
			continue;
		c->tests++;
		c->failures += x->verdict == FF_REGRESS_FAIL;
		c->skipped += x->verdict == FF_REGRESS_SKIP || x->verdict == FF_REGRESS_KNOWN ||
			      x->verdict == FF_REGRESS_FLAKY;
		c->seconds += x->seconds;
	}
}

static void put_counts(FILE *out, const struct counts *c)
{
	fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.3f\"", c->tests, c->failures,
		c->errors, c->skipped, c->seconds);
}

/* The child that says what became of it; none: passed. */
static int outcome(const struct ff_regress_result *x, const char *details, FILE *out)
{
	char message[sizeof(x->reason) + 16];
	int ret;

	snprintf(message, sizeof(message), "%s: %s", ff_regress_verdict_name(x->verdict), x->reason);
	if (x->verdict == FF_REGRESS_FAIL) {
		fputs("      <failure", out);
		ret = put_attribute(out, "message", x->reason);
		if (!ret)
			ret = put_attribute(out, "type", x->nsignatures ? x->signatures[0].signature : "finding");
		fputc('>', out);
		if (!ret)
			ret = put(out, details, 0);
		fputs("</failure>\n", out);
		return ret;
	}
	fputs("      <skipped", out);
	ret = put_attribute(out, "message", message);
	fputs("/>\n", out);
	return ret;
}

static int testcase(const struct ff_regress *r, const struct ff_regress_result *x, const char *label, FILE *out)
{
	char *details = ff_regress_details(r, x);
	int ret;

	if (!details)
		return -ENOMEM;
	fprintf(out, "    <testcase classname=\"foliofuzz.%s\"", label);
	ret = put_attribute(out, "name", r->programs[x->program].name);
	fprintf(out, " time=\"%.3f\">\n", x->seconds);
	if (!ret && x->verdict != FF_REGRESS_PASS && x->verdict != FF_REGRESS_FIXED)
		ret = outcome(x, details, out);
	if (!ret && x->verdict != FF_REGRESS_FAIL) {
		fputs("      <system-out>", out);
		if (x->verdict == FF_REGRESS_FIXED) {
			fputs("fixed: ", out);
			ret = put(out, x->reason, 0);
			fputc('\n', out);
		}
		if (!ret)
			ret = put(out, details, 0);
		fputs("</system-out>\n", out);
	}
	fputs("    </testcase>\n", out);
	free(details);
	return ret;
}

/* A kernel that gave nothing: one testcase, so that somebody sees it. */
static int lost(const struct ff_regress_kernel *k, const char *label, FILE *out)
{
	int ret;

	fprintf(out, "    <testcase classname=\"foliofuzz.%s\" name=\"kernel\" time=\"0.000\">\n      <error", label);
	ret = put_attribute(out, "message", k->skipped);
	fputs(" type=\"harness\"/>\n    </testcase>\n", out);
	return ret;
}

static int testsuite(const struct ff_regress *r, unsigned int kernel, FILE *out)
{
	const struct ff_regress_kernel *k = &r->kernels[kernel];
	struct counts c = { 0 };
	char label[sizeof(k->name) + 16], started[sizeof(r->started)];
	int ret;

	ff_regress_label(r, kernel, label, sizeof(label));
	count(r, kernel, &c);
	fputs("  <testsuite", out);
	ret = put_attribute(out, "name", k->name);
	put_counts(out, &c);
	/* UTC, and without saying so: the attribute has no room for a zone. */
	snprintf(started, sizeof(started), "%.*s", (int)strcspn(r->started, "Z+"), r->started);
	if (!ret)
		ret = put_attribute(out, "timestamp", started);
	fputs(">\n    <properties>\n", out);
	if (!ret)
		ret = property(out, "release", k->release);
	if (!ret)
		ret = property(out, "version", k->version);
	if (!ret)
		ret = property(out, "append", k->append);
	if (!ret)
		ret = property(out, "accel", k->accel);
	fprintf(out, "      <property name=\"shard\" value=\"%u/%u\"/>\n    </properties>\n", r->shard, r->shards);
	if (!ret && ff_regress_lost(r, kernel))
		ret = lost(k, label, out);
	else
		for (unsigned int i = 0; !ret && i < r->nresults; i++)
			if (r->results[i].kernel == kernel)
				ret = testcase(r, &r->results[i], label, out);
	fputs("  </testsuite>\n", out);
	return ret;
}

int ff_regress_junit(const struct ff_regress *r, FILE *out)
{
	struct counts all = { 0 };
	int ret = 0;

	for (unsigned int i = 0; i < r->nkernels; i++)
		count(r, i, &all);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"foliofuzz\"", out);
	put_counts(out, &all);
	fputs(">\n", out);
	for (unsigned int i = 0; !ret && i < r->nkernels; i++)
		ret = testsuite(r, i, out);
	fputs("</testsuites>\n", out);
	if (!ret && (fflush(out) || ferror(out)))
		ret = -EIO;
	return ret;
}
