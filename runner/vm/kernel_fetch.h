/* SPDX-License-Identifier: GPL-2.0-only */
/* From a Debian suite to an unpacked kernel. Used by kernel.c only. */
#ifndef FF_RUNNER_VM_KERNEL_FETCH_H
#define FF_RUNNER_VM_KERNEL_FETCH_H

#include <stdbool.h>
#include <stddef.h>

/**
 * ff_kernel_fetch_suite() - pick a kernel package of a suite and unpack it.
 * @suite: Debian suite.
 * @version: beginning of the wanted version, "" for the suite's own choice.
 * @update: fetch the package lists again first.
 * @dir: where it is unpacked; made, and emptied first. Unpacked again in another
 *	flavour if the cloud one lacks what the targets need.
 * @release, @nr: the release that was unpacked.
 * @package_version, @nv: its package version.
 *
 * Return: 0, or -errno with a message.
 */
int ff_kernel_fetch_suite(const char *suite, const char *version, bool update,
			  const char *dir, char *release, size_t nr,
			  char *package_version, size_t nv);

/**
 * ff_kernel_tree() - where a kernel's parts lie in an unpacked package.
 * Relative to @dir; before 7.x boot/vmlinuz-V and lib/modules/V, from 7.x usr/lib/modules/V.
 *
 * Return: 0, or -ENOENT without a message.
 */
int ff_kernel_tree(const char *dir, const char *release, char *image, size_t ni,
		   char *modules, size_t nm);

#endif
