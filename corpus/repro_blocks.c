// SPDX-License-Identifier: GPL-2.0-only
/*
 * In corpus/repro/ a line "//: NAME [needs A B ...]" begins a block. A block comes
 * after those that it needs: their order there is that of the C file.
 */
#include "corpus/repro_blocks.h"

#include <assert.h>
#include <string.h>

#define MARK	"//: "

/* The files as they are, one after the other. */
extern const char ff_repro_text[], ff_repro_text_end[];
__asm__(".pushsection .rodata\n"
	".globl ff_repro_text, ff_repro_text_end\n"
	"ff_repro_text:\n"
	".incbin \"corpus/repro/calls.c\"\n"
	".incbin \"corpus/repro/target.c\"\n"
	".incbin \"corpus/repro/watch.c\"\n"
	".incbin \"corpus/repro/fuse.c\"\n"
	"ff_repro_text_end:\n"
	".byte 0\n"
	".popsection\n");

/* The block that begins at or after @at, which is moved behind it; NULL: there is none. */
static const char *next_block(const char **at)
{
	const char *begin = strstr(*at, MARK), *end;

	if (!begin)
		return NULL;
	end = strstr(begin + 1, "\n" MARK);
	*at = end ? end + 1 : ff_repro_text_end;
	return begin;
}

static bool is_named(const char *block, const char *name, size_t len)
{
	const char *at = block + strlen(MARK);

	return strcspn(at, " \n") == len && !strncmp(at, name, len);
}

static void want(struct ff_blocks *b, const char *name, size_t len)
{
	const char *at = ff_repro_text, *block;
	unsigned int i;

	for (i = 0; (block = next_block(&at)) && !is_named(block, name, len); i++)
		;
	assert(block && i < FF_BLOCKS);
	if (!block || b->wanted[i])
		return;
	b->wanted[i] = true;
	block += strlen(MARK) + len;
	if (strncmp(block, " needs", 6))
		return;
	for (block += 6; *block == ' '; block += len) {
		block++;
		len = strcspn(block, " \n");
		want(b, block, len);
	}
}

void ff_blocks_want(struct ff_blocks *b, const char *name)
{
	want(b, name, strlen(name));
}

bool ff_blocks_wanted(const struct ff_blocks *b, const char *name)
{
	const char *at = ff_repro_text, *block;
	unsigned int i;

	for (i = 0; (block = next_block(&at)); i++)
		if (is_named(block, name, strlen(name)))
			return b->wanted[i];
	return false;
}

void ff_blocks_print(const struct ff_blocks *b, FILE *out)
{
	const char *at = ff_repro_text, *block;
	unsigned int i;

	for (i = 0; (block = next_block(&at)); i++) {
		if (!b->wanted[i])
			continue;
		block += strcspn(block, "\n") + 1;
		fwrite(block, 1, (size_t)(at - block), out);
	}
}
