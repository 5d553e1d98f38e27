// SPDX-License-Identifier: GPL-2.0-only
#include "runner/store_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/witness.h"
#include "oracles/case_text.h"

/* After "# foliofuzz 1", which has to be the first line. */
char *ff_text_program(const struct ff_program *p, const char *head)
{
	size_t n = ff_program_print(p, NULL, 0) + 1, len;
	char *text = malloc(n), *out = NULL, *rest;
	FILE *f;

	if (!text)
		return NULL;
	ff_program_print(p, text, n);
	f = open_memstream(&out, &len);
	if (!f) {
		free(text);
		return NULL;
	}
	rest = strchr(text, '\n');
	rest = rest && text[0] == '#' ? rest + 1 : text;
	fprintf(f, "%.*s", (int)(rest - text), text);
	while (head && *head) {
		size_t line = strcspn(head, "\n");

		fprintf(f, "# %.*s\n", (int)line, head);
		head += line + (head[line] == '\n');
	}
	fputs(rest, f);
	free(text);
	if (fclose(f)) {
		free(out);
		return NULL;
	}
	return out;
}

char *ff_text_case(const struct ff_case *c)
{
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);
	int ret;

	if (!f)
		return NULL;
	ret = ff_case_write(c, f);
	if (fclose(f) || ret) {
		free(out);
		return NULL;
	}
	return out;
}

char *ff_text_witness(const struct ff_case *c)
{
	uint64_t began = c->history->began;
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	if (!f)
		return NULL;
	fprintf(f, "# %s\n# %zu events, %llu dropped\n", c->witness ? c->witness : "SKIP witness",
		c->nevents, (unsigned long long)c->drops);
	if (c->nevents)
		fprintf(f, "# us since the program began, thread, what, inode, page or cookie, position or address, frame, result, extra, flags\n");
	for (size_t i = 0; i < c->nevents; i++) {
		const struct ff_event *e = &c->event[i];

		fprintf(f, "%12.3f %6u %-22s ino=%llu index=0x%llx addr=0x%llx pfn=0x%llx result=%lld extra=0x%x flags=0x%x\n",
			((double)e->time_ns - (double)began) / 1000, e->tid, ff_ev_name(e->kind),
			(unsigned long long)e->ino, (unsigned long long)e->index,
			(unsigned long long)e->addr, (unsigned long long)e->pfn,
			(long long)e->result, e->extra, e->flags);
	}
	if (fclose(f)) {
		free(out);
		return NULL;
	}
	return out;
}

char *ff_text_readme(const struct ff_found *f, const struct ff_finding *evidence, const char *path)
{
	char *out = NULL;
	size_t len;
	FILE *s = open_memstream(&out, &len);

	if (!s)
		return NULL;
	fprintf(s, "%s\n\n", f->what);
	if (f->known[0])
		fprintf(s, "Known: %s\n\n", f->known);
	fprintf(s, "Found by the oracle \"%s\" (verdict %s) on %s (%s), target %s.\n"
		"Replayed: hit in %u of %u runs. Seen %u times.\n\n",
		f->oracle, f->verdict, f->kernel, f->release, f->target, f->hits, f->runs, f->count);
	fprintf(s, "To see it again:\n\n\tfoliofuzz run %s --repeat 10 %s/program.ff\n\n"
		"To judge what was recorded again (no kernel needed):\n\n\tfoliofuzz judge %s/history\n\n",
		f->guest, path, path);
	if (evidence)
		fprintf(s, "Evidence:\n\n%s", evidence->evidence);
	if (fclose(s)) {
		free(out);
		return NULL;
	}
	return out;
}
