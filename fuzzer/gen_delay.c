// SPDX-License-Identifier: GPL-2.0-only
/* Delays: some programs are held up where their own calls may lead. */

#include "fuzzer/delay.h"
#include "fuzzer/family.h"
#include "fuzzer/gen.h"

#define SHARE	30	/* per cent of programs that get any: not measured yet (docs/delays.md) */
#define MOST	3	/* that one program gets */

/* What a program must have in it for a place to be worth a delay. */
enum has {
	HAS_TMPFS	= 1 << 0,
	HAS_DISK	= 1 << 1,	/* or a FUSE server: files that are not in memory only */
	HAS_SWAP	= 1 << 2,
	HAS_HUGE	= 1 << 3,	/* huge pages may come about */
	HAS_COLLAPSE	= 1 << 4,
	HAS_DROP	= 1 << 5,
	HAS_MOVE	= 1 << 6,
	HAS_TOUCH	= 1 << 7,
	HAS_SEEK	= 1 << 8,
	HAS_DIRECT	= 1 << 9,
	HAS_IO		= 1 << 10,
};

static const uint32_t wants[FF_DELAY_PLACES] = {
	[FF_DELAY_COLLAPSE] = HAS_COLLAPSE,
	[FF_DELAY_TRUNCATE] = HAS_DROP,
	[FF_DELAY_INVALIDATE] = HAS_DISK | HAS_DIRECT,
	[FF_DELAY_SPLIT] = HAS_HUGE | HAS_DROP,
	[FF_DELAY_SWAP_IN] = HAS_SWAP | HAS_TOUCH,
	[FF_DELAY_FILE_SWAP_IN] = HAS_TMPFS | HAS_SWAP,
	[FF_DELAY_SWAP_READ] = HAS_SWAP,
	[FF_DELAY_SWAP_OUT] = HAS_SWAP | HAS_MOVE,
	[FF_DELAY_UNMAP] = HAS_MOVE | HAS_TOUCH,
	[FF_DELAY_MIGRATE] = HAS_MOVE,
	[FF_DELAY_REMAP] = HAS_MOVE | HAS_TOUCH,
	[FF_DELAY_FAULT] = HAS_TOUCH,
	[FF_DELAY_MAP] = HAS_TOUCH,
	[FF_DELAY_SEEK] = HAS_SEEK,
	[FF_DELAY_PINNED] = HAS_DISK | HAS_DIRECT,
	[FF_DELAY_LOCKED] = HAS_IO,
};

static uint32_t of_target(const struct ff_target *t)
{
	uint32_t has = t->kind == FF_TARGET_TMPFS ? HAS_TMPFS : HAS_DISK;

	if (t->swap != FF_SWAP_NONE)
		has |= HAS_SWAP;
	if (t->huge != FF_HUGE_NEVER || t->thp != FF_THP_NEVER)
		has |= HAS_HUGE;
	return has;
}

static uint32_t of_call(const struct gen *g, const struct ff_call *c)
{
	uint32_t traits = ff_call_traits(c), has = 0;
	int h = ff_op_arg(ff_op(c->op), FF_ARG_HANDLE);

	if (c->op == FF_OP_MADVISE && c->arg[3] == MADV_COLLAPSE)
		has |= HAS_COLLAPSE | HAS_HUGE;
	if (c->op == FF_OP_SEEK)
		has |= HAS_SEEK;
	if (h >= 0 && traits & (FF_READS | FF_WRITES))
		has |= HAS_IO | (g->handle[c->arg[h]].direct ? HAS_DIRECT : 0);
	has |= traits & FF_DROPS ? HAS_DROP : 0;
	has |= traits & FF_MOVES ? HAS_MOVE : 0;
	has |= traits & FF_TOUCHES ? HAS_TOUCH : 0;
	return has;
}

static bool named(const struct ff_program *p, const struct ff_delay *d)
{
	for (unsigned int i = 0; i < p->ndelays; i++)
		if (p->delay[i].place == d->place && p->delay[i].nth == d->nth)
			return true;
	return false;
}

/* Mostly an early hit: a place that is reached rarely is reached at all. */
uint16_t gen_delay_nth(struct gen *g)
{
	if (gen_chance(g, 85))
		return gen_between(g, 1, 8);
	return gen_between(g, 9, 100);
}

/* Each doubling of the time is as likely as another. */
uint32_t gen_delay_us(struct gen *g, unsigned int place)
{
	uint32_t most = ff_delay_row(place)->most_us;
	uint32_t us = gen_between(g, 50, 100) << gen_random(g, 8);

	return us > most ? most : us;
}

/* The places that the program's calls may lead to, where this kernel has them. */
static unsigned int places_of(const struct gen *g, const struct ff_program *p, uint8_t *place)
{
	uint32_t has = of_target(&p->target);
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->ncalls; i++)
		has |= of_call(g, &p->call[i]);
	for (unsigned int i = 0; i < FF_DELAY_PLACES; i++)
		if (g->limits->delays >> i & 1 && !(wants[i] & ~has))
			place[n++] = i;
	return n;
}

bool gen_delay(struct gen *g, struct ff_program *p)
{
	uint8_t place[FF_DELAY_PLACES];
	unsigned int n = places_of(g, p, place);
	struct ff_delay d = { .pad = 0 };

	if (!n || p->ndelays == FF_MAX_DELAYS)
		return false;
	d.place = place[gen_random(g, n)];
	d.nth = gen_delay_nth(g);
	d.us = gen_delay_us(g, d.place);
	if (named(p, &d))
		return false;
	p->delay[p->ndelays++] = d;
	return true;
}

void gen_delays(struct gen *g, struct ff_program *p)
{
	uint8_t place[FF_DELAY_PLACES];

	if (!places_of(g, p, place) || !gen_chance(g, SHARE))
		return;
	for (unsigned int left = gen_between(g, 1, MOST); left; left--)
		gen_delay(g, p);
}
