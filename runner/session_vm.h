/* SPDX-License-Identifier: GPL-2.0-only */
/* The VMs of a session: the first boots, the others begin where it was ready. For session_guest.c only. */
#ifndef FF_RUNNER_SESSION_VM_H
#define FF_RUNNER_SESSION_VM_H

#include "runner/session_guest.h"

/** ff_host_vm_find() - kernel, initramfs, accelerator; 0 or -errno with a message */
int ff_host_vm_find(struct ff_host *h);

/** ff_host_vm_disks() - make the disks whose copies guests get; 0 or -errno with a message */
int ff_host_vm_disks(struct ff_host *h);

/** ff_host_vm_boot() - start a VM that boots; 0 or -errno with a message */
int ff_host_vm_boot(struct ff_host *h);

/**
 * ff_host_vm_keep() - the VM is ready: take the session's snapshot, if there is none yet
 *
 * Tried once a session, before it has run anything; if it cannot be taken, that is said.
 * Return: 0, also without a snapshot; -EAGAIN with a message: that VM is lost.
 */
int ff_host_vm_keep(struct ff_host *h);

/** ff_host_vm_restore() - start a VM from the snapshot; 0, or -errno with @why */
int ff_host_vm_restore(struct ff_host *h, char *why, size_t n);

/** ff_host_vm_started() - after a start, good or bad: what only the start needed is let go */
void ff_host_vm_started(struct ff_host *h);

void ff_host_vm_close(struct ff_host *h);

#endif
