// SPDX-License-Identifier: GPL-2.0-only
/* The drawings of a finding's timeline, and the same in tables for who does not see them. */
#include <string.h>

#include "runner/report/page.h"
#include "runner/report/svg.h"

#define CALL_ROWS	80
#define EVENT_ROWS	80

static void legend(FILE *out)
{
	static const char *const names[] = { "other", "reads", "writes", "drops", "moves", "kernel" };

	fputs("<ul class=\"legend\">\n", out);
	for (int i = 0; i < 6; i++)
		fprintf(out, "<li><svg viewBox=\"0 0 14 12\" aria-hidden=\"true\"><rect class=\"%s\" width=\"14\" "
			"height=\"12\"/></svg>%s</li>\n", names[i], ff_tl_look_word((enum ff_tl_look)i));
	fputs("<li>thick edge: the evidence names it</li>\n<li>red edge: saw the violation</li>\n<li>pale: failed</li>\n"
	      "<li>numbers: the call's in the tables and in the evidence</li>\n</ul>\n", out);
}

static bool in_zoom(const struct ff_timeline *t, uint64_t from, uint64_t until)
{
	return from <= t->zoom_until && until >= t->zoom_from;
}

static void row_class(FILE *out, enum ff_tl_role role)
{
	fprintf(out, "<tr%s>", role == FF_ROLE_SAW ? " class=\"saw\"" :
		role == FF_ROLE_EVIDENCE ? " class=\"evidence\"" : "");
}

static void cell(FILE *out, const char *class, const char *text)
{
	fprintf(out, "<td%s>", class);
	ff_html_text(out, text);
	fputs("</td>", out);
}

static void call_row(const struct ff_timeline *t, const struct ff_tl_bar *b, FILE *out)
{
	char from[40], until[40] = "";

	snprintf(from, sizeof(from), "%.1f", ff_timeline_us(t, b->from));
	if (!b->open)
		snprintf(until, sizeof(until), "%.1f", ff_timeline_us(t, b->until));
	row_class(out, b->role);
	fprintf(out, "<th scope=\"row\" class=\"n\">%d</th>", b->call);
	cell(out, "", t->lane[b->lane].name);
	cell(out, " class=\"mono\"", b->text);
	cell(out, " class=\"mono\"", b->result);
	cell(out, " class=\"n\"", from);
	cell(out, " class=\"n\"", until);
	cell(out, "", ff_tl_role_word(b->role));
	fputs("</tr>\n", out);
}

static void head_row(FILE *out, const char *caption, const char *const *names)
{
	fputs("<table>\n", out);
	ff_html_element(out, "caption", caption);
	fputs("\n<thead><tr>", out);
	for (; *names; names++)
		ff_html_element(out, "th scope=\"col\"", *names);
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void calls(const struct ff_timeline *t, FILE *out)
{
	static const char *const names[] = { "Call", "Thread", "What", "Result", "From, us", "To, us", "Part", NULL };
	unsigned int shown = 0, more = 0;

	if (!t->nbars || t->bar[0].call < 0)
		return;
	fputs("<details>\n<summary>Calls, as a table</summary>\n", out);
	ff_html_box(out, "Calls of the timeline");
	head_row(out, "What is drawn large, and what the evidence names", names);
	for (unsigned int i = 0; i < t->nbars; i++) {
		const struct ff_tl_bar *b = &t->bar[i];

		if (b->call < 0)
			continue;
		if ((b->role == FF_ROLE_NONE && !in_zoom(t, b->from, b->until)) || shown == CALL_ROWS) {
			more++;
			continue;
		}
		call_row(t, b, out);
		shown++;
	}
	fputs("</tbody>\n</table>\n</div>\n", out);
	if (more)
		fprintf(out, "<p class=\"note\">%u more calls are in the overview, in the history and in the trace.</p>\n", more);
	fputs("</details>\n", out);
}

static void event_row(const struct ff_timeline *t, unsigned int lane, enum ff_tl_role role, const char *text,
		      uint64_t from, uint64_t until, FILE *out)
{
	char a[40], b[40] = "";

	snprintf(a, sizeof(a), "%.1f", ff_timeline_us(t, from));
	if (until > from)
		snprintf(b, sizeof(b), "%.1f", ff_timeline_us(t, until));
	row_class(out, role);
	fputs("<th scope=\"row\">", out);
	ff_html_text(out, t->lane[lane].name);
	fputs("</th>", out);
	cell(out, " class=\"mono\"", text);
	cell(out, " class=\"n\"", a);
	cell(out, " class=\"n\"", b);
	cell(out, "", ff_tl_role_word(role));
	fputs("</tr>\n", out);
}

/* Those that the evidence names first: there may be thousands of the others. */
static void event_rows(const struct ff_timeline *t, bool named, unsigned int *shown, unsigned int *more, FILE *out)
{
	char text[260];

	for (unsigned int i = 0; i < t->nbars; i++) {
		const struct ff_tl_bar *b = &t->bar[i];

		if (b->call >= 0 || (b->role >= FF_ROLE_EVIDENCE) != named)
			continue;
		if (*shown == EVENT_ROWS || (!named && !in_zoom(t, b->from, b->until))) {
			++*more;
			continue;
		}
		++*shown;
		snprintf(text, sizeof(text), "%s%s%s", b->text, *b->result ? ", " : "", b->result);
		event_row(t, b->lane, b->role, text, b->from, b->until, out);
	}
	for (unsigned int i = 0; i < t->nmarks; i++) {
		const struct ff_tl_mark *m = &t->mark[i];

		if ((m->role >= FF_ROLE_EVIDENCE) != named)
			continue;
		if (*shown == EVENT_ROWS || (!named && !in_zoom(t, m->at, m->at))) {
			++*more;
			continue;
		}
		++*shown;
		ff_timeline_event(t, m->event, text, sizeof(text) - 20);
		snprintf(text + strlen(text), 20, ", task %u", t->c->event[m->event].tid);
		event_row(t, m->lane, m->role, text, m->at, m->at, out);
	}
}

static void events(const struct ff_timeline *t, FILE *out)
{
	static const char *const names[] = { "Of", "What", "From, us", "To, us", "Part", NULL };
	unsigned int shown = 0, more = 0;

	if (!t->c->nevents)
		return;
	fputs("<details>\n<summary>What the witness saw, as a table</summary>\n", out);
	ff_html_box(out, "Events of the timeline");
	head_row(out, "First what the evidence names, then what is drawn large", names);
	event_rows(t, true, &shown, &more, out);
	event_rows(t, false, &shown, &more, out);
	fputs("</tbody>\n</table>\n</div>\n", out);
	if (more)
		fprintf(out, "<p class=\"note\">%u more are in the file witness and in the trace.</p>\n", more);
	fputs("</details>\n", out);
}

static void moment(const struct ff_timeline *t, FILE *out)
{
	fputs("<p>", out);
	if (t->violated)
		ff_html_printf(out, "Violation at %.1f us%s%s: ", ff_timeline_us(t, t->violation),
			       t->violation_lane >= 0 ? ", " : "",
			       t->violation_lane >= 0 ? t->lane[t->violation_lane].name : "");
	ff_html_text(out, t->why);
	fputs("</p>\n", out);
}

void ff_page_timeline(const struct ff_timeline *t, FILE *out)
{
	unsigned int hidden;
	bool all = t->zoom_from == t->from && t->zoom_until == t->until;

	moment(t, out);
	if (!all) {
		fputs("<p class=\"note\">The whole run, the framed part of it large:</p>\n", out);
		ff_html_box(out, "Overview of the timeline");
		ff_svg_overview(t, out);
		fputs("</div>\n", out);
	}
	ff_html_box(out, "Timeline");
	hidden = ff_svg_zoom(t, out);
	fputs("</div>\n", out);
	if (hidden)
		fprintf(out, "<p class=\"note\">Not drawn, too short beside others: %u stretches of the kernel.</p>\n",
			hidden);
	legend(out);
	calls(t, out);
	events(t, out);
	if (t->c->drops)
		fprintf(out, "<p class=\"warning\">%llu events of the witness were lost.</p>\n", (unsigned long long)t->c->drops);
}
