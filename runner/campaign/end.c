// SPDX-License-Identifier: GPL-2.0-only
/* The end of a campaign: its summary, for people and machines. */
#include <stdio.h>
#include <string.h>

#include "bpf/witness.h"
#include "runner/campaign/state.h"
#include "runner/campaign/plot.h"
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

/* What is of one kernel: its guests, its signal, what its memory went through. */
static void add_kernel(struct ff_campaign *c, unsigned int lane, json_t *j)
{
	struct ff_session_info i;

	ff_campaign_info(c, lane, &i);
	json_object_set_new(j, "kernel", json_string(i.kernel[0] || !c->lane[lane].name ? i.kernel : c->lane[lane].name));
	json_object_set_new(j, "release", json_string(i.release));
	json_object_set_new(j, "accel", json_string(i.accel));
	json_object_set_new(j, "guest_seconds", json_real((double)i.guest_ns / 1e9));
	json_object_set_new(j, "speed", json_integer(i.boot.speed));
	json_object_set_new(j, "restarts", json_integer(i.restarts));
	json_object_set_new(j, "guests", ff_starts_json(&i));
	json_object_set_new(j, "executors_lost", json_integer(i.deaths));
	json_object_set_new(j, "witness", json_string(i.boot.witness));
	json_object_set_new(j, "notes", json_string(i.boot.notes));
	json_object_set_new(j, "counters", counters_json(&i));
	json_object_set_new(j, "events_seen", seen_json(&i));
	json_object_set_new(j, "feedback", lane == c->turn && c->feedback ? ff_feedback_json(c->feedback) :
			    json_incref(c->lane[lane].signal));
	json_object_set_new(j, "ground", ff_ground_json(&c->lane[lane].ground, &i));
}

/* With several kernels the first gives the fields of one, and each has its own in "per_kernel". */
static void add_kernels(struct ff_campaign *c, json_t *j)
{
	json_t *names = json_array(), *each = json_array();
	double guest_seconds = 0;
	json_int_t restarts = 0;

	add_kernel(c, 0, j);
	for (unsigned int i = 0; i < c->nlanes; i++) {
		json_t *one = json_object();

		add_kernel(c, i, one);
		guest_seconds += json_number_value(json_object_get(one, "guest_seconds"));
		restarts += json_integer_value(json_object_get(one, "restarts"));
		json_array_append(names, json_object_get(one, "kernel"));
		json_array_append_new(each, one);
	}
	if (c->nlanes > 1) {
		json_object_set(j, "kernels", names);
		json_object_set(j, "per_kernel", each);
		json_object_set_new(j, "guest_seconds", json_real(guest_seconds));
		json_object_set_new(j, "restarts", json_integer(restarts));
	}
	json_decref(names);
	json_decref(each);
}

static void add_slopes(const struct ff_campaign *c, json_t *j)
{
	struct ff_slopes s;
	char path[3100];

	snprintf(path, sizeof(path), "%s/plot.csv", ff_store_path(c->store));
	if (!ff_plot_slopes(path, &s) && s.points >= 3)
		json_object_set_new(j, "slopes", json_pack("{s:i,s:f,s:f,s:f}", "points", (int)s.points,
							    "hours", s.hours, "rss_kib_per_hour", s.rss_kib_per_hour,
							    "disk_kib_per_hour", s.disk_kib_per_hour));
}

json_t *ff_campaign_summary_json(struct ff_campaign *c, const char *ended)
{
	json_t *j = json_object();
	char digest[20];

	snprintf(digest, sizeof(digest), "%016llx", (unsigned long long)c->digest);
	json_object_set_new(j, "seed", json_integer((json_int_t)c->cfg.seed));
	json_object_set_new(j, "jobs", json_integer(c->cfg.jobs));
	json_object_set_new(j, "ended", json_string(ended));
	json_object_set_new(j, "resumes", json_integer(c->resumes));
	json_object_set_new(j, "seconds", json_real(ff_campaign_seconds(c)));
	json_object_set_new(j, "programs_digest", json_string(digest));
	json_object_set_new(j, "findings", findings_json(c));
	json_object_set_new(j, "findings_not_kept", json_integer(c->unkept));
	json_object_update_new(j, ff_tally_json(&c->tally));
	json_object_set_new(j, "coverage", ff_tally_coverage(&c->tally));
	add_kernels(c, j);
	if (strcmp(ended, "running"))
		add_slopes(c, j);
	return j;
}

unsigned int ff_campaign_features(const struct ff_campaign *c, unsigned int *stable, unsigned int *kept)
{
	*stable = *kept = 0;
	return c->feedback ? ff_feedback_features(c->feedback, stable, kept) : 0;
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

/* Of a kernel whose turn it is not: what its signal was when its last turn ended. */
static void print_signal(const json_t *signal, FILE *out)
{
	int features = 0, stable = 0, kept = 0;

	if (signal && !json_unpack((json_t *)signal, "{s:i,s:i,s:i}", "features", &features, "stable", &stable, "kept", &kept))
		fprintf(out, "signal: %d features seen, %d of them stable in %d kept programs\n", features, stable, kept);
}

static void print_kernel(struct ff_campaign *c, unsigned int lane, const char *why)
{
	struct ff_session_info i;
	char starts[128];

	ff_campaign_info(c, lane, &i);
	ff_starts_text(&i, starts, sizeof(starts));
	printf("kernel %s %s (%s), seed %llu: %.0f s, ended: %s\n", i.kernel, i.release, i.accel,
	       (unsigned long long)c->cfg.seed, ff_campaign_seconds(c), why);
	printf("%u guests lost (%s), %u executors lost; %.1f guest seconds\n", i.restarts, starts, i.deaths,
	       (double)i.guest_ns / 1e9);
	printf("%s\n", i.boot.witness);
	if (lane == c->turn && c->feedback)
		ff_feedback_print(c->feedback, stdout);
	else
		print_signal(c->lane[lane].signal, stdout);
	ff_ground_print(&c->lane[lane].ground, &i, stdout);
	if (!i.boot.log_readable)
		printf("SKIP kernel-log: /dev/kmsg cannot be read here\n");
	if (c->tally.oom || i.counter[FF_COUNT_oom_kill])
		printf("memory ran out: %llu processes killed; %llu programs judged without what that explains\n",
		       (unsigned long long)i.counter[FF_COUNT_oom_kill], (unsigned long long)c->tally.oom);
}

static void print_slopes(const struct ff_campaign *c)
{
	struct ff_slopes s;
	char path[3100];

	snprintf(path, sizeof(path), "%s/plot.csv", ff_store_path(c->store));
	if (ff_plot_slopes(path, &s))
		return;
	if (s.points < 3)
		printf("growth: less than three minutes of plot.csv after the first ten: no slope\n");
	else
		printf("growth: memory %+.0f KiB an hour, disk %+.0f KiB an hour (least squares, %u points over %.2f h, after the first 10 minutes)\n",
		       s.rss_kib_per_hour, s.disk_kib_per_hour, s.points, s.hours);
}

static void print_text(struct ff_campaign *c, const char *why)
{
	ff_tally_print(&c->tally, stdout);
	for (unsigned int i = 0; i < c->nlanes; i++)
		print_kernel(c, i, why);
	printf("%llu programs, %llu replays, %llu targets that could not be made, %u job%s, resumed %u times\n",
	       (unsigned long long)c->tally.programs, (unsigned long long)c->tally.replays,
	       (unsigned long long)c->tally.failed_targets, c->cfg.jobs, c->cfg.jobs == 1 ? "" : "s", c->resumes);
	printf("%llu witness events, %llu dropped\n", (unsigned long long)c->tally.events,
	       (unsigned long long)c->tally.drops);
	if (c->tally.swap_failed)
		printf("a swap device failed: %llu programs judged without what that explains\n",
		       (unsigned long long)c->tally.swap_failed);
	if (c->tally.servers_lost)
		printf("%llu programs lost their FUSE server\n", (unsigned long long)c->tally.servers_lost);
	if (c->tally.damaged)
		printf("%llu results were damaged in the black box\n", (unsigned long long)c->tally.damaged);
	print_slopes(c);
	printf("%u findings (%u known)%s, kept in %s/findings\n", c->nfound, c->nknown,
	       c->unkept ? " and more that were not kept" : "", ff_store_path(c->store));
	print_found(c);
}

void ff_campaign_summary(struct ff_campaign *c, const char *ended)
{
	json_t *j;

	if (c->cfg.o.json) {
		j = ff_campaign_summary_json(c, ended);
		json_dumpf(j, stdout, JSON_INDENT(2));
		printf("\n");
		json_decref(j);
	} else {
		print_text(c, ended);
	}
	fflush(stdout);
}
