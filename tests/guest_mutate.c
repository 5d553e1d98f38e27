// SPDX-License-Identifier: GPL-2.0-only
/*
 * For guest_mutate.sh: programs of the generator, their mutations, and chains of
 * ten mutations run in a guest; how many calls the kernel accepts of each kind.
 *
 *	guest_mutate KERNEL PROGRAMS
 */
#include <stdlib.h>
#include <unistd.h>

#include "fuzzer/mutate.h"
#include "fuzzer/rotation.h"
#include "oracles/judge.h"
#include "runner/session.h"
#include "runner/campaign/tally.h"
#include "tests/tap.h"

#define SEED	41
#define LINKS	10

enum kind { GENERATED, MUTATED, CHAIN, KINDS };
static const char *const names[KINDS] = { "generated", "mutated once", "mutated ten times" };

struct sum {
	struct ff_tally tally;
	unsigned int runs, lost, found;
	uint64_t guest_ns;
};

static struct sum sum[KINDS];
static struct ff_program parent, other, program;
static struct ff_findings findings;
static struct ff_judge *judge;
static struct ff_gen_limits limits;

static void generate(uint64_t number, const struct ff_target *t, struct ff_program *p)
{
	ff_generate(&limits, SEED, number, t, p);
}

/* Program @number of a kind, on the target of that number. */
static void make(uint32_t offers, enum kind kind, uint64_t number)
{
	struct ff_target t;

	ff_rotation(offers, SEED, number, &t);
	generate(number, &t, &parent);
	generate(number + 1000000, &t, &other);
	ff_program_copy(&program, &parent);
	for (unsigned int i = 0; i < (kind == GENERATED ? 0 : kind == MUTATED ? 1 : LINKS); i++)
		if (!ff_mutate(&limits, SEED, number * LINKS + i, &parent, &other, &program))
			ff_program_copy(&parent, &program);
}

static void count(struct sum *s, struct ff_outcome *r)
{
	if (r->failed) {
		tap_diag("no target: %s", r->failed);
		return;
	}
	s->runs++;
	s->lost += r->lost[0] != 0;
	s->guest_ns += r->guest_ns;
	ff_tally_add(&s->tally, r->c.program, r->c.history);
	ff_judge(judge, &r->c, &findings);
	s->found += findings.n > 0;
	for (unsigned int i = 0; i < findings.n; i++)
		tap_diag("%s: %s", findings.f[i].signature, findings.f[i].what);
	if (r->lost[0])
		tap_diag("lost: %s", r->lost);
}

static int run_all(struct ff_session *s, unsigned int programs)
{
	uint64_t fed = 0, all = (uint64_t)programs * KINDS;
	struct ff_outcome r;
	int ret = 0;

	while (fed < all || ff_session_pending(s)) {
		for (; fed < all; fed++) {
			make(ff_session_info(s)->boot.offers, fed % KINDS, fed / KINDS);
			if (ff_session_feed(s, &program, &sum[fed % KINDS]))
				break;
		}
		ret = ff_session_collect(s, &r);
		if (ret < 0)
			return ret;
		if (ret)
			count(r.tag, &r);
		else
			usleep(500);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct ff_session_config cfg = { .kernel = argc > 1 ? argv[1] : NULL };
	unsigned int programs = argc > 2 ? (unsigned int)atoi(argv[2]) : 60;
	struct ff_session *s = NULL;

	judge = ff_judge_open(~0u);
	if (!judge || ff_session_open(&s, &cfg)) {
		tap_ok(0, "a guest on kernel %s", cfg.kernel ? cfg.kernel : "here");
		return tap_done();
	}
	limits = (struct ff_gen_limits){ .features = ff_session_info(s)->boot.features, .allow_global = true,
					 .device_size = ff_session_info(s)->boot.device_size,
					 .offers = ff_session_info(s)->boot.offers };
	tap_ok(!run_all(s, programs), "all programs came back");
	for (unsigned int k = 0; k < KINDS; k++) {
		struct ff_tally_row row = ff_tally_sum(&sum[k].tally);
		double percent = ff_tally_percent(&row);

		tap_ok(sum[k].runs && percent >= 90, "%s: %.1f %% of %llu calls accepted, %llu skipped, %u programs, %.2f s each",
		       names[k], percent, (unsigned long long)row.done, (unsigned long long)row.skipped, sum[k].runs,
		       sum[k].runs ? (double)sum[k].guest_ns / 1e9 / sum[k].runs : 0);
		tap_ok(!sum[k].found && !sum[k].lost, "%s: no finding (%u programs have one), no guest lost (%u)", names[k],
		       sum[k].found, sum[k].lost);
		if (getenv("FF_TABLE"))
			ff_tally_print(&sum[k].tally, stderr);
	}
	ff_session_close(s);
	ff_judge_close(judge);
	return tap_done();
}
