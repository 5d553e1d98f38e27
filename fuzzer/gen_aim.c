// SPDX-License-Identifier: GPL-2.0-only
/* Places: few of them, used again and again by several threads. */
#include "fuzzer/gen.h"

bool gen_usable(const struct gen *g, uint8_t owner, uint8_t t)
{
	(void)g;
	return owner == FF_SETUP || owner == t;
}

static uint64_t length_in(struct gen *g, uint64_t whole)
{
	static const uint32_t usual[] = { 512, PAGE, PAGE, PAGE, 2 * PAGE, 4 * PAGE, 16 * PAGE, 64 * PAGE };
	uint64_t len;

	/* Where memory comes in huge pages, a place is mostly one of them. */
	if (whole >= PMD && gen_chance(g, g->target.huge == FF_HUGE_ALWAYS ? 55 : 25))
		len = PMD;
	else if (gen_chance(g, 15))
		len = gen_between(g, 1, 3 * PAGE);
	else
		len = usual[gen_random(g, sizeof(usual) / sizeof(usual[0]))];
	return len < whole ? len : whole;
}

static void place_in(struct gen *g, uint64_t whole, uint64_t *off, uint64_t *len)
{
	uint64_t unit;

	*len = length_in(g, whole);
	unit = *len >= PMD ? PMD : *len % 512 == 0 ? (*len >= PAGE ? PAGE : 512) : 1;
	*off = gen_random(g, (whole - *len) / unit + 1) * unit;
	if (*off >= 8 && unit == 1 && gen_chance(g, 50))
		*off &= ~7ULL;
}

struct where gen_in_memory(struct gen *g, uint8_t mem)
{
	const struct gen_mem *m = &g->mem[mem];
	struct where w = { .file = m->file, .mem = mem };

	place_in(g, m->len, &w.moff, &w.len);
	if (m->file != NONE)
		w.foff = m->foff + w.moff;
	return w;
}

struct where gen_in_file(struct gen *g, uint8_t file)
{
	uint64_t size = g->file[file].size;
	struct where w = { .file = file, .mem = NONE };

	place_in(g, size ? size : PAGE, &w.foff, &w.len);
	return w;
}

void gen_map_of(struct gen *g, struct where *w, uint8_t t)
{
	for (unsigned int i = 0; i < FF_MAX_SLOTS && w->mem == NONE; i++) {
		const struct gen_mem *m = &g->mem[i];

		if (!m->used || m->file != w->file || !gen_usable(g, m->owner, t) ||
		    w->foff < m->foff || w->foff + w->len > m->foff + m->len)
			continue;
		w->mem = i;
		w->moff = w->foff - m->foff;
	}
}

void gen_remember(struct gen *g, const struct where *w)
{
	if (w->len)
		g->recent[g->nrecent++ % 4] = *w;
}

/* Any used slot; the shared ones of the setup are the hot ones. */
static struct where fresh_place(struct gen *g)
{
	uint8_t found[FF_MEMS + FF_MAX_SLOTS];
	unsigned int n = 0, pick;

	for (unsigned int i = 0; i < FF_MEMS; i++)
		if (g->mem[i].used && g->mem[i].owner == FF_SETUP)
			found[n++] = i;
	for (unsigned int i = 0; i < FF_MAX_SLOTS; i++)
		if (g->file[i].used)
			found[n++] = FF_MEMS + i;
	if (!n)		/* of a program that shares nothing */
		return (struct where){ .file = NONE, .mem = NONE };
	pick = found[gen_random(g, n)];
	if (pick < FF_MEMS)
		return gen_in_memory(g, pick);
	return gen_in_file(g, pick - FF_MEMS);
}

struct where gen_place(struct gen *g)
{
	unsigned int known = g->nrecent < 4 ? g->nrecent : 4;

	if (known && gen_chance(g, 55))
		return g->recent[gen_random(g, known)];
	return fresh_place(g);
}

int gen_any_memory(struct gen *g, uint8_t t, bool (*fits)(const struct gen_mem *))
{
	uint8_t found[FF_MEMS];
	unsigned int n = 0;

	for (unsigned int i = 0; i < FF_MEMS; i++)
		if (g->mem[i].used && gen_usable(g, g->mem[i].owner, t) &&
		    (!fits || fits(&g->mem[i])))
			found[n++] = i;
	return n ? found[gen_random(g, n)] : -1;
}

int gen_aim_handle(struct gen *g, uint8_t t, const struct where *w, bool write, int direct)
{
	uint8_t found[FF_MAX_SLOTS];
	unsigned int n = 0;

	for (unsigned int i = 0; i < FF_MAX_SLOTS; i++) {
		const struct gen_handle *h = &g->handle[i];

		if (h->used && gen_usable(g, h->owner, t) && (!write || h->rw) &&
		    (w->file == NONE || h->file == w->file) &&
		    (direct < 0 || h->direct == (direct > 0)))
			found[n++] = i;
	}
	return n ? found[gen_random(g, n)] : -1;
}

/* A place in the handle's file: the one aimed at, or one of its own. */
struct where gen_aim_file(struct gen *g, const struct where *w, unsigned int handle, uint64_t most)
{
	uint8_t file = g->handle[handle].file;
	struct where at = w->file == file ? *w : gen_in_file(g, file);

	if (at.len > most)
		at.len = most;
	if (g->handle[handle].direct) {
		uint64_t unit = gen_chance(g, 60) ? PAGE : 512;

		at.foff = at.foff / unit * unit;
		at.len = (at.len + 511) / 512 * 512;
	}
	return at;
}
