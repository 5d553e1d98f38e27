/* SPDX-License-Identifier: GPL-2.0-only */
/* A regression run as text for people. */
#ifndef FF_RUNNER_REGRESS_TEXT_H
#define FF_RUNNER_REGRESS_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "runner/regress/result.h"

/**
 * ff_regress_text() - the matrix program by kernel, what is to be said of its cells, and a summary
 * @compare: only programs that did not do the same on the first two kernels
 * @odds: at which "fixed" is said
 */
void ff_regress_text(const struct ff_regress *r, bool compare, double odds, FILE *out);

/** ff_regress_differs() - did the second kernel not do what the first did */
bool ff_regress_differs(const struct ff_regress *r, unsigned int program);

#endif
