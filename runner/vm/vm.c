// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/msg.h"
#include "runner/proc.h"
#include "runner/vm/snapshot.h"
#include "runner/vm/vm.h"

#define QEMU "qemu-system-x86_64"
#define MAX_ARGS 96

/*
 * A host that is busy starves an emulated CPU for seconds, which the guest
 * takes for a soft lockup or an RCU stall of its own: limits of a minute and
 * two. A real one still shows.
 */
#define PATIENCE "watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 "

/* Warnings and stack traces must reach the console (loglevel 5), the boot's chatter need
 * not. panic=-1 with -no-reboot ends QEMU at a panic. What /init says in /dev/kmsg must not
 * be rate-limited: it holds our marks. */
#define CMDLINE "console=ttyS0 loglevel=5 panic=-1 printk.devkmsg=on " \
	PATIENCE \
	"random.trust_cpu=on 8250.nr_uarts=1 swapaccount=1"

struct args {
	char *v[MAX_ARGS];
	int n;
	bool failed;
};

static void arg(struct args *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void arg(struct args *a, const char *fmt, ...)
{
	va_list ap;

	if (a->n >= MAX_ARGS - 1) {
		a->failed = true;
		return;
	}
	va_start(ap, fmt);
	if (vasprintf(&a->v[a->n], fmt, ap) < 0)
		a->failed = true;
	else
		a->n++;
	va_end(ap);
}

/* In QEMU's option lists a comma in a value is written twice. */
static const char *comma(const char *path, char *buf, size_t n)
{
	size_t o = 0;

	for (; *path && o + 2 < n; path++) {
		if (*path == ',')
			buf[o++] = ',';
		buf[o++] = *path;
	}
	buf[o] = '\0';
	return buf;
}

/* cache=none makes the guest's direct I/O real; where the file system has no O_DIRECT
 * (an old tmpfs) QEMU would not start with it. */
static const char *cache_mode(const char *path)
{
	int fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (fd < 0)
		return "writeback";
	close(fd);
	return "none";
}

#define FAIL_PERIOD	16	/* of so many writes one fails, ... */
#define FAIL_WRITE	11
#define FAIL_READ	5	/* ... and one read between two of them */
#define NO_SECTOR	"2199023255552"

/*
 * The file under a disk that fails: blkdebug counts writes by its state, which
 * begins at 1; a read that fails moves it on too, or all would until a write.
 * An error once chosen stays until another rule is: so one rule, for a sector
 * that is not there, goes with every request.
 */
static void failing_file(char *out, size_t n, const char *path)
{
	size_t used = (size_t)snprintf(out, n, "file.driver=blkdebug,file.image.filename=%s,"
			"file.inject-error.0.event=read_aio,file.inject-error.0.sector=" NO_SECTOR ","
			"file.inject-error.1.event=write_aio,file.inject-error.1.sector=" NO_SECTOR ","
			"file.inject-error.2.event=read_aio,file.inject-error.2.state=%d,"
			"file.inject-error.3.event=write_aio,file.inject-error.3.state=%d,"
			"file.set-state.0.event=read_aio,file.set-state.0.state=%d,file.set-state.0.new_state=%d",
			path, FAIL_READ, FAIL_WRITE, FAIL_READ, FAIL_READ + 1);

	for (int i = 1; i <= FAIL_PERIOD && used < n; i++)
		used += (size_t)snprintf(out + used, n - used, ",file.set-state.%d.event=write_aio,"
					 "file.set-state.%d.state=%d,file.set-state.%d.new_state=%d",
					 i, i, i, i, i % FAIL_PERIOD + 1);
}

static void disk_args(struct args *a, const struct ff_disk *d, unsigned i)
{
	char path[8192], file[16384], throttle[64] = "";

	comma(d->path, path, sizeof(path));
	if (d->fails)
		failing_file(file, sizeof(file), path);
	else
		snprintf(file, sizeof(file), "file=%s", path);
	if (d->iops)
		snprintf(throttle, sizeof(throttle), ",throttling.iops-total=%u", d->iops);
	arg(a, "-drive");
	arg(a, "if=none,id=d%u,format=raw,cache=%s,discard=unmap,%s%s", i, cache_mode(d->path), file,
	    throttle);
	arg(a, "-device");
	arg(a, "virtio-blk-pci,disable-legacy=on,drive=d%u,serial=%s", i, d->serial);
}

static void machine_args(struct args *a, const struct ff_vm_config *c)
{
	bool kvm = c->accel && !strcmp(c->accel, "kvm");

	arg(a, QEMU);
	arg(a, "-accel");
	arg(a, "%s", kvm ? "kvm" : "tcg,thread=multi");
	arg(a, "-cpu");
	/* Kernels from 6.12 on crash with these two under QEMU 7.2's emulation. */
	arg(a, "%s", kvm ? "host" : "max,-cx16,-la57");
	arg(a, "-smp");
	arg(a, "%u", c->cpus ? c->cpus : 2);
	arg(a, "-m");
	arg(a, "%uM", c->memory_mib ? c->memory_mib : FF_VM_MEMORY_MIB);
	arg(a, "-nodefaults");
	arg(a, "-no-user-config");
	arg(a, "-display");
	arg(a, "none");
	arg(a, "-no-reboot");
}

/* RAM in a file: shared, to be saved by being copied; or copy-on-write of what was saved. */
static void snapshot_args(struct args *a, const struct ff_vm_config *c, int qmp)
{
	if (!qmp)
		return;
	arg(a, "-object");
	arg(a, "memory-backend-file,id=ram,size=%uM,mem-path=/proc/%d/fd/%d,share=%s",
	    c->memory_mib ? c->memory_mib : FF_VM_MEMORY_MIB, (int)getpid(),
	    c->from ? c->from->ram : c->ram, c->from ? "off" : "on");
	arg(a, "-machine");
	arg(a, "memory-backend=ram");
	arg(a, "-chardev");
	arg(a, "socket,id=qmp,fd=%d", qmp);
	arg(a, "-mon");
	arg(a, "chardev=qmp,mode=control");
	if (c->from) {
		arg(a, "-incoming");
		arg(a, "defer");
	}
}

static void build_args(struct args *a, const struct ff_vm_config *c, int qmp)
{
	char path[8192];
	unsigned i;

	machine_args(a, c);
	arg(a, "-serial");
	arg(a, "file:%s", c->console);
	arg(a, "-kernel");
	arg(a, "%s", c->kernel->image);
	if (c->initramfs) {
		arg(a, "-initrd");
		/* -initrd takes a list (for multiboot): a comma must be doubled here too */
		arg(a, "%s", comma(c->initramfs, path, sizeof(path)));
	}
	arg(a, "-append");
	arg(a, CMDLINE " %s %s", c->kernel->append, c->append ? c->append : "");
	if (c->blackbox) {
		arg(a, "-object");
		arg(a, "memory-backend-file,id=" FF_VM_BOX_ID ",size=%zu,mem-path=%s,share=on",
		    c->blackbox_size, comma(c->blackbox, path, sizeof(path)));
		arg(a, "-device");
		/* master: QEMU saves no VM whose shared memory may be another's */
		arg(a, "ivshmem-plain,memdev=" FF_VM_BOX_ID ",master=on");
	}
	for (i = 0; i < c->ndisks; i++)
		disk_args(a, &c->disks[i], i);
	snapshot_args(a, c, qmp);
}

static int make_blackbox(const struct ff_vm_config *c)
{
	size_t n = c->blackbox_size;
	int fd, ret = 0;

	if (n < 1048576 || (n & (n - 1))) {
		ff_msg_error("a black box of %zu bytes: it must be a power of two of at least 1 MiB", n);
		return -EINVAL;
	}
	fd = open(c->blackbox, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, n))
		ret = -errno;
	if (fd >= 0)
		close(fd);
	if (ret)
		ff_msg_error("cannot make the black box %s of %zu bytes: %s", c->blackbox, n,
			     strerror(-ret));
	return ret;
}

static int open_log(const struct ff_vm_config *c)
{
	char path[4200];
	int fd;

	unlink(c->console);	/* the log of the VM before this one is not this one's */
	snprintf(path, sizeof(path), "%s.qemu", c->console);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) {
		ff_msg_error("cannot write QEMU's log %s: %s", path, strerror(errno));
		return -errno;
	}
	return fd;
}

static void close_qmp(struct ff_vm *vm)
{
	if (vm->qmp)
		close(vm->qmp);
	vm->qmp = 0;
}

static pid_t spawn(const struct ff_vm_config *c, struct ff_vm *vm, int log)
{
	struct args a = { .n = 0 };
	struct ff_proc_opts o = { 0 };
	int ends[2] = { 0, 0 };
	pid_t pid;

	if ((c->ram || c->from) && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	vm->qmp = ends[0];
	o.keep_fd = ends[1];
	build_args(&a, c, o.keep_fd);
	pid = a.failed ? -E2BIG : ff_proc_spawn((const char *const *)a.v, log, log, &o);
	while (a.n)
		free(a.v[--a.n]);
	if (o.keep_fd)
		close(o.keep_fd);
	return pid;
}

int ff_vm_start(const struct ff_vm_config *c, struct ff_vm *vm)
{
	int log, ret = 0;
	pid_t pid;

	memset(vm, 0, sizeof(*vm));
	snprintf(vm->console, sizeof(vm->console), "%s", c->console);
	vm->quiet = c->quiet;
	vm->blackbox_size = c->blackbox_size;
	if (c->blackbox)
		ret = make_blackbox(c);
	if (ret)
		return ret;
	log = open_log(c);
	if (log < 0)
		return log;
	pid = spawn(c, vm, log);
	close(log);
	if (pid == -ENOENT)
		ff_msg_error("%s is not installed, so no VM can run; install the package qemu-system-x86, or run on this kernel with --here",
			     QEMU);
	else if (pid < 0)
		ff_msg_error("cannot start %s: %s", QEMU, strerror(-pid));
	if (pid < 0) {
		close_qmp(vm);
		return pid;
	}
	vm->pid = pid;
	return 0;
}

/* QEMU ends with 0 after a power-off or a panic; anything else is QEMU's own failure. */
static void last_words(const struct ff_vm *vm)
{
	char path[4200], *text;

	snprintf(path, sizeof(path), "%s.qemu", vm->console);
	text = ff_read_file(path, NULL);
	ff_msg_warn("%s ended with status %d: %s (log: %s)", QEMU, vm->exit_status,
		    text && text[0] ? ff_last_line(text) : "it said nothing", path);
	free(text);
}

static void reaped(struct ff_vm *vm, int status)
{
	vm->pid = 0;
	close_qmp(vm);
	vm->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool ff_vm_running(struct ff_vm *vm, int *exit_status)
{
	int status;

	if (vm->pid > 0 && waitpid(vm->pid, &status, WNOHANG) == vm->pid) {
		reaped(vm, status);
		if (vm->exit_status && !vm->quiet)
			last_words(vm);
	}
	if (vm->pid > 0)
		return true;
	if (exit_status)
		*exit_status = vm->exit_status;
	return false;
}

int ff_vm_wait(struct ff_vm *vm, unsigned timeout_ms)
{
	long long limit = ff_now_ms() + timeout_ms;
	int status = 0;

	while (ff_vm_running(vm, &status)) {
		if (ff_now_ms() > limit)
			return -ETIMEDOUT;
		usleep(5000);
	}
	return status;
}

void ff_vm_stop(struct ff_vm *vm)
{
	int status;

	if (vm->pid <= 0)
		return;
	kill(vm->pid, SIGKILL);
	while (waitpid(vm->pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	reaped(vm, status);
}
