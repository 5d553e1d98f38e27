/* SPDX-License-Identifier: GPL-2.0-only */
/* The texts in a finding's folder, as malloc()ed strings; NULL: no memory. For store.c only. */
#ifndef FF_RUNNER_STORE_TEXT_H
#define FF_RUNNER_STORE_TEXT_H

#include "runner/store.h"

/** ff_text_program() - program.ff, with @head (lines without "#", or NULL) as comments */
char *ff_text_program(const struct ff_program *p, const char *head);

/** ff_text_case() - history: all of the case, for foliofuzz judge */
char *ff_text_case(const struct ff_case *c);

/** ff_text_witness() - the events, a line each, for people */
char *ff_text_witness(const struct ff_case *c);

/** ff_text_readme() - what it is and how to see it again */
char *ff_text_readme(const struct ff_found *f, const struct ff_finding *evidence, const char *path);

#endif
