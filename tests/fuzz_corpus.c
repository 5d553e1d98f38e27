// SPDX-License-Identifier: GPL-2.0-only
/*
 * For libFuzzer (make corpus-fuzz): any bytes to the readers of stores,
 * programs, fsx logs and syzkaller's text; the first byte says which. What they
 * take must hold their own laws.
 */
#include <stdlib.h>
#include <string.h>

#include "corpus/convert.h"
#include "corpus/store.h"

static struct ff_program got;

static int take(void *to, const struct ff_program *p)
{
	struct ff_error e;

	(void)to;
	if (ff_program_check(p, &e))
		abort();
	got = *p;
	return 0;
}

static void store(const uint8_t *data, size_t n)
{
	static struct ff_scan s, again;
	size_t len;
	uint8_t *bytes;

	if (ff_store_scan(data, n, &s))
		return ff_scan_free(&s);
	if (s.lost_bytes + s.torn > n)
		abort();
	bytes = ff_store_bytes(&s.set, &len);
	if (!bytes || ff_store_scan(bytes, len, &again) || again.nlost || again.torn || again.set.n != s.set.n)
		abort();
	ff_scan_free(&again);
	ff_scan_free(&s);
	free(bytes);
}

static void program(const char *text, size_t n)
{
	static struct ff_program p, q;
	struct ff_error e;
	char *canonical;

	if (ff_program_parse(text, n, &p, &e))
		return;
	canonical = ff_program_text(&p);
	if (!canonical || ff_program_parse(canonical, strlen(canonical), &q, &e) || !ff_program_same(&p, &q))
		abort();
	free(canonical);
}

static void convert(const char *text, size_t n, bool fsx)
{
	static const struct ff_target target = { .kind = FF_TARGET_XFS };
	struct ff_notes notes = { 0 }, out = { 0 };
	char *back = NULL;

	got.ncalls = 0;
	if (fsx)
		ff_fsx_import(text, n, &target, take, NULL, &notes);
	else
		ff_syz_import(text, n, &target, take, NULL, &notes);
	if (got.ncalls)
		back = fsx ? ff_fsx_export(&got, &out) : ff_syz_export(&got, &out);
	free(back);
	ff_notes_free(&notes);
	ff_notes_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!n)
		return 0;
	switch (data[0] % 4) {
	case 0:
		store(data + 1, n - 1);
		break;
	case 1:
		program((const char *)data + 1, n - 1);
		break;
	case 2:
		convert((const char *)data + 1, n - 1, true);
		break;
	default:
		convert((const char *)data + 1, n - 1, false);
	}
	return 0;
}
