/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The executor: runs a program on the running kernel and writes its history.
 * The same code in a VM and with --here.
 *
 * Where things are, so that no call can hit what is not its own:
 *  - handle hN is always descriptor FF_FD_BASE + N (open, then dup3): a race
 *    with close gives EBADF, never another file;
 *  - map mN and buffer bN have an address region of their own, FF_REGION
 *    bytes apart, in which mmap, remap and mremap use MAP_FIXED: an address
 *    that is not mapped gives SIGSEGV, never other memory;
 *  - each thread has staging memory for pread and pwrite.
 */
#ifndef FF_FUZZER_EXEC_H
#define FF_FUZZER_EXEC_H

#include <setjmp.h>
#include <stdatomic.h>

#include "fuzzer/call.h"
#include "fuzzer/content.h"
#include "fuzzer/history.h"
#include "fuzzer/serve.h"

#define FF_FD_BASE	200
#define FF_REGION	(256ULL << 20)
#define FF_REGION_BASE	0x200000000000ULL
#define FF_STAGING	(4ULL << 20)	/* longest single read or write */

/**
 * struct ff_exec_config - what an executor may use
 * @dir: folder on the target file system, for files f0-f7; NULL on a block device
 * @device: block device that is file f0; NULL on a file system
 * @device_size: bytes of it that a program may use
 * @swap: path of the target's swap device, or NULL
 * @cgroup: folder of the executor's memory cgroup (v2), or NULL
 * @serve: what the FUSE server is told, NULL on other targets
 * @features: ff_features_probe()
 * @allow_global: calls with FF_GLOBAL may run (never on the user's own machine)
 * @call_limit_ns: goes into the history
 * @own_tmpfs: @dir is a tmpfs that nobody else uses
 * @bare: nothing recorded and nothing checked, for the benchmark's bare loop
 * @kcov: threads record which code of the kernel they go through; -ENOENT and the
 *	like from ff_exec_open() where the kernel cannot
 */
struct ff_exec_config {
	const char *dir, *device, *swap, *cgroup;
	struct ff_serve *serve;
	uint64_t device_size, features, call_limit_ns;
	bool allow_global, own_tmpfs, bare, kcov;
};

struct ff_exec;

/** ff_exec_open() - make threads and staging memory; 0 or -errno with @e */
int ff_exec_open(struct ff_exec **x, const struct ff_exec_config *cfg, struct ff_error *e);

/** ff_exec_target() - go on with another target (after its place was made) */
void ff_exec_target(struct ff_exec *x, const struct ff_exec_config *cfg);

/**
 * ff_exec_run() - run one program
 * @p: a checked program
 * @epoch: for its words; not 0, not FF_EPOCH_BASE
 * @h: written while it runs; may be in the black box
 *
 * Begins and ends with nothing open, nothing mapped and no files. Does not
 * return when a call never returns.
 */
void ff_exec_run(struct ff_exec *x, const struct ff_program *p, uint16_t epoch,
		 struct ff_history *h);

/** ff_exec_cover() - @bits gets the coverage of the next programs (struct ff_case), FF_COVER_BYTES */
void ff_exec_cover(struct ff_exec *x, uint8_t *bits);

void ff_exec_close(struct ff_exec *x);

/* ---- for the call families ---- */

/**
 * struct ff_memory - state of a memory slot while a program runs
 * @base: address of byte 0 now, 0 when never made or unmapped
 * @len: length at its making, changed by mremap
 * @object, @offset: what it shows (ff_view)
 * @handle: a file map's; @prot, @flags: as it was mapped, for remap
 * @changes: counts munmap, mremap, remap, mprotect on it: a call that sees a
 *	change under way at its start, or one between its start and end, is FF_REC_RACED
 */
struct ff_memory {
	_Atomic(uintptr_t) base;
	_Atomic(uint64_t) len;
	uint8_t object, private_, handle;
	int prot, flags;
	uint64_t offset;
	atomic_uint changes;
};

struct ff_child;	/* exec_state.h */

/**
 * struct ff_thread - the executor's state of one thread
 * @object: FF_OBJ_STAGING of this thread: what staging memory is poisoned with
 * @bare: ff_exec_config.bare
 * @staging: FF_STAGING bytes and one page, page aligned, not copied by fork
 * @pipe, @pipe_size: for splice
 * @child: shared with a forked child
 * @changes: what the running call itself added to its memory's count of changes
 * @jmp, @guarded: where SIGBUS and SIGSEGV go while guarded
 */
struct ff_thread {
	struct ff_exec *x;
	const struct ff_program *p;
	struct ff_history *h;
	unsigned int index;		/* FF_SETUP for the setup */
	uint16_t epoch;
	uint8_t object;
	bool bare;
	uint32_t tid;
	unsigned char *staging;
	int pipe[2];
	size_t pipe_size;
	struct ff_child *child;
	uint32_t changes;
	uint32_t run_next, run_end;	/* its part of h->run */
	sigjmp_buf jmp;
	volatile int guarded;
	volatile int signal;
	volatile uintptr_t fault;
};

/** ff_thread_handle() - descriptor of handle slot @h, or -1 when it was never made */
int ff_thread_handle(struct ff_thread *t, uint64_t h);

/** ff_thread_memory() - memory slot (0-15), or NULL when never made */
struct ff_memory *ff_thread_memory(struct ff_thread *t, uint64_t mem);

/** ff_thread_invoke(), ff_thread_return() - take the times around the system call itself;
 *	return also keeps result and errno (ret < 0: errno) */
void ff_thread_invoke(struct ff_thread *t, struct ff_record *r);
void ff_thread_return(struct ff_thread *t, struct ff_record *r, int64_t ret);

/**
 * ff_thread_scan() - record what is in memory as runs of the record
 * @src: address; may fault: then r->signal and r->fault are set, the rest is FF_RUN_UNSEEN
 * @off: offset in the observed object of the byte at @src
 */
void ff_thread_scan(struct ff_thread *t, struct ff_record *r, const void *src, uint64_t off, size_t len);

#endif
