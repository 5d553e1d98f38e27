/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The place: what a program runs on, made in the guest (or here) from its
 * target: a mounted file system, a raw disk, swap, the policy of huge pages.
 */
#ifndef FF_RUNNER_PLACE_H
#define FF_RUNNER_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "fuzzer/program.h"
#include "runner/fuse/fuse_mount.h"
#include "runner/vm/guest.h"

/* Serials of a VM's disks; the throttled twins begin with "slow-". */
#define FF_SERIAL_EXT4	"ext4"
#define FF_SERIAL_XFS	"xfs"
#define FF_SERIAL_RAW	"raw"
#define FF_SERIAL_SWAP	"swap"
#define FF_SERIAL_SLOW	"slow-"

#define FF_RAW_BYTES	(4ULL << 20)	/* of a raw disk that programs use */

/**
 * struct ff_place - the place as it is now
 * @guest: for its disks; meaningless when @here
 * @here: on the user's own machine: a tmpfs of our own and nothing global
 * @mounts: here: may we mount? else only the folder @dir on what it lies on
 * @offers: enum ff_offer
 * @made: @target is made
 * @dir, @device, @swap, @cgroup: for struct ff_exec_config, "" for none
 * @dev: st_dev of what the program's files are on
 * @fuse: the server of a FUSE target
 *
 * Lives in memory shared by the executors that follow each other in a guest,
 * so that the next one knows what the last one mounted.
 */
struct ff_place {
	struct ff_guest guest;
	bool here, mounts, made, mounted, swapping;
	uint32_t offers;
	struct ff_target target;
	char dir[256], device[64], swap[64], cgroup[128];
	dev_t dev;
	struct ff_fuse fuse;
};

/**
 * ff_place_open() - see what this guest offers
 * @dir: folder for the programs' files, there already
 * @notes: lines on what is missing, for people
 */
void ff_place_open(struct ff_place *pl, const struct ff_guest *g, bool here, const char *dir,
		   char *notes, size_t n);

/**
 * ff_place_make() - make the place of @t, if it is not the one that is there
 * @changed: set if anything was made
 * Return: 0, or -errno with @why for people.
 */
int ff_place_make(struct ff_place *pl, const struct ff_target *t, bool *changed, char *why, size_t n);

/** ff_place_ready() - before each program: swap is on again if the last one put it off */
void ff_place_ready(struct ff_place *pl);

/** ff_place_broken() - can the target not be used any more (a FUSE server that died)? */
bool ff_place_broken(const struct ff_place *pl);

/** ff_place_drop() - unmount and swapoff; also after an executor died in it */
void ff_place_drop(struct ff_place *pl);

#endif
