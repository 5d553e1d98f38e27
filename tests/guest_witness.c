// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test case for the witness, as PID 1 of a guest: provokes each kind of event
 * and compares what BPF told with what user space knows (inode numbers,
 * /proc/self/pagemap, results). Written for kernels that have all hooks: 5.10,
 * 6.1, 6.12 and 7.2 of Debian do.
 *
 * Wants disks "slow" (raw, 4 MiB or more, throttled to some 20 IOPS) and "swap"
 * (16 MiB or more); what is on the second is destroyed. tests/guest_boot.c gives both.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/mount.h>
#include <termios.h>
#include <unistd.h>

#include "runner/vm/guest.h"
#include "tests/guest_waits.h"
#include "tests/guest_witness.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif
#define MADV_COLLAPSE_	25	/* not in Debian 12's libc headers */
#define HUGE		(2UL << 20)


/* Map the huge page once more, where it cannot be mapped as a whole, and touch a small part. */
static char *map_in_parts(int fd)
{
	char *at = mmap(NULL, 2 * HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	at = (char *)(((uintptr_t)at + HUGE - 1) & ~(HUGE - 1)) + PAGE;
	at = mmap(at, HUGE - PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	*(volatile char *)(at + 300 * PAGE);
	return at;
}

/* Fill 2 MiB of tmpfs, collapse it: BEGIN and END name the inode. */
static void test_collapse(void)
{
	int fd = open("/t/huge", O_RDWR | O_CREAT, 0600);
	char *at = mmap(NULL, 2 * HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct ff_event *b, *e;
	uint64_t ends = ff_witness_count(w, FF_EV_COLLAPSE_END);
	struct stat st;
	int how;

	at = (char *)(((uintptr_t)at + HUGE - 1) & ~(HUGE - 1));
	if (ftruncate(fd, HUGE))
		tap_diag("ftruncate: %s", strerror(errno));
	fstat(fd, &st);
	at = mmap(at, HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	memset(at, 1, HUGE);
	ff_witness_watch_dev(w, st.st_dev);
	start();
	how = madvise(at, HUGE, MADV_COLLAPSE_);
	if (how) {
		mount("t", "/t", "tmpfs", MS_REMOUNT, "size=64M,huge=always");
		put("/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs", "10");
		madvise(at, HUGE, MADV_HUGEPAGE);
		for (int i = 0; i < 100 && ff_witness_count(w, FF_EV_COLLAPSE_END) == ends; i++)
			usleep(100000);
	}
	stop();
	/* The last try's end: a first one may meet pages not on the LRU yet. */
	b = find(0, FF_EV_COLLAPSE_BEGIN);
	e = find(0, FF_EV_COLLAPSE_END);
	for (struct ff_event *n = e; n; n = find(n - ev + 1, FF_EV_COLLAPSE_END))
		e = n;
	check(b && e && b->ino == st.st_ino && e->ino == st.st_ino && b->index == 0 &&
	       b->dev == ff_ev_dev(0, st.st_dev & 0xff) && e->time_ns > b->time_ns,
	       "collapse of ino %llu: begin and end", (unsigned long long)st.st_ino);
	check(e && (e->flags & FF_EVF_NO_RESULT || e->result != FF_COLLAPSE_FAILED),
	       "its result is success (%lld)", e ? (long long)e->result : -1);
	check(b && (how ? b->flags & FF_EVF_KHUGEPAGED : b->flags == FF_EVF_OURS),
	       "it tells who collapsed");
	if (!b || !e)
		dump(20);

	char *parts = map_in_parts(fd);

	start();
	off_t hole = lseek(fd, 0, SEEK_HOLE);
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE);
	stop();
	e = find(0, FF_EV_SEEK);
	check(e && e->ino == st.st_ino && e->result == hole && e->pos == 0 && e->extra == 4,
	       "seek: result %ld as user space got", (long)hole);
	b = find(0, FF_EV_TRUNCATE_BEGIN);
	e = find(0, FF_EV_TRUNCATE_END);
	check(b && e && b->ino == st.st_ino && b->pos == PAGE && b->result == 2 * PAGE - 1,
	       "punch: range %lld-%lld", b ? (long long)b->pos : 0, b ? (long long)b->result : 0);
	b = find(0, FF_EV_SPLIT_BEGIN);
	if (ff_witness_has(w, FF_HOOK_SPLIT))
		check(b && b->extra && find(0, FF_EV_SPLIT_END),
		      "punch splits a page that is mapped (%u)", b ? b->extra : 0);
	check(!find(0, FF_EV_STILL_MAPPED) && !find(0, FF_EV_MAPPED_GONE),
	      "no page stays mapped that left the page cache");
	munmap(parts, HUGE - PAGE);
	if (!e)
		dump(20);
	munmap(at, HUGE);
	close(fd);
	unlink("/t/huge");
	mount("t", "/t", "tmpfs", MS_REMOUNT, "size=64M,huge=never");
}

static void test_dma(void)
{
	int fd = open(slow_disk, O_RDONLY | O_DIRECT);
	char *buf = anon(4 * PAGE);
	struct ff_event *d;
	int good = 0, pins = 0;

	start();
	ssize_t ret = pread(fd, buf, 4 * PAGE, 0);
	stop();
	d = find(0, FF_EV_DMA_DONE);
	for (size_t i = 0; i < nr; i++) {
		if (ev[i].kind != FF_EV_DMA_PIN || !d || ev[i].cookie != d->cookie)
			continue;
		for (unsigned int off = 0; off < ev[i].extra; off += PAGE, pins++)
			for (int k = 0; k < 4; k++)
				good += ev[i].pfn + off / PAGE == pfn_of(buf + k * PAGE);
	}
	check(ret == 4 * PAGE && pins == 4 && good == 4,
	       "direct read: %d pages pinned, %d with the frame that pagemap shows", pins, good);
	check(d && d->time_ns > ev[0].time_ns && d->tid == (uint32_t)getpid() && !d->result,
	       "its end, by the one who pinned");
	if (good != 4)
		dump(20);
	munmap(buf, 4 * PAGE);
	close(fd);
}

/* A big read, several bios on some kernels: all of its bytes are pinned, and every bio ends. */
static void test_big_dma(void)
{
	int fd = open(slow_disk, O_RDONLY | O_DIRECT);
	size_t len = 3UL << 20, bytes = 0;
	int bios = 0, ended = 0;
	char *buf = anon(len);

	start();
	ssize_t ret = pread(fd, buf, len, 0);
	stop();
	for (size_t i = 0; i < nr; i++) {
		if (ev[i].kind != FF_EV_DMA_PIN)
			continue;
		bytes += ev[i].extra;
		for (size_t j = i + 1; j < nr && ev[j].cookie == ev[i].cookie; j++)
			if (ev[j].kind == FF_EV_DMA_PIN)
				goto next;
		bios++;
		for (size_t j = i + 1; j < nr; j++)
			if (ev[j].kind == FF_EV_DMA_DONE && ev[j].cookie == ev[i].cookie) {
				ended++;
				break;
			}
next:;
	}
	check(ret == (ssize_t)len && bytes == len && bios && ended == bios,
	       "a read of %zu bytes: %zu pinned by %d bios, %d ended", len, bytes, bios, ended);
	munmap(buf, len);
	close(fd);
}

struct read_job {
	int fd;
	char *buf;
	ssize_t ret;
};

static void *read_thread(void *arg)
{
	struct read_job *j = arg;

	j->ret = pread(j->fd, j->buf, 512, 0);
	return NULL;
}

/* Was the frame under DMA replaced by a COW fault before the DMA ended? */
static int copied_in_flight(const char *buf)
{
	struct ff_event *pin = find(0, FF_EV_DMA_PIN), *done = find(0, FF_EV_DMA_DONE);

	for (size_t i = 0; pin && done && i < nr; i++)
		if (ev[i].kind == FF_EV_COW_END && ev[i].cookie == pin->pfn &&
		    ev[i].flags & FF_EVF_PFN && ev[i].pfn != pin->pfn &&
		    (ev[i].addr & ~(PAGE - 1)) == (uintptr_t)buf &&
		    ev[i].time_ns > pin->time_ns && ev[i].time_ns < done->time_ns)
			return 1;
	return 0;
}

/*
 * The lost direct read of before 5.19 (1493a1917e34), by swap-out in flight and
 * then a load and a store: the witness must tell a copy exactly when the data
 * was lost.
 */
static void test_cow_under_dma(void)
{
	int fd = open(slow_disk, O_RDONLY | O_DIRECT);
	int lost = 0, proven = 0, agree = 0, rounds = 20;

	for (int i = 0; i < rounds; i++) {
		struct read_job j = { fd, anon(PAGE), 0 };
		pthread_t t;

		start();
		pthread_create(&t, NULL, read_thread, &j);
		usleep(15000);
		if (i & 1)
			mprotect(j.buf, PAGE, PROT_READ);
		madvise(j.buf, PAGE, MADV_PAGEOUT);
		if (i & 1)
			mprotect(j.buf, PAGE, PROT_READ | PROT_WRITE);
		(void)*(volatile char *)(j.buf + 4094);
		*(volatile char *)(j.buf + 4095) = 1;
		pthread_join(t, NULL);
		stop();
		int l = j.ret == 512 && j.buf[0] == 0x5a, p = copied_in_flight(j.buf);

		lost += l;
		proven += p;
		agree += l == p;
		if (l != p)
			dump(20);
		munmap(j.buf, PAGE);
	}
	check(agree == rounds, "copy under DMA: %d of %d reads lost, %d copies witnessed, %d agree",
	       lost, rounds, proven, agree);
	close(fd);
}

static void test_swap(void)
{
	char *p = anon(8 * PAGE);
	uint64_t pfn = pfn_of(p);
	struct ff_event *u, *b, *e;

	make_swap(swap_disk, 4096);
	start();
	madvise(p, 8 * PAGE, MADV_PAGEOUT);
	usleep(300000);
	(void)*(volatile char *)p;
	stop();
	u = find(0, FF_EV_UNMAP);
	b = find(0, FF_EV_SWAP_IN_BEGIN);
	e = find(0, FF_EV_SWAP_IN_END);
	check(u && u->addr == (uintptr_t)p && u->pfn == pfn && u->result == 1,
	       "pageout unmaps the first page's frame");
	check(b && e && (b->addr & ~(PAGE - 1)) == (uintptr_t)p && e->pfn == pfn_of(p) &&
	       b->cookie, "swap-in: begin, end and the new frame");
	if (!e || !u)
		dump(30);
	munmap(p, 8 * PAGE);

	int fd = open("/t/swapped", O_RDWR | O_CREAT, 0600);
	struct stat st;

	if (ftruncate(fd, 8 * PAGE))
		tap_diag("ftruncate: %s", strerror(errno));
	fstat(fd, &st);
	p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(p, 7, 8 * PAGE);
	start();
	madvise(p, 8 * PAGE, MADV_PAGEOUT);
	usleep(300000);
	(void)*(volatile char *)(p + PAGE);
	stop();
	b = find(0, FF_EV_SWAP_IN_FILE_BEGIN);
	e = find(0, FF_EV_SWAP_IN_FILE_END);
	if (ff_witness_has(w, FF_HOOK_SWAP_IN_FILE))
		check(b && e && b->ino == st.st_ino && b->index == 1 && !e->result,
		       "tmpfs swap-in: begin with inode and index, end");
	if (!b)
		dump(30);
	start();
	swapoff(swap_disk);
	stop();
	b = find(0, FF_EV_UNUSE_BEGIN);
	e = find(0, FF_EV_UNUSE_END);
	check(b && e && !e->result, "swapoff walks tmpfs");
	munmap(p, 8 * PAGE);
	close(fd);
	unlink("/t/swapped");
}

/* Was the wait that event @at ended one that slept, and if so, was it woken? */
static int slept_unwoken(size_t at)
{
	int slept = 0;

	for (size_t i = at; i--;) {
		if (ev[i].kind == FF_EV_WAKE && ev[i].result == ev[at].tid)
			return 0;
		if (ev[i].tid != ev[at].tid)
			continue;
		if (ev[i].kind == FF_EV_WAIT_PAGE)
			break;
		slept |= ev[i].kind == FF_EV_WAIT_END;
	}
	return slept;
}

/* Two readers of the same cold pages of a slow disk. */
static void test_waits(void)
{
	int fd = open(slow_disk, O_RDONLY), pages = 0, unwoken = 0, known = 0;
	pthread_t t[2];

	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	start();
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, page_thread, &fd);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	stop();
	for (size_t i = 0; i < nr; i++) {
		pages += ev[i].kind == FF_EV_WAIT_PAGE;
		unwoken += ev[i].kind == FF_EV_WAIT_PAGE && slept_unwoken(i);
		known += ev[i].kind == FF_EV_WAIT_PAGE && ev[i].flags & FF_EVF_PFN && ev[i].dev;
	}
	check(pages >= 10 && !unwoken && known == pages && find(0, FF_EV_WAKE),
	       "page waits: %d, %d with page and file, %d slept and have no waker",
	       pages, known, unwoken);
	if (pages < 10 || unwoken)
		dump(60);
	close(fd);
}

/* Minor faults, one per page. */
static double touch(size_t pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t t0;

	madvise(p, pages * PAGE, MADV_NOHUGEPAGE);
	t0 = now_ns();
	for (size_t i = 0; i < pages; i++)
		*(volatile char *)(p + i * PAGE) = 1;
	t0 = now_ns() - t0;
	munmap(p, pages * PAGE);
	return (double)t0 / pages;
}

static void test_ring(void)
{
	uint64_t count = ff_witness_count(w, FF_EV_FAULT), drops = ff_witness_drops(w), held;
	size_t sorted = 1, all = 0;
	double t, off = 1e9, on = 1e9;

	/* The best of some rounds: an emulated guest is noisy. */
	for (int i = 0; i < 10; i++) {
		t = touch(5000);
		off = t < off ? t : off;
		start();
		t = touch(5000);
		on = t < on ? t : on;
		stop();
	}
	tap_diag("cost per event: %.0f ns (a fault: %.0f ns off, %.0f ns on)", on - off, off, on);
	count = ff_witness_count(w, FF_EV_FAULT);
	start();
	touch(20000);
	ff_witness_stop(w);
	while ((nr = ff_witness_drain(w, ev, 1000))) {
		for (size_t i = 1; i < nr; i++)
			sorted += ev[i].time_ns >= ev[i - 1].time_ns;
		sorted++;
		for (size_t i = 0; i < nr; i++)
			all += ev[i].kind == FF_EV_FAULT;
	}
	count = ff_witness_count(w, FF_EV_FAULT) - count;
	drops = ff_witness_drops(w) - drops;
	check(count >= 20000 && drops && all + drops == count,
	       "flood: %llu events, %zu kept, %llu dropped and counted",
	       (unsigned long long)count, all, (unsigned long long)drops);
	check(sorted - 1 == all, "drained in order of time");
	ff_witness_limit(w, FF_EV_FAULT, 100);
	held = ff_witness_held(w, FF_EV_FAULT);
	drops = ff_witness_drops(w);
	start();
	touch(20000);
	stop();
	check(nr >= 100 && nr < 200 && ff_witness_held(w, FF_EV_FAULT) - held >= 19900 &&
	       ff_witness_drops(w) == drops, "limit: %zu kept, none dropped", nr);
	ff_witness_limit(w, FF_EV_FAULT, 0);
}

static void run(void)
{
	uint64_t t0 = now_ns();
	char line[2048];
	int err = ff_witness_open(&w, line, sizeof(line));

	if (!err)
		ff_witness_capabilities(w, line, sizeof(line));
	tap_diag("%s", line);
	tap_diag("opened in %llu ms", (unsigned long long)(now_ns() - t0) / 1000000);
	if (!tap_ok(!err, "the witness opens"))
		return;
	ff_witness_watch_tgid(w, getpid());
	tap_ok(ff_witness_has_pfn(w), "frame numbers of pages are known");
	test(test_collapse);
	if (tap_ok(slow_disk[0] && !make_swap(swap_disk, 4096), "the disks are there")) {
		test(test_dma);
		test(test_big_dma);
		test(test_cow_under_dma);
		test(test_swap);
		test(test_waits);
		test(test_walk);
		test(test_lock_waits);
	}
	if (!ff_witness_has(w, FF_HOOK_SWAP_IN_FILE))
		tap_skip("no swap_in_file hook");
	test(test_ring);
	ff_witness_close(w);
}

int main(void)
{
	struct ff_guest g;

	if (getpid() != 1) {
		tap_skip("this writes to disks and powers off: only as PID 1 of a guest");
		return tap_done();
	}
	ff_guest_init(&g);
	mkdir("/t", 0755);
	mount("t", "/t", "tmpfs", 0, "size=64M,huge=never");
	ff_guest_disk(&g, "slow", slow_disk, sizeof(slow_disk));
	ff_guest_disk(&g, "swap", swap_disk, sizeof(swap_disk));
	run();
	tap_done();
	tcdrain(STDOUT_FILENO);
	ff_guest_poweroff();
}
