// SPDX-License-Identifier: GPL-2.0-only
#include "runner/program_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/cache.h"
#include "runner/msg.h"

char *ff_program_file(const char *path, struct ff_program *p)
{
	struct ff_error e = { 0 };
	size_t len = 0;
	char *text = ff_read_file(path, &len);

	if (!text) {
		ff_msg_error("cannot read the program %s: %s", path, strerror(errno));
		return NULL;
	}
	if (!ff_program_parse(text, len, p, &e))
		return text;
	if (e.line)
		ff_msg_error("%s:%u: %s", path, e.line, e.text);
	else
		ff_msg_error("%s: %s", path, e.text);
	free(text);
	return NULL;
}
