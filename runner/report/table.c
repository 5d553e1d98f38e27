// SPDX-License-Identifier: GPL-2.0-only
#include "runner/report/table.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int count_lines(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* The header, and where it ends. */
static const char *read_names(struct ff_table *t, const char *text)
{
	size_t n;

	for (; *text && *text != '\n' && t->columns < FF_TABLE_COLUMNS; text += n + (text[n] == ',')) {
		n = strcspn(text, ",\r\n");
		snprintf(t->name[t->columns++], sizeof(t->name[0]), "%.*s", (int)n, text);
		if (text[n] == '\r')
			n++;
	}
	return text + strcspn(text, "\n");
}

/* One line: as many numbers as there are columns, or it does not count. */
static bool read_row(struct ff_table *t, const char *line, const char *end)
{
	for (unsigned int i = 0; i < t->columns; i++) {
		char *after = (char *)line;
		double v = line < end && *line != ',' ? strtod(line, &after) : NAN;

		if (after == line)
			v = NAN;
		if (after > end || (i + 1 < t->columns ? *after != ',' : after != end && *after != '\r'))
			return false;
		t->value[i][t->rows] = isfinite(v) ? v : NAN;
		line = after + 1;
	}
	t->rows++;
	return true;
}

int ff_table_read(struct ff_table *t, const char *text)
{
	unsigned int lines = count_lines(text);
	const char *end;

	memset(t, 0, sizeof(*t));
	text = read_names(t, text);
	if (!t->columns || *text != '\n')
		return -EINVAL;
	for (unsigned int i = 0; i < t->columns; i++) {
		t->value[i] = calloc(lines + 1, sizeof(double));
		if (!t->value[i]) {
			ff_table_free(t);
			return -ENOMEM;
		}
	}
	/* A last line without a newline was being written when it was copied. */
	for (text++; (end = strchr(text, '\n')); text = end + 1)
		if (end > text && !read_row(t, text, end))
			t->bad++;
	return 0;
}

void ff_table_free(struct ff_table *t)
{
	for (unsigned int i = 0; i < t->columns; i++)
		free(t->value[i]);
	memset(t, 0, sizeof(*t));
}

const double *ff_table_column(const struct ff_table *t, const char *name)
{
	for (unsigned int i = 0; i < t->columns; i++)
		if (!strcmp(t->name[i], name))
			return t->value[i];
	return NULL;
}
