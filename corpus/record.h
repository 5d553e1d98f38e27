/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a store (docs/corpus.md): a head, then records one after
 * another. Nothing in them is believed before its checksum fits.
 */
#ifndef FF_CORPUS_RECORD_H
#define FF_CORPUS_RECORD_H

#include "corpus/set.h"

#define FF_STORE_VERSION	1
#define FF_STORE_HEAD		16		/* bytes of the file's head */
#define FF_RECORD_HEAD		56		/* bytes of a record's head */
#define FF_RECORD_MAX		(4U << 20)	/* of a record's content, packed or not */
#define FF_LOST_KEPT		64		/* lost ranges that are told one by one */

/**
 * struct ff_lost - bytes of a store that could not be read
 * @off, @len: where
 * @why: for people
 */
struct ff_lost {
	uint64_t off, len;
	char why[80];
};

/**
 * struct ff_scan - what was found in the bytes of a store
 * @set: every record that could be read, joined by id
 * @records: how many there were; more than @set has when some tell of one program
 * @lost, @nlost, @lost_bytes: what could not; the first FF_LOST_KEPT ranges
 * @torn: bytes at the end that are the beginning of a record: an append that
 *	was cut off before it was acknowledged, or a file that was; 0 if none
 */
struct ff_scan {
	struct ff_set set;
	size_t records;
	struct ff_lost lost[FF_LOST_KEPT];
	unsigned int nlost;
	uint64_t lost_bytes, torn;
};

void ff_scan_free(struct ff_scan *s);

/** ff_store_head() - the file's head */
void ff_store_head(uint8_t out[FF_STORE_HEAD]);

/**
 * ff_record_make() - the bytes of a record
 * Return: malloc()ed, *@n of them; NULL with errno ENOMEM or E2BIG.
 */
uint8_t *ff_record_make(const struct ff_entry *e, size_t *n);

/**
 * ff_store_bytes() - a whole store: the same bytes for the same set, always
 * Return: malloc()ed, *@n of them; NULL with errno ENOMEM or E2BIG.
 */
uint8_t *ff_store_bytes(const struct ff_set *set, size_t *n);

/**
 * ff_store_scan() - read everything that can be read
 *
 * After bytes that make no sense the next record is looked for by its first
 * bytes and its checksum.
 * Return: 0, -EINVAL: this is no store at all (or one of a newer version:
 * -EPROTONOSUPPORT), -ENOMEM.
 */
int ff_store_scan(const uint8_t *bytes, size_t n, struct ff_scan *out);

#endif
