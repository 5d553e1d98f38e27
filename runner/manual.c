// SPDX-License-Identifier: GPL-2.0-only
/* Options as argp knows them, for the manual page (docs/man.sh asks for it). */
#include "runner/manual.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "runner/options.h"

#define WIDTH	70	/* of lines of text, in the page's source */

/* roff: a backslash, and a line that begins with a dot or a quote, mean something else. */
static void put_words(const char *s, size_t n)
{
	if (n && (*s == '.' || *s == '\''))
		fputs("\\&", stdout);
	for (; n; n--, s++)
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else
			putchar(*s);
	putchar('\n');
}

static void put_line(const char *s, size_t n)
{
	size_t cut;

	while (n > WIDTH) {
		for (cut = WIDTH; cut && s[cut] != ' '; cut--)
			;
		if (!cut)
			break;
		put_words(s, cut);
		s += cut + 1;
		n -= cut + 1;
	}
	put_words(s, n);
}

/* A line for each sentence, which is how roff wants it; an empty line is a paragraph. */
static void put_text(const char *s, size_t n)
{
	const char *end = s + n, *p;

	while (s < end && isspace((unsigned char)*s))
		s++;
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	for (p = s; p < end; p++) {
		bool line = *p == '\n';

		if (!line && !(*p == ' ' && p > s && strchr(".?!", p[-1]) && p + 1 < end && isupper((unsigned char)p[1])))
			continue;
		put_line(s, (size_t)(p - s));
		if (line && p + 1 < end && p[1] == '\n')
			puts(".Pp");
		while (p + 1 < end && isspace((unsigned char)p[1]))
			p++;
		s = p + 1;
	}
	if (s < end)
		put_line(s, (size_t)(end - s));
}

static bool visible(const struct argp_option *o)
{
	return !(o->flags & (OPTION_HIDDEN | OPTION_DOC)) && o->name;
}

/* An argument as argp has it may be anything; to mdoc some of it is punctuation. */
static void put_argument(const struct argp_option *o)
{
	if (o->flags & OPTION_ARG_OPTIONAL)
		printf(" Ns Op = Ns Ar \\&%s", o->arg);
	else
		printf(" Ns = Ns Ar \\&%s", o->arg);
}

static void put_options(const struct argp_option *o)
{
	puts(".Bl -tag -width Ds");
	for (; o->name || o->key || o->doc; o++) {
		if (!visible(o))
			continue;
		fputs(".It", stdout);
		if (o->key > ' ' && o->key <= '~')
			printf(" Fl %c ,", o->key);
		printf(" Fl -%s", o->name);
		if (o->arg)
			put_argument(o);
		putchar('\n');
		if (o->doc)
			put_text(o->doc, strlen(o->doc));
	}
	puts(".El");
}

static bool any(const struct argp_option *o)
{
	for (; o && (o->name || o->key || o->doc); o++)
		if (visible(o))
			return true;
	return false;
}

/* The section of a shared group, or NULL. */
static const char *shared(const struct argp *argp)
{
	for (const struct argp_child *c = ff_guest_children; c->argp; c++)
		if (c->argp == argp)
			return c->header;
	return NULL;
}

static int title_length(const char *header)
{
	return (int)strcspn(header, ":");
}

static void put_synopsis(const char *name, const char *args)
{
	size_t n;

	puts(".Pp");
	if (!args)
		args = "";
	do {
		n = strcspn(args, "\n");
		printf(".Dl foliofuzz %s Oo option ... Oc%s", name, n ? " " : "");
		put_words(args, n);
		args += n + (args[n] == '\n');
	} while (*args);
}

/* Options that stand elsewhere, in one sentence. */
static void put_references(const struct argp_child *c)
{
	const char *before = ".Pp\nFurther options are under";

	for (; c && c->argp; c++)
		if (shared(c->argp)) {
			printf("%s\n.Sx %.*s", before, title_length(shared(c->argp)), shared(c->argp));
			before = "\nand";
		}
	if (*before != '.')
		puts(" .");
}

void ff_manual(const struct argp *argp, const char *name)
{
	const char *doc = argp->doc ? argp->doc : "", *after = strchr(doc, '\v');

	printf(".Ss %s\n", name);
	put_text(doc, after ? (size_t)(after - doc) : strlen(doc));
	put_synopsis(name, argp->args_doc);
	if (any(argp->options))
		put_options(argp->options);
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		if (!shared(c->argp)) {
			puts(".Pp");
			put_text(c->header ? c->header : "", c->header ? strlen(c->header) : 0);
			put_options(c->argp->options);
		}
	put_references(argp->children);
	if (after) {
		puts(".Pp");
		put_text(after + 1, strlen(after + 1));
	}
}

void ff_manual_shared(void)
{
	for (const struct argp_child *c = ff_guest_children; c->argp; c++) {
		printf(".Ss %.*s\n", title_length(c->header), c->header);
		put_options(c->argp->options);
	}
}
