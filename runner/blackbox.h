/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The black box: one shared-memory region between host and guest, an ivshmem
 * device in a VM, a shared mapping with --here. It survives the guest.
 *
 * The host puts programs into slots, the guest runs them and writes what
 * happened into the same slot, the host takes it out. A slot's @state says
 * who owns the rest of it; it is written last (release) and read first
 * (acquire). Whatever the guest wrote is untrusted: a kernel under test may
 * have scribbled over it, so the host copies it out (ff_box_take()) and
 * checks the copy, never the box.
 */
#ifndef FF_RUNNER_BLACKBOX_H
#define FF_RUNNER_BLACKBOX_H

#include <stdatomic.h>

#include "bpf/event.h"
#include "fuzzer/history.h"
#include "fuzzer/program.h"
#include "oracles/stuck.h"

#define FF_BOX_MAGIC	0x7a7566206f696c6fULL
#define FF_BOX_LAYOUT	3
#define FF_BOX_BYTES	(16U << 20)	/* of the shared memory: a power of two for PCI */
#define FF_BOX_SLOTS	4
#define FF_BOX_EVENTS	16384		/* of a slot; one full witness ring */
#define FF_BOX_LOG	65536		/* bytes of kernel log of a slot */
#define FF_BOX_RING	(1U << 20)	/* bytes of kernel log of the guest's life */
#define FF_BOX_KINDS	64		/* witness counts kept, by enum ff_ev_kind */

/* Who owns a slot. FREE, DONE, FAILED, DIED: the host; the rest: the guest. */
enum ff_slot_state {
	FF_SLOT_FREE,
	FF_SLOT_READY,		/* a program waits */
	FF_SLOT_PREPARING,	/* its target is being made */
	FF_SLOT_RUNNING,
	FF_SLOT_DONE,		/* it ended, everything is in the slot */
	FF_SLOT_FAILED,		/* its target could not be made: @why */
	FF_SLOT_DIED,		/* the executor died in it: @why */
	FF_SLOT_STATES
};

/**
 * struct ff_slot - one program and what came of it
 * @state: enum ff_slot_state
 * @epoch: for ff_exec_run(), by the host
 * @sequence: the guest runs the READY slot with the lowest, by the host
 * @began, @ended: guest ns: PREPARING began, the slot was given back
 * @running: guest ns when the program itself began
 * @nevents, @drops: witness events in @event, and lost ones
 * @log_len: bytes in @log
 * @why: for people, when FAILED or DIED
 * @cover: as in struct ff_case, when the host asked for it
 * @stuck_seq: grows by two with each sample in @stuck; odd: one is being written
 */
struct ff_slot {
	_Atomic uint32_t state;
	uint32_t epoch;
	uint64_t sequence;
	_Atomic uint64_t began, running, ended;
	uint64_t drops;
	uint32_t nevents;
	_Atomic uint32_t log_len;
	char why[256];
	struct ff_program program;
	struct ff_history history;
	struct ff_event event[FF_BOX_EVENTS];
	char log[FF_BOX_LOG];
	_Atomic uint32_t stuck_seq, pad;
	struct ff_stuck stuck;
	uint8_t cover[FF_COVER_BYTES];
};

/* What the host asks of the guest; written before the guest starts. */
struct ff_box_config {
	uint32_t here;		/* on the user's own machine: nothing global */
	uint32_t emulated;	/* software emulation: times are scaled */
	uint32_t witness;	/* load the BPF programs */
	uint32_t bare;		/* make calls, look at nothing */
	uint32_t kcov, pad;	/* record which code of the kernel runs */
	char simfail[64];	/* simfail.h; a test aid */
};

/* What the guest says of itself; written before @phase becomes FF_PHASE_READY. */
struct ff_box_boot {
	uint64_t features;	/* enum ff_feature, bits */
	uint64_t hooks;		/* enum ff_hook, bits: those that work */
	uint64_t device_size;	/* bytes of the raw disk a program may use */
	uint64_t call_limit_ns;	/* longest a call may take here */
	uint32_t offers;	/* enum ff_offer, bits */
	uint32_t speed;		/* time of a fixed loop, 100 = a current native machine */
	uint32_t page_size, pmd_size;
	uint32_t log_readable;	/* /dev/kmsg could be opened */
	uint32_t kcov;		/* it was asked for, and the kernel can */
	char release[96];	/* uname -r */
	char witness[1024];	/* capability line; "SKIP ..." if it sees nothing */
	char notes[1024];	/* lines: what is missing here, for people */
};

enum ff_phase { FF_PHASE_NONE, FF_PHASE_BOOTED, FF_PHASE_READY, FF_PHASE_FAILED };

/* Counters of /proc/vmstat that say what the guest's memory went through. */
#define FF_COUNTERS(X) \
	X(pswpin) X(pswpout) X(pgfault) X(pgmajfault) X(pgsteal_direct) X(pgscan_direct) \
	X(pgmigrate_success) X(pgmigrate_fail) X(compact_success) X(compact_fail) \
	X(thp_fault_alloc) X(thp_file_alloc) X(thp_file_mapped) X(thp_collapse_alloc) \
	X(thp_collapse_alloc_failed) X(thp_split_page) X(thp_split_page_failed) \
	X(thp_split_pmd) X(thp_swpout) X(thp_swpout_fallback) X(oom_kill)
enum ff_counter {
#define X(name) FF_COUNT_##name,
	FF_COUNTERS(X)
#undef X
	FF_COUNTER_KINDS
};
extern const char *const ff_counter_name[FF_COUNTER_KINDS];

/**
 * struct ff_box - the whole region
 * @phase, @boot, @failed: of this guest's life; the host clears them before each
 * @host_beat, @guest_beat: grow while the side lives
 * @guest_now: guest CLOCK_MONOTONIC ns at the last beat
 * @stop: the host wants the guest to end
 * @deaths: executors that died and were started again in this guest
 * @counter: growth since the guest's start
 * @counted: bits of enum ff_counter: this kernel has them
 * @seen: witness events by kind since the guest's start
 * @shown: what the files of ff.show= said last: show.h
 * @ring, @ring_head: kernel log; head counts all bytes ever written
 */
struct ff_box {
	uint64_t magic;
	uint32_t layout, bytes;
	struct ff_box_config config;
	_Atomic uint32_t phase, host_beat, guest_beat, stop;
	_Atomic uint64_t guest_now;
	_Atomic uint32_t deaths, pad;
	char failed[256];
	struct ff_box_boot boot;
	uint64_t counter[FF_COUNTER_KINDS], counted;
	_Atomic uint64_t seen[FF_BOX_KINDS];
	char shown[2048];
	_Atomic uint64_t ring_head;
	char ring[FF_BOX_RING];
	struct ff_slot slot[FF_BOX_SLOTS];
};
_Static_assert(sizeof(struct ff_box) <= FF_BOX_BYTES, "the black box does not fit its device");
_Static_assert(FF_EV_NR <= FF_BOX_KINDS, "more event kinds than counters");

/** ff_box_init() - host: a new box; @b is FF_BOX_BYTES of zeros or an old box */
void ff_box_init(struct ff_box *b);

/** ff_box_reset() - host: forget the last guest; slots with programs stay as they are */
void ff_box_reset(struct ff_box *b);

/** ff_box_resume() - host: after ff_box_reset(), for a guest that had said @boot before its snapshot */
void ff_box_resume(struct ff_box *b, const struct ff_box_boot *boot);

/** ff_box_check() - is this memory a box of this build? 0 or -EPROTO with @why */
int ff_box_check(const struct ff_box *b, char *why, size_t n);

/**
 * struct ff_taken - a slot's content, copied and made safe
 * @history: as a guest that never ran would have left it, where the guest's was nonsense
 * @damaged: it was nonsense: the kernel under test wrote into it
 */
struct ff_taken {
	struct ff_history history;
	uint64_t began, running, ended, drops;
	uint32_t nevents;
	int damaged;
	char why[256];
	char log[FF_BOX_LOG + 1];
	struct ff_stuck stuck;
	uint8_t cover[FF_COVER_BYTES];
	struct ff_event event[FF_BOX_EVENTS];
};

/**
 * ff_box_take() - host: copy what the guest wrote in a slot and check it
 * @program: what the host had put there (its own copy)
 *
 * Afterwards all indices in @t are in range for @program; events are sorted by time.
 */
void ff_box_take(const struct ff_slot *s, const struct ff_program *program, struct ff_taken *t);

/** ff_box_log_write() - guest: append to the log ring */
void ff_box_log_write(struct ff_box *b, const char *text, size_t len);

/**
 * ff_box_log_read() - host: what is new in the log ring
 * @from: bytes read so far; moved on
 * Return: bytes put into @out (at most @n - 1, NUL-terminated); text that was
 * overwritten before it was read is passed over.
 */
size_t ff_box_log_read(const struct ff_box *b, uint64_t *from, char *out, size_t n);

#endif
