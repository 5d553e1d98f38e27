// SPDX-License-Identifier: GPL-2.0-only
/* What happens with the findings of one result. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "corpus/known.h"
#include "fuzzer/call.h"
#include "fuzzer/serve.h"
#include "runner/campaign/state.h"
#include "runner/msg.h"

struct ff_found *ff_campaign_find(struct ff_campaign *c, const char *signature)
{
	for (unsigned int i = 0; i < c->nfound; i++)
		if (!strcmp(c->found[i].signature, signature))
			return &c->found[i];
	return NULL;
}

static void announce(struct ff_campaign *c, const struct ff_found *f, bool again)
{
	ff_screen_clear(&c->screen);
	ff_msg_info("%sfinding%s: %s (%s): %s", f->known[0] ? "known " : "", again ? " of an earlier campaign again" : "",
		    f->signature, f->target, f->what);
	if (f->known[0])
		ff_msg_info("  known: %s", f->known);
}

/* The first time this campaign sees it. Each folder is on the disk before it is announced. */
static int first_sight(struct ff_campaign *c, const struct ff_finding *x, const struct ff_case *cs)
{
	struct ff_session_info info;
	struct ff_found *f;
	bool earlier;
	int ret;

	if (c->nfound == FF_MAX_FOUND) {
		c->unkept++;
		return 0;
	}
	f = &c->found[c->nfound];
	memset(f, 0, sizeof(*f));
	snprintf(f->signature, sizeof(f->signature), "%s", x->signature);
	earlier = !ff_store_load(c->store, f);
	if (!earlier) {
		ff_campaign_info(c, c->turn, &info);
		ff_found_describe(f, x, cs, &info, c->lane[c->turn].command);
		f->calls_to_first = ff_tally_sum(&c->tally).done;
	}
	ff_found_seen(f);
	ret = earlier ? ff_store_update(c->store, f, NULL) : ff_store_put(c->store, f, cs, x);
	if (ret)
		return ret;
	c->nfound++;
	c->nknown += f->known[0] != '\0';
	c->last_found = ff_campaign_seconds(c);
	c->save_now = true;
	announce(c, f, earlier);
	ret = ff_store_log(c->store, "finding %s seed=%llu number=%llu target=\"%s\" %s", f->signature,
			   (unsigned long long)f->seed, (unsigned long long)f->number, f->target, f->what);
	if (!ret && !ff_replay_add(&c->replay, f, cs, x, true))
		ff_msg_warn("%s is not replayed: no room for more", f->signature);
	return ret;
}

static bool already(const struct ff_findings *all, unsigned int i)
{
	for (unsigned int k = 0; k < i; k++)
		if (!strcmp(all->f[k].signature, all->f[i].signature))
			return true;
	return false;
}

/* The first sights had no witness: what it is may be known only now. */
static void now_witnessed(struct ff_campaign *c, struct ff_found *f, const struct ff_finding *x)
{
	const struct ff_known *known = ff_known_find(x->signature, 1);

	f->witnessed = 1;
	if (!known || f->known[0])
		return;
	snprintf(f->known, sizeof(f->known), "%s", known->bug);
	c->nknown++;
}

static int seen_again(struct ff_campaign *c, struct ff_found *f, const struct ff_work *w,
		      const struct ff_finding *x, const struct ff_case *cs)
{
	ff_found_seen(f);
	if (x->witnessed && !f->witnessed)
		now_witnessed(c, f, x);
	/* another program may show it more reliably */
	if (!w->job && f->programs < FF_REPLAY_PROGRAMS && f->runs && f->hits < f->runs)
		ff_replay_add(&c->replay, f, cs, x, false);
	/* every doubling: a disk write for each sight would be most of the work */
	return f->count & (f->count - 1) ? 0 : ff_store_update(c->store, f, NULL);
}

/* Keep this job's program for its finding, if it is the best so far. */
static int take_over(struct ff_campaign *c, struct ff_replay_job *job)
{
	struct ff_found *f = job->found;

	if (!ff_replay_better(job))
		return 0;
	f->hits = job->hits;
	f->runs = job->ended;
	f->seed = job->seed;
	f->number = job->number;
	return ff_store_put(c->store, f, &job->c, &job->finding);
}

int ff_campaign_settle(struct ff_campaign *c)
{
	int ret = 0;

	for (unsigned int i = 0; i < FF_REPLAY_JOBS && !ret; i++)
		if (c->replay.job[i])
			ret = take_over(c, c->replay.job[i]);
	return ret;
}

static int replay_done(struct ff_campaign *c, struct ff_replay_job *job)
{
	struct ff_found *f = job->found;
	bool first = job->first;
	int ret = take_over(c, job);

	ff_screen_clear(&c->screen);
	if (first)
		ff_msg_info("replayed %s: hit in %u of %u runs", f->signature, f->hits, f->runs);
	if (!ret)
		ret = ff_store_log(c->store, "replayed %s number=%llu hits=%u runs=%u", f->signature,
				   (unsigned long long)job->number, job->hits, job->ended);
	if (first && (c->cfg.first == FF_FIRST_ANY || (c->cfg.first && !f->known[0])))
		c->first_done = true;
	ff_replay_remove(&c->replay, job);
	c->save_now = true;
	return ret;
}

static int lost(struct ff_campaign *c, const struct ff_outcome *r)
{
	char target[128];
	int ret;

	ff_target_print(&r->c.program->target, target, sizeof(target));
	ff_screen_clear(&c->screen);
	ff_msg_warn("%s while program %llu ran (target %s)", r->lost,
		    (unsigned long long)r->c.program->number, target);
	ret = ff_store_log(c->store, "lost: %s; number=%llu target=\"%s\"", r->lost,
			   (unsigned long long)r->c.program->number, target);
	if (ret || c->nlost++ >= FF_MAX_LOST)
		return ret;
	return ff_store_lost(c->store, r->c.lost[0] ? r->c.lost : "hang", r->lost, &r->c);
}

/* No finding: the target is made new for the next program on it. */
static int server_died(struct ff_campaign *c, const struct ff_program *p)
{
	bool ordered = false;

	for (uint32_t i = 0; i < p->ncalls; i++)
		ordered |= p->call[i].op == FF_OP_SERVE && p->call[i].arg[0] == FF_SERVE_DIE;
	c->tally.servers_lost++;
	ff_screen_clear(&c->screen);
	ff_msg_info("the FUSE server died while program %llu ran (%s): its target is made new",
		    (unsigned long long)p->number, ordered ? "as the program told it" : "killed from outside, or by itself");
	return ff_store_log(c->store, "server died: number=%llu %s", (unsigned long long)p->number,
			    ordered ? "ordered" : "not ordered");
}

int ff_campaign_found(struct ff_campaign *c, const struct ff_work *w, struct ff_outcome *r)
{
	struct ff_findings *all = c->findings;
	bool hit = false;
	int ret = 0;

	ff_judge(c->judge, &r->c, all);
	if (r->lost[0])
		ret = lost(c, r);
	if (!ret && (r->c.history->flags & FF_HIST_SERVER_DIED))
		ret = server_died(c, r->c.program);
	for (unsigned int i = 0; i < all->n && !ret; i++) {
		struct ff_finding *x = &all->f[i];
		struct ff_found *f = ff_campaign_find(c, x->signature);

		if (already(all, i))
			continue;
		if (w->job && f == w->job->found)
			hit = true;
		ret = f ? seen_again(c, f, w, x, &r->c) : first_sight(c, x, &r->c);
	}
	if (!ret && w->job && ff_replay_ended(&c->replay, w->job, hit, r->guest_ns))
		ret = replay_done(c, w->job);
	return ret;
}
