// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/record.h"

#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "corpus/attrs.h"

#define TYPE_PROGRAM	1
#define LEVEL		9	/* of zlib: part of the format, since bytes depend on it */

static const uint8_t file_magic[8] = { 'F', 'F', 'C', 'O', 'R', 'P', 'U', 'S' };
/* No UTF-8 text and no zlib stream begins so. */
static const uint8_t record_magic[4] = { 0xf5, 'F', 'F', 0xc1 };

/* All numbers are little-endian. */
struct file_head {
	uint8_t magic[8];
	uint32_t version, crc;	/* crc: of what is before it */
} __attribute__((packed));

struct head {
	uint8_t magic[4];
	uint8_t type, zero[3];
	uint32_t packed, plain;	/* bytes of the content, packed by zlib and not */
	uint8_t id[SHA256_DIGEST_LENGTH];
	uint32_t content_crc;	/* of the packed bytes */
	uint32_t crc;		/* of the head before it */
} __attribute__((packed));

_Static_assert(sizeof(struct file_head) == FF_STORE_HEAD, "docs/corpus.md says 16");
_Static_assert(sizeof(struct head) == FF_RECORD_HEAD, "docs/corpus.md says 56");

static uint32_t crc_of(const void *p, size_t n)
{
	return (uint32_t)crc32(0, p, (uInt)n);
}

void ff_scan_free(struct ff_scan *s)
{
	ff_set_free(&s->set);
}

void ff_store_head(uint8_t out[FF_STORE_HEAD])
{
	struct file_head h = { .version = htole32(FF_STORE_VERSION) };

	memcpy(h.magic, file_magic, sizeof(h.magic));
	h.crc = htole32(crc_of(&h, offsetof(struct file_head, crc)));
	memcpy(out, &h, sizeof(h));
}

/* The content before it is packed: attributes, an empty line, the program. */
static char *content_of(const struct ff_entry *e, size_t *n)
{
	char *text;
	int len = asprintf(&text, "%s\n%s", e->attrs, e->text);

	if (len < 0)
		return NULL;
	*n = (size_t)len;
	return text;
}

uint8_t *ff_record_make(const struct ff_entry *e, size_t *n)
{
	struct head h = { .type = TYPE_PROGRAM };
	uint8_t *out = NULL;
	uLongf packed;
	size_t plain;
	char *text = content_of(e, &plain);

	errno = ENOMEM;
	if (text && plain <= FF_RECORD_MAX) {
		packed = compressBound(plain);
		out = malloc(sizeof(h) + packed);
	} else if (text) {
		errno = E2BIG;
	}
	if (out && compress2(out + sizeof(h), &packed, (const Bytef *)text, plain, LEVEL) != Z_OK) {
		free(out);
		out = NULL;
	}
	free(text);
	if (!out)
		return NULL;
	memcpy(h.magic, record_magic, sizeof(h.magic));
	h.packed = htole32((uint32_t)packed);
	h.plain = htole32((uint32_t)plain);
	memcpy(h.id, e->id.byte, sizeof(h.id));
	h.content_crc = htole32(crc_of(out + sizeof(h), packed));
	h.crc = htole32(crc_of(&h, offsetof(struct head, crc)));
	memcpy(out, &h, sizeof(h));
	*n = sizeof(h) + packed;
	return out;
}

uint8_t *ff_store_bytes(const struct ff_set *set, size_t *n)
{
	uint8_t *out = malloc(FF_STORE_HEAD), *more, *record;
	size_t len = FF_STORE_HEAD, room = len, add, i;

	if (!out)
		return NULL;
	ff_store_head(out);
	for (i = 0; i < set->n; i++) {
		record = ff_record_make(&set->e[i], &add);
		if (!record)
			goto fail;
		if (add > room - len) {
			room = 2 * room + add;
			more = realloc(out, room);
			if (!more) {
				free(record);
				goto fail;
			}
			out = more;
		}
		memcpy(out + len, record, add);
		len += add;
		free(record);
	}
	*n = len;
	return out;
fail:
	free(out);
	return NULL;
}

/* ---- reading ---- */

struct scan {
	const uint8_t *at;
	size_t n;
	struct ff_scan *out;
};

__attribute__((format(printf, 4, 5)))
static void lose(struct scan *s, size_t off, size_t len, const char *fmt, ...)
{
	struct ff_scan *out = s->out;
	va_list ap;

	if (!len)
		return;
	out->lost_bytes += len;
	if (out->nlost++ >= FF_LOST_KEPT)
		return;
	out->lost[out->nlost - 1] = (struct ff_lost){ .off = off, .len = len };
	va_start(ap, fmt);
	vsnprintf(out->lost[out->nlost - 1].why, sizeof(out->lost[0].why), fmt, ap);
	va_end(ap);
}

/* NULL when the head at @off is a record's; it may still reach beyond the end. */
static const char *bad_head(const struct scan *s, size_t off, struct head *h)
{
	if (s->n - off < sizeof(*h))
		return "the end of the file is inside a record's head";
	memcpy(h, s->at + off, sizeof(*h));
	if (memcmp(h->magic, record_magic, sizeof(h->magic)))
		return "no record begins here";
	if (le32toh(h->crc) != crc_of(h, offsetof(struct head, crc)))
		return "the checksum of the record's head does not fit";
	h->packed = le32toh(h->packed);
	h->plain = le32toh(h->plain);
	h->content_crc = le32toh(h->content_crc);
	if (h->type != TYPE_PROGRAM)
		return "a record of a type that this version does not know";
	if (h->packed > compressBound(FF_RECORD_MAX) || h->plain > FF_RECORD_MAX)
		return "a record larger than any this version writes";
	return NULL;
}

/* Attributes of a stranger are shown on terminals: only what ff_attr_check() lets pass. */
static bool attrs_good(char *attrs)
{
	const char *bad = NULL;
	char *end;

	for (; *attrs && !bad; attrs = end + 1) {
		end = strchr(attrs, '\n');
		if (!end)
			return false;
		*end = '\0';
		bad = ff_attr_check(attrs);
		*end = '\n';
	}
	return !bad;
}

/* The content at @in into the set. */
static const char *take(struct scan *s, const struct head *h, const uint8_t *in)
{
	uLongf plain = h->plain;
	const char *bad = NULL;
	char *text, *program;
	struct ff_id id;

	if (h->content_crc != crc_of(in, h->packed))
		return "the checksum of the record's content does not fit";
	text = malloc(plain + 1);
	if (!text)
		return "no memory for the record";
	if (uncompress((Bytef *)text, &plain, in, h->packed) != Z_OK || plain != h->plain) {
		free(text);
		return "the record's content cannot be unpacked";
	}
	text[plain] = '\0';
	program = text[0] == '\n' ? text : strstr(text, "\n\n");
	if (!program || strlen(text) != plain) {
		bad = "the record's content is no text of attributes and a program";
	} else {
		program += 1 + (program != text);
		program[-1] = '\0';
		id = ff_id_of(program);
		if (memcmp(id.byte, h->id, sizeof(id.byte)))
			bad = "the record's program is not the one its head names";
		else if (!attrs_good(text))
			bad = "the record has attributes that no version writes";
		else if (!ff_set_put(&s->out->set, program, text, NULL))
			bad = "no memory for the record";
	}
	free(text);
	return bad;
}

/* Where the next record whose two checksums fit begins, or the end. */
static size_t next_record(const struct scan *s, size_t off)
{
	const uint8_t *hit;
	struct head h;

	while (off < s->n) {
		hit = memmem(s->at + off, s->n - off, record_magic, sizeof(record_magic));
		if (!hit)
			break;
		off = (size_t)(hit - s->at);
		if (!bad_head(s, off, &h) && h.packed <= s->n - off - sizeof(h) &&
		    h.content_crc == crc_of(hit + sizeof(h), h.packed))
			return off;
		off++;
	}
	return s->n;
}

/* Are the bytes from @off to the end the beginning of a record, and no more. */
static bool is_torn(const struct scan *s, size_t off)
{
	size_t left = s->n - off, i;
	struct head h;

	for (i = 0; i < left && !s->at[off + i]; i++)
		;
	if (i == left)
		return true;	/* the size reached the disk, the bytes did not */
	if (left < sizeof(h))
		return !memcmp(s->at + off, record_magic, left < sizeof(record_magic) ? left :
			       sizeof(record_magic));
	return !bad_head(s, off, &h) && h.packed > left - sizeof(h);
}

static void scan_records(struct scan *s, size_t off)
{
	const char *bad;
	struct head h;
	size_t next;

	while (off < s->n) {
		if (is_torn(s, off) && next_record(s, off + 1) == s->n) {
			s->out->torn = s->n - off;
			return;
		}
		bad = bad_head(s, off, &h);
		if (!bad && h.packed > s->n - off - sizeof(h))
			bad = "the record is longer than what is left of the file";
		if (!bad)
			bad = take(s, &h, s->at + off + sizeof(h));
		if (!bad) {
			s->out->records++;
			off += sizeof(h) + h.packed;
			continue;
		}
		next = next_record(s, off + 1);
		lose(s, off, next - off, "%s", bad);
		off = next;
	}
}

/* Return: where records begin; *@ret is an error when this is no store of ours. */
static size_t scan_head(struct scan *s, int *ret)
{
	uint8_t want[FF_STORE_HEAD];
	struct file_head h;

	*ret = 0;
	ff_store_head(want);
	if (s->n < sizeof(h)) {
		s->out->torn = s->n;
		*ret = memcmp(s->at, want, s->n) ? -EINVAL : 0;
		return s->n;
	}
	memcpy(&h, s->at, sizeof(h));
	if (!memcmp(s->at, want, sizeof(want)))
		return sizeof(h);
	if (!memcmp(h.magic, file_magic, sizeof(h.magic)) &&
	    le32toh(h.crc) == crc_of(&h, offsetof(struct file_head, crc)))
		*ret = -EPROTONOSUPPORT;
	return 0;
}

int ff_store_scan(const uint8_t *bytes, size_t n, struct ff_scan *out)
{
	struct scan s = { bytes, n, out };
	size_t off, next;
	int ret;

	memset(out, 0, sizeof(*out));
	off = scan_head(&s, &ret);
	if (ret)
		return ret;
	if (!off && n) {
		next = next_record(&s, 0);
		if (next == n && memcmp(bytes, file_magic, sizeof(file_magic)))
			return -EINVAL;
		lose(&s, 0, next, "this is not the head of a store");
		off = next;
	}
	if (n >= FF_STORE_HEAD)
		scan_records(&s, off);
	return 0;
}
