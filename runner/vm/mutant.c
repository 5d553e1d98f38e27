// SPDX-License-Identifier: GPL-2.0-only
/* The mutant kernel by name: what tests/mutants/build.sh left in the cache. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/cache.h"
#include "runner/msg.h"
#include "runner/vm/kernel.h"

/* The newest mutant/KEY/bzImage below @base. */
static int newest(const char *base, char *image, size_t n)
{
	DIR *dir = opendir(base);
	struct dirent *d;
	struct stat st;
	char path[4096];
	time_t latest = 0;

	image[0] = '\0';
	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "%.3000s/%s/bzImage", base, d->d_name);
		if (d->d_name[0] == '.' || stat(path, &st) || st.st_mtime < latest)
			continue;
		latest = st.st_mtime;
		snprintf(image, n, "%s", path);
	}
	if (dir)
		closedir(dir);
	return image[0] ? 0 : -ENOENT;
}

static int ids_of(const char *ids, char *append, size_t n)
{
	for (const char *c = ids; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != ',') {
			ff_msg_error("\"mutant:%s\" names no mutants: mutant:ID[,ID...] was expected, with IDs of tests/mutants/README.md",
				     ids);
			return -EINVAL;
		}
	snprintf(append, n, "mutant=%s", ids);
	return 0;
}

int ff_kernel_mutant(const char *spec, struct ff_kernel *k)
{
	const char *colon = strchr(spec, ':');
	char base[4096];
	int ret;

	memset(k, 0, sizeof(*k));
	ret = colon ? ids_of(colon + 1, k->append, sizeof(k->append)) : 0;
	if (ret)
		return ret;
	ret = ff_cache_path(base, sizeof(base), "mutant/any");
	if (ret)
		return ret;
	*strrchr(base, '/') = '\0';
	ret = newest(base, k->image, sizeof(k->image));
	if (ret) {
		ff_msg_error("the mutant kernel is not built: make mutant-kernel does that (10 to 20 minutes)");
		return ret;
	}
	ret = ff_kernel_image_info(k->image, k->release, sizeof(k->release), k->version,
				   sizeof(k->version));
	if (ret)
		ff_msg_error("%s is no kernel image: %s; remove it and run make mutant-kernel",
			     k->image, strerror(-ret));
	snprintf(k->name, sizeof(k->name), "%.63s", spec);
	return ret;
}

bool ff_kernel_is_mutant(const char *spec)
{
	return !strncmp(spec, "mutant", 6) && (!spec[6] || spec[6] == ':');
}
