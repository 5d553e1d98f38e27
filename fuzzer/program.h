/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program: a target, delays, a setup list, and up to eight threads of calls.
 *
 * A program is plain data without pointers: it is copied as bytes into the
 * black box, compared as bytes, and written as text (docs/programs.md).
 * It names slots (f0, h0, m0, b0), never a path, so that a program from a
 * stranger cannot reach outside its target.
 */
#ifndef FF_FUZZER_PROGRAM_H
#define FF_FUZZER_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FF_MAX_THREADS	8
#define FF_MAX_CALLS	255	/* setup and all threads together */
#define FF_MAX_SLOTS	8	/* of each kind: files, handles, maps, buffers */
#define FF_MAX_ARGS	6
#define FF_MAX_VECS	4
#define FF_MAX_DELAYS	8
#define FF_MAX_SIZE	(16ULL << 20)	/* of a file, map or buffer, bytes */
#define FF_SETUP	0xff	/* the "thread" of a call in the setup list */

/* What the program runs on. */
enum ff_target_kind {
	FF_TARGET_TMPFS, FF_TARGET_EXT4, FF_TARGET_XFS, FF_TARGET_BLOCK, FF_TARGET_FUSE,
	FF_TARGET_KINDS
};
enum ff_huge { FF_HUGE_NEVER, FF_HUGE_ALWAYS, FF_HUGE_WITHIN_SIZE, FF_HUGE_ADVISE, FF_HUGE_KINDS };
enum ff_swap { FF_SWAP_NONE, FF_SWAP_DISK, FF_SWAP_ZRAM, FF_SWAP_SLOW, FF_SWAP_KINDS };
enum ff_cache { FF_CACHE_WRITETHROUGH, FF_CACHE_WRITEBACK, FF_CACHE_KINDS };
enum ff_thp { FF_THP_NEVER, FF_THP_MADVISE, FF_THP_ALWAYS, FF_THP_KINDS };

/**
 * struct ff_target - what a program runs on
 * @kind: file system, or the raw block device (which is then file f0)
 * @huge: tmpfs huge= mount option; FF_HUGE_NEVER elsewhere
 * @swap: the target's own swap device, on when the program starts; FF_SWAP_SLOW is a throttled one
 * @thp: policy of anonymous huge pages
 * @slow: I/O operations per second of the data disk or the FUSE server, 0 when not throttled
 * @cache: how FUSE writes; FF_CACHE_WRITETHROUGH elsewhere
 */
struct ff_target {
	uint8_t kind, huge, swap, thp;
	uint32_t slow;
	uint8_t cache, pad[3];
};

/**
 * struct ff_vec - one piece of memory in a vectored call
 * @mem: memory slot: 0-7 a map, 8-15 a buffer (FF_MEM_BUFFER + slot)
 * @off: bytes from the start of the map or buffer
 * @len: bytes
 */
struct ff_vec {
	uint32_t mem;
	uint32_t len;
	uint64_t off;
};
#define FF_MEM_BUFFER	FF_MAX_SLOTS
#define FF_MEMS		(2 * FF_MAX_SLOTS)

/**
 * struct ff_call - one operation
 * @op: row of the call table (enum ff_op_id in call.h)
 * @thread: which thread, or FF_SETUP
 * @slot: slot that the result goes to, when the row has one
 * @nvec: pieces in @vec
 * @arg: arguments in the order of the row's specification; the argument of
 *	type FF_ARG_VECTOR holds nothing here, its pieces are in @vec
 */
struct ff_call {
	uint8_t op, thread, slot, nvec;
	uint32_t line;			/* of the text it came from, 0 if generated */
	uint64_t arg[FF_MAX_ARGS];
	struct ff_vec vec[FF_MAX_VECS];
};

/**
 * struct ff_delay - the kernel is held up once
 * @place: enum ff_delay_place
 * @nth: at the how manyth time that the program gets there, from 1
 * @us: microseconds
 */
struct ff_delay {
	uint8_t place, pad;
	uint16_t nth;
	uint32_t us;
};

/**
 * struct ff_program - see the top of this file
 * @target: what it runs on
 * @nthreads: threads beside the setup
 * @ncalls: calls in @call: first those of the setup, then thread 0, 1, ...
 * @ndelays: used in @delay
 * @seed: of the generator that made it, 0 for a program written by hand
 * @number: which program of that seed
 *
 * The index of a call in @call is its id; its writes carry version id + 1.
 */
struct ff_program {
	struct ff_target target;
	uint32_t nthreads, ncalls;
	uint32_t ndelays, pad;
	uint64_t seed, number;
	struct ff_delay delay[FF_MAX_DELAYS];
	struct ff_call call[FF_MAX_CALLS];
};

/**
 * struct ff_error - what was wrong with a text or a program, for people
 * @line: 1 for the first line, 0 when it concerns the whole
 * @text: what was found and what was expected
 */
struct ff_error {
	unsigned int line;
	char text[256];
};

/** ff_program_bytes() - bytes of @p that mean something (the head and its calls) */
size_t ff_program_bytes(const struct ff_program *p);

/** ff_program_copy() - copy what means something; the calls of @to beyond it are left as they were */
void ff_program_copy(struct ff_program *to, const struct ff_program *from);

/**
 * ff_program_same() - same target, delays, threads and calls
 *
 * Seed, number, lines, and fields that a call's row does not use do not count.
 */
bool ff_program_same(const struct ff_program *a, const struct ff_program *b);

/**
 * ff_program_check() - is this program legal
 * @p: program, possibly from a stranger: every field is untrusted
 * @e: filled when it is not; @e->line is the line of the offending call
 *
 * Checks: delays within their places' bounds, op in range, threads in order, slots in range, each slot defined
 * once and before its uses, slots made in a thread used by that thread only,
 * offsets and lengths in range, vectors inside their memory, words known.
 * Return: 0, or -EINVAL.
 */
int ff_program_check(const struct ff_program *p, struct ff_error *e);

/**
 * ff_program_parse() - read a program's text
 * @text: @len bytes
 * @p: filled only on success: nothing half-parsed runs
 * Return: 0, -EINVAL with @e filled.
 */
int ff_program_parse(const char *text, size_t len, struct ff_program *p, struct ff_error *e);

/**
 * ff_program_print() - write a program as text; parsing it gives the same program
 * Return: bytes the whole text needs (as snprintf does), without the NUL.
 */
size_t ff_program_print(const struct ff_program *p, char *out, size_t n);

/** ff_call_print() - one call as in the text, without newline; returns as snprintf */
size_t ff_call_print(const struct ff_call *c, char *out, size_t n);

/** ff_target_print() - "tmpfs huge=never swap=zram"; returns as snprintf */
size_t ff_target_print(const struct ff_target *t, char *out, size_t n);

/** ff_target_parse() - words after "target"; 0 or -EINVAL with @e->text */
int ff_target_parse(const char *text, struct ff_target *t, struct ff_error *e);

#endif
