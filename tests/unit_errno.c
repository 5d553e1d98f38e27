// SPDX-License-Identifier: GPL-2.0-only
/* The errno law: each errno on a few calls, allowed or not. */
#include "tests/judge_case.h"

static struct ff_findings found;

static const struct {
	const char *call, *err, *signature;
} errors[] = {
	{ "pread h0 0 4K", "EINTR", NULL },
	{ "pread h0 0 4K", "ENOMEM", NULL },
	{ "pread h0 0 4K", "EAGAIN", NULL },
	{ "pread h0 0 4K", "EBADF", NULL },
	{ "pread h0 0 4K", "ENOENT", "errno.unexpected-errno.pread.enoent" },
	{ "pread h0 0 4K", "EEXIST", "errno.unexpected-errno.pread.eexist" },
	{ "pread h0 0 4K", "EIO", "errno.unexpected-errno.pread.eio" },
	{ "pread h0 0 4K", "EFAULT", "errno.unexpected-errno.pread.efault" },
	{ "pwrite h0 0 4K", "ENOSPC", NULL },
	{ "pwrite h0 0 4K", "EEXIST", "errno.unexpected-errno.pwrite.eexist" },
	{ "preadv h0 0 [b0:0:4K] none", "EFAULT", NULL },
	{ "preadv h0 0 [b0:0:4K] none", "ENOENT", "errno.unexpected-errno.preadv.enoent" },
	{ "open f1 rdonly none", "ENOENT", NULL },
	{ "seek h0 0 data", "ENXIO", NULL },
	{ "madvise b0 0 4K collapse", "EAGAIN", NULL },
	{ "madvise b0 0 4K collapse", "EBUSY", NULL },
	{ "madvise b0 0 4K populate_write", "ENOENT", "errno.unexpected-errno.madvise.enoent" },
	{ "mlock b0 0 4K none", "ENOMEM", NULL },
	{ "fsync h0", "ENOSPC", NULL },
	{ "fsync h0", "ENOSYS", NULL },
};

static void test(unsigned int i)
{
	const char *slot = !strncmp(errors[i].call, "open", 4) ? "h1 = " : "";
	char text[2048];
	int right;

	snprintf(text, sizeof(text),
		 "# foliofuzz 1\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\n  b0 = buffer 8K rw\n"
		 "thread 0\n  %s%s\n"
		 "history epoch=7 threads=1 flags=none began=1000 ended=9000 page=4096 pmd=2097152 limit=1\n"
		 "call 0 done invoked=1100 returned=1200\ncall 1 done invoked=1300 returned=1400\n"
		 "call 2 done result=-1 errno=%s invoked=2000 returned=2100\nended\n",
		 slot, errors[i].call, errors[i].err);
	right = !judge_text("errno", text, &found) &&
		(errors[i].signature ?
		 found.n == 1 && !strcmp(found.f[0].signature, errors[i].signature) : !found.n);
	if (!tap_ok(right, "%s: %s is %s", errors[i].call, errors[i].err,
		    errors[i].signature ? "a finding" : "a result"))
		show_findings(&found);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		test(i);
	return tap_done();
}
