/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Content that identifies itself.
 *
 * Every aligned 8 bytes say which write put them there (version), and for
 * which place (object and offset) they were made. A version 0 word, a hole,
 * is all zeros. The version is mixed into every byte, so that a word of which
 * only some bytes were overwritten decodes as nothing, and is kept raw.
 *
 *   bits  0-15  version (call id + 1; FF_VERSION_BASE: what a disk had at first)
 *   bits 16-41  place: offset / 8 in the object
 *   bits 42-47  object
 *   bits 48-63  epoch: which run of a program, never 0
 *   and bytes 2-7 XORed with the low byte of the version
 */
#ifndef FF_FUZZER_CONTENT_H
#define FF_FUZZER_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzzer/history.h"

/* Objects: what has content. */
#define FF_OBJ_FILE(f)		(f)			/* 0-7: files; a block device is 0 */
#define FF_OBJ_BUFFER(b)	(8 + (b))		/* anonymous regions */
#define FF_OBJ_PRIVATE(m)	(16 + (m))		/* what a private file map has of its own */
#define FF_OBJ_STAGING(t)	(24 + (t))		/* a thread's own I/O memory; 33 = setup */
#define FF_OBJECTS		40
#define FF_OBJ_NONE		63

#define FF_VERSION_BASE		0xffff
#define FF_EPOCH_BASE		0xffff	/* epoch of the words a disk image is made with */

/** ff_word_make() - the word that write @version puts at @off (multiple of 8) of @obj */
uint64_t ff_word_make(uint16_t epoch, unsigned int obj, uint64_t off, uint16_t version);

/**
 * ff_word_read() - decode
 * Return: true when the word is one of @epoch; fills version, obj and off.
 */
bool ff_word_read(uint64_t word, uint16_t epoch, uint16_t *version, unsigned int *obj, uint64_t *off);

/** ff_word_foreign() - could this word be one of another epoch (or base content) for any place */
bool ff_word_foreign(uint64_t word, uint16_t epoch);

/**
 * ff_content_fill() - write the bytes that @version puts at [@off, @off + @len) of @obj
 * @dst: memory for the byte at @off; any alignment; may fault (caller guards)
 */
void ff_content_fill(void *dst, uint16_t epoch, unsigned int obj, uint64_t off, size_t len,
		     uint16_t version);

/** ff_content_byte() - byte of the word that @version puts at @off of @obj */
uint8_t ff_content_byte(uint16_t epoch, unsigned int obj, uint64_t off, uint16_t version);

/**
 * ff_content_scan() - what versions are in memory, as runs
 * @src: memory whose first byte is byte @off of the observed object
 * @run: out, at most @max (at least 2); the last becomes FF_RUN_UNSEEN for all
 *	the rest when they do not suffice
 * @nrun: runs written so far; volatile-like: kept right also if a fault
 *	leaves the function by siglongjmp
 *
 * Words are taken at multiples of 8 of the object's offset. Edges of less
 * than 8 bytes and words that decode as nothing become FF_RUN_RAW, all zeros
 * FF_RUN_ZERO.
 */
void ff_content_scan(const void *src, uint64_t off, size_t len, uint16_t epoch,
		     struct ff_run *run, unsigned int max, volatile uint32_t *nrun);

#endif
