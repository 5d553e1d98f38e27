// SPDX-License-Identifier: GPL-2.0-only
/*
 * Feedback: what is kept, what is asked again, what is made of it. A run is a
 * text; the errno of a call of its is a feature of our choice.
 */
#include <unistd.h>

#include "runner/campaign/feedback.h"
#include "runner/campaign/feedback_state.h"
#include "runner/campaign/pool.h"
#include "tests/judge_case.h"

static struct ff_gen_limits limits = { .features = ~0ULL, .device_size = 4 << 20, .allow_global = true };
static const struct ff_target tmpfs = { .kind = FF_TARGET_TMPFS };
static char path[64];
static enum ff_source source = FF_SOURCE_GENERATED;	/* of the next runs */

/* A run of program @which whose calls had these errors; the caller frees it. */
static struct ff_case *run_of(unsigned int which, int errno_a, int errno_b)
{
	struct ff_error e = { 0 };
	struct ff_case *c = NULL;
	char text[2048];

	snprintf(text, sizeof(text),
		 "# foliofuzz 1\n# seed 3 number %u\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\n  pwrite h0 0 64K\n"
		 "thread 0\n  pread h0 %u 4K\n  fsync h0\n  fdatasync h0\n"
		 "history epoch=7 threads=1 flags=none began=1000 ended=9000000 page=4096 pmd=2097152 limit=1\n"
		 "call 0 done invoked=1100 returned=1200 tid=5\ncall 1 done result=65536 invoked=1300 returned=1400 tid=5\n"
		 "call 2 done result=4096 invoked=1500 returned=1600 tid=6\n"
		 "call 3 done result=-1 errno=%d invoked=1700 returned=1800 tid=6\n"
		 "call 4 done result=-1 errno=%d invoked=1900 returned=2000 tid=6\nended\n",
		 which, which * 4096, errno_a, errno_b);
	if (ff_case_read(text, strlen(text), &c, &e))
		tap_ok(0, "the case can be read: line %u: %s", e.line, e.text);
	return c;
}

/* One run that took a second; what was kept is in @kept. */
static int ran(struct ff_feedback *fb, struct ff_candidate *again, unsigned int which, int a, int b, bool lost, char *kept)
{
	struct ff_case *c = run_of(which, a, b);
	struct ff_feedback_run r = { .source = source, .again = again, .c = c,
				     .guest_ns = 1000000000, .lost = lost };
	int ret = ff_feedback_ran(fb, &r, kept);

	ff_case_free(c);
	return ret;
}

static struct ff_feedback *open_one(const char *corpus, bool blind)
{
	struct ff_feedback_config cfg = { .corpus = corpus, .blind = blind, .seed = 11, .limits = &limits };
	struct ff_feedback *fb;

	return ff_feedback_open(&fb, &cfg) ? NULL : fb;
}

static unsigned int nkept(const struct ff_feedback *fb)
{
	unsigned int stable, kept;

	ff_feedback_features(fb, &stable, &kept);
	return kept;
}

static void stable(void)
{
	struct ff_feedback *fb = open_one(NULL, false);
	const struct ff_program *p = NULL;
	struct ff_target xfs = { .kind = FF_TARGET_XFS };
	struct ff_candidate *again, *second;
	char kept[FF_ID_TEXT];

	tap_ok(!ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p), "nothing ran, nothing is asked again");
	ran(fb, NULL, 1, 1, 2, false, kept);
	tap_ok(!kept[0] && nkept(fb) == 0, "a first run alone keeps nothing");
	tap_ok(!ff_feedback_again(fb, UINT64_MAX, &xfs, &p), "not while another target is made");
	again = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
	tap_ok(again && p->number == 1, "new signal: its program is asked again");
	ran(fb, again, 1, 1, 2, false, kept);
	tap_ok(kept[0] && nkept(fb) == 1, "and kept when the second run had all of it");
	tap_ok(!ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p), "then no third run is asked for");
	ran(fb, NULL, 2, 1, 2, false, kept);
	tap_ok(!ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p), "another program with the same signal is no news");

	ran(fb, NULL, 3, 3, 2, false, kept);
	again = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
	ran(fb, again, 3, 1, 2, false, kept);
	again = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
	tap_ok(again && !kept[0], "signal that did not show again: a third run decides");
	ran(fb, again, 3, 1, 2, false, kept);
	tap_ok(!kept[0] && nkept(fb) == 1, "one of three is not stable");
	ran(fb, NULL, 4, 4, 2, false, kept);
	again = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
	second = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
	tap_ok(again && second == again, "two more runs may be on their way at once");
	ran(fb, again, 4, 1, 2, false, kept);
	ran(fb, second, 4, 4, 2, false, kept);
	tap_ok(kept[0] && nkept(fb) == 2, "two of three are");
	ran(fb, NULL, 5, 5, 2, false, kept);
	again = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
	second = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
	ran(fb, again, 5, 5, 2, false, kept);
	tap_ok(kept[0], "kept after its second run");
	ran(fb, second, 5, 5, 2, false, kept);
	tap_ok(!kept[0] && nkept(fb) == 3, "and once, whatever the third brings");
	ff_feedback_close(fb);
}

static void not_kept(void)
{
	struct ff_feedback *fb = open_one(NULL, false);
	const struct ff_program *p = NULL;
	struct ff_candidate *again;
	char kept[FF_ID_TEXT];

	ran(fb, NULL, 1, 1, 2, true, kept);
	tap_ok(!ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p), "what loses its guest is not asked again");
	ran(fb, NULL, 2, 6, 7, false, kept);
	again = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
	ran(fb, again, 2, 6, 7, true, kept);
	tap_ok(!kept[0] && !ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p) && nkept(fb) == 0, "nor kept when a later run does");
	ran(fb, NULL, 3, 8, 9, false, kept);
	again = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
	ff_feedback_not_run(fb, again, false);
	tap_ok(ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p) == again, "what could not be fed is asked again");
	ff_feedback_not_run(fb, again, true);
	tap_ok(!ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p), "what cannot run here is not");
	ran(fb, NULL, 4, 10, 11, false, kept);
	tap_ok(!ff_feedback_again(fb, 2000000000, &tmpfs, &p), "runs to see what is stable wait while they had more than their share");
	tap_ok(ff_feedback_again(fb, 60000000000, &tmpfs, &p) != NULL, "and come when there was time");
	ff_feedback_close(fb);
	fb = open_one(NULL, true);
	ran(fb, NULL, 1, 1, 2, false, kept);
	tap_ok(!ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p), "blind: nothing is asked again");
	tap_ok(ff_feedback_features(fb, &(unsigned int){ 0 }, &(unsigned int){ 0 }) > 0, "but what is seen is counted");
	ff_feedback_close(fb);
}

static void keep_some(struct ff_feedback *fb, unsigned int n)
{
	const struct ff_program *p;
	struct ff_candidate *again;
	char kept[FF_ID_TEXT];

	for (unsigned int i = 1; i <= n; i++) {
		ran(fb, NULL, i, (int)i, 100, false, kept);
		again = ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p);
		if (again)
			ran(fb, again, i, (int)i, 100, false, kept);
	}
}

/* How many of 1000 programs are mutated. */
static unsigned int part(struct ff_feedback *fb, const struct ff_target *t)
{
	static struct ff_program out;
	unsigned int n = 0;

	for (unsigned int i = 0; i < 1000; i++)
		n += ff_feedback_mutate(fb, i, t, &out);
	return n;
}

static void mutated(void)
{
	struct ff_feedback *fb[2] = { open_one(NULL, false), open_one(NULL, false) };
	static struct ff_program out[2];
	struct ff_target t = { .kind = FF_TARGET_TMPFS };
	unsigned int made = 0, other = 0, illegal = 0;
	struct ff_error e;
	char kept[FF_ID_TEXT];
	bool did[2];

	tap_ok(!ff_feedback_mutate(fb[0], 1, &t, &out[0]), "nothing kept, nothing mutated");
	ff_feedback_close(fb[0]);
	fb[0] = open_one(NULL, false);
	keep_some(fb[0], 8);
	keep_some(fb[1], 8);
	tap_is_int(nkept(fb[0]), 8, "eight programs are kept");
	for (unsigned int i = 0; i < 1000; i++) {
		for (unsigned int k = 0; k < 2; k++)
			did[k] = ff_feedback_mutate(fb[k], i, &t, &out[k]);
		other += did[0] != did[1] || (did[0] && !ff_program_same(&out[0], &out[1]));
		made += did[0];
		illegal += did[0] && (ff_program_check(&out[0], &e) || out[0].seed || out[0].number != i);
	}
	tap_ok(made > 200 && made < 800, "both sources have their part: %u of 1000 are mutated", made);
	tap_is_int(other, 0, "with the same past, the same programs");
	tap_is_int(illegal, 0, "all legal, of no seed, with their number");
	source = FF_SOURCE_MUTATED;
	for (unsigned int i = 0; i < 200; i++)
		ran(fb[0], NULL, 1, 1, 100, false, kept);
	source = FF_SOURCE_GENERATED;
	tap_ok(part(fb[0], &t) > 200 && part(fb[0], &t) < 300, "what brings nothing keeps a quarter");
	for (unsigned int i = 0; i < 200; i++)
		ran(fb[1], NULL, 1, 1, 100, false, kept);
	tap_ok(part(fb[1], &t) > 700 && part(fb[1], &t) < 800, "and leaves a quarter, if it is the other");
	ff_feedback_close(fb[0]);
	ff_feedback_close(fb[1]);
}

/* One that can run there among many that cannot: it is found now and then, a second one mostly not. */
static void lonely(void)
{
	static const char text[] = "# foliofuzz 1\ntarget block\nsetup\n  h0 = open f0 rdwr\nthread 0\n"
				   "  pread h0 0 4K\n  pwrite h0 4K 4K\n  fsync h0\n";
	struct ff_target block = { .kind = FF_TARGET_BLOCK };
	struct ff_feedback *fb = open_one(NULL, false);
	static struct ff_program p, out;
	struct ff_error e;
	struct ff_signal *s = calloc(1, sizeof(*s));
	unsigned int made = 0;
	struct ff_id id;

	keep_some(fb, 60);
	tap_ok(!ff_program_parse(text, strlen(text), &p, &e) && !ff_pool_add(&fb->pool, &p, s, 1000, "", &id),
	       "one on another target is kept");
	for (unsigned int i = 0; i < 2000; i++)
		made += ff_feedback_mutate(fb, i, &block, &out);
	tap_ok(made, "it is a parent (%u times)", made);
	ff_feedback_close(fb);
	free(s);
}

static void corpus(void)
{
	struct ff_feedback *fb = open_one(path, false);
	const struct ff_program *p;
	struct ff_scan scan;
	struct ff_why why;
	char kept[FF_ID_TEXT];

	keep_some(fb, 5);
	tap_ok(!open_one(path, false), "a second campaign does not get the same corpus");
	ff_feedback_close(fb);
	tap_ok(!ff_corpus_read(path, &scan, &why) && scan.set.n == 5 && !scan.nlost, "five programs are in the file");
	tap_ok(scan.set.n && strstr(scan.set.e[0].attrs, "signal=") && strstr(scan.set.e[0].attrs, "run_us=8999\n") &&
	       strstr(scan.set.e[0].attrs, "seed=3:") && strstr(scan.set.e[0].attrs, "source=generated\n"),
	       "with their signal, their time and their seed");
	ff_scan_free(&scan);
	fb = open_one(path, false);
	tap_is_int(nkept(fb), 5, "the next campaign begins with them");
	ran(fb, NULL, 9, 3, 100, false, kept);
	tap_ok(!ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p), "what they showed is no news");
	ran(fb, NULL, 9, 50, 100, false, kept);
	tap_ok(ff_feedback_again(fb, UINT64_MAX, &tmpfs, &p) != NULL, "something else is");
	ff_feedback_close(fb);
}

/* Of programs that differ in one thing only, which is chosen how often? */
static void parents(void)
{
	static struct ff_signal s;
	struct ff_pool pool = { 0 };
	struct ff_census seen = { 0 };
	struct ff_target t = { .kind = FF_TARGET_TMPFS }, slow = { .kind = FF_TARGET_EXT4, .slow = 40 };
	struct ff_case *c = run_of(1, 1, 2);
	unsigned int times[3] = { 0 };
	uint64_t random = 5;
	struct ff_id id;

	for (uint32_t f = 1; f <= 3; f++) {
		ff_census_cell(&seen, f)->programs = f == 1 ? 100 : 1;
		ff_signal_set(&s, &(uint32_t){ f }, 1);
		ff_pool_add(&pool, c->program, &s, f == 3 ? 1000000 : 1000, "", &id);
	}
	for (unsigned int i = 0; i < 1000; i++)
		times[ff_pool_parent(&pool, &seen, &t, &random) - pool.kept]++;
	tap_ok(times[1] > 2 * times[0], "rare signal is changed more than common one: %u, %u", times[1], times[0]);
	tap_ok(times[1] > 5 * times[2], "and the fast more than the slow: %u, %u", times[1], times[2]);
	pool.kept[1].picks = 1000000;
	memset(times, 0, sizeof(times));
	for (unsigned int i = 0; i < 1000; i++)
		times[ff_pool_parent(&pool, &seen, &t, &random) - pool.kept]++;
	tap_ok(times[1] < 10, "what was changed often makes room: %u", times[1]);
	tap_ok(!ff_pool_parent(&pool, &seen, &slow, &random), "nothing goes from memory to a slow disk");
	ff_case_free(c);
	ff_pool_close(&pool);
	ff_census_free(&seen);
}

static void seen_table(void)
{
	struct ff_census s = { 0 };
	unsigned int wrong = 0;

	tap_ok(!ff_census_get(&s, 5), "an empty table has nothing");
	for (uint32_t f = 1; f <= 100000; f++)
		ff_census_cell(&s, f * 2654435761u)->programs = f;
	for (uint32_t f = 1; f <= 100000; f++)
		wrong += !ff_census_get(&s, f * 2654435761u) || ff_census_get(&s, f * 2654435761u)->programs != f;
	tap_ok(!wrong && s.n == 100000, "100000 features, each with its count");
	ff_census_free(&s);
}

int main(void)
{
	snprintf(path, sizeof(path), "/tmp/unit_feedback.%d", (int)getpid());
	seen_table();
	stable();
	not_kept();
	mutated();
	lonely();
	corpus();
	parents();
	unlink(path);
	strcat(path, ".lock");
	unlink(path);
	return tap_done();
}
