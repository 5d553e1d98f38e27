// SPDX-License-Identifier: GPL-2.0-only
#include "runner/repro_found.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/repro.h"
#include "runner/program_file.h"

/* The comment at the head of a program's text, for people: not the version, not the seed. */
static void take_comment(struct ff_repro_found *r, const char *text)
{
	size_t used = 0, n;

	for (; *text == '#'; text += n + (text[n] == '\n')) {
		const char *line = text + 1 + (text[1] == ' ');

		n = strcspn(text, "\n");
		if (!strncmp(text, "# foliofuzz ", 12) || (!strncmp(text, "# seed ", 7) && isdigit((unsigned char)text[7])))
			continue;
		used += (size_t)snprintf(r->about + used, sizeof(r->about) - used, "%.*s\n",
					 (int)(n - (size_t)(line - text) + (n < (size_t)(line - text))), line);
		if (used >= sizeof(r->about))
			return;
	}
}

int ff_repro_named(struct ff_repro_found *r, const char *name)
{
	struct ff_named n;
	int ret = ff_named_open(&n, name, &r->program);

	if (!ret && n.finding) {
		snprintf(r->signature, sizeof(r->signature), "%s", ff_named_word(&n, "signature"));
		snprintf(r->what, sizeof(r->what), "%s", ff_named_word(&n, "what"));
		snprintf(r->kernel, sizeof(r->kernel), "%.100s (%.100s), in %d of %d runs of foliofuzz",
			 ff_named_word(&n, "kernel"), ff_named_word(&n, "release"), ff_named_number(&n, "hits"),
			 ff_named_number(&n, "runs"));
	} else if (!ret) {
		take_comment(r, n.text);
	}
	ff_named_close(&n);
	return ret;
}

int ff_repro_found_text(const struct ff_repro_found *r, const char *name, char **text)
{
	struct ff_repro about = {
		.signature = r->signature, .what = r->what, .kernel = r->kernel, .about = r->about, .name = name,
	};
	size_t n = 0;
	FILE *f;
	int ret;

	*text = NULL;
	f = open_memstream(text, &n);
	ret = f ? ff_repro_write(&r->program, &about, f) : -errno;
	if (f && fclose(f) && !ret)
		ret = -ENOMEM;
	if (!ret)
		return 0;
	free(*text);
	*text = NULL;
	return ret;
}
