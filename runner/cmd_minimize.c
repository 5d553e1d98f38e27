// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz minimize PROGRAM: the smallest program that shows the same (docs/minimize.md). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/cmds.h"
#include "runner/delays.h"
#include "runner/minimize_state.h"
#include "runner/msg.h"
#include "runner/program_file.h"

enum { KEY_SIGNATURE = 0x500, KEY_RUNS, KEY_ALGORITHM, KEY_CALLS, KEY_TRIES };

static const struct argp_option options[] = {
	{ "signature", KEY_SIGNATURE, "PATTERN", 0, "What counts as the same: a finding's signature, or a pattern as \"data.stale*.load.*\" "
	  "(else that of the finding the program belongs to, else the first that is seen)", 0 },
	{ "time", 't', "TIME", 0, "As 90, 20m, 2h (10m)", 0 },
	{ "runs", KEY_RUNS, "N", 0, "At most N runs (no limit)", 0 },
	{ "calls", KEY_CALLS, "N", 0, "To raise the rate of hits the program may be made longer, up to N calls (8)", 0 },
	{ "tries", KEY_TRIES, "N", 0, "Without a hit in N runs the program is given up (300)", 0 },
	{ "algorithm", KEY_ALGORITHM, "NAME", 0, "foliofuzz, or ddmin for comparison: Zeller's, on the list of calls", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct ff_min_job *j = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = &j->o;
		return 0;
	case KEY_SIGNATURE:
		if (!*arg || strlen(arg) >= sizeof(j->pattern))
			argp_error(state, "--signature \"%.40s\": a signature or a pattern was expected", arg);
		snprintf(j->pattern, sizeof(j->pattern), "%s", arg);
		return 0;
	case 't':
		j->seconds = ff_option_seconds(state, "time", arg);
		return 0;
	case KEY_RUNS:
		j->runs = ff_option_number(state, "runs", arg, 1, 1000000000);
		return 0;
	case KEY_CALLS:
		j->cfg.calls = (unsigned int)ff_option_number(state, "calls", arg, 1, FF_MAX_CALLS);
		return 0;
	case KEY_TRIES:
		j->cfg.tries = (unsigned int)ff_option_number(state, "tries", arg, 1, 1000000000);
		return 0;
	case KEY_ALGORITHM:
		if (strcmp(arg, "ddmin") && strcmp(arg, "foliofuzz"))
			argp_error(state, "--algorithm %s: foliofuzz or ddmin was expected", arg);
		j->cfg.ddmin = !strcmp(arg, "ddmin");
		return 0;
	case ARGP_KEY_ARG:
		if (j->path)
			argp_error(state, "\"%s\": minimize takes one program", arg);
		j->path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which program? Give a .ff file, or a finding's folder");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse_opt, "PROGRAM.ff\nFINDING",
	"Make a program smaller while it shows the same: fewer threads, fewer calls, plainer arguments, "
	"no delays, a plainer target; and surer, where it hits seldom."
	"\v"
	"--out DIR (PROGRAM.min; in a finding's folder: minimized) has the best program so far at any time: "
	"program.ff. The same command with the same --out goes on where it was stopped, by Ctrl-C or by its "
	"budget. A hit of the result is kept there as a finding's folder.\n\n"
	"Exit status: 0 done, or stopped: the best program so far is printed; 2 wrong use (or a malformed "
	"program), 3 the harness could not run, 4 it could not be reproduced, or its target cannot be made "
	"there.\n",
	ff_guest_children, NULL, NULL
};

/* What the program showed, unless another signature was asked for, and where the result goes. */
static void take_named(struct ff_min_job *j, const struct ff_named *n, char *out, size_t n_out)
{
	size_t len = strlen(j->path);

	if (!j->pattern[0])
		snprintf(j->pattern, sizeof(j->pattern), "%s", ff_named_word(n, "signature"));
	if (n->folder)
		snprintf(out, n_out, "%s/minimized", j->path);
	else
		snprintf(out, n_out, "%.*s.min", (int)(len > 3 && !strcmp(j->path + len - 3, ".ff") ? len - 3 : len), j->path);
	if (!j->o.out)
		j->o.out = out;
}

static void tell(const struct ff_min_job *j)
{
	const struct ff_minimize *m = j->search;

	if (m->first.hits)
		ff_msg_info("minimize: %u -> %u calls, %u -> %u threads; hit in %u/%u runs, before in %u/%u; %llu runs of %llu candidates in %.0f s, ended: %s; in %s",
			    m->calls, m->best.ncalls, m->threads, m->best.nthreads, m->rate.hits, m->rate.runs, m->first.hits,
			    m->first.runs, (unsigned long long)m->runs, (unsigned long long)m->candidates, ff_min_seconds(j),
			    j->ended, j->o.out);
	else if (j->failed[0] && !m->runs)
		ff_msg_error("skipped: the program's target cannot be made: %s", j->failed);
	else
		ff_msg_error("could not reproduce %s in %u runs (%s): a rate above %.1f %% would have shown, with odds of 95 %%. "
			     "Is the kernel the one it was found on? Another reader or writer of the same bug has another "
			     "signature: --signature takes a pattern; --tries and --time allow more runs",
			     j->pattern[0] ? j->pattern : "any finding", m->rate.runs, j->ended,
			     100 * ff_rate_unseen(m->rate.runs));
}

static void print(const struct ff_min_job *j)
{
	json_t *o = ff_min_json(j);

	if (j->o.json) {
		json_dumpf(o, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (j->search->first.hits) {
		fputs(json_string_value(json_object_get(o, "program")), stdout);
	}
	json_decref(o);
}

static int run(struct ff_min_job *j)
{
	int ret = ff_session_open(&j->session, &j->o.session);

	if (ret)
		return ret == -EINVAL ? FF_EXIT_USAGE : FF_EXIT_HARNESS;
	j->search->cfg.places = ff_delays_places(ff_session_info(j->session)->boot.hooks);
	if (ff_min_run(j))
		return FF_EXIT_HARNESS;
	print(j);
	tell(j);
	return j->search->first.hits ? FF_EXIT_CLEAN : FF_EXIT_SKIPPED;
}

int cmd_minimize(int argc, char **argv)
{
	static struct ff_min_job j = { .seconds = 600, .cfg = { .calls = 8, .tries = 300, .goal = 0.7 } };
	static struct ff_program p;
	struct ff_named named;
	char out[4200];
	int status = FF_EXIT_HARNESS;

	ff_guest_options_init(&j.o);
	ff_parse(&argp, "minimize", argc, argv, &j);
	j.stop = j.o.session.stop = ff_catch_signals();
	if (ff_named_open(&named, j.path, &p)) {
		ff_named_close(&named);
		return FF_EXIT_USAGE;
	}
	take_named(&j, &named, out, sizeof(out));
	ff_named_close(&named);
	j.search = ff_minimize_open(&j.cfg, &p);
	j.judge = ff_judge_open(j.o.oracles);
	if (j.search && j.judge && !ff_store_open(&j.store, j.o.out))
		status = ff_min_state_load(&j) ? FF_EXIT_USAGE : run(&j);
	ff_session_close(j.session);
	ff_judge_close(j.judge);
	ff_store_close(j.store);
	ff_minimize_close(j.search);
	return status;
}
