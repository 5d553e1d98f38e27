// SPDX-License-Identifier: GPL-2.0-only
#include "runner/agent/sampler.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bpf/witness.h"

static size_t slurp(const char *path, char *out, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, out, n - 1) : -1;

	if (fd >= 0)
		close(fd);
	out[got > 0 ? got : 0] = '\0';
	return got > 0 ? (size_t)got : 0;
}

/* False where it may not run everywhere: then a waker may stand still on another CPU. */
static bool visit_cpus(void)
{
	cpu_set_t all, one;
	bool everywhere;

	if (sched_getaffinity(0, sizeof(all), &all))
		return false;
	everywhere = CPU_COUNT(&all) >= sysconf(_SC_NPROCESSORS_ONLN);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		everywhere &= !sched_setaffinity(0, sizeof(one), &one);
	}
	sched_setaffinity(0, sizeof(all), &all);
	return everywhere;
}

/* Fields of one line: "major minor name reads . . . writes . . . inflight ..." */
static void look_at_disks(struct ff_stuck_sample *s)
{
	unsigned long long reads, writes, flight;
	static char text[16384];
	char *line, *at = text;

	slurp("/proc/diskstats", text, sizeof(text));
	while ((line = strsep(&at, "\n"))) {
		if (sscanf(line, "%*u %*u %*s %llu %*u %*u %*u %llu %*u %*u %*u %llu",
			   &reads, &writes, &flight) != 3)
			continue;
		s->io_done += reads + writes;
		s->io_flight += (uint32_t)flight;
	}
}

/* "pid (comm) S ...": utime and stime are fields 14 and 15. */
static bool read_stat(const char *dir, struct ff_stuck_task *t)
{
	unsigned long long utime, stime;
	char path[80], text[600], *open, *close;

	snprintf(path, sizeof(path), "%s/stat", dir);
	if (!slurp(path, text, sizeof(text)))
		return false;
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || close < open)
		return false;
	*close = '\0';
	snprintf(t->comm, sizeof(t->comm), "%s", open + 1);
	for (char *c = t->comm; *c; c++)
		if (!isgraph((unsigned char)*c))
			*c = '_';
	if (sscanf(close + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
		   &t->state, &utime, &stime) != 3)
		return false;
	t->cpu = utime + stime;
	return true;
}

static uint64_t number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static void read_switches(const char *dir, struct ff_stuck_task *t)
{
	char path[80], text[4096];

	snprintf(path, sizeof(path), "%s/status", dir);
	slurp(path, text, sizeof(text));
	t->nvcsw = number_after(text, "\nvoluntary_ctxt_switches:\t");
	t->nivcsw = number_after(text, "\nnonvoluntary_ctxt_switches:\t");
}

/* Lines "[<0>] function+0x12/0x34 [module]" become "function+function". */
static void read_stack(const char *dir, struct ff_stuck_task *t)
{
	char path[80], text[4096], *line, *at = text;
	size_t used = 0, len;

	snprintf(path, sizeof(path), "%s/stack", dir);
	slurp(path, text, sizeof(text));
	while ((line = strsep(&at, "\n"))) {
		if (!strncmp(line, "[<0>] ", 6))
			line += 6;
		len = strcspn(line, "+ .");
		/* the witness's own way into a function is no part of it */
		if (!len || line[len] == ' ' || !strncmp(line, "bpf_trampoline", 14) || used + len + 2 > sizeof(t->stack))
			continue;
		if (used)
			t->stack[used++] = '+';
		memcpy(t->stack + used, line, len);
		used += len;
		t->stack[used] = '\0';
	}
}

static struct ff_stuck_task *add_task(struct ff_stuck_sample *s, uint32_t tgid, uint32_t tid,
				      bool whatever_state)
{
	struct ff_stuck_task *t = &s->task[s->ntasks];
	char dir[48];

	for (uint32_t i = 0; i < s->ntasks; i++)
		if (s->task[i].tid == tid)
			return NULL;
	if (s->ntasks == FF_STUCK_TASKS) {
		s->know |= FF_KNOW_CUT;
		return NULL;
	}
	memset(t, 0, sizeof(*t));
	snprintf(dir, sizeof(dir), "/proc/%u/task/%u", tgid, tid);
	if (!read_stat(dir, t) || (!whatever_state && t->state != 'D'))
		return NULL;
	t->tid = tid;
	t->tgid = tgid;
	read_switches(dir, t);
	/*
	 * Of one that runs it would be of no use; and the kernel warns of it when the task
	 * is in a function with a return probe (rethook_find_ret_addr).
	 */
	if (t->state != 'R')
		read_stack(dir, t);
	s->ntasks++;
	return t;
}

static void add_threads(struct ff_stuck_sample *s, uint32_t tgid, bool whatever_state)
{
	struct dirent *e;
	char path[32];
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%u/task", tgid);
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (isdigit((unsigned char)e->d_name[0]))
			add_task(s, tgid, (uint32_t)strtoul(e->d_name, NULL, 10), whatever_state);
	if (d)
		closedir(d);
}

static void add_blocked(struct ff_stuck_sample *s)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (isdigit((unsigned char)e->d_name[0]))
			add_threads(s, (uint32_t)strtoul(e->d_name, NULL, 10), false);
	if (d)
		closedir(d);
}

static uint32_t tgid_of(uint32_t tid)
{
	char path[48], text[4096];

	snprintf(path, sizeof(path), "/proc/%u/status", tid);
	slurp(path, text, sizeof(text));
	return (uint32_t)number_after(text, "\nTgid:\t");
}

static void look_at_waits(struct ff_witness *w, struct ff_stuck_sample *s)
{
	int n = ff_waits_pages(w, s->wait, FF_STUCK_WAITS);

	if (n >= 0) {
		s->nwaits = (uint32_t)n;
		s->know |= FF_KNOW_PAGES;
		if (ff_waits_owners(w))
			s->know |= FF_KNOW_OWNERS;
	}
	if (ff_waits_locks(w))
		s->know |= FF_KNOW_LOCKS;
}

/* Locks that the tasks seen so far wait for; and those who hold what is waited for. */
static void look_at_locks(struct ff_witness *w, struct ff_stuck_sample *s)
{
	uint32_t tgid;

	for (uint32_t i = 0; i < s->ntasks && s->nwaits < FF_STUCK_WAITS; i++)
		if (ff_waits_lock(w, s->task[i].tid, &s->wait[s->nwaits])) {
			s->wait[s->nwaits].tgid = s->task[i].tgid;
			s->nwaits++;
		}
	for (uint32_t i = 0; i < s->nwaits; i++) {
		tgid = s->wait[i].owner ? tgid_of(s->wait[i].owner) : 0;
		if (tgid)
			add_task(s, tgid, s->wait[i].owner, true);
	}
}

void ff_sample(struct ff_witness *w, pid_t executor, struct ff_stuck_sample *s)
{
	struct timespec ts;

	memset(s, 0, sizeof(*s));
	if (visit_cpus())
		s->know |= FF_KNOW_CPUS;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	s->time_ns = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
	look_at_disks(s);
	if (w)
		look_at_waits(w, s);
	add_threads(s, (uint32_t)executor, true);
	add_blocked(s);
	if (w)
		look_at_locks(w, s);
}
