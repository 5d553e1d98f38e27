/* SPDX-License-Identifier: GPL-2.0-only */
/* Disk images for a VM, made on the host without root. */
#ifndef FF_RUNNER_VM_DISKS_H
#define FF_RUNNER_VM_DISKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum ff_disk_kind - what is on a disk before the guest sees it. */
enum ff_disk_kind { FF_DISK_RAW, FF_DISK_EXT4, FF_DISK_XFS, FF_DISK_SWAP };

/* mkfs.xfs makes nothing smaller. Images are sparse: the size costs nothing. */
#define FF_DISK_XFS_MIN_MIB 300

/**
 * struct ff_disk - one virtio disk.
 * @kind: see above.
 * @size_mib: size in MiB; raised to FF_DISK_XFS_MIN_MIB for xfs.
 * @iops: limit in requests per second, kept by QEMU; 0 = none.
 * @serial: how the guest finds it; 1 to 19 of [A-Za-z0-9_-], unique in its VM.
 * @fails: some reads and writes fail with EIO, by QEMU's blkdebug: a test aid.
 * @fill: contents of a raw disk, called for each MiB in order; NULL leaves zeros.
 * @path: the image, set by ff_disk_make() and ff_disk_copy().
 * @original: the image as it was made, set by ff_disk_original(); it has no name.
 */
struct ff_disk {
	enum ff_disk_kind kind;
	unsigned size_mib;
	unsigned iops;
	bool fails;
	char serial[20];
	void (*fill)(void *buf, size_t len, uint64_t disk_offset);
	char path[4096];
	int original;
};

/**
 * ff_disk_make() - make the image @dir/SERIAL.img, replacing one that is there.
 *
 * Return: 0, or -errno with a message (-ENOENT: a mkfs tool is not installed). Who made
 * @dir removes it.
 */
int ff_disk_make(struct ff_disk *d, const char *dir);

/**
 * ff_disk_original() - make the image and keep it open in @d->original, without a name
 *
 * Copies of it are what guests get: a guest from a snapshot must find the disks, bytes
 * and UUIDs, that the guest knew whose snapshot it is. The caller closes it.
 * Return: 0, or -errno with a message.
 */
int ff_disk_original(struct ff_disk *d, const char *dir);

/** ff_disk_copy() - a new image @dir/SERIAL.img as @d->original; 0 or -errno with a message */
int ff_disk_copy(struct ff_disk *d, const char *dir);

/**
 * ff_copy_sparse() - copy a file, its holes and pages of zeros as holes
 * @to: an empty file
 * Return: 0 or -errno, no message.
 */
int ff_copy_sparse(int from, int to);

#endif
