/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside "corpus distil": what its files share. */
#ifndef FF_RUNNER_DISTIL_H
#define FF_RUNNER_DISTIL_H

#include "corpus/store.h"
#include "runner/measure.h"
#include "runner/options.h"

/**
 * struct ff_distilled - a program of the corpus
 * @m: what it showed at first, @again: what it showed when it had been chosen
 * @stable, @nstable: features in most of the first runs
 * @keep: chosen; @held: kept though nothing is known of it
 */
struct ff_distilled {
	struct ff_measured m, again;
	uint32_t *stable, nstable;
	bool keep, held, measured_again;
};

/**
 * struct ff_distil - a corpus being distilled
 * @store, @path: from where, to where
 * @k, @n: its programs
 * @all, @nall: all stable features
 */
struct ff_distil {
	struct ff_guest_options o;
	const char *store, *path;
	char *made_path;
	bool json;
	unsigned int runs;
	struct ff_session *session;
	struct ff_scan scan;
	struct ff_distilled *k;
	size_t n;
	uint32_t *all;
	size_t nall;
};

/**
 * ff_distil_choose() - run all, choose, run the chosen again, add where something did not show
 * Return: 0, -ECANCELED, -ENOMEM, or another -errno with a message.
 */
int ff_distil_choose(struct ff_distil *d);

/** ff_distil_again() - did a kept program, run again, show it in most runs (2), in some (1), in none (0) */
int ff_distil_again(const struct ff_distil *d, uint32_t feature);

#endif
