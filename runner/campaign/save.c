// SPDX-License-Identifier: GPL-2.0-only
/* A campaign's state as JSON: all that it needs to go on after a kill -9. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runner/campaign/state.h"
#include "runner/cmds.h"
#include "runner/proc.h"

static json_t *u64(uint64_t v)
{
	return json_integer((json_int_t)v);
}

static json_t *list_u64(const uint64_t *v, size_t n)
{
	json_t *j = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(j, u64(v[i]));
	return j;
}

/* Of the guest's own words what the summary shows, also while it is another kernel's turn. */
static json_t *info_json(const struct ff_session_info *i)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:i,s:i,s:i,s:i,s:i,s:i,s:I,s:I,s:I,s:i,s:I,s:I,s:o,s:o}",
			 "kernel", i->kernel, "release", i->release, "accel", i->accel,
			 "witness", i->boot.witness, "notes", i->boot.notes, "hooks", (json_int_t)i->boot.hooks,
			 "speed", (int)i->boot.speed, "log_readable", (int)i->boot.log_readable,
			 "restarts", (int)i->restarts, "deaths", (int)i->deaths, "boots", (int)i->boots,
			 "restores", (int)i->restores, "boot_ms", (json_int_t)i->boot_ms,
			 "restore_ms", (json_int_t)i->restore_ms, "guest_ns", (json_int_t)i->guest_ns,
			 "snapshot_ms", (int)i->snapshot_ms, "snapshot_bytes", (json_int_t)i->snapshot_bytes,
			 "counted", (json_int_t)i->counted,
			 "counter", list_u64(i->counter, FF_COUNTER_KINDS), "seen", list_u64(i->seen, FF_BOX_KINDS));
}

static json_t *lane_json(struct ff_campaign *c, unsigned int i)
{
	const struct ff_lane *lane = &c->lane[i];
	bool now = i == c->turn && c->feedback;
	struct ff_session_info info;

	ff_campaign_info(c, i, &info);
	return json_pack("{s:s?,s:o,s:{s:I,s:o},s:o*,s:O*}", "name", lane->name, "info", info_json(&info),
			 "ground", "ran", (json_int_t)lane->ground.ran,
			 "count", list_u64(lane->ground.count, FF_GROUND_COUNTS),
			 "feedback", now ? ff_feedback_save(c->feedback) : json_incref(lane->feedback),
			 "signal", now ? NULL : lane->signal);
}

static json_t *lanes_json(struct ff_campaign *c)
{
	json_t *j = json_array();

	for (unsigned int i = 0; i < c->nlanes; i++)
		json_array_append_new(j, lane_json(c, i));
	return j;
}

static json_t *found_json(const struct ff_campaign *c)
{
	json_t *j = json_array(), *one;

	for (unsigned int i = 0; i < c->nfound; i++) {
		struct ff_found f = c->found[i];

		/* those under way are planned again, or never come back */
		for (unsigned int k = 0; k < FF_REPLAY_JOBS; k++)
			f.programs -= c->replay.job[k] && c->replay.job[k]->found == &c->found[i];
		one = ff_found_json(&f, NULL);
		json_object_del(one, "evidence");
		json_array_append_new(j, one);
	}
	return j;
}

/* First programs only: their text is in the finding's folder. */
static json_t *replays_json(const struct ff_campaign *c)
{
	json_t *j = json_array();

	for (unsigned int i = 0; i < FF_REPLAY_JOBS; i++) {
		const struct ff_replay_job *job = c->replay.job[i];

		if (job && job->first && !job->broken)
			json_array_append_new(j, json_pack("{s:s,s:i,s:i,s:i,s:I}", "signature", job->found->signature,
							   "lane", (int)job->lane, "ended", (int)job->ended,
							   "hits", (int)job->hits, "ns", (json_int_t)job->ns));
	}
	return j;
}

static void add_pending(json_t *all, const struct ff_program *p, enum ff_source source)
{
	char *text = ff_program_text(p);

	json_array_append_new(all, json_pack("{s:I,s:I,s:i,s:s}", "number", (json_int_t)p->number,
					     "seed", (json_int_t)p->seed, "source", (int)source,
					     "program", text ? text : ""));
	free(text);
}

static json_t *pending_json(const struct ff_campaign *c)
{
	json_t *all = json_array();

	for (unsigned int i = 0; i < c->opened; i++) {
		for (unsigned int k = 0; k < FF_BOX_SLOTS + 1; k++) {
			const struct ff_work *w = &c->job[i].work[k];

			if (w->used && !w->job && !w->again)
				add_pending(all, &w->program, w->source);
		}
	}
	if (c->made)
		add_pending(all, &c->program, c->source);
	for (const struct ff_pending *p = c->pending; p; p = p->next)
		add_pending(all, &p->program, p->source);
	return all;
}

static json_t *state_json(struct ff_campaign *c, const char *ended)
{
	double now = ff_campaign_seconds(c);
	json_t *j = json_object();

	json_object_set_new(j, "version", json_integer(FF_STATE_VERSION));
	json_object_set_new(j, "foliofuzz", json_string(FF_VERSION));
	json_object_set_new(j, "ended", json_string(ended));
	json_object_set_new(j, "saved", json_integer((json_int_t)time(NULL)));
	json_object_set_new(j, "started", json_integer((json_int_t)c->started));
	json_object_set_new(j, "resumes", json_integer(c->resumes));
	json_object_set_new(j, "seconds", json_real(now));
	json_object_set_new(j, "number", u64(c->number));
	json_object_set_new(j, "failed_programs", u64(c->failed_programs));
	json_object_set_new(j, "digest", u64(c->digest));
	json_object_set_new(j, "turn", json_integer(c->turn));
	json_object_set_new(j, "slice_seconds", json_real(now - c->slice_began));
	json_object_set_new(j, "unkept", json_integer(c->unkept));
	json_object_set_new(j, "lost", json_integer(c->nlost));
	json_object_set_new(j, "last_found", json_real(c->last_found));
	json_object_set_new(j, "last_signal", json_real(c->last_signal));
	json_object_set_new(j, "last_features", json_integer(c->last_features));
	json_object_set_new(j, "minute_seconds", json_real(c->minute_seconds));
	json_object_set_new(j, "minute_calls", u64(c->minute_calls));
	json_object_set_new(j, "replay_ns", u64(c->replay.spent_ns));
	json_object_set_new(j, "config", ff_campaign_config_json(&c->cfg));
	json_object_set_new(j, "tally", ff_tally_json(&c->tally));
	json_object_set_new(j, "coverage", ff_tally_coverage(&c->tally));
	json_object_set_new(j, "found", found_json(c));
	json_object_set_new(j, "replays", replays_json(c));
	json_object_set_new(j, "pending", pending_json(c));
	json_object_set_new(j, "kernels", lanes_json(c));
	return j;
}

int ff_campaign_save(struct ff_campaign *c, const char *ended)
{
	long long began = ff_now_ms();
	json_t *j = state_json(c, ended);
	int ret = ff_store_json(c->store, "state.json", j);

	json_decref(j);
	c->save_cost_ms = (double)(ff_now_ms() - began);
	return ret;
}
