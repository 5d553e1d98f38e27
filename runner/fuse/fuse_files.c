// SPDX-License-Identifier: GPL-2.0-only
#include "runner/fuse/fuse_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NODES		256
#define CAPACITY	(64ULL << 20)	/* of a file: address space, memory only where written */
#define BLOCK		4096u
#define BLOCKS		(CAPACITY / BLOCK)

/*
 * One file. An id is never used again, so a late answer about a file that is
 * gone cannot be taken for one about its follower.
 */
struct node {
	uint64_t id, lookups, size;
	uint32_t mode;
	char name[FF_FILES_NAME];	/* "" once unlinked */
	unsigned char *data;
	struct timespec changed;
	uint8_t written[BLOCKS];	/* blocks that are data to SEEK_DATA */
};

/* One lock for all: a request holds it for a copy of memory, never while it waits. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct node nodes[NODES];
static uint64_t last_id = FUSE_ROOT_ID;

static struct node *by_id(uint64_t id)
{
	for (unsigned int i = 0; i < NODES; i++)
		if (nodes[i].id == id && id)
			return &nodes[i];
	return NULL;
}

static struct node *by_name(const char *name)
{
	for (unsigned int i = 0; i < NODES; i++)
		if (nodes[i].id && !strcmp(nodes[i].name, name))
			return &nodes[i];
	return NULL;
}

static uint64_t blocks_of(const struct node *n)
{
	uint64_t sum = 0;

	for (uint64_t b = 0; b * BLOCK < n->size; b++)
		sum += n->written[b];
	return sum;
}

static void attr_of(const struct node *n, struct fuse_attr *a)
{
	*a = (struct fuse_attr){
		.ino = n->id, .size = n->size, .blocks = blocks_of(n) * (BLOCK / 512),
		.mode = S_IFREG | (n->mode & 07777), .nlink = n->name[0] != '\0', .blksize = BLOCK,
		.atime = (uint64_t)n->changed.tv_sec, .atimensec = (uint32_t)n->changed.tv_nsec,
	};
	a->mtime = a->ctime = a->atime;
	a->mtimensec = a->ctimensec = a->atimensec;
}

static void touch(struct node *n)
{
	clock_gettime(CLOCK_REALTIME, &n->changed);
}

int ff_files_lookup(const char *name, struct fuse_attr *attr)
{
	struct node *n;

	pthread_mutex_lock(&lock);
	n = *name ? by_name(name) : NULL;
	if (n) {
		n->lookups++;
		attr_of(n, attr);
	}
	pthread_mutex_unlock(&lock);
	return n ? 0 : -ENOENT;
}

static int make(const char *name, uint32_t mode, struct node **made)
{
	struct node *n = NULL;
	void *data;

	for (unsigned int i = 0; i < NODES && !n; i++)
		if (!nodes[i].id)
			n = &nodes[i];
	if (!n)
		return -ENOSPC;
	data = mmap(NULL, CAPACITY, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (data == MAP_FAILED)
		return -ENOMEM;
	memset(n, 0, sizeof(*n));
	n->id = ++last_id;
	n->mode = mode;
	n->data = data;
	strcpy(n->name, name);
	touch(n);
	*made = n;
	return 0;
}

int ff_files_create(const char *name, uint32_t mode, struct fuse_attr *attr)
{
	struct node *n;
	int ret = 0;

	if (!*name || strlen(name) >= FF_FILES_NAME)
		return *name ? -ENAMETOOLONG : -EINVAL;
	pthread_mutex_lock(&lock);
	n = by_name(name);
	if (!n)
		ret = make(name, mode, &n);
	if (!ret) {
		n->lookups++;
		attr_of(n, attr);
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

static void free_unused(struct node *n)
{
	if (n->lookups || n->name[0])
		return;
	munmap(n->data, CAPACITY);
	n->id = 0;
}

int ff_files_unlink(const char *name)
{
	struct node *n;

	pthread_mutex_lock(&lock);
	n = *name ? by_name(name) : NULL;
	if (n) {
		n->name[0] = '\0';
		free_unused(n);
	}
	pthread_mutex_unlock(&lock);
	return n ? 0 : -ENOENT;
}

void ff_files_forget(uint64_t id, uint64_t count)
{
	struct node *n;

	pthread_mutex_lock(&lock);
	n = by_id(id);
	if (n) {
		n->lookups -= count < n->lookups ? count : n->lookups;
		free_unused(n);
	}
	pthread_mutex_unlock(&lock);
}

int ff_files_attr(uint64_t id, struct fuse_attr *attr)
{
	struct node *n;

	if (id == FUSE_ROOT_ID) {
		*attr = (struct fuse_attr){ .ino = id, .mode = S_IFDIR | 0755, .nlink = 2, .blksize = BLOCK };
		return 0;
	}
	pthread_mutex_lock(&lock);
	n = by_id(id);
	if (n)
		attr_of(n, attr);
	pthread_mutex_unlock(&lock);
	return n ? 0 : -ESTALE;
}

/* Zeros, and holes where whole blocks are. */
static void clear(struct node *n, uint64_t off, uint64_t end)
{
	uint64_t b;

	if (end > CAPACITY)
		end = CAPACITY;
	for (b = off / BLOCK; b * BLOCK < end; b++) {
		uint64_t from = b * BLOCK > off ? b * BLOCK : off;
		uint64_t to = (b + 1) * BLOCK < end ? (b + 1) * BLOCK : end;

		if (!n->written[b])
			continue;	/* zeros already, and maybe no memory yet */
		memset(n->data + from, 0, to - from);
		if (to - from == BLOCK)
			n->written[b] = 0;
	}
}

int ff_files_set(uint64_t id, const struct fuse_setattr_in *in, struct fuse_attr *attr)
{
	struct node *n;
	int ret = 0;

	if (id == FUSE_ROOT_ID)
		return ff_files_attr(id, attr);
	pthread_mutex_lock(&lock);
	n = by_id(id);
	if (!n)
		ret = -ESTALE;
	else if ((in->valid & FATTR_SIZE) && in->size > CAPACITY)
		ret = -EFBIG;
	if (!ret) {
		if (in->valid & FATTR_SIZE) {
			/* whole blocks behind the new end, so that they are holes again */
			clear(n, in->size, CAPACITY);
			n->size = in->size;
		}
		if (in->valid & FATTR_MODE)
			n->mode = in->mode;
		touch(n);
		attr_of(n, attr);
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

int64_t ff_files_read(uint64_t id, uint64_t off, void *out, size_t len)
{
	struct node *n;

	pthread_mutex_lock(&lock);
	n = by_id(id);
	if (n && off < n->size)
		len = len < n->size - off ? len : n->size - off;
	else
		len = 0;
	if (len)
		memcpy(out, n->data + off, len);
	pthread_mutex_unlock(&lock);
	return n ? (int64_t)len : -ESTALE;
}

static void grow(struct node *n, uint64_t end)
{
	if (end > n->size)
		n->size = end;
	touch(n);
}

static void store(struct node *n, uint64_t off, const void *data, size_t len)
{
	memmove(n->data + off, data, len);
	memset(n->written + off / BLOCK, 1, (off + len - 1) / BLOCK - off / BLOCK + 1);
	grow(n, off + len);
}

static bool too_long(uint64_t off, uint64_t len)
{
	return len > CAPACITY || off > CAPACITY - len;
}

int64_t ff_files_write(uint64_t id, uint64_t off, const void *data, size_t len)
{
	struct node *n;

	if (too_long(off, len))
		return -ENOSPC;
	pthread_mutex_lock(&lock);
	n = by_id(id);
	if (n && len)
		store(n, off, data, len);
	pthread_mutex_unlock(&lock);
	return n ? (int64_t)len : -ESTALE;
}

int ff_files_allocate(uint64_t id, uint32_t mode, uint64_t off, uint64_t len)
{
	struct node *n;

	if (mode & ~(uint32_t)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	if (too_long(off, len))
		return -ENOSPC;
	pthread_mutex_lock(&lock);
	n = by_id(id);
	if (n) {
		if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
			clear(n, off, off + len);
		grow(n, mode & FALLOC_FL_KEEP_SIZE ? 0 : off + len);
	}
	pthread_mutex_unlock(&lock);
	return n ? 0 : -ESTALE;
}

static int64_t seek(const struct node *n, uint64_t off, bool hole)
{
	if (off >= n->size)
		return -ENXIO;
	while (off < n->size && !n->written[off / BLOCK] != hole)
		off = (off / BLOCK + 1) * BLOCK;
	if (off >= n->size)
		return hole ? (int64_t)n->size : -ENXIO;
	return (int64_t)off;
}

int64_t ff_files_seek(uint64_t id, uint64_t off, uint32_t whence)
{
	struct node *n;
	int64_t at = -ESTALE;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return -EINVAL;
	pthread_mutex_lock(&lock);
	n = by_id(id);
	if (n)
		at = seek(n, off, whence == SEEK_HOLE);
	pthread_mutex_unlock(&lock);
	return at;
}

int64_t ff_files_copy(uint64_t from, uint64_t from_off, uint64_t to, uint64_t to_off, uint64_t len)
{
	struct node *in, *out;
	int64_t done = -ESTALE;

	if (too_long(to_off, len))
		return -ENOSPC;
	pthread_mutex_lock(&lock);
	in = by_id(from);
	out = by_id(to);
	if (in && out) {
		if (from_off >= in->size)
			len = 0;
		else if (len > in->size - from_off)
			len = in->size - from_off;
		if (len)
			store(out, to_off, in->data + from_off, len);
		done = (int64_t)len;
	}
	pthread_mutex_unlock(&lock);
	return done;
}
