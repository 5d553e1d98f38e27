// SPDX-License-Identifier: GPL-2.0-only
/* The ground: what counts as covered, and what a 0 is worth a warning for. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/hooks.h"
#include "fuzzer/call.h"
#include "runner/campaign/ground.h"
#include "tests/tap.h"

static struct ff_program p;
static struct ff_history h;
static struct ff_session_info info;
static struct ff_ground g;

static char *print(void)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ff_ground_print(&g, &info, f);
	fclose(f);
	return text;
}

static int says(const char *what)
{
	char *text = print();
	int found = strstr(text, what) != NULL;

	free(text);
	return found;
}

static void add(const struct ff_event *e, size_t n)
{
	struct ff_case c = { .program = &p, .history = &h, .event = e, .nevents = n };

	ff_ground_add(&g, &c);
}

static void test_warnings(void)
{
	memset(&g, 0, sizeof(g));
	add(NULL, 0);
	tap_ok(!says("swapped"), "no swap in the targets: no word about it");
	p.target.swap = FF_SWAP_DISK;
	add(NULL, 0);
	tap_ok(!says("swapped"), "a kernel without the counter: no word about it");
	info.counted = 1ULL << FF_COUNT_pswpin;
	tap_ok(says("warning: nothing was ever swapped in"), "swap, the counter, and 0");
	tap_ok(!says("file was ever swapped in"), "no hook, no warning");
	info.boot.hooks = 1ULL << FF_HOOK_SWAP_IN_FILE;
	tap_ok(says("warning: no page of a tmpfs file"), "the hook and 0");
	info.counter[FF_COUNT_pswpin] = 7;
	tap_ok(!says("warning: nothing was ever swapped in"), "not 0, no warning");
	tap_ok(says("pswpin 7"), "and the number");
}

/* A direct read of pages 100 to 101, and something that happens to a page meanwhile or not. */
static void test_dma(void)
{
	struct ff_event e[3] = {
		{ .kind = FF_EV_DMA_PIN, .cookie = 5, .pfn = 100, .extra = 8192, .flags = FF_EVF_PFN },
		{ .kind = FF_EV_UNMAP, .pfn = 101, .result = 1, .flags = FF_EVF_PFN },
		{ .kind = FF_EV_DMA_DONE, .cookie = 5 },
	};
	struct ff_event swapped;

	memset(&g, 0, sizeof(g));
	add(e, 3);
	tap_is_int(g.count[FF_GROUND_DIRECT_READ], 1, "a direct read");
	tap_is_int(g.count[FF_GROUND_UNDER], 1, "its page was unmapped");
	e[1].pfn = 102;
	add(e, 3);
	tap_is_int(g.count[FF_GROUND_UNDER], 1, "another page was unmapped");
	tap_is_int(g.count[FF_GROUND_BESIDE], 2, "beside it");
	e[1] = (struct ff_event){ .kind = FF_EV_COW_END, .cookie = 100, .pfn = 200, .flags = FF_EVF_PFN };
	add(e, 3);
	tap_is_int(g.count[FF_GROUND_UNDER], 2, "its page was copied");
	e[1].pfn = 100;
	add(e, 3);
	tap_is_int(g.count[FF_GROUND_BESIDE], 3, "a write fault that copied nothing");
	e[1] = (struct ff_event){ .kind = FF_EV_UNMAP, .pfn = 100, .result = 1, .flags = FF_EVF_PFN };
	swapped = e[1];
	e[1] = e[2];
	e[2] = swapped;
	add(e, 3);
	tap_is_int(g.count[FF_GROUND_BESIDE], 3, "unmapped after it had ended");
	tap_is_int(g.count[FF_GROUND_DIRECT_READ], 5, "five direct reads");
}

static void test_json(void)
{
	json_t *j;

	memset(&g, 0, sizeof(g));
	info.counter[FF_COUNT_pswpin] = 0;
	add(NULL, 0);
	j = ff_ground_json(&g, &info);
	tap_is_int(json_array_size(json_object_get(j, "never")), 2, "JSON names what never happened");
	tap_ok(json_is_integer(json_object_get(json_object_get(j, "swap"), "pswpin")), "and every counter");
	json_decref(j);
}

int main(void)
{
	test_warnings();
	test_dma();
	test_json();
	return tap_done();
}
