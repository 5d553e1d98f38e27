/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting and ending one guest: a VM, or a process of this machine. For session.c only. */
#ifndef FF_RUNNER_SESSION_GUEST_H
#define FF_RUNNER_SESSION_GUEST_H

#include "runner/session.h"
#include "runner/vm/snapshot.h"

#define FF_HOST_DISKS	8

/**
 * struct ff_host - what the host needs for guests
 * @box, @box_fd: the black box, an unnamed file: nothing to remove after kill -9
 * @dir: folder of our own for disks, console log and, here, the programs' files
 * @initramfs, @accel: of a VM
 * @disk: what its disks hold at first
 * @ram: memory file of a VM that boots, while it may become a snapshot, else 0
 * @snapshot: of the first guest, when it was ready and had run nothing; @boot: what it had said
 * @keep_tried: it was taken, or cannot be; @bad_restores: guests it did not bring up
 * @here: pid of the agent on this machine, 0 if none
 */
struct ff_host {
	const struct ff_session_config *cfg;
	struct ff_session_info *info;
	struct ff_kernel kernel;
	struct ff_box *box;
	int box_fd;
	char dir[256], initramfs[4096];
	const char *accel;
	struct ff_disk disk[FF_HOST_DISKS];
	struct ff_vm vm;
	int ram;
	struct ff_snapshot snapshot;
	struct ff_box_boot boot;
	bool keep_tried;
	unsigned int bad_restores;
	pid_t here;
};

/** ff_host_open() - all that is made once. Return: 0 or -errno with a message */
int ff_host_open(struct ff_host *h);
void ff_host_close(struct ff_host *h);

/**
 * ff_host_start() - start a guest and wait until it is ready
 *
 * From the snapshot if there is one; a guest that it does not bring up is booted.
 * Return: 0, -ECANCELED or -errno with a message.
 */
int ff_host_start(struct ff_host *h);

/** ff_host_stop() - end the guest */
void ff_host_stop(struct ff_host *h);

/** ff_host_alive() - does its process live? */
bool ff_host_alive(struct ff_host *h);

/** ff_host_console() - console text from byte @from on, at most @n - 1; returns its length */
size_t ff_host_console(const struct ff_host *h, long from, char *out, size_t n);

/** ff_host_console_size() - bytes in the console log now */
long ff_host_console_size(const struct ff_host *h);

#endif
