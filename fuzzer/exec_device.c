// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block device begins every program with its base content: words that say
 * "offset so and so of the device". A read that brought nothing, or another
 * place's data, can then be told from one that brought what it should, also
 * where the program never wrote. What a program may have written is written
 * anew after it; the whole device when nothing is known about it.
 */
#include <fcntl.h>
#include <unistd.h>

#include "fuzzer/effect.h"
#include "fuzzer/exec_state.h"

#define PIECE	(1ULL << 20)	/* of one request: a throttled disk counts requests */
#define NEAR	(256ULL << 10)	/* ranges so near each other are one request */

struct dirty { uint64_t from, to; };

static int put_base(struct ff_exec *x, int fd, struct dirty d)
{
	unsigned char *buf = x->thread[0].staging;
	uint64_t at, len;

	d.from = d.from / x->page_size * x->page_size;
	d.to = (d.to + x->page_size - 1) / x->page_size * x->page_size;
	if (d.to > x->cfg.device_size)
		d.to = x->cfg.device_size;
	for (at = d.from; at < d.to; at += len) {
		len = d.to - at < PIECE ? d.to - at : PIECE;
		ff_content_fill(buf, FF_EPOCH_BASE, FF_OBJ_FILE(0), at, len, FF_VERSION_BASE);
		if (pwrite(fd, buf, len, (off_t)at) != (ssize_t)len)
			return -1;
	}
	return 0;
}

static bool changes(const struct ff_effect *e)
{
	return e->obj == FF_OBJ_FILE(0) && e->len &&
	       (e->kind == FF_EFFECT_WRITE || e->kind == FF_EFFECT_ZERO ||
		e->kind == FF_EFFECT_COPY || e->kind == FF_EFFECT_PLACE);
}

/* Join the new range with one that is near, else append; everything when the list is full. */
static unsigned int add_dirty(struct dirty *list, unsigned int n, unsigned int max, struct dirty d)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (d.from > list[i].to + NEAR || list[i].from > d.to + NEAR)
			continue;
		if (d.from < list[i].from)
			list[i].from = d.from;
		if (d.to > list[i].to)
			list[i].to = d.to;
		return n;
	}
	if (n == max) {
		list[0] = (struct dirty){ 0, FF_MAX_SIZE };
		return 1;
	}
	list[n] = d;
	return n + 1;
}

/* By what the program's calls do when all of them succeed. */
static unsigned int dirtied(const struct ff_program *p, struct dirty *list, unsigned int max)
{
	struct ff_effects effects;
	struct ff_view view;
	unsigned int id, i, n = 0;

	ff_view_make(&view, p, NULL);
	for (id = 0; id < p->ncalls; id++) {
		ff_effects_of(&view, id, &effects);
		for (i = 0; i < effects.n; i++) {
			const struct ff_effect *e = &effects.e[i];

			if (changes(e))
				n = add_dirty(list, n, max, (struct dirty){ e->off, e->off + e->len });
		}
	}
	return n;
}

static bool restore(struct ff_exec *x, const struct dirty *list, unsigned int n)
{
	int fd = open(x->cfg.device, O_WRONLY | O_DIRECT | O_CLOEXEC);
	unsigned int i;
	bool done = fd >= 0;

	for (i = 0; i < n && done; i++)
		done = !put_base(x, fd, list[i]);
	if (fd >= 0)
		close(fd);
	return done;
}

void ff_device_before(struct ff_exec *x)
{
	struct dirty all = { 0, x->cfg.device_size };

	if (!x->cfg.device || x->cfg.bare)
		return;
	if (!x->device_known)
		x->device_known = restore(x, &all, 1);
	if (!x->device_known)
		x->h->flags |= FF_HIST_DEVICE_UNKNOWN;
}

void ff_device_after(struct ff_exec *x)
{
	struct dirty list[16];
	unsigned int n;

	if (!x->cfg.device || x->cfg.bare)
		return;
	n = dirtied(x->p, list, sizeof(list) / sizeof(list[0]));
	if (n)
		x->device_known = restore(x, list, n);
}
