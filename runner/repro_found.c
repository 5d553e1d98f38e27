// SPDX-License-Identifier: GPL-2.0-only
#include "runner/repro_found.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/repro.h"
#include "runner/msg.h"
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

int ff_repro_program(struct ff_repro_found *r, const char *path)
{
	char *text = ff_program_file(path, &r->program);

	if (!text)
		return -EINVAL;
	take_comment(r, text);
	free(text);
	return 0;
}

static const char *field(json_t *j, const char *name)
{
	const char *text = json_string_value(json_object_get(j, name));

	return text ? text : "";
}

/* finding.json and program.ff of a folder. */
int ff_repro_finding(struct ff_repro_found *r, const char *dir)
{
	char path[4200];
	json_error_t e;
	json_t *j;

	snprintf(path, sizeof(path), "%s/finding.json", dir);
	j = json_load_file(path, 0, &e);
	if (!j) {
		ff_msg_error("cannot read the finding %s: %s", path, e.text);
		return -EINVAL;
	}
	snprintf(r->signature, sizeof(r->signature), "%s", field(j, "signature"));
	snprintf(r->what, sizeof(r->what), "%s", field(j, "what"));
	snprintf(r->kernel, sizeof(r->kernel), "%.100s (%.100s), in %d of %d runs of foliofuzz", field(j, "kernel"),
		 field(j, "release"), (int)json_integer_value(json_object_get(j, "hits")),
		 (int)json_integer_value(json_object_get(j, "runs")));
	json_decref(j);
	snprintf(path, sizeof(path), "%s/program.ff", dir);
	if (ff_repro_program(r, path))
		return -EINVAL;
	r->about[0] = '\0';	/* it says what finding.json says */
	return 0;
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
