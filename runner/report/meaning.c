// SPDX-License-Identifier: GPL-2.0-only
/* Verdicts in plain words; docs/judge.md has the laws behind them. */
#include <string.h>

#include "runner/report/report.h"

static const struct {
	const char *oracle, *verdict, *meaning;
} rows[] = {
	{ "data", "lost-dma", "A direct read said that it was done, and its data is not in the memory it was read into." },
	{ "data", "zeroed", "There are zeros where data must be: stored data was lost." },
	{ "data", "stale-mapping", "A mapping shows a page that the file has dropped: loads see old data, stores are lost." },
	{ "data", "unready-mapping", "A huge page was mapped before anything was put there: loads see old memory." },
	{ "data", "resurrected", "Data came back after it had been punched out or cut off." },
	{ "data", "lost-write", "A read of the file shows something older than the latest write." },
	{ "data", "stale", "A mapping or memory shows something older than the latest write." },
	{ "data", "foreign", "Content of another program, or of the disk before, can be read." },
	{ "data", "unfilled", "A buffered read said that it filled memory, and did not." },
	{ "data", "corrupt", "There is content that was never written, or not for this place." },
	{ "seek", "hole-in-data", "SEEK_DATA or SEEK_HOLE says that there is a hole where data was written." },
	{ "seek", "no-hole", "SEEK_HOLE finds no hole inside the file: it said ENXIO." },
	{ "seek", "out-of-range", "SEEK_DATA or SEEK_HOLE gave an offset outside of the file." },
	{ "mincore", "absent", "mincore says that a written page is not there, though nothing could take it away." },
	{ "errno", "sigbus", "A load or store inside the file was killed by SIGBUS." },
	{ "errno", "sigsegv", "A load or store of mapped memory was killed by SIGSEGV." },
	{ "errno", "missing-sigbus", "A load or store beyond the end of the file went through." },
	{ "errno", "unexpected-errno", "A call failed with an error that its manual page does not allow." },
	{ "errno", "short-read", "A read inside the file returned less than was asked for." },
	{ "unmap", "stale-mapping", "A page left its file and stayed mapped: loads see old data, stores are lost." },
	{ "unmap", "unready-mapping", "A huge page was mapped before anything was put there: loads see old memory." },
	{ "hang", "lost-wakeup", "A task sleeps for a page that is free: the wake-up was lost." },
	{ "hang", "self-deadlock", "A task waits for what it holds itself." },
	{ "hang", "lock-cycle", "Tasks wait for each other in a circle." },
	{ "hang", "held-lock", "A lock is held by a task that does not let go." },
	{ "hang", "livelock", "A call runs and runs, and does not come to an end." },
	{ "hang", "no-return", "A call did not return; what it waits for could not be proven." },
	{ "leak", "swapoff-stuck", "Swap stays in use when all is gone, and swapoff cannot free it." },
	{ "leak", "deleted-file", "Blocks or inodes stay in use when the file is gone." },
	{ "leak", "shmem", "Shared memory stays in use when all is gone." },
	{ "leak", "task", "A task stays behind and does not end." },
	{ "leak", "thp", "Huge pages stay counted when all is gone." },
	{ "leak", "mlock", "Pages stay counted as locked when all is gone." },
	{ "kernel-log", "bad-page", "The kernel found a page in a state that it must not have." },
	{ "kernel-log", "bug", "The kernel says that it met a bug." },
	{ "kernel-log", "warn", "The kernel warned of something that must not happen." },
	{ "kernel-log", "oops", "The kernel crashed." },
	{ "kernel-log", "panic", "The kernel crashed." },
	{ "kernel-log", "kasan", "The kernel used memory that was not its own (KASAN)." },
	{ "kernel-log", "lockdep", "Locks are taken in an order that can deadlock (lockdep)." },
	{ "kernel-log", "soft-lockup", "A CPU ran in the kernel for too long." },
	{ "kernel-log", "hard-lockup", "A CPU ran in the kernel for too long, with interrupts off." },
	{ "kernel-log", "blocked", "A task was blocked for too long." },
	{ "kernel-log", "kcsan", "Two CPUs used the same memory without a lock (KCSAN)." },
	{ "kernel-log", "kfence", "The kernel used memory that was not its own (KFENCE)." },
	{ "kernel-log", "rcu-stall", "A CPU held up RCU for too long." },
};

const char *ff_report_meaning(const char *oracle, const char *verdict)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].oracle, oracle) && !strcmp(rows[i].verdict, verdict))
			return rows[i].meaning;
	return "";
}
