// SPDX-License-Identifier: GPL-2.0-only
#include "runner/report/axis.h"

#include <math.h>
#include <stdio.h>

double ff_axis_step(double range, unsigned int ticks)
{
	double step = range > 0 ? pow(10, floor(log10(range / ticks))) : 1;

	if (range / (step * 1) <= ticks)
		return step;
	if (range / (step * 2) <= ticks)
		return step * 2;
	if (range / (step * 5) <= ticks)
		return step * 5;
	return step * 10;
}

double ff_axis_seconds_step(double range, unsigned int ticks)
{
	static const double steps[] = {
		1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
	};

	for (size_t i = 0; range >= ticks && i < sizeof(steps) / sizeof(*steps); i++)
		if (range / steps[i] <= ticks)
			return steps[i];
	return ff_axis_step(range, ticks);
}

void ff_axis_number(double v, char *out, size_t n)
{
	static const char *const units[] = { "", "k", "M", "G", "T" };
	unsigned int u = 0;

	while (fabs(v) >= 1000 && u < 4) {
		v /= 1000;
		u++;
	}
	snprintf(out, n, "%.4g%s", v, units[u]);
}

void ff_axis_us(double us, double step, char *out, size_t n)
{
	double unit = step >= 1e6 ? 1e6 : step >= 1e3 ? 1e3 : 1;
	int digits = (int)ceil(-log10(step / unit) - 1e-9);

	snprintf(out, n, "%.*f %s", digits > 0 ? digits : 0, us / unit, unit > 1e3 ? "s" : unit > 1 ? "ms" : "us");
}

void ff_axis_seconds(double s, double range, char *out, size_t n)
{
	if (range > 3 * 86400)
		snprintf(out, n, "%.4g d", s / 86400);
	else if (range > 3 * 3600)
		snprintf(out, n, "%.4g h", s / 3600);
	else if (range > 300)
		snprintf(out, n, "%.4g min", s / 60);
	else
		snprintf(out, n, "%.4g s", s);
}
