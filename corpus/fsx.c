// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/fsx.h"

#include <linux/falloc.h>

const char *const ff_fsx_names[FF_FSX_OPS] = {
	"read", "read_dontcache", "write", "write_dontcache", "write_atomic", "mapread", "mapwrite",
	"truncate", "fallocate", "punch_hole", "zero_range", "collapse_range", "insert_range",
	"clone_range", "dedupe_range", "copy_range", "exchange_range", "fsync",
};

unsigned int ff_fsx_args(enum ff_fsx_op op)
{
	return op >= FF_FSX_CLONE_RANGE && op <= FF_FSX_EXCHANGE_RANGE ? 4 : 3;
}

int ff_fsx_mode(enum ff_fsx_op op, unsigned int flags)
{
	int keep = flags & FF_FSX_KEEP_SIZE ? FALLOC_FL_KEEP_SIZE : 0;

	switch (op) {
	case FF_FSX_FALLOCATE:
		return keep | (flags & FF_FSX_UNSHARE ? FALLOC_FL_UNSHARE_RANGE : 0);
	case FF_FSX_PUNCH_HOLE:
		return FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	case FF_FSX_ZERO_RANGE:
		return FALLOC_FL_ZERO_RANGE | keep;
	case FF_FSX_COLLAPSE_RANGE:
		return FALLOC_FL_COLLAPSE_RANGE;
	case FF_FSX_INSERT_RANGE:
		return FALLOC_FL_INSERT_RANGE;
	default:
		return -1;
	}
}
