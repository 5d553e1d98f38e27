// SPDX-License-Identifier: GPL-2.0-only
#include "runner/regress/result.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "pass", "fail", "skip", "known", "fixed", "flaky" };

_Static_assert(sizeof(names) / sizeof(names[0]) == FF_REGRESS_VERDICTS, "a name for each verdict");

const char *ff_regress_verdict_name(enum ff_regress_verdict v)
{
	return v < FF_REGRESS_VERDICTS ? names[v] : "?";
}

const struct ff_regress_result *ff_regress_find(const struct ff_regress *r, unsigned int program, unsigned int kernel)
{
	for (unsigned int i = 0; i < r->nresults; i++)
		if (r->results[i].program == program && r->results[i].kernel == kernel)
			return &r->results[i];
	return NULL;
}

unsigned int ff_regress_count(const struct ff_regress *r, enum ff_regress_verdict v)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < r->nresults; i++)
		n += r->results[i].verdict == v;
	return n;
}

void ff_regress_free(struct ff_regress *r)
{
	for (unsigned int i = 0; i < r->nresults; i++) {
		free(r->results[i].signatures);
		free(r->results[i].expected);
		free(r->results[i].log);
	}
	free(r->kernels);
	free(r->programs);
	free(r->results);
	memset(r, 0, sizeof(*r));
}
