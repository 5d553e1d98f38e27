/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session: one guest after the other, kept alive. Programs go in, results
 * come out, also of a program whose guest was lost; then a new guest takes over.
 */
#ifndef FF_RUNNER_SESSION_H
#define FF_RUNNER_SESSION_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "oracles/judge.h"
#include "runner/blackbox.h"
#include "runner/vm/kernel.h"

/**
 * struct ff_session_config - how guests are made
 * @kernel: what ff_kernel_find() understands; NULL: on this machine (--here)
 * @append: more kernel command line, or NULL
 * @memory_mib: of the VM, 0 for the usual
 * @no_kvm: software emulation whatever /dev/kvm says
 * @no_witness: load no BPF programs
 * @kcov: record which code of the kernel runs, where it can
 * @bare: calls are made and not looked at, for the benchmark
 * @simfail: simfail.h; --here only (a VM has its command line)
 * @bad_swap: the VM's swap disks fail now and then, to prove that a campaign survives it
 * @stop: nonzero ends every wait; may be NULL
 */
struct ff_session_config {
	const char *kernel, *append, *simfail;
	unsigned int memory_mib;
	bool no_kvm, no_witness, kcov, bare, bad_swap;
	const volatile sig_atomic_t *stop;
};

/**
 * struct ff_session_info - what the living guest is
 * @kernel: name it was asked for, "here"
 * @release: uname -r
 * @accel: "kvm", "tcg" or "native"; @accel_why in a few words
 * @boot: what the guest said, strings terminated
 * @restarts: guests started after the first
 * @deaths: executors that died
 * @boots, @boot_ms: guests that booted, and the time of all; @restores, @restore_ms: guests
 *	that began from the snapshot of the first; from the start to ready, with the disks
 * @snapshot_ms, @snapshot_bytes: what the snapshot cost, in time and memory; 0 bytes: there is none
 * @guest_ns: guest time so far, all guests together
 * @counter, @seen: as in struct ff_box, all guests together
 * @counted: counters that the kernel has
 */
struct ff_session_info {
	char kernel[96], release[96], accel[16], accel_why[128];
	struct ff_box_boot boot;
	unsigned int restarts, deaths, boots, restores, snapshot_ms;
	uint64_t boot_ms, restore_ms, snapshot_bytes;
	uint64_t guest_ns;
	uint64_t counter[FF_COUNTER_KINDS], seen[FF_BOX_KINDS], counted;
};

/**
 * struct ff_outcome - what came of one program; valid until the next ff_session_collect()
 * @tag: as given to ff_session_feed()
 * @c: for the judge; its pointers point into the session
 * @failed: the target could not be made (for people), else NULL: nothing ran
 * @lost: how the guest was lost, in words for people; "" if it was not
 * @guest_ns: guest time the program took, with the making of its target
 */
struct ff_outcome {
	void *tag;
	struct ff_case c;
	const char *failed;
	char lost[256];
	bool damaged;
	uint64_t guest_ns;
};

struct ff_session;

/**
 * ff_session_open() - make the first guest and wait until it can work
 * Return: 0; -ECANCELED when @stop said so; or -errno with a message printed.
 */
int ff_session_open(struct ff_session **s, const struct ff_session_config *cfg);

/** ff_session_close() - end the guest, remove what it needed; NULL is fine */
void ff_session_close(struct ff_session *s);

const struct ff_session_info *ff_session_info(struct ff_session *s);

/** ff_session_guest_ns() - guest time so far, as in struct ff_session_info */
uint64_t ff_session_guest_ns(const struct ff_session *s);

/** ff_session_feed() - give a program; @tag comes back with its result; 0 or -EAGAIN: all slots are full */
int ff_session_feed(struct ff_session *s, const struct ff_program *p, void *tag);

/** ff_session_pending() - programs given whose results were not collected */
unsigned int ff_session_pending(const struct ff_session *s);

/** ff_session_running() - tag of the program that runs now, or NULL */
void *ff_session_running(const struct ff_session *s);

/**
 * ff_session_waits() - would the next ff_session_collect() start a guest?
 *
 * That takes seconds: a caller with other work lets another thread do it, one
 * that lives as long as the session (guests end with the thread that started them).
 */
bool ff_session_waits(const struct ff_session *s);

/** ff_session_sweep() - remove what the sessions of a process left that was killed; @pid is dead */
void ff_session_sweep(pid_t pid);

/**
 * ff_session_collect() - one result, if there is one
 *
 * A lost guest gives the result of what ran in it; the next call starts
 * another guest (restored in a second, or booted) and goes on with the programs that waited.
 * Return: 1 with @r; 0: nothing yet; -errno with a message: no guest can be had.
 */
int ff_session_collect(struct ff_session *s, struct ff_outcome *r);

#endif
