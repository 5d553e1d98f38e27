// SPDX-License-Identifier: GPL-2.0-only
/* The labels of known kernel bugs: narrow enough, and only with the witness where it takes one. */
#include "corpus/known.h"
#include "tests/tap.h"

int main(void)
{
	const struct ff_known *k = ff_known_find("seek.hole-in-data.collapse", 0);

	tap_ok(k && strstr(k->bug, "a2e17cc2efc7"), "a seek anomaly beside a collapse");
	k = ff_known_find("mincore.absent.collapse", 0);
	tap_ok(k && strstr(k->bug, "a2e17cc2efc7"), "mincore beside a collapse");
	tap_ok(!ff_known_find("seek.hole-in-data.split", 0), "seek beside something else is not known");
	k = ff_known_find("data.lost-dma.pread", 1);
	tap_ok(k && strstr(k->bug, "1493a1917e34"), "a lost direct read with its COW fault seen");
	tap_ok(!ff_known_find("data.lost-dma.pread", 0), "without the witness it may be anything");
	tap_ok(!ff_known_find("data.stale.load.store", 1), "stale data is not known");
	tap_ok(!ff_known_find("", 1), "nothing is not known");
	return tap_done();
}
