// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzer/rotation.h"

/*
 * One row a stretch. @programs is sized so that each stretch takes a second or
 * two in an emulated VM: a program behind a throttled disk costs as much time
 * as eight on tmpfs. First one target of each kind of trouble (pages that move,
 * direct reads in flight, huge pages, pages that are in swap, pages that are on
 * a disk), then their variations. Swap on: with a device of its own most races
 * of memory management need pages that really leave.
 */
static const struct stretch {
	uint32_t needs;
	uint32_t programs;
	struct ff_target t;
} stretches[] = {
	{ 0, 20, { .kind = FF_TARGET_TMPFS } },
	{ FF_OFFER_SLOW_SWAP, 30, { .kind = FF_TARGET_TMPFS, .swap = FF_SWAP_SLOW } },
	{ FF_OFFER_SLOW | FF_OFFER_SWAP, 16,
		{ .kind = FF_TARGET_BLOCK, .swap = FF_SWAP_DISK, .slow = FF_SLOW_IOPS } },
	{ FF_OFFER_HUGE, 20, { .kind = FF_TARGET_TMPFS, .huge = FF_HUGE_ALWAYS,
		.thp = FF_THP_ALWAYS } },
	{ FF_OFFER_FUSE, 10, { .kind = FF_TARGET_FUSE } },
	{ FF_OFFER_SLOW | FF_OFFER_SWAP, 4,
		{ .kind = FF_TARGET_EXT4, .swap = FF_SWAP_DISK, .slow = FF_SLOW_IOPS } },
	{ FF_OFFER_DISKS | FF_OFFER_SWAP, 8, { .kind = FF_TARGET_EXT4, .swap = FF_SWAP_DISK } },
	{ FF_OFFER_SLOW | FF_OFFER_ZRAM, 6,
		{ .kind = FF_TARGET_BLOCK, .swap = FF_SWAP_ZRAM, .slow = FF_SLOW_IOPS } },
	{ FF_OFFER_SWAP, 10, { .kind = FF_TARGET_TMPFS, .swap = FF_SWAP_DISK,
		.thp = FF_THP_MADVISE } },
	{ FF_OFFER_FUSE, 4, { .kind = FF_TARGET_FUSE, .cache = FF_CACHE_WRITEBACK } },
	{ FF_OFFER_HUGE, 8, { .kind = FF_TARGET_TMPFS, .huge = FF_HUGE_ADVISE,
		.thp = FF_THP_MADVISE } },
	{ FF_OFFER_DISKS | FF_OFFER_ZRAM, 6,
		{ .kind = FF_TARGET_XFS, .swap = FF_SWAP_ZRAM, .thp = FF_THP_MADVISE } },
	{ FF_OFFER_DISKS, 6, { .kind = FF_TARGET_BLOCK, .thp = FF_THP_ALWAYS } },
	{ FF_OFFER_HUGE | FF_OFFER_ZRAM, 8, { .kind = FF_TARGET_TMPFS,
		.huge = FF_HUGE_WITHIN_SIZE, .swap = FF_SWAP_ZRAM } },
	{ FF_OFFER_SLOW | FF_OFFER_SWAP, 3,
		{ .kind = FF_TARGET_XFS, .swap = FF_SWAP_DISK, .slow = FF_SLOW_IOPS } },
};
#define STRETCHES (sizeof(stretches) / sizeof(stretches[0]))

static int offered(const struct stretch *s, uint32_t offers)
{
	return (s->needs & offers) == s->needs;
}

unsigned int ff_rotation_targets(uint32_t offers)
{
	unsigned int n = 0;

	for (size_t i = 0; i < STRETCHES; i++)
		n += offered(&stretches[i], offers);
	return n;
}

void ff_rotation_target(uint32_t offers, unsigned int want, struct ff_target *t)
{
	for (size_t i = 0; i < STRETCHES; i++)
		if (offered(&stretches[i], offers) && !want--) {
			*t = stretches[i].t;
			return;
		}
	*t = stretches[0].t;
}

void ff_rotation(uint32_t offers, uint64_t seed, uint64_t number, struct ff_target *t)
{
	uint64_t round = 0, at;

	for (size_t i = 0; i < STRETCHES; i++)
		if (offered(&stretches[i], offers))
			round += stretches[i].programs;
	/* The first program of a campaign is in the first stretch whatever the seed. */
	(void)seed;
	at = number % round;
	for (size_t i = 0; i < STRETCHES; i++) {
		if (!offered(&stretches[i], offers))
			continue;
		if (at < stretches[i].programs) {
			*t = stretches[i].t;
			return;
		}
		at -= stretches[i].programs;
	}
}
