/* SPDX-License-Identifier: GPL-2.0-only */
/* The feedback of a campaign. For feedback.c and its parts only. */
#ifndef FF_RUNNER_FEEDBACK_STATE_H
#define FF_RUNNER_FEEDBACK_STATE_H

#include "runner/campaign/feedback.h"
#include "runner/campaign/pool.h"

#define FF_STABLE_RUNS	3	/* of a program, its first counted: a feature of most of them is stable */
#define FF_CANDIDATES	64
#define FF_GROWTH	256	/* points of the growth curve */
#define FF_GROWTH_NS	5000000000ULL

/**
 * struct ff_candidate - a program with new signal that may not be stable
 * @promise: features of its first run that were new
 * @started, @ended: of its runs, the first counted
 * @settled: it is decided; @dropped: it cannot be: the last run on its way frees it
 */
struct ff_candidate {
	enum ff_source source;
	unsigned int promise, started, ended;
	bool settled, dropped;
	uint64_t run_us;
	struct ff_program p;
	struct ff_signal run[FF_STABLE_RUNS];
};

/**
 * struct ff_feedback_share - what one source did
 * @programs, @guest_ns: first runs; time, with that of runs to see what is stable
 * @kept, @features: programs kept, stable features they brought
 * @gain, @cost: features and seconds of late, for the split
 */
struct ff_feedback_share {
	uint64_t programs, guest_ns;
	unsigned int kept, features, findings;
	double gain, cost;
};

struct ff_growth {
	double seconds;
	unsigned int features, stable, kept;
};

struct ff_feedback {
	struct ff_feedback_config cfg;
	struct ff_census seen;
	struct ff_pool pool;
	struct ff_candidate *candidate[FF_CANDIDATES];
	struct ff_feedback_share share[FF_SOURCES];
	uint64_t random, agains, again_ns, total_ns;
	struct ff_growth growth[FF_GROWTH];
	unsigned int ngrowth;
	uint64_t growth_step;
	uint64_t kept_stable, kept_all;	/* features of kept programs: in most of their runs; in any */
	struct ff_program parent, other;
	struct ff_signal signal;	/* of the run that is looked at */
};

/** ff_feedback_part() - part of new programs that @source makes now */
double ff_feedback_part(const struct ff_feedback *fb, enum ff_source source);

#endif
