/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writer of "newc" cpio archives, what the kernel unpacks as an initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
#ifndef FF_RUNNER_VM_CPIO_H
#define FF_RUNNER_VM_CPIO_H

#include <stddef.h>
#include <stdio.h>

/**
 * struct ff_cpio - an archive being written.
 * @f: where to; the caller's, not closed here.
 * @ino: last inode number given out.
 * @err: first failure as -errno; once set, the rest does nothing.
 */
struct ff_cpio {
	FILE *f;
	unsigned ino;
	int err;
};

/** ff_cpio_dir() - add a folder. Folders must come before what is in them. */
void ff_cpio_dir(struct ff_cpio *c, const char *name, unsigned mode);

/** ff_cpio_file() - add a regular file. @name without a leading slash. */
void ff_cpio_file(struct ff_cpio *c, const char *name, unsigned mode,
		  const void *data, size_t len);

/** ff_cpio_chardev() - add a character device; needs no root here. */
void ff_cpio_chardev(struct ff_cpio *c, const char *name, unsigned mode,
		     unsigned major, unsigned minor);

/** ff_cpio_end() - write the trailer. Return: 0, or -errno of the first failure. */
int ff_cpio_end(struct ff_cpio *c);

#endif
