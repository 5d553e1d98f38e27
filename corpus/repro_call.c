// SPDX-License-Identifier: GPL-2.0-only
/* The lines of a call: itself, and what it must not show. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "corpus/repro_gen.h"
#include "fuzzer/content.h"
#include "fuzzer/serve.h"

#define PARTS	64
#define LINES	4	/* checks of one call: more are noise */

/* Do checks of this file build on calls that succeed? */
static bool builds(const struct ff_look *l)
{
	return l->content || l->seek || l->mincore || l->sigbus || l->beyond || l->length;
}

static void writes(const struct ff_plan_part *p, FILE *out)
{
	unsigned int i;

	fprintf(out, "WRITES(");
	for (i = 0; i < p->n; i++) {
		if (p->write[i] == FF_PLAN_BASE)
			fprintf(out, "%sBASE", i ? ", " : "");
		else
			fprintf(out, "%s%u", i ? ", " : "", p->write[i]);
	}
	fputc(')', out);
}

static void check_line(struct ff_repro_gen *g, const char *tabs, const char *what, const char *at,
		       const struct ff_plan_part *p)
{
	ff_blocks_want(&g->blocks, "check");
	fprintf(g->body, "%scheck(\"%s\", %s, %s, ", tabs, what, at, ff_c_size(p->len).s);
	fprintf(g->body, "%s, ", ff_c_size(p->place).s);
	writes(p, g->body);
	fprintf(g->body, ");\n");
}

/* Do the parts make up all of [off, off + len), one after the other? */
static bool cover(const struct ff_plan_part *p, unsigned int n, uint64_t off, uint64_t len)
{
	uint64_t at = off;
	unsigned int i;

	for (i = 0; i < n && p[i].off == at; i++)
		at += p[i].len;
	return i == n && at == off + len;
}

/* "no_sigbus("load", X, m0, m0 + 64 * K);" around an access; false: nothing to say. */
static bool sigbus_line(struct ff_repro_gen *g, unsigned int id, const char *access)
{
	const struct ff_call *c = &g->p->call[id];
	unsigned int mem = (unsigned int)c->arg[0];
	uint64_t min = g->mapped[mem] ? g->mapped[mem] : FF_MAX_SIZE, max, off = ff_plan_offset(g->plan, mem);
	int file = ff_plan_file(g->plan, mem);

	if (!g->look.sigbus || g->moves[mem])
		return false;
	if (file >= 0)
		ff_plan_size(g->plan, id, (unsigned int)file, &min, &max);
	if (min <= off)
		return false;
	ff_blocks_want(&g->blocks, "no_sigbus");
	fprintf(g->body, "\tno_sigbus(\"%s\", %s, %s, ", ff_op(c->op)->name, access, ff_c_memory(mem, 0).s);
	fprintf(g->body, "%s);\n", ff_c_memory(mem, min - off).s);
	return true;
}

/* All of it beyond the end of the file, page by page, and no fault. */
static bool beyond_line(struct ff_repro_gen *g, unsigned int id, const char *access)
{
	const struct ff_call *c = &g->p->call[id];
	unsigned int mem = (unsigned int)c->arg[0];
	int file = ff_plan_file(g->plan, mem);
	uint64_t min, max;

	if (!g->look.beyond || file < 0 || !ff_plan_shared(g->plan, mem) || g->moves[mem])
		return false;
	ff_plan_size(g->plan, id, (unsigned int)file, &min, &max);
	if (ff_plan_offset(g->plan, mem) + c->arg[1] + c->arg[2] <= (max + 4095) / 4096 * 4096)
		return false;
	ff_blocks_want(&g->blocks, "seen");
	ff_blocks_want(&g->blocks, "unsure");
	fprintf(g->body, "\tif (!%s && !unsure)\n\t\tseen(\"BUG: %s beyond the end of the file met no SIGBUS\");\n", access,
		ff_op(c->op)->name);
	return true;
}

static void load_lines(struct ff_repro_gen *g, unsigned int id)
{
	const struct ff_call *c = &g->p->call[id];
	struct ff_plan_part part[PARTS];
	unsigned int n = 0, i, mem = (unsigned int)c->arg[0];
	char access[200];

	snprintf(access, sizeof(access), "load(%.60s, %.60s)", ff_c_memory(mem, c->arg[1]).s, ff_c_size(c->arg[2]).s);
	if (g->look.content && !g->moves[mem])
		n = ff_plan_content(g->plan, id, g->look.vacuous, part, PARTS);
	n = n > LINES ? LINES : n;
	if (!n || !cover(part, n, c->arg[1], c->arg[2])) {
		ff_blocks_want(&g->blocks, "load");
		if (!sigbus_line(g, id, access) && !beyond_line(g, id, access))
			fprintf(g->body, "\t%s;\n", access);
	}
	for (i = 0; i < n; i++)
		check_line(g, "\t", "load", ff_c_memory(mem, part[i].off).s, &part[i]);
}

static void store_line(struct ff_repro_gen *g, unsigned int id)
{
	const struct ff_call *c = &g->p->call[id];
	unsigned int mem = (unsigned int)c->arg[0];
	char access[300];

	ff_blocks_want(&g->blocks, "store");
	snprintf(access, sizeof(access), "store(%.60s, %.60s, %.60s, %u)", ff_c_memory(mem, c->arg[1]).s,
		 ff_c_size(c->arg[2]).s, ff_c_size(ff_plan_offset(g->plan, mem) + c->arg[1]).s, id + 1);
	if (sigbus_line(g, id, access) || beyond_line(g, id, access))
		return;
	if (builds(&g->look)) {
		ff_blocks_want(&g->blocks, "sure");
		fprintf(g->body, "\tSURE(%s, 0);\n", access);
	} else {
		fprintf(g->body, "\t%s;\n", access);
	}
}

static void fork_line(struct ff_repro_gen *g, unsigned int id)
{
	const struct ff_call *c = &g->p->call[id];
	unsigned int mem = (unsigned int)c->arg[0];

	ff_blocks_want(&g->blocks, "fork");
	fprintf(g->body, "\tCHILD(");
	if (c->arg[3] & 1) {
		ff_blocks_want(&g->blocks, "load");
		fprintf(g->body, "load(%s, ", ff_c_memory(mem, c->arg[1]).s);
		fprintf(g->body, "%s)%s", ff_c_size(c->arg[2]).s, c->arg[3] & 2 ? "; " : "");
	}
	if (c->arg[3] & 2) {
		ff_blocks_want(&g->blocks, "store");
		fprintf(g->body, "store(%s, %s, ", ff_c_memory(mem, c->arg[1]).s, ff_c_size(c->arg[2]).s);
		fprintf(g->body, "%s, %u)", ff_c_size(ff_plan_offset(g->plan, mem) + c->arg[1]).s, id + 1);
	}
	fprintf(g->body, ");\n");
}

static void put_line(struct ff_repro_gen *g, const struct ff_call *c, unsigned int id)
{
	bool sure = builds(&g->look);

	ff_blocks_want(&g->blocks, sure ? "put" : "put_plain");
	fprintf(g->body, "\tput(h%" PRIu64 ", %s, ", c->arg[0], ff_c_size(c->arg[1]).s);
	fprintf(g->body, "%s, %u);\n", ff_c_size(c->arg[2]).s, id + 1);
}

static uint64_t asked(const struct ff_call *c)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < c->nvec; i++)
		sum += c->vec[i].len;
	return c->op == FF_OP_PREAD ? c->arg[2] : c->op == FF_OP_COPY ? c->arg[4] : sum;
}

/* A read that brought all: what may be there. */
static void read_lines(struct ff_repro_gen *g, unsigned int id, const char *expr)
{
	const struct ff_call *c = &g->p->call[id];
	struct ff_plan_part part[PARTS];
	unsigned int n = 0, i;
	char at[200];

	if (g->look.content)
		n = ff_plan_content(g->plan, id, g->look.vacuous, part, PARTS);
	n = n > LINES ? LINES : n;
	if (!n) {
		ff_blocks_want(&g->blocks, "do");
		fprintf(g->body, "\tDO(%s);\n", expr);
		return;
	}
	fprintf(g->body, "\tif (%s == %s)%s\n", expr, ff_c_size(asked(c)).s, n > 1 ? " {" : "");
	for (i = 0; i < n; i++) {
		if (part[i].mem >= 0)
			snprintf(at, sizeof(at), "%.100s", ff_c_memory((unsigned int)part[i].mem, part[i].off).s);
		else if (part[i].off)
			snprintf(at, sizeof(at), "io(%.60s) + %.60s", ff_c_size(c->arg[1]).s, ff_c_size(part[i].off).s);
		else
			snprintf(at, sizeof(at), "io(%.60s)", ff_c_size(c->arg[1]).s);
		check_line(g, "\t\t", ff_op(c->op)->name, at, &part[i]);
	}
	if (n > 1)
		fprintf(g->body, "\t}\n");
}

/* A read that must not end before the file does. */
static bool length_lines(struct ff_repro_gen *g, unsigned int id, const char *expr)
{
	const struct ff_call *c = &g->p->call[id];
	uint64_t min, max;

	if (!g->look.length || c->op != FF_OP_PREAD)
		return false;
	ff_plan_size(g->plan, id, (unsigned int)ff_plan_handle_file(g->plan, (unsigned int)c->arg[0]), &min, &max);
	if (c->arg[1] + c->arg[2] > min)
		return false;
	ff_blocks_want(&g->blocks, "short_read");
	fprintf(g->body, "\twhole(%s, %s);\n", expr, ff_c_size(c->arg[2]).s);
	return true;
}

static bool seek_line(struct ff_repro_gen *g, unsigned int id)
{
	const struct ff_call *c = &g->p->call[id];
	unsigned int file = (unsigned int)ff_plan_handle_file(g->plan, (unsigned int)c->arg[0]);
	uint64_t min, max, data, len;
	bool hole = c->arg[2] == SEEK_HOLE;

	if (!g->look.seek || g->p->target.kind == FF_TARGET_BLOCK)
		return false;
	ff_plan_size(g->plan, id, file, &min, &max);
	len = ff_plan_data(g->plan, id, file, c->arg[1], min, &data);
	if (!len || (hole && data != c->arg[1]))
		return false;
	ff_blocks_want(&g->blocks, hole ? "seek_hole" : "seek_data");
	fprintf(g->body, "\tseek_%s(h%" PRIu64 ", %s, ", hole ? "hole" : "data", c->arg[0], ff_c_size(c->arg[1]).s);
	fprintf(g->body, "%s);\n", ff_c_size(hole ? data + len : data).s);
	return true;
}

static bool mincore_line(struct ff_repro_gen *g, unsigned int id)
{
	const struct ff_call *c = &g->p->call[id];
	unsigned int mem = (unsigned int)c->arg[0], obj = ff_plan_object(g->plan, mem);
	uint64_t first = ff_plan_offset(g->plan, mem) + c->arg[1], end = first + c->arg[2], min, max, data, len;

	if (!g->look.mincore || !ff_plan_stays(g->plan, id) || obj >= FF_OBJ_PRIVATE(0))
		return false;
	if (obj < FF_MAX_SLOTS) {
		ff_plan_size(g->plan, id, obj, &min, &max);
		end = min < end ? min : end;
	}
	len = ff_plan_data(g->plan, id, obj, first, end, &data);
	if (!len || first % 4096)
		return false;
	ff_blocks_want(&g->blocks, "mincore");
	fprintf(g->body, "\tresident(%s, %s, ", ff_c_memory(mem, c->arg[1]).s, ff_c_size(c->arg[2]).s);
	fprintf(g->body, "%" PRIu64 ", %" PRIu64 ");\n", (data - first) / 4096, (data + len - 1 - first) / 4096);
	return true;
}

static void serve_line(struct ff_repro_gen *g, const struct ff_call *c)
{
	const char *order = c->arg[0] == FF_SERVE_RESUME ? "order_resume" :
			    c->arg[0] == FF_SERVE_STALL ? "order_stall" : "order_delay";

	if (c->arg[0] == FF_SERVE_DIE) {
		fprintf(g->body, "\t/* serve die: left out, the server is needed again */\n");
		return;
	}
	ff_blocks_want(&g->blocks, order);
	if (c->arg[0] == FF_SERVE_RESUME)
		fprintf(g->body, "\t%s();\n", order);
	else
		fprintf(g->body, "\t%s(%" PRIu64 ", %" PRIu64 ");\n", order, c->arg[1], c->arg[2]);
}

static unsigned int comers(const struct ff_program *p, uint64_t point)
{
	unsigned int i, n = 0;

	for (i = 0; i < p->ncalls; i++)
		n += p->call[i].op == FF_OP_MEET && p->call[i].arg[0] == point;
	return n;
}

static void mremap_line(struct ff_repro_gen *g, const struct ff_call *c)
{
	struct ff_c_text at = ff_c_memory((unsigned int)c->arg[0], 0);

	ff_blocks_want(&g->blocks, "mremap");
	fprintf(g->body, "\t%s = move_map(%s, &%s_len, %s, %d);\n", at.s, at.s, at.s, ff_c_size(c->arg[2]).s, !c->arg[1]);
}

/* Calls that have a form of their own. */
static bool special(struct ff_repro_gen *g, unsigned int id)
{
	const struct ff_call *c = &g->p->call[id];

	switch (c->op) {
	case FF_OP_LOAD:
		load_lines(g, id);
		return true;
	case FF_OP_STORE:
		store_line(g, id);
		return true;
	case FF_OP_FORK:
		fork_line(g, id);
		return true;
	case FF_OP_SPLICE:
		ff_blocks_want(&g->blocks, "splice");
		fprintf(g->body, "\tsplice_over(h%" PRIu64 ", %s, ", c->arg[0], ff_c_size(c->arg[1]).s);
		fprintf(g->body, "h%" PRIu64 ", %s, ", c->arg[2], ff_c_size(c->arg[3]).s);
		fprintf(g->body, "%s);\n", ff_c_size(c->arg[4]).s);
		return true;
	case FF_OP_SEEK:
		return seek_line(g, id);
	case FF_OP_MINCORE:
		return mincore_line(g, id);
	case FF_OP_MREMAP:
		mremap_line(g, c);
		return true;
	case FF_OP_PAUSE:
		fprintf(g->body, "\tusleep(%" PRIu64 ");\n", c->arg[0]);
		return true;
	case FF_OP_MEET:
		ff_blocks_want(&g->blocks, "meet");
		fprintf(g->body, "\tmeet(%" PRIu64 ", %u);\n", c->arg[0], comers(g->p, c->arg[0]));
		return true;
	case FF_OP_SERVE:
		serve_line(g, c);
		return true;
	}
	return false;
}

/* This call with this errno is the bug. */
static bool errno_line(struct ff_repro_gen *g, const struct ff_call *c, const char *expr)
{
	const char *failed = c->op == FF_OP_MMAP || c->op == FF_OP_BUFFER || c->op == FF_OP_REMAP ? "== MAP_FAILED" : "< 0";

	if (g->look.op != (int)c->op)
		return false;
	ff_blocks_want(&g->blocks, "seen");
	fprintf(g->body, "\tif ((%s) %s && errno == %s)\n\t\tseen(\"BUG: %s: %s\");\n", expr, failed,
		strerrorname_np(g->look.err), ff_op(c->op)->name, strerrorname_np(g->look.err));
	return true;
}

/* What the call returns when it did all. */
static bool whole_result(struct ff_repro_gen *g, unsigned int id, char *out, size_t n)
{
	const struct ff_call *c = &g->p->call[id];

	if (!builds(&g->look) || !ff_plan_changes(g->plan, id) || c->op == FF_OP_OPEN)
		return false;
	snprintf(out, n, "%s", c->op == FF_OP_PWRITEV || c->op == FF_OP_PREADV || c->op == FF_OP_COPY ?
		 ff_c_size(asked(c)).s : "0");
	return c->op != FF_OP_REMAP;
}

static void plain(struct ff_repro_gen *g, unsigned int id, const char *expr)
{
	const struct ff_call *c = &g->p->call[id];
	char want[130];

	if (errno_line(g, c, expr) || length_lines(g, id, expr))
		return;
	if (c->op == FF_OP_PREAD || (c->op == FF_OP_PREADV && g->look.content))
		return read_lines(g, id, expr);
	if (whole_result(g, id, want, sizeof(want))) {
		ff_blocks_want(&g->blocks, "sure");
		fprintf(g->body, "\tSURE(%s, %s);\n", expr, want);
	} else {
		ff_blocks_want(&g->blocks, "do");
		fprintf(g->body, "\tDO(%s);\n", expr);
	}
}

/* What comes with the making of memory. */
static void made(struct ff_repro_gen *g, const struct ff_call *c)
{
	unsigned int mem = c->op == FF_OP_BUFFER ? FF_MEM_BUFFER + c->slot : c->slot;
	uint64_t len = c->op == FF_OP_BUFFER ? c->arg[0] : c->arg[2];

	if (c->op == FF_OP_BUFFER && (c->arg[2] & (1u << 30))) {
		ff_blocks_want(&g->blocks, "do");
		fprintf(g->body, "\tDO(madvise(%s, %s, MADV_HUGEPAGE));\n", ff_c_memory(mem, 0).s, ff_c_size(len).s);
	}
	if (g->moves[mem])
		fprintf(g->body, "\t%s_len = %s;\n", ff_c_memory(mem, 0).s, ff_c_size(len).s);
	g->mapped[mem] = len;
}

void ff_repro_call(struct ff_repro_gen *g, unsigned int id)
{
	const struct ff_call *c = &g->p->call[id];
	char *expr = NULL;
	size_t n = 0;
	FILE *f;

	if (c->op == FF_OP_PWRITE && g->look.op != FF_OP_PWRITE)
		return put_line(g, c, id);
	if (special(g, id))
		return;
	f = open_memstream(&expr, &n);
	if (!f)
		return;
	if (c->op == FF_OP_PWRITE) {
		ff_blocks_want(&g->blocks, "put_plain");
		fprintf(f, "put(h%" PRIu64 ", %s, ", c->arg[0], ff_c_size(c->arg[1]).s);
		fprintf(f, "%s, %u)", ff_c_size(c->arg[2]).s, id + 1);
	} else if (!ff_repro_expr(g, c, f)) {
		fprintf(g->body, "\t/* %s: not on this target */\n", ff_op(c->op)->name);
		fclose(f);
		free(expr);
		return;
	}
	fclose(f);
	plain(g, id, expr);
	free(expr);
	if (c->op == FF_OP_MMAP || c->op == FF_OP_BUFFER)
		made(g, c);
}
