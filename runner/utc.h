/* SPDX-License-Identifier: GPL-2.0-only */
/* Moments as people and machines read them: 2026-11-21T22:03:20Z. */
#ifndef FF_RUNNER_UTC_H
#define FF_RUNNER_UTC_H

#include <stdint.h>

#define FF_UTC 24	/* bytes of such a text */

/** ff_utc_print() - @seconds since 1970 into @out; "" for a year that has no text. Return: @out */
const char *ff_utc_print(int64_t seconds, char out[FF_UTC]);

/** ff_utc_parse() - seconds since 1970; 0 if @text is none */
int64_t ff_utc_parse(const char *text);

#endif
