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

/**
 * ff_repro_named() - a program's file, or a finding's folder (or the program in it)
 *
 * What finding.json says is taken from there; without one, what the program's comment says is
 * added to what @r has.
 * Return: 0, or -EINVAL with a message.
 */
int ff_repro_named(struct ff_repro_found *r, const char *name);

/**
 * ff_repro_found_text() - the C file
 * @name: of the file, without suffix: for the line that builds it
 * @text: malloc()ed
 * Return: 0; -ENOMEM; -EINVAL: the signature is none.
 */
int ff_repro_found_text(const struct ff_repro_found *r, const char *name, char **text);

#endif
