/* SPDX-License-Identifier: GPL-2.0-only */
/* How a session's guests were started, and how long that took: for summaries. */
#ifndef FF_RUNNER_STARTS_H
#define FF_RUNNER_STARTS_H

#include <jansson.h>

#include "runner/session.h"

/** ff_starts_text() - "1 guest booted in 9.1 s, 5 restored in 0.5 s each" */
void ff_starts_text(const struct ff_session_info *info, char *out, size_t n);

/**
 * ff_starts_json() - {"boots", "boot_seconds", "restores", "restore_seconds",
 * "snapshot_seconds", "snapshot_mib"}; seconds of one guest, on average; a new reference
 */
json_t *ff_starts_json(const struct ff_session_info *info);

#endif
