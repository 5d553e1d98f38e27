/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of syzkaller's program text, taken apart; nothing here knows a call. */
#ifndef FF_CORPUS_SYZ_TEXT_H
#define FF_CORPUS_SYZ_TEXT_H

#include "fuzzer/text.h"

#define FF_SYZ_NODES	96	/* arguments of a call, those inside others counted */

/**
 * enum ff_syz_kind - what an argument is
 * @FF_SYZ_NUMBER: 0x1f
 * @FF_SYZ_VARIABLE: r3 (also r3/0x2+0x1, which is not the same: @other)
 * @FF_SYZ_POINTER: &(0x7f0000000000/0x1000)=... and &AUTO=...
 * @FF_SYZ_DATA: 'text', "hex", ""/10
 * @FF_SYZ_GROUP: {...} and [...]
 * @FF_SYZ_NIL: nil, and whatever has no value of its own
 */
enum ff_syz_kind {
	FF_SYZ_NUMBER, FF_SYZ_VARIABLE, FF_SYZ_POINTER, FF_SYZ_DATA, FF_SYZ_GROUP, FF_SYZ_NIL
};

/**
 * struct ff_syz_node - an argument
 * @value: of a number; a variable's number; a pointer's address
 * @size: what stands behind the address of a pointer
 * @data: what is between the quotes
 * @child, @next: nodes inside it, and beside it; 0 is none
 */
struct ff_syz_node {
	enum ff_syz_kind kind;
	bool other;
	uint64_t value, size;
	struct ff_str data;
	unsigned int child, next;
};

/**
 * struct ff_syz_line - a call
 * @made: number of the variable it makes, or -1
 * @name: up to a "$"
 * @node: the arguments; the first is @first, 0 is none
 * @async: it is not waited for
 * @props: another property than async, or an empty string
 */
struct ff_syz_line {
	int made;
	struct ff_str name, props;
	bool async;
	unsigned int first, n;
	struct ff_syz_node node[FF_SYZ_NODES];
};

/** ff_syz_line() - NULL, or what is wrong with it */
const char *ff_syz_line(struct ff_str text, struct ff_syz_line *out);

#endif
