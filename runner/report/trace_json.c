// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timeline in the trace event format (JSON object form), as Perfetto and
 * chrome://tracing read it. Process 1 has the program's threads, process 2 what the
 * witness saw, a thread for each file. Stretches of the kernel may overlap, so they are
 * nestable asynchronous events ("b", "e"), not complete ones ("X").
 */
#include <errno.h>
#include <stdlib.h>

#include "bpf/witness.h"
#include "fuzzer/call.h"
#include "runner/msg.h"
#include "runner/report/report.h"
#include "runner/report/timeline.h"

enum { PROGRAM = 1, KERNEL = 2 };

static int pid_of(const struct ff_tl_lane *l)
{
	return l->kind == FF_LANE_SETUP || l->kind == FF_LANE_THREAD ? PROGRAM : KERNEL;
}

/* Viewers want no moment before 0, so an event from before the program began moves all of them. */
static double ts_of(const struct ff_timeline *t, uint64_t at)
{
	return ff_timeline_us(t, at) - ff_timeline_us(t, t->from);
}

/* Threads are numbered by lane, from 1: 0 is taken for the idle task. */
static json_t *event(const struct ff_timeline *t, const char *ph, const char *name, const char *cat,
		     unsigned int lane, uint64_t at)
{
	return json_pack("{s:s,s:s,s:s,s:i,s:i,s:f}", "name", name, "cat", cat, "ph", ph, "pid",
			 pid_of(&t->lane[lane]), "tid", (int)lane + 1, "ts", ts_of(t, at));
}

static json_t *metadata(const char *what, int pid, int tid, const char *key, json_t *value)
{
	return json_pack("{s:s,s:s,s:i,s:i,s:f,s:{s:o}}", "name", what, "ph", "M", "pid", pid, "tid", tid,
			 "ts", 0.0, "args", key, value);
}

static void names(const struct ff_timeline *t, json_t *list)
{
	json_array_append_new(list, metadata("process_name", PROGRAM, 0, "name", json_string("program")));
	json_array_append_new(list, metadata("process_name", KERNEL, 0, "name", json_string("kernel, by the witness")));
	for (unsigned int i = 0; i < t->nlanes; i++) {
		int pid = pid_of(&t->lane[i]);

		json_array_append_new(list, metadata("thread_name", pid, (int)i + 1, "name", json_string(t->lane[i].name)));
		json_array_append_new(list, metadata("thread_sort_index", pid, (int)i + 1, "sort_index", json_integer(i)));
	}
}

static json_t *call_args(const struct ff_timeline *t, const struct ff_tl_bar *b)
{
	const struct ff_record *r = &t->c->history->record[b->call];

	return json_pack("{s:i,s:s,s:s,s:I,s:i,s:b,s:s}", "call", b->call, "text", b->text, "what", b->result,
			 "result", (json_int_t)r->result, "errno", r->err, "returned", !b->open,
			 "part", ff_tl_role_word(b->role));
}

static void put_call(const struct ff_timeline *t, const struct ff_tl_bar *b, json_t *list)
{
	const char *name = ff_op(t->c->program->call[b->call].op)->name;
	json_t *j = event(t, "X", name, ff_tl_look_word(b->look), b->lane, b->from);

	json_object_set_new(j, "dur", json_real((double)(b->until - b->from) / 1000));
	json_object_set_new(j, "args", call_args(t, b));
	json_array_append_new(list, j);
}

static json_t *event_args(const struct ff_timeline *t, int i)
{
	const struct ff_event *e = &t->c->event[i];
	char text[160];

	ff_timeline_event(t, i, text, sizeof(text));
	return json_pack("{s:s,s:i,s:I,s:I,s:I}", "text", text, "task", (int)e->tid, "inode", (json_int_t)e->ino,
			 "result", (json_int_t)e->result, "extra", (json_int_t)e->extra);
}

static void put_span(const struct ff_timeline *t, const struct ff_tl_bar *b, unsigned int id, json_t *list)
{
	char text[24];
	json_t *j;

	snprintf(text, sizeof(text), "0x%x", id + 1);
	for (int end = 0; end < 2; end++) {
		j = event(t, end ? "e" : "b", b->text, "witness", b->lane, end ? b->until : b->from);
		json_object_set_new(j, "id", json_string(text));
		if (!end)
			json_object_set_new(j, "args", event_args(t, b->event));
		json_array_append_new(list, j);
	}
}

static void put_mark(const struct ff_timeline *t, const struct ff_tl_mark *m, json_t *list)
{
	json_t *j = event(t, "i", ff_ev_name(t->c->event[m->event].kind), "witness", m->lane, m->at);

	json_object_set_new(j, "s", json_string("t"));
	json_object_set_new(j, "args", event_args(t, m->event));
	json_array_append_new(list, j);
}

static void put_violation(const struct ff_timeline *t, const char *signature, json_t *list)
{
	unsigned int lane = t->violation_lane < 0 ? 0 : (unsigned int)t->violation_lane;
	json_t *j;

	if (!t->violated)
		return;
	j = event(t, "i", "VIOLATION", "violation", lane, t->violation);
	json_object_set_new(j, "s", json_string("g"));
	json_object_set_new(j, "args", json_pack("{s:s,s:s}", "signature", signature, "what", t->why));
	json_array_append_new(list, j);
}

struct timed {
	double ts;
	size_t number;
	json_t *j;
};

static int by_time(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

/* By time; what is of one moment stays in its order, so that a "b" stands before its "e". */
static json_t *sorted(json_t *list)
{
	size_t n = json_array_size(list);
	struct timed *all = calloc(n + 1, sizeof(*all));
	json_t *out = json_array();

	for (size_t i = 0; all && i < n; i++) {
		json_t *j = json_array_get(list, i);

		all[i] = (struct timed){ ff_json_real(j, "ts", 0), i, j };
	}
	if (all)
		qsort(all, n, sizeof(*all), by_time);
	for (size_t i = 0; all && i < n; i++)
		json_array_append(out, all[i].j);
	free(all);
	json_decref(list);
	return out;
}

static json_t *trace(const struct ff_timeline *t, const struct ff_report_finding *f, const struct ff_finding *x)
{
	json_t *list = json_array(), *timed = json_array();

	names(t, list);
	for (unsigned int i = 0; i < t->nbars; i++) {
		if (t->bar[i].call >= 0)
			put_call(t, &t->bar[i], timed);
		else
			put_span(t, &t->bar[i], i, timed);
	}
	for (unsigned int i = 0; i < t->nmarks; i++)
		put_mark(t, &t->mark[i], timed);
	put_violation(t, x->signature, timed);
	timed = sorted(timed);
	json_array_extend(list, timed);
	json_decref(timed);
	return json_pack("{s:o,s:s,s:{s:f,s:s,s:s,s:s,s:s}}", "traceEvents", list, "displayTimeUnit", "ns", "otherData",
			 "program_began_us", ts_of(t, t->base), "signature", x->signature, "what", x->what,
			 "kernel", ff_json_text(f->j, "kernel"), "release", ff_json_text(f->j, "release"));
}

int ff_report_trace(const struct ff_report *r, const struct ff_report_finding *f, FILE *out)
{
	struct ff_report_case rc;
	struct ff_timeline t;
	int ret = -ENOENT;
	json_t *j;

	ff_report_case_open(&rc, r, f, "history");
	if (*rc.why)
		ff_msg_warn("%s/findings/%s: %s", r->dir, f->name, rc.why);
	if (rc.c)
		ret = ff_timeline_make(&t, rc.c, &rc.shown);
	if (rc.c && !ret) {
		j = trace(&t, f, &rc.shown);
		ret = j && !json_dumpf(j, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) ? 0 : -ENOMEM;
		fputc('\n', out);
		json_decref(j);
		ff_timeline_free(&t);
	}
	ff_report_case_close(&rc);
	return ret;
}
