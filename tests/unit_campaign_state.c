// SPDX-License-Identifier: GPL-2.0-only
/*
 * A campaign's state: what is saved is restored, all of it; a state that is
 * broken or another's is refused with a word about it, and left as it was.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzzer/generate.h"
#include "oracles/case_text.h"
#include "runner/cache.h"
#include "runner/campaign/state.h"
#include "runner/campaign/feedback_state.h"
#include "runner/proc.h"
#include "tests/tap.h"

static char dir[] = "/tmp/foliofuzz-unit-state.XXXXXX";
static const struct ff_gen_limits limits = { .features = ~0ULL };

static struct ff_campaign *make(void)
{
	struct ff_campaign *c = calloc(1, sizeof(*c));
	pid_t before;

	ff_guest_options_init(&c->cfg.o);
	c->cfg.o.out = dir;
	c->cfg.resume = true;
	c->began_ms = ff_now_ms();
	c->job = calloc(1, sizeof(*c->job));
	if (ff_store_open(&c->store, dir) || ff_store_lock(c->store, &before))
		tap_ok(0, "the folder is ours");
	return c;
}

static void drop(struct ff_campaign *c)
{
	ff_replay_free(&c->replay);
	ff_feedback_close(c->feedback);
	for (unsigned int i = 0; i < c->nlanes; i++) {
		json_decref(c->lane[i].feedback);
		json_decref(c->lane[i].signal);
	}
	while (c->pending) {
		struct ff_pending *p = c->pending;

		c->pending = p->next;
		free(p);
	}
	ff_store_close(c->store);
	json_decref(c->config);
	free(c->job);
	free(c);
}

/* A run whose calls had this errno, with a signal of its own. */
static void one_run(struct ff_campaign *c, unsigned int number, int err)
{
	struct ff_error e = { 0 };
	struct ff_case *cs = NULL;
	char text[1024], kept[FF_ID_TEXT];
	struct ff_feedback_run run = { .guest_ns = 3000000000 };

	snprintf(text, sizeof(text),
		 "# foliofuzz 1\n# seed 3 number %u\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\nthread 0\n  fsync h0\n"
		 "history epoch=7 threads=1 flags=none began=1000 ended=9000000 page=4096 pmd=2097152 limit=1\n"
		 "call 0 done invoked=1100 returned=1200 tid=5\n"
		 "call 1 done result=-1 errno=%d invoked=1700 returned=1800 tid=6\nended\n", number, err);
	if (ff_case_read(text, strlen(text), &cs, &e))
		tap_ok(0, "the case can be read: %s", e.text);
	run.c = cs;
	ff_feedback_ran(c->feedback, &run, kept);
	ff_tally_add(&c->tally, cs->program, cs->history);
	ff_case_free(cs);
}

static void open_feedback(struct ff_campaign *c)
{
	struct ff_feedback_config cfg = { .seed = 11, .limits = &limits };
	char why[300];

	if (ff_feedback_open(&c->feedback, &cfg))
		tap_ok(0, "a feedback");
	if (c->lane[c->turn].feedback && ff_feedback_restore(c->feedback, c->lane[c->turn].feedback, why, sizeof(why)))
		tap_ok(0, "feedback is restored: %s", why);
}

static void add_program(struct ff_campaign *c, uint64_t number, enum ff_source source)
{
	struct ff_target t = { .kind = FF_TARGET_TMPFS };
	struct ff_program p;

	ff_generate(&limits, 5, number, &t, &p);
	if (source == FF_SOURCE_MUTATED)
		p.seed = 0;
	ff_campaign_again(c, &p, source);
}

static void add_found(struct ff_campaign *c)
{
	struct ff_found *f = &c->found[c->nfound++];

	strcpy(f->oracle, "seek");
	strcpy(f->verdict, "hole-in-data");
	strcpy(f->signature, "seek.hole-in-data.test");
	strcpy(f->what, "data was a hole");
	strcpy(f->known, "a bug");
	strcpy(f->guest, "--kernel bookworm");
	f->seed = 5;
	f->number = 77;
	f->hits = 4;
	f->runs = 10;
	f->programs = 2;
	f->count = 41;
	f->witnessed = 1;
	f->calls_to_first = 123456789012;
	f->guest_seconds_to_first = 12.125;
	f->first_seen = 1795300000;
	f->last_seen = 1795300999;
	c->nknown = 1;
}

static void fill(struct ff_campaign *c)
{
	struct ff_error e;

	c->cfg.seed = 5;
	c->cfg.seconds = 7200;
	c->cfg.jobs = 3;
	c->cfg.slice = 300;
	c->cfg.threads = 2;
	c->cfg.known_ok = c->cfg.no_delays = true;
	c->cfg.first = FF_FIRST_UNKNOWN;
	c->cfg.without[FF_OP_FORK] = true;
	c->cfg.o.session.append = "quiet";
	c->cfg.o.session.memory_mib = 512;
	c->cfg.o.oracles &= ~1u;
	c->cfg.fixed = !ff_target_parse("tmpfs huge=always", &c->cfg.target, &e);
	c->cfg.o.kernel[0] = c->lane[0].name = "bookworm";
	c->cfg.o.kernel[1] = c->lane[1].name = "bullseye";
	c->cfg.o.nkernels = c->nlanes = 2;
	c->turn = 1;
	c->past_seconds = 1234.5;
	c->slice_began = 1200;
	c->number = 901;
	c->failed_programs = 3;
	c->digest = 0xfedcba9876543210ULL;
	c->unkept = 1;
	c->nlost = 6;
	c->started = 1795299000;
	c->last_found = 1000.25;
	c->last_signal = 1100.5;
	c->last_features = 2;
	c->replay.spent_ns = 987654321;
	c->minute_seconds = 1212.5;
	c->minute_calls = 55555;
	c->tally.programs = 893;
	c->tally.drops = 1ULL << 40;
	c->lane[0].past.guest_ns = 1ULL << 50;
	c->lane[0].past.counter[FF_COUNT_pswpin] = 17;
	c->lane[0].past.seen[3] = 99;
	c->lane[0].past.restarts = 2;
	strcpy(c->lane[0].past.release, "6.1.0-test");
	c->lane[0].ground.ran = FF_RAN_SWAP;
	c->lane[0].ground.count[FF_GROUND_SPLIT] = 8;
	c->lane[0].signal = json_pack("{s:i}", "features", 5);
	open_feedback(c);
	c->lane[0].feedback = ff_feedback_save(c->feedback);
	for (unsigned int i = 1; i < 8; i++)
		one_run(c, i, (int)i);
	add_found(c);
	add_program(c, 898, FF_SOURCE_GENERATED);
	add_program(c, 899, FF_SOURCE_MUTATED);
	add_program(c, 900, FF_SOURCE_GENERATED);
}

/* Without what is another each time. */
static char *state_text(void)
{
	char path[100];
	json_t *j;
	char *text;

	snprintf(path, sizeof(path), "%s/state.json", dir);
	j = json_load_file(path, 0, NULL);
	for (const char *const *key = (const char *const[]){ "saved", "resumes", "seconds", "slice_seconds", NULL }; *key; key++)
		json_object_del(j, *key);
	text = json_dumps(j, JSON_INDENT(1) | JSON_SORT_KEYS);
	json_decref(j);
	return text;
}

static void lanes_of_config(struct ff_campaign *c)
{
	c->nlanes = c->cfg.o.nkernels;
	for (unsigned int i = 0; i < c->nlanes; i++)
		c->lane[i].name = c->cfg.o.kernel[i];
}

/* As ff_campaign() does it, without a guest. */
static int resume(struct ff_campaign *c)
{
	json_t *state = NULL;
	int ret = ff_campaign_state_read(c, &state);

	c->config = json_incref(json_object_get(state, "config"));
	if (!ret && state)
		ret = ff_campaign_config_merge(&c->cfg, c->config, dir);
	if (!ret && state) {
		lanes_of_config(c);
		ret = ff_campaign_restore(c, state);
	}
	json_decref(state);
	return ret;
}

static void first_difference(const char *a, const char *b)
{
	size_t line = 0, i;

	for (i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '\n')
			line = i + 1;
	if (a[i] != b[i])
		tap_diag("  was  %.160s\n  is   %.160s", a + line, b + line);
}

static void round_trip(void)
{
	struct ff_campaign *c = make();
	char *was, *is;

	fill(c);
	tap_ok(c->feedback->candidate[0] && c->feedback->seen.n >= 7, "a campaign with programs that wait and signal");
	tap_is_int(ff_campaign_save(c, "running"), 0, "its state is saved");
	was = state_text();
	drop(c);
	c = make();
	tap_is_int(resume(c), 0, "and gone on with");
	open_feedback(c);
	tap_ok(c->pending && c->pending->program.number == 898 && c->pending->next->program.number == 899 &&
	       c->pending->next->source == FF_SOURCE_MUTATED, "what was under way comes first");
	tap_ok(c->number == 901 && c->resumes == 1 && c->past_seconds >= 1234.5 && c->past_seconds < 1240, "at its number and time");
	tap_ok(c->cfg.without[FF_OP_FORK] && c->cfg.jobs == 3 && c->cfg.target.huge == FF_HUGE_ALWAYS, "as it was asked for");
	tap_ok(ff_feedback_again(c->feedback, UINT64_MAX, &(struct ff_target){ 0 }, &(const struct ff_program *){ NULL }),
	       "a program that may be stable is asked again");
	ff_feedback_not_run(c->feedback, c->feedback->candidate[0], false);
	json_decref(c->lane[1].feedback);
	c->lane[1].feedback = NULL;
	tap_is_int(ff_campaign_save(c, "running"), 0, "saved once more");
	is = state_text();
	if (!tap_ok(!strcmp(was, is), "it is the same state"))
		first_difference(was, is);
	free(was);
	free(is);
	drop(c);
}

static void put(const char *text)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/state.json", dir);
	ff_write_file(path, text, strlen(text));
}

static char *get(void)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/state.json", dir);
	return ff_read_file(path, NULL);
}

static void refused(const char *text, const char *why)
{
	struct ff_campaign *c = make();
	char *after;

	put(text);
	tap_is_int(resume(c), -EINVAL, "refused: %s", why);
	after = get();
	tap_is_str(after, text, "and left as it was");
	free(after);
	drop(c);
}

static void bad_states(void)
{
	char *good = get(), *text = strdup(good), *at;
	struct ff_campaign *c = make();

	c->cfg.seed = 6;
	tap_is_int(resume(c), -EINVAL, "another seed is another campaign");
	drop(c);
	c = make();
	c->cfg.resume = false;
	tap_is_int(resume(c), -EINVAL, "without --resume it is not begun anew over one that was killed");
	drop(c);
	refused("{ \"version\": 1,\n  \"ended\" }\n", "no JSON");
	refused("{ \"version\": 7, \"ended\": \"time\" }\n", "another version");
	refused("[]\n", "no state at all");
	at = strstr(text, "\"tally\"");
	memcpy(at, "\"telly\"", 7);
	refused(text, "no tally");
	strcpy(text, good);
	at = strstr(strstr(text, "\"pending\""), "target tmpfs");
	memcpy(at, "target tmpfz", 12);
	refused(text, "a program that is none");
	free(good);
	free(text);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	round_trip();
	bad_states();
	ff_remove_tree(dir);
	return tap_done();
}
