// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases as text: everything written is read again, and what is no case gets a
 * message with its line. (tests/unit_histories.c writes and reads them all.)
 */
#include "tests/judge_case.h"

#define HEAD "# foliofuzz 1\ntarget tmpfs\nthread 0\n  pause 1\n"
#define HISTORY "history epoch=7 threads=1 flags=none began=1 ended=2 page=4096 pmd=2097152 limit=5\n"

static const char full[] =
	"# foliofuzz 1\ntarget ext4 slow=40\nsetup\n  h0 = open f0 rdwr|creat|direct\nthread 0\n"
	"  pread h0 0 4K\n  pread h0 4K 4K\n  pause 10\n"
	"history epoch=65534 threads=1 flags=evicted|oom|invalidate_failed began=1 ended=0 page=4096 "
	"pmd=2097152 limit=5000000000 device=1048576\n"
	"usage swapoff=stuck errno=EINTR swap_before=1 swap_after=30 swap_left=17 stalled=5000000000 blocks=2 inodes=3 shmem=4 anon_huge=5 shmem_huge=6 file_huge=7 mlocked=8 tasks=9 programs=10\n"
	"call 0 thread=setup done result=200 errno=0 invoked=10 returned=20 tid=7\n"
	"call 1 thread=0 done result=4096 errno=0 invoked=30 returned=40 scanned=50 signal=7 fault=12 tid=8 flags=faulted|cut|raced|child\n"
	"run 1 zero off=0 len=8\n"
	"run 1 own off=8 len=8 version=2 obj=0 value=8\n"
	"run 1 foreign off=16 len=8 value=0x1234567890abcdef\n"
	"run 1 raw off=24 len=3 value=0x30201\n"
	"run 1 unseen off=27 len=4069\n"
	"call 2 thread=0 done result=-1 errno=EIO invoked=60 returned=70\n"
	"call 3 thread=0 started result=0 errno=0 invoked=80 returned=0\n"
	"event fault time=11 tid=7 addr=0x1000 extra=6 flags=ours\n"
	"event cow_end time=12 tid=7 cookie=0x5000 addr=0x1000 pfn=0x6000 result=-5 flags=ours|pfn\n"
	"event seek time=13 tid=7 dev=0x100002 ino=9 index=3 pos=0x10 result=-6 extra=3 flags=ours\n"
	"drops 3\nstuck unit_ns=2000000000\n"
	"sample know=pages|owners|cpus time_ns=70 io_done=5 io_flight=1\n"
	"task tid=8 tgid=7 cpu=3 nvcsw=4 nivcsw=1 state=D comm=init stack=folio_wait_bit_common+filemap_fault\n"
	"task tid=9 state=S\n"
	"wait page tid=8 tgid=7 state=0x102 object=0x1000 entry=0x2000 bit=15 dev=0x100002 ino=9 index=3 "
	"mapping=0x3000 page_flags=0x8000 nvcsw=4 nivcsw=1 unlocker=9 flags=set|exclusive\n"
	"wait write tid=9 object=0x4000 owner=8 flags=owner\n"
	"sample know=none\n"
	"witness all hooks but x\nlog one\nlog\nlog two words\nlost silent\nnow 99\n";

static void test_full(void)
{
	struct ff_error e = { 0 };
	struct ff_case *c;
	char *out = NULL;
	size_t n = 0;
	FILE *f;

	if (ff_case_read(full, strlen(full), &c, &e)) {
		tap_ok(0, "line %u: %s", e.line, e.text);
		return;
	}
	tap_is_int(c->nevents, 3, "events");
	tap_is_int(c->event[1].pfn, 0x6000, "a field of one");
	tap_is_int(c->event[1].result, -5, "a negative one");
	tap_is_int(c->history->record[1].nruns, 5, "runs");
	tap_is_int(c->history->record[2].err, 5, "errno by name");
	tap_is_str(c->log, "one\n\ntwo words\n", "the log");
	tap_is_str(c->witness, "all hooks but x", "the witness line");
	tap_is_str(c->lost, "silent", "how it was lost");
	tap_is_int(c->drops, 3, "drops");
	tap_is_int(c->stuck->nsamples, 2, "samples");
	tap_is_int(c->stuck->sample[0].wait[1].kind, FF_WAIT_WRITE, "what a task waits for");
	tap_is_str(c->stuck->sample[0].task[0].stack, "folio_wait_bit_common+filemap_fault", "a stack");
	f = open_memstream(&out, &n);
	tap_is_int(ff_case_write(c, f), 0, "write it");
	fclose(f);
	tap_is_str(out, full, "the same text again");
	free(out);
	ff_case_free(c);
}

static const struct {
	const char *what, *text, *says;
	unsigned int line;
} bad[] = {
	{ "nothing", "", "history", 1 },
	{ "a program alone", HEAD, "history", 5 },
	{ "a history alone", HISTORY, "", 0 },
	{ "a bad program", "# foliofuzz 1\ntarget moon\nthread 0\n" HISTORY, "moon", 2 },
	{ "an unknown line", HEAD HISTORY "fish 3\n", "fish", 6 },
	{ "an unknown key", HEAD "history epochs=7\n", "epochs", 5 },
	{ "a number that is none", HEAD "history epoch=seven\n", "seven", 5 },
	{ "a number too large", HEAD "history epoch=65536\n", "65536", 5 },
	{ "a flag that is none", HEAD "history flags=evicted|x\n", "evicted|x", 5 },
	{ "a call that is not there", HEAD HISTORY "call 1 done\n", "below 1", 6 },
	{ "a call twice", HEAD HISTORY "call 0 done\n\ncall 0 done\n", "second", 8 },
	{ "a call without state", HEAD HISTORY "call 0 result=3\n", "state", 6 },
	{ "a call of another thread", HEAD HISTORY "call 0 thread=1 done\n", "thread", 6 },
	{ "an errno that is none", HEAD HISTORY "call 0 done errno=EFISH\n", "EFISH", 6 },
	{ "a run of what kind", HEAD HISTORY "call 0 done\nrun 0 blue off=0\n", "blue", 7 },
	{ "a run of no call", HEAD HISTORY "run 9 zero\n", "below 1", 6 },
	{ "a word without value", HEAD HISTORY "call 0 done\nrun 0 zero off\n", "key=value", 7 },
	{ "an event of no name", HEAD HISTORY "event party time=1\n", "party", 6 },
	{ "an event with a field it has not", HEAD HISTORY "event fault time=1 beer=2\n", "beer", 6 },
	{ "a task before any sample", HEAD HISTORY "task tid=3\n", "before a sample", 6 },
	{ "a sample too many", HEAD HISTORY "sample\nsample\nsample\nsample\n", "more samples", 9 },
	{ "a wait for nothing known", HEAD HISTORY "sample\nwait bus tid=3\n", "bus", 7 },
	{ "a wait with a key it has not", HEAD HISTORY "sample\nwait page beer=3\n", "beer", 7 },
	{ "a task with a long name", HEAD HISTORY "sample\ntask comm=0123456789abcdef\n", "0123456789abcdef", 7 },
	{ "a task in two states", HEAD HISTORY "sample\ntask state=DS\n", "DS", 7 },
	{ "a count that is none", HEAD HISTORY "drops many\n", "many", 6 },
};

static void test_bad(unsigned int i)
{
	struct ff_error e = { 0 };
	struct ff_case *c = NULL;
	int err = ff_case_read(bad[i].text, strlen(bad[i].text), &c, &e);

	if (!tap_ok(err == -EINVAL && strstr(e.text, bad[i].says) &&
		    (!bad[i].line || e.line == bad[i].line), "%s", bad[i].what))
		tap_diag("%d, line %u: %s", err, e.line, e.text);
	if (!err)
		ff_case_free(c);
}

/* Cut anywhere, or with any byte changed, it is read or refused. */
static void test_broken(void)
{
	struct ff_error e;
	struct ff_case *c;
	char text[sizeof(full)];
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		size_t len = i < sizeof(full) ? i : sizeof(full) - 1;

		memcpy(text, full, sizeof(full));
		if (i >= sizeof(full))
			text[rand() % (sizeof(full) - 1)] = rand();
		if (!ff_case_read(text, len, &c, &e))
			ff_case_free(c);
	}
	tap_ok(1, "cut or changed texts are read or refused");
}

static void test_oracles(void)
{
	char why[200];
	uint32_t bits;

	tap_ok(!ff_oracles_parse("all", &bits, why, sizeof(why)) && bits == 0xff, "all");
	tap_ok(!ff_oracles_parse("data,seek", &bits, why, sizeof(why)) && bits == 3, "two");
	tap_ok(!ff_oracles_parse("all,-mincore", &bits, why, sizeof(why)) && bits == 0xfb, "all but one");
	tap_ok(!ff_oracles_parse("-data", &bits, why, sizeof(why)) && bits == 0xfe, "but one");
	tap_ok(ff_oracles_parse("data,fish", &bits, why, sizeof(why)) == -EINVAL &&
	       strstr(why, "fish") && strstr(why, "kernel-log"), "what is no oracle: %s", why);
	tap_ok(ff_oracles_parse("", &bits, why, sizeof(why)) == -EINVAL, "nothing");
}

int main(void)
{
	unsigned int i;

	test_full();
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		test_bad(i);
	test_broken();
	test_oracles();
	return tap_done();
}
