// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of the black box: what a guest wrote is taken out whole, and
 * nonsense, as a crashing kernel leaves it, cannot lead the judge astray.
 */
#include <stdlib.h>

#include "fuzzer/call.h"
#include "runner/blackbox.h"
#include "tests/tap.h"

static struct ff_slot *slot;
static struct ff_taken *taken;
static struct ff_program program;

static void fill(void)
{
	memset(slot, 0, sizeof(*slot));
	slot->history.ncalls = 2;
	slot->history.nthreads = 1;
	slot->history.nruns = 3;
	slot->history.record[0].state = FF_CALL_DONE;
	slot->history.record[1].state = FF_CALL_DONE;
	slot->history.record[1].first_run = 1;
	slot->history.record[1].nruns = 2;
	slot->history.run[1] = (struct ff_run){ .len = 8, .kind = FF_RUN_ZERO };
	slot->history.run[2] = (struct ff_run){ .off = 8, .len = 8, .kind = FF_RUN_OWN, .version = 1 };
	slot->nevents = 2;
	slot->event[0] = (struct ff_event){ .kind = FF_EV_FAULT, .time_ns = 20 };
	slot->event[1] = (struct ff_event){ .kind = FF_EV_SEEK, .time_ns = 10 };
	memcpy(slot->log, "a log\n", 6);
	slot->log_len = 6;
	slot->stuck_seq = 2;
	slot->stuck.nsamples = 1;
	slot->stuck.sample[0].ntasks = 1;
	strcpy(slot->stuck.sample[0].task[0].stack, "a+b");
	slot->stuck.sample[0].task[0].state = 'D';
}

static void test_good(void)
{
	fill();
	ff_box_take(slot, &program, taken);
	tap_ok(!taken->damaged, "a good slot is not damaged");
	tap_is_int(taken->history.record[1].nruns, 2, "its runs are there");
	tap_is_int(taken->history.run[2].version, 1, "with their versions");
	tap_is_int(taken->nevents, 2, "two events");
	tap_is_int(taken->event[0].time_ns, 10, "sorted by time");
	tap_is_str(taken->log, "a log\n", "the log ends where it should");
	tap_is_int(taken->stuck.nsamples, 1, "a sample");
	tap_is_str(taken->stuck.sample[0].task[0].stack, "a+b", "with a stack");
	slot->stuck_seq = 3;
	ff_box_take(slot, &program, taken);
	tap_ok(!taken->damaged && !taken->stuck.nsamples, "one that is being written is left alone");
}

static void damage(const char *what)
{
	ff_box_take(slot, &program, taken);
	tap_ok(taken->damaged, "damaged: %s", what);
	tap_ok(taken->history.ncalls == program.ncalls && taken->history.nruns <= FF_MAX_RUNS &&
	       taken->nevents <= FF_BOX_EVENTS, "all counts in range: %s", what);
}

static void test_damage(void)
{
	fill();
	slot->history.ncalls = 200;
	damage("more calls than the program has");
	fill();
	slot->history.nruns = 0xffffffff;
	damage("too many runs");
	fill();
	slot->history.record[1].first_run = FF_MAX_RUNS - 1;
	damage("runs beyond the end");
	fill();
	slot->history.record[1].nruns = 0x80000000;
	damage("a huge number of runs of one call");
	fill();
	slot->history.record[0].state = 77;
	damage("a state that is none");
	fill();
	slot->history.run[2].obj = 200;
	damage("an object that is none");
	fill();
	slot->history.run[1].kind = 99;
	damage("a run kind that is none");
	fill();
	slot->stuck.nsamples = FF_STUCK_SAMPLES + 1;
	damage("too many samples");
	fill();
	slot->stuck.sample[0].nwaits = FF_STUCK_WAITS + 1;
	damage("too many waits");
	fill();
	slot->stuck.sample[0].nwaits = 1;
	slot->stuck.sample[0].wait[0].kind = FF_WAIT_KINDS;
	damage("a wait for nothing known");
	fill();
	memset(slot->stuck.sample[0].task[0].stack, '\n', FF_STUCK_STACK);
	ff_box_take(slot, &program, taken);
	tap_ok(strlen(taken->stuck.sample[0].task[0].stack) == FF_STUCK_STACK - 1 &&
	       !strchr(taken->stuck.sample[0].task[0].stack, '\n'), "a stack is one word and ends");
	fill();
	slot->nevents = FF_BOX_EVENTS + 1;
	damage("too many events");
	fill();
	slot->event[0].kind = 1000;
	damage("an event kind that is none");
	tap_is_int(taken->nevents, 1, "the good event is kept");
	fill();
	slot->log_len = FF_BOX_LOG + 1;
	damage("a log longer than its place");
	fill();
	memset(&slot->history, 0xff, sizeof(slot->history));
	damage("all ones");
}

static void test_in_flight(void)
{
	fill();
	slot->history.record[1].state = FF_CALL_STARTED;
	slot->history.record[1].first_run = 5;
	slot->history.record[1].nruns = 50000;
	ff_box_take(slot, &program, taken);
	tap_ok(!taken->damaged, "a call that was in flight is no damage");
	tap_is_int(taken->history.record[1].nruns, 0, "and has no runs");
	tap_is_int(taken->history.record[1].state, FF_CALL_STARTED, "but is known to have begun");
}

static void test_header(void)
{
	struct ff_box *b = calloc(1, sizeof(*b));
	char why[256];

	ff_box_init(b);
	tap_is_int(ff_box_check(b, why, sizeof(why)), 0, "a new box is right");
	b->bytes--;
	tap_ok(ff_box_check(b, why, sizeof(why)) < 0 && strstr(why, "two builds"), "another size: %s", why);
	b->magic = 1;
	tap_ok(ff_box_check(b, why, sizeof(why)) < 0, "no box: %s", why);
	ff_box_reset(b);
	tap_is_int(ff_box_check(b, why, sizeof(why)), 0, "reset mends the header");
	free(b);
}

static void test_ring(void)
{
	struct ff_box *b = calloc(1, sizeof(*b));
	static char big[FF_BOX_RING + 100], out[64];
	uint64_t from = 0;

	ff_box_init(b);
	ff_box_log_write(b, "one\n", 4);
	ff_box_log_read(b, &from, out, sizeof(out));
	tap_is_str(out, "one\n", "what was written");
	tap_is_int(ff_box_log_read(b, &from, out, sizeof(out)), 0, "and nothing twice");
	memset(big, 'x', sizeof(big));
	memcpy(big + sizeof(big) - 4, "end\n", 4);
	ff_box_log_write(b, big, sizeof(big));
	while (ff_box_log_read(b, &from, out, sizeof(out)) == sizeof(out) - 1)
		;
	tap_ok(strstr(out, "end\n") != NULL, "the end of what was more than fits");
	atomic_store(&b->ring_head, 2);
	tap_is_int(ff_box_log_read(b, &from, out, sizeof(out)), 0, "another guest's log");
	free(b);
}

int main(void)
{
	slot = calloc(1, sizeof(*slot));
	taken = calloc(1, sizeof(*taken));
	program.ncalls = 2;
	program.nthreads = 1;
	test_good();
	test_damage();
	test_in_flight();
	test_header();
	test_ring();
	free(slot);
	free(taken);
	return tap_done();
}
