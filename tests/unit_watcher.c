// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watcher without a witness, on this machine: a call that is away gets
 * samples a unit apart, with this process in them; one that came back gets none;
 * and the watcher ends with the process that started it.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "oracles/hang.h"
#include "runner/agent/watcher.h"
#include "tests/tap.h"

static struct ff_box *box;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void wait_for_samples(struct ff_slot *s, unsigned int n)
{
	for (int i = 0; i < 1000; i++) {
		if (atomic_load(&s->stuck_seq) % 2 == 0 && s->stuck.nsamples >= n)
			return;
		usleep(10000);
	}
}

static void test_samples(struct ff_watcher *wt)
{
	struct ff_slot *s = &box->slot[2];
	const struct ff_stuck_sample *a = &s->stuck.sample[0], *b = &s->stuck.sample[1];
	const struct ff_stuck_task *t;

	s->program.ncalls = 1;
	s->history.record[0].invoked = now_ns();
	s->history.record[0].state = FF_CALL_STARTED;
	ff_watcher_run(wt, s);
	wait_for_samples(s, 2);
	s->history.record[0].state = FF_CALL_DONE;
	ff_watcher_collect(wt, s);
	tap_is_int(s->stuck.nsamples, 2, "two samples of a call that is away");
	tap_ok(s->stuck.unit_ns >= 1000000000 && b->time_ns - a->time_ns >= s->stuck.unit_ns,
	       "a unit of %llu ns apart", (unsigned long long)s->stuck.unit_ns);
	tap_ok(a->time_ns - s->history.record[0].invoked >= s->stuck.unit_ns / 2, "the first not at once");
	t = ff_hang_task(b, (uint32_t)getpid());
	tap_ok(t && t->tgid == (uint32_t)getpid() && t->nvcsw && t->comm[0] && (t->state == 'S' || t->state == 'R'),
	       "this task is in it");
	tap_ok(!(b->know & (FF_KNOW_PAGES | FF_KNOW_OWNERS)), "it does not say that it knows what it does not");
	tap_is_int(atomic_load(&s->stuck_seq), 4, "the host can tell that they are whole");
}

static void test_returned(struct ff_watcher *wt)
{
	struct ff_slot *s = &box->slot[1];

	s->program.ncalls = 1;
	s->history.record[0].invoked = now_ns() - 100000000000ULL;
	s->history.record[0].state = FF_CALL_DONE;
	ff_watcher_run(wt, s);
	usleep(200000);
	ff_watcher_collect(wt, s);
	tap_is_int(s->stuck.nsamples, 0, "a call that came back gets no sample");
}

/* The watcher holds the write end of this pipe, too: it reads 0 when both are gone. */
static void test_end(void)
{
	int end[2];
	char c;

	if (pipe(end))
		return;
	if (!fork()) {
		close(end[0]);
		_exit(ff_watcher_start(box, NULL, false) ? 0 : 1);
	}
	close(end[1]);
	alarm(20);
	tap_is_int(read(end[0], &c, 1), 0, "it ends with the process that started it");
	alarm(0);
	wait(NULL);
}

int main(void)
{
	struct ff_watcher *wt;

	box = mmap(NULL, sizeof(*box), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (box == MAP_FAILED)
		return tap_ok(0, "memory for a box"), tap_done();
	box->boot.speed = 100;
	wt = ff_watcher_start(box, NULL, false);
	if (tap_ok(wt != NULL, "it starts")) {
		test_samples(wt);
		test_returned(wt);
	}
	test_end();
	return tap_done();
}
