/* SPDX-License-Identifier: GPL-2.0-only */
/* The hooks: which kernel functions the witness watches, by which programs. */
#ifndef FF_BPF_HOOKS_H
#define FF_BPF_HOOKS_H

#include <stdbool.h>

#include "bpf/hold.h"

/**
 * enum ff_hook - one fact source each, with one row in ff_hooks[]
 *
 * An oracle asks ff_witness_has() for the hooks whose silence it relies on.
 */
enum ff_hook {
	FF_HOOK_FAULT,
	FF_HOOK_SWAP_IN,
	FF_HOOK_COW,
	FF_HOOK_DMA_PIN,
	FF_HOOK_DMA_DONE,
	FF_HOOK_UNMAP,
	FF_HOOK_MIGRATE,
	FF_HOOK_COLLAPSE,
	FF_HOOK_SEEK,
	FF_HOOK_TRUNCATE_SHMEM,
	FF_HOOK_TRUNCATE_PAGES,
	FF_HOOK_SPLIT,
	FF_HOOK_SWAP_IN_FILE,
	FF_HOOK_UNUSE,
	FF_HOOK_WAIT,
	FF_HOOK_WAIT_PAGE,
	FF_HOOK_WAKE,
	FF_HOOK_STILL_MAPPED,
	FF_HOOK_MAPPED_GONE,
	FF_HOOK_SPLIT_MAPPED,
	FF_HOOK_FAULT_AROUND,
	FF_HOOK_LOCK,
	FF_HOOK_UNLOCK,
	FF_HOOK_LOCK_WAIT,
	FF_HOOK_MAPPED_UNREADY,
	FF_HOOK_MOVED,
	FF_HOOK_HOLD,		/* one for each enum ff_hold_at */
	FF_HOOK_NR = FF_HOOK_HOLD + FF_HOLD_NR
};

#define FF_ALT_MAX	4

/**
 * enum ff_how - how a program is attached
 * @FF_HOW_FUNC:	fentry or fexit, needs a BTF FUNC
 * @FF_HOW_TP:		tp_btf, needs a BTF typedef btf_trace_NAME
 * @FF_HOW_KPROBE:	kprobe and kretprobe, where a trampoline cannot
 */
enum ff_how {
	FF_HOW_FUNC,
	FF_HOW_TP,
	FF_HOW_KPROBE,
};

/**
 * struct ff_alt - one way to have a hook on some kernels
 * @prog:	names of the BPF programs; both must attach, the second may be NULL
 * @target:	kernel function or tracepoint
 * @how:	how to attach
 * @nparams:	the function must have this many parameters; 0: any number
 * @param:	its parameter number @param must be called @param_name
 * @param_name:	NULL: any
 * @and_next:	try the next alternative even when this one works
 */
struct ff_alt {
	const char *prog[2];
	const char *target;
	enum ff_how how;
	int nparams;
	int param;
	const char *param_name;
	bool and_next;
};

/**
 * struct ff_hook_desc - a hook, for the loader and for people
 * @name:	as shown in the capability line
 * @gives:	what its events tell
 * @lost:	what cannot be told without it
 * @alt:	tried in order until one attaches (see @and_next)
 */
struct ff_hook_desc {
	const char *name;
	const char *gives;
	const char *lost;
	struct ff_alt alt[FF_ALT_MAX];
};

extern const struct ff_hook_desc ff_hooks[FF_HOOK_NR];

#endif /* FF_BPF_HOOKS_H */
