/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A case as text: program, records, runs, witness events, kernel log. What
 * `foliofuzz judge FILE` reads, what a finding's folder keeps as `history`,
 * and what the unit tests of the oracles are (docs/history.md).
 */
#ifndef FF_ORACLES_CASE_TEXT_H
#define FF_ORACLES_CASE_TEXT_H

#include <stdio.h>

#include "oracles/judge.h"

/** ff_case_write() - write all of @c; 0 or -errno of the stream */
int ff_case_write(const struct ff_case *c, FILE *out);

/**
 * ff_case_read() - read such a text
 * @text: @len bytes
 * @c: filled with pointers into one allocation that ff_case_free() frees
 * Return: 0; -EINVAL with @e (line and text); -ENOMEM.
 */
int ff_case_read(const char *text, size_t len, struct ff_case **c, struct ff_error *e);
void ff_case_free(struct ff_case *c);

#endif
