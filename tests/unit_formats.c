// SPDX-License-Identifier: GPL-2.0-only
/* A regression run as KTAP, JUnit, kcidb and LAVA: each verdict, each limit, each character that none may carry. */
#include <errno.h>

#include "tests/regress_case.h"
#include "tests/tap.h"

static char *text_of(const struct ff_regress *r, int (*writer)(const struct ff_regress *, FILE *))
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f || writer(r, f) || fclose(f))
		abort();
	return text;
}

static int has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

#define HAS(text, part, name) do {				\
	if (!tap_ok(has(text, part), "%s", name))		\
		tap_diag("no \"%s\" in:\n%s", part, text);	\
} while (0)

static void test_clean(void)
{
	static const struct { const char *in, *lines, *line; } rows[] = {
		{ "", "", "" },
		{ "plain ~", "plain ~", "plain ~" },
		{ "a\nb\tc", "a\nb\tc", "a\\x0ab\tc" },
		{ "\x01\x1b[0m\x7f\r", "\\x01\\x1b[0m\\x7f\\x0d", "\\x01\\x1b[0m\\x7f\\x0d" },
		{ "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x9b", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x9b",
		  "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x9b" },
		{ "a\x80\xff", "a\\x80\\xff", "a\\x80\\xff" },
		{ "\xc3", "\\xc3", "\\xc3" },
		{ "\xe2\x82", "\\xe2\\x82", "\\xe2\\x82" },
		{ "\xc3\xbc\xbc", "\xc3\xbc\\xbc", "\xc3\xbc\\xbc" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80" },		/* a surrogate */
		{ "\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf" },				/* overlong */
		{ "\xc2\x85", "\\xc2\\x85", "\\xc2\\x85" },				/* C1: next line */
		{ "\xef\xbf\xbe|\xef\xbf\xbf|\xef\xbf\xbd", "\\xef\\xbf\\xbe|\\xef\\xbf\\xbf|\xef\xbf\xbd",
		  "\\xef\\xbf\\xbe|\\xef\\xbf\\xbf|\xef\xbf\xbd" },			/* XML has no U+FFFE, U+FFFF */
	};
	char *got;

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		got = ff_regress_clean(rows[i].in, 1000, 1);
		tap_is_str(got, rows[i].lines, "text %u, newlines kept", i);
		free(got);
		got = ff_regress_clean(rows[i].in, 1000, 0);
		tap_is_str(got, rows[i].line, "text %u on one line", i);
		free(got);
	}
	for (unsigned int max = 0; max <= 8; max++) {
		got = ff_regress_clean("\xe2\x82\xac\x01\xe2\x82\xac", max, 1);
		tap_is_str(got, max < 3 ? "" : max < 7 ? "\xe2\x82\xac" : "\xe2\x82\xac\\x01", "cut to %u bytes", max);
		free(got);
	}
}

static void test_labels(void)
{
	struct ff_regress r;
	char label[32];

	case_names(&r);
	ff_regress_label(&r, 0, label, sizeof(label));
	tap_is_str(label, "program2", "a name that is a word stays");
	ff_regress_label(&r, 1, label, sizeof(label));
	tap_is_str(label, "2-mutant_a", "of two equal words one gets its number");
	ff_regress_label(&r, 2, label, sizeof(label));
	tap_is_str(label, "3-mutant_a", "and the other gets its own");
	ff_regress_label(&r, 3, label, sizeof(label));
	tap_is_str(label, "kernel", "a name of no letters");
	memset(r.kernels[1].name, 'x', sizeof(r.kernels[1].name) - 1);
	memset(r.kernels[2].name, 'x', sizeof(r.kernels[2].name) - 1);
	r.kernels[1].name[sizeof(r.kernels[1].name) - 1] = r.kernels[2].name[sizeof(r.kernels[2].name) - 1] = '\0';
	ff_regress_label(&r, 2, label, sizeof(label));
	tap_ok(!strncmp(label, "3-xxx", 5) && strlen(label) == sizeof(label) - 1, "long names differ where they are cut");
	ff_regress_free(&r);
}

/* The whole of it, as docs/regress.md shows it. */
static void test_ktap(void)
{
	struct ff_regress r;
	char *text;

	case_verdicts(&r);
	text = text_of(&r, ff_regress_ktap);
	tap_is_str(text,
		   "KTAP version 1\n"
		   "1..3\n"
		   "# foliofuzz regress, started 2026-11-21T22:15:00Z, shard 1/1, 72 s\n"
		   "# kernel bookworm: 6.1.0-56-cloud-amd64\n"
		   "# kernel trixie-backports=7.2: 7.2.12+deb13-cloud-amd64\n"
		   "# kernel bullseye: no guest ran\n"
		   "  KTAP version 1\n"
		   "  # Subtest: bookworm\n"
		   "  1..6\n"
		   "  # runs: 20, with findings: 0\n"
		   "  ok 1 program1\n"
		   "  # about: a collapse hides data\n"
		   "  # source: commit a2e17cc2efc7\n"
		   "  # runs: 20, with findings: 7\n"
		   "  # saw: seek:vanished:collapse in 7 of 20 runs: data became a hole\n"
		   "  # expected: seek:vanished:*: collapse hides data\n"
		   "  # expected: mincore:*: collapse hides data\n"
		   "  # log: first line\n"
		   "  # log: second line\n"
		   "  not ok 2 program2 # fail: fail is the reason\n"
		   "  ok 3 program3 # SKIP skip is the reason\n"
		   "  # runs: 20, with findings: 18\n"
		   "  # baseline: 0.85 hits per run\n"
		   "  # odds that a bug as frequent showed in none of these runs: 0.004\n"
		   "  # saw: seek:vanished:collapse in 18 of 20 runs: data became a hole\n"
		   "  # expected: seek:vanished:*: collapse hides data\n"
		   "  # expected: mincore:*: collapse hides data\n"
		   "  ok 4 program4 # XFAIL known is the reason\n"
		   "  # runs: 20, with findings: 0\n"
		   "  # baseline: 0.85 hits per run\n"
		   "  # odds that a bug as frequent showed in none of these runs: 0.004\n"
		   "  # expected: seek:vanished:*: collapse hides data\n"
		   "  # expected: mincore:*: collapse hides data\n"
		   "  ok 5 program5 # fixed: fixed is the reason\n"
		   "  # runs: 20, with findings: 0\n"
		   "  # expected: seek:vanished:*: collapse hides data\n"
		   "  # expected: mincore:*: collapse hides data\n"
		   "  ok 6 program6 # SKIP flaky: flaky is the reason\n"
		   "not ok 1 bookworm\n"
		   "  KTAP version 1\n"
		   "  # Subtest: trixie-backports=7.2\n"
		   "  1..6\n"
		   "  # runs: 10, with findings: 0\n  ok 1 program1\n"
		   "  # runs: 10, with findings: 0\n  ok 2 program2\n"
		   "  # runs: 10, with findings: 0\n  ok 3 program3\n"
		   "  # runs: 10, with findings: 0\n  ok 4 program4\n"
		   "  # runs: 10, with findings: 0\n  ok 5 program5\n"
		   "  # runs: 10, with findings: 0\n  ok 6 program6\n"
		   "ok 2 trixie-backports=7.2\n"
		   "not ok 3 bullseye # ERROR its guest did not start within 120 s\n", "KTAP: each verdict");
	free(text);
	ff_regress_free(&r);

	case_empty(&r);
	text = text_of(&r, ff_regress_ktap);
	HAS(text, "KTAP version 1\n1..0 # SKIP no kernel was asked for\n", "KTAP: no kernel");
	free(text);
	ff_regress_free(&r);

	case_sparse(&r);
	text = text_of(&r, ff_regress_ktap);
	HAS(text, "\nok 1 kernel1 # SKIP no program of this shard ran on it\n", "KTAP: a kernel without programs");
	HAS(text, "\nok 2 kernel2 # SKIP nothing is known for sure of any program\n", "KTAP: all skipped, so is the parent");
	HAS(text, "\nok 3 kernel3\n", "KTAP: one of two programs is enough");
	free(text);
	ff_regress_free(&r);
}

static void test_ktap_hostile(void)
{
	struct ff_regress r;
	char *text;

	case_names(&r);
	text = text_of(&r, ff_regress_ktap);
	tap_ok(!has(text, "# Subtest: program2"), "KTAP: no header with the name of a result inside");
	HAS(text, "# Subtest: mutant:a", "KTAP: the others have theirs");
	free(text);
	ff_regress_free(&r);

	case_hostile(&r);
	text = text_of(&r, ff_regress_ktap);
	HAS(text, "ok 1 ok 1 - no \\x23 SKIP really\n", "KTAP: no # in a name");
	tap_ok(!has(text, "reboot: System halted"), "KTAP: evidence does not look like the end of the kernel's log");
	HAS(text, "reboot : System halted", "KTAP: it can still be read");
	free(text);
	ff_regress_free(&r);

	case_long(&r);
	text = text_of(&r, ff_regress_ktap);
	HAS(text, "log: (cut here; regress.json has all of it)\n", "KTAP: long evidence is cut, and says so");
	free(text);
	ff_regress_free(&r);
}

static void test_junit(void)
{
	struct ff_regress r;
	char *text;

	case_verdicts(&r);
	text = text_of(&r, ff_regress_junit);
	HAS(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"foliofuzz\" tests=\"13\" failures=\"1\" "
	    "errors=\"1\" skipped=\"3\" time=\"15.000\">\n", "JUnit: counts of all");
	HAS(text, "  <testsuite name=\"bookworm\" tests=\"6\" failures=\"1\" errors=\"0\" skipped=\"3\" time=\"7.500\" "
	    "timestamp=\"2026-11-21T22:15:00\">\n", "JUnit: a testsuite for each kernel");
	HAS(text, "<property name=\"append\" value=\"transparent_hugepage=always\"/>", "JUnit: properties");
	HAS(text, "<testcase classname=\"foliofuzz.bookworm\" name=\"program2\" time=\"1.250\">\n"
	    "      <failure message=\"fail is the reason\" type=\"seek:vanished:collapse\">about: a collapse hides data\n",
	    "JUnit: a failure has message, type and evidence");
	HAS(text, "<skipped message=\"skip: skip is the reason\"/>", "JUnit: skip");
	HAS(text, "<skipped message=\"known: known is the reason\"/>", "JUnit: known");
	HAS(text, "<skipped message=\"flaky: flaky is the reason\"/>", "JUnit: flaky");
	HAS(text, "<system-out>fixed: fixed is the reason\n", "JUnit: fixed is a pass that says so");
	HAS(text, "<error message=\"its guest did not start within 120 s\" type=\"harness\"/>", "JUnit: a lost kernel");
	free(text);
	ff_regress_free(&r);

	case_hostile(&r);
	text = text_of(&r, ff_regress_junit);
	tap_ok(!has(text, "<evil") && has(text, "&lt;evil"), "JUnit: markup is escaped");
	HAS(text, "message=\"a&#10;not ok 3 b&#10;\"", "JUnit: newlines of attributes survive");
	free(text);
	ff_regress_free(&r);
}

static const json_t *test_of(const json_t *j, const char *path, const char *status)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(j, "tests"), i, o)
		if (!strcmp(json_string_value(json_object_get(o, "path")), path) &&
		    !strcmp(json_string_value(json_object_get(o, "status")), status))
			return o;
	return NULL;
}

static const char *string_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void test_kcidb(void)
{
	static const struct { const char *path, *status; } rows[] = {
		{ "foliofuzz.program1", "PASS" }, { "foliofuzz.program2", "FAIL" }, { "foliofuzz.program3", "SKIP" },
		{ "foliofuzz.program4", "FAIL" }, { "foliofuzz.program5", "PASS" }, { "foliofuzz.program6", "DONE" },
		{ "foliofuzz", "MISS" },
	};
	const json_t *o, *number;
	struct ff_regress r;
	json_t *j, *again;
	unsigned int absent = 0;
	size_t i;

	case_verdicts(&r);
	j = ff_regress_kcidb(&r, NULL);
	again = ff_regress_kcidb(&r, NULL);
	tap_ok(json_equal(j, again), "kcidb: the same run gives the same report");
	json_decref(again);
	tap_is_int(json_integer_value(json_object_get(json_object_get(j, "version"), "major")), 5, "kcidb: major");
	tap_is_int(json_integer_value(json_object_get(json_object_get(j, "version"), "minor")), 3, "kcidb: minor");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tap_ok(test_of(j, rows[i].path, rows[i].status), "kcidb: %s is %s", rows[i].path, rows[i].status);
	tap_is_int(json_array_size(json_object_get(j, "tests")), 13, "kcidb: a test for each result, and the lost kernel");
	tap_is_int(json_array_size(json_object_get(j, "builds")), 3, "kcidb: a build for each kernel");

	o = test_of(j, "foliofuzz.program2", "FAIL");
	number = json_object_get(o, "number");
	tap_ok(json_real_value(json_object_get(number, "value")) == 0.35, "kcidb: number is hits per run");
	tap_is_str(string_of(number, "unit"), "hits/run", "kcidb: and says so");
	tap_is_str(string_of(o, "origin"), "foliofuzz", "kcidb: origin");
	tap_is_str(string_of(o, "start_time"), "2026-11-21T22:15:01.250+00:00", "kcidb: after what ran before it");
	tap_is_str(string_of(o, "log_excerpt"), "first line\nsecond line\n", "kcidb: log_excerpt");
	tap_ok(!json_object_get(o, "output_files"), "kcidb: no files where nothing is published");
	tap_is_str(string_of(json_object_get(json_object_get(o, "environment"), "misc"), "append"),
		   "transparent_hugepage=always", "kcidb: environment");
	tap_ok(!json_object_get(test_of(j, "foliofuzz.program3", "SKIP"), "number"), "kcidb: no number of what did not run");

	tap_is_int(json_array_size(json_object_get(j, "issues")), 1, "kcidb: seen, known and gone: one bug, one issue");
	o = json_array_get(json_object_get(j, "issues"), 0);
	tap_is_str(string_of(o, "id"), "foliofuzz:seek:vanished:*", "kcidb: an issue is called by its pattern");
	tap_is_str(string_of(o, "report_subject"), "collapse hides data", "kcidb: and has the bug's words");
	tap_is_int(json_array_size(json_object_get(j, "incidents")), 3, "kcidb: an incident in each of three tests");
	json_array_foreach(json_object_get(j, "incidents"), i, o)
		absent += json_is_false(json_object_get(o, "present"));
	tap_is_int(absent, 1, "kcidb: fixed is an issue's absence");
	json_decref(j);

	r.seconds += 1;
	j = ff_regress_kcidb(&r, NULL);
	again = ff_regress_kcidb(&r, &(struct ff_kcidb_options){ "ci_7", "https://ci.example.org/x/" });
	tap_is_int(json_array_size(json_object_get(again, "tests")), 13, "kcidb: another origin");
	o = test_of(again, "foliofuzz.program2", "FAIL");
	tap_is_str(string_of(o, "origin"), "ci_7", "kcidb: its name is everywhere");
	tap_ok(!strncmp(string_of(o, "build_id"), "ci_7:", 5), "kcidb: in ids, too");
	o = json_array_get(json_object_get(o, "output_files"), 0);
	tap_is_str(string_of(o, "name"), "regress.json", "kcidb: a file's name");
	tap_is_str(string_of(o, "url"), "https://ci.example.org/x/regress.json", "kcidb: a file's URL");
	json_decref(again);
	json_decref(j);
	ff_regress_free(&r);
}

static void test_kcidb_limits(void)
{
	static const char *const origins[] = { "", "CI", "my-ci", "a b", "a:b" };
	static const char *const urls[] = { "", "x", "https://", "https://a b", "file", "https://a\"b", "https://\xc3\xbc" };
	struct ff_regress r;
	const json_t *o;
	const char *log;
	json_t *j;
	size_t i;

	case_long(&r);
	j = ff_regress_kcidb(&r, NULL);
	json_array_foreach(json_object_get(j, "tests"), i, o) {
		log = string_of(o, "log_excerpt");
		tap_ok(strlen(log) <= 16384 && strlen(log) > 16384 - 4, "kcidb: log_excerpt %zu is as long as it may be", i);
	}
	json_decref(j);
	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++)
		tap_ok(!ff_regress_kcidb(&r, &(struct ff_kcidb_options){ .origin = origins[i] }),
		       "kcidb: \"%s\" is no origin", origins[i]);
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		tap_ok(!ff_regress_kcidb(&r, &(struct ff_kcidb_options){ .url = urls[i] }), "kcidb: \"%s\" is no URL", urls[i]);
	snprintf(r.started, sizeof(r.started), "yesterday");
	j = ff_regress_kcidb(&r, NULL);
	tap_ok(!json_object_get(json_array_get(json_object_get(j, "tests"), 0), "start_time"), "kcidb: a start that is none");
	json_decref(j);
	ff_regress_free(&r);

	case_empty(&r);
	j = ff_regress_kcidb(&r, NULL);
	tap_is_int(json_array_size(json_object_get(j, "tests")), 0, "kcidb: an empty run");
	json_decref(j);
	ff_regress_free(&r);
}

static void test_lava(void)
{
	struct ff_regress r;
	char *text;

	case_verdicts(&r);
	text = text_of(&r, ff_regress_lava);
	HAS(text, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=bookworm_program2 RESULT=fail MEASUREMENT=0.3500 UNITS=hits_per_run>\n",
	    "LAVA: fail");
	HAS(text, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=bookworm_program3 RESULT=skip>\n", "LAVA: skip has no measurement");
	HAS(text, "TEST_CASE_ID=bookworm_program4 RESULT=pass ", "LAVA: known");
	HAS(text, "TEST_CASE_ID=bookworm_program5 RESULT=pass ", "LAVA: fixed");
	HAS(text, "TEST_CASE_ID=bookworm_program6 RESULT=unknown ", "LAVA: flaky");
	HAS(text, "TEST_CASE_ID=trixie-backports_7_2_program1 RESULT=pass ", "LAVA: names are words");
	HAS(text, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=bullseye_kernel RESULT=fail>\n", "LAVA: a lost kernel");
	free(text);
	ff_regress_free(&r);
}

/* regress.json is what the reports are made of: it must lose no result, whatever a text holds. */
static void test_json(void)
{
	struct ff_regress r;
	json_t *j, *o;
	size_t i;

	case_hostile(&r);
	j = ff_regress_json(&r);
	tap_is_int(json_array_size(json_object_get(j, "results")), r.nresults, "regress.json has each result");
	tap_is_int(json_array_size(json_object_get(j, "kernels")), r.nkernels, "and each kernel");
	json_array_foreach(json_object_get(j, "results"), i, o)
		if (json_array_size(json_object_get(o, "signatures")) != 1 || !string_of(o, "log"))
			break;
	tap_is_int(i, r.nresults, "with signatures and log");
	json_decref(j);
	ff_regress_free(&r);
}

static void test_full_disk(void)
{
	struct ff_regress r;
	FILE *f = fopen("/dev/full", "w");

	case_verdicts(&r);
	if (!f) {
		tap_skip("there is no /dev/full");
	} else {
		tap_is_int(ff_regress_ktap(&r, f), -EIO, "KTAP: a full disk is an error");
		clearerr(f);
		tap_is_int(ff_regress_junit(&r, f), -EIO, "JUnit: a full disk is an error");
		clearerr(f);
		tap_is_int(ff_regress_lava(&r, f), -EIO, "LAVA: a full disk is an error");
		fclose(f);
	}
	ff_regress_free(&r);
}

int main(void)
{
	test_clean();
	test_labels();
	test_ktap();
	test_ktap_hostile();
	test_junit();
	test_kcidb();
	test_kcidb_limits();
	test_lava();
	test_json();
	test_full_disk();
	return tap_done();
}
