// SPDX-License-Identifier: GPL-2.0-only
/*
 * The errno law: no signal where memory is valid, no error that the manual page
 * does not name, no read that ends before the file does.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "oracles/cause.h"
#include "oracles/laws.h"
#include "oracles/mapped.h"
#include "oracles/model.h"

static struct ff_finding *begin(const struct ff_model *m, unsigned int id, const char *verdict,
				struct ff_findings *out)
{
	struct ff_finding *f = ff_finding_add(out, "errno", verdict);

	if (!f)
		return NULL;
	f->call = id;
	f->thread = m->c->program->call[id].thread;
	ff_cause_call(f, m->c, id, "seen by");
	return f;
}

static void finish(const struct ff_model *m, struct ff_finding *f, struct ff_findings *out)
{
	const struct ff_record *r = ff_model_record(m, f->call);

	if ((r->signal == SIGBUS || r->err == ENOENT) && ff_cause_swap_in(f, m->c, f->call))
		strncat(f->what, ": its swap-in raced with a punch",
			sizeof(f->what) - strlen(f->what) - 1);
	ff_cause_beside(f, m->c, f->call, r->invoked, r->returned);
	ff_cause_witness(f, m->c);
	ff_cause_merge(out, f);
}

static const char *name_of(const struct ff_model *m, unsigned int id)
{
	return ff_op(m->c->program->call[id].op)->name;
}

/* Did memory or space run short in this run? Then faults and reads may fail. */
static bool pressed(const struct ff_model *m)
{
	unsigned int i;

	if (m->c->history->flags & FF_HIST_OOM)
		return true;
	for (i = 0; i < m->c->program->ncalls; i++) {
		int err = ff_model_record(m, i)->err;

		if (err == ENOMEM || err == ENOSPC || err == EDQUOT)
			return true;
	}
	return false;
}

/* Did the mapping of this object change before the call ended, but for its making? */
static bool remapped(const struct ff_model *m, unsigned int obj, uint64_t until)
{
	const struct ff_effect *e;
	unsigned int i, op;

	for (i = 0; i < m->naround; i++) {
		e = &m->around[i];
		op = m->c->program->call[e->call].op;
		if (e->kind == FF_EFFECT_LOCAL && e->from <= until && op != FF_OP_MMAP &&
		    op != FF_OP_BUFFER && (e->obj == obj || e->obj == FF_OBJ_NONE))
			return true;
	}
	return false;
}

/* The memory slot that a load or store goes through, or -1. */
static int memory_of(const struct ff_model *m, unsigned int id)
{
	const struct ff_call *call = &m->c->program->call[id];
	int i = ff_op_arg(ff_op(call->op), FF_ARG_MEMORY);

	if (i < 0)
		i = ff_op_arg(ff_op(call->op), FF_ARG_MAP);
	if (i < 0 || call->arg[i] >= FF_MEMS || !m->view.mem[call->arg[i]].used)
		return -1;
	return call->arg[i];
}

/*
 * SIGBUS is legal beyond the end of the file, and where a page cannot be made:
 * a hole needs space, which may have run out. So only pages that surely were
 * data all the while are judged; for those a fault allocates nothing.
 *
 * On tmpfs a punch beside the fault is no excuse either: the page that the
 * fault then makes is the one that the punch gave back.
 */
static bool sigbus_wrong(const struct ff_model *m, unsigned int obj, const struct ff_record *r)
{
	uint64_t page = m->c->history->page_size ? m->c->history->page_size : 4096;
	uint64_t first = r->fault / page * page, until = r->scanned;
	int file = ff_model_file(m, obj);

	if (pressed(m) || ff_cause_io_error(m->c))
		return false;
	if (until < r->returned)
		until = r->returned;
	if (file < 0)
		return obj >= FF_OBJ_BUFFER(0) && obj < FF_OBJ_PRIVATE(0);
	if (ff_size_min(m, file, r->invoked, until) <= r->fault)
		return false;
	if (m->c->program->target.kind == FF_TARGET_TMPFS)	/* ask before the call only */
		until = r->invoked;
	return ff_data_first(m, file, first, first + page, r->invoked, until, NULL) != FF_NEVER;
}

/*
 * Is a byte of the slot beyond what it was made with? A program may name it all the
 * same, for an mremap that makes the slot longer, and which need not have come.
 */
static bool beyond(const struct ff_model *m, unsigned int mem, uint64_t at)
{
	uint64_t page = m->c->history->page_size ? m->c->history->page_size : 4096;

	return at / page * page >= m->view.mem[mem].len;
}

/* Does the protection that the slot was made with let this call through? */
static bool permitted(const struct ff_model *m, unsigned int mem, const struct ff_call *call)
{
	const struct ff_arg_spec *spec;
	const struct ff_call *maker;
	const struct ff_word *w;
	unsigned int i;

	if (m->view.mem[mem].call >= m->c->program->ncalls)
		return false;
	maker = &m->c->program->call[m->view.mem[mem].call];
	spec = ff_op(maker->op)->arg;
	for (i = 0; i < FF_MAX_ARGS && spec[i].type != FF_ARG_NONE; i++) {
		if (spec[i].type != FF_ARG_CHOICE || strcmp(spec[i].name, "protection"))
			continue;
		w = ff_word_of(spec[i].words, maker->arg[i]);
		if (!w)
			return false;
		return !strcmp(w->name, "rw") || (!strcmp(w->name, "ro") && call->op == FF_OP_LOAD);
	}
	return false;
}

static void judge_signal(const struct ff_model *m, unsigned int id, struct ff_findings *out)
{
	const struct ff_call *call = &m->c->program->call[id];
	const struct ff_record *r = ff_model_record(m, id);
	uint64_t until = r->scanned > r->returned ? r->scanned : r->returned;
	int mem = memory_of(m, id);
	struct ff_finding *f;
	unsigned int obj;
	bool wrong;

	if (mem < 0 || (r->flags & FF_REC_RACED))
		return;
	obj = m->view.mem[mem].obj;
	if (remapped(m, obj, until))
		return;
	if (r->signal == SIGBUS)
		wrong = sigbus_wrong(m, obj, r);
	else
		wrong = r->signal == SIGSEGV && permitted(m, mem, call) &&
			!beyond(m, mem, r->fault - m->view.mem[mem].off);
	if (!wrong)
		return;
	f = begin(m, id, r->signal == SIGBUS ? "sigbus" : "sigsegv", out);
	if (!f)
		return;
	snprintf(f->what, sizeof(f->what), "%s met SIG%s at 0x%llx, where memory is valid",
		 name_of(m, id), sigabbrev_np(r->signal), (unsigned long long)r->fault);
	ff_finding_signature(f, "errno.%s.%s", f->verdict, name_of(m, id));
	finish(m, f, out);
}

/* May this program have huge pages in the file? They are mapped whole, beyond its end too. */
static bool huge_pages(const struct ff_model *m)
{
	const struct ff_target *t = &m->c->program->target;
	unsigned int i;

	if (t->kind != FF_TARGET_TMPFS || t->huge)
		return true;
	for (i = 0; i < m->c->program->ncalls; i++) {
		if (ff_call_has_word(&m->c->program->call[i], "collapse") ||
		    ff_call_has_word(&m->c->program->call[i], "hugepage"))
			return true;
	}
	return false;
}

/*
 * mmap(2): SIGBUS, "attempted access to a page of the buffer that lies beyond the
 * end of the mapped file". Judged on tmpfs with small pages only: of a huge page
 * kernels map what lies beyond the end as well (it is being argued what they may,
 * 74207de2ba10), and so of the large folios of other file systems.
 */
static void judge_beyond(const struct ff_model *m, unsigned int id, struct ff_findings *out)
{
	const struct ff_call *call = &m->c->program->call[id];
	const struct ff_record *r = ff_model_record(m, id);
	uint64_t page = m->c->history->page_size ? m->c->history->page_size : 4096;
	int mem = memory_of(m, id);
	const struct ff_event *e;
	struct ff_finding *f;
	uint64_t end, size;

	if ((call->op != FF_OP_LOAD && call->op != FF_OP_STORE) || mem < 0 || r->result <= 0 ||
	    (r->flags & (FF_REC_RACED | FF_REC_CUT)) || m->view.mem[mem].obj >= FF_MAX_SLOTS || huge_pages(m) ||
	    remapped(m, m->view.mem[mem].obj, r->returned))
		return;
	end = m->view.mem[mem].off + call->arg[1] + r->result;
	size = ff_size_max(m, m->view.mem[mem].obj, r->invoked, r->returned);
	if (end <= (size + page - 1) / page * page)
		return;
	f = begin(m, id, "missing-sigbus", out);
	if (!f)
		return;
	snprintf(f->what, sizeof(f->what),
		 "%s got at bytes up to 0x%llx of a file that is at most 0x%llx long, without a SIGBUS",
		 name_of(m, id), (unsigned long long)end, (unsigned long long)size);
	ff_finding_signature(f, "errno.missing-sigbus.%s", name_of(m, id));
	e = ff_mapped_event(m, m->view.mem[mem].obj, end - 1, r->returned);
	if (e) {
		ff_mapped_evidence(f, m->c, e);
		f->witnessed = 1;
	}
	finish(m, f, out);
}

static bool listed(const struct ff_op *op, int err)
{
	const int *may;

	for (may = op->may; may && *may; may++) {
		if (*may == err)
			return true;
	}
	return false;
}

/* Memory that a call is given may come and go while it runs. */
static bool memory_may_fault(const struct ff_model *m, unsigned int id)
{
	const struct ff_call *call = &m->c->program->call[id];
	unsigned int i;

	if (memory_of(m, id) >= 0)
		return true;
	for (i = 0; i < m->naround; i++) {
		unsigned int op = m->c->program->call[m->around[i].call].op;

		if (m->around[i].kind == FF_EFFECT_LOCAL && op != FF_OP_MMAP && op != FF_OP_BUFFER)
			return true;
	}
	/* a file mapping has nothing beyond the end of the file */
	for (i = 0; i < call->nvec && i < FF_MAX_VECS; i++) {
		if (call->vec[i].mem < FF_MEM_BUFFER ||
		    beyond(m, call->vec[i].mem, call->vec[i].off + call->vec[i].len - 1))
			return true;
	}
	return false;
}

/*
 * Direct I/O beside the page cache may end in EIO: the direct call meets a
 * block that a store through a mapping has just reserved (iomap_dio_iter(),
 * "Direct I/O collision with buffered writes!"), or fails to invalidate, which
 * the next fsync or msync of the file reports (dio_warn_stale_pagecache()).
 */
static bool uses_direct(const struct ff_model *m)
{
	unsigned int i;

	for (i = 0; i < FF_MAX_SLOTS; i++) {
		if (m->view.handle[i].used && (m->view.handle[i].flags & O_DIRECT))
			return true;
	}
	return false;
}

static bool errno_wrong(const struct ff_model *m, unsigned int id, int err)
{
	const struct ff_op *op = ff_op(m->c->program->call[id].op);
	uint32_t traits = ff_call_traits(&m->c->program->call[id]);

	/* what no read and no fault may say, whatever the row lists */
	if ((err == ENOENT || err == EEXIST) && (op->traits & (FF_READS | FF_TOUCHES)))
		return true;
	if (listed(op, err))
		return false;
	switch (err) {
	case EINTR:		/* always results: signals, pressure, races */
	case ENOMEM:
	case ENOSPC:
	case EAGAIN:
	case ENOSYS:		/* this kernel does not have it */
		return false;
	case EPERM:
	case EACCES:
		return !(traits & FF_ROOT);
	case EIO:
		return !ff_cause_io_error(m->c) && !uses_direct(m);
	case EFAULT:
		return !memory_may_fault(m, id);
	case ENXIO:		/* of seek: its own law */
		return op != ff_op(FF_OP_SEEK);
	}
	return true;
}

static void judge_errno(const struct ff_model *m, unsigned int id, struct ff_findings *out)
{
	int err = ff_model_record(m, id)->err;
	const char *name = strerrorname_np(err);
	struct ff_finding *f;

	if (!errno_wrong(m, id, err))
		return;
	f = begin(m, id, "unexpected-errno", out);
	if (!f)
		return;
	snprintf(f->what, sizeof(f->what), "%s failed with %s (%d), which no manual page allows here",
		 name_of(m, id), name ? name : "?", err);
	ff_finding_signature(f, "errno.unexpected-errno.%s.%s", name_of(m, id), name ? name : "unknown");
	finish(m, f, out);
}

/*
 * Bytes a read was asked for, 0 when its length says nothing: a nonblocking
 * one may stop early, and pieces of memory that fault cut it short.
 */
static uint64_t asked_for(const struct ff_model *m, unsigned int id)
{
	const struct ff_call *call = &m->c->program->call[id];
	uint64_t sum = 0;
	unsigned int i;

	if (call->op == FF_OP_PREAD)
		return call->arg[2];
	if (call->op != FF_OP_PREADV || (call->arg[3] & RWF_NOWAIT) || memory_may_fault(m, id))
		return 0;
	for (i = 0; i < call->nvec && i < FF_MAX_VECS; i++)
		sum += call->vec[i].len;
	return sum;
}

/*
 * With a writeback cache a FUSE server may not have heard yet how long the file
 * is; a direct read asks it all the same, and ends where the server's file does
 * (fuse_short_read() knows of this for cached reads only).
 */
static bool ends_early(const struct ff_model *m, uint64_t handle)
{
	return m->c->program->target.cache == FF_CACHE_WRITEBACK &&
	       (m->view.handle[handle].flags & O_DIRECT);
}

/* A read inside the file gives all that was asked for, whatever runs beside it. */
static void judge_length(const struct ff_model *m, unsigned int id, struct ff_findings *out)
{
	const struct ff_call *call = &m->c->program->call[id];
	const struct ff_record *r = ff_model_record(m, id);
	uint64_t asked = asked_for(m, id), size;
	struct ff_finding *f;

	if (!asked || r->result < 0 || (uint64_t)r->result >= asked || (r->flags & FF_REC_RACED) ||
	    call->arg[0] >= FF_MAX_SLOTS || !m->view.handle[call->arg[0]].used ||
	    m->view.handle[call->arg[0]].file >= FF_MAX_SLOTS || ends_early(m, call->arg[0]))
		return;
	size = ff_size_min(m, m->view.handle[call->arg[0]].file, r->invoked, r->returned);
	if (size < asked || call->arg[1] > size - asked || pressed(m) || ff_cause_io_error(m->c))
		return;
	f = begin(m, id, "short-read", out);
	if (!f)
		return;
	snprintf(f->what, sizeof(f->what),
		 "%s at 0x%llx returned %lld of %llu bytes, though the file is at least 0x%llx long",
		 name_of(m, id), (unsigned long long)call->arg[1], (long long)r->result,
		 (unsigned long long)asked, (unsigned long long)size);
	ff_finding_signature(f, "errno.short-read.%s", name_of(m, id));
	finish(m, f, out);
}

void ff_judge_errno(const struct ff_case *c, void *model, struct ff_findings *out)
{
	const struct ff_model *m = model;
	const struct ff_record *r;
	unsigned int id;

	for (id = 0; id < c->program->ncalls; id++) {
		r = ff_model_record(m, id);
		if (r->state != FF_CALL_DONE)
			continue;
		if (r->signal)
			judge_signal(m, id, out);
		if (r->err)
			judge_errno(m, id, out);
		else
			judge_length(m, id, out);
		if (!r->signal && !r->err)
			judge_beyond(m, id, out);
	}
}
