// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leak law: when a program has ended and everything of it is closed,
 * unmapped and unlinked, what it used returns. The executor has waited and
 * looked again before it says that something did not (fuzzer/exec_usage.c).
 *
 * Not judged: swap that is in use, as long as swapoff brings it back, however
 * slowly; anything after the OOM killer ran; swap on a disk that fails.
 */
#include <inttypes.h>
#include <stdio.h>

#include "oracles/cause.h"
#include "oracles/laws.h"
#include "oracles/model.h"

/* One row: a count that has not returned. */
struct count {
	const char *verdict, *name, *what;
	uint64_t left;
	bool shared;	/* also looked at for programs before this one */
};

/* Calls that take something away: who may have missed it. */
static void name_suspects(struct ff_finding *f, const struct ff_case *c)
{
	unsigned int id, named = 0;

	for (id = 0; id < c->program->ncalls && named < 12; id++) {
		const struct ff_record *r = &c->history->record[id];

		if (r->state != FF_CALL_DONE || !(ff_call_traits(&c->program->call[id]) & (FF_DROPS | FF_MOVES)))
			continue;
		ff_cause_call(f, c, id, "it had");
		named++;
	}
}

static struct ff_finding *begin(const struct ff_case *c, const char *verdict, struct ff_findings *out)
{
	struct ff_finding *f = ff_finding_add(out, "leak", verdict);

	if (f)
		name_suspects(f, c);
	return f;
}

static void judge_swap(const struct ff_case *c, struct ff_findings *out)
{
	const struct ff_usage *u = &c->history->usage;
	struct ff_finding *f;

	if (u->swapoff != FF_SWAPOFF_STUCK || !u->swap_left || ff_cause_io_error(c))
		return;
	f = begin(c, "swapoff-stuck", out);
	if (!f)
		return;
	snprintf(f->what, sizeof(f->what),
		 "after the program %" PRIu64 " pages of swap belong to nobody: swapoff freed none of them in %.1f s",
		 u->swap_left, (double)u->stalled / 1e9);
	ff_finding_evidence(f, "swap in use: %" PRIu64 " pages before the program, %" PRIu64 " after it, %" PRIu64
			    " when swapoff was given up\n", u->swap_before, u->swap_after, u->swap_left);
	ff_finding_signature(f, "leak.swapoff-stuck");
	ff_cause_witness(f, c);
}

static void judge_count(const struct ff_case *c, const struct count *n, struct ff_findings *out)
{
	uint32_t programs = c->history->usage.programs;
	struct ff_finding *f;

	if (!n->left)
		return;
	f = begin(c, n->verdict, out);
	if (!f)
		return;
	snprintf(f->what, sizeof(f->what), "the program has ended, and %" PRIu64 " %s", n->left, n->what);
	if (n->shared && programs > 1)
		ff_finding_evidence(f, "looked at only now and then: it was this program or one of the %u before it\n",
				    programs - 1);
	ff_finding_signature(f, "leak.%s.%s", n->verdict, n->name);
	ff_cause_merge(out, f);
}

void ff_judge_leak(const struct ff_case *c, void *model, struct ff_findings *out)
{
	const struct ff_usage *u = &c->history->usage;
	const struct count counts[] = {
		{ "deleted-file", "blocks", "pages of deleted files are still taken from its tmpfs", u->blocks, false },
		{ "deleted-file", "inodes", "deleted files still exist on its tmpfs", u->inodes, false },
		{ "shmem", "pages", "pages of shared memory more than before are in use", u->blocks ? 0 : u->shmem, true },
		{ "thp", "anon", "huge pages are counted as mapped and no process maps them", u->anon_huge, true },
		{ "thp", "shmem", "huge pages more than before are in the page cache of tmpfs", u->shmem_huge, true },
		{ "thp", "file", "huge pages more than before are in the page cache of files", u->file_huge, true },
		{ "mlock", "pages", "pages more than before are locked in memory", u->mlocked, true },
		{ "task", "child", "child of the executor is still there", u->tasks, false },
	};
	unsigned int i;

	(void)model;
	if (!c->ended || c->history->flags & FF_HIST_OOM)
		return;
	judge_swap(c, out);
	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		judge_count(c, &counts[i], out);
}
