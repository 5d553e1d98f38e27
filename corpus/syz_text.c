// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/syz_text.h"

#include <string.h>

#define DEPTH	12	/* of arguments inside arguments */

struct reader {
	struct ff_str rest;
	struct ff_syz_line *out;
	const char *bad;
	unsigned int depth;
};

static bool fail(struct reader *r, const char *why)
{
	if (!r->bad)
		r->bad = why;
	return false;
}

static char look(struct reader *r)
{
	while (r->rest.n && (*r->rest.s == ' ' || *r->rest.s == '\t'))
		r->rest.s++, r->rest.n--;
	return r->rest.n ? *r->rest.s : '\0';
}

static bool eat(struct reader *r, char c)
{
	if (look(r) != c)
		return false;
	r->rest.s++, r->rest.n--;
	return true;
}

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

static struct ff_str word(struct reader *r)
{
	struct ff_str w;

	look(r);
	w = (struct ff_str){ r->rest.s, 0 };
	while (r->rest.n && word_char(*r->rest.s)) {
		w.n++;
		r->rest.s++, r->rest.n--;
	}
	return w;
}

static bool number_of(struct ff_str w, uint64_t *v)
{
	const char *digits = "0123456789abcdef", *at;
	size_t i;

	*v = 0;
	if (w.n < 3 || w.n > 18 || w.s[0] != '0' || w.s[1] != 'x')
		return !ff_str_number(w, v);
	for (i = 2; i < w.n; i++) {
		at = memchr(digits, w.s[i] | (w.s[i] >= 'A' && w.s[i] <= 'F' ? 0x20 : 0), 16);
		if (!at)
			return false;
		*v = *v << 4 | (uint64_t)(at - digits);
	}
	return true;
}

static bool number(struct reader *r, uint64_t *v)
{
	return number_of(word(r), v) || fail(r, "a number like 0x1000 was expected");
}

static unsigned int new_node(struct reader *r, enum ff_syz_kind kind)
{
	if (r->out->n + 1 >= FF_SYZ_NODES) {
		fail(r, "it has too many arguments");
		return 0;
	}
	r->out->node[++r->out->n] = (struct ff_syz_node){ .kind = kind };
	return r->out->n;
}

static unsigned int argument(struct reader *r);

/* Up to @end: arguments with commas between. Returns the first, 0 if none. */
static unsigned int list(struct reader *r, char end)
{
	unsigned int first = 0, last = 0, one;

	if (eat(r, end))
		return 0;
	do {
		one = argument(r);
		if (!one)
			return 0;
		if (last)
			r->out->node[last].next = one;
		else
			first = one;
		last = one;
	} while (eat(r, ','));
	if (!eat(r, end))
		fail(r, "a \",\" or the end of a list was expected");
	return first;
}

/* 'text' and "hex", with /SIZE behind. */
static unsigned int data(struct reader *r, char quote)
{
	unsigned int i = new_node(r, FF_SYZ_DATA);
	struct ff_str d = { r->rest.s + 1, 0 };
	uint64_t size;

	while (d.n + 1 < r->rest.n && d.s[d.n] != quote)
		d.n += d.s[d.n] == '\\' ? 2 : 1;
	if (d.n + 1 >= r->rest.n) {
		fail(r, "a string has no end");
		return 0;
	}
	r->rest.s += d.n + 2;
	r->rest.n -= d.n + 2;
	r->out->node[i].data = d;
	if (eat(r, '/') && !number(r, &size))
		return 0;
	return i;
}

/* Behind "&": (0xADDRESS/0xSIZE) or AUTO, then "=" and what it points at. */
static unsigned int pointer(struct reader *r)
{
	unsigned int i = new_node(r, FF_SYZ_POINTER), child;
	struct ff_syz_node *n = &r->out->node[i];
	struct ff_str w;

	if (eat(r, '(')) {
		if (!number(r, &n->value) || (eat(r, '/') && !number(r, &n->size)))
			return 0;
		if (!eat(r, ')'))
			fail(r, "a \")\" was expected behind an address");
	} else {
		w = word(r);
		if (!ff_str_is(w, "AUTO"))
			fail(r, "an address was expected behind \"&\"");
		n->other = true;
	}
	if (!eat(r, '='))
		return i;
	if (r->rest.n > 3 && !memcmp(r->rest.s, "ANY=", 4)) {
		r->rest.s += 4;
		r->rest.n -= 4;
	}
	child = argument(r);
	r->out->node[i].child = child;
	return i;
}

/* "<r2=>0x0": what the kernel writes there gets a name that no call of ours has. */
static unsigned int result(struct reader *r)
{
	struct ff_str w = word(r);

	if (w.n < 2 || w.s[0] != 'r' || !eat(r, '=') || !eat(r, '>')) {
		fail(r, "\"<rN=>\" was expected");
		return 0;
	}
	return argument(r);
}

static unsigned int plain(struct reader *r)
{
	struct ff_str w = word(r), digits = { w.s + 1, w.n ? w.n - 1 : 0 };
	unsigned int i = new_node(r, FF_SYZ_NIL);
	struct ff_syz_node *n = &r->out->node[i];
	uint64_t ignore;

	if (w.n && w.s[0] == 'r' && !ff_str_number(digits, &n->value)) {
		n->kind = FF_SYZ_VARIABLE;
		while (eat(r, '/') || eat(r, '+')) {
			n->other = true;
			if (!number(r, &ignore))
				return 0;
		}
	} else if (number_of(w, &n->value)) {
		n->kind = FF_SYZ_NUMBER;
	} else if (!ff_str_is(w, "nil") && !ff_str_is(w, "AUTO") && !ff_str_is(w, "ANY")) {
		fail(r, "an argument was expected");
		return 0;
	}
	return i;
}

static unsigned int argument(struct reader *r)
{
	unsigned int i;
	char c = look(r);

	if (++r->depth > DEPTH)
		fail(r, "arguments lie too deep in each other");
	if (r->bad)
		return 0;
	switch (c) {
	case '&':
		eat(r, c);
		i = pointer(r);
		break;
	case '{':
	case '[':
		eat(r, c);
		i = new_node(r, FF_SYZ_GROUP);
		r->out->node[i].child = list(r, c == '{' ? '}' : ']');
		break;
	case '"':
	case '\'':
		i = data(r, c);
		break;
	case '<':
		eat(r, c);
		i = result(r);
		break;
	case '@':	/* a union: its name, then what it is */
		eat(r, c);
		word(r);
		i = eat(r, '=') ? argument(r) : new_node(r, FF_SYZ_NIL);
		break;
	default:
		i = plain(r);
	}
	r->depth--;
	return r->bad ? 0 : i;
}

/* "(async, fail_nth: 3)" behind a call. */
static void properties(struct reader *r)
{
	struct ff_str inside = { r->rest.s, 0 }, part;

	while (inside.n < r->rest.n && inside.s[inside.n] != ')')
		inside.n++;
	if (inside.n == r->rest.n) {
		fail(r, "a \")\" was expected behind the properties");
		return;
	}
	r->rest.s += inside.n + 1;
	r->rest.n -= inside.n + 1;
	while (ff_str_part(&inside, ',', &part)) {
		part = ff_str_trim(part);
		if (ff_str_is(part, "async"))
			r->out->async = true;
		else
			r->out->props = part;
	}
}

const char *ff_syz_line(struct ff_str text, struct ff_syz_line *out)
{
	struct reader r = { .rest = text, .out = out };
	struct ff_str name, digits, left;
	uint64_t v;

	*out = (struct ff_syz_line){ .made = -1, .props = { "", 0 } };
	name = word(&r);
	if (eat(&r, '=')) {
		digits = (struct ff_str){ name.s + 1, name.n ? name.n - 1 : 0 };
		if (!name.n || name.s[0] != 'r' || ff_str_number(digits, &v) || v > 1 << 20)
			return "\"rN = \" was expected before a call";
		out->made = (int)v;
		name = word(&r);
	}
	if (!name.n || !eat(&r, '('))
		return "a call was expected, as \"fsync(r0)\"";
	left = name;
	ff_str_part(&left, '$', &out->name);
	out->first = list(&r, ')');
	if (!r.bad && eat(&r, '('))
		properties(&r);
	if (!r.bad && look(&r) && look(&r) != '#')
		return "something stands behind the call";
	return r.bad;
}
