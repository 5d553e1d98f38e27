/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest as it was at one moment, to begin again from there.
 *
 * Two files in memory, without names, so that nothing is left behind however we end:
 * the guest's RAM, which each guest that is restored maps copy-on-write, and what QEMU
 * knows of its devices. The black box is in neither: it stays the host's, and shared.
 * A guest that is restored needs the disks as they were at that moment.
 */
#ifndef FF_RUNNER_VM_SNAPSHOT_H
#define FF_RUNNER_VM_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "runner/vm/vm.h"

/**
 * struct ff_snapshot - all zero: there is none
 * @ram, @state: the two files, 0 for none
 * @bytes: of memory that both take
 */
struct ff_snapshot {
	int ram, state;
	uint64_t bytes;
};

/** ff_snapshot_ram() - a memory file for the RAM of a guest (struct ff_vm_config.ram); -errno, no message */
int ff_snapshot_ram(unsigned memory_mib);

/**
 * ff_snapshot_take() - keep what the guest is now; it stands still meanwhile, and goes on
 * @vm: started with a RAM file, and nothing was written to its disks
 * @ram: that file
 * Return: 0; -errno with @why, the guest goes on without a snapshot; or -EPIPE with @why,
 * the guest is lost.
 */
int ff_snapshot_take(struct ff_vm *vm, int ram, struct ff_snapshot *s, char *why, size_t n);

/**
 * ff_snapshot_load() - have a VM that was started from @s go on from there
 * Return: 0: its CPUs run, or -errno with @why. Whether the guest lives is seen in its box.
 */
int ff_snapshot_load(struct ff_vm *vm, const struct ff_snapshot *s, char *why, size_t n);

/**
 * ff_snapshot_trim() - before a VM starts from @s: give back what the guests before made it grow
 *
 * A page of a hole in a memory file that a guest touches becomes a page of zeros in it.
 */
void ff_snapshot_trim(struct ff_snapshot *s);

/** ff_snapshot_drop() - forget it; guests that came from it live on */
void ff_snapshot_drop(struct ff_snapshot *s);

/**
 * ff_snapshot_unplace() - in QEMU's device state, let the memory block NAME/@id of @bytes be nowhere
 *
 * QEMU notes where in guest memory the blocks that it does not save are, and a QEMU that
 * starts compares: a PCI BAR is nowhere yet then. (The check is meant for RAM.)
 * Return: how many such blocks there were; any but 1 is none that can be loaded.
 */
unsigned ff_snapshot_unplace(unsigned char *state, size_t len, const char *id, uint64_t bytes);

#endif
