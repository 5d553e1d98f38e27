// SPDX-License-Identifier: GPL-2.0-only
/* Editing programs: what depends on what goes, goes; what is left is a program. */
#include <stdlib.h>

#include "fuzzer/edit.h"
#include "fuzzer/generate.h"
#include "tests/tap.h"

static struct ff_program p;
static char text[65536];

static void parse(const char *s)
{
	struct ff_error e = { 0 };

	if (ff_program_parse(s, strlen(s), &p, &e))
		tap_ok(false, "parses: line %u: %s", e.line, e.text);
}

static const char *printed(void)
{
	ff_program_print(&p, text, sizeof(text));
	return text;
}

static bool legal(void)
{
	struct ff_error e = { 0 };

	if (!ff_program_check(&p, &e))
		return true;
	tap_diag("%s", e.text);
	return false;
}

#define HEAD "# foliofuzz 1\ntarget tmpfs\nsetup\n"
#define SAMPLE HEAD "  h0 = open f1 rdwr|creat\n  h1 = open f2 rdwr|creat\n  m0 = mmap h1 0 8K rw shared\n" \
	"  b0 = buffer 4K rw\n  b1 = buffer 4K rw\nthread 0\n  meet 3\n  load m0 0 4K\n" \
	"  preadv h0 0 [b0:0:512,m0:0:512,b1:0:512]\nthread 1\n  meet 3\n  store b1 0 8\n"

static void dependents(void)
{
	parse(SAMPLE);
	ff_edit_remove_call(&p, 1);
	tap_is_str(printed(), HEAD "  h0 = open f1 rdwr|creat\n  b0 = buffer 4K rw\n  b1 = buffer 4K rw\n"
		   "thread 0\n  meet 3\n  preadv h0 0 [b0:0:512,b1:0:512] none\nthread 1\n  meet 3\n  store b1 0 8\n",
		   "a handle takes its map along, that its loads and its pieces of vectors");
	parse(SAMPLE);
	ff_edit_remove_call(&p, 0);
	tap_is_int(p.ncalls, 8, "a handle takes its reads along");
	parse(SAMPLE);
	ff_edit_remove_call(&p, 5);
	tap_is_int(p.ncalls, 8, "a meeting point takes along the one who waits there alone");
	parse(SAMPLE);
	ff_edit_remove_thread(&p, 0);
	tap_is_str(printed(), HEAD "  h0 = open f1 rdwr|creat\n  h1 = open f2 rdwr|creat\n"
		   "  m0 = mmap h1 0 8K rw shared\n  b0 = buffer 4K rw\n  b1 = buffer 4K rw\nthread 0\n"
		   "  store b1 0 8\n", "threads move up when one goes");
	ff_edit_remove_thread(&p, 0);
	tap_ok(p.nthreads == 1 && p.ncalls == 5 && legal(), "the last thread stays, empty");
}

static void tidy(void)
{
	parse(HEAD "  h3 = open f2 rdwr|creat\n  h1 = open f0 rdwr|creat\n  m7 = mmap h3 0 8K rw shared\n"
	      "  b2 = buffer 4K rw\nthread 0\nthread 1\n  meet 9\n  pwritev h1 0 [b2:0:8,m7:0:8]\n  load b2 0 8\n"
	      "thread 2\n  meet 9\n  copy h3 0 h1 0 4K\n");
	ff_edit_tidy(&p);
	tap_is_str(printed(), HEAD "  h0 = open f0 rdwr|creat\n  h1 = open f1 rdwr|creat\n  m0 = mmap h0 0 8K rw shared\n"
		   "  b0 = buffer 4K rw\nthread 0\n  meet 0\n  pwritev h1 0 [b0:0:8,m0:0:8] none\n  load b0 0 8\n"
		   "thread 1\n  meet 0\n  copy h0 0 h1 0 4K\n", "slots, files, meetings and threads are numbered anew");
}

static void insert(void)
{
	struct ff_call c = { .op = FF_OP_PAUSE, .thread = 1, .arg = { 500 } };

	parse(SAMPLE);
	tap_is_int(ff_edit_first(&p, FF_SETUP), 0, "the setup begins");
	tap_is_int(ff_edit_first(&p, 1), 8, "thread 1 begins");
	tap_is_int(ff_edit_first(&p, 2), 10, "and ends");
	tap_ok(ff_edit_insert(&p, 10, &c) && legal() && p.call[10].op == FF_OP_PAUSE, "a call is put at its end");
	tap_is_int(ff_edit_free_meet(&p), 0, "a free meeting point");
	while (ff_edit_insert(&p, 10, &p.call[10]))
		;
	tap_is_int(p.ncalls, FF_MAX_CALLS, "until there is no room");
	ff_edit_rename(&p.call[6], FF_RESULT_MAP, 0, 5);
	tap_ok(ff_edit_uses(&p.call[6], FF_RESULT_MAP, 5) && !ff_edit_uses(&p.call[6], FF_RESULT_MAP, 0),
	       "a slot is given another name");
}

/* Whatever is taken out of what is generated, the rest is legal (but for ranges that an mremap had made). */
static void generated(void)
{
	struct ff_gen_limits limits = { .features = ~0ULL, .device_size = 64ULL << 20, .allow_global = true };
	struct ff_target target = { .kind = FF_TARGET_TMPFS, .swap = FF_SWAP_DISK };
	struct ff_error e = { 0 };
	unsigned int bad = 0, made = 0;

	srandom(1);
	for (uint64_t n = 0; n < 400; n++) {
		ff_generate(&limits, 7, n, &target, &p);
		for (int k = 0; k < 12 && p.ncalls; k++) {
			bool drop[FF_MAX_CALLS] = { false };

			for (unsigned int i = 0; i < p.ncalls; i++)
				drop[i] = random() % 8 == 0;
			if (random() % 2)
				ff_edit_drop(&p, drop);
			else
				ff_edit_remove_thread(&p, (unsigned int)random() % p.nthreads);
			ff_edit_tidy(&p);
			made++;
			if (ff_program_check(&p, &e) && !strstr(e.text, "outside")) {
				bad++;
				tap_diag("%s", e.text);
			}
		}
	}
	tap_ok(made > 1000 && !bad, "%u of %u programs are illegal after an edit", bad, made);
}

int main(void)
{
	dependents();
	tidy();
	insert();
	generated();
	return tap_done();
}
