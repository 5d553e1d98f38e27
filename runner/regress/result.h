/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a regression run found out: program by kernel. The writers of other
 * formats read this and nothing else; as JSON it is DIR/regress.json.
 */
#ifndef FF_RUNNER_REGRESS_RESULT_H
#define FF_RUNNER_REGRESS_RESULT_H

#include <jansson.h>
#include <stdio.h>

/**
 * enum ff_regress_verdict - of one program on one kernel (docs/regress.md)
 * @FF_REGRESS_PASS: silent, as it should be
 * @FF_REGRESS_FAIL: a signature showed that the baseline does not know
 * @FF_REGRESS_SKIP: it was not run, or said nothing: the reason says why
 * @FF_REGRESS_KNOWN: what showed is in the baseline
 * @FF_REGRESS_FIXED: what the baseline knows did not show in as many runs as make that significant
 * @FF_REGRESS_FLAKY: neither the one nor the other is sure
 */
enum ff_regress_verdict {
	FF_REGRESS_PASS, FF_REGRESS_FAIL, FF_REGRESS_SKIP, FF_REGRESS_KNOWN, FF_REGRESS_FIXED, FF_REGRESS_FLAKY,
	FF_REGRESS_VERDICTS
};

/**
 * struct ff_regress_kernel - one kernel that was asked for
 * @name: as it was asked for: "bookworm", "mutant:a", a path, "here"
 * @release: uname -r, "" if no guest of it ever ran
 * @version: the package's version or uname -v, "" if not known
 * @append: more kernel command line, or ""
 * @accel: "kvm", "tcg", "native" or ""
 * @skipped: why nothing could be run on it, or ""
 */
struct ff_regress_kernel {
	char name[96], release[96], version[128], append[256], accel[16], skipped[256];
};

/**
 * struct ff_regress_program - one kept program
 * @name: the file's name without .ff: [A-Za-z0-9_-]+, so it can be a test's name anywhere
 * @about: one line: what it is about
 * @source: where it comes from: thread, commit, URL; may be ""
 * @path: of the file
 */
struct ff_regress_program {
	char name[64], about[256], source[256], path[512];
};

/**
 * struct ff_regress_signature - one signature that showed
 * @hits: in how many of the runs
 * @what: one line for people, of its first hit; "" if unknown
 */
struct ff_regress_signature {
	char signature[160], what[400];
	unsigned int hits;
};

/**
 * struct ff_regress_expected - one pattern that the program's head names, or the baseline
 * @signature: fnmatch(3) pattern
 * @known: what bug it is, for people
 */
struct ff_regress_expected {
	char signature[160], known[256];
};

/**
 * struct ff_regress_result - one program on one kernel
 * @program, @kernel: index into struct ff_regress
 * @reason: one line, why this verdict; never "" except perhaps with pass
 * @runs: runs that came back; @hits: of those, with any finding
 * @signatures, @nsignatures: what showed, the most frequent first
 * @expected, @nexpected: what the program is about
 * @rate: hits per run in the baseline (of the least sure signature known there), -1: it has none
 * @miss_odds: the odds that a bug as frequent as in the baseline shows in none of @runs, with a
 *	lower bound of the rate; -1: the baseline has none
 * @seconds: wall clock, guest starts included
 * @log: evidence for people: several lines, or ""; malloc()ed
 */
struct ff_regress_result {
	unsigned int program, kernel;
	enum ff_regress_verdict verdict;
	char reason[640];
	unsigned int runs, hits;
	struct ff_regress_signature *signatures;
	unsigned int nsignatures;
	struct ff_regress_expected *expected;
	unsigned int nexpected;
	double rate, miss_odds, seconds;
	char *log;
};

/**
 * struct ff_regress - a regression run
 * @started: ISO 8601, UTC: "2026-11-21T22:15:00Z"
 * @seconds: wall clock of all
 * @shard, @shards: 1 and 1 when all was run
 * @results: kernel by kernel, in each in the order of @programs; not all pairs need be there
 */
struct ff_regress {
	char started[32];
	double seconds;
	unsigned int shard, shards;
	struct ff_regress_kernel *kernels;
	unsigned int nkernels;
	struct ff_regress_program *programs;
	unsigned int nprograms;
	struct ff_regress_result *results;
	unsigned int nresults;
};

/** ff_regress_verdict_name() - "pass", "fail", "skip", "known", "fixed", "flaky" */
const char *ff_regress_verdict_name(enum ff_regress_verdict v);

/** ff_regress_find() - the result of a pair, or NULL */
const struct ff_regress_result *ff_regress_find(const struct ff_regress *r, unsigned int program, unsigned int kernel);

/** ff_regress_count() - results with this verdict */
unsigned int ff_regress_count(const struct ff_regress *r, enum ff_regress_verdict v);

/** ff_regress_free() - free what @r points to, and empty it */
void ff_regress_free(struct ff_regress *r);

/** ff_regress_json() - as DIR/regress.json has it; a new reference, NULL: no memory */
json_t *ff_regress_json(const struct ff_regress *r);

/**
 * ff_regress_from_json() - read it back
 * @why: what was wrong, @n bytes
 * Return: 0, -EINVAL with @why, -ENOMEM. @r is to be freed after success only.
 */
int ff_regress_from_json(struct ff_regress *r, const json_t *j, char *why, size_t n);

#endif
