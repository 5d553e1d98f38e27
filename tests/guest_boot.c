// SPDX-License-Identifier: GPL-2.0-only
/*
 * For guest_*.sh, on the host: boot a kernel with a program as its PID 1, print
 * what it said on the console.
 *
 *	guest_boot KERNEL PROGRAM DIR
 *
 * Disks and such are made in DIR, whose owner removes it.
 * The guest has two raw disks, "slow" with 20 requests per second and "swap".
 * The program speaks TAP and powers off. Under software emulation a kernel now
 * and then crashes while it patches its own code (QEMU 7.2, some 1 boot in 20,
 * as in runner/session.c): a guest that ends, or is silent, before its first
 * test is booted again, and stderr says so. Exit status: 0 if it powered off.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/vm/accel.h"
#include "runner/vm/initramfs.h"
#include "runner/msg.h"
#include "runner/proc.h"
#include "runner/vm/vm.h"
#include "tests/guest_console.h"

#define BOOTS		5
#define FIRST_MS	120000	/* to its first test */
#define REST_MS		300000	/* from there to its end */

struct boot {
	struct ff_kernel kernel;
	const char *accel;
	const char *dir;
	char initramfs[4096], console[4096];
	struct ff_disk disk[2];
};

static int make(struct boot *b, const char *kernel, const char *program)
{
	char why[128];
	int ret;

	ret = ff_kernel_find(kernel, true, &b->kernel);
	if (ret)
		return ret;
	snprintf(b->initramfs, sizeof(b->initramfs), "%s/initramfs", b->dir);
	snprintf(b->console, sizeof(b->console), "%s/console", b->dir);
	b->accel = ff_accel_choose(&b->kernel, true, why, sizeof(why));
	return ff_initramfs_build(&b->kernel, program, b->initramfs);
}

static bool tested(const struct boot *b)
{
	char *text = guest_console(b->console);
	bool yes = text && (strstr(text, "\nok ") || strstr(text, "\nnot ok ") ||
			    !strncmp(text, "ok ", 3) || !strncmp(text, "not ok ", 7));

	free(text);
	return yes;
}

/* Return: 0 it ended by itself, -EAGAIN it came to no test, -ETIMEDOUT it came to no end. */
static int wait_end(const struct boot *b, struct ff_vm *vm)
{
	long long limit = ff_now_ms() + FIRST_MS;
	bool first = false;

	while (ff_vm_wait(vm, 200) == -ETIMEDOUT) {
		if (!first && tested(b)) {
			first = true;
			limit = ff_now_ms() + REST_MS;
		}
		if (ff_now_ms() > limit)
			return first ? -ETIMEDOUT : -EAGAIN;
	}
	return tested(b) ? 0 : -EAGAIN;
}

static int boot(struct boot *b)
{
	struct ff_vm_config c = {
		.kernel = &b->kernel, .accel = b->accel, .initramfs = b->initramfs,
		/* what the kernel has to say must not get into a line of TAP */
		.append = "loglevel=2", .console = b->console, .disks = b->disk, .ndisks = 2,
	};
	struct ff_vm vm;
	int ret = 0;

	b->disk[0] = (struct ff_disk){ .size_mib = 64, .serial = "slow", .iops = 20 };
	b->disk[1] = (struct ff_disk){ .size_mib = 64, .serial = "swap" };
	for (int i = 0; i < 2 && !ret; i++)
		ret = ff_disk_make(&b->disk[i], b->dir);
	if (!ret)
		ret = ff_vm_start(&c, &vm);
	if (ret)
		return ret;
	ret = wait_end(b, &vm);
	ff_vm_stop(&vm);
	return ret;
}

static int boot_until_tested(struct boot *b)
{
	int ret = -EAGAIN;
	char *text;

	for (int i = 1; i <= BOOTS && ret == -EAGAIN; i++) {
		ret = boot(b);
		text = guest_console(b->console);
		if (ret == -EAGAIN)
			fprintf(stderr, "boot %d of %d came to no test; its console:\n%s\n", i,
				BOOTS, text ? text : "(nothing)");
		else if (text)
			fputs(text, stdout);
		free(text);
	}
	if (ret == -ETIMEDOUT)
		fprintf(stderr, "the guest came to no end in %d s\n", REST_MS / 1000);
	return ret;
}

int main(int argc, char **argv)
{
	static struct boot b;
	int ret;

	if (argc != 4) {
		fprintf(stderr, "usage: guest_boot KERNEL PROGRAM DIR\n");
		return 2;
	}
	b.dir = argv[3];
	ret = make(&b, argv[1], argv[2]);
	if (!ret)
		ret = boot_until_tested(&b);
	return ret ? 1 : 0;
}
