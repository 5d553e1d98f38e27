/* SPDX-License-Identifier: GPL-2.0-only */
/* What this kernel can be asked: probed by trying, never by its version. */
#ifndef FF_BPF_PROBE_H
#define FF_BPF_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/hooks.h"

struct btf;
struct bpf_object;
struct bpf_link;

#define FF_WHY_MAX	48

/**
 * struct ff_probe - the outcome, hook by hook
 * @fits:	this alternative's function is in BTF with the right parameters
 * @refused:	the kernel or libbpf refused to load a program of it
 * @link:	links of what is attached, NULL if not
 * @has:	the hook works
 * @why:	if not: the reason, in a few words
 */
struct ff_probe {
	bool fits[FF_HOOK_NR][FF_ALT_MAX];
	bool refused[FF_HOOK_NR][FF_ALT_MAX];
	struct bpf_link *link[FF_HOOK_NR][FF_ALT_MAX][2];
	bool has[FF_HOOK_NR];
	char why[FF_HOOK_NR][FF_WHY_MAX];
};

/** ff_probe_btf() - fill @fits and the reasons for what does not fit */
void ff_probe_btf(struct ff_probe *p, const struct btf *btf);

/**
 * ff_probe_select() - switch on the programs that fit and were not refused
 *
 * To be called on an object that is open and not loaded.
 * Return: the number of programs switched on, or -errno.
 */
int ff_probe_select(struct ff_probe *p, struct bpf_object *obj);

/**
 * ff_probe_refuse() - mark the alternatives that use program @prog as refused
 *
 * Return: false if there was none left to refuse (loading again cannot help).
 */
bool ff_probe_refuse(struct ff_probe *p, const char *prog);

/**
 * ff_probe_attach() - attach what was loaded, alternative by alternative
 *
 * A BTF FUNC entry does not mean attachable: only this tells.
 * Return: the number of hooks that work.
 */
int ff_probe_attach(struct ff_probe *p, struct bpf_object *obj);

/** ff_probe_detach() - undo ff_probe_attach() */
void ff_probe_detach(struct ff_probe *p);

/** ff_probe_line() - "witness: 15 of 17 hooks; missing: split (not in BTF) ..." */
void ff_probe_line(const struct ff_probe *p, char *line, size_t n);

#endif /* FF_BPF_PROBE_H */
