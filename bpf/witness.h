/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The witness: loads the BPF programs, tells what they can see on this kernel,
 * and hands out their events. Facts only; verdicts are the oracles' business.
 *
 * Life: open, watch, then for each program start, run it, stop, drain; close.
 * Nothing here prints. One thread at a time may use a witness.
 */
#ifndef FF_BPF_WITNESS_H
#define FF_BPF_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/event.h"
#include "bpf/hooks.h"
#include "bpf/waits.h"

struct ff_witness;

/**
 * ff_witness_open() - load and attach all that this kernel allows
 * @w:		the witness, owned by the caller; NULL on error
 * @why:	on error a line "SKIP witness: ..." with the reason and its price
 * @n:		size of @why
 *
 * Needs root and a mounted /sys. Raises RLIMIT_MEMLOCK (before 5.11 maps count
 * against it). Emission is off until ff_witness_start().
 *
 * Return: 0 if at least one hook works; -ENODATA if the kernel offers nothing
 * to hook; -EPERM or another -errno if it refuses.
 */
int ff_witness_open(struct ff_witness **w, char *why, size_t n);

/** ff_witness_close() - detach and free; NULL is fine */
void ff_witness_close(struct ff_witness *w);

/**
 * ff_witness_capabilities() - one line: how many hooks work, which do not and why
 *
 * @n of 4096 is always enough.
 */
void ff_witness_capabilities(const struct ff_witness *w, char *line, size_t n);

/** ff_witness_has() - does this hook work here? */
bool ff_witness_has(const struct ff_witness *w, enum ff_hook hook);

/**
 * ff_witness_has_pfn() - are frame numbers of struct pages known?
 *
 * Without them DMA, UNMAP, WAIT_PAGE and WAKE events lack FF_EVF_PFN.
 */
bool ff_witness_has_pfn(const struct ff_witness *w);

/**
 * ff_witness_watch_tgid() - emit events of this process, its children and theirs
 * @tgid: in the initial PID namespace
 *
 * Descendants up to three generations are found by their parents; one whose
 * parent died belongs to whoever it was reparented to. At most 64.
 * Return: 0 or -errno.
 */
int ff_witness_watch_tgid(struct ff_witness *w, pid_t tgid);

/** ff_witness_unwatch_tgid() - undo it; 0 or -errno */
int ff_witness_unwatch_tgid(struct ff_witness *w, pid_t tgid);

/**
 * ff_witness_watch_dev() - emit events on files of this device by anyone
 * @dev: st_dev of stat(2)
 *
 * This lets khugepaged and kswapd in. At most 64. Btrfs shows stat(2) another
 * number than its super block has. Return: 0 or -errno.
 */
int ff_witness_watch_dev(struct ff_witness *w, dev_t dev);

/** ff_witness_unwatch_dev() - undo it; 0 or -errno */
int ff_witness_unwatch_dev(struct ff_witness *w, dev_t dev);

/**
 * ff_witness_limit() - keep at most @max events of @kind per start, 0: all
 *
 * What goes beyond is counted by ff_witness_count() and ff_witness_held(), and
 * is no drop.
 */
void ff_witness_limit(struct ff_witness *w, enum ff_ev_kind kind, uint64_t max);

/**
 * ff_witness_hold() - hold up whoever gets to these places, from the next start on
 * @h, @n: at most FF_HOLDS, none named twice; 0: nobody is held up any more
 *
 * Counted are hits by what is watched, from the call of this on while events are
 * emitted. Each that was made gives an FF_EV_DELAY whose @extra is its number in @h.
 */
void ff_witness_hold(struct ff_witness *w, const struct ff_hold *h, unsigned int n);

/** ff_witness_start() - forget undrained events and emit; 0 */
int ff_witness_start(struct ff_witness *w);

/** ff_witness_stop() - no more events; those in the ring stay; 0 */
int ff_witness_stop(struct ff_witness *w);

/**
 * ff_witness_drain() - take events out of the ring, sorted by time
 * @out:	room for @max events
 *
 * FF_RING_EVENTS always hold all there is; with less room call it again until
 * it returns 0: each batch is sorted, and events of one CPU are never reordered.
 * No allocation, no system call. Return: the number of events.
 */
size_t ff_witness_drain(struct ff_witness *w, struct ff_event *out, size_t max);

/** ff_witness_drops() - events lost to a full ring since open; compare before and after */
uint64_t ff_witness_drops(const struct ff_witness *w);

/** ff_witness_count() - events of @kind seen since open, kept, held or dropped */
uint64_t ff_witness_count(const struct ff_witness *w, enum ff_ev_kind kind);

/** ff_witness_held() - events of @kind held back by ff_witness_limit() since open */
uint64_t ff_witness_held(const struct ff_witness *w, enum ff_ev_kind kind);

/**
 * ff_waits_pages() - all tasks that wait for a bit of a page now
 *
 * Return: how many of at most @max; -EOPNOTSUPP when the kernel refuses the walk,
 * -ENOENT when its wait table cannot be found, or another -errno. The first call
 * may take long where no such wait ever ended (it reads /proc/kallsyms then).
 */
int ff_waits_pages(struct ff_witness *w, struct ff_wait *out, unsigned int max);

/** ff_waits_lock() - the mutex or rw_semaphore that task @tid waits for now; false: none */
bool ff_waits_lock(struct ff_witness *w, uint32_t tid, struct ff_wait *out);

/** ff_waits_owners() - can it be told who holds a page's lock */
bool ff_waits_owners(const struct ff_witness *w);

/** ff_waits_locks() - can it be told which mutex or rw_semaphore a task waits for */
bool ff_waits_locks(const struct ff_witness *w);

/** ff_ev_name() - "dma_pin", ...; "?" for what is no kind */
const char *ff_ev_name(unsigned int kind);

#endif /* FF_BPF_WITNESS_H */
