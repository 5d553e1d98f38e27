// SPDX-License-Identifier: GPL-2.0-only
/* The evidence of a finding. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bpf/witness.h"
#include "fuzzer/call.h"
#include "fuzzer/delay.h"
#include "oracles/cause.h"
#include "oracles/model.h"

#define MAX_BESIDE 12	/* lines of calls beside a violation */

double ff_cause_us(const struct ff_case *c, uint64_t ns)
{
	return ((double)ns - (double)c->history->began) / 1000;
}

void ff_cause_result(const struct ff_record *r, char *out, size_t n)
{
	const char *name = strerrorname_np(r->err);

	if (r->state == FF_CALL_STARTED)
		snprintf(out, n, "has not returned");
	else if (r->err)
		snprintf(out, n, "= %lld %s", (long long)r->result, name ? name : "?");
	else if (r->signal)
		snprintf(out, n, "= %lld, SIG%s at 0x%llx", (long long)r->result,
			 sigabbrev_np(r->signal), (unsigned long long)r->fault);
	else
		snprintf(out, n, "= %lld", (long long)r->result);
}

void ff_cause_call(struct ff_finding *f, const struct ff_case *c, unsigned int id,
		   const char *role)
{
	const struct ff_record *r = &c->history->record[id];
	const struct ff_call *call = &c->program->call[id];
	char text[160], result[80], thread[8] = "setup", until[32] = "";

	ff_call_print(call, text, sizeof(text));
	ff_cause_result(r, result, sizeof(result));
	if (call->thread != FF_SETUP)
		snprintf(thread, sizeof(thread), "%u", call->thread);
	if (r->state != FF_CALL_STARTED)
		snprintf(until, sizeof(until), "%.1f", ff_cause_us(c, r->returned));
	ff_finding_evidence(f, "%s: call %u, thread %s: %s %s [%.1f, %s] us\n", role, id, thread,
			    text, result, ff_cause_us(c, r->invoked), until);
}

static int overlaps(const struct ff_record *r, uint64_t from, uint64_t until)
{
	if (r->state != FF_CALL_DONE && r->state != FF_CALL_STARTED)
		return 0;
	return r->invoked <= until && (r->state == FF_CALL_STARTED || r->returned >= from);
}

void ff_cause_beside(struct ff_finding *f, const struct ff_case *c, unsigned int id,
		     uint64_t from, uint64_t until)
{
	unsigned int i, lines = 0, more = 0;

	for (i = 0; i < c->program->ncalls; i++) {
		if (i == id || !overlaps(&c->history->record[i], from, until))
			continue;
		if (lines++ < MAX_BESIDE)
			ff_cause_call(f, c, i, "beside");
		else
			more++;
	}
	if (more)
		ff_finding_evidence(f, "beside: %u more calls\n", more);
}

static const char *who(const struct ff_event *e)
{
	if (e->flags & FF_EVF_KHUGEPAGED)
		return "khugepaged";
	return e->flags & FF_EVF_KSWAPD ? "kswapd" : "task";
}

/* The inode that a seek of this call looked at; 0 when the witness did not see it. */
static uint64_t inode_of(const struct ff_case *c, const struct ff_record *r)
{
	size_t i;

	for (i = 0; i < c->nevents; i++) {
		if (c->event[i].kind == FF_EV_SEEK && c->event[i].tid == r->tid && r->tid &&
		    c->event[i].time_ns >= r->invoked && c->event[i].time_ns <= r->returned)
			return c->event[i].ino;
	}
	return 0;
}

/* The END of the window that event @i began, or NULL when it was not seen to end. */
static const struct ff_event *end_of(const struct ff_case *c, size_t i, unsigned int kind)
{
	const struct ff_event *begin = &c->event[i];

	for (i++; i < c->nevents; i++) {
		if (c->event[i].kind == kind && c->event[i].tid == begin->tid)
			return &c->event[i];
		if (c->event[i].kind == begin->kind && c->event[i].tid == begin->tid)
			return NULL;	/* the END was lost */
	}
	return NULL;
}

static int witnessed_collapse(struct ff_finding *f, const struct ff_case *c,
			      const struct ff_record *r)
{
	const struct ff_event *e, *end;
	uint64_t ino = inode_of(c, r);
	size_t i;

	for (i = 0; i < c->nevents; i++) {
		e = &c->event[i];
		if (e->kind != FF_EV_COLLAPSE_BEGIN || e->time_ns > r->returned ||
		    (ino && e->ino && e->ino != ino))
			continue;
		end = end_of(c, i, FF_EV_COLLAPSE_END);
		if (!end || end->time_ns < r->invoked)
			continue;
		ff_finding_evidence(f,
			"witness: %s %u in collapse_file of inode %llu from page %llu: [%.1f, %.1f] us, result %lld\n",
			who(e), e->tid, (unsigned long long)e->ino, (unsigned long long)e->index,
			ff_cause_us(c, e->time_ns), ff_cause_us(c, end->time_ns),
			(long long)end->result);
		f->witnessed = 1;
		return 1;
	}
	return 0;
}

static int witnessed_move(struct ff_finding *f, const struct ff_case *c, const struct ff_record *r)
{
	uint64_t ino = inode_of(c, r);

	for (size_t i = 0; i < c->nevents; i++) {
		const struct ff_event *e = &c->event[i];
		uint64_t end = e->time_ns + (uint64_t)e->result;

		if (e->kind != FF_EV_MOVED || e->time_ns > r->returned || end < r->invoked ||
		    (ino && e->ino && e->ino != ino))
			continue;
		ff_finding_evidence(f,
			"witness: %s %u moved %u pages of inode %llu, the first was page %llu: [%.1f, %.1f] us\n",
			who(e), e->tid, e->extra, (unsigned long long)e->ino, (unsigned long long)e->index,
			ff_cause_us(c, e->time_ns), ff_cause_us(c, end));
		f->witnessed = 1;
		return 1;
	}
	return 0;
}

static bool moves_pages(const struct ff_call *call)
{
	return call->op == FF_OP_COMPACT || call->op == FF_OP_MIGRATE;
}

static bool collapses(const struct ff_call *call)
{
	return ff_call_has_word(call, "collapse");
}

/* Does a call of this kind run beside call @id? */
static bool beside(const struct ff_case *c, unsigned int id, bool (*is)(const struct ff_call *))
{
	const struct ff_record *r = &c->history->record[id];

	for (unsigned int i = 0; i < c->program->ncalls; i++)
		if (i != id && overlaps(&c->history->record[i], r->invoked, r->returned) &&
		    is(&c->program->call[i]))
			return true;
	return false;
}

const char *ff_cause_replaced(struct ff_finding *f, const struct ff_case *c, unsigned int id)
{
	const struct ff_record *r = &c->history->record[id];

	if (witnessed_collapse(f, c, r))
		return "collapse";
	if (witnessed_move(f, c, r))
		return "migration";
	if (beside(c, id, collapses))
		return "collapse";
	return beside(c, id, moves_pages) ? "migration" : "alone";
}

/* The moment until which the pages of a pin event were written to. */
static uint64_t dma_done(const struct ff_case *c, size_t pin, const struct ff_record *r)
{
	size_t i;

	for (i = pin + 1; i < c->nevents; i++) {
		if (c->event[i].kind == FF_EV_DMA_DONE && c->event[i].cookie == c->event[pin].cookie &&
		    c->event[i].time_ns < r->returned)
			return c->event[i].time_ns;
	}
	return r->returned;	/* the DONE of a split bio may come late */
}

/* A copy of one of the pinned pages, made while the DMA was on its way. */
static const struct ff_event *copy_of(const struct ff_case *c, size_t pin, uint64_t pages,
				      uint64_t done)
{
	const struct ff_event *e;
	size_t i;

	for (i = pin + 1; i < c->nevents && c->event[i].time_ns <= done; i++) {
		e = &c->event[i];
		if (e->kind == FF_EV_COW_END && (e->flags & FF_EVF_PFN) && e->pfn != e->cookie &&
		    e->cookie >= c->event[pin].pfn && e->cookie - c->event[pin].pfn < pages)
			return e;
	}
	return NULL;
}

void ff_cause_cow(struct ff_finding *f, const struct ff_case *c, unsigned int id)
{
	const struct ff_record *r = &c->history->record[id];
	const struct ff_event *e, *cow;
	uint64_t pages, done;
	size_t i;

	for (i = 0; i < c->nevents; i++) {
		e = &c->event[i];
		if (e->kind != FF_EV_DMA_PIN || !(e->flags & FF_EVF_PFN) ||
		    e->time_ns < r->invoked || e->time_ns > r->returned ||
		    (r->tid && e->tid && e->tid != r->tid))
			continue;
		pages = ((uint64_t)e->result % 4096 + e->extra + 4095) / 4096;
		done = dma_done(c, i, r);
		cow = copy_of(c, i, pages ? pages : 1, done);
		if (!cow)
			continue;
		ff_finding_evidence(f,
			"witness: page frame 0x%llx pinned for the read by task %u at %.1f us, written to until %.1f us\n"
			"witness: task %u, fault at 0x%llx: that page was copied to 0x%llx at %.1f us\n",
			(unsigned long long)cow->cookie, e->tid, ff_cause_us(c, e->time_ns),
			ff_cause_us(c, done), cow->tid, (unsigned long long)cow->addr,
			(unsigned long long)cow->pfn, ff_cause_us(c, cow->time_ns));
		f->witnessed = 1;
		return;
	}
}

/* A removal of pages of the file of @in, between @in and its end. */
static const struct ff_event *removal_beside(const struct ff_case *c, const struct ff_event *in,
					     const struct ff_event *end)
{
	const struct ff_event *e, *gone;
	size_t i;

	for (i = 0; i < c->nevents && c->event[i].time_ns <= end->time_ns; i++) {
		e = &c->event[i];
		if (e->kind != FF_EV_TRUNCATE_BEGIN || e->ino != in->ino || e->dev != in->dev)
			continue;
		gone = end_of(c, i, FF_EV_TRUNCATE_END);
		if (!gone || gone->time_ns >= in->time_ns)
			return e;
	}
	return NULL;
}

int ff_cause_swap_in(struct ff_finding *f, const struct ff_case *c, unsigned int id)
{
	const struct ff_record *r = &c->history->record[id];
	const struct ff_event *in, *end, *gone;
	size_t i;

	for (i = 0; i < c->nevents; i++) {
		in = &c->event[i];
		if (in->kind != FF_EV_SWAP_IN_FILE_BEGIN || !r->tid || in->tid != r->tid ||
		    in->time_ns < r->invoked || in->time_ns > r->returned)
			continue;
		end = end_of(c, i, FF_EV_SWAP_IN_FILE_END);
		gone = end && end->result == -ENOENT ? removal_beside(c, in, end) : NULL;
		if (!gone)
			continue;
		ff_finding_evidence(f,
			"witness: swap-in of page %llu of inode %llu by task %u: [%.1f, %.1f] us, ended in ENOENT\n"
			"witness: it raced with task %u, which removes pages of that file from byte 0x%llx on since %.1f us\n",
			(unsigned long long)in->index, (unsigned long long)in->ino, in->tid,
			ff_cause_us(c, in->time_ns), ff_cause_us(c, end->time_ns), gone->tid,
			(unsigned long long)gone->pos, ff_cause_us(c, gone->time_ns));
		f->witnessed = 1;
		return 1;
	}
	return 0;
}

void ff_cause_witness(struct ff_finding *f, const struct ff_case *c)
{
	if (c->witness && !strncmp(c->witness, "SKIP", 4))
		ff_finding_evidence(f, "witness: %s\n", c->witness);
	if (c->drops)
		ff_finding_evidence(f, "witness: %llu events were lost\n",
				    (unsigned long long)c->drops);
	if (!f->witnessed && c->nevents)
		ff_finding_evidence(f, "witness: nothing seen that explains it\n");
}

void ff_cause_merge(struct ff_findings *all, struct ff_finding *last)
{
	unsigned int i;

	for (i = 0; &all->f[i] != last; i++) {
		if (strcmp(all->f[i].signature, last->signature))
			continue;
		if (last->call >= 0)
			ff_finding_evidence(&all->f[i], "also seen by: call %d\n", last->call);
		all->f[i].witnessed |= last->witnessed;
		all->n--;
		return;
	}
}

int ff_cause_io_error(const struct ff_case *c)
{
	if (c->history->flags & FF_HIST_SWAP_FAILED)
		return 1;
	return c->log && (strstr(c->log, "I/O error") || strstr(c->log, "Read-error on swap") ||
			  strstr(c->log, "Write-error on swap"));
}

void ff_cause_delays(struct ff_finding *f, const struct ff_case *c)
{
	const struct ff_event *e;
	char text[64];

	for (size_t i = 0; i < c->nevents; i++) {
		e = &c->event[i];
		if (e->kind != FF_EV_DELAY || e->extra >= c->program->ndelays)
			continue;
		ff_delay_print(&c->program->delay[e->extra], text, sizeof(text));
		ff_finding_evidence(f, "delay %s: held up tid %u at %.1f us for %.1f us\n", text, e->tid,
				    ff_cause_us(c, e->time_ns), (double)e->result / 1000);
	}
}
