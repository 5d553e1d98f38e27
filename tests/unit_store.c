// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store: a finding's folder is whole, counts go on in the next campaign, a
 * better program replaces the old one in one step, and a disk that cannot be
 * written leaves what was there.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oracles/case_text.h"
#include "runner/cache.h"
#include "runner/store.h"
#include "runner/store_text.h"
#include "tests/tap.h"

static char dir[] = "/tmp/foliofuzz-unit-store.XXXXXX";
static struct ff_program program;
static struct ff_history history;
static struct ff_finding finding;
static struct ff_case c;

static void make_case(void)
{
	static const char text[] = "# foliofuzz 1\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\n"
				   "  pwrite h0 0 4K\nthread 0\n  fsync h0\n";
	struct ff_error e = { 0 };

	if (ff_program_parse(text, strlen(text), &program, &e))
		tap_diag("line %u: %s", e.line, e.text);
	history.ncalls = program.ncalls;
	history.epoch = 1;
	c = (struct ff_case){ .program = &program, .history = &history, .witness = "SKIP witness: a test",
			      .log = "a line\n", .ended = 1, .lost = "" };
	strcpy(finding.oracle, "data");
	strcpy(finding.verdict, "stale");
	strcpy(finding.signature, "data.stale.test");
	strcpy(finding.what, "it was seen");
	strcpy(finding.evidence, "evidence\n");
}

static struct ff_found make_found(void)
{
	struct ff_found f = { .seed = 7, .number = 3, .hits = 4, .runs = 10, .count = 2, .calls_to_first = 99 };

	strcpy(f.oracle, "data");
	strcpy(f.verdict, "stale");
	strcpy(f.signature, "data.stale.test");
	strcpy(f.what, "it was seen");
	strcpy(f.guest, "--here");
	return f;
}

static int has(const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/findings/data.stale.test/%s", dir, name);
	return !stat(path, &st);
}

static void test_put(struct ff_store *st)
{
	static const char *const names[] = { "program.ff", "finding.json", "history", "witness", "kernel.log", "README" };
	struct ff_found f = make_found(), back = { 0 };
	char path[256], *text;
	struct ff_program again;
	struct ff_error e = { 0 };
	size_t len;

	tap_is_int(ff_store_put(st, &f, &c, &finding), 0, "a finding is put");
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tap_ok(has(names[i]), "it has %s", names[i]);
	strcpy(back.signature, f.signature);
	tap_is_int(ff_store_load(st, &back), 0, "it is found again");
	tap_ok(back.hits == 4 && back.runs == 10 && back.count == 2 && back.seed == 7 &&
	       back.calls_to_first == 99, "with its numbers");
	snprintf(path, sizeof(path), "%s/findings/data.stale.test/program.ff", dir);
	text = ff_read_file(path, &len);
	tap_ok(text && !ff_program_parse(text, len, &again, &e) && ff_program_same(&again, &program),
	       "its program can be read again");
	free(text);
	strcpy(back.signature, "data.other");
	tap_ok(ff_store_load(st, &back) < 0, "another signature is not there");
}

static void test_replace(struct ff_store *st)
{
	struct ff_found f = make_found(), back = { 0 };

	f.hits = 9;
	tap_is_int(ff_store_put(st, &f, &c, &finding), 0, "a better program replaces the folder");
	strcpy(back.signature, f.signature);
	ff_store_load(st, &back);
	tap_is_int(back.hits, 9, "the new numbers are there");
	f.count = 50;
	tap_is_int(ff_store_update(st, &f, NULL), 0, "the count goes up");
	ff_store_load(st, &back);
	tap_is_int(back.count, 50, "and is kept");
	tap_ok(!access(dir, F_OK) && has("history"), "the rest stays");
}

/* A finding whose folder cannot be made: /dev/full for the file system is not to be had here. */
static void test_failure(struct ff_store *st)
{
	struct ff_found f = make_found(), back = { 0 };
	char path[256];

	snprintf(path, sizeof(path), "%s/findings/.new", dir);
	chmod(dir, 0755);
	f.hits = 1;
	strcpy(f.signature, "no/such/parent");
	tap_ok(ff_store_put(st, &f, &c, &finding) < 0, "what cannot be put is an error");
	tap_ok(access(path, F_OK), "and leaves nothing half-written");
	strcpy(back.signature, "data.stale.test");
	tap_ok(!ff_store_load(st, &back) && back.count == 50, "and what was there is untouched");
}

static void test_lost(struct ff_store *st)
{
	char path[256];

	tap_is_int(ff_store_lost(st, "panic", "the kernel panicked", &c), 0, "what ran in a lost guest is kept");
	snprintf(path, sizeof(path), "%s/lost/1-panic/program.ff", dir);
	tap_ok(!access(path, F_OK), "with its program");
	tap_is_int(ff_store_log(st, "a line"), 0, "the log is written");
}

static void test_lock(struct ff_store *st)
{
	struct ff_store *other;
	pid_t before = -1;

	tap_ok(!ff_store_lock(st, &before) && before == 0, "the folder is locked, by nobody before");
	tap_is_int(ff_store_open(&other, dir), 0, "another campaign looks into it");
	tap_ok(ff_store_lock(other, &before) == -EBUSY && before == getpid(), "and may not run there while this one does");
	ff_store_close(other);
}

/* A campaign of weeks says a lot. */
static void test_log(struct ff_store *st)
{
	char path[256], now[256], line[1001];
	struct stat a = { 0 }, b = { 0 };

	memset(line, 'x', 1000);
	line[1000] = '\0';
	snprintf(now, sizeof(now), "%s/campaign.log", dir);
	snprintf(path, sizeof(path), "%s/campaign.log.1", dir);
	for (int i = 0; i < 20000; i++)
		if (ff_store_log(st, "%d %s", i, line))
			tap_ok(0, "line %d is written", i);
	tap_ok(!stat(path, &a) && !stat(now, &b) && a.st_size > 8 << 20 && a.st_size < 9 << 20 && b.st_size < 9 << 20,
	       "20 MB of log: the last 8 MiB and what came after are kept (%lld, %lld)", (long long)a.st_size,
	       (long long)b.st_size);
}

int main(void)
{
	struct ff_store *st = NULL;

	if (!mkdtemp(dir))
		return 1;
	make_case();
	tap_is_int(ff_store_open(&st, dir), 0, "a store is opened");
	test_put(st);
	test_replace(st);
	test_failure(st);
	test_lost(st);
	test_lock(st);
	test_log(st);
	ff_store_close(st);
	tap_is_int(ff_store_open(&st, dir), 0, "and again");
	tap_is_int(ff_store_lost(st, "panic", "the kernel panicked", &c), 0, "numbers of lost guests go on");
	ff_store_close(st);
	tap_ok(ff_store_open(&st, "/proc/no/such/place") < 0, "a folder that cannot be made is an error");
	ff_remove_tree(dir);
	return tap_done();
}
