/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timeline of a finding: who did what when, and where it went wrong. Pure: a
 * case and a finding in, lanes, bars and marks out. What is drawn (svg.h) and what
 * is written for a trace viewer (trace_json.h) is this model.
 */
#ifndef FF_RUNNER_REPORT_TIMELINE_H
#define FF_RUNNER_REPORT_TIMELINE_H

#include "oracles/judge.h"

#define FF_TL_FILES	6	/* files that have a lane of their own; the rest share one */
#define FF_TL_LANES	(1 + FF_MAX_THREADS + FF_TL_FILES + 2)

enum ff_lane_kind { FF_LANE_SETUP, FF_LANE_THREAD, FF_LANE_FILE, FF_LANE_FILES, FF_LANE_MEMORY };

/* What a call or an event has to do with the finding. */
enum ff_tl_role {
	FF_ROLE_NONE,
	FF_ROLE_BESIDE,		/* the evidence names it as beside the violation */
	FF_ROLE_EVIDENCE,	/* the evidence names it as a part of the violation */
	FF_ROLE_SAW,		/* it is the call at which the violation showed */
};

/* What kind of thing a bar is, for its colour. */
enum ff_tl_look { FF_LOOK_OTHER, FF_LOOK_READS, FF_LOOK_WRITES, FF_LOOK_DROPS, FF_LOOK_MOVES, FF_LOOK_KERNEL };

/**
 * struct ff_tl_lane - a thread, or what the witness's events are about
 * @thread: FF_LANE_THREAD
 * @dev, @ino: FF_LANE_FILE
 * @name: for people: "thread 0", "f0 (inode 9)"
 */
struct ff_tl_lane {
	enum ff_lane_kind kind;
	int thread;
	uint32_t dev;
	uint64_t ino;
	char name[48];
};

/**
 * struct ff_tl_bar - a stretch of time: a call, or what the witness saw begin and end
 * @call: its id, -1: of the witness
 * @event: index of the event that began it, -1: a call
 * @from, @until: ns of the guest's clock
 * @open: it has not returned; @until is the last moment known
 * @failed: a call that failed
 * @text: the call as in a program, or the event in words
 * @result: what came of it
 */
struct ff_tl_bar {
	unsigned int lane;
	int call, event;
	uint64_t from, until;
	bool open, failed;
	enum ff_tl_role role;
	enum ff_tl_look look;
	char text[160], result[80];
};

/** struct ff_tl_mark - a moment: an event of the witness */
struct ff_tl_mark {
	unsigned int lane;
	int event;
	uint64_t at;
	enum ff_tl_role role;
};

/**
 * struct ff_timeline - see the top of this file
 * @c: whose; must outlive it
 * @bar: calls in the order of their ids, then what the witness saw
 * @base: ns that the text of findings counts from
 * @from, @until: all of it
 * @zoom_from, @zoom_until: the part around the violation in which little enough happens to be read
 * @violated: the moment of violation is known
 * @waits: it is that a call was away for too long: what led to it is at its beginning
 * @violation: ns
 * @violation_lane: where, -1: everywhere
 * @why: what the violation is; or why its moment is not known
 */
struct ff_timeline {
	const struct ff_case *c;
	unsigned int nlanes, nbars, nmarks;
	struct ff_tl_lane lane[FF_TL_LANES];
	struct ff_tl_bar *bar;
	struct ff_tl_mark *mark;
	uint64_t base, from, until, zoom_from, zoom_until, violation;
	bool violated, waits;
	int violation_lane;
	char why[420];
};

/**
 * ff_timeline_make() - the timeline of @f, which the judge found in @c
 * Return: 0, or -ENOMEM. ff_timeline_free() frees what it holds.
 */
int ff_timeline_make(struct ff_timeline *t, const struct ff_case *c, const struct ff_finding *f);
void ff_timeline_free(struct ff_timeline *t);

/** ff_timeline_us() - a moment as the evidence gives it: microseconds since the program began */
double ff_timeline_us(const struct ff_timeline *t, uint64_t ns);

/** ff_timeline_event() - event @i in words: "collapse_begin page 0", without time and task */
void ff_timeline_event(const struct ff_timeline *t, int i, char *out, size_t n);

/** ff_tl_look_word(), ff_tl_role_word() - for legends and tables; "" for FF_ROLE_NONE */
const char *ff_tl_look_word(enum ff_tl_look look);
const char *ff_tl_role_word(enum ff_tl_role role);

#endif
