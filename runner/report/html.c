// SPDX-License-Identifier: GPL-2.0-only
#include "runner/report/html.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LOST "\xef\xbf\xbd"

/* A character of UTF-8: its bytes, and @code; 0 when there is none. */
static size_t character(const unsigned char *s, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = *s < 0x80 ? 1 : (*s & 0xe0) == 0xc0 ? 2 : (*s & 0xf0) == 0xe0 ? 3 : (*s & 0xf8) == 0xf0 ? 4 : 0;

	if (!n)
		return 0;
	*code = n == 1 ? *s : *s & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	return *code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000) ? 0 : n;
}

/* May not stand in a page: it would be no HTML, or show something else than is there. */
static bool harmful(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x61c || c == 0xfeff ||
	       (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

static const char *entity(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

static size_t put_character(FILE *out, const char *s)
{
	uint32_t code = 0;
	size_t n = character((const unsigned char *)s, &code);

	if (code == '\r' && n)
		return 1;
	if (!n || harmful(code))
		fputs(LOST, out);
	else if (entity(code))
		fputs(entity(code), out);
	else
		fwrite(s, 1, n, out);
	return n ? n : 1;
}

void ff_html_text(FILE *out, const char *s)
{
	while (s && *s)
		s += put_character(out, s);
}

void ff_html_printf(FILE *out, const char *fmt, ...)
{
	char text[4000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ff_html_text(out, text);
}

void ff_html_element(FILE *out, const char *tag, const char *s)
{
	fprintf(out, "<%s>", tag);
	ff_html_text(out, s);
	fprintf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void ff_html_box(FILE *out, const char *label)
{
	fputs("<div class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
	ff_html_text(out, label);
	fputs("\">\n", out);
}

void ff_html_pre(FILE *out, const char *label, const char *s, unsigned int lines)
{
	unsigned int more = 0;

	fputs("<pre class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
	ff_html_text(out, label);
	fputs("\">", out);
	if (s && *s == '\n')
		fputc('\n', out);	/* the first one after <pre> does not count */
	for (; s && *s && lines; s += put_character(out, s))
		lines -= *s == '\n';
	for (; s && *s; s++)
		more += *s == '\n' || !s[1];
	fputs("</pre>\n", out);
	if (more)
		fprintf(out, "<p class=\"note\">%u more lines are in the file.</p>\n", more);
}

void ff_html_number(FILE *out, unsigned long long n)
{
	char text[32];
	size_t len = (size_t)snprintf(text, sizeof(text), "%llu", n);

	for (size_t i = 0; i < len; i++)
		fprintf(out, "%s%c", i && (len - i) % 3 == 0 ? "," : "", text[i]);
}
