// SPDX-License-Identifier: GPL-2.0-only
/*
 * Issues: bugs. Incidents: a bug showed in a test, or was expected and did not.
 *
 * The same bug must have the same id on every kernel, in every night, whether it
 * showed or not: so it is named by the first pattern that its program has for
 * it, and by its signature only when the program knows no such bug.
 */
#include <fnmatch.h>
#include <string.h>

#include "runner/regress/kcidb.h"

/* Several patterns may be of one bug: they have the same words. */
static const struct ff_regress_expected *first_of(const struct ff_regress_result *x, unsigned int i)
{
	for (unsigned int j = 0; j < i; j++)
		if (x->expected[i].known[0] && !strcmp(x->expected[j].known, x->expected[i].known))
			return &x->expected[j];
	return &x->expected[i];
}

static const struct ff_regress_expected *bug_of(const struct ff_regress_result *x, const char *signature)
{
	for (unsigned int i = 0; i < x->nexpected; i++)
		if (!fnmatch(x->expected[i].signature, signature, 0))
			return first_of(x, i);
	return NULL;
}

static void issue(struct ff_kcidb *k, const char *name, const char *what, const char *comment)
{
	json_t *o = ff_kcidb_object(k, "%s", name), *culprit;

	json_object_set_new(o, "version", json_integer(1));
	ff_kcidb_text(o, "report_subject", what[0] ? what : name, 1024);
	ff_kcidb_text(o, "comment", comment[0] ? comment : what, 4096);
	culprit = json_pack("{s:b,s:b,s:b}", "code", 1, "tool", 0, "harness", 0);
	json_object_set_new(o, "culprit", culprit);
	ff_kcidb_add(k->issues, o);
}

static void incident(struct ff_kcidb *k, const char *name, const char *test, int present, const char *comment,
		     json_t *misc)
{
	/* A test's id begins with the origin, too; once is enough. */
	json_t *o = ff_kcidb_object(k, "%s.%s", strchr(test, ':') + 1, name), *issue_id = ff_kcidb_object(k, "%s", name);

	json_object_set(o, "issue_id", json_object_get(issue_id, "id"));
	json_object_set_new(o, "issue_version", json_integer(1));
	json_object_set_new(o, "test_id", json_string(test));
	json_object_set_new(o, "present", json_boolean(present));
	ff_kcidb_text(o, "comment", comment, 4096);
	json_object_set_new(o, "misc", misc);
	json_decref(issue_id);
	ff_kcidb_add(k->incidents, o);
}

static void showed(struct ff_kcidb *k, const struct ff_regress_result *x, const struct ff_regress_signature *s,
		   const char *test)
{
	const struct ff_regress_expected *bug = bug_of(x, s->signature);
	const char *name = bug ? bug->signature : s->signature;
	json_t *misc = json_object();

	ff_kcidb_text(misc, "signature", s->signature, sizeof(s->signature) * 4);
	json_object_set_new(misc, "hits", json_integer(s->hits));
	json_object_set_new(misc, "runs", json_integer(x->runs));
	issue(k, name, bug && bug->known[0] ? bug->known : s->what, s->what);
	incident(k, name, test, 1, s->what, misc);
}

void ff_kcidb_bugs(struct ff_kcidb *k, const struct ff_regress_result *x, const char *test)
{
	json_t *misc;

	for (unsigned int i = 0; i < x->nsignatures; i++)
		showed(k, x, &x->signatures[i], test);
	if (x->verdict != FF_REGRESS_FIXED)
		return;
	for (unsigned int i = 0; i < x->nexpected; i++) {
		if (first_of(x, i) != &x->expected[i])
			continue;
		misc = json_object();
		json_object_set_new(misc, "runs", json_integer(x->runs));
		issue(k, x->expected[i].signature, x->expected[i].known, "");
		incident(k, x->expected[i].signature, test, 0, x->reason, misc);
	}
}
