// SPDX-License-Identifier: GPL-2.0-only
/* The regression matrix: kept programs by kernels, and below what came of each pair. */
#include <errno.h>
#include <string.h>

#include "runner/regress/result.h"
#include "runner/report/page.h"

#define LOG_LINES 60

/* A sign and a word for each verdict: the colour only repeats them. */
static const struct {
	const char *sign, *word;
} verdicts[FF_REGRESS_VERDICTS] = {
	[FF_REGRESS_PASS] = { "\xe2\x9c\x93", "pass" },
	[FF_REGRESS_FAIL] = { "\xe2\x9c\x97", "FAIL" },
	[FF_REGRESS_SKIP] = { "\xe2\x80\x93", "skip" },
	[FF_REGRESS_KNOWN] = { "\xe2\x97\x86", "known" },
	[FF_REGRESS_FIXED] = { "\xe2\x98\x85", "fixed" },
	[FF_REGRESS_FLAKY] = { "~", "flaky" },
};

static void pair_id(const struct ff_regress_result *x, FILE *out)
{
	fprintf(out, "r%u-%u", x->program + 1, x->kernel + 1);
}

/* What needs a word more than its verdict. */
static bool has_details(const struct ff_regress_result *x)
{
	return x->verdict != FF_REGRESS_PASS || x->nsignatures;
}

static void cell(const struct ff_regress_result *x, FILE *out)
{
	if (!x) {
		fputs("<td class=\"off\">not run</td>", out);
		return;
	}
	fprintf(out, "<td class=\"v-%s\">", ff_regress_verdict_name(x->verdict));
	if (has_details(x)) {
		fputs("<a href=\"#", out);
		pair_id(x, out);
		fputs("\">", out);
	}
	fprintf(out, "%s %s", verdicts[x->verdict].sign, verdicts[x->verdict].word);
	if (has_details(x))
		fputs("</a>", out);
	if (x->verdict != FF_REGRESS_SKIP)
		fprintf(out, " <span class=\"off\">%u/%u</span>", x->hits, x->runs);
	fputs("</td>", out);
}

static void matrix(const struct ff_regress *r, FILE *out)
{
	ff_html_box(out, "Regression matrix");
	fputs("<table>\n<caption>Each cell: the verdict, and in how many of the runs something showed</caption>\n"
	      "<thead><tr><th scope=\"col\">Program</th>", out);
	for (unsigned int k = 0; k < r->nkernels; k++) {
		fputs("<th scope=\"col\">", out);
		ff_html_text(out, r->kernels[k].name);
		fputs("<br><span class=\"off\">", out);
		ff_html_text(out, *r->kernels[k].release ? r->kernels[k].release : r->kernels[k].skipped);
		fputs("</span></th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (unsigned int p = 0; p < r->nprograms; p++) {
		fputs("<tr><th scope=\"row\">", out);
		ff_html_text(out, r->programs[p].name);
		fputs("</th>", out);
		for (unsigned int k = 0; k < r->nkernels; k++)
			cell(ff_regress_find(r, p, k), out);
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table>\n</div>\n", out);
}

static void legend(FILE *out)
{
	static const char *const means[FF_REGRESS_VERDICTS] = {
		[FF_REGRESS_PASS] = "silent, as it should be",
		[FF_REGRESS_FAIL] = "something showed that the baseline does not know",
		[FF_REGRESS_SKIP] = "not run, or it says nothing",
		[FF_REGRESS_KNOWN] = "what showed is in the baseline",
		[FF_REGRESS_FIXED] = "what the baseline knows did not show any more",
		[FF_REGRESS_FLAKY] = "neither is sure",
	};

	fputs("<ul class=\"legend\">\n", out);
	for (int v = 0; v < FF_REGRESS_VERDICTS; v++)
		fprintf(out, "<li><span class=\"tag v-%s\">%s %s</span> %s</li>\n",
			ff_regress_verdict_name((enum ff_regress_verdict)v), verdicts[v].sign, verdicts[v].word, means[v]);
	fputs("</ul>\n", out);
}

static void odds(const struct ff_regress_result *x, FILE *out)
{
	if (x->rate >= 0)
		ff_page_fact(out, "Rate in the baseline", "%.3g of the runs", x->rate);
	if (x->miss_odds >= 0)
		ff_page_fact(out, "Odds of missing it in so many runs", "%.2g", x->miss_odds);
}

static void details(const struct ff_regress *r, const struct ff_regress_result *x, FILE *out)
{
	const struct ff_regress_program *p = &r->programs[x->program];

	fputs("<details id=\"", out);
	pair_id(x, out);
	fprintf(out, "\"%s>\n<summary>%s %s: ", x->verdict == FF_REGRESS_FAIL ? " open" : "", verdicts[x->verdict].sign,
		verdicts[x->verdict].word);
	ff_html_printf(out, "%s on %s", p->name, r->kernels[x->kernel].name);
	fputs("</summary>\n", out);
	ff_html_element(out, "p", p->about);
	fputs("\n<ul class=\"facts\">\n", out);
	ff_page_fact(out, "Why", "%s", x->reason);
	ff_page_fact(out, "Hits", "%u of %u runs, %.1f s", x->hits, x->runs, x->seconds);
	for (unsigned int i = 0; i < x->nsignatures; i++)
		ff_page_fact(out, "Showed", "%s, %u times%s%s", x->signatures[i].signature, x->signatures[i].hits,
			     *x->signatures[i].what ? ": " : "", x->signatures[i].what);
	for (unsigned int i = 0; i < x->nexpected; i++)
		ff_page_fact(out, "Is about", "%s%s%s", x->expected[i].signature, *x->expected[i].known ? ": " : "",
			     x->expected[i].known);
	odds(x, out);
	ff_page_fact(out, "Source", "%s", p->source);
	ff_page_fact(out, "File", "%s", p->path);
	fputs("</ul>\n", out);
	if (x->log && *x->log)
		ff_html_pre(out, "Evidence", x->log, LOG_LINES);
	fputs("</details>\n", out);
}

static void counts(const struct ff_regress *r, FILE *out)
{
	fputs("<p>", out);
	fprintf(out, "%u programs on %u kernels, %.0f s", r->nprograms, r->nkernels, r->seconds);
	if (r->shards > 1)
		fprintf(out, ", shard %u of %u", r->shard, r->shards);
	for (int v = 0; v < FF_REGRESS_VERDICTS; v++)
		if (ff_regress_count(r, (enum ff_regress_verdict)v))
			fprintf(out, ", %u %s", ff_regress_count(r, (enum ff_regress_verdict)v), verdicts[v].word);
	fputs(". Started ", out);
	ff_html_text(out, r->started);
	fputs("</p>\n", out);
}

void ff_page_regress(const struct ff_report *r, FILE *out)
{
	struct ff_regress result;
	char why[300] = "no memory";

	fputs("<section aria-labelledby=\"regression\">\n<h2 id=\"regression\">Regression matrix</h2>\n", out);
	if (ff_regress_from_json(&result, r->regress, why, sizeof(why))) {
		fputs("<p class=\"warning\">regress.json cannot be read: ", out);
		ff_html_text(out, why);
		fputs("</p>\n</section>\n", out);
		return;
	}
	counts(&result, out);
	matrix(&result, out);
	legend(out);
	fputs("<h3>Details</h3>\n", out);
	for (unsigned int i = 0; i < result.nresults; i++)
		if (has_details(&result.results[i]))
			details(&result, &result.results[i], out);
	ff_regress_free(&result);
	fputs("</section>\n", out);
}
