// SPDX-License-Identifier: GPL-2.0-only
/* Reading a kernel log: prefixes, functions, frames, and what is harmless. */
#include "oracles/trace.h"
#include "tests/judge_case.h"

static struct ff_findings found;

static void test_line(void)
{
	static const char *const forms[] = {
		"[   12.345678] WARNING: x", "<4>[   12.345678] WARNING: x",
		"[   12.345678][  T123] WARNING: x", "4,1234,5678,-;WARNING: x", "WARNING: x",
		"WARNING: x\r",
	};
	char line[100];
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		ff_log_line(forms[i], line, sizeof(line));
		tap_is_str(line, "WARNING: x", "%s", forms[i]);
	}
	tap_ok(!ff_log_line("", line, sizeof(line)) && !ff_log_line(NULL, line, sizeof(line)),
	       "an empty log has no line");
}

static void test_function(void)
{
	char name[40];

	tap_ok(ff_log_function("RIP: 0010:do_wp_page.isra.0+0x3c/0x200", name, sizeof(name)) &&
	       !strcmp(name, "do_wp_page"), "a function without its suffix");
	tap_ok(ff_log_function(" ext4_da_write_begin+0x1/0x2 [ext4]", name, sizeof(name)) &&
	       !strcmp(name, "ext4_da_write_begin"), "of a module");
	tap_ok(!ff_log_function("no function here +0x1", name, sizeof(name)), "none");
}

static const struct {
	const char *line, *signature;
} logs[] = {
	{ "WARNING: mm/x.c:1 at folio_x+0x1/0x2, CPU#1: a/1", "kernel-log.warn.folio_x" },
	{ "------------[ cut here ]------------", NULL },
	{ "ext4: Warning: mounting unchecked fs", NULL },
	{ "x: WARNING: not at the beginning", NULL },
	{ "Page cache invalidation failure on direct I/O.  Possible data corruption due to collision with buffered I/O!", NULL },
	{ "Direct I/O collision with buffered writes! File: f0 Comm: agent", NULL },
	{ "Out of memory: Killed process 9 (agent)", NULL },
	{ "INFO: task a:1 blocked for more than 120 seconds.", "kernel-log.blocked.blocked-task" },
	{ "INFO: lockdep is turned off.", NULL },
	{ "BUG: Bad page state in process a  pfn:1", "kernel-log.bad-page.bad-page-state" },
	{ "BUG: Bad rss-counter state mm:0000000012345678 type:MM_FILEPAGES val:1",
	  "kernel-log.bad-page.bad-rss-counter" },
	{ "general protection fault, probably for non-canonical address 0xdead: 0000 [#1]",
	  "kernel-log.oops.general-protection" },
	{ "Kernel panic - not syncing: sysrq triggered crash", "kernel-log.panic.panic" },
	{ "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [a:1]", "kernel-log.soft-lockup.soft-lockup" },
	{ "EXT4-fs (vda): mounted filesystem", NULL },
};

static void test_log(unsigned int i)
{
	char text[2048];
	int right;

	snprintf(text, sizeof(text),
		 "# foliofuzz 1\ntarget tmpfs\nthread 0\n  pause 1\n"
		 "history epoch=7 threads=1 flags=none began=1000 ended=9000 page=4096 pmd=2097152 limit=1\n"
		 "call 0 done invoked=1100 returned=1200\nlog [    1.0] %s\nended\n", logs[i].line);
	right = !judge_text("kernel-log", text, &found) &&
		(logs[i].signature ?
		 found.n == 1 && !strcmp(found.f[0].signature, logs[i].signature) : !found.n);
	if (!tap_ok(right, "%s: %s", logs[i].line, logs[i].signature ? logs[i].signature : "nothing"))
		show_findings(&found);
}

int main(void)
{
	unsigned int i;

	test_line();
	test_function();
	for (i = 0; i < sizeof(logs) / sizeof(*logs); i++)
		test_log(i);
	return tap_done();
}
