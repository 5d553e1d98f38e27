// SPDX-License-Identifier: GPL-2.0-only
#include "runner/utc.h"

#include <time.h>

#define FORM "%Y-%m-%dT%H:%M:%SZ"

const char *ff_utc_print(int64_t seconds, char out[FF_UTC])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(out, FF_UTC, FORM, &tm))
		out[0] = '\0';
	return out;
}

int64_t ff_utc_parse(const char *text)
{
	struct tm tm = { 0 };

	return strptime(text, FORM, &tm) ? timegm(&tm) : 0;
}
