// SPDX-License-Identifier: GPL-2.0-only
/* The lanes of a timeline: threads first, then the files that the witness saw, then memory. */
#include <stdio.h>
#include <string.h>

#include "fuzzer/effect.h"
#include "oracles/mapped.h"
#include "runner/report/timeline_state.h"

/* A file of the witness's: how many events it has, and which file of the program it may be. */
struct seen {
	uint32_t dev;
	uint64_t ino;
	unsigned int events, votes[FF_MAX_SLOTS];
};

#define MAX_SEEN 64

static struct ff_tl_lane *add(struct ff_timeline *t, enum ff_lane_kind kind, const char *name)
{
	struct ff_tl_lane *l = &t->lane[t->nlanes++];

	l->kind = kind;
	snprintf(l->name, sizeof(l->name), "%s", name);
	return l;
}

static void add_threads(struct ff_timeline *t)
{
	const struct ff_program *p = t->c->program;
	char name[48];

	if (p->ncalls && p->call[0].thread == FF_SETUP)
		add(t, FF_LANE_SETUP, "setup");
	for (unsigned int i = 0; i < p->nthreads && i < FF_MAX_THREADS; i++) {
		snprintf(name, sizeof(name), "thread %u", i);
		add(t, FF_LANE_THREAD, name)->thread = (int)i;
	}
}

/* The file of the program that a call is about, or -1. */
static int file_of(const struct ff_view *v, const struct ff_call *c)
{
	const struct ff_op *op = ff_op(c->op);
	int arg = ff_op_arg(op, FF_ARG_HANDLE);

	if (arg >= 0 && c->arg[arg] < FF_MAX_SLOTS && v->handle[c->arg[arg]].used)
		return v->handle[c->arg[arg]].file;
	return -1;
}

static struct seen *find(struct seen *all, unsigned int *n, const struct ff_event *e)
{
	for (unsigned int i = 0; i < *n; i++)
		if (all[i].ino == e->ino && all[i].dev == e->dev)
			return &all[i];
	if (*n == MAX_SEEN)
		return NULL;
	all[*n] = (struct seen){ .dev = e->dev, .ino = e->ino };
	return &all[(*n)++];
}

/*
 * What a task seeks in, truncates or collapses is the file of its call. Faults and
 * waits may be of another one: of the memory that the call works on.
 */
static bool tells_file(const struct ff_event *e)
{
	return e->kind == FF_EV_SEEK || e->kind == FF_EV_TRUNCATE_BEGIN;
}

static unsigned int count(const struct ff_timeline *t, struct seen *all)
{
	const struct ff_case *c = t->c;
	struct ff_view view;
	unsigned int n = 0;
	struct seen *s;
	int call, file;

	ff_view_make(&view, c->program, c->history);
	for (size_t i = 0; i < c->nevents; i++) {
		s = c->event[i].ino ? find(all, &n, &c->event[i]) : NULL;
		if (!s)
			continue;
		s->events++;
		call = tells_file(&c->event[i]) ? ff_mapped_call(c, &c->event[i]) : -1;
		file = call < 0 ? -1 : file_of(&view, &c->program->call[call]);
		if (file >= 0 && file < FF_MAX_SLOTS)
			s->votes[file]++;
	}
	return n;
}

static int best_vote(const struct seen *s)
{
	int best = -1;

	for (int i = 0; i < FF_MAX_SLOTS; i++)
		if (s->votes[i] && (best < 0 || s->votes[i] > s->votes[best]))
			best = i;
	return best;
}

static void add_file(struct ff_timeline *t, const struct seen *s)
{
	struct ff_tl_lane *l;
	char name[48];
	int file = best_vote(s);

	if (file >= 0)
		snprintf(name, sizeof(name), "f%d (inode %llu)", file, (unsigned long long)s->ino);
	else
		snprintf(name, sizeof(name), "inode %llu", (unsigned long long)s->ino);
	l = add(t, FF_LANE_FILE, name);
	l->dev = s->dev;
	l->ino = s->ino;
}

/* The one with the most events of those that have no lane yet, or NULL. */
static struct seen *busiest(struct seen *all, unsigned int n)
{
	struct seen *best = NULL;

	for (unsigned int i = 0; i < n; i++)
		if (all[i].events && (!best || all[i].events > best->events))
			best = &all[i];
	return best;
}

void ff_tl_lanes(struct ff_timeline *t)
{
	struct seen all[MAX_SEEN], *s;
	unsigned int n = count(t, all);
	bool memory = false;

	add_threads(t);
	for (unsigned int i = 0; i < FF_TL_FILES && (s = busiest(all, n)); i++) {
		add_file(t, s);
		s->events = 0;
	}
	if (busiest(all, n) || n == MAX_SEEN)
		add(t, FF_LANE_FILES, "other files");
	for (size_t i = 0; i < t->c->nevents; i++)
		memory |= !t->c->event[i].ino;
	if (memory)
		add(t, FF_LANE_MEMORY, "memory, tasks");
}

unsigned int ff_tl_lane_of(const struct ff_timeline *t, const struct ff_event *e)
{
	unsigned int files = 0;

	for (unsigned int i = 0; i < t->nlanes; i++) {
		const struct ff_tl_lane *l = &t->lane[i];

		if (e->ino && l->kind == FF_LANE_FILE && l->ino == e->ino && l->dev == e->dev)
			return i;
		if (!e->ino && l->kind == FF_LANE_MEMORY)
			return i;
		if (l->kind == FF_LANE_FILES)
			files = i;
	}
	return files;
}
