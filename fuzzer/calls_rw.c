// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family rw: bytes between files and memory.
 *
 * pread and pwrite use the thread's staging memory: made ready before the
 * call, looked at after it, both outside its times. The vectored calls go
 * straight to and from maps and buffers, of the same file too.
 */
#include "fuzzer/family.h"

#define PAGE 4096

static const struct ff_word readv_words[] = {
	WORD("hipri", RWF_HIPRI, 10),
	WORD_NEEDS("nowait", RWF_NOWAIT, 10, 0, FF_HAS_RWF_NOWAIT),
	{ 0 }
};

static const struct ff_word writev_words[] = {
	WORD("dsync", RWF_DSYNC, 10),
	WORD("sync", RWF_SYNC, 10),
	WORD_NEEDS("nowait", RWF_NOWAIT, 10, 0, FF_HAS_RWF_NOWAIT),
	WORD("append", RWF_APPEND, 2),
	WORD("hipri", RWF_HIPRI, 2),
	{ 0 }
};

/*
 * Words lie at multiples of 8 of the file, and so they do in memory; and a
 * direct call's memory is as aligned as its offset is.
 */
static unsigned char *staging(struct ff_thread *t, uint64_t off)
{
	return t->staging + off % PAGE;
}

static void run_pread(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);
	unsigned char *at = staging(t, c->arg[1]);

	if (fd < 0)
		return ff_skip(r);
	/* A read that did not land shows the poison: words of this call, of staging. */
	if (!t->bare)
		ff_content_fill(at, t->epoch, t->object, c->arg[1], c->arg[2], ff_version_of(t, c));
	FF_CALL(t, r, pread(fd, at, c->arg[2], (off_t)c->arg[1]));
	if (r->result > 0)
		ff_thread_scan(t, r, at, c->arg[1], (size_t)r->result);
}

static void effects_pread(const struct ff_view *v, const struct ff_call *c,
			  const struct ff_record *r, struct ff_effects *out)
{
	struct ff_effect *e;

	if (r->state != FF_CALL_DONE || r->err)
		return;
	e = ff_effect_add(out, FF_EFFECT_SEE, r, FF_OBJ_FILE(v->handle[c->arg[0]].file),
			  c->arg[1], ff_effect_done(r, c->arg[2]));
	if (!e)
		return;
	e->src_off = c->arg[2];
	e->nrun = r->nruns;
	if (ff_handle_direct(v, c->arg[0]))
		e->flags |= FF_EFFECT_DIRECT;
}

static void run_pwrite(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);
	unsigned char *at = staging(t, c->arg[1]);

	if (fd < 0)
		return ff_skip(r);
	if (!t->bare)
		ff_content_fill(at, t->epoch, FF_OBJ_FILE(ff_file_of(t, c->arg[0])), c->arg[1],
				c->arg[2], ff_version_of(t, c));
	FF_CALL(t, r, pwrite(fd, at, c->arg[2], (off_t)c->arg[1]));
}

/* What any write to a file does beside its bytes. */
static void effects_written(const struct ff_view *v, uint64_t handle, uint64_t off, uint64_t len,
			    const struct ff_record *r, struct ff_effects *out)
{
	unsigned int obj = FF_OBJ_FILE(v->handle[handle].file);
	uint64_t done = ff_effect_done(r, len);
	struct ff_effect *e;

	if (done)
		ff_effect_add(out, FF_EFFECT_GROW, r, obj, off + done, 0);
	if (done < len && !ff_effect_never_began(r)) {
		e = ff_effect_add(out, FF_EFFECT_GROW, r, obj, off + len, 0);
		if (e) {
			e->flags |= FF_EFFECT_MAYBE;
			e->until = UINT64_MAX;
		}
	}
	/* Direct writes throw the pages of their range out of the page cache. */
	if (ff_handle_direct(v, handle))
		ff_effect_all(out, FF_EFFECT_EVICT, r, obj, off, len);
}

/*
 * O_APPEND: the kernel writes at the end of the file whatever the offset. The
 * judge cannot know where that was: somewhere in the file, and it grew.
 */
static void appended(struct ff_effects *out, unsigned int first, uint64_t off, uint64_t len)
{
	unsigned int i;

	for (i = first; i < out->n; i++) {
		struct ff_effect *e = &out->e[i];

		e->flags |= FF_EFFECT_MAYBE | FF_EFFECT_ANYWHERE;
		e->until = UINT64_MAX;
		if (e->kind == FF_EFFECT_WRITE)
			e->src_off = off;
		e->off = e->kind == FF_EFFECT_GROW ? FF_MAX_SIZE : 0;
		if (e->kind != FF_EFFECT_GROW)
			e->len = e->kind == FF_EFFECT_COPY ? len : FF_MAX_SIZE;
	}
}

static void effects_pwrite(const struct ff_view *v, const struct ff_call *c,
			   const struct ff_record *r, struct ff_effects *out)
{
	unsigned int obj = FF_OBJ_FILE(v->handle[c->arg[0]].file), first = out->n;
	unsigned int bits = ff_handle_direct(v, c->arg[0]) ? FF_EFFECT_DIRECT : 0;

	ff_effect_part(out, FF_EFFECT_WRITE, r, obj, c->arg[1], c->arg[2], 0, 0, 0, bits);
	effects_written(v, c->arg[0], c->arg[1], c->arg[2], r, out);
	if (v->handle[c->arg[0]].flags & O_APPEND)
		appended(out, first, c->arg[1], c->arg[2]);
}

/* The pieces as the kernel wants them; false when some memory was never made. */
static bool pieces(struct ff_thread *t, const struct ff_call *c, struct iovec *iov)
{
	unsigned int i;

	for (i = 0; i < c->nvec; i++) {
		iov[i].iov_base = ff_thread_address(t, c->vec[i].mem, c->vec[i].off);
		iov[i].iov_len = c->vec[i].len;
		if (!iov[i].iov_base)
			return false;
	}
	return true;
}

static void run_preadv(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);
	struct iovec iov[FF_MAX_VECS];
	uint64_t left, len;
	unsigned int i;

	if (fd < 0 || !pieces(t, c, iov))
		return ff_skip(r);
	FF_CALL(t, r, preadv2(fd, iov, c->nvec, (off_t)c->arg[1], (int)c->arg[3]));
	left = r->result > 0 ? (uint64_t)r->result : 0;
	for (i = 0; i < c->nvec && left && !t->bare; i++, left -= len) {
		len = left < c->vec[i].len ? left : c->vec[i].len;
		ff_thread_scan(t, r, iov[i].iov_base,
			       t->x->memory[c->vec[i].mem].offset + c->vec[i].off, len);
	}
}

static uint64_t pieces_length(const struct ff_call *c)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < c->nvec; i++)
		sum += c->vec[i].len;
	return sum;
}

/* Runs from *@at on that make up @bytes: returns how many. */
static uint32_t runs_of(const struct ff_view *v, const struct ff_record *r, uint32_t *at, uint64_t bytes)
{
	uint32_t first = *at;
	uint64_t sum = 0;

	while (v->h && sum < bytes && *at < r->nruns && r->first_run + *at < FF_MAX_RUNS)
		sum += v->h->run[r->first_run + (*at)++].len;
	return *at - first;
}

/* The pieces as they were found after the call returned. */
static void effects_found(const struct ff_view *v, const struct ff_call *c,
			  const struct ff_record *r, struct ff_effects *out)
{
	uint64_t left = r->result > 0 ? (uint64_t)r->result : 0, len;
	struct ff_effect *e;
	uint32_t at = 0;
	unsigned int i;

	if (r->state != FF_CALL_DONE || r->err || !v->h)
		return;
	for (i = 0; i < c->nvec && left; i++, left -= len) {
		const struct ff_vec *p = &c->vec[i];

		len = left < p->len ? left : p->len;
		e = ff_effect_add(out, FF_EFFECT_SEE, r, v->mem[p->mem].obj,
				  v->mem[p->mem].off + p->off, len);
		if (!e)
			return;
		e->from = r->returned;
		e->until = r->scanned;
		e->src_off = len;
		e->run = at;
		e->nrun = runs_of(v, r, &at, len);
		if (ff_handle_direct(v, c->arg[0]))
			e->flags |= FF_EFFECT_DMA;
	}
}

static void effects_preadv(const struct ff_view *v, const struct ff_call *c,
			   const struct ff_record *r, struct ff_effects *out)
{
	unsigned int file = FF_OBJ_FILE(v->handle[c->arg[0]].file), bits, i;
	uint64_t before = 0;

	for (i = 0; i < c->nvec; before += c->vec[i].len, i++) {
		const struct ff_vec *p = &c->vec[i];

		bits = p->mem < FF_MEM_BUFFER ? FF_EFFECT_MAPPED : 0;
		if (ff_handle_direct(v, c->arg[0]))
			bits |= FF_EFFECT_DMA | FF_EFFECT_DIRECT;
		ff_effect_part(out, FF_EFFECT_COPY, r, v->mem[p->mem].obj,
			       v->mem[p->mem].off + p->off, p->len, file, c->arg[1] + before,
			       before, bits);
	}
	effects_found(v, c, r, out);
}

static void run_pwritev(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);
	struct iovec iov[FF_MAX_VECS];

	if (fd < 0 || !pieces(t, c, iov))
		return ff_skip(r);
	FF_CALL(t, r, pwritev2(fd, iov, c->nvec, (off_t)c->arg[1], (int)c->arg[3]));
}

static void effects_pwritev(const struct ff_view *v, const struct ff_call *c,
			    const struct ff_record *r, struct ff_effects *out)
{
	unsigned int file = FF_OBJ_FILE(v->handle[c->arg[0]].file), bits, i, first = out->n;
	uint64_t before = 0;

	for (i = 0; i < c->nvec; before += c->vec[i].len, i++) {
		const struct ff_vec *p = &c->vec[i];

		bits = FF_EFFECT_MAYBE;		/* a source that vanishes makes it short */
		if (ff_handle_direct(v, c->arg[0]))
			bits |= FF_EFFECT_DIRECT;
		ff_effect_part(out, FF_EFFECT_COPY, r, file, c->arg[1] + before, p->len,
			       v->mem[p->mem].obj, v->mem[p->mem].off + p->off, before, bits);
	}
	effects_written(v, c->arg[0], c->arg[1], pieces_length(c), r, out);
	if ((v->handle[c->arg[0]].flags & O_APPEND) || (c->arg[3] & RWF_APPEND))
		appended(out, first, c->arg[1], pieces_length(c));
}

static void run_copy(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int in = ff_thread_handle(t, c->arg[0]), to = ff_thread_handle(t, c->arg[2]);
	off64_t in_off = (off64_t)c->arg[1], to_off = (off64_t)c->arg[3];

	if (in < 0 || to < 0)
		return ff_skip(r);
	FF_CALL(t, r, copy_file_range(in, &in_off, to, &to_off, c->arg[4], 0));
}

static void effects_copy(const struct ff_view *v, const struct ff_call *c,
			 const struct ff_record *r, struct ff_effects *out)
{
	unsigned int bits = ff_handle_direct(v, c->arg[2]) ? FF_EFFECT_DIRECT : 0, first = out->n;

	ff_effect_part(out, FF_EFFECT_COPY, r, FF_OBJ_FILE(v->handle[c->arg[2]].file), c->arg[3],
		       c->arg[4], FF_OBJ_FILE(v->handle[c->arg[0]].file), c->arg[1], 0, bits);
	effects_written(v, c->arg[2], c->arg[3], c->arg[4], r, out);
	if (v->handle[c->arg[2]].flags & O_APPEND)
		appended(out, first, c->arg[3], c->arg[4]);
}

/* Whatever happens, the pipe is empty for the next call: a new one if need be. */
static void empty_pipe(struct ff_thread *t)
{
	int fresh[2], i;

	if (pipe2(fresh, O_CLOEXEC))
		return;
	for (i = 0; i < 2; i++) {
		dup3(fresh[i], t->pipe[i], O_CLOEXEC);
		close(fresh[i]);
	}
	fcntl(t->pipe[1], F_SETPIPE_SZ, t->pipe_size);
}

/* From the pipe to the file; returns bytes done, or -1 when none. */
static int64_t drain(struct ff_thread *t, int to, off64_t *off, size_t len)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < len) {
		n = splice(t->pipe[0], NULL, to, off, len - done, 0);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done || n >= 0 ? (int64_t)done : -1;
}

static void run_splice(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int in = ff_thread_handle(t, c->arg[0]), to = ff_thread_handle(t, c->arg[2]);
	off64_t in_off = (off64_t)c->arg[1], to_off = (off64_t)c->arg[3];
	size_t len = c->arg[4] < t->pipe_size ? c->arg[4] : t->pipe_size;
	int64_t n, done;

	if (in < 0 || to < 0)
		return ff_skip(r);
	ff_thread_invoke(t, r);
	done = n = splice(in, &in_off, t->pipe[1], NULL, len, 0);
	if (n > 0)
		done = drain(t, to, &to_off, (size_t)n);
	ff_thread_return(t, r, done);
	if (n > 0 && done < n)
		empty_pipe(t);
}

const struct ff_op ff_ops_rw[] = {
	{
		.name = "pread", .family = "rw",
		.about = "read into the thread's own memory",
		.arg = { ARG_HANDLE, ARG_OFFSET, ARG_LENGTH_IO },
		.weight = 25, .traits = FF_READS | FF_OBSERVES, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL), .run = run_pread, .effects = effects_pread,
	},
	{
		.name = "pwrite", .family = "rw",
		.about = "write words of this call from the thread's own memory",
		.arg = { ARG_HANDLE, ARG_OFFSET, ARG_LENGTH_IO },
		.weight = 20, .traits = FF_WRITES, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL, EFBIG, EPERM, ETXTBSY, EIO),
		.run = run_pwrite, .effects = effects_pwrite,
	},
	{
		.name = "preadv", .family = "rw",
		.about = "read into maps and buffers, by DMA when the handle is direct",
		.arg = { ARG_HANDLE, ARG_OFFSET, ARG_VECTOR, ARG_FLAGS("flags", readv_words) },
		.weight = 20, .traits = FF_READS | FF_OBSERVES | FF_TOUCHES, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL, EFAULT, EOPNOTSUPP),
		.run = run_preadv, .effects = effects_preadv,
	},
	{
		.name = "pwritev", .family = "rw",
		.about = "write from maps and buffers, also of the same file",
		.arg = { ARG_HANDLE, ARG_OFFSET, ARG_VECTOR, ARG_FLAGS("flags", writev_words) },
		.weight = 30, .traits = FF_WRITES | FF_TOUCHES, .targets = FF_ON_ALL,
		.may = MAY(EBADF, EINVAL, EFAULT, EOPNOTSUPP, EFBIG, EPERM, ETXTBSY, EIO),
		.run = run_pwritev, .effects = effects_pwritev,
	},
	{
		.name = "copy", .family = "rw",
		.about = "copy_file_range between files or inside one",
		.arg = { ARG_HANDLE, ARG_OFFSET, { .type = FF_ARG_HANDLE, .name = "to" },
			 { .type = FF_ARG_OFFSET, .name = "to_offset" }, ARG_LENGTH },
		.weight = 5, .needs = FF_HAS_COPY_RANGE + 1,
		.traits = FF_READS | FF_WRITES, .targets = FF_ON_FS,
		.may = MAY(EBADF, EINVAL, EXDEV, EOPNOTSUPP, EFBIG, ETXTBSY, EPERM),
		.run = run_copy, .effects = effects_copy,
	},
	{
		.name = "splice", .family = "rw",
		.about = "move page-cache pages through a pipe into a file, at most a pipe full",
		.arg = { ARG_HANDLE, ARG_OFFSET, { .type = FF_ARG_HANDLE, .name = "to" },
			 { .type = FF_ARG_OFFSET, .name = "to_offset" }, ARG_LENGTH },
		.weight = 5, .traits = FF_READS | FF_WRITES | FF_MOVES, .targets = FF_ON_ALL,
		/* EINVAL: to O_APPEND; ENODATA: the page was truncated while in the pipe */
		.may = MAY(EBADF, EINVAL, EFBIG, ENODATA, EPERM, ETXTBSY),
		.run = run_splice, .effects = effects_copy,
	},
};
