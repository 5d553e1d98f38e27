/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Merging: one campaign folder out of several (docs/output.md, "Merged folders").
 *
 * The result is a function of the set of shards: neither the order, nor what is
 * merged first, nor merging again changes it. Nothing in the shards is written.
 */
#ifndef FF_RUNNER_MERGE_H
#define FF_RUNNER_MERGE_H

#include <stdbool.h>

#define FF_MERGE_LOST	200	/* programs of lost guests that are kept in all */

/**
 * ff_merge() - put shards into a folder, beside what earlier merges put there
 * @out: made if needed; what it holds of earlier merges stays
 * @in, @n: folders of campaigns, or of merges
 * @json: print the summary as JSON on stdout, else as text
 *
 * A shard that was killed gives what is on its disk; what is missing is told.
 * Return: exit status: 0 or 1 (there are findings), FF_EXIT_USAGE: @out holds a
 * campaign of its own, FF_EXIT_HARNESS: a shard could not be read whole (the
 * others are merged), or @out could not be written.
 */
int ff_merge(const char *out, char *const *in, int n, bool json);

#endif
