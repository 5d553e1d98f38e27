// SPDX-License-Identifier: GPL-2.0-only
/* Reading a case from text, possibly from a stranger (docs/history.md). */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/case_names.h"
#include "oracles/case_text.h"
#include "oracles/witness_text.h"

#define MAX_LINE 4096

/*
 * struct box - all of one case, in one piece: texts and events lie behind it
 * @room: of @event
 */
struct box {
	struct ff_case c;
	struct ff_program program;
	struct ff_history history;
	struct ff_stuck stuck;
	char lost[16];
	size_t logged, witnessed, room;
	char *log, *witness;
	struct ff_event *event;
};

struct reader {
	struct box *b;
	struct ff_error *e;
	unsigned int line;
};

__attribute__((format(printf, 2, 3)))
static int fail(struct reader *r, const char *fmt, ...)
{
	va_list ap;

	r->e->line = r->line;
	va_start(ap, fmt);
	vsnprintf(r->e->text, sizeof(r->e->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* The next word of a line, blanks between them; NULL at the end. */
static char *word(char **rest)
{
	char *w;

	do {
		w = strsep(rest, " \t");
	} while (w && !*w);
	return w;
}

/* "key=value" taken apart: returns value, NULL when there is no "=". */
static char *value_of(char *pair)
{
	char *eq = strchr(pair, '=');

	if (eq)
		*eq++ = '\0';
	return eq;
}

static int index_of(const char *const *names, const char *name)
{
	int i;

	for (i = 0; names[i]; i++) {
		if (!strcmp(names[i], name))
			return i;
	}
	return -1;
}

static int errno_read(const char *text, int32_t *err)
{
	const char *name;
	uint64_t n;
	int i;

	if (!ff_number_read(text, &n)) {
		*err = n;
		return n < 4096 ? 0 : -EINVAL;
	}
	for (i = 1; i < 200; i++) {
		name = strerrorname_np(i);
		if (name && !strcmp(name, text)) {
			*err = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* One number of a struct: where it goes and how large it may be. */
struct field {
	const char *key;
	void *to;
	size_t size;
};

static int put(const struct field *f, const char *key, const char *text)
{
	for (; f->key; f++)
		if (!strcmp(f->key, key))
			return ff_number_store(text, f->to, f->size);
	return -ENOENT;
}

static int pair_failed(struct reader *r, int err, const char *what, const char *key,
		       const char *value)
{
	if (err == -ENOENT)
		return fail(r, "found \"%.40s\" in a %s line, expected one of its keys", key, what);
	return fail(r, "found \"%.40s\" as %.20s of a %s line, expected a value for it", value, key,
		    what);
}

#define FIELD(name, member) { name, &(member), sizeof(member) }

static int read_history(struct reader *r, char *rest)
{
	struct ff_history *h = &r->b->history;
	const struct field fields[] = {
		FIELD("epoch", h->epoch), FIELD("threads", h->nthreads), FIELD("began", h->began),
		FIELD("ended", h->ended), FIELD("page", h->page_size), FIELD("pmd", h->pmd_size),
		FIELD("limit", h->call_limit_ns), FIELD("device", h->device_size), { NULL, NULL, 0 }
	};
	char *pair, *value;
	uint64_t flags;
	int err;

	while ((pair = word(&rest))) {
		value = value_of(pair);
		if (!value)
			return fail(r, "found \"%.40s\" in a history line, expected key=value", pair);
		if (!strcmp(pair, "flags")) {
			err = ff_flags_read(ff_history_flags, value, &flags);
			h->flags = flags;
		} else {
			err = put(fields, pair, value);
		}
		if (err)
			return pair_failed(r, err, "history", pair, value);
	}
	return 0;
}

static int usage_pair(struct ff_usage *u, const char *key, const char *value)
{
	const struct field fields[] = {
		FIELD("swap_before", u->swap_before), FIELD("swap_after", u->swap_after),
		FIELD("swap_left", u->swap_left), FIELD("stalled", u->stalled),
		FIELD("blocks", u->blocks), FIELD("inodes", u->inodes), FIELD("shmem", u->shmem),
		FIELD("anon_huge", u->anon_huge), FIELD("shmem_huge", u->shmem_huge),
		FIELD("file_huge", u->file_huge), FIELD("mlocked", u->mlocked),
		FIELD("tasks", u->tasks), FIELD("programs", u->programs), { NULL, NULL, 0 }
	};
	int i;

	if (!strcmp(key, "errno"))
		return errno_read(value, &u->err);
	if (strcmp(key, "swapoff"))
		return put(fields, key, value);
	i = index_of(ff_swapoff_names, value);
	if (i >= 0)
		u->swapoff = i;
	return i < 0 ? -EINVAL : 0;
}

static int read_usage(struct reader *r, char *rest)
{
	char *pair, *value;
	int err;

	while ((pair = word(&rest))) {
		value = value_of(pair);
		if (!value)
			return fail(r, "found \"%.40s\" in a usage line, expected key=value", pair);
		err = usage_pair(&r->b->history.usage, pair, value);
		if (err)
			return pair_failed(r, err, "usage", pair, value);
	}
	return 0;
}

/* The call that a line is about, or NULL. */
static struct ff_record *record_of(struct reader *r, char **rest, unsigned int *id)
{
	char *w = word(rest);
	uint64_t n;

	if (!w || ff_number_read(w, &n) || n >= r->b->program.ncalls) {
		fail(r, "found \"%.40s\", expected the number of a call, below %u", w ? w : "nothing",
		     r->b->program.ncalls);
		return NULL;
	}
	*id = n;
	return &r->b->history.record[n];
}

static int check_thread(const struct ff_call *call, const char *value)
{
	uint64_t n = FF_SETUP;

	if (strcmp(value, "setup") && ff_number_read(value, &n))
		return -EINVAL;
	return n == call->thread ? 0 : -EINVAL;
}

static int call_pair(struct reader *r, struct ff_record *rec, unsigned int id, char *key,
		     char *value)
{
	const struct field fields[] = {
		FIELD("invoked", rec->invoked), FIELD("returned", rec->returned),
		FIELD("scanned", rec->scanned), FIELD("signal", rec->signal),
		FIELD("fault", rec->fault), FIELD("tid", rec->tid), { NULL, NULL, 0 }
	};
	uint64_t flags;
	int err;

	if (!strcmp(key, "thread"))
		return check_thread(&r->b->program.call[id], value);
	if (!strcmp(key, "result"))
		return ff_signed_read(value, &rec->result);
	if (!strcmp(key, "errno"))
		return errno_read(value, &rec->err);
	if (!strcmp(key, "flags")) {
		err = ff_flags_read(ff_record_flags, value, &flags);
		if (!err && flags > UINT8_MAX)
			err = -EINVAL;
		rec->flags = flags;
		return err;
	}
	return put(fields, key, value);
}

static int read_call(struct reader *r, char *rest)
{
	struct ff_record *rec;
	char *pair, *value;
	unsigned int id;
	int err;

	rec = record_of(r, &rest, &id);
	if (!rec)
		return -EINVAL;
	if (rec->state != FF_CALL_NOT_RUN)
		return fail(r, "found call %u a second time", id);
	while ((pair = word(&rest))) {
		value = value_of(pair);
		if (!value) {
			err = index_of(ff_state_names, pair);
			if (err < 0)
				return fail(r, "found \"%.40s\" in a call line, expected done, started, skipped or key=value",
					    pair);
			rec->state = err;
			continue;
		}
		err = call_pair(r, rec, id, pair, value);
		if (err)
			return pair_failed(r, err, "call", pair, value);
	}
	if (rec->state == FF_CALL_NOT_RUN)
		return fail(r, "found no state of call %u, expected done, started or skipped", id);
	if (rec->state == FF_CALL_DONE && !rec->scanned)
		rec->scanned = rec->returned;
	return 0;
}

/* A run follows its call's others: the record holds where they begin. */
static int read_run(struct reader *r, char *rest)
{
	struct ff_history *h = &r->b->history;
	struct ff_run run = { 0 };
	const struct field fields[] = {
		FIELD("off", run.off), FIELD("len", run.len), FIELD("version", run.version),
		FIELD("obj", run.obj), FIELD("value", run.value), { NULL, NULL, 0 }
	};
	struct ff_record *rec;
	char *pair, *value;
	unsigned int id;
	int kind, err;

	rec = record_of(r, &rest, &id);
	if (!rec)
		return -EINVAL;
	pair = word(&rest);
	kind = pair ? index_of(ff_run_names, pair) : -1;
	if (kind < 0)
		return fail(r, "found \"%.40s\" in a run line, expected zero, own, foreign, raw, unseen, resident or absent",
			    pair ? pair : "nothing");
	run.kind = kind;
	while ((pair = word(&rest))) {
		value = value_of(pair);
		if (!value)
			return fail(r, "found \"%.40s\" in a run line, expected key=value", pair);
		err = put(fields, pair, value);
		if (err)
			return pair_failed(r, err, "run", pair, value);
	}
	if (h->nruns == FF_MAX_RUNS)
		return fail(r, "found more runs than %u", FF_MAX_RUNS);
	if (!rec->nruns)
		rec->first_run = h->nruns;
	else if (rec->first_run + rec->nruns != h->nruns)
		return fail(r, "found a run of call %u after runs of another, expected them together", id);
	rec->nruns++;
	h->run[h->nruns++] = run;
	return 0;
}

static int read_event(struct reader *r, char *rest)
{
	char *pair = word(&rest), *value;
	struct ff_event e = { 0 };
	int kind = pair ? ff_event_kind(pair, strlen(pair)) : -1;

	if (kind < 0)
		return fail(r, "found \"%.40s\" in an event line, expected the name of an event",
			    pair ? pair : "nothing");
	e.kind = kind;
	while ((pair = word(&rest))) {
		value = value_of(pair);
		if (!value)
			return fail(r, "found \"%.40s\" in an event line, expected key=value", pair);
		if (ff_event_field(&e, pair, value))
			return fail(r, "found \"%.20s=%.40s\" in an event line, expected a field of an event and a number",
				    pair, value);
	}
	if (r->b->c.nevents == r->b->room)
		return fail(r, "found too many events");
	r->b->event[r->b->c.nevents++] = e;
	return 0;
}

static void append(char *to, size_t *used, const char *text)
{
	size_t n = strlen(text);

	memcpy(to + *used, text, n);
	to[*used + n] = '\n';
	*used += n + 1;
	to[*used] = '\0';
}

static int read_word(struct reader *r, const char *text)
{
	if (strlen(text) >= sizeof(r->b->lost))
		return fail(r, "found \"%.40s\", expected how the guest was lost: panic, killed or silent", text);
	strcpy(r->b->lost, text);
	return 0;
}

static int read_count(struct reader *r, const char *text, uint64_t *to)
{
	if (ff_number_read(text, to))
		return fail(r, "found \"%.40s\", expected a number", text);
	return 0;
}

/* A line of oracles/stuck_text.c; -ENOENT: none of those. */
static int read_stuck(struct reader *r, const char *key, char *rest)
{
	char why[200];
	int err = ff_stuck_read(&r->b->stuck, key, rest, why, sizeof(why));

	return err == -EINVAL ? fail(r, "%s", why) : err;
}

static int read_line(struct reader *r, char *line)
{
	char *rest = line, *key = strsep(&rest, " ");
	int err;

	if (!rest)
		rest = line + strlen(line);
	if (!*key || *key == '#')
		return 0;
	if (!strcmp(key, "call"))
		return read_call(r, rest);
	if (!strcmp(key, "usage"))
		return read_usage(r, rest);
	if (!strcmp(key, "run"))
		return read_run(r, rest);
	if (!strcmp(key, "event"))
		return read_event(r, rest);
	if (!strcmp(key, "drops"))
		return read_count(r, rest, &r->b->c.drops);
	if (!strcmp(key, "now"))
		return read_count(r, rest, &r->b->c.now);
	if (!strcmp(key, "lost"))
		return read_word(r, rest);
	if (!strcmp(key, "ended"))
		return r->b->c.ended = 1, 0;
	if (!strcmp(key, "witness"))
		return append(r->b->witness, &r->b->witnessed, rest), 0;
	if (!strcmp(key, "log"))
		return append(r->b->log, &r->b->logged, rest), 0;
	err = read_stuck(r, key, rest);
	if (err != -ENOENT)
		return err;
	return fail(r, "found \"%.40s\", expected usage, call, run, event, stuck, sample, task, wait, drops, witness, log, lost, now or ended", key);
}

/* Where the history line begins: before it stands the program. */
static const char *find_history(const char *text, size_t len, unsigned int *line)
{
	const char *end = text + len, *nl;

	for (*line = 1; text < end; ++*line) {
		if ((size_t)(end - text) >= 8 && !memcmp(text, "history ", 8))
			return text;
		nl = memchr(text, '\n', end - text);
		if (!nl)
			break;
		text = nl + 1;
	}
	return NULL;
}

static int read_lines(struct reader *r, const char *at, const char *end)
{
	char line[MAX_LINE];
	const char *nl;
	size_t n;
	int err;
	int first = 1;

	for (; at < end; at = nl + 1, r->line++) {
		nl = memchr(at, '\n', end - at);
		if (!nl)
			nl = end;
		n = nl - at;
		if (n >= sizeof(line) || memchr(at, '\0', n))
			return fail(r, "found a line of %zu bytes, or with a NUL: expected text, shorter than %u",
				    n, MAX_LINE);
		memcpy(line, at, n);
		line[n] = '\0';
		err = first ? read_history(r, line + 8) : read_line(r, line);
		if (err)
			return err;
		first = 0;
	}
	return 0;
}

/* Each event takes a line of at least 7 bytes: so many there can be. */
static struct box *make_box(size_t len)
{
	size_t room = len / 7 + 1;
	struct box *b = calloc(1, sizeof(*b) + room * sizeof(*b->event) + 2 * (len + 1));

	if (!b)
		return NULL;
	b->room = room;
	b->event = (struct ff_event *)(b + 1);
	b->log = (char *)(b->event + room);
	b->witness = b->log + len + 1;
	return b;
}

int ff_case_read(const char *text, size_t len, struct ff_case **c, struct ff_error *e)
{
	struct reader r = { .e = e };
	const char *history;
	int err;

	history = find_history(text, len, &r.line);
	if (!history)
		return fail(&r, "found no line \"history ...\", expected a program and then its history");
	r.b = make_box(len);
	if (!r.b)
		return -ENOMEM;
	err = ff_program_parse(text, history - text, &r.b->program, e);
	if (!err)
		err = read_lines(&r, history, text + len);
	if (err) {
		free(r.b);
		return err;
	}
	/* the witness is one line, the log ends with a newline */
	if (r.b->witnessed)
		r.b->witness[r.b->witnessed - 1] = '\0';
	r.b->history.ncalls = r.b->program.ncalls;
	r.b->c.program = &r.b->program;
	r.b->c.history = &r.b->history;
	r.b->c.event = r.b->event;
	r.b->c.witness = r.b->witness;
	r.b->c.log = r.b->log;
	r.b->c.stuck = &r.b->stuck;
	r.b->c.lost = r.b->lost;
	*c = &r.b->c;
	return 0;
}

void ff_case_free(struct ff_case *c)
{
	free(c);	/* the first member of its box */
}
