// SPDX-License-Identifier: GPL-2.0-only
/* A C file out of a program and its finding: head, helpers, threads, main(). */
#include "corpus/repro.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "corpus/repro_gen.h"
#include "corpus/repro_main.h"
#include "fuzzer/delay.h"
#include "fuzzer/exec.h"
#include "fuzzer/serve.h"
#include "fuzzer/text.h"

#define PMD_SIZE	(2ull << 20)

/* Text into the head comment, each line after " * "; what would end or begin one is taken apart. */
static void comment(FILE *out, const char *text, const char *indent)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		fprintf(out, n ? " *%s%s" : " *", n ? " " : "", n ? indent : "");
		for (size_t i = 0; i < n; i++) {
			fputc(text[i], out);
			if ((text[i] == '*' && text[i + 1] == '/') || (text[i] == '/' && text[i + 1] == '*'))
				fputc(' ', out);
		}
		fputc('\n', out);
		text += n + (text[n] == '\n');
	}
}

static void head_program(const struct ff_program *p, FILE *out)
{
	size_t n = ff_program_print(p, NULL, 0) + 1;
	char *text = malloc(n);

	if (!text)
		return;
	ff_program_print(p, text, n);
	fprintf(out, " *\n * The program (the calls of a thread follow each other, the threads run side by side):\n *\n");
	comment(out, text, "  ");
	free(text);
}

static bool kills_server(const struct ff_program *p)
{
	unsigned int i;

	for (i = 0; i < p->ncalls; i++)
		if (p->call[i].op == FF_OP_SERVE && p->call[i].arg[0] == FF_SERVE_DIE)
			return true;
	return false;
}

static void head_target(const struct ff_program *p, FILE *out)
{
	if (kills_server(p))
		fprintf(out, " *\n * LEFT OUT: the program kills its FUSE server (\"serve die\"), this file does not. A bug that\n"
			     " * comes of that cannot show here.\n");
	if (p->target.slow && p->target.kind != FF_TARGET_FUSE)
		fprintf(out, " *\n * It needs a slow disk: give one of about %u requests per second with -d (QEMU: -drive\n"
			     " * ...,throttling.iops-total=%u; or dm-delay). A loop device is too fast.\n", p->target.slow, p->target.slow);
	if (p->target.swap == FF_SWAP_SLOW)
		fprintf(out, " *\n * It needs slow swap: give a device of about 100 requests per second with -s. A file is\n"
			     " * too fast.\n");
	if (p->ndelays)
		fprintf(out, " *\n * foliofuzz held up the kernel at the places that the lines \"delay\" name. A C file cannot:\n"
			     " * it has to do with more runs.\n");
}

static void head(const struct ff_repro_gen *g, FILE *out)
{
	const struct ff_repro *a = g->about;
	const char *name = a->name[0] ? a->name : "repro";
	uint8_t kind = g->p->target.kind;

	fprintf(out, "// SPDX-License-Identifier: GPL-2.0-only\n/*\n");
	comment(out, a->what[0] ? a->what : "A program of foliofuzz's", "");
	if (a->kernel[0])
		fprintf(out, " *\n * Seen on %s.\n", a->kernel);
	if (a->signature[0])
		fprintf(out, " * Signature: %s\n", a->signature);
	if (a->about[0]) {
		fprintf(out, " *\n");
		comment(out, a->about, "");
	}
	fprintf(out, " *\n *\tgcc -O2 -Wall -Wextra -pthread -o %s %s.c\n *\t./%s [-t SECONDS] [-n RUNS] [-v]%s%s\n", name, name, name,
		kind == FF_TARGET_TMPFS || kind == FF_TARGET_FUSE ? "" : " [-d DEVICE]",
		g->p->target.swap == FF_SWAP_NONE ? "" : " [-s SWAP-DEVICE]");
	fprintf(out, " *\n * Needs root. What is on the devices given is lost. Runs the program again and again, each\n"
		     " * time in a process of its own, until the bug shows or 120 s are over.\n"
		     " * Exit status: 1 the bug was seen, 0 it was not, 4 its target cannot be had here, 3 something\n"
		     " * else went wrong.\n *\n");
	ff_look_print(&g->look, out);
	head_target(g->p, out);
	head_program(g->p, out);
	fprintf(out, " */\n");
}

/* Newer than some C libraries. */
static void constants(const struct ff_program *p, FILE *out)
{
	static const struct { const char *name; unsigned int value; } advice[] = {
		{ "MADV_COLD", 20 }, { "MADV_PAGEOUT", 21 }, { "MADV_POPULATE_READ", 22 }, { "MADV_POPULATE_WRITE", 23 },
		{ "MADV_DONTNEED_LOCKED", 24 }, { "MADV_COLLAPSE", 25 }, { "MADV_SOFT_OFFLINE", 101 },
		{ "MADV_GUARD_INSTALL", 102 }, { "MADV_GUARD_REMOVE", 103 },
	};
	unsigned int i, k;

	for (k = 0; k < sizeof(advice) / sizeof(advice[0]); k++) {
		for (i = 0; i < p->ncalls; i++)
			if ((p->call[i].op == FF_OP_MADVISE || p->call[i].op == FF_OP_PROCESS_MADVISE) &&
			    p->call[i].arg[3] == advice[k].value)
				break;
		if (i < p->ncalls)
			fprintf(out, "#ifndef %s\n#define %s %u\n#endif\n", advice[k].name, advice[k].name, advice[k].value);
	}
}

/* The longest read or write of a thread, or of all; 0: there is none. */
static uint64_t longest(const struct ff_program *p, unsigned int thread, bool all)
{
	uint64_t most = 0;
	unsigned int i;

	for (i = 0; i < p->ncalls; i++) {
		const struct ff_call *c = &p->call[i];

		if ((c->op == FF_OP_PREAD || c->op == FF_OP_PWRITE) && (all || c->thread == thread) && c->arg[2] > most)
			most = c->arg[2];
	}
	return most;
}

static void includes(const struct ff_repro_gen *g, FILE *out)
{
	static const char *const all[] = {
		"dirent.h", "errno.h", "fcntl.h", "pthread.h", "sched.h", "setjmp.h", "signal.h", "stdarg.h",
		"stdatomic.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "sys/ioctl.h", "sys/mman.h",
		"sys/mount.h", "sys/stat.h", "sys/swap.h", "sys/syscall.h", "sys/uio.h", "sys/vfs.h", "sys/wait.h",
		"time.h", "unistd.h",
	};
	unsigned int i;

	fprintf(out, "#define _GNU_SOURCE\n");
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		fprintf(out, "#include <%s>\n", all[i]);
	if (ff_blocks_wanted(&g->blocks, "fuse"))
		fprintf(out, "#include <linux/fuse.h>\n");
	if (ff_blocks_wanted(&g->blocks, "loop"))
		fprintf(out, "#include <linux/loop.h>\n");
	fprintf(out, "\n#define K\t1024l\n#define M\t(1024 * K)\n#define THREADS\t%u\n", g->p->nthreads);
	if (ff_blocks_wanted(&g->blocks, "fuse"))
		fprintf(out, "#define FUSE_SLOW\t%u\t/* requests per second; 0: at once */\n"
			     "#define FUSE_FLAGS\t(FUSE_BIG_WRITES | FUSE_ASYNC_READ | FUSE_MAX_PAGES%s)\n", g->p->target.slow,
			g->p->target.cache == FF_CACHE_WRITEBACK ? " | FUSE_WRITEBACK_CACHE" : "");
	if (longest(g->p, 0, true))
		fprintf(out, "#define IO_SIZE\t(%s)\n", ff_c_size((longest(g->p, 0, true) + 4095) / 4096 * 4096).s);
	constants(g->p, out);
	fputc('\n', out);
}

static void slots(const struct ff_repro_gen *g, FILE *out)
{
	const struct ff_program *p = g->p;
	bool any = false;
	unsigned int i;

	for (i = 0; i < p->ncalls; i++) {
		const struct ff_call *c = &p->call[i];
		unsigned int mem = c->op == FF_OP_BUFFER ? FF_MEM_BUFFER + c->slot : c->slot;
		struct ff_c_text name = ff_c_memory(mem, 0);
		uint64_t at = FF_REGION_BASE + mem * FF_REGION + (c->op == FF_OP_MMAP ? c->arg[1] % PMD_SIZE : 0);

		if (c->op == FF_OP_OPEN)
			fprintf(out, "static int h%u = -1;\n", c->slot);
		if (c->op != FF_OP_MMAP && c->op != FF_OP_BUFFER)
			continue;
		if (!any)
			fprintf(out, "/* Fixed addresses: apart from each other, and aligned for huge pages. */\n");
		any = true;
		fprintf(out, "static char *%s%s = (char *)0x%" PRIx64 ";\n", g->moves[mem] ? "volatile " : "const ", name.s, at);
		if (g->moves[mem])
			fprintf(out, "static size_t %s_len;\n", name.s);
	}
	fputc('\n', out);
}

static void thread_text(struct ff_repro_gen *g, unsigned int thread)
{
	unsigned int i;

	if (thread == FF_SETUP)
		fprintf(g->body, "static void setup(void)\n{\n");
	else
		fprintf(g->body, "static void *thread%u(void *unused)\n{\n%s\tstart();\n", thread,
			longest(g->p, thread, false) ? "\tio(0);\t/* its memory, before the race */\n" : "");
	for (i = 0; i < g->p->ncalls; i++)
		if (g->p->call[i].thread == thread)
			ff_repro_call(g, i);
	fprintf(g->body, thread == FF_SETUP ? "}\n\n" : "\treturn unused;\n}\n\n");
}

/* What the whole program does, before any line is written. */
static void survey(struct ff_repro_gen *g)
{
	unsigned int i;

	for (i = 0; i < g->p->ncalls; i++) {
		const struct ff_call *c = &g->p->call[i];

		g->closes |= c->op == FF_OP_CLOSE;
		if (c->op == FF_OP_MREMAP)
			g->moves[c->arg[0]] = true;
	}
	if (g->p->target.swap == FF_SWAP_NONE)
		g->look.swap = false;
	if (g->p->target.kind != FF_TARGET_TMPFS)
		g->look.same = g->look.files = false;
}

static int generate(struct ff_repro_gen *g, FILE *out)
{
	unsigned int i;
	char *body;
	size_t n;

	survey(g);
	g->body = open_memstream(&body, &n);
	if (!g->body)
		return -ENOMEM;
	ff_blocks_want(&g->blocks, "base");
	thread_text(g, FF_SETUP);
	for (i = 0; i < g->p->nthreads; i++)
		thread_text(g, i);
	ff_repro_main(g);
	if (fclose(g->body))
		return -ENOMEM;
	head(g, out);
	includes(g, out);
	ff_blocks_print(&g->blocks, out);
	slots(g, out);
	fwrite(body, 1, n, out);
	free(body);
	return 0;
}

int ff_repro_write(const struct ff_program *p, const struct ff_repro *about, FILE *out)
{
	struct ff_repro_gen g = { .p = p, .about = about };
	int ret = ff_look_parse(&g.look, about->signature);

	if (ret)
		return ret;
	g.plan = ff_plan_open(p);
	if (!g.plan)
		return -ENOMEM;
	ret = generate(&g, out);
	ff_plan_close(g.plan);
	return ret;
}
