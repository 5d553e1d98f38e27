// SPDX-License-Identifier: GPL-2.0-only
#include "runner/agent/executor.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bpf/witness.h"
#include "fuzzer/exec.h"
#include "runner/agent/own_memory.h"
#include "runner/agent/simfail.h"
#include "runner/agent/watcher.h"
#include "runner/delays.h"
#include "runner/vm/guest.h"

/*
 * Time of the loop in measure_speed() on the machine this was written on
 * (an x86 server of 2023, native), nanoseconds.
 */
#define NATIVE_LOOP_NS	5000000ULL

struct executor {
	struct ff_box *box;
	struct ff_place *place;
	struct ff_exec *exec;
	struct ff_exec_config cfg;
	struct ff_witness *witness;
	struct ff_watcher *watcher;
	dev_t watched;
	int kmsg;
	struct ff_program program;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* A loop of arithmetic and of system calls; the best of three, in per cent of native. */
static uint32_t measure_speed(void)
{
	uint64_t best = UINT64_MAX, began, took;
	volatile uint64_t x = 1;

	for (int round = 0; round < 3; round++) {
		began = now_ns();
		for (int i = 0; i < 2000000; i++)
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		for (int i = 0; i < 10000; i++)
			syscall(SYS_getppid);
		took = now_ns() - began;
		if (took < best)
			best = took;
	}
	return best > UINT32_MAX ? UINT32_MAX / 2 : (uint32_t)(best * 100 / NATIVE_LOOP_NS);
}

/*
 * Generous: a machine may be busy with something else. 10 s native, growing
 * with slowness, never below 20 s under emulation, at most a minute.
 */
static uint64_t call_limit(uint32_t speed, bool emulated)
{
	uint64_t s = 10 + speed / 100;

	if (emulated && s < 20)
		s = 20;
	return (s > 60 ? 60 : s) * 1000000000ULL;
}

static void witness_open(struct executor *ex, char *line, size_t n)
{
	char why[512] = "";

	if (!ex->box->config.witness) {
		snprintf(line, n, "SKIP witness: turned off");
		return;
	}
	if (ff_witness_open(&ex->witness, why, sizeof(why))) {
		ex->witness = NULL;
		snprintf(line, n, "%s%s", strncmp(why, "SKIP", 4) ? "SKIP witness: " : "", why);
		return;
	}
	ff_witness_capabilities(ex->witness, line, n);
	for (unsigned int i = 0; i < FF_HOOK_NR; i++)
		ex->box->boot.hooks |= (uint64_t)ff_witness_has(ex->witness, i) << i;
	ff_witness_watch_tgid(ex->witness, getpid());
	/* The many that a program's own loads and waits make must not push out the rare. */
	ff_witness_limit(ex->witness, FF_EV_FAULT, 3000);
	ff_witness_limit(ex->witness, FF_EV_FAULT_AROUND, 1000);
	ff_witness_limit(ex->witness, FF_EV_WAIT_BEGIN, 2000);
	ff_witness_limit(ex->witness, FF_EV_WAIT_END, 2000);
}

static int join(const char *cgroup)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	return ff_guest_put(path, "0");
}

static void boot_info(struct executor *ex)
{
	struct ff_box_boot *boot = &ex->box->boot;
	struct utsname u;

	boot->speed = measure_speed();
	boot->call_limit_ns = call_limit(boot->speed, ex->box->config.emulated);
	boot->features = ff_features_probe();
	boot->offers = ex->place->offers;
	boot->device_size = FF_RAW_BYTES;
	boot->page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	boot->pmd_size = 2U << 20;
	boot->log_readable = ex->kmsg >= 0;
	if (!uname(&u))
		snprintf(boot->release, sizeof(boot->release), "%s", u.release);
	witness_open(ex, boot->witness, sizeof(boot->witness));
}

/* This guest is of no use: said in the box. */
static void give_up(struct executor *ex, const char *what, int err)
{
	snprintf(ex->box->failed, sizeof(ex->box->failed), "the executor cannot start: %.150s: %s", what,
		 strerror(err));
	atomic_store_explicit(&ex->box->phase, FF_PHASE_FAILED, memory_order_release);
	_exit(1);
}

/* With coverage where it was asked for and the kernel can; else without, and said. */
static int open_exec(struct executor *ex, struct ff_error *e)
{
	struct ff_box_boot *boot = &ex->box->boot;
	size_t used = strlen(boot->notes);
	int ret = ff_exec_open(&ex->exec, &ex->cfg, e);

	if (!ret && ex->cfg.kcov)
		boot->kcov = 1;
	if (!ret || !ex->cfg.kcov)
		return ret;
	snprintf(boot->notes + used, sizeof(boot->notes) - used, "SKIP kcov: %.150s\n", e->text);
	ex->cfg.kcov = false;
	return ff_exec_open(&ex->exec, &ex->cfg, e);
}

/*
 * Once: exec's own memory and threads. The watcher before the control group: what
 * a program does to the group's memory is not to happen to the one that watches.
 */
static void start(struct executor *ex)
{
	struct ff_error e = { 0 };
	int ret;

	ex->kmsg = ff_kmsg_open();
	boot_info(ex);
	ex->watcher = ff_watcher_start(ex->box, ex->witness, !ex->place->here);
	if (!ex->watcher)
		give_up(ex, "ff_watcher_start", errno);
	if (ex->place->cgroup[0] && join(ex->place->cgroup))
		ex->place->cgroup[0] = '\0';
	ex->cfg = (struct ff_exec_config){
		.dir = ex->place->dir,
		.cgroup = ex->place->cgroup[0] ? ex->place->cgroup : NULL,
		.features = ex->box->boot.features,
		.allow_global = !ex->place->here,
		.bare = ex->box->config.bare,
		.kcov = ex->box->config.kcov,
		.call_limit_ns = ex->box->boot.call_limit_ns,
		.device_size = FF_RAW_BYTES,
	};
	ret = open_exec(ex, &e);
	if (ret)
		give_up(ex, e.text[0] ? e.text : "ff_exec_open", -ret);
	/* What is reclaimed should be the program's: our own would have to be read back at each step. */
	if (!ex->place->here)
		ff_own_memory_lock(MCL_CURRENT);
	atomic_store_explicit(&ex->box->phase, FF_PHASE_READY, memory_order_release);
}

static struct ff_slot *next_slot(struct ff_box *b)
{
	struct ff_slot *best = NULL;

	for (unsigned int i = 0; i < FF_BOX_SLOTS; i++) {
		struct ff_slot *s = &b->slot[i];

		if (atomic_load_explicit(&s->state, memory_order_acquire) == FF_SLOT_READY &&
		    (!best || s->sequence < best->sequence))
			best = s;
	}
	return best;
}

static void give_back(struct ff_slot *s, enum ff_slot_state state)
{
	atomic_store(&s->ended, now_ns());
	atomic_store_explicit(&s->state, state, memory_order_release);
}

static void watch(struct executor *ex)
{
	if (!ex->witness || ex->watched == ex->place->dev)
		return;
	if (ex->watched)
		ff_witness_unwatch_dev(ex->witness, ex->watched);
	ex->watched = ex->place->dev;
	if (ex->watched)
		ff_witness_watch_dev(ex->witness, ex->watched);
}

static int prepare(struct executor *ex, struct ff_slot *s)
{
	const struct ff_target *t = &ex->program.target;
	struct ff_place *pl = ex->place;
	struct ff_error e;
	bool changed;
	int ret;

	if (ff_program_check(&ex->program, &e)) {
		snprintf(s->why, sizeof(s->why), "the program that came through the black box is damaged: %.180s",
			 e.text);
		return -EINVAL;
	}
	ret = ff_place_make(pl, t, &changed, s->why, sizeof(s->why));
	if (ret)
		return ret;
	ff_place_ready(pl);
	if (!changed)
		return 0;
	ex->cfg.dir = pl->device[0] ? NULL : pl->dir;
	ex->cfg.device = pl->device[0] ? pl->device : NULL;
	ex->cfg.swap = pl->swap[0] ? pl->swap : NULL;
	ex->cfg.own_tmpfs = pl->mounted && t->kind == FF_TARGET_TMPFS;
	ex->cfg.serve = t->kind == FF_TARGET_FUSE ? &pl->fuse.orders : NULL;
	ff_exec_target(ex->exec, &ex->cfg);
	watch(ex);
	return 0;
}

/* Tidying up after the program made events too: closing, unmapping, swapoff. */
static uint32_t events_of_program(struct ff_slot *s)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < s->nevents; i++)
		if (s->event[i].time_ns <= s->history.ended)
			s->event[kept++] = s->event[i];
	return kept;
}

static void count_events(struct executor *ex)
{
	for (unsigned int k = 0; ex->witness && k < FF_EV_NR; k++)
		atomic_store(&ex->box->seen[k], ff_witness_count(ex->witness, k));
}

static void run(struct executor *ex, struct ff_slot *s)
{
	size_t len;

	if (ex->kmsg >= 0)
		lseek(ex->kmsg, 0, SEEK_END);
	if (ex->witness && ex->program.ndelays)
		ff_delays_set(ex->witness, &ex->program);
	ff_watcher_run(ex->watcher, s);
	atomic_store(&s->running, now_ns());
	atomic_store_explicit(&s->state, FF_SLOT_RUNNING, memory_order_release);
	s->history.began = now_ns();
	s->history.call_limit_ns = ex->cfg.call_limit_ns;
	ff_simfail_run(ex->cfg.dir ? ex->cfg.dir : "", &s->history, ex->program.ncalls);
	ff_exec_cover(ex->exec, ex->box->boot.kcov ? s->cover : NULL);
	ff_exec_run(ex->exec, &ex->program, (uint16_t)s->epoch, &s->history);
	if (ff_place_broken(ex->place))
		s->history.flags |= FF_HIST_SERVER_DIED;
	ff_watcher_collect(ex->watcher, s);
	if (ex->witness && ex->program.ndelays)
		ff_delays_set(ex->witness, NULL);
	s->nevents = events_of_program(s);
	count_events(ex);
	len = ff_kmsg_read(ex->kmsg, s->log, sizeof(s->log));
	atomic_store(&s->log_len, (uint32_t)len);
	give_back(s, FF_SLOT_DONE);
	/* The next program needs another guest: the host sees the flag and makes one. */
	while (s->history.flags & FF_HIST_SPOILT && !atomic_load(&ex->box->stop))
		usleep(10000);
}

static void take(struct executor *ex, struct ff_slot *s)
{
	atomic_store(&s->began, now_ns());
	atomic_store_explicit(&s->state, FF_SLOT_PREPARING, memory_order_release);
	ff_program_copy(&ex->program, &s->program);
	if (prepare(ex, s))
		give_back(s, FF_SLOT_FAILED);
	else
		run(ex, s);
}

void ff_executor(struct ff_box *b, struct ff_place *pl)
{
	static struct executor ex;
	struct timespec nap = { 0, 50000 };
	struct ff_slot *s;

	ex.box = b;
	ex.place = pl;
	ff_place_drop(pl);	/* of an executor that died */
	start(&ex);
	while (!atomic_load(&b->stop)) {
		s = next_slot(b);
		if (s) {
			take(&ex, s);
			nap.tv_nsec = 50000;
			continue;
		}
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 2000000)
			nap.tv_nsec *= 2;
	}
	_exit(0);
}
