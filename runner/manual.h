/* SPDX-License-Identifier: GPL-2.0-only */
/* What the manual page and the shell's completion are made of: they ask the program, so they cannot drift. */
#ifndef FF_RUNNER_MANUAL_H
#define FF_RUNNER_MANUAL_H

#include <argp.h>

/**
 * ff_manual() - a subcommand as a section of a manual page, in mdoc(7), on standard output
 * @name: "corpus distil"
 *
 * Options that many subcommands share are only named by the section they stand
 * in; ff_manual_shared() prints those sections.
 */
void ff_manual(const struct argp *argp, const char *name);
void ff_manual_shared(void);

/**
 * ff_topic() - "foliofuzz help TOPIC": words that programs and options take, a line each
 * Return: 0, or -ENOENT: no such topic.
 */
int ff_topic(const char *topic);

/** FF_TOPICS - for messages */
#define FF_TOPICS "calls, targets, oracles"

#endif
