// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of a snapshot that need no VM: sparse copies, copies of disks, the
 * state's one change, what is said to QEMU and what is made of its answers.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/blackbox.h"
#include "runner/cache.h"
#include "runner/proc.h"
#include "runner/starts.h"
#include "runner/vm/disks.h"
#include "runner/vm/qmp.h"
#include "runner/vm/snapshot.h"
#include "tests/tap.h"

#define MIB	(1 << 20)

static bool same(int a, int b)
{
	struct stat x, y;
	char *p, *q;
	bool is;

	if (fstat(a, &x) || fstat(b, &y) || x.st_size != y.st_size)
		return false;
	p = mmap(NULL, (size_t)x.st_size, PROT_READ, MAP_SHARED, a, 0);
	q = mmap(NULL, (size_t)x.st_size, PROT_READ, MAP_SHARED, b, 0);
	is = p != MAP_FAILED && q != MAP_FAILED && !memcmp(p, q, (size_t)x.st_size);
	munmap(p, (size_t)x.st_size);
	munmap(q, (size_t)x.st_size);
	return is;
}

static void test_copy(void)
{
	int from = memfd_create("from", 0), to = memfd_create("to", 0), none = memfd_create("none", 0);
	char page[4096];
	struct stat st;

	memset(page, 'x', sizeof(page));
	tap_ok(!ftruncate(from, 8 * MIB + 1234), "a file with holes");
	tap_ok(pwrite(from, page, 4096, 0) > 0 && pwrite(from, page, 4096, 3 * MIB + 100) > 0 &&
	       pwrite(from, page, 10, 8 * MIB + 1224) > 0, "data at its ends and across a page");
	memset(page, 0, sizeof(page));
	tap_ok(pwrite(from, page, 4096, 5 * MIB) == 4096, "written zeros");
	tap_is_int(ff_copy_sparse(from, to), 0, "a copy");
	tap_ok(!fstat(to, &st) && st.st_blocks * 512 == 4 * 4096, "holes and written zeros are holes in it");
	tap_ok(same(from, to), "it is equal");
	tap_ok(!ff_copy_sparse(none, to) && !fstat(to, &st) && st.st_size == 0, "an empty file");
	close(from);
	close(to);
	close(none);
}

static void fill(void *buf, size_t len, uint64_t off)
{
	memset(buf, 1 + (int)(off / MIB), len);
}

static void test_disks(const char *dir)
{
	struct ff_disk d = { .kind = FF_DISK_RAW, .size_mib = 3, .serial = "raw0", .fill = fill };
	int first, second;

	tap_ok(!ff_disk_original(&d, dir) && access(d.path, F_OK), "the original has no name");
	tap_ok(!ff_disk_copy(&d, dir), "a copy");
	first = open(d.path, O_RDWR);
	tap_ok(same(first, d.original), "equal to it");
	tap_ok(pwrite(first, "scribbled", 9, MIB) == 9, "a guest writes to it");
	tap_ok(!ff_disk_copy(&d, dir), "the next copy");
	second = open(d.path, O_RDONLY);
	tap_ok(same(second, d.original), "is again as the original");
	tap_is_int(ff_disk_copy(&d, "/nonexistent"), -ENOENT, "no folder: said, not fatal");
	close(first);
	close(second);
	close(d.original);
}

/* Whoever looks at a hole of a memory file makes a page of it. */
static void test_trim(void)
{
	struct ff_snapshot s = { .ram = ff_snapshot_ram(256), .state = memfd_create("state", 0) };
	int copy = memfd_create("copy", 0), ram = s.ram;
	volatile char *p, sum = 0;

	tap_ok(ram > 0 && pwrite(ram, "hello", 5, 70 * MIB) == 5 && !ff_copy_sparse(ram, copy), "RAM with a word in it");
	s.bytes = 4096;
	ff_snapshot_trim(&s);
	tap_is_int(s.ram, ram, "nothing to trim");
	p = mmap(NULL, 256 * MIB, PROT_READ, MAP_SHARED, ram, 0);
	for (size_t i = 0; p != MAP_FAILED && i < 256 * MIB; i += 4096)
		sum += p[i];
	munmap((void *)p, 256 * MIB);
	ff_snapshot_trim(&s);
	tap_ok(s.ram > 0 && lseek(s.ram, 0, SEEK_DATA) == 70 * MIB &&
	       lseek(s.ram, 70 * MIB, SEEK_HOLE) == 70 * MIB + 4096, "a guest looked at all of it: its holes are back");
	tap_ok(same(s.ram, copy) && sum == 'h', "and the word");
	ff_snapshot_drop(&s);
	tap_ok(!s.ram && !s.state, "dropped");
	close(copy);
}

static size_t put_block(unsigned char *p, const char *name, uint64_t bytes, uint64_t where)
{
	size_t n = strlen(name);

	p[0] = (unsigned char)n;
	memcpy(p + 1, name, n);
	bytes = htobe64(bytes);
	where = htobe64(where);
	memcpy(p + 1 + n, &bytes, 8);
	memcpy(p + 9 + n, &where, 8);
	return n + 17;
}

static void test_unplace(void)
{
	unsigned char state[256] = { 0 }, before[256];
	size_t box, n = 20;
	uint64_t where;

	n += put_block(state + n, "ram", 1ULL << 30, 0);
	n += put_block(state + n, "0000:00:03.0/bb", 1 << 20, 5);
	box = n;
	n += put_block(state + n, "0000:00:02.0/bb", 16 << 20, 0xfd000000);
	memcpy(before, state, sizeof(state));
	tap_is_int(ff_snapshot_unplace(state, n, "bb", 8 << 20), 0, "no block of this size");
	tap_is_int(ff_snapshot_unplace(state, n - 1, "bb", 16 << 20), 0, "the state ends within the block");
	tap_ok(!memcmp(state, before, sizeof(state)), "nothing was changed");
	tap_is_int(ff_snapshot_unplace(state, n, "bb", 16 << 20), 1, "found once");
	memcpy(&where, state + n - 8, 8);
	tap_ok(where == 0, "it is nowhere");
	tap_ok(!memcmp(state, before, n - 8) && box < n, "all else is as it was");
	n += put_block(state + n, "x/bb", 16 << 20, 7);
	tap_is_int(ff_snapshot_unplace(state, n, "bb", 16 << 20), 2, "two are told from one");
}

/* A QEMU that says @text at once and then ends; it hears nothing. */
static int speak(const char *text)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	if (write(ends[1], text, strlen(text)) < 0 || shutdown(ends[1], SHUT_WR))
		return -1;
	return ends[0];		/* the other end lives on until the test ends: what is said to it is kept */
}

#define HELLO	"{\"QMP\": {\"version\": {}}}\r\n{\"return\": {}}\r\n"

static void test_qmp(void)
{
	char why[128] = "";
	json_t *j = NULL;
	int fd = speak(HELLO "{\"event\": \"STOP\", \"timestamp\": {}}\r\n{\"return\": {\"status\": \"paused\"}}\r\n"
		       "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no such thing\"}}\r\n");

	tap_is_int(ff_qmp_open(fd, why, sizeof(why)), 0, "the greeting");
	tap_is_int(ff_qmp_do(fd, "query-status", NULL, &j, why, sizeof(why)), 0, "an answer after an event");
	tap_is_str(json_string_value(json_object_get(j, "status")), "paused", "is the answer");
	json_decref(j);
	tap_is_int(ff_qmp_do(fd, "stop", NULL, NULL, why, sizeof(why)), -EPROTO, "an error");
	tap_is_str(why, "QEMU refused \"stop\": no such thing", "in QEMU's words");
	tap_is_int(ff_qmp_do(fd, "cont", NULL, NULL, why, sizeof(why)), -EPIPE, "QEMU is gone");
	tap_is_str(why, "QEMU was gone at \"cont\"", "that is said");
	close(fd);
	fd = speak("what?\n");
	tap_is_int(ff_qmp_open(fd, why, sizeof(why)), -EPIPE, "not QMP at all");
	close(fd);
}

/* What is sent: the command with its arguments, and the file itself. */
static void test_give(void)
{
	union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(int))]; } control;
	int ends[2], file = memfd_create("given", 0), got = -1;
	char text[256] = "", why[128];
	struct iovec part = { text, sizeof(text) - 1 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
			    .msg_controllen = sizeof(control.room) };

	tap_ok(file >= 0 && !socketpair(AF_UNIX, SOCK_STREAM, 0, ends) &&
	       write(ends[1], "{\"return\":{}}\n", 14) == 14, "a QEMU that agrees");
	tap_is_int(ff_qmp_give(ends[0], "state", file, why, sizeof(why)), 0, "a file is given");
	tap_ok(recvmsg(ends[1], &m, 0) > 0, "QEMU hears");
	tap_is_str(text, "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"state\"}}", "the command");
	if (m.msg_controllen >= CMSG_LEN(sizeof(int)))
		memcpy(&got, CMSG_DATA(&control.h), sizeof(got));
	tap_ok(got >= 0 && write(got, "x", 1) == 1 && lseek(file, 0, SEEK_END) == 1, "it is the same file");
	close(got);
	close(file);
	close(ends[0]);
	close(ends[1]);
}

static void test_keep_fd(void)
{
	int fd = memfd_create("kept", MFD_CLOEXEC), other = memfd_create("other", MFD_CLOEXEC), status;
	char script[64], got[8] = "";
	const char *argv[] = { "sh", "-c", script, NULL };
	struct ff_proc_opts o = { .keep_fd = fd };
	pid_t pid;

	snprintf(script, sizeof(script), "echo hi >/proc/self/fd/%d && ! test -e /proc/self/fd/%d", fd, other);
	pid = ff_proc_spawn(argv, -1, -1, &o);
	tap_ok(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "a child has the one file, not the other");
	tap_ok(pread(fd, got, sizeof(got), 0) == 3 && !strcmp(got, "hi\n"), "and writes to it");
	tap_ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "our own stays closed to others");
	close(fd);
	close(other);
}

static void test_resume(void)
{
	struct ff_box *b = calloc(1, sizeof(*b));
	struct ff_box_boot boot = { .features = 5, .call_limit_ns = 7, .release = "6.1" };

	ff_box_init(b);
	atomic_store(&b->guest_beat, 9);
	ff_box_reset(b);
	ff_box_resume(b, &boot);
	tap_ok(atomic_load(&b->phase) == FF_PHASE_READY && !atomic_load(&b->guest_beat),
	       "a resumed box is ready, no heart beats yet");
	tap_ok(!memcmp(&b->boot, &boot, sizeof(boot)), "it says what the guest had said");
	free(b);
}

static void test_starts(void)
{
	struct ff_session_info info = { .boots = 1, .boot_ms = 9100 };
	char text[128];
	json_t *j;

	ff_starts_text(&info, text, sizeof(text));
	tap_is_str(text, "1 guest booted in 9.10 s", "one guest");
	info.restores = 4;
	info.restore_ms = 2000;
	ff_starts_text(&info, text, sizeof(text));
	tap_is_str(text, "1 guest booted in 9.10 s, 4 restored in 0.50 s each", "and four restored");
	j = ff_starts_json(&info);
	tap_ok(json_real_value(json_object_get(j, "restore_seconds")) == 0.5, "of one, on average");
	json_decref(j);
}

int main(void)
{
	char dir[] = "/tmp/unit_snapshot.XXXXXX";

	if (!mkdtemp(dir)) {
		tap_ok(0, "mkdtemp(%s): %s", dir, strerror(errno));
		return tap_done();
	}
	test_copy();
	test_disks(dir);
	test_trim();
	test_unplace();
	test_qmp();
	test_give();
	test_keep_fd();
	test_resume();
	test_starts();
	ff_remove_tree(dir);
	return tap_done();
}
