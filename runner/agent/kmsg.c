// SPDX-License-Identifier: GPL-2.0-only
/* /dev/kmsg: records of "prio,seq,usec,flags;text\n continuation\n". */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/agent/executor.h"

int ff_kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_END) < 0) {
		int err = errno;

		close(fd);
		return -err;
	}
	return fd;
}

static size_t one_record(char *rec, size_t len, char *out, size_t n)
{
	char *text = memchr(rec, ';', len), *end;
	unsigned long long usec = 0;
	int used;

	if (!text)
		return 0;
	rec[len] = '\0';
	end = strchr(rec, ',');
	end = end ? strchr(end + 1, ',') : NULL;
	if (end)
		usec = strtoull(end + 1, NULL, 10);
	text++;
	text[strcspn(text, "\n")] = '\0';	/* what follows is "KEY=value" for udev */
	used = snprintf(out, n, "[%5llu.%06llu] %s\n", usec / 1000000, usec % 1000000, text);
	return used < 0 || (size_t)used >= n ? 0 : (size_t)used;
}

size_t ff_kmsg_read(int fd, char *out, size_t n)
{
	char rec[8193];
	size_t got = 0;
	ssize_t len;

	while (fd >= 0 && n - got > 64) {
		len = read(fd, rec, sizeof(rec) - 1);
		if (len < 0 && (errno == EPIPE || errno == EINTR))
			continue;	/* EPIPE: records were overwritten before we read them */
		if (len <= 0)
			break;
		got += one_record(rec, len, out + got, n - got);
	}
	return got;
}
