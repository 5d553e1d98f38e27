// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz submit */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "runner/cmds.h"
#include "runner/options.h"
#include "runner/shards/submit.h"

enum { KEY_SLURM = 0x500, KEY_SHARDS, KEY_SEED, KEY_PARTITION, KEY_RUNNING, KEY_DRY, KEY_CORPUS, KEY_SBATCH };

struct args {
	struct ff_submit s;
	bool slurm;
};

static const struct argp_option options[] = {
	{ "slurm", KEY_SLURM, NULL, 0, "Through Slurm (sbatch): the only way so far, and so it must be given", 0 },
	{ "shards", KEY_SHARDS, "N", 0, "So many campaigns, each with a seed and a folder of its own", 0 },
	{ "time", 't', "TIME", 0, "How long each fuzzes: 20m, 3h, 2d", 0 },
	{ "out", 'o', "DIR", 0, "Scripts, shards (DIR/shard-N) and what they found together (DIR/merged); all nodes must see it under this path", 0 },
	{ "seed", KEY_SEED, "N", 0, "Shard I has the seed N + I (drawn if not given)", 0 },
	{ "corpus", KEY_CORPUS, "FILE", 0, "Each shard begins with a copy of this corpus, as DIR/merged/corpus.ff of an earlier campaign", 0 },
	{ "max-running", KEY_RUNNING, "M", 0, "At most M shards at once", 0 },
	{ "partition", KEY_PARTITION, "P", 0, "Partition of the cluster", 0 },
	{ "sbatch", KEY_SBATCH, "OPTION", 0, "One more option for the shards' job, as --sbatch=--cpus-per-task=2 (may be repeated)", 0 },
	{ "dry-run", KEY_DRY, NULL, 0, "Write the scripts and submit nothing", 0 },
	{ 0 }
};

static bool is_name(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,-")];
}

static void add_sbatch(struct ff_submit *s, const char *arg, struct argp_state *state)
{
	if (arg[0] != '-' || strpbrk(arg, "\r\n"))
		argp_error(state, "--sbatch \"%s\": one option in one line, as --sbatch=--mem=2G", arg);
	else if (s->nsbatch == (int)(sizeof(s->sbatch) / sizeof(s->sbatch[0])))
		argp_error(state, "--sbatch: no more than 16 of them");
	else
		s->sbatch[s->nsbatch++] = arg;
}

static void check(const struct args *a, struct argp_state *state)
{
	if (!a->slurm)
		argp_error(state, "through what? --slurm");
	else if (!a->s.shards || !a->s.seconds || !a->s.out)
		argp_error(state, "--shards, --time and --out must be given");
	else if (!a->s.nfuzz)
		argp_error(state, "what is fuzzed? Options of fuzz after \"--\", as in \"-- --kernel bookworm\"");
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;
	struct ff_submit *s = &a->s;

	switch (key) {
	case KEY_SLURM:
		a->slurm = true;
		return 0;
	case KEY_SHARDS:
		s->shards = ff_option_number(state, "shards", arg, 1, 1000000);
		return 0;
	case 't':
		s->seconds = ff_option_seconds(state, "time", arg);
		return 0;
	case 'o':
		s->out = arg;
		return 0;
	case KEY_SEED:
		s->seed = ff_option_number(state, "seed", arg, 1, INT64_MAX / 2);
		return 0;
	case KEY_CORPUS:
		s->corpus = arg;
		return 0;
	case KEY_RUNNING:
		s->running = ff_option_number(state, "max-running", arg, 1, 1000000);
		return 0;
	case KEY_PARTITION:
		if (!is_name(arg))
			argp_error(state, "--partition \"%s\" is no name of a partition", arg);
		s->partition = arg;
		return 0;
	case KEY_SBATCH:
		add_sbatch(s, arg, state);
		return 0;
	case KEY_DRY:
		s->dry = true;
		return 0;
	case ARGP_KEY_ARGS:
		s->fuzz = state->argv + state->next;
		s->nfuzz = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		check(a, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse_opt, "-- FUZZ-OPTION...",
	"Run a campaign on many machines: an array job of Slurm whose tasks are shards, and a job that merges them."
	"\v"
	"What follows \"--\" are options of fuzz; --out, --seed, --time and --corpus are submit's. DIR/campaign.sbatch and "
	"DIR/merge.sbatch are written and submitted. A shard that is requeued, because its node failed, goes on where it "
	"was. docs/scale.md tells more.\n\n"
	"Exit status: 0 submitted (or written), 2 wrong use, 3 it could not be submitted.\n",
	NULL, NULL, NULL
};

int cmd_submit(int argc, char **argv)
{
	struct args a = { 0 };

	ff_parse(&argp, "submit", argc, argv, &a);
	/* far from other campaigns' seeds, and short enough to be typed again */
	while (!a.s.seed)
		if (getrandom(&a.s.seed, 5, 0) != 5)
			a.s.seed = 0;
	return ff_submit(&a.s);
}
