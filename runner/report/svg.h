/* SPDX-License-Identifier: GPL-2.0-only */
/* The drawing of a timeline, as SVG that stands in a page; colours are the page's (style.css). */
#ifndef FF_RUNNER_REPORT_SVG_H
#define FF_RUNNER_REPORT_SVG_H

#include <stdio.h>

#include "runner/report/timeline.h"

/**
 * ff_svg_zoom() - the part around the violation, with labels
 * Return: bars that were left out, since they are too short and too near to others.
 */
unsigned int ff_svg_zoom(const struct ff_timeline *t, FILE *out);

/** ff_svg_overview() - all of it, small, with the part of ff_svg_zoom() framed */
void ff_svg_overview(const struct ff_timeline *t, FILE *out);

#endif
