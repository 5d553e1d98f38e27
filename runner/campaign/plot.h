/* SPDX-License-Identifier: GPL-2.0-only */
/* plot.csv: how a campaign went, a line a minute, and what it says of growth. */
#ifndef FF_RUNNER_PLOT_H
#define FF_RUNNER_PLOT_H

#include <stdbool.h>
#include <stdint.h>

#define FF_PLOT_HEADER \
	"time,seconds,guest_seconds,programs,calls,calls_per_second,features,stable,kept,findings,known,restarts,rss_kib,disk_kib\n"
#define FF_PLOT_BYTES	(4u << 20)	/* above, every second line goes: 4 MiB are some 4 weeks */
#define FF_PLOT_WARM_S	600		/* lines before say nothing of growth: caches and tables fill */

/**
 * struct ff_plot - one line
 * @time: seconds since 1970
 * @seconds, @guest_seconds: of the campaign, over all resumes
 * @rss_kib: of the process that judges, without its VMs; @disk_kib: of the campaign's folder
 */
struct ff_plot {
	int64_t time;
	double seconds, guest_seconds, calls_per_second;
	uint64_t programs, calls, rss_kib, disk_kib;
	unsigned int features, stable, kept, findings, known, restarts;
};

/** ff_plot_add() - append a line; a line that was cut off before is removed. 0 or -errno, no message */
int ff_plot_add(const char *path, const struct ff_plot *p);

/**
 * struct ff_slopes - least squares over the lines after FF_PLOT_WARM_S
 * @points: lines; below 3 there is no slope
 * @hours: from the first of them to the last
 */
struct ff_slopes {
	unsigned int points;
	double hours, rss_kib_per_hour, disk_kib_per_hour;
};

/** ff_plot_slopes() - 0, or -errno when there is no such file */
int ff_plot_slopes(const char *path, struct ff_slopes *s);

/** ff_rss_kib() - memory of this process now */
uint64_t ff_rss_kib(void);

/** ff_disk_kib() - disk space of a folder now */
uint64_t ff_disk_kib(const char *dir);

#endif
