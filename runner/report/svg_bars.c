// SPDX-License-Identifier: GPL-2.0-only
/* The bars, marks and labels of a timeline's drawing. */
#include <stdlib.h>
#include <string.h>

#include "runner/report/html.h"
#include "runner/report/svg_draw.h"

#define MARK_WIDTH	21	/* events nearer than that are one mark: room for its number */
#define TITLE_EVENTS	8	/* events that a mark names */

static const char *const looks[] = { "other", "reads", "writes", "drops", "moves", "kernel" };
static const char *const roles[] = { "", " beside", " evidence", " saw" };

static double bar_y(const struct ff_drawing *d, unsigned int i)
{
	const struct ff_tl_bar *b = &d->t->bar[i];

	if (!d->large)
		return d->y[b->lane] + 2;
	return d->y[b->lane] + (b->call >= 0 ? 18 : 27 + 13 * d->row[i]);
}

static void title(const struct ff_drawing *d, const struct ff_tl_bar *b)
{
	const char *role = ff_tl_role_word(b->role);

	fputs("<title>", d->out);
	if (b->call >= 0)
		ff_html_printf(d->out, "call %d, %s: ", b->call, d->t->lane[b->lane].name);
	ff_html_printf(d->out, "%s %s\n[%.1f, ", b->text, b->result, ff_timeline_us(d->t, b->from));
	if (!b->open)
		ff_html_printf(d->out, "%.1f", ff_timeline_us(d->t, b->until));
	ff_html_printf(d->out, "] us%s%s", *role ? "; " : "", role);
	fputs("</title>", d->out);
}

static void bar(const struct ff_drawing *d, unsigned int i)
{
	const struct ff_tl_bar *b = &d->t->bar[i];
	double x = ff_svg_x(d, b->from), w = ff_svg_x(d, b->until) - x, y = bar_y(d, i);
	double h = !d->large ? 7 : b->call >= 0 ? 17 : 9;

	fprintf(d->out, "<rect class=\"bar %s%s%s%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\">",
		looks[b->look], roles[b->role], b->failed ? " failed" : "", b->open ? " open" : "",
		x, y, w < 1.5 ? 1.5 : w, h);
	if (d->large)
		title(d, b);
	fputs("</rect>", d->out);
	if (d->large && b->until > d->until && b->from < d->until)
		fprintf(d->out, "<path class=\"goes-on\" d=\"M%d %.1f l8 %.1f l-8 %.1f z\"/>", FF_SVG_WIDTH - FF_SVG_RIGHT,
			y, h / 2, h / 2);
	fputc('\n', d->out);
}

/* What falls on the same place is drawn once, unless it is a call in the large drawing. */
static bool hidden(const struct ff_drawing *d, unsigned int i, double last[][FF_SVG_ROWS])
{
	const struct ff_tl_bar *b = &d->t->bar[i];
	double end = ff_svg_x(d, b->until), *before = &last[b->lane][d->row[i]];

	if ((d->large && b->call >= 0) || b->role > FF_ROLE_BESIDE)
		return false;
	if (end < *before + (d->large ? 1.5 : 0.5) && end >= *before)
		return true;
	*before = end;
	return false;
}

void ff_svg_bars(struct ff_drawing *d)
{
	double last[FF_TL_LANES][FF_SVG_ROWS] = { 0 };

	/* What matters last: it is drawn over the rest. */
	for (int role = FF_ROLE_NONE; role <= FF_ROLE_SAW; role++)
		for (unsigned int i = 0; i < d->t->nbars; i++) {
			const struct ff_tl_bar *b = &d->t->bar[i];

			if ((int)b->role != role || !ff_svg_shown(d, b->from, b->until))
				continue;
			if (hidden(d, i, last))
				d->hidden++;
			else
				bar(d, i);
		}
}

/**
 * struct heap - marks that are too near each other to be drawn apart
 * @x: of the first
 */
struct heap {
	double x;
	unsigned int first, n;
	enum ff_tl_role role;
};

static void draw_heap(const struct ff_drawing *d, unsigned int lane, const struct heap *h)
{
	double y = d->y[lane] + (d->large ? 4 : 2);
	unsigned int named = 0;
	char text[160];

	fprintf(d->out, "<path class=\"mark%s\" d=\"", roles[h->role]);
	if (h->role >= FF_ROLE_EVIDENCE && d->large)
		fprintf(d->out, "M%.1f %.1f l6 8 l-6 8 l-6 -8 z", h->x, y + 1);
	else
		fprintf(d->out, "M%.1f %.1f v%d", h->x, y + (d->large ? 2 : 0), d->large ? 14 : 7);
	fputs("\">", d->out);
	if (d->large) {
		fputs("<title>", d->out);
		for (unsigned int i = h->first; i < d->t->nmarks && named < h->n && named < TITLE_EVENTS; i++) {
			const struct ff_tl_mark *m = &d->t->mark[i];

			if (m->lane != lane)
				continue;
			ff_timeline_event(d->t, m->event, text, sizeof(text));
			ff_html_printf(d->out, "%s%s, task %u, at %.1f us", named++ ? "\n" : "", text,
				       d->t->c->event[m->event].tid, ff_timeline_us(d->t, m->at));
		}
		if (h->n > named)
			ff_html_printf(d->out, "\nand %u more", h->n - named);
		fputs("</title>", d->out);
	}
	fputs("</path>", d->out);
	if (d->large && h->n > 1)
		fprintf(d->out, "<text class=\"count\" x=\"%.1f\" y=\"%.1f\">%u</text>", h->x + 2, y + 9, h->n);
	fputc('\n', d->out);
}

void ff_svg_marks(const struct ff_drawing *d)
{
	double width = d->large ? MARK_WIDTH : 1.5;

	for (unsigned int lane = 0; lane < d->t->nlanes; lane++) {
		struct heap h = { 0 };

		for (unsigned int i = 0; i < d->t->nmarks; i++) {
			const struct ff_tl_mark *m = &d->t->mark[i];
			double x = ff_svg_x(d, m->at);

			if (m->lane != lane || !ff_svg_shown(d, m->at, m->at))
				continue;
			if (h.n && x >= h.x + width) {
				draw_heap(d, lane, &h);
				h.n = 0;
			}
			if (!h.n)
				h = (struct heap){ .x = x, .first = i };
			h.n++;
			h.role = m->role > h.role ? m->role : h.role;
		}
		if (h.n)
			draw_heap(d, lane, &h);
	}
}

struct taken {
	unsigned int n;
	double from[FF_SVG_LABELS], until[FF_SVG_LABELS];
};

static bool is_free(struct taken *t, double from, double until)
{
	if (t->n == FF_SVG_LABELS || until > FF_SVG_WIDTH)
		return false;
	for (unsigned int i = 0; i < t->n; i++)
		if (from < t->until[i] && until > t->from[i])
			return false;
	t->from[t->n] = from;
	t->until[t->n++] = until;
	return true;
}

/* The longest text that there is room for: all, without the result, the name, the number. */
static void label(const struct ff_drawing *d, const struct ff_tl_bar *b, struct taken *taken)
{
	double x = ff_svg_x(d, b->from < d->from ? d->from : b->from), y = d->y[b->lane] + 13;
	char text[4][260];

	snprintf(text[0], sizeof(text[0]), "%d %s %s", b->call, b->text, b->result);
	snprintf(text[1], sizeof(text[1]), "%d %s", b->call, b->text);
	snprintf(text[2], sizeof(text[2]), "%d %.*s", b->call, (int)strcspn(b->text, " "), b->text);
	if (strstr(b->text, " = "))	/* "m0 = mmap h0 ...": its name is the third word */
		snprintf(text[2], sizeof(text[2]), "%d %.*s", b->call, (int)strcspn(strstr(b->text, " = ") + 3, " "),
			 strstr(b->text, " = ") + 3);
	snprintf(text[3], sizeof(text[3]), "%d", b->call);
	for (int i = 0; i < 4; i++) {
		double width = (double)strlen(text[i]) * FF_SVG_CHAR;
		double at = x + width > FF_SVG_WIDTH - 2 && i < 3 ? FF_SVG_WIDTH - 4 - width : x;

		if (strlen(text[i]) > 60 || !is_free(taken, at - 2, at + width + 4))
			continue;
		fprintf(d->out, "<text class=\"label%s\" x=\"%.1f\" y=\"%.1f\">", roles[b->role], at, y);
		ff_html_text(d->out, text[i]);
		fputs("</text>\n", d->out);
		return;
	}
}

static void kernel_label(const struct ff_drawing *d, unsigned int i)
{
	const struct ff_tl_bar *b = &d->t->bar[i];
	double x = ff_svg_x(d, b->from), width = ff_svg_x(d, b->until) - x;
	size_t room = (size_t)((width - 4) / 5.5), n = strcspn(b->text, " ,");

	if (width < 30)
		return;
	fprintf(d->out, "<text class=\"inside\" x=\"%.1f\" y=\"%.1f\">", x + 3, bar_y(d, i) + 7.5);
	ff_html_printf(d->out, "%.*s", (int)(n < room ? n : room), b->text);
	fputs("</text>\n", d->out);
}

void ff_svg_labels(const struct ff_drawing *d)
{
	struct taken *taken = calloc(FF_TL_LANES, sizeof(*taken));

	for (int role = FF_ROLE_SAW; taken && role >= FF_ROLE_NONE; role--)
		for (unsigned int i = 0; i < d->t->nbars; i++) {
			const struct ff_tl_bar *b = &d->t->bar[i];

			if ((int)b->role != role || !ff_svg_shown(d, b->from, b->until))
				continue;
			if (b->call >= 0)
				label(d, b, &taken[b->lane]);
			else
				kernel_label(d, i);
		}
	free(taken);
}
