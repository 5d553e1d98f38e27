/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a reproducer: one run, its target, main(). */
#ifndef FF_CORPUS_REPRO_MAIN_H
#define FF_CORPUS_REPRO_MAIN_H

#include "corpus/repro_gen.h"

/** ff_repro_main() - write run(), target and main() to the body */
void ff_repro_main(struct ff_repro_gen *g);

#endif
