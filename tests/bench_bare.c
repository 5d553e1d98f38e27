// SPDX-License-Identifier: GPL-2.0-only
/*
 * The strict bare loop of tests/bench.sh: calls on one file of 256 KiB, one
 * straight after the other, nothing of foliofuzz in it. What it does is drawn
 * once, before the clock starts, and can be printed as a program, so that
 * foliofuzz makes the very same calls.
 *
 *	bench_bare [-t THREADS] [-s SECONDS] [-f] FILE	print calls per second
 *	bench_bare [-t THREADS] -p			print the program
 *
 * -f makes the file anew in each round, as each run of a program does.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SIZE	(256 * 1024)
#define PAGE	4096
#define CALLS	240	/* of a round, all threads together; a program has at most 255 */
#define SETUP	3	/* open, pwrite, mmap */
#define THREADS	4

enum op { PREAD, PWRITE, LOAD, STORE, SEEK, MINCORE, MADVISE, OPS };

static const unsigned int weight[OPS] = { 25, 20, 20, 15, 8, 6, 6 };

struct call {
	enum op op;
	uint32_t off, len;
	int what;
};

struct job {
	pthread_t thread;
	struct call call[CALLS];
	unsigned int n;
	uint64_t done;
	uint64_t buf[8192 / 8];
};

static struct job job[THREADS];
static unsigned int threads = 1;
static double limit = 10;
static const char *path;
static int fd = -1, fresh;
static char *map;

static void die(const char *what)
{
	perror(what);
	exit(3);
}

static uint32_t draw(uint32_t below)
{
	static uint64_t x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)((x >> 32) % below);
}

/* 512 bytes to 8 KiB, whole words; whole pages where the call wants them. */
static void draw_call(struct call *c)
{
	uint32_t roll = draw(100), op = 0, unit;

	while (roll >= weight[op])
		roll -= weight[op++];
	c->op = op;
	unit = op == MINCORE || op == MADVISE ? PAGE : 8;
	c->len = unit == PAGE ? PAGE * (1 + draw(2)) : 512 + 8 * draw((8192 - 512) / 8 + 1);
	c->off = unit * draw((SIZE - c->len) / unit + 1);
	c->what = (int)draw(2);
}

static void draw_all(void)
{
	for (unsigned int i = 0; i < threads; i++)
		for (job[i].n = 0; job[i].n < CALLS / threads; job[i].n++)
			draw_call(&job[i].call[job[i].n]);
}

static void make(void)
{
	static char zero[SIZE];

	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || pwrite(fd, zero, SIZE, 0) != SIZE)
		die(path);
	map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die("mmap");
}

static void unmake(void)
{
	munmap(map, SIZE);
	close(fd);
	unlink(path);
}

static uint64_t load(const volatile uint64_t *at, size_t words)
{
	uint64_t sum = 0;

	while (words--)
		sum += *at++;
	return sum;
}

static void store(volatile uint64_t *at, size_t words, uint64_t value)
{
	while (words--)
		*at++ = value;
}

static long make_call(struct job *j, const struct call *c)
{
	unsigned char resident[SIZE / PAGE];

	switch (c->op) {
	case PREAD:
		return pread(fd, j->buf, c->len, c->off);
	case PWRITE:
		return pwrite(fd, j->buf, c->len, c->off);
	case LOAD:
		return (long)(load((void *)(map + c->off), c->len / 8) >> 1);
	case STORE:
		store((void *)(map + c->off), c->len / 8, j->done);
		return 0;
	case SEEK:
		return lseek(fd, c->off, c->what ? SEEK_HOLE : SEEK_DATA);
	case MINCORE:
		return mincore(map + c->off, c->len, resident);
	default:
		return madvise(map + c->off, c->len, c->what ? MADV_WILLNEED : MADV_DONTNEED);
	}
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void *run(void *arg)
{
	struct job *j = arg;
	double end = now() + limit;

	do {
		if (fresh)
			make();
		for (unsigned int i = 0; i < j->n; i++)
			if (make_call(j, &j->call[i]) < 0)
				die("a call");
		j->done += j->n + (fresh ? SETUP : 0);
		if (fresh)
			unmake();
	} while (now() < end);
	return NULL;
}

static void print_program(void)
{
	static const char *const fmt[OPS] = {
		[PREAD] = "pread h0 %u %u", [PWRITE] = "pwrite h0 %u %u",
		[LOAD] = "load m0 %u %u", [STORE] = "store m0 %u %u",
		[SEEK] = "seek h0 %u", [MINCORE] = "mincore m0 %u %u",
		[MADVISE] = "madvise m0 %u %u",
	};
	static const char *const what[OPS][2] = {
		[SEEK] = { " data", " hole" }, [MADVISE] = { " dontneed", " willneed" },
	};

	printf("# foliofuzz 1\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\n"
	       "  pwrite h0 0 %u\n  m0 = mmap h0 0 %u rw shared\n", SIZE, SIZE);
	for (unsigned int i = 0; i < threads; i++) {
		printf("thread %u\n", i);
		for (unsigned int k = 0; k < job[i].n; k++) {
			const struct call *c = &job[i].call[k];

			printf("  ");
			printf(fmt[c->op], c->off, c->len);
			printf("%s\n", what[c->op][c->what] ? what[c->op][c->what] : "");
		}
	}
}

static double measure(void)
{
	uint64_t done = 0;
	double began;

	if (!fresh)
		make();
	began = now();
	for (unsigned int i = 1; i < threads; i++)
		if (pthread_create(&job[i].thread, NULL, run, &job[i]))
			die("pthread_create");
	run(&job[0]);
	for (unsigned int i = 0; i < threads; i++) {
		if (i)
			pthread_join(job[i].thread, NULL);
		done += job[i].done;
	}
	began = now() - began;
	if (!fresh)
		unmake();
	return (double)done / began;
}

int main(int argc, char **argv)
{
	int opt, print = 0;

	while ((opt = getopt(argc, argv, "t:s:fp")) != -1) {
		if (opt == 't')
			threads = (unsigned int)atoi(optarg);
		else if (opt == 's')
			limit = atof(optarg);
		else if (opt == 'f')
			fresh = 1;
		else if (opt == 'p')
			print = 1;
		else
			return 2;
	}
	path = argv[optind];
	if (threads < 1 || threads > THREADS || (fresh && threads > 1) || (!print && !path)) {
		fprintf(stderr, "usage: bench_bare [-t THREADS] [-s SECONDS] [-f] FILE, or -p\n");
		return 2;
	}
	draw_all();
	if (print)
		print_program();
	else
		printf("%.0f\n", measure());
	return 0;
}
