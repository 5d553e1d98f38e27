// SPDX-License-Identifier: GPL-2.0-only
/*
 * A finding as a mail to a kernel list: what, where, how often, the program, the
 * evidence, how to see it, and the C file below. Plain ASCII; prose is wrapped, code is not.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/report/mail.h"
#include "runner/report/report.h"

#define EVIDENCE_LINES 24

static void put_ascii(FILE *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c & 0xc0) != 0x80)	/* a character of several bytes is one '?' */
			fputc(c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7f) ? c : '?', out);
	}
}

void ff_mail_wrap(FILE *out, const char *first, const char *next, const char *text)
{
	size_t column = strlen(first), word;
	bool begun = false;

	fputs(first, out);
	for (; *text; text += word) {
		text += strspn(text, " \t\n");
		word = strcspn(text, " \t\n");
		if (!word)
			break;
		if (begun && column + 1 + word > FF_MAIL_WIDTH) {
			fprintf(out, "\n%s", next);
			column = strlen(next);
		} else if (begun) {
			fputc(' ', out);
			column++;
		}
		put_ascii(out, text, word);
		column += word;
		begun = true;
	}
	fputc('\n', out);
}

static void heading(FILE *out, const char *text)
{
	fprintf(out, "\n%s\n%.*s\n\n", text, (int)strlen(text), "------------------------------------------------");
}

/* "Subject: [BUG] tmpfs: a read of the file shows something older than the latest write (6.1.0)" */
static void subject(FILE *out, const struct ff_report_finding *f)
{
	const char *target = ff_json_text(f->j, "target"), *text;

	text = ff_report_meaning(ff_json_text(f->j, "oracle"), ff_json_text(f->j, "verdict"));
	if (!*text)
		text = ff_json_text(f->j, "what");
	fputs("Subject: [BUG] ", out);
	put_ascii(out, target, strcspn(target, " \n"));
	fputs(": ", out);
	put_ascii(out, text, strcspn(text, ".:;\n"));
	fputs(" (", out);
	text = *ff_json_text(f->j, "release") ? ff_json_text(f->j, "release") : "kernel not known";
	put_ascii(out, text, strcspn(text, "\n"));
	fputs(")\n\n", out);
}

static void summary(FILE *out, const struct ff_report_finding *f)
{
	const char *meaning = ff_report_meaning(ff_json_text(f->j, "oracle"), ff_json_text(f->j, "verdict"));
	char text[600];

	ff_mail_wrap(out, "", "", *meaning ? meaning : "A law of the page cache is broken.");
	snprintf(text, sizeof(text), "%s", ff_json_text(f->j, "what"));
	fputc('\n', out);
	ff_mail_wrap(out, "    ", "    ", text);
	if (*ff_json_text(f->j, "known")) {
		fputc('\n', out);
		ff_mail_wrap(out, "Known: ", "       ", ff_json_text(f->j, "known"));
	}
}

/* The program that was replayed is the one that was found, not the minimised one. */
static void how_often(const struct ff_report_finding *f, char *text, size_t n)
{
	char seen[100];
	int used = 0;

	if (ff_json_int(f->j, "runs"))
		used = snprintf(text, n, "in %lld of %lld runs of the program that was found; ", ff_json_int(f->j, "hits"),
				ff_json_int(f->j, "runs"));
	ff_report_seen(f, seen, sizeof(seen));
	snprintf(text + used, n - (size_t)used, "seen %s", seen);
}

static void facts(FILE *out, const struct ff_report_finding *f)
{
	char text[400];

	snprintf(text, sizeof(text), "%s (%s)", ff_json_text(f->j, "release"), ff_json_text(f->j, "kernel"));
	fputc('\n', out);
	ff_mail_wrap(out, "Kernel:     ", "            ", text);
	ff_mail_wrap(out, "Runs on:    ", "            ", ff_json_text(f->j, "target"));
	how_often(f, text, sizeof(text));
	ff_mail_wrap(out, "How often:  ", "            ", text);
	if (*ff_json_text(f->j, "first_seen")) {
		snprintf(text, sizeof(text), "first %s, last %s", ff_json_text(f->j, "first_seen"),
			 ff_json_text(f->j, "last_seen"));
		ff_mail_wrap(out, "When:       ", "            ", text);
	}
	snprintf(text, sizeof(text), "%s, verdict %s; %s", ff_json_text(f->j, "oracle"), ff_json_text(f->j, "verdict"),
		 json_is_true(json_object_get(f->j, "witnessed")) ? "the cause was seen in the kernel with BPF" :
		 "the cause was not seen in the kernel");
	ff_mail_wrap(out, "Found by:   ", "            ", text);
	ff_mail_wrap(out, "Signature:  ", "            ", ff_json_text(f->j, "signature"));
}

/* Comments are prose. */
static void program_line(FILE *out, const char *line, size_t n)
{
	char text[700];

	if (*line == '#' && n < sizeof(text)) {
		snprintf(text, sizeof(text), "%.*s", (int)n, line);
		ff_mail_wrap(out, "    ", "    # ", text);
		return;
	}
	fputs("    ", out);
	put_ascii(out, line, n);
	fputc('\n', out);
}

/* Return: it is a minimised one. */
static bool program(FILE *out, const struct ff_report *r, const struct ff_report_finding *f)
{
	char *text = ff_report_file(r, f, "minimized/program.ff");
	bool small = text;

	heading(out, small ? "The program, minimised" : "The program");
	if (!text)
		text = ff_report_file(r, f, "program.ff");
	if (!text)
		fputs("(it cannot be read)\n", out);
	for (const char *at = text; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
		program_line(out, at, strcspn(at, "\n"));
	}
	free(text);
	return small;
}

/* The lines that say most stand first. Those on calls that merely ran beside it are left out. */
static void evidence(FILE *out, const char *text)
{
	unsigned int lines = 0, left = 0, beside = 0;
	char line[700];

	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		bool is_beside = !strncmp(at, "beside: ", 8);

		if (is_beside || lines >= EVIDENCE_LINES) {
			beside += is_beside;
			left += !is_beside;
			continue;
		}
		lines++;
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		ff_mail_wrap(out, "> ", ">   ", line);
	}
	if (!lines)
		fputs("(none)\n", out);
	if (left)
		fprintf(out, "> (%u more lines)\n", left);
	if (beside)
		fprintf(out, "> (%u lines on calls that ran beside it are left out)\n", beside);
}

static void reproduce(FILE *out, const struct ff_report_finding *f, bool has_c)
{
	if (has_c) {
		ff_mail_wrap(out, "", "", "With the C file below, as root. It makes its target itself, runs the program again "
			     "and again, and says whether it saw the bug (exit status 1: seen, 0: not seen, 4: it cannot "
			     "run here):");
		fputs("\n    gcc -O2 -pthread -o repro repro.c && ./repro\n\n", out);
	}
	ff_mail_wrap(out, "", "", "With foliofuzz, in a VM; the text of the program above is the file program.ff:");
	fputs("\n    foliofuzz run ", out);
	put_ascii(out, ff_json_text(f->j, "guest"), strcspn(ff_json_text(f->j, "guest"), "\n"));
	fputs(" --repeat 20 program.ff\n", out);
}

int ff_report_mail(const struct ff_report *r, const struct ff_report_finding *f, FILE *out)
{
	char why[300] = "", *c = ff_report_c_file(r, f, why, sizeof(why));
	bool small, minimised;
	struct ff_report_case rc;

	ff_report_small_open(&rc, r, f);
	small = rc.c;
	if (!small)
		ff_report_case_open(&rc, r, f, "history");
	subject(out, f);
	summary(out, f);
	facts(out, f);
	minimised = program(out, r, f);
	heading(out, "Evidence");
	if (minimised && !small)
		ff_mail_wrap(out, "", "", "Of the program as it was found, not the minimised one: calls have other numbers.");
	ff_mail_wrap(out, "", "", "Calls are counted from 0, those of the setup first. Times are microseconds since the "
		     "program began, on the clock of the guest.");
	fputc('\n', out);
	evidence(out, rc.f.evidence);
	heading(out, "How to see it");
	reproduce(out, f, c);
	heading(out, "repro.c");
	if (c)
		put_ascii(out, c, strlen(c));
	else
		ff_mail_wrap(out, "There is no C file: ", "", why);
	free(c);
	ff_report_case_close(&rc);
	return 0;
}
