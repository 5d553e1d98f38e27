/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The store: OUT/findings/SIGNATURE/ and OUT/lost/, written so that whatever
 * ends us leaves each folder whole, old or new.
 */
#ifndef FF_RUNNER_STORE_H
#define FF_RUNNER_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "oracles/judge.h"

/**
 * struct ff_found - a finding as the campaign keeps it: what finding.json says
 * @what: one line for people
 * @known: text of the known bug, or ""
 * @guest: kernel as the commands in README name it ("--kernel bookworm", "--here")
 * @threads, @without: other settings of the generator that made it, "" if none
 * @hits, @runs: of the replays of program.ff
 * @count: how often it was seen, by earlier campaigns into this folder too
 * @programs: different programs that were replayed for it
 * @calls_to_first, @guest_seconds_to_first: into its campaign, at the first sight
 * @first_seen, @last_seen: seconds since 1970
 * @changed: since finding.json was written; not in it
 */
struct ff_found {
	char oracle[16], verdict[32], signature[160];
	char what[400], known[200], kernel[96], release[96], guest[128], target[128];
	uint64_t seed, number;
	unsigned int hits, runs, programs, count;
	uint64_t calls_to_first;
	double guest_seconds_to_first;
	int witnessed;
	int64_t first_seen, last_seen;
	bool changed;
};

struct ff_store;
struct ff_session_info;

/** ff_found_describe() - fill from a finding at its first sight; counts and rates stay 0 */
void ff_found_describe(struct ff_found *f, const struct ff_finding *x, const struct ff_case *c,
		       const struct ff_session_info *i, const char *guest);

/**
 * ff_store_open() - use a folder, made if needed; it must be writable
 * Return: 0 or -errno with a message.
 */
int ff_store_open(struct ff_store **st, const char *out);
void ff_store_close(struct ff_store *st);

/**
 * ff_store_lock() - one campaign a folder; it ends with the process
 * @before: process that had it last, 0 if not known
 * Return: 0, or -errno with a message; -EBUSY: somebody has it.
 */
int ff_store_lock(struct ff_store *st, pid_t *before);
const char *ff_store_path(const struct ff_store *st);

/**
 * ff_store_load() - was this signature found by an earlier campaign?
 * @f: its signature is set; the rest is filled
 * Return: 0, or -ENOENT.
 */
int ff_store_load(struct ff_store *st, struct ff_found *f);

/**
 * ff_store_put() - write or replace a finding's whole folder
 * Return: 0 or -errno with one message (-ENOSPC: the disk is full); what was
 * there before stays.
 */
int ff_store_put(struct ff_store *st, const struct ff_found *f, const struct ff_case *c,
		 const struct ff_finding *evidence);

/** ff_store_update() - only finding.json: counts and rates; as ff_store_put() */
int ff_store_update(struct ff_store *st, const struct ff_found *f, const char *evidence);

/** ff_store_lost() - what ran when a guest was lost: OUT/lost/NUMBER-HOW/; as ff_store_put() */
int ff_store_lost(struct ff_store *st, const char *how, const char *words, const struct ff_case *c);

/** ff_store_json() - OUT/@name, replaced in one step; as ff_store_put() */
int ff_store_json(struct ff_store *st, const char *name, const json_t *j);

/**
 * ff_store_log() - a line with the time of day into OUT/campaign.log; as ff_store_put()
 *
 * A log of 8 MiB becomes campaign.log.1, in place of the one before.
 */
int ff_store_log(struct ff_store *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** ff_found_json() - a finding as JSON; a new reference */
json_t *ff_found_json(const struct ff_found *f, const char *evidence);

/** ff_found_load() - back from it; what it lacks is 0 or "" */
void ff_found_load(struct ff_found *f, const json_t *j);

/** ff_found_seen() - it was seen, now */
void ff_found_seen(struct ff_found *f);

#endif
