/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The call table: one row a call, one small file a family (calls_*.c).
 *
 * A new call is one id here and one row there: text, validation, generator,
 * executor, judge and the summaries read everything else from the row.
 */
#ifndef FF_FUZZER_CALL_H
#define FF_FUZZER_CALL_H

#include "fuzzer/program.h"

enum ff_op_id {
	/* calls_open.c */
	FF_OP_OPEN, FF_OP_CLOSE,
	/* calls_rw.c */
	FF_OP_PREAD, FF_OP_PWRITE, FF_OP_PREADV, FF_OP_PWRITEV, FF_OP_COPY, FF_OP_SPLICE,
	/* calls_range.c */
	FF_OP_FTRUNCATE, FF_OP_FALLOCATE, FF_OP_FSYNC, FF_OP_FDATASYNC, FF_OP_SYNC_RANGE,
	FF_OP_FADVISE, FF_OP_SEEK,
	/* calls_map.c */
	FF_OP_MMAP, FF_OP_BUFFER, FF_OP_REMAP, FF_OP_MUNMAP, FF_OP_MREMAP, FF_OP_MPROTECT,
	FF_OP_MSYNC, FF_OP_MLOCK, FF_OP_MUNLOCK, FF_OP_MINCORE,
	/* calls_madvise.c */
	FF_OP_MADVISE, FF_OP_PROCESS_MADVISE,
	/* calls_memory.c */
	FF_OP_LOAD, FF_OP_STORE, FF_OP_FORK,
	/* calls_pressure.c */
	FF_OP_SWAPON, FF_OP_SWAPOFF, FF_OP_RECLAIM, FF_OP_DROPCACHES, FF_OP_COMPACT,
	FF_OP_MIGRATE,
	/* calls_schedule.c */
	FF_OP_PAUSE, FF_OP_MEET,
	/* calls_serve.c */
	FF_OP_SERVE,
	FF_OPS
};

enum ff_arg_type {
	FF_ARG_NONE,
	FF_ARG_FILE,	/* fN */
	FF_ARG_HANDLE,	/* hN */
	FF_ARG_MAP,	/* mN */
	FF_ARG_MEMORY,	/* mN or bN: value 0-7 maps, 8-15 buffers */
	FF_ARG_OFFSET,	/* bytes; K, M suffixes of 1024 in text */
	FF_ARG_LENGTH,	/* bytes */
	FF_ARG_NUMBER,	/* plain number in [min, max] */
	FF_ARG_CHOICE,	/* one word of the list; value is the word's value */
	FF_ARG_FLAGS,	/* words joined with |, or "none"; value is their OR */
	FF_ARG_VECTOR,	/* [b0:0:512,m0:4K:100] */
};

/**
 * struct ff_word - a named value of a choice or flags argument
 * @name: as in the text; NULL ends a list
 * @value: what the executor gives to the kernel (or its own number)
 * @weight: of the generator, 0 never drawn
 * @needs: enum ff_feature + 1 the kernel must have, 0 none
 * @traits: enum ff_trait added to those of the row when this word is drawn
 */
struct ff_word {
	const char *name;
	uint64_t value;
	uint16_t weight;
	uint16_t needs;
	uint32_t traits;
};

struct ff_arg_spec {
	enum ff_arg_type type;
	const char *name;		/* "handle", "offset": for messages and --help */
	const struct ff_word *words;	/* CHOICE and FLAGS */
	uint64_t min, max;		/* NUMBER, OFFSET, LENGTH; max 0 = FF_MAX_SIZE */
};

/* What the generator wants to know of a call. */
enum ff_trait {
	FF_MOVES	= 1 << 0,	/* may unmap, move, replace or write back pages */
	FF_TOUCHES	= 1 << 1,	/* CPU access to memory */
	FF_READS	= 1 << 2,	/* reads a file */
	FF_WRITES	= 1 << 3,	/* writes a file */
	FF_DROPS	= 1 << 4,	/* makes data go: punch, truncate, remove */
	FF_GLOBAL	= 1 << 5,	/* reaches beyond this process: never with --here */
	FF_COSTLY	= 1 << 6,	/* milliseconds by itself (swapoff, compaction, sync) */
	FF_ROOT		= 1 << 7,	/* needs privilege */
	FF_OBSERVES	= 1 << 8,	/* result is judged: seek, mincore, reads, loads */
	FF_RARE		= 1 << 9,	/* ends the use of a slot (close, munmap) */
};

/* Targets a call makes sense on: bits of 1 << enum ff_target_kind. */
#define FF_MEETS	32	/* meeting points of a program */
#define FF_ON_ALL	0xff
#define FF_ON_FS	((1 << FF_TARGET_TMPFS) | (1 << FF_TARGET_EXT4) | (1 << FF_TARGET_XFS) | \
			 FF_ON_FUSE)
#define FF_ON_FUSE	(1 << FF_TARGET_FUSE)
#define FF_ON_DISK_FS	((1 << FF_TARGET_EXT4) | (1 << FF_TARGET_XFS))

/* Result slot of a row. */
enum ff_result { FF_RESULT_NONE, FF_RESULT_HANDLE, FF_RESULT_MAP, FF_RESULT_BUFFER };

struct ff_thread;	/* exec.h: the executor's state of one thread */
struct ff_record;	/* history.h */
struct ff_effects;	/* effect.h */
struct ff_view;		/* effect.h: how slots of a program resolve to objects */

/**
 * struct ff_op - one row of the call table
 * @name: first word of its line
 * @family: file family, for summaries ("rw", "madvise")
 * @about: one line: what it does and why it is here
 * @result: which slot it defines
 * @arg: specification of its arguments, ended by FF_ARG_NONE
 * @weight: of the generator
 * @traits: enum ff_trait
 * @targets: bits of target kinds it may run on
 * @needs: feature + 1 the kernel must have, 0 none
 * @may: errno values that are a result and not a finding (0 ends the list);
 *	EINTR, ENOMEM, ENOSPC, EAGAIN need not be listed: always results
 * @run: does it; returns nothing: everything goes into the record
 * @effects: tells the judge what a call with this record did (effect.h);
 *	NULL when it changes and shows no content
 */
struct ff_op {
	const char *name, *family, *about;
	enum ff_result result;
	struct ff_arg_spec arg[FF_MAX_ARGS + 1];
	uint16_t weight, needs;
	uint32_t traits;
	uint8_t targets;
	const int *may;
	void (*run)(struct ff_thread *t, const struct ff_call *c, struct ff_record *r);
	void (*effects)(const struct ff_view *v, const struct ff_call *c,
			const struct ff_record *r, struct ff_effects *out);
};

/** ff_op() - the row of @id; @id must be below FF_OPS */
const struct ff_op *ff_op(unsigned int id);

/** ff_op_find() - the id of the row called @name (@len bytes), or -1 */
int ff_op_find(const char *name, size_t len);

/** ff_op_nargs() - arguments the row takes */
unsigned int ff_op_nargs(const struct ff_op *op);

/** ff_op_arg() - index of the first argument of @type, or -1 */
int ff_op_arg(const struct ff_op *op, enum ff_arg_type type);

/** ff_word_of() - the word with @value in a list, or NULL */
const struct ff_word *ff_word_of(const struct ff_word *list, uint64_t value);

/** ff_call_traits() - traits of the row and of the words this call uses */
uint32_t ff_call_traits(const struct ff_call *c);

/** ff_call_needs() - does a kernel with these features (bits) have all this call uses */
bool ff_call_possible(const struct ff_call *c, uint64_t features);

/* Features a kernel has or not, probed by the executor at start (features.c). */
enum ff_feature {
	FF_HAS_COLLAPSE, FF_HAS_POPULATE, FF_HAS_PAGEOUT, FF_HAS_PROCESS_MADVISE,
	FF_HAS_MEMORY_RECLAIM, FF_HAS_RWF_NOWAIT, FF_HAS_DIRECT, FF_HAS_MERGEABLE,
	FF_HAS_MIGRATE, FF_HAS_SWAP, FF_HAS_COPY_RANGE, FF_HAS_DONTNEED_LOCKED,
	FF_HAS_GUARD, FF_FEATURES
};

/** ff_features_probe() - bits of what the running kernel has; touches only own memory */
uint64_t ff_features_probe(void);

/** ff_feature_name() - for doctor and summaries */
const char *ff_feature_name(enum ff_feature f);

/* The families; each file holds rows and their bodies. Order as enum ff_op_id. */
extern const struct ff_op ff_ops_open[], ff_ops_rw[], ff_ops_range[], ff_ops_map[],
	ff_ops_madvise[], ff_ops_memory[], ff_ops_pressure[], ff_ops_schedule[],
	ff_ops_serve[];

#endif
