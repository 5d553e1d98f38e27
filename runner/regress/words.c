// SPDX-License-Identifier: GPL-2.0-only
/* Names and texts of a regression run, as every format can carry them. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzer/text.h"
#include "runner/regress/formats.h"

/* U+FFFE and U+FFFF: UTF-8, but no characters, and XML 1.0 forbids them. */
static bool no_character(const char *s, size_t n)
{
	return n >= 3 && !memcmp(s, "\xef\xbf", 2) && ((unsigned char)s[2] & 0xfe) == 0xbe;
}

/* Bytes at @s that may stay as they are: one character; 0: it must be escaped. */
static size_t character(const char *s, size_t n, int lines)
{
	unsigned char first = (unsigned char)*s;
	size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	if (*s == '\n')
		return lines != 0;
	return len <= n && ff_str_clean((struct ff_str){ s, len }) == len && !no_character(s, len) ? len : 0;
}

char *ff_regress_clean(const char *text, size_t max, int lines)
{
	size_t n = strlen(text), i = 0, len = 0, take;
	char *out = malloc((4 * n < max ? 4 * n : max) + 1);

	if (!out)
		return NULL;
	for (; i < n; i += take ? take : 1) {
		take = character(text + i, n - i, lines);
		if (len + (take ? take : 4) > max)
			break;
		if (take)
			memcpy(out + len, text + i, take);
		else
			sprintf(out + len, "\\x%02x", (unsigned char)text[i]);
		len += take ? take : 4;
	}
	out[len] = '\0';
	return out;
}

static void word(const char *name, char *label, size_t n)
{
	size_t i;

	while (*name && !isalnum((unsigned char)*name))
		name++;
	for (i = 0; name[i] && i + 1 < n; i++)
		label[i] = isalnum((unsigned char)name[i]) || name[i] == '-' ? name[i] : '_';
	label[i] = '\0';
	if (!i)
		snprintf(label, n, "kernel");
}

void ff_regress_label(const struct ff_regress *r, unsigned int kernel, char *label, size_t n)
{
	char other[sizeof(r->kernels->name)];

	word(r->kernels[kernel].name, label, n);
	for (unsigned int i = 0; i < r->nkernels; i++) {
		word(r->kernels[i].name, other, sizeof(other) < n ? sizeof(other) : n);
		if (i != kernel && !strcmp(label, other)) {
			/* The number goes in front, where no long name cuts it off. */
			snprintf(label, n, "%u-%s", kernel + 1, other);
			return;
		}
	}
}

unsigned int ff_regress_of_kernel(const struct ff_regress *r, unsigned int kernel)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < r->nresults; i++)
		n += r->results[i].kernel == kernel;
	return n;
}

int ff_regress_lost(const struct ff_regress *r, unsigned int kernel)
{
	if (!r->kernels[kernel].skipped[0])
		return 0;
	for (unsigned int i = 0; i < r->nresults; i++)
		if (r->results[i].kernel == kernel && r->results[i].verdict != FF_REGRESS_SKIP)
			return 0;
	return 1;
}

static void numbers(FILE *f, const struct ff_regress_result *x)
{
	fprintf(f, "runs: %u, with findings: %u\n", x->runs, x->hits);
	if (x->rate >= 0)
		fprintf(f, "baseline: %.3g hits per run\n", x->rate);
	if (x->miss_odds >= 0)
		fprintf(f, "odds that a bug as frequent showed in none of these runs: %.2g\n", x->miss_odds);
}

static void about(FILE *f, const struct ff_regress_program *p)
{
	if (p->about[0])
		fprintf(f, "about: %s\n", p->about);
	if (p->source[0])
		fprintf(f, "source: %s\n", p->source);
}

static void log_lines(FILE *f, const char *log)
{
	size_t left = FF_REGRESS_LOG_MAX, n;

	for (; *log && left; log += n + (log[n] == '\n')) {
		n = strcspn(log, "\n");
		if (n > left)
			n = left;
		fprintf(f, "log: %.*s\n", (int)n, log);
		left -= n;
		if (!left)
			break;
	}
	if (*log && !left)
		fprintf(f, "log: (cut here; regress.json has all of it)\n");
}

char *ff_regress_details(const struct ff_regress *r, const struct ff_regress_result *x)
{
	char *raw = NULL, *text = NULL;
	size_t n;
	FILE *f = open_memstream(&raw, &n);

	if (!f)
		return NULL;
	if (x->verdict != FF_REGRESS_PASS)
		about(f, &r->programs[x->program]);
	if (x->runs)
		numbers(f, x);
	for (unsigned int i = 0; i < x->nsignatures; i++)
		fprintf(f, "saw: %s in %u of %u runs%s%s\n", x->signatures[i].signature, x->signatures[i].hits, x->runs,
			x->signatures[i].what[0] ? ": " : "", x->signatures[i].what);
	for (unsigned int i = 0; i < x->nexpected && x->verdict != FF_REGRESS_PASS; i++)
		fprintf(f, "expected: %s: %s\n", x->expected[i].signature, x->expected[i].known);
	if (x->log)
		log_lines(f, x->log);
	if (!fclose(f))
		text = ff_regress_clean(raw, 8 * n + 1, 1);
	free(raw);
	return text;
}
