// SPDX-License-Identifier: GPL-2.0-only
/* A finding as the runner keeps it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "corpus/known.h"
#include "runner/json_read.h"
#include "runner/session.h"
#include "runner/store.h"
#include "runner/utc.h"

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

json_t *ff_found_json(const struct ff_found *f, const char *evidence)
{
	char first[FF_UTC], last[FF_UTC];

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:i,s:i,s:i,s:i,s:I,s:f,s:b,s:s,s:s,s:s}",
			 "oracle", f->oracle, "verdict", f->verdict, "signature", f->signature,
			 "what", f->what, "known", f->known, "kernel", f->kernel,
			 "release", f->release, "guest", f->guest, "target", f->target,
			 "seed", (json_int_t)f->seed, "number", (json_int_t)f->number,
			 "hits", f->hits, "runs", f->runs, "programs", f->programs,
			 "count", f->count, "calls_to_first", (json_int_t)f->calls_to_first,
			 "guest_seconds_to_first", f->guest_seconds_to_first,
			 "witnessed", f->witnessed, "first_seen", ff_utc_print(f->first_seen, first),
			 "last_seen", ff_utc_print(f->last_seen, last), "evidence", evidence ? evidence : "");
}

void ff_found_load(struct ff_found *f, const json_t *j)
{
	memset(f, 0, sizeof(*f));
	ff_json_copy(j, "oracle", f->oracle, sizeof(f->oracle));
	ff_json_copy(j, "verdict", f->verdict, sizeof(f->verdict));
	ff_json_copy(j, "signature", f->signature, sizeof(f->signature));
	ff_json_copy(j, "what", f->what, sizeof(f->what));
	ff_json_copy(j, "known", f->known, sizeof(f->known));
	ff_json_copy(j, "kernel", f->kernel, sizeof(f->kernel));
	ff_json_copy(j, "release", f->release, sizeof(f->release));
	ff_json_copy(j, "guest", f->guest, sizeof(f->guest));
	ff_json_copy(j, "target", f->target, sizeof(f->target));
	f->seed = ff_json_count(j, "seed");
	f->number = ff_json_count(j, "number");
	f->hits = (unsigned int)ff_json_count(j, "hits");
	f->runs = (unsigned int)ff_json_count(j, "runs");
	f->programs = (unsigned int)ff_json_count(j, "programs");
	f->count = (unsigned int)ff_json_count(j, "count");
	f->calls_to_first = ff_json_count(j, "calls_to_first");
	f->guest_seconds_to_first = json_number_value(json_object_get(j, "guest_seconds_to_first"));
	f->witnessed = json_is_true(json_object_get(j, "witnessed"));
	f->first_seen = ff_utc_parse(ff_json_text(j, "first_seen"));
	f->last_seen = ff_utc_parse(ff_json_text(j, "last_seen"));
}
