/* SPDX-License-Identifier: GPL-2.0-only */
/* Columns of numbers, read from a plot.csv (docs/output.md). */
#ifndef FF_RUNNER_REPORT_TABLE_H
#define FF_RUNNER_REPORT_TABLE_H

#include <stddef.h>

#define FF_TABLE_COLUMNS 32

/**
 * struct ff_table - what a file had
 * @name: of the columns, as the first line has them
 * @value: @rows numbers of each; NAN where there is none
 * @bad: lines that were no numbers, or of which the last part was missing
 */
struct ff_table {
	unsigned int columns, rows, bad;
	char name[FF_TABLE_COLUMNS][32];
	double *value[FF_TABLE_COLUMNS];
};

/** ff_table_read() - from text; 0, -EINVAL: no header; -ENOMEM. ff_table_free() frees what it holds */
int ff_table_read(struct ff_table *t, const char *text);
void ff_table_free(struct ff_table *t);

/** ff_table_column() - a column by name, or NULL */
const double *ff_table_column(const struct ff_table *t, const char *name);

#endif
