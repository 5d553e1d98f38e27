// SPDX-License-Identifier: GPL-2.0-only
#include "runner/report/plot.h"

#include <math.h>

#include "runner/report/axis.h"
#include "runner/report/html.h"

#define WIDTH	440
#define HEIGHT	210
#define LEFT	46
#define RIGHT	12
#define TOP	10
#define BOTTOM	24
#define STYLES	8	/* of lines; more are drawn in the same ones again */
#define KEYS	8	/* in the legend */

struct range {
	double x0, x1, y1;
};

static struct range range_of(const struct ff_line *line, unsigned int n)
{
	struct range r = { INFINITY, -INFINITY, 0 };

	for (unsigned int i = 0; i < n; i++)
		for (unsigned int k = 0; k < line[i].n; k++) {
			r.x0 = fmin(r.x0, line[i].x[k]);
			r.x1 = fmax(r.x1, line[i].x[k]);
			r.y1 = fmax(r.y1, line[i].y[k]);	/* fmax() passes over NAN */
		}
	r.x0 = fmin(r.x0, 0);
	if (!(r.x1 > r.x0))
		r.x1 = r.x0 + 1;
	if (!(r.y1 > 0))
		r.y1 = 1;
	return r;
}

static double px(const struct range *r, double x)
{
	return LEFT + (x - r->x0) / (r->x1 - r->x0) * (WIDTH - LEFT - RIGHT);
}

static double py(const struct range *r, double y)
{
	return HEIGHT - BOTTOM - y / r->y1 * (HEIGHT - TOP - BOTTOM);
}

static void axes(FILE *out, struct range *r, bool counts)
{
	double step = counts ? fmax(ff_axis_step(r->y1, 4), 1) : ff_axis_step(r->y1, 4), x = ff_axis_seconds_step(r->x1 - r->x0, 5);
	char text[40];

	r->y1 = ceil(r->y1 / step - 1e-9) * step;
	for (double v = 0; v <= r->y1 * 1.0001; v += step) {
		ff_axis_number(v, text, sizeof(text));
		fprintf(out, "<path class=\"grid\" d=\"M%d %.1f H%d\"/>", LEFT, py(r, v), WIDTH - RIGHT);
		fprintf(out, "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 5,
			py(r, v) + 4, text);
	}
	for (double v = ceil(r->x0 / x) * x; v <= r->x1 * 1.0001; v += x) {
		ff_axis_seconds(v, r->x1 - r->x0, text, sizeof(text));
		fprintf(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", px(r, v), HEIGHT - 7,
			px(r, v) > WIDTH - 30 ? "end" : "middle", text);
	}
}

/* No more points than can be told apart: of those at the same place the last. */
static void curve(FILE *out, const struct range *r, const struct ff_line *l, unsigned int style, bool steps)
{
	double last = -INFINITY;
	unsigned int drawn = 0;
	bool pen = false;

	fprintf(out, "<path class=\"s s%u\" d=\"", style % STYLES);
	for (unsigned int i = 0; i < l->n; i++) {
		double x = px(r, l->x[i]);

		if (isnan(l->y[i])) {
			pen = false;
			continue;
		}
		if (pen && x < last + 0.7 && i + 1 < l->n)
			continue;
		if (pen && steps)
			fprintf(out, "H%.1f ", x);
		fprintf(out, "%c%.1f %.1f ", pen ? 'L' : 'M', x, py(r, l->y[i]));
		pen = true;
		last = x;
		drawn++;
	}
	if (drawn == 1)	/* a campaign of a minute */
		fputs("h-6", out);
	fputs("\"><title>", out);
	ff_html_text(out, l->name);
	fputs("</title></path>\n", out);
}

static void legend(FILE *out, const struct ff_line *line, unsigned int n)
{
	fputs("<ul class=\"legend\">\n", out);
	for (unsigned int i = 0; i < n && i < KEYS; i++) {
		fprintf(out, "<li><svg viewBox=\"0 0 14 12\" aria-hidden=\"true\"><path class=\"s%u\" stroke-width=\"3\" "
			"d=\"M0 6 H14\"/></svg>", i % STYLES);
		ff_html_text(out, line[i].name);
		if (line[i].n && !isnan(line[i].y[line[i].n - 1])) {
			fputs(": ", out);
			ff_html_number(out, (unsigned long long)llround(fmax(line[i].y[line[i].n - 1], 0)));
			fputs(" at the end", out);
		}
		fputs("</li>\n", out);
	}
	if (n > KEYS)
		fprintf(out, "<li>and %u more lines</li>\n", n - KEYS);
	fputs("</ul>\n", out);
}

void ff_plot(FILE *out, const char *title, const struct ff_line *line, unsigned int n, bool steps)
{
	struct range r = range_of(line, n);

	fputs("<figure>\n", out);
	ff_html_element(out, "figcaption", title);
	fprintf(out, "\n<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
	ff_html_printf(out, "%s over time; the values at the end are below", title);
	fputs("\">\n", out);
	axes(out, &r, steps);
	for (unsigned int i = 0; i < n; i++)
		curve(out, &r, &line[i], i, steps);
	fputs("</svg>\n", out);
	legend(out, line, n);
	fputs("</figure>\n", out);
}
