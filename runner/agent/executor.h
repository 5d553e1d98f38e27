/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent's second process: takes programs out of the slots and runs them. */
#ifndef FF_RUNNER_EXECUTOR_H
#define FF_RUNNER_EXECUTOR_H

#include "runner/blackbox.h"
#include "runner/agent/place.h"

/** ff_executor() - work until killed or told to stop; does not return */
void ff_executor(struct ff_box *b, struct ff_place *pl) __attribute__((noreturn));

/** ff_kmsg_open() - the kernel log from now on, or -errno */
int ff_kmsg_open(void);

/** ff_kmsg_read() - what is new, as dmesg prints it; bytes put into @out */
size_t ff_kmsg_read(int fd, char *out, size_t n);

#endif
