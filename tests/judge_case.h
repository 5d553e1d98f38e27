/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of the oracles: a history as text, judged. */
#ifndef FOLIOFUZZ_TESTS_JUDGE_CASE_H
#define FOLIOFUZZ_TESTS_JUDGE_CASE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/case_text.h"
#include "tests/tap.h"

/* A whole file, NUL after it; NULL with a message. The caller frees it. */
__attribute__((unused))
static char *slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	size_t room = 1 << 20;
	char *text;

	if (!f) {
		tap_diag("%s: %s", path, strerror(errno));
		return NULL;
	}
	text = malloc(room);
	*len = text ? fread(text, 1, room - 1, f) : 0;
	if (text)
		text[*len] = '\0';
	fclose(f);
	return text;
}

/* Judge a text by some oracles ("data", "all"); 0, or -1 with a message. */
__attribute__((unused))
static int judge_text(const char *oracles, const char *text, struct ff_findings *out)
{
	struct ff_error e = { 0 };
	struct ff_judge *j;
	struct ff_case *c;
	uint32_t bits;
	char why[200];

	out->n = 0;
	if (ff_oracles_parse(oracles, &bits, why, sizeof(why))) {
		tap_diag("%s", why);
		return -1;
	}
	if (ff_case_read(text, strlen(text), &c, &e)) {
		tap_diag("line %u: %s", e.line, e.text);
		return -1;
	}
	j = ff_judge_open(bits);
	ff_judge(j, c, out);
	ff_judge_close(j);
	ff_case_free(c);
	return 0;
}

__attribute__((unused))
static void show_findings(const struct ff_findings *all)
{
	unsigned int i;

	for (i = 0; i < all->n; i++)
		tap_diag("%s: %s\n%s", all->f[i].signature, all->f[i].what, all->f[i].evidence);
}

#endif
