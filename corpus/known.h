/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Known kernel bugs, by the signatures of their findings. A label for
 * reports and nothing more: a known finding is judged, kept and counted.
 */
#ifndef FF_CORPUS_KNOWN_H
#define FF_CORPUS_KNOWN_H

/**
 * struct ff_known - one row of the table
 * @pattern: fnmatch(3) on the signature
 * @bug: what it is, and the commit that fixes it
 * @witnessed: the symptom alone does not tell this bug from another: only a
 *	finding whose cause the witness saw is known
 */
struct ff_known {
	const char *pattern, *bug;
	int witnessed;
};

/** ff_known_find() - the row of a finding, or NULL; @witnessed of struct ff_finding */
const struct ff_known *ff_known_find(const char *signature, int witnessed);

#endif
