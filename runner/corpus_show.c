// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz corpus list, show, check. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/attrs.h"
#include "runner/corpus_cmd.h"
#include "runner/msg.h"
#include "runner/options.h"

/* {"signal": ["..."], ...}: a key has all its values. */
static json_t *attrs_json(const char *attrs)
{
	json_t *all = json_object(), *values;
	const char *at = attrs, *line;
	size_t n, key;
	char name[FF_ATTR_MAX + 1];

	while ((line = ff_attrs_next(&at, NULL, &n))) {
		key = strcspn(line, "=");
		snprintf(name, sizeof(name), "%.*s", (int)key, line);
		values = json_object_get(all, name);
		if (!values) {
			values = json_array();
			json_object_set_new(all, name, values);
		}
		json_array_append_new(values, json_stringn(line + key + 1, n - key - 1));
	}
	return all;
}

static json_t *entry_json(const struct ff_entry *e, const struct ff_program *p, bool text)
{
	char id[FF_ID_TEXT], target[128];
	json_t *j;

	ff_id_text(&e->id, id);
	ff_target_print(&p->target, target, sizeof(target));
	j = json_pack("{s:s,s:s,s:i,s:i,s:o}", "id", id, "target", target, "threads", (int)p->nthreads, "calls",
		      (int)p->ncalls, "attributes", attrs_json(e->attrs));
	if (j && text)
		json_object_set_new(j, "program", json_string(e->text));
	return j;
}

/* As a line of a list shows it: how many signals, and the attributes that are few. */
static void print_attrs(const char *attrs)
{
	const char *at = attrs, *line;
	unsigned int signals = 0;
	size_t n;

	while (ff_attrs_next(&at, "signal", &n))
		signals++;
	if (signals)
		printf(" signals=%u", signals);
	at = attrs;
	while ((line = ff_attrs_next(&at, NULL, &n)))
		if (strncmp(line, "signal=", 7))
			printf(" %.*s", (int)n, line);
}

static void print_line(const struct ff_entry *e, const struct ff_program *p)
{
	char id[FF_ID_TEXT], target[128];

	ff_id_text(&e->id, id);
	ff_target_print(&p->target, target, sizeof(target));
	printf("%.*s %3u calls %u threads %s", FF_ID_SHORT, id, p->ncalls, p->nthreads, target);
	print_attrs(e->attrs);
	putchar('\n');
}

/* The text of a program file: what is known of it as comments. */
static void print_program(const struct ff_entry *e)
{
	const char *rest = strchr(e->text, '\n'), *at = e->attrs, *line;
	char id[FF_ID_TEXT];
	size_t n;

	ff_id_text(&e->id, id);
	printf("%.*s\n# id %s\n", (int)(rest ? rest - e->text : 0), e->text, id);
	while ((line = ff_attrs_next(&at, NULL, &n)))
		printf("# %.*s\n", (int)n, line);
	fputs(rest ? rest + 1 : e->text, stdout);
}

void ff_corpus_print_json(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
}

/* The end of list and show: what was gathered is printed if nothing failed, and all is freed. */
static int answer(const struct ff_corpus_args *a, int ret, json_t *all, struct ff_scan *s, struct ff_program *p)
{
	if (!ret && a->json)
		ff_corpus_print_json(json_incref(all));
	json_decref(all);
	if (s)
		ff_scan_free(s);
	free(p);
	free(s);
	return ret;
}

int ff_corpus_list(const struct ff_corpus_args *a)
{
	struct ff_scan *s = calloc(1, sizeof(*s));
	struct ff_program *p = malloc(sizeof(*p));
	json_t *all = json_array();
	int ret = s && p ? ff_corpus_load(a->store, s) : FF_EXIT_HARNESS;

	for (size_t i = 0; !ret && i < s->set.n; i++) {
		if (!ff_corpus_parse(&s->set.e[i], p))
			continue;
		if (a->json)
			json_array_append_new(all, entry_json(&s->set.e[i], p, false));
		else
			print_line(&s->set.e[i], p);
	}
	if (!ret && ff_corpus_tell(a->store, s))
		ff_msg_warn("%s: the list has what can be read; foliofuzz corpus check %s tells more", a->store, a->store);
	return answer(a, ret, all, s, p);
}

int ff_corpus_show(const struct ff_corpus_args *a)
{
	struct ff_scan *s = calloc(1, sizeof(*s));
	struct ff_program *p = malloc(sizeof(*p));
	json_t *all = json_array();
	int ret = s && p ? ff_corpus_load(a->store, s) : FF_EXIT_HARNESS, i;
	struct ff_entry *e;

	for (i = 0; !ret && i < a->nwords; i++) {
		e = ff_corpus_pick(&s->set, a->store, a->words[i]);
		if (!e || !ff_corpus_parse(e, p))
			ret = FF_EXIT_USAGE;
		else if (a->json)
			json_array_append_new(all, entry_json(e, p, true));
		else
			print_program(e);
	}
	return answer(a, ret, all, s, p);
}

static json_t *check_json(const struct ff_scan *s, unsigned int unusable)
{
	json_t *lost = json_array();

	for (unsigned int i = 0; i < s->nlost && i < FF_LOST_KEPT; i++)
		json_array_append_new(lost, json_pack("{s:I,s:I,s:s}", "offset", (json_int_t)s->lost[i].off, "bytes",
						      (json_int_t)s->lost[i].len, "why", s->lost[i].why));
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:i,s:o}", "programs", (json_int_t)s->set.n, "records",
			 (json_int_t)s->records, "lost_ranges", (json_int_t)s->nlost, "lost_bytes",
			 (json_int_t)s->lost_bytes, "unfinished_bytes", (json_int_t)s->torn, "unusable", (int)unusable,
			 "lost", lost);
}

int ff_corpus_check(const struct ff_corpus_args *a)
{
	struct ff_scan *s = calloc(1, sizeof(*s));
	struct ff_program *p = malloc(sizeof(*p));
	int ret = s && p ? ff_corpus_load(a->store, s) : FF_EXIT_HARNESS;
	unsigned int unusable = 0;
	bool hurt;

	if (!ret) {
		for (size_t i = 0; i < s->set.n; i++)
			unusable += !ff_corpus_parse(&s->set.e[i], p);
		hurt = ff_corpus_tell(a->store, s);
		if (a->json)
			ff_corpus_print_json(check_json(s, unusable));
		else
			printf("%s: %zu programs in %zu records, %llu bytes lost, %llu unfinished\n", a->store, s->set.n,
			       s->records, (unsigned long long)s->lost_bytes, (unsigned long long)s->torn);
		if (hurt)
			ff_msg_info("foliofuzz corpus repair %s writes what can be read to %s.repaired", a->store, a->store);
		ret = hurt || unusable ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
	}
	if (s)
		ff_scan_free(s);
	free(p);
	free(s);
	return ret;
}
