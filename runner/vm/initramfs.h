/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's initramfs: the static agent as /init, the modules, and /modules.order:
 * their paths in load order, those left for ff_guest_need() with "lazy " before.
 *
 * Not compressed: QEMU hands it over by DMA at memory speed, while unpacking it would
 * run under emulation.
 */
#ifndef FF_RUNNER_VM_INITRAMFS_H
#define FF_RUNNER_VM_INITRAMFS_H

#include <stddef.h>

#include "runner/vm/kernel.h"

/**
 * ff_initramfs_build() - write one to @out_path, replaced in one step.
 * @agent: path of a statically linked binary.
 *
 * Return: 0, or -errno with a message (-ENOEXEC: @agent is not static x86-64 ELF).
 */
int ff_initramfs_build(const struct ff_kernel *k, const char *agent, const char *out_path);

/**
 * ff_initramfs_get() - as above, from the cache if the same kernel and the same agent
 * content were built before. Safe with several processes at once.
 * @path: the archive's path, @n bytes.
 */
int ff_initramfs_get(const struct ff_kernel *k, const char *agent, char *path, size_t n);

#endif
