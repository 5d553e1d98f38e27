// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/msg.h"

int ff_mkdir_p(const char *path)
{
	char buf[4096];
	char *p;

	if (snprintf(buf, sizeof(buf), "%s", path) >= (int)sizeof(buf))
		return -ENAMETOOLONG;
	for (p = buf + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(buf, 0755) && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	if (mkdir(buf, 0755) && errno != EEXIST)
		return -errno;
	return 0;
}

/* A shared /tmp: a folder that somebody else made first must not be trusted. */
static int own_tmp_folder(const char *path)
{
	struct stat st;

	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno != EEXIST || lstat(path, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != getuid())
		return -EPERM;
	return 0;
}

/* XDG: a relative XDG_CACHE_HOME is to be ignored. */
static int cache_root(char *buf, size_t n)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (xdg && xdg[0] == '/') {
		snprintf(buf, n, "%s/foliofuzz", xdg);
		return 0;
	}
	if (home && home[0] == '/') {
		snprintf(buf, n, "%s/.cache/foliofuzz", home);
		return 0;
	}
	snprintf(buf, n, "/tmp/foliofuzz-%u", (unsigned)getuid());
	return own_tmp_folder(buf);
}

int ff_cache_path(char *buf, size_t n, const char *fmt, ...)
{
	char root[2048], rel[2048], *slash;
	va_list ap;
	int ret;

	ret = cache_root(root, sizeof(root));
	if (ret) {
		ff_msg_error("the cache folder %s is not ours to use: %s; set XDG_CACHE_HOME to a folder of your own",
			     root, strerror(-ret));
		return ret;
	}
	va_start(ap, fmt);
	vsnprintf(rel, sizeof(rel), fmt, ap);
	va_end(ap);
	if (snprintf(buf, n, "%s/%s", root, rel) >= (int)n)
		return -ENAMETOOLONG;
	slash = strrchr(buf, '/');
	*slash = '\0';
	ret = ff_mkdir_p(buf);
	if (ret)
		ff_msg_error("cannot make the cache folder %s: %s; set XDG_CACHE_HOME to a folder you can write",
			     buf, strerror(-ret));
	*slash = '/';
	return ret;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

int ff_remove_tree(const char *path)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS))
		return -errno;
	return 0;
}

char *ff_read_file(const char *path, size_t *len)
{
	size_t used = 0, cap = 65536;
	char *buf = NULL, *bigger;
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	/* /proc and /sys say size 0: the size is a hint, the end of file decides. */
	if (!fstat(fd, &st) && st.st_size > 0)
		cap = st.st_size + 2;
	for (;;) {
		if (!buf || used + 1 >= cap) {
			cap = buf ? cap * 2 : cap;
			bigger = realloc(buf, cap);
			if (!bigger)
				goto fail;
			buf = bigger;
		}
		n = read(fd, buf + used, cap - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			goto fail;
		if (n == 0)
			break;
		used += n;
	}
	close(fd);
	buf[used] = '\0';
	if (len)
		*len = used;
	return buf;
fail:
	n = errno;
	free(buf);
	close(fd);
	errno = n;
	return NULL;
}

int ff_write_file(const char *path, const void *data, size_t len)
{
	char tmp[4096];
	const char *p = data;
	int fd, ret = 0;
	ssize_t n;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp%d", path, getpid()) >= (int)sizeof(tmp))
		return -ENAMETOOLONG;
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	while (len && !ret) {
		n = write(fd, p, len);
		if (n < 0 && errno != EINTR)
			ret = -errno;
		if (n > 0) {
			p += n;
			len -= n;
		}
	}
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (ret)
		unlink(tmp);
	return ret;
}

/* A folder's own entries to the disk. Some file systems have no fsync for folders. */
static void sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

int ff_put_folder(const char *from, const char *to)
{
	char parent[4096];
	int ret = 0;

	sync_dir(from);
	if (rename(from, to)) {
		if (errno != ENOTEMPTY && errno != EEXIST)
			ret = -errno;
		else if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE))
			ret = -errno;
		ff_remove_tree(from);	/* after an exchange: the old one */
	}
	snprintf(parent, sizeof(parent), "%s/..", to);
	sync_dir(parent);
	return ret;
}

int ff_cache_lock(const char *name)
{
	char path[4096];
	int fd, ret;

	ret = ff_cache_path(path, sizeof(path), "lock/%s", name);
	if (ret)
		return ret;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		ret = -errno;
		ff_msg_error("cannot open the lock file %s: %s", path, strerror(-ret));
		return ret;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno == EWOULDBLOCK)
			ff_msg_info("another foliofuzz works on %s; waiting for it", name);
		while (flock(fd, LOCK_EX)) {
			if (errno == EINTR)
				continue;
			ret = -errno;
			ff_msg_error("cannot lock %s: %s", path, strerror(-ret));
			close(fd);
			return ret;
		}
	}
	return fd;
}

void ff_cache_unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}
