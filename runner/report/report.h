/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report is made of: a campaign's folder (docs/output.md), as it is on the
 * disk. Whatever is missing there is left out, and the report says so.
 */
#ifndef FF_RUNNER_REPORT_REPORT_H
#define FF_RUNNER_REPORT_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "oracles/judge.h"
#include "runner/json_read.h"

/** struct ff_report_finding - one folder under findings/; @j is its finding.json */
struct ff_report_finding {
	char name[256];
	json_t *j;
};

/**
 * struct ff_report - the folder
 * @summary, @regress: summary.json and regress.json, or NULL
 * @finding: unknown bugs first, then by name; @unread: folders whose finding.json cannot be read
 */
struct ff_report {
	char dir[3000];
	json_t *summary, *regress;
	struct ff_report_finding *finding;
	unsigned int n, unread;
};

/**
 * struct ff_report_case - a finding's history, judged again
 * @c: NULL: it cannot be read; @why says why
 * @f: the finding as the judge of today has it; else as finding.json tells it
 * @again: the judge of today finds it, too
 * @shown: the finding whose moment is marked: @f; of a kernel log, whose clock is another, what
 *	the witness saw of the same bug, if it did
 */
struct ff_report_case {
	struct ff_case *c;
	struct ff_finding f, shown;
	bool again;
	char why[400];
};

/** ff_report_open() - read @dir. Return: 0; -ENOENT with a message: there is nothing of a campaign in it; -ENOMEM */
int ff_report_open(struct ff_report *r, const char *dir);
void ff_report_close(struct ff_report *r);

/** ff_report_find() - the finding with this signature, or NULL */
const struct ff_report_finding *ff_report_find(const struct ff_report *r, const char *signature);

/** ff_report_file() - a file of a finding's folder, as ff_read_file(); @path as for printf */
char *ff_report_file(const struct ff_report *r, const struct ff_report_finding *f, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** ff_report_case_open() - read and judge the history at @path in the finding's folder; look at @rc->c */
void ff_report_case_open(struct ff_report_case *rc, const struct ff_report *r,
			 const struct ff_report_finding *f, const char *path);
void ff_report_case_close(struct ff_report_case *rc);

/** ff_report_small_open() - the same of what the minimised program left; @rc->c is NULL when there is nothing */
void ff_report_small_open(struct ff_report_case *rc, const struct ff_report *r, const struct ff_report_finding *f);

/** ff_report_seen() - "12 times, in 2 programs" */
void ff_report_seen(const struct ff_report_finding *f, char *out, size_t n);

/** ff_report_c_file() - the C file of the finding's smallest program, malloc()ed; NULL with @why */
char *ff_report_c_file(const struct ff_report *r, const struct ff_report_finding *f, char *why, size_t n);

/** ff_report_meaning() - a verdict in a sentence, for who has not read docs/judge.md; "" for none */
const char *ff_report_meaning(const char *oracle, const char *verdict);

/** ff_report_page() - the HTML page; 0 or -ENOMEM */
int ff_report_page(const struct ff_report *r, FILE *out);

/** ff_report_trace() - the timeline of a finding for a trace viewer; -ENOENT with a message: it has no history */
int ff_report_trace(const struct ff_report *r, const struct ff_report_finding *f, FILE *out);

/** ff_report_mail() - a finding as the text of a mail */
int ff_report_mail(const struct ff_report *r, const struct ff_report_finding *f, FILE *out);

#endif
