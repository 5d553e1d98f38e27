// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/vm/cpio.h"

static void put(struct ff_cpio *c, const void *data, size_t len)
{
	if (!c->err && len && fwrite(data, 1, len, c->f) != len)
		c->err = errno ? -errno : -EIO;
}

static void pad(struct ff_cpio *c, size_t len)
{
	put(c, "\0\0\0", -len & 3);
}

static void entry(struct ff_cpio *c, const char *name, unsigned mode, unsigned nlink,
		  unsigned major, unsigned minor, const void *data, size_t len)
{
	size_t nlen = strlen(name) + 1;
	char head[111];

	if (!c->err && len > UINT32_MAX)
		c->err = -EFBIG;
	/* magic ino mode uid gid nlink mtime size devmaj devmin rdevmaj rdevmin namesize check */
	snprintf(head, sizeof(head), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 ++c->ino, mode, 0, 0, nlink, 0, (unsigned)len, 0, 0, major, minor,
		 (unsigned)nlen, 0);
	put(c, head, 110);
	put(c, name, nlen);
	pad(c, 110 + nlen);
	put(c, data, len);
	pad(c, len);
}

void ff_cpio_dir(struct ff_cpio *c, const char *name, unsigned mode)
{
	entry(c, name, S_IFDIR | mode, 2, 0, 0, NULL, 0);
}

void ff_cpio_file(struct ff_cpio *c, const char *name, unsigned mode,
		  const void *data, size_t len)
{
	entry(c, name, S_IFREG | mode, 1, 0, 0, data, len);
}

void ff_cpio_chardev(struct ff_cpio *c, const char *name, unsigned mode,
		     unsigned major, unsigned minor)
{
	entry(c, name, S_IFCHR | mode, 1, major, minor, NULL, 0);
}

int ff_cpio_end(struct ff_cpio *c)
{
	entry(c, "TRAILER!!!", 0, 1, 0, 0, NULL, 0);
	if (!c->err && fflush(c->f))
		c->err = -errno;
	return c->err;
}
