// SPDX-License-Identifier: GPL-2.0-only
/* Coverage as a table: how often each call was accepted on each target. */
#include <math.h>
#include <string.h>

#include "fuzzer/call.h"
#include "runner/report/page.h"

/* By target, if the campaign told them apart. */
static const json_t *coverage(const struct ff_report *r)
{
	const json_t *j = json_object_get(r->summary, "coverage");

	return json_object_size(j) ? j : NULL;
}

/* Bit of the target kind with this name, or 0: not one of ours. */
static unsigned int target_bit(const char *name)
{
	struct ff_target t;
	struct ff_error e;

	return ff_target_parse(name, &t, &e) ? 0 : 1U << t.kind;
}

/* One of five shades, by the logarithm: 1 to 1,000,000 and more. */
static int shade(long long n)
{
	int s = 1 + (int)(log10((double)n) * 5 / 6.5);

	return s > 5 ? 5 : s;
}

static void count_cell(long long n, FILE *out)
{
	fprintf(out, "<td class=\"n h%d\">", shade(n));
	ff_html_number(out, (unsigned long long)n);
	fputs("</td>", out);
}

static void cell(const struct ff_op *op, const char *target, long long accepted, FILE *out)
{
	unsigned int bit = target_bit(target);

	if (accepted > 0)
		count_cell(accepted, out);
	else if (bit && !(op->targets & bit))
		fputs("<td class=\"off\">not there</td>", out);
	else
		fputs("<td class=\"none\">\xe2\x9c\x97 never</td>", out);
}

static void total_cells(const struct ff_report *r, const char *call, FILE *out)
{
	const json_t *j = json_object_get(json_object_get(r->summary, "per_call"), call);
	long long done = ff_json_int(j, "done"), accepted = ff_json_int(j, "accepted");

	if (!done) {
		fputs("<td class=\"none\">\xe2\x9c\x97 never made</td><td class=\"n\">0</td>", out);
		return;
	}
	if (!accepted)
		fputs("<td class=\"none\">\xe2\x9c\x97 never accepted</td>", out);
	else
		count_cell(accepted, out);
	fputs("<td class=\"n\">", out);
	ff_html_number(out, (unsigned long long)done);
	fprintf(out, " (%.0f%%)</td>", 100.0 * (double)accepted / (double)done);
}

static void row(const struct ff_report *r, const struct ff_op *op, const json_t *targets, FILE *out)
{
	const char *name;
	json_t *calls;

	fputs("<tr><th scope=\"row\">", out);
	ff_html_text(out, op->name);
	fputs("</th>", out);
	total_cells(r, op->name, out);
	json_object_foreach((json_t *)targets, name, calls)
		cell(op, name, ff_json_int(calls, op->name), out);
	fputs("</tr>\n", out);
}

void ff_page_coverage(const struct ff_report *r, FILE *out)
{
	const json_t *targets = coverage(r);
	const char *name;
	json_t *calls;

	fputs("<h2 id=\"coverage\">Coverage</h2>\n", out);
	if (!targets)
		fputs("<p class=\"note\">summary.json does not tell the targets apart: all of them together.</p>\n", out);
	fputs("<p>How often the kernel accepted each call; the stronger the colour the more, by the logarithm.</p>\n", out);
	ff_html_box(out, "Coverage of calls and targets");
	fputs("<table>\n<thead><tr><th scope=\"col\">Call</th><th scope=\"col\" class=\"n\">Accepted</th>"
	      "<th scope=\"col\" class=\"n\">Made</th>", out);
	json_object_foreach((json_t *)targets, name, calls) {
		fputs("<th scope=\"col\" class=\"n\">", out);
		ff_html_printf(out, "on %s", name);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (unsigned int i = 0; i < FF_OPS; i++)
		row(r, ff_op(i), targets, out);
	fputs("</tbody>\n</table>\n</div>\n", out);
}
