/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What reading and writing programs of syzkaller have in common: the table of
 * calls with the form of their arguments, and where things lie in the arena.
 */
#ifndef FF_CORPUS_SYZ_H
#define FF_CORPUS_SYZ_H

#include "fuzzer/call.h"

/*
 * Pointers of syzkaller lie in 16 MiB that begin here (its executor moves them
 * to where they are). From the bottom: memory of maps and buffers. At the top:
 * 256 bytes for the small things of each call, below them what mincore fills,
 * below that what pread and pwrite use.
 */
#define FF_SYZ_BASE	UINT64_C(0x7f0000000000)
#define FF_SYZ_ARENA	(UINT64_C(16) << 20)
#define FF_SYZ_SMALL	(FF_SYZ_ARENA - 256 * 256)
#define FF_SYZ_VEC	(FF_SYZ_SMALL - 4096)
#define FF_SYZ_AT_CWD	UINT64_C(0xffffffffffffff9c)

/* Of a mapping's pages, which end on a huge page: as the executor has it (fuzzer/calls_map.c). */
#define FF_SYZ_HUGE	(UINT64_C(2) << 20)

/**
 * struct ff_syz_row - a call of ours as one of syzkaller's
 * @op: enum ff_op_id
 * @name: there
 * @form: its arguments, by letter and number of our argument:
 *	hN handle, nN number; vN memory at N with the offset and length after it:
 *	two arguments, a vma and its length; xN the same as a vector of one piece
 *	and its count; VN pieces that are filled, WN pieces that are read, both
 *	with their count; oN, iN memory of length N that is filled or read; rN a
 *	byte for each page of length N; pN pointer to a number; P pointer to the
 *	number 1; tN pointer to a time of N microseconds; d the pidfd of this
 *	process; =HEX just that
 * @only_in: read, never written: another row says the same
 */
struct ff_syz_row {
	unsigned int op;
	const char *name, *form;
	bool only_in;
};

/** ff_syz_rows - ended by a NULL name; open, mmap, buffer, remap and mremap have code of their own */
extern const struct ff_syz_row ff_syz_rows[];

/** ff_syz_word() - value of a word of a row, for our own numbers: "huge" of buffer, "move" of mremap */
uint64_t ff_syz_word(unsigned int op, unsigned int arg, const char *name);

/** ff_syz_form() - the next letter of a form and its number; 0 at the end */
char ff_syz_form(const char **form, uint64_t *n);

#endif
