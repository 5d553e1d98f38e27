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

static int shared_pipe[2];
static atomic_uint splicing, reading;	/* tids, 0: done */

/* A splice sleeps for the slow disk with the pipe's mutex held. */
static void *splice_thread(void *arg)
{
	int fd = open(slow_disk, O_RDONLY);
	loff_t off;

	splicing = (unsigned int)syscall(SYS_gettid);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	for (int i = 0; i < 10; i++) {
		off = (i + 64) * 64 * PAGE;
		splice(fd, &off, shared_pipe[1], NULL, PAGE, 0);
	}
	close(fd);
	splicing = 0;
	return arg;
}

static void *pipe_thread(void *arg)
{
	char page[PAGE];

	reading = (unsigned int)syscall(SYS_gettid);
	while (splicing)
		if (read(shared_pipe[0], page, PAGE) < 0)
			usleep(1000);
	reading = 0;
	return arg;
}

/* Who waits for the mutex, and who has it. */
static void test_lock_waits(void)
{
	unsigned int seen = 0, owned = 0, splicer;
	struct ff_wait wait;
	pthread_t t[2];

	if (!ff_waits_locks(w)) {
		check(true, "waits for locks are not seen on this kernel, and it says so");
		return;
	}
	if (pipe2(shared_pipe, O_NONBLOCK))
		tap_diag("pipe2: %s", strerror(errno));
	pthread_create(&t[0], NULL, splice_thread, NULL);
	while (!splicing)
		usleep(100);
	splicer = splicing;
	pthread_create(&t[1], NULL, pipe_thread, NULL);
	for (int try = 0; try < 5000 && splicing && !owned; try++) {
		usleep(1000);
		if (!reading || !ff_waits_lock(w, reading, &wait))
			continue;
		seen++;
		owned += wait.kind == FF_WAIT_MUTEX && wait.flags == FF_WAITF_OWNER && wait.owner == splicer;
	}
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	close(shared_pipe[0]);
	close(shared_pipe[1]);
	check(seen && owned, "a wait for a mutex (%u seen) and who holds it (%u)", seen, owned);
}

#endif
