/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our FUSE server: the kernel's protocol on /dev/fuse (linux/fuse.h), spoken
 * without a library, since the guest has none. Files live in its memory.
 */
#ifndef FF_RUNNER_FUSE_SERVER_H
#define FF_RUNNER_FUSE_SERVER_H

#include "fuzzer/program.h"
#include "fuzzer/serve.h"

/**
 * ff_fuse_server() - serve until the file system is unmounted; never returns
 * @fd: /dev/fuse, given to mount(2)
 * @t: cache=
 * @orders: what programs tell it, shared with them
 */
void ff_fuse_server(int fd, const struct ff_target *t, struct ff_serve *orders) __attribute__((noreturn));

#endif
