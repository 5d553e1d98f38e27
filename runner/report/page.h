/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the page; for runner/report/page*.c only. */
#ifndef FF_RUNNER_REPORT_PAGE_H
#define FF_RUNNER_REPORT_PAGE_H

#include "runner/report/html.h"
#include "runner/report/report.h"
#include "runner/report/timeline.h"

/** ff_page_head() - what was run */
void ff_page_head(const struct ff_report *r, FILE *out);

/** ff_page_finding() - all of one finding; @i: its number on the page */
int ff_page_finding(const struct ff_report *r, unsigned int i, FILE *out);

/** ff_page_timeline() - the drawings of a finding, and tables that say the same */
void ff_page_timeline(const struct ff_timeline *t, FILE *out);

/** ff_page_campaign() - plots, shards, coverage, ground */
void ff_page_campaign(const struct ff_report *r, FILE *out);

/** ff_page_plots() - what went up and down while it ran */
void ff_page_plots(const struct ff_report *r, FILE *out);

/** ff_page_coverage() - call by target */
void ff_page_coverage(const struct ff_report *r, FILE *out);

/** ff_page_regress() - the matrix */
void ff_page_regress(const struct ff_report *r, FILE *out);

/** ff_page_fact() - a term and what it is, in <ul class="facts">; nothing when @text is "" */
void ff_page_fact(FILE *out, const char *term, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
