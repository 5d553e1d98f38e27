// SPDX-License-Identifier: GPL-2.0-only
/* "foliofuzz corpus": what each action prints, writes and returns. */
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "runner/cache.h"
#include "runner/cmds.h"
#include "tests/corpus_case.h"

static char dir[100];
static char *out, *err;
static size_t nout;

static void to_file(int fd, const char *name)
{
	int f = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	dup2(f, fd);
	close(f);
}

/* Runs "corpus WORDS" in a child; fills @out and @err. */
static int run(const char *words)
{
	char copy[1000], *argv[40] = { "corpus" }, *word;
	int argc = 1, status;
	size_t n;
	pid_t pid;

	snprintf(copy, sizeof(copy), "%s", words);
	for (word = strtok(copy, " "); word && argc < 39; word = strtok(NULL, " "))
		argv[argc++] = word;
	pid = fork();
	if (!pid) {
		to_file(1, "stdout");
		to_file(2, "stderr");
		status = cmd_corpus(argc, argv);
		fflush(stdout);
		_exit(status);
	}
	waitpid(pid, &status, 0);
	free(out);
	free(err);
	out = ff_read_file("stdout", &nout);
	err = ff_read_file("stderr", &n);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define RUN(status, words, ...) do {					\
	int ret_ = run(words);						\
	if (!tap_ok(ret_ == (status), __VA_ARGS__))			\
		tap_diag("corpus %s: status %d\n%s\n%s", words, ret_, out, err);	\
} while (0)

static void write_file(const char *name, const char *text)
{
	ff_write_file(name, text, strlen(text));
}

static const char one[] = "# foliofuzz 1\n# seed 3 number 8\n# a remark\ntarget tmpfs\nthread 0\n  h0 = open f0 rdwr|creat\n"
			  "  pwrite h0 0 4K\n";
static const char two[] = "# foliofuzz 1\ntarget ext4\nthread 0\n  h0 = open f0 rdwr|creat\n  fsync h0\n  compact\n";

static void add_and_show(void)
{
	char id[80] = "", words[200];

	write_file("one.ff", one);
	write_file("two.ff", two);
	RUN(0, "add store one.ff two.ff --attr note=first --attr hit_rate=3/10", "add makes a store");
	tap_is_int(nout, 2 * 65, "and prints two ids");
	sscanf(out, "%64s", id);
	RUN(0, "list store", "list");
	tap_ok(strstr(out, "tmpfs hit_rate=3/10 note=first seed=3:8 source=one.ff") &&
	       strstr(out, "  3 calls 1 threads ext4"), "it has what is known of both");
	snprintf(words, sizeof(words), "show store %.10s", id);
	RUN(0, words, "show takes the beginning of an id");
	tap_ok(strstr(out, id) && strstr(out, "# note=first\n") && strstr(out, "  pwrite h0 0 4K\n"), "and prints the program");
	write_file("shown.ff", out);
	RUN(0, "add store shown.ff", "what it prints can be added");
	tap_ok(!strncmp(out, id, 64), "and is the same program");
	RUN(2, "show store 0000000000", "show: an id that is not there");
	RUN(2, "show store", "show: no id");
	RUN(0, "list store --json", "list --json");
	json_t *j = json_loads(out, 0, NULL);

	tap_is_int(json_array_size(j), 2, "is JSON with both");
	json_decref(j);
	RUN(0, "check store", "check: sound");
}

static void wrong_use(void)
{
	write_file("bad.ff", "# foliofuzz 1\ntarget tmpfs\nthread 0\n  frob h0\n");
	RUN(2, "add store bad.ff two.ff", "a malformed program is wrong use");
	tap_ok(strstr(err, "bad.ff:4: ") && nout == 65, "with file and line; the other one is added");
	RUN(3, "add store none.ff", "a file that is not there");
	RUN(3, "list none", "a store that is not there");
	RUN(2, "frob store", "an unknown action");
	RUN(2, "list", "no store");
	RUN(2, "list store more", "a word too many");
	RUN(2, "add store one.ff --attr Note", "an attribute that is none");
	RUN(2, "export store --format pdf", "an unknown format");
	RUN(2, "import store one.ff --format fsx --target tmpfs,huge", "a target that is none");
	write_file("letter", "dear friend, here is what I wanted to tell you for so long\n");
	RUN(3, "add letter one.ff", "a foreign file is no store");
	tap_ok(strstr(err, "no corpus"), "and that is said");
}

static bool same_files(const char *a, const char *b)
{
	size_t n, m;
	char *x = ff_read_file(a, &n), *y = ff_read_file(b, &m);
	bool same = x && y && n == m && !memcmp(x, y, n);

	free(x);
	free(y);
	return same;
}

static void merging(void)
{
	run("add a one.ff --attr note=a --attr signal=2");
	run("add b two.ff one.ff --attr note=b --attr signal=1");
	run("add c two.ff --attr note=c");
	RUN(0, "merge abc a b c", "merge into a new store");
	run("merge cba c");
	run("merge cba b a c b");
	tap_ok(same_files("abc", "cba"), "another order and twice: the same bytes");
	RUN(0, "merge cba", "with nothing: compact");
	tap_ok(same_files("abc", "cba"), "it was compact");
	tap_ok(strstr(out, "2 programs, 0 of them new"), "it says what came: %s", out);
}

static void damage(void)
{
	size_t n;
	char *bytes;

	run("add hurt one.ff");
	run("add hurt two.ff");
	bytes = ff_read_file("hurt", &n);
	bytes[100] ^= 4;
	ff_write_file("hurt", bytes, n);
	RUN(1, "check hurt", "check: damaged");
	tap_ok(strstr(err, "hurt: bytes 16 to ") && strstr(err, "repair"), "it says which bytes, and what to do");
	RUN(1, "check hurt --json", "check --json");
	json_t *j = json_loads(out, 0, NULL);

	tap_ok(json_integer_value(json_object_get(j, "lost_ranges")) == 1 &&
	       json_integer_value(json_object_get(j, "programs")) == 1, "says it too");
	json_decref(j);
	RUN(3, "merge hurt a", "merge does not throw away what is damaged");
	tap_ok(strstr(err, "first repair it"), "but says what to do first");
	RUN(1, "repair hurt", "repair");
	RUN(0, "check hurt.repaired", "what it writes is sound");
	RUN(3, "repair hurt", "it does not write over its own result");
	RUN(0, "add hurt one.ff", "a damaged store still takes programs");
	RUN(0, "list hurt", "and has both");
	tap_ok(strstr(out, "tmpfs") && strstr(out, "ext4"), "indeed");
	bytes = (free(bytes), ff_read_file("a", &n));
	ff_write_file("cut", bytes, n - 9);
	RUN(1, "check cut", "check: cut off");
	tap_ok(strstr(err, "cut off before it was acknowledged"), "that is said to be what it is");
	RUN(0, "add cut two.ff", "the next writer goes on");
	RUN(0, "check cut", "and leaves it sound");
	tap_ok(!access("cut.torn", R_OK), "with the unfinished bytes kept");
	free(bytes);
}

static void converting(void)
{
	write_file("log.fsxops", "write 0x0 0x1000 0x0\nread 0x0 0x1000 0x1000\nclone_range 0x0 0x1000 0x1000 0x1000\n");
	RUN(1, "import conv log.fsxops --format fsx --target xfs", "import of an fsx log: something cannot be expressed");
	tap_ok(strstr(err, "log.fsxops:3: clone_range"), "it is told by file and line");
	RUN(0, "list conv", "it is there");
	tap_ok(strstr(out, "xfs") && strstr(out, "source=fsx:log.fsxops:1"), "with its source: %s", out);
	RUN(0, "export conv --format fsx", "export of one program to standard output");
	tap_ok(strstr(out, "read 0x0 0x1000 0x1000\n") != NULL, "is the log");
	RUN(0, "export conv --format syz --out conv.d", "export to a folder prints names");
	out[strcspn(out, "\n")] = '\0';
	char words[300], *name = strdup(out);

	snprintf(words, sizeof(words), "import conv2 %s --format syz", name);
	RUN(0, words, "that text comes in again");
	free(name);
	run("export conv");
	char *was = strdup(out);

	RUN(0, "export conv2", "and out");
	tap_is_str(out, was, "as the same program");
	free(was);
	RUN(2, "export store", "several programs need --out");
	RUN(1, "export store --format syz --json", "export --json");
	json_t *j = json_loads(out, 0, NULL);

	tap_ok(json_array_size(json_object_get(j, "programs")) == 2 && json_array_size(json_object_get(j, "left_out")) == 1,
	       "has both and what is left out");
	json_decref(j);
	write_file("nothing.syz", "getuid()\n");
	RUN(2, "import conv nothing.syz --format syz", "a text with nothing that can be expressed");
}

int main(void)
{
	if (case_folder(dir, sizeof(dir)) || chdir(dir))
		return 2;
	add_and_show();
	wrong_use();
	merging();
	damage();
	converting();
	free(out);
	free(err);
	if (chdir("/") || case_folder_done(dir))
		return 2;
	return tap_done();
}
