// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs: text to memory and back, for every row and word of the call table
 * and for hostile bytes. Malformed texts: unit_program_text.c.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzzer/call.h"
#include "fuzzer/program.h"
#include "fuzzer/text.h"
#include "tests/tap.h"

#define TEXT	65536
#define ROUNDS	100000

static const char example[] =
	"# foliofuzz 1\n"
	"# seed 7 number 12\n"
	"target tmpfs huge=always swap=zram thp=madvise\n"
	"delay collapse 2 500\n"
	"delay pinned 1 50\n"
	"setup\n"
	"  h0 = open f0 rdwr|creat\n"
	"  pwrite h0 0 2M\n"
	"  m0 = mmap h0 0 2M rw shared\n"
	"  b0 = buffer 64K rw\n"
	"thread 0\n"
	"  load m0 0 2M\n"
	"  madvise m0 0 2M collapse\n"
	"  preadv h0 512 [b0:0:512,m0:4K:100] none\n"
	"  mremap m0 grow 4M\n"
	"thread 1\n"
	"  h1 = open f7 rdonly|direct\n"
	"  copy h0 0 h1 1M 64K\n"
	"  seek h0 1 data\n"
	"  store m0 3M 1M\n"
	"  pause 500\n"
	"thread 2\n";

static uint64_t rng = 1;

static uint64_t draw(uint64_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng * 0x2545f4914f6cdd1dULL >> 11) % below;
}

/* print, parse, compare, print again, compare the texts: true when all hold. */
static bool round_trip(const struct ff_program *p)
{
	static char text[TEXT], again[TEXT];
	static struct ff_program q;
	struct ff_error e = { 0 };
	size_t n = ff_program_print(p, text, sizeof(text));

	if (n >= sizeof(text) || n != strlen(text)) {
		tap_diag("print needs %zu, wrote %zu", n, strlen(text));
		return false;
	}
	if (ff_program_parse(text, n, &q, &e)) {
		tap_diag("line %u: %s\n%s", e.line, e.text, text);
		return false;
	}
	ff_program_print(&q, again, sizeof(again));
	if (ff_program_same(p, &q) && !strcmp(text, again) && p->seed == q.seed &&
	    p->number == q.number)
		return true;
	tap_diag("not the same:\n%s---\n%s", text, again);
	return false;
}

static void test_example(void)
{
	static struct ff_program p, q;
	struct ff_error e = { 0 };
	char out[TEXT], crlf[TEXT];
	size_t i, n = 0;

	if (!tap_ok(!ff_program_parse(example, strlen(example), &p, &e), "the example parses"))
		tap_diag("line %u: %s", e.line, e.text);
	tap_is_int(p.ncalls, 13, "its calls");
	tap_is_int(p.nthreads, 3, "its threads, one of them empty");
	tap_ok(p.seed == 7 && p.number == 12, "its seed and number");
	tap_is_int(p.call[4].line, 12, "the line of a call");
	tap_is_int(ff_program_print(&p, out, sizeof(out)), strlen(example), "print says its length");
	tap_is_str(out, example, "and gives the example back");
	tap_is_int(ff_program_print(&p, NULL, 0), strlen(example), "print measures without a buffer");
	out[10] = 'x';
	ff_program_print(&p, out, 10);
	tap_is_str(out, "# foliofu", "print stops at the end of the buffer");

	for (i = 0; example[i]; i++) {
		if (example[i] == '\n' && example[i + 1])
			crlf[n++] = '\r';
		if (example[i] != '\n' || example[i + 1])
			crlf[n++] = example[i] == ' ' && example[i + 1] == ' ' ? '\t' : example[i];
	}
	tap_ok(!ff_program_parse(crlf, n, &q, &e) && ff_program_same(&p, &q),
	       "CRLF, tabs and no newline at the end give the same program");
	q.call[3].arg[0]++;
	tap_ok(!ff_program_same(&p, &q), "an argument makes a difference");
	q.call[3].arg[0]--;
	q.delay[1].us--;
	tap_ok(!ff_program_same(&p, &q), "a delay makes a difference");
	memset(&q, 0xff, sizeof(q));
	ff_program_copy(&q, &p);
	tap_ok(ff_program_same(&p, &q) && q.call[p.ncalls].op == 0xff, "copy takes what means something");
	p.ncalls = UINT32_MAX;
	tap_is_int(ff_program_bytes(&p), sizeof(p), "bytes of a program that lies about its calls");
}

static bool same_text(const char *calls, const char *want)
{
	static struct ff_program p;
	struct ff_error e = { 0 };
	char text[2048], out[2048], full[2048];

	snprintf(text, sizeof(text), "# foliofuzz 1\ntarget tmpfs\nsetup\n%s\nthread 0\n", calls);
	snprintf(full, sizeof(full), "# foliofuzz 1\ntarget tmpfs\nsetup\n%sthread 0\n", want);
	if (ff_program_parse(text, strlen(text), &p, &e)) {
		tap_diag("line %u: %s", e.line, e.text);
		return false;
	}
	ff_program_print(&p, out, sizeof(out));
	if (strcmp(out, full))
		tap_diag("%s", out);
	return !strcmp(out, full);
}

static void test_forms(void)
{
	tap_ok(same_text("h0=open f0 rdwr none # why", "  h0 = open f0 rdwr\n"),
	       "blanks around = and a comment at the end of a line");
	tap_ok(same_text("b0 = buffer 65536 rw none", "  b0 = buffer 64K rw\n"),
	       "shortest exact size; flags that are none are left out");
	tap_ok(same_text("b0 = buffer 1025K rw\n h0 = open f0 rdwr direct|creat\n"
			 "preadv h0 0 [ b0:0:1K , b0:1024:1 ]",
			 "  b0 = buffer 1025K rw\n  h0 = open f0 rdwr|creat|direct\n"
			 "  preadv h0 0 [b0:0:1K,b0:1K:1] none\n"), "blanks in a vector, order of flags");
	tap_ok(same_text("\n\n# caf\xc3\xa9 \xe2\x9c\x93\n#seed\nh0 = open f0 rdonly",
			 "  h0 = open f0 rdonly\n"), "comments may be UTF-8");
}

static bool parse_target(const char *text, const char *want)
{
	struct ff_target t;
	struct ff_error e = { 0 };
	char out[128];

	if (ff_target_parse(text, &t, &e)) {
		tap_diag("%s", e.text);
		return false;
	}
	ff_target_print(&t, out, sizeof(out));
	return !strcmp(out, want);
}

static void test_targets(void)
{
	static const char *const same[] = {
		"tmpfs", "ext4", "xfs", "block", "tmpfs huge=within_size", "tmpfs huge=advise",
		"tmpfs huge=always swap=zram thp=always", "ext4 swap=disk thp=madvise slow=200",
		"block slow=1000000",
	};
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		tap_ok(parse_target(same[i], same[i]), "target %s", same[i]);
	tap_ok(parse_target("tmpfs huge=never swap=none thp=never", "tmpfs"), "defaults are left out");
}

/* A setup that every row can work on: two of each, h0 and h1, m0, b0. */
static void begin(struct ff_program *p, unsigned int kind)
{
	static const char setup[] =
		"# foliofuzz 1\ntarget %s\nsetup\nh0 = open f0 rdwr\nh1 = open f0 rdwr\n"
		"m0 = mmap h0 0 4M rw shared\nb0 = buffer 4M rw none\nthread 0\n";
	static const char *const kinds[] = { "tmpfs", "ext4", "xfs", "block", "fuse" };
	char text[256];
	struct ff_error e = { 0 };

	snprintf(text, sizeof(text), setup, kinds[kind]);
	if (ff_program_parse(text, strlen(text), p, &e))
		tap_diag("setup line %u: %s", e.line, e.text);
}

static uint64_t plain_value(const struct ff_arg_spec *spec)
{
	switch (spec->type) {
	case FF_ARG_LENGTH:
		return spec->max && spec->max < FF_PAGE ? spec->max : FF_PAGE;
	case FF_ARG_OFFSET:
	case FF_ARG_NUMBER:
		return spec->min;
	case FF_ARG_CHOICE:
		return spec->words[0].value;
	default:
		return 0;
	}
}

static struct ff_call *add_call(struct ff_program *p, unsigned int id)
{
	struct ff_call *c = &p->call[p->ncalls++];
	const struct ff_op *op = ff_op(id);
	unsigned int i, n = ff_op_nargs(op);

	memset(c, 0, sizeof(*c));
	c->op = id;
	c->slot = 7;
	for (i = 0; i < n; i++) {
		c->arg[i] = plain_value(&op->arg[i]);
		if (op->arg[i].type == FF_ARG_VECTOR) {
			c->nvec = 1;
			c->vec[0] = (struct ff_vec){ .mem = FF_MEM_BUFFER, .len = 100, .off = 3 };
		}
	}
	return c;
}

static bool try_call(const struct ff_program *setup, const struct ff_call *c)
{
	static struct ff_program p;
	struct ff_error e = { 0 };
	char text[512];

	ff_program_copy(&p, setup);
	p.call[p.ncalls++] = *c;
	if (!ff_program_check(&p, &e))
		return round_trip(&p);
	ff_call_print(c, text, sizeof(text));
	tap_diag("%s: %s", text, e.text);
	return false;
}

/* Every value that argument @i of @c can show; counts tries in @tried. */
static bool try_arg(const struct ff_program *setup, struct ff_call c, unsigned int i, unsigned int *tried)
{
	const struct ff_arg_spec *spec = &ff_op(c.op)->arg[i];
	const struct ff_word *w, *v;
	bool ok = true;

	switch (spec->type) {
	case FF_ARG_CHOICE:
	case FF_ARG_FLAGS:
		for (w = spec->words; w->name; w++)
			for (v = w; v->name; v++, ++*tried) {
				c.arg[i] = w->value | (spec->type == FF_ARG_FLAGS ? v->value : 0);
				ok &= try_call(setup, &c);
			}
		break;
	case FF_ARG_MEMORY:
		c.arg[i] = FF_MEM_BUFFER;
		ok = try_call(setup, &c);
		++*tried;
		break;
	case FF_ARG_VECTOR:
		for (c.nvec = 1; c.nvec <= FF_MAX_VECS; c.nvec++, ++*tried) {
			c.vec[c.nvec - 1] = (struct ff_vec){ .len = 1 << c.nvec * 4, .off = c.nvec };
			ok &= try_call(setup, &c);
		}
		break;
	default:
		break;
	}
	return ok;
}

static void test_rows(void)
{
	static struct ff_program setup, p;
	unsigned int id, i, kind, tried;
	struct ff_call *c;
	bool ok;

	for (id = 0; id < FF_OPS; id++) {
		const struct ff_op *op = ff_op(id);

		if (!tap_ok(op->name && ff_op_find(op->name, strlen(op->name)) == (int)id,
			    "row %u is found by its name %s", id, op->name ? op->name : "(none)"))
			continue;
		ok = true;
		tried = 0;
		for (kind = 0; kind < FF_TARGET_KINDS; kind++) {
			if (!(op->targets >> kind & 1))
				continue;
			begin(&setup, kind);
			ff_program_copy(&p, &setup);
			c = add_call(&p, id);
			ok &= try_call(&setup, c);
			for (i = 0, tried++; i < ff_op_nargs(op); i++)
				ok &= try_arg(&setup, *c, i, &tried);
		}
		tap_ok(ok && tried, "%s: %u forms survive text", op->name, tried);
	}
}

static bool refuses(const char *what, struct ff_program *p, const char *text)
{
	struct ff_error e = { 0 };
	bool ok = ff_program_check(p, &e) && strstr(e.text, text);

	tap_ok(ok, "check refuses %s", what);
	if (!ok)
		tap_diag("got: %s", e.text);
	return ok;
}

/* What no text can say, so only bytes from elsewhere. */
static void test_check(void)
{
	static struct ff_program base, p;
	struct ff_error e;

	ff_program_parse(example, strlen(example), &base, &e);
#define REFUSES(text, change) do { \
	p = base; \
	change; \
	refuses(#change, &p, text); \
} while (0)
	REFUSES("threads", p.nthreads = 0);
	REFUSES("threads", p.nthreads = 9);
	REFUSES("calls", p.ncalls = 256);
	REFUSES("kind", p.target.kind = FF_TARGET_KINDS);
	REFUSES("huge", p.target.huge = 200);
	REFUSES("cache", p.target.cache = 200);
	REFUSES("cache= is for fuse", p.target.cache = FF_CACHE_WRITEBACK);
	REFUSES("call table", p.call[12].op = FF_OPS);
	REFUSES("setup call after", p.call[12].thread = FF_SETUP);
	REFUSES("thread 0 after thread 1", p.call[12].thread = 0);
	REFUSES("thread 3 of a program", p.call[12].thread = 3);
	REFUSES("slot h8", p.call[0].slot = 8);
	REFUSES("file f8", p.call[0].arg[0] = 8);
	REFUSES("slot h", p.call[1].arg[0] = UINT64_MAX);
	REFUSES("0 pieces", p.call[6].nvec = 0);
	REFUSES("5 pieces", p.call[6].nvec = 5);
	REFUSES("memory 16", p.call[6].vec[1].mem = 16);
	REFUSES("outside b0", p.call[6].vec[0].off = UINT64_MAX - 10);
	REFUSES("offset", p.call[4].arg[1] = UINT64_MAX);
	REFUSES("advice", p.call[5].arg[3] = 0x1234567);
	REFUSES("call 5:", p.call[5].line = 0; p.call[5].arg[3] = 0x1234567);
#undef REFUSES
	tap_ok(ff_program_check(&p, NULL), "without a place for the message");
}

static void mutate(struct ff_program *p)
{
	unsigned int n = 1 + draw(4);
	uint64_t *arg;

	while (n--) {
		struct ff_call *c = &p->call[draw(p->ncalls && p->ncalls < 30 ? p->ncalls : 30)];

		switch (draw(7)) {
		case 0:
			((unsigned char *)p)[draw(ff_program_bytes(p))] ^= 1 << draw(8);
			break;
		case 1:
			arg = &c->arg[draw(FF_MAX_ARGS)];
			*arg = draw(2) ? draw(1 << 22) : UINT64_MAX - draw(5000);
			break;
		case 2:
			*c = p->call[draw(30)];
			break;
		case 3:
			c->op = draw(FF_OPS + 1);
			break;
		case 4:
			c->slot = draw(9);
			c->nvec = draw(6);
			break;
		case 5:
			c->vec[draw(FF_MAX_VECS)] = (struct ff_vec){ draw(17), draw(9000), draw(9000) };
			break;
		default:
			p->ncalls = draw(8) ? draw(20) : draw(300);
		}
	}
}

static void test_hostile(void)
{
	static struct ff_program base, p;
	unsigned int i, accepted = 0, bad = 0;
	struct ff_error e;

	ff_program_parse(example, strlen(example), &base, &e);
	for (i = 0; i < ROUNDS; i++) {
		ff_program_copy(&p, &base);
		mutate(&p);
		if (ff_program_check(&p, &e))
			continue;
		accepted++;
		bad += !round_trip(&p);
	}
	tap_ok(!bad, "of %d mutants, all %u that are accepted survive text", ROUNDS, accepted);
	tap_ok(accepted > ROUNDS / 100 && accepted < ROUNDS, "and neither all nor none are");
	for (i = 0; i < ROUNDS / 50; i++) {
		unsigned char *at = (unsigned char *)&p;
		size_t j;

		for (j = 0; j < sizeof(p); j++)
			at[j] = draw(256);
		ff_program_check(&p, &e);
		p.ncalls = draw(FF_MAX_CALLS + 1);
		p.nthreads = 1 + draw(FF_MAX_THREADS);
		memset(&p.target, 0, sizeof(p.target));
		ff_program_check(&p, &e);
		ff_program_print(&p, NULL, 0);
	}
	tap_ok(true, "random bytes are checked and printed");
}

/* Texts with bytes changed, dropped and doubled: no crash, and what parses round-trips. */
static void test_hostile_text(void)
{
	static struct ff_program p;
	unsigned int i, accepted = 0, bad = 0, n;
	struct ff_error e;

	for (i = 0; i < ROUNDS; i++) {
		size_t len = strlen(example);
		char *text = malloc(len);	/* no NUL at its end, for ASan */

		memcpy(text, example, len);
		for (n = 1 + draw(3); n; n--) {
			size_t a = draw(len), b = draw(len), m = draw(len - (a > b ? a : b));

			if (draw(3))
				text[a] = draw(2) ? example[b] : (char)draw(256);
			else
				memmove(text + a, text + b, m < 40 ? m : 40);
		}
		e.line = 0;
		if (ff_program_parse(text, draw(9) ? len : draw(len), &p, &e)) {
			bad += !e.line || !e.text[0];
		} else {
			accepted++;
			bad += !round_trip(&p);
		}
		free(text);
	}
	tap_ok(!bad, "%d changed texts: %u accepted, the rest have a line and a message", ROUNDS,
	       accepted);
}

int main(void)
{
	test_example();
	test_forms();
	test_targets();
	test_rows();
	test_check();
	test_hostile();
	test_hostile_text();
	return tap_done();
}
