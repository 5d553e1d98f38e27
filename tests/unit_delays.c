// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delays between the program and the witness: each place has its hook, a place
 * without one is known, and what was made is in a finding's evidence.
 */
#include "fuzzer/delay.h"
#include "runner/delays.h"
#include "tests/judge_case.h"

static struct ff_findings found;

static void test_places(void)
{
	char want[64];

	for (unsigned int i = 0; i < FF_DELAY_PLACES; i++) {
		uint64_t all = ~0ULL >> (64 - FF_HOOK_NR);
		uint32_t places = (1u << FF_DELAY_PLACES) - 1;
		int hook = -1;

		for (unsigned int h = FF_HOOK_HOLD; h < FF_HOOK_NR; h++)
			if (ff_delays_places(all & ~(1ULL << h)) == (places & ~(1u << i)))
				hook = (int)h;
		snprintf(want, sizeof(want), "delay %s", ff_delay_row(i)->name);
		tap_is_str(hook < 0 ? "none" : ff_hooks[hook].name, want, "the hook of a place has its name");
	}
	tap_is_int(ff_delays_places(0), 0, "no hooks, no places");
	tap_is_int(ff_delays_places((1ULL << FF_HOOK_HOLD) - 1), 0, "other hooks are none");
}

static const char hole[] =
	"# foliofuzz 1\ntarget tmpfs\ndelay unmap 7 500\ndelay seek 1 5000\n"
	"setup\n  h0 = open f0 rdwr|creat\n  pwrite h0 0 2M\n  m0 = mmap h0 0 2M rw shared none\n"
	"thread 0\n  seek h0 0 data\nthread 1\n  madvise m0 0 2M collapse\n"
	"history epoch=7 threads=2 flags=none began=1000 ended=9000000 page=4096 pmd=2097152 limit=10000000000 device=0\n"
	"call 0 done result=200 invoked=1100 returned=1200\n"
	"call 1 done result=2097152 invoked=2000 returned=3000\n"
	"call 2 done invoked=3100 returned=3200\n"
	"call 3 done result=-1 errno=ENXIO invoked=4500 returned=5100000 tid=41\n"
	"call 4 done invoked=4000 returned=6000000 tid=42\n"
	"event collapse_begin time=4100 tid=42 ino=9 flags=ours\n"
	"event delay time=4600 tid=41 result=5020770 extra=1 flags=ours\n"
	"event delay time=4700 tid=41 result=1 extra=2 flags=ours\n"
	"event seek time=5090000 tid=41 ino=9 result=-6 extra=3 flags=ours\n"
	"event collapse_end time=5900000 tid=42 ino=9 result=1 extra=1 flags=ours\n"
	"witness all hooks\nended\n";

static void test_evidence(void)
{
	const char *e;

	if (judge_text("seek,hang", hole, &found) || found.n != 1) {
		tap_ok(0, "one finding (%u)", found.n);
		return;
	}
	e = found.f[0].evidence;
	tap_is_str(found.f[0].signature, "seek.hole-in-data.collapse", "a delay is no part of the signature");
	tap_ok(strstr(e, "delay seek 1 5000: held up tid 41 at 3.6 us for 5020.8 us\n"),
	       "the evidence has the delay that was made");
	tap_ok(!strstr(e, "delay unmap"), "and not the one that was not");
	tap_ok(strstr(e, "delay ") == strstr(e, "delay seek"), "nor one that the program does not have");
}

int main(void)
{
	test_places();
	test_evidence();
	return tap_done();
}
