// SPDX-License-Identifier: GPL-2.0-only
#include "runner/agent/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#include "fuzzer/rotation.h"

#define CGROUP		"/sys/fs/cgroup/foliofuzz"
#define THP		"/sys/kernel/mm/transparent_hugepage/"
#define ZRAM		"/sys/block/zram0/"
#define ZRAM_BYTES	(256ULL << 20)

static const char *const huge_name[FF_HUGE_KINDS] = { "never", "always", "within_size", "advise" };
static const char *const thp_name[FF_THP_KINDS] = { "never", "madvise", "always" };

__attribute__((format(printf, 3, 4)))
static void note(char *notes, size_t n, const char *fmt, ...)
{
	size_t used = strlen(notes);
	va_list ap;

	if (used + 2 >= n)
		return;
	va_start(ap, fmt);
	vsnprintf(notes + used, n - used, fmt, ap);
	va_end(ap);
	used = strlen(notes);
	if (used + 2 < n)
		strcpy(notes + used, "\n");
}

static bool have_disk(const struct ff_place *pl, const char *prefix, const char *serial)
{
	char name[32], path[64];

	snprintf(name, sizeof(name), "%s%s", prefix, serial);
	return ff_guest_disk(&pl->guest, name, path, sizeof(path)) == 0;
}

/* Here already, or a module that ff_guest_need() will load. */
static bool have_fs(const char *name)
{
	char line[128];
	bool found;
	FILE *f = fopen("/proc/filesystems", "re");

	snprintf(line, sizeof(line), "/lib/modules/%s.ko", name);
	found = !access(line, F_OK);
	while (f && !found && fgets(line, sizeof(line), f)) {
		char *word = strrchr(line, '\t');

		line[strcspn(line, "\n")] = '\0';
		found = word && !strcmp(word + 1, name);
	}
	if (f)
		fclose(f);
	return found;
}

static bool have_disks(const struct ff_place *pl, const char *prefix)
{
	return have_disk(pl, prefix, FF_SERIAL_EXT4) && have_disk(pl, prefix, FF_SERIAL_XFS) &&
	       have_disk(pl, prefix, FF_SERIAL_RAW);
}

static void offers_of_guest(struct ff_place *pl, char *notes, size_t n)
{
	bool fs = have_fs("ext4") && have_fs("xfs");

	if (!fs)
		note(notes, n, "no ext4 or no xfs in this kernel: file systems on disks and raw disks are left out");
	if (fs && have_disks(pl, ""))
		pl->offers |= FF_OFFER_DISKS;
	if (fs && have_disks(pl, FF_SERIAL_SLOW))
		pl->offers |= FF_OFFER_SLOW;
	if (have_disk(pl, "", FF_SERIAL_SWAP) && !access("/proc/swaps", R_OK))
		pl->offers |= FF_OFFER_SWAP;
	else
		note(notes, n, "no swap: targets with swap are left out");
	if ((pl->offers & FF_OFFER_SWAP) && have_disk(pl, FF_SERIAL_SLOW, FF_SERIAL_SWAP))
		pl->offers |= FF_OFFER_SLOW_SWAP;
	if (!access("/dev/fuse", R_OK | W_OK))
		pl->offers |= FF_OFFER_FUSE;
	else
		note(notes, n, "no FUSE in this kernel: targets with fuse are left out");
	if (!access(ZRAM "disksize", W_OK))
		pl->offers |= FF_OFFER_ZRAM;
	else
		note(notes, n, "no zram in this kernel: targets with swap=zram are left out");
}

static void join_cgroup(struct ff_place *pl, char *notes, size_t n)
{
	if (mkdir(CGROUP, 0755) && errno != EEXIST) {
		note(notes, n, "no memory cgroup (%s): %s: calls that reclaim through it are left out",
		     CGROUP, strerror(errno));
		return;
	}
	snprintf(pl->cgroup, sizeof(pl->cgroup), "%s", CGROUP);
}

void ff_place_open(struct ff_place *pl, const struct ff_guest *g, bool here, const char *dir,
		   char *notes, size_t n)
{
	memset(pl, 0, sizeof(*pl));
	pl->here = here;
	snprintf(pl->dir, sizeof(pl->dir), "%s", dir);
	if (!access(THP "enabled", R_OK))
		pl->offers |= FF_OFFER_HUGE;
	else
		note(notes, n, "no huge pages in this kernel: targets with huge= are left out");
	if (here)
		return;
	pl->guest = *g;
	pl->mounts = true;
	offers_of_guest(pl, notes, n);
	join_cgroup(pl, notes, n);
}

/* The header of a swap area (mkswap(8)): enough for the guest's own zram. */
static int make_swap(const char *path, uint64_t bytes)
{
	struct { uint32_t version, last_page, nr_badpages; } info = {
		1, (uint32_t)(bytes / 4096 - 1), 0,
	};
	char page[4096] = { 0 };
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	memcpy(page + 1024, &info, sizeof(info));
	memcpy(page + sizeof(page) - 10, "SWAPSPACE2", 10);
	if (pwrite(fd, page, sizeof(page), 0) != (ssize_t)sizeof(page))
		ret = errno ? -errno : -EIO;
	close(fd);
	return ret;
}

static int make_zram(struct ff_place *pl)
{
	char size[32];
	int ret;

	snprintf(pl->swap, sizeof(pl->swap), "/dev/zram0");
	ff_guest_put(ZRAM "reset", "1");
	snprintf(size, sizeof(size), "%llu", (unsigned long long)ZRAM_BYTES);
	ret = ff_guest_put(ZRAM "disksize", size);
	return ret ? ret : make_swap(pl->swap, ZRAM_BYTES);
}

static int swap_make(struct ff_place *pl, char *why, size_t n)
{
	int ret = 0;

	if (pl->target.swap == FF_SWAP_NONE)
		return 0;
	if (pl->target.swap == FF_SWAP_ZRAM)
		ret = make_zram(pl);
	else
		ret = ff_guest_disk(&pl->guest, pl->target.swap == FF_SWAP_SLOW ? FF_SERIAL_SLOW FF_SERIAL_SWAP :
				    FF_SERIAL_SWAP, pl->swap, sizeof(pl->swap));
	if (!ret && swapon(pl->swap, 0) && errno != EBUSY)
		ret = -errno;
	if (ret)
		snprintf(why, n, "swapon of %s: %s", pl->swap[0] ? pl->swap : "the swap disk",
			 strerror(-ret));
	else
		pl->swapping = true;
	return ret;
}

static int disk_of(struct ff_place *pl, const char *serial, char *why, size_t n)
{
	char name[32];
	int ret;

	snprintf(name, sizeof(name), "%s%s", pl->target.slow ? FF_SERIAL_SLOW : "", serial);
	ret = ff_guest_disk(&pl->guest, name, pl->device, sizeof(pl->device));
	if (ret)
		snprintf(why, n, "there is no disk \"%s\" here; fuzz with --kernel, which makes one", name);
	return ret;
}

static int mount_tmpfs(struct ff_place *pl, char *why, size_t n)
{
	char opts[64];
	int len;

	if (!pl->mounts) {
		if (pl->target.huge == FF_HUGE_NEVER)
			return 0;
		snprintf(why, n, "cannot mount a tmpfs with huge=%s here", huge_name[pl->target.huge]);
		return -EPERM;
	}
	len = snprintf(opts, sizeof(opts), "size=256M");
	if (pl->offers & FF_OFFER_HUGE)
		snprintf(opts + len, sizeof(opts) - len, ",huge=%s", huge_name[pl->target.huge]);
	if (mount("foliofuzz", pl->dir, "tmpfs", MS_NOSUID | MS_NODEV, opts)) {
		int err = errno;

		snprintf(why, n, "mount of a tmpfs with %s on %s: %s", opts, pl->dir, strerror(err));
		return -err;
	}
	pl->mounted = true;
	return 0;
}

static int mount_disk(struct ff_place *pl, const char *fs, char *why, size_t n)
{
	int ret = disk_of(pl, fs, why, n);

	if (ret)
		return ret;
	ff_guest_need(fs);	/* mount tells, should it fail */
	if (mount(pl->device, pl->dir, fs, MS_NOSUID | MS_NODEV, NULL)) {
		ret = -errno;
		snprintf(why, n, "mount of %s (%s) on %s: %s", pl->device, fs, pl->dir, strerror(-ret));
	}
	pl->device[0] = '\0';
	pl->mounted = !ret;
	return ret;
}

static int storage_make(struct ff_place *pl, char *why, size_t n)
{
	struct stat st;
	int ret = -EINVAL;

	switch (pl->target.kind) {
	case FF_TARGET_TMPFS:
		ret = mount_tmpfs(pl, why, n);
		break;
	case FF_TARGET_EXT4:
		ret = mount_disk(pl, FF_SERIAL_EXT4, why, n);
		break;
	case FF_TARGET_XFS:
		ret = mount_disk(pl, FF_SERIAL_XFS, why, n);
		break;
	case FF_TARGET_BLOCK:
		ret = disk_of(pl, FF_SERIAL_RAW, why, n);
		break;
	case FF_TARGET_FUSE:
		ret = ff_fuse_mount(&pl->fuse, &pl->target, pl->dir, why, n);
		break;
	}
	if (ret)
		return ret;
	if (!stat(pl->device[0] ? pl->device : pl->dir, &st))
		pl->dev = pl->device[0] ? st.st_rdev : st.st_dev;
	return 0;
}

static bool same_place(const struct ff_target *a, const struct ff_target *b)
{
	return a->kind == b->kind && a->huge == b->huge && a->swap == b->swap && a->thp == b->thp &&
	       a->cache == b->cache && !a->slow == !b->slow;
}

bool ff_place_broken(const struct ff_place *pl)
{
	return pl->made && pl->target.kind == FF_TARGET_FUSE && !ff_fuse_answers(&pl->fuse, pl->dir);
}

int ff_place_make(struct ff_place *pl, const struct ff_target *t, bool *changed, char *why, size_t n)
{
	int ret;

	*changed = false;
	if (pl->made && same_place(&pl->target, t) && !ff_place_broken(pl)) {
		atomic_store(&pl->fuse.orders.iops, t->slow);
		return 0;
	}
	*changed = true;
	ff_place_drop(pl);
	pl->target = *t;
	if (pl->here && (t->kind != FF_TARGET_TMPFS || t->swap != FF_SWAP_NONE)) {
		snprintf(why, n, "with --here only tmpfs without swap: give --kernel to run this target in a VM");
		return -EPERM;
	}
	if (!pl->here && ff_guest_put(THP "enabled", thp_name[t->thp]) && t->thp != FF_THP_NEVER) {
		snprintf(why, n, "this kernel has no huge pages (thp=%s)", thp_name[t->thp]);
		return -EOPNOTSUPP;
	}
	ret = storage_make(pl, why, n);
	if (!ret)
		ret = swap_make(pl, why, n);
	if (ret)
		ff_place_drop(pl);
	else
		pl->made = true;
	atomic_store(&pl->fuse.orders.iops, t->slow);
	return ret;
}

void ff_place_ready(struct ff_place *pl)
{
	if (pl->swapping)
		swapon(pl->swap, 0);	/* EBUSY: it is on */
}

void ff_place_drop(struct ff_place *pl)
{
	pl->made = false;
	if (pl->fuse.server)
		ff_fuse_umount(&pl->fuse, pl->dir);
	if (pl->mounted && umount2(pl->dir, UMOUNT_NOFOLLOW))
		umount2(pl->dir, MNT_DETACH);
	pl->mounted = false;
	pl->device[0] = '\0';
	if (pl->swapping)
		swapoff(pl->swap);
	pl->swapping = false;
	pl->swap[0] = '\0';
	pl->dev = 0;
}
