/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that the user names by its path. */
#ifndef FF_RUNNER_PROGRAM_FILE_H
#define FF_RUNNER_PROGRAM_FILE_H

#include "fuzzer/program.h"

/**
 * ff_program_file() - read a program from a file
 * Return: its text, which the caller frees; NULL with a message printed: it cannot be
 * read, or is none (then @p is as it was).
 */
char *ff_program_file(const char *path, struct ff_program *p);

#endif
