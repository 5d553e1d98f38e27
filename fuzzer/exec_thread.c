// SPDX-License-Identifier: GPL-2.0-only
/* What the bodies of calls use: slots, times, runs. */
#include <errno.h>

#include "fuzzer/exec_state.h"

int ff_thread_handle(struct ff_thread *t, uint64_t h)
{
	if (!atomic_load_explicit(&t->x->handle[h].made, memory_order_acquire))
		return -1;
	return FF_FD_BASE + (int)h;
}

struct ff_memory *ff_thread_memory(struct ff_thread *t, uint64_t mem)
{
	struct ff_memory *m = &t->x->memory[mem];

	return atomic_load_explicit(&m->base, memory_order_acquire) ? m : NULL;
}

void ff_thread_invoke(struct ff_thread *t, struct ff_record *r)
{
	if (!t->bare)
		r->invoked = ff_now();
	/* The host must know of it before it happens: it may never return. */
	__atomic_store_n(&r->state, FF_CALL_STARTED, __ATOMIC_RELEASE);
}

void ff_thread_return(struct ff_thread *t, struct ff_record *r, int64_t ret)
{
	int err = errno;

	if (!t->bare)
		r->returned = r->scanned = ff_now();
	r->result = ret;
	r->err = ret < 0 ? err : 0;
}

unsigned int ff_thread_runs(struct ff_thread *t, struct ff_record *r, struct ff_run **run)
{
	uint32_t room = t->run_end - t->run_next;

	*run = &t->h->run[t->run_next];
	if (room > FF_MAX_RUNS_CALL - r->nruns)
		room = FF_MAX_RUNS_CALL - r->nruns;
	return room;
}

void ff_thread_seen(struct ff_thread *t, struct ff_record *r, unsigned int n)
{
	r->nruns += n;
	t->run_next += n;
}

void ff_thread_fault(struct ff_thread *t, struct ff_record *r, const void *src, uint64_t off)
{
	r->signal = (uint8_t)t->signal;
	r->flags |= FF_REC_FAULTED;
	r->fault = off + (t->fault - (uintptr_t)src);
}

/* After a fault: what was seen stays, the rest was not seen. */
static uint32_t unseen_rest(struct ff_run *run, unsigned int max, uint32_t n, uint64_t off, size_t len)
{
	uint64_t seen = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		seen += run[i].len;
	if (seen >= len)
		return n;
	if (n == max) {
		n--;
		seen -= run[n].len;
	}
	run[n] = (struct ff_run){ .off = off + seen, .len = (uint32_t)(len - seen),
				  .kind = FF_RUN_UNSEEN };
	return n + 1;
}

void ff_thread_scan(struct ff_thread *t, struct ff_record *r, const void *src, uint64_t off, size_t len)
{
	struct ff_run *run;
	const unsigned int max = ff_thread_runs(t, r, &run);
	volatile uint32_t n = 0;

	if (t->bare)
		return;
	if (max < 2) {
		r->flags |= FF_REC_CUT;
		return;
	}
	if (FF_GUARDED(t)) {
		ff_content_scan(src, off, len, t->epoch, run, max, &n);
		if (n && run[n - 1].kind == FF_RUN_UNSEEN)
			r->flags |= FF_REC_CUT;
	} else {
		ff_thread_fault(t, r, src, off);
		n = unseen_rest(run, max, n, off, len);
	}
	ff_unguard(t);
	ff_thread_seen(t, r, n);
	r->scanned = ff_now();
}
