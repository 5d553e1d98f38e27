/* SPDX-License-Identifier: GPL-2.0-only */
/* What a guest said on its console, for the tests that boot one. */
#ifndef FF_TESTS_GUEST_CONSOLE_H
#define FF_TESTS_GUEST_CONSOLE_H

#include "runner/cache.h"

/* Without what only a terminal wants; NULL: nothing yet; the caller frees it. */
static inline char *guest_console(const char *path)
{
	size_t n = 0, to = 0;
	char *text = ff_read_file(path, &n);

	for (size_t i = 0; text && i < n; i++)
		if (text[i] && text[i] != '\r')
			text[to++] = text[i];
	if (text)
		text[to] = '\0';
	return text;
}

#endif
