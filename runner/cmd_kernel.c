// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz kernel get NAME... | list */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "runner/cmds.h"
#include "runner/msg.h"
#include "runner/options.h"
#include "runner/vm/kernel.h"

struct args {
	bool update;
	char **words;
	int nwords;
};

static const struct argp_option options[] = {
	{ "update", 'u', NULL, 0, "Look for a newer kernel even if one is in the cache", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	(void)arg;
	switch (key) {
	case 'u':
		a->update = true;
		return 0;
	case ARGP_KEY_ARGS:
		a->words = state->argv + state->next;
		a->nwords = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse_opt, "get NAME...\nlist",
	"Fetch Debian kernels into the cache, and say which are there."
	"\v"
	"NAME is bullseye (5.10), bookworm (6.1), bookworm-backports (6.12), trixie (6.12), "
	"trixie-backports or sid; NAME=VERSION picks one of several, as trixie-backports=7.2. "
	"The mirror is the one this machine's apt uses (FF_DEBIAN_MIRROR overrides it); the "
	"system's packages are not touched, and root is not needed.\n\n"
	"Standard output has one line per kernel: name, release, version, image. Exit status: "
	"0 done, 2 wrong use, 3 a kernel could not be fetched.\n",
	NULL, NULL, NULL
};

static int get(const struct args *a)
{
	struct ff_kernel k;
	int status = FF_EXIT_CLEAN, ret;

	for (int i = 1; i < a->nwords; i++) {
		ret = ff_kernel_fetch(a->words[i], a->update, &k);
		if (ret == -EINVAL)
			return FF_EXIT_USAGE;
		if (ret) {
			status = FF_EXIT_HARNESS;
			continue;	/* one that fails must not cost the others */
		}
		printf("%-22s %-32s %-22s %s\n", k.name, k.release, k.version, k.image);
		fflush(stdout);
	}
	return status;
}

int cmd_kernel(int argc, char **argv)
{
	struct args a = { 0 };
	int ret;

	ff_parse(&argp, "kernel", argc, argv, &a);
	if (a.nwords >= 2 && !strcmp(a.words[0], "get"))
		return get(&a);
	if (a.nwords == 1 && !strcmp(a.words[0], "list")) {
		ret = ff_kernel_list(stdout);
		if (ret == 0)
			ff_msg_info("no kernels yet; fetch one with: foliofuzz kernel get bookworm");
		return ret < 0 ? FF_EXIT_HARNESS : FF_EXIT_CLEAN;
	}
	ff_msg_error("what to do with kernels? Say \"kernel get NAME...\" or \"kernel list\" (kernel --help tells more)");
	return FF_EXIT_USAGE;
}
