// SPDX-License-Identifier: GPL-2.0-only
/* A finding as the runner keeps it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "corpus/known.h"
#include "runner/session.h"
#include "runner/store.h"

void ff_found_describe(struct ff_found *f, const struct ff_finding *x, const struct ff_case *c,
		       const struct ff_session_info *i, const char *guest)
{
	const struct ff_known *known = ff_known_find(x->signature, x->witnessed);

	memset(f, 0, sizeof(*f));
	snprintf(f->oracle, sizeof(f->oracle), "%s", x->oracle);
	snprintf(f->verdict, sizeof(f->verdict), "%s", x->verdict);
	snprintf(f->signature, sizeof(f->signature), "%s", x->signature);
	snprintf(f->what, sizeof(f->what), "%s", x->what);
	snprintf(f->known, sizeof(f->known), "%s", known ? known->bug : "");
	snprintf(f->kernel, sizeof(f->kernel), "%s", i->kernel);
	snprintf(f->release, sizeof(f->release), "%s", i->release);
	snprintf(f->guest, sizeof(f->guest), "%s", guest);
	ff_target_print(&c->program->target, f->target, sizeof(f->target));
	f->seed = c->program->seed;
	f->number = c->program->number;
	f->witnessed = x->witnessed;
	f->guest_seconds_to_first = (double)i->guest_ns / 1e9;
}

void ff_found_seen(struct ff_found *f)
{
	f->last_seen = time(NULL);
	if (!f->first_seen)
		f->first_seen = f->last_seen;
	f->count++;
	f->changed = true;
}

static const char *day(int64_t seconds, char out[24])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(out, 24, "%Y-%m-%dT%H:%M:%SZ", &tm))
		out[0] = '\0';
	return out;
}

static int64_t day_of(const char *text)
{
	struct tm tm = { 0 };

	return text && strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) ? timegm(&tm) : 0;
}

json_t *ff_found_json(const struct ff_found *f, const char *evidence)
{
	char first[24], last[24];

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:i,s:i,s:i,s:i,s:I,s:f,s:b,s:s,s:s,s:s}",
			 "oracle", f->oracle, "verdict", f->verdict, "signature", f->signature,
			 "what", f->what, "known", f->known, "kernel", f->kernel,
			 "release", f->release, "guest", f->guest, "target", f->target,
			 "seed", (json_int_t)f->seed, "number", (json_int_t)f->number,
			 "hits", f->hits, "runs", f->runs, "programs", f->programs,
			 "count", f->count, "calls_to_first", (json_int_t)f->calls_to_first,
			 "guest_seconds_to_first", f->guest_seconds_to_first,
			 "witnessed", f->witnessed, "first_seen", day(f->first_seen, first),
			 "last_seen", day(f->last_seen, last), "evidence", evidence ? evidence : "");
}

static void get_text(const json_t *j, const char *key, char *out, size_t n)
{
	const char *s = json_string_value(json_object_get(j, key));

	snprintf(out, n, "%s", s ? s : "");
}

static uint64_t get_int(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

void ff_found_load(struct ff_found *f, const json_t *j)
{
	memset(f, 0, sizeof(*f));
	get_text(j, "oracle", f->oracle, sizeof(f->oracle));
	get_text(j, "verdict", f->verdict, sizeof(f->verdict));
	get_text(j, "signature", f->signature, sizeof(f->signature));
	get_text(j, "what", f->what, sizeof(f->what));
	get_text(j, "known", f->known, sizeof(f->known));
	get_text(j, "kernel", f->kernel, sizeof(f->kernel));
	get_text(j, "release", f->release, sizeof(f->release));
	get_text(j, "guest", f->guest, sizeof(f->guest));
	get_text(j, "target", f->target, sizeof(f->target));
	f->seed = get_int(j, "seed");
	f->number = get_int(j, "number");
	f->hits = (unsigned int)get_int(j, "hits");
	f->runs = (unsigned int)get_int(j, "runs");
	f->programs = (unsigned int)get_int(j, "programs");
	f->count = (unsigned int)get_int(j, "count");
	f->calls_to_first = get_int(j, "calls_to_first");
	f->guest_seconds_to_first = json_number_value(json_object_get(j, "guest_seconds_to_first"));
	f->witnessed = json_is_true(json_object_get(j, "witnessed"));
	f->first_seen = day_of(json_string_value(json_object_get(j, "first_seen")));
	f->last_seen = day_of(json_string_value(json_object_get(j, "last_seen")));
}
