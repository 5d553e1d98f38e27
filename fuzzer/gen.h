/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the generator: what its files (generate.c, gen_*.c) share, with each other and with the mutator. */
#ifndef FF_FUZZER_GEN_H
#define FF_FUZZER_GEN_H

#include "fuzzer/call.h"
#include "fuzzer/generate.h"

#define PAGE	4096u
#define PMD	(2u << 20)
#define NONE	0xff

/**
 * struct where - a place that a call is aimed at
 * @file, @foff: the place in a file, NONE if it is in none
 * @mem, @moff: the place in a map or buffer, NONE if it is mapped nowhere
 */
struct where {
	uint8_t file, mem;
	uint64_t foff, moff, len;
};

/* Clusters of pages that are on a disk, and those that were written there but are still here. */
struct gen_pages { uint64_t away, leaving; };

struct gen_file { bool used; uint64_t size; struct gen_pages pages; };
struct gen_handle { bool used, rw, direct, append; uint8_t file, owner; };
struct gen_mem {
	bool used, shared, ro, locked, torn;	/* torn: a part may be unmapped or shrunk */
	uint8_t file, owner;
	uint64_t foff, len;
	struct gen_pages pages;	/* of a buffer; a map has those of its file */
};

enum role { ROLE_MIXED, ROLE_IO, ROLE_MOVER, ROLE_WATCHER, ROLES };

#define QUEUE 48

/**
 * struct gen_thread - a thread while its calls are drawn
 * @clock: guessed microseconds since the start
 * @busy_until: guessed end of its last call, and @at: where that works
 * @called: another waited for it: its next call is for that one's place
 * @foe, @met: that one, and the call it makes there
 * @next: calls that will follow: touches after a move, bursts
 */
struct gen_thread {
	uint64_t clock, busy_from, busy_until;
	struct where at;
	enum role role;
	bool called;
	uint8_t foe;
	struct ff_call met;
	unsigned int left, ncalls, nnext;
	struct ff_call next[QUEUE];
	struct ff_call call[64 + FF_MEMS + 1];	/* and the look at the end */
};

struct gen {
	const struct ff_gen_limits *limits;
	struct ff_target target;
	uint64_t rng;
	unsigned int nthreads, io_left, nmeets;
	bool meeting;			/* the call that is drawn is for what another thread is busy with */
	bool met_keeps;			/* ... which moves pages and drops none */
	uint32_t may[FF_OPS];		/* traits a row may have, by its words too */
	struct gen_file file[FF_MAX_SLOTS];
	struct gen_handle handle[FF_MAX_SLOTS];
	struct gen_mem mem[FF_MEMS];
	struct where recent[4];
	unsigned int nrecent;
	struct gen_thread thread[FF_MAX_THREADS];
	unsigned int nsetup;
	struct ff_call setup[32];
};

/* gen_weight.c: draw a row; @meeting: at what another thread is busy with; -1 if none is possible */
void gen_note_traits(struct gen *g);
int gen_pick_op(struct gen *g, uint8_t t, bool meeting);

/* generate.c: what thread @t does now; what comes after it is in its queue; false: nothing, or only that */
bool gen_draw(struct gen *g, uint8_t t, struct ff_call *c);
void gen_pass(struct gen *g, uint8_t t, const struct ff_call *c);	/* the call is done: clock, places, slots */
bool gen_repeatable(const struct ff_call *c);	/* what makes or ends a slot cannot be done twice */
/* what @mine and what the foe of @t does at the same time, again a few times: into their queues, before all they plan */
void gen_duel(struct gen *g, uint8_t t, const struct ff_call *mine);

/* random numbers: gen_setup.c */
uint64_t gen_random(struct gen *g, uint64_t below);
bool gen_chance(struct gen *g, unsigned int percent);
uint64_t gen_between(struct gen *g, uint64_t low, uint64_t high);

/* Is what programs work on behind a throttled disk? */
static inline bool gen_slow(const struct gen *g)
{
	return g->target.slow || g->target.swap == FF_SWAP_SLOW;
}

/* gen_setup.c: target's files, handles, maps, buffers that all threads share */
void gen_setup(struct gen *g);

/* gen_aim.c: places */
struct where gen_place(struct gen *g);			/* a recent or a new one */
struct where gen_in_memory(struct gen *g, uint8_t mem);	/* a new one in this memory */
struct where gen_in_file(struct gen *g, uint8_t file);
void gen_remember(struct gen *g, const struct where *w);
bool gen_usable(const struct gen *g, uint8_t owner, uint8_t t);
void gen_map_of(struct gen *g, struct where *w, uint8_t t);	/* find a map that shows w's file place */

int gen_any_memory(struct gen *g, uint8_t t, bool (*fits)(const struct gen_mem *));	/* or -1 */
/* a handle of the place's file; @direct: 1 direct, 0 buffered, -1 either; -1 if there is none */
int gen_aim_handle(struct gen *g, uint8_t t, const struct where *w, bool write, int direct);
/* a place in that file, aligned for direct I/O, at most so long */
struct where gen_aim_file(struct gen *g, const struct where *w, unsigned int handle, uint64_t most);

/* gen_vector.c: the arguments of preadv and pwritev; false as gen_args() */
bool gen_vector(struct gen *g, uint8_t t, unsigned int op, const struct where *w, struct ff_call *c);

/* gen_delay.c: some get delays; after everything else was drawn, so that calls do not depend on it */
void gen_delays(struct gen *g, struct ff_program *p);
bool gen_delay(struct gen *g, struct ff_program *p);	/* one more, where its calls may lead */
uint16_t gen_delay_nth(struct gen *g);
uint32_t gen_delay_us(struct gen *g, unsigned int place);

/* gen_args.c: fill the arguments; false when this call makes no sense here */
bool gen_args(struct gen *g, uint8_t t, unsigned int op, const struct where *w, struct ff_call *c);
struct where gen_where_of(const struct gen *g, const struct ff_call *c);
unsigned int gen_cost(struct gen *g, const struct ff_call *c);
bool gen_waits_for_disk(const struct gen *g, const struct ff_call *c);
void gen_applied(struct gen *g, const struct ff_call *c);

/* gen_follow.c: what comes before and after a call, in its thread's queue */
struct ff_call *gen_enqueue(struct gen_thread *th, const struct ff_call *c);
void gen_enqueue_pause(struct gen *g, uint8_t t, uint64_t low, uint64_t high);
void gen_follow(struct gen *g, uint8_t t, const struct ff_call *c, const struct where *aim, bool meeting);
bool gen_lead_in(struct gen *g, uint8_t t, const struct ff_call *c, struct ff_call *touch);
bool gen_touch_all(struct gen *g, uint8_t t, unsigned int op, const struct where *w, struct ff_call *c);
bool gen_on_slow_file(const struct gen *g, const struct where *w);

/* gen_away.c: which pages are on a disk, and how long it takes to touch them */
unsigned int gen_away_us(struct gen *g, const struct where *w);
void gen_leaves(struct gen *g, const struct where *w);	/* these were paged out */
void gen_left(struct gen *g);				/* what was paged out is really gone */
bool gen_pages_out(const struct ff_call *c);
void gen_moved(struct gen *g, const struct ff_call *c);

#endif
