/* SPDX-License-Identifier: GPL-2.0-only */
/* A merge under way. For merge.c and its parts only. */
#ifndef FF_RUNNER_MERGE_STATE_H
#define FF_RUNNER_MERGE_STATE_H

#include <jansson.h>
#include <limits.h>

#include "corpus/store.h"
#include "runner/shards/merge.h"
#include "runner/store.h"

#define FF_MERGE_VERSION	1
#define FF_MERGE_STORES		64	/* corpora of one merge: one for each kernel */
#define FF_NO_SUMMARY		"no summary"	/* "ended" of a shard that was killed before it wrote one */

/** struct ff_merge_store - programs that were kept on one kernel; @suffix: of its file, behind "corpus.ff" */
struct ff_merge_store {
	char suffix[128];
	struct ff_set set;
};

/**
 * struct ff_merge - what is known so far of all shards
 * @shard: id -> what merge.json says of a shard
 * @with: id -> its "summary" (an object), and the path of its "plot"
 * @best: signature -> evidence: "dir", "base" (its finding.json without what is counted), "digest" when known
 * @lost: name in the merged lost/ -> the folder it comes from
 * @store, @nstores: corpora, the first of them "corpus.ff"
 * @hurt: things that could not be read; each was told
 */
struct ff_merge {
	json_t *shard, *with, *best, *lost;
	struct ff_merge_store store[FF_MERGE_STORES];
	unsigned int nstores;
	unsigned int hurt;
};

/** ff_merge_hurt() - tell that something of a shard is not in the result */
void ff_merge_hurt(struct ff_merge *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* merge_read.c */

/** ff_merge_read() - take over all that a folder holds; what cannot be read is told */
void ff_merge_read(struct ff_merge *m, const char *dir);

/** ff_merge_join() - of a shard that is known already the later state counts; all are stolen */
void ff_merge_join(struct ff_merge *m, const char *id, json_t *record, json_t *summary, const char *plot);

/* merge_corpus.c */

/**
 * ff_merge_corpora() - take over the programs a folder keeps
 * @log: its campaign.log: what it says was kept must be there
 * @kept: how many that are
 * Return: is there any corpus?
 */
bool ff_merge_corpora(struct ff_merge *m, const char *dir, const char *log, unsigned int *kept);

/** ff_merge_put_corpora() - write OUT/corpus.ff, which is open as @c, and the others; 0 or -errno with a message */
int ff_merge_put_corpora(struct ff_merge *m, const char *out, struct ff_corpus *c);

/** ff_merge_programs() - in all corpora */
size_t ff_merge_programs(const struct ff_merge *m);

/* merge_found.c */

/** ff_merge_evidence() - a finding's folder: is it the best program for its signature so far? */
void ff_merge_evidence(struct ff_merge *m, const char *dir, const json_t *finding);

/** ff_merge_counts() - what is counted of a finding in one shard, out of its finding.json; a new reference */
json_t *ff_merge_counts(const json_t *finding);

/** ff_merge_findings() - all as finding.json has them, sorted by signature; a new reference */
json_t *ff_merge_findings(const struct ff_merge *m);

/** ff_merge_put_findings() - write OUT/findings; 0 or -errno with a message */
int ff_merge_put_findings(struct ff_merge *m, struct ff_store *st, const json_t *findings);

/* merge_sum.c */

/** ff_merge_summary() - summary.json of all shards together; a new reference */
json_t *ff_merge_summary(const struct ff_merge *m, const json_t *findings);

/** ff_merge_stem() - a shard's name, with some of its id where two have the same */
void ff_merge_stem(const struct ff_merge *m, const char *id, char *out, size_t n);

/* merge_files.c */

/** ff_merge_path() - print a path; "" when it is too long for any file */
void ff_merge_path(char path[PATH_MAX], const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** ff_merge_list() - names in a folder, sorted, without those that begin with "."; a new array, empty if there is none */
json_t *ff_merge_list(const char *dir);

/** ff_merge_keys() - of an object, sorted: what is done in their order is done the same way always; a new array */
json_t *ff_merge_keys(const json_t *object);

/** ff_merge_digest() - SHA-256 of a folder's files but finding.json and README, and of @more; 0 or -errno */
int ff_merge_digest(const char *dir, const char *more, char out[FF_ID_TEXT]);

/** ff_merge_copy() - a folder's files but finding.json and README into another one; 0 or -errno */
int ff_merge_copy(const char *from, const char *to);

#endif
