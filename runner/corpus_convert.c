// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz corpus add, import, export: programs from files and to files. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "corpus/attrs.h"
#include "corpus/convert.h"
#include "runner/cache.h"
#include "runner/corpus_cmd.h"
#include "runner/msg.h"
#include "runner/options.h"

/**
 * struct job - an import or an export under way
 * @c: the store that is added to
 * @file: what is read now, for sources; @part: programs of it so far
 * @waiting: ids that are told once they are committed
 * @left: notes as JSON; @nleft: how many
 */
struct job {
	const struct ff_corpus_args *a;
	struct ff_corpus *c;
	const char *file, *format;
	struct ff_target target;
	unsigned int part, nleft;
	json_t *waiting, *left;
	bool failed;
};

static int by_line(const void *a, const void *b)
{
	const struct ff_note *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

/* Threads are written side by side: people read from top to bottom. */
static void tell_notes(struct job *j, const char *file, struct ff_notes *notes)
{
	if (notes->count)
		qsort(notes->n, notes->count, sizeof(*notes->n), by_line);
	for (size_t i = 0; i < notes->count; i++) {
		ff_msg_warn("%s:%u: %s", file, notes->n[i].line, notes->n[i].text);
		json_array_append_new(j->left, json_pack("{s:s,s:i,s:s}", "file", file, "line", (int)notes->n[i].line,
							 "text", notes->n[i].text));
	}
	if (notes->failed)
		ff_msg_error("%s: no memory to tell everything that was left out", file);
	j->failed |= notes->failed;
	j->nleft += (unsigned int)notes->count;
	ff_notes_free(notes);
}

/* Attributes of one program: those given, where it comes from, its seed. */
static char *attrs_of(const struct job *j, const struct ff_program *p)
{
	const char *name = strrchr(j->file, '/');
	char line[FF_ATTR_MAX + 1], seed[80] = "", *both, *joined;

	name = name ? name + 1 : j->file;
	if (strcmp(j->format, "ff"))
		snprintf(line, sizeof(line), "source=%s:%.200s:%u", j->format, name, j->part);
	else
		snprintf(line, sizeof(line), "source=%.200s", name);
	if (p->seed || p->number)
		snprintf(seed, sizeof(seed), "seed=%" PRIu64 ":%" PRIu64 "\n", p->seed, p->number);
	/* A name that no attribute may have is not worth failing for. */
	if (asprintf(&both, "%s%s%s", seed, ff_attr_check(line) ? "" : line, ff_attr_check(line) ? "" : "\n") < 0)
		return NULL;
	joined = ff_attrs_join(both, j->a->attrs ? j->a->attrs : "");
	free(both);
	return joined;
}

static int take(void *to, const struct ff_program *p)
{
	struct job *j = to;
	char hex[FF_ID_TEXT], *text, *attrs;
	struct ff_why why = { "no memory" };
	struct ff_id id;
	int ret = -ENOMEM;

	j->part++;
	text = ff_program_text(p);
	attrs = attrs_of(j, p);
	if (text && attrs)
		ret = ff_corpus_add(j->c, text, attrs, &id, NULL, &why);
	free(text);
	free(attrs);
	if (ret) {
		ff_msg_error("%s", why.text);
		j->failed = true;
		return ret;
	}
	ff_id_text(&id, hex);
	json_array_append_new(j->waiting, json_string(hex));
	return 0;
}

static int import_ff(struct job *j, const char *text, size_t len)
{
	struct ff_program *p = malloc(sizeof(*p));
	struct ff_error e = { 0 };
	int ret = p ? ff_program_parse(text, len, p, &e) : -ENOMEM;

	if (!ret)
		ret = take(j, p);
	else if (e.line)
		ff_msg_error("%s:%u: %s", j->file, e.line, e.text);
	else
		ff_msg_error("%s: %s", j->file, p ? e.text : "no memory");
	free(p);
	return ret;
}

/* One file; 0, or the exit status with a message. */
static int import_file(struct job *j)
{
	struct ff_notes notes = { 0 };
	size_t len = 0;
	char *text = ff_read_file(j->file, &len);
	int ret;

	if (!text) {
		ff_msg_error("cannot read %s: %s", j->file, strerror(errno));
		return FF_EXIT_HARNESS;
	}
	j->part = 0;
	if (!strcmp(j->format, "fsx"))
		ret = ff_fsx_import(text, len, &j->target, take, j, &notes);
	else if (!strcmp(j->format, "syz"))
		ret = ff_syz_import(text, len, &j->target, take, j, &notes);
	else
		ret = import_ff(j, text, len);
	free(text);
	tell_notes(j, j->file, &notes);
	if (!ret && !j->part)
		ff_msg_warn("%s: there is no program in it", j->file);
	if (ret == -EINVAL && strcmp(j->format, "ff"))
		ff_msg_error("%s: nothing of it can be expressed as a program on this target", j->file);
	if (j->failed)
		return FF_EXIT_HARNESS;
	return ret == -EINVAL ? FF_EXIT_USAGE : ret ? FF_EXIT_HARNESS : 0;
}

static void print_ids(const json_t *ids)
{
	for (size_t i = 0; i < json_array_size(ids); i++)
		puts(json_string_value(json_array_get(ids, i)));
}

/* Each file is a commit of its own: what is printed is safe. */
static int import_all(struct job *j)
{
	json_t *all = json_array();
	int ret = 0, one, i;
	struct ff_why why;

	for (i = 0; i < j->a->nwords && !j->failed; i++) {
		j->file = j->a->words[i];
		one = import_file(j);
		if (!j->failed && ff_corpus_commit(j->c, &why)) {
			ff_msg_error("%s", why.text);
			j->failed = true;
		}
		if (j->failed)
			break;
		ret = one > ret ? one : ret;	/* one bad file must not cost the others */
		if (!j->a->json)
			print_ids(j->waiting);
		json_array_extend(all, j->waiting);
		json_array_clear(j->waiting);
	}
	if (j->a->json)
		ff_corpus_print_json(json_pack("{s:O,s:O}", "programs", all, "left_out", j->left));
	json_decref(all);
	return j->failed ? FF_EXIT_HARNESS : ret ? ret : j->nleft ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
}

static int import(const struct ff_corpus_args *a, const char *format)
{
	struct job j = { .a = a, .format = format, .waiting = json_array(), .left = json_array() };
	struct ff_error e = { 0 };
	struct ff_why why;
	int ret;

	if (ff_target_parse(a->target ? a->target : "ext4", &j.target, &e)) {
		ff_msg_error("--target %s: %s", a->target, e.text);
		ret = FF_EXIT_USAGE;
	} else if (ff_corpus_open(&j.c, a->store, &why)) {
		ff_msg_error("%s", why.text);
		ret = FF_EXIT_HARNESS;
	} else {
		if (ff_corpus_tell(a->store, ff_corpus_content(j.c)))
			ff_msg_info("what is added now stands behind that and can be read");
		ret = import_all(&j);
		ff_corpus_close(j.c);
	}
	json_decref(j.waiting);
	json_decref(j.left);
	return ret;
}

int ff_corpus_add_files(const struct ff_corpus_args *a)
{
	return import(a, "ff");
}

int ff_corpus_import(const struct ff_corpus_args *a)
{
	return import(a, a->format ? a->format : "ff");
}

/* ---- export ---- */

static char *text_of(struct job *j, const struct ff_entry *e, struct ff_notes *notes)
{
	struct ff_program *p = malloc(sizeof(*p));
	char *text = NULL;

	if (p && ff_corpus_parse(e, p)) {
		if (!strcmp(j->format, "fsx"))
			text = ff_fsx_export(p, notes);
		else if (!strcmp(j->format, "syz"))
			text = ff_syz_export(p, notes);
		else
			text = strdup(e->text);
	}
	free(p);
	return text;
}

static int export_one(struct job *j, const struct ff_entry *e)
{
	const char *suffix = strcmp(j->format, "fsx") ? j->format : "fsxops";
	struct ff_notes notes = { 0 };
	char id[FF_ID_TEXT], path[4200] = "";
	char *text = text_of(j, e, &notes);
	int ret = 0;

	ff_id_text(&e->id, id);
	id[FF_ID_SHORT] = '\0';
	tell_notes(j, id, &notes);
	if (!text)
		return FF_EXIT_HARNESS;
	if (j->a->out) {
		snprintf(path, sizeof(path), "%.4000s/%s.%s", j->a->out, id, suffix);
		ret = ff_write_file(path, text, strlen(text));
		if (ret)
			ff_msg_error("cannot write %s: %s", path, strerror(-ret));
		else if (!j->a->json)
			puts(path);
	} else if (!j->a->json) {
		fputs(text, stdout);
	}
	json_array_append_new(j->waiting, json_pack("{s:s,s:s,s:s}", "id", id, "path", path, "text",
						    j->a->out ? "" : text));
	free(text);
	return ret ? FF_EXIT_HARNESS : 0;
}

/* Those named, or all. */
static int export_all(struct job *j, const struct ff_set *set)
{
	size_t n = j->a->nwords ? (size_t)j->a->nwords : set->n, i;
	const struct ff_entry *e;
	int ret = 0;

	if (n > 1 && !j->a->out && !j->a->json) {
		ff_msg_error("%zu programs do not go into one file: give --out DIR, or the id of one", n);
		return FF_EXIT_USAGE;
	}
	for (i = 0; i < n && !ret; i++) {
		e = j->a->nwords ? ff_corpus_pick(set, j->a->store, j->a->words[i]) : &set->e[i];
		ret = e ? export_one(j, e) : FF_EXIT_USAGE;
	}
	if (!ret && j->a->json)
		ff_corpus_print_json(json_pack("{s:O,s:O}", "programs", j->waiting, "left_out", j->left));
	return ret ? ret : j->nleft ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
}

int ff_corpus_export(const struct ff_corpus_args *a)
{
	struct job j = { .a = a, .format = a->format ? a->format : "ff", .waiting = json_array(),
			 .left = json_array() };
	struct ff_scan *s = calloc(1, sizeof(*s));
	int ret = s ? ff_corpus_load(a->store, s) : FF_EXIT_HARNESS;

	if (!ret && a->out && mkdir(a->out, 0755) && errno != EEXIST) {
		ff_msg_error("cannot make the folder %s: %s", a->out, strerror(errno));
		ret = FF_EXIT_HARNESS;
	}
	if (!ret) {
		ff_corpus_tell(a->store, s);
		ret = export_all(&j, &s->set);
		ff_scan_free(s);
	}
	free(s);
	json_decref(j.waiting);
	json_decref(j.left);
	return ret;
}
