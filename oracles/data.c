// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data law: every byte that a load or read showed was written by a write
 * that overlaps it in time or is the latest completed before it in some legal
 * order. legal.c is the law, lenient.c its exceptions, this the scan.
 */
#include <string.h>

#include "oracles/explain.h"
#include "oracles/laws.h"

/* struct look - one SEE effect, while its runs are judged */
struct look {
	const struct ff_model *m;
	const struct ff_effect *see;
	struct ff_bad bad;
};

static bool legal(struct look *l, uint64_t off, uint64_t *len, const struct ff_seen *s)
{
	struct ff_walk w = { .m = l->m, .call = l->see->call };

	return ff_legal(&w, l->see->obj, off, len, s, l->see->from, l->see->until);
}

/* Are there at least two things that this byte may show? Then a word may be torn. */
static bool may_be_torn(struct look *l, uint64_t off)
{
	struct ff_walk w = { .m = l->m, .call = l->see->call };
	const struct ff_effect *legal[2];
	bool initial;

	return ff_visible(&w, l->see->obj, off, l->see->from, l->see->until, legal, 2,
			  &initial) + initial > 1;
}

static void found(struct look *l, uint64_t off, uint64_t len, const struct ff_seen *s)
{
	l->bad.see = l->see;
	l->bad.off = off;
	l->bad.len = len;
	l->bad.seen = *s;
}

/*
 * Bytes one by one: for parts of words, and for words that are no version's.
 * A word that two writes share decodes as nothing, or as anything.
 */
static bool bytes_legal(struct look *l, uint64_t off, const uint8_t *byte, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct ff_seen s = { .kind = FF_SEEN_BYTE, .byte = byte[i] };
		uint64_t one = 1;

		if (!legal(l, off + i, &one, &s)) {
			found(l, off + i, 1, &s);
			memcpy(l->bad.raw, byte, n);
			l->bad.nraw = n;
			return false;
		}
	}
	return true;
}

static uint16_t epoch_of(const struct look *l, const struct ff_run *r)
{
	return r->version == FF_VERSION_BASE ? FF_EPOCH_BASE : l->m->c->history->epoch;
}

/* The bytes that a run shows at [off, off + n), n <= 8, within one word of it. */
static bool run_bytes(const struct look *l, const struct ff_run *r, uint64_t off, unsigned int n,
		      uint8_t *byte)
{
	uint64_t at = off - r->off;
	unsigned int i;

	for (i = 0; i < n; i++, at++) {
		if (r->kind == FF_RUN_ZERO)
			byte[i] = 0;
		else if (r->kind == FF_RUN_OWN)
			byte[i] = ff_content_byte(epoch_of(l, r), r->obj, r->value + at, r->version);
		else if (at < 8)
			byte[i] = r->value >> (8 * at);
		else
			return false;	/* only the first word of a foreign run is kept */
	}
	return true;
}

static void seen_of(const struct ff_run *r, uint64_t off, struct ff_seen *s)
{
	memset(s, 0, sizeof(*s));
	if (r->kind == FF_RUN_OWN) {
		s->kind = FF_SEEN_WORDS;
		s->version = r->version;
		s->obj = r->obj;
		s->place = r->value + (off - r->off);
	} else {
		s->kind = r->kind == FF_RUN_ZERO ? FF_SEEN_ZERO : FF_SEEN_FOREIGN;
	}
}

/* A foreign word whose parts have different histories that all end in foreign content. */
static bool foreign_legal(struct look *l, uint64_t off, unsigned int n)
{
	struct ff_seen s = { .kind = FF_SEEN_FOREIGN };
	unsigned int i;

	for (i = 0; i < n; i++) {
		uint64_t one = 1;

		if (!legal(l, off + i, &one, &s))
			return false;
	}
	return true;
}

/* One word or a part of one that is not legal as a whole. */
static bool part_legal(struct look *l, const struct ff_run *r, uint64_t off, unsigned int n)
{
	uint8_t byte[8];

	if (!run_bytes(l, r, off, n, byte))
		return foreign_legal(l, off, n) || may_be_torn(l, off);
	return bytes_legal(l, off, byte, n);
}

static bool words_legal(struct look *l, const struct ff_run *r, uint64_t end)
{
	uint64_t off = r->off, len, all;
	struct ff_seen s;

	while (off < end) {
		len = 8 - off % 8;
		if (len > end - off)
			len = end - off;
		if (len == 8) {
			all = (end - off) & ~7ULL;
			seen_of(r, off, &s);
			if (legal(l, off, &all, &s) && all >= 8) {
				off += all & ~7ULL;
				continue;
			}
		}
		if (!part_legal(l, r, off, len)) {
			/* whole words say more than a byte, where all of one is alike */
			if (len == 8 && all >= 8)
				found(l, off, all, &s);
			return false;
		}
		/* a torn foreign word: those that follow it in the run are not known */
		if (r->kind == FF_RUN_FOREIGN && off == r->off)
			return true;
		off += len;
	}
	return true;
}

static bool run_legal(struct look *l, const struct ff_run *r, uint64_t end)
{
	uint8_t byte[8];
	unsigned int n;

	if (r->off >= end || !r->len)
		return true;
	if (r->len < end - r->off)
		end = r->off + r->len;
	l->bad.nraw = 0;
	switch (r->kind) {
	case FF_RUN_ZERO:
	case FF_RUN_OWN:
	case FF_RUN_FOREIGN:
		return words_legal(l, r, end);
	case FF_RUN_RAW:
		n = end - r->off < 8 ? end - r->off : 8;
		run_bytes(l, r, r->off, n, byte);
		return bytes_legal(l, r->off, byte, n);
	}
	return true;		/* not seen */
}

/*
 * Where the look ends for the law. A mapping shows more than the file has, up
 * to the end of the last page; of what is there mmap(2) says nothing certain.
 */
static uint64_t end_of_look(const struct ff_model *m, const struct ff_effect *see)
{
	int file = ff_model_file(m, see->obj);

	if (file < 0 || (see->obj < FF_MAX_SLOTS && !(see->flags & FF_EFFECT_MAPPED)))
		return FF_MODEL_END;
	return ff_size_min(m, file, see->from, see->until);
}

static void judge_look(const struct ff_model *m, const struct ff_effect *see,
		       struct ff_findings *out)
{
	struct look l = { .m = m, .see = see };
	const struct ff_run *run;
	uint64_t end = end_of_look(m, see);
	unsigned int i, n;

	run = ff_model_runs(m, see, &n);
	for (i = 0; i < n; i++) {
		if (run_legal(&l, &run[i], end))
			continue;
		ff_explain(m, &l.bad, out);
		return;		/* the first says enough of this call */
	}
}

void ff_judge_data(const struct ff_case *c, void *model, struct ff_findings *out)
{
	const struct ff_model *m = model;
	unsigned int i;

	(void)c;
	for (i = 0; i < m->nobserve; i++) {
		if (m->observe[i].kind == FF_EFFECT_SEE)
			judge_look(m, &m->observe[i], out);
	}
}
