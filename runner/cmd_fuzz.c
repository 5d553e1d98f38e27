// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz fuzz */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/campaign/campaign.h"
#include "runner/campaign/job.h"
#include "runner/cmds.h"

enum { KEY_PROGRAMS = 0x200, KEY_SEED, KEY_TARGET, KEY_THREADS, KEY_WITHOUT, KEY_FIRST, KEY_KNOWN_OK,
       KEY_CORPUS, KEY_NO_FEEDBACK, KEY_KCOV, KEY_NO_DELAYS,
       KEY_SLICE, KEY_RESUME, KEY_MORE };

static const struct argp_option options[] = {
	{ "time", 't', "TIME", 0, "Stop after this time: 120, 20m, 3h, 2d. Findings that were not replayed yet get up to 20 s more", 0 },
	{ "programs", KEY_PROGRAMS, "N", 0, "Stop after N new programs", 0 },
	{ "first", KEY_FIRST, "unknown", OPTION_ARG_OPTIONAL,
	  "Stop after the first finding and its replays; with =unknown the first that is not a known bug", 0 },
	{ "seed", KEY_SEED, "N", 0, "Same seed, same generated programs (drawn and printed if not given); with --no-feedback the same campaign", 0 },
	{ "corpus", KEY_CORPUS, "FILE", 0, "Begin with the programs of this corpus and keep there those that made the kernel do something new (OUT/corpus.ff; made if it is not there)", 0 },
	{ "no-feedback", KEY_NO_FEEDBACK, NULL, 0, "Generate all programs, keep and change none: what comes back changes nothing", 0 },
	{ "target", KEY_TARGET, "TARGET", 0, "All programs on this target, as \"tmpfs huge=always swap=zram\" (else they rotate)", 0 },
	{ "kcov", KEY_KCOV, NULL, 0, "The code of the kernel that a program goes through is signal, too, where the kernel has CONFIG_KCOV", 0 },
	{ "threads", KEY_THREADS, "N", 0, "Threads of each program (else 1 to 4)", 0 },
	{ "without", KEY_WITHOUT, "CALL[,CALL]", 0, "Leave calls out", 0 },
	{ "no-delays", KEY_NO_DELAYS, NULL, 0, "Hold up the kernel nowhere: the same programs without delays", 0 },
	{ "jobs", 'j', "N", 0, "So many guests at once (1); each takes a processor and its memory", 0 },
	{ "slice", KEY_SLICE, "TIME", 0, "With several kernels (--kernel A --kernel B): how long a turn of each is (10m)", 0 },
	{ "resume", KEY_RESUME, NULL, 0, "Go on with the campaign in OUT, where it was, as it was; where there is none, begin one", 0 },
	{ "more", KEY_MORE, "TIME", 0, "With --resume: for this time from now on, in place of --time", 0 },
	{ "known-ok", KEY_KNOWN_OK, NULL, 0, "Exit with 0 when only known kernel bugs were found", 0 },
	{ 0 }
};

static void without(struct ff_campaign_config *c, char *list, struct argp_state *state)
{
	char *name, *save;
	int op;

	for (name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		op = ff_op_find(name, strlen(name));
		if (op < 0)
			argp_error(state, "--without %s: there is no call of this name", name);
		else
			c->without[op] = true;
	}
}

static void target(struct ff_campaign_config *c, const char *text, struct argp_state *state)
{
	struct ff_error e = { 0 };

	if (ff_target_parse(text, &c->target, &e))
		argp_error(state, "--target \"%s\": %s", text, e.text);
	c->fixed = true;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct ff_campaign_config *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = &c->o;
		return 0;
	case 't':
		c->seconds = ff_option_seconds(state, "time", arg);
		return 0;
	case KEY_PROGRAMS:
		c->programs = ff_option_number(state, "programs", arg, 1, UINT64_MAX / 2);
		return 0;
	case KEY_FIRST:
		if (arg && strcmp(arg, "unknown"))
			argp_error(state, "--first=%s: only \"unknown\" can be chosen", arg);
		c->first = arg ? FF_FIRST_UNKNOWN : FF_FIRST_ANY;
		return 0;
	case KEY_SEED:
		c->seed = ff_option_number(state, "seed", arg, 1, UINT64_MAX / 2);
		return 0;
	case KEY_TARGET:
		target(c, arg, state);
		return 0;
	case KEY_THREADS:
		c->threads = (unsigned int)ff_option_number(state, "threads", arg, 1, FF_MAX_THREADS);
		return 0;
	case KEY_WITHOUT:
		without(c, arg, state);
		return 0;
	case KEY_NO_DELAYS:
		c->no_delays = true;
		return 0;
	case KEY_KNOWN_OK:
		c->known_ok = true;
		return 0;
	case KEY_CORPUS:
		c->corpus = arg;
		return 0;
	case KEY_NO_FEEDBACK:
		c->blind = true;
		return 0;
	case 'j':
		c->jobs = (unsigned int)ff_option_number(state, "jobs", arg, 1, FF_MAX_JOBS);
		return 0;
	case KEY_SLICE:
		c->slice = ff_option_seconds(state, "slice", arg);
		return 0;
	case KEY_RESUME:
		c->resume = true;
		return 0;
	case KEY_MORE:
		c->more = ff_option_seconds(state, "more", arg);
		return 0;
	case KEY_KCOV:
		c->o.session.kcov = true;
		return 0;
	case ARGP_KEY_END:
		if (c->corpus && c->blind)
			argp_error(state, "--corpus and --no-feedback: without feedback nothing is kept");
		if (c->more && (!c->resume || c->seconds))
			argp_error(state, "--more TIME goes with --resume, and takes the place of --time");
		if (!c->resume && !c->o.here && !c->o.nkernels)
			argp_error(state, "on what kernel? Give --kernel NAME (as bookworm; \"kernel list\" shows what is there) or --here");
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "\"%s\": fuzz takes options only (foliofuzz run runs one program)", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse_opt, NULL,
	"Generate programs, run them on a kernel, judge what comes back, and keep what was found."
	"\v"
	"Findings are folders OUT/findings/SIGNATURE (default OUT: out), each with the program and the "
	"commands that show it again; OUT/lost has the programs that ran when a guest was lost; "
	"OUT/summary.json, OUT/plot.csv, OUT/metrics.prom and OUT/campaign.log tell the rest. Without --time, "
	"--programs or --first it runs until Ctrl-C, which ends it cleanly; --resume goes on with it, also "
	"after a kill -9 (docs/campaign.md).\n\n"
	"Exit status: 0 nothing found, 1 findings, 2 wrong use, 3 the harness could not run.\n",
	ff_guest_children, NULL, NULL
};

int cmd_fuzz(int argc, char **argv)
{
	static struct ff_campaign_config c;

	ff_guest_options_init(&c.o);
	c.o.several = true;
	c.o.no_guest = true;	/* the state may say it */
	ff_parse(&argp, "fuzz", argc, argv, &c);
	c.o.session.stop = ff_catch_signals();
	return ff_campaign(&c);
}
