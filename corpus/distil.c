// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/distil.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- in how many runs ---- */

int ff_often_add(struct ff_often *s, const struct ff_signal *run)
{
	uint32_t *f = malloc((s->n + run->n + 1) * sizeof(*f)), n = 0, i = 0, k = 0;
	uint16_t *hits = malloc((s->n + run->n + 1) * sizeof(*hits));

	if (!f || !hits || s->runs == UINT16_MAX) {
		free(f);
		free(hits);
		return -ENOMEM;
	}
	while (i < s->n || k < run->n) {
		bool old = i < s->n && (k == run->n || s->f[i] <= run->f[k]);
		bool new = k < run->n && (i == s->n || run->f[k] <= s->f[i]);

		f[n] = old ? s->f[i] : run->f[k];
		hits[n++] = (uint16_t)((old ? s->hits[i] : 0) + new);
		i += old;
		k += new;
	}
	free(s->f);
	free(s->hits);
	*s = (struct ff_often){ .runs = s->runs + 1, .n = n, .f = f, .hits = hits };
	return 0;
}

uint32_t ff_often_stable(const struct ff_often *s, uint32_t *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		if (2u * s->hits[i] > s->runs)
			out[n++] = s->f[i];
	return n;
}

/* Index of a number in an ascending list, or -1. */
static ssize_t find(const uint32_t *list, size_t n, uint32_t value)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (list[mid] == value)
			return (ssize_t)mid;
		if (list[mid] < value)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

unsigned int ff_often_has(const struct ff_often *s, uint32_t feature)
{
	ssize_t i = find(s->f, s->n, feature);

	return i < 0 ? 0 : s->hits[i];
}

void ff_often_free(struct ff_often *s)
{
	free(s->f);
	free(s->hits);
	*s = (struct ff_often){ 0 };
}

/* ---- the choice ---- */

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

ssize_t ff_cover_union(const struct ff_cover *c, size_t n, bool kept, uint32_t **out)
{
	size_t all = 0, i, k = 0;

	*out = NULL;
	for (i = 0; i < n; i++)
		all += !kept || c[i].kept ? c[i].n : 0;
	if (!all)
		return 0;
	*out = malloc(all * sizeof(**out));
	if (!*out)
		return -ENOMEM;
	for (all = i = 0; i < n; i++)
		if (!kept || c[i].kept)
			for (uint32_t f = 0; f < c[i].n; f++)
				(*out)[all++] = c[i].f[f];
	qsort(*out, all, sizeof(**out), ascending);
	for (i = 0; i < all; i++)
		if (!i || (*out)[i] != (*out)[i - 1])
			(*out)[k++] = (*out)[i];
	return (ssize_t)k;
}

/**
 * struct choice - while it is made
 * @f, @nf: all features; @times: by how many kept programs each is covered
 * @heap: programs not kept, the best for its cost first, by what they were worth when last
 *	looked at (@gain): that only falls, so that one still best when looked at again is best
 */
struct choice {
	struct ff_cover *c;
	uint32_t *f, *times, *gain;
	size_t nf, nheap;
	size_t *heap;
};

static uint32_t gain_of(const struct choice *k, size_t i)
{
	uint32_t n = 0;

	for (uint32_t f = 0; f < k->c[i].n; f++)
		n += !k->times[find(k->f, k->nf, k->c[i].f[f])];
	return n;
}

static uint64_t cost_of(const struct choice *k, size_t i)
{
	return k->c[i].cost ? k->c[i].cost : 1;
}

static bool better(const struct choice *k, size_t a, size_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide x = (wide)k->gain[a] * cost_of(k, b), y = (wide)k->gain[b] * cost_of(k, a);

	return x != y ? x > y : a < b;
}

static void sink(struct choice *k, size_t at)
{
	size_t child, i = k->heap[at];

	while ((child = 2 * at + 1) < k->nheap) {
		if (child + 1 < k->nheap && better(k, k->heap[child + 1], k->heap[child]))
			child++;
		if (!better(k, k->heap[child], i))
			break;
		k->heap[at] = k->heap[child];
		at = child;
	}
	k->heap[at] = i;
}

static void keep(struct choice *k, size_t i)
{
	k->c[i].kept = true;
	for (uint32_t f = 0; f < k->c[i].n; f++)
		k->times[find(k->f, k->nf, k->c[i].f[f])]++;
}

static void take_best(struct choice *k)
{
	while (k->nheap) {
		size_t i = k->heap[0];
		uint32_t now = gain_of(k, i);

		if (now && now == k->gain[i])
			keep(k, i);
		k->gain[i] = now;
		if (!now || k->c[i].kept)
			k->heap[0] = k->heap[--k->nheap];
		sink(k, 0);
	}
}

/* Needless now: all it has others have, too. */
static bool needless(const struct choice *k, size_t i)
{
	for (uint32_t f = 0; f < k->c[i].n; f++)
		if (k->times[find(k->f, k->nf, k->c[i].f[f])] < 2)
			return false;
	return true;
}

static void leave_out(struct choice *k, size_t i)
{
	k->c[i].kept = false;
	for (uint32_t f = 0; f < k->c[i].n; f++)
		k->times[find(k->f, k->nf, k->c[i].f[f])]--;
}

static void drop_needless(struct choice *k, size_t n)
{
	for (;;) {
		size_t dearest = n;

		for (size_t i = 0; i < n; i++)
			if (k->c[i].kept && (dearest == n || cost_of(k, i) > cost_of(k, dearest)) && needless(k, i))
				dearest = i;
		if (dearest == n)
			return;
		leave_out(k, dearest);
	}
}

int ff_cover_choose(struct ff_cover *c, size_t n)
{
	struct choice k = { .c = c };
	ssize_t all = ff_cover_union(c, n, false, &k.f);
	int ret = -ENOMEM;

	if (all < 0)
		return ret;
	k.nf = (size_t)all;
	k.times = calloc(k.nf + 1, sizeof(*k.times));
	k.gain = calloc(n + 1, sizeof(*k.gain));
	k.heap = calloc(n + 1, sizeof(*k.heap));
	if (!k.times || !k.gain || !k.heap)
		goto out;
	for (size_t i = 0; i < n; i++) {
		c[i].kept = false;
		k.gain[i] = c[i].n;
		k.heap[k.nheap++] = i;
	}
	for (size_t i = n / 2; i-- > 0;)
		sink(&k, i);
	take_best(&k);
	drop_needless(&k, n);
	ret = 0;
out:
	free(k.f);
	free(k.times);
	free(k.gain);
	free(k.heap);
	return ret;
}
