// SPDX-License-Identifier: GPL-2.0-only
/*
 * Malformed programs give the right line and a message that helps; and the
 * call table in docs/programs.md is that of this build.
 *
 * Each tests/programs/bad/NAME.ff has a line "# expect LINE: TEXT"; the message
 * must contain TEXT. "unit_program_text --calls" prints the table for the
 * document instead (its head says how to put it there).
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzer/call.h"
#include "fuzzer/program.h"
#include "fuzzer/text.h"
#include "tests/tap.h"

#define BAD	"tests/programs/bad"
#define DOC	"docs/programs.md"

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	*len = 0;
	if (!f || getdelim(&text, &room, EOF, f) < 0) {
		tap_ok(0, "%s can be read", path);
		exit(tap_done());
	}
	*len = ftell(f);
	fclose(f);
	return text;
}

static void test_bad(const char *name)
{
	static struct ff_program p, untouched;
	struct ff_error e = { 0 };
	unsigned int line = 0;
	char path[512], want[256] = "";
	const char *at;
	size_t len;
	char *text;
	int err;

	snprintf(path, sizeof(path), "%s/%s", BAD, name);
	text = read_file(path, &len);
	at = memmem(text, len, "# expect ", 9);
	if (!at || sscanf(at, "# expect %u: %255[^\r\n]", &line, want) != 2) {
		tap_ok(0, "%s says what is expected", name);
		free(text);
		return;
	}
	memset(&p, 0x55, sizeof(p));
	untouched = p;
	err = ff_program_parse(text, len, &p, &e);
	if (!tap_ok(err && e.line == line && strstr(e.text, want), "%s: line %u: %s", name, line, want))
		tap_diag("returned %d, line %u: %s", err, e.line, e.text);
	if (memcmp(&p, &untouched, sizeof(p)))
		tap_ok(0, "%s: nothing half-parsed is left", name);
	if (getenv("VERBOSE"))
		tap_diag("%s:%u: %s", path, e.line, e.text);
	free(text);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void test_all_bad(void)
{
	struct dirent **list = NULL;
	int i, seen = 0, n = scandir(BAD, &list, NULL, by_name);

	for (i = 0; i < n; i++) {
		const char *dot = strrchr(list[i]->d_name, '.');

		if (dot && !strcmp(dot, ".ff")) {
			test_bad(list[i]->d_name);
			seen++;
		}
		free(list[i]);
	}
	free(list);
	tap_ok(seen >= 40, "%d malformed programs, at least 40", seen);
}

/* Texts that are easier made here than kept in a file. */
static void test_limits(void)
{
	static const char head[] = "# foliofuzz 1\ntarget tmpfs\nsetup\nh0 = open f0 rdwr\nthread 0\n";
	static struct ff_program p;
	struct ff_error e = { 0 };
	char *text = malloc(65536), *at = text;
	int i;

	at += sprintf(at, "%s", head);
	for (i = 0; i < FF_MAX_CALLS - 1; i++)
		at += sprintf(at, "fsync h0\n");
	tap_ok(!ff_program_parse(text, at - text, &p, &e) && p.ncalls == FF_MAX_CALLS,
	       "%d calls are accepted", FF_MAX_CALLS);
	at += sprintf(at, "fsync h0\n");
	tap_ok(ff_program_parse(text, at - text, &p, &e) && e.line == FF_MAX_CALLS + 5 &&
	       strstr(e.text, "more than 255 calls"), "one more is refused");

	at = text + sprintf(text, "%s#%4095s\n", head, "");
	tap_ok(!ff_program_parse(text, at - text, &p, &e), "a line of 4096 characters is accepted");
	at = text + sprintf(text, "%s#%4096s\n", head, "");
	tap_ok(ff_program_parse(text, at - text, &p, &e) && e.line == 6 &&
	       strstr(e.text, "4097 characters"), "one more is refused");

	at = text + sprintf(text, "%s", head);
	for (i = 1; i < FF_MAX_THREADS; i++)
		at += sprintf(at, "thread %d\n", i);
	tap_ok(!ff_program_parse(text, at - text, &p, &e) && p.nthreads == FF_MAX_THREADS,
	       "%d threads are accepted", FF_MAX_THREADS);
	tap_ok(ff_program_parse(text, at - text, &p, NULL) == 0, "without a place for a message");
	tap_ok(ff_program_parse("", 0, &p, &e) && e.line == 1, "an empty text is refused");
	tap_ok(ff_program_parse("\0", 1, &p, NULL), "and a NUL, without a place for a message");
	free(text);
}

/* The words of a row's choices and flags; each list once where it is new. */
static void document_words(struct ff_out *o, const struct ff_op *op)
{
	unsigned int i, n = ff_op_nargs(op);

	for (i = 0; i < n; i++) {
		const struct ff_arg_spec *spec = &op->arg[i];

		if (spec->words) {
			ff_out(o, "<br>%s: ", spec->name);
			ff_out_words(o, spec->words);
		} else if (spec->type == FF_ARG_NUMBER) {
			ff_out(o, "<br>%s: %llu to %llu", spec->name, (unsigned long long)spec->min,
			       (unsigned long long)(spec->max ? spec->max : FF_MAX_SIZE));
		} else if (spec->type == FF_ARG_LENGTH && spec->max) {
			ff_out(o, "<br>%s: at most %s", spec->name, ff_size_text(spec->max).s);
		}
	}
}

static void document_row(struct ff_out *o, const struct ff_op *op)
{
	char usage[256];
	struct ff_out u = { usage, sizeof(usage), 0 };
	const char *at;

	ff_out_usage(&u, op);
	ff_out(o, "| `");
	for (at = usage; *at; at++)
		ff_out(o, *at == '|' ? "\\%c" : "%c", *at);
	ff_out(o, "` | %s", op->about);
	document_words(o, op);
	if ((op->targets & 0x1f) != 0x1f)
		ff_out(o, "<br>only on%s%s%s%s%s",
		       op->targets >> FF_TARGET_TMPFS & 1 ? " tmpfs" : "",
		       op->targets >> FF_TARGET_EXT4 & 1 ? " ext4" : "",
		       op->targets >> FF_TARGET_XFS & 1 ? " xfs" : "",
		       op->targets >> FF_TARGET_BLOCK & 1 ? " block" : "",
		       op->targets >> FF_TARGET_FUSE & 1 ? " fuse" : "");
	ff_out(o, " |\n");
}

static void document_calls(struct ff_out *o)
{
	const char *family = "";
	unsigned int id;

	for (id = 0; id < FF_OPS; id++) {
		const struct ff_op *op = ff_op(id);

		if (strcmp(family, op->family)) {
			family = op->family;
			ff_out(o, "\n### %s\n\n| line | what it does |\n|---|---|\n", family);
		}
		document_row(o, op);
	}
	ff_out(o, "\n");
}

static void test_document(void)
{
	static const char begin[] = "<!-- calls: begin -->\n", end[] = "<!-- calls: end -->";
	static char table[65536];
	struct ff_out o = { table, sizeof(table), 0 };
	char *text, *from, *to;
	size_t len;

	document_calls(&o);
	text = read_file(DOC, &len);
	from = strstr(text, begin);
	to = from ? strstr(from, end) : NULL;
	if (tap_ok(to, "%s has a call table", DOC)) {
		from += strlen(begin);
		tap_ok(o.len == (size_t)(to - from) && !memcmp(table, from, o.len),
		       "%s has the calls of this build (its head says how to renew them)", DOC);
	}
	free(text);
}

int main(int argc, char **argv)
{
	static char table[65536];
	struct ff_out o = { table, sizeof(table), 0 };

	if (argc == 2 && !strcmp(argv[1], "--calls")) {
		document_calls(&o);
		fputs(table, stdout);
		return 0;
	}
	test_all_bad();
	test_limits();
	test_document();
	return tap_done();
}
