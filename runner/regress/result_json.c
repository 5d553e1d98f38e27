// SPDX-License-Identifier: GPL-2.0-only
/* DIR/regress.json, both ways. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runner/regress/formats.h"

#define VERSION	1

/* ---- writing ---- */

/* Texts of guests, and texts that were cut inside a character: to jansson no strings at all. */
static json_t *clean_text(const char *s)
{
	char *clean = ff_regress_clean(s, 4 * strlen(s), 1);
	json_t *o = clean ? json_string(clean) : NULL;

	free(clean);
	return o;
}

static json_t *kernel_json(const struct ff_regress_kernel *k)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "name", clean_text(k->name), "release", clean_text(k->release),
			 "version", clean_text(k->version), "append", clean_text(k->append), "accel", clean_text(k->accel),
			 "skipped", clean_text(k->skipped));
}

static json_t *program_json(const struct ff_regress_program *p)
{
	return json_pack("{s:o,s:o,s:o,s:o}", "name", clean_text(p->name), "about", clean_text(p->about),
			 "source", clean_text(p->source), "path", clean_text(p->path));
}

static json_t *result_json(const struct ff_regress *r, const struct ff_regress_result *x)
{
	json_t *signatures = json_array(), *expected = json_array();

	for (unsigned int i = 0; i < x->nsignatures; i++)
		json_array_append_new(signatures, json_pack("{s:o,s:i,s:o}", "signature", clean_text(x->signatures[i].signature),
							    "hits", (int)x->signatures[i].hits,
							    "what", clean_text(x->signatures[i].what)));
	for (unsigned int i = 0; i < x->nexpected; i++)
		json_array_append_new(expected, json_pack("{s:o,s:o}", "signature", clean_text(x->expected[i].signature),
							  "known", clean_text(x->expected[i].known)));
	return json_pack("{s:o,s:o,s:s,s:o,s:i,s:i,s:o,s:o,s:f,s:f,s:f,s:o}",
			 "program", clean_text(r->programs[x->program].name), "kernel", clean_text(r->kernels[x->kernel].name),
			 "verdict", ff_regress_verdict_name(x->verdict), "reason", clean_text(x->reason),
			 "runs", (int)x->runs, "hits", (int)x->hits, "signatures", signatures, "expected", expected,
			 "rate", x->rate, "miss_odds", x->miss_odds, "seconds", x->seconds,
			 "log", clean_text(x->log ? x->log : ""));
}

json_t *ff_regress_json(const struct ff_regress *r)
{
	json_t *kernels = json_array(), *programs = json_array(), *results = json_array();
	char shard[32];

	for (unsigned int i = 0; i < r->nkernels; i++)
		json_array_append_new(kernels, kernel_json(&r->kernels[i]));
	for (unsigned int i = 0; i < r->nprograms; i++)
		json_array_append_new(programs, program_json(&r->programs[i]));
	for (unsigned int i = 0; i < r->nresults; i++)
		json_array_append_new(results, result_json(r, &r->results[i]));
	snprintf(shard, sizeof(shard), "%u/%u", r->shard, r->shards);
	return json_pack("{s:i,s:s,s:f,s:s,s:o,s:o,s:o}", "version", VERSION, "started", r->started,
			 "seconds", r->seconds, "shard", shard, "kernels", kernels, "programs", programs,
			 "results", results);
}

/* ---- reading: a file that somebody may have edited ---- */

struct reader {
	char *why;
	size_t n;
	bool bad;
};

__attribute__((format(printf, 2, 3)))
static void complain(struct reader *in, const char *fmt, ...)
{
	va_list ap;

	if (in->bad)
		return;	/* the first is what people need */
	in->bad = true;
	va_start(ap, fmt);
	vsnprintf(in->why, in->n, fmt, ap);
	va_end(ap);
}

static void text(struct reader *in, const json_t *o, const char *key, char *to, size_t n)
{
	const char *s = json_string_value(json_object_get(o, key));

	if (!s)
		complain(in, "\"%s\": a string was expected", key);
	else if (strlen(s) >= n)
		complain(in, "\"%s\": longer than %zu bytes", key, n - 1);
	else
		strcpy(to, s);
}

/* What older files lack is "". */
static void maybe_text(struct reader *in, const json_t *o, const char *key, char *to, size_t n)
{
	if (json_object_get(o, key))
		text(in, o, key, to, n);
}

static unsigned int count(struct reader *in, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	json_int_t i = json_integer_value(v);

	if (!json_is_integer(v) || i < 0 || i > 1000000000)
		complain(in, "\"%s\": a number of 0 or more was expected", key);
	return in->bad ? 0 : (unsigned int)i;
}

static double number(struct reader *in, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_number(v))
		complain(in, "\"%s\": a number was expected", key);
	return json_number_value(v);
}

/* Room for all rows of a list; *@n stays 0 when there are none. */
static void *rows(struct reader *in, const json_t *o, const char *key, size_t size, unsigned int *n)
{
	const json_t *list = json_object_get(o, key);
	void *p;

	*n = 0;
	if (!json_is_array(list)) {
		complain(in, "\"%s\": a list was expected", key);
		return NULL;
	}
	p = calloc(json_array_size(list) + 1, size);
	if (!p)
		complain(in, "no memory");
	else
		*n = (unsigned int)json_array_size(list);
	return p;
}

static void read_kernels(struct reader *in, struct ff_regress *r, const json_t *j)
{
	r->kernels = rows(in, j, "kernels", sizeof(*r->kernels), &r->nkernels);
	for (unsigned int i = 0; i < r->nkernels; i++) {
		struct ff_regress_kernel *k = &r->kernels[i];
		const json_t *o = json_array_get(json_object_get(j, "kernels"), i);

		text(in, o, "name", k->name, sizeof(k->name));
		text(in, o, "release", k->release, sizeof(k->release));
		maybe_text(in, o, "version", k->version, sizeof(k->version));
		text(in, o, "append", k->append, sizeof(k->append));
		text(in, o, "accel", k->accel, sizeof(k->accel));
		text(in, o, "skipped", k->skipped, sizeof(k->skipped));
	}
}

static void read_programs(struct reader *in, struct ff_regress *r, const json_t *j)
{
	r->programs = rows(in, j, "programs", sizeof(*r->programs), &r->nprograms);
	for (unsigned int i = 0; i < r->nprograms; i++) {
		struct ff_regress_program *p = &r->programs[i];
		const json_t *o = json_array_get(json_object_get(j, "programs"), i);

		text(in, o, "name", p->name, sizeof(p->name));
		text(in, o, "about", p->about, sizeof(p->about));
		text(in, o, "source", p->source, sizeof(p->source));
		text(in, o, "path", p->path, sizeof(p->path));
	}
}

static void read_signatures(struct reader *in, struct ff_regress_result *x, const json_t *o)
{
	x->signatures = rows(in, o, "signatures", sizeof(*x->signatures), &x->nsignatures);
	for (unsigned int i = 0; i < x->nsignatures; i++) {
		const json_t *s = json_array_get(json_object_get(o, "signatures"), i);

		text(in, s, "signature", x->signatures[i].signature, sizeof(x->signatures[i].signature));
		maybe_text(in, s, "what", x->signatures[i].what, sizeof(x->signatures[i].what));
		x->signatures[i].hits = count(in, s, "hits");
	}
	x->expected = rows(in, o, "expected", sizeof(*x->expected), &x->nexpected);
	for (unsigned int i = 0; i < x->nexpected; i++) {
		const json_t *s = json_array_get(json_object_get(o, "expected"), i);

		text(in, s, "signature", x->expected[i].signature, sizeof(x->expected[i].signature));
		text(in, s, "known", x->expected[i].known, sizeof(x->expected[i].known));
	}
}

static void read_names(struct reader *in, const struct ff_regress *r, struct ff_regress_result *x, const json_t *o)
{
	char name[96] = "";

	text(in, o, "program", name, sizeof(name));
	while (x->program < r->nprograms && strcmp(r->programs[x->program].name, name))
		x->program++;
	if (x->program == r->nprograms)
		complain(in, "there is a result of the program \"%.80s\", which is not among the programs", name);
	text(in, o, "kernel", name, sizeof(name));
	while (x->kernel < r->nkernels && strcmp(r->kernels[x->kernel].name, name))
		x->kernel++;
	if (x->kernel == r->nkernels)
		complain(in, "there is a result of the kernel \"%.80s\", which is not among the kernels", name);
	text(in, o, "verdict", name, sizeof(name));
	while (x->verdict < FF_REGRESS_VERDICTS && strcmp(ff_regress_verdict_name(x->verdict), name))
		x->verdict++;
	if (x->verdict == FF_REGRESS_VERDICTS)
		complain(in, "\"verdict\": \"%.80s\" is none", name);
}

static void read_result(struct reader *in, const struct ff_regress *r, struct ff_regress_result *x, const json_t *o)
{
	const char *log = json_string_value(json_object_get(o, "log"));

	read_names(in, r, x, o);
	text(in, o, "reason", x->reason, sizeof(x->reason));
	x->runs = count(in, o, "runs");
	x->hits = count(in, o, "hits");
	read_signatures(in, x, o);
	x->rate = number(in, o, "rate");
	x->miss_odds = number(in, o, "miss_odds");
	x->seconds = number(in, o, "seconds");
	x->log = strdup(log ? log : "");
	if (!x->log)
		complain(in, "no memory");
}

static void read_all(struct reader *in, struct ff_regress *r, const json_t *j)
{
	char shard[32] = "";

	if (json_integer_value(json_object_get(j, "version")) != VERSION)
		complain(in, "\"version\": %d was expected", VERSION);
	text(in, j, "started", r->started, sizeof(r->started));
	r->seconds = number(in, j, "seconds");
	text(in, j, "shard", shard, sizeof(shard));
	if (sscanf(shard, "%u/%u", &r->shard, &r->shards) != 2)
		complain(in, "\"shard\": expected as \"1/4\"");
	read_kernels(in, r, j);
	read_programs(in, r, j);
	if (in->bad)
		return;
	r->results = rows(in, j, "results", sizeof(*r->results), &r->nresults);
	for (unsigned int i = 0; i < r->nresults; i++)
		read_result(in, r, &r->results[i], json_array_get(json_object_get(j, "results"), i));
}

int ff_regress_from_json(struct ff_regress *r, const json_t *j, char *why, size_t n)
{
	struct reader in = { .why = why, .n = n };

	memset(r, 0, sizeof(*r));
	read_all(&in, r, j);
	if (!in.bad)
		return 0;
	ff_regress_free(r);
	return -EINVAL;
}
