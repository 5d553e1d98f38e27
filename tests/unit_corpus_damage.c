// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damaged stores: whatever happened to the bytes, every record that is still
 * whole is read, nothing is invented, what is lost is said, and the damaged
 * file stays as it is.
 *
 * FF_CORPUS_DAMAGES=N: so many random damages (1500).
 */
#include <endian.h>
#include <errno.h>
#include <zlib.h>

#include "runner/cache.h"
#include "tests/corpus_case.h"

#define PROGRAMS	16
#define RECORDS		24

static char dir[100];
static struct ff_set whole;			/* of the undamaged store */
static uint8_t *good;
static size_t ngood, at[RECORDS + 1];		/* at: where each record begins */
static struct ff_id id[RECORDS];
static struct ff_why why;

static const char *path(const char *name)
{
	static char p[2][200];
	static unsigned int turn;

	turn = !turn;
	snprintf(p[turn], sizeof(p[turn]), "%s/%s", dir, name);
	return p[turn];
}

static void make_store(void)
{
	struct ff_set one = { 0 };
	char attrs[400], *text;
	struct ff_entry *e;
	uint8_t *record;
	size_t n;

	good = malloc(1 << 20);
	ff_store_head(good);
	ngood = FF_STORE_HEAD;
	case_seed(11);
	for (unsigned int i = 0; i < RECORDS; i++) {
		case_attrs(attrs, sizeof(attrs));
		text = case_text(i % PROGRAMS);
		e = ff_set_put(&one, text, attrs, NULL);
		ff_set_put(&whole, text, attrs, NULL);
		record = ff_record_make(e, &n);
		at[i] = ngood;
		id[i] = e->id;
		memcpy(good + ngood, record, n);
		ngood += n;
		free(record);
		free(text);
		ff_set_free(&one);
	}
	at[RECORDS] = ngood;
}

static void flip(uint8_t *b, size_t *n)
{
	if (*n)
		b[draw(*n)] ^= 1 << draw(8);
}

static void overwrite(uint8_t *b, size_t *n)
{
	size_t len = 1 + draw(600), off = draw(*n + 1);
	bool zero = draw(2);

	for (; len && off < *n; len--, off++)
		b[off] = zero ? 0 : (uint8_t)draw(256);
}

static void cut(uint8_t *b, size_t *n)
{
	(void)b;
	*n = draw(*n + 1);
}

static void take_out(uint8_t *b, size_t *n)
{
	size_t off = draw(*n + 1), len = draw(2000);

	if (len > *n - off)
		len = *n - off;
	memmove(b + off, b + off + len, *n - off - len);
	*n -= len;
}

static void put_in(uint8_t *b, size_t *n)
{
	size_t off = draw(*n + 1), len = 1 + draw(700), from = draw(ngood - len);
	bool known = draw(2);

	memmove(b + off + len, b + off, *n - off);
	for (size_t i = 0; i < len; i++)
		b[off + i] = known ? good[from + i] : (uint8_t)draw(256);
	*n += len;
}

static void foreign(uint8_t *b, size_t *n)
{
	*n = draw(5000);
	for (size_t i = 0; i < *n; i++)
		b[i] = (uint8_t)draw(256);
}

/* A record's head that promises what does not follow, with a checksum that fits. */
static void forge(uint8_t *b, size_t *n)
{
	size_t off = at[draw(RECORDS)];
	uint32_t v;

	if (off + FF_RECORD_HEAD > *n)
		return;
	v = htole32((uint32_t)draw(2) ? (uint32_t)draw(1 << 23) : (uint32_t)(-1 - (int)draw(9)));
	memcpy(b + off + (draw(2) ? 8 : 12), &v, sizeof(v));
	v = htole32((uint32_t)crc32(0, b + off, FF_RECORD_HEAD - 4));
	memcpy(b + off + FF_RECORD_HEAD - 4, &v, sizeof(v));
}

static void damage(uint8_t *b, size_t *n)
{
	static void (*const how[])(uint8_t *, size_t *) = { flip, flip, overwrite, cut, take_out, put_in, forge };

	if (draw(60) == 0)
		return foreign(b, n);
	for (uint64_t i = 1 + draw(4); i; i--)
		how[draw(sizeof(how) / sizeof(how[0]))](b, n);
}

/* Is each line of @a one of @b, or of a kind that keeps one of several. */
static bool lines_from(const char *a, const char *b)
{
	const char *line, *other, *pa = a, *pb;
	size_t n, m;
	bool found;

	while ((line = ff_attrs_next(&pa, NULL, &n))) {
		found = ff_attr_kind(line) != FF_ATTR_SET;
		pb = b;
		while (!found && (other = ff_attrs_next(&pb, NULL, &m)))
			found = n == m && !memcmp(line, other, n);
		if (!found)
			return false;
	}
	return true;
}

/* NULL, or which law does not hold. */
static const char *judge(const uint8_t *b, size_t n, const struct ff_scan *s)
{
	uint64_t last = 0;
	size_t i;

	for (i = 0; i < s->set.n; i++) {
		const struct ff_entry *e = &s->set.e[i], *w = ff_set_get(&whole, &e->id);

		if (!w || strcmp(e->text, w->text) || !lines_from(e->attrs, w->attrs))
			return "something was read that nobody wrote";
	}
	for (i = 0; i < RECORDS; i++)
		if (memmem(b, n, good + at[i], at[i + 1] - at[i]) && !ff_set_get(&s->set, &id[i]))
			return "a whole record was not read";
	for (i = 0; i < s->nlost && i < FF_LOST_KEPT; i++) {
		if (s->lost[i].off < last || s->lost[i].off + s->lost[i].len > n || !s->lost[i].why[0])
			return "lost ranges are not what they should be";
		last = s->lost[i].off + s->lost[i].len;
	}
	if (s->lost_bytes + s->torn > n)
		return "more is lost than there was";
	if (s->set.n < whole.n && !s->nlost && !s->torn && n > FF_STORE_HEAD) {
		/* Only a cut between two records loses without a trace. */
		for (i = 0; i <= RECORDS; i++)
			if (n == at[i])
				return NULL;
		return memcmp(b, good, n < ngood ? n : ngood) ? NULL : "something is lost and nothing is said";
	}
	return NULL;
}

/* The file: it can be written to, keeps what was there, and a repaired copy is sound. */
static const char *judge_file(const uint8_t *b, size_t n, const struct ff_scan *s)
{
	struct ff_corpus *c;
	struct ff_scan after, copy;
	const char *bad = NULL;
	char *now, *text = case_text(900);
	size_t len = 0;

	unlink(path("repaired"));
	unlink(path("damaged.torn"));
	ff_write_file(path("damaged"), b, n);
	if (ff_corpus_write(path("repaired"), &s->set, &why) || ff_corpus_read(path("repaired"), &copy, &why))
		return why.text;
	if (copy.nlost || copy.torn || copy.set.n != s->set.n)
		bad = "the repaired copy is not sound";
	ff_scan_free(&copy);
	if (ff_corpus_open(&c, path("damaged"), &why)) {
		free(text);
		return why.text;
	}
	if (ff_corpus_add(c, text, "", NULL, NULL, &why) || ff_corpus_commit(c, &why))
		bad = why.text;
	ff_corpus_close(c);
	free(text);
	ff_corpus_read(path("damaged"), &after, &why);
	if (after.set.n != s->set.n + 1)
		bad = "what was appended to a damaged store is not all that was added";
	ff_scan_free(&after);
	now = ff_read_file(path("damaged"), &len);
	if (n - s->torn >= FF_STORE_HEAD && (len < n - s->torn || memcmp(now, b, n - s->torn)))
		bad = "bytes of the damaged store were changed";
	free(now);
	now = ff_read_file(path("damaged.torn"), &len);
	if (s->torn && (!now || len != s->torn || memcmp(now, b + n - s->torn, len)))
		bad = "the unfinished end was not kept";
	free(now);
	return bad;
}

static void random_damage(unsigned int rounds)
{
	unsigned int bad = 0, refused = 0, hurt = 0, files = 0, torn = 0;
	uint8_t *b = malloc(ngood + (1 << 16));
	struct ff_scan *s = malloc(sizeof(*s));
	const char *law;
	size_t n;
	int ret;

	for (unsigned int seed = 1; seed <= rounds; seed++) {
		case_seed(seed);
		memcpy(b, good, ngood);
		n = ngood;
		damage(b, &n);
		ret = ff_store_scan(b, n, s);
		refused += ret != 0;
		hurt += s->nlost > 0;
		torn += s->torn > 0;
		law = ret && ret != -EINVAL ? "another error than \"no store\"" : NULL;
		if (!law && !ret)
			law = judge(b, n, s);
		if (!law && !ret && seed % 25 == 0 && ++files)
			law = judge_file(b, n, s);
		if (law && bad++ < 5)
			tap_diag("seed %u (%zu bytes): %s", seed, n, law);
		ff_scan_free(s);
	}
	tap_ok(!bad, "%u random damages: what is whole is read, nothing is invented", rounds);
	tap_ok(hurt > rounds / 2 && torn && refused, "they did damage (%u lost something, %u were torn, %u no store)",
	       hurt, torn, refused);
	tap_ok(files > rounds / 40, "%u of them as files: appended to, repaired, originals kept", files);
	free(b);
	free(s);
}

/* Every length a file can be cut to. */
static void every_cut(void)
{
	struct ff_scan *s = malloc(sizeof(*s));
	unsigned int bad = 0;
	size_t n, i, whole_records;
	uint8_t *exact;

	for (n = 0; n <= at[4]; n++) {
		exact = malloc(n + !n);		/* of just this size: a read beyond it is seen */
		memcpy(exact, good, n);
		for (whole_records = i = 0; i < RECORDS && at[i + 1] <= n; i++)
			whole_records++;
		if (ff_store_scan(exact, n, s) || s->records != whole_records || s->nlost ||
		    s->torn != (n < at[0] ? n : n - at[whole_records]))
			bad++;
		ff_scan_free(s);
		free(exact);
	}
	tap_ok(!bad, "cut to each of %zu lengths, it has what is before the cut, and says what is torn", n);
	free(s);
}

static uint8_t *forged(const char *content, size_t n, const char *text, size_t *len)
{
	struct ff_entry e = { .id = ff_id_of(text), .text = "", .attrs = "" };
	uLongf packed = compressBound(n);
	uint8_t *record, *out = malloc(FF_STORE_HEAD + FF_RECORD_HEAD + packed);
	uint32_t v;
	size_t ignore;

	record = ff_record_make(&e, &ignore);
	ff_store_head(out);
	memcpy(out + FF_STORE_HEAD, record, FF_RECORD_HEAD);
	compress2(out + FF_STORE_HEAD + FF_RECORD_HEAD, &packed, (const Bytef *)content, n, 9);
	v = htole32((uint32_t)packed);
	memcpy(out + FF_STORE_HEAD + 8, &v, 4);
	v = htole32((uint32_t)n);
	memcpy(out + FF_STORE_HEAD + 12, &v, 4);
	v = htole32((uint32_t)crc32(0, out + FF_STORE_HEAD + FF_RECORD_HEAD, (uInt)packed));
	memcpy(out + FF_STORE_HEAD + 48, &v, 4);
	v = htole32((uint32_t)crc32(0, out + FF_STORE_HEAD, 52));
	memcpy(out + FF_STORE_HEAD + 52, &v, 4);
	free(record);
	*len = FF_STORE_HEAD + FF_RECORD_HEAD + packed;
	return out;
}

/* Records of a stranger, with checksums that fit. */
static void strangers(void)
{
	static const struct { const char *name, *content; size_t n; const char *text, *says; } row[] = {
		{ "another program than its id", "\ntext of one", 12, "another", "not the one" },
		{ "no empty line", "a=b\ntext", 8, "text", "no text of attributes" },
		{ "a NUL inside", "\nte\0xt", 6, "te", "no text of attributes" },
		{ "an escape sequence for a terminal", "note=\033[2J\n\ntext", 15, "text", "attributes" },
		{ "a line that is no attribute", "hello\n\ntext", 11, "text", "attributes" },
	};
	struct ff_scan *s = malloc(sizeof(*s));
	uint8_t *b;
	size_t n;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		b = forged(row[i].content, row[i].n, row[i].text, &n);
		tap_ok(!ff_store_scan(b, n, s) && !s->set.n && s->nlost == 1 && strstr(s->lost[0].why, row[i].says),
		       "a record with %s is refused: %s", row[i].name, s->lost[0].why);
		ff_scan_free(s);
		free(b);
	}
	b = forged("a=b\n\ntext", 9, "text", &n);
	tap_ok(!ff_store_scan(b, n, s) && s->set.n == 1 && !s->nlost, "one with nothing wrong is taken");
	ff_scan_free(s);
	b[FF_STORE_HEAD - 8] = 2;
	*(uint32_t *)(void *)(b + FF_STORE_HEAD - 4) = htole32((uint32_t)crc32(0, b, FF_STORE_HEAD - 4));
	tap_is_int(ff_store_scan(b, n, s), -EPROTONOSUPPORT, "a store of a newer version is not touched");
	ff_scan_free(s);
	free(b);
	free(s);
}

int main(void)
{
	const char *n = getenv("FF_CORPUS_DAMAGES");

	if (case_folder(dir, sizeof(dir)))
		return 2;
	make_store();
	every_cut();
	strangers();
	random_damage(n ? (unsigned int)atoi(n) : 1500);
	free(good);
	ff_set_free(&whole);
	if (case_folder_done(dir))
		return 2;
	return tap_done();
}
