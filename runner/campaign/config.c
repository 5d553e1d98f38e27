// SPDX-License-Identifier: GPL-2.0-only
/* What a campaign is, as JSON in its state, and what the command line may say when it goes on. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "runner/campaign/state.h"
#include "runner/msg.h"

enum type { TEXT, NUMBER, COUNT, FLAG };

/*
 * One option. @free: it may be another from one resume to the next; the others
 * make the campaign what it is.
 */
static const struct field {
	const char *key;
	enum type type;
	size_t at;
	bool free;
} fields[] = {
#define FIELD(key, type, member, free) { key, type, offsetof(struct ff_campaign_config, member), free }
	FIELD("here", FLAG, o.here, false),
	FIELD("append", TEXT, o.session.append, false),
	FIELD("memory", COUNT, o.session.memory_mib, false),
	FIELD("no-kvm", FLAG, o.session.no_kvm, true),
	FIELD("no-witness", FLAG, o.session.no_witness, false),
	FIELD("kcov", FLAG, o.session.kcov, false),
	FIELD("bare", FLAG, o.session.bare, false),
	FIELD("bad-swap", FLAG, o.session.bad_swap, false),
	FIELD("seed", NUMBER, seed, false),
	FIELD("time", NUMBER, seconds, true),
	FIELD("programs", NUMBER, programs, true),
	FIELD("slice", NUMBER, slice, true),
	FIELD("threads", COUNT, threads, false),
	FIELD("jobs", COUNT, jobs, true),
	FIELD("known-ok", FLAG, known_ok, true),
	FIELD("no-feedback", FLAG, blind, false),
	FIELD("no-delays", FLAG, no_delays, false),
	FIELD("corpus", TEXT, corpus, true),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

#define AT(cfg, f, type) (*(type *)((char *)(cfg) + (f)->at))

static json_t *field_json(const struct field *f, const struct ff_campaign_config *cfg)
{
	const char *text;

	switch (f->type) {
	case TEXT:
		text = AT(cfg, f, const char *const);
		return text ? json_string(text) : NULL;
	case NUMBER:
		return AT(cfg, f, const uint64_t) ? json_integer((json_int_t)AT(cfg, f, const uint64_t)) : NULL;
	case COUNT:
		return AT(cfg, f, const unsigned int) ? json_integer(AT(cfg, f, const unsigned int)) : NULL;
	case FLAG:
		return AT(cfg, f, const bool) ? json_true() : NULL;
	}
	return NULL;
}

static void field_set(const struct field *f, struct ff_campaign_config *cfg, const json_t *j)
{
	switch (f->type) {
	case TEXT:
		AT(cfg, f, const char *) = json_string_value(j);
		break;
	case NUMBER:
		AT(cfg, f, uint64_t) = (uint64_t)json_integer_value(j);
		break;
	case COUNT:
		AT(cfg, f, unsigned int) = (unsigned int)json_integer_value(j);
		break;
	case FLAG:
		AT(cfg, f, bool) = json_is_true(j);
		break;
	}
}

static json_t *kernels_json(const struct ff_campaign_config *cfg)
{
	json_t *j = json_array();

	for (unsigned int i = 0; i < cfg->o.nkernels; i++)
		json_array_append_new(j, json_string(cfg->o.kernel[i]));
	return j;
}

static json_t *without_json(const struct ff_campaign_config *cfg)
{
	json_t *j = json_array();

	for (unsigned int i = 0; i < FF_OPS; i++)
		if (cfg->without[i])
			json_array_append_new(j, json_string(ff_op(i)->name));
	return j;
}

static json_t *oracles_json(uint32_t bits)
{
	const struct ff_oracle *row;
	json_t *j = json_array();
	unsigned int n;

	row = ff_oracles(&n);
	for (unsigned int i = 0; i < n; i++)
		if (bits & 1u << i)
			json_array_append_new(j, json_string(row[i].name));
	return j;
}

static json_t *target_json(const struct ff_campaign_config *cfg)
{
	char text[128];

	ff_target_print(&cfg->target, text, sizeof(text));
	return cfg->fixed ? json_string(text) : json_null();
}

json_t *ff_campaign_config_json(const struct ff_campaign_config *cfg)
{
	json_t *j = json_object(), *one;

	for (size_t i = 0; i < FIELDS; i++) {
		one = field_json(&fields[i], cfg);
		if (one)
			json_object_set_new(j, fields[i].key, one);
	}
	json_object_set_new(j, "kernel", kernels_json(cfg));
	json_object_set_new(j, "without", without_json(cfg));
	json_object_set_new(j, "oracles", oracles_json(cfg->o.oracles));
	json_object_set_new(j, "target", target_json(cfg));
	json_object_set_new(j, "first", json_integer(cfg->first));
	return j;
}

/* What the state says, where the command line said nothing; else both say the same, or it is free. */
static int merge(const char *key, bool given, bool may_differ, json_t *now, const json_t *was, const char *path)
{
	char *a, *b;
	int ret = 0;

	if (given && !may_differ && !json_equal(now, was)) {
		a = json_dumps(now, JSON_ENCODE_ANY | JSON_COMPACT);
		b = was ? json_dumps(was, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
		ff_msg_error("the campaign in %s was begun with %s %s, not %s: leave --%s out to go on with it, or give another --out",
			     path, key, b ? b : "as usual", a ? a : "", key);
		free(a);
		free(b);
		ret = -EINVAL;
	}
	json_decref(now);
	return ret;
}

static int merge_kernels(struct ff_campaign_config *cfg, const json_t *was, const char *path)
{
	int ret = merge("kernel", cfg->o.nkernels, false, kernels_json(cfg), was, path);

	if (ret)
		return ret;
	if (!json_is_array(was) || json_array_size(was) > FF_GUEST_KERNELS)
		return -EPROTO;
	cfg->o.nkernels = (unsigned int)json_array_size(was);
	for (unsigned int i = 0; i < cfg->o.nkernels; i++) {
		cfg->o.kernel[i] = json_string_value(json_array_get(was, i));
		if (!cfg->o.kernel[i])
			return -EPROTO;
		cfg->o.session.kernel = cfg->o.kernel[i];
	}
	return 0;
}

static int merge_without(struct ff_campaign_config *cfg, const json_t *was, const char *path)
{
	json_t *now = without_json(cfg);
	const char *name;
	int ret, op;

	ret = merge("without", json_array_size(now), false, now, was, path);
	for (size_t i = 0; i < json_array_size(was) && !ret; i++) {
		name = json_string_value(json_array_get(was, i));
		op = name ? ff_op_find(name, strlen(name)) : -1;
		if (op < 0)
			return -EPROTO;
		cfg->without[op] = true;
	}
	return ret;
}

static int merge_oracles(struct ff_campaign_config *cfg, const json_t *was, const char *path)
{
	char list[512] = "", why[256];
	uint32_t all = 0;
	int ret;

	ff_oracles_parse("all", &all, why, sizeof(why));
	ret = merge("oracles", cfg->o.oracles != all, false, oracles_json(cfg->o.oracles), was, path);
	for (size_t i = 0; i < json_array_size(was); i++) {
		const char *name = json_string_value(json_array_get(was, i));
		size_t used = strlen(list);

		snprintf(list + used, sizeof(list) - used, "%s%s", i ? "," : "", name ? name : "?");
	}
	cfg->o.oracles = 0;
	if (!ret && list[0] && ff_oracles_parse(list, &cfg->o.oracles, why, sizeof(why)))
		return -EPROTO;
	return ret;
}

static int merge_target(struct ff_campaign_config *cfg, const json_t *was, const char *path)
{
	int ret = merge("target", cfg->fixed, false, target_json(cfg), was, path);
	const char *text = json_string_value(was);
	struct ff_error e;

	if (ret)
		return ret;
	cfg->fixed = text;
	return text && ff_target_parse(text, &cfg->target, &e) ? -EPROTO : 0;
}

static int merge_fields(struct ff_campaign_config *cfg, const json_t *j, const char *path)
{
	int ret = 0;

	for (size_t i = 0; i < FIELDS && !ret; i++) {
		const struct field *f = &fields[i];
		const json_t *was = json_object_get(j, f->key);
		json_t *now = field_json(f, cfg);
		bool given = now;

		ret = merge(f->key, given, f->free, now, was, path);
		if (!given)
			field_set(f, cfg, was);
	}
	return ret;
}

int ff_campaign_config_merge(struct ff_campaign_config *cfg, const json_t *j, const char *path)
{
	int ret = json_is_object(j) ? 0 : -EPROTO;

	if (!ret)
		ret = merge_kernels(cfg, json_object_get(j, "kernel"), path);
	if (!ret)
		ret = merge_fields(cfg, j, path);
	if (!ret)
		ret = merge_without(cfg, json_object_get(j, "without"), path);
	if (!ret)
		ret = merge_oracles(cfg, json_object_get(j, "oracles"), path);
	if (!ret)
		ret = merge_target(cfg, json_object_get(j, "target"), path);
	if (!cfg->first)
		cfg->first = (enum ff_first)json_integer_value(json_object_get(j, "first"));
	if (ret == -EPROTO)
		ff_msg_error("%s/state.json cannot be gone on with: its \"config\" is not what a campaign writes", path);
	return ret == -EPROTO ? -EINVAL : ret;
}
