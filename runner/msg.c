// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "runner/msg.h"

/* One write per line, so that lines of several threads or processes do not mix. */
static void say(const char *kind, const char *fmt, va_list ap)
{
	char line[2048];
	int head, body;
	size_t len;

	head = snprintf(line, sizeof(line), "foliofuzz: %s", kind);
	body = vsnprintf(line + head, sizeof(line) - head - 1, fmt, ap);
	if (body < 0)
		return;
	len = (size_t)head + body;
	if (len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		return;	/* nowhere left to complain */
}

#define SAY(kind)				\
	do {					\
		va_list ap;			\
						\
		va_start(ap, fmt);		\
		say(kind, fmt, ap);		\
		va_end(ap);			\
	} while (0)

void ff_msg_error(const char *fmt, ...)
{
	SAY("error: ");
}

void ff_msg_warn(const char *fmt, ...)
{
	SAY("warning: ");
}

void ff_msg_info(const char *fmt, ...)
{
	SAY("");
}
