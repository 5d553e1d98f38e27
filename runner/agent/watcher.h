/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The watcher: a process beside the executor that saves witness events while a
 * program runs, so that a guest that dies or hangs does not take them along, and
 * takes samples when a call is away for long.
 *
 * A process, not a thread: when a thread of the executor hangs with its memory
 * map locked, whoever shares that map hangs at its next page fault.
 */
#ifndef FF_RUNNER_WATCHER_H
#define FF_RUNNER_WATCHER_H

#include <stdbool.h>

#include "runner/blackbox.h"

struct ff_witness;
struct ff_watcher;

/**
 * ff_watcher_start() - start it, for the calling process
 * @w: shared by both from now on, under ff_watcher_collect(); may be NULL
 * @lock_memory: keep its memory from being swapped out
 *
 * It ends when the caller does. If the process cannot be made, events are saved at the
 * program's end only, and nobody takes samples. Return: NULL without memory.
 */
struct ff_watcher *ff_watcher_start(struct ff_box *box, struct ff_witness *w, bool lock_memory);

/** ff_watcher_run() - a program runs in @s: watch it */
void ff_watcher_run(struct ff_watcher *wt, struct ff_slot *s);

/** ff_watcher_collect() - it has ended: the rest of its events into the slot */
void ff_watcher_collect(struct ff_watcher *wt, struct ff_slot *s);

#endif
