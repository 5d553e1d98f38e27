// SPDX-License-Identifier: GPL-2.0-only
/*
 * The signal: what makes a feature and what makes no difference. A program of
 * two threads on two files; each case is a list of events, and is compared by
 * the features that pairs of events gave (the two highest bits say where from).
 */
#include "corpus/signal.h"
#include "tests/judge_case.h"

#define FROM_PAIR	2u

static struct ff_signal a, b, c;

static const char head[] =
	"# foliofuzz 1\ntarget tmpfs swap=disk\n"
	"setup\n  h0 = open f0 rdwr|creat\n  h1 = open f1 rdwr|creat\n  m0 = mmap h0 0 2M rw shared\n"
	"  m1 = mmap h1 0 2M rw private\n"
	"thread 0\n  madvise m0 0 2M collapse\n  load m1 0 2M\n"
	"thread 1\n  fallocate h0 punch 0 64K\n  load m0 0 2M\n"
	"history epoch=7 threads=2 flags=none began=1000 ended=9000000 page=4096 pmd=2097152 limit=1\n"
	"call 0 done invoked=1000 returned=1100 tid=10\ncall 1 done invoked=1200 returned=1300 tid=10\n"
	"call 2 done invoked=1310 returned=1320 tid=10\ncall 3 done invoked=1330 returned=1340 tid=10\n"
	"call 4 done invoked=2000 returned=100000 tid=11\ncall 5 done invoked=110000 returned=5000000 tid=11 result=2097152\n"
	"call 6 done invoked=2000 returned=100000 tid=12\ncall 7 done invoked=110000 returned=5000000 tid=12 result=2097152\n";

static void signal_of(const char *events, struct ff_signal *s)
{
	struct ff_error e = { 0 };
	struct ff_case *cs;
	char text[16384];

	snprintf(text, sizeof(text), "%s%s\nended\n", head, events);
	s->n = 0;
	if (ff_case_read(text, strlen(text), &cs, &e)) {
		tap_ok(0, "the case can be read: line %u: %s", e.line, e.text);
		return;
	}
	ff_signal_of(cs, s);
	ff_case_free(cs);
}

static unsigned int pairs(const struct ff_signal *s)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		n += s->f[i] >> 30 == FROM_PAIR;
	return n;
}

static bool same(const struct ff_signal *x, const struct ff_signal *y)
{
	return x->n == y->n && !memcmp(x->f, y->f, x->n * sizeof(x->f[0]));
}

#define COLLAPSE(begin, end, task, node) \
	"event collapse_begin time=" #begin " tid=" #task " dev=0x1b ino=" #node " flags=ours\n" \
	"event collapse_end time=" #end " tid=" #task " dev=0x1b ino=" #node " result=1 flags=ours\n"
#define PUNCH(begin, end, task, node) \
	"event truncate_begin time=" #begin " tid=" #task " dev=0x1b ino=" #node " pos=0 result=65535 flags=ours\n" \
	"event truncate_end time=" #end " tid=" #task " dev=0x1b ino=" #node " pos=0 result=65535 flags=ours\n"

static void order_and_time(void)
{
	signal_of("event collapse_begin time=3000 tid=11 dev=0x1b ino=4 flags=ours\n" PUNCH(4000, 5000, 12, 4)
		  "event collapse_end time=6000 tid=11 dev=0x1b ino=4 result=1 flags=ours\n", &a);
	tap_is_int(pairs(&a), 1, "a punch inside a collapse is a pair");
	signal_of("event truncate_begin time=3000 tid=12 dev=0x1b ino=4 pos=0 result=65535 flags=ours\n"
		  COLLAPSE(4000, 5000, 11, 4)
		  "event truncate_end time=6000 tid=12 dev=0x1b ino=4 pos=0 result=65535 flags=ours\n", &b);
	tap_is_int(pairs(&b), 1, "a collapse inside a punch is a pair");
	tap_ok(!same(&a, &b), "they are two different features: the order counts");
	signal_of(COLLAPSE(3000, 6000, 11, 4) PUNCH(7000, 8000, 12, 4), &b);
	tap_is_int(pairs(&b), 1, "a punch soon after a collapse is a pair");
	tap_ok(!same(&a, &b), "and another one than a punch inside it");
	signal_of(COLLAPSE(3000, 6000, 11, 4) PUNCH(4000000, 4001000, 12, 4), &b);
	tap_is_int(pairs(&b), 0, "a punch long after it is none");
	signal_of("event collapse_begin time=13000 tid=11 dev=0x1b ino=4 flags=ours\n" PUNCH(13500, 14000, 12, 4)
		  "event collapse_end time=17000 tid=11 dev=0x1b ino=4 result=1 flags=ours\n", &b);
	tap_ok(same(&a, &b), "at another time it is the same signal");
	signal_of("event collapse_begin time=3000 tid=11 dev=0x1b ino=4 flags=ours\n" PUNCH(4000, 5000, 12, 4)
		  "event collapse_end time=6000 tid=11 dev=0x1b ino=4 result=0 flags=ours\n", &b);
	tap_ok(pairs(&b) == 1 && !same(&a, &b), "a collapse that failed is another one");
}

static void who_and_where(void)
{
	signal_of(COLLAPSE(3000, 6000, 11, 4) PUNCH(7000, 8000, 11, 4), &a);
	tap_is_int(pairs(&a), 0, "what one task does in a row is no pair");
	signal_of(COLLAPSE(3000, 6000, 11, 4) PUNCH(7000, 8000, 12, 9), &a);
	signal_of(COLLAPSE(3000, 6000, 11, 5) PUNCH(7000, 8000, 12, 5), &b);
	signal_of(COLLAPSE(3000, 6000, 11, 4) PUNCH(7000, 8000, 12, 4), &c);
	tap_ok(same(&b, &c), "another inode number is the same signal");
	signal_of(COLLAPSE(3000, 6000, 50, 4) PUNCH(7000, 8000, 51, 9), &a);
	tap_is_int(pairs(&a), 0, "strangers on two files meet nobody");
	signal_of("event unmap time=3000 tid=60 dev=0x1b ino=4 index=3 addr=0x200000003000 result=1 flags=kthread|kswapd\n"
		  "event unmap time=3500 tid=61 dev=0x1b ino=4 index=3 addr=0x200000003000 result=1 flags=kthread|kswapd\n", &a);
	tap_is_int(pairs(&a), 0, "two kswapd are one task");
	signal_of("event unmap time=3000 tid=60 dev=0x1b ino=4 index=3 addr=0x200000003000 result=1 flags=kthread|kswapd\n"
		  "event fault time=200000 tid=12 addr=0x200000003123 extra=4 flags=ours\n", &a);
	tap_is_int(pairs(&a), 1, "a fault at an address where kswapd unmapped a page of the file is a pair");
	signal_of("event unmap time=3000 tid=60 dev=0x1b ino=4 index=3 addr=0x200000003000 result=1 flags=kthread|kswapd\n"
		  "event fault time=200000 tid=12 addr=0x200000103123 extra=4 flags=ours\n", &b);
	tap_ok(pairs(&b) == 1 && !same(&a, &b), "on another page of it a different one");
	signal_of("event unmap time=3000 tid=60 dev=0x1b ino=4 index=3 addr=0x200000003000 result=1 flags=kthread|kswapd\n"
		  "event fault time=200000 tid=11 addr=0x200010003123 extra=4 flags=ours\n", &a);
	tap_is_int(pairs(&a), 0, "in the map of the other file none");
}

/* A read's pages under DMA are known by their frames; the copy takes one away. */
static void frames(void)
{
	static const char pin[] = "event dma_pin time=120000 tid=11 cookie=0x77 pfn=0x100 extra=8192 flags=ours|pfn\n";
	static const char cow[] =
		"event cow_begin time=130000 tid=12 addr=0x200000003000 pfn=0x%x flags=ours|pfn\n"
		"event cow_end time=140000 tid=12 addr=0x200000003000 cookie=0x%x pfn=0x999 flags=ours|pfn\n";
	static const char done[] = "event dma_done time=150000 tid=11 cookie=0x77 pfn=0x100 flags=pfn\n";
	char copy[400], text[1000];

	snprintf(copy, sizeof(copy), cow, 0x101, 0x101);
	snprintf(text, sizeof(text), "%s%s%s", pin, copy, done);
	signal_of(text, &a);
	tap_is_int(pairs(&a), 1, "a copy of a page under DMA is a pair");
	snprintf(copy, sizeof(copy), cow, 0x102, 0x102);
	snprintf(text, sizeof(text), "%s%s%s", pin, copy, done);
	signal_of(text, &a);
	tap_is_int(pairs(&a), 0, "a copy of the page behind it is none");
	snprintf(copy, sizeof(copy), cow, 0x101, 0x101);
	snprintf(text, sizeof(text), "%sevent dma_done time=125000 tid=11 cookie=0x77 pfn=0x100 flags=pfn\n%s", pin, copy);
	signal_of(text, &b);
	snprintf(text, sizeof(text), "%s%s%s", pin, copy, done);
	signal_of(text, &a);
	tap_ok(!same(&a, &b), "after the read was done it is another one");
}

/* What others do elsewhere, before, between and after, changes nothing of a pair. */
static void stability(void)
{
	static const char near[] =
		"event collapse_begin time=3000 tid=11 dev=0x1b ino=4 flags=ours\n" PUNCH(4000, 5000, 12, 4)
		"event collapse_end time=6000 tid=11 dev=0x1b ino=4 result=1 flags=ours\n";
	char text[12000];
	size_t n = 0;
	unsigned int lost = 0, i;

	signal_of(near, &a);
	n = (size_t)snprintf(text, sizeof(text), "%s", near);
	for (i = 0; i < 100; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "event seek time=%u tid=%u dev=0x20 ino=%u extra=3 flags=ours\n",
				      2500 + i * 37, 40 + i % 3, 77 + i % 2);
	signal_of(text, &b);
	for (i = 0; i < a.n; i++)
		lost += !ff_signal_has(&b, a.f[i]);
	tap_is_int(lost, 0, "a hundred events on other files take no feature away");
	signal_of(near, &b);
	tap_ok(same(&a, &b), "the same run has the same signal");
	for (i = 1, lost = 0; i < a.n; i++)
		lost += a.f[i] <= a.f[i - 1];
	tap_is_int(lost, 0, "it is in ascending order, each once");
}

static void outcomes(void)
{
	struct ff_error e = { 0 };
	struct ff_case *cs;
	char text[4096];

	signal_of("", &a);
	tap_is_int(pairs(&a), 0, "no events, no pairs");
	tap_ok(a.n > 0, "but what came of the calls (%u)", a.n);
	snprintf(text, sizeof(text), "%s\nended\n", head);
	memcpy(strstr(text, "target tmpfs swap=disk"), "target xfs   swap=disk", 22);
	if (!tap_ok(!ff_case_read(text, strlen(text), &cs, &e), "the same on xfs: %s", e.text))
		return;
	ff_signal_of(cs, &b);
	ff_case_free(cs);
	tap_ok(b.n == a.n && !same(&a, &b), "has as many, others");
	snprintf(text, sizeof(text), "%s\nended\n", head);
	memcpy(strstr(text, "result=2097152"), "result=1048576", 14);
	ff_case_read(text, strlen(text), &cs, &e);
	ff_signal_of(cs, &b);
	ff_case_free(cs);
	tap_ok(b.n == a.n + 1, "a load that did half is one more");
}

static void lines(void)
{
	uint32_t f[] = { 7, 0xdeadbeef, 7, 1 };
	char *text;

	ff_signal_set(&a, f, 4);
	tap_ok(a.n == 3 && a.f[0] == 1 && a.f[1] == 7 && a.f[2] == 0xdeadbeef, "a set of numbers is sorted, each once");
	text = ff_signal_attrs(&a);
	tap_is_str(text, "signal=00000001\nsignal=00000007\nsignal=deadbeef\n", "its lines");
	ff_signal_parse("note=x\nrun_us=5\nsignal=00000001\nsignal=00000007\nsignal=deadbeef\nsignal=nonsense\nsource=signal=1\n", &b);
	tap_ok(same(&a, &b), "read again, what is no signal passed over");
	ff_signal_parse("", &b);
	tap_is_int(b.n, 0, "no lines, no signal");
	free(text);
}

/* Events of a guest that lost its mind: anything may be in them. */
static void nonsense(void)
{
	static struct ff_program p;
	static struct ff_history h;
	static struct ff_event ev[4000];
	static uint8_t cover[FF_COVER_BYTES];
	struct ff_case cs = { .program = &p, .history = &h, .event = ev, .nevents = 4000 };
	struct ff_error e = { 0 };
	uint64_t x = 1;

	if (ff_program_parse(head, (size_t)(strstr(head, "history") - head), &p, &e)) {
		tap_ok(0, "the program can be read: %s", e.text);
		return;
	}
	h.ncalls = p.ncalls;
	h.pmd_size = 2097152;
	for (size_t i = 0; i < sizeof(ev); i++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		((unsigned char *)ev)[i] = (unsigned char)(x >> 56);
	}
	for (size_t i = 0; i < 4000; i++) {
		ev[i].time_ns = i * 10;
		ev[i].kind %= FF_EV_NR + 3;
		ev[i].ino %= 100;
		if (i % 2)
			ev[i].addr = 0x200000000000ULL + ev[i].addr % (1ULL << 33);
	}
	ff_signal_of(&cs, &a);
	tap_ok(a.n > 0 && a.n <= FF_SIGNAL_MAX, "4000 events of random bytes: %u features", a.n);
	cover[0] = 0x81;
	cover[FF_COVER_BYTES - 1] = 0x80;
	cs.cover = cover;
	ff_signal_of(&cs, &b);
	tap_is_int(b.n, a.n + 3, "each place in the kernel's code that was gone through is one more");
	memset(cover, 0xff, sizeof(cover));
	ff_signal_of(&cs, &b);
	tap_is_int(b.n, FF_SIGNAL_MAX, "and never more than there is room for");
}

int main(void)
{
	order_and_time();
	who_and_where();
	frames();
	stability();
	outcomes();
	lines();
	nonsense();
	return tap_done();
}
