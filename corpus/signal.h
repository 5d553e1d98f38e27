/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The signal: what a program made the kernel do, as a set of 32-bit features
 * (docs/feedback.md). Pure: history and witness events in, numbers out.
 *
 * No address, no time, no thread number and no inode is in a feature, so that
 * two runs of a program that did the same have the same.
 */
#ifndef FF_CORPUS_SIGNAL_H
#define FF_CORPUS_SIGNAL_H

#include "oracles/judge.h"

#define FF_SIGNAL_MAX	16384	/* more features of one run are left out */

/**
 * struct ff_signal - a set of features
 * @n: how many
 * @f: in ascending order, each once
 */
struct ff_signal {
	uint32_t n;
	uint32_t f[FF_SIGNAL_MAX];
};

/** ff_signal_of() - the features of one run; empty without memory */
void ff_signal_of(const struct ff_case *c, struct ff_signal *s);

/** ff_signal_has() - is a feature in the set */
bool ff_signal_has(const struct ff_signal *s, uint32_t feature);

/** ff_signal_set() - make a set of @n numbers in any order, repeated or not; @f is sorted */
void ff_signal_set(struct ff_signal *s, uint32_t *f, size_t n);

/**
 * ff_signal_attrs() - as lines of a corpus, "signal=0123abcd"
 * Return: malloc()ed text for ff_corpus_add(), or NULL without memory.
 */
char *ff_signal_attrs(const struct ff_signal *s);

/** ff_signal_parse() - the signal lines of @attrs, others are passed over */
void ff_signal_parse(const char *attrs, struct ff_signal *s);

#endif
