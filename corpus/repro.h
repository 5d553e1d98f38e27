/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reproducers: a program and its finding as one C file that needs libc and
 * pthreads only, and says itself whether it saw the bug (docs/repro.md).
 */
#ifndef FF_CORPUS_REPRO_H
#define FF_CORPUS_REPRO_H

#include <stdio.h>

#include "fuzzer/program.h"

/**
 * struct ff_repro - what the file is about; "" where not known
 * @signature: of the finding: decides what is checked; "": all that can be
 * @what: the finding in a line
 * @kernel: where it was seen
 * @about: lines of the program's own comment
 * @name: of the C file, for the lines that build it
 */
struct ff_repro {
	const char *signature, *what, *kernel, *about, *name;
};

/**
 * ff_repro_write() - write the C file
 * @p: a checked program
 * Return: 0; -ENOMEM; -EINVAL: the signature is none, or of a law that there is not.
 */
int ff_repro_write(const struct ff_program *p, const struct ff_repro *about, FILE *out);

#endif
