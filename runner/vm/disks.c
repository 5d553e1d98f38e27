// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runner/vm/disks.h"
#include "runner/msg.h"
#include "runner/proc.h"

#define MIB (1024 * 1024)

/**
 * struct maker - the tool that formats one kind.
 * @package: Debian package it comes in.
 */
struct maker {
	const char *package;
	const char *argv[8];
};

static const struct maker makers[] = {
	/* lazy_itable_init=0: else a kernel thread writes inode tables during the test,
	 * which on a throttled disk takes the requests of the program. */
	[FF_DISK_EXT4] = { "e2fsprogs", { "mkfs.ext4", "-F", "-q", "-E", "lazy_itable_init=0" } },
	[FF_DISK_XFS] = { "xfsprogs", { "mkfs.xfs", "-f", "-q" } },
	[FF_DISK_SWAP] = { "util-linux", { "mkswap" } },
};

static int check_serial(const char *serial)
{
	size_t n = strnlen(serial, sizeof(((struct ff_disk *)0)->serial));

	if (n == 0 || n > 19)
		goto bad;
	for (const char *p = serial; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-')
			goto bad;
	return 0;
bad:
	ff_msg_error("a disk's serial must be 1 to 19 of A-Z a-z 0-9 _ -, not \"%.20s\"", serial);
	return -EINVAL;
}

static int fill_raw(int fd, const struct ff_disk *d)
{
	char *buf = malloc(MIB);
	int ret = 0;

	if (!buf)
		return -ENOMEM;
	for (uint64_t mib = 0; mib < d->size_mib && !ret; mib++) {
		d->fill(buf, MIB, mib * MIB);
		if (pwrite(fd, buf, MIB, mib * MIB) != MIB)
			ret = errno ? -errno : -ENOSPC;
	}
	free(buf);
	return ret;
}

static int format(const struct ff_disk *d)
{
	const struct maker *m = &makers[d->kind];
	const char *argv[10] = { NULL };
	char *err = NULL;
	struct ff_proc_opts o = { .err = &err, .timeout_ms = 120000 };
	int n, ret;

	for (n = 0; m->argv[n]; n++)
		argv[n] = m->argv[n];
	argv[n] = d->path;
	ret = ff_proc_run(argv, &o);
	if (ret == -ENOENT) {
		ff_msg_error("%s is not installed; install the package %s", argv[0], m->package);
	} else if (ret) {
		ff_msg_error("%s %s (%u MiB) failed: %s", argv[0], d->path, d->size_mib,
			     err && err[0] ? ff_last_line(err) : strerror(ret < 0 ? -ret : EIO));
		ret = ret < 0 ? ret : -EIO;
	}
	free(err);
	return ret;
}

/* An empty image of its name. */
static int create(struct ff_disk *d, const char *dir)
{
	int fd;

	if (snprintf(d->path, sizeof(d->path), "%s/%s.img", dir, d->serial) >= (int)sizeof(d->path))
		return -ENAMETOOLONG;
	fd = open(d->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

int ff_disk_make(struct ff_disk *d, const char *dir)
{
	int fd, ret;

	ret = check_serial(d->serial);
	if (ret)
		return ret;
	if (d->kind == FF_DISK_XFS && d->size_mib < FF_DISK_XFS_MIN_MIB)
		d->size_mib = FF_DISK_XFS_MIN_MIB;
	fd = create(d, dir);
	ret = fd < 0 ? fd : 0;
	if (!ret) {
		ret = ftruncate(fd, (off_t)d->size_mib * MIB) ? -errno : 0;
		if (!ret && d->kind == FF_DISK_RAW && d->fill)
			ret = fill_raw(fd, d);
		close(fd);
	}
	if (ret) {
		ff_msg_error("cannot make the disk image %s (%u MiB): %s", d->path, d->size_mib,
			     strerror(-ret));
		return ret;
	}
	return d->kind == FF_DISK_RAW ? 0 : format(d);
}

int ff_disk_original(struct ff_disk *d, const char *dir)
{
	int ret = ff_disk_make(d, dir);

	if (ret)
		return ret;
	d->original = open(d->path, O_RDONLY | O_CLOEXEC);
	if (d->original < 0) {
		ret = -errno;
		ff_msg_error("cannot open the disk image %s: %s", d->path, strerror(-ret));
	}
	unlink(d->path);
	return ret;
}

int ff_disk_copy(struct ff_disk *d, const char *dir)
{
	int fd = create(d, dir), ret = fd < 0 ? fd : ff_copy_sparse(d->original, fd);

	if (fd >= 0)
		close(fd);
	if (ret)
		ff_msg_error("cannot copy a disk to %s (%u MiB): %s", d->path, d->size_mib, strerror(-ret));
	return ret;
}

/* @len bytes from @off on, without the pages that are zero. */
static int copy_data(const char *data, int to, off_t off, off_t len)
{
	static const char zeros[4096];
	off_t begin = 0, end, n;

	for (end = 0; end <= len; end += n) {
		n = end < len ? len - end < 4096 ? len - end : 4096 : 1;
		if (end < len && memcmp(data + off + end, zeros, (size_t)n))
			continue;
		while (begin < end) {
			ssize_t put = pwrite(to, data + off + begin, (size_t)(end - begin), off + begin);

			if (put <= 0)
				return put ? -errno : -ENOSPC;
			begin += put;
		}
		begin = end + n;
	}
	return 0;
}

int ff_copy_sparse(int from, int to)
{
	off_t size = lseek(from, 0, SEEK_END), off = 0, end = 0;
	int ret = 0;
	char *data;

	if (size < 0 || ftruncate(to, size))
		return -errno;
	data = size ? mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, from, 0) : NULL;
	if (data == MAP_FAILED)
		return -errno;
	while (!ret && end < size && (off = lseek(from, end, SEEK_DATA)) >= 0) {
		end = lseek(from, off, SEEK_HOLE);
		ret = end < 0 ? -errno : copy_data(data, to, off, end - off);
	}
	if (!ret && off < 0 && errno != ENXIO)
		ret = -errno;
	if (size)
		munmap(data, (size_t)size);
	return ret;
}
