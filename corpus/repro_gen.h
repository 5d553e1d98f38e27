/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the writer of reproducers: what repro*.c share. */
#ifndef FF_CORPUS_REPRO_GEN_H
#define FF_CORPUS_REPRO_GEN_H

#include "corpus/repro.h"
#include "corpus/repro_blocks.h"
#include "corpus/repro_plan.h"
#include "fuzzer/call.h"

/**
 * struct ff_look - what the file looks for
 * @content, @same: words that must not be there; a mapping unlike the file
 * @seek, @mincore, @sigbus, @beyond, @length: what these calls must not say
 * @op, @err: a call that must not fail so; -1: none
 * @hang, @log, @swap, @files: does not end; kernel log; leaks
 * @vacuous: also where any write of the program may be: for content that is nobody's
 * @blind: why nothing can be seen from user space, or NULL
 */
struct ff_look {
	bool content, same, seek, mincore, sigbus, beyond, length, hang, log, swap, files, vacuous;
	int op, err;
	const char *blind;
};

/** struct ff_repro_gen - a file while it is written; @body: the calls */
struct ff_repro_gen {
	const struct ff_program *p;
	const struct ff_repro *about;
	struct ff_look look;
	struct ff_plan *plan;
	struct ff_blocks blocks;
	FILE *body;
	bool closes;		/* some call closes a handle */
	bool moves[FF_MEMS];	/* some mremap is of this memory: no look is sure where it looks */
	uint64_t mapped[FF_MEMS];	/* length it was made with */
};

/** ff_look_parse() - from a signature; 0 or -EINVAL */
int ff_look_parse(struct ff_look *l, const char *signature);

/** ff_look_print() - sentences for the head of the file, each in a line that begins with " * " */
void ff_look_print(const struct ff_look *l, FILE *out);

/** ff_repro_call() - the line or lines of a call */
void ff_repro_call(struct ff_repro_gen *g, unsigned int id);

/** struct ff_c_text, ff_c_size() - bytes as C has them: "2 * M", "512" */
struct ff_c_text { char s[120]; };
struct ff_c_text ff_c_size(uint64_t bytes);

/** ff_c_memory() - address of a byte of a memory slot: "m0 + 4 * K" */
struct ff_c_text ff_c_memory(unsigned int mem, uint64_t off);

/** ff_repro_expr() - a call as a C expression that gives what it returned; false: it has none of its own */
bool ff_repro_expr(struct ff_repro_gen *g, const struct ff_call *c, FILE *out);

#endif
