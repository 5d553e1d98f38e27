/* SPDX-License-Identifier: GPL-2.0-only */
/* A running campaign. For the files of this folder only. */
#ifndef FF_RUNNER_CAMPAIGN_STATE_H
#define FF_RUNNER_CAMPAIGN_STATE_H

#include "fuzzer/generate.h"
#include "runner/campaign/campaign.h"
#include "runner/campaign/job.h"
#include "runner/campaign/ground.h"
#include "runner/campaign/plot.h"
#include "runner/campaign/screen.h"

#define FF_MAX_FOUND	256	/* different signatures of a campaign */
#define FF_MAX_LOST	50	/* programs kept of lost guests */
#define FF_STATE_VERSION	1

/**
 * struct ff_lane - a kernel of the campaign
 * @name: for ff_kernel_find(), NULL: here
 * @past: of its sessions that are over, in earlier turns and before a resume
 * @feedback, @signal: saved and as in the summary, while it is another's turn
 * @dead: no guest can be had any more
 * @command: the guest, for README: "--kernel bookworm"
 */
struct ff_lane {
	const char *name;
	struct ff_session_info past;
	struct ff_ground ground;
	json_t *feedback, *signal;
	bool dead;
	char command[256];
};

/** struct ff_pending - a program that was fed or made, and whose result was never accounted */
struct ff_pending {
	struct ff_pending *next;
	enum ff_source source;
	struct ff_program program;
};

struct ff_campaign {
	struct ff_campaign_config cfg;	/* of the command line and the state that is resumed */
	volatile sig_atomic_t quit;	/* ends what job threads wait for */
	struct ff_lane lane[FF_GUEST_KERNELS];
	unsigned int nlanes, turn;
	struct ff_job *job;		/* cfg.jobs of them */
	unsigned int opened;		/* the first so many were opened, one after the other */
	bool draining;			/* the next lane's turn begins when nothing is pending */
	double slice_began;
	struct ff_judge *judge;
	struct ff_store *store;
	struct ff_gen_limits limits;
	struct ff_tally tally;
	struct ff_replay replay;
	struct ff_feedback *feedback;
	struct ff_screen screen;
	struct ff_found found[FF_MAX_FOUND];
	unsigned int nfound, nknown, unkept, nlost;
	unsigned int updated;		/* of the findings: whose turn it is to be written */
	uint64_t number;		/* of the next program */
	uint64_t failed_programs;	/* whose targets could not be made: not in the tally's programs */
	uint64_t fed, digest;		/* programs fed; what all accounted ones were (docs/campaign.md) */
	struct ff_pending *pending;	/* they go before new ones */
	bool made;			/* @program was made from @source and is not fed yet */
	enum ff_source source;
	long long began_ms;
	double past_seconds;		/* before the resume */
	int64_t started;		/* seconds since 1970 */
	unsigned int resumes;
	double last_found, last_signal;	/* seconds of the campaign, < 0: none yet */
	unsigned int last_features;
	long long save_ms, minute_ms;	/* when they are due */
	double save_cost_ms;		/* of the last checkpoint */
	bool save_now;
	uint64_t minute_calls;
	double minute_seconds, calls_per_second;
	unsigned int failed_row;	/* targets that failed one after the other */
	bool first_done;		/* --first is fulfilled */
	bool over;			/* it had ended before, and there is nothing more to do */
	json_t *config;			/* of the state: its texts are in @cfg */
	char corpus[4000];
	struct ff_program program;
	struct ff_findings *findings;	/* of the result that is looked at */
};

/* campaign.c */

/** ff_campaign_seconds() - run time over all resumes */
double ff_campaign_seconds(const struct ff_campaign *c);

/* config.c: what a campaign is, in its state */

json_t *ff_campaign_config_json(const struct ff_campaign_config *cfg);

/**
 * ff_campaign_config_merge() - what the command line left open is as the state says
 * @j: stays as long as @cfg is used
 * Return: 0, or -EINVAL with a message: options that make it another campaign.
 */
int ff_campaign_config_merge(struct ff_campaign_config *cfg, const json_t *j, const char *path);

/* feed.c: what the jobs run next */

/** ff_campaign_feed() - fill a job's slots; @more: new programs, too. Return: was anything fed? */
bool ff_campaign_feed(struct ff_campaign *c, struct ff_job *j, bool more);

/** ff_campaign_take_back() - a job is gone: what it had goes to the others */
void ff_campaign_take_back(struct ff_campaign *c, struct ff_job *j);

/** ff_campaign_again() - a program to be run before new ones; 0 or -ENOMEM */
int ff_campaign_again(struct ff_campaign *c, const struct ff_program *p, enum ff_source source);

/* lane.c: kernels and their jobs */

/** ff_campaign_lane_open() - the turn of lane @c->turn begins: its first guest runs when this returns; 0 or -errno */
int ff_campaign_lane_open(struct ff_campaign *c);

/** ff_campaign_lane_close() - end all guests; what was counted stays in the lane */
void ff_campaign_lane_close(struct ff_campaign *c);

/** ff_campaign_lane_next() - to the next kernel that is not dead; 0, or -errno: there is none */
int ff_campaign_lane_next(struct ff_campaign *c);

/** ff_campaign_jobs() - open one more job when it is time, note those that are gone; 0, or -errno: all kernels are dead */
int ff_campaign_jobs(struct ff_campaign *c);

/** ff_campaign_info() - the guests of a lane, all that there were */
void ff_campaign_info(struct ff_campaign *c, unsigned int lane, struct ff_session_info *out);

/** ff_campaign_guest_ns() - of this lane's guests: for shares of time, cheap */
uint64_t ff_campaign_guest_ns(struct ff_campaign *c);

/** ff_campaign_features() - of the kernel whose turn it is: ff_feedback_features() */
unsigned int ff_campaign_features(const struct ff_campaign *c, unsigned int *stable, unsigned int *kept);

/** ff_campaign_pending() - programs fed whose results were not taken */
unsigned int ff_campaign_pending(const struct ff_campaign *c);

/* save.c, resume.c: the state */

/** ff_campaign_save() - state.json, replaced in one step; @ended: "running", or why. 0 or -errno with a message */
int ff_campaign_save(struct ff_campaign *c, const char *ended);

/**
 * ff_campaign_state_read() - is there a state, and what is to be done with it?
 * @state: a new reference when it is to be gone on with, else NULL
 * Return: 0, or -errno with a message: -EINVAL: broken, or it needs --resume.
 */
int ff_campaign_state_read(struct ff_campaign *c, json_t **state);

/** ff_campaign_restore() - after the feedback was opened, before the first guest; 0 or -errno with a message */
int ff_campaign_restore(struct ff_campaign *c, const json_t *state);

/* minute.c: what is written down while it runs */

/** ff_campaign_minute() - log, plot.csv, summary.json, metrics.prom; @ended as above. 0 or -errno with a message */
int ff_campaign_minute(struct ff_campaign *c, const char *ended);

/** ff_campaign_metrics() - as Prometheus reads them; malloc()ed, or NULL without memory */
char *ff_campaign_metrics(struct ff_campaign *c, const struct ff_plot *p, bool running);

/* found.c: findings */

/** ff_campaign_found() - judge a result and keep what it shows; 0 or -errno */
int ff_campaign_found(struct ff_campaign *c, const struct ff_work *w, struct ff_outcome *r);

/** ff_campaign_find() - what was found under this signature, or NULL */
struct ff_found *ff_campaign_find(struct ff_campaign *c, const char *signature);

/** ff_campaign_settle() - at the end: rates of replays that were not all run; 0 or -errno */
int ff_campaign_settle(struct ff_campaign *c);

/* end.c: the summary */

/** ff_campaign_summary_json() - the whole campaign; a new reference */
json_t *ff_campaign_summary_json(struct ff_campaign *c, const char *ended);

/** ff_campaign_summary() - the end's text or JSON on stdout */
void ff_campaign_summary(struct ff_campaign *c, const char *ended);

#endif
