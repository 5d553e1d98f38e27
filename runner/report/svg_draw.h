/* SPDX-License-Identifier: GPL-2.0-only */
/* A drawing in the making; for runner/report/svg*.c only. */
#ifndef FF_RUNNER_REPORT_SVG_DRAW_H
#define FF_RUNNER_REPORT_SVG_DRAW_H

#include "runner/report/svg.h"

#define FF_SVG_WIDTH	1120
#define FF_SVG_LEFT	118	/* of the names of the lanes */
#define FF_SVG_RIGHT	14
#define FF_SVG_PLOT	(FF_SVG_WIDTH - FF_SVG_LEFT - FF_SVG_RIGHT)
#define FF_SVG_ROWS	4	/* of bars in a lane of a file, which overlap */
#define FF_SVG_LABELS	48	/* in a lane */
#define FF_SVG_CHAR	6.65	/* width of a character of the labels */

/**
 * struct ff_drawing - where things are
 * @from, @until: what is shown, ns
 * @large: with labels
 * @y, @height: of the lanes
 * @row: of each bar
 * @hidden: bars that were left out
 */
struct ff_drawing {
	const struct ff_timeline *t;
	FILE *out;
	uint64_t from, until;
	bool large;
	double y[FF_TL_LANES], height[FF_TL_LANES], bottom;
	unsigned char *row;
	unsigned int hidden;
};

/** ff_svg_x() - where a moment is; what is outside is at the edge */
double ff_svg_x(const struct ff_drawing *d, uint64_t ns);

/** ff_svg_shown() - is any of this stretch in the drawing */
bool ff_svg_shown(const struct ff_drawing *d, uint64_t from, uint64_t until);

/** ff_svg_is_thread() - does the lane have calls (else what the witness saw) */
bool ff_svg_is_thread(const struct ff_tl_lane *l);

/** ff_svg_bars(), ff_svg_marks(), ff_svg_labels() - the parts of it */
void ff_svg_bars(struct ff_drawing *d);
void ff_svg_marks(const struct ff_drawing *d);
void ff_svg_labels(const struct ff_drawing *d);

#endif
