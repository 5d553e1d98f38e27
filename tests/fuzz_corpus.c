// SPDX-License-Identifier: GPL-2.0-only
/*
 * For libFuzzer (make corpus-fuzz): any bytes to the readers of stores,
 * programs, fsx logs and syzkaller's text; the first byte says which. What they
 * take must hold their own laws. Checksums are made to fit for one of the five,
 * since chance never finds them.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

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

static void put32(uint8_t *at, uint32_t v)
{
	v = htole32(v);
	memcpy(at, &v, sizeof(v));
}

/* A stranger's record: content as it came, packed or not, lengths that may lie, checksums that fit. */
static void forged(const uint8_t *data, size_t n)
{
	uint8_t *file, *r;
	uLongf packed;
	size_t body, cut;

	if (n < 4)
		return;
	packed = compressBound(n);
	file = calloc(1, FF_STORE_HEAD + FF_RECORD_HEAD + packed);
	r = file + FF_STORE_HEAD;
	ff_store_head(file);
	if (data[0] & 1) {
		compress2(r + FF_RECORD_HEAD, &packed, data + 3, n - 3, 1);
	} else {
		packed = n - 3;
		memcpy(r + FF_RECORD_HEAD, data + 3, packed);
	}
	cut = data[0] >> 2 & 3;
	cut = cut < packed ? cut : 0;
	memcpy(r, "\xf5" "FF\xc1\x01", 5);
	put32(r + 8, (uint32_t)(packed - cut));
	put32(r + 12, (uint32_t)(data[0] & 2 ? (uint32_t)data[1] << 16 : n - 3));
	for (body = 3; body + 1 < n && (data[body] != '\n' || data[body + 1] != '\n'); body++)
		;
	body = data[3] == '\n' ? 4 : body + 2;
	if (body <= n) {
		SHA2_CTX hash;

		SHA256Init(&hash);
		SHA256Update(&hash, data + body, n - body);
		SHA256Final(r + 16, &hash);
	}
	put32(r + 48, (uint32_t)crc32(0, r + FF_RECORD_HEAD, (uInt)(packed - cut)));
	put32(r + 52, (uint32_t)crc32(0, r, 52));
	store(file, FF_STORE_HEAD + FF_RECORD_HEAD + packed);
	free(file);
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
	switch (data[0] % 5) {
	case 0:
		store(data + 1, n - 1);
		break;
	case 1:
		program((const char *)data + 1, n - 1);
		break;
	case 2:
		convert((const char *)data + 1, n - 1, true);
		break;
	case 3:
		convert((const char *)data + 1, n - 1, false);
		break;
	default:
		forged(data + 1, n - 1);
	}
	return 0;
}
