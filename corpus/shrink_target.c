// SPDX-License-Identifier: GPL-2.0-only
/* Fewer and shorter delays; a plainer target. */
#include "corpus/shrink.h"
#include "fuzzer/delay.h"

static void drop_delay(struct ff_program *p, unsigned int i)
{
	for (p->ndelays--; i < p->ndelays; i++)
		p->delay[i] = p->delay[i + 1];
}

/* Step 0: all go. Then for each, one after another: it goes, comes at the first hit, is short, half, round. */
bool ff_shrink_delays(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	enum { GO, FIRST, SHORT, HALF, ROUND, WAYS };
	struct ff_delay *d;
	uint32_t unit = 1;

	ff_program_copy(out, p);
	if (!at->step) {
		*at = (struct ff_shrink_at){ .step = 1 };
		out->ndelays = 0;
		return true;
	}
	if (at->pos / WAYS >= p->ndelays)
		return false;
	d = &out->delay[at->pos / WAYS];
	switch (at->pos % WAYS) {
	case GO:
		drop_delay(out, at->pos / WAYS);
		break;
	case FIRST:
		d->nth = 1;
		break;
	case SHORT:
		d->us = d->us > 100 ? 100 : 1;
		break;
	case HALF:
		d->us = d->us > 1 ? d->us / 2 : 1;
		break;
	default:
		while (d->us / unit >= 10)
			unit *= 10;
		d->us -= d->us % unit;
	}
	at->pos++;
	return true;
}

static void plain(struct ff_target *t)
{
	*t = (struct ff_target){ .kind = FF_TARGET_TMPFS };
}

static void on_tmpfs(struct ff_target *t)
{
	t->kind = FF_TARGET_TMPFS;
	t->slow = 0;
	t->cache = FF_CACHE_WRITETHROUGH;
}

static void no_swap(struct ff_target *t)
{
	t->swap = FF_SWAP_NONE;
}

static void no_huge(struct ff_target *t)
{
	t->huge = FF_HUGE_NEVER;
}

static void no_thp(struct ff_target *t)
{
	t->thp = FF_THP_NEVER;
}

static void not_slow(struct ff_target *t)
{
	t->slow = 0;
}

static void no_cache(struct ff_target *t)
{
	t->cache = FF_CACHE_WRITETHROUGH;
}

static void plain_swap(struct ff_target *t)
{
	if (t->swap == FF_SWAP_SLOW || t->swap == FF_SWAP_ZRAM)
		t->swap = FF_SWAP_DISK;
}

bool ff_shrink_target(const struct ff_program *p, struct ff_shrink_at *at, struct ff_program *out)
{
	static void (*const ways[])(struct ff_target *t) = {
		plain, on_tmpfs, no_swap, no_huge, no_thp, not_slow, no_cache, plain_swap,
	};

	if (at->pos >= sizeof(ways) / sizeof(ways[0]))
		return false;
	ff_program_copy(out, p);
	ways[at->pos++](&out->target);
	return true;
}
