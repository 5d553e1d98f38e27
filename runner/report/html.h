/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text into HTML. Programs, kernel logs and names come from strangers: all of it
 * goes through here, and nothing of it is ever markup.
 */
#ifndef FF_RUNNER_REPORT_HTML_H
#define FF_RUNNER_REPORT_HTML_H

#include <stdio.h>

/**
 * ff_html_text() - @s (NULL: nothing) as text or as the value of a quoted attribute
 *
 * What is no UTF-8, control characters, and characters that change the direction of
 * what stands after them become U+FFFD.
 */
void ff_html_text(FILE *out, const char *s);

/** ff_html_printf() - the same of formatted text, which is cut at 4000 bytes */
void ff_html_printf(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** ff_html_element() - <@tag>@s</@tag>; @tag may carry attributes: "td class=\"n\"" */
void ff_html_element(FILE *out, const char *tag, const char *s);

/**
 * ff_html_pre() - text in a box that scrolls by itself
 * @label: what it is, for those who cannot see it
 * @lines: at most so many; what is more is counted in a last line
 */
void ff_html_pre(FILE *out, const char *label, const char *s, unsigned int lines);

/** ff_html_box() - begin a <div> that scrolls by itself, and can be reached by keyboard; @label: what is in it */
void ff_html_box(FILE *out, const char *label);

/** ff_html_number() - 1234567 as "1,234,567" */
void ff_html_number(FILE *out, unsigned long long n);

#endif
