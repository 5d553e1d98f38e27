// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge against a memory that is right: random programs run on a tiny
 * simulated machine. Each call takes effect at a random moment between its
 * invocation and its return: at once, or, in every other program, the second
 * half of its bytes at another moment than the first. On 10000 of them no
 * oracle may say anything; and of runs that then show an old version, which no
 * order of the calls explains, most must be found.
 */
#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "fuzzer/call.h"
#include "fuzzer/content.h"
#include "oracles/judge.h"
#include "tests/sequential_program.h"
#include "tests/tap.h"

#define PROGRAMS	10000
#define EPOCH		7

static struct ff_history history;
static struct ff_findings found;

/* the machine: two files with sizes, two buffers */
static unsigned char memory[4][2 * BYTES];
static uint64_t size[2];
static unsigned char staging[FF_MAX_CALLS][BYTES];	/* what a call has read so far */

/* Threads run their calls one after another; calls of several threads overlap. */
static void make_times(uint64_t moment[][2])
{
	uint64_t now[FF_MAX_THREADS] = { 0 }, setup = 1000, len;
	struct ff_record *r;
	unsigned int id, t;

	for (id = 0; id < program.ncalls; id++) {
		t = program.call[id].thread;
		if (t == FF_SETUP) {
			len = setup += 10;
		} else {
			if (!now[t])
				now[t] = 2000 + draw(100);
			len = now[t] += draw(30);	/* 0: the same tick as the last */
		}
		r = &history.record[id];
		r->state = FF_CALL_DONE;
		r->invoked = len;
		r->returned = len + 1 + draw(t == FF_SETUP ? 5 : 200);
		r->scanned = r->returned;
		moment[id][0] = r->invoked + draw(r->returned - r->invoked + 1);
		moment[id][1] = r->invoked + draw(r->returned - r->invoked + 1);
		if (t == FF_SETUP)
			setup = r->returned;
		else
			now[t] = r->returned;
	}
}

static unsigned char *at(uint64_t mem, uint64_t off)
{
	return memory[mem < FF_MEM_BUFFER ? mem : 2 + mem - FF_MEM_BUFFER] + off;
}

static unsigned int object(uint64_t mem)
{
	return mem < FF_MEM_BUFFER ? FF_OBJ_FILE(mem) : FF_OBJ_BUFFER(mem - FF_MEM_BUFFER);
}

static void scan(struct ff_record *r, const void *src, uint64_t off, uint64_t len)
{
	volatile uint32_t n = 0;

	r->first_run = history.nruns;
	ff_content_scan(src, off, len, EPOCH, &history.run[history.nruns], FF_MAX_RUNS_CALL, &n);
	r->nruns = n;
	history.nruns += n;
}

static uint64_t cut(unsigned int file, uint64_t off, uint64_t len)
{
	if (off >= size[file])
		return 0;
	return len < size[file] - off ? len : size[file] - off;
}

static void grow(unsigned int file, uint64_t to)
{
	if (to > size[file])
		size[file] = to;
}

/* Beyond the end a mapping has no memory: accesses end with the last page. */
static uint64_t mapped(uint64_t mem, uint64_t off, uint64_t len)
{
	uint64_t end;

	if (mem >= FF_MEM_BUFFER)
		return len;
	end = (size[mem] + 4095) / 4096 * 4096;
	return off >= end ? 0 : len < end - off ? len : end - off;
}

/* Which bytes of @len are done at moment @half. */
static void part(uint64_t len, unsigned int half, uint64_t *from, uint64_t *n)
{
	uint64_t middle = halves > 1 ? len / 2 : len;

	*from = half ? middle : 0;
	*n = half ? len - middle : middle;
}

static void move_in(unsigned char *to, const unsigned char *from, uint64_t len,
		    unsigned int half)
{
	uint64_t at, n;

	part(len, half, &at, &n);
	memmove(to + at, from + at, n);
}

/* A look: its bytes are kept until it is over, and then scanned. */
static void look(unsigned int id, const unsigned char *src, uint64_t off, uint64_t len,
		 unsigned int half)
{
	uint64_t at, n;

	part(len, half, &at, &n);
	memcpy(staging[id] + at, src + at, n);
	if (half + 1 == halves)
		scan(&history.record[id], staging[id], off, len);
}

static void put(unsigned int id, unsigned char *dst, unsigned int obj, uint64_t off, uint64_t len,
		unsigned int half)
{
	uint64_t at, n;

	part(len, half, &at, &n);
	ff_content_fill(dst + at, EPOCH, obj, off + at, n, id + 1);
}

static void clear(unsigned char *dst, uint64_t len, unsigned int half)
{
	uint64_t at, n;

	part(len, half, &at, &n);
	memset(dst + at, 0, n);
}

static void touch(const struct ff_call *c, struct ff_record *r, unsigned int id, unsigned int half)
{
	uint64_t len = mapped(c->arg[0], c->arg[1], c->arg[2]);

	if (len < c->arg[2]) {
		r->signal = 7;
		r->flags |= FF_REC_FAULTED;
		r->fault = c->arg[1] + len;
	}
	r->result = len;
	if (c->op == FF_OP_LOAD)
		look(id, at(c->arg[0], c->arg[1]), c->arg[1], len, half);
	else
		put(id, at(c->arg[0], c->arg[1]), object(c->arg[0]), c->arg[1], len, half);
}

static void vector(const struct ff_call *c, struct ff_record *r, unsigned int half)
{
	unsigned char *mem = at(c->vec[0].mem, c->vec[0].off), *file = memory[c->arg[0]] + c->arg[1];
	uint64_t len = mapped(c->vec[0].mem, c->vec[0].off, c->vec[0].len);

	if (c->op == FF_OP_PREADV)
		len = cut(c->arg[0], c->arg[1], len);
	r->result = len;
	if (!len && c->op == FF_OP_PWRITEV) {
		r->result = -1;
		r->err = EFAULT;
		return;
	}
	if (c->op == FF_OP_PREADV) {
		move_in(mem, file, len, half);
		return;
	}
	move_in(file, mem, len, half);
	grow(c->arg[0], c->arg[1] + len);
}

static void seek(const struct ff_call *c, struct ff_record *r)
{
	/* no holes at all on this machine: legal */
	r->result = c->arg[1];
	if (c->arg[1] >= size[c->arg[0]]) {
		r->result = -1;
		r->err = ENXIO;
	}
}

static void apply(unsigned int id, unsigned int half)
{
	const struct ff_call *c = &program.call[id];
	struct ff_record *r = &history.record[id];
	const uint64_t *a = c->arg;

	switch (c->op) {
	case FF_OP_PREAD:
		r->result = cut(a[0], a[1], a[2]);
		look(id, memory[a[0]] + a[1], a[1], r->result, half);
		break;
	case FF_OP_PWRITE:
		put(id, memory[a[0]] + a[1], a[0], a[1], a[2], half);
		grow(a[0], a[1] + a[2]);
		r->result = a[2];
		break;
	case FF_OP_LOAD:
	case FF_OP_STORE:
		touch(c, r, id, half);
		break;
	case FF_OP_PREADV:
	case FF_OP_PWRITEV:
		vector(c, r, half);
		break;
	case FF_OP_FALLOCATE:
		clear(memory[a[0]] + a[2], a[3], half);
		break;
	case FF_OP_MADVISE:
		clear(at(a[0], a[1]), a[2], half);
		break;
	case FF_OP_FTRUNCATE:
		memset(memory[a[0]] + a[1], 0, sizeof(memory[0]) - a[1]);
		size[a[0]] = a[1];
		break;
	case FF_OP_COPY:
		r->result = cut(a[0], a[1], a[4]);
		move_in(memory[a[2]] + a[3], memory[a[0]] + a[1], r->result, half);
		grow(a[2], a[3] + r->result);
		break;
	case FF_OP_SEEK:
		seek(c, r);
		break;
	}
}

/* The earliest moment that is not done yet; its call, and in *@half which it is. */
static unsigned int next_moment(uint64_t moment[][2], const uint8_t *done, unsigned int *half)
{
	unsigned int id, next = FF_MAX_CALLS;
	uint64_t first = 0;

	for (id = 0; id < program.ncalls; id++) {
		uint64_t when = moment[id][0];

		if (done[id] == halves)
			continue;
		/* the second half is not before the first */
		if (done[id] && moment[id][1] > when)
			when = moment[id][1];
		if (next == FF_MAX_CALLS || when < first) {
			next = id;
			first = when;
		}
	}
	*half = done[next];
	return next;
}

static void run_program(void)
{
	uint8_t done[FF_MAX_CALLS] = { 0 };
	uint64_t moment[FF_MAX_CALLS][2];
	unsigned int i, half, id;

	memset(&history, 0, offsetof(struct ff_history, run));
	memset(memory, 0, sizeof(memory));
	memset(size, 0, sizeof(size));
	history.epoch = EPOCH;
	history.page_size = 4096;
	history.began = 900;
	history.ended = 1;
	history.ncalls = program.ncalls;
	make_times(moment);
	for (i = 0; i < program.ncalls * halves; i++) {
		id = next_moment(moment, done, &half);
		done[id]++;
		apply(id, half);
	}
}

static void judge(struct ff_judge *j)
{
	const struct ff_case c = {
		.program = &program, .history = &history, .witness = "", .log = "", .lost = "",
		.ended = 1,
	};

	ff_judge(j, &c, &found);
}

static void show_program(void)
{
	char text[16384];
	unsigned int id;

	ff_program_print(&program, text, sizeof(text));
	tap_diag("%.3500s", text);
	for (id = 0; id < program.ncalls; id++)
		tap_diag("%u: [%llu, %llu] %lld", id, (unsigned long long)history.record[id].invoked,
			 (unsigned long long)history.record[id].returned,
			 (long long)history.record[id].result);
	for (id = 0; id < found.n; id++)
		tap_diag("%s: %s\n%s", found.f[id].signature, found.f[id].what,
			 found.f[id].evidence);
}

/* Direct writes beside the page cache hide nothing (oracles/lenient.c). */
static bool uses_direct(void)
{
	return (program.call[0].arg[2] | program.call[3].arg[2]) & O_DIRECT;
}

/*
 * Show the version of the setup's pwrite in one run of a pread, where a
 * pwrite that had returned before it was seen. Return: was there such a run.
 */
static bool make_stale(void)
{
	unsigned int id, w, i;

	for (id = program.ncalls; id--;) {
		const struct ff_call *c = &program.call[id];
		struct ff_record *r = &history.record[id];

		if (c->op != FF_OP_PREAD || c->thread == FF_SETUP)
			continue;
		for (i = 0; i < r->nruns; i++) {
			struct ff_run *run = &history.run[r->first_run + i];

			w = run->version - 1U;
			if (run->kind != FF_RUN_OWN || run->len < 8 || run->obj != c->arg[0] ||
			    run->value != run->off || w >= program.ncalls ||
			    program.call[w].op != FF_OP_PWRITE ||
			    program.call[w].thread == FF_SETUP || uses_direct() ||
			    history.record[w].returned >= r->invoked)
				continue;
			run->version = c->arg[0] ? 6 : 3;	/* see make_setup() */
			return true;
		}
	}
	return false;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int main(void)
{
	struct ff_judge *j = ff_judge_open(~0u);
	unsigned int n, wrong = 0, stale = 0, caught = 0;
	uint64_t runs = 0, calls = 0;
	double spent = 0, begin;

	for (n = 0; n < PROGRAMS; n++) {
		make_program();
		run_program();
		begin = seconds();
		judge(j);
		spent += seconds() - begin;
		runs += history.nruns;
		calls += program.ncalls;
		if (found.n && !wrong++)
			show_program();
		if (found.n || !make_stale())
			continue;
		stale++;
		judge(j);
		caught += found.n > 0;
	}
	tap_ok(!wrong, "silent on %u programs of a memory that is right", PROGRAMS);
	if (wrong)
		tap_diag("%u of them gave findings", wrong);
	tap_ok(stale > PROGRAMS / 40 && caught * 10 >= stale * 9,
	       "of %u runs made stale %u were found", stale, caught);
	tap_diag("judging took %.1f us a program, of %.1f calls and %.1f runs",
		 spent / PROGRAMS * 1e6, (double)calls / PROGRAMS, (double)runs / PROGRAMS);
	ff_judge_close(j);
	return tap_done();
}
