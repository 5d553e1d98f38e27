// SPDX-License-Identifier: GPL-2.0-only
/* The feedback in a campaign's state, so that it goes on where it was. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/campaign/feedback_state.h"

#define CELL	16	/* characters of one: feature, 31 bits and the one that says stable */

static json_t *save_census(const struct ff_census *s)
{
	char *text = malloc((size_t)s->n * CELL + 1);
	size_t at = 0;
	json_t *j;

	for (uint32_t i = 0; text && i < s->room; i++) {
		const struct ff_census_cell *c = &s->cell[i];

		if (c->feature)
			at += (size_t)sprintf(text + at, "%08x%08x", c->feature,
					      (uint32_t)c->programs << 1 | (uint32_t)c->stable);
	}
	j = text ? json_stringn_nocheck(text, at) : NULL;
	free(text);
	return j;
}

static bool number_at(const char *text, uint32_t *out)
{
	char digits[9] = "", *end;

	memcpy(digits, text, 8);
	*out = (uint32_t)strtoul(digits, &end, 16);
	return end == digits + 8;
}

/* Features that the corpus has are there already, as stable ones. */
static bool load_census(struct ff_census *s, const json_t *j)
{
	const char *text = json_string_value(j);
	size_t n = json_string_length(j);
	struct ff_census_cell *c;
	uint32_t feature, what;

	if (!text || n % CELL)
		return false;
	for (size_t i = 0; i < n; i += CELL) {
		if (!number_at(text + i, &feature) || !number_at(text + i + 8, &what) || !feature)
			return false;
		c = ff_census_cell(s, feature);
		if (!c)
			return false;
		c->programs = what >> 1;
		s->nstable += (what & 1) && !c->stable;
		c->stable |= what & 1;
	}
	return true;
}

static json_t *save_signal(const struct ff_signal *s)
{
	char *text = malloc((size_t)s->n * 8 + 1);
	json_t *j;

	for (uint32_t i = 0; text && i < s->n; i++)
		sprintf(text + (size_t)i * 8, "%08x", s->f[i]);
	j = text ? json_stringn_nocheck(text, (size_t)s->n * 8) : NULL;
	free(text);
	return j;
}

static bool load_signal(struct ff_signal *s, const json_t *j)
{
	const char *text = json_string_value(j);
	size_t n = json_string_length(j);

	if (!text || n % 8 || n / 8 > FF_SIGNAL_MAX)
		return false;
	s->n = (uint32_t)(n / 8);
	for (uint32_t i = 0; i < s->n; i++)
		if (!number_at(text + (size_t)i * 8, &s->f[i]))
			return false;
	ff_signal_set(s, s->f, s->n);
	return true;
}

static json_t *save_candidates(const struct ff_feedback *fb)
{
	json_t *all = json_array(), *runs;
	char *text;

	for (unsigned int i = 0; i < FF_CANDIDATES; i++) {
		const struct ff_candidate *a = fb->candidate[i];

		if (!a || a->settled || a->dropped)
			continue;
		runs = json_array();
		for (unsigned int k = 0; k < a->ended; k++)
			json_array_append_new(runs, save_signal(&a->run[k]));
		text = ff_program_text(&a->p);
		json_array_append_new(all, json_pack("{s:s,s:i,s:i,s:I,s:I,s:I,s:o}", "program", text ? text : "",
						     "source", (int)a->source, "promise", (int)a->promise,
						     "run_us", (json_int_t)a->run_us, "seed", (json_int_t)a->p.seed,
						     "number", (json_int_t)a->p.number, "runs", runs));
		free(text);
	}
	return all;
}

static bool load_candidate(struct ff_candidate *a, const json_t *j)
{
	json_int_t run_us, seed, number;
	int source, promise;
	const char *text;
	struct ff_error e;
	json_t *runs;

	if (json_unpack((json_t *)j, "{s:s,s:i,s:i,s:I,s:I,s:I,s:o}", "program", &text, "source", &source,
			"promise", &promise, "run_us", &run_us, "seed", &seed, "number", &number, "runs", &runs) ||
	    source < 0 || source >= FF_SOURCES || ff_program_parse(text, strlen(text), &a->p, &e) ||
	    !json_array_size(runs) || json_array_size(runs) >= FF_STABLE_RUNS)
		return false;
	a->source = (enum ff_source)source;
	a->promise = (unsigned int)promise;
	a->run_us = (uint64_t)run_us;
	a->p.seed = (uint64_t)seed;
	a->p.number = (uint64_t)number;
	a->started = a->ended = (unsigned int)json_array_size(runs);
	for (unsigned int k = 0; k < a->ended; k++)
		if (!load_signal(&a->run[k], json_array_get(runs, k)))
			return false;
	return true;
}

static bool load_candidates(struct ff_feedback *fb, const json_t *j)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(j) || json_array_size(j) > FF_CANDIDATES)
		return false;
	json_array_foreach(j, i, one) {
		fb->candidate[i] = calloc(1, sizeof(*fb->candidate[i]));
		if (!fb->candidate[i] || !load_candidate(fb->candidate[i], one))
			return false;
	}
	return true;
}

static json_t *save_picks(const struct ff_pool *pool)
{
	json_t *all = json_object();
	char id[FF_ID_TEXT];

	for (unsigned int i = 0; i < pool->n; i++) {
		if (!pool->kept[i].picks)
			continue;
		ff_id_text(&pool->kept[i].id, id);
		id[FF_ID_SHORT] = '\0';
		json_object_set_new_nocheck(all, id, json_integer(pool->kept[i].picks));
	}
	return all;
}

static void load_picks(struct ff_pool *pool, const json_t *j)
{
	char id[FF_ID_TEXT];

	for (unsigned int i = 0; i < pool->n; i++) {
		ff_id_text(&pool->kept[i].id, id);
		id[FF_ID_SHORT] = '\0';
		pool->kept[i].picks = (uint32_t)json_integer_value(json_object_get(j, id));
	}
}

static json_t *save_shares(const struct ff_feedback *fb)
{
	json_t *all = json_array();

	for (unsigned int i = 0; i < FF_SOURCES; i++) {
		const struct ff_feedback_share *s = &fb->share[i];

		json_array_append_new(all, json_pack("[I,I,i,i,i,f,f]", (json_int_t)s->programs,
						     (json_int_t)s->guest_ns, (int)s->kept, (int)s->features,
						     (int)s->findings, s->gain, s->cost));
	}
	return all;
}

static bool load_shares(struct ff_feedback *fb, const json_t *j)
{
	for (unsigned int i = 0; i < FF_SOURCES; i++) {
		struct ff_feedback_share *s = &fb->share[i];
		json_int_t programs, guest_ns;
		int kept, features, findings;

		if (json_unpack(json_array_get(j, i), "[I,I,i,i,i,F,F]", &programs, &guest_ns, &kept,
				&features, &findings, &s->gain, &s->cost))
			return false;
		s->programs = (uint64_t)programs;
		s->guest_ns = (uint64_t)guest_ns;
		s->kept = (unsigned int)kept;
		s->features = (unsigned int)features;
		s->findings = (unsigned int)findings;
	}
	return true;
}

static json_t *save_growth(const struct ff_feedback *fb)
{
	json_t *all = json_array();

	for (unsigned int i = 0; i < fb->ngrowth; i++) {
		const struct ff_growth *g = &fb->growth[i];

		json_array_append_new(all, json_pack("[f,i,i,i]", g->seconds, (int)g->features,
						     (int)g->stable, (int)g->kept));
	}
	return all;
}

static bool load_growth(struct ff_feedback *fb, const json_t *j)
{
	const json_t *point;
	size_t i;

	if (!json_is_array(j) || json_array_size(j) > FF_GROWTH)
		return false;
	json_array_foreach(j, i, point) {
		int features, stable, kept;

		if (json_unpack((json_t *)point, "[F,i,i,i]", &fb->growth[i].seconds, &features, &stable, &kept))
			return false;
		fb->growth[i].features = (unsigned int)features;
		fb->growth[i].stable = (unsigned int)stable;
		fb->growth[i].kept = (unsigned int)kept;
	}
	fb->ngrowth = (unsigned int)json_array_size(j);
	return true;
}

json_t *ff_feedback_save(const struct ff_feedback *fb)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:i,s:o,s:o,s:o,s:o,s:o}",
			 "random", (json_int_t)fb->random, "agains", (json_int_t)fb->agains,
			 "again_ns", (json_int_t)fb->again_ns, "total_ns", (json_int_t)fb->total_ns,
			 "growth_step", (json_int_t)fb->growth_step, "kept_stable", (json_int_t)fb->kept_stable,
			 "kept_all", (json_int_t)fb->kept_all, "loaded", (int)fb->pool.loaded,
			 "shares", save_shares(fb), "growth", save_growth(fb), "picks", save_picks(&fb->pool),
			 "candidates", save_candidates(fb), "census", save_census(&fb->seen));
}

int ff_feedback_restore(struct ff_feedback *fb, const json_t *j, char *why, size_t n)
{
	json_int_t random, agains, again_ns, total_ns, step, kept_stable, kept_all;
	json_t *shares, *growth, *picks, *candidates, *census;
	const char *bad = NULL;
	json_error_t e;
	int loaded;

	if (json_unpack_ex((json_t *)j, &e, 0, "{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:i,s:o,s:o,s:o,s:o,s:o}",
			   "random", &random, "agains", &agains, "again_ns", &again_ns, "total_ns", &total_ns,
			   "growth_step", &step, "kept_stable", &kept_stable, "kept_all", &kept_all,
			   "loaded", &loaded, "shares", &shares, "growth", &growth, "picks", &picks,
			   "candidates", &candidates, "census", &census)) {
		snprintf(why, n, "feedback: %.200s", e.text);
		return -EINVAL;
	}
	fb->random = (uint64_t)random;
	fb->agains = (uint64_t)agains;
	fb->again_ns = (uint64_t)again_ns;
	fb->total_ns = (uint64_t)total_ns;
	fb->growth_step = (uint64_t)step;
	fb->kept_stable = (uint64_t)kept_stable;
	fb->kept_all = (uint64_t)kept_all;
	fb->pool.loaded = (unsigned int)loaded;
	load_picks(&fb->pool, picks);
	if (!load_shares(fb, shares))
		bad = "shares";
	else if (!step || !load_growth(fb, growth))
		bad = "growth";
	else if (!load_candidates(fb, candidates))
		bad = "candidates";
	else if (!load_census(&fb->seen, census))
		bad = "census";
	if (bad)
		snprintf(why, n, "feedback: \"%s\" is not what a campaign writes", bad);
	return bad ? -EINVAL : 0;
}
