/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Child processes: start, collect, limit in time, end.
 *
 * Every child gets PR_SET_PDEATHSIG SIGKILL, so nothing is left behind when
 * the parent is killed. The kernel ties that signal to the *thread* that
 * forked: start a long-lived child only from a thread that outlives it.
 */
#ifndef FF_RUNNER_PROC_H
#define FF_RUNNER_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct ff_proc_opts - how to run a child; all zero is a sensible default.
 * @dir: working directory, NULL for the parent's.
 * @env: one "NAME=value" to add to the environment, NULL for none.
 * @out_path: file for stdout (and stderr, unless @err), truncated first.
 * @out: if not NULL, gets stdout as a malloc()ed, NUL-terminated buffer. Caller frees.
 * @out_len: if not NULL, length of *@out.
 * @err: if not NULL, gets stderr the same way. Caller frees.
 * @timeout_ms: the child is killed after this; 0 = no limit.
 * @keep_fd: the child inherits this one under its number; 0 = none.
 */
struct ff_proc_opts {
	const char *dir;
	const char *env;
	const char *out_path;
	char **out;
	size_t *out_len;
	char **err;
	unsigned timeout_ms;
	int keep_fd;
};

/**
 * ff_proc_spawn() - start a child and do not wait for it.
 * @argv: NULL-terminated; argv[0] is searched in PATH, then in /usr/sbin, /sbin.
 * @out_fd: stdout of the child, -1 for /dev/null.
 * @err_fd: stderr of the child, -1 for /dev/null.
 * @o: only @dir, @env and @keep_fd are used; may be NULL.
 *
 * Return: its pid, or -errno (-ENOENT: there is no such program).
 */
pid_t ff_proc_spawn(const char *const argv[], int out_fd, int err_fd,
		    const struct ff_proc_opts *o);

/**
 * ff_proc_run() - run a child to its end.
 *
 * Return: its exit status (128 + signal if a signal ended it), or -errno:
 * -ENOENT no such program, -ETIMEDOUT killed after the time limit.
 */
int ff_proc_run(const char *const argv[], const struct ff_proc_opts *o);

/** ff_proc_have() - is this program in PATH, /usr/sbin or /sbin? */
bool ff_proc_have(const char *program);

/** ff_now_ms() - monotonic clock, milliseconds. */
long long ff_now_ms(void);

/** ff_last_line() - last non-empty line of @text, in place; "" if there is none. */
const char *ff_last_line(char *text);

#endif
