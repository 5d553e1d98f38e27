/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that our FUSE server serves: one folder, files in memory, holes.
 *
 * All functions may be called by any thread. Every change of a file is one
 * step to those who read it: what is seen out of order was reordered by the
 * kernel under test.
 */
#ifndef FF_RUNNER_FUSE_FILES_H
#define FF_RUNNER_FUSE_FILES_H

#include <linux/fuse.h>
#include <stddef.h>
#include <stdint.h>

#define FF_FILES_NAME	64	/* longest name, NUL counted */

/** ff_files_lookup() - find a name in the folder, count one lookup; 0 or -errno */
int ff_files_lookup(const char *name, struct fuse_attr *attr);

/** ff_files_create() - make a file if it is not there, count one lookup; 0 or -errno */
int ff_files_create(const char *name, uint32_t mode, struct fuse_attr *attr);

/** ff_files_unlink() - take the name away; the file stays until the kernel forgets it */
int ff_files_unlink(const char *name);

/** ff_files_forget() - the kernel gives back @n lookups of @id */
void ff_files_forget(uint64_t id, uint64_t n);

/** ff_files_attr() - attributes of the folder or a file */
int ff_files_attr(uint64_t id, struct fuse_attr *attr);

/** ff_files_set() - FUSE_SETATTR: size and mode; times are the server's own */
int ff_files_set(uint64_t id, const struct fuse_setattr_in *in, struct fuse_attr *attr);

/** ff_files_read() - into @out; returns bytes (fewer at the end of the file) or -errno */
int64_t ff_files_read(uint64_t id, uint64_t off, void *out, size_t len);

/** ff_files_write() - returns @len or -errno */
int64_t ff_files_write(uint64_t id, uint64_t off, const void *data, size_t len);

/** ff_files_allocate() - fallocate(2): allocate, punch, zero; 0 or -errno */
int ff_files_allocate(uint64_t id, uint32_t mode, uint64_t off, uint64_t len);

/** ff_files_seek() - SEEK_DATA or SEEK_HOLE; the offset or -errno */
int64_t ff_files_seek(uint64_t id, uint64_t off, uint32_t whence);

/** ff_files_copy() - copy_file_range(2); bytes or -errno */
int64_t ff_files_copy(uint64_t from, uint64_t from_off, uint64_t to, uint64_t to_off, uint64_t len);

#endif
