// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/repro_main.h"

#include <inttypes.h>
#include <sys/mman.h>

#include "fuzzer/effect.h"

static bool has(const struct ff_program *p, unsigned int op)
{
	unsigned int i;

	for (i = 0; i < p->ncalls; i++)
		if (p->call[i].op == op)
			return true;
	return false;
}

/* Calls of the threads that find no page which is in a list of its CPU. */
static bool needs_settle(const struct ff_program *p)
{
	unsigned int i;

	if (!p->ncalls || p->call[0].thread != FF_SETUP)
		return false;
	for (i = 0; i < p->ncalls; i++) {
		const struct ff_call *c = &p->call[i];

		if (c->thread != FF_SETUP && (c->op == FF_OP_RECLAIM || c->op == FF_OP_PROCESS_MADVISE ||
		    (c->op == FF_OP_MADVISE && (c->arg[3] == MADV_PAGEOUT || c->arg[3] == MADV_COLD))))
			return true;
	}
	return false;
}

/* Shared maps that stay where they are, compared with their files: what is unmapped faults, and is passed over. */
static void same_lines(struct ff_repro_gen *g)
{
	const struct ff_program *p = g->p;
	unsigned int i;

	for (i = 0; i < p->ncalls && g->look.same; i++) {
		const struct ff_call *c = &p->call[i];

		if (c->op != FF_OP_MMAP || g->moves[c->slot] || !ff_plan_shared(g->plan, c->slot))
			continue;
		ff_blocks_want(&g->blocks, "same");
		fprintf(g->body, "\tsame(\"f%d\", %s, ", ff_plan_file(g->plan, c->slot), ff_c_memory(c->slot, 0).s);
		fprintf(g->body, "%s, ", ff_c_size(ff_plan_offset(g->plan, c->slot)).s);
		fprintf(g->body, "%s);\n", ff_c_size(c->arg[2]).s);
	}
}

static void run_text(struct ff_repro_gen *g)
{
	unsigned int n = g->p->nthreads, i;

	ff_blocks_want(&g->blocks, "start");
	fprintf(g->body, "/* One run of the program, in a process of its own. */\n"
			 "__attribute__((noreturn))\nstatic void run(void)\n{\n");
	if (n)
		fprintf(g->body, "\tpthread_t thread[THREADS];\n\tint i;\n\n");
	if (ff_blocks_wanted(&g->blocks, "guard") || g->look.same) {
		ff_blocks_want(&g->blocks, "guard");
		fprintf(g->body, "\tcatch_faults();\n");
	}
	fprintf(g->body, "\tsetup();\n");
	if (needs_settle(g->p)) {
		ff_blocks_want(&g->blocks, "settle");
		fprintf(g->body, "\tsettle();\n");
	}
	for (i = 0; i < n; i++)
		fprintf(g->body, "\tpthread_create(&thread[%u], NULL, thread%u, NULL);\n", i, i);
	if (n)
		fprintf(g->body, "\tfor (i = 0; i < THREADS; i++)\n\t\tpthread_join(thread[i], NULL);\n");
	same_lines(g);
	fprintf(g->body, "\t_exit(%s);\n}\n\n", ff_blocks_wanted(&g->blocks, "unsure") ? "unsure ? 2 : 0" : "0");
}

/* How much of a raw disk the program reaches. */
static uint64_t reach(const struct ff_program *p)
{
	struct ff_effects effects;
	struct ff_view view;
	uint64_t end = 1 << 20;
	unsigned int id, i;

	for (id = 0; id < p->ncalls; id++) {
		const struct ff_call *c = &p->call[id];
		uint64_t len = 0;

		for (i = 0; i < c->nvec; i++)
			len += c->vec[i].len;
		if (c->op == FF_OP_PREAD)
			len = c->arg[2];
		if ((c->op == FF_OP_PREAD || c->op == FF_OP_PREADV) && c->arg[1] + len > end)
			end = c->arg[1] + len;
		if (c->op == FF_OP_MMAP && c->arg[1] + c->arg[2] > end)
			end = c->arg[1] + c->arg[2];
	}
	ff_view_make(&view, p, NULL);
	for (id = 0; id < p->ncalls; id++) {
		effects.n = 0;
		ff_effects_of(&view, id, &effects);
		for (i = 0; i < effects.n; i++)
			if (effects.e[i].obj == 0 && effects.e[i].len && effects.e[i].off < FF_MAX_SIZE &&
			    effects.e[i].off + effects.e[i].len <= FF_MAX_SIZE && effects.e[i].off + effects.e[i].len > end)
				end = effects.e[i].off + effects.e[i].len;
	}
	return (end + (1 << 20) - 1) >> 20 << 20;
}

static bool writes_device(const struct ff_program *p)
{
	unsigned int i;

	for (i = 0; i < p->ncalls; i++)
		if (p->call[i].op != FF_OP_OPEN && (ff_op(p->call[i].op)->traits & FF_WRITES))
			return true;
	return false;
}

static void storage_text(struct ff_repro_gen *g)
{
	static const char *const huge[] = { "never", "always", "within_size", "advise" };
	const struct ff_target *t = &g->p->target;

	switch (t->kind) {
	case FF_TARGET_TMPFS:
		ff_blocks_want(&g->blocks, "tmpfs");
		fprintf(g->body, "\tmount_tmpfs(\"size=256M%s%s\");\n", t->huge ? ",huge=" : "", t->huge ? huge[t->huge] : "");
		break;
	case FF_TARGET_EXT4:
		ff_blocks_want(&g->blocks, "disk_fs");
		fprintf(g->body, "\tmount_disk(\"ext4\", \"mkfs.ext4 -F -q -E lazy_itable_init=0\");\n");
		break;
	case FF_TARGET_XFS:
		ff_blocks_want(&g->blocks, "disk_fs");
		fprintf(g->body, "\tmount_disk(\"xfs\", \"mkfs.xfs -f -q\");\n");
		break;
	case FF_TARGET_BLOCK:
		ff_blocks_want(&g->blocks, "raw_disk");
		fprintf(g->body, "\tfill_device(%s);\n", ff_c_size(reach(g->p)).s);
		break;
	case FF_TARGET_FUSE:
		ff_blocks_want(&g->blocks, "fuse");
		fprintf(g->body, "\tmount_fuse();\n");
		break;
	}
}

static void target_text(struct ff_repro_gen *g)
{
	static const char *const thp[] = { "never", "madvise", "always" };
	const struct ff_target *t = &g->p->target;

	fprintf(g->body, "static void make_target(void)\n{\n");
	if (t->swap != FF_SWAP_NONE) {
		ff_blocks_want(&g->blocks, t->swap == FF_SWAP_ZRAM ? "swap_zram" : "swap_file");
		fprintf(g->body, "\tmake_swap();\n");
	}
	if (t->thp) {
		ff_blocks_want(&g->blocks, "thp");
		fprintf(g->body, "\tset_thp(\"%s\");\n", thp[t->thp]);
	}
	storage_text(g);
	if (has(g->p, FF_OP_RECLAIM))
		fprintf(g->body, "\tjoin_cgroup();\n");
	if (g->look.log) {
		ff_blocks_want(&g->blocks, "kmsg");
		fprintf(g->body, "\topen_kmsg();\n");
	}
	fprintf(g->body, "}\n\n/* Leaves nothing behind. */\nstatic void drop_target(void)\n{\n");
	if (has(g->p, FF_OP_RECLAIM))
		fprintf(g->body, "\tleave_cgroup();\n");
	if (t->kind != FF_TARGET_BLOCK)
		fprintf(g->body, "\tleave_folder();\n");
	if (ff_blocks_wanted(&g->blocks, "loop"))
		fprintf(g->body, "\tdrop_loop();\n");
	if (t->thp)
		fprintf(g->body, "\treset_thp();\n");
	if (t->swap != FF_SWAP_NONE)
		fprintf(g->body, "\tdrop_swap();\n");
	fprintf(g->body, "}\n\n");
}

static void options_text(struct ff_repro_gen *g)
{
	bool device = ff_blocks_wanted(&g->blocks, "device"), swap = ff_blocks_wanted(&g->blocks, "swap");

	fprintf(g->body,
		"static unsigned int seconds = 120, runs = -1u;\n\n"
		"static void options(int argc, char **argv)\n{\n"
		"\tint opt;\n\n"
		"\twhile ((opt = getopt(argc, argv, \"t:n:v%s%s\")) != -1) {\n"
		"\t\tif (opt == 't')\n\t\t\tseconds = (unsigned int)atoi(optarg);\n"
		"\t\telse if (opt == 'n')\n\t\t\truns = (unsigned int)atoi(optarg);\n", device ? "d:" : "", swap ? "s:" : "");
	if (device)
		fprintf(g->body, "\t\telse if (opt == 'd')\n\t\t\tdevice = realpath(optarg, NULL);\n");
	if (swap)
		fprintf(g->body, "\t\telse if (opt == 's')\n\t\t\tswap_dev = realpath(optarg, NULL);\n");
	fprintf(g->body,
		"\t\telse if (opt == 'v')\n\t\t\tverbose = 1;\n"
		"\t\telse\n\t\t\texit(3);\n"
		"\t}\n"
		"\tsetvbuf(stdout, NULL, _IOLBF, 0);\n}\n\n");
}

/* Before each run the files are gone and the swap device is on; a disk has what it had. */
static void clean_text(struct ff_repro_gen *g)
{
	bool file[FF_MAX_SLOTS] = { false };
	unsigned int i;

	fprintf(g->body, "/* Before and after a run: nothing of it is left. */\nstatic void clean(void)\n{\n");
	if (g->p->target.kind == FF_TARGET_BLOCK && writes_device(g->p))
		fprintf(g->body, "\tfill_device(%s);\n", ff_c_size(reach(g->p)).s);
	for (i = 0; i < g->p->ncalls && g->p->target.kind != FF_TARGET_BLOCK; i++) {
		const struct ff_call *c = &g->p->call[i];

		if (c->op != FF_OP_OPEN || file[c->arg[0]])
			continue;
		file[c->arg[0]] = true;
		fprintf(g->body, "\tunlink(\"f%" PRIu64 "\");\n", c->arg[0]);
	}
	if (has(g->p, FF_OP_SWAPOFF) && g->p->target.swap != FF_SWAP_NONE)
		fprintf(g->body, "\tswapon(swap_dev, 0);\n");
	fprintf(g->body, "}\n\n");
}

/* What is looked at after each run, from outside. */
static void after_run(struct ff_repro_gen *g)
{
	if (g->look.log)
		fprintf(g->body, "\tif (kernel_complains())\n\t\treturn 1;\n");
	if (g->look.swap) {
		ff_blocks_want(&g->blocks, "swap_leak");
		fprintf(g->body, "\tif (swap_leaks() == 1)\n\t\treturn 1;\n");
	}
	if (g->look.files) {
		ff_blocks_want(&g->blocks, "file_leak");
		fprintf(g->body, "\tif (files_leak())\n\t\treturn 1;\n");
	}
}

static void one_text(struct ff_repro_gen *g)
{
	ff_blocks_want(&g->blocks, g->look.hang ? "watch" : "wait_run");
	fprintf(g->body,
		"%s/* 1: the bug was seen in this run; 0: not; 3: something else. */\n"
		"static int one_run(void)\n{\n"
		"\tint status, pid;\n\n"
		"\tclean();\n"
		"\tpid = fork();\n"
		"\tif (!pid)\n\t\trun();\n"
		"\tstatus = pid < 0 ? -1 : watch(pid);\n"
		"\tif (status == -1)\n\t\treturn %d;%s\n"
		"\tif (WIFEXITED(status) && WEXITSTATUS(status) == 1)\n\t\treturn 1;\n"
		"\tif (WIFSIGNALED(status))\n\t\tprintf(\"run %%u was killed by signal %%d\\n\", loop, WTERMSIG(status));\n"
		"%s\tclean();\n",
		ff_blocks_wanted(&g->blocks, "unsure") ? "static unsigned int blind;\t/* runs in which a call failed that checks build on */\n\n" : "",
		g->look.hang ? 1 : 3, g->look.hang ? "\t/* it hangs: that is the bug */" : "\t/* it hangs: another bug */",
		ff_blocks_wanted(&g->blocks, "unsure") ? "\tblind += WIFEXITED(status) && WEXITSTATUS(status) == 2;\n" : "");
	after_run(g);
	fprintf(g->body, "\treturn 0;\n}\n\n");
}

static void main_text(struct ff_repro_gen *g)
{
	ff_blocks_want(&g->blocks, "now");
	fprintf(g->body,
		"int main(int argc, char **argv)\n{\n"
		"\tdouble begin = now();\n"
		"\tint result = 0;\n\n"
		"\toptions(argc, argv);\n"
		"\tatexit(drop_target);\n"
		"\tmake_target();\n"
		"\twhile (!result && loop < runs && now() - begin < seconds) {\n"
		"\t\tloop++;\n"
		"\t\tresult = one_run();\n"
		"\t}\n"
		"\tprintf(\"%%s in %%u runs, %%.1f s\\n\", result == 1 ? \"SEEN\" : result ? \"FAILED\" : \"not seen\", loop,\n"
		"\t       now() - begin);\n"
		"%s\treturn result;\n}\n", ff_blocks_wanted(&g->blocks, "unsure") ?
		"\tif (blind)\n\t\tprintf(\"%u runs could prove nothing: a call failed (-v)\\n\", blind);\n" : "");
}

void ff_repro_main(struct ff_repro_gen *g)
{
	run_text(g);
	target_text(g);
	options_text(g);
	clean_text(g);
	one_text(g);
	main_text(g);
}
