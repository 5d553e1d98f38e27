// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search against bugs that are made up: a function says how often a program
 * hits. What comes out must be minimal, hit, and cost no more runs than it
 * should; a search that is stopped anywhere and read again ends the same.
 */
#include <math.h>
#include <stdlib.h>

#include "corpus/minimize.h"
#include "fuzzer/edit.h"
#include "fuzzer/generate.h"
#include "tests/tap.h"

#define DEPTH	3	/* programs on their way, as in a session */

typedef double rate_fn(const struct ff_program *p);

static struct ff_program given;
static char text[65536];
static const struct ff_min_config usual = { .calls = 8, .tries = 300, .goal = 0.7, .places = ~0U };

static const char *printed(const struct ff_program *p)
{
	ff_program_print(p, text, sizeof(text));
	return text;
}

static unsigned int budgeted;	/* runs of which the search is told; 0: it is told nothing */

/* Runs until the search ends, or for @limit results. Returns the results. */
static unsigned int drive(struct ff_minimize *m, rate_fn *rate, unsigned int limit)
{
	struct { uint64_t ticket; bool hit; } flight[DEPTH];
	const struct ff_program *p;
	unsigned int n = 0, done = 0;
	struct ff_error e;

	while (done < limit) {
		while (n < DEPTH && (p = ff_minimize_next(m, &flight[n].ticket))) {
			if (ff_program_check(p, &e))
				tap_ok(false, "every program that is run is legal: %s", e.text);
			flight[n++].hit = drand48() < rate(p);
		}
		if (!n)
			break;
		ff_minimize_result(m, flight[0].ticket, flight[0].hit);
		if (budgeted)
			ff_minimize_afford(m, budgeted - (double)m->runs, budgeted - (double)m->runs);
		memmove(flight, flight + 1, --n * sizeof(flight[0]));
		done++;
	}
	return done;
}

/* As a command does it: it says how much it has left, and keeps some runs for the result. */
static void budget(struct ff_minimize *m, rate_fn *rate, unsigned int limit)
{
	const unsigned int last = 20;

	budgeted = limit - last;
	drive(m, rate, budgeted);
	budgeted = 0;
	ff_minimize_finish(m, last);
	drive(m, rate, ~0u);
}

static struct ff_minimize *whole(const struct ff_min_config *cfg, rate_fn *rate)
{
	struct ff_minimize *m = ff_minimize_open(cfg, &given);

	drive(m, rate, ~0u);
	return m;
}

static void generate(uint64_t number)
{
	struct ff_gen_limits limits = { .features = ~0ULL, .allow_global = true, .device_size = 16 << 20 };
	struct ff_target target = { .kind = FF_TARGET_TMPFS, .swap = FF_SWAP_DISK };

	ff_generate(&limits, 11, number, &target, &given);
}

static void parse(const char *s)
{
	struct ff_error e = { 0 };

	if (ff_program_parse(s, strlen(s), &given, &e))
		tap_ok(false, "parses: line %u: %s", e.line, e.text);
}

/* ---- bugs ---- */

static int find(const struct ff_program *p, unsigned int op, int other_than_thread)
{
	for (unsigned int i = 0; i < p->ncalls; i++)
		if (p->call[i].op == op && p->call[i].thread != FF_SETUP && p->call[i].thread != other_than_thread)
			return (int)i;
	return -1;
}

/* A load in one thread, a store in another one. */
static bool has_race(const struct ff_program *p)
{
	for (unsigned int i = 0; i < p->ncalls; i++)
		if (p->call[i].op == FF_OP_LOAD && p->call[i].thread != FF_SETUP &&
		    find(p, FF_OP_STORE, p->call[i].thread) >= 0)
			return true;
	return false;
}

static double always(const struct ff_program *p)
{
	return has_race(p);
}

static double sometimes(const struct ff_program *p)
{
	return has_race(p) ? 0.4 : 0;
}

static double never(const struct ff_program *p)
{
	(void)p;
	return 0;
}

/* What else the program does gets in the way. */
static double noise(const struct ff_program *p)
{
	return has_race(p) ? 2.4 / p->ncalls : 0;
}

/* Works without the fsync, but seldom. */
static double helped(const struct ff_program *p)
{
	return !has_race(p) ? 0 : find(p, FF_OP_FSYNC, -1) >= 0 ? 0.8 : 0.12;
}

/* Each load is another chance. */
static double chances(const struct ff_program *p)
{
	double miss = 1;

	for (unsigned int i = 0; i < p->ncalls; i++)
		if (p->call[i].op == FF_OP_LOAD && p->call[i].thread != FF_SETUP && has_race(p))
			miss *= 0.85;
	return 1 - miss;
}

/* The store has to come a little later. */
static double timed(const struct ff_program *p)
{
	int i = find(p, FF_OP_STORE, -1);

	if (!has_race(p))
		return 0;
	return i > 0 && p->call[i - 1].op == FF_OP_PAUSE && p->call[i - 1].arg[0] >= 700 &&
	       p->call[i - 1].arg[0] <= 1500 ? 0.9 : 0.1;
}

static double delayed(const struct ff_program *p)
{
	if (!has_race(p))
		return 0;
	for (unsigned int i = 0; i < p->ndelays; i++)
		if (p->delay[i].place == 4 && p->delay[i].us > 1000)
			return 0.95;
	return 0.15;
}

/* How many calls of the threads are of this kind, at most @most. */
static unsigned int count(const struct ff_program *p, unsigned int op, unsigned int most)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->ncalls && n < most; i++)
		n += p->call[i].op == op && p->call[i].thread != FF_SETUP;
	return n;
}

/* Six helpers of which none is needed: each step down loses a sixth, which a dozen runs do not show. */
static double leaky(const struct ff_program *p)
{
	unsigned int helpers = count(p, FF_OP_LOAD, 3) - 1 + count(p, FF_OP_STORE, 3) - 1 + count(p, FF_OP_PAUSE, 2);

	return has_race(p) ? 0.95 * pow(0.84, 6.0 - helpers) : 0;
}

/* The same, where the whole hits in less than half of its runs: it must keep what it has. */
static double weak(const struct ff_program *p)
{
	return 0.4 / 0.95 * leaky(p);
}

/* Seldom; held up at one place whenever it comes by, nearly always. */
static double held_up(const struct ff_program *p)
{
	double miss = 0.75;

	for (unsigned int i = 0; i < p->ndelays; i++)
		if (p->delay[i].place == 9 && p->delay[i].us >= 1000)
			miss *= 0.6;
	return has_race(p) ? 1 - miss : 0;
}

/* A store of 64 KiB or more in a file of which a page at least was written. */
static double large(const struct ff_program *p)
{
	int s = find(p, FF_OP_STORE, -1), w = find(p, FF_OP_PWRITE, -1);

	return s >= 0 && w >= 0 && p->call[s].arg[2] >= 65536 && p->call[w].arg[2] % 4096 == 0;
}

/* ---- tests ---- */

static void minimal(const char *name, rate_fn *rate, unsigned int calls, unsigned int least_of_20, unsigned int runs,
		    unsigned int limit)
{
	unsigned int good = 0, tried = 0, most = 0, sum = 0;

	for (uint64_t number = 0; tried < 20; number++) {
		struct ff_minimize *m;

		generate(number);
		if (!has_race(&given))
			continue;
		tried++;
		m = ff_minimize_open(&usual, &given);
		drive(m, rate, limit);
		if (m->stage != FF_MIN_DONE)
			ff_minimize_finish(m, 0);
		good += m->stage == FF_MIN_DONE && m->best.ncalls <= calls && m->best.nthreads == 2;
		sum += m->runs;
		if (m->runs > most)
			most = m->runs;
		if (m->best.ncalls > calls)
			tap_diag("%u calls of %u, first %u/%u, now %u/%u: %s", m->best.ncalls, m->calls, m->first.hits,
				 m->first.runs, m->rate.hits, m->rate.runs, m->best.ncalls < 16 ? printed(&m->best) : "");
		ff_minimize_close(m);
	}
	tap_ok(good >= least_of_20, "%s: %u of 20 come down to %u calls", name, good, calls);
	tap_ok(sum / 20 <= runs, "%s: %u runs in the middle, at most %u", name, sum / 20, most);
}

#define RACE "# foliofuzz 1\ntarget tmpfs\nsetup\n  b0 = buffer 64K rw\n  h0 = open f0 rdwr|creat\n" \
	"thread 0\n  load b0 0 4K\n  fsync h0\n  seek h0 0 data\nthread 1\n  fadvise h0 0 4K dontneed\n  store b0 0 8\n"

static void rate_is_kept(void)
{
	unsigned int kept = 0;

	for (int i = 0; i < 20; i++) {
		struct ff_minimize *m;

		parse(RACE);
		m = whole(&usual, helped);
		kept += find(&m->best, FF_OP_FSYNC, -1) >= 0;
		tap_ok(m->best.ncalls <= 5, "down to %u calls", m->best.ncalls);
		ff_minimize_close(m);
	}
	tap_ok(kept >= 18, "a call without which it hits seldom stays: %u of 20", kept);
}

static void rate_is_raised(const char *name, rate_fn *rate, double goal, unsigned int least_of_10)
{
	unsigned int good = 0, runs = 0;

	for (int i = 0; i < 10; i++) {
		struct ff_minimize *m;

		parse(RACE);
		m = whole(&usual, rate);
		good += rate(&m->best) >= goal && m->best.ncalls <= 8;
		runs += m->runs;
		if (rate(&m->best) < goal)
			tap_diag("%.2f: %s", rate(&m->best), printed(&m->best));
		ff_minimize_close(m);
	}
	tap_ok(good >= least_of_10, "%s: the rate is raised to %.2f within 8 calls in %u of 10 (%u runs)", name, goal, good, runs / 10);
}

/* The true rate of what is left, and how many of 20 keep it; with few runs, as where each is dear, and with many. */
static void no_leak(const char *name, rate_fn *rate, double least, unsigned int calls, unsigned int least_of_20,
		    unsigned int small_of_20, unsigned int limit)
{
	unsigned int kept = 0, small = 0, runs = 0, length = 0, tried = 0;
	double sum = 0, wish;

	for (uint64_t number = 0; tried < 20; number++) {
		struct ff_minimize *m;

		generate(number);
		if (!has_race(&given) || given.ncalls < 20)
			continue;
		tried++;
		m = ff_minimize_open(&usual, &given);
		budget(m, rate, limit);
		wish = least < 0.75 * rate(&given) ? least : 0.75 * rate(&given);
		kept += rate(&m->best) >= wish;
		small += m->best.ncalls <= calls;
		sum += rate(&m->best);
		length += m->best.ncalls;
		runs += m->runs;
		if (rate(&m->best) < wish)
			tap_diag("%.2f of %.2f: %u calls of %u, measured %u/%u", rate(&m->best), rate(&given),
				 m->best.ncalls, m->calls, m->rate.hits, m->rate.runs);
		ff_minimize_close(m);
	}
	tap_ok(kept >= least_of_20, "%s: %u of 20 still hit in %.2f of their runs or more, or lost a quarter at most (mean %.2f; %u runs)", name, kept,
	       least, sum / 20, runs / 20);
	tap_ok(small >= small_of_20, "%s: %u of 20 have at most %u calls (mean %.1f)", name, small, calls, length / 20.0);
}

static void arguments(void)
{
	struct ff_minimize *m;

	parse("# foliofuzz 1\ntarget ext4 swap=zram thp=always slow=100\ndelay seek 3 717\nsetup\n"
	      "  h3 = open f5 rdwr|creat|dsync\n  m2 = mmap h3 4K 1M rw shared populate|noreserve\n"
	      "thread 0\n  pause 21889\n  pwrite h3 40K 28K\nthread 1\n  store m2 100 261001\n");
	m = whole(&usual, large);
	tap_is_str(printed(&m->best), "# foliofuzz 1\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr\n"
		   "  m0 = mmap h0 0 64K rw shared\nthread 0\n  pwrite h0 0 4K\n  store m0 0 64K\n",
		   "arguments, delays and the target become plain");
	ff_minimize_close(m);
}

static void given_up(void)
{
	struct ff_minimize *m;

	generate(1);
	m = whole(&usual, never);
	tap_ok(m->runs == usual.tries && m->stage == FF_MIN_DONE && !m->hits, "what never hits is given up after %u runs",
	       (unsigned int)m->runs);
	ff_minimize_close(m);
}

static void with_ddmin(void)
{
	struct ff_min_config cfg = usual;
	struct ff_minimize *m;
	unsigned int good = 0, runs = 0;

	cfg.ddmin = true;
	for (uint64_t number = 0, tried = 0; tried < 20; number++) {
		generate(number);
		if (!has_race(&given))
			continue;
		tried++;
		m = whole(&cfg, always);
		good += m->best.ncalls <= 6 && always(&m->best) > 0;
		runs += m->runs;
		ff_minimize_close(m);
	}
	tap_ok(good >= 16, "ddmin: %u of 20 come down to 6 calls, %u runs", good, runs / 20);
}

/* Written down after any number of results, read again, it ends the same. */
static void resumed(void)
{
	struct ff_minimize *m, *again;
	unsigned int bad = 0, runs, n;
	struct ff_program end;
	json_t *state;

	generate(3);
	m = whole(&usual, always);
	runs = m->runs;
	ff_program_copy(&end, &m->best);
	ff_minimize_close(m);
	for (n = 0; n < runs; n++) {
		m = ff_minimize_open(&usual, &given);
		drive(m, always, n);
		state = ff_minimize_json(m);
		again = ff_minimize_open(&usual, &given);
		if (ff_minimize_load(again, state))
			bad++;
		drive(again, always, ~0u);
		bad += !ff_program_same(&again->best, &end) || again->runs > runs + 6;
		json_decref(state);
		ff_minimize_close(again);
		ff_minimize_close(m);
	}
	tap_ok(runs > 20 && !bad, "stopped after each of %u runs it ends the same (%u did not)", runs, bad);
}

static void strange_states(void)
{
	struct ff_minimize *m, *other;
	json_t *state;

	generate(3);
	m = ff_minimize_open(&usual, &given);
	drive(m, always, 40);
	state = ff_minimize_json(m);
	generate(4);
	other = ff_minimize_open(&usual, &given);
	tap_ok(ff_minimize_load(other, state) < 0, "the state of another program is refused");
	json_object_set_new(state, "phase", json_integer(77));
	tap_ok(ff_minimize_load(m, state) < 0, "so is a phase that is none");
	json_decref(state);
	state = json_object();
	tap_ok(ff_minimize_load(m, state) < 0, "and what is no state");
	json_decref(state);
	ff_minimize_close(m);
	ff_minimize_close(other);
}

/* The caller ends it: the last word is a measured rate. */
static void finished(void)
{
	struct ff_minimize *m;

	generate(3);
	m = ff_minimize_open(&usual, &given);
	drive(m, sometimes, 100);
	ff_minimize_finish(m, 50);
	drive(m, sometimes, ~0u);
	tap_ok(m->stage == FF_MIN_DONE && m->rate.runs >= 16 && m->rate.hits, "ended early, the best hits %u of %u",
	       m->rate.hits, m->rate.runs);
	ff_minimize_close(m);
}

int main(void)
{
	srand48(1);
	minimal("always", always, 4, 20, 400, ~0u);
	minimal("0.4", sometimes, 6, 12, 6000, 6000);
	minimal("noise", noise, 8, 12, 6000, 6000);
	rate_is_kept();
	rate_is_raised("chances", chances, 0.27, 6);
	rate_is_raised("time", timed, 0.8, 9);
	rate_is_raised("delay", delayed, 0.8, 10);
	no_leak("leaky", leaky, 0.5, 12, 16, 14, 8000);
	no_leak("leaky, few runs", leaky, 0.5, 16, 14, 12, 1000);
	no_leak("weak", weak, 0.27, 16, 15, 10, 8000);
	no_leak("held up", held_up, 0.25, 8, 19, 15, 8000);
	arguments();
	given_up();
	with_ddmin();
	resumed();
	strange_states();
	finished();
	return tap_done();
}
