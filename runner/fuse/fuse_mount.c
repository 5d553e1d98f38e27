// SPDX-License-Identifier: GPL-2.0-only
#include "runner/fuse/fuse_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/fuse/fuse_server.h"
#include "runner/vm/guest.h"

#define CONTROL		"/sys/fs/fuse/connections"
#define STOPPED_MS	2000	/* a server that was stopped so long is taken for dead */
#define END_MS		1000

/* The process of a server: nothing of the executor's but the connection and the orders. */
static void be_server(int fd, const struct ff_target *t, struct ff_serve *orders)
{
	prctl(PR_SET_NAME, "foliofuzz-fuse");
	signal(SIGTERM, SIG_DFL);
	/* Neither the program's own reclaim nor the OOM killer should meet the server first. */
	ff_guest_put("/sys/fs/cgroup/cgroup.procs", "0");
	ff_guest_put("/proc/self/oom_score_adj", "-1000");
	if (dup2(fd, 3) != 3)
		_exit(1);
	syscall(SYS_close_range, 4, ~0U, 0);
	ff_fuse_server(3, t, orders);
}

/*
 * A child of init's, not of the executor's: the witness takes all offspring of
 * the executor for the program.
 */
static int start_server(struct ff_fuse *f, int fd, const struct ff_target *t)
{
	pid_t between, server;

	memset(&f->orders, 0, sizeof(f->orders));
	f->server = 0;
	f->stopped_ms = 0;
	atomic_store(&f->cut, false);
	between = fork();
	if (between < 0)
		return -errno;
	if (!between) {
		server = fork();
		if (!server)
			be_server(fd, t, &f->orders);
		f->server = server > 0 ? server : 0;
		_exit(0);
	}
	while (waitpid(between, NULL, 0) < 0 && errno == EINTR)
		;
	atomic_store(&f->orders.pid, (int32_t)f->server);
	return f->server ? 0 : -EAGAIN;
}

/*
 * FUSE may have one per cent of the dirty memory there is, so that a bad server
 * does little harm; here nearly every program would be made to wait for that.
 */
static void allow_dirty(dev_t dev)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/bdi/%u:%u/max_ratio", major(dev), minor(dev));
	ff_guest_put(path, "100");
}

/* The first request of all: returns when the server has answered, or is dead. */
static int first_words(struct ff_fuse *f, const char *dir)
{
	struct stat st;

	if (stat(dir, &st))
		return -errno;
	f->dev = st.st_dev;
	allow_dirty(f->dev);
	mount("fusectl", CONTROL, "fusectl", 0, NULL);	/* EBUSY: it is there */
	return 0;
}

int ff_fuse_mount(struct ff_fuse *f, const struct ff_target *t, const char *dir, char *why, size_t n)
{
	char options[96];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC), ret;

	if (fd < 0) {
		ret = -errno;
		snprintf(why, n, "/dev/fuse: %s: this kernel has no FUSE, or its module is not in the guest",
			 strerror(-ret));
		return ret;
	}
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd);
	if (mount("foliofuzz", dir, "fuse", MS_NOSUID | MS_NODEV, options)) {
		ret = -errno;
		snprintf(why, n, "mount of a FUSE with %s on %s: %s", options, dir, strerror(-ret));
		close(fd);
		return ret;
	}
	ret = start_server(f, fd, t);
	close(fd);
	if (!ret)
		ret = first_words(f, dir);
	if (!ret)
		return 0;
	snprintf(why, n, "the FUSE server did not begin to work: %s", strerror(-ret));
	ff_fuse_umount(f, dir);
	return ret;
}

/* The state letter of a process as ps shows it; 'X' when there is none. */
static char state_of(pid_t pid)
{
	char path[40], text[256], *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 'X';
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	end = strrchr(text, ')');
	return end && end[1] == ' ' ? end[2] : 'X';
}

static bool gone(pid_t pid)
{
	return strchr("ZX", state_of(pid)) != NULL;
}

bool ff_fuse_alive(const struct ff_fuse *f)
{
	return atomic_load(&f->orders.pid) && f->server && !atomic_load(&f->cut) && !gone(f->server);
}

bool ff_fuse_answers(const struct ff_fuse *f, const char *dir)
{
	struct statfs s;

	return ff_fuse_alive(f) && (!statfs(dir, &s) || (errno != ENOTCONN && errno != ECONNABORTED));
}

static bool cut(struct ff_fuse *f)
{
	char path[64];

	atomic_store(&f->cut, true);	/* first: whoever meets its errors must find it said */
	snprintf(path, sizeof(path), CONTROL "/%u/abort", minor(f->dev));
	ff_guest_put(path, "1");
	return true;
}

bool ff_fuse_guard(struct ff_fuse *f, long long now_ms)
{
	char state;

	if (!f->server || !f->dev)
		return false;
	state = state_of(f->server);
	if (state == 'Z' || state == 'X')
		return cut(f);
	if (state != 'T') {
		f->stopped_ms = 0;
		return false;
	}
	if (!f->stopped_ms)
		f->stopped_ms = now_ms;
	if (now_ms - f->stopped_ms < STOPPED_MS)
		return false;
	kill(f->server, SIGKILL);
	return cut(f);
}

/* It ends by itself when it is unmounted; one that does not is made to. */
static void end_server(pid_t pid)
{
	for (int ms = 0; ms < END_MS && !gone(pid); ms++) {
		if (ms == END_MS / 2)
			kill(pid, SIGKILL);
		usleep(1000);
	}
}

void ff_fuse_umount(struct ff_fuse *f, const char *dir)
{
	bool alive = ff_fuse_alive(f);
	pid_t server = f->server;

	atomic_store(&f->orders.pid, 0);
	ff_serve_quiet(&f->orders);
	if (!alive && f->dev)
		cut(f);
	if (umount2(dir, UMOUNT_NOFOLLOW))
		umount2(dir, MNT_DETACH | UMOUNT_NOFOLLOW);
	f->dev = 0;
	if (server)
		end_server(server);
	f->server = 0;
}
