// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mutator: what it makes is legal, within the limits, of bounded size,
 * lets all threads come through their meeting points, and is the same for ever.
 *
 * timeout: 400
 */
#include <stdlib.h>
#include <string.h>

#include "fuzzer/delay.h"
#include "fuzzer/edit.h"
#include "fuzzer/mut.h"
#include "fuzzer/rotation.h"
#include "tests/tap.h"

#define ALL_OFFERS	0x7f
#define GOLDEN		0x90b183cce0b317d0ULL	/* changes with the generator and the mutator; the failing test prints the value */

static struct ff_program parent, other, out, again;
static struct mut mut;

static uint64_t hash(uint64_t h, const void *p, size_t n)
{
	const unsigned char *c = p;

	while (n--)
		h = (h ^ *c++) * 0x100000001b3ULL;
	return h;
}

static struct ff_gen_limits all(void)
{
	return (struct ff_gen_limits){ .features = ~0ULL, .allow_global = true,
				       .device_size = 16 << 20, .offers = ALL_OFFERS,
				       .delays = (1U << FF_DELAY_PLACES) - 1 };
}

static void generate(const struct ff_gen_limits *l, uint64_t seed, uint64_t number, struct ff_program *p)
{
	struct ff_target t;

	ff_rotation(ALL_OFFERS, seed, number, &t);
	ff_generate(l, seed, number, &t, p);
}

/* Runs the meeting points as the executor does; how many are waited at in vain. */
static unsigned int in_vain(const struct ff_program *p)
{
	unsigned int at[FF_MAX_THREADS], left = 0, before;
	unsigned int expected[FF_MEETS] = { 0 };

	for (unsigned int i = 0; i < p->ncalls; i++)
		if (p->call[i].op == FF_OP_MEET) {
			expected[p->call[i].arg[0]]++;
			left++;
		}
	for (unsigned int t = 0; t < p->nthreads; t++)
		at[t] = ff_edit_first(p, t);
	do {
		unsigned int here[FF_MEETS] = { 0 };

		before = left;
		for (unsigned int t = 0; t < p->nthreads; t++) {
			while (at[t] < ff_edit_first(p, t + 1) && p->call[at[t]].op != FF_OP_MEET)
				at[t]++;
			if (at[t] < ff_edit_first(p, t + 1))
				here[p->call[at[t]].arg[0]]++;
		}
		for (unsigned int t = 0; t < p->nthreads; t++)
			if (at[t] < ff_edit_first(p, t + 1) && here[p->call[at[t]].arg[0]] > 1 &&
			    here[p->call[at[t]].arg[0]] == expected[p->call[at[t]].arg[0]]) {
				at[t]++;
				left--;
			}
	} while (left < before);
	return left;
}

static bool not_allowed(const struct ff_gen_limits *l, const struct ff_program *p)
{
	for (unsigned int i = 0; i < p->ncalls; i++)
		if (l->without[p->call[i].op] || !ff_call_possible(&p->call[i], l->features) ||
		    (!l->allow_global && (ff_call_traits(&p->call[i]) & FF_GLOBAL)))
			return true;
	for (unsigned int i = 0; i < p->ndelays; i++)
		if (!(l->delays >> p->delay[i].place & 1))
			return true;
	return l->threads && p->nthreads != l->threads;
}

struct counted { unsigned int made, illegal, vain, forbidden, same, large; };

static void count(struct counted *k, const struct ff_gen_limits *l, const struct ff_program *from,
		  const struct ff_program *p)
{
	struct ff_error e;

	k->made++;
	if (ff_program_check(p, &e) && k->illegal++ < 5)
		tap_diag("illegal: %s", e.text);
	k->vain += in_vain(p) > 0;
	k->forbidden += not_allowed(l, p);
	k->same += ff_program_same(from, p);
	k->large += p->ncalls > FF_MUTATE_MOST_CALLS && p->ncalls > from->ncalls;
}

static void verdict(const struct counted *k, unsigned int asked, const char *what)
{
	tap_ok(k->made * 100 >= asked * 97, "%s: of %u asked for %u were made", what, asked, k->made);
	tap_ok(!k->illegal, "%s: all pass the check (%u do not)", what, k->illegal);
	tap_ok(!k->vain, "%s: nobody waits at a meeting point in vain (%u)", what, k->vain);
	tap_ok(!k->forbidden, "%s: nothing that is not allowed (%u)", what, k->forbidden);
	tap_ok(!k->same, "%s: each differs from its parent (%u do not)", what, k->same);
	tap_ok(!k->large, "%s: none grew beyond %d calls (%u)", what, FF_MUTATE_MOST_CALLS, k->large);
}

static void many(void)
{
	const unsigned int parents = 2000, each = 50;
	struct ff_gen_limits l = all();
	uint64_t h = 0xcbf29ce484222325ULL;
	struct counted k = { 0 };

	for (unsigned int i = 0; i < parents; i++) {
		generate(&l, 1, i, &parent);
		generate(&l, 2, i, &other);
		for (unsigned int n = 0; n < each; n++) {
			if (ff_mutate(&l, 5, i * each + n, &parent, n % 3 ? &other : NULL, &out))
				continue;
			count(&k, &l, &parent, &out);
			if (n < 4)
				h = hash(h, &out, ff_program_bytes(&out));
		}
	}
	verdict(&k, parents * each, "mutations");
	tap_ok(h == GOLDEN, "mutations are those of this mutator (0x%llxULL)", (unsigned long long)h);
}

static void chains(void)
{
	const unsigned int links = 50, n = 300;
	struct ff_gen_limits l = all();
	struct counted k = { 0 };
	unsigned int most = 0, delays = 0;
	uint64_t calls = 0;

	for (unsigned int i = 0; i < n; i++) {
		generate(&l, 3, i, &parent);
		generate(&l, 4, i, &other);
		for (unsigned int link = 0; link < links; link++) {
			if (ff_mutate(&l, 6, i * links + link, &parent, &other, &out))
				continue;
			count(&k, &l, &parent, &out);
			ff_program_copy(&parent, &out);
		}
		most = parent.ncalls > most ? parent.ncalls : most;
		calls += parent.ncalls;
		delays += parent.ndelays;
	}
	verdict(&k, n * links, "chains of 50");
	tap_ok(most <= FF_MUTATE_MOST_CALLS && calls / n > 20 && delays > n / 4,
	       "chains end in programs of %u calls (%u at most), %u delays in all", (unsigned int)(calls / n), most, delays);
}

static void same_again(void)
{
	struct ff_gen_limits l = all();
	unsigned int same = 0, differ = 0, n = 500;

	for (unsigned int i = 0; i < n; i++) {
		int a, b;

		generate(&l, 7, i, &parent);
		generate(&l, 8, i, &other);
		memset(&out, 0x55, sizeof(out));
		memset(&again, 0xaa, sizeof(again));
		a = ff_mutate(&l, 9, i, &parent, &other, &out);
		b = ff_mutate(&l, 9, i, &parent, &other, &again);
		same += a == b && (a || (ff_program_bytes(&out) == ff_program_bytes(&again) &&
					 !memcmp(&out, &again, ff_program_bytes(&out))));
		b = ff_mutate(&l, 10, i, &parent, &other, &again);
		differ += a || b || !ff_program_same(&out, &again);
	}
	tap_ok(same == n, "the same seed, number and programs give the same bytes (%u)", same);
	tap_ok(differ > n * 95 / 100, "another seed gives another (%u of %u)", differ, n);
}

/* A parent that a machine with more abilities made. */
static void keeps_limits(void)
{
	struct ff_gen_limits l = all(), poor = { .threads = 2, .device_size = 16 << 20 };
	struct counted k = { 0 };
	unsigned int asked = 0;

	poor.without[FF_OP_SPLICE] = poor.without[FF_OP_PAUSE] = true;
	for (unsigned int i = 0; i < 2000; i++) {
		generate(&l, 11, i, &parent);
		generate(&l, 12, i, &other);
		asked += parent.nthreads >= 2;
		if (!ff_mutate(&poor, 13, i, &parent, &other, &out)) {
			count(&k, &poor, &parent, &out);
			k.made -= parent.nthreads < 2;
		}
	}
	verdict(&k, asked, "poor limits");
	poor.threads = 0;
	poor.without[FF_OP_MEET] = true;
	memset(&k, 0, sizeof(k));
	for (unsigned int i = 0; i < 1000; i++) {
		generate(&l, 11, i, &parent);
		if (!ff_mutate(&poor, 14, i, &parent, &other, &out))
			count(&k, &poor, &parent, &out);
	}
	verdict(&k, 1000, "no meeting points");
}

/* Each kind by itself makes something of most programs it is for. */
static void kinds(void)
{
	struct ff_gen_limits l = all();

	for (const struct mut_kind *kind = mut_kinds; kind->name; kind++) {
		unsigned int made = 0, n = 1000;
		struct ff_error e;
		bool legal = true;

		for (unsigned int i = 0; i < n; i++) {
			generate(&l, 15, i, &parent);
			generate(&l, 16, i, &other);
			mut_begin(&mut, &l, 17, i, &parent, &other);
			if (!mut_apply(&mut, kind))
				continue;
			made++;
			legal &= !ff_program_check(&mut.p, &e) && !in_vain(&mut.p);
		}
		tap_ok(legal && made > n / 5, "%s makes something of %u programs of %u", kind->name, made, n);
	}
}

/* Two threads that wait for each other crosswise, one alone, one twice. */
static void mends_meets(void)
{
	static const uint8_t points[2][4] = { { 0, 1, 2, 3 }, { 1, 0, 3, 3 } };
	unsigned int left = 0;

	memset(&parent, 0, sizeof(parent));
	parent.nthreads = 2;
	for (unsigned int t = 0; t < 2; t++)
		for (unsigned int i = 0; i < 4; i++)
			parent.call[parent.ncalls++] = (struct ff_call){ .op = FF_OP_MEET, .thread = (uint8_t)t,
									 .arg = { points[t][i] } };
	tap_ok(in_vain(&parent) > 0, "the test sees who waits in vain");
	mut_mend_meets(&parent);
	for (unsigned int i = 0; i < parent.ncalls; i++)
		left |= 1u << parent.call[i].arg[0];
	tap_ok(!in_vain(&parent), "after mending nobody does");
	tap_ok(parent.ncalls == 4 && (left & 8) && __builtin_popcount(left & 3) == 1,
	       "one of two crossed points and the sound one stay (%u calls)", parent.ncalls);
}

int main(void)
{
	mends_meets();
	kinds();
	many();
	chains();
	same_again();
	keeps_limits();
	return tap_done();
}
