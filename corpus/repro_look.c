// SPDX-License-Identifier: GPL-2.0-only
/* From a signature to what a reproducer looks for. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "corpus/repro_gen.h"

/* The part of a signature between its dots, from 0 on. */
static bool part(const char *signature, unsigned int i, char *out, size_t n)
{
	size_t len;

	for (; i && signature; i--) {
		signature = strchr(signature, '.');
		signature += signature != NULL;
	}
	if (!signature)
		return false;
	len = strcspn(signature, ".");
	if (!len || len >= n)
		return false;
	memcpy(out, signature, len);
	out[len] = '\0';
	return true;
}

static int errno_of(const char *name)
{
	char upper[32];
	unsigned int i;
	int e;

	for (i = 0; name[i] && i + 1 < sizeof(upper); i++)
		upper[i] = (char)toupper((unsigned char)name[i]);
	upper[i] = '\0';
	for (e = 1; e < 200; e++)
		if (strerrorname_np(e) && !strcmp(strerrorname_np(e), upper))
			return e;
	return -1;
}

static int look_errno(struct ff_look *l, const char *signature)
{
	char verdict[40], call[40], name[40];

	if (!part(signature, 1, verdict, sizeof(verdict)))
		return -EINVAL;
	l->sigbus = !strcmp(verdict, "sigbus");
	l->beyond = !strcmp(verdict, "missing-sigbus");
	l->length = !strcmp(verdict, "short-read");
	if (strcmp(verdict, "unexpected-errno"))
		return l->sigbus || l->beyond || l->length ? 0 : -EINVAL;
	if (!part(signature, 2, call, sizeof(call)) || !part(signature, 3, name, sizeof(name)))
		return -EINVAL;
	l->op = ff_op_find(call, strlen(call));
	l->err = errno_of(name);
	return l->op < 0 || l->err < 0 ? -EINVAL : 0;
}

static void look_leak(struct ff_look *l, const char *signature)
{
	l->swap = !strncmp(signature, "leak.swapoff-stuck", 18);
	l->files = !strncmp(signature, "leak.deleted-file", 17);
	if (!l->swap && !l->files)
		l->blind = "the leak is one that only the kernel's own counters show (foliofuzz run looks at them)";
}

static void look_for_all(struct ff_look *l)
{
	l->content = l->same = l->seek = l->mincore = l->sigbus = l->length = l->hang = l->log = l->swap = true;
}

int ff_look_parse(struct ff_look *l, const char *signature)
{
	char oracle[20];

	*l = (struct ff_look){ .op = -1, .err = -1 };
	if (!signature[0]) {
		look_for_all(l);
		return 0;
	}
	if (!part(signature, 0, oracle, sizeof(oracle)))
		return -EINVAL;
	if (!strcmp(oracle, "errno"))
		return look_errno(l, signature);
	l->content = !strcmp(oracle, "data") || !strcmp(oracle, "unmap");
	l->same = l->content;
	l->vacuous = !strncmp(signature, "data.corrupt", 12) || !strncmp(signature, "data.foreign", 12);
	l->seek = !strcmp(oracle, "seek");
	l->mincore = !strcmp(oracle, "mincore");
	l->hang = !strcmp(oracle, "hang");
	l->log = !strcmp(oracle, "kernel-log") || !strcmp(oracle, "unmap");
	if (!strcmp(oracle, "leak"))
		look_leak(l, signature);
	else if (!l->content && !l->seek && !l->mincore && !l->hang && !l->log)
		return -EINVAL;
	if (!strncmp(signature, "unmap.stale-mapping.huge-page-mapped-after-split", 48))
		l->blind = "a huge page stays mapped while it is split: the split fails, and only BPF sees why";
	return 0;
}

void ff_look_print(const struct ff_look *l, FILE *out)
{
	if (l->blind)
		fprintf(out, " * NOTHING TO SEE FROM HERE: %s.\n"
			     " * This file runs the calls; it will not exit with 1, but for what the kernel log says.\n", l->blind);
	if (l->content)
		fprintf(out, " * Looks for: words in memory or in a file that no write can have left there. Every write\n"
			     " * puts its own; which ones a look may meet was worked out from the program's order,\n"
			     " * threads taken as running all at once. A look at which anything is legal checks nothing.\n");
	if (l->same)
		fprintf(out, " * Looks for: a mapping that differs from read() when all threads have ended.\n");
	if (l->seek)
		fprintf(out, " * Looks for: SEEK_DATA and SEEK_HOLE that find a hole in what was written.\n");
	if (l->mincore)
		fprintf(out, " * Looks for: a page that was written and is absent, where nothing may evict it.\n");
	if (l->sigbus)
		fprintf(out, " * Looks for: SIGBUS inside the file.\n");
	if (l->beyond)
		fprintf(out, " * Looks for: memory beyond the end of the file that gives no SIGBUS.\n");
	if (l->length)
		fprintf(out, " * Looks for: reads inside the file that end early.\n");
	if (l->op >= 0)
		fprintf(out, " * Looks for: %s that fails with %s.\n", ff_op((unsigned int)l->op)->name, strerrorname_np(l->err));
	if (l->hang)
		fprintf(out, " * Looks for: a run that does not end, and no thread of it moves for 10 s.\n");
	if (l->log)
		fprintf(out, " * Looks for: what the kernel complains of in its log meanwhile.\n");
	if (l->swap)
		fprintf(out, " * Looks for: swap that is in use when nothing uses it, and swapoff cannot free.\n");
	if (l->files)
		fprintf(out, " * Looks for: blocks of a tmpfs that are taken when all files are gone.\n");
}
