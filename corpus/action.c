// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/action.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fuzzer/effect.h"
#include "fuzzer/exec.h"

#define MAX_OPEN	128	/* actions that have begun and not ended; the oldest is given up */
#define PAGE_SHIFT	12	/* of the guests: x86-64 */
#define VOTE_ADDRESS	4	/* an address tells better which file it is than the call does */

/* VM_FAULT_* bits that the kernel's functions return. */
#define VMF_ERROR	(0x1 | 0x2 | 0x10 | 0x20 | 0x40)	/* OOM, SIGBUS, HWPOISON, SIGSEGV */
#define VMF_RETRY	0x400

enum result { WENT_WELL, DID_NOTHING, TRY_AGAIN, FAILED, UNKNOWN };

/* A file that events name, and how many of them say that it is file f0 ... f7. */
struct inode {
	uint64_t ino;
	uint32_t dev;
	unsigned int votes[FF_MAX_SLOTS];
};

/* A thread of the program: its calls in order, and the one that time has come to. */
struct thread {
	uint32_t tid, at, end;
};

struct maker {
	const struct ff_case *c;
	struct ff_view view;
	struct inode inode[FF_OBJ_OTHERS];
	unsigned int ninodes;
	struct thread thread[FF_MAX_THREADS + 1];
	unsigned int nthreads;
	struct ff_action *out;
	size_t n, open[MAX_OPEN];
	unsigned int nopen;
};

/* ---- who ---- */

static void find_threads(struct maker *m)
{
	const struct ff_program *p = m->c->program;
	const struct ff_history *h = m->c->history;

	m->nthreads = 0;
	for (uint32_t i = 0; i < p->ncalls && i < h->ncalls; i++) {
		if (!i || p->call[i].thread != p->call[i - 1].thread) {
			if (m->nthreads == FF_MAX_THREADS + 1)
				return;
			m->thread[m->nthreads++] = (struct thread){ .at = i };
		}
		m->thread[m->nthreads - 1].end = i + 1;
		if (h->record[i].tid)
			m->thread[m->nthreads - 1].tid = h->record[i].tid;
	}
}

/* The call that thread @tid is in at @time, or -1; times must not go back. *@known: is it one of ours */
static int call_at(struct maker *m, uint32_t tid, uint64_t time, bool *known)
{
	const struct ff_record *r = m->c->history->record;

	*known = false;
	for (unsigned int i = 0; i < m->nthreads; i++) {
		struct thread *t = &m->thread[i];

		if (t->tid != tid || !tid)
			continue;
		*known = true;
		while (t->at < t->end && (r[t->at].state == FF_CALL_SKIPPED ||
					  (r[t->at].state == FF_CALL_DONE && r[t->at].scanned < time &&
					   r[t->at].returned < time)))
			t->at++;
		if (t->at < t->end && r[t->at].state != FF_CALL_NOT_RUN && r[t->at].invoked <= time)
			return (int)t->at;
	}
	return -1;
}

static uint8_t actor_of(const struct maker *m, const struct ff_event *e, int call, bool known)
{
	if (e->flags & FF_EVF_KSWAPD)
		return FF_ACTOR_KSWAPD;
	if (e->flags & FF_EVF_KHUGEPAGED)
		return FF_ACTOR_KHUGEPAGED;
	if (e->flags & FF_EVF_KTHREAD || !e->tid)
		return FF_ACTOR_KTHREAD;
	if (call >= 0)
		return m->c->program->call[call].op;
	if (known)
		return FF_ACTOR_BETWEEN;
	return e->flags & FF_EVF_OURS ? FF_ACTOR_CHILD : FF_ACTOR_STRANGER;
}

static void set_actor(struct maker *m, struct ff_action *a, const struct ff_event *e)
{
	bool known;
	int call = call_at(m, e->tid, e->time_ns, &known);

	a->actor = actor_of(m, e, call, known);
	a->task = e->tid;
	if (e->kind == FF_EV_SEEK && call >= 0)
		a->begin = m->c->history->record[call].invoked;
}

/* ---- which pages ---- */

/* The memory slot that an address is in, or -1; *@page: of its object. */
static int memory_at(const struct maker *m, uint64_t addr, uint64_t *page)
{
	uint64_t at, from;
	unsigned int mem;

	if (addr < FF_REGION_BASE || addr >= FF_REGION_BASE + FF_MEMS * FF_REGION)
		return -1;
	at = addr - FF_REGION_BASE;
	mem = (unsigned int)(at / FF_REGION);
	if (!m->view.mem[mem].used)
		return -1;
	at %= FF_REGION / 2;	/* mremap moves by so much */
	from = m->c->history->pmd_size ? m->view.mem[mem].off % m->c->history->pmd_size : 0;
	*page = (m->view.mem[mem].off + (at > from ? at - from : 0)) >> PAGE_SHIFT;
	return (int)mem;
}

/* The one file that a call is about, or FF_OBJ_NONE when it is about several, or none. */
static uint8_t file_of_call(const struct maker *m, const struct ff_call *c)
{
	const struct ff_op *op = ff_op(c->op);
	uint8_t file = FF_OBJ_NONE, one;

	for (unsigned int i = 0; i < ff_op_nargs(op); i++) {
		switch (op->arg[i].type) {
		case FF_ARG_FILE:
			one = (uint8_t)(c->arg[i] % FF_MAX_SLOTS);
			break;
		case FF_ARG_HANDLE:
			one = m->view.handle[c->arg[i] % FF_MAX_SLOTS].file;
			break;
		case FF_ARG_MAP:
		case FF_ARG_MEMORY:
			one = m->view.mem[c->arg[i] % FF_MEMS].file;
			break;
		default:
			continue;
		}
		if (file != FF_OBJ_NONE && one != file)
			return FF_OBJ_NONE;
		file = one;
	}
	return file;
}

static struct inode *inode_of(struct maker *m, const struct ff_event *e)
{
	for (unsigned int i = 0; i < m->ninodes; i++)
		if (m->inode[i].ino == e->ino && m->inode[i].dev == e->dev)
			return &m->inode[i];
	if (m->ninodes == FF_OBJ_OTHERS)
		return NULL;
	m->inode[m->ninodes] = (struct inode){ .ino = e->ino, .dev = e->dev };
	return &m->inode[m->ninodes++];
}

static bool has_address(const struct ff_event *e)
{
	return e->kind == FF_EV_UNMAP || e->kind == FF_EV_MAPPED_GONE || e->kind == FF_EV_FAULT_AROUND ||
	       e->kind == FF_EV_MAPPED_UNREADY;
}

/* Events name inodes, the program files: which is which is seen from addresses and calls. */
static void name_inodes(struct maker *m)
{
	for (size_t i = 0; i < m->c->nevents; i++) {
		const struct ff_event *e = &m->c->event[i];
		struct inode *node = e->ino ? inode_of(m, e) : NULL;
		uint8_t file = FF_OBJ_NONE;
		uint64_t page;
		bool known;
		int at;

		if (!node)
			continue;
		at = has_address(e) ? memory_at(m, e->addr, &page) : -1;
		if (at >= 0 && m->view.mem[at].file < FF_MAX_SLOTS)
			node->votes[m->view.mem[at].file] += VOTE_ADDRESS;
		at = call_at(m, e->tid, e->time_ns, &known);
		if (at >= 0)
			file = file_of_call(m, &m->c->program->call[at]);
		if (file < FF_MAX_SLOTS)
			node->votes[file]++;
	}
}

static uint8_t object_of_inode(struct maker *m, const struct ff_event *e)
{
	struct inode *node = inode_of(m, e);
	unsigned int best = 0;

	if (!node)
		return FF_OBJ_NONE;
	for (unsigned int f = 1; f < FF_MAX_SLOTS; f++)
		if (node->votes[f] > node->votes[best])
			best = f;
	return node->votes[best] ? (uint8_t)FF_OBJ_FILE(best) : (uint8_t)FF_OBJ_OTHER(node - m->inode);
}

static void set_pages(struct maker *m, struct ff_action *a, const struct ff_event *e)
{
	uint64_t page = 0;
	int mem;

	a->object = FF_OBJ_NONE;
	if (e->kind == FF_EV_MIGRATE || e->kind == FF_EV_UNUSE_BEGIN) {
		a->object = FF_OBJ_ANY;
		a->last = UINT64_MAX;
		return;
	}
	if (e->ino) {
		a->object = object_of_inode(m, e);
		a->first = a->last = e->index;
	} else if (e->kind != FF_EV_DMA_PIN) {
		mem = memory_at(m, e->addr, &page);
		if (mem >= 0)	/* a private map shares the pages of its file, until it copies them */
			a->object = m->view.mem[mem].file < FF_MAX_SLOTS ? m->view.mem[mem].file :
				    m->view.mem[mem].obj;
		a->first = a->last = page;
	}
	if (e->kind == FF_EV_TRUNCATE_BEGIN) {
		a->first = e->pos >> PAGE_SHIFT;
		a->last = e->result < 0 ? UINT64_MAX : (uint64_t)e->result >> PAGE_SHIFT;
	} else if (e->kind == FF_EV_COLLAPSE_BEGIN && m->c->history->pmd_size) {
		a->last = a->first + (m->c->history->pmd_size >> PAGE_SHIFT) - 1;
	} else if (e->kind == FF_EV_FAULT_AROUND) {
		a->last = a->first + (e->extra ? e->extra - 1 : 0);
	} else if (e->kind == FF_EV_SEEK) {
		a->first = e->pos >> PAGE_SHIFT;
		a->last = UINT64_MAX;
	} else if (e->kind == FF_EV_MOVED) {	/* in the order of memory, not of the file */
		a->first = 0;
		a->last = UINT64_MAX;
	}
}

/* ---- what, and what came of it ---- */

static uint8_t fault_result(int64_t result)
{
	if (result & VMF_ERROR)
		return FAILED;
	return result & VMF_RETRY ? TRY_AGAIN : WENT_WELL;
}

/* Of an event that ends an action, or is one without duration. */
static uint8_t result_of(const struct ff_event *e)
{
	if (e->flags & FF_EVF_NO_RESULT)
		return UNKNOWN;
	switch (e->kind) {
	case FF_EV_SWAP_IN_END:
		return fault_result(e->result);
	case FF_EV_COW_END:
		if (fault_result(e->result))
			return fault_result(e->result);
		return e->flags & FF_EVF_PFN && e->pfn != e->cookie ? WENT_WELL : DID_NOTHING;
	case FF_EV_COLLAPSE_END:
		return e->result == FF_COLLAPSE_DONE ? WENT_WELL : e->result == FF_COLLAPSE_HUGE ?
		       DID_NOTHING : FAILED;
	case FF_EV_FAULT:
		return e->extra & 3;			/* present, write */
	case FF_EV_UNMAP:
		return e->result ? WENT_WELL : FAILED;
	case FF_EV_SEEK:
		return (e->extra & 1) << 1 | (e->result < 0);	/* data or hole; found or not */
	case FF_EV_WAIT_PAGE:
	case FF_EV_WAKE:
		return e->extra & 31;			/* which bit of the page */
	case FF_EV_STILL_MAPPED:
	case FF_EV_MAPPED_GONE:
		return e->result & 1;			/* a huge page? */
	case FF_EV_MIGRATE:
		return e->result ? (e->pos ? TRY_AGAIN : FAILED) : WENT_WELL;
	case FF_EV_DMA_DONE:
	case FF_EV_SWAP_IN_FILE_END:
	case FF_EV_UNUSE_END:
	case FF_EV_SPLIT_END:
		return e->result ? FAILED : WENT_WELL;
	default:
		return WENT_WELL;
	}
}

static void begin(struct maker *m, const struct ff_event *e, bool lasts)
{
	struct ff_action *a = &m->out[m->n];

	*a = (struct ff_action){ .begin = e->time_ns, .end = e->time_ns, .kind = (uint8_t)e->kind };
	set_actor(m, a, e);
	set_pages(m, a, e);
	a->result = lasts ? UNKNOWN : result_of(e);
	if (e->flags & FF_EVF_PFN) {
		a->pfn = e->pfn;
		a->pfns = 1;
	}
	if (e->kind == FF_EV_DMA_PIN) {
		a->pfns = ((uint64_t)(e->result & 4095) + e->extra + 4095) >> PAGE_SHIFT;
		a->first = e->cookie;		/* the bio, until it is done */
	}
	if (lasts) {
		if (m->nopen == MAX_OPEN)
			memmove(m->open, m->open + 1, --m->nopen * sizeof(m->open[0]));
		m->open[m->nopen++] = m->n;
	}
	m->n++;
}

static bool ends(const struct ff_action *a, const struct ff_event *e, unsigned int kind)
{
	if (a->kind != kind)
		return false;
	return kind == FF_EV_DMA_PIN ? a->first == e->cookie : a->task == e->tid;
}

/* The latest that @e can end; a bio has several. Return: the last one ended, or NULL. */
static struct ff_action *end(struct maker *m, const struct ff_event *e, unsigned int kind)
{
	struct ff_action *found = NULL;

	for (unsigned int i = m->nopen; i-- && (!found || kind == FF_EV_DMA_PIN); ) {
		struct ff_action *a = &m->out[m->open[i]];

		if (!ends(a, e, kind))
			continue;
		found = a;
		a->end = e->time_ns;
		a->result = result_of(e);
		memmove(m->open + i, m->open + i + 1, (--m->nopen - i) * sizeof(m->open[0]));
	}
	return found;
}

/* Sleeps come first, and then the event that says for which page they were. */
static void wait_event(struct maker *m, const struct ff_event *e)
{
	struct ff_action *a;

	if (e->kind == FF_EV_WAIT_BEGIN) {
		begin(m, e, true);
	} else if (e->kind == FF_EV_WAIT_END) {
		for (unsigned int i = m->nopen; i--; )
			if (m->out[m->open[i]].kind == FF_EV_WAIT_BEGIN && m->out[m->open[i]].task == e->tid)
				m->out[m->open[i]].end = e->time_ns;
	} else {
		a = end(m, e, FF_EV_WAIT_BEGIN);
		if (!a)
			return;
		a->kind = FF_EV_WAIT_PAGE;
		set_pages(m, a, e);
		a->pfn = e->pfn;
		a->pfns = 1;
	}
}

static void take(struct maker *m, const struct ff_event *e)
{
	switch (e->kind) {
	case FF_EV_SWAP_IN_BEGIN:
	case FF_EV_COW_BEGIN:
	case FF_EV_DMA_PIN:
	case FF_EV_COLLAPSE_BEGIN:
	case FF_EV_TRUNCATE_BEGIN:
	case FF_EV_SWAP_IN_FILE_BEGIN:
	case FF_EV_UNUSE_BEGIN:
	case FF_EV_SPLIT_BEGIN:
		begin(m, e, true);
		break;
	case FF_EV_SWAP_IN_END:
	case FF_EV_COW_END:
	case FF_EV_DMA_DONE:
	case FF_EV_COLLAPSE_END:
	case FF_EV_TRUNCATE_END:
	case FF_EV_SWAP_IN_FILE_END:
	case FF_EV_UNUSE_END:
	case FF_EV_SPLIT_END:
		end(m, e, e->kind - 1u);
		break;
	case FF_EV_WAIT_BEGIN:
	case FF_EV_WAIT_END:
	case FF_EV_WAIT_PAGE:
		wait_event(m, e);
		break;
	case FF_EV_DELAY:	/* the program's own doing */
		break;
	case FF_EV_MOVED:
		begin(m, e, false);
		m->out[m->n - 1].end = e->time_ns + (uint64_t)e->result;
		break;
	default:
		if (e->kind != FF_EV_NONE && e->kind < FF_EV_NR)
			begin(m, e, false);
	}
}

static int by_beginning(const void *a, const void *b)
{
	const struct ff_action *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

size_t ff_actions_of(const struct ff_case *c, struct ff_action *out)
{
	struct maker m = { .c = c, .out = out };

	ff_view_make(&m.view, c->program, c->history);
	find_threads(&m);
	name_inodes(&m);
	find_threads(&m);	/* time begins again */
	for (size_t i = 0; i < c->nevents; i++)
		take(&m, &c->event[i]);
	/* What a lost guest never ended is still under way. */
	for (unsigned int i = 0; i < m.nopen && !c->ended; i++)
		m.out[m.open[i]].end = UINT64_MAX;
	for (size_t i = 0; i < m.n; i++)
		if (out[i].actor >= FF_ACTOR_KSWAPD && out[i].actor <= FF_ACTOR_KTHREAD)
			out[i].task = UINT32_MAX - out[i].actor;
	qsort(out, m.n, sizeof(*out), by_beginning);
	return m.n;
}
