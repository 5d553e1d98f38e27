// SPDX-License-Identifier: GPL-2.0-only
/* Mutations of what is around the calls: the target's options, and delays. */
#include <string.h>

#include "fuzzer/delay.h"
#include "fuzzer/edit.h"
#include "fuzzer/mut.h"
#include "fuzzer/rotation.h"

/* Another one of @n values; those that need something that is not offered do not count. */
static bool other_value(struct mut *m, uint8_t *field, const uint32_t *needs, unsigned int n)
{
	uint8_t found[8];
	unsigned int count = 0;

	for (unsigned int v = 0; v < n; v++)
		if (v != *field && (m->g.limits->offers & needs[v]) == needs[v])
			found[count++] = (uint8_t)v;
	if (count)
		*field = found[gen_random(&m->g, count)];
	return count;
}

static bool other_swap(struct mut *m)
{
	static const uint32_t needs[FF_SWAP_KINDS] = {
		[FF_SWAP_DISK] = FF_OFFER_SWAP, [FF_SWAP_ZRAM] = FF_OFFER_ZRAM,
		[FF_SWAP_SLOW] = FF_OFFER_SLOW_SWAP,
	};
	bool drop[FF_MAX_CALLS] = { false };

	if (!other_value(m, &m->p.target.swap, needs, FF_SWAP_KINDS))
		return false;
	if (m->p.target.swap != FF_SWAP_NONE)
		return true;
	for (unsigned int i = 0; i < m->p.ncalls; i++)
		drop[i] = m->p.call[i].op == FF_OP_SWAPON || m->p.call[i].op == FF_OP_SWAPOFF;
	ff_edit_drop(&m->p, drop);
	return true;
}

/* Its kind and its speed stay: offsets and the number of requests were drawn for those. */
bool mut_target(struct mut *m)
{
	static const uint32_t huge[FF_HUGE_KINDS] = {
		[FF_HUGE_ALWAYS] = FF_OFFER_HUGE, [FF_HUGE_WITHIN_SIZE] = FF_OFFER_HUGE,
		[FF_HUGE_ADVISE] = FF_OFFER_HUGE,
	};
	static const uint32_t free_[FF_THP_KINDS];
	struct ff_target *t = &m->p.target;

	switch (gen_random(&m->g, 3)) {
	case 0:
		return other_swap(m);
	case 1:
		return other_value(m, &t->thp, free_, FF_THP_KINDS);
	default:
		if (t->kind == FF_TARGET_TMPFS)
			return other_value(m, &t->huge, huge, FF_HUGE_KINDS);
		return t->kind == FF_TARGET_FUSE && other_value(m, &t->cache, free_, FF_CACHE_KINDS);
	}
}

/* The kernel is held up once more, once less, at another time, or longer. */
bool mut_delay(struct mut *m)
{
	struct ff_program *p = &m->p;
	unsigned int at = p->ndelays ? (unsigned int)gen_random(&m->g, p->ndelays) : 0;
	unsigned int what = p->ndelays ? (unsigned int)gen_random(&m->g, 4) : 0;
	struct ff_delay *d = &p->delay[at];

	switch (what) {
	case 0:
		mut_replay_all(m);
		return gen_delay(&m->g, p);
	case 1:
		memmove(d, d + 1, (--p->ndelays - at) * sizeof(*d));
		memset(&p->delay[p->ndelays], 0, sizeof(*d));
		return true;
	case 2:
		d->nth = gen_delay_nth(&m->g);
		return true;
	default:
		d->us = gen_delay_us(&m->g, d->place);
		return true;
	}
}
