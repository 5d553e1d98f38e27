// SPDX-License-Identifier: GPL-2.0-only
/* A timeline as SVG: lanes, axis, the moment of violation. */
#include <stdlib.h>
#include <string.h>

#include "runner/report/axis.h"
#include "runner/report/html.h"
#include "runner/report/svg_draw.h"

#define TOP_LARGE	44
#define TOP_SMALL	6
#define LANE_LARGE	42
#define LANE_SMALL	11

double ff_svg_x(const struct ff_drawing *d, uint64_t ns)
{
	double part;

	if (ns <= d->from)
		return FF_SVG_LEFT;
	if (ns >= d->until)
		return FF_SVG_LEFT + FF_SVG_PLOT;
	part = (double)(ns - d->from) / (double)(d->until - d->from);
	return FF_SVG_LEFT + part * FF_SVG_PLOT;
}

bool ff_svg_shown(const struct ff_drawing *d, uint64_t from, uint64_t until)
{
	return from <= d->until && until >= d->from;
}

bool ff_svg_is_thread(const struct ff_tl_lane *l)
{
	return l->kind == FF_LANE_SETUP || l->kind == FF_LANE_THREAD;
}

/* Bars of the kernel overlap: each gets the first row of its lane that is free there. */
static void place_rows(struct ff_drawing *d, unsigned int *rows)
{
	double end[FF_TL_LANES][FF_SVG_ROWS] = { 0 };

	for (unsigned int i = 0; i < d->t->nbars; i++) {
		const struct ff_tl_bar *b = &d->t->bar[i];
		unsigned int r = 0;

		if (b->call >= 0 || !ff_svg_shown(d, b->from, b->until))
			continue;
		while (r < FF_SVG_ROWS - 1 && end[b->lane][r] > ff_svg_x(d, b->from))
			r++;
		d->row[i] = (unsigned char)r;
		end[b->lane][r] = ff_svg_x(d, b->until) + 0.5;
		rows[b->lane] = rows[b->lane] > r + 1 ? rows[b->lane] : r + 1;
	}
}

/* The setup is over by then, mostly: no room for a lane in which nothing is. */
static bool is_empty(const struct ff_drawing *d, unsigned int lane)
{
	for (unsigned int i = 0; i < d->t->nbars; i++)
		if (d->t->bar[i].lane == lane && ff_svg_shown(d, d->t->bar[i].from, d->t->bar[i].until))
			return false;
	return d->large && d->t->lane[lane].kind == FF_LANE_SETUP;
}

static void place_lanes(struct ff_drawing *d)
{
	unsigned int rows[FF_TL_LANES] = { 0 };
	double y = d->large ? TOP_LARGE : TOP_SMALL;

	place_rows(d, rows);
	for (unsigned int i = 0; i < d->t->nlanes; i++) {
		d->y[i] = y;
		d->height[i] = is_empty(d, i) ? 0 : !d->large ? LANE_SMALL : ff_svg_is_thread(&d->t->lane[i]) ? LANE_LARGE :
			       32 + 13 * (rows[i] > 1 ? rows[i] - 1 : 0) + (rows[i] ? 10 : 0);
		y += d->height[i];
	}
	d->bottom = y;
}

static void draw_lanes(const struct ff_drawing *d)
{
	for (unsigned int i = 0; i < d->t->nlanes; i++) {
		if (!d->height[i])
			continue;
		fprintf(d->out, "<rect class=\"lane%s\" x=\"0\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>",
			i % 2 ? " odd" : "", d->y[i], FF_SVG_WIDTH, d->height[i]);
		fprintf(d->out, "<text class=\"name\" x=\"6\" y=\"%.1f\">", d->y[i] + (d->large ? 28 : 9));
		ff_html_text(d->out, d->t->lane[i].name);
		fputs("</text>\n", d->out);
	}
}

/* Ticks of the axis: microseconds since the program began. */
static void draw_axis(const struct ff_drawing *d)
{
	double from = ff_timeline_us(d->t, d->from), until = ff_timeline_us(d->t, d->until);
	double step = ff_axis_step(until - from, 8);
	char text[40];

	for (long long k = (long long)(from / step) - 1; (double)k * step <= until; k++) {
		double x = FF_SVG_LEFT + ((double)k * step - from) / (until - from) * FF_SVG_PLOT;

		if ((double)k * step < from)
			continue;
		ff_axis_us((double)k * step, step, text, sizeof(text));
		fprintf(d->out, "<path class=\"grid\" d=\"M%.1f %d V%.1f\"/>", x, d->large ? TOP_LARGE : TOP_SMALL, d->bottom);
		fprintf(d->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\"%s>%s</text>\n", x, d->bottom + 14,
			x > FF_SVG_WIDTH - 40 ? " text-anchor=\"end\"" : " text-anchor=\"middle\"", text);
	}
}

static void draw_violation(const struct ff_drawing *d)
{
	bool late = d->t->violation > d->until, early = d->t->violation < d->from;
	double x = ff_svg_x(d, d->t->violation), us = ff_timeline_us(d->t, d->t->violation);
	bool left = x > FF_SVG_WIDTH - 330;

	if (!d->t->violated)
		return;
	if (!late && !early)
		fprintf(d->out, "<path class=\"violation\" d=\"M%.1f %d V%.1f\"/>", x, d->large ? 22 : 2, d->bottom);
	if (!d->large) {
		fprintf(d->out, "<path class=\"arrow\" d=\"M%.1f 0 h8 l-4 7 z\"/>\n", x - 4);
		return;
	}
	if (!late && !early)
		fprintf(d->out, "<path class=\"arrow\" d=\"M%.1f 22 h12 l-6 11 z\"/>", x - 6);
	fprintf(d->out, "<text class=\"moment\" x=\"%.1f\" y=\"16\"%s>", x, left ? " text-anchor=\"end\"" : "");
	ff_html_printf(d->out, "%sviolation at %.1f us%s", early ? "\xe2\x86\x90 " : "", us,
		       late ? " \xe2\x86\x92" : "");
	fputs("<title>", d->out);
	ff_html_text(d->out, d->t->why);
	fputs("</title></text>\n", d->out);
}

static void draw_frame(const struct ff_drawing *d)
{
	double x = ff_svg_x(d, d->t->zoom_from), w = ff_svg_x(d, d->t->zoom_until) - x;

	fprintf(d->out, "<rect class=\"frame\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%.1f\">"
		"<title>shown large below</title></rect>\n", x - 1, TOP_SMALL - 2, w < 2 ? 4 : w + 2, d->bottom - TOP_SMALL + 4);
}

static void draw(struct ff_drawing *d)
{
	d->row = calloc(d->t->nbars + 1, 1);
	if (!d->row)
		return;
	place_lanes(d);
	fprintf(d->out, "<svg class=\"timeline\" viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\" role=\"img\" "
		"aria-label=\"", FF_SVG_WIDTH, d->bottom + 20, FF_SVG_WIDTH, d->bottom + 20);
	ff_html_printf(d->out, "%s, %.1f to %.1f us; the tables below say the same in words",
		       d->large ? "Timeline around the violation" : "Timeline of the whole run",
		       ff_timeline_us(d->t, d->from), ff_timeline_us(d->t, d->until));
	fputs("\">\n", d->out);
	draw_lanes(d);
	draw_axis(d);
	ff_svg_bars(d);
	ff_svg_marks(d);
	if (d->large)
		ff_svg_labels(d);
	else
		draw_frame(d);
	draw_violation(d);
	fputs("</svg>\n", d->out);
	free(d->row);
}

unsigned int ff_svg_zoom(const struct ff_timeline *t, FILE *out)
{
	struct ff_drawing d = { .t = t, .out = out, .from = t->zoom_from, .until = t->zoom_until, .large = true };

	draw(&d);
	return d.hidden;
}

void ff_svg_overview(const struct ff_timeline *t, FILE *out)
{
	struct ff_drawing d = { .t = t, .out = out, .from = t->from, .until = t->until };

	draw(&d);
}
