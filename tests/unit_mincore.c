// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mincore law, page by page: a file of four pages, the third a hole, and
 * which of them may be absent.
 */
#include "tests/judge_case.h"

static struct ff_findings found;

static const struct {
	const char *what, *target, *advice, *runs;
	int fires;
} looks[] = {
	{ "all there", "tmpfs", "normal", "run 6 resident off=0 len=16384\n", 0 },
	{ "the hole is absent", "tmpfs", "normal",
	  "run 6 resident off=0 len=8192\nrun 6 absent off=8192 len=4096\n"
	  "run 6 resident off=12288 len=4096\n", 0 },
	{ "beyond the end", "tmpfs", "normal", "run 6 absent off=16384 len=4096\n", 0 },
	{ "not looked at", "tmpfs", "normal", "run 6 unseen off=0 len=16384\n", 0 },
	{ "a written page is absent", "tmpfs", "normal", "run 6 absent off=0 len=4096\n", 1 },
	{ "the last one too", "ext4", "normal", "run 6 absent off=8192 len=8192\n", 1 },
	{ "after PAGEOUT", "tmpfs", "pageout", "run 6 absent off=0 len=4096\n", 0 },
	{ "after COLD", "ext4", "cold", "run 6 absent off=0 len=4096\n", 0 },
	{ "with swap", "tmpfs swap=zram", "normal", "run 6 absent off=0 len=4096\n", 0 },
};

static void test(unsigned int i)
{
	char text[2048];
	int right;

	snprintf(text, sizeof(text),
		 "# foliofuzz 1\ntarget %s\nsetup\n  h0 = open f0 rdwr|creat\n  pwrite h0 0 8K\n"
		 "  pwrite h0 12K 4K\n  m0 = mmap h0 0 20K rw shared none\n  pause 1\nthread 0\n"
		 "  madvise m0 0 4K %s\n  mincore m0 0 20K\n"
		 "history epoch=7 threads=1 flags=none began=1000 ended=9000 page=4096 pmd=2097152 limit=1\n"
		 "call 0 done invoked=1100 returned=1200\n"
		 "call 1 done result=8192 invoked=2000 returned=2100\n"
		 "call 2 done result=4096 invoked=3000 returned=3100\n"
		 "call 3 done invoked=3200 returned=3300\ncall 4 done invoked=3400 returned=3500\n"
		 "call 5 done invoked=4000 returned=4100\ncall 6 done invoked=5000 returned=5100\n"
		 "%sended\n", looks[i].target, looks[i].advice, looks[i].runs);
	right = !judge_text("mincore", text, &found) && (int)found.n == looks[i].fires;
	if (!tap_ok(right, "%s: %s", looks[i].what, looks[i].fires ? "absent" : "legal"))
		show_findings(&found);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(looks) / sizeof(*looks); i++)
		test(i);
	return tap_done();
}
