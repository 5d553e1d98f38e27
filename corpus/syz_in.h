/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the parts of reading syzkaller's programs: syz_in.c (lines, threads), syz_special.c and syz_args.c (calls). */
#ifndef FF_CORPUS_SYZ_IN_H
#define FF_CORPUS_SYZ_IN_H

#include "corpus/convert.h"
#include "corpus/syz.h"
#include "corpus/syz_text.h"

#define FF_SYZ_VARIABLES	256	/* numbers of variables that may be handles */
#define FF_SYZ_NAME		32	/* bytes of a file's name that tell it from others */

/* What a variable is. */
enum ff_syz_var { FF_SYZ_UNKNOWN, FF_SYZ_HANDLE, FF_SYZ_FOLDER, FF_SYZ_PID, FF_SYZ_PIDFD };

/**
 * struct ff_syz_memory - a map or buffer, and where it lies
 * @used: its slot was made; @there: it can still be found by an address
 * @base: offset in the arena; @len: bytes
 * @prot, @flags, @handle, @off: as it was mapped, for what maps a part of it again
 */
struct ff_syz_memory {
	bool used, there;
	uint64_t base, len, prot, flags, off;
	int handle;
};

/**
 * struct ff_syz_in - an import under way
 * @list, @n: calls of the setup (FF_MAX_THREADS) and of each thread, as program order wants them
 * @total: calls in all of them
 * @slot: of a variable that is a handle; @handles: slots in use
 * @file: names seen; those of the form f0 to f7 have their own slots
 * @want: the slot that a comment asked for, or -1; @huge: so did one for the next buffer
 * @swallow: the next call belongs to the line before
 * @threads: as a comment said, else 0
 * @arena: the buffer that stands for the arena itself, or 0: not made yet
 * @but: what the call at hand loses though it is kept, or NULL
 */
struct ff_syz_in {
	struct ff_target target;
	struct ff_delay delay[FF_MAX_DELAYS];
	unsigned int ndelays;
	struct ff_notes *notes;
	struct ff_program p;
	struct ff_call list[FF_MAX_THREADS + 1][FF_MAX_CALLS];
	unsigned int n[FF_MAX_THREADS + 1], total, thread, threads, line, round;
	bool marked, began_async;
	enum ff_syz_var var[FF_SYZ_VARIABLES];
	uint8_t slot[FF_SYZ_VARIABLES];
	bool handle[FF_MAX_SLOTS];
	char file[FF_MAX_SLOTS][FF_SYZ_NAME];
	struct ff_syz_memory mem[FF_MEMS];
	int want;
	bool want_buffer, huge, swallow;
	uint64_t arena;
	const char *but;
	struct ff_syz_line call;
};

/** ff_syz_next() - arguments one after another: *@at is a node, or 0; NULL when there are no more */
const struct ff_syz_node *ff_syz_next(const struct ff_syz_line *l, unsigned int *at);

/** ff_syz_number() - is it a number (@n may be NULL, as in the next three) */
bool ff_syz_number(const struct ff_syz_node *n, uint64_t *v);

/** ff_syz_address() - is it a pointer into the arena; @at: where in it */
bool ff_syz_address(const struct ff_syz_node *n, uint64_t *at);

/** ff_syz_handle() - is it a variable that an openat made */
bool ff_syz_handle(struct ff_syz_in *s, const struct ff_syz_node *n, uint64_t *slot);

/** ff_syz_memory_at() - whose memory is at an address, and where in it */
bool ff_syz_memory_at(struct ff_syz_in *s, uint64_t at, uint64_t *mem, uint64_t *off);

/** ff_syz_by_row() - the call by a row of the table; NULL, or why not */
const char *ff_syz_by_row(struct ff_syz_in *s, const struct ff_syz_row *row, struct ff_call *c);

/**
 * ff_syz_call() - the call of a line
 * @c: filled when true
 * @why: set when it cannot be expressed
 * Return: whether there is a call; false without @why: the line is part of another.
 */
bool ff_syz_call(struct ff_syz_in *s, struct ff_call *c, const char **why);

/**
 * ff_syz_arena() - memory that the program did not map
 *
 * Syzkaller's executor has mapped all of the arena before a program runs, and
 * programs use it so: here it is a buffer that the setup makes, once it is needed.
 */
bool ff_syz_arena(struct ff_syz_in *s, uint64_t *mem);

/** ff_syz_made() - the call was taken: remember what it made */
void ff_syz_made(struct ff_syz_in *s, const struct ff_call *c);

#endif
