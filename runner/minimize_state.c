// SPDX-License-Identifier: GPL-2.0-only
#include "runner/minimize_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/cache.h"
#include "runner/msg.h"
#include "runner/proc.h"
#include "runner/store_text.h"

static const char *algorithm(const struct ff_min_job *j)
{
	return j->cfg.ddmin ? "ddmin" : "foliofuzz";
}

char *ff_min_text(const struct ff_min_job *j)
{
	const struct ff_minimize *m = j->search;
	char head[600];

	snprintf(head, sizeof(head), "%s\n%s%s: %u/%u runs hit; minimised from %u calls, %u threads, that hit %u/%u",
		 j->signature[0] ? j->signature : j->pattern, j->o.here ? "--here" : "--kernel ",
		 j->o.here ? "" : j->o.session.kernel, m->rate.hits, m->rate.runs, m->calls, m->threads,
		 m->first.hits, m->first.runs);
	return ff_text_program(&m->best, head);
}

static int save_program(const struct ff_min_job *j)
{
	char path[4096], *text = ff_min_text(j);
	int ret;

	if (!text)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/program.ff", j->o.out);
	ret = ff_write_file(path, text, strlen(text));
	if (ret)
		ff_msg_error("cannot write %s: %s", path, strerror(-ret));
	free(text);
	return ret;
}

int ff_min_state_save(struct ff_min_job *j)
{
	json_t *state = ff_minimize_json(j->search);
	int ret;

	json_object_set_new(state, "pattern", json_string(j->pattern));
	json_object_set_new(state, "signature", json_string(j->signature));
	json_object_set_new(state, "seconds", json_real(ff_min_seconds(j)));
	ret = ff_store_json(j->store, "state.json", state);
	json_decref(state);
	j->accepted = j->search->accepted;
	j->saved_ms = ff_now_ms();
	return ret ? ret : save_program(j);
}

static int not_ours(const char *path, const char *why)
{
	ff_msg_error("%s: %s; give another --out, or remove it to begin anew", path, why);
	return -EINVAL;
}

int ff_min_state_load(struct ff_min_job *j)
{
	char path[4096];
	const char *pattern;
	json_error_t e;
	json_t *state;
	int ret;

	snprintf(path, sizeof(path), "%s/state.json", j->o.out);
	state = json_load_file(path, 0, &e);
	if (!state && json_error_code(&e) == json_error_cannot_open_file)
		return 0;
	if (!state)
		return not_ours(path, "this is no state of minimize");
	pattern = json_string_value(json_object_get(state, "pattern"));
	if (pattern && j->pattern[0] && strcmp(pattern, j->pattern))
		ret = not_ours(path, "this search was for another signature");
	else
		ret = ff_minimize_load(j->search, state) ? not_ours(path, "this is no state of a search with this program") : 0;
	if (!ret) {
		snprintf(j->pattern, sizeof(j->pattern), "%s", pattern ? pattern : "");
		snprintf(j->signature, sizeof(j->signature), "%s", json_string_value(json_object_get(state, "signature")) ?: "");
		j->elapsed_before = json_number_value(json_object_get(state, "seconds"));
		ff_msg_info("minimize: going on in %s after %.0f s: %u -> %u calls", j->o.out, j->elapsed_before,
			    j->search->calls, j->search->best.ncalls);
	}
	json_decref(state);
	return ret;
}

json_t *ff_min_json(const struct ff_min_job *j)
{
	const struct ff_minimize *m = j->search;
	char *text = ff_min_text(j);
	json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:b,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i}", "signature", j->signature, "kernel",
			      j->o.here ? "here" : j->o.session.kernel, "algorithm", algorithm(j), "ended", j->ended,
			      "reproduced", m->first.hits > 0, "calls_before", (int)m->calls, "calls", (int)m->best.ncalls,
			      "threads_before", (int)m->threads, "threads", (int)m->best.nthreads,
			      "first_hits", (int)m->first.hits, "first_runs", (int)m->first.runs,
			      "hits", (int)m->rate.hits, "runs", (int)m->rate.runs);
	json_t *more = json_pack("{s:I,s:I,s:I,s:f,s:f}", "total_runs", (json_int_t)m->runs, "candidates",
				 (json_int_t)m->candidates, "accepted", (json_int_t)m->accepted, "seconds",
				 ff_min_seconds(j), "guest_seconds",
				 j->session ? (double)ff_session_info(j->session)->guest_ns / 1e9 : 0.0);

	json_object_update(o, more);
	json_decref(more);
	json_object_set_new(o, "restarts", json_integer(j->session ? ff_session_info(j->session)->restarts : 0));
	json_object_set_new(o, "program", json_string(text ? text : ""));
	free(text);
	return o;
}

int ff_min_result_save(struct ff_min_job *j)
{
	json_t *o = ff_min_json(j);
	int ret = ff_store_json(j->store, "minimize.json", o);

	json_decref(o);
	return ret ? ret : save_program(j);
}
