// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family memory: loads and stores of the CPU are calls too, in this process
 * and in a forked child.
 */
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fuzzer/family.h"

enum { CHILD_LOAD = 1, CHILD_STORE = 2 };

static const struct ff_word child_words[] = {
	WORD("load", CHILD_LOAD, 40),
	WORD("store", CHILD_STORE, 40),
	WORD("both", CHILD_LOAD | CHILD_STORE, 20),
	{ 0 }
};

/* Bytes of an access from @src that were done when it faulted: whole pages before. */
static int64_t done_before(const struct ff_thread *t, const void *src)
{
	uintptr_t fault = t->fault & ~(uintptr_t)4095;

	return fault > (uintptr_t)src ? (int64_t)(fault - (uintptr_t)src) : 0;
}

/* The benchmark's bare loop: every word is loaded, nothing is looked at. */
static void touch(const void *src, size_t len)
{
	const volatile unsigned char *at = src;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8)
		(void)*(const volatile uint64_t __attribute__((may_alias, aligned(1))) *)(at + i);
	for (; i < len; i++)
		(void)at[i];
}

static void run_load(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	void *at = ff_thread_address(t, c->arg[0], c->arg[1]);
	volatile int64_t done = (int64_t)c->arg[2];

	if (!at)
		return ff_skip(r);
	ff_thread_invoke(t, r);
	if (t->bare) {
		if (FF_GUARDED(t))
			touch(at, c->arg[2]);
		else
			ff_thread_fault(t, r, at, 0);
		ff_unguard(t);
	} else {
		ff_thread_scan(t, r, at, t->x->memory[c->arg[0]].offset + c->arg[1], c->arg[2]);
	}
	if (r->signal)
		done = done_before(t, at);
	ff_thread_return(t, r, done);
}

static struct ff_effect *effect_of_load(const struct ff_view *v, const struct ff_call *c,
					const struct ff_record *r, struct ff_effects *out)
{
	const uint64_t mem = c->arg[0];
	struct ff_effect *e;

	if (r->state != FF_CALL_DONE)
		return NULL;
	e = ff_effect_add(out, FF_EFFECT_SEE, r, v->mem[mem].obj, v->mem[mem].off + c->arg[1],
			  ff_effect_done(r, c->arg[2]));
	if (!e)
		return NULL;
	e->src_off = c->arg[2];
	e->nrun = r->nruns;
	if (mem < FF_MEM_BUFFER)
		e->flags |= FF_EFFECT_MAPPED;
	return e;
}

static void effects_load(const struct ff_view *v, const struct ff_call *c,
			 const struct ff_record *r, struct ff_effects *out)
{
	effect_of_load(v, c, r, out);
}

/* Guarded fill; returns bytes stored. */
static int64_t store(struct ff_thread *t, const struct ff_call *c, struct ff_record *r, void *at)
{
	const struct ff_memory *m = &t->x->memory[c->arg[0]];
	uint64_t off = m->offset + c->arg[1];
	volatile int64_t done = (int64_t)c->arg[2];

	if (FF_GUARDED(t)) {
		ff_content_fill(at, t->epoch, m->object, off, c->arg[2], ff_version_of(t, c));
	} else {
		ff_thread_fault(t, r, at, off);
		done = done_before(t, at);
	}
	ff_unguard(t);
	return done;
}

static void run_store(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	void *at = ff_thread_address(t, c->arg[0], c->arg[1]);
	int64_t done;

	if (!at)
		return ff_skip(r);
	ff_thread_invoke(t, r);
	done = store(t, c, r, at);
	ff_thread_return(t, r, done);
}

static void effects_store(const struct ff_view *v, const struct ff_call *c,
			  const struct ff_record *r, struct ff_effects *out)
{
	const uint64_t mem = c->arg[0];

	ff_effect_part(out, FF_EFFECT_WRITE, r, v->mem[mem].obj, v->mem[mem].off + c->arg[1],
		       c->arg[2], 0, 0, 0, mem < FF_MEM_BUFFER ? FF_EFFECT_MAPPED : 0);
}

/* A child that hangs in user space is ended by its alarm; the parent waits for it. */
static void limit_child(const struct ff_thread *t)
{
	uint64_t s = t->x->cfg.call_limit_ns / 1000000000;
	struct sigaction act = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaction(SIGALRM, &act, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	alarm(s ? (unsigned int)s : 10);
}

/*
 * The child has its own copy of @t, and of the whole history unless that is
 * shared: so what it sees goes into t->child, which always is.
 */
static void child(struct ff_thread *t, const struct ff_call *c, void *at)
{
	struct ff_record *r = &t->child->record;
	uint64_t off = t->x->memory[c->arg[0]].offset + c->arg[1];
	volatile uint32_t n = 0;

	limit_child(t);
	r->result = (int64_t)c->arg[2];
	if (c->arg[3] & CHILD_LOAD) {
		if (FF_GUARDED(t)) {
			ff_content_scan(at, off, c->arg[2], t->epoch, t->child->run,
					FF_MAX_RUNS_CALL, &n);
		} else {
			ff_thread_fault(t, r, at, off);
			r->result = done_before(t, at);
		}
		ff_unguard(t);
		r->nruns = n;
	}
	/* The result of "both" is that of the store: its runs tell of the load. */
	if (c->arg[3] & CHILD_STORE)
		r->result = r->signal ? 0 : store(t, c, r, at);
	_exit(0);
}

/* What the child left, into the record of the call. */
static void take_from_child(struct ff_thread *t, struct ff_record *r)
{
	const struct ff_child *from = t->child;
	unsigned int n = t->bare ? 0 : from->record.nruns, max;
	struct ff_run *run;

	max = ff_thread_runs(t, r, &run);
	if (n > max) {
		n = max;
		r->flags |= FF_REC_CUT;
	}
	memcpy(run, from->run, n * sizeof(*run));
	ff_thread_seen(t, r, n);
	r->signal = from->record.signal;
	r->fault = from->record.fault;
	r->flags |= from->record.flags | FF_REC_CHILD;
}

/* By the system call itself: no atfork handlers, no locks of the C library. */
static pid_t fork_bare(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void run_fork(struct ff_thread *t, const struct ff_call *c, struct ff_record *r)
{
	void *at = ff_thread_address(t, c->arg[0], c->arg[1]);
	int64_t ret = -1;
	int status = 0, err;
	pid_t pid;

	if (!at)
		return ff_skip(r);
	memset(&t->child->record, 0, sizeof(t->child->record));
	ff_thread_invoke(t, r);
	pid = fork_bare();
	if (!pid)
		child(t, c, at);
	if (pid > 0) {
		while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
			;
		ret = WIFEXITED(status) ? t->child->record.result : -1;
		errno = EINTR;	/* killed: by its alarm, or for want of memory */
	}
	err = errno;
	if (pid > 0)
		take_from_child(t, r);
	errno = err;
	ff_thread_return(t, r, ret);
}

/* Does the child find this memory as its parent has it. */
static bool child_sees(const struct ff_view *v, uint64_t mem)
{
	unsigned int i;

	for (i = 0; i < v->p->ncalls && i < FF_MAX_CALLS; i++) {
		const struct ff_call *c = &v->p->call[i];

		if (c->op == FF_OP_MADVISE && c->arg[0] == mem &&
		    (c->arg[3] == MADV_WIPEONFORK || c->arg[3] == MADV_DONTFORK))
			return false;
	}
	return true;
}

/* The result of a child that stores as well does not tell how far it loaded. */
static uint64_t bytes_seen(const struct ff_view *v, const struct ff_record *r)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = r->first_run; i - r->first_run < r->nruns && i < FF_MAX_RUNS; i++)
		if (v->h->run[i].kind != FF_RUN_UNSEEN)
			sum += v->h->run[i].len;
	return sum;
}

static void effects_fork(const struct ff_view *v, const struct ff_call *c,
			 const struct ff_record *r, struct ff_effects *out)
{
	uint64_t mem = c->arg[0];
	struct ff_effect *e;

	if ((c->arg[3] & CHILD_LOAD) && !r->err && child_sees(v, mem)) {
		e = effect_of_load(v, c, r, out);
		if (e && v->h)
			e->len = bytes_seen(v, r);
	}
	/* Stores to what is the child's own copy are gone with it. */
	if ((c->arg[3] & CHILD_STORE) && mem < FF_MEM_BUFFER && !v->mem[mem].private_)
		effects_store(v, c, r, out);
}

const struct ff_op ff_ops_memory[] = {
	{
		.name = "load", .family = "memory",
		.about = "the CPU reads a range, each word once",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH },
		.weight = 28, .traits = FF_TOUCHES | FF_OBSERVES, .targets = FF_ON_ALL,
		.run = run_load, .effects = effects_load,
	},
	{
		.name = "store", .family = "memory",
		.about = "the CPU writes words of this call to a range",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH },
		.weight = 28, .traits = FF_TOUCHES | FF_WRITES, .targets = FF_ON_ALL,
		.run = run_store, .effects = effects_store,
	},
	{
		.name = "fork", .family = "memory",
		.about = "a child loads, stores and exits: memory is copied on write",
		.arg = { ARG_MEMORY, ARG_OFFSET, ARG_LENGTH, ARG_CHOICE("child", child_words) },
		.weight = 5, .traits = FF_MOVES | FF_TOUCHES | FF_COSTLY | FF_OBSERVES,
		.targets = FF_ON_ALL,
		.run = run_fork, .effects = effects_fork,
	},
};
