// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/pool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/attrs.h"
#include "fuzzer/call.h"
#include "fuzzer/random.h"
#include "runner/msg.h"

#define DRAWN		16	/* so many are looked at for one choice */
#define MOST		32768	/* programs: with their signal some KiB of memory each */
#define SAME_TARGET	4	/* so much likelier is what was kept on this target */
#define LEAST_US	5000	/* what runs faster than this is no cheaper: the rest of a program's time */

static void *copy(const void *from, size_t n)
{
	void *to = malloc(n ? n : 1);

	return to ? memcpy(to, from, n) : NULL;
}

bool ff_pool_full(const struct ff_pool *pool)
{
	return pool->n >= MOST;
}

static int remember(struct ff_pool *pool, const struct ff_program *p, const struct ff_id *id,
		    const struct ff_signal *s, uint64_t run_us)
{
	struct ff_kept *k;

	if (ff_pool_full(pool))
		return 0;
	if (pool->n == pool->room) {
		unsigned int room = pool->room ? pool->room * 2 : 256;

		k = realloc(pool->kept, room * sizeof(*k));
		if (!k)
			return -ENOMEM;
		pool->kept = k;
		pool->room = room;
	}
	k = &pool->kept[pool->n];
	*k = (struct ff_kept){ .p = copy(p, ff_program_bytes(p)), .id = *id, .f = copy(s->f, s->n * sizeof(s->f[0])),
			       .n = s->n, .run_us = run_us };
	if (!k->p || !k->f) {
		free(k->p);
		free(k->f);
		return -ENOMEM;
	}
	pool->n++;
	return 0;
}

static uint64_t run_us_of(const char *attrs)
{
	size_t n;
	const char *value = ff_attrs_next(&attrs, "run_us", &n);

	return value ? strtoull(value, NULL, 10) : 0;
}

static int load(struct ff_pool *pool, struct ff_census *seen)
{
	const struct ff_set *set = &ff_corpus_content(pool->store)->set;
	struct ff_program *p = malloc(sizeof(*p));
	struct ff_signal *s = malloc(sizeof(*s));
	struct ff_error e = { 0 };
	int ret = p && s ? 0 : -ENOMEM;

	for (size_t i = 0; i < set->n && !ret; i++) {
		if (ff_program_parse(set->e[i].text, strlen(set->e[i].text), p, &e)) {
			ff_msg_warn("a program of the corpus cannot be used: line %u: %s", e.line, e.text);
			continue;
		}
		ff_signal_parse(set->e[i].attrs, s);
		for (uint32_t k = 0; k < s->n && !ret; k++) {
			struct ff_census_cell *cell = ff_census_cell(seen, s->f[k]);

			if (cell && !cell->stable)
				seen->nstable++;
			if (cell)
				cell->stable = 1;
			else
				ret = -ENOMEM;
		}
		if (!ret)
			ret = remember(pool, p, &set->e[i].id, s, run_us_of(set->e[i].attrs));
	}
	free(p);
	free(s);
	pool->loaded = pool->n;
	if (ret)
		ff_msg_error("no memory for the programs of the corpus");
	return ret;
}

int ff_pool_open(struct ff_pool *pool, const char *path, struct ff_census *seen)
{
	struct ff_why why;
	int ret;

	*pool = (struct ff_pool){ 0 };
	if (!path)
		return 0;
	ret = ff_corpus_open(&pool->store, path, &why);
	if (ret) {
		pool->store = NULL;
		ff_msg_error("%s", why.text);
		return ret;
	}
	return load(pool, seen);
}

void ff_pool_close(struct ff_pool *pool)
{
	for (unsigned int i = 0; i < pool->n; i++) {
		free(pool->kept[i].p);
		free(pool->kept[i].f);
	}
	free(pool->kept);
	if (pool->store)
		ff_corpus_close(pool->store);
	*pool = (struct ff_pool){ 0 };
}

static int store(struct ff_pool *pool, const char *text, const struct ff_signal *s, uint64_t run_us,
		 const char *attrs)
{
	char *signal = ff_signal_attrs(s), *all = NULL;
	struct ff_why why = { "no memory for the signal of a program" };
	int ret = -ENOMEM;

	if (signal && asprintf(&all, "%s%srun_us=%" PRIu64 "\n", attrs, signal, run_us) >= 0)
		ret = ff_corpus_add(pool->store, text, all, NULL, NULL, &why);
	else
		all = NULL;
	if (!ret)
		ret = ff_corpus_commit(pool->store, &why);
	if (ret)
		ff_msg_error("%s", why.text);
	free(signal);
	free(all);
	return ret;
}

int ff_pool_add(struct ff_pool *pool, const struct ff_program *p, const struct ff_signal *s,
		uint64_t run_us, const char *attrs, struct ff_id *id)
{
	char *text = ff_program_text(p);
	int ret = text ? 0 : -ENOMEM;

	if (text) {
		*id = ff_id_of(text);
		if (pool->store)
			ret = store(pool, text, s, run_us, attrs);
	}
	free(text);
	if (ret)
		return ret;
	ret = remember(pool, p, id, s, run_us);
	if (ret)
		ff_msg_error("no memory to keep one more program");
	return ret;
}

/*
 * A program goes to a target where all its calls are possible, and never to
 * one that is slower: what takes a moment on memory takes minutes there.
 */
static bool may_run_on(const struct ff_program *p, const struct ff_target *t)
{
	if (!memcmp(&p->target, t, sizeof(*t)))
		return true;
	if ((t->slow && t->slow != p->target.slow) || (t->swap == FF_SWAP_SLOW && p->target.swap != FF_SWAP_SLOW))
		return false;
	/* A device has one file and the size it has. */
	if ((t->kind == FF_TARGET_BLOCK) != (p->target.kind == FF_TARGET_BLOCK))
		return false;
	for (uint32_t i = 0; i < p->ncalls; i++)
		if (!(ff_op(p->call[i].op)->targets & 1 << t->kind))
			return false;
	return true;
}

static double weight(const struct ff_kept *k, const struct ff_census *seen, const struct ff_target *t)
{
	double rare = 0.05;	/* a program whose signal is not known gets its turn, too */

	for (uint32_t i = 0; i < k->n; i++) {
		const struct ff_census_cell *c = ff_census_get(seen, k->f[i]);

		rare += 1.0 / (c && c->programs ? c->programs : 1);
	}
	if (!memcmp(&k->p->target, t, sizeof(*t)))
		rare *= SAME_TARGET;
	return rare / ((double)(k->run_us + LEAST_US) * (1 + k->picks));
}

struct ff_kept *ff_pool_parent(struct ff_pool *pool, const struct ff_census *seen,
			       const struct ff_target *t, uint64_t *random)
{
	struct ff_kept *drawn[DRAWN];
	double sum = 0, w[DRAWN], point;
	unsigned int n = 0;

	for (unsigned int i = 0; i < 4 * DRAWN && n < DRAWN && pool->n; i++) {
		struct ff_kept *k = &pool->kept[ff_random(random) % pool->n];

		if (!may_run_on(k->p, t))
			continue;
		drawn[n] = k;
		w[n] = weight(k, seen, t);
		sum += w[n++];
	}
	if (!n)
		return NULL;
	point = sum * (double)(ff_random(random) >> 11) / (double)(1ULL << 53);
	for (unsigned int i = 0; i < n - 1; i++) {
		if (point < w[i])
			return drawn[i];
		point -= w[i];
	}
	return drawn[n - 1];
}
