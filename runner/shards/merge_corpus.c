// SPDX-License-Identifier: GPL-2.0-only
/* The programs that shards kept: a corpus for each kernel, corpus.ff and corpus.ff.KERNEL. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/corpus_cmd.h"
#include "runner/shards/merge_state.h"
#include "runner/msg.h"

static struct ff_merge_store *store_of(struct ff_merge *m, const char *suffix)
{
	for (unsigned int i = 0; i < m->nstores; i++)
		if (!strcmp(m->store[i].suffix, suffix))
			return &m->store[i];
	if (m->nstores == FF_MERGE_STORES || strlen(suffix) >= sizeof(m->store[0].suffix))
		return NULL;
	strcpy(m->store[m->nstores].suffix, suffix);
	return &m->store[m->nstores++];
}

size_t ff_merge_programs(const struct ff_merge *m)
{
	size_t n = 0;

	for (unsigned int i = 0; i < m->nstores; i++)
		n += m->store[i].set.n;
	return n;
}

/* "" or ".KERNEL"; not the lock, nor what a writer leaves when it is killed. */
static bool is_suffix(const char *text)
{
	static const char *const ours[] = { ".lock", ".tmp", ".torn", ".repaired", ".new" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!strcmp(text, ours[i]))
			return false;
	if (!*text)
		return true;
	if (*text++ != '.')
		return false;
	while (isalnum((unsigned char)*text) || *text == '-' || *text == '_')
		text++;
	return !*text;
}

static bool has(const struct ff_set *set, const char *text)
{
	struct ff_id id;

	for (size_t i = 0; i < sizeof(id.byte); i++)
		if (sscanf(text + 2 * i, "%2hhx", &id.byte[i]) != 1)
			return false;
	return ff_set_get(set, &id);
}

/* Are the programs there of which the log says "kept ID"? */
static unsigned int check_kept(struct ff_merge *m, const char *dir, const char *log, const struct ff_set *set)
{
	unsigned int kept = 0, gone = 0;
	char id[FF_ID_TEXT], first[FF_ID_TEXT] = "";

	for (const char *line = log; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (sscanf(line, "%*s kept %64[0-9a-f]", id) != 1 || strlen(id) != FF_ID_TEXT - 1)
			continue;
		kept++;
		if (!has(set, id) && !gone++)
			snprintf(first, sizeof(first), "%s", id);
	}
	if (gone)
		ff_merge_hurt(m, "%s: of %u programs that campaign.log says were kept, %u are not in its corpus (the first is "
			      "%s)", dir, kept, gone, first);
	return kept;
}

/* A campaign may have been told to keep programs elsewhere (fuzz --corpus); state.json knows. */
static void place(const char *dir, char path[PATH_MAX])
{
	const char *told;
	json_t *state;

	ff_merge_path(path, "%s/state.json", dir);
	state = json_load_file(path, 0, NULL);
	told = json_string_value(json_object_get(json_object_get(state, "config"), "corpus"));
	ff_merge_path(path, "%s/corpus.ff", dir);
	if (access(path, F_OK) && told && strchr(told, '/'))
		ff_merge_path(path, "%s", told);
	json_decref(state);
}

static void read_one(struct ff_merge *m, const char *path, const char *suffix, struct ff_set *own)
{
	struct ff_merge_store *store = store_of(m, suffix);
	struct ff_scan *s = calloc(1, sizeof(*s));
	struct ff_why why;

	if (!s || !store) {
		ff_merge_hurt(m, "%s: no room for one more corpus", path);
		free(s);
		return;
	}
	if (ff_corpus_read(path, s, &why)) {
		ff_merge_hurt(m, "%s", why.text);
	} else {
		ff_corpus_tell(path, s);
		m->hurt += s->nlost;
		if (ff_set_join(&store->set, &s->set) || ff_set_join(own, &s->set))
			ff_merge_hurt(m, "no memory to merge %s", path);
	}
	ff_scan_free(s);
	free(s);
}

bool ff_merge_corpora(struct ff_merge *m, const char *dir, const char *log, unsigned int *kept)
{
	char base[PATH_MAX], path[PATH_MAX], *name;
	struct ff_set own = { 0 };
	bool there = false;
	json_t *list, *one;
	size_t i, n;

	place(dir, base);
	name = strrchr(base, '/');
	*name++ = '\0';
	n = strlen(name);
	list = ff_merge_list(base);
	json_array_foreach(list, i, one) {
		const char *file = json_string_value(one);

		if (strncmp(file, name, n) || !is_suffix(file + n))
			continue;
		ff_merge_path(path, "%s/%s", base, file);
		read_one(m, path, file + n, &own);
		there = true;
	}
	json_decref(list);
	*kept = check_kept(m, dir, log, &own);
	ff_set_free(&own);
	return there;
}

int ff_merge_put_corpora(struct ff_merge *m, const char *out, struct ff_corpus *c)
{
	struct ff_corpus *other;
	char path[PATH_MAX];
	struct ff_why why;
	int ret = 0;

	for (unsigned int i = 0; i < m->nstores && !ret; i++) {
		const struct ff_merge_store *s = &m->store[i];

		ff_merge_path(path, "%s/corpus.ff%s", out, s->suffix);
		other = NULL;
		if (s->suffix[0])
			ret = ff_corpus_open(&other, path, &why);
		if (!ret)
			ret = ff_corpus_replace(other ? other : c, &s->set, &why);
		ff_corpus_close(other);
		if (ret)
			ff_msg_error("%s", why.text);
	}
	return ret;
}
