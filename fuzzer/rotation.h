/* SPDX-License-Identifier: GPL-2.0-only */
/* Which target a campaign's program runs on: the rotation. */
#ifndef FF_FUZZER_ROTATION_H
#define FF_FUZZER_ROTATION_H

#include "fuzzer/program.h"

/* What a place can offer; bits. */
enum ff_offer {
	FF_OFFER_DISKS	= 1 << 0,	/* ext4, xfs and raw disks */
	FF_OFFER_SLOW	= 1 << 1,	/* a throttled one of each */
	FF_OFFER_SWAP	= 1 << 2,	/* a swap disk of its own */
	FF_OFFER_ZRAM	= 1 << 3,
	FF_OFFER_HUGE	= 1 << 4,	/* tmpfs with huge= */
	FF_OFFER_SLOW_SWAP = 1 << 5,	/* a throttled swap disk */
	FF_OFFER_FUSE	= 1 << 6,	/* a file system in user space, served by us */
};

#define FF_SLOW_IOPS	40	/* of the throttled disks in a VM */
#define FF_SLOW_SWAP_IOPS 100	/* of the throttled swap disk */

/**
 * ff_rotation() - the target of program @number of a campaign
 * @offers: enum ff_offer of the place
 *
 * Programs on one target follow each other in stretches, since preparing a
 * target takes time; a stretch on a slow disk has fewer of them. Pure, so
 * that a seed and a number name a program for ever.
 */
void ff_rotation(uint32_t offers, uint64_t seed, uint64_t number, struct ff_target *t);

/** ff_rotation_targets() - how many targets @offers allow, and target @i of them */
unsigned int ff_rotation_targets(uint32_t offers);
void ff_rotation_target(uint32_t offers, unsigned int i, struct ff_target *t);

#endif
