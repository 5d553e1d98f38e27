// SPDX-License-Identifier: GPL-2.0-only
/*
 * A campaign as a Prometheus text file, for the textfile collector of
 * node_exporter: no timestamps, each name once with HELP and TYPE.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runner/campaign/state.h"
#include "runner/campaign/plot.h"

/* Of a label: backslash, quote and newline are written as such. */
static void label_value(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			fputc('\\', out);
		if (*text == '\n')
			fputs("\\n", out);
		else
			fputc(*text, out);
	}
}

static void label(FILE *out, const char *between, const char *name, const char *value)
{
	fprintf(out, "%s%s=\"", between, name);
	label_value(out, value);
	fputc('"', out);
}

struct writer {
	FILE *out;
	const char *campaign;
};

static void about(struct writer *w, const char *name, const char *type, const char *help)
{
	fprintf(w->out, "# HELP foliofuzz_%s %s\n# TYPE foliofuzz_%s %s\n", name, help, name, type);
}

static void begin_row(struct writer *w, const char *name)
{
	fprintf(w->out, "foliofuzz_%s{", name);
	label(w->out, "", "campaign", w->campaign);
}

static void end_row(struct writer *w, double value)
{
	fprintf(w->out, "} %.15g\n", value);
}

static void one(struct writer *w, const char *name, const char *type, const char *help, double value)
{
	about(w, name, type, help);
	begin_row(w, name);
	end_row(w, value);
}

static void about_kernels(struct writer *w, struct ff_campaign *c)
{
	struct ff_session_info info;

	about(w, "kernel_info", "gauge", "Kernels of the campaign: 1 for the one whose turn it is.");
	for (unsigned int i = 0; i < c->nlanes; i++) {
		ff_campaign_info(c, i, &info);
		begin_row(w, "kernel_info");
		label(w->out, ",", "kernel", info.kernel[0] ? info.kernel : c->lane[i].name ? c->lane[i].name : "here");
		label(w->out, ",", "release", info.release);
		end_row(w, i == c->turn);
	}
}

static void about_findings(struct writer *w, const struct ff_campaign *c)
{
	about(w, "finding_seen_total", "counter", "How often a finding was seen, by signature.");
	for (unsigned int i = 0; i < c->nfound; i++) {
		begin_row(w, "finding_seen_total");
		label(w->out, ",", "signature", c->found[i].signature);
		label(w->out, ",", "known", c->found[i].known[0] ? "yes" : "no");
		end_row(w, c->found[i].count);
	}
}

static void about_coverage(struct writer *w, const struct ff_campaign *c)
{
	about(w, "calls_accepted_total", "counter", "Calls that the kernel accepted, by kind of target and call.");
	for (unsigned int k = 0; k < FF_TARGET_KINDS; k++) {
		for (unsigned int i = 0; i < FF_OPS; i++) {
			if (!c->tally.on[k][i])
				continue;
			begin_row(w, "calls_accepted_total");
			label(w->out, ",", "target", ff_target_word(k));
			label(w->out, ",", "call", ff_op(i)->name);
			end_row(w, (double)c->tally.on[k][i]);
		}
	}
}

static void about_work(struct writer *w, const struct ff_campaign *c, const struct ff_plot *p)
{
	one(w, "run_seconds_total", "counter", "Run time of the campaign, over all resumes.", p->seconds);
	one(w, "guest_seconds_total", "counter", "Time of its guests' clocks.", p->guest_seconds);
	one(w, "programs_total", "counter", "New programs that were run.", (double)p->programs);
	one(w, "replays_total", "counter", "Programs that were run again.", (double)c->tally.replays);
	one(w, "calls_total", "counter", "Calls that returned.", (double)p->calls);
	one(w, "calls_per_second", "gauge", "Calls that returned a second, in the last minute.", p->calls_per_second);
	one(w, "targets_failed_total", "counter", "Targets that could not be made.", (double)c->tally.failed_targets);
	one(w, "witness_events_total", "counter", "Events that the BPF programs reported.", (double)c->tally.events);
	one(w, "witness_events_dropped_total", "counter", "Events that were lost.", (double)c->tally.drops);
	one(w, "guests_lost_total", "counter", "Guests that were replaced.", p->restarts);
	one(w, "resumes_total", "counter", "How often the campaign was gone on with.", c->resumes);
}

char *ff_campaign_metrics(struct ff_campaign *c, const struct ff_plot *p, bool running)
{
	const char *path = ff_store_path(c->store), *slash = strrchr(path, '/');
	struct writer w = { .campaign = slash && slash[1] ? slash + 1 : path };
	unsigned int up = 0;
	char *text = NULL;
	size_t len;

	w.out = open_memstream(&text, &len);
	if (!w.out)
		return NULL;
	for (unsigned int i = 0; i < c->opened; i++)
		up += running && ff_job_phase(&c->job[i]) == FF_JOB_READY;
	one(&w, "up", "gauge", "Does the campaign run?", running);
	one(&w, "jobs", "gauge", "Guests that it wants at once.", c->cfg.jobs);
	one(&w, "guests_up", "gauge", "Guests that work.", up);
	about_work(&w, c, p);
	one(&w, "features", "gauge", "Different features seen on the kernel whose turn it is.", p->features);
	one(&w, "features_stable", "gauge", "Of them in kept programs.", p->stable);
	one(&w, "kept_programs", "gauge", "Programs in the corpus.", p->kept);
	one(&w, "findings", "gauge", "Different findings.", p->findings);
	one(&w, "findings_known", "gauge", "Of them explained bugs.", p->known);
	one(&w, "last_written_seconds", "gauge", "When this was written, seconds since 1970.", (double)p->time);
	one(&w, "memory_bytes", "gauge", "Memory of the judging process, without its guests.", (double)p->rss_kib * 1024);
	one(&w, "disk_bytes", "gauge", "Disk space of the campaign's folder.", (double)p->disk_kib * 1024);
	one(&w, "checkpoint_seconds", "gauge", "What the last checkpoint took.", c->save_cost_ms / 1000);
	about_kernels(&w, c);
	about_findings(&w, c);
	about_coverage(&w, c);
	if (fclose(w.out)) {
		free(text);
		return NULL;
	}
	return text;
}
