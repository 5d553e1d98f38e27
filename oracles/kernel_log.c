// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel-log law: the kernel does not complain of itself.
 *
 * What is not matched, and why: "page cache invalidation failure on direct I/O"
 * (legal, open(2)), the OOM killer (memory ran out: a result), "Warning:" in
 * lower case (drivers at boot), I/O errors of a disk (the disk's); and a warning in
 * rethook_find_ret_addr(): somebody read /proc/PID/stack of a task that began to run
 * meanwhile, in a function with a return probe. That was us.
 */
#include <stdio.h>
#include <string.h>

#include "oracles/cause.h"
#include "oracles/laws.h"
#include "oracles/trace.h"

#define NEAR 12		/* lines in which an Oops belongs to the BUG before it */

/**
 * struct pattern - the first line of a report
 * @text: is in the line; at its beginning when @begins
 * @verdict: of the finding
 * @about: part of the signature where the report names no function
 * @frames: functions of the signature, 0: @about alone
 * @follows: is part of an earlier report, when there was one just before
 */
struct pattern {
	const char *text, *verdict, *about;
	unsigned int frames;
	int begins, follows;
};

/* The first that fits counts. */
static const struct pattern patterns[] = {
	{ "WARNING: possible circular locking", "lockdep", "circular-locking", 2, 1, 0 },
	{ "WARNING: possible recursive locking", "lockdep", "recursive-locking", 2, 1, 0 },
	{ "WARNING: possible irq lock inversion", "lockdep", "irq-inversion", 2, 1, 0 },
	{ "WARNING: inconsistent lock state", "lockdep", "inconsistent-lock", 2, 1, 0 },
	{ "WARNING: bad unlock balance", "lockdep", "unlock-balance", 2, 1, 0 },
	{ "WARNING: suspicious RCU usage", "lockdep", "rcu-usage", 2, 1, 0 },
	{ "WARNING: ", "warn", "warning", 1, 1, 0 },
	{ "BUG: KASAN:", "kasan", "kasan", 2, 1, 0 },
	{ "BUG: KCSAN:", "kcsan", "data-race", 2, 1, 0 },
	{ "BUG: KFENCE:", "kfence", "kfence", 2, 1, 0 },
	{ "KASAN: ", "kasan", "kasan", 2, 0, 1 },
	{ "BUG: Bad page state", "bad-page", "bad-page-state", 0, 1, 0 },
	{ "BUG: Bad page cache", "bad-page", "bad-page-cache", 0, 1, 0 },
	{ "BUG: Bad page map", "bad-page", "bad-page-map", 0, 1, 0 },
	{ "BUG: Bad rss-counter", "bad-page", "bad-rss-counter", 0, 1, 0 },
	{ "BUG: non-zero pgtables_bytes", "bad-page", "pgtables-bytes", 0, 1, 0 },
	{ "kernel BUG at", "bug", "bug", 1, 0, 0 },
	{ "soft lockup - CPU", "soft-lockup", "soft-lockup", 2, 0, 0 },
	{ "hard LOCKUP", "hard-lockup", "hard-lockup", 2, 0, 0 },
	{ "BUG: ", "bug", "bug", 1, 0, 0 },
	{ "INFO: task ", "blocked", "blocked-task", 2, 1, 0 },
	{ "self-detected stall", "rcu-stall", "rcu-stall", 1, 0, 0 },
	{ "detected stalls on CPUs", "rcu-stall", "rcu-stall", 1, 0, 0 },
	{ "detected expedited stalls", "rcu-stall", "rcu-stall", 1, 0, 0 },
	{ "general protection fault", "oops", "general-protection", 1, 0, 1 },
	{ "Oops: ", "oops", "oops", 1, 0, 1 },
	{ "Kernel panic - not syncing", "panic", "panic", 1, 0, 1 },
};

static const struct pattern *match(const char *line)
{
	const struct pattern *p;
	const char *at;

	for (p = patterns; p < patterns + sizeof(patterns) / sizeof(*patterns); p++) {
		at = strstr(line, p->text);
		if (!at || (p->begins && at != line))
			continue;
		/* "INFO: task x:1 blocked for more than 120 seconds", not any other */
		if (!strcmp(p->text, "INFO: task ") && !strstr(line, "blocked for more than"))
			continue;
		/* the OOM killer found nobody but PID 1: memory ran out, a result */
		if (strstr(line, "System is deadlocked on memory"))
			continue;
		if (strstr(line, "rethook_find_ret_addr"))
			continue;
		return p;
	}
	return NULL;
}

/* Some of the log from the report's first line on. */
static void quote(struct ff_finding *f, const char *at)
{
	unsigned int lines = 0;
	char line[200];

	while (lines++ < 40 && (at = ff_log_line(at, line, sizeof(line))))
		ff_finding_evidence(f, "log: %s\n", line);
}

/* The kernel says it of some such pages, the witness of all. */
static void refer(struct ff_finding *f, const struct ff_findings *out)
{
	unsigned int i;

	for (i = 0; i < out->n; i++) {
		if (!strcmp(out->f[i].oracle, "unmap"))
			ff_finding_evidence(f, "the same bug, by the witness: %s\n", out->f[i].signature);
	}
}

static void report(const struct ff_case *c, const char *at, const char *line,
		   const struct pattern *p, struct ff_findings *out)
{
	struct ff_finding *f = ff_finding_add(out, "kernel-log", p->verdict);
	char frames[120] = "";

	if (!f)
		return;
	snprintf(f->what, sizeof(f->what), "the kernel said: %.360s", line);
	if (p->frames && ff_log_frames(at, p->frames, frames, sizeof(frames)))
		ff_finding_signature(f, "kernel-log.%s.%s", p->verdict, frames);
	else
		ff_finding_signature(f, "kernel-log.%s.%s", p->verdict, p->about);
	if (!strcmp(p->about, "bad-page-cache"))
		refer(f, out);
	quote(f, at);
	(void)c;
	ff_cause_merge(out, f);
}

void ff_judge_kernel_log(const struct ff_case *c, void *model, struct ff_findings *out)
{
	const char *at = c->log, *next;
	const struct pattern *p;
	unsigned int n = 0, last = 0, reports = 0;
	char line[512];

	(void)model;
	for (; (next = ff_log_line(at, line, sizeof(line))); at = next, n++) {
		p = match(line);
		if (!p)
			continue;
		/* a panic ends what went before, however long that report was */
		if (p->follows && reports &&
		    (n - last <= NEAR || !strcmp(p->verdict, "panic")))
			continue;
		report(c, at, line, p, out);
		last = n;
		reports++;
	}
	if (!reports && c->lost && !strcmp(c->lost, "panic") &&
	    !(c->log && strstr(c->log, "System is deadlocked on memory"))) {
		struct ff_finding *f = ff_finding_add(out, "kernel-log", "panic");

		if (!f)
			return;
		snprintf(f->what, sizeof(f->what), "the guest panicked, its log does not say why");
		ff_finding_signature(f, "kernel-log.panic.unknown");
		if (c->log)
			quote(f, c->log);
	}
}
