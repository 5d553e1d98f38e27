//: SPDX-License-Identifier: GPL-2.0-only
/* How calls of a program look in a reproducer, and what is checked (corpus/repro_blocks.c tells how this file is read). */

//: base
static int verbose;
static unsigned int loop;	/* which run of the program this is */

//: seen
/* The bug: say so, and end this run at once. */
__attribute__((noreturn, format(printf, 1, 2)))
static void seen(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

//: now
static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

//: do
/* A call that may fail; -v shows when it does. */
#define DO(call) \
	do { \
		if ((long)(call) < 0 && verbose) \
			printf("%s: %s\n", #call, strerror(errno)); \
	} while (0)

//: unsure
static volatile int unsure;	/* this run's content proves nothing */

//: sure needs unsure
/* A call that later checks build on. */
#define SURE(call, want) \
	do { \
		if ((long)(call) != (long)(want)) { \
			if (verbose) \
				printf("%s: %s\n", #call, strerror(errno)); \
			unsure = 1; \
		} \
	} while (0)

//: stamp
/* Word at @place of write @v of this run; 0 is a hole, BASE what a disk had before. */
#define BASE	999

static uint64_t stamp(int v, uint64_t place)
{
	uint64_t run = v == BASE ? 0 : loop & 0xffff;

	return v ? (uint64_t)v << 48 | run << 32 | place / 8 : 0;
}

//: word
typedef uint64_t __attribute__((aligned(1), may_alias)) word_t;

//: fill needs stamp word
__attribute__((noinline))
static void fill(char *to, uint64_t place, size_t len, int v)
{
	char *end = to + len;

	while (to < end) {
		int step = place % 8 || end - to < 8 ? 1 : 8;

		if (step == 8)
			*(volatile word_t *)to = stamp(v, place);
		else
			*(volatile char *)to = (char)(stamp(v, place & ~7ull) >> place % 8 * 8);
		to += step;
		place += step;
	}
}

//: io
/* A thread's own memory for reads and writes, all there at once; aligned as O_DIRECT wants it. */
static char *io(off_t off)
{
	static __thread char *mem;

	if (!mem)
		mem = mmap(NULL, IO_SIZE + 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	return mem + off % 4096;
}

//: put needs io fill sure
/* Write number @v: its stamps. */
static void put(int fd, off_t off, size_t len, int v)
{
	char *from = io(off);

	fill(from, (uint64_t)off, len, v);
	SURE(pwrite(fd, from, len, off), len);
}

//: put_plain needs io fill
/* Write number @v: its stamps. */
static ssize_t put(int fd, off_t off, size_t len, int v)
{
	char *from = io(off);

	fill(from, (uint64_t)off, len, v);
	return pwrite(fd, from, len, off);
}

//: get needs io
static ssize_t get(int fd, off_t off, size_t len)
{
	memset(io(off), 0xee, len);	/* what the read does not fill shows */
	return pread(fd, io(off), len, off);
}

//: guard
static __thread sigjmp_buf fault_jmp;
static __thread volatile int guarded;
static __thread volatile int caught;
static __thread const char *volatile fault;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (!guarded) {
		signal(sig, SIG_DFL);	/* none of ours: it comes again, and kills */
		return;
	}
	caught = sig;
	fault = info->si_addr;
	siglongjmp(fault_jmp, 1);
}

static void catch_faults(void)
{
	struct sigaction act = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };

	sigaction(SIGBUS, &act, NULL);
	sigaction(SIGSEGV, &act, NULL);
}

/* Memory may be touched after it: true; when that faults, it returns again, with false. */
#define TOUCH()	(guarded = 1, fault = NULL, !sigsetjmp(fault_jmp, 0))

/* Where it faulted, or NULL. */
static inline const char *touched(void)
{
	guarded = 0;
	return fault;
}

//: load needs guard word
__attribute__((noinline))
static void read_all(const char *at, size_t len)
{
	const char *end = at + len;

	for (; end - at >= 8; at += 8)
		(void)*(const volatile word_t *)at;
	for (; at < end; at++)
		(void)*(const volatile char *)at;
}

/* The CPU reads memory; returns where that faulted, or NULL. */
static const char *load(const char *at, size_t len)
{
	if (TOUCH())
		read_all(at, len);
	return touched();
}

//: store needs guard fill
/* Write number @v, by the CPU; @place: offset in the file, which its stamps tell. */
static const char *store(char *at, size_t len, uint64_t place, int v)
{
	if (TOUCH())
		fill(at, place, len, v);
	return touched();
}

//: check needs seen guard stamp word unsure
#define WRITES(...)	((const short[]){ __VA_ARGS__, -1 })

/* Is each byte of @word one that one of these writes put at @place? */
static int legal(uint64_t word, uint64_t place, const short *writes)
{
	const short *w;
	int b;

	for (w = writes; *w >= 0; w++)
		if (word == stamp(*w, place))
			return 1;
	for (b = 0; b < 64; b += 8) {
		for (w = writes; *w >= 0; w++)
			if (!((word ^ stamp(*w, place)) >> b & 0xff))
				break;
		if (*w < 0)
			return 0;
	}
	return 1;
}

static void wrong(const char *what, uint64_t word, uint64_t place, const short *writes)
{
	char list[100] = "", from[60];
	int n = 0;

	for (; *writes >= 0 && n < 80; writes++)
		n += snprintf(list + n, sizeof(list) - n, *writes == BASE ? " what was there before" :
			      *writes ? " write %d" : " a hole", *writes);
	snprintf(from, sizeof(from), !word ? "a hole" : word >> 48 == BASE ? "what was there before" : "write %d of run %d",
		 (int)(word >> 48), (int)(word >> 32 & 0xffff));
	seen("BUG: %s: %#llx has %016llx (%s, made for %#llx); legal:%s", what, (unsigned long long)place,
	     (unsigned long long)word, from, (unsigned long long)(word & 0xffffffff) * 8, list);
}

__attribute__((noinline))
static void look(const char *what, const char *at, size_t len, uint64_t place, const short *writes)
{
	const char *end = at + len;
	uint64_t word;

	for (; at < end; at += 8, place += 8) {
		word = *(const volatile word_t *)at;
		if (!legal(word, place, writes) && !unsure)
			wrong(what, word, place, writes);
	}
}

/* The CPU reads memory, in which only the words of these writes may be; where it faulted. */
static const char *check(const char *what, const char *at, size_t len, uint64_t place, const short *writes)
{
	if (TOUCH())
		look(what, at, len, place, writes);
	return touched();
}

//: no_sigbus needs seen guard unsure
/* A fault in front of @end, which is inside the file, is no SIGBUS. */
static void no_sigbus(const char *what, const char *at, const char *start, const char *end)
{
	if (at && at < end && caught == SIGBUS && !unsure)
		seen("BUG: %s met SIGBUS %#lx bytes into the mapping, and the file is longer than that",
		     what, (unsigned long)(at - start));
}

//: same needs seen guard
__attribute__((noinline))
static int differs(const char *map, const char *file, size_t len)
{
	const char *end = map + len;

	for (; map < end; map++, file++)
		if (*(const volatile char *)map != *file)
			return 1;
	return 0;
}

/* All is quiet now: a mapping shows what read() does. */
static void same(const char *path, const char *map, off_t off, size_t len)
{
	static char page[4096];
	int fd = open(path, O_RDONLY);
	volatile int bad;
	ssize_t n;
	size_t i;

	for (i = 0; i < len && fd >= 0; i += sizeof(page)) {
		n = pread(fd, page, len - i < sizeof(page) ? len - i : sizeof(page), off + (off_t)i);
		bad = 0;
		if (n > 0 && TOUCH())
			bad = differs(map + i, page, (size_t)n);
		touched();
		if (bad)
			seen("BUG: the mapping and read() differ in the page at %#llx of %s: a stale page is mapped",
			     (unsigned long long)(off + (off_t)i), path);
	}
	close(fd);
}

//: short_read needs seen unsure
/* A read inside the file brings all of it. */
static void whole(ssize_t got, ssize_t want)
{
	if (got >= 0 && got < want && !unsure)
		seen("BUG: a read inside the file brought %zd of %zd bytes", got, want);
}

//: seek_data needs seen unsure
/* Byte @data was written: SEEK_DATA gives it or an earlier one. */
static void seek_data(int fd, off_t from, off_t data)
{
	off_t at = lseek(fd, from, SEEK_DATA);

	if ((at > data || (at < 0 && errno == ENXIO)) && !unsure)
		seen("BUG: SEEK_DATA from %#llx gave %lld (%s), and byte %#llx is data", (unsigned long long)from,
		     (long long)at, at < 0 ? "ENXIO" : "later", (unsigned long long)data);
}

//: seek_hole needs seen unsure
/* [from, end) was written: no hole is in it. */
static void seek_hole(int fd, off_t from, off_t end)
{
	off_t at = lseek(fd, from, SEEK_HOLE);

	if (at < end && (at >= 0 || errno == ENXIO) && !unsure)
		seen("BUG: SEEK_HOLE from %#llx gave %#llx, and all is data up to %#llx", (unsigned long long)from,
		     (unsigned long long)at, (unsigned long long)end);
}

//: mincore needs seen unsure
/* Pages @first to @last were written and nothing may evict them. */
static void resident(char *at, size_t len, size_t first, size_t last)
{
	unsigned char vec[4097];
	size_t i;

	if (mincore(at, len, vec))
		return;
	for (i = first; i <= last; i++)
		if (!(vec[i] & 1) && !unsure)
			seen("BUG: mincore says that page %zu of the range is absent: it was written, and nothing may evict it", i);
}

//: mincore_plain
static unsigned char vec[4097];	/* what mincore says; nobody looks at it */

//: meet needs now
static atomic_int met[32];

/* Wait, 100 ms at most, for all threads that come to this point. */
static void meet(int point, int all)
{
	double end = now() + 0.1;
	int spins = 0;

	atomic_fetch_add(&met[point], 1);
	while (atomic_load(&met[point]) < all && now() < end)
		if (++spins > 4096)
			usleep(50);
}

//: start
static atomic_int started;

/* All threads begin together. */
static void start(void)
{
	int spins = 0;

	atomic_fetch_add(&started, 1);
	while (atomic_load(&started) < THREADS)
		if (++spins % 64 == 0)
			sched_yield();
}

//: settle
/* New pages are in lists of their CPU, where no reclaim finds them: moving one page drains all. */
static void settle(void)
{
	static char page[8192];
	void *at = (void *)(((unsigned long)page + 4095) & ~4095ul);
	int node = 0, status;

	*(volatile char *)at = 1;
	syscall(SYS_move_pages, 0, 1ul, &at, &node, &status, 2 /* MPOL_MF_MOVE */);
}

//: open_as
/* Always this descriptor: one that was closed is never another file's. */
static int open_as(int want, const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0)
		return fd;
	dup2(fd, want);
	close(fd);
	return want;
}

//: write_text
static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), n;

	if (fd < 0)
		return -1;
	n = (int)write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

//: splice
/* Through a pipe, as much as fits. */
static void splice_over(int from, off_t from_off, int to, off_t to_off, size_t len)
{
	int fd[2];
	ssize_t n;

	if (pipe(fd))
		return;
	fcntl(fd[1], F_SETPIPE_SZ, 1 * M);
	n = splice(from, &from_off, fd[1], NULL, len < 1 * M ? len : 1 * M, 0);
	while (n > 0)
		n = splice(fd[0], NULL, to, &to_off, (size_t)n, 0);
	close(fd[0]);
	close(fd[1]);
}

//: fork
/* A child that runs this; the parent waits for it. */
#define CHILD(calls) \
	do { \
		pid_t child_pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); \
		int child_status; \
		if (!child_pid) { \
			alarm(10); \
			calls; \
			_exit(0); \
		} \
		waitpid(child_pid, &child_status, __WALL); \
	} while (0)

//: advise_self
/* process_madvise() of this very process. */
static int advise_self(void *at, size_t len, int advice)
{
	struct iovec iov = { at, len };
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int ret = (int)syscall(SYS_process_madvise, fd, &iov, 1, advice, 0);

	close(fd);
	return ret;
}

//: mremap
/* To the other half of its region, or longer or shorter in place; where it is then. */
static char *move_map(char *at, size_t *len, size_t new_len, int move)
{
	void *to = (void *)((unsigned long)at ^ 0x8000000), *p;

	p = move ? mremap(at, *len, new_len, MREMAP_MAYMOVE | MREMAP_FIXED, to) : mremap(at, *len, new_len, 0);
	if (p == MAP_FAILED)
		return at;
	*len = new_len;
	return p;
}

