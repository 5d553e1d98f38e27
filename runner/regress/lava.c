// SPDX-License-Identifier: GPL-2.0-only
/* Lines that LAVA finds in the output of a test. */
#include <errno.h>

#include "runner/regress/formats.h"

static void put(FILE *out, const char *label, const char *name, const char *result)
{
	fprintf(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=%s_", label);
	for (; *name; name++)
		fputc((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		      (*name >= '0' && *name <= '9') || *name == '-' ? *name : '_', out);
	fprintf(out, " RESULT=%s", result);
}

int ff_regress_lava(const struct ff_regress *r, FILE *out)
{
	static const char *const words[FF_REGRESS_VERDICTS] = {
		[FF_REGRESS_PASS] = "pass", [FF_REGRESS_FAIL] = "fail", [FF_REGRESS_SKIP] = "skip",
		[FF_REGRESS_KNOWN] = "pass", [FF_REGRESS_FIXED] = "pass", [FF_REGRESS_FLAKY] = "unknown",
	};
	char label[sizeof(r->kernels->name) + 16];

	for (unsigned int k = 0; k < r->nkernels; k++) {
		ff_regress_label(r, k, label, sizeof(label));
		if (ff_regress_lost(r, k)) {
			put(out, label, "kernel", "fail");
			fputs(">\n", out);
			continue;
		}
		for (unsigned int i = 0; i < r->nresults; i++) {
			const struct ff_regress_result *x = &r->results[i];

			if (x->kernel != k)
				continue;
			put(out, label, r->programs[x->program].name, words[x->verdict]);
			if (x->runs)
				fprintf(out, " MEASUREMENT=%.4f UNITS=hits_per_run", (double)x->hits / x->runs);
			fputs(">\n", out);
		}
	}
	return fflush(out) || ferror(out) ? -EIO : 0;
}
