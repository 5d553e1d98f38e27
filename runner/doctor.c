// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz doctor: what works here, what each missing thing costs, how to get it. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf/witness.h"
#include "fuzzer/call.h"
#include "runner/cmds.h"
#include "runner/vm/kernel.h"
#include "runner/options.h"
#include "runner/proc.h"

static int essential_missing;

/* One line of the report; @cost and @get only when it is missing. */
static void say(bool good, const char *what, const char *cost, const char *get)
{
	printf("%-7s %s\n", good ? "ok" : "missing", what);
	if (!good && cost)
		printf("          costs: %s\n", cost);
	if (!good && get)
		printf("          get it: %s\n", get);
}

static void programs(void)
{
	bool qemu = ff_proc_have("qemu-system-x86_64");

	essential_missing += !qemu;
	say(qemu, "qemu-system-x86_64", "no VMs: only --here", "make deps, or apt-get install qemu-system-x86");
	say(ff_proc_have("mkfs.ext4"), "mkfs.ext4", "no VMs: their disks cannot be made", "apt-get install e2fsprogs");
	say(ff_proc_have("mkfs.xfs"), "mkfs.xfs", "no VMs: their disks cannot be made", "apt-get install xfsprogs");
	say(ff_proc_have("mkswap"), "mkswap", "no VMs: their disks cannot be made", "apt-get install util-linux");
	say(ff_proc_have("apt-get"), "apt-get", "Debian kernels cannot be fetched; give --kernel the path of a bzImage",
	    "nothing: this is no Debian");
}

static void kvm(void)
{
	const char *dev = getenv("FF_KVM_DEVICE");
	char what[256];
	int fd = open(dev ? dev : "/dev/kvm", O_RDWR | O_CLOEXEC);

	snprintf(what, sizeof(what), "%s%s%s", dev ? dev : "/dev/kvm", fd < 0 ? ": " : " opens (the first campaign finds out by a trial boot whether it works)",
		 fd < 0 ? strerror(errno) : "");
	say(fd >= 0, what, "VMs run in software emulation, 20 to 50 times slower", "a machine with virtualization, and the group kvm");
	if (fd >= 0)
		close(fd);
}

static void kernels(void)
{
	FILE *none = fopen("/dev/null", "w");
	char what[128];
	int n = none ? ff_kernel_list(none) : 0;

	if (none)
		fclose(none);
	snprintf(what, sizeof(what), "%d kernels in the cache", n > 0 ? n : 0);
	say(n > 0, what, "the first campaign fetches its kernel", "foliofuzz kernel get bookworm");
}

static bool can_unshare(int flags)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0)
		_exit(unshare(flags) ? 1 : 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void here(void)
{
	uint64_t features = ff_features_probe();
	bool mounts = can_unshare(CLONE_NEWNS) || can_unshare(CLONE_NEWUSER | CLONE_NEWNS);
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	say(mounts, "mounts of our own (--here)", "--here works in /dev/shm, without huge=", "root, or user namespaces");
	say(log >= 0, "kernel log, /dev/kmsg (--here)", "--here: oracle kernel-log sees nothing", "root");
	if (log >= 0)
		close(log);
	printf("        features of this kernel:");
	for (unsigned int i = 0; i < FF_FEATURES; i++)
		printf(" %s%s", features & (1ULL << i) ? "" : "no-", ff_feature_name(i));
	printf("\n");
}

static void witness(void)
{
	struct ff_witness *w = NULL;
	char line[1024] = "";
	int ret = ff_witness_open(&w, line, sizeof(line));

	if (!ret)
		ff_witness_capabilities(w, line, sizeof(line));
	ff_witness_close(w);
	say(!ret, line, "--here: findings come without evidence from inside the kernel (a VM has its own)",
	    "root, and a kernel with BTF and tracing");
}

static const struct argp argp = {
	NULL, NULL, NULL, "Tell what works on this machine, what each missing thing costs, and how to get it."
	"\vExit status: 0 a campaign in a VM can run, 3 it cannot.\n", NULL, NULL, NULL
};

int cmd_doctor(int argc, char **argv)
{
	struct utsname u;

	ff_parse(&argp, "doctor", argc, argv, NULL);
	if (!uname(&u))
		printf("        this machine: %s %s, %ld CPUs, %s\n", u.release, u.machine,
		       sysconf(_SC_NPROCESSORS_ONLN), geteuid() ? "not root" : "root");
	programs();
	kvm();
	kernels();
	here();
	witness();
	return essential_missing ? FF_EXIT_HARNESS : FF_EXIT_CLEAN;
}
