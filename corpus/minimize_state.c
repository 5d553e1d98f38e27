// SPDX-License-Identifier: GPL-2.0-only
/* The search, written down and read again. Runs under way are not in it: they are made again. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/minimize.h"

#define FORMAT	1

static json_t *text_of(const struct ff_program *p)
{
	size_t n = ff_program_print(p, NULL, 0) + 1;
	char *text = malloc(n);
	json_t *j;

	if (!text)
		return NULL;
	ff_program_print(p, text, n);
	j = json_string(text);
	free(text);
	return j;
}

static json_t *rate_of(struct ff_min_rate r)
{
	return json_pack("[i,i]", (int)r.hits, (int)r.runs);
}

static json_t *hash_of(uint64_t h)
{
	return json_sprintf("%016" PRIx64, h);
}

static json_t *seen_of(const struct ff_minimize *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->nseen; i++)
		json_array_append_new(list, json_pack("[o,f,i,i,i,i]", hash_of(m->seen[i].hash), m->seen[i].bar,
						      (int)m->seen[i].rate.hits, (int)m->seen[i].rate.runs,
						      (int)m->seen[i].tests, (int)m->seen[i].round));
	return list;
}

json_t *ff_minimize_json(const struct ff_minimize *m)
{
	const struct ff_shrink_at at = m->nlanes ? m->lane[0].before : m->at;
	json_t *j = json_pack("{s:i,s:o,s:b,s:i,s:i,s:i,s:i,s:i,s:b,s:b,s:b,s:b}", "format", FORMAT, "program",
			      hash_of(m->hash), "ddmin", m->cfg.ddmin, "stage", (int)m->stage, "phase",
			      (int)m->phase, "round", (int)m->round, "step", (int)at.step, "pos", (int)at.pos,
			      "changed", m->changed, "moved", m->moved, "last", m->last,
			      "raised", m->raised);
	json_t *more = json_pack("{s:f,s:f,s:f,s:I,s:I,s:I,s:I}", "ref", m->ref, "peak", m->peak, "floor", m->floor,
				 "runs", (json_int_t)m->runs, "hits", (json_int_t)m->hits, "candidates",
				 (json_int_t)m->candidates, "accepted", (json_int_t)m->accepted);

	json_object_update(j, more);
	json_decref(more);
	json_object_set_new(j, "first", rate_of(m->first));
	json_object_set_new(j, "rate", rate_of(m->rate));
	json_object_set_new(j, "sure_rate", rate_of(m->sure_rate));
	json_object_set_new(j, "best", text_of(&m->best));
	json_object_set_new(j, "sure", text_of(&m->sure));
	if (m->stage == FF_MIN_DOUBT) {
		json_object_set_new(j, "doubt", text_of(&m->doubt));
		json_object_set_new(j, "doubt_rate", rate_of(m->doubt_rate));
		json_object_set_new(j, "doubt_runs", json_integer(m->doubt_runs));
	}
	json_object_set_new(j, "seen", seen_of(m));
	return j;
}

static bool program_from(const json_t *j, const char *name, struct ff_program *p)
{
	const char *text = json_string_value(json_object_get(j, name));
	struct ff_error e;

	return text && !ff_program_parse(text, strlen(text), p, &e);
}

static bool number_from(const json_t *j, const char *name, json_int_t most, json_int_t *v)
{
	const json_t *n = json_object_get(j, name);

	*v = json_integer_value(n);
	return json_is_integer(n) && *v >= 0 && *v <= most;
}

static bool rate_from(const json_t *j, const char *name, struct ff_min_rate *r)
{
	const json_t *a = json_object_get(j, name);
	json_int_t hits = json_integer_value(json_array_get(a, 0)), runs = json_integer_value(json_array_get(a, 1));

	*r = (struct ff_min_rate){ (unsigned int)hits, (unsigned int)runs };
	return json_array_size(a) == 2 && hits >= 0 && hits <= runs && runs <= INT32_MAX;
}

static int seen_from(const json_t *j, struct ff_minimize *m)
{
	const json_t *list = json_object_get(j, "seen"), *s;
	size_t i;

	json_array_foreach(list, i, s) {
		const char *hash = json_string_value(json_array_get(s, 0));
		struct ff_min_seen is = {
			.hash = hash ? strtoull(hash, NULL, 16) : 0,
			.bar = json_number_value(json_array_get(s, 1)),
			.rate = { (unsigned int)json_integer_value(json_array_get(s, 2)),
				  (unsigned int)json_integer_value(json_array_get(s, 3)) },
			.tests = (unsigned int)json_integer_value(json_array_get(s, 4)),
			.round = (unsigned int)json_integer_value(json_array_get(s, 5)),
		};

		if (!hash)
			return -EINVAL;
		if (!ff_minimize_note(m, &is))
			return -ENOMEM;
	}
	return 0;
}

static int numbers_from(const json_t *j, struct ff_minimize *m)
{
	json_int_t format, stage, phase, round, step, pos, runs, hits, candidates, accepted;

	if (!number_from(j, "format", FORMAT, &format) || format != FORMAT ||
	    !number_from(j, "stage", FF_MIN_DONE, &stage) || !number_from(j, "phase", FF_MIN_PHASES - 1, &phase) ||
	    !number_from(j, "round", INT32_MAX, &round) || !number_from(j, "step", INT32_MAX, &step) ||
	    !number_from(j, "pos", INT32_MAX, &pos) || !number_from(j, "runs", INT64_MAX, &runs) ||
	    !number_from(j, "hits", INT64_MAX, &hits) || !number_from(j, "candidates", INT64_MAX, &candidates) ||
	    !number_from(j, "accepted", INT64_MAX, &accepted))
		return -EINVAL;
	m->stage = (enum ff_min_stage)stage;
	m->phase = (unsigned int)phase;
	m->round = (unsigned int)round;
	m->at = (struct ff_shrink_at){ (uint32_t)step, (uint32_t)pos };
	m->runs = (uint64_t)runs;
	m->hits = (uint64_t)hits;
	m->candidates = (uint64_t)candidates;
	m->accepted = (uint64_t)accepted;
	m->changed = json_is_true(json_object_get(j, "changed"));
	m->moved = json_is_true(json_object_get(j, "moved"));
	m->last = json_is_true(json_object_get(j, "last"));
	m->raised = json_is_true(json_object_get(j, "raised"));
	m->ref = json_number_value(json_object_get(j, "ref"));
	m->peak = json_number_value(json_object_get(j, "peak"));
	m->floor = json_number_value(json_object_get(j, "floor"));
	return 0;
}

static int doubt_from(const json_t *j, struct ff_minimize *m)
{
	json_int_t runs;

	if (m->stage != FF_MIN_DOUBT)
		return 0;
	if (!program_from(j, "doubt", &m->doubt) || !rate_from(j, "doubt_rate", &m->doubt_rate) ||
	    !number_from(j, "doubt_runs", INT32_MAX, &runs))
		return -EINVAL;
	m->doubt_runs = (unsigned int)runs;
	return 0;
}

/* A search that was ended in its last measurement is over; the caller may ask for another. */
static void settle(struct ff_minimize *m)
{
	m->nlanes = m->flying = 0;
	m->exhausted = false;
	m->best_serial = ++m->serial;
	if (m->stage == FF_MIN_FINAL)
		m->stage = FF_MIN_DONE;
	if (m->stage == FF_MIN_DONE && !m->first.hits) {	/* it was given up: tried anew */
		m->stage = FF_MIN_MEASURE;
		m->rate = (struct ff_min_rate){ 0, 0 };
	}
}

int ff_minimize_load(struct ff_minimize *m, const json_t *j)
{
	const char *hash = json_string_value(json_object_get(j, "program"));
	int ret;

	if (!hash || strtoull(hash, NULL, 16) != m->hash || json_is_true(json_object_get(j, "ddmin")) != m->cfg.ddmin)
		return -EINVAL;
	if (!program_from(j, "best", &m->best) || !rate_from(j, "first", &m->first) || !rate_from(j, "rate", &m->rate) ||
	    !rate_from(j, "sure_rate", &m->sure_rate))
		return -EINVAL;
	ret = numbers_from(j, m);
	if (!ret && m->stage != FF_MIN_MEASURE && !program_from(j, "sure", &m->sure))
		ret = -EINVAL;
	if (!ret)
		ret = doubt_from(j, m);
	if (!ret)
		ret = seen_from(j, m);
	settle(m);
	ff_minimize_audit(m);
	return ret;
}
