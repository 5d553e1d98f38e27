// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz merge */
#include "runner/cmds.h"
#include "runner/shards/merge.h"
#include "runner/options.h"

struct args {
	const char *out;
	bool json;
	char **shard;
	int n;
};

static const struct argp_option options[] = {
	{ "out", 'o', "DIR", 0, "The merged folder; made if needed. What earlier merges put there stays, and no shard is counted twice", 0 },
	{ "json", 'j', NULL, 0, "Print the merged summary as JSON on standard output", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case 'o':
		a->out = arg;
		return 0;
	case 'j':
		a->json = true;
		return 0;
	case ARGP_KEY_ARGS:
		a->shard = state->argv + state->next;
		a->n = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (!a->out)
			argp_error(state, "where to? --out DIR");
		if (!a->n)
			argp_error(state, "which folders? As in \"merge --out all out/shard-*\"");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse_opt, "SHARD...",
	"Make one campaign folder out of several: findings, kept programs, totals."
	"\v"
	"A SHARD is what fuzz --out wrote, or what merge wrote. Neither the order of the shards nor "
	"merging some of them first changes the result; nothing in them is written. A shard may have been "
	"killed, or still run: what is on its disk is merged. docs/output.md tells what becomes of what.\n\n"
	"Exit status: 0 merged, there are no findings; 1 merged, there are findings; 2 wrong use; 3 a shard is "
	"missing or could not be read whole (the others are merged), or the result could not be written.\n",
	NULL, NULL, NULL
};

int cmd_merge(int argc, char **argv)
{
	struct args a = { 0 };

	ff_parse(&argp, "merge", argc, argv, &a);
	return ff_merge(a.out, a.shard, a.n, a.json);
}
