// SPDX-License-Identifier: GPL-2.0-only
/* Writing a case as text (docs/history.md). */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/case_names.h"
#include "oracles/case_text.h"
#include "oracles/witness_text.h"

const struct ff_flag_name ff_history_flags[] = {
	{ "evicted", FF_HIST_EVICTED }, { "oom", FF_HIST_OOM },
	{ "invalidate_failed", FF_HIST_INVALIDATE_FAILED },
	{ "device_unknown", FF_HIST_DEVICE_UNKNOWN }, { "spoilt", FF_HIST_SPOILT },
	{ "swap_failed", FF_HIST_SWAP_FAILED }, { "server_died", FF_HIST_SERVER_DIED },
	{ NULL, 0 }
};

const struct ff_flag_name ff_record_flags[] = {
	{ "faulted", FF_REC_FAULTED }, { "cut", FF_REC_CUT }, { "raced", FF_REC_RACED },
	{ "child", FF_REC_CHILD }, { NULL, 0 }
};

const char *const ff_state_names[] = { "not_run", "started", "done", "skipped", NULL };
const char *const ff_run_names[] = {
	"zero", "own", "foreign", "raw", "unseen", "resident", "absent", NULL
};

static int write_program(const struct ff_program *p, FILE *out)
{
	size_t n = ff_program_print(p, NULL, 0) + 1;
	char *text = malloc(n);

	if (!text)
		return -ENOMEM;
	ff_program_print(p, text, n);
	fputs(text, out);
	free(text);
	return 0;
}

static void write_history(const struct ff_history *h, FILE *out)
{
	fprintf(out, "history epoch=%u threads=%u flags=", h->epoch, h->nthreads);
	ff_flags_write(ff_history_flags, h->flags, out);
	fprintf(out, " began=%" PRIu64 " ended=%" PRIu64 " page=%u pmd=%u limit=%" PRIu64
		" device=%" PRIu64 "\n", h->began, h->ended, h->page_size, h->pmd_size,
		h->call_limit_ns, h->device_size);
}

const char *const ff_swapoff_names[] = { "none", "done", "stuck", "failed", NULL };

static void write_errno(int32_t err, FILE *out)
{
	const char *name = strerrorname_np(err);

	if (err && name)
		fprintf(out, " errno=%s", name);
	else
		fprintf(out, " errno=%d", err);
}

static void write_usage(const struct ff_usage *u, FILE *out)
{
	static const struct ff_usage nothing;

	if (!memcmp(u, &nothing, sizeof(nothing)) || u->swapoff > FF_SWAPOFF_FAILED)
		return;
	fprintf(out, "usage swapoff=%s", ff_swapoff_names[u->swapoff]);
	write_errno(u->err, out);
	fprintf(out, " swap_before=%" PRIu64 " swap_after=%" PRIu64 " swap_left=%" PRIu64 " stalled=%" PRIu64,
		u->swap_before, u->swap_after, u->swap_left, u->stalled);
	fprintf(out, " blocks=%" PRIu64 " inodes=%" PRIu64 " shmem=%" PRIu64 " anon_huge=%" PRIu64
		" shmem_huge=%" PRIu64 " file_huge=%" PRIu64 " mlocked=%" PRIu64 " tasks=%u programs=%u\n",
		u->blocks, u->inodes, u->shmem, u->anon_huge, u->shmem_huge, u->file_huge, u->mlocked,
		u->tasks, u->programs);
}

static void write_run(unsigned int id, const struct ff_run *r, FILE *out)
{
	if (r->kind > FF_RUN_ABSENT)
		return;
	fprintf(out, "run %u %s off=%" PRIu64 " len=%u", id, ff_run_names[r->kind], r->off, r->len);
	if (r->kind == FF_RUN_OWN)
		fprintf(out, " version=%u obj=%u value=%" PRIu64, r->version, r->obj, r->value);
	else if (r->value)
		fprintf(out, " value=0x%" PRIx64, r->value);
	fputc('\n', out);
}

static void write_call(const struct ff_case *c, unsigned int id, FILE *out)
{
	const struct ff_record *r = &c->history->record[id];
	unsigned int i, thread = c->program->call[id].thread;

	if (r->state == FF_CALL_NOT_RUN || r->state > FF_CALL_SKIPPED)
		return;
	fprintf(out, "call %u thread=", id);
	if (thread == FF_SETUP)
		fprintf(out, "setup");
	else
		fprintf(out, "%u", thread);
	fprintf(out, " %s result=%" PRId64, ff_state_names[r->state], r->result);
	write_errno(r->err, out);
	fprintf(out, " invoked=%" PRIu64 " returned=%" PRIu64, r->invoked, r->returned);
	if (r->scanned != r->returned)
		fprintf(out, " scanned=%" PRIu64, r->scanned);
	if (r->signal)
		fprintf(out, " signal=%u", r->signal);
	if (r->fault)
		fprintf(out, " fault=%" PRIu64, r->fault);
	if (r->tid)
		fprintf(out, " tid=%u", r->tid);
	if (r->flags) {
		fprintf(out, " flags=");
		ff_flags_write(ff_record_flags, r->flags, out);
	}
	fputc('\n', out);
	for (i = 0; i < r->nruns && r->first_run < FF_MAX_RUNS - i; i++)
		write_run(id, &c->history->run[r->first_run + i], out);
}

/* Each line of a text after a word, so that no text can look like another line. */
static void write_lines(const char *word, const char *text, FILE *out)
{
	const char *end;

	for (; text && *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		fprintf(out, "%s%s%.*s\n", word, end > text ? " " : "", (int)(end - text), text);
	}
}

int ff_case_write(const struct ff_case *c, FILE *out)
{
	unsigned int id;
	size_t i;
	int err;

	errno = 0;
	err = write_program(c->program, out);
	if (err)
		return err;
	write_history(c->history, out);
	write_usage(&c->history->usage, out);
	for (id = 0; id < c->program->ncalls && id < FF_MAX_CALLS; id++)
		write_call(c, id, out);
	for (i = 0; i < c->nevents; i++)
		ff_event_write(&c->event[i], out);
	if (c->drops)
		fprintf(out, "drops %" PRIu64 "\n", c->drops);
	ff_stuck_write(c->stuck, out);
	write_lines("witness", c->witness, out);
	write_lines("log", c->log, out);
	if (c->lost && *c->lost)
		fprintf(out, "lost %s\n", c->lost);
	if (c->now)
		fprintf(out, "now %" PRIu64 "\n", c->now);
	if (c->ended)
		fprintf(out, "ended\n");
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
