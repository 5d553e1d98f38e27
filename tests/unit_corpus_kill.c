// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer that is killed (SIGKILL) at random moments, again and again, and one
 * whose disk is full: what it had acknowledged is there, always.
 *
 * FF_CORPUS_KILLS=N: so many kills (220).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/corpus_case.h"

#define PROGRAMS	400

static char dir[100];
static char store[120];
static char *text[PROGRAMS];
static struct ff_id id[PROGRAMS];
static struct ff_why why;

/* What the writer says of a program once it is committed. */
struct ack {
	uint32_t program, note;
};

/*
 * The writer: for ever. Now and then several programs are one commit, and the
 * store is compacted, so that kills meet renames.
 */
static void write_on(int to)
{
	struct ack ack[4];
	struct ff_corpus *c;
	unsigned int n, i;
	char attrs[40];

	if (ff_corpus_open(&c, store, &why))
		_exit(3);
	for (;;) {
		n = 1 + (unsigned int)draw(4);
		for (i = 0; i < n; i++) {
			ack[i] = (struct ack){ (uint32_t)draw(PROGRAMS), (uint32_t)draw(1000) };
			snprintf(attrs, sizeof(attrs), "note=%u\n", ack[i].note);
			if (ff_corpus_add(c, text[ack[i].program], attrs, NULL, NULL, &why))
				_exit(3);
		}
		if (ff_corpus_commit(c, &why))
			_exit(3);
		if (write(to, ack, n * sizeof(*ack)) != (ssize_t)(n * sizeof(*ack)))
			_exit(4);
		usleep(300);	/* in memory it would do thousands */
		if (draw(12) == 0 && ff_corpus_replace(c, &ff_corpus_content(c)->set, &why))
			_exit(3);
	}
}

static bool has(const struct ff_set *set, const struct ack *a)
{
	struct ff_entry *e = ff_set_get(set, &id[a->program]);
	char want[40];
	const char *at = e ? e->attrs : "", *value;
	size_t n;

	snprintf(want, sizeof(want), "%u", a->note);
	while ((value = ff_attrs_next(&at, "note", &n)))
		if (n == strlen(want) && !memcmp(value, want, n))
			return true;
	return false;
}

static void kill_writers(unsigned int kills)
{
	static struct ack acked[1 << 20];
	unsigned int missing = 0, damaged = 0, torn = 0, odd = 0, n = 0, before, all = 0, i;
	struct ff_scan *s = malloc(sizeof(*s));
	struct timespec ts = { 0 };
	int fd[2], status;
	ssize_t got;
	pid_t pid;

	for (unsigned int round = 1; round <= kills; round++) {
		case_seed(round);
		if (round % 20 == 1) {		/* a new store, lest all is reading */
			unlink(store);
			n = 0;
		}
		before = n;
		if (pipe2(fd, O_CLOEXEC))
			break;
		ts.tv_nsec = (long)draw(12) * 1000000 + (long)draw(1000000);
		pid = fork();
		if (!pid)
			write_on(fd[1]);
		close(fd[1]);
		if (draw(4))		/* else it may be killed while it opens the store */
			poll(&(struct pollfd){ .fd = fd[0], .events = POLLIN }, 1, 10000);
		nanosleep(&ts, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		odd += !WIFSIGNALED(status);
		while (n < sizeof(acked) / sizeof(*acked) - 8192 &&
		       (got = read(fd[0], acked + n, 8192 * sizeof(*acked))) > 0)
			n += (unsigned int)got / sizeof(*acked);
		close(fd[0]);
		all += n - before;
		if (ff_corpus_read(store, s, &why) && n) {
			tap_diag("kill %u: %s", round, why.text);
			damaged++;
		}
		damaged += s->nlost > 0;
		torn += s->torn > 0;
		for (i = round % 10 ? before : 0; i < n; i++)
			missing += !has(&s->set, &acked[i]);
		ff_scan_free(s);
	}
	tap_ok(!odd, "no writer ended by itself (%u did)", odd);
	tap_is_int(missing, 0, "%u kills: nothing that was acknowledged is missing", kills);
	tap_is_int(damaged, 0, "nothing is damaged beyond an unfinished end (%u had one)", torn);
	tap_ok(all > kills / 2, "the writers did write (%u programs acknowledged)", all);
	free(s);
}

/* In a child: fills what room there is; 0 when all laws hold. */
static int fill(void)
{
	struct ff_corpus *c;
	struct ff_scan s;
	struct stat before, after;
	unsigned int i, bad = 0, put = 0;
	int ret = 0;

	if (ff_corpus_open(&c, store, &why))
		return 10;
	for (i = 0; i < PROGRAMS && !ret; i++) {
		stat(store, &before);
		ret = ff_corpus_add(c, text[i], "", NULL, NULL, &why);
		if (!ret)
			ret = ff_corpus_commit(c, &why);
		put += !ret;
	}
	stat(store, &after);
	if (ret != -ENOSPC && ret != -EFBIG)
		bad |= 1;
	if (!strstr(why.text, "make room"))
		bad |= 2;
	if (before.st_size != after.st_size || put < 5)
		bad |= 4;
	if (!ff_corpus_add(c, text[PROGRAMS - 1], "", NULL, NULL, &why))
		bad |= 8;
	ret = ff_corpus_replace(c, &ff_corpus_content(c)->set, &why);
	ff_corpus_close(c);
	if (!ret || ff_corpus_read(store, &s, &why) || s.nlost || s.torn || s.set.n < put)
		bad |= 16;
	printf("# %u programs fitted; then: %s\n", put, why.text);
	fflush(stdout);
	return bad ? (int)bad : 0;
}

/* -1: it cannot be had here. */
static int on_a_small_disk(void)
{
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return -1;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && errno != EINVAL)
		return -1;
	if (mount("none", dir, "tmpfs", 0, "size=64K"))
		return -1;
	return fill();
}

static int below_a_limit(void)
{
	struct rlimit limit = { 20000, 20000 };

	signal(SIGXFSZ, SIG_IGN);
	unlink(store);
	return setrlimit(RLIMIT_FSIZE, &limit) ? -1 : fill();
}

static void full(const char *what, int (*test)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(test() & 0xff);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0xff)
		return tap_skip("%s: it cannot be made here", what);
	tap_ok(WIFEXITED(status) && !WEXITSTATUS(status),
	       "%s: the store is as it was at the last commit, and the message says what to do (%d)", what, status);
}

int main(void)
{
	const char *n = getenv("FF_CORPUS_KILLS");

	if (case_folder(dir, sizeof(dir)))
		return 2;
	snprintf(store, sizeof(store), "%s/store", dir);
	for (unsigned int i = 0; i < PROGRAMS; i++) {
		text[i] = case_text(i);
		id[i] = ff_id_of(text[i]);
	}
	kill_writers(n ? (unsigned int)atoi(n) : 220);
	full("a full disk", on_a_small_disk);
	full("a limit of file size", below_a_limit);
	for (unsigned int i = 0; i < PROGRAMS; i++)
		free(text[i]);
	if (case_folder_done(dir))
		return 2;
	return tap_done();
}
