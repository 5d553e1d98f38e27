// SPDX-License-Identifier: GPL-2.0-only
/* Family madvise: everything the kernel can be told about memory. */
#include <string.h>
#include <sys/syscall.h>

#include "fuzzer/family.h"

#define PAGE 4096

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif

static const struct ff_word advice_words[] = {
	WORD_NEEDS("collapse", MADV_COLLAPSE, 150, FF_MOVES | FF_COSTLY, FF_HAS_COLLAPSE),
	WORD_NEEDS("pageout", MADV_PAGEOUT, 60, FF_MOVES, FF_HAS_PAGEOUT),
	WORD_TRAITS("dontneed", MADV_DONTNEED, 60, FF_MOVES | FF_DROPS),
	WORD_TRAITS("remove", MADV_REMOVE, 25, FF_MOVES | FF_DROPS | FF_WRITES),
	WORD_TRAITS("free", MADV_FREE, 10, FF_MOVES | FF_DROPS),
	WORD_NEEDS("cold", MADV_COLD, 10, FF_MOVES, FF_HAS_PAGEOUT),
	WORD("hugepage", MADV_HUGEPAGE, 15),
	WORD_TRAITS("nohugepage", MADV_NOHUGEPAGE, 4, 0),
	WORD_NEEDS("populate_read", MADV_POPULATE_READ, 12, FF_TOUCHES, FF_HAS_POPULATE),
	WORD_NEEDS("populate_write", MADV_POPULATE_WRITE, 12, FF_TOUCHES, FF_HAS_POPULATE),
	WORD_TRAITS("willneed", MADV_WILLNEED, 12, FF_READS),
	WORD("normal", MADV_NORMAL, 2),
	WORD("random", MADV_RANDOM, 3),
	WORD("sequential", MADV_SEQUENTIAL, 3),
	WORD_NEEDS("mergeable", MADV_MERGEABLE, 3, FF_MOVES, FF_HAS_MERGEABLE),
	WORD_NEEDS("unmergeable", MADV_UNMERGEABLE, 2, FF_MOVES, FF_HAS_MERGEABLE),
	WORD("dontfork", MADV_DONTFORK, 1),
	WORD("dofork", MADV_DOFORK, 1),
	WORD("wipeonfork", MADV_WIPEONFORK, 1),
	WORD("keeponfork", MADV_KEEPONFORK, 1),
	WORD("dontdump", MADV_DONTDUMP, 1),
	WORD("dodump", MADV_DODUMP, 1),
	WORD_NEEDS("dontneed_locked", MADV_DONTNEED_LOCKED, 8, FF_MOVES | FF_DROPS,
		   FF_HAS_DONTNEED_LOCKED),
	WORD_NEEDS("guard_install", MADV_GUARD_INSTALL, 2, FF_MOVES | FF_DROPS, FF_HAS_GUARD),
	WORD_NEEDS("guard_remove", MADV_GUARD_REMOVE, 2, FF_MOVES, FF_HAS_GUARD),
	/* Takes a page of the machine out of use: never drawn, may be written by hand. */
	WORD_TRAITS("soft_offline", MADV_SOFT_OFFLINE, 0, FF_MOVES | FF_GLOBAL | FF_ROOT),
	{ 0 }
};

static const struct ff_word process_words[] = {
	WORD_NEEDS("pageout", MADV_PAGEOUT, 50, FF_MOVES, FF_HAS_PAGEOUT),
	WORD_NEEDS("cold", MADV_COLD, 10, FF_MOVES, FF_HAS_PAGEOUT),
	/* 5.10 knows only the two above: without COLLAPSE it may refuse. */
	WORD_NEEDS("willneed", MADV_WILLNEED, 10, FF_READS, FF_HAS_COLLAPSE),
	WORD_NEEDS("collapse", MADV_COLLAPSE, 30, FF_MOVES | FF_COSTLY, FF_HAS_COLLAPSE),
	{ 0 }
};

static void run_madvise(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	void *at = ff_thread_address(t, c->arg[0], c->arg[1]);

	if (!at)
		return ff_skip(r);
	FF_CALL(t, r, madvise(at, c->arg[2], (int)c->arg[3]));
}

static void run_process_madvise(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	struct iovec iov = { ff_thread_address(t, c->arg[0], c->arg[1]), c->arg[2] };

	if (!iov.iov_base || t->x->pidfd < 0)
		return ff_skip(r);
	FF_CALL(t, r, syscall(SYS_process_madvise, t->x->pidfd, &iov, 1, (int)c->arg[3], 0));
}

/* The page-aligned range; the length is rounded up, as the kernel does. */
struct range { unsigned int obj; uint64_t off, len; };

static struct range advised(const struct ff_view *v, const struct ff_call *c)
{
	uint64_t mem = c->arg[0];

	return (struct range){ .obj = v->mem[mem].obj, .off = v->mem[mem].off + c->arg[1],
			       .len = (c->arg[2] + PAGE - 1) / PAGE * PAGE };
}

/* What the process had of its own goes: a buffer's bytes, a private map's copies. */
static void effects_dropped(const struct ff_view *v, const struct ff_call *c,
			    const struct ff_record *r, struct ff_effects *out)
{
	struct range a = advised(v, c);

	if (c->arg[0] >= FF_MEM_BUFFER)
		ff_effect_all(out, FF_EFFECT_ZERO, r, a.obj, a.off, a.len);
	else if (v->mem[c->arg[0]].private_)
		ff_effect_all(out, FF_EFFECT_REVERT, r, a.obj, a.off, a.len);
}

/*
 * MADV_FREE: from now on each page may become zeros at any time until it is
 * written; when, the kernel does not say.
 */
static void effects_free(const struct ff_view *v, const struct ff_call *c,
			 const struct ff_record *r, struct ff_effects *out)
{
	struct range a = advised(v, c);
	struct ff_effect *e;

	if (c->arg[0] < FF_MEM_BUFFER)
		return;		/* EINVAL: only anonymous memory */
	e = ff_effect_all(out, FF_EFFECT_ZERO, r, a.obj, a.off, a.len);
	if (e) {
		e->flags |= FF_EFFECT_MAYBE;
		e->until = UINT64_MAX;
	}
}

static void effects_madvise(const struct ff_view *v, const struct ff_call *c,
			    const struct ff_record *r, struct ff_effects *out)
{
	bool shared = c->arg[0] < FF_MEM_BUFFER && !v->mem[c->arg[0]].private_;
	struct range a = advised(v, c);

	if (c->arg[1] % PAGE)
		return;		/* EINVAL before anything */
	switch (c->arg[3]) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
		effects_dropped(v, c, r, out);
		break;
	case MADV_GUARD_INSTALL:
		effects_dropped(v, c, r, out);
		ff_effect_all(out, FF_EFFECT_LOCAL, r, a.obj, a.off, a.len);
		break;
	case MADV_GUARD_REMOVE:
	case MADV_DONTFORK:	/* a child's access faults */
	case MADV_DOFORK:
		ff_effect_all(out, FF_EFFECT_LOCAL, r, a.obj, a.off, a.len);
		break;
	case MADV_FREE:
		effects_free(v, c, r, out);
		break;
	case MADV_REMOVE:
		if (shared)
			ff_effect_all(out, FF_EFFECT_ZERO, r, a.obj, a.off, a.len);
		break;
	case MADV_PAGEOUT:
	case MADV_COLD:
		ff_effect_all(out, FF_EFFECT_EVICT, r, a.obj, a.off, a.len);
		/* Pages of the file that a private map shows go too. */
		if (c->arg[0] < FF_MEM_BUFFER && !shared)
			ff_effect_all(out, FF_EFFECT_EVICT, r,
				      FF_OBJ_FILE(v->mem[c->arg[0]].file), a.off, a.len);
		break;
	default:
		break;
	}
}

const struct ff_op ff_ops_madvise[] = {
	{
		.name = "madvise", .family = "madvise",
		.about = "advice on a range: collapse, page out, drop, populate, merge and the rest",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH, ARG_CHOICE("advice", advice_words) },
		.weight = 90, .targets = FF_ON_ALL,
		/*
		 * EBADF: the map is no file's; EACCES: REMOVE of a private or read-only
		 * map; EBUSY: collapse; EFAULT, EIO: POPULATE beyond the end (EIO is
		 * also what WILLNEED and soft_offline may give); EPERM: REMOVE of a
		 * sealed file; EOPNOTSUPP: REMOVE on this file system
		 */
		.may = MAY(EINVAL, EACCES, EBADF, EBUSY, EFAULT, EIO, EPERM, EOPNOTSUPP, ENOMEM),
		.run = run_madvise, .effects = effects_madvise,
	},
	{
		.name = "process_madvise", .family = "madvise",
		.about = "the same, through a pidfd of this process",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH, ARG_CHOICE("advice", process_words) },
		.weight = 6, .needs = FF_HAS_PROCESS_MADVISE + 1, .targets = FF_ON_ALL,
		.may = MAY(EINVAL, EBUSY, EFAULT, EPERM, EIO, EBADF),
		.run = run_process_madvise, .effects = effects_madvise,
	},
};
