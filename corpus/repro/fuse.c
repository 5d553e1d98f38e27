//: SPDX-License-Identifier: GPL-2.0-only
/* A FUSE server inside a reproducer (corpus/repro_blocks.c tells how this file is read). */

//: fuse needs place
/*
 * A FUSE server: files "f0" to "f7" in memory, in one folder. The kernel may write
 * many pages at once (FUSE_BIG_WRITES); nothing is cached here.
 */
#define FILES		8
#define FILE_MAX	(16ul * M)
#define FIRST_NODE	2

static struct fuse_file {
	int exists;
	size_t size;
	char *data;
} files[FILES];
static pthread_mutex_t files_lock = PTHREAD_MUTEX_INITIALIZER;
static int fuse_fd, fuse_pid;

/* What the program tells the server: hold so many requests, so long. */
static struct serve {
	atomic_int stall, stall_us, delay, delay_us, resumed;
} *serve_orders;

static void hold(atomic_int *count, int us)
{
	int left = atomic_load(count), resumed = atomic_load(&serve_orders->resumed);

	while (left > 0 && !atomic_compare_exchange_weak(count, &left, left - 1))
		;
	for (; left > 0 && us > 0 && atomic_load(&serve_orders->resumed) == resumed; us -= 500)
		usleep(500);
}

static void fill_attr(struct fuse_attr *a, unsigned long node)
{
	memset(a, 0, sizeof(*a));
	a->ino = node;
	a->mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0600;
	a->nlink = 1;
	a->blksize = 4096;
	if (node != FUSE_ROOT_ID)
		a->size = files[node - FIRST_NODE].size;
	a->blocks = a->size / 512;
}

static int set_size(struct fuse_file *f, size_t size)
{
	if (size > FILE_MAX)
		return -EFBIG;
	if (size < f->size)
		memset(f->data + size, 0, f->size - size);
	f->size = size;
	return 0;
}

static int entry(const char *name, int make, struct fuse_entry_out *out)
{
	unsigned int i = (unsigned int)(name[0] == 'f' && name[1] && !name[2] ? name[1] - '0' : FILES);

	if (i >= FILES || (!make && !files[i].exists))
		return -ENOENT;
	files[i].exists = 1;
	memset(out, 0, sizeof(*out));
	out->nodeid = i + FIRST_NODE;
	out->entry_valid = out->attr_valid = 3600;
	fill_attr(&out->attr, out->nodeid);
	return sizeof(*out);
}

/* Carry out one request; the length of the answer, or -errno. */
static int answer(const struct fuse_in_header *h, char *out)
{
	const void *in = h + 1;
	const struct fuse_setattr_in *set = in;
	const struct fuse_read_in *rd = in;
	const struct fuse_write_in *wr = in;
	const struct fuse_fallocate_in *fa = in;
	struct fuse_file *f = h->nodeid >= FIRST_NODE ? &files[h->nodeid - FIRST_NODE] : NULL;
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = 31, .max_readahead = 128 * K,
		.flags = FUSE_FLAGS, .max_write = 1 * M, .max_pages = 256, .time_gran = 1,
	};
	struct fuse_attr_out attr = { .attr_valid = 3600 };
	struct fuse_write_out written = { 0 };
	size_t len;
	int n;

	switch (h->opcode) {
	case FUSE_INIT:
		init.flags &= ((const struct fuse_init_in *)in)->flags;
		memcpy(out, &init, sizeof(init));
		return sizeof(init);
	case FUSE_LOOKUP:
		return entry(in, 0, (void *)out);
	case FUSE_CREATE:
		n = entry((const char *)in + sizeof(struct fuse_create_in), 1, (void *)out);
		memset(out + sizeof(struct fuse_entry_out), 0, sizeof(struct fuse_open_out));
		((struct fuse_open_out *)(out + sizeof(struct fuse_entry_out)))->open_flags = FOPEN_KEEP_CACHE;
		return n < 0 ? n : n + (int)sizeof(struct fuse_open_out);
	case FUSE_UNLINK:
		n = entry(in, 0, (void *)out);
		if (n < 0)
			return n;
		f = &files[((struct fuse_entry_out *)out)->nodeid - FIRST_NODE];
		set_size(f, 0);
		f->exists = 0;
		return 0;
	case FUSE_SETATTR:
		if (f && (set->valid & FATTR_SIZE) && (n = set_size(f, set->size)))
			return n;
		/* fall through */
	case FUSE_GETATTR:
		fill_attr(&attr.attr, h->nodeid);
		memcpy(out, &attr, sizeof(attr));
		return sizeof(attr);
	case FUSE_OPEN:
		memset(out, 0, sizeof(struct fuse_open_out));
		((struct fuse_open_out *)out)->open_flags = FOPEN_KEEP_CACHE;
		return sizeof(struct fuse_open_out);
	case FUSE_READ:
		len = rd->offset >= f->size ? 0 : f->size - rd->offset;
		len = len < rd->size ? len : rd->size;
		memcpy(out, f->data + rd->offset, len);
		return (int)len;
	case FUSE_WRITE:
		if (wr->offset + wr->size > FILE_MAX)
			return -EFBIG;
		memcpy(f->data + wr->offset, wr + 1, wr->size);
		if (wr->offset + wr->size > f->size)
			f->size = wr->offset + wr->size;
		written.size = wr->size;
		memcpy(out, &written, sizeof(written));
		return sizeof(written);
	case FUSE_FALLOCATE:
		if (fa->offset + fa->length > FILE_MAX || fa->mode & ~19u)
			return -EOPNOTSUPP;
		if (fa->mode & ~1u && fa->offset < f->size)
			memset(f->data + fa->offset, 0, fa->length < f->size - fa->offset ? fa->length : f->size - fa->offset);
		return fa->mode & 1 || fa->offset + fa->length < f->size ? 0 : set_size(f, fa->offset + fa->length);
	case FUSE_FLUSH: case FUSE_FSYNC: case FUSE_RELEASE: case FUSE_DESTROY:
		return 0;
	}
	return -ENOSYS;
}

static void *serve(void *unused)
{
	char *in = mmap(NULL, 2 * M, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *out = mmap(NULL, 2 * M, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct fuse_in_header *h = (void *)in;
	struct fuse_out_header head;
	int n;

	for (;;) {
		n = (int)read(fuse_fd, in, 2 * M);
		if (n < 0 && errno == ENODEV)
			_exit(0);
		if (n < (int)sizeof(*h) || h->opcode == FUSE_FORGET || h->opcode == FUSE_BATCH_FORGET ||
		    h->opcode == FUSE_INTERRUPT)
			continue;
		hold(&serve_orders->stall, atomic_load(&serve_orders->stall_us));
		pthread_mutex_lock(&files_lock);
		if (FUSE_SLOW && (h->opcode == FUSE_READ || h->opcode == FUSE_WRITE))
			usleep(1000000 / (FUSE_SLOW ? FUSE_SLOW : 1));
		n = answer(h, out);
		pthread_mutex_unlock(&files_lock);
		hold(&serve_orders->delay, atomic_load(&serve_orders->delay_us));
		head = (struct fuse_out_header){ sizeof(head) + (n > 0 ? (unsigned int)n : 0), n < 0 ? n : 0, h->unique };
		if (writev(fuse_fd, (struct iovec[]){ { &head, sizeof(head) }, { out, (size_t)n } }, n > 0 ? 2 : 1) < 0 &&
		    verbose)
			printf("FUSE answer: %s\n", strerror(errno));
	}
	return unused;
}

static void mount_fuse(void)
{
	char options[80];
	pthread_t thread;
	int i;

	private_folder();
	serve_orders = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fuse_fd = open("/dev/fuse", O_RDWR);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse_fd);
	if (fuse_fd < 0 || mount("repro", dir, "fuse", 0, options))
		no_target("a FUSE mount");
	mounted = 1;
	fuse_pid = fork();
	if (!fuse_pid) {
		for (i = 0; i < FILES; i++)
			files[i].data = mmap(NULL, FILE_MAX, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		for (i = 0; i < 7; i++)
			pthread_create(&thread, NULL, serve, NULL);
		serve(NULL);
	}
	close(fuse_fd);
	if (chdir(dir))
		no_target("the FUSE server");
}

//: order_stall needs fuse
static void order_stall(int requests, int us)
{
	atomic_store(&serve_orders->stall_us, us);
	atomic_store(&serve_orders->stall, requests);
}

//: order_delay needs fuse
static void order_delay(int requests, int us)
{
	atomic_store(&serve_orders->delay_us, us);
	atomic_store(&serve_orders->delay, requests);
}

//: order_resume needs fuse
static void order_resume(void)
{
	atomic_store(&serve_orders->stall, 0);
	atomic_store(&serve_orders->delay, 0);
	atomic_fetch_add(&serve_orders->resumed, 1);
}

