// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/syz.h"

#include <stdlib.h>
#include <string.h>

const struct ff_syz_row ff_syz_rows[] = {
	{ FF_OP_CLOSE, "close", "h0", false },
	{ FF_OP_PREAD, "pread64", "h0 o2 n2 n1", false },
	{ FF_OP_PWRITE, "pwrite64", "h0 i2 n2 n1", false },
	{ FF_OP_PREADV, "preadv2", "h0 V2 n1 =0 n3", false },
	{ FF_OP_PREADV, "preadv", "h0 V2 n1 =0", true },
	{ FF_OP_PWRITEV, "pwritev2", "h0 W2 n1 =0 n3", false },
	{ FF_OP_PWRITEV, "pwritev", "h0 W2 n1 =0", true },
	{ FF_OP_COPY, "copy_file_range", "h0 p1 h2 p3 n4 =0", false },
	{ FF_OP_FTRUNCATE, "ftruncate", "h0 n1", false },
	{ FF_OP_FALLOCATE, "fallocate", "h0 n1 n2 n3", false },
	{ FF_OP_FSYNC, "fsync", "h0", false },
	{ FF_OP_FDATASYNC, "fdatasync", "h0", false },
	{ FF_OP_SYNC_RANGE, "sync_file_range", "h0 n1 n2 n3", false },
	{ FF_OP_FADVISE, "fadvise64", "h0 n1 n2 n3", false },
	{ FF_OP_SEEK, "lseek", "h0 n1 n2", false },
	{ FF_OP_MUNMAP, "munmap", "v0", false },
	{ FF_OP_MPROTECT, "mprotect", "v0 n3", false },
	{ FF_OP_MSYNC, "msync", "v0 n3", false },
	{ FF_OP_MLOCK, "mlock2", "v0 n3", false },
	{ FF_OP_MLOCK, "mlock", "v0", true },
	{ FF_OP_MUNLOCK, "munlock", "v0", false },
	{ FF_OP_MINCORE, "mincore", "v0 r2", false },
	{ FF_OP_MADVISE, "madvise", "v0 n3", false },
	{ FF_OP_PROCESS_MADVISE, "process_madvise", "d x0 n3 =0", false },
	{ FF_OP_MIGRATE, "mbind", "v0 =1 P =40 =2", false },
	{ FF_OP_PAUSE, "nanosleep", "t0 =0", false },
	{ 0, NULL, NULL, false }
};

uint64_t ff_syz_word(unsigned int op, unsigned int arg, const char *name)
{
	const struct ff_word *w;

	for (w = ff_op(op)->arg[arg].words; w && w->name; w++)
		if (!strcmp(w->name, name))
			return w->value;
	return 0;
}

char ff_syz_form(const char **form, uint64_t *n)
{
	char letter, *end;

	while (**form == ' ')
		(*form)++;
	letter = **form;
	if (!letter)
		return 0;
	*n = strtoull(*form + 1, &end, 16);
	*form = end;
	return letter;
}
