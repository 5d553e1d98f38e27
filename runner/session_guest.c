// SPDX-License-Identifier: GPL-2.0-only
#include "runner/session_guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/agent/agent.h"
#include "runner/cache.h"
#include "runner/msg.h"
#include "runner/proc.h"
#include "runner/session_vm.h"
#include "runner/show.h"

#define START_MS_NATIVE	60000
#define START_MS_TCG	120000
#define RESTORE_MS_NATIVE	5000
#define RESTORE_MS_TCG	15000
#define RESTORE_TRIES	2
#define LAST_WORDS_MS	500	/* QEMU closes its socket before it ends */

static int make_box(struct ff_host *h)
{
	void *p;

	h->box_fd = memfd_create("foliofuzz-blackbox", MFD_CLOEXEC);
	if (h->box_fd < 0 || ftruncate(h->box_fd, FF_BOX_BYTES)) {
		int err = errno;

		ff_msg_error("cannot make the black box of %u MiB: %s", FF_BOX_BYTES >> 20, strerror(err));
		return -err;
	}
	p = mmap(NULL, FF_BOX_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, h->box_fd, 0);
	if (p == MAP_FAILED) {
		int err = errno;

		ff_msg_error("cannot map the black box: %s", strerror(err));
		return -err;
	}
	h->box = p;
	ff_box_init(h->box);
	return 0;
}

/* In /dev/shm for a run here, since it may become the place of the programs' files. */
static const char *parent_dir(bool here)
{
	const char *tmp = getenv("TMPDIR");

	return here ? "/dev/shm" : tmp && *tmp ? tmp : "/tmp";
}

static void sweep(const char *parent, pid_t pid)
{
	char path[600], name[64];
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(parent);

	snprintf(name, sizeof(name), "foliofuzz-%d-", (int)pid);
	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", parent, e->d_name);
		if (!strncmp(e->d_name, name, strlen(name)) && !lstat(path, &st) && S_ISDIR(st.st_mode) &&
		    st.st_uid == getuid())
			ff_remove_tree(path);
	}
	if (d)
		closedir(d);
}

void ff_session_sweep(pid_t pid)
{
	if (pid <= 0 || kill(pid, 0) == 0 || errno != ESRCH)
		return;
	sweep(parent_dir(true), pid);
	sweep(parent_dir(false), pid);
}

static int make_dir(struct ff_host *h)
{
	snprintf(h->dir, sizeof(h->dir), "%s/foliofuzz-%d-XXXXXX", parent_dir(!h->cfg->kernel), (int)getpid());
	if (!mkdtemp(h->dir)) {
		int err = errno;

		ff_msg_error("cannot make a temporary folder %s: %s", h->dir, strerror(err));
		h->dir[0] = '\0';
		return -err;
	}
	return 0;
}

static int open_here(struct ff_host *h)
{
	struct utsname u;

	snprintf(h->info->kernel, sizeof(h->info->kernel), "here");
	if (!uname(&u))
		snprintf(h->info->release, sizeof(h->info->release), "%s", u.release);
	snprintf(h->info->accel, sizeof(h->info->accel), "native");
	return 0;
}

int ff_host_open(struct ff_host *h)
{
	int ret;

	h->box_fd = -1;
	ret = h->cfg->kernel ? ff_host_vm_find(h) : open_here(h);
	if (!ret)
		ret = make_dir(h);
	if (!ret)
		ret = make_box(h);
	if (!ret && h->cfg->kernel)
		ret = ff_host_vm_disks(h);
	if (ret)
		return ret;
	h->box->config = (struct ff_box_config){
		.here = !h->cfg->kernel,
		.emulated = h->accel && !strcmp(h->accel, "tcg"),
		.witness = !h->cfg->no_witness,
		.kcov = h->cfg->kcov,
		.bare = h->cfg->bare,
	};
	if (h->cfg->simfail)
		snprintf(h->box->config.simfail, sizeof(h->box->config.simfail), "%s", h->cfg->simfail);
	return 0;
}

void ff_host_close(struct ff_host *h)
{
	ff_host_stop(h);
	ff_host_vm_close(h);
	if (h->box)
		munmap(h->box, FF_BOX_BYTES);
	if (h->box_fd >= 0)
		close(h->box_fd);
	if (h->dir[0])
		ff_remove_tree(h->dir);
}

static int start_here(struct ff_host *h)
{
	pid_t parent = getpid();

	fflush(NULL);
	h->here = fork();
	if (h->here < 0) {
		h->here = 0;
		ff_msg_error("cannot start the agent: %s", strerror(errno));
		return -errno;
	}
	if (h->here)
		return 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	close_range(STDERR_FILENO + 1, ~0U, 0);	/* locks are held by whoever has their files open: not by us */
	ff_agent_here(h->box, h->dir);
}

/* Is it ready? A restored guest was, before: it lives when its heart beats. */
static bool ready(struct ff_host *h, bool restored)
{
	return atomic_load_explicit(&h->box->phase, memory_order_acquire) == FF_PHASE_READY &&
	       (!restored || (atomic_load(&h->box->guest_beat) && atomic_load(&h->box->guest_now)));
}

/* 0, -ECANCELED, -EIO: it says that it cannot work, -EAGAIN: it ended, or was silent for @limit_ms. */
static int wait_ready(struct ff_host *h, bool restored, int limit_ms)
{
	long long end = ff_now_ms() + limit_ms;

	while (!ready(h, restored)) {
		if (atomic_load(&h->box->phase) == FF_PHASE_FAILED)
			return -EIO;
		if (h->cfg->stop && *h->cfg->stop)
			return -ECANCELED;
		if (!ff_host_alive(h) || ff_now_ms() > end)
			return -EAGAIN;
		usleep(5000);
	}
	return 0;
}

static bool emulated(const struct ff_host *h)
{
	return h->accel && !strcmp(h->accel, "tcg");
}

static void say_not_ready(struct ff_host *h, int err)
{
	char tail[1500];

	if (err == -EIO) {
		h->box->failed[sizeof(h->box->failed) - 1] = '\0';
		ff_msg_error("the guest cannot work: %s", h->box->failed);
	} else if (err == -EAGAIN) {
		ff_host_console(h, ff_host_console_size(h) - 1200, tail, sizeof(tail));
		ff_msg_error("the guest %s before it could work (kernel %s)%s%s",
			     ff_host_alive(h) ? "was silent too long" : "ended", h->info->release,
			     tail[0] ? "; last words on its console:\n" : "", tail);
	}
}

static int boot(struct ff_host *h)
{
	long long began = ff_now_ms();
	int ret;

	ff_box_reset(h->box);
	ret = h->cfg->kernel ? ff_host_vm_boot(h) : start_here(h);
	if (!ret) {
		ret = wait_ready(h, false, emulated(h) ? START_MS_TCG : START_MS_NATIVE);
		say_not_ready(h, ret);
	}
	if (!ret) {
		h->info->boots++;
		h->info->boot_ms += (uint64_t)(ff_now_ms() - began);
	}
	if (!ret && h->cfg->kernel)
		ret = ff_host_vm_keep(h);
	return ret;
}

/* What went wrong may be this busy host's: a second chance, not a third. */
static void say_not_restored(struct ff_host *h, int limit_ms, char *why, size_t n)
{
	if (why[0])
		ff_vm_wait(&h->vm, LAST_WORDS_MS);
	else if (ff_host_alive(h))
		snprintf(why, n, "it was silent for %d s", limit_ms / 1000);
	ff_msg_warn("no guest could be restored from the snapshot (%s): one is booted%s",
		    why[0] ? why : "QEMU ended", ++h->bad_restores < RESTORE_TRIES ? "" : ", as will be all others");
	if (h->bad_restores >= RESTORE_TRIES)
		ff_snapshot_drop(&h->snapshot);
}

static int restore(struct ff_host *h)
{
	int limit_ms = emulated(h) ? RESTORE_MS_TCG : RESTORE_MS_NATIVE;
	long long began = ff_now_ms();
	char why[256] = "";
	int ret;

	ff_box_reset(h->box);
	ret = ff_host_vm_restore(h, why, sizeof(why));
	if (!ret)
		ret = wait_ready(h, true, limit_ms);
	if (!ret) {
		h->info->restores++;
		h->info->restore_ms += (uint64_t)(ff_now_ms() - began);
	} else if (ret != -ECANCELED) {
		say_not_restored(h, limit_ms, why, sizeof(why));
	}
	return ret;
}

static int started(struct ff_host *h, int ret)
{
	if (h->cfg->kernel)
		ff_host_vm_started(h);
	if (ret)
		ff_host_stop(h);
	return ret;
}

int ff_host_start(struct ff_host *h)
{
	int ret = -ENOENT;

	if (h->snapshot.state)
		ret = started(h, restore(h));
	if (ret && ret != -ECANCELED)
		ret = started(h, boot(h));
	return ret;
}

void ff_host_stop(struct ff_host *h)
{
	if (h->vm.pid) {
		ff_vm_stop(&h->vm);
		ff_show_tell(h->box);
	}
	if (!h->here)
		return;
	/* It kills the executor and is itself never in a call under test. */
	atomic_store(&h->box->stop, 1);
	for (int i = 0; i < 100 && waitpid(h->here, NULL, WNOHANG) == 0; i++)
		usleep(10000);
	kill(h->here, SIGKILL);
	waitpid(h->here, NULL, 0);
	h->here = 0;
}

bool ff_host_alive(struct ff_host *h)
{
	if (h->cfg->kernel)
		return ff_vm_running(&h->vm, NULL);
	if (h->here && waitpid(h->here, NULL, WNOHANG) != 0)
		h->here = 0;
	return h->here;
}

long ff_host_console_size(const struct ff_host *h)
{
	struct stat st;

	return h->cfg->kernel && !stat(h->vm.console, &st) ? (long)st.st_size : 0;
}

size_t ff_host_console(const struct ff_host *h, long from, char *out, size_t n)
{
	int fd = h->cfg->kernel ? open(h->vm.console, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t len = 0;
	size_t got = 0;

	if (fd >= 0) {
		len = pread(fd, out, n - 1, from > 0 ? from : 0);
		close(fd);
	}
	for (ssize_t i = 0; i < len; i++)
		if (out[i] && out[i] != '\r')
			out[got++] = out[i];
	out[got] = '\0';
	return got;
}
