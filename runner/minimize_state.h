/* SPDX-License-Identifier: GPL-2.0-only */
/* What minimise keeps in its folder: the best program so far, the state of the search, the result. */
#ifndef FF_RUNNER_MINIMIZE_STATE_H
#define FF_RUNNER_MINIMIZE_STATE_H

#include "runner/minimize.h"

/** ff_min_state_save() - OUT/program.ff and OUT/state.json, each replaced in one step; 0 or -errno with a message */
int ff_min_state_save(struct ff_min_job *j);

/**
 * ff_min_state_load() - go on where an earlier command stopped
 * Return: 0: yes, or there is nothing; -EINVAL with a message: what is there is of another search.
 */
int ff_min_state_load(struct ff_min_job *j);

/** ff_min_result_save() - OUT/program.ff with its measured rate, OUT/minimize.json; as ff_min_state_save() */
int ff_min_result_save(struct ff_min_job *j);

/** ff_min_text() - the best program as text, with what is known of it on top; malloc()ed or NULL */
char *ff_min_text(const struct ff_min_job *j);

/** ff_min_json() - the result for machines; a new reference */
json_t *ff_min_json(const struct ff_min_job *j);

#endif
