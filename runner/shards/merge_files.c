// SPDX-License-Identifier: GPL-2.0-only
/* Folders of evidence: listed, compared, copied. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runner/cache.h"
#include "runner/shards/merge_state.h"

void ff_merge_path(char path[PATH_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(path, PATH_MAX, fmt, ap) >= PATH_MAX)
		path[0] = '\0';	/* too long for any file: then it is missing, which is told */
	va_end(ap);
}

static int by_name(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);	/* shard-9 before shard-10 */
}

/* Takes the names, and the list of them. */
static json_t *sorted(char **name, size_t n)
{
	json_t *list = json_array();

	if (n)
		qsort(name, n, sizeof(*name), by_name);
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(list, json_string(name[i]));
		free(name[i]);
	}
	free(name);
	return list;
}

static char **append(char **name, size_t n, const char *one)
{
	/* room doubles at each power of two */
	if (!(n & (n - 1)))
		name = reallocarray(name, n ? 2 * n : 1, sizeof(*name));
	if (!name || !(name[n] = strdup(one)))
		abort();	/* a few KiB: nothing else would work either */
	return name;
}

json_t *ff_merge_list(const char *dir)
{
	char **name = NULL;
	struct dirent *e;
	size_t n = 0;
	DIR *d = opendir(dir);

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			name = append(name, n++, e->d_name);
	if (d)
		closedir(d);
	return sorted(name, n);
}

json_t *ff_merge_keys(const json_t *object)
{
	char **name = NULL;
	const char *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach((json_t *)object, key, value)
		name = append(name, n++, key);
	return sorted(name, n);
}

/* Those two have counts, which differ from shard to shard; temporary files are nobody's. */
static bool is_evidence(const char *dir, const char *name, char path[PATH_MAX])
{
	struct stat st;

	ff_merge_path(path, "%s/%s", dir, name);
	return strcmp(name, "finding.json") && strcmp(name, "README") && !strstr(name, ".tmp") && !stat(path, &st) &&
	       S_ISREG(st.st_mode);
}

int ff_merge_digest(const char *dir, const char *more, char out[FF_ID_TEXT])
{
	json_t *list = ff_merge_list(dir), *name;
	char path[PATH_MAX], *text;
	int ret = json_array_size(list) ? 0 : -ENOENT;
	struct ff_id id;
	SHA2_CTX sha;
	size_t i, n;

	SHA256Init(&sha);
	SHA256Update(&sha, (const uint8_t *)more, strlen(more) + 1);
	json_array_foreach(list, i, name) {
		if (!is_evidence(dir, json_string_value(name), path))
			continue;
		text = ff_read_file(path, &n);
		if (!text) {
			ret = -errno;
			break;
		}
		SHA256Update(&sha, (const uint8_t *)json_string_value(name), json_string_length(name) + 1);
		SHA256Update(&sha, (const uint8_t *)&n, sizeof(n));
		SHA256Update(&sha, (const uint8_t *)text, n);
		free(text);
	}
	SHA256Final(id.byte, &sha);
	ff_id_text(&id, out);
	json_decref(list);
	return ret;
}

int ff_merge_copy(const char *from, const char *to)
{
	json_t *list = ff_merge_list(from), *name;
	char path[PATH_MAX], copy[PATH_MAX], *text;
	int ret = json_array_size(list) ? 0 : -ENOENT;
	size_t i, n;

	json_array_foreach(list, i, name) {
		if (ret)
			break;
		if (!is_evidence(from, json_string_value(name), path))
			continue;
		ff_merge_path(copy, "%s/%s", to, json_string_value(name));
		text = ff_read_file(path, &n);
		ret = text ? ff_write_file(copy, text, n) : -errno;
		free(text);
	}
	json_decref(list);
	return ret;
}
