/* SPDX-License-Identifier: GPL-2.0-only */
/* What the subcommands' options have in common. */
#ifndef FF_RUNNER_OPTIONS_H
#define FF_RUNNER_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "runner/session.h"

/* Exit status of every subcommand. */
enum ff_exit { FF_EXIT_CLEAN, FF_EXIT_FOUND, FF_EXIT_USAGE, FF_EXIT_HARNESS, FF_EXIT_SKIPPED };

#define FF_GUEST_KERNELS	16	/* --kernel, given so often */

/**
 * struct ff_guest_options - on what, and how it is judged
 * @session: for ff_session_open(); kernel NULL is --here
 * @kernel, @nkernels: all that were given; the session's is the last
 * @here: --here was given
 * @several: --kernel may be given again and again
 * @no_guest: the command works without --kernel and --here, too
 * @oracles: bits for ff_judge_open()
 * @json: --json
 * @out: --out, or NULL
 */
struct ff_guest_options {
	struct ff_session_config session;
	const char *kernel[FF_GUEST_KERNELS];
	unsigned int nkernels;
	bool here, several, no_guest, json;
	uint32_t oracles;
	const char *out;
};

/** ff_guest_argp - argp child: --kernel --here --append --no-kvm --memory --no-witness */
extern const struct argp ff_guest_argp;

/** ff_judge_argp - argp child, same input: --oracles --json --out */
extern const struct argp ff_judge_argp;

/** ff_guest_children - both, for a command that runs programs and judges them */
extern const struct argp_child ff_guest_children[];

/** ff_guest_options_init() - the defaults: all oracles */
void ff_guest_options_init(struct ff_guest_options *o);

/** ff_option_number() - "10" in [@min, @max], or argp's error (exit status 2) */
uint64_t ff_option_number(struct argp_state *state, const char *name, const char *text,
			  uint64_t min, uint64_t max);

/** ff_option_seconds() - "90", "20m", "2h" as seconds */
uint64_t ff_option_seconds(struct argp_state *state, const char *name, const char *text);

/** ff_parse() - argp_parse with our exit status 2; @name as "fuzz" for usage lines */
void ff_parse(const struct argp *argp, const char *name, int argc, char **argv, void *input);

/** ff_catch_signals() - SIGINT and SIGTERM set the flag that is returned; a second one kills */
const volatile sig_atomic_t *ff_catch_signals(void);

#endif
