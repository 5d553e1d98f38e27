/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of programs with what is known of them: the content of a corpus, in memory. */
#ifndef FF_CORPUS_SET_H
#define FF_CORPUS_SET_H

#include <sha2.h>	/* libmd */
#include <stdbool.h>
#include <stddef.h>

#include "fuzzer/program.h"

#define FF_ID_TEXT	(2 * SHA256_DIGEST_LENGTH + 1)
#define FF_ID_SHORT	16	/* hexadecimal digits that lists show */

/** struct ff_id - SHA-256 of a program's text: equal ids, equal programs (ff_program_same()) */
struct ff_id {
	uint8_t byte[SHA256_DIGEST_LENGTH];
};

/**
 * struct ff_entry - one program
 * @text: as ff_program_print() writes it, without seed and number
 * @attrs: canonical lines (attrs.h)
 */
struct ff_entry {
	struct ff_id id;
	char *text, *attrs;
};

/** struct ff_set - entries sorted by id, each id once; all zero is the empty set */
struct ff_set {
	struct ff_entry *e;
	size_t n, room;
};

void ff_set_free(struct ff_set *s);

/**
 * ff_set_put() - add a program, or join what is known of it
 * @text, @attrs: copied
 * @news: may be NULL; true when @s did not have all of this
 * Return: the entry, or NULL without memory. It moves when another one is added.
 */
struct ff_entry *ff_set_put(struct ff_set *s, const char *text, const char *attrs, bool *news);

/** ff_set_join() - add everything of @from; 0 or -ENOMEM */
int ff_set_join(struct ff_set *s, const struct ff_set *from);

/** ff_set_get() - by id, or NULL */
struct ff_entry *ff_set_get(const struct ff_set *s, const struct ff_id *id);

/**
 * ff_set_find() - by the beginning of an id in hexadecimal
 * @n: how many entries begin so
 * Return: the first of them, or NULL.
 */
struct ff_entry *ff_set_find(const struct ff_set *s, const char *prefix, size_t *n);

/** ff_id_of() - of a program's text */
struct ff_id ff_id_of(const char *text);

/** ff_id_text() - in hexadecimal, NUL-terminated */
void ff_id_text(const struct ff_id *id, char out[FF_ID_TEXT]);

/**
 * ff_program_text() - a program's text as corpora keep it: seed and number left out
 * Return: malloc()ed, or NULL without memory.
 */
char *ff_program_text(const struct ff_program *p);

#endif
