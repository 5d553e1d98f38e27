// SPDX-License-Identifier: GPL-2.0-only
/* Pieces of text, numbers, bounded output and messages: see text.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fuzzer/text.h"

#define SHOWN	40	/* bytes of a word in a message */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

int ff_str_shown(struct ff_str w)
{
	size_t n = w.n;

	if (n > SHOWN) {
		n = SHOWN;
		while (n && (w.s[n] & 0xc0) == 0x80)	/* inside a UTF-8 character */
			n--;
	}
	return (int)n;
}

bool ff_str_is(struct ff_str w, const char *word)
{
	return strlen(word) == w.n && !memcmp(w.s, word, w.n);
}

/* Bytes of the UTF-8 character at @s, of at most @n; 0 when it is none. */
static size_t utf8_len(const unsigned char *s, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2, i;
	uint32_t c = s[0] & (0x7f >> (len == 1 ? 0 : len));

	if (len == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4 || len > n)
		return 0;
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || c < 0xa0)
		return 0;	/* overlong, beyond Unicode, surrogate, C1 control */
	return len;
}

size_t ff_str_clean(struct ff_str line)
{
	const unsigned char *at = (const unsigned char *)line.s;
	size_t i, len;

	for (i = 0; i < line.n; i += len) {
		len = utf8_len(at + i, line.n - i);
		if (!len || (at[i] < ' ' && at[i] != '\t') || at[i] == 0x7f)
			break;
	}
	return i;
}

struct ff_str ff_str_trim(struct ff_str s)
{
	while (s.n && is_blank(*s.s))
		s.s++, s.n--;
	while (s.n && is_blank(s.s[s.n - 1]))
		s.n--;
	return s;
}

struct ff_str ff_str_word(struct ff_str *rest)
{
	struct ff_str w;

	*rest = ff_str_trim(*rest);
	w = (struct ff_str){ rest->s, 0 };
	while (w.n < rest->n && !is_blank(w.s[w.n]))
		w.n++;
	rest->s += w.n;
	rest->n -= w.n;
	*rest = ff_str_trim(*rest);
	return w;
}

bool ff_str_part(struct ff_str *rest, char sep, struct ff_str *part)
{
	const char *at;

	if (!rest->s)
		return false;
	part->s = rest->s;
	at = memchr(rest->s, sep, rest->n);
	if (!at) {
		part->n = rest->n;
		rest->s = NULL;
		rest->n = 0;
		return true;
	}
	part->n = at - rest->s;
	rest->s = at + 1;
	rest->n -= part->n + 1;
	return true;
}

int ff_str_number(struct ff_str w, uint64_t *value)
{
	uint64_t v = 0;
	bool big = false;
	size_t i;

	if (!w.n)
		return -EINVAL;
	for (i = 0; i < w.n; i++) {
		if (w.s[i] < '0' || w.s[i] > '9')
			return -EINVAL;
		big |= __builtin_mul_overflow(v, 10, &v);
		big |= __builtin_add_overflow(v, w.s[i] - '0', &v);
	}
	*value = v;
	return big ? -ERANGE : 0;
}

int ff_str_bytes(struct ff_str w, uint64_t *value)
{
	uint64_t unit = 1;
	int err;

	if (w.n && w.s[w.n - 1] == 'K')
		unit = 1 << 10;
	else if (w.n && w.s[w.n - 1] == 'M')
		unit = 1 << 20;
	if (unit != 1)
		w.n--;
	err = ff_str_number(w, value);
	if (!err && __builtin_mul_overflow(*value, unit, value))
		err = -ERANGE;
	return err;
}

unsigned int ff_str_distance(struct ff_str a, const char *b)
{
	enum { LONG = 24 };
	unsigned int d[LONG + 1][LONG + 1], i, j, best, m = strlen(b);

	if (a.n > LONG || m > LONG)
		return 99;
	for (i = 0; i <= a.n; i++)
		for (j = 0; j <= m; j++) {
			if (!i || !j) {
				d[i][j] = i + j;
				continue;
			}
			best = d[i - 1][j - 1] + (a.s[i - 1] != b[j - 1]);
			if (best > d[i - 1][j] + 1)
				best = d[i - 1][j] + 1;
			if (best > d[i][j - 1] + 1)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a.s[i - 1] == b[j - 2] && a.s[i - 2] == b[j - 1] &&
			    best > d[i - 2][j - 2] + 1)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[a.n][m];
}

void ff_out(struct ff_out *o, const char *fmt, ...)
{
	size_t left = o->len < o->n ? o->n - o->len : 0;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(left ? o->buf + o->len : NULL, left, fmt, ap);
	va_end(ap);
	if (n > 0)
		o->len += n;
}

struct ff_size_text ff_size_text(uint64_t bytes)
{
	struct ff_size_text t;
	const char *unit = "";

	if (bytes && !(bytes & ((1 << 20) - 1))) {
		bytes >>= 20;
		unit = "M";
	} else if (bytes && !(bytes & ((1 << 10) - 1))) {
		bytes >>= 10;
		unit = "K";
	}
	snprintf(t.s, sizeof(t.s), "%llu%s", (unsigned long long)bytes, unit);
	return t;
}

void ff_out_bytes(struct ff_out *o, uint64_t bytes)
{
	ff_out(o, "%s", ff_size_text(bytes).s);
}

void ff_out_words(struct ff_out *o, const struct ff_word *words)
{
	const struct ff_word *w;

	for (w = words; w && w->name; w++)
		ff_out(o, "%s%s", w == words ? "" : ", ", w->name);
}

static void out_upper(struct ff_out *o, const char *name)
{
	for (; *name; name++)
		ff_out(o, "%c", *name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name);
}

void ff_out_usage(struct ff_out *o, const struct ff_op *op)
{
	unsigned int i, n = ff_op_nargs(op);

	if (op->result != FF_RESULT_NONE)
		ff_out(o, "%cN = ", ff_slot_letter(op->result));
	ff_out(o, "%s", op->name);
	for (i = 0; i < n; i++) {
		if (i && ff_op_joined(op, i - 1)) {
			ff_out(o, "[|");
			out_upper(o, op->arg[i].name);
			ff_out(o, "]");
			break;
		}
		ff_out(o, " ");
		switch (op->arg[i].type) {
		case FF_ARG_FILE:
			ff_out(o, "fN");
			break;
		case FF_ARG_HANDLE:
			ff_out(o, "hN");
			break;
		case FF_ARG_MAP:
			ff_out(o, "mN");
			break;
		case FF_ARG_MEMORY:
			ff_out(o, "mN|bN");
			break;
		case FF_ARG_VECTOR:
			ff_out(o, "[MEMORY:OFFSET:LENGTH,...]");
			break;
		default:
			out_upper(o, op->arg[i].name);
		}
	}
}

int ff_fail(struct ff_error *e, unsigned int line, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (!e)
		return -EINVAL;
	e->line = line;
	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(e->text))
		strcpy(e->text + sizeof(e->text) - 4, "...");
	return -EINVAL;
}
