// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz regress: the kept programs on any number of kernels (docs/regress.md). */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/cache.h"
#include "runner/cmds.h"
#include "runner/msg.h"
#include "runner/regress/formats.h"
#include "runner/regress/run.h"
#include "runner/regress/text.h"

enum { KEY_BASELINE = 0x600, KEY_RECORD, KEY_COMPARE, KEY_FAIL_FAST, KEY_SHARD, KEY_RUNS, KEY_MOST, KEY_ODDS,
       KEY_FORMAT, KEY_ORIGIN = 0x700, KEY_URL };

static struct ff_kcidb_options kcidb;

static int write_kcidb(const struct ff_regress *r, FILE *out)
{
	json_t *o = ff_regress_kcidb(r, &kcidb);
	int ret = !o ? -ENOMEM : json_dumpf(o, out, JSON_INDENT(1)) ? -EIO : 0;

	json_decref(o);
	return ret;
}

/* A row each: --NAME FILE. */
static const struct {
	const char *name;
	int (*write)(const struct ff_regress *r, FILE *out);
} formats[] = {
	{ "ktap", ff_regress_ktap }, { "junit", ff_regress_junit }, { "kcidb", write_kcidb }, { "lava", ff_regress_lava },
};
#define FORMATS	(sizeof(formats) / sizeof(formats[0]))

struct regress {
	struct ff_regress_job j;
	const char *first, *baseline;	/* the first path; the baseline's */
	char baseline_path[4096];
	bool bad_path;
	const char *format_path[FORMATS];
};

static const struct argp_option options[] = {
	{ "baseline", KEY_BASELINE, "FILE", 0, "What each kernel is known to do (baseline.json beside the programs)", 0 },
	{ "record", KEY_RECORD, NULL, 0, "Measure, and put what is seen into the baseline", 0 },
	{ "compare", KEY_COMPARE, NULL, 0, "Two kernels: what does the second one do that the first does not, and the other way round? Only differences are shown", 0 },
	{ "fail-fast", KEY_FAIL_FAST, NULL, 0, "Stop after the first fail", 0 },
	{ "shard", KEY_SHARD, "I/N", 0, "Run the I-th of N parts of the programs", 0 },
	{ "time", 't', "TIME", 0, "As 90, 20m, 2h: what was not run by then is skipped (no limit)", 0 },
	{ "runs", KEY_RUNS, "N", 0, "Runs of a program with no known bug (10; with --record 20)", 0 },
	{ "most", KEY_MOST, "N", 0, "Runs, at most, until a known bug that does not show is given up (300)", 0 },
	{ "odds", KEY_ODDS, "P", 0, "A known bug counts as fixed when the odds that it did not show by chance are P or less (0.01)", 0 },
	{ "ktap", KEY_FORMAT, "FILE", 0, "Write the result as KTAP, too", 0 },
	{ "junit", KEY_FORMAT + 1, "FILE", 0, "... as JUnit XML", 0 },
	{ "kcidb", KEY_FORMAT + 2, "FILE", 0, "... as JSON of kcidb's schema 5.3", 0 },
	{ "lava", KEY_FORMAT + 3, "FILE", 0, "... as lines for LAVA", 0 },
	{ "kcidb-origin", KEY_ORIGIN, "NAME", 0, "The CI system that signs the kcidb report: a-z, 0-9 and _ (foliofuzz)", 0 },
	{ "kcidb-url", KEY_URL, "URL", 0, "Where --out DIR will be published: the kcidb report links its regress.json", 0 },
	{ 0 }
};

static void parse_shard(struct argp_state *state, struct ff_regress *r, const char *arg)
{
	char rest;

	if (sscanf(arg, "%u/%u%c", &r->shard, &r->shards, &rest) != 2 || !r->shard || r->shard > r->shards || r->shards > 100000)
		argp_error(state, "--shard %s: expected as 2/5, the second of five parts", arg);
}

static void parse_odds(struct argp_state *state, struct ff_regress_job *j, const char *arg)
{
	char *end;

	j->limits.odds = strtod(arg, &end);
	if (end == arg || *end || !(j->limits.odds > 0 && j->limits.odds < 1))
		argp_error(state, "--odds %s: expected a number between 0 and 1", arg);
}

static void check(struct argp_state *state, struct ff_regress_job *j)
{
	if (j->o.here)
		j->o.nkernels = 1;	/* without a name */
	if (j->compare && j->o.nkernels != 2)
		argp_error(state, "--compare takes two kernels, the one before and the one after; %u were given", j->o.nkernels);
	if (j->compare && j->record)
		argp_error(state, "--compare and --record: which of them? Give one");
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct regress *r = state->input;
	struct ff_regress_job *j = &r->j;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = &j->o;
		return 0;
	case KEY_BASELINE:
		r->baseline = arg;
		return 0;
	case KEY_RECORD:
		j->record = true;
		return 0;
	case KEY_COMPARE:
		j->compare = true;
		return 0;
	case KEY_FAIL_FAST:
		j->fail_fast = true;
		return 0;
	case KEY_SHARD:
		parse_shard(state, &j->result, arg);
		return 0;
	case 't':
		j->seconds = ff_option_seconds(state, "time", arg);
		return 0;
	case KEY_RUNS:
		j->limits.runs = j->measure.runs = (unsigned int)ff_option_number(state, "runs", arg, 1, 1000000);
		return 0;
	case KEY_MOST:
		j->limits.most = (unsigned int)ff_option_number(state, "most", arg, 1, 1000000);
		return 0;
	case KEY_ODDS:
		parse_odds(state, j, arg);
		return 0;
	case KEY_FORMAT ... KEY_FORMAT + FORMATS - 1:
		r->format_path[key - KEY_FORMAT] = arg;
		return 0;
	case KEY_ORIGIN:
		if (!ff_kcidb_origin_ok(arg))
			argp_error(state, "--kcidb-origin %s: expected a-z, 0-9 and _", arg);
		kcidb.origin = arg;
		return 0;
	case KEY_URL:
		if (!ff_kcidb_url_ok(arg))
			argp_error(state, "--kcidb-url %s: expected as https://ci.example.org/runs/7", arg);
		kcidb.url = arg;
		return 0;
	case ARGP_KEY_ARG:
		r->first = r->first ? r->first : arg;
		r->bad_path |= ff_kept_add(&j->kept, arg) != 0;
		return 0;
	case ARGP_KEY_END:
		check(state, j);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse_opt, "[DIR|PROGRAM.ff...]",
	"Run kept programs on kernels and say of each pair: pass, fail, skip, known, fixed or flaky. Without a path the "
	"programs in corpus/regress are run, or those that were installed."
	"\v"
	"known, fixed and flaky are measured by the baseline: what each kernel did when it was recorded (--record). A "
	"program runs until its verdict is sure, and no longer. --out DIR has the result as regress.json, and the "
	"evidence of what the baseline does not know as folders, as \"fuzz\" keeps its findings.\n\n"
	"Exit status: 0 nothing failed (fixed and flaky are said, and are no failure), 1 something failed, 2 wrong use (or a "
	"malformed program or baseline), 3 the harness, or a kernel that was asked for, could not run, 4 all was skipped.\n",
	ff_guest_children, NULL, NULL
};

/* The programs, and the baseline beside them. */
static int load(struct regress *r)
{
	struct ff_regress_job *j = &r->j;
	char copy[4096];
	size_t n;

	if (!r->first) {
		r->first = ff_kept_home();
		if (!r->first) {
			ff_msg_error("there are no kept programs here (corpus/regress), and none were installed: give a folder or a program");
			return -EINVAL;
		}
		r->bad_path |= ff_kept_add(&j->kept, r->first) != 0;
	}
	if (r->bad_path || ff_kept_finish(&j->kept))
		return -EINVAL;
	ff_kept_shard(&j->kept, j->result.shard, j->result.shards);
	if (!r->baseline) {
		snprintf(copy, sizeof(copy), "%s", r->first);
		n = strlen(copy);
		snprintf(r->baseline_path, sizeof(r->baseline_path), "%.4000s/baseline.json",
			 n > 3 && !strcmp(copy + n - 3, ".ff") ? dirname(copy) : copy);
		r->baseline = r->baseline_path;
	}
	j->baseline = ff_baseline_open(r->baseline);
	if (!j->baseline)
		return -EINVAL;
	return j->record ? ff_baseline_save(j->baseline) : 0;	/* what cannot be written is to be known now */
}

/* A name that is none is wrong use, before anything runs; what cannot be had is skipped later. */
static int check_kernels(struct ff_regress_job *j)
{
	struct ff_kernel found;

	for (unsigned int k = 0; k < j->o.nkernels; k++) {
		int ret = j->o.kernel[k] ? ff_kernel_find(j->o.kernel[k], true, &found) : -ENOENT;

		if (ret == -EINVAL)
			return ret;
		if (!ret)
			snprintf(j->version[k], sizeof(j->version[k]), "%s", found.version);
	}
	return 0;
}

/* All of a format, in one step: nobody reads half of it. */
static int write_formats(const struct regress *r)
{
	int ret, first = 0;

	for (size_t i = 0; i < FORMATS; i++) {
		char *text = NULL;
		size_t n = 0;
		FILE *f;

		if (!r->format_path[i])
			continue;
		f = open_memstream(&text, &n);
		ret = f ? formats[i].write(&r->j.result, f) : -errno;
		if (f && fclose(f) && !ret)
			ret = -errno;
		if (!ret)
			ret = ff_write_file(r->format_path[i], text, n);
		if (ret)
			ff_msg_error("cannot write the result to %s: %s", r->format_path[i], strerror(-ret));
		first = first ? first : ret;
		free(text);
	}
	return first;
}

static int report(struct regress *r)
{
	struct ff_regress_job *j = &r->j;
	json_t *o = ff_regress_json(&j->result);
	int ret = o ? 0 : -ENOMEM;

	if (!ret && j->store)
		ret = ff_store_json(j->store, "regress.json", o);
	if (o && j->o.json) {
		json_dumpf(o, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		ff_regress_text(&j->result, j->compare, j->limits.odds, stdout);
	}
	json_decref(o);
	return write_formats(r) ? -EIO : ret;
}

static int exit_status(const struct ff_regress *x)
{
	if (ff_regress_count(x, FF_REGRESS_FAIL))
		return FF_EXIT_FOUND;
	for (unsigned int k = 0; k < x->nkernels; k++)
		if (x->kernels[k].skipped[0])	/* asked for, and not looked at: that is not success */
			return FF_EXIT_HARNESS;
	return ff_regress_count(x, FF_REGRESS_SKIP) == x->nresults ? FF_EXIT_SKIPPED : FF_EXIT_CLEAN;
}

int cmd_regress(int argc, char **argv)
{
	static struct regress r = { .j.result = { .shard = 1, .shards = 1 } };
	int ret, status = FF_EXIT_HARNESS;

	r.j.limits = ff_regress_limits_default;
	r.j.measure = ff_regress_limits_measure;
	ff_guest_options_init(&r.j.o);
	r.j.o.several = true;
	ff_parse(&argp, "regress", argc, argv, &r);
	r.j.stop = r.j.o.session.stop = ff_catch_signals();
	ret = load(&r);
	if (!ret)
		ret = check_kernels(&r.j);
	if (ret) {
		status = ret == -EINVAL ? FF_EXIT_USAGE : FF_EXIT_HARNESS;
		goto cleanup;
	}
	if (!r.j.kept.n) {
		ff_msg_info("shard %u/%u has no program", r.j.result.shard, r.j.result.shards);
		status = FF_EXIT_SKIPPED;
		goto cleanup;
	}
	if (r.j.o.out && ff_store_open(&r.j.store, r.j.o.out))
		goto cleanup;
	ret = ff_regress_run(&r.j);
	if (report(&r) || (ret && ret != -ECANCELED))
		goto cleanup;
	status = exit_status(&r.j.result);
cleanup:
	ff_regress_free(&r.j.result);
	ff_kept_free(&r.j.kept);
	ff_baseline_close(r.j.baseline);
	ff_store_close(r.j.store);
	return status;
}
