// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz report DIR: what a campaign or a regression run found, for people. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/cache.h"
#include "runner/cmds.h"
#include "runner/msg.h"
#include "runner/options.h"
#include "runner/report/report.h"

enum { KEY_TRACE = 0x500, KEY_MAIL };

struct args {
	const char *dir, *out, *trace, *mail;
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "Write there (the page: DIR/report.html; the others: standard output)", 0 },
	{ "trace", KEY_TRACE, "SIGNATURE", 0, "The timeline of this finding as trace event JSON, for Perfetto or "
	  "chrome://tracing", 0 },
	{ "mail", KEY_MAIL, "SIGNATURE", 0, "This finding as the text of a mail to a kernel list", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case 'o':
		a->out = arg;
		return 0;
	case KEY_TRACE:
		a->trace = arg;
		return 0;
	case KEY_MAIL:
		a->mail = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (a->dir)
			argp_error(state, "\"%s\": report takes one folder", arg);
		a->dir = arg;
		return 0;
	case ARGP_KEY_END:
		if (!a->dir)
			argp_error(state, "which folder? Give that of a campaign (fuzz --out) or of a regression run");
		if (a->trace && a->mail)
			argp_error(state, "--trace and --mail are two things: ask for one");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse_opt, "DIR",
	"Make one HTML page of what is in a campaign's folder: findings with their timelines, plots, coverage, the "
	"regression matrix. It needs no network and no other file."
	"\v"
	"Exit status: 0 written, 2 wrong use (or no such folder or finding), 3 it could not be written.\n",
	NULL, NULL, NULL
};

/* The finding with this signature, or NULL with a message that names those that are there. */
static const struct ff_report_finding *find(const struct ff_report *r, const char *signature)
{
	const struct ff_report_finding *f = ff_report_find(r, signature);

	if (f)
		return f;
	ff_msg_error("%s/findings has no \"%s\"; %s", r->dir, signature, r->n ? "there are:" : "there are none");
	for (unsigned int i = 0; i < r->n; i++)
		fprintf(stderr, "  %s\n", r->finding[i].name);
	return NULL;
}

static int make(const struct args *a, const struct ff_report *r, FILE *f)
{
	const struct ff_report_finding *x = a->trace || a->mail ? find(r, a->trace ? a->trace : a->mail) : NULL;

	if (!a->trace && !a->mail)
		return ff_report_page(r, f);
	if (!x)
		return -EINVAL;
	return a->trace ? ff_report_trace(r, x, f) : ff_report_mail(r, x, f);
}

static int put(const struct args *a, const char *text, size_t n)
{
	char path[4200];
	int ret;

	if (!a->out && (a->trace || a->mail)) {
		fwrite(text, 1, n, stdout);
		return FF_EXIT_CLEAN;
	}
	snprintf(path, sizeof(path), "%s%s", a->out ? a->out : a->dir, a->out ? "" : "/report.html");
	ret = ff_write_file(path, text, n);
	if (ret) {
		ff_msg_error("cannot write %s: %s", path, strerror(-ret));
		return FF_EXIT_HARNESS;
	}
	ff_msg_info("wrote %s", path);
	return FF_EXIT_CLEAN;
}

int cmd_report(int argc, char **argv)
{
	struct args a = { 0 };
	struct ff_report r;
	char *text = NULL;
	size_t n = 0;
	FILE *f;
	int ret;

	ff_parse(&argp, "report", argc, argv, &a);
	ret = ff_report_open(&r, a.dir);
	if (ret)
		return ret == -ENOMEM ? FF_EXIT_HARNESS : FF_EXIT_USAGE;
	f = open_memstream(&text, &n);
	ret = f ? make(&a, &r, f) : -ENOMEM;
	if (f && fclose(f) && !ret)
		ret = -ENOMEM;
	ff_report_close(&r);
	if (ret == -ENOMEM)
		ff_msg_error("no memory for the report of %s", a.dir);
	ret = !ret ? put(&a, text, n) : ret == -ENOMEM ? FF_EXIT_HARNESS : FF_EXIT_USAGE;
	free(text);
	return ret;
}
