// SPDX-License-Identifier: GPL-2.0-only
/*
 * For guest_repro.sh and repro_proof.sh: run a reproducer in a VM.
 *
 *	guest_repro KERNEL PROGRAM.ff BINARY DIR SECONDS [KERNEL-ARGS]
 *
 * On the host: boots KERNEL with itself as PID 1, the disks that the target of
 * PROGRAM.ff wants, and BINARY (static) as the content of one more disk. In the
 * guest: puts that disk into a file and runs it, -t SECONDS, -d and -s as there are
 * disks, -v with "repro.verbose" among KERNEL-ARGS, and powers off. Prints what
 * the reproducer said. Exit status: its own; 100 when it did not run or did not end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzzer/program.h"
#include "runner/cache.h"
#include "runner/msg.h"
#include "runner/proc.h"
#include "runner/program_file.h"
#include "runner/vm/accel.h"
#include "runner/vm/guest.h"
#include "runner/vm/initramfs.h"
#include "runner/vm/vm.h"
#include "tests/guest_console.h"

#define BOOTS		5
#define BEGIN		"guest_repro: begin\n"
#define END		"guest_repro: exit status "
#define FIRST_MS	120000	/* to its begin */
#define REST_MS		180000	/* beyond its own seconds */
#define BINARY_MIB	4
#define SLOW_SWAP	100	/* as for a campaign's guests */

/* ---- in the guest ---- */

static int copy_binary(const struct ff_guest *g, const char *path)
{
	static char buf[BINARY_MIB << 20];
	char disk[64];
	int in, out;

	if (ff_guest_disk(g, "binary", disk, sizeof(disk)))
		return -ENOENT;
	in = open(disk, O_RDONLY);
	out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (in < 0 || out < 0 || read(in, buf, sizeof(buf)) != sizeof(buf) ||
	    write(out, buf, sizeof(buf)) != sizeof(buf))
		return -errno;
	close(in);
	close(out);
	return 0;
}

static int run_binary(const struct ff_guest *g)
{
	char seconds[32] = "60", data[64], swap[64];
	char *argv[10] = { "/run/repro", "-t", seconds }, unused[8];
	int argc = 3, status;
	pid_t pid;

	ff_guest_option("repro.seconds", seconds, sizeof(seconds));
	if (!ff_guest_option("repro.verbose", unused, sizeof(unused)))
		argv[argc++] = "-v";
	if (!ff_guest_disk(g, "data", data, sizeof(data))) {
		argv[argc++] = "-d";
		argv[argc++] = data;
	}
	if (!ff_guest_disk(g, "swap", swap, sizeof(swap))) {
		argv[argc++] = "-s";
		argv[argc++] = swap;
	}
	pid = fork();
	if (!pid) {
		execv(argv[0], argv);
		_exit(99);
	}
	while (waitpid(pid, &status, 0) != pid)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* With "repro.verbose": what the kernel counted. */
static void show(const char *path)
{
	char *text = ff_read_file(path, NULL);

	printf("%s:\n%s\n", path, text ? text : "(not there)");
	free(text);
}

static void guest(void)
{
	char unused[8];
	struct ff_guest g = { 0 };

	ff_guest_init(&g);
	ff_guest_need("ext4");
	ff_guest_need("xfs");
	if (!copy_binary(&g, "/run/repro")) {
		printf(BEGIN);
		fflush(stdout);
		printf(END "%d\n", run_binary(&g));
	}
	if (!ff_guest_option("repro.verbose", unused, sizeof(unused))) {
		show("/proc/vmstat");
		show("/sys/kernel/debug/mutant");
	}
	fflush(stdout);
	ff_guest_poweroff();
}

/* ---- on the host ---- */

static char *binary;	/* for fill_binary() */
static size_t binary_len;

static void fill_binary(void *buf, size_t len, uint64_t off)
{
	size_t n = off < binary_len ? binary_len - off : 0;

	memset(buf, 0, len);
	memcpy(buf, binary + off, n < len ? n : len);
}

struct boot {
	struct ff_kernel kernel;
	struct ff_target target;
	const char *accel, *dir;
	char initramfs[4096], console[4096], append[600];
	long long seconds;
	struct ff_disk disk[3];
	unsigned int ndisks;
};

static int add_disk(struct boot *b, struct ff_disk d)
{
	b->disk[b->ndisks] = d;
	return ff_disk_make(&b->disk[b->ndisks++], b->dir);
}

static int make_disks(struct boot *b)
{
	static const enum ff_disk_kind kind[] = {
		[FF_TARGET_EXT4] = FF_DISK_EXT4, [FF_TARGET_XFS] = FF_DISK_XFS, [FF_TARGET_BLOCK] = FF_DISK_RAW,
	};
	const struct ff_target *t = &b->target;
	int ret;

	b->ndisks = 0;
	ret = add_disk(b, (struct ff_disk){ .size_mib = BINARY_MIB, .serial = "binary", .fill = fill_binary });
	if (!ret && (t->kind == FF_TARGET_EXT4 || t->kind == FF_TARGET_XFS || t->kind == FF_TARGET_BLOCK))
		ret = add_disk(b, (struct ff_disk){ .kind = kind[t->kind], .serial = "data", .iops = t->slow,
						    .size_mib = t->kind == FF_TARGET_BLOCK ? 16 : 256 });
	if (!ret && (t->swap == FF_SWAP_DISK || t->swap == FF_SWAP_SLOW))
		ret = add_disk(b, (struct ff_disk){ .size_mib = 256, .serial = "swap",
						    .iops = t->swap == FF_SWAP_SLOW ? SLOW_SWAP : 0 });
	return ret;
}

static int read_target(struct boot *b, const char *path)
{
	static struct ff_program p;
	char *text = ff_program_file(path, &p);

	if (!text)
		return -EINVAL;
	free(text);
	b->target = p.target;
	return 0;
}

/* Return: exit status of the reproducer, -EAGAIN it never began, -ETIMEDOUT no end. */
static int boot(struct boot *b)
{
	struct ff_vm_config c = {
		.kernel = &b->kernel, .accel = b->accel, .initramfs = b->initramfs, .append = b->append,
		.console = b->console, .disks = b->disk, .ndisks = b->ndisks,
	};
	long long limit = ff_now_ms() + FIRST_MS;
	char *text, *begin = NULL, *end;
	bool begun = false;
	struct ff_vm vm;
	int ret = ff_vm_start(&c, &vm);

	if (ret)
		return ret;
	while (ff_vm_wait(&vm, 200) == -ETIMEDOUT && ff_now_ms() < limit) {
		text = guest_console(b->console);
		if (!begun && text && strstr(text, BEGIN)) {
			begun = true;
			limit = ff_now_ms() + b->seconds * 1000 + REST_MS;
		}
		free(text);
	}
	ff_vm_stop(&vm);
	text = guest_console(b->console);
	begin = text ? strstr(text, BEGIN) : NULL;
	end = begin ? strstr(begin, END) : NULL;
	ret = !begin ? -EAGAIN : !end ? -ETIMEDOUT : atoi(end + strlen(END));
	printf("%s", begin ? begin + strlen(BEGIN) : text ? text : "(nothing on the console)\n");
	free(text);
	return ret;
}

static int host(int argc, char **argv)
{
	static struct boot b;
	char why[128];
	int ret;

	if (argc < 6 || argc > 7) {
		fprintf(stderr, "usage: guest_repro KERNEL PROGRAM.ff BINARY DIR SECONDS [KERNEL-ARGS]\n");
		return 2;
	}
	b.dir = argv[4];
	b.seconds = atoi(argv[5]);
	binary = ff_read_file(argv[3], &binary_len);
	if (!binary || binary_len > BINARY_MIB << 20 || read_target(&b, argv[2]) ||
	    ff_kernel_find(argv[1], true, &b.kernel))
		return 100;
	snprintf(b.initramfs, sizeof(b.initramfs), "%s/initramfs", b.dir);
	snprintf(b.console, sizeof(b.console), "%s/console", b.dir);
	/* what the kernel has to say must not get into the lines that are looked for */
	snprintf(b.append, sizeof(b.append), "loglevel=2 repro.seconds=%lld %s", b.seconds, argc > 6 ? argv[6] : "");
	b.accel = ff_accel_choose(&b.kernel, true, why, sizeof(why));
	ret = ff_initramfs_build(&b.kernel, "/proc/self/exe", b.initramfs);
	for (int i = 0, again = !ret; i < BOOTS && again; i++) {
		ret = make_disks(&b);
		if (!ret)
			ret = boot(&b);
		again = ret == -EAGAIN;
	}
	return ret < 0 ? 100 : ret;
}

int main(int argc, char **argv)
{
	if (getpid() == 1)
		guest();
	return host(argc, argv);
}
