// SPDX-License-Identifier: GPL-2.0-only
/* A call as the C expression of its system call. */
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "corpus/repro_gen.h"
#include "fuzzer/exec.h"
#include "fuzzer/text.h"

struct ff_c_text ff_c_size(uint64_t bytes)
{
	struct ff_c_text t;

	if (bytes && bytes % (1 << 20) == 0)
		snprintf(t.s, sizeof(t.s), "%" PRIu64 " * M", bytes >> 20);
	else if (bytes && bytes % 1024 == 0)
		snprintf(t.s, sizeof(t.s), "%" PRIu64 " * K", bytes >> 10);
	else
		snprintf(t.s, sizeof(t.s), "%" PRIu64, bytes);
	return t;
}

struct ff_c_text ff_c_memory(unsigned int mem, uint64_t off)
{
	char letter = mem < FF_MEM_BUFFER ? 'm' : 'b';
	struct ff_c_text t;

	if (off)
		snprintf(t.s, sizeof(t.s), "%c%u + %.60s", letter, mem % FF_MAX_SLOTS, ff_c_size(off).s);
	else
		snprintf(t.s, sizeof(t.s), "%c%u", letter, mem % FF_MAX_SLOTS);
	return t;
}

/* "PREFIX_WORD", joined with |; "0" when there is none. */
static void words(const struct ff_word *list, uint64_t value, const char *prefix, const char *before, FILE *out)
{
	const struct ff_word *w = NULL;
	const char *sep = before;

	while (value && (w = ff_flag_next(list, value, w))) {
		fprintf(out, "%s%s", sep, prefix);
		for (const char *at = w->name; *at; at++)
			fputc(toupper((unsigned char)*at), out);
		sep = " | ";
	}
	if (sep == before && !before[0])
		fputc('0', out);
}

static const struct ff_word *list_of(const struct ff_call *c, unsigned int arg)
{
	return ff_op(c->op)->arg[arg].words;
}

static const char *protection(uint64_t prot)
{
	return prot == PROT_NONE ? "PROT_NONE" : prot == PROT_READ ? "PROT_READ" : "PROT_READ | PROT_WRITE";
}

static void open_expr(struct ff_repro_gen *g, const struct ff_call *c, FILE *out)
{
	uint64_t flags = c->arg[2];

	fprintf(out, "h%u = ", c->slot);
	if (g->closes) {
		ff_blocks_want(&g->blocks, "open_as");
		fprintf(out, "open_as(%u, ", FF_FD_BASE + c->slot);
	} else {
		fprintf(out, "open(");
	}
	if (g->p->target.kind == FF_TARGET_BLOCK) {
		flags &= ~(uint64_t)(O_CREAT | O_TRUNC);
		fprintf(out, "device, ");
	} else {
		fprintf(out, "\"f%" PRIu64 "\", ", c->arg[0]);
	}
	fprintf(out, c->arg[1] == O_RDWR ? "O_RDWR" : "O_RDONLY");
	words(list_of(c, 2), flags, "O_", " | ", out);
	fprintf(out, "%s)", g->closes || !(flags & O_CREAT) ? "" : ", 0600");
}

static void vectors(const struct ff_call *c, FILE *out)
{
	unsigned int i;

	fprintf(out, "(struct iovec[]){ ");
	for (i = 0; i < c->nvec; i++)
		fprintf(out, "%s{ %s, %s }", i ? ", " : "", ff_c_memory(c->vec[i].mem, c->vec[i].off).s,
			ff_c_size(c->vec[i].len).s);
	fprintf(out, " }, %u", c->nvec);
}

static void vector_expr(const struct ff_call *c, const char *name, FILE *out)
{
	fprintf(out, "%s%s(h%" PRIu64 ", ", name, c->arg[3] ? "2" : "", c->arg[0]);
	vectors(c, out);
	fprintf(out, ", %s", ff_c_size(c->arg[1]).s);
	if (c->arg[3]) {
		fprintf(out, ", ");
		words(list_of(c, 3), c->arg[3], "RWF_", "", out);
	}
	fputc(')', out);
}

static void fallocate_mode(uint64_t mode, FILE *out)
{
	static const struct { uint64_t bit; const char *name; } bits[] = {
		{ FALLOC_FL_PUNCH_HOLE, "PUNCH_HOLE" }, { FALLOC_FL_ZERO_RANGE, "ZERO_RANGE" },
		{ FALLOC_FL_COLLAPSE_RANGE, "COLLAPSE_RANGE" }, { FALLOC_FL_INSERT_RANGE, "INSERT_RANGE" },
		{ FALLOC_FL_UNSHARE_RANGE, "UNSHARE_RANGE" }, { FALLOC_FL_KEEP_SIZE, "KEEP_SIZE" },
	};
	const char *sep = "";
	unsigned int i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if (!(mode & bits[i].bit))
			continue;
		fprintf(out, "%sFALLOC_FL_%s", sep, bits[i].name);
		sep = " | ";
	}
	if (!mode)
		fputc('0', out);
}

/* The file's map or the buffer as it was made, for its making and for remap. */
static void mmap_expr(const struct ff_call *maker, unsigned int mem, uint64_t off, uint64_t len, FILE *out)
{
	bool buffer = maker->op == FF_OP_BUFFER;
	unsigned int flags = buffer ? 2 : 5;
	uint64_t set = maker->arg[flags];

	if (buffer)
		set &= MAP_POPULATE | MAP_NORESERVE | MAP_LOCKED;	/* "huge" is no flag of mmap's */
	fprintf(out, "mmap(%s, %s, %s, ", ff_c_memory(mem, off).s, ff_c_size(len).s,
		protection(maker->arg[buffer ? 1 : 3]));
	fprintf(out, "%sMAP_FIXED", buffer ? "MAP_PRIVATE | MAP_ANONYMOUS | " :
		maker->arg[4] == MAP_SHARED ? "MAP_SHARED | " : "MAP_PRIVATE | ");
	words(list_of(maker, flags), set, "MAP_", " | ", out);
	if (buffer)
		fprintf(out, ", -1, 0)");
	else
		fprintf(out, ", h%" PRIu64 ", %s)", maker->arg[0], ff_c_size(maker->arg[1] + off).s);
}

static const struct ff_call *maker_of(const struct ff_program *p, unsigned int mem)
{
	unsigned int i, op = mem < FF_MEM_BUFFER ? FF_OP_MMAP : FF_OP_BUFFER;

	for (i = 0; i < p->ncalls; i++)
		if (p->call[i].op == op && p->call[i].slot == mem % FF_MAX_SLOTS)
			return &p->call[i];
	return NULL;
}

static void msync_how(uint64_t how, FILE *out)
{
	fprintf(out, "%s%s%s", how & MS_SYNC ? "MS_SYNC" : how & MS_ASYNC ? "MS_ASYNC" : "",
		how & MS_INVALIDATE && how != MS_INVALIDATE ? " | " : "", how & MS_INVALIDATE ? "MS_INVALIDATE" : "");
}

/* Calls of which the first argument is a handle. */
static bool file_expr(struct ff_repro_gen *g, const struct ff_call *c, FILE *out)
{
	const uint64_t *a = c->arg;

	switch (c->op) {
	case FF_OP_OPEN:
		open_expr(g, c, out);
		return true;
	case FF_OP_CLOSE:
	case FF_OP_FSYNC:
	case FF_OP_FDATASYNC:
		fprintf(out, "%s(h%" PRIu64 ")", ff_op(c->op)->name, a[0]);
		return true;
	case FF_OP_PREAD:
		ff_blocks_want(&g->blocks, "get");
		fprintf(out, "get(h%" PRIu64 ", %s, %s)", a[0], ff_c_size(a[1]).s, ff_c_size(a[2]).s);
		return true;
	case FF_OP_PREADV:
	case FF_OP_PWRITEV:
		vector_expr(c, c->op == FF_OP_PREADV ? "preadv" : "pwritev", out);
		return true;
	case FF_OP_COPY:
		fprintf(out, "copy_file_range(h%" PRIu64 ", &(off_t){ %s }, h%" PRIu64 ", &(off_t){ %s }, %s, 0)", a[0],
			ff_c_size(a[1]).s, a[2], ff_c_size(a[3]).s, ff_c_size(a[4]).s);
		return true;
	case FF_OP_FTRUNCATE:
		fprintf(out, "ftruncate(h%" PRIu64 ", %s)", a[0], ff_c_size(a[1]).s);
		return true;
	case FF_OP_FALLOCATE:
		fprintf(out, "fallocate(h%" PRIu64 ", ", a[0]);
		fallocate_mode(a[1], out);
		fprintf(out, ", %s, %s)", ff_c_size(a[2]).s, ff_c_size(a[3]).s);
		return true;
	case FF_OP_SYNC_RANGE:
		fprintf(out, "sync_file_range(h%" PRIu64 ", %s, %s, ", a[0], ff_c_size(a[1]).s, ff_c_size(a[2]).s);
		words(list_of(c, 3), a[3], "SYNC_FILE_RANGE_", "", out);
		fputc(')', out);
		return true;
	case FF_OP_FADVISE:
		fprintf(out, "posix_fadvise(h%" PRIu64 ", %s, %s, POSIX_FADV_", a[0], ff_c_size(a[1]).s, ff_c_size(a[2]).s);
		for (const char *at = ff_word_of(list_of(c, 3), a[3])->name; *at; at++)
			fputc(toupper((unsigned char)*at), out);
		fputc(')', out);
		return true;
	case FF_OP_SEEK:
		fprintf(out, "lseek(h%" PRIu64 ", %s, %s)", a[0], ff_c_size(a[1]).s, a[2] == SEEK_DATA ? "SEEK_DATA" : "SEEK_HOLE");
		return true;
	}
	return false;
}

static void advise_expr(struct ff_repro_gen *g, const struct ff_call *c, FILE *out)
{
	bool self = c->op == FF_OP_PROCESS_MADVISE;

	if (self)
		ff_blocks_want(&g->blocks, "advise_self");
	fprintf(out, "%s(%s, %s, MADV_", self ? "advise_self" : "madvise",
		ff_c_memory((unsigned int)c->arg[0], c->arg[1]).s, ff_c_size(c->arg[2]).s);
	for (const char *at = ff_word_of(list_of(c, 3), c->arg[3])->name; *at; at++)
		fputc(toupper((unsigned char)*at), out);
	fputc(')', out);
}

/* Calls on memory. */
static bool memory_expr(struct ff_repro_gen *g, const struct ff_call *c, FILE *out)
{
	unsigned int mem = (unsigned int)c->arg[0];
	struct ff_c_text at = { "" }, len = { "" };

	if (ff_op(c->op)->arg[0].type == FF_ARG_MEMORY || ff_op(c->op)->arg[0].type == FF_ARG_MAP) {
		at = ff_c_memory(mem, c->arg[1]);
		len = ff_c_size(c->arg[2]);
	}
	switch (c->op) {
	case FF_OP_MMAP:
		mmap_expr(c, c->slot, 0, c->arg[2], out);
		return true;
	case FF_OP_BUFFER:
		mmap_expr(c, FF_MEM_BUFFER + c->slot, 0, c->arg[0], out);
		return true;
	case FF_OP_REMAP:
		mmap_expr(maker_of(g->p, mem), mem, c->arg[1], c->arg[2], out);
		return true;
	case FF_OP_MUNMAP:
	case FF_OP_MUNLOCK:
		fprintf(out, "%s(%s, %s)", ff_op(c->op)->name, at.s, len.s);
		return true;
	case FF_OP_MPROTECT:
		fprintf(out, "mprotect(%s, %s, %s)", at.s, len.s, protection(c->arg[3]));
		return true;
	case FF_OP_MSYNC:
		fprintf(out, "msync(%s, %s, ", at.s, len.s);
		msync_how(c->arg[3], out);
		fputc(')', out);
		return true;
	case FF_OP_MLOCK:
		fprintf(out, c->arg[3] ? "mlock2(%s, %s, MLOCK_ONFAULT)" : "mlock(%s, %s)", at.s, len.s);
		return true;
	case FF_OP_MINCORE:
		ff_blocks_want(&g->blocks, "mincore_plain");
		fprintf(out, "mincore(%s, %s, vec)", at.s, len.s);
		return true;
	case FF_OP_MADVISE:
	case FF_OP_PROCESS_MADVISE:
		advise_expr(g, c, out);
		return true;
	case FF_OP_MIGRATE:
		fprintf(out, "syscall(SYS_mbind, %s, %s, 1 /* MPOL_PREFERRED */, &(unsigned long){ 1 }, 64, 2 /* MPOL_MF_MOVE */)",
			at.s, len.s);
		return true;
	}
	return false;
}

static bool system_expr(struct ff_repro_gen *g, const struct ff_call *c, FILE *out)
{
	switch (c->op) {
	case FF_OP_SWAPON:
	case FF_OP_SWAPOFF:
		if (g->p->target.swap == FF_SWAP_NONE)
			return false;
		if (c->op == FF_OP_SWAPOFF)
			ff_blocks_want(&g->blocks, "swap_off");
		fprintf(out, c->op == FF_OP_SWAPON ? "swapon(swap_dev, 0)" : "swap_off()");
		return true;
	case FF_OP_RECLAIM:
		ff_blocks_want(&g->blocks, "cgroup");
		fprintf(out, "reclaim(\"%" PRIu64 "\")", c->arg[0]);
		return true;
	case FF_OP_DROPCACHES:
		ff_blocks_want(&g->blocks, "write_text");
		fprintf(out, "write_text(\"/proc/sys/vm/drop_caches\", \"%" PRIu64 "\")", c->arg[0]);
		return true;
	case FF_OP_COMPACT:
		ff_blocks_want(&g->blocks, "write_text");
		fprintf(out, "write_text(\"/proc/sys/vm/compact_memory\", \"1\")");
		return true;
	}
	return false;
}

bool ff_repro_expr(struct ff_repro_gen *g, const struct ff_call *c, FILE *out)
{
	return file_expr(g, c, out) || memory_expr(g, c, out) || system_expr(g, c, out);
}
