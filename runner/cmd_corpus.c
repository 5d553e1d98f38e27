// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz corpus ACTION STORE [...]: programs that are kept (docs/corpus.md). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/attrs.h"
#include "runner/cmds.h"
#include "runner/corpus_cmd.h"
#include "runner/msg.h"
#include "runner/options.h"

enum { KEY_JSON = 0x400, KEY_ATTR };

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "list, show, check, export, import: print JSON on standard output", 0 },
	{ "attr", KEY_ATTR, "KEY=VALUE", 0, "add, import: what is known of these programs (may be repeated): source, note, "
	  "signal, run_us (microseconds), hit_rate (HITS/RUNS), or a key of your own", 0 },
	{ "format", 'f', "ff|syz|fsx", 0, "export, import: our own text (the default), a program of syzkaller, or an "
	  "operation log of fsx (--record-ops)", 0 },
	{ "out", 'o', "DIR", 0, "export: write a file for each program there", 0 },
	{ "target", 't', "TARGET", 0, "import: what syz and fsx programs run on, as \"tmpfs huge=always\" (ext4)", 0 },
	{ 0 }
};

static error_t add_attr(struct ff_corpus_args *a, const char *line, struct argp_state *state)
{
	const char *bad = ff_attr_check(line);
	char *joined;

	if (bad)
		argp_error(state, "--attr %s: %s", line, bad);
	if (asprintf(&joined, "%s%s\n", a->attrs ? a->attrs : "", line) < 0)
		return ENOMEM;
	free(a->attrs);
	a->attrs = joined;
	return 0;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct ff_corpus_args *a = state->input;

	switch (key) {
	case KEY_JSON:
		a->json = true;
		return 0;
	case KEY_ATTR:
		return add_attr(a, arg, state);
	case 'f':
		if (strcmp(arg, "ff") && strcmp(arg, "syz") && strcmp(arg, "fsx"))
			argp_error(state, "--format %s: ff, syz or fsx was expected", arg);
		a->format = arg;
		return 0;
	case 'o':
		a->out = arg;
		return 0;
	case 't':
		a->target = arg;
		return 0;
	case ARGP_KEY_ARGS:
		a->words = state->argv + state->next;
		a->nwords = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse_opt,
	"add STORE PROGRAM.ff...\nlist STORE\nshow STORE ID...\ncheck STORE\nrepair STORE [NEW]\n"
	"merge STORE [FROM...]\ndistil STORE --kernel K\nexport STORE [ID...]\nimport STORE FILE...",
	"Keep programs, and what is known of them, in one file."
	"\v"
	"add makes STORE when it is not there, and prints the id of each program once it is safe on the "
	"disk; an id is the SHA-256 of the program's text, and its beginning is enough to name it. check "
	"says what cannot be read. repair writes everything that can be read to NEW (STORE.repaired) and "
	"leaves STORE as it is. merge adds all of FROM to STORE and writes it in canonical form: the same "
	"bytes whatever the order; with no FROM it compacts STORE. distil runs the programs and keeps those few that "
	"show all that STORE shows (corpus distil --help). What an export or import cannot express "
	"is told line by line.\n\n"
	"Exit status: 0 done, 1 bytes are damaged (check, merge, repair), or something could not be "
	"expressed (export, import); 2 wrong use, or a malformed program; 3 it could not be done.\n",
	NULL, NULL, NULL
};

bool ff_corpus_tell(const char *path, const struct ff_scan *s)
{
	char who[200];
	unsigned int i;

	for (i = 0; i < s->nlost && i < FF_LOST_KEPT; i++)
		ff_msg_warn("%s: bytes %llu to %llu are lost (%llu): %s", path, (unsigned long long)s->lost[i].off,
			    (unsigned long long)(s->lost[i].off + s->lost[i].len - 1),
			    (unsigned long long)s->lost[i].len, s->lost[i].why);
	if (s->nlost > FF_LOST_KEPT)
		ff_msg_warn("%s: %u more ranges are lost; in all %llu bytes", path, s->nlost - FF_LOST_KEPT,
			    (unsigned long long)s->lost_bytes);
	if (s->torn && ff_corpus_holder(path, who, sizeof(who))) {
		ff_msg_info("%s: its last %llu bytes are being written by %s", path, (unsigned long long)s->torn, who);
		return s->nlost;
	}
	if (s->torn)
		ff_msg_warn("%s: its last %llu bytes are the beginning of a record: an append that was cut off before "
			    "it was acknowledged, or the file was cut", path, (unsigned long long)s->torn);
	return s->nlost || s->torn;
}

int ff_corpus_load(const char *path, struct ff_scan *s)
{
	struct ff_why why;

	if (ff_corpus_read(path, s, &why)) {
		ff_msg_error("%s", why.text);
		return FF_EXIT_HARNESS;
	}
	return 0;
}

bool ff_corpus_parse(const struct ff_entry *e, struct ff_program *p)
{
	struct ff_error bad = { 0 };
	char id[FF_ID_TEXT];

	if (!ff_program_parse(e->text, strlen(e->text), p, &bad))
		return true;
	ff_id_text(&e->id, id);
	ff_msg_warn("program %.*s: line %u: %s; this version cannot use it", FF_ID_SHORT, id, bad.line, bad.text);
	return false;
}

struct ff_entry *ff_corpus_pick(const struct ff_set *set, const char *store, const char *id)
{
	size_t n;
	struct ff_entry *e = ff_set_find(set, id, &n);

	if (n == 1)
		return e;
	if (!n)
		ff_msg_error("%s has no program whose id begins with \"%s\"; foliofuzz corpus list %s shows them", store,
			     id, store);
	else
		ff_msg_error("%s has %zu programs whose id begins with \"%s\": give more of it", store, n, id);
	return NULL;
}

static int repair(const struct ff_corpus_args *a)
{
	struct ff_why why;
	struct ff_scan *s = malloc(sizeof(*s));
	char *path = NULL;
	bool hurt;
	int ret;

	if (!s || (a->nwords ? !(path = strdup(a->words[0])) : asprintf(&path, "%s.repaired", a->store) < 0)) {
		free(s);
		return FF_EXIT_HARNESS;
	}
	ret = ff_corpus_load(a->store, s);
	if (!ret) {
		hurt = ff_corpus_tell(a->store, s);
		ret = hurt ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
		if (ff_corpus_write(path, &s->set, &why)) {
			ff_msg_error("%s", why.text);
			ret = FF_EXIT_HARNESS;
		} else {
			printf("%s: %zu programs; %s is as it was\n", path, s->set.n, a->store);
		}
		ff_scan_free(s);
	}
	free(path);
	free(s);
	return ret;
}

/* All of the others into an open store; 0, or the exit status. */
static int join_all(const struct ff_corpus_args *a, struct ff_set *all, bool *hurt)
{
	struct ff_scan *s = malloc(sizeof(*s));
	int i, ret = s ? 0 : FF_EXIT_HARNESS;

	for (i = 0; !ret && i < a->nwords; i++) {
		ret = ff_corpus_load(a->words[i], s);
		if (ret)
			break;
		*hurt |= ff_corpus_tell(a->words[i], s);
		if (ff_set_join(all, &s->set)) {
			ff_msg_error("no memory to merge %s", a->words[i]);
			ret = FF_EXIT_HARNESS;
		}
		ff_scan_free(s);
	}
	free(s);
	return ret;
}

static int merge(const struct ff_corpus_args *a)
{
	struct ff_set all = { 0 };
	struct ff_corpus *c;
	struct ff_why why;
	bool hurt = false;
	int ret;

	if (ff_corpus_open(&c, a->store, &why)) {
		ff_msg_error("%s", why.text);
		return FF_EXIT_HARNESS;
	}
	ret = ff_set_join(&all, &ff_corpus_content(c)->set) ? FF_EXIT_HARNESS : join_all(a, &all, &hurt);
	if (!ret && ff_corpus_replace(c, &all, &why)) {
		ff_corpus_tell(a->store, ff_corpus_content(c));
		ff_msg_error("%s", why.text);
		ret = FF_EXIT_HARNESS;
	}
	if (!ret) {
		printf("%s: %zu programs, %zu of them new\n", a->store, all.n, all.n - ff_corpus_content(c)->set.n);
		ret = hurt ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
	}
	ff_corpus_close(c);
	ff_set_free(&all);
	return ret;
}

static const struct {
	const char *name;
	int least, most;	/* words after STORE */
	int (*run)(const struct ff_corpus_args *a);
} actions[] = {
	{ "add", 1, 1 << 20, ff_corpus_add_files },
	{ "list", 0, 0, ff_corpus_list },
	{ "show", 1, 1 << 20, ff_corpus_show },
	{ "check", 0, 0, ff_corpus_check },
	{ "repair", 0, 1, repair },
	{ "merge", 0, 1 << 20, merge },
	{ "export", 0, 1 << 20, ff_corpus_export },
	{ "import", 1, 1 << 20, ff_corpus_import },
};

int cmd_corpus(int argc, char **argv)
{
	struct ff_corpus_args a = { 0 };
	const char *action;
	size_t i;
	int ret;

	if (argc > 1 && !strcmp(argv[1], "distil"))
		return ff_corpus_distil(argc - 1, argv + 1);
	ff_parse(&argp, "corpus", argc, argv, &a);
	if (a.nwords < 2) {
		ff_msg_error("what to do, and with which store? As in \"corpus list STORE\" (corpus --help tells more)");
		return FF_EXIT_USAGE;
	}
	action = a.words[0];
	a.store = a.words[1];
	a.words += 2;
	a.nwords -= 2;
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i].name, action))
			break;
	if (i == sizeof(actions) / sizeof(actions[0])) {
		ff_msg_error("\"%s\" is nothing that can be done with a corpus; corpus --help tells what can", action);
		return FF_EXIT_USAGE;
	}
	if (a.nwords < actions[i].least || a.nwords > actions[i].most) {
		ff_msg_error("corpus %s takes %s after the store (corpus --help shows it)", action,
			     a.nwords < actions[i].least ? "more" : "less");
		return FF_EXIT_USAGE;
	}
	ret = actions[i].run(&a);
	free(a.attrs);
	return ret;
}
