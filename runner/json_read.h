/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields of a JSON object that may be missing. */
#ifndef FF_RUNNER_JSON_READ_H
#define FF_RUNNER_JSON_READ_H

#include <jansson.h>
#include <stdint.h>

/** ff_json_text() - a text as long as @j lives; "" if it is not there */
const char *ff_json_text(const json_t *j, const char *key);

/** ff_json_copy() - the same, into @out of @n bytes, cut where it is longer */
void ff_json_copy(const json_t *j, const char *key, char *out, size_t n);

/** ff_json_int() - a whole number, 0 if it is not there */
long long ff_json_int(const json_t *j, const char *key);

/** ff_json_count() - the same, of what is never negative */
uint64_t ff_json_count(const json_t *j, const char *key);

/** ff_json_real() - any number, @otherwise if it is not there */
double ff_json_real(const json_t *j, const char *key, double otherwise);

#endif
