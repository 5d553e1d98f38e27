// SPDX-License-Identifier: GPL-2.0-only
/* A finding as the runner keeps it. */
#include <stdio.h>
#include <string.h>

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

json_t *ff_found_json(const struct ff_found *f, const char *evidence)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:i,s:i,s:i,s:i,s:I,s:f,s:b,s:s}",
			 "oracle", f->oracle, "verdict", f->verdict, "signature", f->signature,
			 "what", f->what, "known", f->known, "kernel", f->kernel,
			 "release", f->release, "guest", f->guest, "target", f->target,
			 "seed", (json_int_t)f->seed, "number", (json_int_t)f->number,
			 "hits", f->hits, "runs", f->runs, "programs", f->programs,
			 "count", f->count, "calls_to_first", (json_int_t)f->calls_to_first,
			 "guest_seconds_to_first", f->guest_seconds_to_first,
			 "witnessed", f->witnessed, "evidence", evidence ? evidence : "");
}
