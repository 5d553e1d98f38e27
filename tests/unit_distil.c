// SPDX-License-Identifier: GPL-2.0-only
/*
 * Distilling: what is stable in several runs, and the choice of programs
 * against all choices there are, on many small sets.
 */
#include <stdlib.h>
#include <string.h>

#include "corpus/distil.h"
#include "tests/tap.h"

#define MOST_PROGRAMS	9
#define MOST_FEATURES	12

static uint64_t rng = 7;

static uint32_t random_below(uint32_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)(rng >> 16) % n;
}

struct small {
	unsigned int n, features;
	uint32_t f[MOST_PROGRAMS][MOST_FEATURES];
	struct ff_cover c[MOST_PROGRAMS];
};

static void draw(struct small *s)
{
	unsigned int density = 10 + random_below(60);

	s->n = 1 + random_below(MOST_PROGRAMS);
	s->features = 1 + random_below(MOST_FEATURES);
	for (unsigned int i = 0; i < s->n; i++) {
		s->c[i] = (struct ff_cover){ .f = s->f[i], .cost = 1 + random_below(50) };
		for (unsigned int f = 0; f < s->features; f++)
			if (random_below(100) < density)
				s->f[i][s->c[i].n++] = f * 0x10001 + 5;
	}
}

static uint32_t bits_of(const struct ff_cover *c)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < c->n; i++)
		bits |= 1u << ((c->f[i] - 5) / 0x10001);
	return bits;
}

static uint32_t covered(const struct small *s, uint32_t which)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < s->n; i++)
		if (which >> i & 1)
			bits |= bits_of(&s->c[i]);
	return bits;
}

static uint64_t cost(const struct small *s, uint32_t which)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < s->n; i++)
		sum += which >> i & 1 ? s->c[i].cost : 0;
	return sum;
}

static uint32_t cheapest(const struct small *s)
{
	uint32_t all = (1u << s->n) - 1, best = all;

	for (uint32_t which = 0; which <= all; which++)
		if (covered(s, which) == covered(s, all) && cost(s, which) < cost(s, best))
			best = which;
	return best;
}

static void against_all_choices(void)
{
	const unsigned int rounds = 3000;
	unsigned int whole = 0, needed = 0, bounded = 0, best = 0;
	uint64_t sum = 0, least = 0;

	for (unsigned int r = 0; r < rounds; r++) {
		struct small s = { 0 };
		uint32_t mine = 0, opt, all;
		bool spare = false;

		draw(&s);
		all = covered(&s, (1u << s.n) - 1);
		if (ff_cover_choose(s.c, s.n))
			continue;
		for (unsigned int i = 0; i < s.n; i++)
			mine |= s.c[i].kept ? 1u << i : 0;
		for (unsigned int i = 0; i < s.n; i++)
			spare |= (mine >> i & 1) && covered(&s, mine & ~(1u << i)) == all;
		opt = cheapest(&s);
		whole += covered(&s, mine) == all;
		needed += !spare;
		/* greedy is never worse than the best times H(12) = 3.1 */
		bounded += cost(&s, mine) * 10 <= cost(&s, opt) * 32;
		best += cost(&s, mine) == cost(&s, opt);
		sum += cost(&s, mine);
		least += cost(&s, opt);
	}
	tap_ok(whole == rounds, "of %u sets all features stay covered (%u)", rounds, whole);
	tap_ok(needed == rounds, "no program that is kept can be left out (%u)", needed);
	tap_ok(bounded == rounds, "none costs more than greedy may (%u)", bounded);
	tap_ok(best * 10 > rounds * 8, "%u of %u are the cheapest there is; all together cost %.1f %% of the least",
	       best, rounds, 100.0 * (double)sum / (double)least);
}

static void simple(void)
{
	static const uint32_t abc[] = { 1, 2, 3 }, ab[] = { 1, 2 }, c[] = { 3 };
	struct ff_cover dear[] = { { abc, 3, 100, false }, { ab, 2, 10, false }, { c, 1, 10, false } };
	struct ff_cover cheap[] = { { abc, 3, 15, true }, { ab, 2, 10, true }, { c, 1, 10, true } };
	uint32_t *u;

	ff_cover_choose(dear, 3);
	tap_ok(!dear[0].kept && dear[1].kept && dear[2].kept, "two cheap ones rather than a dear one");
	ff_cover_choose(cheap, 3);
	tap_ok(cheap[0].kept && !cheap[1].kept && !cheap[2].kept, "one rather than two that cost more");
	tap_ok(ff_cover_union(cheap, 3, true, &u) == 3 && u[0] == 1 && u[2] == 3, "all features of those kept");
	free(u);
	tap_ok(!ff_cover_choose(cheap, 0) && !ff_cover_union(cheap, 0, false, &u) && !u, "of nothing, nothing");
}

/* The bulk: as many programs as a long campaign keeps, in less than seconds. */
static void large(void)
{
	const uint32_t n = 5000, each = 300;
	struct ff_cover *c = calloc(n, sizeof(*c));
	uint32_t *f = malloc((size_t)n * each * sizeof(*f)), *before = NULL, *after = NULL, kept = 0;
	ssize_t nb, na;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t *mine = f + (size_t)i * each, value = 0;

		for (uint32_t k = 0; k < each; k++)
			mine[k] = value += 1 + random_below(40);
		c[i] = (struct ff_cover){ .f = mine, .n = each, .cost = 1000 + random_below(100000) };
	}
	tap_ok(!ff_cover_choose(c, n), "a choice of %u programs of %u features each", n, each);
	nb = ff_cover_union(c, n, false, &before);
	na = ff_cover_union(c, n, true, &after);
	for (uint32_t i = 0; i < n; i++)
		kept += c[i].kept;
	tap_ok(nb == na && !memcmp(before, after, (size_t)nb * sizeof(*before)) && kept < n / 10,
	       "%u of them have all %zd features", kept, nb);
	free(before);
	free(after);
	free(f);
	free(c);
}

static void stable(void)
{
	static struct ff_signal s;
	static const uint32_t runs[5][3] = { { 7, 9, 100 }, { 7, 9, 3 }, { 7, 9, 0 }, { 7, 100, 0 }, { 7, 0, 0 } };
	struct ff_often seen = { 0 };
	uint32_t out[8], n, list[3];

	for (unsigned int r = 0; r < 5; r++) {
		for (n = 0; n < 3 && runs[r][n]; n++)
			list[n] = runs[r][n];
		ff_signal_set(&s, list, n);
		ff_often_add(&seen, &s);
	}
	n = ff_often_stable(&seen, out);
	tap_ok(n == 2 && out[0] == 7 && out[1] == 9, "of five runs: what was in five and in three, not in two");
	tap_ok(ff_often_has(&seen, 7) == 5 && ff_often_has(&seen, 100) == 2 && !ff_often_has(&seen, 8), "in how many runs");
	ff_often_free(&seen);
	list[0] = 1;
	ff_signal_set(&s, list, 1);
	ff_often_add(&seen, &s);
	ff_signal_set(&s, list, 0);
	ff_often_add(&seen, &s);
	tap_ok(!ff_often_stable(&seen, out), "one of two is not most");
	ff_often_free(&seen);
}

int main(void)
{
	simple();
	against_all_choices();
	large();
	stable();
	return tap_done();
}
