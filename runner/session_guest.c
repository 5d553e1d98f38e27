// SPDX-License-Identifier: GPL-2.0-only
#include "runner/session_guest.h"

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

#include "fuzzer/content.h"
#include "fuzzer/rotation.h"
#include "runner/vm/accel.h"
#include "runner/agent.h"
#include "runner/cache.h"
#include "runner/vm/disks.h"
#include "runner/vm/initramfs.h"
#include "runner/msg.h"
#include "runner/place.h"
#include "runner/proc.h"
#include "runner/show.h"

#define START_MS_NATIVE	60000
#define START_MS_TCG	120000

static void base_content(void *buf, size_t len, uint64_t off)
{
	ff_content_fill(buf, FF_EPOCH_BASE, FF_OBJ_FILE(0), off, len, FF_VERSION_BASE);
}

static const struct ff_disk disk_table[] = {
	{ .kind = FF_DISK_EXT4, .size_mib = 256, .serial = FF_SERIAL_EXT4 },
	{ .kind = FF_DISK_XFS, .size_mib = 320, .serial = FF_SERIAL_XFS },
	{ .kind = FF_DISK_RAW, .size_mib = FF_RAW_BYTES >> 20, .serial = FF_SERIAL_RAW, .fill = base_content },
	{ .kind = FF_DISK_SWAP, .size_mib = 256, .serial = FF_SERIAL_SWAP },
	{ .kind = FF_DISK_EXT4, .size_mib = 256, .serial = FF_SERIAL_SLOW FF_SERIAL_EXT4, .iops = FF_SLOW_IOPS },
	{ .kind = FF_DISK_XFS, .size_mib = 320, .serial = FF_SERIAL_SLOW FF_SERIAL_XFS, .iops = FF_SLOW_IOPS },
	{ .kind = FF_DISK_RAW, .size_mib = FF_RAW_BYTES >> 20, .serial = FF_SERIAL_SLOW FF_SERIAL_RAW,
		.iops = FF_SLOW_IOPS, .fill = base_content },
	{ .kind = FF_DISK_SWAP, .size_mib = 256, .serial = FF_SERIAL_SLOW FF_SERIAL_SWAP, .iops = FF_SLOW_SWAP_IOPS },
};
#define DISKS (sizeof(disk_table) / sizeof(disk_table[0]))

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
static int make_dir(struct ff_host *h)
{
	const char *tmp = getenv("TMPDIR");

	if (!h->cfg->kernel)
		tmp = "/dev/shm";
	snprintf(h->dir, sizeof(h->dir), "%s/foliofuzz-%d-XXXXXX", tmp && *tmp ? tmp : "/tmp", (int)getpid());
	if (!mkdtemp(h->dir)) {
		int err = errno;

		ff_msg_error("cannot make a temporary folder %s: %s", h->dir, strerror(err));
		h->dir[0] = '\0';
		return -err;
	}
	return 0;
}

static int open_vm(struct ff_host *h)
{
	const char *agent = getenv("FOLIOFUZZ_AGENT");
	int ret = ff_kernel_find(h->cfg->kernel, true, &h->kernel);

	if (ret)
		return ret;
	if (!ff_proc_have("qemu-system-x86_64")) {
		ff_msg_error("there is no qemu-system-x86_64 to run %s in: install it (make deps, or apt-get install qemu-system-x86), or run on this machine with --here",
			     h->kernel.release);
		return -ENOENT;
	}
	ret = ff_initramfs_get(&h->kernel, agent && *agent ? agent : "/proc/self/exe",
			       h->initramfs, sizeof(h->initramfs));
	if (ret)
		return ret;
	h->accel = ff_accel_choose(&h->kernel, !h->cfg->no_kvm, h->info->accel_why,
				   sizeof(h->info->accel_why));
	snprintf(h->info->kernel, sizeof(h->info->kernel), "%s", h->kernel.name);
	snprintf(h->info->release, sizeof(h->info->release), "%s", h->kernel.release);
	snprintf(h->info->accel, sizeof(h->info->accel), "%s", h->accel);
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
	ret = h->cfg->kernel ? open_vm(h) : open_here(h);
	if (!ret)
		ret = make_dir(h);
	if (!ret)
		ret = make_box(h);
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
	if (h->box)
		munmap(h->box, FF_BOX_BYTES);
	if (h->box_fd >= 0)
		close(h->box_fd);
	if (h->dir[0])
		ff_remove_tree(h->dir);
}

static int start_vm(struct ff_host *h)
{
	struct ff_disk disks[DISKS];
	char box[64], console[300];
	struct ff_vm_config c = {
		.kernel = &h->kernel, .accel = h->accel, .initramfs = h->initramfs,
		.memory_mib = h->cfg->memory_mib, .blackbox = box, .blackbox_size = FF_BOX_BYTES,
		.append = h->cfg->append, .console = console, .disks = disks, .ndisks = DISKS,
	};
	int ret;

	snprintf(box, sizeof(box), "/proc/%d/fd/%d", (int)getpid(), h->box_fd);
	snprintf(console, sizeof(console), "%s/console", h->dir);
	memcpy(disks, disk_table, sizeof(disks));
	for (unsigned int i = 0; i < DISKS; i++) {
		disks[i].fails = h->cfg->bad_swap && disks[i].kind == FF_DISK_SWAP;
		ret = ff_disk_make(&disks[i], h->dir);
		if (ret)
			return ret;
	}
	return ff_vm_start(&c, &h->vm);
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
	ff_agent_here(h->box, h->dir);
}

/* The guest has its disks open: unlinked now, they are gone with QEMU however we end. */
static void unlink_disks(struct ff_host *h)
{
	char path[320];

	for (unsigned int i = 0; i < DISKS && h->cfg->kernel; i++) {
		snprintf(path, sizeof(path), "%s/%s.img", h->dir, disk_table[i].serial);
		unlink(path);
	}
}

static int wait_ready(struct ff_host *h)
{
	bool tcg = h->accel && !strcmp(h->accel, "tcg");
	long long end = ff_now_ms() + (tcg ? START_MS_TCG : START_MS_NATIVE);
	char tail[1500];
	uint32_t phase;

	for (;;) {
		phase = atomic_load_explicit(&h->box->phase, memory_order_acquire);
		if (phase == FF_PHASE_READY)
			return 0;
		if (phase == FF_PHASE_FAILED) {
			h->box->failed[sizeof(h->box->failed) - 1] = '\0';
			ff_msg_error("the guest cannot work: %s", h->box->failed);
			return -EIO;
		}
		if (h->cfg->stop && *h->cfg->stop)
			return -ECANCELED;
		if (!ff_host_alive(h) || ff_now_ms() > end)
			break;
		usleep(10000);
	}
	ff_host_console(h, ff_host_console_size(h) - 1200, tail, sizeof(tail));
	ff_msg_error("the guest %s before it could work (kernel %s)%s%s",
		     ff_host_alive(h) ? "was silent too long" : "ended", h->info->release,
		     tail[0] ? "; last words on its console:\n" : "", tail);
	return -EAGAIN;
}

int ff_host_start(struct ff_host *h)
{
	int ret;

	ff_box_reset(h->box);
	ret = h->cfg->kernel ? start_vm(h) : start_here(h);
	if (!ret)
		ret = wait_ready(h);
	unlink_disks(h);
	if (ret)
		ff_host_stop(h);
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
