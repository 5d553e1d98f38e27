// SPDX-License-Identifier: GPL-2.0-only
#include "runner/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/msg.h"
#include "runner/proc.h"
#include "runner/session_guest.h"

#define SILENT_MS_NATIVE	15000
#define SILENT_MS_TCG		40000
#define CHECK_MS		50
#define START_TRIES		5
#define ASK_MS			2000	/* between two questions whether a program hangs */
#define STUCK_LIMITS		30	/* a program may take so many limits of a call */
#define LOST_LOG		(FF_BOX_LOG + 65536)

/* The host's own copy of what it put into a slot: the box may be scribbled over. */
struct fed {
	bool used;
	uint64_t sequence;
	uint32_t epoch;
	void *tag;
	struct ff_program program;
};

struct ff_session {
	struct ff_session_config cfg;
	struct ff_session_info info;
	struct ff_host host;
	bool down;			/* the guest is lost, another one is to be started */
	struct fed fed[FF_BOX_SLOTS];
	uint64_t sequence;
	uint32_t epoch;
	uint32_t beat;
	long long beat_ms, check_ms, ask_ms;
	uint64_t asked;			/* sequence and stuck_seq of the slot when the judge was asked */
	uint32_t asked_seq;
	struct ff_judge *judge;		/* oracle hang only */
	struct ff_findings findings;
	uint64_t past_ns, first_now;	/* guest time: earlier guests; this one's clock at its start */
	uint64_t past_counter[FF_COUNTER_KINDS], past_seen[FF_BOX_KINDS];
	unsigned int past_deaths;
	long console_at;
	unsigned int stale_said;	/* how often this guest logged STALE */
	bool swap_failed;		/* this guest logged an error on a swap device */
	struct ff_program program;	/* of the last result: its slot may be fed again */
	struct ff_taken taken;
	char log[LOST_LOG];
};

static void copy_boot(struct ff_session *s)
{
	struct ff_box_boot *b = &s->info.boot;

	*b = s->host.box->boot;
	b->release[sizeof(b->release) - 1] = '\0';
	b->witness[sizeof(b->witness) - 1] = '\0';
	b->notes[sizeof(b->notes) - 1] = '\0';
	if (b->call_limit_ns < 1000000000ULL || b->call_limit_ns > 600000000000ULL)
		b->call_limit_ns = 60000000000ULL;	/* nonsense from the guest */
	if (b->release[0])
		snprintf(s->info.release, sizeof(s->info.release), "%s", b->release);
}

static void put_program(struct ff_session *s, unsigned int i)
{
	struct ff_slot *slot = &s->host.box->slot[i];
	struct fed *f = &s->fed[i];

	memset(&slot->history, 0, offsetof(struct ff_history, run));
	memset(slot->why, 0, sizeof(slot->why));
	slot->nevents = 0;
	slot->drops = 0;
	atomic_store(&slot->log_len, 0);
	atomic_store(&slot->stuck_seq, 0);
	slot->stuck.nsamples = 0;
	if (s->cfg.kcov)
		memset(slot->cover, 0, sizeof(slot->cover));
	atomic_store(&slot->began, 0);
	atomic_store(&slot->running, 0);
	atomic_store(&slot->ended, 0);
	slot->epoch = f->epoch;
	slot->sequence = f->sequence;
	ff_program_copy(&slot->program, &f->program);
	atomic_store_explicit(&slot->state, FF_SLOT_READY, memory_order_release);
}

/* All that had been fed goes in again; slots of nobody are emptied. */
static void refill(struct ff_session *s)
{
	for (unsigned int i = 0; i < FF_BOX_SLOTS; i++)
		if (s->fed[i].used)
			put_program(s, i);
		else
			atomic_store(&s->host.box->slot[i].state, FF_SLOT_FREE);
}

static int start(struct ff_session *s)
{
	int ret = -EIO;

	for (int try = 0; try < START_TRIES; try++) {
		refill(s);
		ret = ff_host_start(&s->host);
		if (ret == 0 || ret == -ECANCELED)
			break;
		/*
		 * What fails at the first start will fail again; but a guest that
		 * dies while it boots may well not: under software emulation a
		 * kernel now and then crashes when it patches its own code while
		 * another CPU runs it (seen with 6.12, some 1 boot in 20).
		 */
		if (ret != -EAGAIN && !s->info.guest_ns && !s->info.restarts)
			break;
	}
	if (ret)
		return ret;
	copy_boot(s);
	s->down = false;
	s->stale_said = 0;
	s->swap_failed = false;
	s->beat = atomic_load(&s->host.box->guest_beat);
	s->beat_ms = ff_now_ms();
	s->first_now = atomic_load(&s->host.box->guest_now);
	s->console_at = ff_host_console_size(&s->host);
	return 0;
}

/* Counts of the guest that ends go to those of the guests before. */
static void settle(struct ff_session *s)
{
	ff_session_info(s);
	s->past_ns = s->info.guest_ns;
	s->first_now = 0;
	memcpy(s->past_counter, s->info.counter, sizeof(s->past_counter));
	memcpy(s->past_seen, s->info.seen, sizeof(s->past_seen));
	s->past_deaths = s->info.deaths;
	ff_host_stop(&s->host);
	atomic_store(&s->host.box->guest_now, 0);
	atomic_store(&s->host.box->deaths, 0);
	memset(s->host.box->counter, 0, sizeof(s->host.box->counter));
	for (unsigned int i = 0; i < FF_BOX_KINDS; i++)
		atomic_store(&s->host.box->seen[i], 0);
}

int ff_session_open(struct ff_session **out, const struct ff_session_config *cfg)
{
	struct ff_session *s = calloc(1, sizeof(*s));
	uint32_t hang = 0;
	char why[128];
	int ret;

	*out = NULL;
	if (!s) {
		ff_msg_error("no memory for a session (%zu bytes)", sizeof(*s));
		return -ENOMEM;
	}
	s->cfg = *cfg;
	s->host.cfg = &s->cfg;
	s->host.info = &s->info;
	ff_oracles_parse("hang", &hang, why, sizeof(why));
	s->judge = ff_judge_open(hang);
	ret = s->judge ? ff_host_open(&s->host) : -ENOMEM;
	if (!ret)
		ret = start(s);
	if (ret) {
		ff_session_close(s);
		return ret;
	}
	*out = s;
	return 0;
}

void ff_session_close(struct ff_session *s)
{
	if (!s)
		return;
	ff_host_close(&s->host);
	ff_judge_close(s->judge);
	free(s);
}

uint64_t ff_session_guest_ns(const struct ff_session *s)
{
	uint64_t now = atomic_load(&s->host.box->guest_now);
	bool sane = s->first_now && now > s->first_now && now - s->first_now < (1ULL << 52);

	return s->past_ns + (sane ? now - s->first_now : 0);
}

const struct ff_session_info *ff_session_info(struct ff_session *s)
{
	struct ff_box *b = s->host.box;

	s->info.guest_ns = ff_session_guest_ns(s);
	s->info.counted |= b->counted;
	for (unsigned int i = 0; i < FF_COUNTER_KINDS; i++)
		s->info.counter[i] = s->past_counter[i] + b->counter[i];
	for (unsigned int i = 0; i < FF_BOX_KINDS; i++)
		s->info.seen[i] = s->past_seen[i] + atomic_load(&b->seen[i]);
	s->info.deaths = s->past_deaths + atomic_load(&b->deaths);
	return &s->info;
}

int ff_session_feed(struct ff_session *s, const struct ff_program *p, void *tag)
{
	for (unsigned int i = 0; i < FF_BOX_SLOTS && !s->down; i++) {
		struct fed *f = &s->fed[i];

		if (f->used)
			continue;
		f->used = true;
		f->tag = tag;
		f->sequence = ++s->sequence;
		f->epoch = s->epoch = s->epoch % (0xffff - 1) + 1;
		ff_program_copy(&f->program, p);
		put_program(s, i);
		return 0;
	}
	return -EAGAIN;
}

unsigned int ff_session_pending(const struct ff_session *s)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < FF_BOX_SLOTS; i++)
		n += s->fed[i].used;
	return n;
}

/* The slot in one of these states (bits) that was fed first, or -1. */
static int oldest(const struct ff_session *s, uint32_t states)
{
	int best = -1;

	for (int i = 0; i < FF_BOX_SLOTS; i++) {
		uint32_t st = atomic_load_explicit(&s->host.box->slot[i].state, memory_order_acquire);

		if (s->fed[i].used && st < FF_SLOT_STATES && (states & 1u << st) &&
		    (best < 0 || s->fed[i].sequence < s->fed[best].sequence))
			best = i;
	}
	return best;
}

#define OURS	(1u << FF_SLOT_DONE | 1u << FF_SLOT_FAILED | 1u << FF_SLOT_DIED)
#define BUSY	(1u << FF_SLOT_PREPARING | 1u << FF_SLOT_RUNNING)

void *ff_session_running(const struct ff_session *s)
{
	int i = oldest(s, BUSY);

	return i < 0 ? NULL : s->fed[i].tag;
}

/*
 * dio_warn_stale_pagecache() in fs/iomap/direct-io.c (mm/filemap.c from 6.9): the
 * kernel itself says that direct and buffered I/O collided. It says so at most ten
 * times a day (its ratelimit), so after that any program on a disk may have met it.
 */
#define STALE		"Page cache invalidation failure on direct I/O"
#define STALE_MAX	10

static void note_stale(struct ff_session *s)
{
	bool said = false;

	for (const char *p = s->taken.log; (p = strstr(p, STALE)); p += strlen(STALE)) {
		s->stale_said++;
		said = true;
	}
	if (said || (s->stale_said >= STALE_MAX && s->program.target.kind != FF_TARGET_TMPFS))
		s->taken.history.flags |= FF_HIST_INVALIDATE_FAILED;
}

/*
 * A swap device that failed may have lost pages, and every later program with
 * swap may meet them: the kernel tells of them at most now and then.
 */
static void note_swap_failed(struct ff_session *s)
{
	if (strstr(s->taken.log, "-error on swap-device"))
		s->swap_failed = true;
	if (s->swap_failed && s->program.target.swap != FF_SWAP_NONE)
		s->taken.history.flags |= FF_HIST_SWAP_FAILED;
}

/* The result in slot @i; the slot is free afterwards. */
static void take(struct ff_session *s, int i, struct ff_outcome *r)
{
	struct ff_slot *slot = &s->host.box->slot[i];
	uint32_t state = atomic_load_explicit(&slot->state, memory_order_acquire);
	struct fed *f = &s->fed[i];
	uint64_t end;

	memset(r, 0, sizeof(*r));
	ff_program_copy(&s->program, &f->program);
	ff_box_take(slot, &s->program, &s->taken);
	note_stale(s);
	note_swap_failed(s);
	r->tag = f->tag;
	r->damaged = s->taken.damaged;
	if (state == FF_SLOT_FAILED)
		r->failed = s->taken.why;
	r->c.program = &s->program;
	r->c.history = &s->taken.history;
	r->c.event = s->taken.event;
	r->c.nevents = s->taken.nevents;
	r->c.drops = s->taken.drops;
	r->c.witness = s->info.boot.witness;
	r->c.log = s->taken.log;
	r->c.stuck = &s->taken.stuck;
	r->c.cover = s->info.boot.kcov ? s->taken.cover : NULL;
	r->c.ended = state == FF_SLOT_DONE;
	r->c.lost = state == FF_SLOT_DIED ? "killed" : "";
	if (state == FF_SLOT_DIED)
		snprintf(r->lost, sizeof(r->lost), "%.250s", s->taken.why);
	r->c.now = atomic_load(&s->host.box->guest_now);
	end = s->taken.ended ? s->taken.ended : r->c.now;
	if (s->taken.began && end > s->taken.began && end - s->taken.began < (1ULL << 48))
		r->guest_ns = end - s->taken.began;
	atomic_store(&slot->state, FF_SLOT_FREE);
	f->used = false;
	s->console_at = ff_host_console_size(&s->host);
}

/* A call of this slot that has been away for longer than any should be here. */
static bool suspicious(struct ff_session *s, int i, uint64_t now)
{
	const struct ff_history *h = &s->host.box->slot[i].history;
	uint64_t invoked;

	for (uint32_t k = 0; k < s->fed[i].program.ncalls; k++) {
		invoked = h->record[k].invoked;
		if (h->record[k].state == FF_CALL_STARTED && invoked && now > invoked &&
		    now - invoked > s->info.boot.call_limit_ns)
			return true;
	}
	return false;
}

/* Samples that the judge was not asked about yet. */
static bool new_samples(struct ff_session *s, int i)
{
	uint32_t seq = atomic_load(&s->host.box->slot[i].stuck_seq);

	if (!seq || seq % 2 || (seq == s->asked_seq && s->fed[i].sequence == s->asked))
		return false;
	s->asked_seq = seq;
	s->asked = s->fed[i].sequence;
	return true;
}

/*
 * Does the program in slot @i hang? The judge decides, since it knows which
 * calls are slow by nature and what samples prove; it is asked at each new
 * sample, and every few seconds about a call that takes long.
 */
static bool hangs(struct ff_session *s, int i, uint64_t now)
{
	struct ff_case c = {
		.program = &s->fed[i].program, .history = &s->taken.history, .witness = "",
		.stuck = &s->taken.stuck, .log = "", .lost = "", .now = now,
	};

	if (!new_samples(s, i) && (ff_now_ms() < s->ask_ms || !suspicious(s, i, now)))
		return false;
	s->ask_ms = ff_now_ms() + ASK_MS;
	ff_box_take(&s->host.box->slot[i], &s->fed[i].program, &s->taken);
	ff_judge(s->judge, &c, &s->findings);
	return s->findings.n > 0;
}

/* Beyond all reason: nothing may take that long, also between two calls. */
static bool stuck(struct ff_session *s, int i, uint64_t now)
{
	uint64_t began = atomic_load(&s->host.box->slot[i].began);

	return began && now > began && now - began > STUCK_LIMITS * s->info.boot.call_limit_ns;
}

static void lost_log(struct ff_session *s, long from, const char *taken)
{
	size_t used = (size_t)snprintf(s->log, sizeof(s->log), "%s", taken);

	if (used >= sizeof(s->log))
		used = sizeof(s->log) - 1;
	ff_host_console(&s->host, from, s->log + used, sizeof(s->log) - used);
}

/* How the guest was lost: for the judge, and in words. NULL: it was not. */
static const char *lost_how(struct ff_session *s, char *words, size_t n)
{
	bool tcg = !strcmp(s->info.accel, "tcg");
	long long now = ff_now_ms(), limit = tcg ? SILENT_MS_TCG : SILENT_MS_NATIVE;
	uint32_t beat = atomic_load(&s->host.box->guest_beat);
	uint64_t gnow = atomic_load(&s->host.box->guest_now);
	int i = oldest(s, BUSY);

	if (!ff_host_alive(&s->host)) {
		lost_log(s, s->console_at, "");
		if (strstr(s->log, "Kernel panic")) {
			snprintf(words, n, "the kernel panicked");
			return "panic";
		}
		snprintf(words, n, s->cfg.kernel ? "QEMU ended (status %d)" : "the agent ended", s->host.vm.exit_status);
		return "killed";
	}
	if (beat != s->beat) {
		s->beat = beat;
		s->beat_ms = now;
	}
	if (now - s->beat_ms > limit) {
		snprintf(words, n, "the guest was silent for %lld s", (now - s->beat_ms) / 1000);
		return "silent";
	}
	if (i >= 0 && hangs(s, i, gnow)) {
		snprintf(words, n, "%.240s", s->findings.f[0].what);
		return "";
	}
	if (i >= 0 && stuck(s, i, gnow)) {
		snprintf(words, n, "the program did not end");
		return "silent";
	}
	return NULL;
}

/* A slot of ours that says it is nobody's: the kernel under test wrote into the box. */
static void mend(struct ff_session *s)
{
	for (unsigned int i = 0; i < FF_BOX_SLOTS; i++) {
		uint32_t st = atomic_load_explicit(&s->host.box->slot[i].state, memory_order_acquire);

		if (!s->fed[i].used || (st != FF_SLOT_FREE && st < FF_SLOT_STATES))
			continue;
		ff_msg_warn("slot %u of the black box was damaged (state %u); its program is given again", i, st);
		put_program(s, i);
	}
}

static int lose(struct ff_session *s, const char *lost, const char *words, struct ff_outcome *r)
{
	long console_at = s->console_at;
	int i = oldest(s, BUSY);

	s->down = true;
	if (i < 0) {
		ff_msg_warn("%s while no program ran; another guest is started", words);
		settle(s);
		return 0;
	}
	take(s, i, r);
	snprintf(r->lost, sizeof(r->lost), "%s", words);
	r->c.ended = 0;
	r->c.lost = lost;
	r->failed = NULL;
	lost_log(s, console_at, s->taken.log);
	r->c.log = s->log;
	settle(s);
	return 1;
}

/* The result in slot @i, and another guest if what it left would spoil the next program. */
static int give(struct ff_session *s, int i, struct ff_outcome *r)
{
	take(s, i, r);
	if (r->c.history->flags & FF_HIST_SPOILT) {
		ff_msg_info("the program left pages in swap that nothing frees: another guest is started");
		s->down = true;
		settle(s);
	}
	return 1;
}

bool ff_session_waits(const struct ff_session *s)
{
	return s->down && oldest(s, OURS) < 0;
}

int ff_session_collect(struct ff_session *s, struct ff_outcome *r)
{
	char words[256];
	const char *lost;
	int ret, i = oldest(s, OURS);

	if (i >= 0)
		return give(s, i, r);
	if (s->down) {
		s->info.restarts++;
		ret = start(s);
		if (ret && ret != -ECANCELED)
			ff_msg_error("no guest can be started any more");
		return ret;
	}
	if (ff_now_ms() - s->check_ms < CHECK_MS)
		return 0;
	s->check_ms = ff_now_ms();
	mend(s);
	lost = lost_how(s, words, sizeof(words));
	if (!lost)
		return 0;
	i = oldest(s, OURS);	/* it may have ended just before its guest did */
	if (i >= 0)
		return give(s, i, r);
	return lose(s, lost, words, r);
}
