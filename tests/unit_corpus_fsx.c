// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operation logs of fsx: each operation becomes what fsx does, in order, with
 * fsx's own rules for offsets; a long log becomes a chain whose every program
 * begins in the state that the log has reached; and back.
 */
#include "corpus/convert.h"
#include "corpus/fsx.h"
#include "tests/corpus_case.h"

#define MOST	400	/* programs of a chain */

static const struct ff_target ext4 = { .kind = FF_TARGET_EXT4 };
static struct ff_program chain[MOST];
static unsigned int nchain;

static int take(void *to, const struct ff_program *p)
{
	(void)to;
	if (nchain < MOST)
		chain[nchain] = *p;
	nchain++;
	return 0;
}

static void import(const char *log, struct ff_notes *n)
{
	*n = (struct ff_notes){ 0 };
	nchain = 0;
	ff_fsx_import(log, strlen(log), &ext4, take, NULL, n);
}

static void each_operation(void)
{
	static const char log[] =
		"# a comment\n"
		"write 0x0 0x3000 0x0\n"
		"read 0x5001 0x4000 0x3000\n"		/* 0x5001 % 0x3000, cut at the end */
		"skip write 0x0 0x100 0x3000\n"
		"mapread 0x800 0x1000 0x3000\n"
		"mapwrite 0x2ffe 0x10 0x3000 *\n"
		"truncate 0x0 0x2000 0x300e close_open\n"
		"fallocate 0x1000 0x4000 0x2000 keep_size\n"
		"punch_hole 0x1000 0x800 0x2000\n"
		"zero_range 0x1800 0x1000 0x2000\n"
		"insert_range 0x1000 0x1000 0x2800\n"
		"collapse_range 0x0 0x1000 0x3800\n"
		"copy_range 0x0 0x800 0x4000 0x2800\n"
		"fsync 0x0 0x0 0x4800\n"
		"clone_range 0x0 0x1000 0x5000 0x4800\n"
		"write_atomic 0x0 0x1000 0x6000\n"
		"frobnicate 0x0 0x0 0x0\n"
		"read 0x0\n"
		"fallocate 0x0 0x1000 0x6000 keep_size unshare\n";
	static const char want[] =
		"# foliofuzz 1\ntarget ext4\nsetup\n  h0 = open f0 rdwr|creat\nthread 0\n"
		"  pwrite h0 0 12K\n"
		"  pread h0 8193 4095\n"
		"  m0 = mmap h0 0 16M ro shared\n  munmap m0 0 16M\n"
		"  remap m0 0 6K\n  load m0 2K 4K\n  munmap m0 0 6K\n"
		"  ftruncate h0 12302\n  m1 = mmap h0 0 16M rw shared\n  munmap m1 0 16M\n"
		"  remap m1 8K 4110\n  store m1 12286 16\n  msync m1 8K 4110 sync\n  munmap m1 8K 4110\n"
		"  ftruncate h0 8K\n  close h0\n  dropcaches all\n  h1 = open f0 rdwr\n"
		"  fallocate h1 keep 4K 16K\n  fallocate h1 punch 4K 2K\n  fallocate h1 zero 6K 4K\n"
		"  fallocate h1 insert_range 4K 4K\n  fallocate h1 collapse_range 0 4K\n"
		"  copy h1 0 h1 16K 2K\n  fsync h1\n  ftruncate h1 24K\n  pwrite h1 0 4K\n";
	struct ff_notes n;
	char *text;

	import(log, &n);
	tap_is_int(nchain, 1, "a short log is one program");
	text = ff_program_text(&chain[0]);
	tap_is_str(text, want, "each operation is what fsx --replay-ops does");
	free(text);
	tap_is_int(n.count, 5, "five lines cannot be expressed, or not wholly");
	for (size_t i = 0; i < n.count; i++)
		tap_diag("%u: %s", n.n[i].line, n.n[i].text);
	tap_ok(n.count == 5 && n.n[0].line == 15 && n.n[1].line == 16 && n.n[2].line == 17 && n.n[3].line == 18 &&
	       n.n[4].line == 19, "and are told by their numbers");
	ff_notes_free(&n);
}

/* A log as fsx with a file of 256K writes it: only operations that it does. */
struct model {
	uint64_t size;
	char *log;
	size_t len;
	unsigned int lines;
};

static void line(struct model *m, enum ff_fsx_op op, uint64_t off, uint64_t len, const char *flags)
{
	m->len += (size_t)sprintf(m->log + m->len, "%s 0x%llx 0x%llx 0x%llx%s\n", ff_fsx_names[op],
				  (unsigned long long)off, (unsigned long long)len, (unsigned long long)m->size, flags);
	m->lines++;
}

static void random_op(struct model *m, bool close_open)
{
	uint64_t max = 256 << 10, off = draw(max), len = 1 + draw(64 << 10), block = 4096;
	const char *flags = close_open && draw(40) == 0 ? " close_open" : "";
	bool keep;

	if (off + len > max)
		len = max - off;
	switch (draw(9)) {
	case 0:
	case 1:
		line(m, draw(2) ? FF_FSX_WRITE : FF_FSX_MAPWRITE, off, len, flags);
		m->size = off + len > m->size ? off + len : m->size;
		return;
	case 2:
	case 3:
		if (off + len <= m->size)
			line(m, draw(2) ? FF_FSX_READ : FF_FSX_MAPREAD, off, len, flags);
		return;
	case 4:
		line(m, FF_FSX_TRUNCATE, 0, off, flags);
		m->size = off;
		return;
	case 5:
		if (off + len <= m->size)
			line(m, FF_FSX_PUNCH_HOLE, off, len, flags);
		return;
	case 6:
		keep = draw(2);
		line(m, draw(2) ? FF_FSX_ZERO_RANGE : FF_FSX_FALLOCATE, off, len, keep ? " keep_size" : flags);
		if (!keep)
			m->size = off + len > m->size ? off + len : m->size;
		return;
	case 7:
		off -= off % block;
		len -= len % block;
		if (len && off + len < m->size) {
			line(m, FF_FSX_COLLAPSE_RANGE, off, len, flags);
			m->size -= len;
		} else if (len && off < m->size && m->size + len <= max) {
			line(m, FF_FSX_INSERT_RANGE, off, len, flags);
			m->size += len;
		}
		return;
	default:
		line(m, FF_FSX_FSYNC, 0, 0, flags);
	}
}

static char *random_log(unsigned int ops, uint64_t seed, bool close_open)
{
	struct model m = { .log = malloc(100 * (size_t)ops + 100) };

	case_seed(seed);
	while (m.lines < ops)
		random_op(&m, close_open);
	return m.log;
}

/* A file's size after the calls, if all succeed. */
static uint64_t size_after(const struct ff_program *p, unsigned int ncalls, uint64_t size)
{
	for (unsigned int i = 0; i < ncalls; i++) {
		const struct ff_call *c = &p->call[i];
		uint64_t end = c->op == FF_OP_PWRITE ? c->arg[1] + c->arg[2] : 0;

		if (c->op == FF_OP_FTRUNCATE)
			size = c->arg[1];
		else if (c->op == FF_OP_FALLOCATE && !(c->arg[1] & 1))
			end = c->arg[1] == 0x8 ? 0 : c->arg[1] == 0x20 ? size + c->arg[3] : c->arg[2] + c->arg[3];
		if (c->op == FF_OP_FALLOCATE && c->arg[1] == 0x8)
			size -= c->arg[3];
		size = end > size ? end : size;
	}
	return size;
}

static void long_log(void)
{
	char *log = random_log(10000, 5, true);
	unsigned int bad = 0, calls = 0, jumps = 0, i;
	uint64_t size = 0, begin;
	struct ff_notes n;
	struct ff_error e;

	import(log, &n);
	for (i = 0; i < nchain && i < MOST; i++) {
		bad += ff_program_check(&chain[i], &e) != 0;
		calls += chain[i].ncalls;
		unsigned int setup = 0;

		while (setup < chain[i].ncalls && chain[i].call[setup].thread == FF_SETUP)
			setup++;
		begin = size_after(&chain[i], setup, 0);
		jumps += begin != size;
		size = size_after(&chain[i], chain[i].ncalls, 0);
	}
	tap_ok(nchain > 10 && nchain < MOST && !bad, "10,000 operations are %u legal programs, %u calls", nchain, calls);
	tap_is_int(n.count, 0, "nothing is left out");
	tap_is_int(jumps, 0, "each begins with the file's size where the one before ended");
	ff_notes_free(&n);
	free(log);
}

/* A log that fits into one program comes back as it was. */
static void back_again(void)
{
	unsigned int same = 0, rounds = 200, odd = 0;
	struct ff_notes n, m;
	char *log, *back, *body;

	for (unsigned int i = 1; i <= rounds; i++) {
		log = random_log(24, i, true);
		import(log, &n);
		m = (struct ff_notes){ 0 };
		back = ff_fsx_export(&chain[0], &m);
		body = strchr(back, '\n') + 1;
		odd += nchain != 1;
		if (nchain == 1 && !m.count && !strcmp(body, log))
			same++;
		else if (nchain == 1 && i - same < 4)
			tap_diag("log %u: %s\nwant\n%sgot\n%s", i, m.count ? m.n[0].text : "", log, body);
		free(log);
		free(back);
		ff_notes_free(&n);
		ff_notes_free(&m);
	}
	tap_is_int(same, rounds - odd, "%u short logs come back line by line", rounds - odd);
	tap_ok(odd < rounds / 4, "(%u were more than one program)", odd);
}

static void from_programs(void)
{
	static const char text[] =
		"# foliofuzz 1\ntarget ext4\nsetup\n  h0 = open f0 rdwr|creat\n  pwrite h0 0 8K\nthread 0\n"
		"  m0 = mmap h0 0 8K rw shared\n  pread h0 6K 4K\n  store m0 0 100\n  madvise m0 0 8K pageout\n"
		"  h1 = open f1 rdwr|creat\n  fsync h1\n  load m0 4K 4K\nthread 1\n  fsync h0\n";
	static struct ff_program p;
	struct ff_error e = { 0 };
	struct ff_notes n = { 0 };
	char *log;

	ff_program_parse(text, strlen(text), &p, &e);
	log = ff_fsx_export(&p, &n);
	tap_is_str(strchr(log, '\n') + 1, "write 0x0 0x2000 0x0\nmapwrite 0x0 0x64 0x2000\nmapread 0x1000 0x1000 0x2000\n",
		   "a program's log has what fsx can do");
	tap_is_int(n.count, 6, "and the rest is told");
	for (size_t i = 0; i < n.count; i++)
		tap_diag("%u: %s", n.n[i].line, n.n[i].text);
	free(log);
	ff_notes_free(&n);
}

/* Any program, any text: legal results, no crash. */
static void anything(void)
{
	unsigned int bad = 0, i;
	struct ff_notes n = { 0 };
	struct ff_error e;
	static struct ff_program p;
	char *text, *log, *exact;
	size_t len;

	for (i = 0; i < 300; i++) {
		text = case_text(i);
		ff_program_parse(text, strlen(text), &p, &e);
		log = ff_fsx_export(&p, &n);
		ff_notes_free(&n);
		import(log, &n);
		for (unsigned int k = 0; k < nchain && k < MOST; k++)
			bad += ff_program_check(&chain[k], &e) != 0;
		bad += n.count > 0;
		ff_notes_free(&n);
		free(text);
		free(log);
	}
	tap_is_int(bad, 0, "%u programs: their logs are read without a word", i);
	for (i = 0; i < 600; i++) {
		log = random_log(60, i + 1, true);
		for (uint64_t k = 1 + draw(20); k; k--)
			log[draw(strlen(log))] = "0123456789abcdefx \n*#_rw"[draw(24)];
		len = draw(strlen(log) + 1);
		exact = malloc(len + !len);
		memcpy(exact, log, len);
		n = (struct ff_notes){ 0 };
		nchain = 0;
		ff_fsx_import(exact, len, &ext4, take, NULL, &n);
		for (unsigned int k = 0; k < nchain && k < MOST; k++)
			bad += ff_program_check(&chain[k], &e) != 0;
		for (size_t k = 0; k < n.count; k++)
			bad += strstr(n.n[k].text, "is not legal") != NULL;
		ff_notes_free(&n);
		free(exact);
		free(log);
	}
	tap_is_int(bad, 0, "%u broken logs: every program is legal", i);
}

int main(void)
{
	each_operation();
	from_programs();
	back_again();
	long_log();
	anything();
	return tap_done();
}
