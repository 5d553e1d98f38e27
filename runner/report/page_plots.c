// SPDX-License-Identifier: GPL-2.0-only
/* Plots of a campaign, of one folder's plot.csv or of those of its shards. */
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runner/cache.h"
#include "runner/report/page.h"
#include "runner/report/plot.h"
#include "runner/report/table.h"

#define MAX_SHARDS 64

/** struct plots - what was read: a table a shard, or one without a name */
struct plots {
	unsigned int n, more, bad;
	char name[MAX_SHARDS][64];
	struct ff_table table[MAX_SHARDS];
};

/** struct figure - a plot: columns of the tables, up to two of them, divided by @unit */
struct figure {
	const char *title, *column[2], *name[2];
	double unit;
	bool steps;
};

static const struct figure figures[] = {
	{ "Calls per second", { "calls_per_second", NULL }, { "calls/s", NULL }, 1, false },
	{ "Signal", { "features", "stable" }, { "features seen", "stable, in kept programs" }, 1, false },
	{ "Findings", { "findings", "known" }, { "findings", "known ones" }, 1, true },
	{ "Programs kept", { "kept", NULL }, { "programs", NULL }, 1, true },
	{ "Memory and disk, MiB", { "rss_kib", "disk_kib" }, { "memory of foliofuzz", "disk" }, 1024, false },
};

static void read_one(struct plots *p, const char *path, const char *name)
{
	size_t len;
	char *text = ff_read_file(path, &len);

	if (!text)
		return;
	if (p->n == MAX_SHARDS) {
		p->more++;
	} else if (!ff_table_read(&p->table[p->n], text)) {
		p->bad += p->table[p->n].bad;
		snprintf(p->name[p->n++], sizeof(p->name[0]), "%s", name);
	}
	free(text);
}

/* The folder's name is no pattern, whatever is in it. */
static void shard_pattern(const char *dir, char *out, size_t n)
{
	size_t used = 0;

	for (; *dir && used + 40 < n; dir++) {
		if (strchr("*?[\\", *dir))
			out[used++] = '\\';
		out[used++] = *dir;
	}
	snprintf(out + used, n - used, "/shards/*.plot.csv");
}

static void read_all(const struct ff_report *r, struct plots *p)
{
	char path[6200], name[64];
	glob_t g;

	snprintf(path, sizeof(path), "%s/plot.csv", r->dir);
	read_one(p, path, "");
	shard_pattern(r->dir, path, sizeof(path));
	/* A merged folder has the plots of its shards, and none of its own. */
	if (p->n || glob(path, 0, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *base = strrchr(g.gl_pathv[i], '/') + 1;

		snprintf(name, sizeof(name), "%.*s", (int)(strlen(base) - strlen(".plot.csv")), base);
		read_one(p, g.gl_pathv[i], name);
	}
	globfree(&g);
}

/* The line of a column; false when the table does not have it. */
static bool line_of(const struct plots *p, unsigned int table, const struct figure *f, unsigned int column,
		    struct ff_line *line)
{
	const struct ff_table *t = &p->table[table];
	const double *x = ff_table_column(t, "seconds"), *y = ff_table_column(t, f->column[column]);
	double *scaled = x && y && t->rows ? calloc(t->rows, sizeof(*scaled)) : NULL;

	if (!scaled)
		return false;
	for (unsigned int i = 0; i < t->rows; i++)
		scaled[i] = y[i] / f->unit;
	snprintf(line->name, sizeof(line->name), "%s", p->n > 1 ? p->name[table] : f->name[column]);
	line->n = t->rows;
	line->x = x;
	line->y = scaled;
	return true;
}

/* Of several shards the first column only: a line each. */
static void draw(const struct plots *p, const struct figure *f, FILE *out)
{
	struct ff_line line[MAX_SHARDS + 1];
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->n; i++)
		for (unsigned int c = 0; c < (p->n > 1 ? 1 : 2); c++)
			if (f->column[c] && line_of(p, i, f, c, &line[n]))
				n++;
	if (n)
		ff_plot(out, f->title, line, n, f->steps);
	for (unsigned int i = 0; i < n; i++)
		free((double *)line[i].y);
}

/* Of a campaign that has no plot.csv: what summary.json says of its growth. */
static void draw_growth(const struct ff_report *r, FILE *out)
{
	const json_t *growth = json_object_get(json_object_get(r->summary, "feedback"), "growth"), *point;
	size_t rows = json_array_size(growth), i;
	double *v = calloc(rows * 4 + 1, sizeof(*v));
	struct ff_line line[3] = { { .name = "features seen" }, { .name = "stable, in kept programs" },
				   { .name = "programs kept" } };

	if (!v || rows < 2) {
		fputs("<p class=\"note\">There is no plot.csv, and no growth in summary.json: nothing to plot.</p>\n", out);
		free(v);
		return;
	}
	json_array_foreach(growth, i, point)
		for (size_t k = 0; k < 4; k++)
			v[k * rows + i] = json_number_value(json_array_get(point, k));
	for (size_t k = 0; k < 3; k++) {
		line[k].n = (unsigned int)rows;
		line[k].x = v;
		line[k].y = v + (k + 1) * rows;
	}
	fputs("<p class=\"note\">There is no plot.csv; this is from summary.json, over guest time.</p>\n"
	      "<div class=\"plots\">\n", out);
	ff_plot(out, "Signal", line, 2, false);
	ff_plot(out, "Programs kept", line + 2, 1, true);
	fputs("</div>\n", out);
	free(v);
}

void ff_page_plots(const struct ff_report *r, FILE *out)
{
	struct plots *p = calloc(1, sizeof(*p));

	if (!p)
		return;
	read_all(r, p);
	if (p->n)
		fputs("<div class=\"plots\">\n", out);
	for (size_t i = 0; p->n && i < sizeof(figures) / sizeof(*figures); i++)
		draw(p, &figures[i], out);
	if (p->n)
		fputs("</div>\n", out);
	else
		draw_growth(r, out);
	if (p->bad)
		fprintf(out, "<p class=\"warning\">%u lines of plot.csv are no numbers, and were left out.</p>\n", p->bad);
	if (p->more)
		fprintf(out, "<p class=\"note\">%u more shards are not plotted.</p>\n", p->more);
	for (unsigned int i = 0; i < p->n; i++)
		ff_table_free(&p->table[i]);
	free(p);
}
