// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family pressure: swap, reclaim, compaction, migration, and waiting. What
 * reaches beyond this process is FF_GLOBAL and never runs with --here.
 */
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <time.h>

#include "fuzzer/family.h"

#define MPOL_PREFERRED_ 1
#define MPOL_MF_MOVE_ (1 << 1)

static const struct ff_word cache_words[] = {
	WORD("pages", 1, 50),
	WORD("slab", 2, 20),
	WORD("all", 3, 30),
	{ 0 }
};

static void run_swapon(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	(void)c;
	if (!t->x->cfg.swap)
		return ff_skip(r);
	FF_CALL(t, r, swapon(t->x->cfg.swap, 0));
	if (!r->err)
		atomic_store(&t->x->swap_on, 1);
}

static void run_swapoff(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	uint64_t left, stalled;

	(void)c;
	if (!t->x->cfg.swap)
		return ff_skip(r);
	FF_CALL(t, r, ff_swapoff(t->x, &left, &stalled));
	if (!r->err)
		atomic_store(&t->x->swap_on, 0);
}

static void run_reclaim(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	char text[24];
	int n;

	if (t->x->reclaim < 0)
		return ff_skip(r);
	n = snprintf(text, sizeof(text), "%llu", (unsigned long long)c->arg[0]);
	FF_CALL(t, r, pwrite(t->x->reclaim, text, (size_t)n, 0));
}

static void run_dropcaches(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	char text = (char)('0' + c->arg[0]);

	if (t->x->dropcaches < 0)
		return ff_skip(r);
	FF_CALL(t, r, pwrite(t->x->dropcaches, &text, 1, 0));
}

static void effects_anything(const struct ff_view *v, const struct ff_call *c,
			     const struct ff_record *r, struct ff_effects *out)
{
	(void)v, (void)c;
	ff_effect_all(out, FF_EFFECT_EVICT, r, FF_OBJ_NONE, 0, FF_MAX_SIZE);
}

static void run_compact(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	(void)c;
	if (t->x->compact < 0)
		return ff_skip(r);
	FF_CALL(t, r, pwrite(t->x->compact, "1", 1, 0));
}

/*
 * Another preferred node for each such call of a program. With one node the
 * pages stay where they are, but all CPUs' lists of new pages are drained.
 */
static void run_migrate(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	void *at = ff_thread_address(t, c->arg[0], c->arg[1]);
	unsigned long mask = 1UL << (ff_version_of(t, c) % t->x->nodes);

	if (!at)
		return ff_skip(r);
	FF_CALL(t, r, syscall(SYS_mbind, at, c->arg[2], MPOL_PREFERRED_, &mask,
			      8 * sizeof(mask), MPOL_MF_MOVE_));
}

const struct ff_op ff_ops_pressure[] = {
	{
		.name = "swapon", .family = "pressure",
		.about = "switch the target's swap device on",
		.weight = 2, .needs = FF_HAS_SWAP + 1,
		.traits = FF_GLOBAL | FF_ROOT | FF_COSTLY, .targets = FF_ON_ALL,
		.may = MAY(EBUSY, EINVAL, EPERM),
		.run = run_swapon, .effects = effects_anything,
	},
	{
		.name = "swapoff", .family = "pressure",
		.about = "switch it off: every page in it comes back, beside everything else",
		.weight = 3, .needs = FF_HAS_SWAP + 1,
		.traits = FF_GLOBAL | FF_ROOT | FF_COSTLY | FF_MOVES, .targets = FF_ON_ALL,
		.may = MAY(EINVAL, EPERM, EBUSY),
		.run = run_swapoff, .effects = effects_anything,
	},
	{
		.name = "reclaim", .family = "pressure",
		.about = "have the kernel reclaim so much of the executor's memory cgroup",
		.arg = { { .type = FF_ARG_LENGTH, .name = "bytes", .min = 1 } },
		.weight = 8, .needs = FF_HAS_MEMORY_RECLAIM + 1,
		.traits = FF_MOVES | FF_ROOT | FF_COSTLY, .targets = FF_ON_ALL,
		.may = MAY(EINVAL),
		.run = run_reclaim, .effects = effects_anything,
	},
	{
		.name = "dropcaches", .family = "pressure",
		.about = "drop all clean page cache",
		.arg = { ARG_CHOICE("what", cache_words) },
		.weight = 2, .traits = FF_GLOBAL | FF_ROOT | FF_COSTLY | FF_MOVES,
		.targets = FF_ON_ALL, .may = MAY(EPERM),
		.run = run_dropcaches, .effects = effects_anything,
	},
	{
		.name = "compact", .family = "pressure",
		.about = "compact all memory: pages move",
		.weight = 2, .traits = FF_GLOBAL | FF_ROOT | FF_COSTLY | FF_MOVES,
		.targets = FF_ON_ALL, .may = MAY(EPERM),
		.run = run_compact,
	},
	{
		.name = "migrate", .family = "pressure",
		.about = "move a range's pages to another memory node",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH },
		.weight = 5, .needs = FF_HAS_MIGRATE + 1, .traits = FF_MOVES,
		.targets = FF_ON_ALL, .may = MAY(EINVAL, EFAULT, EPERM, EIO),
		.run = run_migrate,
	},
};
