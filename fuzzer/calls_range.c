// SPDX-License-Identifier: GPL-2.0-only
/* Family range: the size of a file, its holes, its way to the disk. */
#include "fuzzer/family.h"

static const struct ff_word mode_words[] = {
	WORD_TRAITS("punch", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 40, FF_DROPS | FF_MOVES),
	WORD("allocate", 0, 15),
	WORD("keep", FALLOC_FL_KEEP_SIZE, 8),
	WORD_TRAITS("zero", FALLOC_FL_ZERO_RANGE, 10, FF_DROPS | FF_MOVES),
	WORD_TRAITS("zero_keep", FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 5, FF_DROPS | FF_MOVES),
	WORD_TRAITS("collapse_range", FALLOC_FL_COLLAPSE_RANGE, 3, FF_DROPS | FF_MOVES),
	WORD_TRAITS("insert_range", FALLOC_FL_INSERT_RANGE, 3, FF_DROPS | FF_MOVES),
	WORD("unshare", FALLOC_FL_UNSHARE_RANGE, 1),
	{ 0 }
};

static const struct ff_word sync_range_words[] = {
	WORD("wait_before", SYNC_FILE_RANGE_WAIT_BEFORE, 10),
	WORD("write", SYNC_FILE_RANGE_WRITE, 30),
	WORD("wait_after", SYNC_FILE_RANGE_WAIT_AFTER, 10),
	{ 0 }
};

static const struct ff_word fadvise_words[] = {
	WORD("normal", POSIX_FADV_NORMAL, 1),
	WORD("random", POSIX_FADV_RANDOM, 3),
	WORD("sequential", POSIX_FADV_SEQUENTIAL, 3),
	WORD("willneed", POSIX_FADV_WILLNEED, 10),
	WORD_TRAITS("dontneed", POSIX_FADV_DONTNEED, 20, FF_MOVES),
	WORD("noreuse", POSIX_FADV_NOREUSE, 1),
	{ 0 }
};

static const struct ff_word whence_words[] = {
	WORD("data", SEEK_DATA, 50),
	WORD("hole", SEEK_HOLE, 50),
	{ 0 }
};

static void run_ftruncate(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);

	if (fd < 0)
		return ff_skip(r);
	FF_CALL(t, r, ftruncate(fd, (off_t)c->arg[1]));
}

/* Whether it shrank or extended: from the new end on there is nothing. */
static void effects_ftruncate(const struct ff_view *v, const struct ff_call *c,
			      const struct ff_record *r, struct ff_effects *out)
{
	unsigned int obj = FF_OBJ_FILE(v->handle[c->arg[0]].file);

	ff_effect_all(out, FF_EFFECT_SIZE, r, obj, c->arg[1], 0);
	ff_effect_all(out, FF_EFFECT_ZERO, r, obj, c->arg[1], FF_MAX_SIZE - c->arg[1]);
}

static void run_fallocate(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);

	if (fd < 0)
		return ff_skip(r);
	FF_CALL(t, r, fallocate(fd, (int)c->arg[1], (off_t)c->arg[2], (off_t)c->arg[3]));
}

/* The tail of the file moves by @len; its size too, and the judge cannot know from what. */
static void effects_shift(struct ff_effects *out, const struct ff_record *r, unsigned int obj,
			  uint64_t off, uint64_t len, bool insert)
{
	uint64_t tail = FF_MAX_SIZE - off - len;
	struct ff_effect *e;

	e = ff_effect_all(out, FF_EFFECT_COPY, r, obj, insert ? off + len : off, tail);
	if (e) {
		e->src = obj;
		e->src_off = insert ? off : off + len;
	}
	ff_effect_all(out, FF_EFFECT_ZERO, r, obj, insert ? off : FF_MAX_SIZE - len, len);
	e = ff_effect_all(out, insert ? FF_EFFECT_GROW : FF_EFFECT_SIZE, r, obj, off + len, 0);
	if (e && !insert) {
		e->off = off;	/* at least that is left */
		e->flags |= FF_EFFECT_MAYBE;
	}
}

static void effects_fallocate(const struct ff_view *v, const struct ff_call *c,
			      const struct ff_record *r, struct ff_effects *out)
{
	unsigned int obj = FF_OBJ_FILE(v->handle[c->arg[0]].file);
	uint64_t mode = c->arg[1], off = c->arg[2], len = c->arg[3];

	if (mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE))
		return effects_shift(out, r, obj, off, len, mode & FALLOC_FL_INSERT_RANGE);
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		ff_effect_all(out, FF_EFFECT_ZERO, r, obj, off, len);
	if (!(mode & FALLOC_FL_PUNCH_HOLE))
		ff_effect_all(out, FF_EFFECT_PLACE, r, obj, off, len);
	if (!(mode & FALLOC_FL_KEEP_SIZE))
		ff_effect_all(out, FF_EFFECT_GROW, r, obj, off + len, 0);
}

static void run_fsync(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);

	if (fd < 0)
		return ff_skip(r);
	FF_CALL(t, r, fsync(fd));
}

static void run_fdatasync(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);

	if (fd < 0)
		return ff_skip(r);
	FF_CALL(t, r, fdatasync(fd));
}

static void run_sync_range(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);

	if (fd < 0)
		return ff_skip(r);
	FF_CALL(t, r, sync_file_range(fd, (off_t)c->arg[1], (off_t)c->arg[2],
				      (unsigned int)c->arg[3]));
}

static void run_fadvise(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]), err;

	if (fd < 0)
		return ff_skip(r);
	ff_thread_invoke(t, r);
	err = posix_fadvise(fd, (off_t)c->arg[1], (off_t)c->arg[2], (int)c->arg[3]);
	errno = err;
	ff_thread_return(t, r, err ? -1 : 0);
}

static void effects_fadvise(const struct ff_view *v, const struct ff_call *c,
			    const struct ff_record *r, struct ff_effects *out)
{
	if (c->arg[3] == POSIX_FADV_DONTNEED)
		ff_effect_all(out, FF_EFFECT_EVICT, r, FF_OBJ_FILE(v->handle[c->arg[0]].file),
			      c->arg[1], c->arg[2]);
}

static void run_seek(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);

	if (fd < 0)
		return ff_skip(r);
	FF_CALL(t, r, lseek(fd, (off_t)c->arg[1], (int)c->arg[2]));
}

static void effects_seek(const struct ff_view *v, const struct ff_call *c,
			 const struct ff_record *r, struct ff_effects *out)
{
	struct ff_effect *e;

	e = ff_effect_add(out, FF_EFFECT_SEEK, r, FF_OBJ_FILE(v->handle[c->arg[0]].file),
			  c->arg[1], 0);
	if (e)
		e->src = (uint8_t)c->arg[2];
}

const struct ff_op ff_ops_range[] = {
	{
		.name = "ftruncate", .family = "range",
		.about = "set the size: shrinking takes pages away from under maps and I/O",
		.arg = { ARG_HANDLE, { .type = FF_ARG_LENGTH, .name = "length" } },
		.weight = 8, .traits = FF_WRITES | FF_DROPS | FF_MOVES, .targets = FF_ON_FS,
		.may = MAY(EBADF, EINVAL, EFBIG),
		.run = run_ftruncate, .effects = effects_ftruncate,
	},
	{
		.name = "fallocate", .family = "range",
		.about = "allocate, punch, zero or shift a range",
		.arg = { ARG_HANDLE, ARG_CHOICE("mode", mode_words), ARG_OFFSET, ARG_LENGTH },
		.weight = 25, .traits = FF_WRITES, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL, EOPNOTSUPP, EFBIG, EPERM, EBUSY),
		.run = run_fallocate, .effects = effects_fallocate,
	},
	{
		.name = "fsync", .family = "range",
		.about = "write the file back and wait",
		.arg = { ARG_HANDLE },
		.weight = 6, .traits = FF_MOVES | FF_COSTLY, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL, EIO), .run = run_fsync,
	},
	{
		.name = "fdatasync", .family = "range",
		.about = "write the data back and wait",
		.arg = { ARG_HANDLE },
		.weight = 6, .traits = FF_MOVES | FF_COSTLY, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL, EIO), .run = run_fdatasync,
	},
	{
		.name = "sync_range", .family = "range",
		.about = "start or await writeback of a range",
		.arg = { ARG_HANDLE, ARG_OFFSET, ARG_LENGTH, ARG_FLAGS("flags", sync_range_words) },
		.weight = 6, .traits = FF_MOVES, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL, EIO), .run = run_sync_range,
	},
	{
		.name = "fadvise", .family = "range",
		.about = "read ahead, or drop clean pages of a range",
		.arg = { ARG_HANDLE, ARG_OFFSET, ARG_LENGTH, ARG_CHOICE("advice", fadvise_words) },
		.weight = 8, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL), .run = run_fadvise, .effects = effects_fadvise,
	},
	{
		.name = "seek", .family = "range",
		.about = "ask where data or a hole begins: the page cache and the tree must agree",
		.arg = { ARG_HANDLE, ARG_OFFSET, ARG_CHOICE("what", whence_words) },
		.weight = 25, .traits = FF_OBSERVES, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL, ENXIO), .run = run_seek, .effects = effects_seek,
	},
};
