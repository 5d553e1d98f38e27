// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generator: every program passes the check, the same seed gives the same
 * programs for ever, every row and every target is drawn, limits are kept.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzzer/delay.h"
#include "fuzzer/generate.h"
#include "fuzzer/rotation.h"
#include "tests/tap.h"

#define ALL_OFFERS	0x7f
#define GOLDEN		0xb56feeb89458b817ULL	/* changes with the generator; the failing test prints the value */

static struct ff_program prog, again;

static uint64_t hash(uint64_t h, const void *p, size_t n)
{
	const unsigned char *c = p;

	while (n--)
		h = (h ^ *c++) * 0x100000001b3ULL;
	return h;
}

static void limits_all(struct ff_gen_limits *l)
{
	*l = (struct ff_gen_limits){ .features = ~0ULL, .allow_global = true,
				     .device_size = 16 << 20, .delays = (1u << FF_DELAY_PLACES) - 1 };
}

static void check_all(void)
{
	struct ff_gen_limits l;
	struct ff_target t;
	struct ff_error e;
	uint64_t h = 0xcbf29ce484222325ULL;
	unsigned int bad = 0, used[FF_OPS] = { 0 }, most = 0, least = ~0u, n = 0;

	limits_all(&l);
	for (uint64_t seed = 1; seed <= 4; seed++)
		for (uint64_t i = 0; i < 3000; i++, n++) {
			ff_rotation(ALL_OFFERS, seed, i, &t);
			ff_generate(&l, seed, i, &t, &prog);
			if (ff_program_check(&prog, &e) && bad++ < 5)
				tap_diag("seed %d program %d: line %u: %s", (int)seed, (int)i, e.line, e.text);
			for (unsigned int c = 0; c < prog.ncalls; c++)
				used[prog.call[c].op]++;
			if (prog.ncalls > most)
				most = prog.ncalls;
			if (prog.ncalls < least)
				least = prog.ncalls;
			if (i < 200)
				h = hash(h, &prog, ff_program_bytes(&prog));
		}
	tap_ok(!bad, "%u programs on all targets pass the check", n);
	tap_ok(least >= 4 && most > 60, "4 to 96 calls, a setup and a last look (%u to %u)", least, most);
	for (unsigned int op = 0; op < FF_OPS; op++)
		tap_ok(used[op] > 20, "%s is drawn (%u times)", ff_op(op)->name, used[op]);
	tap_ok(h == GOLDEN, "programs are those of this generator (0x%llxULL)", (unsigned long long)h);
}

static void same_again(void)
{
	struct ff_gen_limits l;
	struct ff_target t;
	int same = 1, differ = 0;

	limits_all(&l);
	for (uint64_t i = 0; i < 300; i++) {
		ff_rotation(ALL_OFFERS, 7, i, &t);
		ff_generate(&l, 7, i, &t, &prog);
		memset(&again, 0xaa, sizeof(again));
		ff_generate(&l, 7, i, &t, &again);
		same &= ff_program_same(&prog, &again);
		ff_generate(&l, 8, i, &t, &again);
		differ += !ff_program_same(&prog, &again);
	}
	tap_ok(same, "the same seed and number give the same program");
	tap_ok(differ == 300, "another seed gives another");
}

static void keeps_limits(void)
{
	struct ff_gen_limits l;
	struct ff_target t;
	int global = 0, without = 0, threads = 0, needs = 0;

	limits_all(&l);
	l.features = 0;
	l.allow_global = false;
	l.threads = 2;
	l.without[FF_OP_SPLICE] = l.without[FF_OP_PAUSE] = true;
	for (uint64_t i = 0; i < 2000; i++) {
		ff_rotation(ALL_OFFERS, 3, i, &t);
		ff_generate(&l, 3, i, &t, &prog);
		threads += prog.nthreads != 2;
		for (unsigned int c = 0; c < prog.ncalls; c++) {
			global += !!(ff_call_traits(&prog.call[c]) & FF_GLOBAL);
			needs += !ff_call_possible(&prog.call[c], 0);
			without += l.without[prog.call[c].op];
		}
	}
	tap_ok(!global, "nothing global where it is not allowed (%d)", global);
	tap_ok(!needs, "nothing the kernel lacks (%d)", needs);
	tap_ok(!without, "nothing that was left out (%d)", without);
	tap_ok(!threads, "as many threads as asked (%d)", threads);
}

/* The same calls with and without, bounds are the check's, and a place the kernel lacks is not drawn. */
static void draws_delays(void)
{
	unsigned int with = 0, other = 0, place[FF_DELAY_PLACES] = { 0 }, lacking = 0, short_of = 0;
	struct ff_gen_limits l, none;
	struct ff_target t;

	limits_all(&l);
	l.delays &= ~(1u << FF_DELAY_SEEK);
	none = l;
	none.delays = 0;
	for (uint64_t i = 0; i < 4000; i++) {
		ff_rotation(ALL_OFFERS, 9, i, &t);
		ff_generate(&l, 9, i, &t, &prog);
		ff_generate(&none, 9, i, &t, &again);
		with += prog.ndelays > 0;
		for (unsigned int d = 0; d < prog.ndelays; d++)
			place[prog.delay[d].place]++;
		lacking += again.ndelays;
		prog.ndelays = 0;
		memset(prog.delay, 0, sizeof(prog.delay));
		other += !ff_program_same(&prog, &again);
	}
	for (unsigned int i = 0; i < FF_DELAY_PLACES; i++)
		short_of += i != FF_DELAY_SEEK && place[i] < 10;
	tap_ok(with > 800 && with < 1600, "some programs have delays (%u of 4000)", with);
	tap_ok(!short_of, "at every place but a few (%u)", short_of);
	tap_ok(!place[FF_DELAY_SEEK] && !lacking, "none where the kernel has no hook");
	tap_ok(!other, "and the calls are the same without (%u differ)", other);
}

static void rotates(void)
{
	unsigned int n = ff_rotation_targets(ALL_OFFERS), seen = 0;
	struct ff_target t, want;

	for (unsigned int k = 0; k < n; k++) {
		ff_rotation_target(ALL_OFFERS, k, &want);
		for (uint64_t i = 0; i < 400; i++) {
			ff_rotation(ALL_OFFERS, 1, i, &t);
			if (!memcmp(&t, &want, sizeof(t))) {
				seen++;
				break;
			}
		}
	}
	tap_ok(seen == n, "400 programs meet all %u targets (%u)", n, seen);
	ff_rotation(0, 1, 5, &t);
	tap_ok(t.kind == FF_TARGET_TMPFS && !t.swap && !t.slow, "with nothing offered it is plain tmpfs");
}

int main(void)
{
	check_all();
	same_again();
	keeps_limits();
	draws_delays();
	rotates();
	return tap_done();
}
