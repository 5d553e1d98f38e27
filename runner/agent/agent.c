// SPDX-License-Identifier: GPL-2.0-only
#include "runner/agent/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner/agent/executor.h"
#include "runner/vm/guest.h"
#include "runner/proc.h"
#include "runner/show.h"
#include "runner/agent/simfail.h"

#define BEAT_MS		50
#define COUNTERS_MS	1000
#define GUEST_DIR	"/tmp/foliofuzz"

struct supervisor {
	struct ff_box *box;
	struct ff_place *place;		/* shared with the executors */
	pid_t executor;
	int kmsg;
	long long counted_ms;
	uint64_t base[FF_COUNTER_KINDS];
	bool counting;
	uint64_t oom_kills;		/* known so far */
	bool server_failed;		/* simfail: once */
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void fail(struct ff_box *b, const char *text)
{
	snprintf(b->failed, sizeof(b->failed), "%s", text);
	atomic_store_explicit(&b->phase, FF_PHASE_FAILED, memory_order_release);
}

static void count(struct supervisor *s)
{
	char name[64];
	unsigned long long v;
	FILE *f = fopen("/proc/vmstat", "re");

	while (f && fscanf(f, "%63s %llu", name, &v) == 2)
		for (unsigned int i = 0; i < FF_COUNTER_KINDS; i++) {
			if (strcmp(name, ff_counter_name[i]))
				continue;
			if (!s->counting)
				s->base[i] = v;
			s->box->counter[i] = v - s->base[i];
			s->box->counted |= 1ULL << i;
		}
	if (f)
		fclose(f);
	s->counting = true;
}

static void copy_log(struct supervisor *s)
{
	char text[16384];
	size_t len = ff_kmsg_read(s->kmsg, text, sizeof(text));

	if (len)
		ff_box_log_write(s->box, text, len);
}

static struct ff_slot *running_slot(struct ff_box *b)
{
	for (unsigned int i = 0; i < FF_BOX_SLOTS; i++) {
		uint32_t st = atomic_load_explicit(&b->slot[i].state, memory_order_acquire);

		if (st == FF_SLOT_RUNNING || st == FF_SLOT_PREPARING)
			return &b->slot[i];
	}
	return NULL;
}

static void start_executor(struct supervisor *s)
{
	s->executor = fork();
	if (s->executor)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, SIG_DFL);
	ff_executor(s->box, s->place);
}

/* Did the OOM killer kill since this was last asked? */
static bool oom_killed(struct supervisor *s)
{
	uint64_t before = s->oom_kills;

	count(s);
	s->oom_kills = s->box->counter[FF_COUNT_oom_kill];
	return s->oom_kills != before;
}

static void say_death(struct supervisor *s, struct ff_slot *slot, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && oom_killed(s)) {
		slot->history.flags |= FF_HIST_OOM;
		snprintf(slot->why, sizeof(slot->why), "the guest ran out of memory and killed the executor");
	} else if (WIFSIGNALED(status)) {
		snprintf(slot->why, sizeof(slot->why), "the executor was killed by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	} else {
		snprintf(slot->why, sizeof(slot->why), "the executor exited with status %d", WEXITSTATUS(status));
	}
}

/* The executor died: the slot it worked on says so, and another one takes over. */
static void executor_died(struct supervisor *s, int status)
{
	struct ff_slot *slot = running_slot(s->box);

	if (atomic_load(&s->box->phase) == FF_PHASE_FAILED || atomic_load(&s->box->stop))
		return;
	if (slot) {
		say_death(s, slot, status);
		atomic_store(&slot->ended, now_ns());
		atomic_store_explicit(&slot->state, FF_SLOT_DIED, memory_order_release);
	}
	if (atomic_fetch_add(&s->box->deaths, 1) >= 3 && atomic_load(&s->box->phase) != FF_PHASE_READY)
		fail(s->box, "the executor dies before it can work");
	else
		start_executor(s);
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == s->executor)
			executor_died(s, status);
}

/* ff.simfail=server or stop: what an admin, a bug of the server or an OOM kill may do. */
static void fail_server(struct supervisor *s, long long ms)
{
	struct ff_slot *slot = running_slot(s->box);
	pid_t server = s->place->fuse.server;

	if (s->server_failed || !server || !slot || atomic_load(&slot->state) != FF_SLOT_RUNNING)
		return;
	if (ff_simfail_due(FF_SIMFAIL_SERVER, ms))
		s->server_failed = !kill(server, SIGKILL);
	else if (ff_simfail_due(FF_SIMFAIL_STOP, ms))
		s->server_failed = !kill(server, SIGSTOP);
}

/* Said at once: a call of the program may never return, and then nobody else says it. */
static void guard_server(struct supervisor *s, long long ms)
{
	struct ff_slot *slot = running_slot(s->box);

	if (ff_fuse_guard(&s->place->fuse, ms) && slot && slot->program.target.kind == FF_TARGET_FUSE &&
	    atomic_load(&slot->state) == FF_SLOT_RUNNING)
		__atomic_fetch_or(&slot->history.flags, FF_HIST_SERVER_DIED, __ATOMIC_RELAXED);
}

static void beat(struct supervisor *s)
{
	long long ms = ff_now_ms();

	if (atomic_load(&s->box->phase) == FF_PHASE_READY &&
	    ff_simfail_due(FF_SIMFAIL_SILENT, ms))
		return;
	atomic_store(&s->box->guest_now, now_ns());
	atomic_fetch_add(&s->box->guest_beat, 1);
	copy_log(s);
	fail_server(s, ms);
	guard_server(s, ms);
	if (ms - s->counted_ms >= COUNTERS_MS) {
		s->counted_ms = ms;
		count(s);
		if (!s->place->here)
			ff_show_files(s->box);
	}
}

static void supervise(struct supervisor *s)
{
	struct timespec nap = { 0, BEAT_MS * 1000000 };

	s->kmsg = ff_kmsg_open();
	count(s);
	start_executor(s);
	while (!atomic_load(&s->box->stop)) {
		beat(s);
		reap(s);
		nanosleep(&nap, NULL);
	}
	if (s->executor > 0)
		kill(s->executor, SIGKILL);
}

static struct ff_place *shared_place(void)
{
	void *p = mmap(NULL, sizeof(struct ff_place), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void ff_agent_main(void)
{
	static struct supervisor s;
	struct ff_guest g = { 0 };
	char why[256], option[64];

	if (ff_guest_init(&g) || !g.blackbox || g.blackbox_size < sizeof(struct ff_box)) {
		fprintf(stderr, "foliofuzz agent: no black box\n");
		ff_guest_poweroff();
	}
	s.box = g.blackbox;
	if (ff_box_check(s.box, why, sizeof(why))) {
		fprintf(stderr, "foliofuzz agent: %s\n", why);
		ff_guest_poweroff();
	}
	atomic_store(&s.box->phase, FF_PHASE_BOOTED);
	if (!ff_guest_option("ff.simfail", option, sizeof(option)) && ff_simfail_set(option))
		fprintf(stderr, "foliofuzz agent: ff.simfail=%s is no failure I know\n", option);
	mkdir(GUEST_DIR, 0755);
	s.place = shared_place();
	if (s.place) {
		ff_place_open(s.place, &g, false, GUEST_DIR, s.box->boot.notes,
			      sizeof(s.box->boot.notes));
		supervise(&s);
	} else {
		fail(s.box, "no memory in the guest");
	}
	ff_guest_poweroff();
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "foliofuzz: %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* A mount namespace of our own; without root in a user namespace of our own. */
static bool own_mounts(char *why, size_t n)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	char map[64];

	if (unshare(CLONE_NEWNS)) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) {
			snprintf(why, n, "no mount namespace of our own (%s): files go to /dev/shm, huge= is left out\n",
				 strerror(errno));
			return false;
		}
		write_file("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "0 %u 1\n", (unsigned int)uid);
		write_file("/proc/self/uid_map", map);
		snprintf(map, sizeof(map), "0 %u 1\n", (unsigned int)gid);
		write_file("/proc/self/gid_map", map);
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		snprintf(why, n, "mounts cannot be made private (%s): files go to /dev/shm, huge= is left out\n",
			 strerror(errno));
		return false;
	}
	return true;
}

void ff_agent_here(struct ff_box *b, const char *dir)
{
	static struct supervisor s;
	char why[256] = "";
	bool mounts;

	/* A terminal's Ctrl-C goes to the host's process: it decides. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	s.box = b;
	atomic_store(&b->phase, FF_PHASE_BOOTED);
	ff_simfail_set(b->config.simfail);
	mounts = own_mounts(why, sizeof(why));
	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* unshare of a user namespace clears it */
	s.place = shared_place();
	if (!s.place) {
		fail(b, "no memory");
		_exit(1);
	}
	ff_place_open(s.place, NULL, true, dir, b->boot.notes, sizeof(b->boot.notes));
	s.place->mounts = mounts;
	if (!mounts) {
		s.place->offers = 0;
		snprintf(b->boot.notes, sizeof(b->boot.notes), "%s", why);
	}
	supervise(&s);
	_exit(0);
}
