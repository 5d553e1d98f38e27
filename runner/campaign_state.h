/* SPDX-License-Identifier: GPL-2.0-only */
/* A running campaign. For campaign.c and its parts only. */
#ifndef FF_RUNNER_CAMPAIGN_STATE_H
#define FF_RUNNER_CAMPAIGN_STATE_H

#include "fuzzer/generate.h"
#include "runner/campaign.h"
#include "runner/feedback.h"
#include "runner/replay.h"
#include "runner/ground.h"
#include "runner/screen.h"
#include "runner/store.h"

#define FF_MAX_FOUND	256	/* different signatures of a campaign */
#define FF_MAX_LOST	50	/* programs kept of lost guests */

/* What a result's tag points to: neither @job nor @again: the first run of a program. */
struct ff_work {
	bool used;
	enum ff_source source;
	struct ff_replay_job *job;
	struct ff_candidate *again;	/* to see whether its signal is stable */
	char target[128];
};

struct ff_campaign {
	const struct ff_campaign_config *cfg;
	const volatile sig_atomic_t *stop;
	struct ff_session *session;
	struct ff_judge *judge;
	struct ff_store *store;
	struct ff_gen_limits limits;
	struct ff_tally tally;
	struct ff_ground ground;
	struct ff_replay replay;
	struct ff_feedback *feedback;
	struct ff_screen screen;
	struct ff_found found[FF_MAX_FOUND];
	unsigned int nfound, nknown, unkept, nlost;
	uint64_t number;		/* of the next program */
	bool made;			/* @program was made from @source and is not fed yet */
	enum ff_source source;
	long long began_ms;
	double last_found;
	unsigned int failed_row;	/* targets that failed one after the other */
	bool first_done;		/* --first is fulfilled */
	struct ff_work work[FF_BOX_SLOTS + 1];
	struct ff_program program;
	struct ff_findings *findings;	/* of the result that is looked at */
	char command[256];		/* the guest, for README: "--kernel bookworm" */
};

/** ff_campaign_found() - campaign_found.c: judge a result and keep what it shows; 0 or -errno */
int ff_campaign_found(struct ff_campaign *c, const struct ff_work *w, struct ff_outcome *r);

/** ff_campaign_settle() - campaign_found.c: at the end: rates of replays that were not all run; 0 or -errno */
int ff_campaign_settle(struct ff_campaign *c);

/** ff_campaign_summary() - campaign_end.c: summary.json, and the end's text or JSON on stdout */
int ff_campaign_summary(struct ff_campaign *c, const char *why_ended);

#endif
