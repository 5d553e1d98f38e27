// SPDX-License-Identifier: GPL-2.0-only
/* The end of a campaign: its summary, for people and machines. */
#include <stdio.h>
#include <string.h>

#include "bpf/witness.h"
#include "runner/campaign_state.h"
#include "runner/proc.h"
#include "runner/starts.h"

static json_t *findings_json(struct ff_campaign *c)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < c->nfound; i++)
		json_array_append_new(list, ff_found_json(&c->found[i], NULL));
	return list;
}

static json_t *counters_json(const struct ff_session_info *info)
{
	json_t *j = json_object();

	for (unsigned int i = 0; i < FF_COUNTER_KINDS; i++)
		json_object_set_new(j, ff_counter_name[i], json_integer((json_int_t)info->counter[i]));
	return j;
}

static json_t *seen_json(const struct ff_session_info *info)
{
	json_t *j = json_object();

	for (unsigned int i = 1; i < FF_EV_NR; i++)
		json_object_set_new(j, ff_ev_name(i), json_integer((json_int_t)info->seen[i]));
	return j;
}

static json_t *summary(struct ff_campaign *c, const struct ff_session_info *info, const char *why)
{
	json_t *j = json_object();

	json_object_set_new(j, "kernel", json_string(info->kernel));
	json_object_set_new(j, "release", json_string(info->release));
	json_object_set_new(j, "accel", json_string(info->accel));
	json_object_set_new(j, "seed", json_integer((json_int_t)c->cfg->seed));
	json_object_set_new(j, "ended", json_string(why));
	json_object_set_new(j, "seconds", json_real((double)(ff_now_ms() - c->began_ms) / 1000));
	json_object_set_new(j, "guest_seconds", json_real((double)info->guest_ns / 1e9));
	json_object_set_new(j, "speed", json_integer(info->boot.speed));
	json_object_set_new(j, "restarts", json_integer(info->restarts));
	json_object_set_new(j, "guests", ff_starts_json(info));
	json_object_set_new(j, "executors_lost", json_integer(info->deaths));
	json_object_set_new(j, "witness", json_string(info->boot.witness));
	json_object_set_new(j, "notes", json_string(info->boot.notes));
	json_object_set_new(j, "findings", findings_json(c));
	json_object_set_new(j, "findings_not_kept", json_integer(c->unkept));
	json_object_update_new(j, ff_tally_json(&c->tally));
	json_object_set_new(j, "counters", counters_json(info));
	json_object_set_new(j, "events_seen", seen_json(info));
	json_object_set_new(j, "feedback", ff_feedback_json(c->feedback));
	json_object_set_new(j, "ground", ff_ground_json(&c->ground, info));
	return j;
}

static void print_found(const struct ff_campaign *c)
{
	for (unsigned int i = 0; i < c->nfound; i++) {
		const struct ff_found *f = &c->found[i];

		printf("%s%s\n  %s\n  target %s; seen %u times; replayed: %u of %u runs hit; first after %llu calls, %.1f guest seconds%s\n",
		       f->signature, f->known[0] ? " (known)" : "", f->what, f->target, f->count,
		       f->hits, f->runs, (unsigned long long)f->calls_to_first,
		       f->guest_seconds_to_first, f->witnessed ? "; witnessed" : "");
		if (f->known[0])
			printf("  known: %s\n", f->known);
		printf("  foliofuzz run %s --repeat 10 %s/findings/%s/program.ff\n", f->guest,
		       ff_store_path(c->store), f->signature);
	}
}

static void print_text(struct ff_campaign *c, const struct ff_session_info *info, const char *why)
{
	double seconds = (double)(ff_now_ms() - c->began_ms) / 1000;
	char starts[128];

	ff_starts_text(info, starts, sizeof(starts));
	ff_tally_print(&c->tally, stdout);
	printf("kernel %s %s (%s), seed %llu: %.0f s, ended: %s\n", info->kernel, info->release,
	       info->accel, (unsigned long long)c->cfg->seed, seconds, why);
	printf("%llu programs, %llu replays, %llu targets that could not be made, %u guests lost (%s), %u executors lost\n",
	       (unsigned long long)c->tally.programs, (unsigned long long)c->tally.replays,
	       (unsigned long long)c->tally.failed_targets, info->restarts, starts, info->deaths);
	printf("%llu witness events, %llu dropped; %s\n", (unsigned long long)c->tally.events,
	       (unsigned long long)c->tally.drops, info->boot.witness);
	ff_feedback_print(c->feedback, stdout);
	ff_ground_print(&c->ground, info, stdout);
	if (!info->boot.log_readable)
		printf("SKIP kernel-log: /dev/kmsg cannot be read here\n");
	if (c->tally.oom || info->counter[FF_COUNT_oom_kill])
		printf("memory ran out: %llu processes killed; %llu programs judged without what that explains\n",
		       (unsigned long long)info->counter[FF_COUNT_oom_kill], (unsigned long long)c->tally.oom);
	if (c->tally.swap_failed)
		printf("a swap device failed: %llu programs judged without what that explains\n",
		       (unsigned long long)c->tally.swap_failed);
	if (c->tally.servers_lost)
		printf("%llu programs lost their FUSE server\n", (unsigned long long)c->tally.servers_lost);
	if (c->tally.damaged)
		printf("%llu results were damaged in the black box\n", (unsigned long long)c->tally.damaged);
	printf("%u findings (%u known)%s, kept in %s/findings\n", c->nfound, c->nknown,
	       c->unkept ? " and more that were not kept" : "", ff_store_path(c->store));
	print_found(c);
}

int ff_campaign_summary(struct ff_campaign *c, const char *why)
{
	const struct ff_session_info *info = ff_session_info(c->session);
	json_t *j = summary(c, info, why);
	int ret = 0;

	for (unsigned int i = 0; i < c->nfound && !ret; i++)
		ret = ff_store_update(c->store, &c->found[i], NULL);
	if (!ret)
		ret = ff_store_json(c->store, "summary.json", j);
	if (!ret)
		ret = ff_store_log(c->store, "ended: %s; %llu programs, %u findings", why,
				   (unsigned long long)c->tally.programs, c->nfound);
	if (c->cfg->o.json) {
		json_dumpf(j, stdout, JSON_INDENT(2));
		printf("\n");
	} else {
		print_text(c, info, why);
	}
	fflush(stdout);
	json_decref(j);
	return ret;
}
