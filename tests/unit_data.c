// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data law beyond tests/histories: what the evidence says, that one bug is
 * one finding, that random histories do no harm, and what judging costs.
 */
#include <time.h>

#include "tests/judge_case.h"

static struct ff_findings found;

static void test_evidence(void)
{
	size_t len;
	char *text = slurp("tests/histories/fire/data-lost-dma.hist", &len);

	if (!text || judge_text("data", text, &found) || found.n != 1) {
		tap_ok(0, "the lost direct read is found");
		free(text);
		return;
	}
	tap_is_int(found.f[0].call, 5, "the load saw it");
	tap_is_int(found.f[0].thread, 0, "in thread 0");
	tap_ok(strstr(found.f[0].evidence, "legal, copied: call 4, thread 0: preadv") != NULL,
	       "the evidence names the read");
	tap_ok(strstr(found.f[0].evidence, "task 42, fault at 0x200800000008") != NULL,
	       "and the fault that took the page");
	tap_ok(strstr(found.f[0].evidence, "copied to 0x6000 at 12.3 us") != NULL, "and when");
	tap_ok(strstr(found.f[0].evidence, "pageout") != NULL, "and the pageout beside it");
	if (tap_failed)
		show_findings(&found);
	free(text);
}

/* Several looks that show one bug are one finding. */
static void test_merged(void)
{
	static const char text[] =
		"# foliofuzz 1\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\n  pwrite h0 0 4K\n"
		"  pwrite h0 0 4K\nthread 0\n  pread h0 0 8\n  pread h0 8 8\n"
		"history epoch=7 threads=1 flags=none began=1000 ended=9000 page=4096 pmd=2097152 limit=1\n"
		"call 0 done invoked=1100 returned=1200\n"
		"call 1 done result=4096 invoked=2000 returned=2100\n"
		"call 2 done result=4096 invoked=3000 returned=3100\n"
		"call 3 done result=8 invoked=4000 returned=4100\n"
		"run 3 own off=0 len=8 version=2 obj=0 value=0\n"
		"call 4 done result=8 invoked=5000 returned=5100\n"
		"run 4 own off=8 len=8 version=2 obj=0 value=8\nended\n";

	tap_ok(!judge_text("data", text, &found) && found.n == 1, "two looks are one finding");
	tap_ok(strstr(found.f[0].evidence, "also seen by: call 4\n") != NULL, "that names both");
	tap_ok(!judge_text("seek,mincore,errno", text, &found) && !found.n,
	       "the other oracles say nothing of it");
}

static void test_full(void)
{
	struct ff_finding *f = NULL;
	unsigned int i;

	found.n = found.more = 0;
	for (i = 0; i < FF_MAX_FINDINGS + 3; i++)
		f = ff_finding_add(&found, "data", "stale");
	tap_ok(!f && found.n == FF_MAX_FINDINGS && found.more == 3, "what does not fit is counted");
	f = &found.f[0];
	for (i = 0; i < 1000; i++)
		ff_finding_evidence(f, "line %u of a long story\n", i);
	tap_ok(strlen(f->evidence) < sizeof(f->evidence) &&
	       !strcmp(f->evidence + strlen(f->evidence) - 5, "\n...\n"),
	       "long evidence is cut after a line");
	ff_finding_signature(f, "../Data/%s", "a b");
	tap_is_str(f->signature, "-.-data-a-b", "a signature can name a folder");
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* 61 calls on one file: 30 writes, 30 reads of 16 runs each. */
static char *busy_history(void)
{
	char *text = NULL;
	size_t n = 0;
	unsigned int i, k;
	FILE *f = open_memstream(&text, &n);

	fprintf(f, "# foliofuzz 1\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\n");
	for (i = 0; i < 2; i++) {
		fprintf(f, "thread %u\n", i);
		for (k = 0; k < 30; k++)
			fprintf(f, "  %s h0 %u 64K\n", i ? "pread" : "pwrite", k % 4 * 4096);
	}
	fprintf(f, "history epoch=7 threads=2 flags=none began=1000 ended=1 page=4096 pmd=2097152 limit=1\n"
		   "call 0 done invoked=1100 returned=1200\n");
	for (k = 0; k < 60; k++) {
		unsigned int when = 2000 + k % 30 * 1000;

		fprintf(f, "call %u done result=65536 invoked=%u returned=%u\n", k + 1, when, when + 900);
		for (i = 0; k >= 30 && i < 16; i++)
			fprintf(f, "run %u own off=%u len=4096 version=%u obj=0 value=%u\n", k + 1,
				k % 30 % 4 * 4096 + i * 4096, k - 30 + 2,
				k % 30 % 4 * 4096 + i * 4096);
	}
	fprintf(f, "ended\n");
	fclose(f);
	return text;
}

static void test_cost(void)
{
	struct ff_judge *j = ff_judge_open(~0u);
	struct ff_error e = { 0 };
	char *text = busy_history();
	struct ff_case *c;
	double begin, best = 1;
	unsigned int i;

	if (ff_case_read(text, strlen(text), &c, &e)) {
		tap_ok(0, "line %u: %s", e.line, e.text);
		return;
	}
	for (i = 0; i < 200; i++) {
		begin = seconds();
		ff_judge(j, c, &found);
		begin = seconds() - begin;
		best = begin < best ? begin : best;
	}
	tap_ok(!found.n, "a busy history of %u calls and %u runs is right", c->program->ncalls,
	       c->history->nruns);
	if (found.n)
		show_findings(&found);
	/* generous: sanitizers, other work on the machine */
	tap_ok(best < 0.01, "judging it takes %.0f us", best * 1e6);
	ff_case_free(c);
	ff_judge_close(j);
	free(text);
}

/* Histories of a guest gone wild: findings maybe, harm never. */
static void test_wild(void)
{
	struct ff_judge *j = ff_judge_open(~0u);
	struct ff_error e = { 0 };
	struct ff_history *h;
	struct ff_case *c;
	unsigned int i, k;
	size_t len;
	char *text = slurp("tests/histories/fire/data-lost-dma.hist", &len);

	if (!text || ff_case_read(text, len, &c, &e)) {
		tap_ok(0, "line %u: %s", e.line, e.text);
		return;
	}
	h = (struct ff_history *)c->history;
	for (i = 0; i < 4000; i++) {
		uint8_t *bytes = i % 2 ? (uint8_t *)h->record : (uint8_t *)h->run;

		for (k = 0; k < 4; k++)
			bytes[rand() % (i % 2 ? 8 * sizeof(*h->record) : sizeof(*h->run))] = rand();
		ff_judge(j, c, &found);
	}
	tap_ok(1, "random records and runs do no harm");
	ff_case_free(c);
	ff_judge_close(j);
	free(text);
}

int main(void)
{
	test_evidence();
	test_merged();
	test_full();
	test_cost();
	test_wild();
	return tap_done();
}
