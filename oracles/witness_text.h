/* SPDX-License-Identifier: GPL-2.0-only */
/* Witness events as lines of text (docs/history.md). */
#ifndef FF_ORACLES_WITNESS_TEXT_H
#define FF_ORACLES_WITNESS_TEXT_H

#include <stdio.h>

#include "bpf/event.h"

/** ff_event_write() - "event cow_end time=... pfn=..." and a newline; fields that are 0 are left out */
void ff_event_write(const struct ff_event *e, FILE *out);

/** ff_event_kind() - the kind with this name, or -1 */
int ff_event_kind(const char *name, size_t len);

/**
 * ff_event_field() - set one field
 * @key: as written, @value: number, or words of flags joined with |
 * Return: 0, or -EINVAL when there is no such field or the value is not one.
 */
int ff_event_field(struct ff_event *e, const char *key, const char *value);

#endif
