/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers and flags in the text form of a case. */
#ifndef FF_ORACLES_NUMBER_TEXT_H
#define FF_ORACLES_NUMBER_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** struct ff_flag_name - a named bit; a NULL name ends a list */
struct ff_flag_name {
	const char *name;
	uint32_t bit;
};

/** ff_number_read() - decimal, 0x hexadecimal, or decimal with K or M; 0 or -EINVAL */
int ff_number_read(const char *text, uint64_t *value);

/** ff_number_store() - the same into a field of @size bytes, little endian; -EINVAL also if it does not fit */
int ff_number_store(const char *text, void *field, size_t size);

/** ff_signed_read() - the same, maybe with a minus before it */
int ff_signed_read(const char *text, int64_t *value);

/** ff_flags_write() - names joined with |; bits without a name as one hexadecimal number */
void ff_flags_write(const struct ff_flag_name *names, uint32_t value, FILE *out);

/** ff_flags_read() - the same back; 0 or -EINVAL */
int ff_flags_read(const struct ff_flag_name *names, const char *text, uint64_t *value);

#endif
