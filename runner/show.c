// SPDX-License-Identifier: GPL-2.0-only
#include "runner/show.h"

#include <stdio.h>
#include <string.h>

#include "runner/msg.h"
#include "runner/vm/guest.h"

/* Never more than fits; a line that does not fit is left out with all after it. */
static size_t show_file(const char *path, char *out, size_t n)
{
	char line[256], text[400];
	FILE *f = fopen(path, "re");
	size_t used = 0, len;

	if (!f) {
		len = (size_t)snprintf(text, sizeof(text), "%s: cannot be read: %m\n", path);
		if (len < n)
			memcpy(out, text, len);
		return len < n ? len : 0;
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		len = (size_t)snprintf(text, sizeof(text), "%.120s: %s\n", path, line);
		if (used + len >= n)
			break;
		memcpy(out + used, text, len);
		used += len;
	}
	fclose(f);
	return used;
}

void ff_show_files(struct ff_box *b)
{
	static char paths[256];
	static bool asked;
	char list[sizeof(paths)], all[sizeof(b->shown)] = "", *path, *save;
	size_t used = 0;

	if (!asked && ff_guest_option("ff.show", paths, sizeof(paths)))
		paths[0] = '\0';
	asked = true;
	if (!paths[0])
		return;
	snprintf(list, sizeof(list), "%s", paths);
	for (path = strtok_r(list, ",", &save); path; path = strtok_r(NULL, ",", &save))
		used += show_file(path, all + used, sizeof(all) - 1 - used);
	memcpy(b->shown, all, sizeof(all));
}

void ff_show_tell(struct ff_box *b)
{
	char text[sizeof(b->shown)], *line, *save;

	memcpy(text, b->shown, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	memset(b->shown, 0, sizeof(b->shown));
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		ff_msg_info("shown: %s", line);
}
