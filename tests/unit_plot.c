// SPDX-License-Identifier: GPL-2.0-only
/*
 * plot.csv: its lines are as others read them, a torn one goes, a long file is
 * thinned out, and the slopes are those of the numbers in it.
 */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/campaign/plot.h"
#include "tests/tap.h"

static char dir[] = "/tmp/foliofuzz-unit-plot.XXXXXX";
static char path[64];

static unsigned int lines(void)
{
	char *text = ff_read_file(path, NULL);
	unsigned int n = 0;

	for (char *p = text; p && *p; p++)
		n += *p == '\n';
	free(text);
	return n;
}

static void add(double seconds, uint64_t rss, uint64_t disk)
{
	struct ff_plot p = { .time = 1795300660 + (int64_t)seconds, .seconds = seconds, .guest_seconds = seconds / 2,
			     .programs = 5, .calls = 700, .calls_per_second = 12.25, .features = 9, .stable = 4, .kept = 3,
			     .findings = 2, .known = 1, .restarts = 6, .rss_kib = rss, .disk_kib = disk };

	if (ff_plot_add(path, &p))
		tap_ok(0, "a line is added at %.0f s", seconds);
}

static void form(void)
{
	char *text;
	int fd;

	add(60, 1000, 2000);
	text = ff_read_file(path, NULL);
	tap_is_str(text, FF_PLOT_HEADER "1795300720,60.0,30.0,5,700,12.2,9,4,3,2,1,6,1000,2000\n", "a header and a line");
	free(text);
	fd = open(path, O_WRONLY | O_APPEND);
	tap_is_int(write(fd, "17953007,6", 10), 10, "a line is cut off");
	close(fd);
	add(120, 1000, 2000);
	tap_is_int(lines(), 3, "it is gone with the next one");
	text = ff_read_file(path, NULL);
	tap_ok(text && strstr(text, "\n1795300780,120.0,") && !strstr(text, "17953007,6"), "which is whole");
	free(text);
}

static void slopes(void)
{
	struct ff_slopes s;

	unlink(path);
	tap_ok(ff_plot_slopes(path, &s) < 0, "no file, no slope");
	/* The first ten minutes grow fast, then 60 KiB an hour of memory, 6 down for the disk. */
	for (int m = 1; m < 10; m++)
		add(m * 60, (uint64_t)m * 100000, (uint64_t)m * 100000);
	tap_is_int(ff_plot_slopes(path, &s), 0, "a file");
	tap_is_int(s.points, 0, "that is younger than ten minutes says nothing");
	for (int m = 10; m <= 130; m++)
		add(m * 60, 1000000 + (uint64_t)m, 500000 - (uint64_t)m / 10);
	ff_plot_slopes(path, &s);
	tap_is_int(s.points, 121, "two hours of it");
	tap_ok(fabs(s.hours - 2) < 0.001, "are two hours");
	tap_ok(fabs(s.rss_kib_per_hour - 60) < 0.01, "memory grows by 60 KiB an hour (%.3f)", s.rss_kib_per_hour);
	tap_ok(fabs(s.disk_kib_per_hour + 6) < 0.1, "the disk shrinks by 6 (%.3f)", s.disk_kib_per_hour);
}

static void thin(void)
{
	struct ff_slopes s;
	struct stat st = { 0 };
	unsigned int n = 0;
	char *text, last[32];
	off_t before;

	unlink(path);
	do {
		before = st.st_size;
		add(600 + 60.0 * n, 100000 + n, 7);
		n++;
	} while (!stat(path, &st) && st.st_size > before && n < 200000);
	tap_ok(n > 30000 && st.st_size < before && lines() >= n / 2 && lines() <= n / 2 + 2,
	       "%u lines are as many as there may be: %u stay", n, lines());
	text = ff_read_file(path, NULL);
	tap_ok(text && !strncmp(text, FF_PLOT_HEADER, strlen(FF_PLOT_HEADER)), "the header stays");
	snprintf(last, sizeof(last), ",6,%u,7\n", 100000 + n - 1);
	tap_ok(text && !strcmp(text + strlen(text) - strlen(last), last), "and the last line");
	ff_plot_slopes(path, &s);
	tap_ok(fabs(s.rss_kib_per_hour - 60) < 0.5, "and the slope (%.2f)", s.rss_kib_per_hour);
	free(text);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/plot.csv", dir);
	form();
	slopes();
	thin();
	tap_ok(ff_rss_kib() > 500, "this process has memory");
	tap_ok(ff_disk_kib(dir) >= 4, "and the folder takes disk space");
	ff_remove_tree(dir);
	return tap_done();
}
