/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that are kept for regression runs, corpus/regress/NAME.ff: ordinary
 * programs whose comments say, in a fixed form, what they are about and what a
 * bug looks like (docs/regress.md). Where a bug lives is no matter of the
 * program: a baseline says what each kernel was seen to do.
 */
#ifndef FF_CORPUS_REGRESS_H
#define FF_CORPUS_REGRESS_H

#include "fuzzer/program.h"

#define FF_REGRESS_BUGS		4	/* "expect: bug" lines of a program */
#define FF_REGRESS_PATTERNS	6	/* signature patterns of one of them */
#define FF_REGRESS_APPENDS	4
#define FF_REGRESS_NAME		64	/* bytes of a name, NUL counted */

/**
 * struct ff_regress_bug - one bug that a program may show
 * @pattern: fnmatch(3) patterns of the signatures it has, @npatterns of them
 * @what: for people, or ""
 */
struct ff_regress_bug {
	char pattern[FF_REGRESS_PATTERNS][96];
	unsigned int npatterns;
	char what[160];
};

/**
 * struct ff_regress_append - kernel command line that the program wants
 * @kernel: fnmatch(3) pattern of the kernels' names that want it; "*": all
 */
struct ff_regress_append {
	char kernel[64], args[128];
};

/**
 * struct ff_regress_head - what the comments of a kept program say
 * @about: one line
 * @source: thread, commit, URL, or "foliofuzz" for our own
 * @bug: bugs that it may show; @nbugs 0: it must be silent everywhere
 * @append: by kernel
 * @features: bits of enum ff_feature that the kernel must have
 * @witness: without the witness it shows nothing
 */
struct ff_regress_head {
	char about[256], source[256];
	struct ff_regress_bug bug[FF_REGRESS_BUGS];
	unsigned int nbugs;
	struct ff_regress_append append[FF_REGRESS_APPENDS];
	unsigned int nappends;
	uint64_t features;
	bool witness;
};

/**
 * ff_regress_head_parse() - read the head of a kept program
 * @text: of the whole program, @len bytes
 * @h: filled on success only
 * Return: 0, or -EINVAL with @e.
 */
int ff_regress_head_parse(const char *text, size_t len, struct ff_regress_head *h, struct ff_error *e);

/**
 * ff_regress_name() - the name that a path gives: its last part without .ff
 * Return: 0, or -EINVAL: it does not end so, or has other letters than a-z, 0-9 and "-".
 */
int ff_regress_name(const char *path, char name[FF_REGRESS_NAME]);

/** ff_regress_bug_of() - the bug that a signature belongs to, or NULL */
const struct ff_regress_bug *ff_regress_bug_of(const struct ff_regress_head *h, const char *signature);

/** ff_regress_append_of() - what a kernel of this name gets, joined by blanks, "" if nothing */
void ff_regress_append_of(const struct ff_regress_head *h, const char *kernel, char *out, size_t n);

#endif
