// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz judge HISTORY: the judge alone, on what was recorded. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/known.h"
#include "oracles/case_text.h"
#include "runner/cache.h"
#include "runner/cmds.h"
#include "runner/msg.h"
#include "runner/options.h"
#include "runner/store.h"

enum { KEY_LIST = 0x300 };

struct args {
	struct ff_guest_options o;
	const char *path;
	bool list;
};

static const struct argp_option options[] = {
	{ "list", KEY_LIST, NULL, 0, "List the oracles and their laws", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->o;
		return 0;
	case KEY_LIST:
		a->list = true;
		return 0;
	case ARGP_KEY_ARG:
		if (a->path)
			argp_error(state, "\"%s\": judge takes one history", arg);
		a->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (!a->path && !a->list)
			argp_error(state, "which history? Give the path of a finding's file \"history\"");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &ff_judge_argp, 0, "How it is judged:", 1 },
	{ 0 }
};

static const struct argp argp = {
	options, parse_opt, "HISTORY",
	"Judge a recorded history again; no kernel, no root and no VM are needed."
	"\v"
	"Exit status: 0 nothing found, 1 findings, 2 wrong use (or a malformed history), 3 it cannot be read.\n",
	children, NULL, NULL
};

static int list(void)
{
	unsigned int n;
	const struct ff_oracle *o = ff_oracles(&n);

	for (unsigned int i = 0; i < n; i++)
		printf("%-12s %s%s%s\n", o[i].name, o[i].law, o[i].hooks[0] ? " Witness: " : "", o[i].hooks);
	return FF_EXIT_CLEAN;
}

static json_t *finding_json(const struct ff_finding *f)
{
	const struct ff_known *known = ff_known_find(f->signature, f->witnessed);

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:b,s:s}", "oracle", f->oracle, "verdict",
			 f->verdict, "signature", f->signature, "what", f->what, "known",
			 known ? known->bug : "", "call", f->call, "thread", f->thread,
			 "witnessed", f->witnessed, "evidence", f->evidence);
}

static void print(const struct args *a, const struct ff_findings *all)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < all->n && a->o.json; i++)
		json_array_append_new(list, finding_json(&all->f[i]));
	if (a->o.json) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(list);
	for (unsigned int i = 0; i < all->n && !a->o.json; i++)
		printf("%s%s\n%s\n%s\n", all->f[i].signature,
		       all->f[i].witnessed ? " (witnessed)" : "", all->f[i].what, all->f[i].evidence);
	if (!a->o.json)
		printf("%u findings%s\n", all->n + all->more, all->more ? " (not all are shown)" : "");
}

int cmd_judge(int argc, char **argv)
{
	static struct ff_findings all;
	static struct args a;
	struct ff_error e = { 0 };
	struct ff_case *c = NULL;
	struct ff_judge *j;
	size_t len = 0;
	char *text;
	int ret;

	ff_guest_options_init(&a.o);
	ff_parse(&argp, "judge", argc, argv, &a);
	if (a.list)
		return list();
	text = ff_read_file(a.path, &len);
	if (!text) {
		ff_msg_error("cannot read the history %s: %s", a.path, strerror(errno));
		return FF_EXIT_HARNESS;
	}
	ret = ff_case_read(text, len, &c, &e);
	free(text);
	if (ret) {
		ff_msg_error("%s:%u: %s", a.path, e.line, e.text);
		return ret == -EINVAL ? FF_EXIT_USAGE : FF_EXIT_HARNESS;
	}
	j = ff_judge_open(a.o.oracles);
	if (!j) {
		ff_msg_error("no memory for the judge");
		ff_case_free(c);
		return FF_EXIT_HARNESS;
	}
	ff_judge(j, c, &all);
	print(&a, &all);
	ff_judge_close(j);
	ff_case_free(c);
	return all.n ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
}
