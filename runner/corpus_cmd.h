/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of "foliofuzz corpus" share: cmd_corpus.c, corpus_show.c, corpus_convert.c. */
#ifndef FF_RUNNER_CORPUS_CMD_H
#define FF_RUNNER_CORPUS_CMD_H

#include <jansson.h>
#include <stdbool.h>

#include "corpus/store.h"

/**
 * struct ff_corpus_args - the command line
 * @json: --json
 * @format, @out, @target: as given, or NULL
 * @attrs: lines of --attr, "" when none
 * @store: the corpus; @words, @nwords: what follows it
 */
struct ff_corpus_args {
	bool json;
	const char *format, *out, *target;
	char *attrs;
	const char *store;
	char **words;
	int nwords;
};

/** ff_corpus_load() - read a store, say what is damaged; 0 or the exit status, with a message */
int ff_corpus_load(const char *path, struct ff_scan *s);

/** ff_corpus_tell() - what of a store cannot be read, one message each; true when there is any */
bool ff_corpus_tell(const char *path, const struct ff_scan *s);

/** ff_corpus_parse() - an entry's program; false with a message when this version cannot read it */
bool ff_corpus_parse(const struct ff_entry *e, struct ff_program *p);

/** ff_corpus_pick() - the entry that the user means by (the beginning of) an id, or NULL with a message */
struct ff_entry *ff_corpus_pick(const struct ff_set *set, const char *store, const char *id);

/** ff_corpus_print_json() - to standard output; takes the reference */
void ff_corpus_print_json(json_t *j);

/* The actions; each returns the exit status. */
int ff_corpus_list(const struct ff_corpus_args *a);
int ff_corpus_show(const struct ff_corpus_args *a);
int ff_corpus_check(const struct ff_corpus_args *a);
int ff_corpus_export(const struct ff_corpus_args *a);
int ff_corpus_import(const struct ff_corpus_args *a);

/** ff_corpus_distil() - "distil": it has a command line of its own, where programs run */
int ff_corpus_distil(int argc, char **argv);

/** ff_corpus_add_files() - "add": programs of our own form */
int ff_corpus_add_files(const struct ff_corpus_args *a);

#endif
