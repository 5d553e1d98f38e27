// SPDX-License-Identifier: GPL-2.0-only
/* What a campaign writes down each minute: a line in its log, plot.csv, summary.json, metrics.prom. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runner/cache.h"
#include "runner/campaign/state.h"
#include "runner/msg.h"
#include "runner/campaign/plot.h"

#define UPDATES	16	/* of finding.json, a minute */

static void measure(struct ff_campaign *c, struct ff_plot *p)
{
	struct ff_session_info info;

	memset(p, 0, sizeof(*p));
	p->time = time(NULL);
	p->seconds = ff_campaign_seconds(c);
	for (unsigned int i = 0; i < c->nlanes; i++) {
		ff_campaign_info(c, i, &info);
		p->guest_seconds += (double)info.guest_ns / 1e9;
		p->restarts += info.restarts;
	}
	p->programs = c->tally.programs;
	p->calls = ff_tally_sum(&c->tally).done;
	if (p->seconds > c->minute_seconds)
		c->calls_per_second = (double)(p->calls - c->minute_calls) / (p->seconds - c->minute_seconds);
	p->calls_per_second = c->calls_per_second;
	c->minute_calls = p->calls;
	c->minute_seconds = p->seconds;
	p->features = ff_campaign_features(c, &p->stable, &p->kept);
	p->findings = c->nfound;
	p->known = c->nknown;
	p->rss_kib = ff_rss_kib();
	p->disk_kib = ff_disk_kib(ff_store_path(c->store));
}

/* A few each minute, in turn: each is a sync of the disk, and the state has them all. */
static int update_findings(struct ff_campaign *c, unsigned int most)
{
	int ret = 0;

	for (unsigned int i = 0; i < c->nfound && most && !ret; i++) {
		struct ff_found *f = &c->found[(c->updated + i) % c->nfound];

		if (!f->changed)
			continue;
		f->changed = false;
		ret = ff_store_update(c->store, f, NULL);
		if (!--most)
			c->updated = (unsigned int)(f - c->found) + 1;
	}
	return ret;
}

static int write_text(struct ff_campaign *c, const char *name, char *text)
{
	char path[3100];
	int ret;

	if (!text)
		return 0;
	snprintf(path, sizeof(path), "%s/%s", ff_store_path(c->store), name);
	ret = ff_write_file(path, text, strlen(text));
	free(text);
	if (ret)
		ff_msg_error("cannot write %s: %s", path, strerror(-ret));
	return ret;
}

static int add_plot(struct ff_campaign *c, const struct ff_plot *p)
{
	char path[3100];
	int ret;

	snprintf(path, sizeof(path), "%s/plot.csv", ff_store_path(c->store));
	ret = ff_plot_add(path, p);
	if (ret)
		ff_msg_error("cannot write %s: %s", path, strerror(-ret));
	return ret;
}

int ff_campaign_minute(struct ff_campaign *c, const char *ended)
{
	bool running = !strcmp(ended, "running");
	struct ff_plot p;
	json_t *summary;
	int ret;

	measure(c, &p);
	ret = add_plot(c, &p);
	if (!ret)
		ret = ff_store_log(c->store, "%s%s: %.0f s, %llu programs, %llu calls (%.1f/s), %u features, %u kept, %u findings (%u known), %u guests lost, %llu KiB memory, %llu KiB disk",
				   running ? "" : "ended: ", running ? "minute" : ended, p.seconds,
				   (unsigned long long)p.programs, (unsigned long long)p.calls, p.calls_per_second,
				   p.features, p.kept, p.findings, p.known, p.restarts,
				   (unsigned long long)p.rss_kib, (unsigned long long)p.disk_kib);
	if (!ret)
		ret = update_findings(c, running ? UPDATES : FF_MAX_FOUND);
	if (!ret)
		ret = write_text(c, "metrics.prom", ff_campaign_metrics(c, &p, running));
	if (ret)
		return ret;
	summary = ff_campaign_summary_json(c, ended);
	ret = ff_store_json(c->store, "summary.json", summary);
	json_decref(summary);
	return ret;
}
