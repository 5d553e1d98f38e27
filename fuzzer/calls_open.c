// SPDX-License-Identifier: GPL-2.0-only
/* Family open: handles come and go. */
#include "fuzzer/family.h"

static const struct ff_word access_words[] = {
	WORD("rdwr", O_RDWR, 80),
	WORD("rdonly", O_RDONLY, 20),
	{ 0 }
};

static const struct ff_word open_words[] = {
	WORD_TRAITS("creat", O_CREAT, 60, FF_WRITES),
	WORD_TRAITS("trunc", O_TRUNC, 5, FF_WRITES | FF_DROPS),
	WORD("direct", O_DIRECT, 30),
	WORD("sync", O_SYNC, 3),
	WORD("dsync", O_DSYNC, 3),
	WORD("append", O_APPEND, 2),
	WORD("noatime", O_NOATIME, 2),
	{ 0 }
};

static void run_open(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	struct ff_exec *x = t->x;
	int flags = (int)(c->arg[1] | c->arg[2]) | O_CLOEXEC;
	int fd;

	if (x->cfg.device)
		flags &= ~(O_CREAT | O_TRUNC);	/* a device is there, and has its size */
	ff_thread_invoke(t, r);
	fd = open(x->path[c->arg[0]], flags, 0600);
	ff_thread_return(t, r, fd);
	if (fd < 0)
		return;
	x->handle[c->slot].file = c->arg[0];
	/* dup3, so that the slot's number is never free between: see exec.h. */
	if (dup3(fd, FF_FD_BASE + c->slot, O_CLOEXEC) >= 0)
		atomic_store(&x->handle[c->slot].made, true);
	close(fd);
}

static void effects_open(const struct ff_view *v, const struct ff_call *c,
			 const struct ff_record *r, struct ff_effects *out)
{
	if (!(c->arg[2] & O_TRUNC) || v->p->target.kind == FF_TARGET_BLOCK)
		return;
	ff_effect_all(out, FF_EFFECT_SIZE, r, FF_OBJ_FILE(c->arg[0]), 0, 0);
	ff_effect_all(out, FF_EFFECT_ZERO, r, FF_OBJ_FILE(c->arg[0]), 0, FF_MAX_SIZE);
}

static void run_close(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	int fd = ff_thread_handle(t, c->arg[0]);

	if (fd < 0)
		return ff_skip(r);
	FF_CALL(t, r, close(fd));
}

const struct ff_op ff_ops_open[] = {
	{
		.name = "open", .family = "open",
		.about = "open a file: buffered or direct, each handle a descriptor of its own",
		.result = FF_RESULT_HANDLE,
		.arg = {
			{ .type = FF_ARG_FILE, .name = "file" },
			ARG_CHOICE("access", access_words),
			ARG_FLAGS("flags", open_words),
		},
		.weight = 3, .targets = FF_ON_ALL,
		/* ETXTBSY, EBUSY: the device is swap; EINVAL: no O_DIRECT here. */
		.may = MAY(ENOENT, EINVAL, EPERM, EBUSY, ETXTBSY),
		.run = run_open, .effects = effects_open,
	},
	{
		.name = "close", .family = "open",
		.about = "close a handle, with I/O and maps of others still on the file",
		.arg = { ARG_HANDLE },
		.weight = 6, .traits = FF_RARE, .targets = FF_ON_ALL,
		.may = MAY(EBADF),
		.run = run_close,
	},
};
