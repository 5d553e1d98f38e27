// SPDX-License-Identifier: GPL-2.0-only
/* Reads and writes of several pieces: whose memory, which part of it, where in the file. */
#include "fuzzer/gen_words.h"

static bool is_buffer(const struct gen_mem *m)
{
	return m->file == NONE && !m->torn && !m->ro;
}

/* A shared map of the file, or -1. */
static int map_of(struct gen *g, uint8_t t, uint8_t file)
{
	uint8_t found[FF_MAX_SLOTS];
	unsigned int n = 0;

	for (unsigned int i = 0; i < FF_MAX_SLOTS; i++)
		if (g->mem[i].used && g->mem[i].shared && g->mem[i].file == file &&
		    gen_usable(g, g->mem[i].owner, t))
			found[n++] = i;
	return n ? found[gen_random(g, n)] : -1;
}

/*
 * Whose memory: the one aimed at, or another. What is written to a file may well
 * come from a map of that file; what is read seldom goes there.
 */
static int piece_memory(struct gen *g, uint8_t t, const struct where *w, int onto, bool *here)
{
	int mem = -1;

	*here = w->mem != NONE && g->mem[w->mem].used && gen_usable(g, g->mem[w->mem].owner, t) &&
		gen_chance(g, g->mem[w->mem].file == NONE ? 85 : onto >= 0 ? 60 : 35);
	if (*here)
		return w->mem;
	if (onto >= 0 && gen_chance(g, 50))
		mem = map_of(g, t, onto);
	if (mem < 0)
		mem = gen_chance(g, 65) ? gen_any_memory(g, t, is_buffer) : gen_any_memory(g, t, NULL);
	return mem < 0 ? gen_any_memory(g, t, NULL) : mem;
}

/* One piece of memory; its offset and length multiples of @unit. @onto: the file it is written to, or -1. */
static bool piece(struct gen *g, uint8_t t, const struct where *w, int onto, uint64_t unit,
		  uint64_t most, struct ff_vec *v)
{
	bool here;
	int mem = piece_memory(g, t, w, onto, &here);
	struct where at;

	if (mem < 0)
		return false;
	at = here ? *w : gen_in_memory(g, mem);
	at.moff = at.moff / unit * unit;
	at.len = at.len < unit ? unit : at.len / unit * unit;
	if (at.len > most)
		at.len = most / unit * unit;
	/* What is read into a part of a page leaves the rest of it to others. */
	if (onto < 0 && at.len >= PAGE && gen_chance(g, 55)) {
		at.moff += gen_random(g, 4) * 512;
		at.len = gen_between(g, 1, 4) * 512;
	}
	if (!at.len || at.moff + at.len > g->mem[mem].len)
		return false;
	*v = (struct ff_vec){ .mem = mem, .off = at.moff, .len = at.len };
	return true;
}

/*
 * A write whose source is a mapping of the file it goes to: a little behind
 * that place, so that source and destination overlap as those of memmove() may.
 */
static bool beside_source(struct gen *g, unsigned int h, const struct ff_call *c, struct where *at)
{
	uint64_t before = 0, shown, pages;

	for (unsigned int i = 0; i < c->nvec; before += c->vec[i].len, i++) {
		const struct gen_mem *m = &g->mem[c->vec[i].mem];

		if (m->file != g->handle[h].file)
			continue;
		pages = (before + c->vec[i].len) / PAGE;
		pages = pages < 16 ? pages : 16;
		shown = m->foff + c->vec[i].off;
		if (pages && gen_chance(g, 85))
			shown += gen_between(g, 1, pages) * PAGE;
		if (shown < before)
			continue;
		*at = (struct where){ .file = m->file, .mem = NONE, .foff = shown - before };
		return true;
	}
	return false;
}

bool gen_vector(struct gen *g, uint8_t t, unsigned int op, const struct where *w, struct ff_call *c)
{
	bool write = op == FF_OP_PWRITEV, beside;
	/* A write is of most interest where it goes through the page cache its source is in. */
	int direct = write ? (gen_chance(g, 60) ? 0 : -1) : g->target.slow ? gen_chance(g, 80) : -1;
	struct where any = { .file = w->file, .mem = NONE }, at;
	int h = gen_aim_handle(g, t, &any, write, direct);
	uint64_t total = 0, unit;

	if (h < 0)
		return false;
	unit = g->handle[h].direct ? 512 : gen_chance(g, 80) ? 8 : 1;
	c->nvec = gen_chance(g, g->target.slow ? 85 : 70) ? 1 : 1 + gen_random(g, 3);
	for (unsigned int i = 0; i < c->nvec; i++) {
		if (!piece(g, t, w, write ? g->handle[h].file : -1, unit, g->target.slow ? PAGE << gen_random(g, 3) : PMD, &c->vec[i]))
			return false;
		total += c->vec[i].len;
	}
	/* Where in the file: seldom where this memory itself shows it. */
	beside = write && gen_chance(g, 80) && beside_source(g, h, c, &at);
	if (!beside)
		at = gen_chance(g, 25) ? gen_aim_file(g, w, h, total) : (any = gen_in_file(g, g->handle[h].file),
							   gen_aim_file(g, &any, h, total));
	if (at.foff + total > g->file[g->handle[h].file].size && !beside && !(write && gen_chance(g, 20)))
		at.foff = 0;
	if (at.foff + total > (g->target.kind == FF_TARGET_BLOCK ? g->file[0].size : FF_MAX_SIZE))
		return false;
	c->arg[0] = h;
	c->arg[1] = at.foff;
	return true;
}
