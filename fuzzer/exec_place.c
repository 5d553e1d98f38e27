// SPDX-License-Identifier: GPL-2.0-only
/*
 * What surrounds a program: paths and knobs, a quiet start, and leaving the
 * target as it was found.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzzer/exec_state.h"

/* What the configuration points to may be gone when a program runs: copies. */
void ff_exec_paths(struct ff_exec *x, const struct ff_exec_config *cfg)
{
	unsigned int f;

	x->cfg = *cfg;
	for (f = 0; f < FF_MAX_SLOTS; f++) {
		if (cfg->device)
			snprintf(x->path[f], FF_PATH, "%s", cfg->device);
		else
			snprintf(x->path[f], FF_PATH, "%s/f%u", cfg->dir ? cfg->dir : "", f);
	}
	snprintf(x->swap, FF_PATH, "%s", cfg->swap ? cfg->swap : "");
	snprintf(x->dir, FF_PATH, "%s", cfg->dir ? cfg->dir : "");
	x->cfg.device = cfg->device ? x->path[0] : NULL;
	x->cfg.swap = cfg->swap ? x->swap : NULL;
	x->cfg.dir = NULL;	/* only through @path */
	atomic_store(&x->swap_on, -1);
}

static int knob(bool may, const char *path, int flags)
{
	return may ? open(path, flags | O_CLOEXEC) : -1;
}

/* Highest node that is online, and one: "0" or "0-1" or "0,2". */
static unsigned int count_nodes(void)
{
	int fd = open("/sys/devices/system/node/online", O_RDONLY | O_CLOEXEC);
	char text[64] = "";
	ssize_t n = 0;

	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	while (n > 0 && !isdigit((unsigned char)text[n - 1]))
		n--;
	while (n > 0 && isdigit((unsigned char)text[n - 1]))
		n--;
	return n < 0 ? 1 : (unsigned int)atoi(text + n) % 64 + 1;
}

void ff_exec_knobs_open(struct ff_exec *x)
{
	char path[FF_PATH];

	snprintf(path, sizeof(path), "%s/memory.reclaim", x->cfg.cgroup ? x->cfg.cgroup : "");
	x->reclaim = knob(x->cfg.cgroup, path, O_WRONLY);
	x->dropcaches = knob(x->cfg.allow_global, "/proc/sys/vm/drop_caches", O_WRONLY);
	x->compact = knob(x->cfg.allow_global, "/proc/sys/vm/compact_memory", O_WRONLY);
	x->vmstat = knob(!x->cfg.bare, "/proc/vmstat", O_RDONLY);
	x->pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	x->nodes = count_nodes();
	ff_exec_pressure(x);
}

static void close_knob(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void ff_exec_knobs_close(struct ff_exec *x)
{
	close_knob(&x->reclaim);
	close_knob(&x->dropcaches);
	close_knob(&x->compact);
	close_knob(&x->vmstat);
	close_knob(&x->pidfd);
}

/* Without NUMA there is no move_pages: MADV_COLD drains the CPU it runs on. */
static void settle_each(struct ff_exec *x)
{
	cpu_set_t before, one;

	if (sched_getaffinity(0, sizeof(before), &before))
		return;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &before))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			madvise(x->dummy, x->page_size, MADV_COLD);
	}
	sched_setaffinity(0, sizeof(before), &before);
}

/*
 * Pages that were just made sit in lists of the CPU that made them, where no
 * reclaim can take them: MADV_PAGEOUT on another CPU would find nothing. To
 * move a page, be it one that is there already, the kernel drains the lists of
 * all CPUs first (lru_cache_disable(), before 5.13 migrate_prep()).
 */
void ff_exec_settle(struct ff_exec *x)
{
	int node = 0, status;
	void *page = x->dummy;

	if (syscall(SYS_move_pages, 0, 1UL, &page, &node, &status, 1 << 1 /* MPOL_MF_MOVE */) < 0)
		settle_each(x);
}

static uint64_t counter(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/*
 * Did the system reclaim by itself, or kill, since the last time this was
 * asked? The judge then believes no residency. Asked only when a result needs
 * it, since it takes 20 us: what happened before the program counts as well,
 * which at worst costs a finding. (So does a program's own "reclaim", which
 * says so anyway; MADV_PAGEOUT does not count.)
 */
void ff_exec_pressure(struct ff_exec *x)
{
	struct ff_pressure now;
	char text[16384];
	ssize_t n;

	if (x->vmstat < 0)
		return;
	n = pread(x->vmstat, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return;
	text[n] = '\0';
	now.stolen = counter(text, "\npgsteal_kswapd ") + counter(text, "\npgsteal_direct ");
	now.killed = counter(text, "\noom_kill ");
	if (x->h && now.stolen != x->before.stolen)
		x->h->flags |= FF_HIST_EVICTED;
	if (x->h && now.killed != x->before.killed)
		x->h->flags |= FF_HIST_OOM;
	x->before = now;
}

static void close_handles(void)
{
	int h;

	if (!syscall(SYS_close_range, FF_FD_BASE, FF_FD_BASE + FF_MAX_SLOTS - 1, 0))
		return;
	for (h = 0; h < FF_MAX_SLOTS; h++)
		close(FF_FD_BASE + h);
}

/*
 * Closing a block device for the last time writes back and drops its page
 * cache (blkdev_put()), so that nothing of one program leaks into the next.
 */
void ff_exec_clean(struct ff_exec *x)
{
	unsigned int id;

	if (x->cfg.serve)
		ff_serve_quiet(x->cfg.serve);
	munmap((void *)FF_REGION_BASE, FF_MEMS * FF_REGION);
	close_handles();
	for (id = 0; id < x->p->ncalls && !x->cfg.device; id++)
		if (x->p->call[id].op == FF_OP_OPEN)
			unlink(x->path[x->p->call[id].arg[0]]);
	if (!atomic_load(&x->swap_on) && x->cfg.swap && !swapon(x->cfg.swap, 0))
		atomic_store(&x->swap_on, 1);
}
