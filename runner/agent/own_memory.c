// SPDX-License-Identifier: GPL-2.0-only
#include "runner/agent/own_memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

void ff_own_memory_lock(int flags)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long from, to;
	char line[512], mode[8];

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 && !strcmp(mode, "rw-p"))
			madvise((void *)from, to - from, MADV_NOHUGEPAGE);
	if (maps)
		fclose(maps);
	mlockall(flags);
}
