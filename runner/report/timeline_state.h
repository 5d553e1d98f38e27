/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the timeline's making share; for runner/report/timeline*.c only. */
#ifndef FF_RUNNER_REPORT_TIMELINE_STATE_H
#define FF_RUNNER_REPORT_TIMELINE_STATE_H

#include "runner/report/timeline.h"

/** ff_tl_lanes() - lanes of threads, files and memory */
void ff_tl_lanes(struct ff_timeline *t);

/** ff_tl_lane_of() - the lane of an event */
unsigned int ff_tl_lane_of(const struct ff_timeline *t, const struct ff_event *e);

/** ff_tl_roles() - what the evidence of @f says of calls and events; the moment of violation */
void ff_tl_roles(struct ff_timeline *t, const struct ff_finding *f);

/** ff_tl_zoom() - choose the part that is shown large */
void ff_tl_zoom(struct ff_timeline *t);

#endif
