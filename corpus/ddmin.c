// SPDX-License-Identifier: GPL-2.0-only
/*
 * ddmin (Zeller and Hildebrandt, 2002) on the list of calls, for comparison:
 * split it into n parts, try each part alone, then everything but each part;
 * when none will do, split finer. Users of a slot that is gone go too, which
 * spares it the candidates that are no programs.
 */
#include <string.h>

#include "corpus/shrink.h"
#include "fuzzer/edit.h"

/* at->step: parts less 2, and which kind of success was last tried; at->pos: next candidate. */
static unsigned int parts(const struct ff_shrink_at *at)
{
	return at->step + 2;
}

bool ff_ddmin(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	bool drop[FF_MAX_CALLS];
	unsigned int n = p->ncalls, part, from, to;

	if (n < 2)
		return false;
	if (parts(at) > n)	/* it became shorter */
		at->step = n - 2;
	if (at->pos >= 2 * parts(at)) {
		if (parts(at) >= n)
			return false;
		*at = (struct ff_shrink_at){ .step = (2 * parts(at) < n ? 2 * parts(at) : n) - 2 };
	}
	part = at->pos % parts(at);
	from = n * part / parts(at);
	to = n * (part + 1) / parts(at);
	memset(drop, at->pos < parts(at), n);
	memset(&drop[from], at->pos >= parts(at), to - from);
	at->pos++;
	ff_program_copy(out, p);
	ff_edit_drop(out, drop);
	return true;
}

/* A part alone: begin anew with two; all but one part: go on with one part less. */
void ff_ddmin_accepted(struct ff_shrink_at *at)
{
	unsigned int n = parts(at);

	*at = (struct ff_shrink_at){ .step = at->pos < n || n == 2 ? 0 : n - 3 };
}
