/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the generator: the drawing of words (flags, advice, modes) that fit. */
#ifndef FF_FUZZER_GEN_WORDS_H
#define FF_FUZZER_GEN_WORDS_H

#include "fuzzer/gen.h"

/* a word of argument @arg by its weight; for flags: usually none, else one */
uint64_t gen_word(struct gen *g, const struct ff_op *row, unsigned int arg);

/* an advice that this memory takes; may widen or move the place to a huge page; false if none */
bool gen_advice(struct gen *g, const struct ff_op *row, struct where *w, uint64_t *value);

/* a mode that the target's file system has; NULL if none */
const struct ff_word *gen_fallocate_mode(struct gen *g, unsigned int file);
bool gen_shifts(const struct ff_word *mode);

uint64_t gen_rw_flags(struct gen *g, unsigned int op, unsigned int handle);
bool gen_mremap(struct gen *g, uint8_t t, struct ff_call *c);

#endif
