// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program of syzkaller as one of ours.
 *
 * Comments that ff_syz_export() wrote say what the text cannot: the target,
 * whose thread a call is of. Without them all calls are thread 0's, unless some
 * are (async): then what comes before the first of those is the setup, and the
 * calls that run beside each other go to a thread each.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "corpus/syz_in.h"
#include "fuzzer/delay.h"

#define SETUP	FF_MAX_THREADS	/* its list */

/* Program order: setup, thread 0, 1, ... */
static void gather(struct ff_syz_in *s)
{
	unsigned int t, n, most = 0;

	memset(&s->p, 0, offsetof(struct ff_program, call));
	s->p.target = s->target;
	s->p.ndelays = s->ndelays;
	memcpy(s->p.delay, s->delay, sizeof(s->p.delay));
	memcpy(s->p.call, s->list[SETUP], s->n[SETUP] * sizeof(struct ff_call));
	n = s->n[SETUP];
	for (t = 0; t < FF_MAX_THREADS; t++) {
		memcpy(s->p.call + n, s->list[t], s->n[t] * sizeof(struct ff_call));
		n += s->n[t];
		if (s->n[t])
			most = t;
	}
	s->p.ncalls = n;
	s->p.nthreads = most + 1 > s->threads ? most + 1 : s->threads;
}

bool ff_syz_arena(struct ff_syz_in *s, uint64_t *mem)
{
	struct ff_call c = { .op = FF_OP_BUFFER, .thread = FF_SETUP, .line = s->line,
			     .arg = { FF_SYZ_ARENA, PROT_READ | PROT_WRITE } };
	unsigned int slot = FF_MEMS;

	*mem = s->arena;
	if (s->arena)
		return true;
	while (slot > FF_MEM_BUFFER && s->mem[--slot].used)
		;
	if (s->mem[slot].used || s->total == FF_MAX_CALLS)
		return false;
	c.slot = (uint8_t)(slot - FF_MEM_BUFFER);
	memmove(s->list[SETUP] + 1, s->list[SETUP], s->n[SETUP] * sizeof(c));
	s->list[SETUP][0] = c;
	s->n[SETUP]++;
	s->total++;
	s->mem[slot].used = true;
	*mem = s->arena = slot;
	return true;
}

/* Into its list, if the program is legal with it. */
static void take_call(struct ff_syz_in *s, struct ff_call *c, struct ff_str text)
{
	unsigned int list = s->thread;
	struct ff_error e = { 0 };

	if (s->total == FF_MAX_CALLS)
		return ff_note(s->notes, s->line, "%.*s: a program has at most %d calls", FF_SHOW(text), FF_MAX_CALLS);
	c->thread = (uint8_t)(list == SETUP ? FF_SETUP : list);
	c->line = s->line;
	s->list[list][s->n[list]++] = *c;
	gather(s);
	if (ff_program_check(&s->p, &e)) {
		s->n[list]--;
		return ff_note(s->notes, s->line, "%.*s: %s", FF_SHOW(text), e.text);
	}
	s->total++;
	if (s->but)
		ff_note(s->notes, s->line, "%.*s: %s", FF_SHOW(text), s->but);
	ff_syz_made(s, c);
}

/* Without marks: rounds of calls that run beside each other. */
static void place_call(struct ff_syz_in *s)
{
	if (s->marked)
		return;
	if (s->call.async && !s->began_async) {
		s->began_async = true;
		for (unsigned int i = 0; i < s->n[0]; i++) {
			s->list[0][i].thread = FF_SETUP;
			s->list[SETUP][s->n[SETUP]++] = s->list[0][i];
		}
		s->n[0] = 0;
	}
	s->thread = s->round % FF_MAX_THREADS;
	s->round = s->call.async ? s->round + 1 : 0;
}

static bool comment_number(struct ff_str rest, uint64_t below, uint64_t *v)
{
	struct ff_str w = ff_str_word(&rest);

	return !rest.n && !ff_str_number(w, v) && *v < below;
}

static void comment_delay(struct ff_syz_in *s, struct ff_str rest)
{
	struct ff_error e = { .text = "more delays than a program may have" };
	char text[64] = "";

	if (rest.n < sizeof(text))
		memcpy(text, rest.s, rest.n);
	if (s->ndelays == FF_MAX_DELAYS || ff_delay_parse(text, &s->delay[s->ndelays], &e))
		ff_note(s->notes, s->line, "%s", e.text);
	else
		s->ndelays++;
}

/* "# target tmpfs", "# delay seek 1 50", "# thread 1", "# m3", "# huge": ours; all else is for people. */
static void comment(struct ff_syz_in *s, struct ff_str rest)
{
	struct ff_str first = ff_str_word(&rest), digit = { first.s + 1, first.n ? first.n - 1 : 0 };
	char target[256];
	struct ff_error e;
	uint64_t v;

	if (ff_str_is(first, "target") && rest.n < sizeof(target) && !s->total) {
		memcpy(target, rest.s, rest.n);
		target[rest.n] = '\0';
		if (ff_target_parse(target, &s->target, &e))
			ff_note(s->notes, s->line, "%s", e.text);
	} else if (ff_str_is(first, "delay") && !s->total) {
		comment_delay(s, rest);
	} else if (ff_str_is(first, "threads") && comment_number(rest, FF_MAX_THREADS + 1, &v) && v && !s->total) {
		s->threads = (unsigned int)v;
		s->marked = true;
		s->thread = SETUP;
	} else if (ff_str_is(first, "thread") && s->marked && comment_number(rest, FF_MAX_THREADS, &v)) {
		s->thread = (unsigned int)v;
	} else if (s->marked && first.n == 2 && (first.s[0] == 'm' || first.s[0] == 'b') && !rest.n &&
		   !ff_str_number(digit, &v)) {
		s->want = (int)v;
		s->want_buffer = first.s[0] == 'b';
	} else if (s->marked && ff_str_is(first, "huge") && !rest.n) {
		s->huge = true;
	}
}

static void one_line(struct ff_syz_in *s, struct ff_str text)
{
	const char *why;
	struct ff_call c;

	text = ff_str_trim(text);
	if (!text.n)
		return;
	if (ff_str_clean(text) < text.n)
		return ff_note(s->notes, s->line, "this line is not UTF-8 text");
	if (text.s[0] == '#')
		return comment(s, (struct ff_str){ text.s + 1, text.n - 1 });
	why = ff_syz_line(text, &s->call);
	if (why)
		return ff_note(s->notes, s->line, "%.*s: %s", FF_SHOW(text), why);
	if (ff_syz_call(s, &c, &why)) {
		place_call(s);
		take_call(s, &c, text);
	} else if (why) {
		ff_note(s->notes, s->line, "%.*s: %s", FF_SHOW(text), why);
	}
	if (!why && s->call.props.n)
		ff_note(s->notes, s->line, "%.*s: only the property \"%.*s\" is left out", FF_SHOW(text),
			FF_SHOW(s->call.props));
}

int ff_syz_import(const char *text, size_t len, const struct ff_target *target, ff_take take, void *to,
		  struct ff_notes *notes)
{
	struct ff_str rest = { text, len }, line;
	struct ff_syz_in *s = calloc(1, sizeof(*s));
	int ret = -EINVAL;

	if (!s)
		return -ENOMEM;
	s->target = *target;
	s->notes = notes;
	s->want = -1;
	while (ff_str_part(&rest, '\n', &line)) {
		s->line++;
		one_line(s, line);
	}
	gather(s);
	if (s->total || s->marked)
		ret = take(to, &s->p);
	free(s);
	return ret;
}
