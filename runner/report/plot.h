/* SPDX-License-Identifier: GPL-2.0-only */
/* Plots over time, as SVG that stands in a page. */
#ifndef FF_RUNNER_REPORT_PLOT_H
#define FF_RUNNER_REPORT_PLOT_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct ff_line - one line of a plot
 * @name: in the legend
 * @x: seconds, rising; @y: values, NAN where there is none
 */
struct ff_line {
	char name[64];
	unsigned int n;
	const double *x, *y;
};

/**
 * ff_plot() - a plot in a <figure>, with its numbers' range in words
 * @title: what is plotted
 * @steps: the value stays until the next point (counts), else straight lines
 */
void ff_plot(FILE *out, const char *title, const struct ff_line *line, unsigned int n, bool steps);

#endif
