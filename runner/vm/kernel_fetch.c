// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/vm/apt.h"
#include "runner/cache.h"
#include "runner/vm/kernel_fetch.h"
#include "runner/vm/mirror.h"
#include "runner/vm/modules.h"
#include "runner/msg.h"

#define IMAGE "linux-image-"

int ff_kernel_tree(const char *dir, const char *release, char *image, size_t ni,
		   char *modules, size_t nm)
{
	static const char *const images[] = {
		"boot/vmlinuz-%s", "usr/lib/modules/%s/vmlinuz", "lib/modules/%s/vmlinuz",
	};
	static const char *const trees[] = { "lib/modules/%s", "usr/lib/modules/%s" };
	char rel[256], path[4608];
	bool found = false;
	size_t i;

	for (i = 0; i < sizeof(images) / sizeof(images[0]) && !found; i++) {
		snprintf(rel, sizeof(rel), images[i], release);
		snprintf(path, sizeof(path), "%s/%s", dir, rel);
		found = access(path, R_OK) == 0;
	}
	if (!found)
		return -ENOENT;
	snprintf(image, ni, "%s", rel);
	modules[0] = '\0';
	for (i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		snprintf(rel, sizeof(rel), trees[i], release);
		snprintf(path, sizeof(path), "%s/%s/kernel", dir, rel);
		if (access(path, R_OK) == 0) {
			snprintf(modules, nm, "%s", rel);
			break;
		}
	}
	return 0;
}

/*
 * In a Depends field, the package whose name begins with @prefix; alternatives ("a | b")
 * count as well. Return: 0 or -ENOENT.
 */
static int depends_on(const char *depends, const char *prefix, char *name, size_t n)
{
	const char *p = depends;
	size_t len;

	while (*p) {
		p += strspn(p, " ,|");
		len = strcspn(p, " ,|(");
		if (!strncmp(p, prefix, strlen(prefix)) && len < n) {
			memcpy(name, p, len);
			name[len] = '\0';
			return 0;
		}
		p += strcspn(p, ",|");
	}
	return -ENOENT;
}

/* linux-image-REL-FLAVOUR: is it this flavour, signed, and not rt, dbg or another flavour? */
static bool is_flavour(const char *name, const char *flavour)
{
	char tail[64];
	size_t n = strlen(name), t;

	snprintf(tail, sizeof(tail), "-%s", flavour);
	t = strlen(tail);
	if (n < t || strcmp(name + n - t, tail))
		return false;
	if (!isdigit((unsigned char)name[strlen(IMAGE)]))
		return false;	/* a metapackage */
	return strcmp(flavour, "amd64") || (!strstr(name, "-cloud-") && !strstr(name, "-rt-"));
}

/* Does "7.2.12+deb13-…" begin with the wanted "7.2", at a boundary ("7.2" is not "7.20")? */
static bool version_begins(const char *version, const char *wanted)
{
	size_t n = strlen(wanted);

	return !strncmp(version, wanted, n) &&
	       !(isdigit((unsigned char)version[n]) && isdigit((unsigned char)wanted[n - 1]));
}

/* The newest package of this flavour whose version begins with @version. */
static int pick_version(struct ff_apt *a, const char *version, const char *flavour,
			char *package, size_t n)
{
	char *names = NULL, *line, *save, best[160] = "";
	int ret = ff_apt_names(a, IMAGE, &names);

	if (ret)
		return ret;
	for (line = strtok_r(names, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *v = line + strlen(IMAGE);

		if (!is_flavour(line, flavour) || !version_begins(v, version))
			continue;
		if (!best[0] || ff_version_compare(v, best + strlen(IMAGE)) > 0)
			snprintf(best, sizeof(best), "%s", line);
	}
	free(names);
	if (!best[0])
		return -ENOENT;
	snprintf(package, n, "%s", best);
	return 0;
}

/* What the suite itself offers: the dependency of its metapackage. */
static int pick_default(struct ff_apt *a, const char *flavour, char *package, size_t n)
{
	char meta[96], depends[4096];
	int ret;

	snprintf(meta, sizeof(meta), IMAGE "%s", flavour);
	ret = ff_apt_field(a, meta, "Depends", depends, sizeof(depends));
	return ret ? ret : depends_on(depends, IMAGE, package, n);
}

static int pick(struct ff_apt *a, const char *version, const char *flavour,
		char *package, size_t n)
{
	if (version[0])
		return pick_version(a, version, flavour, package, n);
	return pick_default(a, flavour, package, n);
}

/* From 7.x on the image package is empty and depends on these two. */
static int unpack_all(struct ff_apt *a, const char *package, const char *dir)
{
	static const char *const parts[] = { "linux-binary-", "linux-modules-" };
	char depends[4096] = "", part[160];
	bool split = false;
	int ret;

	ret = ff_apt_field(a, package, "Depends", depends, sizeof(depends));
	if (ret && ret != -ENOENT)
		return ret;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (depends_on(depends, parts[i], part, sizeof(part)))
			continue;
		split = true;
		ret = ff_apt_unpack(a, part, dir);
		if (ret)
			return ret;
	}
	return split ? 0 : ff_apt_unpack(a, package, dir);
}

static int fetch_flavour(struct ff_apt *a, const char *version, const char *flavour,
			 const char *dir, char *release, size_t nr,
			 char *package_version, size_t nv)
{
	char package[160], image[512], modules[512], full[4608];
	int ret;

	ret = pick(a, version, flavour, package, sizeof(package));
	if (ret == -ENOENT && !ff_apt_update(a))	/* it may be newer than our lists */
		ret = pick(a, version, flavour, package, sizeof(package));
	if (ret)
		return ret;
	ff_remove_tree(dir);
	ret = ff_mkdir_p(dir);
	if (ret) {
		ff_msg_error("cannot make %s: %s", dir, strerror(-ret));
		return ret;
	}
	ret = unpack_all(a, package, dir);
	if (ret)
		return ret;
	snprintf(release, nr, "%s", package + strlen(IMAGE));
	if (ff_apt_field(a, package, "Version", package_version, nv))
		package_version[0] = '\0';
	ret = ff_kernel_tree(dir, release, image, sizeof(image), modules, sizeof(modules));
	if (ret) {
		ff_msg_error("the package %s holds no kernel where one is expected; its layout may have changed again: please report it",
			     package);
		return ret;
	}
	snprintf(full, sizeof(full), "%s/%s", dir, modules);
	return ff_modules_complete(full) ? 0 : -ENOSYS;
}

int ff_kernel_fetch_suite(const char *suite, const char *version, bool update,
			  const char *dir, char *release, size_t nr,
			  char *package_version, size_t nv)
{
	/* The cloud flavour is a third of the size and boots faster. */
	static const char *const flavours[] = { "cloud-amd64", "amd64" };
	struct ff_apt a;
	int ret;

	ret = ff_apt_open(suite, &a);
	if (!ret && update && !a.fresh)
		ret = ff_apt_update(&a);
	if (ret)
		return ret;
	for (size_t i = 0; i < sizeof(flavours) / sizeof(flavours[0]); i++) {
		ret = fetch_flavour(&a, version, flavours[i], dir, release, nr,
				    package_version, nv);
		if (ret != -ENOENT && ret != -ENOSYS)
			return ret;
		if (ret == -ENOSYS)
			ff_msg_info("%s lacks modules that some targets need", release);
	}
	if (ret == -ENOSYS)
		return 0;	/* usable; targets that it lacks will say so */
	ff_msg_error("the suite %s has no linux-image package%s%s", suite,
		     version[0] ? " of version " : "", version);
	return ret;
}
