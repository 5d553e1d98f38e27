// SPDX-License-Identifier: GPL-2.0-only
/*
 * The executor on the running kernel, on a tmpfs of its own (or a folder in
 * /dev/shm where no mount is allowed): every row that stays inside this
 * process runs; faults are results; a child's view comes back; one thread
 * gives the same history twice; a broken slot skips its calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <signal.h>
#include <unistd.h>

#include "fuzzer/effect.h"
#include "fuzzer/exec.h"
#include "tests/tap.h"

static char dir[] = "/tmp/foliofuzz-unit-exec.XXXXXX", shm[] = "/dev/shm/foliofuzz-unit-exec.XXXXXX";
static const char *place;
static bool mounted;
static struct ff_program program;
static struct ff_history history, again;
static struct ff_exec *exec;
static struct ff_exec_config config;
static uint16_t epoch = 1;

static void make_place(void)
{
	place = mkdtemp(dir);
	if (place && !unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    !mount("tmpfs", place, "tmpfs", 0, "size=64M")) {
		mounted = true;
		tap_diag("on a tmpfs of its own");
		return;
	}
	if (place)
		rmdir(place);
	place = mkdtemp(shm);
	tap_diag("no mount here (%s): in %s", strerror(errno), place ? place : "nothing");
}

static void drop_place(void)
{
	if (mounted)
		umount2(place, MNT_DETACH);
	tap_ok(!rmdir(place), "no file is left behind");
}

/* Runs a program from its text; false when the text is wrong. */
static bool run(const char *text)
{
	struct ff_error e;

	if (ff_program_parse(text, strlen(text), &program, &e)) {
		tap_ok(0, "parse: line %u: %s", e.line, e.text);
		return false;
	}
	ff_exec_run(exec, &program, epoch++, &history);
	return true;
}

static const struct ff_record *rec(unsigned int id)
{
	return &history.record[id];
}

static const struct ff_run *runs(unsigned int id)
{
	return &history.run[rec(id)->first_run];
}

static bool done(unsigned int id, int64_t result)
{
	return rec(id)->state == FF_CALL_DONE && !rec(id)->err && rec(id)->result == result;
}

static bool saw(unsigned int id, unsigned int i, int kind, uint64_t off, uint32_t len, unsigned int version)
{
	const struct ff_run *r = runs(id) + i;

	return i < rec(id)->nruns && r->kind == kind && r->off == off && r->len == len &&
	       r->version == version;
}

static void show(void)
{
	char text[256];
	unsigned int id, i;

	for (id = 0; id < program.ncalls; id++) {
		ff_call_print(&program.call[id], text, sizeof(text));
		tap_diag("%2u %s: state %u result %lld err %d signal %u flags %u", id, text,
			 rec(id)->state, (long long)rec(id)->result, rec(id)->err, rec(id)->signal,
			 rec(id)->flags);
		for (i = 0; i < rec(id)->nruns; i++)
			tap_diag("     kind %u off %llu len %u version %u obj %u value %llx",
				 runs(id)[i].kind, (unsigned long long)runs(id)[i].off,
				 runs(id)[i].len, runs(id)[i].version, runs(id)[i].obj,
				 (unsigned long long)runs(id)[i].value);
	}
}

#define HEAD "# foliofuzz 1\ntarget tmpfs\n"
#define SETUP \
	"setup\n" \
	"  h0 = open f0 rdwr creat\n" \
	"  pwrite h0 0 2M\n" \
	"  m0 = mmap h0 0 2M rw shared none\n" \
	"  b0 = buffer 2M rw none\n"

static void check_rw(void)
{
	if (!run(HEAD SETUP "thread 0\n"
		 "  pread h0 4K 8K\n"		/* 4 */
		 "  store m0 5000 1000\n"
		 "  load m0 4K 8K\n"
		 "  pread h0 2096000 8K\n"
		 "  preadv h0 0 [b0:64K:4K,b0:0:512] none\n"
		 "  pwritev h0 64K [b0:64K:4K,m0:128K:4K] none\n"
		 "  load m0 64K 8K\n"
		 "  copy h0 0 h0 1M 64K\n"
		 "  pread h0 1M 4K\n"
		 "  close h0\n"
		 "  pread h0 0 4K\n"))
		return;
	if (!tap_ok(done(4, 8192) && saw(4, 0, FF_RUN_OWN, 4096, 8192, 2), "pread sees pwrite"))
		show();
	tap_ok(done(5, 1000) && done(6, 8192) && saw(6, 0, FF_RUN_OWN, 4096, 904, 2) &&
	       saw(6, 1, FF_RUN_OWN, 5000, 1000, 6) && saw(6, 2, FF_RUN_OWN, 6000, 6288, 2),
	       "load sees store, exact to the byte");
	tap_ok(done(7, 1152) && saw(7, 0, FF_RUN_OWN, 2096000, 1152, 2), "a read ends at the end");
	tap_ok(done(8, 4608) && rec(8)->nruns == 2 && saw(8, 0, FF_RUN_OWN, 65536, 4096, 2) &&
	       saw(8, 1, FF_RUN_OWN, 0, 512, 2) && runs(8)[0].value == 0 && runs(8)[1].value == 4096,
	       "preadv: a run a piece, with the places in the file");
	tap_ok(rec(8)->scanned >= rec(8)->returned && rec(8)->returned >= rec(8)->invoked &&
	       rec(8)->invoked > 0, "times in order");
	tap_ok(done(9, 8192) && done(10, 8192) && rec(10)->nruns == 2 && runs(10)[0].value == 0 &&
	       runs(10)[1].value == 131072, "pwritev from a buffer and a map of the same file");
	tap_ok(done(11, 65536) && done(12, 4096) && runs(12)[0].value == 0, "copy_file_range");
	tap_ok(done(13, 0) && rec(14)->state == FF_CALL_DONE && rec(14)->err == EBADF,
	       "after close: EBADF, from a call that ran");
}

static void check_splice(void)
{
	if (!run(HEAD SETUP "thread 0\n  splice h0 0 h0 1M 64K\n  pread h0 1M 64K\n"
		 "  splice h0 2M h0 0 4K\n"))
		return;
	tap_ok(done(4, 65536) && done(5, 65536) && runs(5)[0].value == 0, "splice through the pipe");
	tap_ok(done(6, 0), "splice at the end moves nothing");
}

static void check_faults(void)
{
	if (!run(HEAD SETUP "thread 0\n"
		 "  ftruncate h0 12K\n"		/* 4 */
		 "  load m0 8K 8K\n"
		 "  store m0 8K 8K\n"
		 "  munmap m0 4K 4K\n"
		 "  load m0 0 12K\n"
		 "  remap m0 4K 4K\n"
		 "  load m0 0 12K\n"
		 "  mprotect m0 0 4K ro\n"
		 "  store m0 0 4K\n"
		 "  madvise b0 0 64K dontneed\n"
		 "  preadv h0 0 [m0:0:4K] none\n"))
		return;
	if (!tap_ok(rec(5)->signal == SIGBUS && rec(5)->fault == 12288 && done(5, 4096) &&
		    (rec(5)->flags & FF_REC_FAULTED) && saw(5, 0, FF_RUN_OWN, 8192, 4096, 2) &&
		    saw(5, 1, FF_RUN_UNSEEN, 12288, 4096, 0), "a load beyond the end is SIGBUS"))
		show();
	tap_ok(rec(6)->signal == SIGBUS && done(6, 4096), "a store beyond the end is SIGBUS");
	tap_ok(rec(8)->signal == SIGSEGV && rec(8)->fault == 4096 && done(8, 4096) &&
	       saw(8, 0, FF_RUN_OWN, 0, 4096, 2), "a load of an unmapped page is SIGSEGV");
	tap_ok(done(9, 0) && done(10, 12288) && !rec(10)->signal, "remap puts it back");
	tap_ok(rec(12)->signal == SIGSEGV && done(12, 0), "a store to read-only memory is SIGSEGV");
	tap_ok(rec(14)->err == EFAULT, "preadv there is EFAULT");
}

static void check_memory(void)
{
	if (!run(HEAD SETUP "  m1 = mmap h0 0 1M rw private populate\n"	/* 4 */
		 "thread 0\n"
		 "  store b0 0 8K\n"		/* 5 */
		 "  madvise b0 4K 4K dontneed\n"
		 "  load b0 0 8K\n"
		 "  store m1 0 4K\n"		/* 8 */
		 "  load m1 0 8K\n"
		 "  load m0 0 4K\n"
		 "  madvise m0 64K 64K remove\n"
		 "  load m0 60K 8K\n"		/* 12 */
		 "  mincore m0 0 128K\n"
		 "  seek h0 0 hole\n"
		 "  seek h0 64K data\n"
		 "  mremap m0 move 2M\n"		/* 16 */
		 "  load m0 0 4K\n"
		 "  mremap m0 shrink 1M\n"
		 "  load m0 1M 4K\n"))
		return;
	if (!tap_ok(saw(7, 0, FF_RUN_OWN, 0, 4096, 6) && saw(7, 1, FF_RUN_ZERO, 4096, 4096, 0),
		    "dontneed of a buffer leaves zeros"))
		show();
	tap_ok(saw(9, 0, FF_RUN_OWN, 0, 4096, 9) && saw(9, 1, FF_RUN_OWN, 4096, 4096, 2) &&
	       runs(9)[0].obj == FF_OBJ_PRIVATE(1) && saw(10, 0, FF_RUN_OWN, 0, 4096, 2),
	       "a private map keeps its stores to itself");
	tap_ok(done(11, 0) && saw(12, 0, FF_RUN_OWN, 61440, 4096, 2) &&
	       saw(12, 1, FF_RUN_ZERO, 65536, 4096, 0), "remove punches the file");
	tap_ok(saw(13, 0, FF_RUN_RESIDENT, 0, 69632, 0) && saw(13, 1, FF_RUN_ABSENT, 69632, 61440, 0),
	       "mincore: resident but for the hole (of which a load brought one page back)");
	tap_ok(rec(14)->err == 0 && rec(15)->err == 0 && rec(14)->result >= 65536, "seek");
	tap_ok(done(16, 0) && saw(17, 0, FF_RUN_OWN, 0, 4096, 2), "mremap moves");
	tap_ok(done(18, 0) && rec(19)->signal == SIGSEGV && rec(19)->fault == 1048576,
	       "mremap shrinks: beyond is SIGSEGV");
}

static void check_fork(void)
{
	if (!run(HEAD SETUP "thread 0\n"
		 "  store b0 0 4K\n"		/* 4 */
		 "  fork b0 0 8K load\n"
		 "  fork b0 0 4K store\n"
		 "  load b0 0 4K\n"
		 "  fork m0 4K 4K both\n"	/* 8 */
		 "  load m0 0 12K\n"
		 "  munmap b0 0 4K\n"
		 "  fork b0 0 8K load\n"))
		return;
	if (!tap_ok(done(5, 8192) && (rec(5)->flags & FF_REC_CHILD) &&
		    saw(5, 0, FF_RUN_OWN, 0, 4096, 5) && saw(5, 1, FF_RUN_ZERO, 4096, 4096, 0),
		    "a child sees what its parent has"))
		show();
	tap_ok(done(6, 4096) && saw(7, 0, FF_RUN_OWN, 0, 4096, 5), "its stores are its own in a buffer");
	tap_ok(done(8, 4096) && saw(8, 0, FF_RUN_OWN, 4096, 4096, 2) &&
	       saw(9, 1, FF_RUN_OWN, 4096, 4096, 9), "and everybody's in a shared map");
	tap_ok(rec(11)->signal == SIGSEGV && done(11, 0), "its SIGSEGV comes back as a result");
}

/* All the rest once; their results by what the kernel here can do. */
static void check_rest(void)
{
	static const char text[] = HEAD SETUP "thread 0\n"
		"  fallocate h0 allocate 0 3M\n  fallocate h0 keep 3M 1M\n  fallocate h0 punch 64K 64K\n"
		"  fsync h0\n  fdatasync h0\n  sync_range h0 0 1M write\n  fadvise h0 0 1M willneed\n"
		"  msync m0 0 64K sync\n  mlock m0 0 4K none\n  munlock m0 0 4K\n"
		"  store b0 0 2M\n  madvise b0 0 2M hugepage\n  madvise b0 0 2M collapse\n  madvise b0 0 64K willneed\n  madvise b0 0 64K cold\n"
		"  madvise b0 0 64K pageout\n  madvise b0 0 64K free\n  madvise b0 0 4K mergeable\n"
		"  madvise b0 0 64K populate_write\n  load b0 0 4K\n"
		"  madvise b0 0 4K wipeonfork\n  madvise b0 0 4K dontfork\n  madvise b0 0 4K dofork\n"
		"  process_madvise b0 0 64K pageout\n  migrate b0 0 64K\n  reclaim 64K\n  pause 10\n"
		"  swapoff\n  dropcaches all\n  compact\n  madvise b0 0 4K soft_offline\n";
	unsigned int id, skipped = 0, refused = 0, global = 0;
	char call[128];

	if (!run(text))
		return;
	for (id = 4; id < program.ncalls; id++) {
		ff_call_print(&program.call[id], call, sizeof(call));
		if (ff_call_traits(&program.call[id]) & FF_GLOBAL) {
			global += rec(id)->state == FF_CALL_SKIPPED;
		} else if (rec(id)->state == FF_CALL_SKIPPED) {
			skipped++;
			tap_diag("skipped: %s", call);
		} else if (rec(id)->err) {
			refused++;
			tap_diag("refused: %s: %s", call, strerror(rec(id)->err));
		}
	}
	tap_is_int(global, 4, "what reaches beyond this process is skipped");
	tap_ok(rec(28)->state != FF_CALL_NOT_RUN && skipped <= 3, "the rest runs (%u skipped)", skipped);
	tap_ok(refused <= 3, "and the kernel takes it (%u refused)", refused);
}

static void check_broken(void)
{
	if (!run(HEAD "setup\n  h0 = open f0 rdwr none\n  m0 = mmap h0 0 4K rw shared none\n"
		 "thread 0\n  load m0 0 4K\n  pread h0 0 4K\n"))
		return;
	tap_ok(rec(0)->err == ENOENT && rec(1)->state == FF_CALL_SKIPPED &&
	       rec(2)->state == FF_CALL_SKIPPED && rec(3)->state == FF_CALL_SKIPPED,
	       "what needs a slot that was never made is skipped");
}

/* Everything but times and thread ids. */
static bool same_history(const struct ff_history *a, const struct ff_history *b, unsigned int ncalls)
{
	unsigned int id, i;

	for (id = 0; id < ncalls; id++) {
		const struct ff_record *x = &a->record[id], *y = &b->record[id];

		if (x->state != y->state || x->signal != y->signal || x->err != y->err ||
		    x->result != y->result || x->nruns != y->nruns || x->first_run != y->first_run)
			return false;
		for (i = 0; i < x->nruns; i++)
			if (memcmp(&a->run[x->first_run + i], &b->run[y->first_run + i],
				   sizeof(a->run[0])))
				return false;
	}
	return true;
}

static void check_repeat(void)
{
	static const char text[] = HEAD SETUP "thread 0\n"
		"  store m0 1000 3000\n  fallocate h0 punch 3000 9000\n  pread h0 0 64K\n"
		"  preadv h0 100 [b0:0:4K,m0:64K:4K] none\n  ftruncate h0 100K\n  load m0 0 128K\n"
		"  seek h0 0 hole\n  seek h0 0 data\n  mincore m0 0 2M\n  fork m0 0 64K both\n";

	if (!run(text))
		return;
	again = history;
	epoch--;	/* words that were cut are kept as they are, epoch and all */
	run(text);
	tap_ok(same_history(&history, &again, program.ncalls), "one thread: the same history twice");
	tap_ok(history.ended >= history.began && history.ncalls == program.ncalls &&
	       history.nruns == rec(13)->first_run + rec(13)->nruns, "the head of the history");
}

/* Threads that meet on one page: all calls end, records have their own threads. */
static void check_threads(void)
{
	unsigned int round, id, open_ends = 0, alike = 0;

	for (round = 0; round < 200; round++) {
		if (!run(HEAD SETUP "thread 0\n  store m0 0 4K\n  pread h0 0 64K\n  madvise m0 0 64K pageout\n"
			 "thread 1\n  store m0 0 4K\n  pread h0 0 64K\n  madvise m0 0 64K dontneed\n"
			 "thread 2\n  remap m0 0 64K\n  load m0 0 64K\n  fallocate h0 punch 0 64K\n"))
			return;
		for (id = 0; id < program.ncalls; id++)
			open_ends += rec(id)->state != FF_CALL_DONE;
		alike += rec(4)->tid == rec(7)->tid || rec(7)->tid == rec(10)->tid;
	}
	tap_is_int(open_ends, 0, "three threads, 200 times: every call ended");
	tap_is_int(alike, 0, "in threads of their own");
}

/* How near each other two threads begin. */
static void check_start(void)
{
	uint64_t apart[101], t;
	unsigned int i, j;

	for (i = 0; i < 101; i++) {
		if (!run(HEAD SETUP "thread 0\n  load m0 0 8\nthread 1\n  load m0 4K 8\n"))
			return;
		t = rec(4)->invoked > rec(5)->invoked ? rec(4)->invoked - rec(5)->invoked :
							rec(5)->invoked - rec(4)->invoked;
		for (j = i; j && apart[j - 1] > t; j--)
			apart[j] = apart[j - 1];
		apart[j] = t;
	}
	tap_diag("two threads began apart: least %llu ns, median %llu, most %llu",
		 (unsigned long long)apart[0], (unsigned long long)apart[50],
		 (unsigned long long)apart[100]);
}

static void check_clean(void)
{
	int h, open_fds = 0;
	unsigned char vec;

	for (h = 0; h < FF_MAX_SLOTS; h++)
		open_fds += fcntl(FF_FD_BASE + h, F_GETFD) >= 0;
	tap_is_int(open_fds, 0, "no handle is left open");
	tap_ok(mincore((void *)FF_REGION_BASE, 4096, &vec) && errno == ENOMEM, "nothing is left mapped");
}

static double rate(unsigned int rounds)
{
	struct timespec a, b;
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (i = 0; i < rounds; i++)
		ff_exec_run(exec, &program, epoch, &history);
	clock_gettime(CLOCK_MONOTONIC, &b);
	return (double)rounds * program.ncalls / (b.tv_sec - a.tv_sec + (b.tv_nsec - a.tv_nsec) / 1e9);
}

static void check_bare(void)
{
	double full, bare;

	if (!run(HEAD "setup\n  h0 = open f0 rdwr creat\n  pwrite h0 0 64K\n"
		 "  m0 = mmap h0 0 64K rw shared none\n"
		 "thread 0\n  pread h0 0 64K\n  pwrite h0 4K 64K\n  load m0 0 64K\n"
		 "  store m0 0 64K\n  pread h0 0 4K\n  pwrite h0 0 4K\n  seek h0 0 data\n"
		 "  mincore m0 0 64K\n  load m0 0 4K\n  store m0 0 4K\n"))
		return;
	full = rate(2000);
	config.bare = true;
	ff_exec_target(exec, &config);
	bare = rate(2000);
	tap_ok(rec(6)->state == FF_CALL_DONE && !rec(6)->nruns && !rec(6)->returned,
	       "bare: calls run, nothing is recorded");
	tap_diag("calls/s: %.0f, bare %.0f: %.2f", full, bare, full / bare);
	config.bare = false;
	ff_exec_target(exec, &config);
}

int main(void)
{
	struct ff_error e = { 0 };
	unsigned int f;

	make_place();
	if (!place) {
		printf("1..0 # SKIP no folder for files: %s\n", strerror(errno));
		return 0;
	}
	config = (struct ff_exec_config){ .dir = place, .features = ff_features_probe(),
					  .call_limit_ns = 5000000000ULL };
	for (f = 0; f < FF_FEATURES; f++)
		tap_diag("%-20s %s", ff_feature_name(f), config.features >> f & 1 ? "yes" : "no");
	if (!tap_ok(!ff_exec_open(&exec, &config, &e), "open an executor %s", e.text))
		return tap_done();
	check_rw();
	check_splice();
	check_faults();
	check_memory();
	check_fork();
	check_rest();
	check_broken();
	check_repeat();
	check_threads();
	check_start();
	check_clean();
	check_bare();
	ff_exec_close(exec);
	drop_place();
	return tap_done();
}
