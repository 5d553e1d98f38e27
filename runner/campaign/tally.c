// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/tally.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "runner/json_read.h"

static bool refused(const struct ff_record *r)
{
	if (r->signal == SIGSEGV)
		return true;
	switch (r->err) {
	case EINVAL:
	case EOPNOTSUPP:
	case ENOSYS:
	case EBADF:
	case EPERM:
	case EACCES:
	case ENODEV:
	case EFAULT:
		return true;
	}
	return false;
}

void ff_tally_add(struct ff_tally *t, const struct ff_program *p, const struct ff_history *h)
{
	t->oom += !!(h->flags & FF_HIST_OOM);
	t->swap_failed += !!(h->flags & FF_HIST_SWAP_FAILED);
	for (uint32_t i = 0; i < p->ncalls && i < h->ncalls; i++) {
		const struct ff_record *r = &h->record[i];
		struct ff_tally_row *row = &t->op[p->call[i].op];

		switch (r->state) {
		case FF_CALL_DONE:
			row->done++;
			row->accepted += !refused(r);
			t->on[p->target.kind][p->call[i].op] += !refused(r);
			break;
		case FF_CALL_SKIPPED:
			row->skipped++;
			break;
		case FF_CALL_STARTED:
			row->away++;
			break;
		}
	}
}

struct ff_tally_row ff_tally_sum(const struct ff_tally *t)
{
	struct ff_tally_row sum = { 0 };

	for (unsigned int i = 0; i < FF_OPS; i++) {
		sum.done += t->op[i].done;
		sum.accepted += t->op[i].accepted;
		sum.skipped += t->op[i].skipped;
		sum.away += t->op[i].away;
	}
	return sum;
}

double ff_tally_percent(const struct ff_tally_row *r)
{
	return r->done ? 100.0 * (double)r->accepted / (double)r->done : 0;
}

static void print_row(const char *name, const struct ff_tally_row *r, FILE *out)
{
	fprintf(out, "  %-16s %10llu  %5.1f %%  %8llu skipped", name, (unsigned long long)r->done,
		ff_tally_percent(r), (unsigned long long)r->skipped);
	if (r->away)
		fprintf(out, "  %llu never returned", (unsigned long long)r->away);
	fputc('\n', out);
}

void ff_tally_print(const struct ff_tally *t, FILE *out)
{
	struct ff_tally_row sum = ff_tally_sum(t);

	fprintf(out, "  %-16s %10s  %7s\n", "call", "done", "accepted");
	for (unsigned int i = 0; i < FF_OPS; i++) {
		const struct ff_tally_row *r = &t->op[i];

		if (r->done || r->skipped || r->away)
			print_row(ff_op(i)->name, r, out);
	}
	print_row("all", &sum, out);
}

static json_t *row_json(const struct ff_tally_row *r)
{
	return json_pack("{s:I,s:I,s:I,s:I}", "done", (json_int_t)r->done, "accepted",
			 (json_int_t)r->accepted, "skipped", (json_int_t)r->skipped, "away",
			 (json_int_t)r->away);
}

json_t *ff_tally_json(const struct ff_tally *t)
{
	struct ff_tally_row sum = ff_tally_sum(t);
	json_t *per = json_object();

	for (unsigned int i = 0; i < FF_OPS; i++) {
		const struct ff_tally_row *r = &t->op[i];

		if (r->done || r->skipped || r->away)
			json_object_set_new(per, ff_op(i)->name, row_json(r));
	}
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f,s:o}",
			 "programs", (json_int_t)t->programs, "replays", (json_int_t)t->replays,
			 "failed_targets", (json_int_t)t->failed_targets,
			 "calls", (json_int_t)sum.done, "accepted", (json_int_t)sum.accepted,
			 "skipped", (json_int_t)sum.skipped, "events", (json_int_t)t->events,
			 "drops", (json_int_t)t->drops, "damaged", (json_int_t)t->damaged,
			 "oom", (json_int_t)t->oom, "swap_failed", (json_int_t)t->swap_failed,
			 "servers_lost", (json_int_t)t->servers_lost,
			 "accepted_percent", ff_tally_percent(&sum), "per_call", per);
}

const char *ff_target_word(enum ff_target_kind kind)
{
	static const char *const word[FF_TARGET_KINDS] = {
		[FF_TARGET_TMPFS] = "tmpfs", [FF_TARGET_EXT4] = "ext4", [FF_TARGET_XFS] = "xfs",
		[FF_TARGET_BLOCK] = "block", [FF_TARGET_FUSE] = "fuse",
	};

	return word[kind];
}

json_t *ff_tally_coverage(const struct ff_tally *t)
{
	json_t *all = json_object();

	for (unsigned int k = 0; k < FF_TARGET_KINDS; k++) {
		json_t *one = json_object();

		for (unsigned int i = 0; i < FF_OPS; i++)
			if (t->on[k][i])
				json_object_set_new(one, ff_op(i)->name, json_integer((json_int_t)t->on[k][i]));
		if (json_object_size(one))
			json_object_set_new(all, ff_target_word(k), one);
		else
			json_decref(one);
	}
	return all;
}

unsigned int ff_tally_covered(const struct ff_tally *t, enum ff_target_kind kind, unsigned int *of)
{
	unsigned int n = 0;

	*of = 0;
	for (unsigned int i = 0; i < FF_OPS; i++) {
		*of += !!(ff_op(i)->targets & 1 << kind);
		n += t->on[kind][i] > 0;
	}
	return n;
}

bool ff_tally_load(struct ff_tally *t, const json_t *j, const json_t *coverage)
{
	const json_t *per = json_object_get(j, "per_call");

	memset(t, 0, sizeof(*t));
	if (!json_is_object(per) || !json_is_object(coverage))
		return false;
	t->programs = ff_json_count(j, "programs");
	t->replays = ff_json_count(j, "replays");
	t->failed_targets = ff_json_count(j, "failed_targets");
	t->events = ff_json_count(j, "events");
	t->drops = ff_json_count(j, "drops");
	t->damaged = ff_json_count(j, "damaged");
	t->servers_lost = ff_json_count(j, "servers_lost");
	t->oom = ff_json_count(j, "oom");
	t->swap_failed = ff_json_count(j, "swap_failed");
	for (unsigned int i = 0; i < FF_OPS; i++) {
		const json_t *row = json_object_get(per, ff_op(i)->name);

		t->op[i] = (struct ff_tally_row){ ff_json_count(row, "done"), ff_json_count(row, "accepted"),
						  ff_json_count(row, "skipped"), ff_json_count(row, "away") };
		for (unsigned int k = 0; k < FF_TARGET_KINDS; k++)
			t->on[k][i] = ff_json_count(json_object_get(coverage, ff_target_word(k)), ff_op(i)->name);
	}
	return true;
}
