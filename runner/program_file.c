// SPDX-License-Identifier: GPL-2.0-only
#include "runner/program_file.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/cache.h"
#include "runner/json_read.h"
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

/* A finding's folder must say what it is; beside a file that is called program.ff it may. */
static int read_finding(struct ff_named *n, const char *dir)
{
	char path[4200];
	json_error_t e;

	snprintf(path, sizeof(path), "%s/finding.json", dir);
	n->finding = json_load_file(path, 0, &e);
	if (n->finding || (!n->folder && json_error_code(&e) == json_error_cannot_open_file))
		return 0;
	ff_msg_error("cannot read the finding %s: %s", path, e.text);
	return -EINVAL;
}

int ff_named_open(struct ff_named *n, const char *name, struct ff_program *p)
{
	char path[4200], dir[4096];
	struct stat st;

	memset(n, 0, sizeof(*n));
	n->folder = !stat(name, &st) && S_ISDIR(st.st_mode);
	snprintf(path, sizeof(path), "%.4095s%s", name, n->folder ? "/program.ff" : "");
	n->text = ff_program_file(path, p);
	if (!n->text)
		return -EINVAL;
	if (n->folder)
		return read_finding(n, name);
	snprintf(dir, sizeof(dir), "%s", name);
	if (strcmp(basename(dir), "program.ff"))
		return 0;
	snprintf(dir, sizeof(dir), "%s", name);
	return read_finding(n, dirname(dir));
}

void ff_named_close(struct ff_named *n)
{
	json_decref(n->finding);
	free(n->text);
	memset(n, 0, sizeof(*n));
}

const char *ff_named_word(const struct ff_named *n, const char *name)
{
	return ff_json_text(n->finding, name);
}

int ff_named_number(const struct ff_named *n, const char *name)
{
	return (int)ff_json_int(n->finding, name);
}
