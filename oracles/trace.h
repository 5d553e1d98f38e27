/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a kernel log: lines, and the functions named in them. */
#ifndef FF_ORACLES_TRACE_H
#define FF_ORACLES_TRACE_H

#include <stddef.h>

/**
 * ff_log_line() - the text of the line at @at, without prefix, time stamp and newline
 * @line: at most @n bytes
 * Return: the next line, NULL at the end of the log.
 */
const char *ff_log_line(const char *at, char *line, size_t n);

/**
 * ff_log_function() - the first "name+0x12/0x34" of a line, without the numbers
 *
 * Suffixes that a compiler adds (.isra.0, .constprop.0, .cold) are left out.
 * Return: 1 and @name, or 0.
 */
int ff_log_function(const char *line, char *name, size_t n);

/**
 * ff_log_frames() - the first @max functions of a stack that say something
 * @at: where in the log the stack, or the report with it, begins
 *
 * Leaves out the scheduler and the reporting itself, which are in every stack,
 * and "?" frames. Ends with the report. @out: names joined with "+".
 * Return: how many.
 */
unsigned int ff_log_frames(const char *at, unsigned int max, char *out, size_t n);

/** ff_stack_frames() - the same of a stack given as names joined with "+" */
unsigned int ff_stack_frames(const char *stack, unsigned int max, char *out, size_t n);

#endif
