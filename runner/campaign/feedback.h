/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Feedback: programs that made the kernel do something new are kept, and new
 * programs are made from them (docs/feedback.md).
 *
 * New signal has to be stable before a program is kept: it is run again, and
 * what shows in most of its runs counts. How much is generated and how much
 * mutated follows from what each brought for its guest time.
 */
#ifndef FF_RUNNER_FEEDBACK_H
#define FF_RUNNER_FEEDBACK_H

#include <jansson.h>
#include <stdio.h>

#include "corpus/set.h"
#include "fuzzer/generate.h"
#include "oracles/judge.h"

enum ff_source { FF_SOURCE_GENERATED, FF_SOURCE_MUTATED, FF_SOURCES };

/**
 * struct ff_feedback_config - how
 * @corpus: path of a store where kept programs come from and go to, or NULL
 * @blind: only measure: keep nothing, mutate nothing
 * @fixed: no program on another target than the one asked for
 * @seed: of the draws made here
 * @limits: for ff_mutate()
 */
struct ff_feedback_config {
	const char *corpus;
	bool blind, fixed;
	uint64_t seed;
	const struct ff_gen_limits *limits;
};

/**
 * struct ff_feedback_run - one run of a program that ended
 * @source: how the program was made; of one that runs again it is known here
 * @again: of ff_feedback_again(), or NULL: its first run
 * @guest_ns: guest time with the making of the target
 * @lost: the guest was lost, or the history is damaged
 * @new_findings: signatures nobody had seen
 */
struct ff_feedback_run {
	enum ff_source source;
	struct ff_candidate *again;
	const struct ff_case *c;
	uint64_t guest_ns;
	bool lost;
	unsigned int new_findings;
};

struct ff_feedback;

/** ff_feedback_open() - 0, or -errno with a message; -EINVAL: @corpus is no store */
int ff_feedback_open(struct ff_feedback **fb, const struct ff_feedback_config *cfg);
void ff_feedback_close(struct ff_feedback *fb);

/**
 * ff_feedback_mutate() - is program @number to be made from kept ones? then make it
 * @t: target whose turn it is: whatever it was kept on, it runs there now
 * Return: true with @out; false: generate one.
 */
bool ff_feedback_mutate(struct ff_feedback *fb, uint64_t number, const struct ff_target *t, struct ff_program *out);

/**
 * ff_feedback_again() - a program that is to be run once more, to see whether its signal is stable
 * @campaign_ns: guest time of the campaign so far: such runs take a part of it
 * @t: target that is made now: to make another and this one again costs more than the run
 * Return: the candidate, its program in @p; it counts as started. NULL: none now.
 */
struct ff_candidate *ff_feedback_again(struct ff_feedback *fb, uint64_t campaign_ns,
				       const struct ff_target *t, const struct ff_program **p);

/** ff_feedback_not_run() - what ff_feedback_again() gave was not run after all; @broken: and never can */
void ff_feedback_not_run(struct ff_feedback *fb, struct ff_candidate *again, bool broken);

/**
 * ff_feedback_ran() - look at what came of a run
 * @kept: of a program kept now, its id as text (FF_ID_TEXT bytes); "" if none
 *
 * With a corpus, a kept program is on the disk when this returns.
 * Return: 0, or -errno with a message (-ENOSPC).
 */
int ff_feedback_ran(struct ff_feedback *fb, const struct ff_feedback_run *r, char *kept);

/** ff_feedback_features() - different features seen so far; *@stable: of them in kept programs; *@kept programs */
unsigned int ff_feedback_features(const struct ff_feedback *fb, unsigned int *stable, unsigned int *kept);

/** ff_feedback_stability() - of the features that kept programs showed, those that showed in most runs: 0 to 1 */
double ff_feedback_stability(const struct ff_feedback *fb);

/** ff_feedback_save() - all that ff_feedback_restore() needs beside the corpus; a new reference */
json_t *ff_feedback_save(const struct ff_feedback *fb);

/** ff_feedback_restore() - into one just opened on the same corpus; 0 or -EINVAL with @why */
int ff_feedback_restore(struct ff_feedback *fb, const json_t *j, char *why, size_t n);

/** ff_feedback_print() - the summary's lines */
void ff_feedback_print(const struct ff_feedback *fb, FILE *out);

/** ff_feedback_json() - the same and the growth over guest time; a new reference */
json_t *ff_feedback_json(const struct ff_feedback *fb);

#endif
