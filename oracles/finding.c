// SPDX-License-Identifier: GPL-2.0-only
/* The finding: filling one in without ever overrunning it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "oracles/finding.h"

struct ff_finding *ff_finding_add(struct ff_findings *all, const char *oracle, const char *verdict)
{
	struct ff_finding *f;

	if (all->n == FF_MAX_FINDINGS) {
		all->more++;
		return NULL;
	}
	f = &all->f[all->n++];
	snprintf(f->oracle, sizeof(f->oracle), "%s", oracle);
	snprintf(f->verdict, sizeof(f->verdict), "%s", verdict);
	f->signature[0] = f->what[0] = f->evidence[0] = '\0';
	f->call = f->thread = -1;
	f->witnessed = 0;
	return f;
}

/* Too long: keep whole lines and say that there was more. */
static void cut(struct ff_finding *f)
{
	static const char more[] = "...\n";
	size_t at = sizeof(f->evidence) - sizeof(more);

	while (at && f->evidence[at - 1] != '\n')
		at--;
	memcpy(f->evidence + at, more, sizeof(more));
}

void ff_finding_evidence(struct ff_finding *f, const char *fmt, ...)
{
	size_t used = strlen(f->evidence), room = sizeof(f->evidence) - used;
	va_list ap;
	int n;

	if (used >= 4 && !strcmp(f->evidence + used - 4, "...\n"))
		return;
	va_start(ap, fmt);
	n = vsnprintf(f->evidence + used, room, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n >= room)
		cut(f);
}

static int in_signature(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("._+-", c);
}

void ff_finding_signature(struct ff_finding *f, const char *fmt, ...)
{
	va_list ap;
	char *c;

	va_start(ap, fmt);
	vsnprintf(f->signature, sizeof(f->signature), fmt, ap);
	va_end(ap);
	for (c = f->signature; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
		else if (!in_signature(*c))
			*c = '-';
	}
	/* it names a folder: never "." or ".." or a hidden one */
	if (f->signature[0] == '.')
		f->signature[0] = '-';
}
