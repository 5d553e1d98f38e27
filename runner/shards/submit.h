/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A campaign on many machines: shell scripts for Slurm, an array of shards and a
 * merge that waits for them (docs/scale.md).
 */
#ifndef FF_RUNNER_SUBMIT_H
#define FF_RUNNER_SUBMIT_H

#include <stdbool.h>
#include <stdint.h>

#define FF_SUBMIT_SIGNAL_S	60	/* before its limit a shard is told to end */

/**
 * struct ff_submit - what `foliofuzz submit` was told
 * @out: where scripts, shards and the merged folder go: seen by all nodes under this path
 * @corpus: each shard begins with a copy of it; NULL: with nothing
 * @partition: NULL: that of the cluster
 * @sbatch, @nsbatch: more options of sbatch, as they stand
 * @shards: how many; @running: of them at once, 0: as many as the cluster takes
 * @seed: that of shard N is @seed + N
 * @seconds: how long each fuzzes
 * @dry: write the scripts, submit nothing
 * @fuzz, @nfuzz: options of fuzz
 */
struct ff_submit {
	const char *out, *corpus, *partition;
	const char *sbatch[16];
	int nsbatch;
	uint64_t shards, running, seed, seconds;
	bool dry;
	char **fuzz;
	int nfuzz;
};

/** ff_submit() - write the scripts and submit them; prints what to do next. Return: exit status */
int ff_submit(const struct ff_submit *s);

/** ff_submit_quote() - a word as a shell takes it back unchanged; malloc()ed, NULL without memory */
char *ff_submit_quote(const char *word);

/** ff_submit_minutes() - limit of a task: @seconds, and what begins and ends a campaign */
uint64_t ff_submit_minutes(uint64_t seconds);

#endif
