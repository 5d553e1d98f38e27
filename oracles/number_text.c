// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and flags in the text form of a case. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/number_text.h"

int ff_number_read(const char *text, uint64_t *value)
{
	int base = !strncmp(text, "0x", 2) ? 16 : 10;
	unsigned int shift = 0;
	char *end;

	if (!isdigit((unsigned char)*text) || (base == 16 && !isxdigit((unsigned char)text[2])))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, base);
	if (errno)
		return -EINVAL;
	if (base == 10 && (*end == 'K' || *end == 'M'))
		shift = *end++ == 'K' ? 10 : 20;
	if (*end || *value > UINT64_MAX >> shift)
		return -EINVAL;
	*value <<= shift;
	return 0;
}

int ff_number_store(const char *text, void *field, size_t size)
{
	uint64_t v;

	if (ff_number_read(text, &v) || (size < 8 && v >> (8 * size)))
		return -EINVAL;
	memcpy(field, &v, size);	/* see fuzzer/content.h for the byte order */
	return 0;
}

int ff_signed_read(const char *text, int64_t *value)
{
	int minus = *text == '-';
	uint64_t n;

	if (ff_number_read(text + minus, &n) || n > (uint64_t)INT64_MAX + minus)
		return -EINVAL;
	*value = minus ? (int64_t)(0 - n) : (int64_t)n;
	return 0;
}

void ff_flags_write(const struct ff_flag_name *names, uint32_t value, FILE *out)
{
	const char *bar = "";

	for (; names->name; names++) {
		if (!(value & names->bit))
			continue;
		fprintf(out, "%s%s", bar, names->name);
		bar = "|";
		value &= ~names->bit;
	}
	if (value)
		fprintf(out, "%s0x%" PRIx32, bar, value);
	else if (!*bar)
		fprintf(out, "none");
}

static int one_flag(const struct ff_flag_name *names, const char *word, uint64_t *bit)
{
	for (; names->name; names++) {
		if (!strcmp(names->name, word)) {
			*bit = names->bit;
			return 0;
		}
	}
	return ff_number_read(word, bit);
}

int ff_flags_read(const struct ff_flag_name *names, const char *text, uint64_t *value)
{
	char copy[200], *rest = copy, *word;
	uint64_t bit;

	*value = 0;
	if (!strcmp(text, "none"))
		return 0;
	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	while ((word = strsep(&rest, "|"))) {
		if (one_flag(names, word, &bit) || bit > UINT32_MAX)
			return -EINVAL;
		*value |= bit;
	}
	return 0;
}
