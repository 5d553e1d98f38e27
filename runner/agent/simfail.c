// SPDX-License-Identifier: GPL-2.0-only
#include "runner/agent/simfail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runner/proc.h"

static const char *const names[] = { "", "panic", "freeze", "silent", "hang", "die", "server", "stop" };

static struct {
	enum ff_simfail what;
	long long after_ms, first_ms;
} plan;

int ff_simfail_set(const char *text)
{
	const char *colon = strchr(text, ':');
	char *end = NULL;

	if (!*text)
		return 0;
	for (unsigned int i = 1; colon && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) != (size_t)(colon - text) || strncmp(names[i], text, colon - text))
			continue;
		plan.after_ms = strtol(colon + 1, &end, 10) * 1000;
		plan.what = i;
	}
	return end && end != colon + 1 && !*end ? 0 : -EINVAL;
}

bool ff_simfail_due(enum ff_simfail what, long long now_ms)
{
	if (plan.what != what)
		return false;
	if (!plan.first_ms)
		plan.first_ms = now_ms;
	return now_ms - plan.first_ms >= plan.after_ms;
}

static void publish(struct ff_history *h, unsigned int ncalls)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	if (!ncalls)
		return;
	h->ncalls = ncalls;
	h->record[0].tid = (uint32_t)syscall(SYS_gettid);
	h->record[0].invoked = (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
	h->record[0].state = FF_CALL_STARTED;
}

static void sysrq_crash(void)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "c", 1) < 0)
		fprintf(stderr, "foliofuzz agent: simfail=panic: no /proc/sysrq-trigger\n");
}

/* Writes to a frozen file system wait in the kernel until it is thawed: never. */
static void freeze(const char *dir, struct ff_history *h, unsigned int ncalls)
{
	char path[300];
	int top, fd;

	snprintf(path, sizeof(path), "%s/simfail", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* tmpfs cannot be frozen: another target will come */
	if (fd >= 0 && top >= 0 && !ioctl(top, FIFREEZE, 0)) {
		publish(h, ncalls);
		if (write(fd, "x", 1) < 0)
			perror("foliofuzz agent: simfail=freeze: write");
	}
	if (fd >= 0)
		close(fd);
	if (top >= 0)
		close(top);
	unlink(path);
}

void ff_simfail_run(const char *dir, struct ff_history *h, unsigned int ncalls)
{
	long long now = ff_now_ms();

	if (ff_simfail_due(FF_SIMFAIL_PANIC, now))
		sysrq_crash();
	if (ff_simfail_due(FF_SIMFAIL_FREEZE, now) && *dir)
		freeze(dir, h, ncalls);
	if (ff_simfail_due(FF_SIMFAIL_HANG, now)) {
		publish(h, ncalls);
		for (;;)
			pause();
	}
	if (ff_simfail_due(FF_SIMFAIL_DIE, now)) {
		plan.what = FF_SIMFAIL_NONE;
		raise(SIGKILL);
	}
}
