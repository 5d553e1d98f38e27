// SPDX-License-Identifier: GPL-2.0-only
#include "runner/starts.h"

#include <stdio.h>
#include <string.h>

/* Seconds of one of @count that took @ms together. */
static double each(uint64_t ms, unsigned int count)
{
	return count ? (double)ms / 1000 / count : 0;
}

void ff_starts_text(const struct ff_session_info *info, char *out, size_t n)
{
	size_t used = (size_t)snprintf(out, n, "%u guest%s booted in %.2f s%s", info->boots,
				       info->boots == 1 ? "" : "s", each(info->boot_ms, info->boots),
				       info->boots > 1 ? " each" : "");

	if (info->restores && used < n)
		snprintf(out + used, n - used, ", %u restored in %.2f s%s", info->restores,
			 each(info->restore_ms, info->restores), info->restores > 1 ? " each" : "");
}

json_t *ff_starts_json(const struct ff_session_info *info)
{
	return json_pack("{s:i,s:f,s:i,s:f,s:f,s:f}", "boots", (int)info->boots,
			 "boot_seconds", each(info->boot_ms, info->boots),
			 "restores", (int)info->restores,
			 "restore_seconds", each(info->restore_ms, info->restores),
			 "snapshot_seconds", (double)info->snapshot_ms / 1000,
			 "snapshot_mib", (double)info->snapshot_bytes / (1 << 20));
}
