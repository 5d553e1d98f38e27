// SPDX-License-Identifier: GPL-2.0-only
/* How the campaign went: plots, its shards, coverage, and what its guests went through. */
#include <string.h>

#include "runner/report/page.h"

static void ground_row(const char *group, const json_t *counters, FILE *out)
{
	const char *name;
	json_t *v;

	fputs("<tr><th scope=\"row\">", out);
	ff_html_text(out, group);
	fputs("</th><td>", out);
	json_object_foreach((json_t *)counters, name, v) {
		fputs("<span class=\"mono\">", out);
		ff_html_text(out, name);
		fputs("</span> ", out);
		ff_html_number(out, (unsigned long long)json_integer_value(v));
		fputs(json_integer_value(v) ? "; " : " <span class=\"off\">(never)</span>; ", out);
	}
	fputs("</td></tr>\n", out);
}

static void ground(const struct ff_report *r, FILE *out)
{
	json_t *j = json_object_get(r->summary, "ground"), *v;
	const char *name;
	size_t i;

	if (!json_is_object(j))
		return;
	fputs("<h2 id=\"ground\">Ground</h2>\n<p>What the guests' memory went through: what never happened, the campaign "
	      "says nothing about.</p>\n", out);
	json_array_foreach(json_object_get(j, "never"), i, v) {
		fputs("<p class=\"warning\">Warning: ", out);
		ff_html_text(out, json_string_value(v));
		fputs(": this campaign says nothing about it.</p>\n", out);
	}
	ff_html_box(out, "Counters of the ground");
	fputs("<table>\n<thead><tr><th scope=\"col\">Group</th><th scope=\"col\">Counters</th></tr></thead>\n<tbody>\n", out);
	json_object_foreach(j, name, v)
		if (json_is_object(v))
			ground_row(name, v, out);
	fputs("</tbody>\n</table>\n</div>\n", out);
}

/* What a shard's row may say, if summary.json of the merged folder has it. */
static const struct {
	const char *key, *title;
} shard_columns[] = {
	{ "kernel", "Kernel" }, { "seed", "Seed" }, { "seconds", "Seconds" }, { "programs", "Programs" },
	{ "calls", "Calls" }, { "kept", "Programs kept" }, { "findings", "Findings" }, { "lost", "Guests lost" },
	{ "restarts", "VMs replaced" }, { "ended", "Ended" },
};
#define SHARD_COLUMNS (sizeof(shard_columns) / sizeof(*shard_columns))

/* Is there a shard that tells this? */
static bool has_column(const json_t *shards, const char *key)
{
	const json_t *v;
	size_t i;

	json_array_foreach(shards, i, v)
		if (json_object_get(v, key))
			return true;
	return false;
}

static void shard_cell(const json_t *v, FILE *out)
{
	if (json_is_integer(v)) {
		fputs("<td class=\"n\">", out);
		ff_html_number(out, (unsigned long long)json_integer_value(v));
	} else if (json_is_real(v)) {
		fputs("<td class=\"n\">", out);
		ff_html_printf(out, "%.0f", json_real_value(v));
	} else if (json_is_array(v)) {
		fprintf(out, "<td class=\"n\">%zu", json_array_size(v));
	} else {
		fputs("<td>", out);
		ff_html_text(out, json_is_string(v) ? json_string_value(v) : "");
	}
	fputs("</td>", out);
}

static void shard_row(const json_t *shards, const json_t *shard, FILE *out)
{
	fputs("<tr><th scope=\"row\">", out);
	ff_html_text(out, ff_json_text(shard, "name"));
	fputs("</th>", out);
	for (size_t i = 0; i < SHARD_COLUMNS; i++)
		if (has_column(shards, shard_columns[i].key))
			shard_cell(json_object_get(shard, shard_columns[i].key), out);
	fputs("</tr>\n", out);
}

/* Of a folder that was merged out of several. */
static void shards(const struct ff_report *r, FILE *out)
{
	const json_t *all = json_object_get(r->summary, "shards"), *v;
	size_t i;

	if (!json_array_size(all))
		return;
	fputs("<h3>Shards</h3>\n", out);
	ff_html_box(out, "Shards");
	fputs("<table>\n<thead><tr><th scope=\"col\">Shard</th>", out);
	for (i = 0; i < SHARD_COLUMNS; i++)
		if (has_column(all, shard_columns[i].key))
			ff_html_element(out, "th scope=\"col\"", shard_columns[i].title);
	fputs("</tr></thead>\n<tbody>\n", out);
	json_array_foreach(all, i, v)
		shard_row(all, v, out);
	fputs("</tbody>\n</table>\n</div>\n", out);
}

void ff_page_campaign(const struct ff_report *r, FILE *out)
{
	fputs("<section aria-labelledby=\"campaign\">\n<h2 id=\"campaign\">Campaign</h2>\n", out);
	ff_page_plots(r, out);
	shards(r, out);
	ff_page_coverage(r, out);
	ground(r, out);
	fputs("</section>\n", out);
}
