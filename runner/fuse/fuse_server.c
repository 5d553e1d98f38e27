// SPDX-License-Identifier: GPL-2.0-only
#include "runner/fuse/fuse_server.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "runner/fuse/fuse_files.h"

/*
 * Threads: those that hold requests by order, those that wait for their turn
 * on a slow server, and those that the kernel keeps: the answer to a direct
 * read into a mapping waits for page locks, which are given back by answers to
 * other requests.
 */
#define THREADS		32
#define MAX_WRITE	(1u << 20)
#define MAX_PAGES	(MAX_WRITE / 4096)
#define BUFFER		(MAX_WRITE + 65536)
#define BACKGROUND	64
#define VALID_S		3600	/* nobody but the kernel changes anything */
#define STEP_NS		500000

static struct {
	int fd;
	bool writeback;
	struct ff_serve *orders;
	pthread_mutex_t turn;
	uint64_t next_ns;	/* when the next data request of a slow server may be carried out */
} server = { .turn = PTHREAD_MUTEX_INITIALIZER };

/**
 * struct request - one request while it is worked on
 * @body, @len: what follows the header
 * @out, @out_len: the answer's body; @err instead of one
 */
struct request {
	const struct fuse_in_header *head;
	const void *body;
	size_t len;
	void *out;
	size_t out_len;
	int err;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void nap_until(uint64_t end)
{
	struct timespec ts = { .tv_sec = (time_t)(end / 1000000000), .tv_nsec = (long)(end % 1000000000) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* If requests are to be held, hold this one: until told to resume, and never long. */
static void hold(_Atomic int32_t *count, _Atomic uint32_t *us)
{
	uint32_t resumed = atomic_load(&server.orders->resumed), most = atomic_load(us);
	int32_t left = atomic_load(count);
	uint64_t end, now = now_ns();

	do {
		if (left <= 0)
			return;
	} while (!atomic_compare_exchange_weak(count, &left, left - 1));
	end = now + (most < FF_SERVE_MOST_US ? most : FF_SERVE_MOST_US) * 1000ULL;
	for (; now < end && atomic_load(&server.orders->resumed) == resumed; now = now_ns())
		nap_until(now + STEP_NS < end ? now + STEP_NS : end);
}

/* A slow server: data requests one after the other, so many a second, as on a slow disk. */
static void await_turn(uint32_t opcode)
{
	uint32_t iops = atomic_load(&server.orders->iops);
	uint64_t now = now_ns(), turn;

	if (!iops || (opcode != FUSE_READ && opcode != FUSE_WRITE && opcode != FUSE_FSYNC &&
		      opcode != FUSE_FALLOCATE && opcode != FUSE_COPY_FILE_RANGE))
		return;
	pthread_mutex_lock(&server.turn);
	turn = server.next_ns > now ? server.next_ns : now;
	server.next_ns = turn + 1000000000 / iops;
	pthread_mutex_unlock(&server.turn);
	nap_until(turn);
}

/* The body as a struct of @size, or NULL when it is shorter; names are checked by name_at(). */
static const void *body_of(struct request *q, size_t size)
{
	if (q->len >= size)
		return q->body;
	q->err = -EINVAL;
	return NULL;
}

static const char *name_at(struct request *q, size_t off)
{
	const char *name = (const char *)q->body + off;

	if (q->len > off && memchr(name, '\0', q->len - off))
		return name;
	q->err = -EINVAL;
	return NULL;
}

static void do_init(struct request *q)
{
	const struct fuse_init_in *in = body_of(q, 16);	/* older kernels send no flags2 */
	uint32_t want = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_ASYNC_DIO | FUSE_MAX_PAGES |
			FUSE_PARALLEL_DIROPS | FUSE_HANDLE_KILLPRIV;
	struct fuse_init_out *out = q->out;

	if (!in)
		return;
	if (server.writeback)
		want |= FUSE_WRITEBACK_CACHE;
	*out = (struct fuse_init_out){
		.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = in->max_readahead, .flags = want & in->flags,
		.max_background = BACKGROUND, .congestion_threshold = BACKGROUND * 3 / 4,
		.max_write = MAX_WRITE, .time_gran = 1, .max_pages = MAX_PAGES,
	};
	q->out_len = sizeof(*out);
}

static void entry(struct request *q, struct fuse_entry_out *e, const struct fuse_attr *attr)
{
	*e = (struct fuse_entry_out){
		.nodeid = attr->ino, .generation = 1, .entry_valid = VALID_S, .attr_valid = VALID_S,
		.attr = *attr,
	};
	q->out_len = sizeof(*e);
}

static void do_lookup(struct request *q)
{
	const char *name = name_at(q, 0);
	struct fuse_attr attr;

	if (!name)
		return;
	q->err = ff_files_lookup(name, &attr);
	if (!q->err)
		entry(q, q->out, &attr);
}

static void opened(struct request *q, size_t at)
{
	struct fuse_open_out *out = (void *)((char *)q->out + at);

	/* the page cache stays: only the kernel itself changes files */
	*out = (struct fuse_open_out){ .open_flags = FOPEN_KEEP_CACHE };
	q->out_len = at + sizeof(*out);
}

static void do_create(struct request *q)
{
	const struct fuse_create_in *in = body_of(q, sizeof(*in));
	const char *name = in ? name_at(q, sizeof(*in)) : NULL;
	struct fuse_attr attr;

	if (!name)
		return;
	q->err = ff_files_create(name, in->mode, &attr);
	if (q->err)
		return;
	entry(q, q->out, &attr);
	opened(q, sizeof(struct fuse_entry_out));
}

static void do_unlink(struct request *q)
{
	const char *name = name_at(q, 0);

	if (name)
		q->err = ff_files_unlink(name);
}

static void answer_attr(struct request *q, const struct fuse_attr *attr)
{
	struct fuse_attr_out *out = q->out;

	*out = (struct fuse_attr_out){ .attr_valid = VALID_S, .attr = *attr };
	q->out_len = sizeof(*out);
}

static void do_getattr(struct request *q)
{
	struct fuse_attr attr;

	q->err = ff_files_attr(q->head->nodeid, &attr);
	if (!q->err)
		answer_attr(q, &attr);
}

static void do_setattr(struct request *q)
{
	const struct fuse_setattr_in *in = body_of(q, sizeof(*in));
	struct fuse_attr attr;

	if (!in)
		return;
	q->err = ff_files_set(q->head->nodeid, in, &attr);
	if (!q->err)
		answer_attr(q, &attr);
}

static void do_read(struct request *q)
{
	const struct fuse_read_in *in = body_of(q, sizeof(*in));
	int64_t n;

	if (!in)
		return;
	n = ff_files_read(q->head->nodeid, in->offset, q->out, in->size < MAX_WRITE ? in->size : MAX_WRITE);
	if (n < 0)
		q->err = (int)n;
	else
		q->out_len = (size_t)n;
}

static void answer_written(struct request *q, int64_t n)
{
	struct fuse_write_out *out = q->out;

	if (n < 0) {
		q->err = (int)n;
		return;
	}
	*out = (struct fuse_write_out){ .size = (uint32_t)n };
	q->out_len = sizeof(*out);
}

static void do_write(struct request *q)
{
	const struct fuse_write_in *in = body_of(q, sizeof(*in));

	if (!in)
		return;
	if (q->len - sizeof(*in) < in->size)
		q->err = -EINVAL;
	else
		answer_written(q, ff_files_write(q->head->nodeid, in->offset, in + 1, in->size));
}

static void do_copy(struct request *q)
{
	const struct fuse_copy_file_range_in *in = body_of(q, sizeof(*in));

	if (in)
		answer_written(q, ff_files_copy(q->head->nodeid, in->off_in, in->nodeid_out,
						in->off_out, in->len));
}

static void do_fallocate(struct request *q)
{
	const struct fuse_fallocate_in *in = body_of(q, sizeof(*in));

	if (in)
		q->err = ff_files_allocate(q->head->nodeid, in->mode, in->offset, in->length);
}

/*
 * With a writeback cache the server does not know what is data: the kernel
 * has it and says nothing. ENOSYS, and the kernel answers for itself from then
 * on: all of a file is data, which is always right.
 */
static void do_lseek(struct request *q)
{
	const struct fuse_lseek_in *in = body_of(q, sizeof(*in));
	struct fuse_lseek_out *out = q->out;
	int64_t at;

	if (!in)
		return;
	at = server.writeback ? -ENOSYS : ff_files_seek(q->head->nodeid, in->offset, in->whence);
	if (at < 0) {
		q->err = (int)at;
		return;
	}
	*out = (struct fuse_lseek_out){ .offset = (uint64_t)at };
	q->out_len = sizeof(*out);
}

static void do_statfs(struct request *q)
{
	struct fuse_statfs_out *out = q->out;

	*out = (struct fuse_statfs_out){ .st = {
		.blocks = 1 << 18, .bfree = 1 << 17, .bavail = 1 << 17, .files = 256, .ffree = 128,
		.bsize = 4096, .frsize = 4096, .namelen = FF_FILES_NAME - 1,
	} };
	q->out_len = sizeof(*out);
}

static void do_open(struct request *q)
{
	opened(q, 0);
}

/* Nothing to do and nothing to say: what was written is where it will ever be. */
static void do_nothing(struct request *q)
{
	(void)q;
}

/*
 * What is not here gets ENOSYS, which the kernel remembers or passes on: no
 * locks, no extended attributes, no poll, no directories but the one.
 */
static void (*const action[])(struct request *q) = {
	[FUSE_INIT] = do_init, [FUSE_LOOKUP] = do_lookup, [FUSE_CREATE] = do_create,
	[FUSE_UNLINK] = do_unlink, [FUSE_GETATTR] = do_getattr, [FUSE_SETATTR] = do_setattr,
	[FUSE_OPEN] = do_open, [FUSE_READ] = do_read, [FUSE_WRITE] = do_write,
	[FUSE_FALLOCATE] = do_fallocate, [FUSE_LSEEK] = do_lseek, [FUSE_COPY_FILE_RANGE] = do_copy,
	[FUSE_STATFS] = do_statfs, [FUSE_FLUSH] = do_nothing, [FUSE_FSYNC] = do_nothing,
	[FUSE_RELEASE] = do_nothing, [FUSE_FSYNCDIR] = do_nothing, [FUSE_SYNCFS] = do_nothing,
	[FUSE_DESTROY] = do_nothing,
};

#define ACTIONS (sizeof(action) / sizeof(action[0]))

static void forget(const struct fuse_in_header *h, const void *body, size_t len)
{
	const struct fuse_batch_forget_in *batch = body;
	const struct fuse_forget_one *one = (const void *)(batch + 1);
	const struct fuse_forget_in *in = body;

	if (h->opcode == FUSE_FORGET) {
		if (len >= sizeof(*in))
			ff_files_forget(h->nodeid, in->nlookup);
		return;
	}
	if (len < sizeof(*batch))
		return;
	for (uint32_t i = 0; i < batch->count && (i + 1) * sizeof(*one) <= len - sizeof(*batch); i++)
		ff_files_forget(one[i].nodeid, one[i].nlookup);
}

/* ENOENT: the request was interrupted and is gone. Nothing can be done about any other. */
static void answer(const struct request *q)
{
	struct fuse_out_header head = {
		.len = (uint32_t)(sizeof(head) + (q->err ? 0 : q->out_len)), .error = q->err,
		.unique = q->head->unique,
	};
	struct iovec iov[2] = { { &head, sizeof(head) }, { q->out, q->out_len } };

	if (writev(server.fd, iov, q->err || !q->out_len ? 1 : 2) < 0)
		return;
	atomic_fetch_add(&server.orders->requests, 1);
}

static void handle(const void *in, size_t len, void *out)
{
	const struct fuse_in_header *h = in;
	struct request q = {
		.head = h, .body = h + 1, .len = len - sizeof(*h), .out = out,
	};

	if (h->opcode == FUSE_FORGET || h->opcode == FUSE_BATCH_FORGET) {
		forget(h, q.body, q.len);
		return;
	}
	/* Nothing waits for ever here: what was interrupted is answered soon anyway. */
	if (h->opcode == FUSE_INTERRUPT)
		return;
	if (h->opcode != FUSE_INIT)
		hold(&server.orders->stall, &server.orders->stall_us);
	await_turn(h->opcode);
	if (h->opcode < ACTIONS && action[h->opcode])
		action[h->opcode](&q);
	else
		q.err = -ENOSYS;
	if (h->opcode != FUSE_INIT)
		hold(&server.orders->delay, &server.orders->delay_us);
	answer(&q);
}

static void *memory(void)
{
	void *p = mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		_exit(1);
	return p;
}

static void *work(void *unused)
{
	void *in = memory(), *out = memory();
	ssize_t n;

	(void)unused;
	for (;;) {
		n = read(server.fd, in, BUFFER);
		if (n >= (ssize_t)sizeof(struct fuse_in_header))
			handle(in, (size_t)n, out);
		else if (n < 0 && errno != EINTR && errno != EAGAIN && errno != ENOENT)
			_exit(errno == ENODEV ? 0 : 1);	/* ENODEV: unmounted, or aborted */
	}
}

void ff_fuse_server(int fd, const struct ff_target *t, struct ff_serve *orders)
{
	pthread_attr_t attr;
	pthread_t thread;

	server.fd = fd;
	server.writeback = t->cache == FF_CACHE_WRITEBACK;
	server.orders = orders;
	/* No memory of the server's waits for anything that waits for the server. */
	mlockall(MCL_FUTURE | MCL_ONFAULT);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 << 10);
	for (unsigned int i = 1; i < THREADS; i++)
		if (pthread_create(&thread, &attr, work, NULL))
			_exit(1);
	work(NULL);
	_exit(1);
}
