// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/vm/guest.h"
#include "runner/msg.h"

static const struct {
	const char *where, *type, *options;
	bool needed;
} mounts[] = {
	{ "/proc", "proc", NULL, true },
	{ "/sys", "sysfs", NULL, true },
	{ "/dev", "devtmpfs", "mode=755", true },
	{ "/dev/shm", "tmpfs", "mode=1777", false },
	{ "/tmp", "tmpfs", "mode=1777", false },
	{ "/run", "tmpfs", "mode=755", false },
	{ "/sys/fs/cgroup", "cgroup2", NULL, false },
	{ "/sys/kernel/debug", "debugfs", NULL, false },
	{ "/sys/kernel/tracing", "tracefs", NULL, false },
	{ "/sys/fs/bpf", "bpf", NULL, false },
};

int ff_guest_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int mount_all(void)
{
	int ret;

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].where, 0755);
		/* EBUSY: CONFIG_DEVTMPFS_MOUNT, or started twice */
		if (!mount(mounts[i].type, mounts[i].where, mounts[i].type,
			   MS_NOSUID, mounts[i].options) || errno == EBUSY)
			continue;
		ret = -errno;
		if (mounts[i].needed) {
			ff_msg_error("guest: cannot mount %s on %s: %s", mounts[i].type,
				     mounts[i].where, strerror(-ret));
			return ret;
		}
		ff_msg_info("guest: no %s on %s: %s", mounts[i].type, mounts[i].where,
			    strerror(-ret));
	}
	ret = ff_guest_put("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if (ret)
		ff_msg_info("guest: no memory cgroups: %s", strerror(-ret));
	return 0;
}

/* What an absent device or CPU feature answers; not worth a word. */
static bool expected(int err)
{
	return err == EEXIST || err == ENODEV;
}

/* Its file is freed once it is in: it is memory of the guest. */
static int load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0) && !expected(errno))
		ret = -errno;
	close(fd);
	if (ret)
		ff_msg_warn("guest: module %s not loaded: %s", path, strerror(-ret));
	else
		unlink(path);
	return ret;
}

static void load_modules(void)
{
	char *list = ff_read_file("/modules.order", NULL), *line, *save;

	for (line = list ? strtok_r(list, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, "lazy ", 5))
			load_module(line);
	free(list);
}

int ff_guest_need(const char *module)
{
	char path[128];
	int ret;

	snprintf(path, sizeof(path), "/lib/modules/%s.ko", module);
	ret = load_module(path);
	return ret == -ENOENT ? 0 : ret;
}

static void raise_limits(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit files = { 65536, 65536 };

	/* before 5.11 BPF maps are charged to it */
	if (setrlimit(RLIMIT_MEMLOCK, &all) || setrlimit(RLIMIT_NOFILE, &files))
		ff_msg_warn("guest: cannot raise limits: %s", strerror(errno));
}

static bool sysfs_is(const char *dir, const char *file, const char *want)
{
	char path[512], *text;
	bool is;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	text = ff_read_file(path, NULL);
	if (!text)
		return false;
	text[strcspn(text, "\n")] = '\0';
	is = !strcmp(text, want);
	free(text);
	return is;
}

static int map_resource(const char *dir, struct ff_guest *g)
{
	/* _wc first: the other is mapped uncached, slow where the CPU honours it (KVM) */
	static const char *const names[] = { "resource2_wc", "resource2" };
	char path[512];
	struct stat st;
	void *p;
	int fd, ret = -ENOENT;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0) {
			ret = -errno;
			continue;
		}
		p = MAP_FAILED;
		if (!fstat(fd, &st))
			p = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		ret = p == MAP_FAILED ? -errno : 0;
		close(fd);
		if (!ret) {
			g->blackbox = p;
			g->blackbox_size = st.st_size;
			return 0;
		}
	}
	return ret;
}

/* ivshmem-plain: 1af4:1110, docs/specs/ivshmem-spec in QEMU. Without one: nothing. */
static int find_blackbox(struct ff_guest *g)
{
	static const char bus[] = "/sys/bus/pci/devices";
	char dir[400], path[512];
	struct dirent *e;
	int ret = 0;
	DIR *d = opendir(bus);

	while (d && !g->blackbox && (e = readdir(d))) {
		snprintf(dir, sizeof(dir), "%s/%s", bus, e->d_name);
		if (e->d_name[0] == '.' || !sysfs_is(dir, "vendor", "0x1af4") ||
		    !sysfs_is(dir, "device", "0x1110"))
			continue;
		snprintf(path, sizeof(path), "%s/enable", dir);
		ret = ff_guest_put(path, "1");
		if (!ret)
			ret = map_resource(dir, g);
		if (ret)
			ff_msg_error("guest: the black box %s cannot be mapped: %s", dir,
				     strerror(-ret));
	}
	if (d)
		closedir(d);
	return ret;
}

int ff_guest_init(struct ff_guest *g)
{
	int ret;

	memset(g, 0, sizeof(*g));
	ret = mount_all();
	if (ret)
		return ret;
	raise_limits();
	load_modules();
	return find_blackbox(g);
}

int ff_guest_disk(const struct ff_guest *g, const char *serial, char *path, size_t n)
{
	struct dirent *e;
	char dir[400];
	int ret = -ENOENT;
	DIR *d = opendir("/sys/block");

	(void)g;
	while (d && ret && (e = readdir(d))) {
		if (strncmp(e->d_name, "vd", 2))
			continue;
		snprintf(dir, sizeof(dir), "/sys/block/%s", e->d_name);
		if (!sysfs_is(dir, "serial", serial))
			continue;
		snprintf(path, n, "/dev/%s", e->d_name);
		ret = 0;
	}
	if (d)
		closedir(d);
	return ret;
}

int ff_guest_option(const char *name, char *buf, size_t n)
{
	char *text = ff_read_file("/proc/cmdline", NULL), *word, *save;
	size_t len = strlen(name);
	int ret = -ENOENT;

	for (word = text ? strtok_r(text, " \n", &save) : NULL; word;
	     word = strtok_r(NULL, " \n", &save)) {
		if (strncmp(word, name, len) || (word[len] && word[len] != '='))
			continue;
		snprintf(buf, n, "%s", word[len] ? word + len + 1 : "");
		ret = 0;	/* as the kernel does: the last one counts */
	}
	free(text);
	return ret;
}

void ff_guest_poweroff(void)
{
	/* No sync(): it would wait for ever for a page that a found bug keeps locked. */
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);	/* no ACPI: -no-reboot ends the VM */
	for (;;)
		pause();
}
