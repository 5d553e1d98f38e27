// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/cache.h"
#include "runner/vm/modules.h"
#include "runner/msg.h"
#include "runner/proc.h"

struct wanted {
	const char *name;
	bool needed;	/* a target cannot do without: decides ff_modules_complete() */
	bool lazy;	/* see struct ff_module */
};

/* The crypto ones are asked for by name in the kernel (request_module), which no modinfo
 * dependency shows. */
static const struct wanted wanted[] = {
	{ "virtio_pci", true, false }, { "virtio_blk", true, false },
	{ "crc32c_generic", false, false }, { "crc32c_intel", false, false },
	{ "crc32c_cryptoapi", false, false },
	{ "ext4", true, true }, { "xfs", true, true },
	{ "lzo_rle", false, false }, { "lz4", false, false }, { "zram", true, false },
	{ "fuse", true, false }, { "loop", true, false },
};

#define NWANTED (sizeof(wanted) / sizeof(wanted[0]))

/* Name and path of every module of the tree. */
struct tree {
	struct entry {
		char name[64];
		char *path;
	} *e;
	size_t n, cap;
	char *builtin;	/* text of modules.builtin, or NULL */
};

/* "/x/virtio-pci.ko.xz" -> "virtio_pci"; false if it is no module. */
static bool module_name(const char *path, char *name, size_t n)
{
	const char *base = strrchr(path, '/');
	const char *ko;

	base = base ? base + 1 : path;
	ko = strstr(base, ".ko");
	if (!ko || (ko[3] && ko[3] != '.') || (size_t)(ko - base) >= n)
		return false;
	memcpy(name, base, ko - base);
	name[ko - base] = '\0';
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return true;
}

static int tree_add(struct tree *t, const char *path)
{
	struct entry *bigger, e;

	if (!module_name(path, e.name, sizeof(e.name)))
		return 0;
	if (t->n == t->cap) {
		bigger = realloc(t->e, (t->cap + 1024) * sizeof(*t->e));
		if (!bigger)
			return -ENOMEM;
		t->e = bigger;
		t->cap += 1024;
	}
	e.path = strdup(path);
	if (!e.path)
		return -ENOMEM;
	t->e[t->n++] = e;
	return 0;
}

static void tree_free(struct tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->e[i].path);
	free(t->e);
	free(t->builtin);
}

static int tree_read(const char *dir, struct tree *t)
{
	char path[4096], *roots[] = { (char *)dir, NULL };
	FTSENT *f;
	int ret = 0;
	FTS *fts;

	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	if (!fts)
		return -errno;
	while (!ret && (f = fts_read(fts)))
		if (f->fts_info == FTS_F || f->fts_info == FTS_NSOK)
			ret = tree_add(t, f->fts_path);
	fts_close(fts);
	snprintf(path, sizeof(path), "%s/modules.builtin", dir);
	t->builtin = ff_read_file(path, NULL);
	return ret;
}

static const char *tree_find(const struct tree *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->e[i].name, name))
			return t->e[i].path;
	return NULL;
}

static bool tree_builtin(const struct tree *t, const char *name)
{
	char line[512], found[64];
	const char *p = t->builtin;

	/* From 7.x on Debian ships the list in another package: what is no module is taken
	 * to be built in. */
	if (!p)
		return true;
	while (p && *p) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(p, "\n"), p);
		if (module_name(line, found, sizeof(found)) && !strcmp(found, name))
			return true;
		p = strchr(p, '\n');
		p += p != NULL;
	}
	return false;
}

int ff_modinfo_get(const void *elf, size_t len, const char *key, char *buf, size_t n)
{
	const Elf64_Ehdr *eh = elf;
	const char *base = elf, *strings, *p, *end;
	size_t klen = strlen(key), i;
	const Elf64_Shdr *sh;

	if (len < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) ||
	    eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_shoff > len || eh->e_shoff % 8 ||
	    eh->e_shentsize != sizeof(*sh) ||
	    (len - eh->e_shoff) / sizeof(*sh) < eh->e_shnum || eh->e_shstrndx >= eh->e_shnum)
		return -ENOEXEC;
	sh = (const Elf64_Shdr *)(base + eh->e_shoff);
	if (sh[eh->e_shstrndx].sh_offset >= len)
		return -ENOEXEC;
	strings = base + sh[eh->e_shstrndx].sh_offset;
	for (i = 0; i < eh->e_shnum; i++) {
		if (sh[i].sh_name + sizeof(".modinfo") > (size_t)(base + len - strings) ||
		    strcmp(strings + sh[i].sh_name, ".modinfo"))
			continue;
		if (sh[i].sh_offset > len || sh[i].sh_size > len - sh[i].sh_offset)
			return -ENOEXEC;
		p = base + sh[i].sh_offset;
		end = p + sh[i].sh_size;
		while (p < end) {
			size_t left = end - p, slen = strnlen(p, left);

			if (slen > klen && !memcmp(p, key, klen) && p[klen] == '=') {
				snprintf(buf, n, "%.*s", (int)(slen - klen - 1), p + klen + 1);
				return 0;
			}
			p += slen + 1;
		}
	}
	return -ENOENT;
}

static bool ends_with(const char *s, const char *tail)
{
	size_t a = strlen(s), b = strlen(tail);

	return a >= b && !strcmp(s + a - b, tail);
}

/* A module's file in memory, through xz, zstd or gzip if its name says so. */
static int read_module(const char *path, struct ff_module *m)
{
	const char *tool = ends_with(path, ".xz") ? "xz" : ends_with(path, ".zst") ? "zstd" :
			   ends_with(path, ".gz") ? "gzip" : NULL;
	const char *const argv[] = { tool, "-dc", path, NULL };
	char *out = NULL, *err = NULL;
	struct ff_proc_opts o = {
		.out = &out, .out_len = &m->len, .err = &err, .timeout_ms = 60000,
	};
	int ret;

	if (!tool) {
		m->data = ff_read_file(path, &m->len);
		ret = m->data ? 0 : -errno;
		if (ret)
			ff_msg_error("cannot read the module %s: %s", path, strerror(-ret));
		return ret;
	}
	ret = ff_proc_run(argv, &o);
	if (ret) {
		ff_msg_error("cannot decompress %s: %s: %s", path, tool,
			     ret == -ENOENT ? "the tool is not installed" :
			     err && err[0] ? ff_last_line(err) : "it failed");
		free(out);
		ret = ret < 0 ? ret : -EIO;
	} else {
		m->data = out;
	}
	free(err);
	return ret;
}

/* After what it needs; twice is once. @depth guards against a cycle in broken modules. */
static int add(const struct tree *t, const char *name, struct ff_modules *list, int depth)
{
	char deps[1024], soft[1024], *save, *dep;
	struct ff_module m = { 0 };
	const char *path;
	int ret = 0;

	for (unsigned i = 0; i < list->n; i++)
		if (!strcmp(list->m[i].name, name))
			return 0;
	path = tree_find(t, name);
	if (!path || depth > 16)
		return 0;
	snprintf(m.name, sizeof(m.name), "%s", name);
	ret = read_module(path, &m);
	if (ret)
		return ret;
	if (ff_modinfo_get(m.data, m.len, "depends", deps, sizeof(deps)))
		deps[0] = '\0';
	if (!ff_modinfo_get(m.data, m.len, "softdep", soft, sizeof(soft)) &&
	    !strncmp(soft, "pre: ", 5)) {
		size_t used = strlen(deps);

		snprintf(deps + used, sizeof(deps) - used, ",%.*s",
			 (int)strcspn(soft + 5, ":"), soft + 5);
	}
	for (dep = strtok_r(deps, ", ", &save); dep && !ret; dep = strtok_r(NULL, ", ", &save)) {
		for (char *p = dep; *p; p++)
			if (*p == '-')
				*p = '_';
		ret = add(t, dep, list, depth + 1);
	}
	if (!ret && list->n == FF_MODULES_MAX) {
		ff_msg_error("more than %d modules are needed; raise FF_MODULES_MAX", FF_MODULES_MAX);
		ret = -E2BIG;
	}
	if (ret)
		free(m.data);
	else
		list->m[list->n++] = m;
	return ret;
}

int ff_modules_resolve(const char *dir, struct ff_modules *list)
{
	struct tree t = { 0 };
	int ret;

	list->n = 0;
	if (!dir[0])
		return 0;
	ret = tree_read(dir, &t);
	if (ret)
		ff_msg_error("cannot read the modules in %s: %s", dir, strerror(-ret));
	for (size_t i = 0; i < NWANTED && !ret; i++) {
		unsigned before = list->n;

		ret = add(&t, wanted[i].name, list, 0);
		/* its dependencies come first and are small: they are loaded at boot */
		if (!ret && list->n > before)
			list->m[list->n - 1].lazy = wanted[i].lazy;
	}
	tree_free(&t);
	if (ret)
		ff_modules_free(list);
	return ret;
}

void ff_modules_free(struct ff_modules *list)
{
	for (unsigned i = 0; i < list->n; i++)
		free(list->m[i].data);
	list->n = 0;
}

bool ff_modules_complete(const char *dir)
{
	struct tree t = { 0 };
	bool complete = tree_read(dir, &t) == 0;

	for (size_t i = 0; i < NWANTED && complete; i++)
		if (wanted[i].needed)
			complete = tree_find(&t, wanted[i].name) ||
				   tree_builtin(&t, wanted[i].name);
	tree_free(&t);
	return complete;
}
