/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test aid: failures on command, to prove that a campaign survives them.
 * In a VM by `--append ff.simfail=WHAT:SECONDS`, here by FF_SIMFAIL=WHAT:SECONDS:
 *
 *	panic	the kernel panics (sysrq c)
 *	freeze	ext4 is frozen under a program that then writes: a call that never returns
 *	silent	the supervisor stops beating
 *	hang	the program's thread 0 never comes back, without a call being in flight
 *	die	the executor kills itself
 *	server	the server of a FUSE target is killed while a program runs on it
 *	stop	the same, but it is stopped (SIGSTOP): it lives and answers nobody
 *
 * SECONDS after the guest's first program; each only once a guest.
 */
#ifndef FF_RUNNER_SIMFAIL_H
#define FF_RUNNER_SIMFAIL_H

#include <stdbool.h>

#include "fuzzer/history.h"

enum ff_simfail { FF_SIMFAIL_NONE, FF_SIMFAIL_PANIC, FF_SIMFAIL_FREEZE, FF_SIMFAIL_SILENT,
	FF_SIMFAIL_HANG, FF_SIMFAIL_DIE, FF_SIMFAIL_SERVER, FF_SIMFAIL_STOP };

/** ff_simfail_set() - take "panic:5"; 0 or -EINVAL; "" asks for nothing */
int ff_simfail_set(const char *text);

/** ff_simfail_due() - is it time for this failure? @now_ms of a monotonic clock */
bool ff_simfail_due(enum ff_simfail what, long long now_ms);

/**
 * ff_simfail_run() - executor: act, if one is due
 * @dir: folder on the target file system, "" if none
 * @h: of the program that is about to run: a failing call is published in it
 */
void ff_simfail_run(const char *dir, struct ff_history *h, unsigned int ncalls);

#endif
