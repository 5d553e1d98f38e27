// SPDX-License-Identifier: GPL-2.0-only
/*
 * The content model: sizes over time, what is surely data, and histories that
 * no guest should send.
 */
#include "oracles/legal.h"
#include "tests/judge_case.h"

static struct ff_model model;
static struct ff_case *now;

#define HEAD "# foliofuzz 1\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\nthread 0\n"
#define HISTORY "history epoch=7 threads=1 flags=none began=1000 ended=9000 page=4096 pmd=2097152 limit=1\n" \
		"call 0 done invoked=1100 returned=1200\n"

static int take(const char *calls, const char *records)
{
	struct ff_error e = { 0 };
	char text[8192];

	if (now)
		ff_case_free(now);
	now = NULL;
	snprintf(text, sizeof(text), HEAD "%s" HISTORY "%sended\n", calls, records);
	if (ff_case_read(text, strlen(text), &now, &e)) {
		tap_ok(0, "line %u: %s", e.line, e.text);
		return -1;
	}
	ff_model_make(&model, now);
	return 0;
}

static void test_sizes(void)
{
	if (take("  pwrite h0 0 8K\n  ftruncate h0 4K\n  pwrite h0 8K 4K\n",
		 "call 1 done result=8192 invoked=2000 returned=3000\n"
		 "call 2 done invoked=4000 returned=5000\n"
		 "call 3 done result=4096 invoked=6000 returned=7000\n"))
		return;
	tap_is_int(ff_size_min(&model, 0, 1500, 1600), 0, "empty at first");
	tap_is_int(ff_size_max(&model, 0, 1500, 1600), 0, "and not longer");
	tap_is_int(ff_size_min(&model, 0, 2500, 2600), 0, "while it grows: maybe not yet");
	tap_is_int(ff_size_max(&model, 0, 2500, 2600), 8192, "while it grows: maybe already");
	tap_is_int(ff_size_min(&model, 0, 3500, 3600), 8192, "grown");
	tap_is_int(ff_size_min(&model, 0, 3500, 4600), 4096, "a look that a truncation overlaps");
	tap_is_int(ff_size_max(&model, 0, 3500, 4600), 8192, "may see the old size");
	tap_is_int(ff_size_max(&model, 0, 5500, 5600), 4096, "after it no more");
	tap_is_int(ff_size_min(&model, 0, 7500, 7600), 12288, "grown again");
	tap_is_int(ff_size_min(&model, 1, 7500, 7600), 0, "another file is empty");
}

static void test_failed_sizes(void)
{
	if (take("  pwrite h0 0 8K\n  ftruncate h0 4K\n  pwrite h0 8K 4K\n",
		 "call 1 done result=8192 invoked=2000 returned=3000\n"
		 "call 2 done result=-1 errno=EINTR invoked=4000 returned=5000\n"
		 "call 3 started invoked=6000\n"))
		return;
	tap_is_int(ff_size_min(&model, 0, 7500, 7600), 4096, "a failed truncation may have cut");
	tap_is_int(ff_size_max(&model, 0, 7500, 7600), 12288, "a write under way may have grown it");
}

static void test_data(void)
{
	int writer;

	if (take("  pwrite h0 4K 4K\n  fallocate h0 punch 4K 1K\n",
		 "call 1 done result=4096 invoked=2000 returned=3000\n"
		 "call 2 done invoked=4000 returned=5000\n"))
		return;
	tap_ok(ff_data_first(&model, 0, 0, 1 << 20, 2500, 2600, NULL) == FF_NEVER,
	       "not sure while it is written");
	tap_is_int(ff_data_first(&model, 0, 0, 1 << 20, 3500, 3600, &writer), 4096, "written");
	tap_is_int(writer, 1, "by call 1");
	tap_is_int(ff_data_first(&model, 0, 0, 1 << 20, 3500, 4600, NULL), 5120,
		   "beside a punch: what it does not touch");
	tap_is_int(ff_data_first(&model, 0, 6000, 1 << 20, 5500, 5600, NULL), 6000, "from the middle");
	tap_ok(ff_data_first(&model, 0, 0, 5120, 5500, 5600, NULL) == FF_NEVER, "only the hole");
}

static void test_runs(void)
{
	const struct ff_run *run;
	unsigned int n;

	if (take("  pwrite h0 0 4K\n  pread h0 0 4K\n",
		 "call 1 done result=4096 invoked=2000 returned=3000\n"
		 "call 2 done result=4096 invoked=4000 returned=5000\n"
		 "run 2 own off=0 len=4096 version=2 obj=0 value=0\n"))
		return;
	tap_is_int(model.nobserve, 1, "one look");
	run = ff_model_runs(&model, &model.observe[0], &n);
	tap_ok(run && n == 1 && run->version == 2, "with its run");
}

/* A guest gone wild: nothing may be read outside the history. */
static void test_wild(void)
{
	struct ff_history *h;
	unsigned int i, k, n;

	if (take("  pwrite h0 0 4K\n  pread h0 0 4K\n  seek h0 0 data\n",
		 "call 1 done result=4096 invoked=2000 returned=3000\n"
		 "call 2 done result=4096 invoked=4000 returned=5000\n"
		 "run 2 own off=0 len=4096 version=2 obj=0 value=0\n"
		 "call 3 done invoked=6000 returned=7000\n"))
		return;
	h = (struct ff_history *)now->history;
	for (i = 0; i < 4000; i++) {
		uint8_t *bytes = i % 2 ? (uint8_t *)h->record : (uint8_t *)&h->run[0];

		for (k = 0; k < 8; k++)
			bytes[rand() % (i % 2 ? 4 * sizeof(*h->record) : sizeof(*h->run))] = rand();
		ff_model_make(&model, now);
		for (k = 0; k < model.nobserve; k++)
			ff_model_runs(&model, &model.observe[k], &n);
	}
	tap_ok(1, "random records and runs do no harm to the model");
}

int main(void)
{
	test_sizes();
	test_failed_sizes();
	test_data();
	test_runs();
	test_wild();
	if (now)
		ff_case_free(now);
	return tap_done();
}
