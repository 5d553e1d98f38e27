/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the writer of kcidb reports. */
#ifndef FF_RUNNER_REGRESS_KCIDB_H
#define FF_RUNNER_REGRESS_KCIDB_H

#include "runner/regress/formats.h"

/**
 * struct ff_kcidb - a report in the making
 * @origin: of all ids
 * @url: where regress.json will be, or NULL
 * @run: hash of what was measured, for ids
 * @checkouts, @builds, @tests, @issues, @incidents: arrays
 */
struct ff_kcidb {
	const struct ff_regress *r;
	const char *origin, *url;
	char run[17];
	json_t *checkouts, *builds, *tests, *issues, *incidents;
};

/** ff_kcidb_object() - a new object with @origin and the id "origin:" and what @fmt says, clean */
__attribute__((format(printf, 2, 3)))
json_t *ff_kcidb_object(const struct ff_kcidb *k, const char *fmt, ...);

/** ff_kcidb_text() - set a clean text of at most @max bytes; an empty one is left out, as the schema wants it */
void ff_kcidb_text(json_t *o, const char *key, const char *text, size_t max);

/** ff_kcidb_add() - append @o, taken over, if no other has its id; true if it was appended */
int ff_kcidb_add(json_t *array, json_t *o);

/** ff_kcidb_bugs() - issues and incidents of one test, which has the id @test */
void ff_kcidb_bugs(struct ff_kcidb *k, const struct ff_regress_result *x, const char *test);

#endif
