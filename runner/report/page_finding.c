// SPDX-License-Identifier: GPL-2.0-only
/* One finding on the page. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/report/page.h"

#define PROGRAM_LINES	300
#define EVIDENCE_LINES	80
#define LOG_LINES	160
#define C_LINES		2500
#define MAX_STACKS	24

static void tags(const struct ff_report_finding *f, FILE *out)
{
	bool known = *ff_json_text(f->j, "known");

	fprintf(out, "<p><span class=\"tag %s\">%s</span> <span class=\"tag plain\">", known ? "known" : "new",
		known ? "\xe2\x97\x86 known" : "\xe2\x9c\x97 new");
	ff_html_printf(out, "%s: %s", ff_json_text(f->j, "oracle"), ff_json_text(f->j, "verdict"));
	fputs("</span>", out);
	if (json_is_true(json_object_get(f->j, "witnessed")))
		fputs(" <span class=\"tag witnessed\">\xe2\x9c\x93 cause witnessed</span>", out);
	fputs("</p>\n", out);
}

static void facts(const struct ff_report_finding *f, FILE *out)
{
	const json_t *j = f->j;
	char seen[100];

	fputs("<ul class=\"facts\">\n", out);
	ff_page_fact(out, "Kernel", "%s (%s)", ff_json_text(j, "kernel"), ff_json_text(j, "release"));
	ff_page_fact(out, "Target", "%s", ff_json_text(j, "target"));
	if (ff_json_int(j, "runs"))
		ff_page_fact(out, "Hits", "%lld of %lld runs", ff_json_int(j, "hits"), ff_json_int(j, "runs"));
	else
		ff_page_fact(out, "Hits", "not replayed");
	ff_report_seen(f, seen, sizeof(seen));
	ff_page_fact(out, "Seen", "%s", seen);
	ff_page_fact(out, "First seen", "%s", ff_json_text(j, "first_seen"));
	ff_page_fact(out, "Last seen", "%s", ff_json_text(j, "last_seen"));
	ff_page_fact(out, "First after", "%lld calls, %.1f guest seconds", ff_json_int(j, "calls_to_first"),
		     ff_json_real(j, "guest_seconds_to_first", 0));
	if (ff_json_int(j, "seed"))
		ff_page_fact(out, "Program", "seed %lld, number %lld", ff_json_int(j, "seed"), ff_json_int(j, "number"));
	else
		ff_page_fact(out, "Program", "mutated from kept ones");
	fputs("</ul>\n", out);
}

static void say_what(const struct ff_report_finding *f, FILE *out)
{
	const char *meaning = ff_report_meaning(ff_json_text(f->j, "oracle"), ff_json_text(f->j, "verdict"));

	if (*meaning)
		ff_html_element(out, "p", meaning);
	ff_html_element(out, "p class=\"mono\"", ff_json_text(f->j, "what"));
	if (*ff_json_text(f->j, "known")) {
		fputs("<p><strong>Known:</strong> ", out);
		ff_html_text(out, ff_json_text(f->j, "known"));
		fputs("</p>\n", out);
	}
}

/* A part that is folded away unless @open; nothing when there is no text. */
static void part(FILE *out, const char *title, const char *text, unsigned int lines, bool open)
{
	if (!text || !*text)
		return;
	fprintf(out, "<details%s>\n<summary>", open ? " open" : "");
	ff_html_text(out, title);
	fputs("</summary>\n", out);
	ff_html_pre(out, title, text, lines);
	fputs("</details>\n", out);
}

static void programs(const struct ff_report *r, const struct ff_report_finding *f, FILE *out)
{
	char *small = ff_report_file(r, f, "minimized/program.ff"), *text = ff_report_file(r, f, "program.ff");
	char why[300] = "", *c = ff_report_c_file(r, f, why, sizeof(why));

	part(out, "Program, minimised", small, PROGRAM_LINES, true);
	part(out, small ? "Program, as it was found" : "Program", text, PROGRAM_LINES, !small);
	if (!text)
		fputs("<p class=\"warning\">The program cannot be read.</p>\n", out);
	part(out, small ? "C file, of the minimised program" : "C file", c, C_LINES, false);
	if (!c) {
		fputs("<p class=\"note\">There is no C file: ", out);
		ff_html_text(out, why);
		fputs(".</p>\n", out);
	}
	free(small);
	free(text);
	free(c);
}

/* What was looked at while a call did not return: tasks with their stacks. */
static void stacks(const struct ff_case *c, FILE *out)
{
	const struct ff_stuck_sample *s;
	unsigned int shown;

	if (!c->stuck || !c->stuck->nsamples)
		return;
	s = &c->stuck->sample[c->stuck->nsamples - 1];
	shown = s->ntasks < MAX_STACKS ? s->ntasks : MAX_STACKS;
	fprintf(out, "<details>\n<summary>Stacks of %u tasks while it did not return</summary>\n", s->ntasks);
	ff_html_box(out, "Stacks");
	fputs("<table>\n<thead><tr><th scope=\"col\">Task</th><th scope=\"col\">State</th>"
	      "<th scope=\"col\">Stack, from the innermost function</th></tr></thead>\n<tbody>\n", out);
	for (unsigned int i = 0; i < shown; i++) {
		const struct ff_stuck_task *t = &s->task[i];

		fputs("<tr><th scope=\"row\">", out);
		ff_html_printf(out, "%u (%.16s)", t->tid, t->comm);
		fputs("</th><td>", out);
		ff_html_printf(out, "%c", t->state);
		fputs("</td><td class=\"mono\">", out);
		for (const char *at = t->stack; *at; at += strcspn(at, "+"), at += *at == '+') {
			ff_html_printf(out, "%.*s", (int)strcspn(at, "+"), at);
			fputs("<br>", out);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody>\n</table>\n</div>\n", out);
	if (s->ntasks > shown)
		fprintf(out, "<p class=\"note\">%u more are in the history.</p>\n", s->ntasks - shown);
	fputs("</details>\n", out);
}

static int timeline(const char *heading, const struct ff_report_case *rc, FILE *out)
{
	struct ff_timeline t;
	int ret;

	ff_html_element(out, "h4", heading);
	fputc('\n', out);
	if (*rc->why) {
		fputs("<p class=\"warning\">", out);
		ff_html_text(out, rc->why);
		fputs("</p>\n", out);
	}
	if (!rc->c)
		return 0;
	ret = ff_timeline_make(&t, rc->c, &rc->shown);
	if (ret)
		return ret;
	if (strcmp(rc->shown.signature, rc->f.signature)) {
		fputs("<p class=\"note\">The kernel log has a clock of its own. What is marked is what the witness saw of the "
		      "same bug, ", out);
		ff_html_text(out, rc->shown.signature);
		fputs(":</p>\n", out);
	}
	ff_page_timeline(&t, out);
	ff_timeline_free(&t);
	return 0;
}

/* Of the minimised program, too, if it was kept how that one showed it. Calls are counted anew in that. */
static int shown_by(const struct ff_report *r, const struct ff_report_finding *f,
		    const struct ff_report_case *found, FILE *out)
{
	struct ff_report_case small;
	int ret = 0;

	ff_report_small_open(&small, r, f);
	if (small.c) {
		ret = timeline("Timeline of the minimised program", &small, out);
		part(out, "Evidence, of the minimised program", small.f.evidence, EVIDENCE_LINES, true);
	}
	if (!ret)
		ret = timeline(small.c ? "Timeline of the program as it was found" : "Timeline", found, out);
	part(out, small.c ? "Evidence, of the program as it was found" : "Evidence", found->f.evidence,
	     EVIDENCE_LINES, true);
	ff_report_case_close(&small);
	return ret;
}

static void reproduce(const struct ff_report_finding *f, bool small, FILE *out)
{
	const char *file = small ? "minimized/program.ff" : "program.ff";

	fputs("<h4>See it again</h4>\n<p class=\"note\">From the campaign's folder:</p>\n"
	      "<pre class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"Commands\">", out);
	ff_html_printf(out, "foliofuzz run findings/%s/%s %s --repeat 20\n", f->name, file, ff_json_text(f->j, "guest"));
	ff_html_printf(out, "foliofuzz judge findings/%s/history\n", f->name);
	if (!small)
		ff_html_printf(out, "foliofuzz minimize findings/%s %s\n", f->name, ff_json_text(f->j, "guest"));
	ff_html_printf(out, "foliofuzz repro findings/%s -o repro.c && gcc -O2 -pthread -o repro repro.c && ./repro\n",
		       f->name);
	ff_html_printf(out, "foliofuzz report . --mail %s\n", f->name);
	ff_html_printf(out, "foliofuzz report . --trace %s -o trace.json    # for https://ui.perfetto.dev\n", f->name);
	fputs("</pre>\n", out);
}

int ff_page_finding(const struct ff_report *r, unsigned int i, FILE *out)
{
	const struct ff_report_finding *f = &r->finding[i];
	char *log = ff_report_file(r, f, "kernel.log"), *small = ff_report_file(r, f, "minimized/program.ff");
	struct ff_report_case rc;
	int ret;

	ff_report_case_open(&rc, r, f, "history");
	fprintf(out, "<article class=\"%s\" aria-labelledby=\"f%u\">\n<h3 id=\"f%u\">",
		*ff_json_text(f->j, "known") ? "known" : "unknown", i + 1, i + 1);
	ff_html_text(out, f->name);
	fputs("</h3>\n", out);
	tags(f, out);
	say_what(f, out);
	facts(f, out);
	ret = shown_by(r, f, &rc, out);
	fputs("<h4>Programs and logs</h4>\n", out);
	programs(r, f, out);
	part(out, "Kernel log", log, LOG_LINES, !strcmp(ff_json_text(f->j, "oracle"), "kernel-log"));
	if (rc.c)
		stacks(rc.c, out);
	reproduce(f, small, out);
	fputs("</article>\n", out);
	ff_report_case_close(&rc);
	free(log);
	free(small);
	return ret;
}
