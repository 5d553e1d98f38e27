// SPDX-License-Identifier: GPL-2.0-only
/* A campaign out of its state. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracles/case_text.h"
#include "runner/cache.h"
#include "runner/campaign/state.h"
#include "runner/json_read.h"
#include "runner/msg.h"

/* What is wrong with the state, said once. */
static int bad(const struct ff_campaign *c, const char *what)
{
	ff_msg_error("%s/state.json cannot be gone on with: its \"%s\" is not what a campaign writes. Nothing was changed; give another --out to begin anew",
		     ff_store_path(c->store), what);
	return -EINVAL;
}

/* ---- is there one, and what about it ---- */

static bool finished(const char *ended)
{
	return !strcmp(ended, "time") || !strcmp(ended, "programs") || !strcmp(ended, "first finding");
}

/* A new campaign where one has ended: findings and corpus are gone on with, the course is not. */
static int begin_anew(const struct ff_campaign *c)
{
	char from[3100], to[3100];

	snprintf(from, sizeof(from), "%s/plot.csv", ff_store_path(c->store));
	snprintf(to, sizeof(to), "%s/plot.old.csv", ff_store_path(c->store));
	if (rename(from, to) && errno != ENOENT)
		ff_msg_warn("%s could not be renamed: %s", from, strerror(errno));
	return 0;
}

/* With --resume: more is to be done than was, or it is over. */
static int go_on(struct ff_campaign *c, const json_t *j, const char *ended)
{
	const json_t *was = json_object_get(j, "config");
	double seconds = json_number_value(json_object_get(j, "seconds"));
	uint64_t programs = ff_json_count(was, "programs");
	uint64_t time = ff_json_count(was, "time");
	uint64_t number = ff_json_count(j, "number");

	if (c->cfg.more)
		c->cfg.seconds = (uint64_t)seconds + c->cfg.more;
	c->over = finished(ended);
	if (!strcmp(ended, "time") && (c->cfg.seconds ? (double)c->cfg.seconds : (double)time) > seconds)
		c->over = false;
	if (!strcmp(ended, "programs") && (c->cfg.programs ? c->cfg.programs : programs) > number)
		c->over = false;
	if (c->over)
		ff_msg_info("the campaign in %s is over (%s, after %.0f s and %" PRIu64 " programs): --more TIME goes on with it, and without --resume a new one begins there",
			    ff_store_path(c->store), ended, seconds, number);
	return 0;
}

static int no_state(const struct ff_campaign *c)
{
	if (c->cfg.o.here || c->cfg.o.nkernels)
		return begin_anew(c);
	ff_msg_error("%s holds no campaign to go on with: give --kernel NAME (as bookworm) or --here to begin one there",
		     ff_store_path(c->store));
	return -EINVAL;
}

int ff_campaign_state_read(struct ff_campaign *c, json_t **out)
{
	const char *ended;
	char path[3100];
	json_error_t e;
	json_t *j;

	*out = NULL;
	snprintf(path, sizeof(path), "%s/state.json", ff_store_path(c->store));
	if (access(path, F_OK))
		return no_state(c);
	j = json_load_file(path, 0, &e);
	if (!j) {
		ff_msg_error("%s:%d: %s: the state of the campaign cannot be read. Nothing was changed; give another --out, or move that file away to begin anew beside its findings",
			     path, e.line, e.text);
		return -EINVAL;
	}
	ended = json_string_value(json_object_get(j, "ended"));
	*out = j;
	if (ff_json_int(j, "version") != FF_STATE_VERSION || !ended) {
		ff_msg_error("%s:1: this is no campaign's state of version %d. Nothing was changed; give another --out",
			     path, FF_STATE_VERSION);
		return -EINVAL;
	}
	if (c->cfg.resume)
		return go_on(c, j, ended);
	if (!finished(ended)) {
		ff_msg_error("%s holds a campaign that is not over (%s, after %.0f s): go on with it: foliofuzz fuzz --out %s --resume; or give another --out",
			     ff_store_path(c->store), strcmp(ended, "running") ? ended : "it was killed",
			     json_number_value(json_object_get(j, "seconds")), ff_store_path(c->store));
		return -EINVAL;
	}
	json_decref(j);
	*out = NULL;
	return begin_anew(c);
}

/* ---- its parts ---- */

static void get_list(uint64_t *out, size_t n, const json_t *j, const char *key)
{
	const json_t *list = json_object_get(j, key);

	for (size_t i = 0; i < n; i++)
		out[i] = (uint64_t)json_integer_value(json_array_get(list, i));
}

static void restore_info(struct ff_session_info *i, const json_t *j)
{
	ff_json_copy(j, "kernel", i->kernel, sizeof(i->kernel));
	ff_json_copy(j, "release", i->release, sizeof(i->release));
	ff_json_copy(j, "accel", i->accel, sizeof(i->accel));
	ff_json_copy(j, "witness", i->boot.witness, sizeof(i->boot.witness));
	ff_json_copy(j, "notes", i->boot.notes, sizeof(i->boot.notes));
	i->boot.hooks = ff_json_count(j, "hooks");
	i->boot.speed = (uint32_t)ff_json_count(j, "speed");
	i->boot.log_readable = (uint32_t)ff_json_count(j, "log_readable");
	i->restarts = (unsigned int)ff_json_count(j, "restarts");
	i->deaths = (unsigned int)ff_json_count(j, "deaths");
	i->boots = (unsigned int)ff_json_count(j, "boots");
	i->restores = (unsigned int)ff_json_count(j, "restores");
	i->boot_ms = ff_json_count(j, "boot_ms");
	i->restore_ms = ff_json_count(j, "restore_ms");
	i->guest_ns = ff_json_count(j, "guest_ns");
	i->snapshot_ms = (unsigned int)ff_json_count(j, "snapshot_ms");
	i->snapshot_bytes = ff_json_count(j, "snapshot_bytes");
	i->counted = ff_json_count(j, "counted");
	get_list(i->counter, FF_COUNTER_KINDS, j, "counter");
	get_list(i->seen, FF_BOX_KINDS, j, "seen");
}

static int restore_lanes(struct ff_campaign *c, const json_t *all)
{
	if (json_array_size(all) != c->nlanes || c->turn >= c->nlanes)
		return bad(c, "kernels");
	for (unsigned int i = 0; i < c->nlanes; i++) {
		const json_t *j = json_array_get(all, i), *ground = json_object_get(j, "ground");

		restore_info(&c->lane[i].past, json_object_get(j, "info"));
		c->lane[i].ground.ran = (uint32_t)ff_json_count(ground, "ran");
		get_list(c->lane[i].ground.count, FF_GROUND_COUNTS, ground, "count");
		c->lane[i].feedback = json_incref(json_object_get(j, "feedback"));
		c->lane[i].signal = json_incref(json_object_get(j, "signal"));
	}
	return 0;
}

static int restore_pending(struct ff_campaign *c, const json_t *all)
{
	struct ff_program *p = malloc(sizeof(*p));
	struct ff_error e = { 0 };
	const json_t *j;
	int ret = p ? 0 : -ENOMEM;
	size_t i;

	json_array_foreach(all, i, j) {
		const char *text = json_string_value(json_object_get(j, "program"));
		uint64_t source = ff_json_count(j, "source");

		if (ret)
			break;
		if (!text || source >= FF_SOURCES || ff_program_parse(text, strlen(text), p, &e)) {
			ret = bad(c, "pending");
			break;
		}
		p->seed = ff_json_count(j, "seed");
		p->number = ff_json_count(j, "number");
		ret = ff_campaign_again(c, p, (enum ff_source)source);
	}
	free(p);
	return ret;
}

/* A finding is in its folder before it is in the state: one found just before a kill is only there. */
static void adopt_found(struct ff_campaign *c)
{
	struct ff_found *f = &c->found[c->nfound];
	char path[3100];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/findings", ff_store_path(c->store));
	d = opendir(path);
	while (d && (e = readdir(d)) && c->nfound < FF_MAX_FOUND) {
		if (e->d_name[0] == '.' || strlen(e->d_name) >= sizeof(f->signature) || ff_campaign_find(c, e->d_name))
			continue;
		memset(f, 0, sizeof(*f));
		snprintf(f->signature, sizeof(f->signature), "%.*s", (int)sizeof(f->signature) - 1, e->d_name);
		if (ff_store_load(c->store, f) || f->last_seen < c->started)
			continue;	/* an earlier campaign's */
		c->nknown += f->known[0] != '\0';
		f = &c->found[++c->nfound];
	}
	if (d)
		closedir(d);
}

static int restore_found(struct ff_campaign *c, const json_t *all)
{
	const json_t *j;
	size_t i;

	if (!json_is_array(all) || json_array_size(all) > FF_MAX_FOUND)
		return bad(c, "found");
	json_array_foreach(all, i, j) {
		ff_found_load(&c->found[i], j);
		if (!c->found[i].signature[0])
			return bad(c, "found");
		c->found[i].changed = true;
		c->nknown += c->found[i].known[0] != '\0';
	}
	c->nfound = (unsigned int)json_array_size(all);
	adopt_found(c);
	return 0;
}

static const json_t *replay_of(const json_t *all, const char *signature)
{
	const json_t *j;
	size_t i;

	json_array_foreach(all, i, j) {
		const char *name = json_string_value(json_object_get(j, "signature"));

		if (name && !strcmp(name, signature))
			return j;
	}
	return NULL;
}

/* The finding that program and history in its folder are about. */
static void finding_of(const struct ff_found *f, const json_t *j, struct ff_finding *x)
{
	memset(x, 0, sizeof(*x));
	snprintf(x->oracle, sizeof(x->oracle), "%s", f->oracle);
	snprintf(x->verdict, sizeof(x->verdict), "%s", f->verdict);
	snprintf(x->signature, sizeof(x->signature), "%s", f->signature);
	snprintf(x->what, sizeof(x->what), "%s", f->what);
	ff_json_copy(j, "evidence", x->evidence, sizeof(x->evidence));
	x->call = x->thread = -1;
	x->witnessed = f->witnessed;
}

static void plan_again(struct ff_campaign *c, struct ff_found *f, const json_t *was)
{
	struct ff_replay_job *job = NULL;
	struct ff_finding x;
	struct ff_case *cs = NULL;
	struct ff_error e = { 0 };
	char path[3400], *text;
	json_t *j;
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/findings/%s/finding.json", ff_store_path(c->store), f->signature);
	j = json_load_file(path, 0, NULL);
	finding_of(f, j, &x);
	json_decref(j);
	snprintf(path, sizeof(path), "%s/findings/%s/history", ff_store_path(c->store), f->signature);
	text = ff_read_file(path, &len);
	if (text && !ff_case_read(text, len, &cs, &e))
		job = ff_replay_add(&c->replay, f, cs, &x, true);
	if (!job)
		ff_msg_warn("%s is not replayed: %s cannot be used%s%s", f->signature, path, e.text[0] ? ": " : "", e.text);
	ff_case_free(cs);
	free(text);
	if (!job)
		return;
	job->seed = f->seed;
	job->number = f->number;
	job->lane = was ? (unsigned int)ff_json_count(was, "lane") % c->nlanes : c->turn;
	job->started = job->ended = (unsigned int)ff_json_count(was, "ended");
	job->hits = (unsigned int)ff_json_count(was, "hits");
	job->ns = ff_json_count(was, "ns");
}

static void restore_replays(struct ff_campaign *c, const json_t *all)
{
	c->replay.lane = c->turn;
	for (unsigned int i = 0; i < c->nfound; i++) {
		struct ff_found *f = &c->found[i];
		const json_t *was = replay_of(all, f->signature);

		if (was || !f->runs)
			plan_again(c, f, was);
		else if (c->cfg.first == FF_FIRST_ANY || (c->cfg.first && !f->known[0]))
			c->first_done = true;
	}
}

static void restore_numbers(struct ff_campaign *c, const json_t *j)
{
	c->started = (int64_t)ff_json_count(j, "started");
	c->resumes = (unsigned int)ff_json_count(j, "resumes") + !c->over;
	c->past_seconds = json_number_value(json_object_get(j, "seconds"));
	c->number = ff_json_count(j, "number");
	c->failed_programs = ff_json_count(j, "failed_programs");
	c->digest = ff_json_count(j, "digest");
	c->turn = (unsigned int)ff_json_count(j, "turn");
	c->slice_began = -json_number_value(json_object_get(j, "slice_seconds"));
	c->unkept = (unsigned int)ff_json_count(j, "unkept");
	c->nlost = (unsigned int)ff_json_count(j, "lost");
	c->last_found = json_number_value(json_object_get(j, "last_found"));
	c->last_signal = json_number_value(json_object_get(j, "last_signal"));
	c->last_features = (unsigned int)ff_json_count(j, "last_features");
	c->minute_seconds = json_number_value(json_object_get(j, "minute_seconds"));
	c->minute_calls = ff_json_count(j, "minute_calls");
	c->replay.spent_ns = ff_json_count(j, "replay_ns");
}

int ff_campaign_restore(struct ff_campaign *c, const json_t *j)
{
	int ret;

	restore_numbers(c, j);
	if (!ff_tally_load(&c->tally, json_object_get(j, "tally"), json_object_get(j, "coverage")))
		return bad(c, "tally");
	ret = restore_lanes(c, json_object_get(j, "kernels"));
	if (!ret)
		ret = restore_found(c, json_object_get(j, "found"));
	if (!ret)
		ret = restore_pending(c, json_object_get(j, "pending"));
	if (ret || c->over)
		return ret;
	restore_replays(c, json_object_get(j, "replays"));
	return 0;
}
