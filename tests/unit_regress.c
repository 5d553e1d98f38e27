// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kept programs: their heads say what is meant or where they do not, all of
 * corpus/regress can be read, shards have each program once, baselines and
 * results come back from JSON as they were.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzzer/call.h"
#include "runner/cache.h"
#include "runner/regress/baseline.h"
#include "runner/regress/kept.h"
#include "runner/regress/text.h"
#include "tests/tap.h"

#define FIRST	"# foliofuzz 1\n"
#define GOOD	"# about: a\n# source: b\n"

static char dir[] = "/tmp/foliofuzz-unit-regress.XXXXXX";

/* ---- heads ---- */

static const struct {
	const char *text;
	unsigned int line;
	const char *says;
} bad[] = {
	{ FIRST "target tmpfs\n", 2, "without \"# about" },
	{ FIRST "# about: a\ntarget tmpfs\n", 3, "without \"# source" },
	{ FIRST GOOD "target tmpfs\n", 4, "without \"# expect" },
	{ FIRST GOOD, 4, "without \"# expect" },
	{ FIRST "# about:\n", 2, "about: nothing after it" },
	{ FIRST "# about: a\n# about: b\n", 3, "a second \"about:\"" },
	{ FIRST "# abuot: a\n", 2, "\"abuot: a\"" },
	{ FIRST "# some words\n", 2, "\"some words\"" },
	{ FIRST GOOD "# expect: silence\n", 4, "\"silence\"" },
	{ FIRST GOOD "# expect: silent now\n", 4, "was expected" },
	{ FIRST GOOD "# expect: silent\n# expect: silent\n", 5, "already" },
	{ FIRST GOOD "# expect: silent\n# expect: bug seek.x\n", 5, "silence above" },
	{ FIRST GOOD "# expect: bug seek.x\n# expect: silent\n", 5, "already" },
	{ FIRST GOOD "# expect: bug\n", 4, "pattern of a signature" },
	{ FIRST GOOD "# expect: bug -- why\n", 4, "pattern of a signature" },
	{ FIRST GOOD "# expect: bug seek.x --\n", 4, "nothing after it" },
	{ FIRST GOOD "# expect: bug *\n", 4, "begins with an oracle" },
	{ FIRST GOOD "# expect: bug seeks.x\n", 4, "begins with an oracle" },
	{ FIRST GOOD "# expect: bug seek\n", 4, "begins with an oracle" },
	{ FIRST GOOD "# expect: bug seek.{a,b}\n", 4, "letters that no signature has" },
	{ FIRST GOOD "# expect: bug data.1 data.2 data.3 data.4 data.5 data.6 data.7\n", 4, "more than 6 patterns" },
	{ FIRST GOOD "# append:\n", 4, "append: nothing" },
	{ FIRST GOOD "# append: mutant*:\n", 4, "append: nothing" },
	{ FIRST GOOD "# requires:\n", 4, "\"witness\" or a feature" },
	{ FIRST GOOD "# requires: MADV_WISH\n", 4, "\"MADV_WISH\"" },
};

static void bad_heads(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ff_regress_head h = { .nbugs = 77 };
		struct ff_error e = { 0 };

		tap_is_int(ff_regress_head_parse(bad[i].text, strlen(bad[i].text), &h, &e), -EINVAL, "refused: %s", bad[i].says);
		tap_is_int(e.line, bad[i].line, "in its line");
		if (!tap_ok(strstr(e.text, bad[i].says), "and said why"))
			tap_diag("  got  %s", e.text);
		tap_is_int(h.nbugs, 77, "nothing half-read comes out");
	}
}

static void good_head(void)
{
	static const char text[] = FIRST "# about: data vanishes\r\n#  source:\tthread 000  \n"
		"# expect: bug seek.hole-in-data.*collapse* mincore.*collapse* -- not uptodate\n"
		"# expect: bug hang.[a-l]*\n"
		"# append: init_on_alloc=0\n# append: mutant*: mutant_delay_us=20 x=1\n# append: mutant:e2: mutant_every=4\n"
		"# requires: witness MADV_COLLAPSE\n# requires: swap\n#\n# expect: nothing that is read any more\n"
		"target tmpfs\n# about: too late\nthread 0\n";
	struct ff_regress_head h;
	struct ff_error e = { 0 };
	char args[256];

	if (!tap_is_int(ff_regress_head_parse(text, strlen(text), &h, &e), 0, "a head with everything"))
		tap_diag("line %u: %s", e.line, e.text);
	tap_is_str(h.about, "data vanishes", "what it is about");
	tap_is_str(h.source, "thread 000", "and its source");
	tap_ok(h.nbugs == 2 && h.bug[0].npatterns == 2 && !strcmp(h.bug[0].what, "not uptodate") && !h.bug[1].what[0], "two bugs");
	tap_ok(ff_regress_bug_of(&h, "mincore.absent.collapse") == &h.bug[0], "a signature of the first");
	tap_ok(ff_regress_bug_of(&h, "hang.livelock.mmap") == &h.bug[1], "one of the second");
	tap_ok(!ff_regress_bug_of(&h, "hang.self-deadlock.pwritev"), "one of neither");
	tap_ok(h.witness && h.features == (1ULL << FF_HAS_COLLAPSE | 1ULL << FF_HAS_SWAP), "what it requires");
	ff_regress_append_of(&h, "bookworm", args, sizeof(args));
	tap_is_str(args, "init_on_alloc=0", "any kernel's command line");
	ff_regress_append_of(&h, "mutant:e2", args, sizeof(args));
	tap_is_str(args, "init_on_alloc=0 mutant_delay_us=20 x=1 mutant_every=4", "a mutant's");
	ff_regress_append_of(&h, "mutant:e2", args, 10);
	tap_is_int(strlen(args), 9, "cut where it does not fit");
}

/* Any bytes: no harm. */
static void broken_heads(void)
{
	static const char seed[] = FIRST GOOD "# expect: bug data.lost-dma.* -- x\n# append: m*: a=1\n# requires: witness\n#\ntarget tmpfs\n";
	struct ff_regress_head h;
	struct ff_error e;
	unsigned int read = 0;
	char text[sizeof(seed)];

	for (unsigned int i = 0; i < 20000; i++) {
		size_t len = (size_t)(drand48() * sizeof(seed));

		memcpy(text, seed, sizeof(seed));
		for (unsigned int k = 0; k < 3; k++)
			text[(size_t)(drand48() * sizeof(seed))] = (char)(drand48() * 256);
		read += !ff_regress_head_parse(text, len, &h, &e);
	}
	tap_ok(read < 20000, "of 20000 broken heads %u were read, the others refused", read);
}

static void names(void)
{
	char name[FF_REGRESS_NAME];

	tap_ok(!ff_regress_name("corpus/regress/lost-dma.ff", name) && !strcmp(name, "lost-dma"), "a path gives a name");
	tap_ok(!ff_regress_name("a1.ff", name) && !strcmp(name, "a1"), "without a folder, too");
	tap_ok(ff_regress_name(".ff", name) && ff_regress_name("x", name) && ff_regress_name("a/.ff", name) &&
	       ff_regress_name("A.ff", name) && ff_regress_name("a b.ff", name) && ff_regress_name("a#.ff", name) &&
	       ff_regress_name("a.ff.ff", name), "others are none");
}

/* ---- the programs that are kept ---- */

/* A call that the kernel does not have makes a program silent that shows nothing. */
static bool requires_what_it_uses(const struct ff_kept *k)
{
	char line[256];

	for (uint32_t i = 0; i < k->program.ncalls; i++) {
		ff_call_print(&k->program.call[i], line, sizeof(line));
		if ((strstr(line, " collapse") && !strncmp(line, "madvise", 7) && !(k->head.features & 1ULL << FF_HAS_COLLAPSE)) ||
		    (k->program.call[i].op == FF_OP_RECLAIM && !(k->head.features & 1ULL << FF_HAS_MEMORY_RECLAIM)))
			return false;
	}
	return true;
}

static void kept_programs(struct ff_kept_list *l)
{
	unsigned int bugs = 0, silent = 0;

	if (!tap_is_int(ff_kept_add(l, "corpus/regress"), 0, "all of corpus/regress can be read"))
		return;
	tap_is_int(ff_kept_finish(l), 0, "each name once");
	tap_ok(l->n >= 30, "%u programs, 30 at least", l->n);
	for (unsigned int i = 0; i < l->n; i++) {
		bugs += l->p[i].head.nbugs > 0;
		silent += !l->p[i].head.nbugs;
		if (!requires_what_it_uses(&l->p[i]))
			tap_ok(0, "%s requires what it uses", l->p[i].info.name);
		for (unsigned int k = 0; k < i; k++)
			if (!strcmp(l->p[i].id, l->p[k].id))
				tap_ok(0, "%s is the same program as %s", l->p[i].info.name, l->p[k].info.name);
	}
	tap_ok(bugs >= 12 && silent >= 12, "%u are about bugs, %u are to be silent", bugs, silent);
}

static void shards(const struct ff_kept_list *all)
{
	for (unsigned int n = 1; n <= all->n + 2; n += n < 4 ? 1 : 17) {
		unsigned int *times = calloc(all->n, sizeof(*times)), sum = 0, least = all->n, most = 0;
		bool once = true;

		for (unsigned int i = 1; i <= n; i++) {
			struct ff_kept_list l = { malloc(all->n * sizeof(*all->p)), all->n };

			memcpy(l.p, all->p, all->n * sizeof(*all->p));
			ff_kept_shard(&l, i, n);
			for (unsigned int k = 0; k < l.n; k++)
				for (unsigned int a = 0; a < all->n; a++)
					times[a] += !strcmp(all->p[a].info.name, l.p[k].info.name);
			sum += l.n;
			least = l.n < least ? l.n : least;
			most = l.n > most ? l.n : most;
			ff_kept_free(&l);
		}
		for (unsigned int a = 0; a < all->n; a++)
			once &= times[a] == 1;
		tap_ok(once && sum == all->n && most - least <= 1, "%u shards have each program once, %u to %u each", n, least, most);
		free(times);
	}
}

static void write_text(const char *name, const char *text, char path[256])
{
	snprintf(path, 256, "%s/%s", dir, name);
	ff_write_file(path, text, strlen(text));
}

static void bad_files(void)
{
	struct ff_kept_list l = { 0 };
	char path[256];

	write_text("none.ff", FIRST GOOD "# expect: silent\ntarget moon\nthread 0\n", path);
	tap_is_int(ff_kept_add(&l, path), -EINVAL, "a bad program is refused");
	write_text("head.ff", FIRST "target tmpfs\nthread 0\n", path);
	tap_is_int(ff_kept_add(&l, path), -EINVAL, "and one without a head");
	tap_is_int(ff_kept_add(&l, dir), -EINVAL, "and a folder with one of them");
	tap_is_int(ff_kept_add(&l, "/nonexistent/a.ff"), -EINVAL, "and one that is not there");
	tap_is_int(l.n, 0, "nothing of them is kept");
	tap_is_int(ff_kept_finish(&l), -EINVAL, "no program at all is wrong use");
	ff_kept_free(&l);
}

/* ---- the baseline ---- */

static struct ff_base entry(const char *id, unsigned int runs, unsigned int hits)
{
	struct ff_base b = { .there = true, .runs = runs, .hits = hits };

	strcpy(b.id, id);
	if (hits) {
		strcpy(b.signature[0], "seek.hole-in-data.collapse");
		b.seen[0] = hits;
		b.nsignatures = 1;
	}
	return b;
}

static void baselines(void)
{
	struct ff_base e = entry("aaaa", 20, 5), other = entry("bbbb", 7, 0), back;
	struct ff_baseline *b;
	char path[256];

	snprintf(path, sizeof(path), "%s/baseline.json", dir);
	b = ff_baseline_open(path);
	tap_ok(b, "a baseline that is not there is empty");
	ff_baseline_get(b, "bookworm", "x", "aaaa", &back);
	tap_ok(!back.there && back.of, "it knows nothing");
	tap_ok(!ff_baseline_put(b, "bookworm", "6.1", "x", &e) && !ff_baseline_save(b), "an entry is put and saved");
	ff_baseline_close(b);
	b = ff_baseline_open(path);
	ff_baseline_get(b, "bookworm", "x", "aaaa", &back);
	tap_ok(back.there && back.runs == 20 && back.hits == 5 && back.nsignatures == 1 && back.seen[0] == 5, "and is read again");
	tap_is_str(ff_baseline_release(b, "bookworm"), "6.1", "with the kernel's release");
	ff_baseline_get(b, "bookworm", "x", "bbbb", &back);
	tap_ok(!back.there, "of another program of that name nothing is known");
	ff_baseline_put(b, "bookworm", "6.1", "x", &e);
	ff_baseline_get(b, "bookworm", "x", "aaaa", &back);
	tap_ok(back.runs == 40 && back.hits == 10 && back.seen[0] == 10, "more runs of the same are added");
	ff_baseline_put(b, "bookworm", "6.1", "x", &other);
	ff_baseline_get(b, "bookworm", "x", "bbbb", &back);
	tap_ok(back.there && back.runs == 7 && !back.hits, "another program takes its place");
	ff_baseline_put(b, "bookworm", "6.1", "y", &e);
	ff_baseline_put(b, "bookworm", "6.2", "x", &other);
	ff_baseline_get(b, "bookworm", "y", "aaaa", &back);
	tap_ok(!back.there && !strcmp(ff_baseline_release(b, "bookworm"), "6.2"), "of another release nothing is kept");
	ff_baseline_close(b);
}

static void bad_baselines(void)
{
	static const char *const texts[] = {
		"{", "[]", "{}", "{\"version\":2,\"kernels\":{}}", "{\"version\":1,\"kernels\":[]}",
		"{\"version\":1,\"kernels\":{\"k\":{}}}", "{\"version\":1,\"kernels\":{\"k\":{\"release\":\"\",\"programs\":{\"p\":{}}}}}",
		"{\"version\":1,\"kernels\":{\"k\":{\"release\":\"\",\"programs\":{\"p\":{\"id\":\"a\",\"runs\":1,\"hits\":2,\"signatures\":{}}}}}}",
		"{\"version\":1,\"kernels\":{\"k\":{\"release\":\"\",\"programs\":{\"p\":{\"id\":\"a\",\"runs\":1,\"hits\":1,\"signatures\":{\"s\":0}}}}}}",
	};
	char path[256];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_text("bad.json", texts[i], path);
		tap_ok(!ff_baseline_open(path), "no baseline: %s", texts[i]);
	}
}

/* ---- the result ---- */

static struct ff_regress make_result(void)
{
	static const enum ff_regress_verdict verdict[2][2] = { { FF_REGRESS_KNOWN, FF_REGRESS_PASS }, { FF_REGRESS_FIXED, FF_REGRESS_PASS } };
	struct ff_regress r = { .started = "2026-11-21T22:15:00Z", .seconds = 61.5, .shard = 2, .shards = 3,
				.nkernels = 2, .nprograms = 2, .nresults = 4 };

	r.kernels = calloc(2, sizeof(*r.kernels));
	r.programs = calloc(2, sizeof(*r.programs));
	r.results = calloc(4, sizeof(*r.results));
	strcpy(r.kernels[0].name, "bookworm");
	strcpy(r.kernels[0].release, "6.1.0");
	strcpy(r.kernels[1].name, "mutant:a");
	strcpy(r.kernels[1].append, "x=1");
	strcpy(r.programs[0].name, "seek-collapse");
	strcpy(r.programs[0].about, "about \"it\" \303\244");
	strcpy(r.programs[1].name, "append");
	for (unsigned int i = 0; i < 4; i++) {
		struct ff_regress_result *x = &r.results[i];

		x->kernel = i / 2;
		x->program = i % 2;
		x->verdict = verdict[i / 2][i % 2];
		x->runs = 10 + i;
		x->hits = i % 2 ? 0 : 4;
		x->rate = i % 2 ? -1 : 0.4;
		x->miss_odds = i % 2 ? -1 : 0.001;
		x->seconds = i + 0.25;
		strcpy(x->reason, "because");
	}
	r.results[0].signatures = calloc(1, sizeof(*r.results[0].signatures));
	r.results[0].nsignatures = 1;
	strcpy(r.results[0].signatures[0].signature, "seek.x");
	r.results[0].signatures[0].hits = 4;
	r.results[0].expected = calloc(1, sizeof(*r.results[0].expected));
	r.results[0].nexpected = 1;
	strcpy(r.results[0].expected[0].signature, "seek.*");
	r.results[0].log = strdup("a line\nanother");
	return r;
}

static void results(void)
{
	struct ff_regress r = make_result(), back;
	json_t *j = ff_regress_json(&r), *again;
	char why[256] = "";

	tap_ok(j, "a result as JSON");
	if (!tap_is_int(ff_regress_from_json(&back, j, why, sizeof(why)), 0, "is read back"))
		tap_diag("  %s", why);
	again = ff_regress_json(&back);
	tap_ok(json_equal(j, again), "and is the same");
	tap_is_int(back.results[2].verdict, FF_REGRESS_FIXED, "verdicts");
	tap_ok(ff_regress_find(&back, 1, 1) == &back.results[3] && !ff_regress_find(&back, 2, 0), "results are found by pair");
	tap_is_int(ff_regress_count(&back, FF_REGRESS_PASS), 2, "and counted by verdict");
	tap_ok(ff_regress_differs(&back, 0) && !ff_regress_differs(&back, 1), "which program differs");
	json_decref(again);
	ff_regress_free(&back);
	ff_regress_free(&r);
	json_object_del(j, "started");
	tap_is_int(ff_regress_from_json(&back, j, why, sizeof(why)), -EINVAL, "a result that lacks something is refused");
	tap_ok(strstr(why, "started"), "and said what: %s", why);
	json_object_set_new(j, "started", json_string("2026"));
	json_object_set_new(json_array_get(json_object_get(j, "results"), 1), "kernel", json_string("unheard"));
	tap_is_int(ff_regress_from_json(&back, j, why, sizeof(why)), -EINVAL, "and one of a kernel that is not there");
	json_decref(j);
}

static void text(void)
{
	struct ff_regress r = make_result();
	char *out = NULL;
	size_t n;
	FILE *f = open_memstream(&out, &n);

	ff_regress_text(&r, false, 0.01, f);
	fclose(f);
	tap_ok(strstr(out, "seek-collapse  known 4/10   fixed 4/12") && strstr(out, "append "), "the matrix has a row for each program");
	tap_ok(strstr(out, "odds that any of the 1 fixed is none: 0.001"), "and the odds of a false fixed");
	free(out);
	f = open_memstream(&out, &n);
	ff_regress_text(&r, true, 0.01, f);
	fclose(f);
	tap_ok(strstr(out, "\nseek-collapse ") && !strstr(out, "append ") && strstr(out, "1 of 2 programs differ"), "compared: only what differs");
	free(out);
	ff_regress_free(&r);
}

int main(void)
{
	struct ff_kept_list l = { 0 };

	srand48(1);
	if (!mkdtemp(dir))
		return 1;
	bad_heads();
	good_head();
	broken_heads();
	names();
	kept_programs(&l);
	shards(&l);
	ff_kept_free(&l);
	bad_files();
	baselines();
	bad_baselines();
	results();
	text();
	ff_remove_tree(dir);
	return tap_done();
}
