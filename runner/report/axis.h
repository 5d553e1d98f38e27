/* SPDX-License-Identifier: GPL-2.0-only */
/* Axes: where the ticks go, and how numbers and times are written at them. */
#ifndef FF_RUNNER_REPORT_AXIS_H
#define FF_RUNNER_REPORT_AXIS_H

#include <stddef.h>

/** ff_axis_step() - 1, 2 or 5 times a power of ten: at most @ticks of them are in @range */
double ff_axis_step(double range, unsigned int ticks);

/** ff_axis_seconds_step() - the same for seconds of a long run: minutes, hours and days are round, too */
double ff_axis_seconds_step(double range, unsigned int ticks);

/** ff_axis_number() - 1500 as "1.5k", 20000000 as "20M" */
void ff_axis_number(double v, char *out, size_t n);

/** ff_axis_us() - microseconds as "12 us", "3.5 ms", "2 s", as exact as ticks of @step need it */
void ff_axis_us(double us, double step, char *out, size_t n);

/** ff_axis_seconds() - of a long run: "90 s", "5 min", "1.5 h", "2 d", by what @range is */
void ff_axis_seconds(double s, double range, char *out, size_t n);

#endif
