// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content: what was filled in is found again as the same versions and places,
 * exact to the byte at the edges, and a word of which only a part was
 * overwritten is never taken for one of either write. Also says how fast.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "fuzzer/content.h"
#include "tests/tap.h"

#define EPOCH	7
#define BIG	(64u << 20)

static struct ff_run run[FF_MAX_RUNS_CALL];
static volatile uint32_t nrun;
static unsigned char memory[65536 + 64] __attribute__((aligned(4096)));

static void scan(const void *src, uint64_t off, size_t len)
{
	ff_content_scan(src, off, len, EPOCH, run, FF_MAX_RUNS_CALL, &nrun);
}

static int is_run(unsigned int i, int kind, uint64_t off, uint32_t len)
{
	return i < nrun && run[i].kind == kind && run[i].off == off && run[i].len == len;
}

static void check_words(void)
{
	uint16_t version, bad = 0;
	unsigned int obj, v, o;
	uint64_t off, w;

	for (v = 1; v <= FF_MAX_CALLS; v++)
		for (o = 0; o < FF_OBJECTS; o++) {
			uint64_t at = (v * 4096 + o * 8) % FF_MAX_SIZE;

			w = ff_word_make(EPOCH, o, at, v);
			bad += !ff_word_read(w, EPOCH, &version, &obj, &off) || version != v ||
			       obj != o || off != at || ff_word_foreign(w, EPOCH) ||
			       ff_word_read(w, EPOCH + 1, &version, &obj, &off) ||
			       !ff_word_foreign(w, EPOCH + 1) || !w;
		}
	tap_is_int(bad, 0, "words of all versions and objects are read as they were made");
	w = ff_word_make(FF_EPOCH_BASE, 0, 512, FF_VERSION_BASE);
	tap_ok(ff_word_foreign(w, EPOCH), "base content is foreign");
	tap_ok(!ff_word_foreign(0, EPOCH) && !ff_word_foreign(~0ULL, EPOCH) &&
	       !ff_word_foreign(0x0123456789abcdefULL, EPOCH), "zeros, ones and noise are not");
}

/* Of two writes each word has some bytes: it must be neither's. */
static void check_torn(void)
{
	unsigned int a, cut, taken = 0;
	unsigned char word[8], other[8];

	for (a = 1; a < FF_MAX_CALLS; a++)
		for (cut = 1; cut < 8; cut++) {
			ff_content_fill(word, EPOCH, 1, 4096, 8, a);
			ff_content_fill(other, EPOCH, 1, 4096, 8, a + 1);
			memcpy(word, other, cut);
			scan(word, 4096, 8);
			/* Version is 16 bits: cut after 2 bytes leaves the rest to tell. */
			taken += nrun != 1 || run[0].kind == FF_RUN_OWN;
		}
	tap_is_int(taken, 0, "a word of two writes is never taken for one");
}

static void check_edges(void)
{
	unsigned int off, len, i, bad = 0, covered = 0;
	uint64_t sum;

	for (off = 0; off < 24; off++)
		for (len = 1; len < 80; len++) {
			memset(memory, 0xee, 256);
			ff_content_fill(memory + off, EPOCH, 2, 8192 + off, len, 3);
			for (i = 0; i < 256; i++)
				bad += memory[i] != (i >= off && i < off + len ?
					ff_content_byte(EPOCH, 2, 8192 + i, 3) : 0xee);
			scan(memory + off, 8192 + off, len);
			for (i = 0, sum = 0; i < nrun; i++) {
				covered += run[i].off != 8192 + off + sum;
				sum += run[i].len;
			}
			covered += sum != len;
		}
	tap_is_int(bad, 0, "fill touches its bytes and no other");
	tap_is_int(covered, 0, "runs cover each byte once");

	ff_content_fill(memory, EPOCH, 2, 0, 4096, 3);
	scan(memory + 3, 3, 100);
	tap_ok(nrun == 3 && is_run(0, FF_RUN_RAW, 3, 5) && is_run(1, FF_RUN_OWN, 8, 88) &&
	       is_run(2, FF_RUN_RAW, 96, 7), "edges are raw, the middle is the version's");
	tap_ok((run[0].value & 0xff) == ff_content_byte(EPOCH, 2, 3, 3) &&
	       run[0].value >> 32 == ff_content_byte(EPOCH, 2, 7, 3), "an edge's bytes, low byte first");
	tap_ok(run[1].version == 3 && run[1].obj == 2 && run[1].value == 8, "its place");
}

static void check_runs(void)
{
	memset(memory, 0, 4 * 4096);
	ff_content_fill(memory + 512, EPOCH, 1, 512, 1024, 9);
	ff_content_fill(memory + 1024, EPOCH, 1, 1024, 512, 10);
	ff_content_fill(memory + 8192, EPOCH - 1, 1, 8192, 512, 9);
	ff_content_fill(memory + 12288, EPOCH, 8, 65536, 512, 11);	/* made for elsewhere */
	memcpy(memory + 12288 + 512, "garbage!", 8);
	scan(memory, 0, 4 * 4096);
	tap_ok(nrun == 9 && is_run(0, FF_RUN_ZERO, 0, 512) && is_run(1, FF_RUN_OWN, 512, 512) &&
	       is_run(2, FF_RUN_OWN, 1024, 512) && is_run(3, FF_RUN_ZERO, 1536, 6656) &&
	       is_run(4, FF_RUN_FOREIGN, 8192, 512) && is_run(5, FF_RUN_ZERO, 8704, 3584) &&
	       is_run(6, FF_RUN_OWN, 12288, 512) && is_run(7, FF_RUN_RAW, 12800, 8) &&
	       is_run(8, FF_RUN_ZERO, 12808, 3576), "holes, two versions, foreign, displaced, garbage");
	tap_ok(run[1].version == 9 && run[2].version == 10, "versions");
	tap_ok(run[6].obj == 8 && run[6].value == 65536, "displaced words tell where they belong");

	/* The same words shifted by a page: one run would hide it. */
	ff_content_fill(memory, EPOCH, 1, 0, 8192, 9);
	memcpy(memory + 4096, memory, 4096);
	scan(memory, 0, 8192);
	tap_ok(nrun == 2 && is_run(1, FF_RUN_OWN, 4096, 4096) && run[1].value == 0,
	       "a page in the place of another is a run of its own");

	scan(memory, 0, 0);
	tap_is_int(nrun, 0, "nothing is no run");
	memset(memory, 0, 64);
	scan(memory + 3, 3, 20);
	tap_ok(nrun == 1 && is_run(0, FF_RUN_ZERO, 3, 20), "a hole with edges is one run");
}

static void check_full(void)
{
	unsigned int i;

	for (i = 0; i < 1000; i++)
		ff_content_fill(memory + 8 * i, EPOCH, 1, 8 * i, 8, 1 + i % 2);
	ff_content_scan(memory, 0, 8000, EPOCH, run, 4, &nrun);
	tap_ok(nrun == 4 && is_run(2, FF_RUN_OWN, 16, 8) && is_run(3, FF_RUN_UNSEEN, 24, 7976),
	       "the last run takes all for which there is no room");
	ff_content_scan(memory, 0, 32, EPOCH, run, 4, &nrun);
	tap_ok(nrun == 4 && is_run(3, FF_RUN_OWN, 24, 8), "exactly enough room is enough");
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void check_speed(void)
{
	unsigned char *big = mmap(NULL, BIG, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	double began, fill = 1e9, read = 1e9, copy = 1e9;
	size_t piece = 2u << 20, at;
	int round;

	if (big == MAP_FAILED) {
		tap_skip("no 64 MiB for the speed test");
		return;
	}
	for (round = 0; round < 5; round++) {
		began = seconds();
		for (at = 0; at < BIG; at += piece)
			ff_content_fill(big + at, EPOCH, 1, 0, piece, 3);
		fill = seconds() - began < fill ? seconds() - began : fill;
		began = seconds();
		for (at = 0; at < BIG; at += piece)
			scan(big + at, 0, piece);
		read = seconds() - began < read ? seconds() - began : read;
		began = seconds();
		memcpy(big, big + BIG / 2, BIG / 2);
		copy = seconds() - began < copy ? seconds() - began : copy;
	}
	tap_ok(nrun == 1 && run[0].len == piece, "2 MiB are one run");
	tap_diag("fill %.1f GB/s, scan %.1f GB/s (memcpy: %.1f GB/s)", BIG / fill / 1e9,
		 BIG / read / 1e9, BIG / 2 / copy / 1e9);
	munmap(big, BIG);
}

int main(void)
{
	check_words();
	check_torn();
	check_edges();
	check_runs();
	check_full();
	check_speed();
	return tap_done();
}
