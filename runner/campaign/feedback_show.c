// SPDX-License-Identifier: GPL-2.0-only
/* What a campaign's feedback did, for people and machines. */
#include "runner/campaign/feedback_state.h"

static const char *const source_name[FF_SOURCES] = { "generated", "mutated" };

static double per_second(const struct ff_feedback_share *s)
{
	return s->guest_ns ? (double)s->features * 1e9 / (double)s->guest_ns : 0;
}

void ff_feedback_print(const struct ff_feedback *fb, FILE *out)
{
	if (fb->cfg.blind) {
		fprintf(out, "signal: %u features seen; no feedback (blind)\n", fb->seen.n);
		return;
	}
	fprintf(out, "signal: %u features seen, %u of them stable in %u kept programs (%u from the corpus); %llu runs more, %.1f guest seconds, to see what is stable\n",
		fb->seen.n, fb->seen.nstable, fb->pool.n, fb->pool.loaded, (unsigned long long)fb->agains,
		(double)fb->again_ns / 1e9);
	for (unsigned int i = 0; i < FF_SOURCES; i++) {
		const struct ff_feedback_share *s = &fb->share[i];

		fprintf(out, "  %-9s %6llu programs, %7.1f guest s: %u kept, %u new stable features (%.2f a guest s), %u findings; part at the end %.0f %%\n",
			source_name[i], (unsigned long long)s->programs, (double)s->guest_ns / 1e9, s->kept,
			s->features, per_second(s), s->findings, 100 * ff_feedback_part(fb, i));
	}
}

static json_t *sources_json(const struct ff_feedback *fb)
{
	json_t *j = json_object();

	for (unsigned int i = 0; i < FF_SOURCES; i++) {
		const struct ff_feedback_share *s = &fb->share[i];

		json_object_set_new(j, source_name[i],
				    json_pack("{s:I,s:f,s:i,s:i,s:f,s:i,s:f}",
					      "programs", (json_int_t)s->programs,
					      "guest_seconds", (double)s->guest_ns / 1e9,
					      "kept", (int)s->kept, "features", (int)s->features,
					      "features_per_guest_second", per_second(s),
					      "findings", (int)s->findings, "part", ff_feedback_part(fb, i)));
	}
	return j;
}

json_t *ff_feedback_json(const struct ff_feedback *fb)
{
	json_t *growth = json_array();

	for (unsigned int i = 0; i < fb->ngrowth; i++) {
		const struct ff_growth *g = &fb->growth[i];

		json_array_append_new(growth, json_pack("[f,i,i,i]", g->seconds, (int)g->features,
							(int)g->stable, (int)g->kept));
	}
	return json_pack("{s:b,s:i,s:i,s:i,s:i,s:I,s:f,s:o,s:o}", "blind", fb->cfg.blind,
			 "features", (int)fb->seen.n, "stable", (int)fb->seen.nstable,
			 "kept", (int)fb->pool.n, "loaded", (int)fb->pool.loaded,
			 "runs_again", (json_int_t)fb->agains, "again_guest_seconds", (double)fb->again_ns / 1e9,
			 "sources", sources_json(fb), "growth", growth);
}
