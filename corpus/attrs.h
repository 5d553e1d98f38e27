/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of a program in a corpus: KEY=VALUE lines, sorted, each once.
 *
 * Two of them are joined so that the order and the number of joins never
 * matters (join is idempotent, commutative and associative): merging corpora
 * rests on that.
 */
#ifndef FF_CORPUS_ATTRS_H
#define FF_CORPUS_ATTRS_H

#include <stddef.h>

#define FF_ATTR_MAX	1000	/* bytes of one line */

/**
 * enum ff_attr_kind - what becomes of several values of one key
 * @FF_ATTR_SET: all are kept (signal, source, note, and every key not known here)
 * @FF_ATTR_LEAST: the smallest number is (run_us)
 * @FF_ATTR_RATE: "HITS/RUNS": that of most runs, then of most hits (hit_rate)
 */
enum ff_attr_kind { FF_ATTR_SET, FF_ATTR_LEAST, FF_ATTR_RATE };

/** ff_attr_kind() - of a line "KEY=VALUE" or of a key */
enum ff_attr_kind ff_attr_kind(const char *key);

/**
 * ff_attr_check() - is this a line as it may be kept
 *
 * KEY is of a-z, 0-9 and "_"; VALUE is UTF-8 without control characters and
 * fits the kind of the key.
 * Return: NULL, or what is wrong, for people.
 */
const char *ff_attr_check(const char *line);

/**
 * ff_attrs_join() - both, in canonical form
 * @a, @b: lines, each ended by '\n', in any order, repeated or not; may be ""
 *
 * Return: malloc()ed text, or NULL without memory.
 */
char *ff_attrs_join(const char *a, const char *b);

/**
 * ff_attrs_next() - the values of a key, one after another
 * @at: where to begin; moved behind what was found
 * @key: or NULL for every line
 * Return: the value (the line when @key is NULL) of *@n bytes, or NULL at the end.
 */
const char *ff_attrs_next(const char **at, const char *key, size_t *n);

#endif
