// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzer/delay.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fuzzer/text.h"

static const struct ff_delay_row rows[FF_DELAY_PLACES] = {
	[FF_DELAY_COLLAPSE] = { "collapse", FF_DELAY_MOST_US },
	[FF_DELAY_TRUNCATE] = { "truncate", FF_DELAY_MOST_US },
	[FF_DELAY_INVALIDATE] = { "invalidate", FF_DELAY_MOST_US },
	[FF_DELAY_SPLIT] = { "split", FF_DELAY_MOST_US },
	[FF_DELAY_SWAP_IN] = { "swap-in", FF_DELAY_MOST_US },
	[FF_DELAY_FILE_SWAP_IN] = { "file-swap-in", FF_DELAY_MOST_US },
	[FF_DELAY_SWAP_READ] = { "swap-read", FF_DELAY_MOST_US },
	[FF_DELAY_SWAP_OUT] = { "swap-out", FF_DELAY_MOST_US },
	[FF_DELAY_UNMAP] = { "unmap", FF_DELAY_MOST_US },
	[FF_DELAY_MIGRATE] = { "migrate", FF_DELAY_MOST_US },
	[FF_DELAY_REMAP] = { "remap", FF_DELAY_MOST_US },
	[FF_DELAY_FAULT] = { "fault", FF_DELAY_MOST_US },
	[FF_DELAY_MAP] = { "map", FF_DELAY_MOST_US },
	[FF_DELAY_SEEK] = { "seek", FF_DELAY_MOST_US },
	[FF_DELAY_PINNED] = { "pinned", FF_DELAY_MOST_US },
	[FF_DELAY_LOCKED] = { "locked", FF_DELAY_MOST_US },
};

const struct ff_delay_row *ff_delay_row(unsigned int place)
{
	return &rows[place];
}

int ff_delay_check(const struct ff_delay *d, struct ff_error *e)
{
	if (d->place >= FF_DELAY_PLACES)
		return ff_fail(e, 0, "delay: place %u: one below %d was expected", d->place,
			       FF_DELAY_PLACES);
	if (!d->nth || d->nth > FF_DELAY_MOST_NTH)
		return ff_fail(e, 0, "delay %s: hit %u: 1 to %d was expected", rows[d->place].name, d->nth,
			       FF_DELAY_MOST_NTH);
	if (!d->us || d->us > rows[d->place].most_us)
		return ff_fail(e, 0, "delay %s: %u us: 1 to %u was expected", rows[d->place].name, d->us,
			       rows[d->place].most_us);
	return 0;
}

static int find_place(struct ff_str word, uint8_t *place)
{
	for (unsigned int i = 0; i < FF_DELAY_PLACES; i++) {
		if (!ff_str_is(word, rows[i].name))
			continue;
		*place = i;
		return 0;
	}
	return -EINVAL;
}

static int unknown_place(struct ff_str word, struct ff_error *e)
{
	char names[256] = "";
	struct ff_out o = { names, sizeof(names), 0 };

	for (unsigned int i = 0; i < FF_DELAY_PLACES; i++)
		ff_out(&o, "%s%s", i ? ", " : "", rows[i].name);
	return ff_fail(e, 0, "delay: place \"%.*s\": one of %s was expected", FF_SHOW(word), names);
}

/* A number that is too large for its field is refused by the check as the largest there is. */
static int take_number(struct ff_str *rest, uint64_t most, uint64_t *value)
{
	int err = ff_str_number(ff_str_word(rest), value);

	if (err == -ERANGE || (!err && *value > most))
		*value = most;
	return err == -EINVAL ? err : 0;
}

int ff_delay_parse(const char *text, struct ff_delay *d, struct ff_error *e)
{
	struct ff_str rest = { text, strlen(text) }, word = ff_str_word(&rest);
	struct ff_delay got = { 0 };
	uint64_t nth, us;

	if (find_place(word, &got.place))
		return unknown_place(word, e);
	if (take_number(&rest, UINT16_MAX, &nth) || take_number(&rest, UINT32_MAX, &us) || rest.n)
		return ff_fail(e, 0, "delay %s: \"delay PLACE HIT MICROSECONDS\" was expected, like \"delay %s 1 500\"",
			       rows[got.place].name, rows[got.place].name);
	got.nth = nth;
	got.us = us;
	if (ff_delay_check(&got, e))
		return -EINVAL;
	*d = got;
	return 0;
}

size_t ff_delay_print(const struct ff_delay *d, char *out, size_t n)
{
	struct ff_out o = { out, n, 0 };

	ff_out(&o, "%s %u %" PRIu32, d->place < FF_DELAY_PLACES ? rows[d->place].name : "?", d->nth, d->us);
	return o.len;
}
