/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the families of calls (calls_*.c) share: argument specifications,
 * helpers of bodies and of effects.
 */
#ifndef FF_FUZZER_FAMILY_H
#define FF_FUZZER_FAMILY_H

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzzer/effect.h"
#include "fuzzer/exec_state.h"

/* Newer than the C library of some build machines; values are ABI. */
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif

/* Arguments as they stand in a row. */
#define ARG_HANDLE	{ .type = FF_ARG_HANDLE, .name = "handle" }
#define ARG_MEMORY	{ .type = FF_ARG_MEMORY, .name = "memory" }
#define ARG_OFFSET	{ .type = FF_ARG_OFFSET, .name = "offset" }
#define ARG_LENGTH	{ .type = FF_ARG_LENGTH, .name = "length", .min = 1 }
/* A read or write goes through the thread's staging memory: no longer than that. */
#define ARG_LENGTH_IO	{ .type = FF_ARG_LENGTH, .name = "length", .min = 1, .max = FF_STAGING }
#define ARG_VECTOR	{ .type = FF_ARG_VECTOR, .name = "pieces", .min = 1 }
#define ARG_CHOICE(n, w) { .type = FF_ARG_CHOICE, .name = n, .words = w }
#define ARG_FLAGS(n, w)	{ .type = FF_ARG_FLAGS, .name = n, .words = w }

/* A word of a list: name, value, weight; and what it needs of the kernel. */
#define WORD(n, v, w)		{ .name = n, .value = v, .weight = w }
#define WORD_TRAITS(n, v, w, t)	{ .name = n, .value = v, .weight = w, .traits = t }
#define WORD_NEEDS(n, v, w, t, f) \
	{ .name = n, .value = v, .weight = w, .traits = t, .needs = (f) + 1 }

/* Errno lists: the address of an array of its own, ended by 0. */
#define MAY(...)	((const int[]){ __VA_ARGS__, 0 })

/* ---- bodies ---- */

/** FF_CALL() - the system call of a body, between the two times of its record */
#define FF_CALL(t, r, expression) do {			\
	int64_t ret_;					\
	ff_thread_invoke(t, r);				\
	ret_ = (int64_t)(expression);			\
	ff_thread_return(t, r, ret_);			\
} while (0)

static inline uint16_t ff_version_of(const struct ff_thread *t, const struct ff_call *c)
{
	return (uint16_t)(c - t->p->call) + 1;
}

static inline unsigned int ff_file_of(const struct ff_thread *t, uint64_t handle)
{
	return t->x->handle[handle].file;
}

/** ff_skip() - what the call needs was never made, or is not there */
static inline void ff_skip(struct ff_record *r)
{
	r->state = FF_CALL_SKIPPED;
}

/* ---- effects ---- */

static inline bool ff_handle_direct(const struct ff_view *v, uint64_t h)
{
	return v->handle[h].flags & O_DIRECT;
}

/**
 * ff_effect_all() - add an effect of a call that does all or fails
 *
 * Sure when it succeeded; FF_EFFECT_MAYBE when it failed, since a kernel may
 * fail half-way, or has not returned; nothing when its errno says that it never
 * began. Return: the effect, or NULL.
 */
struct ff_effect *ff_effect_all(struct ff_effects *out, enum ff_effect_kind kind,
				const struct ff_record *r, unsigned int obj, uint64_t off, uint64_t len);

/**
 * ff_effect_part() - add an effect of a call that returns how many bytes it did
 * @obj, @off, @len: the whole range asked for
 * @src, @src_off: of FF_EFFECT_COPY
 * @skip: bytes of the call before this range (pieces of a vector)
 * @bits: enum ff_effect_flag; FF_EFFECT_MAYBE: after a short result the rest
 *	may have been touched too (for DMA and maps that is so anyway)
 *
 * What it did is sure; the rest of a call that failed or never returned is
 * FF_EFFECT_MAYBE.
 */
void ff_effect_part(struct ff_effects *out, enum ff_effect_kind kind, const struct ff_record *r,
		    unsigned int obj, uint64_t off, uint64_t len, unsigned int src, uint64_t src_off,
		    uint64_t skip, unsigned int bits);

/** ff_effect_never_began() - errno values that mean that nothing was done at all */
bool ff_effect_never_began(const struct ff_record *r);

#endif
