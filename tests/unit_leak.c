// SPDX-License-Identifier: GPL-2.0-only
/* The leak law: each count alone, and what takes the blame away from it. */
#include "tests/judge_case.h"

static struct ff_findings found;

static const struct {
	const char *usage, *flags, *log, *signature;
} cases[] = {
	{ "programs=7", "none", "", NULL },
	{ "swapoff=none swap_after=40", "none", "", NULL },
	{ "swapoff=done swap_after=40", "none", "", NULL },
	{ "swapoff=failed errno=ENOMEM swap_after=40", "none", "", NULL },
	{ "swapoff=stuck swap_left=0 stalled=5", "none", "", NULL },
	{ "swapoff=stuck swap_left=1 stalled=5", "spoilt", "", "leak.swapoff-stuck" },
	{ "swapoff=stuck swap_left=1 stalled=5", "oom|spoilt", "", NULL },
	{ "swapoff=stuck swap_left=1 stalled=5", "spoilt", "log Read-error on swap-device (254:112:8)\n", NULL },
	{ "swapoff=stuck swap_left=1 stalled=5", "spoilt", "log I/O error, dev vdh, sector 8\n", NULL },
	{ "blocks=1", "none", "", "leak.deleted-file.blocks" },
	{ "blocks=1", "none", "log I/O error, dev vdh, sector 8\n", "leak.deleted-file.blocks" },
	{ "blocks=1", "oom", "", NULL },
	{ "inodes=1", "none", "", "leak.deleted-file.inodes" },
	{ "shmem=300 programs=2", "none", "", "leak.shmem.pages" },
	{ "anon_huge=2", "none", "", "leak.thp.anon" },
	{ "shmem_huge=2", "none", "", "leak.thp.shmem" },
	{ "file_huge=2", "none", "", "leak.thp.file" },
	{ "mlocked=300", "none", "", "leak.mlock.pages" },
	{ "tasks=1", "none", "", "leak.task.child" },
	{ "tasks=1", "oom", "", NULL },
};

static void test(unsigned int i)
{
	char text[2048];
	int right;

	snprintf(text, sizeof(text),
		 "# foliofuzz 1\ntarget tmpfs swap=disk\nsetup\n  h0 = open f0 rdwr|creat\nthread 0\n  fsync h0\n"
		 "history epoch=7 threads=1 flags=%s began=1000 ended=9000 page=4096 pmd=2097152 limit=1\n"
		 "usage %s\ncall 0 done invoked=1100 returned=1200\ncall 1 done invoked=1300 returned=1400\n%sended\n",
		 cases[i].flags, cases[i].usage, cases[i].log);
	right = !judge_text("leak", text, &found) &&
		(cases[i].signature ?
		 found.n == 1 && !strcmp(found.f[0].signature, cases[i].signature) : !found.n);
	if (!tap_ok(right, "%s, %s: %s", cases[i].usage, cases[i].flags,
		    cases[i].signature ? "a finding" : "none"))
		show_findings(&found);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test(i);
	return tap_done();
}
