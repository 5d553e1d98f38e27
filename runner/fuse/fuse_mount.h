/* SPDX-License-Identifier: GPL-2.0-only */
/* The FUSE target: its server's life, its mount, and what to do when the server is gone. */
#ifndef FF_RUNNER_FUSE_MOUNT_H
#define FF_RUNNER_FUSE_MOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "fuzzer/program.h"
#include "fuzzer/serve.h"

/**
 * struct ff_fuse - the server and its connection
 * @orders: for programs
 * @server: its process, 0 when none was started
 * @dev: st_dev of the mount: names the connection to the kernel
 * @stopped_ms: since when the server has been seen stopped (SIGSTOP), 0 never
 * @cut: the connection was, or is being, aborted
 *
 * Lies in memory shared by supervisor, executors and server.
 */
struct ff_fuse {
	struct ff_serve orders;
	pid_t server;
	dev_t dev;
	long long stopped_ms;
	_Atomic bool cut;
};

/**
 * ff_fuse_mount() - start a server of our own and mount it on @dir
 * Return: 0, or -errno with @why for people; then nothing is left behind.
 */
int ff_fuse_mount(struct ff_fuse *f, const struct ff_target *t, const char *dir, char *why, size_t n);

/** ff_fuse_alive() - can the mount be used: is its server there? */
bool ff_fuse_alive(const struct ff_fuse *f);

/** ff_fuse_answers() - ask it: a server that is dying is still there when its connection is not */
bool ff_fuse_answers(const struct ff_fuse *f, const char *dir);

/**
 * ff_fuse_guard() - for the supervisor, a few times a second
 *
 * A server that was killed takes its connection with it only when the last of
 * its threads is gone, and one of them may wait for a page that is locked until
 * another answers; a server that was stopped answers nobody. In both cases the
 * connection is aborted, so that every call on it returns.
 * Return: whether it is so.
 */
bool ff_fuse_guard(struct ff_fuse *f, long long now_ms);

/** ff_fuse_umount() - unmount @dir and end the server, dead or alive */
void ff_fuse_umount(struct ff_fuse *f, const char *dir);

#endif
