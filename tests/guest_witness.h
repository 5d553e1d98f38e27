/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests/guest_witness.c stands on: a guest's init, and events at hand. */
#ifndef FOLIOFUZZ_TESTS_GUEST_WITNESS_H
#define FOLIOFUZZ_TESTS_GUEST_WITNESS_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bpf/witness.h"
#include "tests/tap.h"

#define PAGE		4096UL

static struct ff_witness *w;
static struct ff_event ev[FF_RING_EVENTS];
static size_t nr;

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

/* In the order of the list, again and again: what needs what differs by kernel. */
static void load_modules(void)
{
	char path[256];

	for (int round = 0; round < 4; round++) {
		FILE *f = fopen("/modules", "r");

		while (f && fscanf(f, "%255s", path) == 1) {
			int fd = open(path, O_RDONLY);

			if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) &&
				       round == 3 && errno != EEXIST))
				tap_diag("insmod %s: %s", path, strerror(errno));
			close(fd);
		}
		if (f)
			fclose(f);
	}
}

static void init(void)
{
	mkdir("/dev", 0755);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/t", 0755);
	mount("dev", "/dev", "devtmpfs", 0, "");
	mount("proc", "/proc", "proc", 0, "");
	mount("sys", "/sys", "sysfs", 0, "");
	mount("t", "/t", "tmpfs", 0, "size=64M,huge=never");
	int fd = open("/dev/console", O_RDWR);

	if (fd >= 0)
		for (int i = 0; i < 3; i++)
			dup2(fd, i);
	load_modules();
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

static int make_swap(const char *dev, unsigned int pages)
{
	unsigned int head[3] = { 1, pages - 1, 0 };
	int fd = open(dev, O_RDWR);
	char page[PAGE] = "";

	if (fd < 0)
		return -1;
	memcpy(page + 1024, head, sizeof(head));
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	if (pwrite(fd, page, PAGE, 0) != (ssize_t)PAGE)
		return -1;
	fsync(fd);
	close(fd);
	return swapon(dev, 0);
}

#endif
