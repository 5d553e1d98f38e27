// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the running kernel can do, tried out on memory of our own. No version
 * is compared: distributions take features back and forth.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "fuzzer/family.h"

#define PAGE 4096

/* An advice is looked at before the range: a kernel that knows it accepts length 0. */
static bool knows_advice(void *page, int advice)
{
	return !madvise(page, 0, advice);
}

static bool process_madvise_works(void *page)
{
	struct iovec iov = { page, PAGE };
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	bool works;

	if (pidfd < 0)
		return false;
	works = syscall(SYS_process_madvise, pidfd, &iov, 1, MADV_COLD, 0) >= 0;
	close(pidfd);
	return works;
}

/* The flag is known if it only says "not now", or works. */
static bool nowait_works(int fd)
{
	struct iovec iov;
	char byte;

	iov.iov_base = &byte;
	iov.iov_len = 1;
	return preadv2(fd, &iov, 1, 0, RWF_NOWAIT) >= 0 || errno == EAGAIN;
}

static bool nowait_somewhere(int memfd)
{
	int fd;
	bool works;

	if (nowait_works(memfd))
		return true;
	/* tmpfs refuses it on older kernels; the file systems that count do not. */
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	works = fd >= 0 && nowait_works(fd);
	if (fd >= 0)
		close(fd);
	return works;
}

static bool copy_range_works(int fd)
{
	off64_t from = 0, to = 2 * PAGE;

	return copy_file_range(fd, &from, fd, &to, PAGE, 0) >= 0 || errno != ENOSYS;
}

static bool migrate_works(void *page)
{
	unsigned long mask = 1;

	return !syscall(SYS_mbind, page, PAGE, 1 /* MPOL_PREFERRED */, &mask, 8 * sizeof(mask),
			1 << 1 /* MPOL_MF_MOVE */);
}

/* memory.reclaim, in the root or in our own cgroup: where the executor's will be. */
static bool memory_reclaim_there(void)
{
	char line[512], path[600], *at;
	bool there = !access("/sys/fs/cgroup/memory.reclaim", F_OK);
	FILE *f;

	if (there)
		return true;
	f = fopen("/proc/self/cgroup", "re");
	if (!f)
		return false;
	while (!there && fgets(line, sizeof(line), f)) {
		at = strncmp(line, "0::", 3) ? NULL : line + 3;
		if (!at)
			continue;
		at[strcspn(at, "\n")] = '\0';
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.reclaim", at);
		there = !access(path, F_OK);
	}
	fclose(f);
	return there;
}

static uint64_t probe_file(void)
{
	int fd = memfd_create("foliofuzz-probe", MFD_CLOEXEC);
	uint64_t has = 0;

	if (fd < 0)
		return 0;
	if (!ftruncate(fd, 4 * PAGE)) {
		if (copy_range_works(fd))
			has |= 1ULL << FF_HAS_COPY_RANGE;
		if (nowait_somewhere(fd))
			has |= 1ULL << FF_HAS_RWF_NOWAIT;
	}
	close(fd);
	return has;
}

uint64_t ff_features_probe(void)
{
	static const struct { int advice; enum ff_feature feature; } advices[] = {
		{ MADV_COLLAPSE, FF_HAS_COLLAPSE },
		{ MADV_POPULATE_WRITE, FF_HAS_POPULATE },
		{ MADV_PAGEOUT, FF_HAS_PAGEOUT },
		{ MADV_MERGEABLE, FF_HAS_MERGEABLE },
		{ MADV_DONTNEED_LOCKED, FF_HAS_DONTNEED_LOCKED },
		{ MADV_GUARD_INSTALL, FF_HAS_GUARD },
	};
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* Direct I/O is there on every kernel; where a file system refuses it, its place knows. */
	uint64_t has = 1ULL << FF_HAS_DIRECT | probe_file();
	size_t i;

	if (!access("/proc/swaps", F_OK))
		has |= 1ULL << FF_HAS_SWAP;
	if (memory_reclaim_there())
		has |= 1ULL << FF_HAS_MEMORY_RECLAIM;
	if (page == MAP_FAILED)
		return has;
	*(volatile char *)page = 1;
	for (i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (knows_advice(page, advices[i].advice))
			has |= 1ULL << advices[i].feature;
	if (process_madvise_works(page))
		has |= 1ULL << FF_HAS_PROCESS_MADVISE;
	if (migrate_works(page))
		has |= 1ULL << FF_HAS_MIGRATE;
	munmap(page, PAGE);
	return has;
}

const char *ff_feature_name(enum ff_feature f)
{
	static const char *const name[FF_FEATURES] = {
		[FF_HAS_COLLAPSE] = "MADV_COLLAPSE",
		[FF_HAS_POPULATE] = "MADV_POPULATE",
		[FF_HAS_PAGEOUT] = "MADV_PAGEOUT",
		[FF_HAS_PROCESS_MADVISE] = "process_madvise",
		[FF_HAS_MEMORY_RECLAIM] = "memory.reclaim",
		[FF_HAS_RWF_NOWAIT] = "RWF_NOWAIT",
		[FF_HAS_DIRECT] = "O_DIRECT",
		[FF_HAS_MERGEABLE] = "MADV_MERGEABLE",
		[FF_HAS_MIGRATE] = "mbind",
		[FF_HAS_SWAP] = "swap",
		[FF_HAS_COPY_RANGE] = "copy_file_range",
		[FF_HAS_DONTNEED_LOCKED] = "MADV_DONTNEED_LOCKED",
		[FF_HAS_GUARD] = "MADV_GUARD_INSTALL",
	};

	return (unsigned int)f < FF_FEATURES ? name[f] : "?";
}
