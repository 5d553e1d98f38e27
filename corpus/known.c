// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/known.h"

#include <fnmatch.h>
#include <stddef.h>

/*
 * A new row needs a finding that was explained: the commit that fixes it, and
 * a pattern narrow enough that another bug with the same symptom stays unknown.
 */
static const struct ff_known table[] = {
	{ "seek.*collapse*",
	  "collapse puts a huge page that is not uptodate into the page cache; fixed by a2e17cc2efc7 (v6.4)", 0 },
	{ "mincore.*collapse*",
	  "collapse puts a huge page that is not uptodate into the page cache; fixed by a2e17cc2efc7 (v6.4)", 0 },
	{ "seek.*.migration",
	  "migration puts a copy that is not uptodate into the page cache of tmpfs; no fix known (docs/found.md)", 1 },
	{ "mincore.*.migration",
	  "migration puts a copy that is not uptodate into the page cache of tmpfs; no fix known (docs/found.md)", 1 },
	{ "data.lost-dma.*",
	  "a page under direct read is unmapped for swap and then copied by a store; fixed by 1493a1917e34 (v5.19)", 1 },
	{ "*.unready-mapping.*",
	  "MADV_COLLAPSE maps a fallocated huge page of tmpfs that nobody cleared; no fix known (docs/found.md)", 1 },
};

const struct ff_known *ff_known_find(const char *signature, int witnessed)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!fnmatch(table[i].pattern, signature, 0) && (witnessed || !table[i].witnessed))
			return &table[i];
	return NULL;
}
