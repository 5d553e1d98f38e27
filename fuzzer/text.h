/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small tools of program.c, parse.c, print.c and target.c: pieces of text,
 * numbers, bounded output, messages. Nothing here knows the call table
 * except ff_flag_next().
 */
#ifndef FF_FUZZER_TEXT_H
#define FF_FUZZER_TEXT_H

#include "fuzzer/call.h"

#define FF_TEXT_VERSION	1	/* of the text form, in its first line */
#define FF_PAGE	4096ULL		/* what offsets of a mapping are multiples of */

/** struct ff_str - a piece of a text, not ended by NUL */
struct ff_str {
	const char *s;
	size_t n;
};

/** FF_SHOW() - the two arguments of "%.*s" for a ff_str; a long one is cut between characters */
#define FF_SHOW(w)	ff_str_shown(w), (w).s
int ff_str_shown(struct ff_str w);

/** ff_str_is() - is it this word */
bool ff_str_is(struct ff_str w, const char *word);

/** ff_str_clean() - bytes before the first that is no UTF-8 or a control character but tab */
size_t ff_str_clean(struct ff_str line);

/** ff_str_trim() - without the blanks around it */
struct ff_str ff_str_trim(struct ff_str s);

/** ff_str_word() - take the next word, blanks around it removed; n is 0 at the end */
struct ff_str ff_str_word(struct ff_str *rest);

/** ff_str_part() - take what stands before the next @sep, which is removed; false at the end */
bool ff_str_part(struct ff_str *rest, char sep, struct ff_str *part);

/** ff_str_number() - digits only; -EINVAL, or -ERANGE above 2^64 - 1 */
int ff_str_number(struct ff_str w, uint64_t *value);

/** ff_str_bytes() - digits, then K, M or nothing; errors as ff_str_number() */
int ff_str_bytes(struct ff_str w, uint64_t *value);

/** ff_str_distance() - letters to change, add, drop or swap to make one word the other; 99 when long */
unsigned int ff_str_distance(struct ff_str a, const char *b);

/**
 * struct ff_out - bounded output that counts what it would have needed
 * @n: room in @buf, with the NUL
 * @len: bytes so far without the NUL, may exceed @n
 */
struct ff_out {
	char *buf;
	size_t n, len;
};

__attribute__((format(printf, 2, 3)))
void ff_out(struct ff_out *o, const char *fmt, ...);

/** ff_out_bytes() - shortest exact form: 2M, 4K, 512 */
void ff_out_bytes(struct ff_out *o, uint64_t bytes);

/** struct ff_size_text, ff_size_text() - the same inside an argument list */
struct ff_size_text { char s[24]; };
struct ff_size_text ff_size_text(uint64_t bytes);

/** ff_out_usage() - "madvise MEMORY OFFSET LENGTH ADVICE" for messages and the documentation */
void ff_out_usage(struct ff_out *o, const struct ff_op *op);

/** ff_out_words() - "a, b, c" */
void ff_out_words(struct ff_out *o, const struct ff_word *words);

/** ff_fail() - fill @e (may be NULL); returns -EINVAL */
__attribute__((format(printf, 3, 4)))
int ff_fail(struct ff_error *e, unsigned int line, const char *fmt, ...);

/**
 * ff_flag_next() - the words that a flags value is made of, one after another
 * @after: the last one, or NULL for the first
 *
 * Words that are part of a longer one in the value are left out, as is the
 * second of two names for the same value. A word of value 0 stands alone.
 */
const struct ff_word *ff_flag_next(const struct ff_word *words, uint64_t value,
				   const struct ff_word *after);

/** ff_flag_known() - is @value an OR of words */
bool ff_flag_known(const struct ff_word *words, uint64_t value);

/** ff_target_check() - is it one that ff_target_parse() could have made */
int ff_target_check(const struct ff_target *t, struct ff_error *e);

/**
 * ff_op_joined() - is argument @i a choice that the flags after it are joined to
 *
 * Only at the end of a line: "open f0 rdwr|creat", "mmap h0 0 2M rw shared".
 */
bool ff_op_joined(const struct ff_op *op, unsigned int i);

/** ff_slot_letter() - 'h', 'm' or 'b' of what a row makes */
char ff_slot_letter(enum ff_result result);

#endif
