// SPDX-License-Identifier: GPL-2.0-only
#include "runner/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/manual.h"
#include "runner/proc.h"

enum { KEY_HERE = 0x100, KEY_APPEND, KEY_NO_KVM, KEY_MEMORY, KEY_NO_WITNESS, KEY_JSON, KEY_BARE, KEY_BAD_SWAP };

static const struct argp_option guest_options[] = {
	{ "kernel", 'k', "NAME|PATH", 0, "Run in a VM of this kernel: a Debian suite (bookworm, bullseye, bookworm-backports, ...; fetched if needed), or the path of a bzImage; fuzz and regress take several", 1 },
	{ "here", KEY_HERE, NULL, 0, "Run on this machine's kernel instead: on a tmpfs of our own, nothing global is touched", 1 },
	{ "append", KEY_APPEND, "ARGS", 0, "More kernel command line", 1 },
	{ "no-kvm", KEY_NO_KVM, NULL, 0, "Software emulation, even where KVM works", 1 },
	{ "memory", KEY_MEMORY, "MIB", 0, "Memory of the VM (1024)", 1 },
	{ "no-witness", KEY_NO_WITNESS, NULL, 0, "Load no BPF programs", 1 },
	{ "bad-swap", KEY_BAD_SWAP, NULL, OPTION_HIDDEN, "A swap disk on which some reads and writes fail: a test aid", 1 },
	{ "bare", KEY_BARE, NULL, OPTION_HIDDEN, "Record and judge nothing: the benchmark's bare loop", 1 },
	{ 0 }
};

static const struct argp_option judge_options[] = {
	{ "oracles", 'O', "LIST", 0, "Which laws are judged: \"all\", \"data,seek\", \"all,-mincore\"", 2 },
	{ "json", KEY_JSON, NULL, 0, "Print JSON on standard output", 2 },
	{ "out", 'o', "DIR", 0, "Where findings are kept", 2 },
	{ 0 }
};

uint64_t ff_option_number(struct argp_state *state, const char *name, const char *text,
			  uint64_t min, uint64_t max)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || v < min || v > max)
		argp_error(state, "--%s %s: expected a number from %llu to %llu", name, text,
			   (unsigned long long)min, (unsigned long long)max);
	return v;
}

uint64_t ff_option_seconds(struct argp_state *state, const char *name, const char *text)
{
	unsigned long long v, unit = 1;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (end != text && *end && !end[1])
		unit = *end == 's' ? 1 : *end == 'm' ? 60 : *end == 'h' ? 3600 : *end == 'd' ? 86400 : 0;
	else if (*end)
		unit = 0;
	if (errno || end == text || !unit || *text == '-' || !v || v > 1000000000)
		argp_error(state, "--%s %s: expected a time as 90, 20m, 2h or 3d", name, text);
	return v * unit;
}

static void exclusive(struct argp_state *state, struct ff_guest_options *o)
{
	if (o->here && o->session.kernel)
		argp_error(state, "--here and --kernel: which of them? Give one");
	if (o->here && (o->session.append || o->session.memory_mib || o->session.no_kvm))
		argp_error(state, "--append, --memory and --no-kvm are for a VM, and --here makes none");
	if (!o->here && !o->session.kernel && !o->no_guest)
		argp_error(state, "on what kernel? Give --kernel NAME (as bookworm; \"kernel list\" shows what is there) or --here");
}

static void add_kernel(struct ff_guest_options *o, const char *name, struct argp_state *state)
{
	for (unsigned int i = 0; i < o->nkernels; i++)
		if (!strcmp(o->kernel[i], name))
			argp_error(state, "--kernel %s: it was given before", name);
	if (o->nkernels && !o->several)
		argp_error(state, "--kernel %s and --kernel %s: one at a time", o->kernel[0], name);
	if (o->nkernels == FF_GUEST_KERNELS)
		argp_error(state, "--kernel %s: more than %d kernels", name, FF_GUEST_KERNELS);
	o->kernel[o->nkernels++] = o->session.kernel = name;
}

static error_t parse_guest(int key, char *arg, struct argp_state *state)
{
	struct ff_guest_options *o = state->input;

	switch (key) {
	case 'k':
		add_kernel(o, arg, state);
		return 0;
	case KEY_HERE:
		o->here = true;
		return 0;
	case KEY_APPEND:
		o->session.append = arg;
		return 0;
	case KEY_NO_KVM:
		o->session.no_kvm = true;
		return 0;
	case KEY_MEMORY:
		o->session.memory_mib = (unsigned int)ff_option_number(state, "memory", arg, 256, 1 << 20);
		return 0;
	case KEY_NO_WITNESS:
		o->session.no_witness = true;
		return 0;
	case KEY_BAD_SWAP:
		o->session.bad_swap = true;
		return 0;
	case KEY_BARE:
		o->session.bare = true;
		return 0;
	case ARGP_KEY_END:
		exclusive(state, o);
		if (o->session.bare)
			o->oracles = 0;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_judge(int key, char *arg, struct argp_state *state)
{
	struct ff_guest_options *o = state->input;
	char why[256];

	switch (key) {
	case 'O':
		if (ff_oracles_parse(arg, &o->oracles, why, sizeof(why)))
			argp_error(state, "--oracles %s: %s", arg, why);
		return 0;
	case KEY_JSON:
		o->json = true;
		return 0;
	case 'o':
		o->out = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp ff_guest_argp = { guest_options, parse_guest, NULL, NULL, NULL, NULL, NULL };
const struct argp ff_judge_argp = { judge_options, parse_judge, NULL, NULL, NULL, NULL, NULL };

void ff_guest_options_init(struct ff_guest_options *o)
{
	char why[256];

	memset(o, 0, sizeof(*o));
	ff_oracles_parse("all", &o->oracles, why, sizeof(why));
	o->session.simfail = getenv("FF_SIMFAIL");
}

/* docs/man.sh asks so; in no --help, for it is no use to people. */
static bool is_manual(const char *word)
{
	return !strcmp(word, "--man") || !strcmp(word, "--man=shared");
}

void ff_parse(const struct argp *argp, const char *name, int argc, char **argv, void *input)
{
	static char program[64];

	snprintf(program, sizeof(program), "foliofuzz %s", name);
	argv[0] = program;
	if (argc == 2 && is_manual(argv[1])) {
		strchr(argv[1], '=') ? ff_manual_shared() : ff_manual(argp, name);
		exit(fflush(stdout) ? FF_EXIT_HARNESS : FF_EXIT_CLEAN);
	}
	argp_err_exit_status = FF_EXIT_USAGE;
	argp_parse(argp, argc, argv, 0, NULL, input);
}

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

const volatile sig_atomic_t *ff_catch_signals(void)
{
	/* once: a second Ctrl-C ends us at once, QEMU dies with us */
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	return &stop;
}

const struct argp_child ff_guest_children[] = {
	{ &ff_guest_argp, 0, "Where it runs:", 1 },
	{ &ff_judge_argp, 0, "How it is judged and kept:", 2 },
	{ 0 }
};
