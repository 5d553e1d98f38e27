// SPDX-License-Identifier: GPL-2.0-only
/* The mutant kernel by name: what tests/mutants/build.sh left in the cache. */
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

/* As in tests/mutants/0000-switches.patch: the kernel only logs an ID that it does not know. */
const char *const ff_mutant_ids[] = { "a", "b", "c1", "c2", "d", "e1", "e2", "f1", "f2", "f3", "g", NULL };

static bool known_id(const char *id, size_t len)
{
	for (unsigned int i = 0; ff_mutant_ids[i]; i++)
		if (strlen(ff_mutant_ids[i]) == len && !strncmp(ff_mutant_ids[i], id, len))
			return true;
	return false;
}

static void tell_ids(const char *id, size_t len)
{
	char all[128] = "";
	size_t used = 0;

	for (unsigned int i = 0; ff_mutant_ids[i]; i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, " %s", ff_mutant_ids[i]);
	ff_msg_error("there is no mutant \"%.*s\": mutant:ID[,ID...] was expected, with IDs of:%s (tests/mutants/README.md)",
		     (int)len, id, all);
}

int ff_mutant_append(const char *ids, char *append, size_t n)
{
	const char *id = ids;
	size_t len;

	for (;; id += len + 1) {
		len = strcspn(id, ",");
		if (!known_id(id, len)) {
			tell_ids(id, len);
			return -EINVAL;
		}
		if (!id[len])
			break;
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
	ret = colon ? ff_mutant_append(colon + 1, k->append, sizeof(k->append)) : 0;
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
