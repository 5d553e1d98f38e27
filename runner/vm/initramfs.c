// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzzer/hash.h"
#include "runner/cache.h"
#include "runner/vm/cpio.h"
#include "runner/vm/initramfs.h"
#include "runner/vm/modules.h"
#include "runner/msg.h"

#define KEEP_DAYS 14	/* archives not used for this long are removed */

static bool is_static(const char *elf, size_t len)
{
	const Elf64_Ehdr *eh = (const void *)elf;
	const Elf64_Phdr *ph;

	if (len < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) ||
	    eh->e_machine != EM_X86_64 || eh->e_phoff % 8 || eh->e_phoff > len ||
	    (len - eh->e_phoff) / sizeof(*ph) < eh->e_phnum)
		return false;
	ph = (const void *)(elf + eh->e_phoff);
	for (unsigned i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_INTERP)
			return false;
	return true;
}

static char *read_agent(const char *agent, size_t *len, int *ret)
{
	char *elf = ff_read_file(agent, len);

	*ret = 0;
	if (!elf) {
		*ret = -errno;
		ff_msg_error("cannot read the agent %s: %s", agent, strerror(-*ret));
		return NULL;
	}
	if (is_static(elf, *len))
		return elf;
	ff_msg_error("the agent %s is not a statically linked x86-64 program, and the guest has no libraries; link it with -static",
		     agent);
	*ret = -ENOEXEC;
	free(elf);
	return NULL;
}

static int fill(FILE *f, const struct ff_modules *mods, const char *elf, size_t len)
{
	static const char *const dirs[] = {
		"dev", "proc", "sys", "tmp", "mnt", "run", "lib", "lib/modules",
	};
	struct ff_cpio c = { .f = f };
	char order[FF_MODULES_MAX * 128] = "", name[128];
	unsigned i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		ff_cpio_dir(&c, dirs[i], 0755);
	/* The kernel opens it for PID 1's stdin, stdout and stderr before we mount /dev. */
	ff_cpio_chardev(&c, "dev/console", 0600, 5, 1);
	ff_cpio_file(&c, "init", 0755, elf, len);
	for (i = 0; i < mods->n; i++) {
		size_t used = strlen(order);

		snprintf(name, sizeof(name), "lib/modules/%s.ko", mods->m[i].name);
		ff_cpio_file(&c, name, 0644, mods->m[i].data, mods->m[i].len);
		snprintf(order + used, sizeof(order) - used, "%s/%s\n",
			 mods->m[i].lazy ? "lazy " : "", name);
	}
	ff_cpio_file(&c, "modules.order", 0644, order, strlen(order));
	return ff_cpio_end(&c);
}

int ff_initramfs_build(const struct ff_kernel *k, const char *agent, const char *out_path)
{
	struct ff_modules *mods;
	char *elf, *archive = NULL;
	size_t len, alen = 0;
	FILE *f = NULL;
	int ret;

	mods = calloc(1, sizeof(*mods));
	if (!mods)
		return -ENOMEM;
	elf = read_agent(agent, &len, &ret);
	if (ret)
		goto cleanup;
	ret = ff_modules_resolve(k->modules, mods);
	if (ret)
		goto cleanup;
	f = open_memstream(&archive, &alen);
	ret = f ? fill(f, mods, elf, len) : -errno;
	if (f && fclose(f) && !ret)
		ret = -ENOMEM;
	if (!ret)
		ret = ff_write_file(out_path, archive, alen);
	if (ret)
		ff_msg_error("cannot write the initramfs %s: %s", out_path, strerror(-ret));
cleanup:
	free(archive);
	free(elf);
	ff_modules_free(mods);
	free(mods);
	return ret;
}

/* Every rebuilt agent leaves one behind: drop those nobody has used lately. */
static void prune(const char *archive)
{
	time_t old = time(NULL) - KEEP_DAYS * 86400;
	char dir[4096], path[8192];
	struct dirent *e;
	struct stat st;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s", archive);
	*strrchr(dir, '/') = '\0';
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (!lstat(path, &st) && S_ISREG(st.st_mode) && st.st_mtime < old)
			unlink(path);
	}
	if (d)
		closedir(d);
}

int ff_initramfs_get(const struct ff_kernel *k, const char *agent, char *path, size_t n)
{
	uint64_t h = FF_HASH_BEGIN;
	int lock, ret;
	size_t len;
	char *elf;

	elf = read_agent(agent, &len, &ret);
	if (ret)
		return ret;
	h = ff_hash(h, elf, len);
	free(elf);
	/* The modules' path tells apart two hand-built kernels of one release. */
	h = ff_hash(h, k->modules, strlen(k->modules));
	h = ff_hash(h, k->version, strlen(k->version));
	ret = ff_cache_path(path, n, "initramfs/%s-%016llx.cpio", k->release,
			    (unsigned long long)h);
	if (ret)
		return ret;
	lock = ff_cache_lock("initramfs");
	if (lock < 0)
		return lock;
	if (access(path, R_OK) == 0) {
		utimensat(AT_FDCWD, path, NULL, 0);
	} else {
		ret = ff_initramfs_build(k, agent, path);
		prune(path);
	}
	ff_cache_unlock(lock);
	return ret;
}
