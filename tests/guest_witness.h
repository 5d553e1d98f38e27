/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests/guest_witness.c stands on: events at hand, checks that are made again. */
#ifndef FOLIOFUZZ_TESTS_GUEST_WITNESS_H
#define FOLIOFUZZ_TESTS_GUEST_WITNESS_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <time.h>
#include <unistd.h>

#include "bpf/witness.h"
#include "tests/tap.h"

#define PAGE		4096UL

static struct ff_witness *w;
static struct ff_event ev[FF_RING_EVENTS];
static size_t nr;
static char slow_disk[64], swap_disk[64];

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		tap_diag("cannot write %s: %s", path, strerror(errno));
	close(fd);
}

/*
 * Checks. What a test provokes depends on time: on a busy machine a page was
 * written back too late or a thread came to its call too late, and the witness
 * told just that. So a test with a check that does not hold is made again, a
 * few times, and only its last try counts.
 */
#define TRIES		5
#define MAX_CHECKS	8

static struct {
	bool holds;
	char text[200];
} checks[MAX_CHECKS];
static unsigned int nchecks;

__attribute__((format(printf, 2, 3)))
static bool check(bool holds, const char *fmt, ...)
{
	va_list ap;

	checks[nchecks].holds = holds;
	va_start(ap, fmt);
	vsnprintf(checks[nchecks].text, sizeof(checks[nchecks].text), fmt, ap);
	va_end(ap);
	nchecks++;
	return holds;
}

static bool all_hold(void)
{
	for (unsigned int i = 0; i < nchecks; i++)
		if (!checks[i].holds)
			return false;
	return true;
}

static void test(void (*body)(void))
{
	unsigned int i;

	for (int try = 1; ; try++) {
		nchecks = 0;
		body();
		if (all_hold() || try == TRIES)
			break;
		for (i = 0; i < nchecks; i++)
			if (!checks[i].holds)
				tap_diag("try %d of %d: not so: %s", try, TRIES, checks[i].text);
	}
	for (i = 0; i < nchecks; i++)
		tap_ok(checks[i].holds, "%s", checks[i].text);
}

static void start(void)
{
	ff_witness_start(w);
}

static void stop(void)
{
	ff_witness_stop(w);
	nr = ff_witness_drain(w, ev, FF_RING_EVENTS);
}

/* The first event of this kind at or after @from, or NULL. */
static struct ff_event *find(size_t from, enum ff_ev_kind kind)
{
	for (size_t i = from; i < nr; i++)
		if (ev[i].kind == kind)
			return &ev[i];
	return NULL;
}

static void dump(size_t max)
{
	for (size_t i = 0; i < nr && i < max; i++)
		tap_diag("%zu +%llu us tid %u %s ino %llu dev %x index/cookie %llx addr/pos %llx pfn %llx result %lld extra %u flags %x",
			 i, (unsigned long long)(ev[i].time_ns - ev[0].time_ns) / 1000,
			 ev[i].tid, ff_ev_name(ev[i].kind), (unsigned long long)ev[i].ino,
			 ev[i].dev, (unsigned long long)ev[i].index,
			 (unsigned long long)ev[i].addr, (unsigned long long)ev[i].pfn,
			 (long long)ev[i].result, ev[i].extra, ev[i].flags);
}

static uint64_t pfn_of(const void *p)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t e = 0;

	if (pread(fd, &e, 8, (uintptr_t)p / PAGE * 8) != 8)
		e = 0;
	close(fd);
	return e >> 63 ? e & ((1ULL << 55) - 1) : 0;
}

static void *anon(size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(p, len, MADV_NOHUGEPAGE);
	memset(p, 0x5a, len);
	return p;
}

/* Make a swap area of this disk and turn it on; fine if it is on. */
static int make_swap(const char *dev, unsigned int pages)
{
	unsigned int head[3] = { 1, pages - 1, 0 };
	char page[PAGE] = "";
	bool written;
	int fd;

	if (!swapon(dev, 0) || errno == EBUSY)
		return 0;
	fd = open(dev, O_RDWR);
	if (fd < 0)
		return -1;
	memcpy(page + 1024, head, sizeof(head));
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	written = pwrite(fd, page, PAGE, 0) == (ssize_t)PAGE && !fsync(fd);
	close(fd);
	return written ? swapon(dev, 0) : -1;
}

#endif
