/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The baseline: what each kernel was seen to do with each kept program. A JSON
 * file, by default baseline.json beside the programs (docs/regress.md).
 */
#ifndef FF_RUNNER_REGRESS_BASELINE_H
#define FF_RUNNER_REGRESS_BASELINE_H

#include <jansson.h>
#include <stdbool.h>

#define FF_BASE_SIGNATURES	16

/**
 * struct ff_base - what one kernel was seen to do with one program
 * @there: it was recorded; else nothing is known
 * @of: for people, whose record it is: "the baseline", or another kernel's name
 * @id: of the program that was run, the beginning of its hash: another program, another baseline
 * @runs, @hits: runs that came back, and those with any finding
 * @signature, @seen: what showed, and in how many runs; @nsignatures of them
 */
struct ff_base {
	bool there;
	const char *of;
	char id[17];
	unsigned int runs, hits, nsignatures;
	char signature[FF_BASE_SIGNATURES][160];
	unsigned int seen[FF_BASE_SIGNATURES];
};

struct ff_baseline;

/**
 * ff_baseline_open() - read a baseline; one that is not there is empty
 * Return: NULL with a message: it cannot be read, or is none (file and line).
 */
struct ff_baseline *ff_baseline_open(const char *path);
void ff_baseline_close(struct ff_baseline *b);

/** ff_baseline_release() - uname -r of the kernel that was recorded under this name, or NULL */
const char *ff_baseline_release(const struct ff_baseline *b, const char *kernel);

/** ff_baseline_get() - an entry; @out->there is false if there is none, or one of another program */
void ff_baseline_get(const struct ff_baseline *b, const char *kernel, const char *program, const char *id,
		     struct ff_base *out);

/**
 * ff_baseline_put() - record an entry
 *
 * Of the same program and release it is added to what is there, so that a
 * recording may go on; else it takes its place.
 * Return: 0 or -ENOMEM.
 */
int ff_baseline_put(struct ff_baseline *b, const char *kernel, const char *release, const char *program,
		    const struct ff_base *entry);

/** ff_baseline_save() - replace the file in one step; 0 or -errno with a message */
int ff_baseline_save(const struct ff_baseline *b);

#endif
