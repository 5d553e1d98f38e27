// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * struct ff_corpus - a store that is open for writing
 * @fd: of the file; it changes when the file is replaced
 * @lock: of FILE.lock: a file of its own, since a lock on FILE would go with a rename
 * @end: where the next record goes
 * @safe: bytes that are on the disk for sure
 * @failed: the error that ended writing, or 0
 */
struct ff_corpus {
	char *path;
	int fd, lock, failed;
	off_t end, safe;
	struct ff_scan scan;
};

__attribute__((format(printf, 3, 4)))
static int say(struct ff_why *why, int ret, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return ret;
}

static int cannot(struct ff_why *why, const char *what, const char *path, int err)
{
	if (err == ENOSPC || err == EDQUOT || err == EFBIG)
		return say(why, -err, "cannot %s %s: %s. It is as it was before; make room and do it again",
			   what, path, strerror(err));
	return say(why, -err, "cannot %s %s: %s", what, path, strerror(err));
}

static int write_all(int fd, const void *data, size_t n, off_t at)
{
	const char *from = data;
	ssize_t done;

	for (; n; n -= (size_t)done, from += done, at += done) {
		done = pwrite(fd, from, n, at);
		if (done < 0 && errno == EINTR)
			done = 0;
		else if (done <= 0)
			return done < 0 ? -errno : -ENOSPC;
	}
	return 0;
}

/* A folder's entries to the disk. Some file systems have no fsync for folders: EINVAL. */
static int sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int ret = fd < 0 || (fsync(fd) && errno != EINVAL) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	free(copy);
	return ret;
}

/* The whole file; NULL with errno set. */
static uint8_t *read_all(int fd, size_t *n)
{
	struct stat st;
	uint8_t *bytes;
	ssize_t got;

	if (fstat(fd, &st))
		return NULL;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return NULL;
	}
	bytes = malloc((size_t)st.st_size + 1);
	for (*n = 0; bytes && *n < (size_t)st.st_size; *n += (size_t)got) {
		got = pread(fd, bytes + *n, (size_t)st.st_size - *n, (off_t)*n);
		if (got < 0 && errno == EINTR)
			got = 0;
		else if (got < 0) {
			free(bytes);
			return NULL;
		} else if (!got) {
			break;
		}
	}
	return bytes;
}

static int read_fd(int fd, const char *path, struct ff_scan *out, struct ff_why *why)
{
	size_t n = 0;
	uint8_t *bytes = read_all(fd, &n);
	int ret;

	memset(out, 0, sizeof(*out));
	if (!bytes)
		return cannot(why, "read the corpus", path, errno);
	ret = ff_store_scan(bytes, n, out);
	free(bytes);
	if (ret == -EINVAL)
		return say(why, ret, "%s is no corpus of foliofuzz: neither its head nor a record was found in it; "
			   "it is left alone", path);
	if (ret == -EPROTONOSUPPORT)
		return say(why, ret, "the corpus %s was written by a newer foliofuzz: this one reads version %d",
			   path, FF_STORE_VERSION);
	return ret ? cannot(why, "read the corpus", path, -ret) : 0;
}

int ff_corpus_read(const char *path, struct ff_scan *out, struct ff_why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return cannot(why, "open the corpus", path, errno);
	ret = read_fd(fd, path, out, why);
	close(fd);
	return ret;
}

/* ---- the lock ---- */

static void who_holds(int fd, char *who, size_t n)
{
	ssize_t got = pread(fd, who, n - 1, 0);

	who[got > 0 ? got : 0] = '\0';
	who[strcspn(who, "\n")] = '\0';
	if (!*who)
		snprintf(who, n, "another process");
}

/* The file stays when the lock goes: to remove it would let two writers in. */
static int take_lock(const char *path, struct ff_why *why)
{
	char name[4096], host[64] = "?", who[200];
	int fd, n, err;

	n = snprintf(name, sizeof(name), "%s.lock", path);
	if (n >= (int)sizeof(name))
		return cannot(why, "lock the corpus", path, ENAMETOOLONG);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return cannot(why, "make the lock file", name, errno);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		err = errno;
		if (err == EWOULDBLOCK) {
			who_holds(fd, who, sizeof(who));
			say(why, -EBUSY, "the corpus %s is being written by %s: wait until that is done", path, who);
		} else {
			cannot(why, "lock", name, err);
		}
		close(fd);
		return err == EWOULDBLOCK ? -EBUSY : -err;
	}
	gethostname(host, sizeof(host) - 1);
	n = snprintf(who, sizeof(who), "process %ld (%s) on %s\n", (long)getpid(), program_invocation_short_name, host);
	/* Only for the message above: on a full disk the lock holds without it. */
	if (ftruncate(fd, 0) || pwrite(fd, who, (size_t)n, 0) < 0)
		return fd;
	return fd;
}

bool ff_corpus_holder(const char *path, char *who, size_t n)
{
	char name[4096];
	bool held;
	int fd;

	snprintf(name, sizeof(name), "%s.lock", path);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	if (held)
		who_holds(fd, who, n);
	close(fd);
	return held;
}

/* ---- whole files ---- */

/* Beside it, synced, then given its name; with @fresh only when nothing has that name. */
static int put_file(const char *path, const void *bytes, size_t n, bool fresh, struct ff_why *why)
{
	char tmp[4096];
	int fd, ret;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= (int)sizeof(tmp))
		return cannot(why, "write the corpus", path, ENAMETOOLONG);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return cannot(why, "write", tmp, errno);
	ret = write_all(fd, bytes, n, 0);
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && (fresh ? link(tmp, path) : rename(tmp, path)))
		ret = -errno;
	if (ret || fresh)
		unlink(tmp);
	if (!ret)
		ret = sync_folder(path);
	return ret ? cannot(why, "write the corpus", path, -ret) : 0;
}

static int put_set(const char *path, const struct ff_set *set, bool fresh, struct ff_why *why)
{
	size_t n = 0;
	uint8_t *bytes = ff_store_bytes(set, &n);
	int ret;

	if (!bytes)
		return cannot(why, "pack the corpus", path, errno);
	ret = put_file(path, bytes, n, fresh, why);
	free(bytes);
	return ret;
}

int ff_corpus_write(const char *path, const struct ff_set *set, struct ff_why *why)
{
	int lock = take_lock(path, why), ret;

	if (lock < 0)
		return lock;
	ret = access(path, F_OK) ? put_set(path, set, true, why) : -EEXIST;
	if (ret == -EEXIST)
		say(why, ret, "%s is there already: it is left alone; give another name", path);
	close(lock);
	return ret;
}

/* ---- writing ---- */

/* A cut off append was never acknowledged; its bytes are kept all the same. */
static int move_torn(struct ff_corpus *c, struct ff_why *why)
{
	size_t n = c->scan.torn;
	char name[4096];
	char *bytes;
	int fd, ret;

	if (snprintf(name, sizeof(name), "%s.torn", c->path) >= (int)sizeof(name))
		return cannot(why, "write", c->path, ENAMETOOLONG);
	bytes = malloc(n);
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	ret = !bytes || fd < 0 ? -errno : 0;
	if (!ret && pread(c->fd, bytes, n, c->end - (off_t)n) != (ssize_t)n)
		ret = -EIO;
	if (!ret)
		ret = write_all(fd, bytes, n, 0);	/* O_APPEND: the offset does not matter */
	if (!ret && fsync(fd))
		ret = -errno;
	if (!ret)
		ret = sync_folder(name);
	if (!ret && (ftruncate(c->fd, c->end - (off_t)n) || fsync(c->fd)))
		ret = -errno;
	if (fd >= 0)
		close(fd);
	free(bytes);
	if (ret)
		return cannot(why, "move the unfinished end of the corpus to", name, -ret);
	c->end -= (off_t)n;
	return 0;
}

static int open_file(struct ff_corpus *c, struct ff_why *why)
{
	struct ff_set none = { 0 };
	struct stat st;
	int ret;

	if (access(c->path, F_OK) && errno == ENOENT) {
		ret = put_set(c->path, &none, true, why);
		if (ret)
			return ret;
	}
	c->fd = open(c->path, O_RDWR | O_CLOEXEC);
	if (c->fd < 0)
		return cannot(why, "open the corpus", c->path, errno);
	ret = read_fd(c->fd, c->path, &c->scan, why);
	if (ret)
		return ret;
	if (fstat(c->fd, &st))
		return cannot(why, "open the corpus", c->path, errno);
	c->end = st.st_size;
	if (c->scan.torn)
		ret = move_torn(c, why);
	c->safe = c->end;
	return ret;
}

int ff_corpus_open(struct ff_corpus **out, const char *path, struct ff_why *why)
{
	struct ff_corpus *c = calloc(1, sizeof(*c));
	uint8_t head[FF_STORE_HEAD];
	int ret;

	*out = NULL;
	if (!c || !(c->path = strdup(path))) {
		free(c);
		return cannot(why, "open the corpus", path, ENOMEM);
	}
	c->fd = -1;
	c->lock = take_lock(path, why);
	ret = c->lock < 0 ? c->lock : open_file(c, why);
	/* Even the head was cut off, or never written. */
	ff_store_head(head);
	if (!ret && !c->end) {
		ret = write_all(c->fd, head, sizeof(head), 0);
		if (!ret && fsync(c->fd))
			ret = -errno;
		if (ret)
			cannot(why, "begin the corpus", path, -ret);
		c->end = c->safe = sizeof(head);
	}
	if (ret) {
		c->safe = c->end;
		ff_corpus_close(c);
		return ret;
	}
	*out = c;
	return 0;
}

void ff_corpus_close(struct ff_corpus *c)
{
	if (!c)
		return;
	if (c->fd >= 0 && c->end != c->safe && ftruncate(c->fd, c->safe))
		c->failed = errno;	/* the next writer finds it torn */
	if (c->fd >= 0)
		close(c->fd);
	if (c->lock >= 0)
		close(c->lock);
	ff_scan_free(&c->scan);
	free(c->path);
	free(c);
}

const struct ff_scan *ff_corpus_content(const struct ff_corpus *c)
{
	return &c->scan;
}

/* Back to the last commit; from now on nothing can be added. */
static int fail(struct ff_corpus *c, const char *what, int ret, struct ff_why *why)
{
	c->failed = -ret;
	if (!ftruncate(c->fd, c->safe))
		c->end = c->safe;
	return cannot(why, what, c->path, -ret);
}

int ff_corpus_add(struct ff_corpus *c, const char *text, const char *attrs, struct ff_id *id,
		  bool *news, struct ff_why *why)
{
	struct ff_entry *e;
	uint8_t *record;
	bool is_new;
	size_t n;
	int ret;

	if (c->failed)
		return cannot(why, "add to the corpus", c->path, c->failed);
	e = ff_set_put(&c->scan.set, text, attrs, &is_new);
	if (!e)
		return fail(c, "add to the corpus", -ENOMEM, why);
	if (id)
		*id = e->id;
	if (news)
		*news = is_new;
	if (!is_new)
		return 0;
	record = ff_record_make(e, &n);
	if (!record)
		return fail(c, "add to the corpus", -errno, why);
	ret = write_all(c->fd, record, n, c->end);
	free(record);
	if (ret)
		return fail(c, "add to the corpus", ret, why);
	c->end += (off_t)n;
	c->scan.records++;
	return 0;
}

int ff_corpus_commit(struct ff_corpus *c, struct ff_why *why)
{
	if (c->failed)
		return cannot(why, "add to the corpus", c->path, c->failed);
	if (c->end != c->safe && fsync(c->fd))
		return fail(c, "sync the corpus", -errno, why);
	c->safe = c->end;
	return 0;
}

int ff_corpus_replace(struct ff_corpus *c, const struct ff_set *set, struct ff_why *why)
{
	struct stat st;
	int ret, fd;

	if (c->scan.nlost)
		return say(why, -EUCLEAN, "%llu bytes of the corpus %s cannot be read, and would be lost: "
			   "first repair it: foliofuzz corpus repair %s",
			   (unsigned long long)c->scan.lost_bytes, c->path, c->path);
	ret = put_set(c->path, set, false, why);
	if (ret)
		return ret;
	fd = open(c->path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		ret = cannot(why, "open the corpus", c->path, errno);
		c->failed = -ret;
		if (fd >= 0)
			close(fd);
		return ret;
	}
	close(c->fd);
	c->fd = fd;
	c->end = c->safe = st.st_size;
	return 0;
}
