/* SPDX-License-Identifier: GPL-2.0-only */
/* The campaign: generate or mutate, feed, judge, store, until it is enough. */
#ifndef FF_RUNNER_CAMPAIGN_H
#define FF_RUNNER_CAMPAIGN_H

#include "fuzzer/call.h"
#include "runner/options.h"

/* When a finding ends a campaign. */
enum ff_first { FF_FIRST_NEVER, FF_FIRST_ANY, FF_FIRST_UNKNOWN };

/**
 * struct ff_campaign_config - see `foliofuzz fuzz --help`
 * @seconds, @programs: when to stop, 0: no limit
 * @fixed: all programs on @target
 * @first: enum ff_first: stop after this finding, with its replays
 * @no_delays: the same programs, without delays
 * @known_ok: known findings leave the exit status at 0
 * @corpus: path of the store of kept programs, NULL: corpus.ff in the campaign's folder
 * @jobs: guests at once
 * @slice: seconds of a kernel's turn, when there are several
 * @resume: go on with the campaign that the folder holds
 * @more: seconds from now on, in place of @seconds; with @resume
 * @blind: no feedback: generated programs only
 */
struct ff_campaign_config {
	struct ff_guest_options o;
	uint64_t seed, seconds, programs, slice, more;
	unsigned int threads, jobs;
	bool resume, fixed, known_ok, blind, no_delays;
	const char *corpus;
	enum ff_first first;
	struct ff_target target;
	bool without[FF_OPS];
};

/** ff_campaign() - run it; prints its summary on stdout. Return: exit status */
int ff_campaign(const struct ff_campaign_config *cfg);

#endif
