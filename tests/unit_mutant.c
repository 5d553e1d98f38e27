// SPDX-License-Identifier: GPL-2.0-only
/* The mutants' IDs: those of the kernel's patch, and no others are let through. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/vm/kernel.h"
#include "tests/tap.h"

#define PATCH	"tests/mutants/0000-switches.patch"

/* [MUTANT_A] = "a", ...: how many, and is each known? */
static unsigned int in_patch(unsigned int *unknown)
{
	char line[256], append[64], id[16];
	FILE *f = fopen(PATCH, "r");
	unsigned int n = 0;
	int used;

	while (f && fgets(line, sizeof(line), f))
		for (const char *p = line; (p = strstr(p, "[MUTANT_")); p += used) {
			used = 1;
			if (sscanf(p, "[MUTANT_%*[A-Z0-9]] = \"%15[a-z0-9]\"%n", id, &used) != 1)
				continue;
			n++;
			*unknown += !!ff_mutant_append(id, append, sizeof(append));
		}
	if (f)
		fclose(f);
	return n;
}

int main(void)
{
	unsigned int known = 0, unknown = 0, n = in_patch(&unknown);
	char append[64];

	while (ff_mutant_ids[known])
		known++;
	tap_ok(n == known && !unknown, "the %u IDs of %s are known (%u, %u unknown)", n, PATCH, known, unknown);
	tap_ok(!ff_mutant_append("f2,g", append, sizeof(append)) && !strcmp(append, "mutant=f2,g"),
	       "two at once go to the command line (%s)", append);
	tap_ok(ff_mutant_append("c3", append, sizeof(append)) == -EINVAL, "an unknown one is refused");
	tap_ok(ff_mutant_append("a,", append, sizeof(append)) == -EINVAL, "an empty one too");
	tap_ok(ff_mutant_append("b quiet", append, sizeof(append)) == -EINVAL, "and what would be another option");
	return tap_done();
}
