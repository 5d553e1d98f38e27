// SPDX-License-Identifier: GPL-2.0-only
#include "runner/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/msg.h"
#include "runner/progress.h"

/**
 * struct job - a measurement under way
 * @run: what is to be run, in order; @nruns of them, @fed given so far, @done back
 */
struct job {
	struct ff_session *s;
	struct ff_measured **run;
	size_t nruns, fed, done;
	struct ff_program p;
	struct ff_signal signal;
	struct ff_progress progress;
};

static int by_target(const void *a, const void *b)
{
	const struct ff_measured *x = *(struct ff_measured *const *)a, *y = *(struct ff_measured *const *)b;
	int target = memcmp(&x->target, &y->target, sizeof(x->target));

	return target ? target : memcmp(&x->e->id, &y->e->id, sizeof(x->e->id));
}

static bool same_target(const struct ff_measured *a, const struct ff_measured *b)
{
	return !memcmp(&a->target, &b->target, sizeof(a->target));
}

/* All on one target once, then all of them again: runs of one program are not neighbours. */
static void order(struct job *j, struct ff_measured **m, size_t n, unsigned int runs)
{
	size_t first, end, at = 0;

	qsort(m, n, sizeof(*m), by_target);
	for (first = 0; first < n; first = end) {
		for (end = first + 1; end < n && same_target(m[first], m[end]);)
			end++;
		for (unsigned int r = 0; r < runs; r++)
			for (size_t i = first; i < end; i++)
				j->run[at++] = m[i];
	}
	j->nruns = at;
}

static int feed(struct job *j)
{
	struct ff_error e;

	for (; j->fed < j->nruns; j->fed++) {
		struct ff_measured *m = j->run[j->fed];

		if (m->failed) {	/* known by now: that target cannot be made */
			j->done++;
			continue;
		}
		if (ff_program_parse(m->e->text, strlen(m->e->text), &j->p, &e))
			return -EINVAL;
		if (ff_session_feed(j->s, &j->p, m))
			break;
	}
	return 0;
}

static int take(struct job *j, const struct ff_outcome *r)
{
	struct ff_measured *m = r->tag;

	j->done++;
	if (r->failed) {
		if (!m->failed) {
			ff_progress_clear(&j->progress);
			ff_msg_warn("a program is kept without being measured: its target cannot be made: %s", r->failed);
		}
		m->failed = true;
		return 0;
	}
	if (r->lost[0] || r->damaged) {
		m->lost++;
		return 0;
	}
	ff_signal_of(&r->c, &j->signal);
	m->us[m->seen.runs] = r->guest_ns / 1000;
	return ff_often_add(&m->seen, &j->signal);
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void note_time(struct ff_measured *m)
{
	if (m->seen.runs) {
		qsort(m->us, m->seen.runs, sizeof(*m->us), ascending);
		m->run_us = m->us[m->seen.runs / 2];
	}
	free(m->us);
	m->us = NULL;
}

static int run_all(struct job *j, const volatile sig_atomic_t *stop)
{
	struct ff_outcome out;
	int ret = 0;

	while (!ret && (j->fed < j->nruns || ff_session_pending(j->s))) {
		if (*stop)
			return -ECANCELED;
		ret = feed(j);
		if (!ret)
			ret = ff_session_next(j->s, &out);
		if (ret == 1)
			ret = take(j, &out);
		ff_progress_show(&j->progress, j->done);
	}
	return ret;
}

int ff_measure(struct ff_session *s, const volatile sig_atomic_t *stop, struct ff_measured **m, size_t n,
	       unsigned int runs, const char *what)
{
	struct job *j = calloc(1, sizeof(*j));
	int ret = -ENOMEM;

	if (!j)
		return ret;
	j->s = s;
	j->run = calloc(n * runs + 1, sizeof(struct ff_measured *));
	if (!j->run)
		goto out;
	for (size_t i = 0; i < n; i++) {
		ff_often_free(&m[i]->seen);
		m[i]->lost = 0;
		m[i]->run_us = 0;
		m[i]->us = calloc(runs, sizeof(*m[i]->us));
		if (!m[i]->us)
			goto out;
	}
	order(j, m, n, runs);
	ff_progress_open(&j->progress, what, "runs", j->nruns);
	ret = run_all(j, stop);
	ff_progress_clear(&j->progress);
out:
	for (size_t i = 0; i < n; i++)
		note_time(m[i]);
	free(j->run);
	free(j);
	return ret;
}
