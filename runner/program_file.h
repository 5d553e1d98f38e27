/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that the user names by its path. */
#ifndef FF_RUNNER_PROGRAM_FILE_H
#define FF_RUNNER_PROGRAM_FILE_H

#include <jansson.h>
#include <stdbool.h>

#include "fuzzer/program.h"

/**
 * ff_program_file() - read a program from a file
 * Return: its text, which the caller frees; NULL with a message printed: it cannot be
 * read, or is none (then @p is as it was).
 */
char *ff_program_file(const char *path, struct ff_program *p);

/**
 * struct ff_named - a program that was named by its file, or by the folder of a finding
 * @folder: it was a folder: what it has beside the program must be there
 * @text: of the program
 * @finding: its finding.json; NULL: it is no finding's
 */
struct ff_named {
	bool folder;
	char *text;
	json_t *finding;
};

/**
 * ff_named_open() - read PROGRAM.ff or FINDING
 * Return: 0, or -EINVAL with a message printed. ff_named_close() in both cases.
 */
int ff_named_open(struct ff_named *n, const char *name, struct ff_program *p);
void ff_named_close(struct ff_named *n);

/** ff_named_word() - a text of finding.json, "" if it is not there; as long as @n is open */
const char *ff_named_word(const struct ff_named *n, const char *name);

/** ff_named_number() - a number of finding.json, 0 if it is not there */
int ff_named_number(const struct ff_named *n, const char *name);

#endif
