/* SPDX-License-Identifier: GPL-2.0-only */
/* The prose of a mail. */
#ifndef FF_RUNNER_REPORT_MAIL_H
#define FF_RUNNER_REPORT_MAIL_H

#include <stdbool.h>
#include <stdio.h>

#define FF_MAIL_WIDTH	74

/**
 * ff_mail_wrap() - a paragraph, in lines of FF_MAIL_WIDTH at most where its words permit
 * @first, @next: what stands before the first line and before those that follow
 *
 * What is not ASCII becomes '?'.
 */
void ff_mail_wrap(FILE *out, const char *first, const char *next, const char *text);

#endif
