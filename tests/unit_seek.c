// SPDX-License-Identifier: GPL-2.0-only
/*
 * The seek law, result by result: a file of 8 KiB whose second page is a hole
 * (never written), and what lseek may say of it.
 */
#include "tests/judge_case.h"

static struct ff_findings found;

static const struct {
	const char *what, *from, *word, *result, *verdict;
} results[] = {
	{ "data at once", "0", "data", "result=0", NULL },
	{ "data from inside", "100", "data", "result=100", NULL },
	{ "the hole read as data", "4K", "data", "result=4096", NULL },
	{ "no data behind the hole", "4K", "data", "result=-1 errno=ENXIO", NULL },
	{ "the end of the file as its hole", "0", "hole", "result=8192", NULL },
	{ "the hole", "0", "hole", "result=4096", NULL },
	{ "a hole from inside the hole", "5000", "hole", "result=5000", NULL },
	{ "beyond the end", "8K", "hole", "result=-1 errno=ENXIO", NULL },
	{ "data jumped over", "0", "data", "result=4096", "hole-in-data" },
	{ "no data at all", "0", "data", "result=-1 errno=ENXIO", "hole-in-data" },
	{ "a hole at once", "0", "hole", "result=0", "hole-in-data" },
	{ "a hole inside the data", "0", "hole", "result=2048", "hole-in-data" },
	{ "no hole", "0", "hole", "result=-1 errno=ENXIO", "no-hole" },
	{ "before where it began", "4K", "data", "result=0", "out-of-range" },
	{ "beyond the end of the file", "0", "hole", "result=12288", "out-of-range" },
};

static void test(unsigned int i)
{
	char text[2048];
	int right;

	snprintf(text, sizeof(text),
		 "# foliofuzz 1\ntarget xfs\nsetup\n  h0 = open f0 rdwr|creat\n  ftruncate h0 8K\n"
		 "  pwrite h0 0 4K\nthread 0\n  seek h0 %s %s\n"
		 "history epoch=7 threads=1 flags=none began=1000 ended=9000 page=4096 pmd=2097152 limit=1\n"
		 "call 0 done invoked=1100 returned=1200\n"
		 "call 1 done invoked=2000 returned=2100\n"
		 "call 2 done result=4096 invoked=3000 returned=3100\n"
		 "call 3 done %s invoked=4000 returned=4100\nended\n",
		 results[i].from, results[i].word, results[i].result);
	right = !judge_text("seek", text, &found) &&
		(results[i].verdict ? found.n == 1 && !strcmp(found.f[0].verdict, results[i].verdict) :
				      !found.n);
	if (!tap_ok(right, "%s: %s", results[i].what,
		    results[i].verdict ? results[i].verdict : "legal"))
		show_findings(&found);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(results) / sizeof(*results); i++)
		test(i);
	return tap_done();
}
