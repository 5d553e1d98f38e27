// SPDX-License-Identifier: GPL-2.0-only
/* The judge: the table of laws, and the memory they share. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzer/serve.h"
#include "oracles/cause.h"
#include "oracles/laws.h"
#include "oracles/model.h"

static const struct ff_oracle table[] = {
	{
		.name = "data",
		.law = "every byte read was written by a write beside it in time, or by the latest before",
		.hooks = "which page a direct read was pinned to, and who took it away",
		.judge = ff_judge_data, .content = true,
	}, {
		.name = "seek",
		.law = "data stays data to SEEK_DATA and SEEK_HOLE until it is punched or cut off",
		.hooks = "the collapse that overlapped the call",
		.judge = ff_judge_seek, .content = true,
	}, {
		.name = "mincore",
		.law = "a page that was written is resident where nothing may evict it",
		.hooks = "the collapse that overlapped the call",
		.judge = ff_judge_mincore, .content = true,
	}, {
		.name = "errno",
		.law = "no signal on valid memory, no error the manual page does not name, no short read inside a file",
		.hooks = "",
		.judge = ff_judge_errno, .content = true,
	}, {
		.name = "unmap",
		.law = "no page is mapped that is in no file any more",
		.hooks = "all of it: pages that left the page cache and are mapped",
		.judge = ff_judge_unmap,
	}, {
		.name = "hang",
		.law = "every call returns",
		.hooks = "who waits for which page or lock, and who holds it",
		.judge = ff_judge_hang,
	}, {
		.name = "leak",
		.law = "when the program has ended, swap, shared memory, huge pages, files and tasks return",
		.hooks = "",
		.judge = ff_judge_leak,
	}, {
		.name = "kernel-log",
		.law = "no warning, BUG, bad page, lockdep or KASAN report, lockup, stall or panic in the log",
		.hooks = "",
		.judge = ff_judge_kernel_log,
	},
};

#define ORACLES (sizeof(table) / sizeof(*table))

struct ff_judge {
	uint32_t oracles;
	struct ff_model model;
};

const struct ff_oracle *ff_oracles(unsigned int *n)
{
	*n = ORACLES;
	return table;
}

static uint32_t bit_of(const char *name, size_t len)
{
	unsigned int i;

	if (len == 3 && !memcmp(name, "all", 3))
		return (1u << ORACLES) - 1;
	for (i = 0; i < ORACLES; i++) {
		if (strlen(table[i].name) == len && !memcmp(table[i].name, name, len))
			return 1u << i;
	}
	return 0;
}

static int unknown(const char *name, size_t len, char *why, size_t n)
{
	char all[120];
	size_t used = snprintf(all, sizeof(all), "all");
	unsigned int i;

	for (i = 0; i < ORACLES && used < sizeof(all); i++)
		used += snprintf(all + used, sizeof(all) - used, ", %s", table[i].name);
	snprintf(why, n, "found \"%.*s\" in the list of oracles, expected one of: %s (\"-\" before it leaves it out)",
		 (int)(len < 40 ? len : 40), name, all);
	return -EINVAL;
}

int ff_oracles_parse(const char *text, uint32_t *bits, char *why, size_t n)
{
	uint32_t chosen = 0, bit;
	size_t len;
	int not;

	/* "-mincore" alone: all but that one */
	if (*text == '-')
		chosen = bit_of("all", 3);
	for (;;) {
		not = *text == '-';
		text += not;
		len = strcspn(text, ",");
		bit = bit_of(text, len);
		if (!bit)
			return unknown(text, len, why, n);
		chosen = not ? chosen & ~bit : chosen | bit;
		if (!text[len])
			break;
		text += len + 1;
	}
	*bits = chosen;
	return 0;
}

struct ff_judge *ff_judge_open(uint32_t oracles)
{
	struct ff_judge *j = malloc(sizeof(*j));

	if (j)
		j->oracles = oracles;
	return j;
}

void ff_judge_close(struct ff_judge *j)
{
	free(j);
}

/*
 * A FUSE server that is gone takes the content with it, and every call that
 * needs it fails in its own way: then only what must hold all the same is judged.
 */
static bool believed(const struct ff_case *c, const struct ff_oracle *o)
{
	unsigned int i;
	bool died = c->history->flags & FF_HIST_SERVER_DIED;

	if (c->program->target.kind != FF_TARGET_FUSE)
		return true;
	for (i = 0; i < c->program->ncalls; i++)
		died |= c->program->call[i].op == FF_OP_SERVE &&
			c->program->call[i].arg[0] == FF_SERVE_DIE &&
			c->history->record[i].state != FF_CALL_NOT_RUN;
	return !died || !o->content;
}

void ff_judge(struct ff_judge *j, const struct ff_case *c, struct ff_findings *out)
{
	unsigned int i;

	out->n = out->more = 0;
	if (!j->oracles)
		return;
	ff_model_make(&j->model, c);
	for (i = 0; i < ORACLES; i++) {
		if (j->oracles & 1u << i && believed(c, &table[i]))
			table[i].judge(c, &j->model, out);
	}
	for (i = 0; i < out->n; i++)
		ff_cause_delays(&out->f[i], c);
}
