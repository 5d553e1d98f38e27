/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agent: the guest's side of the black box. A supervisor beats the
 * heartbeat and copies the kernel log; the executor it forks makes places and
 * runs the programs, and is started again when it dies.
 */
#ifndef FF_RUNNER_AGENT_H
#define FF_RUNNER_AGENT_H

#include "runner/blackbox.h"

/** ff_agent_main() - as PID 1 of a VM; does not return */
void ff_agent_main(void) __attribute__((noreturn));

/**
 * ff_agent_here() - as a child process on this machine; does not return
 * @dir: folder for its files, removed by the caller afterwards; a tmpfs of
 *	its own is mounted over it where that is allowed
 */
void ff_agent_here(struct ff_box *b, const char *dir) __attribute__((noreturn));

#endif
