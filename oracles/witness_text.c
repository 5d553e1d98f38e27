// SPDX-License-Identifier: GPL-2.0-only
/* Witness events as lines of text. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/witness.h"
#include "oracles/number_text.h"
#include "oracles/witness_text.h"

static const struct ff_flag_name flag_names[] = {
	{ "ours", FF_EVF_OURS }, { "kthread", FF_EVF_KTHREAD },
	{ "khugepaged", FF_EVF_KHUGEPAGED }, { "kswapd", FF_EVF_KSWAPD },
	{ "no_result", FF_EVF_NO_RESULT }, { "pfn", FF_EVF_PFN },
	{ NULL, 0 }
};

/* Which of the two names of a shared field a kind goes by (bpf/event.h). */
static int has_cookie(unsigned int kind)
{
	return kind == FF_EV_SWAP_IN_BEGIN || kind == FF_EV_COW_END || kind == FF_EV_DMA_PIN ||
	       kind == FF_EV_DMA_DONE;
}

static int has_pos(unsigned int kind)
{
	return kind == FF_EV_SEEK || kind == FF_EV_TRUNCATE_BEGIN || kind == FF_EV_TRUNCATE_END ||
	       kind == FF_EV_MIGRATE;
}

static void hex(FILE *out, const char *key, uint64_t value)
{
	if (value)
		fprintf(out, " %s=0x%" PRIx64, key, value);
}

static void plain(FILE *out, const char *key, uint64_t value)
{
	if (value)
		fprintf(out, " %s=%" PRIu64, key, value);
}

void ff_event_write(const struct ff_event *e, FILE *out)
{
	fprintf(out, "event %s time=%" PRIu64, ff_ev_name(e->kind), (uint64_t)e->time_ns);
	plain(out, "tid", e->tid);
	hex(out, "dev", e->dev);
	plain(out, "ino", e->ino);
	if (has_cookie(e->kind))
		hex(out, "cookie", e->cookie);
	else
		plain(out, "index", e->index);
	hex(out, has_pos(e->kind) ? "pos" : "addr", e->addr);
	hex(out, "pfn", e->pfn);
	if (e->result)
		fprintf(out, " result=%" PRId64, (int64_t)e->result);
	plain(out, "extra", e->extra);
	if (e->flags) {
		fprintf(out, " flags=");
		ff_flags_write(flag_names, e->flags, out);
	}
	fputc('\n', out);
}

int ff_event_kind(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < FF_EV_NR; i++) {
		if (strlen(ff_ev_name(i)) == len && !memcmp(ff_ev_name(i), name, len))
			return i;
	}
	return -1;
}

static int put(uint64_t value, uint64_t max, void *field, size_t size)
{
	if (value > max)
		return -EINVAL;
	memcpy(field, &value, size);	/* little endian, as the event ABI's machines are */
	return 0;
}

int ff_event_field(struct ff_event *e, const char *key, const char *value)
{
	uint64_t n;
	int64_t result;

	if (!strcmp(key, "flags")) {
		if (ff_flags_read(flag_names, value, &n))
			return -EINVAL;
		return put(n, UINT16_MAX, &e->flags, sizeof(e->flags));
	}
	if (!strcmp(key, "result")) {
		if (ff_signed_read(value, &result))
			return -EINVAL;
		e->result = result;
		return 0;
	}
	if (ff_number_read(value, &n))
		return -EINVAL;
	if (!strcmp(key, "time"))
		e->time_ns = n;
	else if (!strcmp(key, "tid"))
		return put(n, UINT32_MAX, &e->tid, sizeof(e->tid));
	else if (!strcmp(key, "dev"))
		return put(n, UINT32_MAX, &e->dev, sizeof(e->dev));
	else if (!strcmp(key, "extra"))
		return put(n, UINT32_MAX, &e->extra, sizeof(e->extra));
	else if (!strcmp(key, "ino"))
		e->ino = n;
	else if (!strcmp(key, "cookie") || !strcmp(key, "index"))
		e->cookie = n;
	else if (!strcmp(key, "addr") || !strcmp(key, "pos"))
		e->addr = n;
	else if (!strcmp(key, "pfn"))
		e->pfn = n;
	else
		return -EINVAL;
	return 0;
}
