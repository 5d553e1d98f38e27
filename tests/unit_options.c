// SPDX-License-Identifier: GPL-2.0-only
/* Command lines: exit status 2 and a message for what makes no sense, before anything starts. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/cmds.h"
#include "runner/options.h"
#include "tests/tap.h"

#define MAX_ARGS 10

/* Run a subcommand in a child with its stderr in @err; its exit status. */
static int run(int (*cmd)(int, char **), const char *const *args, char *err, size_t n)
{
	static char store[MAX_ARGS][64];	/* argp may reorder and change them */
	char *argv[MAX_ARGS + 1] = { NULL };
	int argc = 0, status, p[2];
	ssize_t len;
	pid_t pid;

	for (; args[argc] && argc < MAX_ARGS; argc++)
		argv[argc] = strcpy(store[argc], args[argc]);
	if (pipe(p))
		return -1;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(p[1], 2);
		dup2(p[1], 1);
		exit(cmd(argc, argv));
	}
	close(p[1]);
	for (size_t used = 0; (len = read(p[0], err + used, n - 1 - used)) > 0; ) {
		used += (size_t)len;
		err[used] = '\0';
	}
	close(p[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const struct {
	const char *what, *says;
	int (*cmd)(int, char **);
	int status;
	const char *args[MAX_ARGS];
} cases[] = {
	{ "fuzz: no kernel", "--here", cmd_fuzz, 2, { "fuzz" } },
	{ "fuzz: both", "which of them", cmd_fuzz, 2, { "fuzz", "--here", "--kernel", "x" } },
	{ "fuzz: VM options here", "for a VM", cmd_fuzz, 2, { "fuzz", "--here", "--memory", "512" } },
	{ "fuzz: no such option", "nrecognized", cmd_fuzz, 2, { "fuzz", "--here", "--nonsense" } },
	{ "fuzz: time of letters", "expected a time", cmd_fuzz, 2, { "fuzz", "--here", "--time", "soon" } },
	{ "fuzz: no time", "expected a time", cmd_fuzz, 2, { "fuzz", "--here", "--time", "0" } },
	{ "fuzz: negative seed", "expected a number", cmd_fuzz, 2, { "fuzz", "--here", "--seed", "-1" } },
	{ "fuzz: too many threads", "expected a number", cmd_fuzz, 2, { "fuzz", "--here", "--threads", "9" } },
	{ "fuzz: no such target", "--target", cmd_fuzz, 2, { "fuzz", "--here", "--target", "floppy" } },
	{ "fuzz: no such call", "no call of this name", cmd_fuzz, 2, { "fuzz", "--here", "--without", "frob" } },
	{ "fuzz: no such oracle", "--oracles", cmd_fuzz, 2, { "fuzz", "--here", "--oracles", "delphi" } },
	{ "fuzz: an argument", "options only", cmd_fuzz, 2, { "fuzz", "--here", "x.ff" } },
	{ "run: no program", "which program", cmd_run, 2, { "run", "--here" } },
	{ "run: two programs", "one program", cmd_run, 2, { "run", "--here", "a", "b" } },
	{ "run: not there", "cannot read", cmd_run, 2, { "run", "--here", "/nonexistent.ff" } },
	{ "run: not a program", ":", cmd_run, 2, { "run", "--here", "/dev/null" } },
	{ "judge: nothing", "which history", cmd_judge, 2, { "judge" } },
	{ "judge: not there", "cannot read", cmd_judge, 3, { "judge", "/nonexistent" } },
	{ "judge: not a history", ":", cmd_judge, 2, { "judge", "/dev/null" } },
	{ "fuzz --help", "Exit status", cmd_fuzz, 0, { "fuzz", "--help" } },
	{ "run --help", "Exit status", cmd_run, 0, { "run", "--help" } },
	{ "judge --help", "Exit status", cmd_judge, 0, { "judge", "--help" } },
	{ "judge --list", "hang", cmd_judge, 0, { "judge", "--list" } },
	{ "doctor --help", "Exit status", cmd_doctor, 0, { "doctor", "--help" } },
};

int main(void)
{
	static char err[65536];

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err[0] = '\0';
		tap_is_int(run(cases[i].cmd, cases[i].args, err, sizeof(err)), cases[i].status,
			   "exit status: %s", cases[i].what);
		if (!tap_ok(strstr(err, cases[i].says) != NULL, "message: %s", cases[i].what))
			tap_diag("%s", err);
	}
	return tap_done();
}
