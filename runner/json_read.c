// SPDX-License-Identifier: GPL-2.0-only
#include "runner/json_read.h"

#include <stdio.h>

const char *ff_json_text(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

void ff_json_copy(const json_t *j, const char *key, char *out, size_t n)
{
	snprintf(out, n, "%s", ff_json_text(j, key));
}

long long ff_json_int(const json_t *j, const char *key)
{
	return (long long)json_integer_value(json_object_get(j, key));
}

uint64_t ff_json_count(const json_t *j, const char *key)
{
	return (uint64_t)ff_json_int(j, key);
}

double ff_json_real(const json_t *j, const char *key, double otherwise)
{
	const json_t *v = json_object_get(j, key);

	return json_is_number(v) ? json_number_value(v) : otherwise;
}
