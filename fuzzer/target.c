// SPDX-License-Identifier: GPL-2.0-only
/* The target line: "tmpfs huge=always swap=zram thp=madvise". */
#include <errno.h>
#include <string.h>

#include "fuzzer/program.h"
#include "fuzzer/text.h"

#define SLOW_MAX	1000000		/* I/O operations per second */

static const char *const kinds[] = { "tmpfs", "ext4", "xfs", "block", "fuse", NULL };
static const char *const huges[] = { "never", "always", "within_size", "advise", NULL };
static const char *const swaps[] = { "none", "disk", "zram", "slow", NULL };
static const char *const caches[] = { "writethrough", "writeback", NULL };
static const char *const thps[] = { "never", "madvise", "always", NULL };

static int find(const char *const *names, struct ff_str w)
{
	int i;

	for (i = 0; names[i]; i++)
		if (ff_str_is(w, names[i]))
			return i;
	return -1;
}

static int set_word(struct ff_str key, struct ff_str value, const char *const *names,
		    uint8_t *field, struct ff_error *e)
{
	char list[128] = "";
	struct ff_out o = { list, sizeof(list), 0 };
	int i, v = find(names, value);

	if (v < 0) {
		for (i = 0; names[i]; i++)
			ff_out(&o, "%s%s", i ? ", " : "", names[i]);
		return ff_fail(e, 0, "target: %.*s \"%.*s\" is not known; one of: %s",
			       FF_SHOW(key), FF_SHOW(value), list);
	}
	*field = v;
	return 0;
}

static int set_slow(struct ff_target *t, struct ff_str value, struct ff_error *e)
{
	uint64_t v;

	if (ff_str_number(value, &v) || !v || v > SLOW_MAX)
		return ff_fail(e, 0, "target: slow \"%.*s\": I/O operations per second, 1 to %d, "
			       "were expected", FF_SHOW(value), SLOW_MAX);
	t->slow = v;
	return 0;
}

/* One key=value; @seen has a bit for each key so far. */
static int set_pair(struct ff_target *t, struct ff_str word, unsigned int *seen,
		    struct ff_error *e)
{
	static const char *const keys[] = { "huge", "swap", "thp", "slow", "cache", NULL };
	struct ff_str value = word, key;
	int k;

	ff_str_part(&value, '=', &key);
	k = find(keys, key);
	if (k < 0 || !value.s)
		return ff_fail(e, 0, "target: \"%.*s\" is not known; one of: huge=, swap=, thp=, "
			       "slow=, cache=, with a value, was expected", FF_SHOW(word));
	if (*seen & 1u << k)
		return ff_fail(e, 0, "target: %s is given twice", keys[k]);
	*seen |= 1u << k;
	switch (k) {
	case 0:
		if (t->kind != FF_TARGET_TMPFS)
			return ff_fail(e, 0, "target: huge= is for tmpfs only, not for %s",
				       kinds[t->kind]);
		return set_word(key, value, huges, &t->huge, e);
	case 1:
		return set_word(key, value, swaps, &t->swap, e);
	case 2:
		return set_word(key, value, thps, &t->thp, e);
	case 3:
		if (t->kind == FF_TARGET_TMPFS)
			return ff_fail(e, 0, "target: slow= is for a disk, not for tmpfs");
		return set_slow(t, value, e);
	default:
		if (t->kind != FF_TARGET_FUSE)
			return ff_fail(e, 0, "target: cache= is for fuse only, not for %s",
				       kinds[t->kind]);
		return set_word(key, value, caches, &t->cache, e);
	}
}

int ff_target_parse(const char *text, struct ff_target *t, struct ff_error *e)
{
	struct ff_str rest = { text, strlen(text) }, word;
	struct ff_target got = { 0 };
	unsigned int seen = 0;
	int err, kind;

	word = ff_str_word(&rest);
	kind = find(kinds, word);
	if (kind < 0)
		return ff_fail(e, 0, "target: kind \"%.*s\" is not known; one of: tmpfs, ext4, "
			       "xfs, block, fuse", FF_SHOW(word));
	got.kind = kind;
	for (word = ff_str_word(&rest); word.n; word = ff_str_word(&rest)) {
		err = set_pair(&got, word, &seen, e);
		if (err)
			return err;
	}
	*t = got;
	return 0;
}

int ff_target_check(const struct ff_target *t, struct ff_error *e)
{
	if (t->kind >= FF_TARGET_KINDS)
		return ff_fail(e, 0, "target: kind %u is not known", t->kind);
	if (t->huge >= FF_HUGE_KINDS)
		return ff_fail(e, 0, "target: huge %u is not known", t->huge);
	if (t->swap >= FF_SWAP_KINDS)
		return ff_fail(e, 0, "target: swap %u is not known", t->swap);
	if (t->thp >= FF_THP_KINDS)
		return ff_fail(e, 0, "target: thp %u is not known", t->thp);
	if (t->huge && t->kind != FF_TARGET_TMPFS)
		return ff_fail(e, 0, "target: huge= is for tmpfs only, not for %s", kinds[t->kind]);
	if (t->slow && t->kind == FF_TARGET_TMPFS)
		return ff_fail(e, 0, "target: slow= is for a disk, not for tmpfs");
	if (t->cache >= FF_CACHE_KINDS)
		return ff_fail(e, 0, "target: cache %u is not known", t->cache);
	if (t->cache && t->kind != FF_TARGET_FUSE)
		return ff_fail(e, 0, "target: cache= is for fuse only, not for %s", kinds[t->kind]);
	if (t->slow > SLOW_MAX)
		return ff_fail(e, 0, "target: slow %u is more than %d", t->slow, SLOW_MAX);
	return 0;
}

/* Also prints what ff_target_check() refuses, as "?": for a dump of it. */
static const char *name(const char *const *names, unsigned int n, unsigned int v)
{
	return v < n ? names[v] : "?";
}

size_t ff_target_print(const struct ff_target *t, char *out, size_t n)
{
	struct ff_out o = { out, n, 0 };

	ff_out(&o, "%s", name(kinds, FF_TARGET_KINDS, t->kind));
	if (t->huge)
		ff_out(&o, " huge=%s", name(huges, FF_HUGE_KINDS, t->huge));
	if (t->cache)
		ff_out(&o, " cache=%s", name(caches, FF_CACHE_KINDS, t->cache));
	if (t->swap)
		ff_out(&o, " swap=%s", name(swaps, FF_SWAP_KINDS, t->swap));
	if (t->thp)
		ff_out(&o, " thp=%s", name(thps, FF_THP_KINDS, t->thp));
	if (t->slow)
		ff_out(&o, " slow=%u", t->slow);
	return o.len;
}
