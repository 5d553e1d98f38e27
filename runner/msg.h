/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages for people, on stderr. Results go to stdout and never through here.
 *
 * A good message says what was tried, on what, what came back, and what to do
 * next. No trailing newline: it is added.
 */
#ifndef FF_RUNNER_MSG_H
#define FF_RUNNER_MSG_H

/** ff_msg_error() - "foliofuzz: error: ...": something asked for did not happen. */
void ff_msg_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** ff_msg_warn() - "foliofuzz: warning: ...": it goes on, with less than was asked. */
void ff_msg_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** ff_msg_info() - "foliofuzz: ...": progress worth a line. */
void ff_msg_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
