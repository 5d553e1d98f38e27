// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz run PROGRAM: how often does it hit? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/case_text.h"
#include "runner/cmds.h"
#include "runner/delays.h"
#include "runner/msg.h"
#include "runner/options.h"
#include "runner/program_file.h"
#include "runner/starts.h"
#include "runner/store.h"
#include "runner/campaign/tally.h"

#define MAX_SEEN 64

/* A signature that showed, in how many runs, and how it looked first. */
struct seen {
	struct ff_finding finding;
	struct ff_found found;
};

struct run {
	struct ff_guest_options o;
	const char *path, *history;
	uint64_t repeat;
	struct ff_program program;
	struct ff_session *session;
	struct ff_judge *judge;
	struct ff_store *store;
	struct seen seen[MAX_SEEN];
	unsigned int nseen;
	struct ff_tally tally;
	uint64_t runs, with_hit;
	unsigned int lost;
	bool skipped;
};

static struct ff_findings findings;	/* of the run that is looked at */

enum { KEY_REPEAT = 'r', KEY_HISTORY = 'H' };

static const struct argp_option options[] = {
	{ "repeat", KEY_REPEAT, "N", 0, "Run it N times (1)", 0 },
	{ "history", KEY_HISTORY, "FILE", 0, "Keep the last run's history in FILE, whatever was found", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct run *r = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = &r->o;
		return 0;
	case KEY_REPEAT:
		r->repeat = ff_option_number(state, "repeat", arg, 1, 1000000000);
		return 0;
	case KEY_HISTORY:
		r->history = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (r->path)
			argp_error(state, "\"%s\": run takes one program", arg);
		r->path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which program? Give the path of a .ff file");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse_opt, "PROGRAM.ff",
	"Run one program, judge what comes back, and say in how many runs what was found."
	"\v"
	"With --out DIR findings are kept there as folders, too.\n\n"
	"Exit status: 0 nothing found, 1 findings, 2 wrong use (or a malformed program), 3 the harness "
	"could not run, 4 skipped: the program's target cannot be made there.\n",
	ff_guest_children, NULL, NULL
};

static struct seen *seen_find(struct run *r, const struct ff_finding *x, const struct ff_case *c)
{
	struct seen *s = &r->seen[r->nseen];
	char guest[120];

	for (unsigned int k = 0; k < r->nseen; k++)
		if (!strcmp(r->seen[k].found.signature, x->signature))
			return &r->seen[k];
	if (r->nseen == MAX_SEEN)
		return NULL;
	snprintf(guest, sizeof(guest), "%s%.100s", r->o.here ? "--here" : "--kernel ",
		 r->o.here ? "" : r->o.session.kernel);
	s->finding = *x;
	ff_found_describe(&s->found, x, c, ff_session_info(r->session), guest);
	s->found.calls_to_first = ff_tally_sum(&r->tally).done;
	r->nseen++;
	return s;
}

static int judge_one(struct run *r, struct ff_outcome *out)
{
	bool done[MAX_SEEN] = { false };
	struct seen *s;
	int ret = 0;

	ff_judge(r->judge, &out->c, &findings);
	r->with_hit += findings.n > 0;
	for (unsigned int i = 0; i < findings.n && !ret; i++) {
		s = seen_find(r, &findings.f[i], &out->c);
		if (!s || done[s - r->seen])
			continue;
		done[s - r->seen] = true;
		s->found.witnessed |= findings.f[i].witnessed;
		s->found.count++;
		if (++s->found.hits == 1 && r->store)
			ret = ff_store_put(r->store, &s->found, &out->c, &s->finding);
	}
	return ret;
}

static int keep_history(const struct run *r, const struct ff_case *c)
{
	FILE *f = fopen(r->history, "we");
	int ret = f ? ff_case_write(c, f) : -errno;

	if (f && fclose(f) && !ret)
		ret = -errno;
	if (ret)
		ff_msg_error("cannot write the history %s: %s", r->history, strerror(-ret));
	return ret;
}

static int handle(struct run *r, struct ff_outcome *out)
{
	if (out->failed) {
		if (!r->skipped)
			ff_msg_error("skipped: the program's target cannot be made: %s", out->failed);
		r->skipped = true;
		return 0;
	}
	r->runs++;
	if (out->lost[0]) {
		ff_msg_warn("run %llu: %s", (unsigned long long)r->runs, out->lost);
		r->lost++;
	}
	if (out->c.history->flags & FF_HIST_SERVER_DIED)
		ff_msg_info("run %llu: the FUSE server died: what needs content is not judged",
			    (unsigned long long)r->runs);
	r->tally.programs++;
	r->tally.events += out->c.nevents;
	r->tally.drops += out->c.drops;
	ff_tally_add(&r->tally, out->c.program, out->c.history);
	if (r->history && keep_history(r, &out->c))
		return -EIO;
	return judge_one(r, out);
}

static int loop(struct run *r, const volatile sig_atomic_t *stop)
{
	struct ff_outcome out;
	uint64_t fed = 0;
	int ret;

	while (!*stop && !r->skipped) {
		while (fed < r->repeat && !ff_session_feed(r->session, &r->program, r))
			fed++;
		if (fed == r->repeat && !ff_session_pending(r->session))
			break;
		ret = ff_session_next(r->session, &out);
		if (ret == 1)
			ret = handle(r, &out);
		if (ret < 0 && ret != -ECANCELED)
			return ret;
	}
	return 0;
}

static void print_json(struct run *r)
{
	const struct ff_session_info *i = ff_session_info(r->session);
	json_t *list = json_array();
	json_t *j;

	for (unsigned int k = 0; k < r->nseen; k++)
		json_array_append_new(list, ff_found_json(&r->seen[k].found, r->seen[k].finding.evidence));
	j = json_pack("{s:s,s:s,s:s,s:I,s:I,s:i,s:s,s:o,s:o}", "program", r->path, "kernel", i->kernel,
		      "release", i->release, "runs", (json_int_t)r->runs, "hits",
		      (json_int_t)r->with_hit, "lost", r->lost, "witness", i->boot.witness,
		      "findings", list, "guests", ff_starts_json(i));
	json_object_update_new(j, ff_tally_json(&r->tally));
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
}

static void print_text(struct run *r)
{
	const struct ff_session_info *i = ff_session_info(r->session);
	struct ff_tally_row sum = ff_tally_sum(&r->tally);
	char starts[128];

	ff_starts_text(i, starts, sizeof(starts));
	printf("%s on %s %s (%s): %llu/%llu runs hit\n", r->path, i->kernel, i->release, i->accel,
	       (unsigned long long)r->with_hit, (unsigned long long)r->runs);
	printf("%llu calls, %.1f %% accepted, %llu skipped, %u runs lost their guest (%s); %llu witness events, %llu dropped; %s\n",
	       (unsigned long long)sum.done, ff_tally_percent(&sum), (unsigned long long)sum.skipped,
	       r->lost, starts, (unsigned long long)r->tally.events, (unsigned long long)r->tally.drops,
	       i->boot.witness);
	for (unsigned int k = 0; k < r->nseen; k++) {
		const struct seen *s = &r->seen[k];

		printf("\n%u/%llu %s%s\n%s\n", s->found.hits, (unsigned long long)r->runs,
		       s->found.signature, s->found.witnessed ? " (witnessed)" : "", s->found.what);
		if (s->found.known[0])
			printf("known: %s\n", s->found.known);
		printf("%s", s->finding.evidence);
	}
}

static int report(struct run *r)
{
	int ret = 0;

	for (unsigned int k = 0; k < r->nseen; k++)
		r->seen[k].found.runs = (unsigned int)r->runs;
	for (unsigned int k = 0; k < r->nseen && r->store && !ret; k++)
		ret = ff_store_update(r->store, &r->seen[k].found, NULL);
	if (r->o.json)
		print_json(r);
	else
		print_text(r);
	return ret;
}

int cmd_run(int argc, char **argv)
{
	static struct run r = { .repeat = 1 };
	char *text;
	int ret, status = FF_EXIT_HARNESS;

	ff_guest_options_init(&r.o);
	ff_parse(&argp, "run", argc, argv, &r);
	r.o.session.stop = ff_catch_signals();
	text = ff_program_file(r.path, &r.program);
	if (!text)
		return FF_EXIT_USAGE;
	free(text);
	ret = r.o.out ? ff_store_open(&r.store, r.o.out) : 0;
	r.judge = ff_judge_open(r.o.oracles);
	if (!ret && r.judge)
		ret = ff_session_open(&r.session, &r.o.session);
	if (ret == -EINVAL && !r.session)
		status = FF_EXIT_USAGE;	/* there is no kernel of this name */
	if (ret || !r.session)
		goto cleanup;
	ff_delays_warn(&r.program, ff_session_info(r.session)->boot.hooks);
	ret = loop(&r, r.o.session.stop);
	if (report(&r) || ret)
		goto cleanup;
	status = r.skipped && !r.runs ? FF_EXIT_SKIPPED : r.nseen ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
cleanup:
	ff_session_close(r.session);
	ff_judge_close(r.judge);
	ff_store_close(r.store);
	return status;
}
