/* SPDX-License-Identifier: GPL-2.0-only */
/* One QEMU virtual machine with the black box as an ivshmem-plain PCI device. */
#ifndef FF_RUNNER_VM_VM_H
#define FF_RUNNER_VM_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "runner/vm/disks.h"
#include "runner/vm/kernel.h"

#define FF_VM_MEMORY_MIB	1024
#define FF_VM_BOX_ID		"bb"	/* QEMU's name for the black box's memory */

struct ff_snapshot;

/**
 * struct ff_vm_config - what to start. Nothing is kept after ff_vm_start() returns.
 * @kernel: image to boot.
 * @accel: "kvm" or "tcg", from ff_accel_choose().
 * @initramfs: path, from ff_initramfs_get(); NULL for none.
 * @memory_mib: guest memory; 0 = FF_VM_MEMORY_MIB.
 * @cpus: virtual CPUs; 0 = 2.
 * @blackbox: file that both sides map shared; made or resized as needed; NULL for none.
 *	Best in /dev/shm, where no dirty pages are written back.
 * @blackbox_size: bytes; a power of two of at least 1 MiB (it becomes a PCI BAR).
 * @append: more kernel command line, NULL for none.
 * @console: log file of the serial console; QEMU's own words go to "@console.qemu".
 * @disks, @ndisks: see disks.h; made before.
 * @ram: memory file of ff_snapshot_ram() that the guest's RAM is in, so that a snapshot
 *	can be taken; 0: memory of QEMU's own.
 * @from: do not boot, but wait for ff_snapshot_load(); all else as when it was taken.
 * @quiet: do not report QEMU's own failure (a trial boot may fail).
 */
struct ff_vm_config {
	const struct ff_kernel *kernel;
	const char *accel;
	const char *initramfs;
	unsigned memory_mib;
	unsigned cpus;
	const char *blackbox;
	size_t blackbox_size;
	const char *append;
	const char *console;
	struct ff_disk *disks;
	unsigned ndisks;
	int ram;
	const struct ff_snapshot *from;
	bool quiet;
};

/**
 * struct ff_vm - a started VM.
 * @pid: QEMU's process, 0 when it has been reaped.
 * @exit_status: once reaped: exit status, or 128 + signal. 0 is also what a guest panic
 *	gives (panic=-1 and -no-reboot): read the console or the black box.
 * @console: path of the console log.
 * @qmp: socket to QEMU (qmp.h) if it has @ram or @from, else 0.
 * @blackbox_size, @quiet: as configured.
 */
struct ff_vm {
	pid_t pid;
	int exit_status;
	char console[4096];
	int qmp;
	size_t blackbox_size;
	bool quiet;
};

/**
 * ff_vm_start() - start QEMU; does not wait for the guest.
 *
 * QEMU is killed when the calling *thread* ends (see proc.h): call it from one that
 * outlives the VM. Return: 0, or -errno with a message (-ENOENT: QEMU is not installed).
 */
int ff_vm_start(const struct ff_vm_config *c, struct ff_vm *vm);

/**
 * ff_vm_running() - is it still there? Reaps it when not.
 * @exit_status: set when it is gone; may be NULL. If QEMU itself failed, its last words
 *	are printed once.
 */
bool ff_vm_running(struct ff_vm *vm, int *exit_status);

/**
 * ff_vm_wait() - wait until it is gone.
 * Return: its exit status, or -ETIMEDOUT (it still runs).
 */
int ff_vm_wait(struct ff_vm *vm, unsigned timeout_ms);

/** ff_vm_stop() - kill it and reap it; harmless if it is gone. The black box file stays. */
void ff_vm_stop(struct ff_vm *vm);

#endif
