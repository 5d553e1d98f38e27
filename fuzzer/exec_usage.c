// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program leaves behind when everything of it is closed, unmapped and
 * unlinked. Three system calls after each program; more only when they say
 * that something has not returned, and then patiently: pages are freed late
 * (lists of CPUs, write-back, deferred work), which is no leak.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzzer/exec_state.h"

#define LOOKS		6	/* 10, 20, 40 ... ms apart: a third of a second in all */
#define SHMEM_DRIFT	256	/* pages: counts of CPUs not summed up, memory the executor itself touches late */
#define HUGE_DRIFT	1	/* the same, in huge pages */
#define MLOCK_DRIFT	256
#define SHARE		100	/* the dear part may take 1/SHARE of the time of programs */

static void pause_ms(unsigned int ms)
{
	struct timespec nap = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&nap, NULL);
}

/* Children that an earlier part of the program left; the zombies go. */
static uint32_t children(void)
{
	pid_t pid;

	do {
		pid = waitpid(-1, NULL, WNOHANG | __WALL);
	} while (pid > 0);
	return pid == 0;
}

static void look_tmpfs(const struct ff_exec *x, struct ff_in_use *now)
{
	struct statfs fs;

	if (!x->cfg.own_tmpfs || statfs(x->dir, &fs))
		return;
	now->blocks = fs.f_blocks - fs.f_bfree;
	now->inodes = fs.f_files - fs.f_ffree;
}

static void look_cheap(const struct ff_exec *x, struct ff_in_use *now)
{
	struct sysinfo si;

	now->tasks = children();
	look_tmpfs(x, now);
	if (!x->cfg.allow_global || sysinfo(&si))
		return;		/* on the user's own machine others use memory too */
	now->swap = (si.totalswap - si.freeswap) * si.mem_unit / x->page_size;
	now->shmem = si.sharedram * si.mem_unit / x->page_size;
}

static uint64_t value_after(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static void read_text(const char *path, char *text, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd >= 0 ? read(fd, text, n - 1) : 0;

	text[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

/* Huge pages that processes map: each process counts one that several share. */
static uint64_t huge_mapped(const struct ff_exec *x)
{
	char path[300], text[2048];
	struct dirent *e;
	uint64_t bytes = 0;
	DIR *d = opendir("/proc");

	while (d && (e = readdir(d))) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/smaps_rollup", e->d_name);
		read_text(path, text, sizeof(text));
		bytes += value_after(text, "\nAnonHugePages:") * 1024;
	}
	if (d)
		closedir(d);
	return bytes / x->pmd_size;
}

/* Only the VM's: all of it is the whole system's. */
static void look_dear(const struct ff_exec *x, struct ff_in_use *now)
{
	char text[16384];
	uint64_t mapped;
	ssize_t n = x->vmstat >= 0 && x->cfg.allow_global ? pread(x->vmstat, text, sizeof(text) - 1, 0) : 0;

	if (n <= 0)
		return;
	text[n] = '\0';
	now->anon_huge = value_after(text, "\nnr_anon_transparent_hugepages ");
	now->shmem_huge = value_after(text, "\nnr_shmem_hugepages ");
	now->file_huge = value_after(text, "\nnr_file_hugepages ");
	/* A FUSE server locks its own memory, and that grows. */
	now->mlocked = x->cfg.serve ? 0 : value_after(text, "\nnr_mlock ");
	if (now->anon_huge) {
		mapped = huge_mapped(x);
		now->anon_huge = now->anon_huge > mapped ? now->anon_huge - mapped : 0;
	}
}

static uint64_t over(uint64_t now, uint64_t base, uint64_t drift)
{
	return now > base + drift ? now - base : 0;
}

/* What is there now and was not at the base. */
static struct ff_in_use grown(const struct ff_in_use *now, const struct ff_in_use *base)
{
	return (struct ff_in_use){
		.swap = over(now->swap, base->swap, 0),
		.blocks = over(now->blocks, base->blocks, 0),
		.inodes = over(now->inodes, base->inodes, 0),
		.shmem = over(now->shmem, base->shmem, SHMEM_DRIFT),
		.anon_huge = over(now->anon_huge, base->anon_huge, HUGE_DRIFT),
		.shmem_huge = over(now->shmem_huge, base->shmem_huge, HUGE_DRIFT),
		.file_huge = over(now->file_huge, base->file_huge, HUGE_DRIFT),
		.mlocked = over(now->mlocked, base->mlocked, MLOCK_DRIFT),
		.tasks = now->tasks,
	};
}

/* But for swap, which has a proof of its own. */
static bool anything(const struct ff_in_use *g)
{
	return g->blocks | g->inodes | g->shmem | g->anon_huge | g->shmem_huge | g->file_huge |
	       g->mlocked | g->tasks;
}

/* Have the CPUs give up what they hold back, and sum up their counts. */
static void drain(struct ff_exec *x)
{
	int fd = x->cfg.allow_global ? open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC) : -1;

	ff_exec_settle(x);
	if (fd >= 0 && write(fd, "1", 1) < 0)
		errno = 0;	/* it says EINVAL when it finds a count below zero */
	if (fd >= 0)
		close(fd);
}

static void look_all(struct ff_exec *x, struct ff_in_use *now)
{
	look_cheap(x, now);
	look_dear(x, now);
}

/* Is it time for the dear part? It has a share of the time that programs take. */
static bool dear_due(struct ff_exec *x)
{
	x->account.programs++;
	x->account.ran += x->h->ended - x->h->began;
	return x->account.ran >= x->account.cost * SHARE;
}

static void look(struct ff_exec *x, struct ff_in_use *now)
{
	uint64_t began;

	look_cheap(x, now);
	if (!dear_due(x))
		return;
	began = ff_now();
	look_dear(x, now);
	x->account.cost = ff_now() - began;
	x->account.ran = 0;
}

/* Take the swap device off and on again: what was only slow to be freed is free then. */
static void prove_swap(struct ff_exec *x, struct ff_usage *u)
{
	if (!x->cfg.swap || !x->cfg.allow_global)
		return;
	if (ff_swapoff(x, &u->swap_left, &u->stalled) == 0) {
		u->swapoff = FF_SWAPOFF_DONE;
		swapon(x->cfg.swap, 0);
		return;
	}
	u->err = errno;
	u->swapoff = u->err == EINTR ? FF_SWAPOFF_STUCK : FF_SWAPOFF_FAILED;
	if (u->swapoff == FF_SWAPOFF_STUCK)
		x->h->flags |= FF_HIST_SPOILT;
}

static void report(struct ff_exec *x, const struct ff_in_use *left, const struct ff_in_use *now)
{
	struct ff_usage *u = &x->h->usage;

	u->blocks = left->blocks;
	u->inodes = left->inodes;
	u->shmem = left->shmem;
	u->anon_huge = left->anon_huge;
	u->shmem_huge = left->shmem_huge;
	u->file_huge = left->file_huge;
	u->mlocked = left->mlocked;
	u->tasks = left->tasks;
	u->programs = x->account.programs;
	ff_exec_pressure(x);	/* the judge asks whether memory ran out */
	x->account.base = *now;	/* each leak is one finding, not one of all that follow */
}

static void again(struct ff_exec *x, struct ff_in_use *left)
{
	struct ff_in_use now = { 0 };
	unsigned int i;

	for (i = 0; i < LOOKS && anything(left); i++) {
		pause_ms(10u << i);
		drain(x);
		look_all(x, &now);
		*left = grown(&now, &x->account.base);
	}
	if (anything(left))
		report(x, left, &now);
}

void ff_usage_after(struct ff_exec *x)
{
	struct ff_usage *u = &x->h->usage;
	struct ff_in_use now = x->account.base, left;
	uint64_t swap = x->account.base.swap;

	if (x->cfg.bare)
		return;
	look(x, &now);
	left = grown(&now, &x->account.base);
	if (left.swap) {
		u->swap_before = swap;
		u->swap_after = now.swap;
		prove_swap(x, u);
		look_cheap(x, &now);
		x->account.base.swap = now.swap;
		left = grown(&now, &x->account.base);
	}
	if (anything(&left))
		again(x, &left);
	if (!x->account.ran)
		x->account.programs = 0;
}

void ff_usage_base(struct ff_exec *x)
{
	x->account = (struct ff_account){ 0 };
	if (x->cfg.bare)
		return;
	drain(x);
	look_all(x, &x->account.base);
}
