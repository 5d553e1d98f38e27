/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Distilling a corpus: which of its programs keep all that they show together.
 * Pure: signals of runs in, a choice out; who runs them is the runner's matter.
 */
#ifndef FF_CORPUS_DISTIL_H
#define FF_CORPUS_DISTIL_H

#include "corpus/signal.h"

/**
 * struct ff_often - features of the runs of one program, and in how many each was; all zero is none
 * @runs: so far
 * @f, @hits, @n: features in ascending order
 */
struct ff_often {
	uint32_t runs;
	uint32_t n;
	uint32_t *f;
	uint16_t *hits;
};

/** ff_often_add() - one more run; 0 or -ENOMEM, then nothing is changed */
int ff_often_add(struct ff_often *s, const struct ff_signal *run);

/** ff_often_stable() - the features of more than half of its runs; @out has room for @s->n; how many */
uint32_t ff_often_stable(const struct ff_often *s, uint32_t *out);

/** ff_often_has() - in how many runs a feature was */
unsigned int ff_often_has(const struct ff_often *s, uint32_t feature);

void ff_often_free(struct ff_often *s);

/**
 * struct ff_cover - a program in the choice
 * @f, @n: its features in ascending order, each once
 * @cost: what keeping it costs, at least 1
 * @kept: the answer
 */
struct ff_cover {
	const uint32_t *f;
	uint32_t n;
	uint64_t cost;
	bool kept;
};

/**
 * ff_cover_choose() - few and cheap programs that have every feature which any has
 *
 * Greedy: always the one with most features not covered yet for its cost, of
 * equal ones the first; at the end those that the others made needless go,
 * dearest first. No program that is left can be left out.
 * Return: 0 or -ENOMEM.
 */
int ff_cover_choose(struct ff_cover *c, size_t n);

/**
 * ff_cover_union() - all features that any of these has, only those kept if @kept
 * @out: malloc()ed, in ascending order, each once; NULL when there are none
 * Return: how many, or -ENOMEM.
 */
ssize_t ff_cover_union(const struct ff_cover *c, size_t n, bool kept, uint32_t **out);

#endif
