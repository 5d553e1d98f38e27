// SPDX-License-Identifier: GPL-2.0-only
/* foliofuzz corpus distil: the few programs of a corpus that show all that it shows. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "corpus/attrs.h"
#include "runner/cmds.h"
#include "runner/corpus_cmd.h"
#include "runner/distil.h"
#include "runner/msg.h"
#include "runner/options.h"

#define RUNS		5

enum { KEY_RUNS = 0x500, KEY_JSON };

static const struct argp_option options[] = {
	{ "runs", KEY_RUNS, "N", 0, "Run each program so many times (5); what shows in more than half of them is stable", 0 },
	{ "out", 'o', "NEW", 0, "Where the smaller corpus is written (STORE.distilled)", 0 },
	{ "json", KEY_JSON, NULL, 0, "Print the summary as JSON", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct ff_distil *d = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &d->o;
		return 0;
	case KEY_RUNS:
		d->runs = (unsigned int)ff_option_number(state, "runs", arg, 1, 1000);
		return 0;
	case 'o':
		d->path = arg;
		return 0;
	case KEY_JSON:
		d->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (d->store)
			argp_error(state, "\"%s\": distil takes one corpus (corpus merge makes one of several)", arg);
		d->store = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which corpus? Give the path of its file");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &ff_guest_argp, 0, "Where it runs:", 1 },
	{ 0 }
};

static const struct argp argp = {
	options, parse_opt, "STORE",
	"Find the few programs of a corpus that show all that it shows, and write them to a new one."
	"\v"
	"Each program is run several times; its stable signal is what shows in most of its runs. Programs are "
	"chosen until all stable signal is covered, the most for the least run time first. Then the chosen ones "
	"are run again; for what they do not show again others are added, as far as those do. STORE is left as "
	"it is. Programs that cannot be measured (their target cannot be made here, or they end their guest) are kept.\n\n"
	"Exit status: 0 done, 1 done, and bytes of STORE are damaged, 2 wrong use, 3 it could not be done.\n",
	children, NULL, NULL
};

static int load(struct ff_distil *d)
{
	struct ff_program *p = malloc(sizeof(*p));

	d->k = calloc(d->scan.set.n + 1, sizeof(*d->k));
	if (!p || !d->k) {
		free(p);
		return -ENOMEM;
	}
	for (size_t i = 0; i < d->scan.set.n; i++) {
		const struct ff_entry *e = &d->scan.set.e[i];
		struct ff_distilled *k = &d->k[d->n++];

		k->m.e = k->again.e = e;
		k->m.failed = !ff_corpus_parse(e, p);
		if (!k->m.failed)
			k->m.target = k->again.target = p->target;
	}
	free(p);
	return 0;
}

/* What was known of a program, with what was measured now instead of old signal. */
static char *attrs_of(const struct ff_distilled *k)
{
	struct ff_signal *s = calloc(1, sizeof(*s));
	const char *at = k->m.e->attrs, *line;
	char *old = calloc(1, strlen(at) + 1), *now = NULL, *signal = NULL, *both = NULL;
	size_t n, len = 0;

	if (!s || !old)
		goto out;
	while ((line = ff_attrs_next(&at, NULL, &n))) {
		if (!k->held && n > 7 && !memcmp(line, "signal=", 7))
			continue;
		memcpy(old + len, line, n);
		old[len + n] = '\n';
		len += n + 1;
	}
	old[len] = '\0';
	ff_signal_set(s, k->stable, k->held ? 0 : k->nstable);
	signal = ff_signal_attrs(s);
	if (signal && asprintf(&now, "%s%s%" PRIu64 "%s", signal, k->m.run_us ? "run_us=" : "note=", k->m.run_us,
			       k->m.run_us ? "\n" : " runs came back when it was distilled\n") >= 0)
		both = ff_attrs_join(old, now);
out:
	free(s);
	free(old);
	free(signal);
	free(now);
	return both;
}

static int write_new(struct ff_distil *d)
{
	struct ff_set set = { 0 };
	struct ff_why why = { "no memory for the distilled corpus" };
	int ret = 0;

	for (size_t i = 0; i < d->n && !ret; i++) {
		char *attrs = d->k[i].keep ? attrs_of(&d->k[i]) : NULL;

		if (d->k[i].keep)
			ret = attrs && ff_set_put(&set, d->k[i].m.e->text, attrs, NULL) ? 0 : -ENOMEM;
		free(attrs);
	}
	if (!ret)
		ret = ff_corpus_write(d->path, &set, &why);
	if (ret)
		ff_msg_error("%s", why.text);
	ff_set_free(&set);
	return ret;
}

/* ---- the summary ---- */

struct summary {
	size_t programs[2], features[2], held, most, some, none;
	uint64_t bytes[2], us[2];
};

static uint64_t bytes_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : (uint64_t)st.st_size;
}

static int sum_up(const struct ff_distil *d, struct summary *s)
{
	struct ff_cover *c = calloc(d->n + 1, sizeof(*c));
	uint32_t *kept = NULL;
	ssize_t n;

	*s = (struct summary){ .programs = { d->n }, .features = { d->nall },
			       .bytes = { bytes_of(d->store), bytes_of(d->path) } };
	if (!c)
		return -ENOMEM;
	for (size_t i = 0; i < d->n; i++) {
		c[i] = (struct ff_cover){ .f = d->k[i].stable, .n = d->k[i].nstable, .kept = d->k[i].keep };
		s->programs[1] += d->k[i].keep;
		s->held += d->k[i].held;
		s->us[0] += d->k[i].m.run_us;
		s->us[1] += d->k[i].keep ? d->k[i].m.run_us : 0;
	}
	n = ff_cover_union(c, d->n, true, &kept);
	s->features[1] = n > 0 ? (size_t)n : 0;
	for (size_t i = 0; i < d->nall; i++) {
		int again = ff_distil_again(d, d->all[i]);

		s->most += again == 2;
		s->some += again == 1;
		s->none += again == 0;
	}
	free(c);
	free(kept);
	return n < 0 ? (int)n : 0;
}

static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

static void print_text(const struct ff_distil *d, const struct summary *s)
{
	const struct ff_session_info *i = ff_session_info(d->session);

	printf("%s on %s %s (%s), each program run %u times; %s\n", d->store, i->kernel, i->release, i->accel, d->runs,
	       i->boot.witness);
	printf("%-16s %12s %12s\n", "", "before", "after");
	printf("%-16s %12zu %12zu %6.1f %%\n", "programs", s->programs[0], s->programs[1],
	       percent((double)s->programs[1], (double)s->programs[0]));
	printf("%-16s %12" PRIu64 " %12" PRIu64 " %6.1f %%\n", "bytes", s->bytes[0], s->bytes[1],
	       percent((double)s->bytes[1], (double)s->bytes[0]));
	printf("%-16s %12zu %12zu %6.1f %%\n", "stable signal", s->features[0], s->features[1],
	       percent((double)s->features[1], (double)s->features[0]));
	printf("%-16s %10.1f s %10.1f s %6.1f %%\n", "run time", (double)s->us[0] / 1e6, (double)s->us[1] / 1e6,
	       percent((double)s->us[1], (double)s->us[0]));
	printf("run again, what is left shows %zu of %zu stable features in most runs, %zu in some, %zu in none\n", s->most,
	       s->features[0], s->some, s->none);
	if (s->held)
		printf("%zu programs are kept that could not be measured (target not to be had here, or guest lost)\n",
		       s->held);
	printf("%s: %zu programs; %s is as it was\n", d->path, s->programs[1], d->store);
}

static void print_json(const struct ff_distil *d, const struct summary *s)
{
	const struct ff_session_info *i = ff_session_info(d->session);

	ff_corpus_print_json(json_pack("{s:s,s:s,s:s,s:s,s:i,s:{s:I,s:I,s:I,s:I},s:{s:I,s:I,s:I,s:I},s:{s:I,s:I,s:I},s:I}",
		"store", d->store, "new", d->path, "kernel", i->kernel, "release", i->release, "runs", (int)d->runs,
		"before", "programs", (json_int_t)s->programs[0], "bytes", (json_int_t)s->bytes[0],
		"signal", (json_int_t)s->features[0], "run_us", (json_int_t)s->us[0],
		"after", "programs", (json_int_t)s->programs[1], "bytes", (json_int_t)s->bytes[1],
		"signal", (json_int_t)s->features[1], "run_us", (json_int_t)s->us[1],
		"again", "most", (json_int_t)s->most, "some", (json_int_t)s->some, "none", (json_int_t)s->none,
		"not_measured", (json_int_t)s->held));
}

static int distil(struct ff_distil *d)
{
	struct summary s;
	int ret = load(d);

	if (!ret)
		ret = ff_distil_choose(d);
	if (!ret)
		ret = write_new(d);
	if (!ret)
		ret = sum_up(d, &s);
	if (ret == -ENOMEM)
		ff_msg_error("no memory to distil %s (%zu programs)", d->store, d->n);
	if (ret == -ECANCELED)
		ff_msg_error("stopped: nothing was written");
	if (!ret && d->json)
		print_json(d, &s);
	else if (!ret)
		print_text(d, &s);
	return ret;
}

static void release(struct ff_distil *d)
{
	ff_session_close(d->session);
	for (size_t i = 0; i < d->n; i++) {
		ff_often_free(&d->k[i].m.seen);
		ff_often_free(&d->k[i].again.seen);
		free(d->k[i].stable);
	}
	free(d->k);
	free(d->all);
	free(d->made_path);
	ff_scan_free(&d->scan);
}

int ff_corpus_distil(int argc, char **argv)
{
	static struct ff_distil d = { .runs = RUNS };
	int status = FF_EXIT_HARNESS, ret;
	bool hurt;

	ff_guest_options_init(&d.o);
	ff_parse(&argp, "corpus distil", argc, argv, &d);
	d.o.session.stop = ff_catch_signals();
	if (!d.path && asprintf(&d.made_path, "%s.distilled", d.store) >= 0)
		d.path = d.made_path;
	if (!d.path || ff_corpus_load(d.store, &d.scan))
		return FF_EXIT_HARNESS;
	hurt = ff_corpus_tell(d.store, &d.scan);
	if (!access(d.path, F_OK)) {
		ff_msg_error("%s is there already: give another place with --out, or remove it", d.path);
		status = FF_EXIT_USAGE;
		goto out;
	}
	ret = ff_session_open(&d.session, &d.o.session);
	if (ret == -EINVAL && !d.session)
		status = FF_EXIT_USAGE;
	if (!ret && d.session && !distil(&d))
		status = hurt ? FF_EXIT_FOUND : FF_EXIT_CLEAN;
out:
	release(&d);
	return status;
}
