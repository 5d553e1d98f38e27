// SPDX-License-Identifier: GPL-2.0-only
/* Reading a campaign's folder for a report. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracles/case_text.h"
#include "runner/cache.h"
#include "runner/msg.h"
#include "runner/report/report.h"
#include "runner/repro_found.h"

/* A file of the folder that need not be there; one that is there and no JSON is worth a word. */
static json_t *load(const char *dir, const char *name)
{
	char path[3600];
	json_error_t e;
	json_t *j;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (access(path, F_OK))
		return NULL;
	j = json_load_file(path, 0, &e);
	if (!j)
		ff_msg_warn("%s:%d: %s; the report goes without it", path, e.line, e.text);
	return j;
}

/* Unknown bugs first: they are why somebody looks. */
static int compare(const void *a, const void *b)
{
	const struct ff_report_finding *x = a, *y = b;
	int known = !!*ff_json_text(x->j, "known") - !!*ff_json_text(y->j, "known");

	return known ? known : strcmp(x->name, y->name);
}

static int add(struct ff_report *r, const char *name)
{
	struct ff_report_finding *all;
	char path[300];
	json_t *j;

	/* The name stands in commands that people copy: only what signatures are made of. */
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._+-") != strlen(name)) {
		r->unread++;
		return 0;
	}
	snprintf(path, sizeof(path), "findings/%s/finding.json", name);
	j = load(r->dir, path);
	if (!json_is_object(j)) {
		json_decref(j);
		r->unread++;
		return 0;
	}
	all = reallocarray(r->finding, r->n + 1, sizeof(*all));
	if (!all) {
		json_decref(j);
		return -ENOMEM;
	}
	r->finding = all;
	snprintf(all[r->n].name, sizeof(all[r->n].name), "%s", name);
	all[r->n++].j = j;
	return 0;
}

static int list(struct ff_report *r)
{
	char path[3100];
	struct dirent *e;
	int ret = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/findings", r->dir);
	d = opendir(path);
	if (!d)
		return r->summary || r->regress ? 0 : -ENOENT;
	while (!ret && (e = readdir(d)))
		if (e->d_name[0] != '.')
			ret = add(r, e->d_name);
	closedir(d);
	if (r->n)
		qsort(r->finding, r->n, sizeof(*r->finding), compare);
	return ret;
}

int ff_report_open(struct ff_report *r, const char *dir)
{
	int ret;

	memset(r, 0, sizeof(*r));
	snprintf(r->dir, sizeof(r->dir), "%s", dir);
	r->summary = load(dir, "summary.json");
	r->regress = load(dir, "regress.json");
	ret = list(r);
	if (ret == -ENOENT)
		ff_msg_error("%s has no findings/, no summary.json and no regress.json: it is no folder that "
			     "`foliofuzz fuzz --out` or `regress` left", dir);
	else if (ret)
		ff_msg_error("no memory for the findings of %s", dir);
	if (ret)
		ff_report_close(r);
	return ret;
}

void ff_report_close(struct ff_report *r)
{
	for (unsigned int i = 0; i < r->n; i++)
		json_decref(r->finding[i].j);
	free(r->finding);
	json_decref(r->summary);
	json_decref(r->regress);
	memset(r, 0, sizeof(*r));
}

const struct ff_report_finding *ff_report_find(const struct ff_report *r, const char *signature)
{
	for (unsigned int i = 0; i < r->n; i++)
		if (!strcmp(r->finding[i].name, signature))
			return &r->finding[i];
	return NULL;
}

char *ff_report_file(const struct ff_report *r, const struct ff_report_finding *f, const char *fmt, ...)
{
	char path[4000];
	size_t used = (size_t)snprintf(path, sizeof(path), "%s/findings/%s/", r->dir, f->name), len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path + used, sizeof(path) - used, fmt, ap);
	va_end(ap);
	return ff_read_file(path, &len);
}

/* As it was told when it was found: for a judge that does not find it any more. */
static void as_told(struct ff_finding *f, const struct ff_report_finding *from)
{
	const char *evidence = ff_json_text(from->j, "evidence"), *saw = strstr(evidence, "seen by: call ");

	memset(f, 0, sizeof(*f));
	snprintf(f->oracle, sizeof(f->oracle), "%s", ff_json_text(from->j, "oracle"));
	snprintf(f->verdict, sizeof(f->verdict), "%s", ff_json_text(from->j, "verdict"));
	snprintf(f->signature, sizeof(f->signature), "%s", ff_json_text(from->j, "signature"));
	snprintf(f->what, sizeof(f->what), "%s", ff_json_text(from->j, "what"));
	snprintf(f->evidence, sizeof(f->evidence), "%s", evidence);
	f->call = saw ? atoi(saw + 14) : -1;
	f->thread = -1;
	f->witnessed = json_is_true(json_object_get(from->j, "witnessed"));
}

/* "the same bug, by the witness: unmap..." names a finding of the same run that has a moment. */
static void choose_shown(struct ff_report_case *rc, const struct ff_findings *all)
{
	const char *same = strstr(rc->f.evidence, "the same bug, by the witness: ");

	rc->shown = rc->f;
	if (!same || strcmp(rc->f.oracle, "kernel-log"))
		return;
	same += strlen("the same bug, by the witness: ");
	for (unsigned int i = 0; i < all->n; i++)
		if (strlen(all->f[i].signature) == strcspn(same, "\n") &&
		    !strncmp(all->f[i].signature, same, strcspn(same, "\n")))
			rc->shown = all->f[i];
}

static void judge(struct ff_report_case *rc, const char *signature)
{
	struct ff_findings *all = calloc(1, sizeof(*all));
	struct ff_judge *j = ff_judge_open(~0U);

	if (all && j)
		ff_judge(j, rc->c, all);
	for (unsigned int i = 0; all && i < all->n && !rc->again; i++) {
		if (strcmp(all->f[i].signature, signature))
			continue;
		rc->f = all->f[i];
		rc->again = true;
	}
	if (!rc->again)
		snprintf(rc->why, sizeof(rc->why), all && j ? "The judge of today does not find this in the history "
			 "any more; what is marked is what was told then." : "There was no memory to judge it again.");
	rc->shown = rc->f;
	if (rc->again)
		choose_shown(rc, all);
	ff_judge_close(j);
	free(all);
}

void ff_report_case_open(struct ff_report_case *rc, const struct ff_report *r,
			 const struct ff_report_finding *f, const char *path)
{
	char *text = ff_report_file(r, f, "%s", path);
	struct ff_error e = { 0 };
	int ret;

	memset(rc, 0, sizeof(*rc));
	as_told(&rc->f, f);
	if (!text) {
		snprintf(rc->why, sizeof(rc->why), "Its history cannot be read: %s.", strerror(errno));
		return;
	}
	ret = ff_case_read(text, strlen(text), &rc->c, &e);
	free(text);
	if (ret) {
		rc->c = NULL;
		snprintf(rc->why, sizeof(rc->why), "Its history cannot be read: line %u: %s.", e.line,
			 ret == -ENOMEM ? "no memory" : e.text);
		return;
	}
	judge(rc, rc->f.signature);
}

void ff_report_small_open(struct ff_report_case *rc, const struct ff_report *r, const struct ff_report_finding *f)
{
	char path[400];

	snprintf(path, sizeof(path), "minimized/findings/%s/history", f->name);
	ff_report_case_open(rc, r, f, path);
}

void ff_report_case_close(struct ff_report_case *rc)
{
	ff_case_free(rc->c);
	rc->c = NULL;
}

void ff_report_seen(const struct ff_report_finding *f, char *out, size_t n)
{
	long long count = ff_json_int(f->j, "count"), programs = ff_json_int(f->j, "programs");

	snprintf(out, n, "%lld time%s", count, count == 1 ? "" : "s");
	if (programs)
		snprintf(out + strlen(out), n - strlen(out), ", in %lld program%s", programs, programs == 1 ? "" : "s");
}

char *ff_report_c_file(const struct ff_report *r, const struct ff_report_finding *f, char *why, size_t n)
{
	struct ff_repro_found *found = calloc(1, sizeof(*found));
	char dir[3600], path[3700], *text = NULL;
	int ret;

	snprintf(dir, sizeof(dir), "%s/findings/%s", r->dir, f->name);
	snprintf(path, sizeof(path), "%s/minimized/program.ff", dir);
	ret = found ? ff_repro_named(found, dir) : -ENOMEM;
	if (!ret && !access(path, F_OK)) {
		ret = ff_repro_named(found, path);
		found->about[0] = '\0';
	}
	if (ret == -EINVAL)
		snprintf(why, n, "the folder's program or finding.json cannot be read");
	else if (!ret && (ret = ff_repro_found_text(found, "repro", &text)) == -EINVAL)
		snprintf(why, n, "\"%s\" is no signature of a law that C files can check", found->signature);
	if (ret && ret != -EINVAL)
		snprintf(why, n, "%s", strerror(-ret));
	free(found);
	return text;
}
