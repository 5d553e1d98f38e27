/* SPDX-License-Identifier: GPL-2.0-only */
/* Names in the text form of a case, for writing and reading it. */
#ifndef FF_ORACLES_CASE_NAMES_H
#define FF_ORACLES_CASE_NAMES_H

#include "oracles/number_text.h"

extern const struct ff_flag_name ff_history_flags[], ff_record_flags[];
extern const char *const ff_state_names[];	/* enum ff_call_state; NULL ends */
extern const char *const ff_run_names[];	/* enum ff_run_kind; NULL ends */
extern const char *const ff_swapoff_names[];	/* enum ff_swapoff; NULL ends */

#endif
