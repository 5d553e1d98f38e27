// SPDX-License-Identifier: GPL-2.0-only
/*
 * swapoff that can be given up. It looks for a pending signal between pages and
 * then ends with EINTR, keeping what it brought back (try_to_unuse()): so a timer
 * interrupts it now and then, and it goes on only if fewer pages are in swap
 * than ever before.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fuzzer/exec_state.h"

#define TRIES		4	/* in a row that free nothing */
#define SHARE		16	/* of the limit of a call: how long one of them takes */
#define SIGNAL		(SIGRTMIN + 2)

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void on_time(int sig)
{
	(void)sig;	/* that it came is enough */
}

int ff_swapoff_open(void)
{
	struct sigaction act = { .sa_handler = on_time };

	sigemptyset(&act.sa_mask);
	return sigaction(SIGNAL, &act, NULL) ? -errno : 0;
}

/* Again and again: one that comes just before the system call interrupts nothing. */
static int timer_start(timer_t *timer, uint64_t ns)
{
	struct timespec every = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };
	struct itimerspec when = { .it_interval = every, .it_value = every };
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGNAL };

	ev.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &ev, timer))
		return -1;
	return timer_settime(*timer, 0, &when, NULL);
}

/* Pages in use of the target's swap device, by /proc/swaps: path, type, size and used in KiB. */
static uint64_t pages_used(const struct ff_exec *x)
{
	unsigned long long used;
	char line[512], name[300];
	uint64_t pages = 0;
	FILE *f = fopen("/proc/swaps", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%299s %*s %*u %llu", name, &used) == 2 && !strcmp(name, x->swap))
			pages = used * 1024 / x->page_size;
	if (f)
		fclose(f);
	return pages;
}

static int tries(struct ff_exec *x, uint64_t *left, uint64_t *stalled)
{
	uint64_t least = UINT64_MAX, since = ff_now(), now;
	unsigned int idle = 0;
	int ret;

	while ((ret = swapoff(x->swap)) && errno == EINTR) {
		now = ff_now();
		*left = pages_used(x);
		if (*left < least) {
			least = *left;
			since = now;
			idle = 0;
		}
		*stalled = now - since;
		if (idle++ == TRIES) {
			errno = EINTR;
			break;
		}
	}
	return ret;
}

int ff_swapoff(struct ff_exec *x, uint64_t *left, uint64_t *stalled)
{
	uint64_t limit = x->cfg.call_limit_ns ? x->cfg.call_limit_ns : 10000000000ULL;
	timer_t timer;
	int ret, err;

	*left = *stalled = 0;
	if (timer_start(&timer, limit / SHARE))
		return -1;
	ret = tries(x, left, stalled);
	err = errno;
	timer_delete(timer);
	errno = err;
	return ret;
}
