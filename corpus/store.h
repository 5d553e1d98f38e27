/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A corpus on disk: one append-only file (docs/corpus.md).
 *
 * One writer at a time, by a lock on FILE.lock; readers need no lock. What
 * ff_corpus_commit() said yes to is there after a kill -9, a power cut and a
 * full disk. Damaged bytes cost what they held and nothing else.
 */
#ifndef FF_CORPUS_STORE_H
#define FF_CORPUS_STORE_H

#include "corpus/record.h"

/** struct ff_why - what was tried, on what, what came back, what to do: for people */
struct ff_why {
	char text[700];
};

struct ff_corpus;

/**
 * ff_corpus_read() - everything that can be read of a store, without its lock
 * @out: ff_scan_free() afterwards, also after an error
 * Return: 0 (also with losses: see @out), or -errno with @why: -ENOENT,
 * -EINVAL (no store), -EPROTONOSUPPORT (a newer one), ...
 */
int ff_corpus_read(const char *path, struct ff_scan *out, struct ff_why *why);

/**
 * ff_corpus_holder() - who holds the lock of a store
 * Return: whether somebody does; @who then says who, as far as it is known.
 */
bool ff_corpus_holder(const char *path, char *who, size_t n);

/**
 * ff_corpus_open() - lock a store for writing and read it; made when it is not there
 *
 * An append that was cut off (struct ff_scan, @torn) is moved to FILE.torn.
 * Other damage stays as it is; what is appended behind it can be read.
 * Return: 0, or -errno with @why; -EBUSY: somebody else holds the lock.
 */
int ff_corpus_open(struct ff_corpus **c, const char *path, struct ff_why *why);

/** ff_corpus_close() - what was not committed is cut off again */
void ff_corpus_close(struct ff_corpus *c);

/** ff_corpus_content() - what it had when opened, and what was added since */
const struct ff_scan *ff_corpus_content(const struct ff_corpus *c);

/**
 * ff_corpus_add() - append a program, or more that is known of it
 * @text: of ff_program_text()
 * @id: filled, may be NULL
 * @news: false when the store had all of it and nothing was appended; may be NULL
 *
 * Not safe before ff_corpus_commit(). After an error the file is as it was at
 * the last commit, and nothing more can be added.
 * Return: 0, or -errno with @why (-ENOSPC: the disk is full).
 */
int ff_corpus_add(struct ff_corpus *c, const char *text, const char *attrs, struct ff_id *id,
		  bool *news, struct ff_why *why);

/** ff_corpus_commit() - what was added is on the disk now; errors as ff_corpus_add() */
int ff_corpus_commit(struct ff_corpus *c, struct ff_why *why);

/**
 * ff_corpus_replace() - the file anew, with this content in canonical form, in one step
 * @set: may be that of ff_corpus_content(): a compaction
 *
 * Refused (-EUCLEAN) while bytes of the file cannot be read: they would be lost.
 * Return: 0, or -errno with @why; then the file is as it was.
 */
int ff_corpus_replace(struct ff_corpus *c, const struct ff_set *set, struct ff_why *why);

/**
 * ff_corpus_write() - a new file with this content
 * Return: 0, or -errno with @why; -EEXIST: it is there already.
 */
int ff_corpus_write(const char *path, const struct ff_set *set, struct ff_why *why);

#endif
