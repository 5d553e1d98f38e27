// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz: the table of subcommands. In a VM it is PID 1, and then it is the agent. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runner/agent/agent.h"
#include "runner/cmds.h"
#include "runner/manual.h"
#include "runner/msg.h"
#include "runner/options.h"

static const struct {
	const char *name, *about;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "fuzz", "generate programs, run them on a kernel, judge what comes back", cmd_fuzz },
	{ "run", "run one program again and again: how often does it hit?", cmd_run },
	{ "minimize", "make a program smaller while it shows the same", cmd_minimize },
	{ "judge", "judge a recorded history; no kernel needed", cmd_judge },
	{ "corpus", "keep programs and what is known of them; to and from syzkaller and fsx", cmd_corpus },
	{ "regress", "run the kept programs on kernels: what is new, known, fixed?", cmd_regress },
	{ "repro", "write a C file that shows a finding, for libc and pthreads alone", cmd_repro },
	{ "merge", "make one campaign folder out of several: shards that ran on other machines", cmd_merge },
	{ "submit", "run a campaign on many machines, through Slurm", cmd_submit },
	{ "report", "make a page, a trace or a mail of what a campaign found", cmd_report },
	{ "kernel", "fetch kernels to test, and list them", cmd_kernel },
	{ "doctor", "what works on this machine, and what is missing", cmd_doctor },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *out)
{
	fprintf(out, "usage: foliofuzz COMMAND [OPTION...]\n\n"
		"A syscall fuzzing harness for the Linux page cache and memory management.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].about);
	fprintf(out, "\nfoliofuzz COMMAND --help tells more of one, foliofuzz help TOPIC what can be named: " FF_TOPICS ".\n\n"
		"Exit status: 0 nothing found, 1 findings, 2 wrong use, 3 the harness itself could not run, 4 skipped.\n");
}

/* Results that could not be written are no results. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		ff_msg_error("cannot write the results to standard output");
		return FF_EXIT_HARNESS;
	}
	return status;
}

static int (*command(const char *name))(int argc, char **argv)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].run;
	return NULL;
}

/* "help", "help TOPIC", "help COMMAND" */
static int help(int argc, char **argv)
{
	char option[] = "--help", *words[] = { argv[argc > 2 ? 2 : 0], option, NULL };

	if (argc < 3) {
		usage(stdout);
		return FF_EXIT_CLEAN;
	}
	if (command(argv[2]))
		return command(argv[2])(2, words);
	if (!ff_topic(argv[2]))
		return FF_EXIT_CLEAN;
	ff_msg_error("there is no help of \"%s\"; there is of each command (foliofuzz --help lists them) and of: " FF_TOPICS,
		     argv[2]);
	return FF_EXIT_USAGE;
}

int main(int argc, char **argv)
{
	if (getpid() == 1 && !access("/modules.order", F_OK))
		ff_agent_main();
	if (argc < 2) {
		usage(stderr);
		return FF_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "-?"))
		return finish(help(1, argv));
	if (!strcmp(argv[1], "help"))
		return finish(help(argc, argv));
	if (!strcmp(argv[1], "--version")) {
		puts("foliofuzz " FF_VERSION);
		return finish(FF_EXIT_CLEAN);
	}
	if (command(argv[1]))
		return finish(command(argv[1])(argc - 1, argv + 1));
	ff_msg_error("there is no command \"%s\"; foliofuzz --help lists them", argv[1]);
	return FF_EXIT_USAGE;
}
