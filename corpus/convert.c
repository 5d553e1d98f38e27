// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/convert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void ff_note(struct ff_notes *notes, unsigned int line, const char *fmt, ...)
{
	struct ff_note *more;
	va_list ap;

	if (notes->count == notes->room) {
		more = reallocarray(notes->n, notes->room ? 2 * notes->room : 16, sizeof(*more));
		if (!more) {
			notes->failed = true;
			return;
		}
		notes->n = more;
		notes->room = notes->room ? 2 * notes->room : 16;
	}
	notes->n[notes->count].line = line;
	va_start(ap, fmt);
	vsnprintf(notes->n[notes->count].text, sizeof(notes->n->text), fmt, ap);
	va_end(ap);
	notes->count++;
}

void ff_notes_free(struct ff_notes *notes)
{
	free(notes->n);
	*notes = (struct ff_notes){ 0 };
}
