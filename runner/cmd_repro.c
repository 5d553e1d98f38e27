// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz repro PROGRAM: a C file for a mail to a kernel list. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/cmds.h"
#include "runner/msg.h"
#include "runner/options.h"
#include "runner/repro_found.h"

enum { KEY_SIGNATURE = 0x400, KEY_RUNS };

struct args {
	struct ff_guest_options o;
	const char *path, *signature, *out;
	uint64_t runs;
	struct ff_repro_found found;
	char name[100];
};

static struct ff_findings findings;

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "Write the C file there (standard output)", 0 },
	{ "signature", KEY_SIGNATURE, "SIGNATURE", 0, "What it is to look for, as in a finding.json", 0 },
	{ "runs", KEY_RUNS, "N", 0, "With --kernel: run it so often, at most, to see what it finds (20)", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->o;
		return 0;
	case 'o':
		a->out = arg;
		return 0;
	case KEY_SIGNATURE:
		a->signature = arg;
		return 0;
	case KEY_RUNS:
		a->runs = ff_option_number(state, "runs", arg, 1, 100000);
		return 0;
	case ARGP_KEY_ARG:
		if (a->path)
			argp_error(state, "\"%s\": repro takes one program or finding", arg);
		a->path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which program? Give a .ff file, or the folder of a finding");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &ff_guest_argp, 0, "To see first what it finds:", 1 },
	{ 0 }
};

static const struct argp argp = {
	options, parse_opt, "PROGRAM.ff|FINDING",
	"Write a C file that shows the bug: it needs libc and pthreads only, sets up its target itself, "
	"runs the program until the bug shows, and says so."
	"\v"
	"What it looks for comes from the finding's folder, from --signature, or from a run on --kernel. "
	"With none of them it looks for all that can be seen from user space.\n\n"
	"Exit status: 0 written, 2 wrong use (or a malformed program), 3 it could not be written, 4 nothing "
	"was found on --kernel.\n",
	children, NULL, NULL
};

static void take_finding(struct args *a, const struct ff_finding *f, struct ff_session *s)
{
	const struct ff_session_info *i = ff_session_info(s);

	snprintf(a->found.signature, sizeof(a->found.signature), "%s", f->signature);
	snprintf(a->found.what, sizeof(a->found.what), "%s", f->what);
	snprintf(a->found.kernel, sizeof(a->found.kernel), "%.100s (%.100s)", i->kernel, i->release);
}

/* Run it until something is found: 0 and a->found, or FF_EXIT_*. */
static int run_it(struct args *a, struct ff_session *s, struct ff_judge *judge, const volatile sig_atomic_t *stop)
{
	struct ff_outcome out;
	uint64_t fed = 0, done = 0;
	int ret;

	while (!*stop && !a->found.signature[0] && done < a->runs) {
		while (fed < a->runs && !ff_session_feed(s, &a->found.program, a))
			fed++;
		ret = ff_session_collect(s, &out);
		if (ret < 0 && ret != -ECANCELED)
			return FF_EXIT_HARNESS;
		if (ret == 0)
			usleep(500);
		if (ret != 1)
			continue;
		if (out.failed) {
			ff_msg_error("the program's target cannot be made: %s", out.failed);
			return FF_EXIT_SKIPPED;
		}
		done++;
		ff_judge(judge, &out.c, &findings);
		if (findings.n)
			take_finding(a, &findings.f[0], s);
	}
	if (a->found.signature[0])
		return 0;
	ff_msg_error("nothing was found in %llu runs; --runs N runs it more often, --signature says what to look for",
		     (unsigned long long)done);
	return FF_EXIT_SKIPPED;
}

static int find_on_kernel(struct args *a)
{
	struct ff_session *s = NULL;
	struct ff_judge *judge = ff_judge_open(a->o.oracles);
	int status = FF_EXIT_HARNESS;

	a->o.session.stop = ff_catch_signals();
	if (judge && !ff_session_open(&s, &a->o.session))
		status = run_it(a, s, judge, a->o.session.stop);
	ff_session_close(s);
	ff_judge_close(judge);
	return status;
}

/* The C file's name, without folder and suffix, for the line that builds it. */
static void take_name(struct args *a)
{
	const char *base = a->out ? strrchr(a->out, '/') : NULL;

	base = base ? base + 1 : a->out ? a->out : "repro.c";
	snprintf(a->name, sizeof(a->name), "%.*s", (int)strcspn(base, "."), base);
}

static int write_file(struct args *a)
{
	char *text = NULL;
	int ret;

	if (a->signature)
		snprintf(a->found.signature, sizeof(a->found.signature), "%s", a->signature);
	ret = ff_repro_found_text(&a->found, a->name, &text);
	if (!ret && a->out)
		ret = ff_write_file(a->out, text, strlen(text));
	else if (!ret)
		fputs(text, stdout);
	free(text);
	if (ret == -EINVAL)
		ff_msg_error("\"%s\" is no signature of a finding, such as errno.sigbus.load", a->found.signature);
	else if (ret)
		ff_msg_error("cannot write %s: %s", a->out ? a->out : "the C file", strerror(-ret));
	return ret == -EINVAL ? FF_EXIT_USAGE : ret ? FF_EXIT_HARNESS : FF_EXIT_CLEAN;
}

int cmd_repro(int argc, char **argv)
{
	static struct args a = { .runs = 20 };
	int status;

	ff_guest_options_init(&a.o);
	a.o.no_guest = true;
	ff_parse(&argp, "repro", argc, argv, &a);
	take_name(&a);
	if (ff_repro_named(&a.found, a.path))
		return FF_EXIT_USAGE;
	if (!a.found.signature[0] && !a.signature && (a.o.session.kernel || a.o.here)) {
		status = find_on_kernel(&a);
		if (status)
			return status;
	}
	return write_file(&a);
}
