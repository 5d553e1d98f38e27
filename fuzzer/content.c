// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words that say who wrote them, put into memory and found again.
 *
 * Both ways go word by word and upwards, with volatile accesses: a store or
 * load that faults has done all before it and nothing after it, a word read
 * beside a writer is looked at once, and eight at a time is still as fast as
 * memory is.
 */
#include "fuzzer/content.h"

#include <stdatomic.h>

#define PAGE		4096
#define PLACE_SHIFT	16
#define PLACE_MASK	((1ULL << 26) - 1)
#define OBJ_SHIFT	42
#define EPOCH_SHIFT	48
#define STEP		(1ULL << PLACE_SHIFT)	/* from one word to the next */

/* Memory of a program may be at any alignment, and is of no type. */
typedef uint64_t word_t __attribute__((aligned(1), may_alias));

static inline uint64_t load(const unsigned char *p)
{
	return *(const volatile word_t *)p;
}

static inline void put(unsigned char *p, uint64_t word)
{
	*(volatile word_t *)p = word;
}

/* What is XORed over a word: the version's low byte in bytes 2-7. */
static inline uint64_t mask_of(uint64_t version)
{
	return (version & 0xff) * 0x0101010101010000ULL;
}

static inline uint64_t plain_word(uint16_t epoch, unsigned int obj, uint64_t off, uint16_t version)
{
	return version | (off / 8 & PLACE_MASK) << PLACE_SHIFT | (uint64_t)obj << OBJ_SHIFT |
	       (uint64_t)epoch << EPOCH_SHIFT;
}

uint64_t ff_word_make(uint16_t epoch, unsigned int obj, uint64_t off, uint16_t version)
{
	return plain_word(epoch, obj, off, version) ^ mask_of(version);
}

/* Taken apart; false when no write could have made it in any epoch. */
static bool take_apart(uint64_t word, uint16_t *epoch, uint16_t *version, unsigned int *obj,
		       uint64_t *off)
{
	uint64_t plain = word ^ mask_of(word);

	*version = (uint16_t)plain;
	*epoch = (uint16_t)(plain >> EPOCH_SHIFT);
	*obj = plain >> OBJ_SHIFT & 63;
	*off = (plain >> PLACE_SHIFT & PLACE_MASK) * 8;
	if (!*epoch || *obj >= FF_OBJECTS || *off >= 2 * FF_MAX_SIZE)
		return false;
	if (*version == FF_VERSION_BASE || *epoch == FF_EPOCH_BASE)
		return *version == FF_VERSION_BASE && *epoch == FF_EPOCH_BASE;
	return *version && *version <= FF_MAX_CALLS;
}

bool ff_word_read(uint64_t word, uint16_t epoch, uint16_t *version, unsigned int *obj, uint64_t *off)
{
	uint16_t of;

	return take_apart(word, &of, version, obj, off) && of == epoch;
}

bool ff_word_foreign(uint64_t word, uint16_t epoch)
{
	uint16_t of, version;
	unsigned int obj;
	uint64_t off;

	return take_apart(word, &of, &version, &obj, &off) && of != epoch;
}

uint8_t ff_content_byte(uint16_t epoch, unsigned int obj, uint64_t off, uint16_t version)
{
	return (uint8_t)(ff_word_make(epoch, obj, off, version) >> off % 8 * 8);
}

/* Bytes of one word that stand alone at an end of a range. */
static unsigned char *fill_edge(unsigned char *dst, uint64_t word, unsigned int from, size_t len)
{
	while (len--)
		*(volatile unsigned char *)dst++ = (unsigned char)(word >> from++ * 8);
	return dst;
}

static unsigned char *fill_words(unsigned char *dst, uint64_t plain, uint64_t mask, size_t words)
{
	for (; words >= 8; words -= 8, dst += 64, plain += 8 * STEP) {
		put(dst, plain ^ mask);
		put(dst + 8, (plain + STEP) ^ mask);
		put(dst + 16, (plain + 2 * STEP) ^ mask);
		put(dst + 24, (plain + 3 * STEP) ^ mask);
		put(dst + 32, (plain + 4 * STEP) ^ mask);
		put(dst + 40, (plain + 5 * STEP) ^ mask);
		put(dst + 48, (plain + 6 * STEP) ^ mask);
		put(dst + 56, (plain + 7 * STEP) ^ mask);
	}
	for (; words; words--, dst += 8, plain += STEP)
		put(dst, plain ^ mask);
	return dst;
}

void ff_content_fill(void *dst, uint16_t epoch, unsigned int obj, uint64_t off, size_t len,
		     uint16_t version)
{
	unsigned char *at = dst;
	size_t head = (8 - off % 8) % 8, words;

	if (head > len)
		head = len;
	at = fill_edge(at, ff_word_make(epoch, obj, off, version), off % 8, head);
	off += head;
	len -= head;
	words = len / 8;
	at = fill_words(at, plain_word(epoch, obj, off, version), mask_of(version), words);
	off += words * 8;
	fill_edge(at, ff_word_make(epoch, obj, off, version), 0, len % 8);
}

/* What a scan knows while it goes. */
struct scan {
	const unsigned char *at;
	uint64_t off, end;		/* of the object: of @at, and where the scan ends */
	uint16_t epoch;
	struct ff_run *run;
	unsigned int max;
	volatile uint32_t *nrun;
	uint64_t next, mask, step;	/* the next word of the current run, before its mask */
};

/*
 * Add a run for the @len bytes at hand. False when there is no room: then the
 * last run says that the rest was not seen.
 */
static bool add_run(struct scan *s, const struct ff_run *add, uint32_t len)
{
	struct ff_run *r;

	if (*s->nrun == s->max) {
		r = &s->run[s->max - 1];
		*r = (struct ff_run){ .off = r->off, .len = (uint32_t)(s->end - r->off),
				      .kind = FF_RUN_UNSEEN };
		return false;
	}
	r = &s->run[*s->nrun];
	*r = *add;
	r->off = s->off;
	r->len = len;
	atomic_signal_fence(memory_order_seq_cst);
	*s->nrun = *s->nrun + 1;
	s->at += len;
	s->off += len;
	return true;
}

static bool scan_edge(struct scan *s, size_t len)
{
	struct ff_run run = { .kind = FF_RUN_RAW };
	size_t i;

	if (!len)
		return true;
	for (i = 0; i < len; i++)
		run.value |= (uint64_t)((const volatile unsigned char *)s->at)[i] << 8 * i;
	if (!run.value)
		run.kind = FF_RUN_ZERO;
	return add_run(s, &run, (uint32_t)len);
}

/* What run a word begins, and what word would go on with it. */
static void classify(struct scan *s, uint64_t word, struct ff_run *run)
{
	unsigned int obj;

	*run = (struct ff_run){ .kind = FF_RUN_ZERO };
	s->next = s->mask = s->step = 0;
	if (!word)
		return;
	s->mask = mask_of(word);
	s->next = (word ^ s->mask) + STEP;
	s->step = STEP;
	if (ff_word_read(word, s->epoch, &run->version, &obj, &run->value) ||
	    ff_word_read(word, FF_EPOCH_BASE, &run->version, &obj, &run->value)) {
		run->kind = FF_RUN_OWN;
		run->obj = (uint8_t)obj;
		return;
	}
	run->kind = ff_word_foreign(word, s->epoch) ? FF_RUN_FOREIGN : FF_RUN_RAW;
	run->version = 0;
	run->value = word;
}

/*
 * How many of @n words go on with the current run. If not all, *@stop is the
 * one that does not: it must not be read a second time.
 */
static size_t same(struct scan *s, const unsigned char *p, size_t n, uint64_t *stop)
{
	uint64_t next = s->next, w[8], d;
	const uint64_t mask = s->mask, step = s->step;
	size_t i, j;

	for (i = 0; i + 8 <= n; i += 8, p += 64) {
		for (j = 0, d = 0; j < 8; j++) {
			w[j] = load(p + 8 * j) ^ mask;
			d |= w[j] ^ (next + j * step);
		}
		if (d) {
			for (j = 0; w[j] == next; j++)
				next += step;
			*stop = w[j] ^ mask;
			return i + j;
		}
		next += 8 * step;
	}
	for (; i < n; i++, p += 8, next += step) {
		w[0] = load(p) ^ mask;
		if (w[0] != next) {
			*stop = w[0] ^ mask;
			return i;
		}
	}
	s->next = next;
	return n;
}

/* Go on with the run just added; returns words left. Page by page, so that a
 * fault at the next page finds all of this one in the run. */
static size_t extend(struct scan *s, size_t left, uint64_t *stop)
{
	struct ff_run *run = &s->run[*s->nrun - 1];
	size_t chunk, n;

	while (left) {
		chunk = (PAGE - (uintptr_t)s->at % PAGE) / 8;
		if (!chunk)
			chunk = 1;	/* a word across two pages */
		if (chunk > left)
			chunk = left;
		n = same(s, s->at, chunk, stop);
		run->len += (uint32_t)(n * 8);
		atomic_signal_fence(memory_order_seq_cst);
		s->at += n * 8;
		s->off += n * 8;
		left -= n;
		if (n < chunk)
			break;
	}
	return left;
}

static bool scan_words(struct scan *s, size_t left)
{
	struct ff_run run;
	uint64_t word;

	if (!left)
		return true;
	word = load(s->at);
	for (;;) {
		classify(s, word, &run);
		if (!add_run(s, &run, 8))
			return false;
		if (!--left)
			return true;
		if (run.kind == FF_RUN_RAW) {
			word = load(s->at);
			continue;
		}
		left = extend(s, left, &word);
		if (!left)
			return true;
	}
}

/* A whole word's worth of zeros beside an edge's zeros is one hole. */
static void merge_zeros(struct ff_run *run, volatile uint32_t *nrun)
{
	uint32_t i, n = 0, all = *nrun;

	for (i = 0; i < all; i++) {
		if (n && run[i].kind == FF_RUN_ZERO && run[n - 1].kind == FF_RUN_ZERO)
			run[n - 1].len += run[i].len;
		else
			run[n++] = run[i];
	}
	*nrun = n;
}

void ff_content_scan(const void *src, uint64_t off, size_t len, uint16_t epoch,
		     struct ff_run *run, unsigned int max, volatile uint32_t *nrun)
{
	struct scan s = { .at = src, .off = off, .end = off + len, .epoch = epoch, .run = run,
			  .max = max, .nrun = nrun };
	size_t head = (8 - off % 8) % 8;

	*nrun = 0;
	if (head > len)
		head = len;
	if (scan_edge(&s, head) && scan_words(&s, (len - head) / 8))
		scan_edge(&s, (len - head) % 8);
	if (head || (len - head) % 8)
		merge_zeros(run, nrun);
}
