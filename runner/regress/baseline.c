// SPDX-License-Identifier: GPL-2.0-only
#include "runner/regress/baseline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/cache.h"
#include "runner/msg.h"

#define VERSION	1

/* {"version":1,"kernels":{NAME:{"release":R,"programs":{NAME:ENTRY}}}} */
struct ff_baseline {
	char path[4096];
	json_t *root;
};

static bool count(const json_t *o, const char *key, unsigned int *n)
{
	const json_t *v = json_object_get(o, key);
	json_int_t i = json_integer_value(v);

	*n = (unsigned int)i;
	return json_is_integer(v) && i >= 0 && i <= 1000000000;
}

/* An entry as a struct; false: it is none. */
static bool entry_read(const json_t *o, struct ff_base *out)
{
	const json_t *signatures = json_object_get(o, "signatures"), *v;
	const char *id = json_string_value(json_object_get(o, "id")), *key;

	memset(out, 0, sizeof(*out));
	if (!id || !json_is_object(signatures) || json_object_size(signatures) > FF_BASE_SIGNATURES ||
	    !count(o, "runs", &out->runs) || !count(o, "hits", &out->hits) || out->hits > out->runs)
		return false;
	snprintf(out->id, sizeof(out->id), "%s", id);
	json_object_foreach((json_t *)signatures, key, v) {
		if (!json_is_integer(v) || json_integer_value(v) < 1 || strlen(key) >= sizeof(out->signature[0]))
			return false;
		strcpy(out->signature[out->nsignatures], key);
		out->seen[out->nsignatures++] = (unsigned int)json_integer_value(v);
	}
	out->there = true;
	return true;
}

static json_t *entry_write(const struct ff_base *e)
{
	json_t *signatures = json_object();

	for (unsigned int i = 0; i < e->nsignatures; i++)
		json_object_set_new(signatures, e->signature[i], json_integer(e->seen[i]));
	return json_pack("{s:s,s:i,s:i,s:o}", "id", e->id, "runs", (int)e->runs, "hits", (int)e->hits,
			 "signatures", signatures);
}

static int check(const struct ff_baseline *b)
{
	json_t *kernels = json_object_get(b->root, "kernels"), *k, *e;
	const char *kernel, *program;
	struct ff_base entry;

	if (json_integer_value(json_object_get(b->root, "version")) != VERSION || !json_is_object(kernels)) {
		ff_msg_error("%s: no baseline of version %d: \"version\" and \"kernels\" were expected", b->path, VERSION);
		return -EINVAL;
	}
	json_object_foreach(kernels, kernel, k) {
		if (!json_is_string(json_object_get(k, "release")) || !json_is_object(json_object_get(k, "programs"))) {
			ff_msg_error("%s: kernel \"%s\": \"release\" and \"programs\" were expected", b->path, kernel);
			return -EINVAL;
		}
		json_object_foreach(json_object_get(k, "programs"), program, e)
			if (!entry_read(e, &entry)) {
				ff_msg_error("%s: kernel \"%s\", program \"%s\": \"id\", \"runs\", \"hits\" (of them) and at "
					     "most %d \"signatures\" with their hits were expected", b->path, kernel,
					     program, FF_BASE_SIGNATURES);
				return -EINVAL;
			}
	}
	return 0;
}

static int read_root(struct ff_baseline *b)
{
	json_error_t e;
	size_t len;
	char *text = ff_read_file(b->path, &len);

	if (!text && errno == ENOENT) {
		b->root = json_pack("{s:i,s:{}}", "version", VERSION, "kernels");
		return b->root ? 0 : -ENOMEM;
	}
	if (!text) {
		ff_msg_error("cannot read the baseline %s: %s", b->path, strerror(errno));
		return -EIO;
	}
	b->root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	free(text);
	if (b->root)
		return check(b);
	ff_msg_error("%s:%d: %s", b->path, e.line, e.text);
	return -EINVAL;
}

struct ff_baseline *ff_baseline_open(const char *path)
{
	struct ff_baseline *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	snprintf(b->path, sizeof(b->path), "%s", path);
	if (!read_root(b))
		return b;
	ff_baseline_close(b);
	return NULL;
}

void ff_baseline_close(struct ff_baseline *b)
{
	if (b)
		json_decref(b->root);
	free(b);
}

static json_t *kernel_of(const struct ff_baseline *b, const char *kernel)
{
	return json_object_get(json_object_get(b->root, "kernels"), kernel);
}

const char *ff_baseline_release(const struct ff_baseline *b, const char *kernel)
{
	return json_string_value(json_object_get(kernel_of(b, kernel), "release"));
}

void ff_baseline_get(const struct ff_baseline *b, const char *kernel, const char *program, const char *id,
		     struct ff_base *out)
{
	json_t *e = json_object_get(json_object_get(kernel_of(b, kernel), "programs"), program);

	if (!e || !entry_read(e, out) || strcmp(out->id, id))
		memset(out, 0, sizeof(*out));
	out->of = "the baseline";
}

/* What is there, and more runs of the same. */
static void add(struct ff_base *to, const struct ff_base *more)
{
	to->runs += more->runs;
	to->hits += more->hits;
	for (unsigned int i = 0, k; i < more->nsignatures; i++) {
		for (k = 0; k < to->nsignatures && strcmp(to->signature[k], more->signature[i]); k++)
			;
		if (k == FF_BASE_SIGNATURES)
			continue;
		if (k == to->nsignatures)
			strcpy(to->signature[to->nsignatures++], more->signature[i]);
		to->seen[k] += more->seen[i];
	}
}

int ff_baseline_put(struct ff_baseline *b, const char *kernel, const char *release, const char *program,
		    const struct ff_base *entry)
{
	const char *was = ff_baseline_release(b, kernel);
	json_t *k = kernel_of(b, kernel);
	struct ff_base sum;

	if (!was || strcmp(was, release)) {	/* another kernel: nothing that is known of the old one holds */
		k = json_pack("{s:s,s:{}}", "release", release, "programs");
		if (!k || json_object_set_new(json_object_get(b->root, "kernels"), kernel, k))
			return -ENOMEM;
	}
	ff_baseline_get(b, kernel, program, entry->id, &sum);
	if (sum.there)
		add(&sum, entry);
	else
		sum = *entry;
	return json_object_set_new(json_object_get(k, "programs"), program, entry_write(&sum)) ? -ENOMEM : 0;
}

int ff_baseline_save(const struct ff_baseline *b)
{
	char *text = json_dumps(b->root, JSON_INDENT(1) | JSON_SORT_KEYS);
	int ret = text ? ff_write_file(b->path, text, strlen(text)) : -ENOMEM;

	if (ret)
		ff_msg_error("cannot write the baseline %s: %s", b->path, strerror(-ret));
	free(text);
	return ret;
}
