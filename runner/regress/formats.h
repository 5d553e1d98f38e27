/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A regression run in the formats that kernel CI reads. Each writer takes any
 * struct ff_regress, also an empty one or one whose texts are no UTF-8, and
 * writes what its readers accept; the same run gives the same text again.
 *
 *	verdict		KTAP			JUnit		kcidb	LAVA
 *	pass		ok			passed		PASS	pass
 *	fail		not ok			failure		FAIL	fail
 *	known		ok # XFAIL		skipped		FAIL	pass
 *	fixed		ok			passed		PASS	pass
 *	flaky		ok # SKIP		skipped		DONE	unknown
 *	skip		ok # SKIP		skipped		SKIP	skip
 *	lost kernel	not ok # ERROR		error		MISS	fail
 *
 * Flaky is neither green nor red: nothing is known for sure. A lost kernel is
 * one that was asked for and gave no result: that must not look like success.
 * kcidb tells a known bug from a new one by its issues, not by the status.
 */
#ifndef FF_RUNNER_REGRESS_FORMATS_H
#define FF_RUNNER_REGRESS_FORMATS_H

#include <jansson.h>
#include <stdio.h>

#include "runner/regress/result.h"

#define FF_REGRESS_LOG_MAX	16384	/* bytes of evidence: what kcidb takes as log_excerpt */

/**
 * struct ff_kcidb_options - how a report is signed
 * @origin: the CI system's name, [a-z0-9_]+; NULL: "foliofuzz"
 * @url: where DIR will be published, so that regress.json can be linked; NULL: nowhere
 */
struct ff_kcidb_options {
	const char *origin, *url;
};

/**
 * ff_regress_ktap() - KTAP version 1: a subtest for each kernel, a result for each program
 *
 * Documentation/dev-tools/ktap.rst. tools/testing/kunit/kunit.py parse counts as
 * passed what is pass, known and fixed; as skipped skip and flaky; as failed
 * fail and a lost kernel.
 *
 * Return: 0, -EIO when @out cannot be written, -ENOMEM.
 */
int ff_regress_ktap(const struct ff_regress *r, FILE *out);

/**
 * ff_regress_junit() - JUnit XML: a testsuite for each kernel, a testcase for each program
 *
 * As Jenkins (JUnit plugin) and GitLab (artifacts:reports:junit) read it; the
 * class of a testcase is foliofuzz.KERNEL. Return: as ff_regress_ktap().
 */
int ff_regress_junit(const struct ff_regress *r, FILE *out);

/** ff_regress_lava() - lines <LAVA_SIGNAL_TESTCASE ...>, ids KERNEL_PROGRAM. Return: as ff_regress_ktap(). */
int ff_regress_lava(const struct ff_regress *r, FILE *out);

/** ff_kcidb_origin_ok() - may this be an origin? */
int ff_kcidb_origin_ok(const char *origin);

/** ff_kcidb_url_ok() - scheme://..., with no character that a URI may not have */
int ff_kcidb_url_ok(const char *url);

/**
 * ff_regress_kcidb() - a report in kcidb's schema 5.3
 * @o: NULL: the defaults
 *
 * One checkout and one build for each kernel release, one test for each result
 * (path foliofuzz.PROGRAM), an issue for each bug that showed or was expected
 * and is gone, an incident for each pair of those. Ids are made of what was
 * measured: sent twice, a report overwrites itself.
 *
 * Return: a new reference; NULL: no memory, or @o has an origin or URL that cannot be one.
 */
json_t *ff_regress_kcidb(const struct ff_regress *r, const struct ff_kcidb_options *o);

/* ---- what the writers have in common (words.c) ---- */

/**
 * ff_regress_clean() - text that any of these formats can carry
 *
 * What is no UTF-8, a control character, or may not stand in XML becomes \xNN;
 * tabs stay, newlines with @lines. At most @max bytes, cut between characters.
 *
 * Return: malloc()ed, or NULL.
 */
char *ff_regress_clean(const char *text, size_t max, int lines);

/** ff_regress_label() - a kernel's name in [A-Za-z0-9_-], different from that of the others; of @n bytes */
void ff_regress_label(const struct ff_regress *r, unsigned int kernel, char *label, size_t n);

/** ff_regress_details() - all that is known of a result, a line each, clean; malloc()ed, or NULL */
char *ff_regress_details(const struct ff_regress *r, const struct ff_regress_result *x);

/** ff_regress_of_kernel() - results of one kernel */
unsigned int ff_regress_of_kernel(const struct ff_regress *r, unsigned int kernel);

/** ff_regress_lost() - was this kernel asked for, and gave no result at all? */
int ff_regress_lost(const struct ff_regress *r, unsigned int kernel);

#endif
