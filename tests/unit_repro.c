// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reproducers as text: every kept program and many generated ones give C that a
 * compiler takes without a warning; the checks in them are those that the program's
 * order allows, and no others.
 *
 * timeout: 600
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "corpus/repro.h"
#include "fuzzer/generate.h"
#include "fuzzer/rotation.h"
#include "runner/cache.h"
#include "tests/tap.h"

#define MADE	18	/* generated programs, one of each signature; FF_LONG=1: 20 times as many */

/* The C file of a program; the caller frees it. NULL: it was refused. */
static char *text_of(const struct ff_program *p, const char *signature, const char *about)
{
	struct ff_repro r = { .signature = signature, .what = "found", .kernel = "k", .about = about, .name = "t" };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	int ret = ff_repro_write(p, &r, f);

	fclose(f);
	if (!ret)
		return text;
	free(text);
	return NULL;
}

static void parse(struct ff_program *p, const char *text)
{
	struct ff_error e = { 0 };

	if (ff_program_parse(text, strlen(text), p, &e)) {
		tap_ok(0, "the test's own program parses");
		tap_diag("line %u: %s", e.line, e.text);
		exit(tap_done());
	}
}

static bool compiles(const char *text)
{
	const char *cc = getenv("CC") ? getenv("CC") : "gcc";
	char path[] = "/tmp/unit_repro.XXXXXX.c", line[400];
	int fd = mkstemps(path, 2), status;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return false;
	close(fd);
	snprintf(line, sizeof(line), "%s -O2 -Wall -Wextra -Werror -pthread -c -o /dev/null %s 1>&2", cc, path);
	status = system(line);
	unlink(path);
	return status == 0;
}

static void test_kept(void)
{
	char *program, *text;
	struct ff_program p;
	glob_t g;
	size_t n;

	tap_ok(!glob("tests/programs/*.ff", 0, NULL, &g) && g.gl_pathc > 5, "there are kept programs");
	for (size_t i = 0; i < g.gl_pathc; i++) {
		program = ff_read_file(g.gl_pathv[i], &n);
		parse(&p, program);
		text = text_of(&p, "", "");
		tap_ok(text && compiles(text), "%s: compiles without a warning", g.gl_pathv[i]);
		free(text);
		free(program);
	}
	globfree(&g);
}

/* All targets in turn, all that can be looked for in turn. */
static void test_generated(void)
{
	static const char *const signatures[] = {
		"", "data.stale.pread.pwrite", "errno.sigbus.load", "errno.short-read.pread", "errno.missing-sigbus.store",
		"errno.unexpected-errno.pwrite.eexist", "errno.unexpected-errno.mmap.eio", "errno.unexpected-errno.madvise.enoent",
		"seek.hole-in-data.alone", "mincore.absent.collapse", "hang.lost-wakeup.load.x", "kernel-log.bug.x",
		"leak.swapoff-stuck", "leak.deleted-file.blocks", "leak.thp.anon", "unmap.stale-mapping.page-still-mapped",
		"errno.unexpected-errno.preadv.eio", "errno.unexpected-errno.open.enoent",
	};
	struct ff_gen_limits limits = { .features = ~0ull, .allow_global = true, .device_size = 4 << 20 };
	unsigned int targets = ff_rotation_targets(~0u), n = sizeof(signatures) / sizeof(signatures[0]), bad = 0, i;
	unsigned int made = getenv("FF_LONG") ? 20 * MADE : MADE;
	struct ff_target target;
	struct ff_program p;
	char *text;

	for (i = 0; i < made; i++) {
		ff_rotation_target(~0u, i % targets, &target);
		ff_generate(&limits, 4, i, &target, &p);
		text = text_of(&p, signatures[i % n], "");
		if (!text || !compiles(text)) {
			tap_diag("seed 4 number %u, \"%s\"", i, signatures[i % n]);
			bad++;
		}
		free(text);
	}
	tap_is_int(bad, 0, "of %u generated programs, on %u targets, each compiles without a warning", made, targets);
}

static void expect(const char *program, const char *signature, const char *line, bool there)
{
	struct ff_program p;
	char *text;

	parse(&p, program);
	text = text_of(&p, signature, "");
	if (!tap_ok(text && !strstr(text, line) == !there, "%s: %s\"%s\"", signature, there ? "" : "not ", line))
		tap_diag("%s", text && strstr(text, "static void setup") ? strstr(text, "static void setup") : "(no text)");
	free(text);
}

#define FILE_MAPPED "# foliofuzz 1\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\n  pwrite h0 0 64K\n  m0 = mmap h0 0 64K rw shared\n"

static void test_content(void)
{
	/* the own punch hides all; a write beside it may show; what may be anything is not asked */
	expect(FILE_MAPPED "thread 0\n  fallocate h0 punch 0 64K\n  load m0 0 64K\n", "data.stale-mapping.load.fallocate",
	       "check(\"load\", m0, 64 * K, 0, WRITES(0));", true);
	expect(FILE_MAPPED "thread 0\n  fallocate h0 punch 0 64K\n  load m0 0 64K\nthread 1\n  pwrite h0 0 16K\n",
	       "data.stale-mapping.load.fallocate", "check(\"load\", m0, 16 * K, 0, WRITES(0, 6));", true);
	expect(FILE_MAPPED "thread 0\n  load m0 0 64K\nthread 1\n  fallocate h0 punch 0 64K\n",
	       "data.stale-mapping.load.fallocate", "check(\"load\"", false);
	expect(FILE_MAPPED "thread 0\n  pwrite h0 4K 4K\n  pread h0 0 8K\nthread 1\n  load m0 0 64K\n", "data.stale.pread.pwrite",
	       "check(\"pread\", io(0) + 4 * K, 4 * K, 4 * K, WRITES(4));", true);
	/* a meeting is no order: it is given up after 100 ms */
	expect(FILE_MAPPED "thread 0\n  meet 0\n  load m0 0 64K\nthread 1\n  fallocate h0 punch 0 64K\n  meet 0\n",
	       "data.stale-mapping.load.fallocate", "check(\"load\"", false);
	expect(FILE_MAPPED "thread 0\n  store m0 3 6\n  load m0 0 16\n", "data.stale.load.store", "check(\"load\", m0, 16,", false);
	expect("# foliofuzz 1\ntarget block\nsetup\n  h0 = open f0 rdwr|direct\n  b0 = buffer 4K rw\n  store b0 0 4K\n"
	       "thread 0\n  preadv h0 1K [b0:512:512] none\n", "data.lost-dma.preadv",
	       "check(\"preadv\", b0 + 512, 512, 1 * K, WRITES(BASE));", true);
	expect(FILE_MAPPED "thread 0\n  load m0 0 4K\n", "data.stale-mapping.load.x", "same(\"f0\", m0, 0, 64 * K);", true);
	expect(FILE_MAPPED "thread 0\n  mremap m0 move 64K\n", "data.stale-mapping.load.x", "same(\"f0\"", false);
}

static void test_calls(void)
{
	expect(FILE_MAPPED "thread 0\n  seek h0 4K data\n", "seek.hole-in-data.collapse", "seek_data(h0, 4 * K, 4 * K);", true);
	expect(FILE_MAPPED "thread 0\n  seek h0 4K hole\n", "seek.hole-in-data.collapse", "seek_hole(h0, 4 * K, 64 * K);", true);
	expect(FILE_MAPPED "thread 0\n  seek h0 4K data\nthread 1\n  ftruncate h0 0\n", "seek.hole-in-data.collapse",
	       "DO(lseek(h0, 4 * K, SEEK_DATA));", true);
	expect(FILE_MAPPED "thread 0\n  mincore m0 0 64K\n", "mincore.absent.collapse", "resident(m0, 64 * K, 0, 15);", true);
	expect(FILE_MAPPED "thread 0\n  mincore m0 0 64K\nthread 1\n  madvise m0 0 4K pageout\n", "mincore.absent.collapse",
	       "resident(m0", false);
	expect(FILE_MAPPED "thread 0\n  load m0 0 4K\nthread 1\n  ftruncate h0 32K\n", "errno.sigbus.load",
	       "no_sigbus(\"load\", load(m0, 4 * K), m0, m0 + 32 * K);", true);
	expect(FILE_MAPPED "thread 0\n  load m0 0 4K\nthread 1\n  ftruncate h0 0\n", "errno.sigbus.load", "no_sigbus(\"load\"", false);
	expect(FILE_MAPPED "thread 0\n  pread h0 0 64K\n", "errno.short-read.pread", "whole(get(h0, 0, 64 * K), 64 * K);", true);
	expect(FILE_MAPPED "thread 0\n  pread h0 0 64K\nthread 1\n  ftruncate h0 4K\n", "errno.short-read.pread", "whole(get", false);
	expect(FILE_MAPPED "thread 0\n  pread h0 0 4K\n", "errno.unexpected-errno.pread.enoent",
	       "if ((get(h0, 0, 4 * K)) < 0 && errno == ENOENT)\n\t\tseen(", true);
	expect(FILE_MAPPED "thread 0\n  meet 3\nthread 1\n  meet 3\nthread 2\n  meet 3\n", "hang.livelock.x.y", "meet(3, 3);", true);
	expect("# foliofuzz 1\ntarget tmpfs\ndelay collapse 1 500\nthread 0\n", "hang.livelock.x.y", "A C file cannot", true);
	expect("# foliofuzz 1\ntarget fuse\nthread 0\n  serve die 0 0\n", "hang.livelock.x.y", "LEFT OUT: ", true);
	expect("# foliofuzz 1\ntarget ext4 slow=100\nthread 0\n", "hang.livelock.x.y", "throttling.iops-total=100", true);
	expect(FILE_MAPPED "thread 0\n", "unmap.stale-mapping.huge-page-mapped-after-split", "NOTHING TO SEE FROM HERE", true);
}

static void test_refused(void)
{
	static const char *const bad[] = {
		"nonsense", "errno", "errno.sigbusy.load", "errno.unexpected-errno.pread", "errno.unexpected-errno.nocall.enoent",
		"errno.unexpected-errno.pread.enothing", ".", "data-stale",
	};
	struct ff_program p;
	char *text;

	parse(&p, FILE_MAPPED "thread 0\n  pread h0 0 4K\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text = text_of(&p, bad[i], "");
		tap_ok(!text, "\"%s\" is no signature", bad[i]);
		free(text);
	}
	text = text_of(&p, "", "a comment */ int evil; /* that ends");
	tap_ok(text && !strstr(text, "*/ int evil") && compiles(text), "no text leaves the head's comment");
	free(text);
}

int main(void)
{
	test_content();
	test_calls();
	test_refused();
	test_kept();
	test_generated();
	return tap_done();
}
