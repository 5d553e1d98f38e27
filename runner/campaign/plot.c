// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/plot.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/cache.h"

/* Every second line goes, the newest stays. */
static int thin(const char *path)
{
	size_t len, lines = 0, n = 0, at = 0;
	char *text = ff_read_file(path, &len), *line, *next;
	int ret;

	if (!text)
		return -errno;
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	for (line = text; (next = strchr(line, '\n')); line = next + 1, n++) {
		size_t bytes = (size_t)(next + 1 - line);

		if (n && (lines - 1 - n) % 2)
			continue;
		memmove(text + at, line, bytes);
		at += bytes;
	}
	ret = ff_write_file(path, text, at);
	free(text);
	return ret;
}

/* After a kill -9 in the middle of a line, or on a full disk. */
static int cut_torn(int fd, off_t size)
{
	char tail[512];
	ssize_t n = pread(fd, tail, sizeof(tail), size > (off_t)sizeof(tail) ? size - (off_t)sizeof(tail) : 0);
	ssize_t keep = n;

	if (n < 0)
		return -errno;
	while (keep && tail[keep - 1] != '\n')
		keep--;
	return keep < n && ftruncate(fd, size - (n - keep)) ? -errno : 0;
}

static int append(int fd, const struct ff_plot *p, bool header)
{
	char line[700];
	int n = snprintf(line, sizeof(line), "%s%" PRId64 ",%.1f,%.1f,%" PRIu64 ",%" PRIu64 ",%.1f,%u,%u,%u,%u,%u,%u,%" PRIu64 ",%" PRIu64 "\n",
			 header ? FF_PLOT_HEADER : "", p->time, p->seconds, p->guest_seconds, p->programs, p->calls,
			 p->calls_per_second, p->features, p->stable, p->kept, p->findings, p->known, p->restarts,
			 p->rss_kib, p->disk_kib);

	errno = ENOSPC;		/* of a short write */
	return write(fd, line, (size_t)n) == n ? 0 : -errno;
}

int ff_plot_add(const char *path, const struct ff_plot *p)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644), ret = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (st.st_size)
		ret = cut_torn(fd, st.st_size);
	if (!ret && fstat(fd, &st))
		ret = -errno;
	if (!ret)
		ret = append(fd, p, st.st_size == 0);
	close(fd);
	if (!ret && st.st_size > FF_PLOT_BYTES)
		ret = thin(path);
	return ret;
}

/* Sums of a least squares line; x is counted from the first point, so that nothing large is squared. */
struct sums {
	double n, x, xx, rss, xrss, disk, xdisk, first, last;
};

static void add_point(struct sums *s, double x, double rss, double disk)
{
	if (!s->n)
		s->first = x;
	s->last = x;
	x -= s->first;
	s->n++;
	s->x += x;
	s->xx += x * x;
	s->rss += rss;
	s->xrss += x * rss;
	s->disk += disk;
	s->xdisk += x * disk;
}

static double slope(const struct sums *s, double y, double xy)
{
	double under = s->n * s->xx - s->x * s->x;

	return under > 0 ? (s->n * xy - s->x * y) / under : 0;
}

int ff_plot_slopes(const char *path, struct ff_slopes *out)
{
	double seconds, rss, disk;
	struct sums s = { 0 };
	char line[700];
	FILE *f = fopen(path, "re");

	*out = (struct ff_slopes){ 0 };
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d,%lf,%*f,%*u,%*u,%*f,%*u,%*u,%*u,%*u,%*u,%*u,%lf,%lf", &seconds, &rss, &disk) == 3 &&
		    seconds >= FF_PLOT_WARM_S)
			add_point(&s, seconds / 3600, rss, disk);
	fclose(f);
	out->points = (unsigned int)s.n;
	out->hours = s.last - s.first;
	out->rss_kib_per_hour = slope(&s, s.rss, s.xrss);
	out->disk_kib_per_hour = slope(&s, s.disk, s.xdisk);
	return 0;
}

uint64_t ff_rss_kib(void)
{
	unsigned long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%*u %llu", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static uint64_t blocks;	/* nftw() has no room for an argument */

static int add_blocks(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)path;
	(void)f;
	if (type == FTW_F || type == FTW_D)
		blocks += (uint64_t)st->st_blocks;
	return 0;
}

uint64_t ff_disk_kib(const char *dir)
{
	blocks = 0;
	nftw(dir, add_blocks, 16, FTW_PHYS);
	return blocks / 2;
}
