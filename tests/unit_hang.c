// SPDX-License-Identifier: GPL-2.0-only
/* The hang law: how long each call may take, and who is excused. */
#include "tests/judge_case.h"

static struct ff_findings found;

#define S "000000000"	/* seconds, in ns */

static const struct {
	const char *what, *target, *call, *tail;
	int fires;
} waits[] = {
	{ "11 s of 10", "tmpfs", "pread h0 0 4K", "lost silent\nnow 12" S "\n", 1 },
	{ "9 s of 10", "tmpfs", "pread h0 0 4K", "lost silent\nnow 10" S "\n", 0 },
	{ "the clock stands before the call", "tmpfs", "pread h0 0 4K", "lost silent\nnow 500\n", 0 },
	{ "a slow call, 50 s of 100", "tmpfs swap=disk", "swapoff", "lost silent\nnow 51" S "\n", 0 },
	{ "a slow call, 110 s of 100", "tmpfs swap=disk", "swapoff", "lost silent\nnow 111" S "\n", 1 },
	{ "fsync is slow as well", "tmpfs", "fsync h0", "lost silent\nnow 51" S "\n", 0 },
	{ "a slow disk, 12 s", "ext4 slow=40", "pread h0 0 4K", "lost silent\nnow 13" S "\n", 0 },
	{ "a slow disk, 100 s", "ext4 slow=40", "pread h0 0 4K", "lost silent\nnow 101" S "\n", 1 },
	{ "a guest that panicked", "tmpfs", "pread h0 0 4K", "lost panic\nnow 99" S "\n", 0 },
	{ "a guest that was killed", "tmpfs", "pread h0 0 4K", "lost killed\nnow 99" S "\n", 0 },
	{ "a program that ended", "tmpfs", "pread h0 0 4K", "now 99" S "\nended\n", 0 },
};

static void test(unsigned int i)
{
	char text[2048];
	int right;

	snprintf(text, sizeof(text),
		 "# foliofuzz 1\ntarget %s\nsetup\n  h0 = open f0 rdwr|creat\nthread 0\n  %s\n"
		 "history epoch=7 threads=1 flags=none began=1000 ended=0 page=4096 pmd=2097152 limit=10" S "\n"
		 "call 0 done invoked=1100 returned=1200\ncall 1 started invoked=1" S "\n%s",
		 waits[i].target, waits[i].call, waits[i].tail);
	right = !judge_text("hang", text, &found) && (int)found.n == waits[i].fires;
	if (!tap_ok(right, "%s: %s", waits[i].what, waits[i].fires ? "no-return" : "not judged"))
		show_findings(&found);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(waits) / sizeof(*waits); i++)
		test(i);
	return tap_done();
}
