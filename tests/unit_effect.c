// SPDX-License-Identifier: GPL-2.0-only
/*
 * Effects of calls, from programs as text and records made by hand: what a
 * call did when it succeeded, failed, was short, or never returned.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzzer/effect.h"
#include "tests/tap.h"

static struct ff_program program;
static struct ff_history history;
static struct ff_view view;
static struct ff_effects got;

#define HEAD(target) "# foliofuzz 1\ntarget " target "\n" \
	"setup\n" \
	"  h0 = open f0 rdwr creat\n"			/* 0 */ \
	"  h1 = open f1 rdwr creat|direct\n"		/* 1 */ \
	"  h2 = open f0 rdwr append\n"			/* 2 */ \
	"  m0 = mmap h0 64K 1M rw shared none\n"	/* 3 */ \
	"  m1 = mmap h0 8K 64K rw private none\n"	/* 4 */ \
	"  b0 = buffer 1M rw none\n"			/* 5 */ \
	"thread 0\n"
#define ID 6
#define MAYBE FF_EFFECT_MAYBE
#define MAX FF_MAX_SIZE

/* One call, and its result; @err 0 for success, -1: it never returned. */
static bool call(const char *text, int64_t result, int err)
{
	char whole[1024];
	struct ff_error e;
	unsigned int id;

	snprintf(whole, sizeof(whole), HEAD("ext4") "  %s\n", text);
	got.n = 0;
	if (ff_program_parse(whole, strlen(whole), &program, &e)) {
		tap_ok(0, "parse %s: line %u: %s", text, e.line, e.text);
		return false;
	}
	memset(&history, 0, sizeof(history));
	history.page_size = 4096;
	for (id = 0; id < program.ncalls; id++) {
		history.record[id].state = FF_CALL_DONE;
		history.record[id].invoked = 100 * id + 1;
		history.record[id].returned = history.record[id].scanned = 100 * id + 50;
	}
	history.record[ID].state = err < 0 ? FF_CALL_STARTED : FF_CALL_DONE;
	history.record[ID].result = err ? -1 : result;
	history.record[ID].err = err > 0 ? err : 0;
	ff_view_make(&view, &program, &history);
	ff_effects_of(&view, ID, &got);
	return true;
}

static bool is(unsigned int i, int kind, unsigned int obj, uint64_t off, uint64_t len, unsigned int flags)
{
	const struct ff_effect *e = &got.e[i];

	return i < got.n && e->kind == kind && e->obj == obj && e->off == off && e->len == len &&
	       e->flags == flags && e->call == ID &&
	       e->until == (flags & MAYBE ? UINT64_MAX : history.record[ID].returned);
}

static void expect(bool yes, unsigned int n, const char *what)
{
	unsigned int i;

	if (tap_ok(yes && got.n == n, "%s", what))
		return;
	for (i = 0; i < got.n; i++)
		tap_diag("kind %u obj %u off %llu len %llu flags %u src %u src_off %llu until %llu",
			 got.e[i].kind, got.e[i].obj, (unsigned long long)got.e[i].off,
			 (unsigned long long)got.e[i].len, got.e[i].flags, got.e[i].src,
			 (unsigned long long)got.e[i].src_off, (unsigned long long)got.e[i].until);
}

static void check_rw(void)
{
	call("pread h0 4K 8K", 8192, 0);
	expect(is(0, FF_EFFECT_SEE, 0, 4096, 8192, 0) && got.e[0].src_off == 8192, 1, "pread");
	call("pread h0 4K 8K", 100, 0);
	expect(is(0, FF_EFFECT_SEE, 0, 4096, 100, 0) && got.e[0].src_off == 8192, 1, "short pread");
	call("pread h1 4K 8K", 8192, 0);
	expect(is(0, FF_EFFECT_SEE, 1, 4096, 8192, FF_EFFECT_DIRECT), 1, "direct pread");
	call("pread h0 4K 8K", 0, EIO);
	expect(true, 0, "failed pread");

	call("pwrite h0 4K 8K", 8192, 0);
	expect(is(0, FF_EFFECT_WRITE, 0, 4096, 8192, 0) && got.e[0].version == ID + 1 &&
	       is(1, FF_EFFECT_GROW, 0, 12288, 0, 0), 2, "pwrite");
	call("pwrite h0 4K 8K", 0, EIO);
	expect(is(0, FF_EFFECT_WRITE, 0, 4096, 8192, MAYBE) &&
	       is(1, FF_EFFECT_GROW, 0, 12288, 0, MAYBE), 2, "failed pwrite may have written");
	call("pwrite h0 4K 8K", 0, -1);
	expect(is(0, FF_EFFECT_WRITE, 0, 4096, 8192, MAYBE) &&
	       is(1, FF_EFFECT_GROW, 0, 12288, 0, MAYBE), 2, "pwrite that never returned");
	call("pwrite h0 4K 8K", 0, EBADF);
	expect(true, 0, "pwrite to a closed handle did nothing");
	call("pwrite h0 4K 8K", 100, 0);
	expect(is(0, FF_EFFECT_WRITE, 0, 4096, 100, 0) && is(1, FF_EFFECT_GROW, 0, 4196, 0, 0) &&
	       is(2, FF_EFFECT_GROW, 0, 12288, 0, MAYBE), 3, "short pwrite");
	call("pwrite h1 4K 8K", 4096, 0);
	expect(is(0, FF_EFFECT_WRITE, 1, 4096, 4096, FF_EFFECT_DIRECT) &&
	       is(1, FF_EFFECT_WRITE, 1, 8192, 4096, FF_EFFECT_DIRECT | MAYBE) &&
	       is(4, FF_EFFECT_EVICT, 1, 4096, 8192, 0), 5, "short direct pwrite");
	call("pwrite h2 4K 8K", 8192, 0);
	expect(is(0, FF_EFFECT_WRITE, 0, 0, MAX, MAYBE | FF_EFFECT_ANYWHERE) &&
	       got.e[0].src_off == 4096, 2, "appending pwrite: somewhere");
}

static void check_vectors(void)
{
	call("preadv h1 8K [b0:0:4K,m0:4K:4K,m1:0:512] none", 8192, 0);
	expect(is(0, FF_EFFECT_COPY, FF_OBJ_BUFFER(0), 0, 4096, FF_EFFECT_DMA | FF_EFFECT_DIRECT) &&
	       got.e[0].src == 1 && got.e[0].src_off == 8192 &&
	       is(1, FF_EFFECT_COPY, 0, 69632, 4096, FF_EFFECT_DMA | FF_EFFECT_DIRECT | FF_EFFECT_MAPPED) &&
	       got.e[1].src_off == 12288 &&
	       is(2, FF_EFFECT_COPY, FF_OBJ_PRIVATE(1), 8192, 512,
		  FF_EFFECT_DMA | FF_EFFECT_DIRECT | FF_EFFECT_MAPPED | MAYBE) &&
	       got.e[2].src_off == 16384 && got.e[3].kind == FF_EFFECT_SEE &&
	       got.e[3].from == history.record[ID].returned && got.e[3].obj == FF_OBJ_BUFFER(0) &&
	       got.e[4].off == 69632, 5, "short direct preadv into buffer, map and private map");
	call("preadv h0 8K [b0:0:4K] none", 0, EFAULT);
	expect(is(0, FF_EFFECT_COPY, FF_OBJ_BUFFER(0), 0, 4096, MAYBE), 1, "failed preadv");
	call("pwritev h0 0 [b0:8:4K,m0:0:4K] none", 8192, 0);
	expect(is(0, FF_EFFECT_COPY, 0, 0, 4096, 0) && got.e[0].src == FF_OBJ_BUFFER(0) &&
	       got.e[0].src_off == 8 && is(1, FF_EFFECT_COPY, 0, 4096, 4096, 0) &&
	       got.e[1].src == 0 && got.e[1].src_off == 65536 &&
	       is(2, FF_EFFECT_GROW, 0, 8192, 0, 0), 3, "pwritev from buffer and map");
	call("copy h0 0 h1 4K 8K", 4096, 0);
	expect(is(0, FF_EFFECT_COPY, 1, 4096, 4096, 0 | FF_EFFECT_DIRECT) && got.e[0].src == 0, 5,
	       "short copy to a direct handle");
	call("splice h0 0 h0 64K 8K", 4096, 0);
	expect(is(0, FF_EFFECT_COPY, 0, 65536, 4096, 0) && got.e[0].src_off == 0 &&
	       is(1, FF_EFFECT_GROW, 0, 69632, 0, 0), 3, "short splice");
}

/* The runs of a vectored call are shared out to its pieces. */
static void check_shared_runs(void)
{
	static const uint32_t len[] = { 4000, 96, 512, 100 };
	unsigned int i;

	call("preadv h0 8K [b0:0:4K,b0:8K:512,m0:0:4K] none", 4708, 0);
	history.record[ID].first_run = 5;
	history.record[ID].nruns = 4;
	for (i = 0; i < 4; i++)
		history.run[5 + i].len = len[i];
	ff_effects_of(&view, ID, &got);
	tap_ok(got.n >= 7 && got.e[4].kind == FF_EFFECT_SEE && got.e[4].run == 0 && got.e[4].nrun == 2 &&
	       got.e[5].run == 2 && got.e[5].nrun == 1 && got.e[6].run == 3 && got.e[6].nrun == 1 &&
	       got.e[6].len == 100, "runs are shared out to the pieces");
}

static void check_range(void)
{
	call("ftruncate h0 10000", 0, 0);
	expect(is(0, FF_EFFECT_SIZE, 0, 10000, 0, 0) &&
	       is(1, FF_EFFECT_ZERO, 0, 10000, MAX - 10000, 0), 2, "ftruncate");
	call("ftruncate h0 10000", 0, EINTR);
	expect(is(0, FF_EFFECT_SIZE, 0, 10000, 0, MAYBE), 2, "failed ftruncate");
	call("fallocate h0 allocate 4K 8K", 0, 0);
	expect(is(0, FF_EFFECT_PLACE, 0, 4096, 8192, 0) && is(1, FF_EFFECT_GROW, 0, 12288, 0, 0), 2,
	       "allocate");
	call("fallocate h0 keep 4K 8K", 0, 0);
	expect(is(0, FF_EFFECT_PLACE, 0, 4096, 8192, 0), 1, "allocate, keep size");
	call("fallocate h0 punch 100 8K", 0, 0);
	expect(is(0, FF_EFFECT_ZERO, 0, 100, 8192, 0), 1, "punch");
	call("fallocate h0 punch 100 8K", 0, ENOSPC);
	expect(is(0, FF_EFFECT_ZERO, 0, 100, 8192, MAYBE), 1, "failed punch");
	call("fallocate h0 punch 100 8K", 0, EOPNOTSUPP);
	expect(true, 0, "a punch that is not supported");
	call("fallocate h0 zero 4K 8K", 0, 0);
	expect(is(0, FF_EFFECT_ZERO, 0, 4096, 8192, 0) && is(1, FF_EFFECT_PLACE, 0, 4096, 8192, 0) &&
	       is(2, FF_EFFECT_GROW, 0, 12288, 0, 0), 3, "zero range");
	call("fallocate h0 collapse_range 4K 8K", 0, 0);
	expect(is(0, FF_EFFECT_COPY, 0, 4096, MAX - 12288, 0) && got.e[0].src_off == 12288 &&
	       is(1, FF_EFFECT_ZERO, 0, MAX - 8192, 8192, 0) && got.e[2].kind == FF_EFFECT_SIZE &&
	       (got.e[2].flags & MAYBE), 3, "collapse range");
	call("fallocate h0 insert_range 4K 8K", 0, 0);
	expect(is(0, FF_EFFECT_COPY, 0, 12288, MAX - 12288, 0) && got.e[0].src_off == 4096 &&
	       is(1, FF_EFFECT_ZERO, 0, 4096, 8192, 0) && is(2, FF_EFFECT_GROW, 0, 12288, 0, 0), 3,
	       "insert range");
	call("seek h0 4K hole", 8192, 0);
	expect(is(0, FF_EFFECT_SEEK, 0, 4096, 0, 0) && got.e[0].src == SEEK_HOLE, 1, "seek");
	call("fadvise h0 0 8K dontneed", 0, 0);
	expect(is(0, FF_EFFECT_EVICT, 0, 0, 8192, 0), 1, "fadvise dontneed");
	call("fsync h0", 0, 0);
	expect(true, 0, "fsync");
	call("h3 = open f0 rdwr trunc", 203, 0);
	expect(is(0, FF_EFFECT_SIZE, 0, 0, 0, 0) && is(1, FF_EFFECT_ZERO, 0, 0, MAX, 0), 2, "open, trunc");
}

static void check_memory(void)
{
	call("load m0 4K 8K", 8192, 0);
	expect(is(0, FF_EFFECT_SEE, 0, 69632, 8192, FF_EFFECT_MAPPED), 1, "load of a shared map");
	call("load m1 0 8K", 4096, 0);
	expect(is(0, FF_EFFECT_SEE, FF_OBJ_PRIVATE(1), 8192, 4096, FF_EFFECT_MAPPED), 1,
	       "load of a private map that faulted");
	call("store b0 100 8", 8, 0);
	expect(is(0, FF_EFFECT_WRITE, FF_OBJ_BUFFER(0), 100, 8, 0), 1, "store to a buffer");
	call("store m0 0 8K", 4096, 0);
	expect(is(0, FF_EFFECT_WRITE, 0, 65536, 4096, FF_EFFECT_MAPPED) &&
	       is(1, FF_EFFECT_WRITE, 0, 69632, 4096, FF_EFFECT_MAPPED | MAYBE), 2,
	       "store to a shared map that faulted");
	call("fork m0 0 4K store", 4096, 0);
	expect(is(0, FF_EFFECT_WRITE, 0, 65536, 4096, FF_EFFECT_MAPPED), 1,
	       "a child's store to a shared map");
	call("fork b0 0 4K store", 4096, 0);
	expect(true, 0, "a child's store to a buffer is its own");
	call("fork b0 0 4K load", 4096, 0);
	expect(got.e[0].kind == FF_EFFECT_SEE && got.e[0].obj == FF_OBJ_BUFFER(0), 1, "a child's load");
	call("mincore m0 0 5000", 0, 0);
	expect(is(0, FF_EFFECT_RESIDENT, 0, 65536, 8192, 0), 1, "mincore");
	call("munmap b0 0 5000", 0, 0);
	expect(is(0, FF_EFFECT_ZERO, FF_OBJ_BUFFER(0), 0, 8192, 0) &&
	       got.e[1].kind == FF_EFFECT_LOCAL, 2, "munmap of a buffer");
	call("munmap m0 0 4K", 0, 0);
	expect(is(0, FF_EFFECT_LOCAL, 0, 65536, 4096, 0), 1, "munmap of a shared map");
	call("remap m1 0 4K", 0, 0);
	expect(is(0, FF_EFFECT_REVERT, FF_OBJ_PRIVATE(1), 8192, 4096, 0), 2, "remap of a private map");
	call("mprotect m0 0 4K ro", 0, 0);
	expect(is(0, FF_EFFECT_LOCAL, 0, 65536, 4096, 0), 1, "mprotect");
	call("mremap b0 shrink 64K", 0, 0);
	expect(is(0, FF_EFFECT_ZERO, FF_OBJ_BUFFER(0), 65536, MAX - 65536, 0), 2, "mremap");
}

static void check_advice(void)
{
	call("madvise b0 4K 100 dontneed", 0, 0);
	expect(is(0, FF_EFFECT_ZERO, FF_OBJ_BUFFER(0), 4096, 4096, 0), 1, "dontneed of a buffer");
	call("madvise b0 100 100 dontneed", 0, EINVAL);
	expect(true, 0, "unaligned: nothing happened");
	call("madvise b0 4K 8K dontneed", 0, ENOMEM);
	expect(is(0, FF_EFFECT_ZERO, FF_OBJ_BUFFER(0), 4096, 8192, MAYBE), 1, "dontneed across a gap");
	call("madvise m1 4K 4K dontneed", 0, 0);
	expect(is(0, FF_EFFECT_REVERT, FF_OBJ_PRIVATE(1), 12288, 4096, 0), 1, "of a private map");
	call("madvise m0 4K 4K dontneed", 0, 0);
	expect(true, 0, "of a shared map: the file stays");
	call("madvise b0 0 4K free", 0, 0);
	expect(is(0, FF_EFFECT_ZERO, FF_OBJ_BUFFER(0), 0, 4096, MAYBE), 1, "free: at any time later");
	call("madvise m0 0 5000 remove", 0, 0);
	expect(is(0, FF_EFFECT_ZERO, 0, 65536, 8192, 0), 1, "remove");
	call("madvise m1 0 4K remove", 0, EACCES);
	expect(true, 0, "remove of a private map");
	call("madvise m0 0 4K pageout", 0, 0);
	expect(is(0, FF_EFFECT_EVICT, 0, 65536, 4096, 0), 1, "pageout");
	call("madvise m0 0 1M collapse", 0, 0);
	expect(true, 0, "collapse");
	call("madvise b0 0 4K guard_install", 0, 0);
	expect(is(0, FF_EFFECT_ZERO, FF_OBJ_BUFFER(0), 0, 4096, 0) &&
	       is(1, FF_EFFECT_LOCAL, FF_OBJ_BUFFER(0), 0, 4096, 0), 2, "guard_install");
	call("process_madvise m0 0 4K cold", 4096, 0);
	expect(is(0, FF_EFFECT_EVICT, 0, 65536, 4096, 0), 1, "process_madvise");
	call("dropcaches all", 1, 0);
	expect(is(0, FF_EFFECT_EVICT, FF_OBJ_NONE, 0, MAX, 0), 1, "dropcaches");
}

static void check_view(void)
{
	call("pread h0 0 4K", 4096, 0);
	history.record[0].err = ENOENT;
	ff_view_make(&view, &program, &history);
	ff_effects_of(&view, ID, &got);
	expect(!view.handle[0].used && view.handle[1].used, 0, "a handle that failed is no handle");
	history.record[0].err = 0;
	history.record[ID].state = FF_CALL_SKIPPED;
	ff_view_make(&view, &program, &history);
	ff_effects_of(&view, ID, &got);
	expect(true, 0, "a skipped call does nothing");
	ff_view_make(&view, &program, NULL);
	ff_effects_of(&view, ID, &got);
	tap_ok(got.n == 1 && got.e[0].len == 4096, "without a history all of it was done");
}

int main(void)
{
	check_rw();
	check_vectors();
	check_shared_runs();
	check_range();
	check_memory();
	check_advice();
	check_view();
	return tap_done();
}
