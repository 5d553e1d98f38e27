// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of syzkaller: what is written for it is the same program when it is
 * read again, but for what was said to be left out; texts of its own are read;
 * what cannot be expressed is told with its line; no text makes it stumble.
 */
#include "corpus/convert.h"
#include "fuzzer/delay.h"
#include "tests/corpus_case.h"

static const struct ff_target ext4 = { .kind = FF_TARGET_EXT4 };
static struct ff_program got;
static unsigned int taken;

static int take(void *to, const struct ff_program *p)
{
	(void)to;
	got = *p;
	taken++;
	return 0;
}

static bool noted(const struct ff_notes *n, unsigned int line)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->n[i].line == line)
			return true;
	return false;
}

/* The program without the calls of these lines. */
static void without(struct ff_program *p, const struct ff_notes *n)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < p->ncalls; i++)
		if (!noted(n, p->call[i].line))
			p->call[kept++] = p->call[i];
	p->ncalls = kept;
}

/* The program of a text, every third with delays: the generator draws none by itself. */
static char *with_delays(char *text, unsigned int number, struct ff_program *p)
{
	struct ff_error e = { 0 };

	ff_program_parse(text, strlen(text), p, &e);
	if (number % 3)
		return text;
	for (p->ndelays = 0; p->ndelays < number % 8 + 1; p->ndelays++)
		p->delay[p->ndelays] = (struct ff_delay){ .place = (uint8_t)((number + p->ndelays) % FF_DELAY_PLACES),
							  .nth = (uint16_t)(1 + p->ndelays), .us = 1 + number % 50 };
	free(text);
	text = ff_program_text(p);
	ff_program_parse(text, strlen(text), p, &e);	/* for the lines */
	return text;
}

static void round_trips(unsigned int rounds)
{
	static struct ff_program p;
	unsigned int same = 0, calls = 0, whole = 0, left = 0, used[FF_OPS] = { 0 }, kinds = 0, delays = 0;
	struct ff_notes out, in;
	char *text, *syz;

	for (unsigned int i = 0; i < rounds; i++) {
		out = in = (struct ff_notes){ 0 };
		text = with_delays(case_text(i), i, &p);
		delays += p.ndelays;
		syz = ff_syz_export(&p, &out);
		taken = 0;
		ff_syz_import(syz, strlen(syz), &ext4, take, NULL, &in);
		calls += p.ncalls;
		left += (unsigned int)out.count;
		whole += out.count == p.ndelays;
		without(&p, &out);
		for (unsigned int c = 0; c < p.ncalls; c++)
			used[p.call[c].op]++;
		if (taken == 1 && !in.count && ff_program_same(&p, &got)) {
			same++;
		} else if (i - same < 3) {
			tap_diag("program %u, %zu notes on import: line %u: %s", i, in.count,
				 in.count ? in.n[0].line : 0, in.count ? in.n[0].text : "");
			tap_diag("%s", syz);
		}
		ff_notes_free(&out);
		ff_notes_free(&in);
		free(text);
		free(syz);
	}
	for (unsigned int i = 0; i < FF_OPS; i++)
		kinds += used[i] > 0;
	tap_is_int(same, rounds, "%u generated programs come back from syzkaller's text", rounds);
	tap_ok(left < calls / 2 && kinds > 25, "%u of %u calls could not be expressed; %u kinds of call can", left, calls,
	       kinds);
	tap_ok(delays > rounds, "%u delays come back with them", delays);
	tap_diag("%u programs without any loss but delays, which syzkaller has not", whole);
}

/* A call that has no row is told with its line, and kept for people; so is each delay. */
static void no_row(void)
{
	static const char text[] = "# foliofuzz 1\ntarget fuse\ndelay seek 1 50\nsetup\n  h0 = open f0 rdwr|creat\n"
				   "thread 0\n  serve stall 1 100\n  fsync h0\n";
	struct ff_notes n = { 0 };
	static struct ff_program p;
	struct ff_error e;
	char *syz;

	ff_program_parse(text, strlen(text), &p, &e);
	syz = ff_syz_export(&p, &n);
	tap_ok(n.count == 2 && noted(&n, 3) && noted(&n, 7), "a delay and an order to the FUSE server are told (%zu notes)",
	       n.count);
	tap_ok(strstr(syz, "# delay seek 1 50\n") && strstr(syz, "# left out: serve stall 1 100\n"),
	       "and both stand in the text");
	free(syz);
	ff_notes_free(&n);
}

static void reads(const char *what, const char *syz, const char *want, unsigned int notes)
{
	struct ff_notes n = { 0 };
	char *text;

	taken = 0;
	ff_syz_import(syz, strlen(syz), &ext4, take, NULL, &n);
	text = taken ? ff_program_text(&got) : strdup("");
	tap_is_str(text, want, "%s", what);
	if (!tap_is_int(n.count, notes, "  with %u notes", notes))
		for (size_t i = 0; i < n.count; i++)
			tap_diag("%u: %s", n.n[i].line, n.n[i].text);
	free(text);
	ff_notes_free(&n);
}

static void texts_of_syzkaller(void)
{
	reads("the example of its documentation",
	      "# Obtain a file handle\nr0 = openat(0xffffffffffffff9c, &AUTO='./file1\\x00', 0x42, 0x1ff)\n\n"
	      "# Perform a write operation\nwrite(r0, &AUTO=\"01010101\", 0x4)\n",
	      "# foliofuzz 1\ntarget ext4\nthread 0\n  h0 = open f0 rdwr|creat\n", 1);
	reads("a file, its mapping, a collapse, a punch",
	      "r0 = openat(0xffffffffffffff9c, &(0x7f0000000040)='./file0\\x00', 0x42, 0x1ff)\n"
	      "pwrite64(r0, &(0x7f00000000c0)='2', 0xfdef, 0xe7c)\n"
	      "mmap(&(0x7f0000200000/0x200000)=nil, 0x200000, 0x3, 0x11, r0, 0x0)\n"
	      "madvise(&(0x7f0000200000/0x200000)=nil, 0x200000, 0x19)\n"
	      "fallocate(r0, 0x3, 0x1000, 0x8000)\n"
	      "preadv(r0, &(0x7f0000001440)=[{&(0x7f0000201000)=\"\"/4096, 0x1000}], 0x1, 0x200, 0x0)\n"
	      "mremap(&(0x7f0000200000/0x200000)=nil, 0x200000, 0x1000, 0x0, &(0x7f0000200000/0x1000)=nil)\n"
	      "lseek(r0, 0x10, 0x3)\nclose(r0)\n",
	      "# foliofuzz 1\ntarget ext4\nthread 0\n  h0 = open f0 rdwr|creat\n  pwrite h0 3708 65007\n"
	      "  m0 = mmap h0 0 2M rw shared\n  madvise m0 0 2M collapse\n  fallocate h0 punch 4K 32K\n"
	      "  preadv h0 512 [m0:4K:4K] none\n  mremap m0 shrink 4K\n  seek h0 16 data\n  close h0\n", 0);
	reads("async calls run beside each other",
	      "r0 = openat(0xffffffffffffff9c, &AUTO='./f3\\x00', 0x2, 0x0)\n"
	      "mmap(&(0x7f0000000000/0x1000)=nil, 0x1000, 0x3, 0x32, 0xffffffffffffffff, 0x0)\n"
	      "fsync(r0) (async)\nftruncate(r0, 0x0) (async)\nmsync(&(0x7f0000000000/0x1000)=nil, 0x1000, 0x4)\n"
	      "fdatasync(r0)\n",
	      "# foliofuzz 1\ntarget ext4\nsetup\n  h0 = open f3 rdwr\n  b0 = buffer 4K rw\nthread 0\n  fsync h0\n"
	      "  fdatasync h0\nthread 1\n  ftruncate h0 0\nthread 2\n  msync b0 0 4K sync\n", 0);
	reads("what syzkaller leaves out is 0",
	      "r1 = openat(0xffffffffffffff9c, &(0x7f0000000000)='./f0\\x00', 0x2, 0x0)\n"
	      "copy_file_range(r1, &(0x7f0000000040), r1, &(0x7f0000000080)=0x2000, 0x1000, 0x0)\n"
	      "nanosleep(&(0x7f0000000000)={0x0, 0xf4240}, 0x0)\nnanosleep(&(0x7f0000000000)={0x0, 0x1}, 0x0)\n",
	      "# foliofuzz 1\ntarget ext4\nthread 0\n  h1 = open f0 rdwr\n  copy h1 0 h1 8K 4K\n  pause 1000\n", 1);
	reads("flags that have no word do not cost the call",
	      "r0 = open(&(0x7f00000000c0)='./bus\\x00', 0x14d842, 0x0)\nftruncate(r0, 0x208200)\n"
	      "mmap(&(0x7f0000000000/0x600000)=nil, 0x600000, 0x7ffffe, 0x4002011, r0, 0x0)\n"
	      "r1 = open(&(0x7f0000000000)='./bus\\x00', 0x1, 0x0)\nr2 = open(&(0x7f0000000000)='./d\\x00', 0x10000, 0x0)\n"
	      "mmap(&(0x7f0000800000/0x2000)=nil, 0x2000, 0x3, 0x40032, 0xffffffffffffffff, 0x0)\n"
	      "mmap(&(0x7f0000800000/0x2000)=nil, 0x2000, 0x3, 0x22, 0xffffffffffffffff, 0x0)\n",
	      "# foliofuzz 1\ntarget ext4\nthread 0\n  h0 = open f0 rdwr|creat|direct|sync|noatime\n  ftruncate h0 2130432\n"
	      "  m0 = mmap h0 0 6M rw shared|locked\n  h1 = open f0 rdwr\n", 6);
	reads("memory that nobody mapped is the arena, and a folder may be opened",
	      "r0 = openat$dir(0xffffffffffffff9c, &(0x7f0000000000)='.\\x00', 0x0, 0x0)\n"
	      "r1 = openat(r0, &(0x7f0000000040)='./x\\x00', 0x42, 0x1ff)\n"
	      "madvise(&(0x7f0000000000/0x600000)=nil, 0x600003, 0x19)\n"
	      "pwritev2(r1, &(0x7f0000000240)=[{&(0x7f0000002000)=\"85\", 0x1}], 0x1, 0x7000, 0x0, 0x0)\n"
	      "fsync(r1) (async)\nmunmap(&(0x7f0000000000/0x1000)=nil, 0x1000)\n",
	      "# foliofuzz 1\ntarget ext4\nsetup\n  b7 = buffer 16M rw\n  h1 = open f0 rdwr|creat\n"
	      "  madvise b7 0 6291459 collapse\n  pwritev h1 28K [b7:8K:1] none\nthread 0\n  fsync h1\n"
	      "thread 1\n  munmap b7 0 4K\n", 1);
	reads("fault injection is said to be left out",
	      "r0 = openat(0xffffffffffffff9c, &AUTO='./f0\\x00', 0x2, 0x0)\nfsync(r0) (fail_nth: 3)\n",
	      "# foliofuzz 1\ntarget ext4\nthread 0\n  h0 = open f0 rdwr\n  fsync h0\n", 1);
	reads("what is left out costs what rests on it",
	      "r0 = openat$kvm(0xffffffffffffff9c, &AUTO='/dev/kvm\\x00', 0x0, 0x0)\n"
	      "ioctl$KVM_CREATE_VM(r0, 0xae01, 0x0)\n"
	      "mmap(&(0x7f0000000000/0x1000)=nil, 0x1000, 0x3, 0x12, r0, 0x0)\n"
	      "madvise(&(0x7f0000000000/0x1000)=nil, 0x1000, 0x4)\n"
	      "fsync(r0\nr1 = openat(0xffffffffffffff9c, &AUTO='./f0\\x00', 0x2, 0x0)\n"
	      "fallocate(r1, 0x99, 0x0, 0x1)\nfsync(r1)\n",
	      "# foliofuzz 1\ntarget ext4\nsetup\n  b7 = buffer 16M rw\nthread 0\n  madvise b7 0 4K dontneed\n"
	      "  h1 = open f0 rdwr\n  fsync h1\n", 5);
}

/* Any bytes: no crash, and what comes out is a legal program. */
static void nonsense(unsigned int rounds)
{
	static const char bits[] = "r0123456789abcdefx=(){}[]<>&@'\"/\\,+ \n#$nilAUTOasync:";
	unsigned int bad = 0, programs = 0;
	struct ff_notes n, ignore = { 0 };
	char *text, *syz, *exact;
	static struct ff_program p;
	struct ff_error e;
	size_t len, at;

	for (unsigned int i = 0; i < rounds; i++) {
		case_seed(i + 1);
		text = case_text(i % 40);
		ff_program_parse(text, strlen(text), &p, &e);
		syz = ff_syz_export(&p, &ignore);
		len = strlen(syz);
		for (uint64_t k = 1 + draw(30); k; k--) {
			at = draw(len);
			if (draw(8) == 0)
				syz[at] = (char)draw(256);
			else if (draw(6) == 0)
				memmove(syz + at, syz + draw(len - at) + at, 1);
			else
				syz[at] = bits[draw(sizeof(bits) - 1)];
		}
		len = draw(4) ? len : draw(len);
		exact = malloc(len + !len);	/* a read beyond it is seen by ASan */
		memcpy(exact, syz, len);
		n = (struct ff_notes){ 0 };
		taken = 0;
		ff_syz_import(exact, len, &ext4, take, NULL, &n);
		programs += taken;
		bad += taken && ff_program_check(&got, &e);
		free(exact);
		ff_notes_free(&n);
		ff_notes_free(&ignore);
		free(text);
		free(syz);
	}
	tap_ok(!bad && programs > rounds / 2, "%u broken texts: %u programs, all of them legal", rounds, programs);
}

int main(void)
{
	texts_of_syzkaller();
	no_row();
	round_trips(600);
	nonsense(1500);
	return tap_done();
}
