// SPDX-License-Identifier: GPL-2.0-only
#include "runner/blackbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzer/content.h"

const char *const ff_counter_name[FF_COUNTER_KINDS] = {
#define X(name) #name,
	FF_COUNTERS(X)
#undef X
};

void ff_box_init(struct ff_box *b)
{
	memset(b, 0, sizeof(*b));
	b->layout = FF_BOX_LAYOUT;
	b->bytes = sizeof(*b);
	b->magic = FF_BOX_MAGIC;
}

void ff_box_reset(struct ff_box *b)
{
	b->magic = FF_BOX_MAGIC;	/* the last guest may have written anything */
	b->layout = FF_BOX_LAYOUT;
	b->bytes = sizeof(*b);
	atomic_store(&b->phase, FF_PHASE_NONE);
	atomic_store(&b->guest_beat, 0);
	atomic_store(&b->guest_now, 0);
	atomic_store(&b->stop, 0);
	atomic_store(&b->deaths, 0);
	atomic_store(&b->ring_head, 0);
	memset(b->failed, 0, sizeof(b->failed));
	memset(&b->boot, 0, sizeof(b->boot));
	memset(b->counter, 0, sizeof(b->counter));
	b->counted = 0;
	memset(b->shown, 0, sizeof(b->shown));
	for (unsigned int i = 0; i < FF_BOX_KINDS; i++)
		atomic_store(&b->seen[i], 0);
}

void ff_box_resume(struct ff_box *b, const struct ff_box_boot *boot)
{
	b->boot = *boot;
	atomic_store_explicit(&b->phase, FF_PHASE_READY, memory_order_release);
}

int ff_box_check(const struct ff_box *b, char *why, size_t n)
{
	if (b->magic != FF_BOX_MAGIC) {
		snprintf(why, n, "the shared memory holds no black box (magic %016llx)",
			 (unsigned long long)b->magic);
		return -EPROTO;
	}
	if (b->layout != FF_BOX_LAYOUT || b->bytes != sizeof(*b)) {
		snprintf(why, n, "the host's black box has layout %u of %u bytes, the guest's %u of %zu: two builds of foliofuzz",
			 b->layout, b->bytes, FF_BOX_LAYOUT, sizeof(*b));
		return -EPROTO;
	}
	return 0;
}

/* Runs index into arrays of the judge: nothing may point outside. */
static int run_sane(const struct ff_run *r)
{
	return r->kind <= FF_RUN_ABSENT && r->off <= 16 * FF_MAX_SIZE &&
	       r->len <= 16 * FF_MAX_SIZE &&
	       (r->kind != FF_RUN_OWN || (r->obj < FF_OBJECTS && r->version &&
					  (r->version <= FF_MAX_CALLS || r->version == FF_VERSION_BASE)));
}

static int record_sane(const struct ff_record *r, uint32_t nruns)
{
	return r->state <= FF_CALL_SKIPPED && r->nruns <= FF_MAX_RUNS_CALL &&
	       r->first_run <= nruns && r->nruns <= nruns - r->first_run;
}

/*
 * A record that was being written when the guest died may be half there: its
 * runs then count from h->nruns. That is not damage, so a call that has not
 * returned just loses its runs.
 */
static int history_check(struct ff_history *h, const struct ff_program *p, uint32_t nruns)
{
	if (h->ncalls != p->ncalls && h->ncalls)
		return -EPROTO;
	h->ncalls = p->ncalls;
	if (h->nruns > FF_MAX_RUNS || h->nthreads > FF_MAX_THREADS)
		return -EPROTO;
	for (uint32_t i = 0; i < h->ncalls; i++) {
		struct ff_record *r = &h->record[i];

		if (r->state == FF_CALL_NOT_RUN || r->state == FF_CALL_STARTED)
			r->first_run = r->nruns = 0;
		if (!record_sane(r, nruns))
			return -EPROTO;
		for (uint32_t k = 0; k < r->nruns; k++)
			if (!run_sane(&h->run[r->first_run + k]))
				return -EPROTO;
	}
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct ff_event *x = a, *y = b;

	return (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

static void take_events(const struct ff_slot *s, struct ff_taken *t)
{
	uint32_t n = __atomic_load_n(&s->nevents, __ATOMIC_ACQUIRE), kept = 0;
	int sorted = 1;

	if (n > FF_BOX_EVENTS) {
		t->damaged = 1;
		n = 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		t->event[kept] = s->event[i];
		if (t->event[kept].kind >= FF_EV_NR) {
			t->damaged = 1;
			continue;
		}
		if (kept && t->event[kept].time_ns < t->event[kept - 1].time_ns)
			sorted = 0;
		kept++;
	}
	t->nevents = kept;
	if (!sorted)
		qsort(t->event, kept, sizeof(t->event[0]), by_time);
}

/* A guest that was lost while it wrote a sample leaves the ones before in disorder: none then. */
static void take_stuck(const struct ff_slot *s, struct ff_taken *t)
{
	uint32_t seq = atomic_load(&s->stuck_seq);

	atomic_thread_fence(memory_order_seq_cst);
	t->stuck.nsamples = 0;
	if (!seq || seq % 2)
		return;
	memcpy(&t->stuck, &s->stuck, sizeof(t->stuck));
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load(&s->stuck_seq) != seq)
		t->stuck.nsamples = 0;
	else if (!ff_stuck_sane(&t->stuck))
		t->damaged = 1;
}

void ff_box_take(const struct ff_slot *s, const struct ff_program *program, struct ff_taken *t)
{
	uint32_t len = atomic_load_explicit(&s->log_len, memory_order_acquire);
	uint64_t ended;
	uint32_t runs;

	t->damaged = 0;
	t->began = atomic_load(&s->began);
	t->running = atomic_load(&s->running);
	t->ended = atomic_load(&s->ended);
	t->drops = s->drops;
	memcpy(t->why, s->why, sizeof(t->why));
	t->why[sizeof(t->why) - 1] = '\0';
	/* They are packed when it ended; until then each thread has a part of the room. */
	ended = __atomic_load_n(&s->history.ended, __ATOMIC_ACQUIRE);
	runs = s->history.nruns;
	if (runs > FF_MAX_RUNS)
		runs = 0;
	else if (!ended)
		runs = FF_MAX_RUNS;
	memcpy(&t->history, &s->history, offsetof(struct ff_history, run) + runs * sizeof(struct ff_run));
	if (history_check(&t->history, program, runs)) {
		memset(&t->history, 0, offsetof(struct ff_history, run));
		t->history.ncalls = program->ncalls;
		t->damaged = 1;
	}
	take_events(s, t);
	take_stuck(s, t);
	memcpy(t->cover, s->cover, sizeof(t->cover));
	if (len > FF_BOX_LOG) {
		t->damaged = 1;
		len = 0;
	}
	memcpy(t->log, s->log, len);
	t->log[len] = '\0';
	for (uint32_t i = 0; i < len; i++)
		if (!t->log[i])
			t->log[i] = ' ';
}

void ff_box_log_write(struct ff_box *b, const char *text, size_t len)
{
	uint64_t head = atomic_load(&b->ring_head);

	for (size_t i = 0; i < len; i++)
		b->ring[(head + i) % FF_BOX_RING] = text[i];
	atomic_store_explicit(&b->ring_head, head + len, memory_order_release);
}

size_t ff_box_log_read(const struct ff_box *b, uint64_t *from, char *out, size_t n)
{
	uint64_t head = atomic_load_explicit(&b->ring_head, memory_order_acquire);
	size_t got = 0;

	if (*from > head)
		*from = head;		/* another guest: its log begins anew */
	if (head - *from > FF_BOX_RING)
		*from = head - FF_BOX_RING;
	while (*from < head && got + 1 < n) {
		char c = b->ring[*from % FF_BOX_RING];

		out[got++] = c ? c : ' ';
		++*from;
	}
	out[got] = '\0';
	return got;
}
