// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the tests: tap.h, tests/lib.sh and tests/run.sh, with tiny fake tests.
 * A runner that counts a crash, a timeout or a missing plan as a pass would
 * make every other test worthless.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

#define RUNNER "tests/run.sh"

static char dir[] = "/tmp/foliofuzz-unit-tap.XXXXXX";
static char output[65536];

struct fake {
	const char *what;
	const char *script;	/* the fake test, for /bin/sh or its own #! */
	const char *last;	/* the runner's last line */
	const char *says;	/* what must be in its output, or NULL */
	int status;		/* the runner's */
};

static const struct fake fakes[] = {
	{
		.what = "a test that passes",
		.script = "echo 'ok 1 - a'; echo 'ok 2 - b'; echo 1..2",
		.last = "2 passed, 0 failed, 0 skipped",
	},
	{
		.what = "a plan that comes first",
		.script = "echo 1..1; echo 'ok 1 - a'",
		.last = "1 passed, 0 failed, 0 skipped",
	},
	{
		.what = "a failed test",
		.script = "echo 'ok 1'; echo 'not ok 2 - b'; echo '# why b';"
			  "echo oops >&2; echo 1..2; exit 1",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "  | # why b",
		.status = 1,
	},
	{
		.what = "standard error of a failed test",
		.script = "echo 'not ok 1'; echo 1..1; echo oops >&2; exit 1",
		.last = "0 passed, 1 failed, 0 skipped",
		.says = "  | oops",
		.status = 1,
	},
	{
		.what = "a failed test that exits 0",
		.script = "echo 'not ok 1'; echo 1..1",
		.last = "0 passed, 1 failed, 0 skipped",
		.status = 1,
	},
	{
		.what = "a crash",
		.script = "echo 'ok 1'; kill -SEGV $$",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "killed by SIGSEGV",
		.status = 1,
	},
	{
		.what = "a crash after the plan",
		.script = "echo 'ok 1'; echo 1..1; kill -ABRT $$",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "killed by SIGABRT",
		.status = 1,
	},
	{
		.what = "a test that never ends",
		.script = "# timeout: 1\necho 'ok 1'; echo 1..1; sleep 100",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "timeout: still running after 1 s",
		.status = 1,
	},
	{
		.what = "a test with no plan",
		.script = "echo 'ok 1'",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "no plan",
		.status = 1,
	},
	{
		.what = "a test that says nothing",
		.script = ":",
		.last = "0 passed, 1 failed, 0 skipped",
		.says = "no plan",
		.status = 1,
	},
	{
		.what = "fewer tests than planned",
		.script = "echo 1..3; echo 'ok 1'; echo 'ok 2'",
		.last = "2 passed, 1 failed, 0 skipped",
		.says = "planned 3 tests, ran 2",
		.status = 1,
	},
	{
		.what = "a number twice (a child that printed its parent's)",
		.script = "echo 'ok 1'; echo 'ok 1'; echo 1..2",
		.last = "2 passed, 1 failed, 0 skipped",
		.says = "test number 1 where 2 was due",
		.status = 1,
	},
	{
		.what = "a status that no result explains",
		.script = "echo 'ok 1'; echo 1..1; exit 3",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "exit status 3, but no test failed",
		.status = 1,
	},
	{
		.what = "bailing out",
		.script = "echo 'ok 1'; echo 'Bail out! no disk'; exit 1",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "Bail out! no disk",
		.status = 1,
	},
	{
		.what = "a skipped test, with its reason",
		.script = "echo 'ok 1'; echo 'ok 2 # SKIP no BTF'; echo 1..2",
		.last = "1 passed, 0 failed, 1 skipped",
		.says = "fake: no BTF",
	},
	{
		.what = "a wholly skipped program",
		.script = "echo '1..0 # SKIP no qemu'",
		.last = "0 passed, 0 failed, 1 skipped",
		.says = "fake: no qemu",
	},
	{
		.what = "a name with an escaped number sign",
		.script = "echo 'ok 1 - about \\# skip'; echo 1..1",
		.last = "1 passed, 0 failed, 0 skipped",
	},
	{
		.what = "a process left behind",
		.script = "sleep 100 & echo 'ok 1'; echo 1..1",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "left processes behind",
		.status = 1,
	},
	{
		.what = "standard input",
		.script = "read x; echo 'ok 1'; echo 1..1",
		.last = "1 passed, 0 failed, 0 skipped",
	},
	{
		.what = "Ctrl-C is not ignored",
		.script = "echo 'ok 1'; echo 1..1; kill -INT $$; sleep 1",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "killed by SIGINT",
		.status = 1,
	},
	{
		.what = "lib.sh: all that passes",
		.script = "#!/bin/bash\n. tests/lib.sh\n"
			  "ok 'true' true\n"
			  "status 3 'three' sh -c 'exit 3'\n"
			  "is 'equal' a a\n"
			  "echo some text >\"$tmp/f\"\n"
			  "like 'text' \"$tmp/f\" 't.xt$'\n"
			  "skip 'this' 'no KVM'\n"
			  "start sleep 100\n"
			  "done_testing\n",
		.last = "4 passed, 0 failed, 1 skipped",
		.says = "fake: no KVM",
	},
	{
		.what = "lib.sh: all that fails",
		.script = "#!/bin/bash\n. tests/lib.sh\n"
			  "ok 'false' sh -c 'echo gone; false'\n"
			  "status 3 'three' true\n"
			  "is 'equal' a b\n"
			  "like 'text' /dev/null x\n"
			  "done_testing\n",
		.last = "0 passed, 4 failed, 0 skipped",
		.says = "#   out: gone",
		.status = 1,
	},
	{
		.what = "lib.sh: a script that ends too early",
		.script = "#!/bin/bash\n. tests/lib.sh\n"
			  "ok 'true' true\n"
			  "echo $no_such_variable\n"
			  "done_testing\n",
		.last = "1 passed, 1 failed, 0 skipped",
		.says = "no plan",
		.status = 1,
	},
};

/* Run a command; its output goes to @output. Return: its status, or -errno. */
static int run(const char *cmd)
{
	size_t used = 0, n;
	FILE *p;
	int st;

	p = popen(cmd, "r");
	if (!p)
		return -errno;
	while ((n = fread(output + used, 1, sizeof(output) - 1 - used, p)) > 0)
		used += n;
	output[used] = '\0';
	st = pclose(p);
	return WIFEXITED(st) ? WEXITSTATUS(st) : -EINTR;
}

static const char *last_line(void)
{
	size_t len = strlen(output);
	char *nl;

	if (len && output[len - 1] == '\n')
		output[len - 1] = '\0';
	nl = strrchr(output, '\n');
	return nl ? nl + 1 : output;
}

static int write_script(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return -errno;
	fprintf(f, "%s%s\n", strncmp(text, "#!", 2) ? "#!/bin/sh\n" : "", text);
	return fclose(f) || chmod(path, 0755) ? -errno : 0;
}

static void check_fake(const struct fake *t)
{
	char path[64], cmd[256];
	bool good;
	int rc;

	snprintf(path, sizeof(path), "%s/fake.sh", dir);
	rc = write_script(path, t->script);
	if (rc) {
		tap_ok(0, "write %s: %s", path, strerror(-rc));
		return;
	}
	snprintf(cmd, sizeof(cmd), RUNNER " -o %s/logs %s 2>&1", dir, path);
	rc = run(cmd);
	good = tap_ok(!t->says || strstr(output, t->says), "%s: said", t->what);
	if (!good)
		tap_diag("wanted: %s\n%s", t->says, output);
	tap_is_int(rc, t->status, "%s: status", t->what);
	tap_is_str(last_line(), t->last, "%s: counts", t->what);
}

/* Several tests: sums, and one failure hides none of the rest. */
static void check_sum(void)
{
	char path[64], cmd[512];
	int rc;

	snprintf(path, sizeof(path), "%s/one.sh", dir);
	rc = write_script(path, "echo 'ok 1'; echo 'ok 2 # skip x'; echo 1..2");
	snprintf(path, sizeof(path), "%s/two.sh", dir);
	rc |= write_script(path, "echo 'not ok 1 - b'; echo 1..1; exit 1");
	tap_is_int(rc, 0, "write two fake tests");
	snprintf(cmd, sizeof(cmd),
		 RUNNER " -o %s/logs %s/two.sh %s/missing %s/one.sh 2>&1",
		 dir, dir, dir, dir);
	rc = run(cmd);
	tap_ok(!!strstr(output, "no such executable"), "a missing test is told");
	tap_is_int(rc, 1, "three tests: status");
	tap_is_str(last_line(), "1 passed, 2 failed, 1 skipped",
		   "three tests: counts");

	tap_is_int(run(RUNNER " 2>/dev/null"), 2, "no test is wrong use");
}

/* What a producer that fails prints: made in a child, for the counts differ. */
static void check_tap_h(const char *self)
{
	char cmd[512];

	snprintf(cmd, sizeof(cmd), "%s produce", self);
	tap_is_int(run(cmd), 1, "tap.h: status of a failing program");
	tap_is_str(output,
		   "ok 1 - good \\# 7\n"
		   "not ok 2 - bad\n#   at tests/unit_tap.c:1\n"
		   "not ok 3 - number\n#   at tests/unit_tap.c:2\n"
		   "#   got -1 (0xffffffffffffffff), want 2 (0x2)\n"
		   "not ok 4 - string\n#   at tests/unit_tap.c:3\n"
		   "#   got  (null)\n#   want a\n"
		   "ok 5 # SKIP not here\n"
		   "# two\n# lines\n"
		   "1..5\n", "tap.h: what it prints");
}

static int produce(void)
{
#line 0 "tests/unit_tap.c"
	tap_ok(1, "good # %d", 7);
	tap_ok(0, "bad");
	tap_is_int(-1, 2, "number");
	tap_is_str(NULL, "a", "string");
	tap_skip("not here");
	tap_diag("two\nlines\n");
	return tap_done();
}

int main(int argc, char **argv)
{
	char cmd[64];
	size_t i;

	if (argc > 1 && !strcmp(argv[1], "produce"))
		return produce();
	if (access(RUNNER, X_OK)) {
		printf("Bail out! %s: %s: run this from the top of the tree\n",
		       RUNNER, strerror(errno));
		return 1;
	}
	if (!mkdtemp(dir)) {
		printf("Bail out! mkdtemp %s: %s\n", dir, strerror(errno));
		return 1;
	}
	check_tap_h(argv[0]);
	for (i = 0; i < sizeof(fakes) / sizeof(fakes[0]); i++)
		check_fake(&fakes[i]);
	check_sum();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	tap_is_int(run(cmd), 0, "remove %s", dir);
	return tap_done();
}
