// SPDX-License-Identifier: GPL-2.0-only
/* The report as one HTML page, which needs nothing but itself. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "runner/cmds.h"
#include "runner/report/page.h"

extern const char ff_report_style[];
__asm__(".pushsection .rodata\n"
	".globl ff_report_style\n"
	"ff_report_style:\n"
	".incbin \"runner/report/style.css\"\n"
	".byte 0\n"
	".popsection\n");

/*
 * All the script there is: what is folded away is opened for the printer. The page
 * permits no other (its SHA-256), whatever a program or a kernel log may say.
 */
#define SCRIPT "addEventListener(\"beforeprint\",()=>{for(const d of document.querySelectorAll(\"details\"))d.open=true})"
#define SCRIPT_SHA256 "4bsvF/7e7AApLhHblkgj1yTTV/KJ0KBF8TRe857NTm8="

void ff_page_fact(FILE *out, const char *term, const char *fmt, ...)
{
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!*text)
		return;
	fputs("<li>", out);
	ff_html_element(out, "span class=\"term\"", term);
	fputc(' ', out);
	ff_html_text(out, text);
	fputs("</li>\n", out);
}

/* "6.1.0-56-cloud-amd64, 6.12.90", or the one release that there is. */
static void kernels(const struct ff_report *r, char *text, size_t n)
{
	const json_t *list = json_object_get(r->summary, "kernels"), *k;
	size_t used = 0, i;

	snprintf(text, n, "%s", ff_json_text(r->summary, "kernel"));
	json_array_foreach(list, i, k) {
		const char *name = json_is_string(k) ? json_string_value(k) : ff_json_text(k, "name");

		if (used < n)
			used += (size_t)snprintf(text + used, n - used, "%s%s", i ? ", " : "", name);
	}
}

static void title(const struct ff_report *r, FILE *out)
{
	char text[400] = "";

	kernels(r, text, sizeof(text));
	if (!*text)
		snprintf(text, sizeof(text), r->regress ? "regression run" : "findings");
	ff_html_printf(out, "foliofuzz: %s", text);
}

static void head(const struct ff_report *r, FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
	      "script-src 'sha256-" SCRIPT_SHA256 "'\">\n"
	      "<meta name=\"generator\" content=\"foliofuzz " FF_VERSION "\">\n<title>", out);
	title(r, out);
	fputs("</title>\n<style>\n", out);
	fputs(ff_report_style, out);
	fputs("</style>\n<script>" SCRIPT "</script>\n</head>\n<body>\n"
	      "<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n", out);
}

static void run_time(const struct ff_report *r, FILE *out)
{
	double s = ff_json_real(r->summary, "seconds", -1), guest = ff_json_real(r->summary, "guest_seconds", -1);

	if (s < 0)
		return;
	if (s >= 7200)
		ff_page_fact(out, "Time", "%.1f hours; %.1f hours in guests", s / 3600, guest / 3600);
	else
		ff_page_fact(out, "Time", "%.0f s; %.0f s in guests", s, guest);
}

void ff_page_head(const struct ff_report *r, FILE *out)
{
	const json_t *j = r->summary;
	char text[400];

	fputs("<header>\n<h1>", out);
	title(r, out);
	fputs("</h1>\n", out);
	if (!j)
		fputs("<p class=\"note\">The folder has no summary.json: what was run is not known.</p>\n", out);
	fputs("<ul class=\"facts\">\n", out);
	kernels(r, text, sizeof(text));
	ff_page_fact(out, "Kernel", "%s", text);
	ff_page_fact(out, "Release", "%s", ff_json_text(j, "release"));
	run_time(r, out);
	ff_page_fact(out, "Ended", "%s", ff_json_text(j, "ended"));
	if (j) {
		if (json_object_get(j, "seed"))
			ff_page_fact(out, "Seed", "%lld", ff_json_int(j, "seed"));
		if (json_array_size(json_object_get(j, "shards")))
			ff_page_fact(out, "Shards", "%zu", json_array_size(json_object_get(j, "shards")));
		ff_page_fact(out, "VMs", "%s, %lld at once, %lld replaced", ff_json_text(j, "accel"),
			     json_object_get(j, "jobs") ? ff_json_int(j, "jobs") : 1, ff_json_int(j, "restarts"));
		ff_page_fact(out, "Programs", "%lld, and %lld replays", ff_json_int(j, "programs"), ff_json_int(j, "replays"));
		ff_page_fact(out, "Calls", "%lld; %.1f%% accepted", ff_json_int(j, "calls"),
			     ff_json_real(j, "accepted_percent", 0));
		ff_page_fact(out, "Witness", "%lld events, %lld lost; %s", ff_json_int(j, "events"), ff_json_int(j, "drops"),
			     ff_json_text(j, "witness"));
		ff_page_fact(out, "Missing", "%s", ff_json_text(j, "notes"));
	}
	fputs("</ul>\n</header>\n", out);
}

static void contents(const struct ff_report *r, FILE *out)
{
	fputs("<nav aria-label=\"Contents\">\n<ul>\n", out);
	for (unsigned int i = 0; i < r->n; i++) {
		bool known = *ff_json_text(r->finding[i].j, "known");

		fprintf(out, "<li><a href=\"#f%u\">", i + 1);
		ff_html_text(out, r->finding[i].name);
		fprintf(out, "</a> <span class=\"tag %s\">%s</span></li>\n", known ? "known" : "new",
			known ? "known" : "new");
	}
	if (r->regress)
		fputs("<li><a href=\"#regression\">Regression matrix</a></li>\n", out);
	if (r->summary)
		fputs("<li><a href=\"#campaign\">Campaign</a></li>\n<li><a href=\"#coverage\">Coverage</a></li>\n", out);
	fputs("</ul>\n</nav>\n", out);
}

static int findings(const struct ff_report *r, FILE *out)
{
	unsigned int known = 0;
	int ret = 0;

	for (unsigned int i = 0; i < r->n; i++)
		known += *ff_json_text(r->finding[i].j, "known") != '\0';
	fputs("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n", out);
	fprintf(out, "<p>%u finding%s: %u new, %u known.</p>\n", r->n, r->n == 1 ? "" : "s", r->n - known, known);
	if (r->unread)
		fprintf(out, "<p class=\"warning\">%u folders under findings/ have no finding.json that can be read, or names that are "
			"no signatures.</p>\n",
			r->unread);
	if (ff_json_int(r->summary, "findings_not_kept"))
		fprintf(out, "<p class=\"warning\">%lld more findings were not kept: there was no room.</p>\n",
			ff_json_int(r->summary, "findings_not_kept"));
	for (unsigned int i = 0; i < r->n && !ret; i++)
		ret = ff_page_finding(r, i, out);
	fputs("</section>\n", out);
	return ret;
}

int ff_report_page(const struct ff_report *r, FILE *out)
{
	int ret;

	head(r, out);
	ff_page_head(r, out);
	fputs("<main>\n", out);
	contents(r, out);
	ret = findings(r, out);
	if (r->regress)
		ff_page_regress(r, out);
	if (r->summary)
		ff_page_campaign(r, out);
	fputs("</main>\n<footer>\n<p class=\"note\">Made by foliofuzz report " FF_VERSION " from what is in the folder. "
	      "Times in timelines are microseconds since the program began, on the clock of the guest.</p>\n</footer>\n"
	      "</body>\n</html>\n", out);
	return ret;
}
