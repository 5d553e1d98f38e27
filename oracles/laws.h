/* SPDX-License-Identifier: GPL-2.0-only */
/* The laws, as the table in judge.c calls them; model is a struct ff_model. */
#ifndef FF_ORACLES_LAWS_H
#define FF_ORACLES_LAWS_H

#include "oracles/judge.h"

void ff_judge_data(const struct ff_case *c, void *model, struct ff_findings *out);
void ff_judge_seek(const struct ff_case *c, void *model, struct ff_findings *out);
void ff_judge_mincore(const struct ff_case *c, void *model, struct ff_findings *out);
void ff_judge_errno(const struct ff_case *c, void *model, struct ff_findings *out);
void ff_judge_unmap(const struct ff_case *c, void *model, struct ff_findings *out);
void ff_judge_hang(const struct ff_case *c, void *model, struct ff_findings *out);
void ff_judge_leak(const struct ff_case *c, void *model, struct ff_findings *out);
void ff_judge_kernel_log(const struct ff_case *c, void *model, struct ff_findings *out);

#endif
