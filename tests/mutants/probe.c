// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of a guest that shows what one mutant does, and that without the
 * mutant it is not seen: no fuzzer, just the shortest way to each symptom.
 *
 * Kernel command line: probe=ID[,ID]. Devices: vda is slow (20 IOPS), vdb is
 * swap (100 IOPS). It prints one line a probe, "probe ID: SYMPTOM ..." or
 * "probe ID: clean ...", and powers off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/swap.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

#define PAGE 4096UL
#define HUGE (2UL << 20)

static void die(const char *what)
{
	printf("probe: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void verdict(const char *id, bool symptom, const char *fmt, ...)
{
	va_list ap;

	printf("probe %s: %s ", id, symptom ? "SYMPTOM" : "clean");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static long vmstat(const char *name)
{
	char line[128];
	long value = 0;
	FILE *f = fopen("/proc/vmstat", "r");
	size_t n = strlen(name);

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, n) && line[n] == ' ')
			value = atol(line + n);
	if (f)
		fclose(f);
	return value;
}

static long number_in(const char *path)
{
	long value = -1;
	FILE *f = fopen(path, "r");

	if (f && fscanf(f, "%ld", &value) != 1)
		value = -1;
	if (f)
		fclose(f);
	return value;
}

static void show(const char *path)
{
	char line[512];
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strstr(line, " off 0"))
			printf("  %s", line);
	if (f)
		fclose(f);
	fflush(stdout);
}

static void tmpfs(const char *options)
{
	umount2("/t", MNT_DETACH);
	if (mount("tmpfs", "/t", "tmpfs", 0, options))
		die("mount tmpfs");
}

/* A 2 MiB file of @pages pages of @byte, and a 2 MiB-aligned shared mapping. */
static int file(const char *path, unsigned char byte, size_t pages)
{
	static unsigned char buf[HUGE];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	memset(buf, byte, sizeof(buf));
	if (fd < 0 || pwrite(fd, buf, pages * PAGE, 0) != (ssize_t)(pages * PAGE))
		die(path);
	return fd;
}

static unsigned char *map(int fd)
{
	unsigned char *p = mmap(NULL, 2 * HUGE, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p = (unsigned char *)(((uintptr_t)p + HUGE - 1) & ~(HUGE - 1));
	p = mmap(p, HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static volatile bool stop;

static pthread_t thread(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	if (pthread_create(&t, NULL, fn, arg))
		die("pthread_create");
	return t;
}

/* a: SEEK_HOLE and mincore beside MADV_COLLAPSE of a file without holes. */
static int a_fd;
static unsigned char *a_map;
static long a_seeks, a_holes, a_mincores, a_absent;

static void *a_look(void *arg)
{
	static unsigned char vec[HUGE / PAGE];

	(void)arg;
	while (!stop) {
		a_seeks++;
		if (lseek(a_fd, 0, SEEK_HOLE) != (off_t)HUGE)
			a_holes++;
		if (mincore(a_map, HUGE, vec))
			continue;
		a_mincores++;
		if (memchr(vec, 0, sizeof(vec)))
			a_absent++;
	}
	return NULL;
}

static void probe_a(void)
{
	int i, collapsed = 0;

	tmpfs("size=64M,huge=never");
	for (i = 0; i < 20; i++) {
		pthread_t t;

		a_fd = file("/t/a", 'a', HUGE / PAGE);
		a_map = map(a_fd);
		/* Without a page table here the collapse succeeds and madvise fails. */
		(void)*(volatile unsigned char *)a_map;
		stop = false;
		t = thread(a_look, NULL);
		usleep(20000);
		collapsed += !madvise(a_map, HUGE, MADV_COLLAPSE);
		usleep(20000);
		stop = true;
		pthread_join(t, NULL);
		for (size_t j = 0; j < HUGE; j += 511)
			if (a_map[j] != 'a')
				printf("probe a: wrong data at %zu\n", j), j = HUGE;
		munmap(a_map, HUGE);
		close(a_fd);
	}
	verdict("a", a_holes || a_absent,
		"%d of 20 collapses; %ld holes in %ld seeks; %ld of %ld mincores wrong",
		collapsed, a_holes, a_seeks, a_absent, a_mincores);
}

/* b: a store to the page while a direct read into its head is in flight. */
static unsigned char *b_page;
static int b_fd;
static ssize_t b_got;

static void *b_read(void *arg)
{
	b_got = pread(b_fd, b_page, 512, 0);
	return arg;
}

static bool swap_is_on;

static void swap_on(void)
{
	static char head[PAGE];
	uint32_t *info = (uint32_t *)(head + 1024);
	int fd;

	if (swap_is_on)
		return;
	swap_is_on = true;
	fd = open("/dev/vdb", O_RDWR);
	info[0] = 1;
	info[1] = (64UL << 20) / PAGE - 1;
	memcpy(head + PAGE - 10, "SWAPSPACE2", 10);
	if (fd < 0 || write(fd, head, PAGE) != (ssize_t)PAGE || fsync(fd))
		die("/dev/vdb");
	close(fd);
	if (swapon("/dev/vdb", 0))
		die("swapon");
	put("/proc/sys/vm/page-cluster", "0");
}

static void probe_b(void)
{
	int i, lost = 0, done = 0, fd = open("/dev/vda", O_RDWR);
	static char block[PAGE];

	swap_on();
	memset(block, 'D', sizeof(block));
	if (pwrite(fd, block, PAGE, 0) != (ssize_t)PAGE || fsync(fd))
		die("/dev/vda");
	close(fd);
	b_fd = open("/dev/vda", O_RDONLY | O_DIRECT);
	for (i = 0; i < 20; i++) {
		pthread_t t;

		b_page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memset(b_page, 'o', PAGE);
		t = thread(b_read, NULL);
		usleep(8000);
		madvise(b_page, PAGE, MADV_PAGEOUT);
		*(volatile unsigned char *)(b_page + PAGE - 1) = 's';
		pthread_join(t, NULL);
		done += b_got == 512;
		lost += b_got == 512 && b_page[0] == 'o';
		munmap(b_page, PAGE);
	}
	close(b_fd);
	verdict("b", lost, "%d direct reads of 512 returned 512; %d lost", done, lost);
}

/* c1, c2: punch a page while it is read in from swap. */
static int c_fd;
static long c_enoent, c_other;
static off_t c_at;

static void *c_read(void *arg)
{
	char c;
	ssize_t n = pread(c_fd, &c, 1, c_at);

	if (n < 0 && (errno == ENOENT || errno == EEXIST))
		c_enoent++;
	else if (n != 1)
		c_other++;
	return arg;
}

#define C_PAGES 48

static void swap_out_file(void)
{
	unsigned char *p;
	int i;

	p = mmap(NULL, C_PAGES * PAGE, PROT_READ, MAP_SHARED, c_fd, 0);
	for (i = 0; i < C_PAGES; i++)
		(void)*(volatile unsigned char *)(p + i * PAGE);
	madvise(p, C_PAGES * PAGE, MADV_PAGEOUT);
	munmap(p, C_PAGES * PAGE);
	sleep(2);
	for (i = 0; i < 3; i++)
		put("/sys/fs/cgroup/probe/memory.reclaim", "8M");
	usleep(500000);
}

static void punch_during_swapin(void)
{
	int i;

	tmpfs("size=64M,huge=never");
	swap_on();
	c_fd = file("/t/c", 'c', C_PAGES);
	swap_out_file();
	for (i = 0; i < C_PAGES; i++) {
		pthread_t t;

		c_at = i * PAGE;
		t = thread(c_read, NULL);
		usleep(4000);
		fallocate(c_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  c_at, PAGE);
		pthread_join(t, NULL);
	}
	printf("  swapped in %ld, out %ld pages\n", vmstat("pswpin"),
	       vmstat("pswpout"));
}

static void probe_c1(void)
{
	punch_during_swapin();
	close(c_fd);
	verdict("c1", c_enoent || c_other, "%d reads beside a punch; %ld ENOENT, %ld other failures",
		C_PAGES, c_enoent, c_other);
}

static void probe_c2(void)
{
	double t0 = now();
	int status = -1;
	pid_t pid;

	punch_during_swapin();
	close(c_fd);
	unlink("/t/c");
	umount2("/t", 0);
	pid = fork();
	if (!pid)
		_exit(swapoff("/dev/vdb") ? 1 : 0);
	for (t0 = now(); now() < t0 + 8 && waitpid(pid, &status, WNOHANG) != pid;)
		usleep(20000);
	show("/proc/swaps");
	swap_is_on = status != 0;
	verdict("c2", status != 0, "swapoff after everything is gone: %s (%.1f s)",
		status ? "does not end" : "done", now() - t0);
	if (status) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
}

/* d: a write to a FUSE file from a mapping of it, one page behind. */
#define D_SIZE (64 * PAGE)
static unsigned char d_data[D_SIZE];

static void d_attr(struct fuse_attr *a, uint64_t node)
{
	memset(a, 0, sizeof(*a));
	a->ino = node;
	a->mode = node == 1 ? S_IFDIR | 0755 : S_IFREG | 0644;
	a->size = node == 1 ? 0 : D_SIZE;
	a->nlink = 1;
	a->blksize = PAGE;
}

static void d_reply(int dev, uint64_t unique, int error, void *body, size_t n)
{
	struct fuse_out_header h = {
		.len = sizeof(h) + n, .error = error, .unique = unique,
	};
	struct iovec v[2] = { { &h, sizeof(h) }, { body, n } };

	if (writev(dev, v, 2) < 0)
		printf("  fuse server: reply: %s\n", strerror(errno));
}

static void d_serve(int dev)
{
	static unsigned char req[(1 << 20) + PAGE];
	struct fuse_in_header *in = (void *)req;
	void *arg = req + sizeof(*in);
	struct fuse_init_out init = {
		.major = 7, .minor = 31, .max_readahead = PAGE,
		.flags = FUSE_BIG_WRITES | FUSE_MAX_PAGES, .max_write = 1 << 17,
		.max_pages = 32,
	};
	struct fuse_entry_out entry = { .nodeid = 2, .entry_valid = 1000, .attr_valid = 1000 };
	struct fuse_attr_out attr = { .attr_valid = 1000 };
	struct fuse_open_out opened = { .fh = 1 };
	struct fuse_read_in *rd = arg;
	struct fuse_write_in *wr = arg;
	struct fuse_write_out wrote = { 0 };

	while (read(dev, req, sizeof(req)) > 0) {
		switch (in->opcode) {
		case FUSE_INIT:
			d_reply(dev, in->unique, 0, &init, sizeof(init));
			break;
		case FUSE_LOOKUP:
			d_attr(&entry.attr, 2);
			d_reply(dev, in->unique, 0, &entry, sizeof(entry));
			break;
		case FUSE_GETATTR:
		case FUSE_SETATTR:
			d_attr(&attr.attr, in->nodeid);
			d_reply(dev, in->unique, 0, &attr, sizeof(attr));
			break;
		case FUSE_OPEN:
		case FUSE_OPENDIR:
			d_reply(dev, in->unique, 0, &opened, sizeof(opened));
			break;
		case FUSE_READ:
			if (rd->offset + rd->size > D_SIZE)
				rd->size = rd->offset < D_SIZE ? D_SIZE - rd->offset : 0;
			d_reply(dev, in->unique, 0, d_data + rd->offset, rd->size);
			break;
		case FUSE_WRITE:
			memcpy(d_data + wr->offset, wr + 1, wr->size);
			wrote.size = wr->size;
			d_reply(dev, in->unique, 0, &wrote, sizeof(wrote));
			break;
		case FUSE_FORGET:
		case FUSE_BATCH_FORGET:
		case FUSE_INTERRUPT:
			break;
		default:
			d_reply(dev, in->unique, -ENOSYS, NULL, 0);
		}
	}
}

static void d_write(void)
{
	int fd = open("/f/file", O_RDWR);
	unsigned char *p = mmap(NULL, D_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd < 0 || p == MAP_FAILED)
		_exit(2);
	madvise(p, D_SIZE, MADV_RANDOM);
	_exit(pwrite(fd, p, 8 * PAGE, PAGE) == 8 * PAGE ? 0 : 1);
}

static void probe_d(void)
{
	char opts[128], path[64];
	int status = -1, dev;
	pid_t server, writer;
	double t0;

	mkdir("/f", 0755);
	dev = open("/dev/fuse", O_RDWR);
	snprintf(opts, sizeof(opts), "fd=%d,rootmode=40000,user_id=0,group_id=0", dev);
	if (dev < 0 || mount("probe", "/f", "fuse", 0, opts))
		die("fuse");
	server = fork();
	if (!server) {
		d_serve(dev);
		_exit(0);
	}
	writer = fork();
	if (!writer)
		d_write();
	for (t0 = now(); now() < t0 + 5 && waitpid(writer, &status, WNOHANG) != writer;)
		usleep(20000);
	if (status == -1) {
		snprintf(path, sizeof(path), "/proc/%d/stack", writer);
		show(path);
		kill(writer, SIGKILL);
		waitpid(writer, &status, 0);
		verdict("d", true, "the writer does not return; SIGKILL ended it");
	} else {
		verdict("d", status, "the write returned, status %d", status);
	}
	close(dev);
	umount2("/f", MNT_FORCE | MNT_DETACH);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}

/* e1, e2: eight threads fault the same page of a slow disk. */
#define E_THREADS 8
static unsigned char *e_map;
static volatile int e_page, e_done;
static pthread_barrier_t e_go;

static void *e_fault(void *arg)
{
	pthread_barrier_wait(&e_go);
	(void)*(volatile unsigned char *)(e_map + e_page * PAGE);
	__sync_fetch_and_add(&e_done, 1);
	return arg;
}

static void probe_e(const char *id)
{
	int i, j, fd = open("/dev/vda", O_RDONLY);
	double t0;

	e_map = mmap(NULL, 64 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (fd < 0 || e_map == MAP_FAILED)
		die("/dev/vda");
	madvise(e_map, 64 * PAGE, MADV_RANDOM);
	for (i = 0; i < 40; i++) {
		pthread_barrier_init(&e_go, NULL, E_THREADS);
		e_page = i;
		e_done = 0;
		for (j = 0; j < E_THREADS; j++)
			pthread_detach(thread(e_fault, NULL));
		for (t0 = now(); now() < t0 + 5 && e_done < E_THREADS;)
			usleep(5000);
		if (e_done < E_THREADS)
			break;
	}
	verdict(id, e_done < E_THREADS, "page %d: %d of %d threads came back within 5 s",
		e_page, e_done, E_THREADS);
}

/* f1, f2: unmap of a huge page beside truncation and split. */
static int f_fd;
static unsigned char *f_map;
static volatile bool f_split;

static void *f_unmap(void *arg)
{
	while (!stop) {
		/*
		 * One page only for a split, by a store, which maps no others:
		 * pages unmapped with it that wait for the TLB flush make it
		 * give up beforehand, pages still mapped make it wait.
		 */
		*(volatile unsigned char *)f_map = 'f';
		madvise(f_map, f_split ? PAGE : HUGE, MADV_DONTNEED);
	}
	return arg;
}

static void f_sigbus(int sig)
{
	(void)sig;
	pthread_exit(NULL);
}

static long hits(const char *id)
{
	char line[64], name[16];
	long n, found = 0;
	FILE *f = fopen("/sys/kernel/debug/mutant", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%15s %*s %ld", name, &n) == 2 && !strcmp(name, id))
			found = n;
	if (f)
		fclose(f);
	return found;
}

static void probe_f_huge(const char *id, bool split)
{
	long taint0 = number_in("/proc/sys/kernel/tainted"), failed0, rounds = 0, failed;
	double t0;

	tmpfs("size=64M,huge=always");
	failed0 = vmstat("thp_split_page_failed");
	f_split = split;
	for (t0 = now(); now() < t0 + 20; rounds++) {
		pthread_t t;

		f_fd = file("/t/f", 'f', HUGE / PAGE);
		/* Not aligned: a huge page mapped page by page. */
		f_map = map(f_fd) + (split ? PAGE : 0);
		if (split && mmap(f_map, HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
				  f_fd, 0) == MAP_FAILED)
			die("mmap");
		stop = false;
		t = thread(f_unmap, NULL);
		usleep(3000 + rounds % 7 * 100);
		fallocate(f_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  split ? PAGE : 0, split ? PAGE : HUGE);
		stop = true;
		pthread_join(t, NULL);
		munmap(f_map - (split ? PAGE : 0), HUGE + (split ? PAGE : 0));
		close(f_fd);
		if (!split && number_in("/proc/sys/kernel/tainted") != taint0)
			break;
	}
	failed = vmstat("thp_split_page_failed") - failed0;
	printf("  thp_file_alloc %ld thp_file_mapped %ld thp_split_page %ld\n",
	       vmstat("thp_file_alloc"), vmstat("thp_file_mapped"),
	       vmstat("thp_split_page"));
	if (split)
		verdict(id, hits(id), "%ld rounds, %ld splits failed, %ld found the page still mapped",
			rounds, failed, hits(id));
	else
		verdict(id, number_in("/proc/sys/kernel/tainted") != taint0,
			"%ld rounds, taint %ld", rounds, number_in("/proc/sys/kernel/tainted"));
}

/* f3, g: loads through a mapping beside a punch, then a look at what it shows. */
static void *s_load(void *arg)
{
	unsigned long seed = (uintptr_t)arg;

	while (!stop) {
		seed = seed * 6364136223846793005UL + 1442695040888963407UL;
		(void)*(volatile unsigned char *)(f_map + (seed >> 33) % (HUGE / PAGE) * PAGE);
		if (!((seed >> 50) % 8))
			madvise(f_map + (seed >> 55) % 32 * 16 * PAGE, 16 * PAGE, MADV_DONTNEED);
	}
	return NULL;
}

static void probe_stale(const char *id)
{
	long rounds = 0, stale = 0;
	pthread_t t[2];
	double t0;

	tmpfs("size=64M,huge=never");
	for (t0 = now(); now() < t0 + 20 && !stale; rounds++) {
		f_fd = file("/t/s", 'o', HUGE / PAGE);
		f_map = map(f_fd);
		stop = false;
		t[0] = thread(s_load, (void *)(rounds * 2 + 1));
		t[1] = thread(s_load, (void *)(rounds * 2 + 2));
		usleep(5000);
		fallocate(f_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, HUGE);
		stop = true;
		pthread_join(t[0], NULL);
		pthread_join(t[1], NULL);
		for (size_t i = 0; i < HUGE; i += PAGE)
			stale += f_map[i] == 'o';
		munmap(f_map, HUGE);
		close(f_fd);
	}
	verdict(id, stale, "%ld rounds, %ld pages still show what was punched",
		rounds, stale);
}

/* repair: everything beside collapse; content and accounting must come out. */
static void *r_disturb(void *arg)
{
	unsigned long seed = (uintptr_t)arg;
	char page[PAGE];

	while (!stop) {
		off_t at;

		seed = seed * 6364136223846793005UL + 1442695040888963407UL;
		at = (seed >> 33) % (HUGE / PAGE) * PAGE;
		memset(page, 'A' + at / PAGE % 26, sizeof(page));
		switch ((seed >> 55) % 6) {
		case 0:
			fallocate(f_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, 8 * PAGE);
			break;
		case 1:
			/* It takes a page that is mapped; a load may be SIGBUS. */
			madvise(f_map + at, 4 * PAGE, MADV_POPULATE_READ);
			madvise(f_map + at, 4 * PAGE, MADV_PAGEOUT);
			break;
		case 2:
			if (ftruncate(f_fd, at) || ftruncate(f_fd, HUGE))
				die("ftruncate");
			break;
		case 3:
			fallocate(f_fd, 0, at, PAGE);
			break;
		default:
			if (pwrite(f_fd, page, PAGE, at) != (ssize_t)PAGE)
				printf("probe repair: pwrite: %s\n", strerror(errno));
		}
	}
	return NULL;
}

static void probe_repair(void)
{
	long tries = 0, collapsed = 0, again = 0, wrong = 0, left;
	struct statvfs before, after;
	unsigned char c;
	pthread_t t[3];
	double t0;

	tmpfs("size=64M,huge=never");
	swap_on();
	statvfs("/t", &before);
	f_fd = file("/t/r", 'A', 1);
	if (ftruncate(f_fd, HUGE))
		die("ftruncate");
	f_map = map(f_fd);
	stop = false;
	for (int i = 0; i < 3; i++)
		t[i] = thread(r_disturb, (void *)(i + 7L));
	for (t0 = now(); now() < t0 + 30; tries++) {
		if (!madvise(f_map, HUGE, MADV_COLLAPSE))
			collapsed++;
		else if (errno == EAGAIN)
			again++;
	}
	stop = true;
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	for (size_t i = 0; i < HUGE; i += PAGE)
		if (pread(f_fd, &c, 1, i) != 1 || (c && c != 'A' + i / PAGE % 26) ||
		    f_map[i] != c)
			wrong++;
	munmap(f_map, HUGE);
	close(f_fd);
	unlink("/t/r");
	statvfs("/t", &after);
	printf("  thp_collapse_alloc %ld thp_split_page %ld pswpout %ld\n",
	       vmstat("thp_collapse_alloc"), vmstat("thp_split_page"), vmstat("pswpout"));
	left = (long)before.f_bfree - (long)after.f_bfree;
	verdict("repair", wrong || left, "%ld of %ld collapses (%ld EAGAIN); %ld pages wrong, %ld blocks left",
		collapsed, tries, again, wrong, left);
}

static void run(const char *id)
{
	if (!strcmp(id, "a"))
		probe_a();
	else if (!strcmp(id, "b"))
		probe_b();
	else if (!strcmp(id, "c1"))
		probe_c1();
	else if (!strcmp(id, "c2"))
		probe_c2();
	else if (!strcmp(id, "d"))
		probe_d();
	else if (id[0] == 'e')
		probe_e(id);
	else if (!strcmp(id, "f1"))
		probe_f_huge(id, true);
	else if (!strcmp(id, "f2"))
		probe_f_huge(id, false);
	else if (!strcmp(id, "f3") || !strcmp(id, "g"))
		probe_stale(id);
	else if (!strcmp(id, "repair"))
		probe_repair();
	else
		printf("probe: unknown ID '%s'\n", id);
}

int main(void)
{
	static char cmdline[4096];
	char *ids, *id;
	FILE *f;

	mkdir("/t", 0755);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	put("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	mkdir("/sys/fs/cgroup/probe", 0755);
	put("/sys/fs/cgroup/probe/cgroup.procs", "1");
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGBUS, f_sigbus);

	f = fopen("/proc/cmdline", "r");
	if (!f || !fgets(cmdline, sizeof(cmdline), f))
		die("/proc/cmdline");
	printf("probe: booted in %.1f s: %s", now(), cmdline);
	ids = strstr(cmdline, "probe=");
	ids = ids ? strtok(ids + 6, " \n") : NULL;
	for (id = ids ? strtok(ids, ",") : NULL; id; id = strtok(NULL, ","))
		run(id);
	show("/sys/kernel/debug/mutant");
	printf("probe: taint %ld, end at %.1f s\n",
	       number_in("/proc/sys/kernel/tainted"), now());
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
