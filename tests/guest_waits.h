/* SPDX-License-Identifier: GPL-2.0-only */
/* A part of tests/guest_witness.c: who waits for which page or lock. */
#ifndef FOLIOFUZZ_TESTS_GUEST_WAITS_H
#define FOLIOFUZZ_TESTS_GUEST_WAITS_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "tests/guest_witness.h"

static void *page_thread(void *arg)
{
	char page[PAGE];

	for (int i = 0; i < 10; i++)
		if (pread(*(int *)arg, page, PAGE, (i + 64) * 64 * PAGE) < 0)
			return arg;
	return NULL;
}

/* While two threads wait for pages of a slow disk, the walk finds them, and nothing else of ours. */
static void test_walk(void)
{
	int fd = open(slow_disk, O_RDONLY), n = 0, ours = 0, right = 0;
	struct ff_wait wait[40];
	pthread_t t[2];

	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, page_thread, &fd);
	for (int try = 0; try < 200 && !ours; try++) {
		usleep(2000);
		n = ff_waits_pages(w, wait, 40);
		for (int i = 0; i < n; i++) {
			ours += wait[i].tgid == (uint32_t)getpid();
			right += wait[i].tgid == (uint32_t)getpid() && wait[i].kind == FF_WAIT_PAGE &&
				 wait[i].bit == 0 && wait[i].dev && wait[i].nvcsw &&
				 wait[i].tid != (uint32_t)getpid();
		}
	}
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	check(ours && right == ours, "the wait table: %d waits, %d of ours, %d of them as they are", n, ours, right);
	n = ff_waits_pages(w, wait, 40);
	for (int i = ours = 0; i < n; i++)
		ours += wait[i].tgid == (uint32_t)getpid();
	check(n >= 0 && !ours, "and none of ours when nobody waits (%d)", n);
	close(fd);
}

static atomic_uint sync_tid[2];

/* Reads through one open file: each sleeps for the slow disk with the file's position locked. */
static int shared_file;

static void *locked_thread(void *arg)
{
	int turn = arg != NULL;
	char page[PAGE];

	sync_tid[turn] = (unsigned int)syscall(SYS_gettid);
	for (int i = 0; i < 8; i++)
		if (read(shared_file, page, PAGE) < 0)
			break;
	sync_tid[turn] = 0;
	return NULL;
}

/* Two threads fight for one mutex: who waits for it, and who has it. */
static void test_lock_waits(void)
{
	unsigned int tid[2], seen = 0, owned = 0;
	struct ff_wait wait;
	pthread_t t[2];

	if (!ff_waits_locks(w)) {
		check(true, "waits for locks are not seen on this kernel, and it says so");
		return;
	}
	shared_file = open(slow_disk, O_RDONLY);
	posix_fadvise(shared_file, 0, 0, POSIX_FADV_DONTNEED);
	posix_fadvise(shared_file, 0, 0, POSIX_FADV_RANDOM);
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, locked_thread, i ? t : NULL);
	for (int try = 0; try < 2000 && !owned; try++) {
		usleep(1000);
		for (int i = 0; i < 2; i++) {
			tid[i] = atomic_load(&sync_tid[i]);
			if (!tid[i] || !ff_waits_lock(w, tid[i], &wait))
				continue;
			seen++;
			owned += wait.kind == FF_WAIT_MUTEX && wait.flags == FF_WAITF_OWNER && wait.owner &&
				 wait.owner != tid[i] && wait.owner == atomic_load(&sync_tid[!i]);
		}
	}
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	close(shared_file);
	check(seen && owned, "a wait for a mutex (%u seen) and who holds it (%u)", seen, owned);
}

#endif
