// SPDX-License-Identifier: GPL-2.0-only
/* Which programs of a corpus are kept when it is distilled: measured, chosen, and measured again. */
#include "runner/distil.h"

#include <errno.h>
#include <stdlib.h>

#define LEAST_US	5000	/* a run costs this much at least: it is given, reset after, and judged */
#define ROUNDS		3	/* so often programs are added for what did not show again */

/* Those that @want says, measured at first or again. */
static int measure(struct ff_distil *d, bool (*want)(const struct ff_distilled *), bool again, const char *what)
{
	struct ff_measured **m = calloc(d->n + 1, sizeof(struct ff_measured *));
	size_t n = 0;
	int ret;

	if (!m)
		return -ENOMEM;
	for (size_t i = 0; i < d->n; i++) {
		if (!want(&d->k[i]))
			continue;
		m[n++] = again ? &d->k[i].again : &d->k[i].m;
		d->k[i].measured_again |= again;
	}
	ret = ff_measure(d->session, d->o.session.stop, m, n, d->runs, what);
	free(m);
	return ret;
}

static bool readable(const struct ff_distilled *k)
{
	return !k->m.failed;
}

static bool chosen_anew(const struct ff_distilled *k)
{
	return k->keep && !k->held && !k->measured_again;
}

static int note_stable(struct ff_distil *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct ff_distilled *k = &d->k[i];

		k->held = k->keep = k->m.failed || !k->m.seen.runs || k->m.lost > d->runs / 2;
		k->stable = malloc((k->m.seen.n + 1) * sizeof(*k->stable));
		if (!k->stable)
			return -ENOMEM;
		k->nstable = k->held ? 0 : ff_often_stable(&k->m.seen, k->stable);
	}
	return 0;
}

static struct ff_cover cover_of(const struct ff_distilled *k, const uint32_t *f, uint32_t n)
{
	return (struct ff_cover){ .f = f, .n = n, .cost = k->m.run_us > LEAST_US ? k->m.run_us : LEAST_US };
}

/* All stable features, and in how many runs of one program each was at most. */
static int note_all(struct ff_distil *d, uint16_t **best)
{
	struct ff_cover *c = calloc(d->n + 1, sizeof(*c));
	ssize_t all = -ENOMEM;

	for (size_t i = 0; i < d->n && c; i++)
		c[i] = cover_of(&d->k[i], d->k[i].stable, d->k[i].nstable);
	if (c)
		all = ff_cover_union(c, d->n, false, &d->all);
	free(c);
	d->nall = all > 0 ? (size_t)all : 0;
	*best = calloc(d->nall + 1, sizeof(**best));
	if (all < 0 || !*best)
		return -ENOMEM;
	for (size_t f = 0; f < d->nall; f++)
		for (size_t i = 0; i < d->n; i++) {
			unsigned int hits = d->k[i].held ? 0 : ff_often_has(&d->k[i].m.seen, d->all[f]);

			if (hits > (*best)[f])
				(*best)[f] = (uint16_t)hits;
		}
	return 0;
}

/* Of what is stable in a program that which no other shows more often: it will show again. */
static uint32_t surest(const struct ff_distil *d, const struct ff_distilled *k, const uint16_t *best, uint32_t *out)
{
	uint32_t n = 0;
	size_t f = 0;

	for (uint32_t i = 0; i < k->nstable; i++) {
		while (d->all[f] < k->stable[i])
			f++;
		if (ff_often_has(&k->m.seen, k->stable[i]) >= best[f])
			out[n++] = k->stable[i];
	}
	return n;
}

static int choose(struct ff_distil *d)
{
	struct ff_cover *c = calloc(d->n + 1, sizeof(*c));
	uint16_t *best = NULL;
	int ret = c ? note_all(d, &best) : -ENOMEM;

	for (size_t i = 0; i < d->n && !ret; i++) {
		uint32_t *f = malloc((d->k[i].nstable + 1) * sizeof(*f));

		if (f)
			c[i] = cover_of(&d->k[i], f, surest(d, &d->k[i], best, f));
		else
			ret = -ENOMEM;
	}
	if (!ret)
		ret = ff_cover_choose(c, d->n);
	for (size_t i = 0; i < d->n && c; i++) {
		d->k[i].keep |= !ret && c[i].kept;
		free((void *)c[i].f);
	}
	free(best);
	free(c);
	return ret;
}

int ff_distil_again(const struct ff_distil *d, uint32_t feature)
{
	int best = 0;

	for (size_t i = 0; i < d->n && best < 2; i++) {
		const struct ff_distilled *k = &d->k[i];
		unsigned int hits = k->keep ? ff_often_has(&k->again.seen, feature) : 0;

		if (hits)
			best = 2 * hits > k->again.seen.runs ? 2 : 1;
	}
	return best;
}

/* Features that the kept programs did not show again in most runs. */
static size_t missing(const struct ff_distil *d, uint32_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < d->nall; i++)
		if (ff_distil_again(d, d->all[i]) < 2)
			out[n++] = d->all[i];
	return n;
}

/* Of the missing features those that a program had in most of its first runs. */
static uint32_t has_of(const struct ff_distilled *k, const uint32_t *want, size_t n, uint32_t *out)
{
	uint32_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (2 * ff_often_has(&k->m.seen, want[i]) > k->m.seen.runs)
			out[count++] = want[i];
	return count;
}

/* Programs not tried yet that had what is missing; how many, or -ENOMEM. */
static ssize_t choose_more(struct ff_distil *d, const uint32_t *want, size_t nwant)
{
	struct ff_cover *c = calloc(d->n + 1, sizeof(*c));
	uint32_t *room = malloc((d->n * nwant + 1) * sizeof(*room));
	ssize_t more = 0;

	if (!c || !room || !d->n) {
		more = c && room ? 0 : -ENOMEM;
		goto out;
	}
	for (size_t i = 0; i < d->n; i++) {
		uint32_t *f = room + i * nwant;

		c[i] = cover_of(&d->k[i], f, d->k[i].keep || d->k[i].measured_again ? 0 :
						     has_of(&d->k[i], want, nwant, f));
	}
	if (ff_cover_choose(c, d->n)) {
		more = -ENOMEM;
		goto out;
	}
	for (size_t i = 0; i < d->n; i++) {
		d->k[i].keep |= c[i].kept;
		more += c[i].kept;
	}
out:
	free(c);
	free(room);
	return more;
}

/* What was added and shows nothing of what was missing is not kept. */
static void drop_vain(struct ff_distil *d, const bool *before, const uint32_t *want, size_t n)
{
	for (size_t i = 0; i < d->n; i++) {
		struct ff_distilled *k = &d->k[i];
		bool shows = before[i] || !k->keep;

		for (size_t f = 0; f < n && !shows; f++)
			shows = 2 * ff_often_has(&k->again.seen, want[f]) > k->again.seen.runs;
		k->keep = k->keep && shows;
	}
}

/* Measured, not assumed: run the chosen ones again, and add where something did not show. */
static int try_again(struct ff_distil *d)
{
	uint32_t *want = malloc((d->nall + 1) * sizeof(*want));
	bool *before = calloc(d->n + 1, sizeof(*before));
	int ret = want && before ? measure(d, chosen_anew, true, "run the chosen again") : -ENOMEM;
	ssize_t more = 1;
	size_t n;

	for (unsigned int round = 0; round < ROUNDS && !ret && more > 0; round++) {
		n = missing(d, want);
		for (size_t i = 0; i < d->n; i++)
			before[i] = d->k[i].keep;
		more = n ? choose_more(d, want, n) : 0;
		ret = more < 0 ? (int)more : 0;
		if (more > 0)
			ret = measure(d, chosen_anew, true, "run what was added");
		if (!ret && more > 0)
			drop_vain(d, before, want, n);
	}
	free(want);
	free(before);
	return ret;
}

int ff_distil_choose(struct ff_distil *d)
{
	int ret = measure(d, readable, false, "run all");

	if (!ret)
		ret = note_stable(d);
	if (!ret)
		ret = choose(d);
	return ret ? ret : try_again(d);
}
