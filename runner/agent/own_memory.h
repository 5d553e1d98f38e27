/* SPDX-License-Identifier: GPL-2.0-only */
/* The harness's own memory in the guest: what a program does to memory is not to happen to it. */
#ifndef FF_RUNNER_OWN_MEMORY_H
#define FF_RUNNER_OWN_MEMORY_H

/**
 * ff_own_memory_lock() - keep what is mapped now in memory, and in small pages
 * @flags: of mlockall()
 *
 * Small ones because of the count of locked pages, which the leak law looks at: the
 * pages of a locked huge page are not counted any more when it is mapped in pieces (after a
 * fork), and are when reclaim comes by.
 */
void ff_own_memory_lock(int flags);

#endif
