/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Editing programs: take calls, threads and slots out, put calls in, and keep
 * what is left a program. For the minimiser and the mutator.
 *
 * What depends on a call that goes, goes too: users of the slot it made (of a
 * vector only the piece, while others are left), and meeting points at which
 * one thread alone is left. An edit can still make a program illegal in one
 * way: without its mremap a range may lie outside its map. Callers that need a
 * legal program ask ff_program_check().
 */
#ifndef FF_FUZZER_EDIT_H
#define FF_FUZZER_EDIT_H

#include "fuzzer/call.h"

/** ff_edit_drop() - remove the calls that are marked in @drop (one for each call), and what depends on them */
void ff_edit_drop(struct ff_program *p, const bool *drop);

/** ff_edit_remove_call() - remove call @i and what depends on it */
void ff_edit_remove_call(struct ff_program *p, unsigned int i);

/** ff_edit_remove_thread() - remove thread @t with its calls; the threads after it move up, one always stays */
void ff_edit_remove_thread(struct ff_program *p, unsigned int t);

/**
 * ff_edit_insert() - put @c before call @at; it belongs to c->thread
 *
 * @at must be a place of that thread: from its first call to one past its last
 * (ff_edit_first()). Nothing else is changed: slots are the caller's care.
 * Return: false when there is no room for one more.
 */
bool ff_edit_insert(struct ff_program *p, unsigned int at, const struct ff_call *c);

/** ff_edit_first() - index of the first call of thread @t (or FF_SETUP); of @t + 1: one past its last */
unsigned int ff_edit_first(const struct ff_program *p, unsigned int t);

/** ff_edit_makes() - does the call make this slot; ff_edit_uses() - does it name it as an argument */
bool ff_edit_makes(const struct ff_call *c, enum ff_result kind, unsigned int slot);
bool ff_edit_uses(const struct ff_call *c, enum ff_result kind, unsigned int slot);

/** ff_edit_rename() - in all arguments of the call that name slot @from, name @to; who makes it is left */
void ff_edit_rename(struct ff_call *c, enum ff_result kind, unsigned int from, unsigned int to);

/** ff_edit_free_meet() - a meeting point that no call has, or -1 */
int ff_edit_free_meet(const struct ff_program *p);

/**
 * ff_edit_tidy() - remove threads without calls (one stays) and number files,
 * slots and meeting points in the order of their first use
 */
void ff_edit_tidy(struct ff_program *p);

#endif
