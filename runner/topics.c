// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz help TOPIC: what can be named, out of the tables themselves. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fuzzer/text.h"
#include "oracles/judge.h"
#include "runner/manual.h"

static void calls(void)
{
	for (unsigned int i = 0; i < FF_OPS; i++)
		printf("%-16s %s\n", ff_op(i)->name, ff_op(i)->about);
}

static void oracles(void)
{
	unsigned int n;
	const struct ff_oracle *o = ff_oracles(&n);

	for (unsigned int i = 0; i < n; i++)
		printf("%-16s %s\n", o[i].name, o[i].law);
}

static void print(const struct ff_target *t)
{
	struct ff_error e;
	char text[128];

	if (ff_target_check(t, &e))
		return;		/* no such thing: huge pages of ext4 */
	ff_target_print(t, text, sizeof(text));
	puts(text);
}

/* Each kind alone, then with each of its settings; settings can be joined. */
static void targets(void)
{
	for (unsigned int kind = 0; kind < FF_TARGET_KINDS; kind++) {
		print(&(struct ff_target){ .kind = kind });
		for (unsigned int v = 1; v < FF_HUGE_KINDS; v++)
			print(&(struct ff_target){ .kind = kind, .huge = v });
		for (unsigned int v = 1; v < FF_SWAP_KINDS; v++)
			print(&(struct ff_target){ .kind = kind, .swap = v });
		for (unsigned int v = 1; v < FF_THP_KINDS; v++)
			print(&(struct ff_target){ .kind = kind, .thp = v });
		for (unsigned int v = 1; v < FF_CACHE_KINDS; v++)
			print(&(struct ff_target){ .kind = kind, .cache = v });
		print(&(struct ff_target){ .kind = kind, .slow = 100 });
	}
}

int ff_topic(const char *topic)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} topics[] = { { "calls", calls }, { "targets", targets }, { "oracles", oracles } };

	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
		if (!strcmp(topic, topics[i].name)) {
			topics[i].print();
			return 0;
		}
	return -ENOENT;
}
