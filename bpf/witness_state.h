/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the witness: what witness.c and waits.c share. */
#ifndef FF_BPF_WITNESS_STATE_H
#define FF_BPF_WITNESS_STATE_H

#include "bpf/probe.h"
#include "bpf/waits.h"
#include "bpf/witness.h"
#include "bpf/witness.skel.h"

struct ring_buffer;

/**
 * struct ff_witness - an open witness
 * @out, @n, @max: where drain puts events, and how many
 * @no_walk, @no_owner: the kernel refused the program
 * @symbols: /proc/kallsyms was read
 */
struct ff_witness {
	struct witness_bpf *skel;
	struct ring_buffer *ring;
	struct ff_probe probe;
	struct ff_event *out;
	size_t n, max;
	bool no_walk, no_owner, symbols;
};

/* waits.c: switch its programs on in an object that is open and not loaded */
void ff_waits_select(struct ff_witness *w);

/* waits.c: program @prog does not load; false if it is none of its */
bool ff_waits_refuse(struct ff_witness *w, const char *prog);

#endif
