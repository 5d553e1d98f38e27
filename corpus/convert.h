/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs from and to the forms of other tools (docs/corpus.md): operation
 * logs of fsx, program text of syzkaller.
 *
 * What one form cannot express in the other is never dropped in silence: it
 * becomes a note with its line.
 */
#ifndef FF_CORPUS_CONVERT_H
#define FF_CORPUS_CONVERT_H

#include "fuzzer/program.h"

/* Lines of a program's text as corpora keep it. */
#define FF_TARGET_LINE	2
#define FF_DELAY_LINE	3	/* the first */

/**
 * struct ff_note - something that could not be expressed
 * @line: of the text that was read; of the program's text when it is written
 * @text: what, and why
 */
struct ff_note {
	unsigned int line;
	char text[256];
};

/** struct ff_notes - all zero: none yet; @failed: there was no memory for one */
struct ff_notes {
	struct ff_note *n;
	size_t count, room;
	bool failed;
};

__attribute__((format(printf, 3, 4)))
void ff_note(struct ff_notes *notes, unsigned int line, const char *fmt, ...);
void ff_notes_free(struct ff_notes *notes);

/** ff_take - what an import does with each program it makes; an error ends the import */
typedef int (*ff_take)(void *to, const struct ff_program *p);

/**
 * ff_fsx_import() - an operation log (--record-ops, --replay-ops) as a chain of programs
 * @target: of the programs; one with files that have a size
 *
 * Each program begins on an empty file. Those after the first bring it into the
 * state that the log has reached: its size, and data where it has data.
 * Return: 0, what @take returned, or -EINVAL: this target cannot be used.
 */
int ff_fsx_import(const char *text, size_t len, const struct ff_target *target, ff_take take, void *to,
		  struct ff_notes *notes);

/**
 * ff_fsx_export() - a program as an operation log
 * Return: malloc()ed text, or NULL without memory.
 */
char *ff_fsx_export(const struct ff_program *p, struct ff_notes *notes);

/**
 * ff_syz_import() - a program of syzkaller
 * @target: when the text names none
 * Return: 0, what @take returned, or -EINVAL: nothing of it can be expressed (see the notes).
 */
int ff_syz_import(const char *text, size_t len, const struct ff_target *target, ff_take take, void *to,
		  struct ff_notes *notes);

/**
 * ff_syz_export() - a program for syzkaller
 *
 * Imported again it is the same program without the calls in @notes.
 * Return: malloc()ed text, or NULL without memory.
 */
char *ff_syz_export(const struct ff_program *p, struct ff_notes *notes);

#endif
