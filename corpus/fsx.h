/* SPDX-License-Identifier: GPL-2.0-only */
/* What reading and writing operation logs of fsx have in common. */
#ifndef FF_CORPUS_FSX_H
#define FF_CORPUS_FSX_H

#include "fuzzer/call.h"

/* As in xfstests' ltp/fsx.c. */
enum ff_fsx_op {
	FF_FSX_READ, FF_FSX_READ_DONTCACHE, FF_FSX_WRITE, FF_FSX_WRITE_DONTCACHE, FF_FSX_WRITE_ATOMIC,
	FF_FSX_MAPREAD, FF_FSX_MAPWRITE, FF_FSX_TRUNCATE, FF_FSX_FALLOCATE, FF_FSX_PUNCH_HOLE,
	FF_FSX_ZERO_RANGE, FF_FSX_COLLAPSE_RANGE, FF_FSX_INSERT_RANGE, FF_FSX_CLONE_RANGE,
	FF_FSX_DEDUPE_RANGE, FF_FSX_COPY_RANGE, FF_FSX_EXCHANGE_RANGE, FF_FSX_FSYNC,
	FF_FSX_OPS
};

enum ff_fsx_flag { FF_FSX_KEEP_SIZE = 1, FF_FSX_CLOSE_OPEN = 2, FF_FSX_UNSHARE = 4 };

/** ff_fsx_names - as in a log, by enum ff_fsx_op */
extern const char *const ff_fsx_names[FF_FSX_OPS];

/** ff_fsx_args() - numbers after the name: offset, length, [other offset], size of the file before */
unsigned int ff_fsx_args(enum ff_fsx_op op);

/** ff_fsx_mode() - of fallocate(2), for an operation that is one; else -1 */
int ff_fsx_mode(enum ff_fsx_op op, unsigned int flags);

#endif
