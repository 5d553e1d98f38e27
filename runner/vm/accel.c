// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runner/vm/accel.h"
#include "runner/cache.h"
#include "runner/vm/cpio.h"
#include "runner/proc.h"
#include "runner/vm/vm.h"

#define TRIAL_MS (10 * 1000)
#define MARKER "FF-ACCEL-TRIAL-OK"

/*
 * A whole x86-64 program: write the marker to stdout, power off through reboot(2), spin.
 * By hand, since the trial must not depend on what is linked into this binary.
 */
static const unsigned char trial_init[] = {
	/* ELF64 header: EXEC, x86-64, entry 0x400078, one program header at 64 */
	0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	2, 0, 0x3e, 0, 1, 0, 0, 0, 0x78, 0, 0x40, 0, 0, 0, 0, 0,
	0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0x40, 0, 0x38, 0, 1, 0, 0x40, 0, 0, 0, 0, 0,
	/* PT_LOAD, R+X, offset 0, at 0x400000, 0x100 bytes, aligned 0x1000 */
	1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0,
	0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
	0, 0x10, 0, 0, 0, 0, 0, 0,
	/* 0x78: write(1, marker, 18) */
	0xb8, 1, 0, 0, 0,			/* mov $1, %eax */
	0xbf, 1, 0, 0, 0,			/* mov $1, %edi */
	0x48, 0x8d, 0x35, 0x23, 0, 0, 0,	/* lea marker(%rip), %rsi */
	0xba, 18, 0, 0, 0,			/* mov $18, %edx */
	0x0f, 0x05,				/* syscall */
	/* 0x90: reboot(0xfee1dead, 0x28121969, 0x4321fedc) */
	0xb8, 0xa9, 0, 0, 0,
	0xbf, 0xad, 0xde, 0xe1, 0xfe,
	0xbe, 0x69, 0x19, 0x12, 0x28,
	0xba, 0xdc, 0xfe, 0x21, 0x43,
	0x0f, 0x05,
	0xeb, 0xfe,				/* 0xa6: jmp . */
	0x90, 0x90, 0x90, 0x90,
	/* 0xac: marker, 0x23 after the instruction that follows the lea at 0x89 */
	'F', 'F', '-', 'A', 'C', 'C', 'E', 'L', '-', 'T', 'R', 'I', 'A', 'L', '-', 'O', 'K', '\n',
};

static int build_initramfs(const char *path)
{
	unsigned char program[0x100] = { 0 };
	char *archive = NULL;
	struct ff_cpio c = { 0 };
	size_t len = 0;
	int ret;

	memcpy(program, trial_init, sizeof(trial_init));
	c.f = open_memstream(&archive, &len);
	if (!c.f)
		return -errno;
	ff_cpio_dir(&c, "dev", 0755);
	ff_cpio_chardev(&c, "dev/console", 0600, 5, 1);
	ff_cpio_file(&c, "init", 0755, program, sizeof(program));
	ret = ff_cpio_end(&c);
	fclose(c.f);
	if (!ret)
		ret = ff_write_file(path, archive, len);
	free(archive);
	return ret;
}

static bool has_marker(const char *console)
{
	char *text = ff_read_file(console, NULL);
	bool has = text && strstr(text, MARKER);

	free(text);
	return has;
}

/* QEMU's own last line, for the reason. */
static void qemu_said(const char *console, char *buf, size_t n)
{
	char path[4256], *text;

	snprintf(path, sizeof(path), "%s.qemu", console);
	text = ff_read_file(path, NULL);
	snprintf(buf, n, "%.160s", text ? ff_last_line(text) : "");
	free(text);
}

static bool trial(const struct ff_kernel *k, const char *accel, char *why, size_t n)
{
	char dir[4096], initramfs[4200], console[4200], said[192];
	struct ff_vm_config c = {
		.kernel = k, .accel = accel, .initramfs = initramfs, .memory_mib = 256,
		.console = console, .quiet = true,
	};
	struct ff_vm vm = { 0 };
	bool works = false;
	int status = -1;

	if (ff_cache_path(dir, sizeof(dir), "accel/trial-%d", getpid()) || ff_mkdir_p(dir)) {
		snprintf(why, n, "no place for the trial boot");
		return false;
	}
	snprintf(initramfs, sizeof(initramfs), "%s/initramfs", dir);
	snprintf(console, sizeof(console), "%s/console", dir);
	if (build_initramfs(initramfs) || ff_vm_start(&c, &vm)) {
		snprintf(why, n, "the trial boot could not be started");
	} else {
		long long limit = ff_now_ms() + TRIAL_MS;

		while (!(works = has_marker(console)) && ff_now_ms() < limit &&
		       ff_vm_running(&vm, &status))
			usleep(20000);
		works = works || has_marker(console);
		qemu_said(console, said, sizeof(said));
		if (works)
			snprintf(why, n, "a trial boot under %s worked", accel);
		else if (vm.pid)
			snprintf(why, n, "a trial boot under %s did not reach user space in %d s",
				 accel, TRIAL_MS / 1000);
		else
			snprintf(why, n, "a trial boot under %s ended with status %d%s%s", accel,
				 status, said[0] ? ": " : "", said);
	}
	ff_vm_stop(&vm);
	ff_remove_tree(dir);
	return works;
}

static void first_value(const char *path, const char *key, char *buf, size_t n)
{
	char *text = ff_read_file(path, NULL), *p;

	p = text ? strstr(text, key) : NULL;
	p = p ? p + strlen(key) : (char *)"unknown";
	p += strspn(p, " \t:");
	snprintf(buf, n, "%.*s", (int)strcspn(p, "\n"), p);
	free(text);
}

/* What the answer depends on: the CPU, the host's kernel, and this boot of it. */
static void host_key(const char *device, char *buf, size_t n)
{
	char cpu[128], boot[64];
	struct utsname u;

	uname(&u);
	first_value("/proc/cpuinfo", "model name", cpu, sizeof(cpu));
	first_value("/proc/sys/kernel/random/boot_id", "", boot, sizeof(boot));
	snprintf(buf, n, "%s|%.80s|%s|%s", device, u.release, cpu, boot);
}

/* The cached answer: three lines, key, accelerator, reason. */
static const char *recall(const char *path, const char *key, char *why, size_t n)
{
	char *text = ff_read_file(path, NULL), *save, *line;
	const char *answer = NULL;

	line = text ? strtok_r(text, "\n", &save) : NULL;
	if (line && !strcmp(line, key) && (line = strtok_r(NULL, "\n", &save))) {
		answer = !strcmp(line, "kvm") ? "kvm" : "tcg";
		line = strtok_r(NULL, "\n", &save);
		snprintf(why, n, "%s (remembered)", line ? line : "");
	}
	free(text);
	return answer;
}

const char *ff_accel_choose(const struct ff_kernel *k, bool allow_kvm, char *why, size_t n)
{
	const char *device = getenv("FF_KVM_DEVICE"), *answer;
	char path[4096], key[512], text[1024];
	int fd;

	if (!allow_kvm) {
		snprintf(why, n, "KVM was not asked for");
		return "tcg";
	}
	device = device && device[0] ? device : "/dev/kvm";
	fd = open(device, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		snprintf(why, n, errno == ENOENT ? "this machine has no %s" :
			 errno == EACCES || errno == EPERM ?
			 "no permission to open %s (is this user in the group kvm?)" :
			 "%s cannot be opened", device);
		return "tcg";
	}
	close(fd);
	host_key(device, key, sizeof(key));
	if (ff_cache_path(path, sizeof(path), "accel/answer"))
		path[0] = '\0';
	answer = path[0] ? recall(path, key, why, n) : NULL;
	if (answer)
		return answer;
	answer = trial(k, "kvm", why, n) ? "kvm" : "tcg";
	snprintf(text, sizeof(text), "%s\n%s\n%s\n", key, answer, why);
	if (path[0])
		ff_write_file(path, text, strlen(text));	/* else it is tried again */
	return answer;
}
