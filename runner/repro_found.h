/* SPDX-License-Identifier: GPL-2.0-only */
/* A finding's folder as a C file that shows it (corpus/repro.h writes it). */
#ifndef FF_RUNNER_REPRO_FOUND_H
#define FF_RUNNER_REPRO_FOUND_H

#include "fuzzer/program.h"

/**
 * struct ff_repro_found - what the C file is about; "" where not known
 * @signature, @what: of the finding
 * @kernel: where it was seen, and how often
 * @about: lines of the program's own comment
 */
struct ff_repro_found {
	struct ff_program program;
	char signature[160], what[400], kernel[300], about[4000];
};

/** ff_repro_program() - @path as the program, with what its comment says; 0, or -EINVAL with a message */
int ff_repro_program(struct ff_repro_found *r, const char *path);

/** ff_repro_finding() - finding.json and program.ff of the folder @dir; 0, or -EINVAL with a message */
int ff_repro_finding(struct ff_repro_found *r, const char *dir);

/**
 * ff_repro_found_text() - the C file
 * @name: of the file, without suffix: for the line that builds it
 * @text: malloc()ed
 * Return: 0; -ENOMEM; -EINVAL: the signature is none.
 */
int ff_repro_found_text(const struct ff_repro_found *r, const char *name, char **text);

#endif
