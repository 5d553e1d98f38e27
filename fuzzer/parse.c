// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs from text (docs/programs.md). This file knows what lines look
 * like; what a legal program is, ff_program_check() says.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fuzzer/call.h"
#include "fuzzer/delay.h"
#include "fuzzer/program.h"
#include "fuzzer/text.h"

#define LINE_MAX_LEN	4096
#define HEAD		"# foliofuzz "

struct parser {
	struct ff_program *p;
	struct ff_error *e;
	unsigned int line;
	unsigned int thread;	/* whose calls these are, FF_SETUP too */
	bool target, list;	/* seen: the target line, a setup or thread line */
};

#define FAIL(s, ...)	ff_fail((s)->e, (s)->line, __VA_ARGS__)

static int check_characters(struct parser *s, struct ff_str line)
{
	size_t bad = ff_str_clean(line);

	if (line.n > LINE_MAX_LEN)
		return FAIL(s, "a line of %zu characters: at most %d were expected", line.n,
			    LINE_MAX_LEN);
	if (bad < line.n)
		return FAIL(s, "byte 0x%02x at column %zu: UTF-8 text without control characters was "
			    "expected", (unsigned char)line.s[bad], bad + 1);
	return 0;
}

static int parse_head(struct parser *s, struct ff_str line)
{
	struct ff_str number = line;
	uint64_t version;

	if (line.n > strlen(HEAD) && !memcmp(line.s, HEAD, strlen(HEAD))) {
		number.s += strlen(HEAD);
		number.n -= strlen(HEAD);
		if (!ff_str_number(number, &version)) {
			if (version == FF_TEXT_VERSION)
				return 0;
			return FAIL(s, "programs of version %" PRIu64 ": this build reads version %d",
				    version, FF_TEXT_VERSION);
		}
	}
	return FAIL(s, "\"%.*s\": the first line of a program, \"" HEAD "%d\", was expected",
		    FF_SHOW(line), FF_TEXT_VERSION);
}

/* "# seed 7 number 12" says where a program comes from; all else is a comment. */
static void parse_comment(struct parser *s, struct ff_str rest)
{
	struct ff_str hash = ff_str_word(&rest), seed = ff_str_word(&rest);
	struct ff_str a = ff_str_word(&rest), number = ff_str_word(&rest);
	struct ff_str b = ff_str_word(&rest);
	uint64_t va, vb;

	if (!ff_str_is(hash, "#") || !ff_str_is(seed, "seed") || !ff_str_is(number, "number") ||
	    rest.n || ff_str_number(a, &va) || ff_str_number(b, &vb) || !va)
		return;		/* seeds are from 1 on */
	s->p->seed = va;
	s->p->number = vb;
}

static int parse_target(struct parser *s, struct ff_str rest)
{
	char text[LINE_MAX_LEN + 1];

	if (s->target)
		return FAIL(s, "a second target: one was expected");
	memcpy(text, rest.s, rest.n);
	text[rest.n] = '\0';
	s->target = true;
	if (!ff_target_parse(text, &s->p->target, s->e))
		return 0;
	if (s->e)
		s->e->line = s->line;
	return -EINVAL;
}

static int parse_delay(struct parser *s, struct ff_str rest)
{
	char text[LINE_MAX_LEN + 1];

	if (s->list)
		return FAIL(s, "a delay after calls: it comes before setup and threads");
	if (s->p->ndelays == FF_MAX_DELAYS)
		return FAIL(s, "more than %d delays in the program", FF_MAX_DELAYS);
	memcpy(text, rest.s, rest.n);
	text[rest.n] = '\0';
	if (!ff_delay_parse(text, &s->p->delay[s->p->ndelays], s->e)) {
		s->p->ndelays++;
		return 0;
	}
	if (s->e)
		s->e->line = s->line;
	return -EINVAL;
}

static int parse_setup(struct parser *s, struct ff_str rest)
{
	if (rest.n)
		return FAIL(s, "setup: \"%.*s\" after it: the end of the line was expected",
			    FF_SHOW(rest));
	if (s->list)
		return FAIL(s, s->p->nthreads ? "setup after a thread: it comes before them" :
						"a second setup: one was expected");
	s->list = true;
	s->thread = FF_SETUP;
	return 0;
}

static int parse_thread(struct parser *s, struct ff_str rest)
{
	struct ff_str word = ff_str_word(&rest);
	uint64_t n;

	if (ff_str_number(word, &n) || n >= FF_MAX_THREADS)
		return FAIL(s, "thread \"%.*s\": a number from 0 to %d was expected", FF_SHOW(word),
			    FF_MAX_THREADS - 1);
	if (n != s->p->nthreads)
		return FAIL(s, "thread %" PRIu64 ": thread %u was expected, they are numbered in order",
			    n, s->p->nthreads);
	if (rest.n)
		return FAIL(s, "thread: \"%.*s\" after the number: the end of the line was expected",
			    FF_SHOW(rest));
	s->list = true;
	s->thread = n;
	s->p->nthreads = n + 1;
	return 0;
}

static int unknown_call(struct parser *s, struct ff_str word)
{
	unsigned int id, d, best = word.n > 4 ? 3 : 2;
	const char *near = NULL;

	for (id = 0; id < FF_OPS; id++) {
		d = ff_str_distance(word, ff_op(id)->name);
		if (d < best) {
			best = d;
			near = ff_op(id)->name;
		}
	}
	if (near)
		return FAIL(s, "unknown call \"%.*s\"; did you mean \"%s\"?", FF_SHOW(word), near);
	return FAIL(s, "unknown call \"%.*s\": a call, \"thread N\" or a comment was expected",
		    FF_SHOW(word));
}

/* "h3": one of @letters and a digit. */
static bool slot_word(struct ff_str w, const char *letters, char *letter, uint64_t *slot)
{
	struct ff_str digits = { w.s + 1, w.n ? w.n - 1 : 0 };

	if (w.n != 2 || !strchr(letters, w.s[0]) || ff_str_number(digits, slot) ||
	    *slot >= FF_MAX_SLOTS)
		return false;
	*letter = w.s[0];
	return true;
}

static int bad_arg(struct parser *s, const struct ff_op *op, const struct ff_arg_spec *spec,
		   struct ff_str w, const char *expected)
{
	return FAIL(s, "%s: %s \"%.*s\": %s was expected", op->name, spec->name, FF_SHOW(w),
		    expected);
}

static int bad_word(struct parser *s, const struct ff_op *op, const struct ff_arg_spec *spec,
		    struct ff_str w)
{
	char list[256] = "";
	struct ff_out o = { list, sizeof(list), 0 };

	ff_out_words(&o, spec->words);
	if (spec->type == FF_ARG_FLAGS && !ff_word_of(spec->words, 0))
		ff_out(&o, ", or none");
	return FAIL(s, "%s: %s \"%.*s\" is not known; one of: %s", op->name, spec->name,
		    FF_SHOW(w), list);
}

static const struct ff_word *find_word(const struct ff_word *words, struct ff_str w)
{
	for (; words && words->name; words++)
		if (ff_str_is(w, words->name))
			return words;
	return NULL;
}

static int parse_flags(struct parser *s, const struct ff_op *op, const struct ff_arg_spec *spec,
		       struct ff_str word, uint64_t *value)
{
	const struct ff_word *w;
	struct ff_str part;

	*value = 0;
	if (ff_str_is(word, "none"))
		return 0;
	while (ff_str_part(&word, '|', &part)) {
		w = find_word(spec->words, part);
		if (!w)
			return bad_word(s, op, spec, part);
		*value |= w->value;
	}
	return 0;
}

static int parse_bytes(struct parser *s, const struct ff_op *op, const struct ff_arg_spec *spec,
		       struct ff_str w, uint64_t *value)
{
	int err = spec->type == FF_ARG_NUMBER ? ff_str_number(w, value) : ff_str_bytes(w, value);

	if (err == -ERANGE)
		return bad_arg(s, op, spec, w, "a number below 2^64");
	if (err)
		return bad_arg(s, op, spec, w, spec->type == FF_ARG_NUMBER ? "a number" :
			       "a number of bytes with K or M");
	return 0;
}

static int parse_slot(struct parser *s, const struct ff_op *op, const struct ff_arg_spec *spec,
		      struct ff_str w, uint64_t *value)
{
	static const struct { const char *letters, *expected; } kind[] = {
		[FF_ARG_FILE]	= { "f", "a file, f0 to f7," },
		[FF_ARG_HANDLE]	= { "h", "a handle, h0 to h7," },
		[FF_ARG_MAP]	= { "m", "a map, m0 to m7," },
		[FF_ARG_MEMORY]	= { "mb", "a map or a buffer, m0 to m7 or b0 to b7," },
	};
	char letter;

	_Static_assert(FF_MAX_SLOTS == 8, "the texts above say 7");
	if (!slot_word(w, kind[spec->type].letters, &letter, value))
		return bad_arg(s, op, spec, w, kind[spec->type].expected);
	if (letter == 'b')
		*value += FF_MEM_BUFFER;
	return 0;
}

/* One piece, "b0:4K:512". */
static int parse_piece(struct parser *s, const struct ff_op *op, const struct ff_arg_spec *spec,
		       struct ff_str piece, struct ff_vec *v)
{
	struct ff_str rest = piece, mem, off, len;
	uint64_t slot, bytes;
	char letter;

	if (!ff_str_part(&rest, ':', &mem) || !ff_str_part(&rest, ':', &off) ||
	    !ff_str_part(&rest, ':', &len) || rest.s ||
	    !slot_word(mem, "mb", &letter, &slot) || ff_str_bytes(off, &v->off) ||
	    ff_str_bytes(len, &bytes))
		return bad_arg(s, op, spec, piece, "a piece like b0:4K:512 (memory:offset:length)");
	if (bytes > FF_MAX_SIZE)
		return bad_arg(s, op, spec, piece, "a length of at most 16M");
	_Static_assert(FF_MAX_SIZE == 16 << 20, "the text above says 16M");
	v->mem = slot + (letter == 'b' ? FF_MEM_BUFFER : 0);
	v->len = bytes;
	return 0;
}

static int parse_vector(struct parser *s, const struct ff_op *op, const struct ff_arg_spec *spec,
			struct ff_str w, struct ff_call *c)
{
	struct ff_str in = { w.s + 1, w.n - 2 }, piece;
	int err;

	if (w.n < 3 || w.s[0] != '[' || w.s[w.n - 1] != ']')
		return bad_arg(s, op, spec, w, "a list like [b0:0:512,m0:4K:100]");
	while (ff_str_part(&in, ',', &piece)) {
		if (c->nvec == FF_MAX_VECS)
			return FAIL(s, "%s: %s \"%.*s\" has more than %d pieces", op->name, spec->name,
				    FF_SHOW(w), FF_MAX_VECS);
		piece = ff_str_word(&piece);
		err = parse_piece(s, op, spec, piece, &c->vec[c->nvec++]);
		if (err)
			return err;
	}
	return 0;
}

static int parse_arg(struct parser *s, const struct ff_op *op, unsigned int i, struct ff_str w,
		     struct ff_call *c)
{
	const struct ff_arg_spec *spec = &op->arg[i];
	const struct ff_word *word;

	switch (spec->type) {
	case FF_ARG_FILE:
	case FF_ARG_HANDLE:
	case FF_ARG_MAP:
	case FF_ARG_MEMORY:
		return parse_slot(s, op, spec, w, &c->arg[i]);
	case FF_ARG_OFFSET:
	case FF_ARG_LENGTH:
	case FF_ARG_NUMBER:
		return parse_bytes(s, op, spec, w, &c->arg[i]);
	case FF_ARG_CHOICE:
		word = find_word(spec->words, w);
		if (!word)
			return bad_word(s, op, spec, w);
		c->arg[i] = word->value;
		return 0;
	case FF_ARG_FLAGS:
		return parse_flags(s, op, spec, w, &c->arg[i]);
	case FF_ARG_VECTOR:
		return parse_vector(s, op, spec, w, c);
	case FF_ARG_NONE:
		break;
	}
	return 0;
}

/* The next argument: a word, or a whole [list], which may have blanks inside. */
static struct ff_str take_arg(struct ff_str *rest)
{
	struct ff_str w = *rest;
	const char *end;

	if (!w.n || w.s[0] != '[')
		return ff_str_word(rest);
	end = memchr(w.s, ']', w.n);
	if (!end)
		return ff_str_word(rest);
	while (end + 1 < rest->s + rest->n && end[1] != ' ' && end[1] != '\t')
		end++;
	w.n = end + 1 - w.s;
	rest->s += w.n;
	rest->n -= w.n;
	if (rest->n)
		rest->s++, rest->n--;
	return w;
}

static int parse_args(struct parser *s, const struct ff_op *op, struct ff_str rest,
		      struct ff_call *c)
{
	unsigned int i, n = ff_op_nargs(op);
	char usage[128];
	struct ff_out o = { usage, sizeof(usage), 0 };
	struct ff_str arg, word;
	int err;

	ff_out_usage(&o, op);
	for (i = 0; i < n; i++) {
		while (rest.n && (*rest.s == ' ' || *rest.s == '\t'))
			rest.s++, rest.n--;
		if (!rest.n && i == n - 1 && op->arg[i].type == FF_ARG_FLAGS)
			return 0;	/* flags at the end may be left out: none */
		if (!rest.n)
			return FAIL(s, "%s: %s is missing: \"%s\" was expected", op->name,
				    op->arg[i].name, usage);
		arg = take_arg(&rest);
		word = arg;
		if (ff_op_joined(op, i) && memchr(arg.s, '|', arg.n))
			ff_str_part(&arg, '|', &word);
		err = parse_arg(s, op, i, word, c);
		if (!err && word.s != arg.s)
			err = parse_arg(s, op, ++i, arg, c);
		if (err)
			return err;
	}
	if (ff_str_word(&rest).n)
		return FAIL(s, "%s: more than %u argument%s: \"%s\" was expected", op->name, n,
			    n == 1 ? "" : "s", usage);
	return 0;
}

/* "h0 =" before a call: fills @made and leaves the call in @rest. */
static int parse_result(struct parser *s, struct ff_str *rest, struct ff_str *made)
{
	struct ff_str after = *rest, before, left;
	char letter;
	uint64_t slot;

	ff_str_part(&after, '=', &before);
	if (!after.s)
		return 0;
	before = left = ff_str_trim(before);
	*made = ff_str_word(&left);
	if (left.n || !slot_word(*made, "hmb", &letter, &slot))
		return FAIL(s, "\"%.*s\" before \"=\": one slot, h0 to h7, m0 to m7 or b0 to b7, "
			    "was expected", FF_SHOW(before));
	*rest = after;
	return 0;
}

static int parse_call(struct parser *s, struct ff_str rest)
{
	struct ff_call c = { .thread = s->thread, .line = s->line };
	struct ff_str made = { NULL, 0 }, name;
	const struct ff_op *op;
	char need, letter = 0;
	uint64_t slot = 0;
	int id, err;

	err = parse_result(s, &rest, &made);
	if (err)
		return err;
	name = ff_str_word(&rest);
	id = ff_op_find(name.s, name.n);
	if (id < 0)
		return unknown_call(s, name);
	op = ff_op(id);
	need = ff_slot_letter(op->result);
	if (made.s && op->result == FF_RESULT_NONE)
		return FAIL(s, "%s makes nothing: no \"%.*s =\" before it was expected", op->name,
			    FF_SHOW(made));
	if (op->result != FF_RESULT_NONE &&
	    (!made.s || !slot_word(made, "hmb", &letter, &slot) || letter != need))
		return FAIL(s, "%s: \"%c0 = %s ...\" or another of %c0 to %c7 was expected", op->name,
			    need, op->name, need, need);
	if (s->p->ncalls == FF_MAX_CALLS)
		return FAIL(s, "more than %d calls in the program", FF_MAX_CALLS);
	c.op = id;
	c.slot = slot;
	err = parse_args(s, op, rest, &c);
	if (!err)
		s->p->call[s->p->ncalls++] = c;
	return err;
}

static int parse_line(struct parser *s, struct ff_str line)
{
	const char *hash = memchr(line.s, '#', line.n);
	struct ff_str text = { line.s, hash ? (size_t)(hash - line.s) : line.n };
	struct ff_str rest = text, first = ff_str_word(&rest);

	if (!first.n) {
		if (hash)
			parse_comment(s, (struct ff_str){ hash, line.s + line.n - hash });
		return 0;
	}
	if (ff_str_is(first, "target"))
		return parse_target(s, rest);
	if (!s->target)
		return FAIL(s, "\"%.*s\": the target was expected first, like \"target tmpfs\"",
			    FF_SHOW(first));
	if (ff_str_is(first, "delay"))
		return parse_delay(s, rest);
	if (ff_str_is(first, "setup"))
		return parse_setup(s, rest);
	if (ff_str_is(first, "thread"))
		return parse_thread(s, rest);
	if (!s->list)
		return FAIL(s, "\"%.*s\": \"setup\" or \"thread 0\" was expected before calls",
			    FF_SHOW(first));
	return parse_call(s, text);
}

static int parse_lines(struct parser *s, struct ff_str rest)
{
	struct ff_str line;
	int err;

	while (ff_str_part(&rest, '\n', &line)) {
		s->line++;
		if (line.n && line.s[line.n - 1] == '\r')
			line.n--;
		err = check_characters(s, line);
		if (!err)
			err = s->line == 1 ? parse_head(s, line) : parse_line(s, line);
		if (err)
			return err;
	}
	if (!s->target)
		return FAIL(s, "no target: a line like \"target tmpfs\" was expected");
	if (!s->p->nthreads)
		return FAIL(s, "no thread: \"thread 0\" and its calls were expected");
	return 0;
}

int ff_program_parse(const char *text, size_t len, struct ff_program *p, struct ff_error *e)
{
	struct ff_program got = { 0 };
	struct parser s = { .p = &got, .e = e };

	if (parse_lines(&s, (struct ff_str){ text, len }) || ff_program_check(&got, e))
		return -EINVAL;
	ff_program_copy(p, &got);
	return 0;
}
