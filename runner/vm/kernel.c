// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/vm/kernel.h"
#include "runner/vm/kernel_fetch.h"
#include "runner/msg.h"

static const char *const suites[] = {
	"bullseye", "bookworm", "bookworm-backports", "trixie", "trixie-backports", "sid",
};

#define NSUITES (sizeof(suites) / sizeof(suites[0]))

int ff_kernel_image_info(const char *image, char *release, size_t nr, char *version, size_t nv)
{
	char head[0x210], text[256] = "", *p;
	int fd, ret = 0;
	uint16_t off;

	fd = open(image, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (pread(fd, head, sizeof(head), 0) != sizeof(head) || memcmp(head + 0x202, "HdrS", 4))
		ret = -ENOEXEC;
	memcpy(&off, head + 0x20e, sizeof(off));
	if (!ret && pread(fd, text, sizeof(text) - 1, off + 0x200) <= 0)
		ret = -ENOEXEC;
	close(fd);
	if (ret)
		return ret;
	snprintf(release, nr, "%.*s", (int)strcspn(text, " \n"), text);
	version[0] = '\0';
	p = strstr(text, " Debian ");
	if (p)
		snprintf(version, nv, "%.*s", (int)strcspn(p + 8, " \n("), p + 8);
	return 0;
}

/* Modules of a bzImage given by path: made by hand, from a package, or /boot's own. */
static void path_modules(const char *image, struct ff_kernel *k)
{
	static const char *const places[] = {
		"%s/lib/modules/%s", "%s/modules/%s", "%s/../lib/modules/%s",
		"%s/../usr/lib/modules/%s", "%s/../../lib/modules/%s", "%s/../../../../lib/modules/%s",
	};
	char dir[4096], try[8192], *slash;

	snprintf(dir, sizeof(dir), "%s", image);
	slash = strrchr(dir, '/');
	if (!slash)
		return;
	*slash = '\0';
	/* From 7.x on the image lies in its modules' own folder. */
	snprintf(try, sizeof(try), "%s/kernel", dir);
	if (!access(try, R_OK)) {
		strcpy(k->modules, dir);
		return;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(try, sizeof(try), places[i], dir, k->release);
		if (!access(try, R_OK) && realpath(try, k->modules))
			return;
	}
	k->modules[0] = '\0';
}

static int from_path(const char *spec, struct ff_kernel *k)
{
	int ret;

	if (!realpath(spec, k->image)) {
		ret = -errno;
		ff_msg_error("the kernel image %s: %s", spec, strerror(-ret));
		return ret;
	}
	ret = ff_kernel_image_info(k->image, k->release, sizeof(k->release),
				   k->version, sizeof(k->version));
	if (ret) {
		ff_msg_error("%s is not an x86-64 bzImage: %s; give the file arch/x86/boot/bzImage or boot/vmlinuz-*",
			     spec, strerror(-ret));
		return ret;
	}
	snprintf(k->name, sizeof(k->name), "%.63s", strrchr(k->image, '/') + 1);
	path_modules(k->image, k);
	if (!k->modules[0])
		ff_msg_info("no modules found beside %s: taking its drivers to be built in", spec);
	return 0;
}

/* "suite[=version]". Return: 0 or -EINVAL with a message. */
static int parse_spec(const char *spec, char *suite, size_t n, const char **version)
{
	size_t len = strcspn(spec, "="), i;
	const char *p;

	*version = spec[len] ? spec + len + 1 : "";
	for (p = *version; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr(".+~-", *p))
			goto bad;
	if (spec[len] && !**version)
		goto bad;
	for (i = 0; i < NSUITES; i++)
		if (strlen(suites[i]) == len && !strncmp(spec, suites[i], len)) {
			snprintf(suite, n, "%s", suites[i]);
			return 0;
		}
bad:
	ff_msg_error("no kernel is called \"%s\"; names are bullseye, bookworm, bookworm-backports, trixie, trixie-backports, sid, each also as NAME=VERSION, or the path of a bzImage", spec);
	return -EINVAL;
}

static void meta_line(const char *meta, const char *key, char *buf, size_t n)
{
	size_t len = strlen(key);
	const char *p;

	buf[0] = '\0';
	for (p = meta; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, key, len) && p[len] == '=') {
			snprintf(buf, n, "%.*s", (int)strcspn(p + len + 1, "\n"), p + len + 1);
			return;
		}
	}
}

/* Read kernels/NAME/meta. Return: 0 or -ENOENT, no message. */
static int from_cache(const char *name, struct ff_kernel *k)
{
	char link[4096], dir[PATH_MAX], path[PATH_MAX + 16], rel[512], *meta;
	int ret;

	ret = ff_cache_path(link, sizeof(link), "kernels/%s", name);
	if (ret)
		return ret;
	if (!realpath(link, dir))	/* resolved once: an update must not mix two kernels */
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/meta", dir);
	meta = ff_read_file(path, NULL);
	if (!meta)
		return -ENOENT;
	memset(k, 0, sizeof(*k));
	snprintf(k->name, sizeof(k->name), "%s", name);
	meta_line(meta, "release", k->release, sizeof(k->release));
	meta_line(meta, "version", k->version, sizeof(k->version));
	meta_line(meta, "image", rel, sizeof(rel));
	ret = snprintf(k->image, sizeof(k->image), "%s/%s", dir, rel) >= (int)sizeof(k->image);
	meta_line(meta, "modules", rel, sizeof(rel));
	if (rel[0])
		ret |= snprintf(k->modules, sizeof(k->modules), "%s/%s", dir, rel) >=
		       (int)sizeof(k->modules);
	free(meta);
	return ret || access(k->image, R_OK) ? -ENOENT : 0;
}

static int write_meta(const char *dir, const char *release, const char *version)
{
	char path[4096], text[2048], image[512], modules[512];
	int ret;

	ret = ff_kernel_tree(dir, release, image, sizeof(image), modules, sizeof(modules));
	if (ret)
		return ret;
	snprintf(text, sizeof(text), "release=%s\nversion=%s\nimage=%s\nmodules=%s\n",
		 release, version, image, modules);
	if (snprintf(path, sizeof(path), "%s/meta", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return ff_write_file(path, text, strlen(text));
}

/* Move the unpacked kernel into the store and point kernels/NAME at it. */
static int publish(const char *tmp, const char *name, const char *release, const char *version)
{
	char store[4096], link[4096], new_link[4096], target[512], meta[4608];
	int ret;

	ret = write_meta(tmp, release, version);
	if (!ret)
		ret = ff_cache_path(store, sizeof(store), "kernels/store/%s_%s", release, version);
	if (!ret)
		ret = ff_cache_path(link, sizeof(link), "kernels/%s", name);
	if (!ret)
		ret = ff_cache_path(new_link, sizeof(new_link), "kernels/.%s.tmp", name);
	if (ret)
		goto fail;
	snprintf(meta, sizeof(meta), "%s/meta", store);
	if (access(meta, R_OK)) {
		ff_remove_tree(store);
		if (rename(tmp, store))
			ret = -errno;
	} else {
		ff_remove_tree(tmp);	/* the same kernel again */
	}
	snprintf(target, sizeof(target), "store/%s_%s", release, version);
	unlink(new_link);
	if (!ret && (symlink(target, new_link) || rename(new_link, link)))
		ret = -errno;
	if (!ret)
		return 0;
fail:
	ff_msg_error("cannot keep the kernel %s in the cache: %s", release, strerror(-ret));
	return ret;
}

static int fetch(const char *spec, const char *suite, const char *version, bool update,
		 struct ff_kernel *k)
{
	char tmp[4096], release[96], package_version[64];
	int lock, ret;

	lock = ff_cache_lock("kernels");
	if (lock < 0)
		return lock;
	if (!update && !from_cache(spec, k)) {	/* somebody else fetched it meanwhile */
		ret = 0;
		goto cleanup;
	}
	ret = ff_cache_path(tmp, sizeof(tmp), "kernels/.tmp-%d", getpid());
	if (ret)
		goto cleanup;
	ret = ff_kernel_fetch_suite(suite, version, update, tmp, release, sizeof(release),
				    package_version, sizeof(package_version));
	if (!ret)
		ret = publish(tmp, spec, release, package_version);
	if (!ret)
		ret = from_cache(spec, k);
	ff_remove_tree(tmp);
cleanup:
	ff_cache_unlock(lock);
	return ret;
}

/* A path, or a kernel of our own: nothing to fetch. A folder may well be named as a suite is. */
static bool is_local(const char *spec)
{
	struct stat st;

	return ff_kernel_is_mutant(spec) || strchr(spec, '/') || (!stat(spec, &st) && S_ISREG(st.st_mode));
}

static int from_local(const char *spec, struct ff_kernel *k)
{
	memset(k, 0, sizeof(*k));
	return ff_kernel_is_mutant(spec) ? ff_kernel_mutant(spec, k) : from_path(spec, k);
}

static int look_up(const char *spec, bool may_fetch, bool update, struct ff_kernel *k)
{
	const char *version;
	char suite[64];
	int ret;

	if (is_local(spec))
		return from_local(spec, k);
	memset(k, 0, sizeof(*k));
	ret = parse_spec(spec, suite, sizeof(suite), &version);
	if (ret)
		return ret;
	ret = update ? -ENOENT : from_cache(spec, k);
	if (ret && may_fetch)
		return fetch(spec, suite, version, update, k);
	if (ret == -ENOENT)
		ff_msg_error("the kernel %s is not in the cache; fetch it with: foliofuzz kernel get %s",
			     spec, spec);
	return ret;
}

int ff_kernel_fetch(const char *spec, bool update, struct ff_kernel *k)
{
	return look_up(spec, true, update, k);
}

int ff_kernel_find(const char *spec, bool may_fetch, struct ff_kernel *k)
{
	return look_up(spec, may_fetch, false, k);
}

int ff_kernel_list(FILE *out)
{
	struct dirent **names;
	struct ff_kernel k;
	char path[4096];
	int n, i, ret, count = 0;

	ret = ff_cache_path(path, sizeof(path), "kernels/store");
	if (ret)
		return ret;
	*strrchr(path, '/') = '\0';
	n = scandir(path, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (name[0] != '.' && strcmp(name, "store") && !from_cache(name, &k)) {
			fprintf(out, "%-22s %-32s %-22s %s\n", k.name, k.release, k.version,
				k.image);
			count++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return count;
}
