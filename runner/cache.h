/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cache: ${XDG_CACHE_HOME:-$HOME/.cache}/foliofuzz, or /tmp/foliofuzz-UID
 * without a HOME. Everything in it can be fetched or built again.
 */
#ifndef FF_RUNNER_CACHE_H
#define FF_RUNNER_CACHE_H

#include <stddef.h>

/**
 * ff_cache_path() - the path of something in the cache; the folder it lies in is made.
 * @buf: where the path goes, @n bytes.
 * @fmt: path relative to the cache, e.g. "kernels/%s/meta".
 *
 * Return: 0, or -errno with a message printed.
 */
int ff_cache_path(char *buf, size_t n, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** ff_mkdir_p() - make a folder and those above it, mode 0755. Return: 0 or -errno. */
int ff_mkdir_p(const char *path);

/** ff_remove_tree() - remove a file or a folder with all in it; links are not followed. */
int ff_remove_tree(const char *path);

/** ff_read_file() - a whole file as a malloc()ed, NUL-terminated buffer; NULL with errno set. */
char *ff_read_file(const char *path, size_t *len);

/**
 * ff_write_file() - replace a file in one step: readers see the old or the new one.
 *
 * Written beside it, synced, renamed. Return: 0 or -errno, no message.
 */
int ff_write_file(const char *path, const void *data, size_t len);

/**
 * ff_put_folder() - put a folder that is complete where an old one may be, in one step
 *
 * @from is gone afterwards, also when it could not be done. Return: 0 or -errno, no message.
 */
int ff_put_folder(const char *from, const char *to);

/**
 * ff_cache_lock() - wait for and take a named lock; two processes fetching the same thing
 * then do it once.
 *
 * Return: a file descriptor to give to ff_cache_unlock(), or -errno with a message. The
 * lock also goes when the process ends.
 */
int ff_cache_lock(const char *name);

/** ff_cache_unlock() - give it back; a negative @fd is ignored. */
void ff_cache_unlock(int fd);

#endif
