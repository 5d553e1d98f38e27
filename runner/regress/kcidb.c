// SPDX-License-Identifier: GPL-2.0-only
/* A report in kcidb's schema 5.3 (github.com/kernelci/kcidb-io, kcidb_io/schema/v05_03.py). */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "corpus/set.h"
#include "runner/regress/kcidb.h"
#include "runner/utc.h"

#define ORIGIN	"foliofuzz"
#define TEXT_MAX 4096

/* A guest runs this same binary. */
#if defined(__x86_64__)
#define ARCHITECTURE	"x86_64"
#elif defined(__aarch64__)
#define ARCHITECTURE	"arm64"
#else
#error "how does kcidb call this architecture?"
#endif

int ff_kcidb_origin_ok(const char *origin)
{
	return origin[0] && !origin[strspn(origin, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

int ff_kcidb_url_ok(const char *url)
{
	const char *rest = url + strspn(url, "abcdefghijklmnopqrstuvwxyz");

	if (rest == url || strncmp(rest, "://", 3) || !rest[3])
		return 0;
	for (; *rest; rest++)
		if (*rest <= ' ' || *rest > '~' || strchr("\"<>\\^`{|}", *rest))
			return 0;
	return 1;
}

static void set_clean(json_t *o, const char *key, const char *text, size_t max, int lines)
{
	char *clean = ff_regress_clean(text, max, lines);

	if (clean && clean[0])
		json_object_set_new(o, key, json_string(clean));
	free(clean);
}

void ff_kcidb_text(json_t *o, const char *key, const char *text, size_t max)
{
	set_clean(o, key, text, max, 1);
}

json_t *ff_kcidb_object(const struct ff_kcidb *k, const char *fmt, ...)
{
	json_t *o = json_object();
	char *id = NULL, *all = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&id, fmt, ap) < 0)
		id = NULL;
	va_end(ap);
	if (id && asprintf(&all, "%s:%s", k->origin, id) > 0)
		set_clean(o, "id", all, TEXT_MAX, 0);
	json_object_set_new(o, "origin", json_string(k->origin));
	free(id);
	free(all);
	return o;
}

int ff_kcidb_add(json_t *array, json_t *o)
{
	size_t i;
	json_t *other;

	json_array_foreach(array, i, other)
		if (json_equal(json_object_get(other, "id"), json_object_get(o, "id"))) {
			json_decref(o);
			return 0;
		}
	return !json_array_append_new(array, o);
}

static void hash16(const char *text, char out[17])
{
	struct ff_id id = ff_id_of(text);
	char all[FF_ID_TEXT];

	ff_id_text(&id, all);
	snprintf(out, 17, "%.16s", all);
}

/* What was measured makes the run's name: wall clocks to the last bit are never the same twice. */
static int name_run(struct ff_kcidb *k)
{
	const struct ff_regress *r = k->r;
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return -1;
	fprintf(f, "%s %a %u/%u\n", r->started, r->seconds, r->shard, r->shards);
	for (unsigned int i = 0; i < r->nkernels; i++)
		fprintf(f, "%s|%s|%s|%s\n", r->kernels[i].name, r->kernels[i].release, r->kernels[i].append,
			r->kernels[i].skipped);
	for (unsigned int i = 0; i < r->nresults; i++)
		fprintf(f, "%s %u %u %u %u %a\n", r->programs[r->results[i].program].name, r->results[i].kernel,
			r->results[i].verdict, r->results[i].runs, r->results[i].hits, r->results[i].seconds);
	if (!fclose(f))
		hash16(text, k->run);
	free(text);
	return k->run[0] ? 0 : -1;
}

/* The source of a kernel, and the kernel: two kernels of one release and version are one build. */
static void add_kernel(struct ff_kcidb *k, const struct ff_regress_kernel *kernel, char build[17])
{
	json_t *o, *misc = json_object();
	char text[sizeof(*kernel)];

	snprintf(text, sizeof(text), "%s\n%s\n%s", kernel->release, kernel->version,
		 kernel->release[0] ? "" : kernel->name);
	hash16(text, build);
	snprintf(text, sizeof(text), "Linux %s%s%s", kernel->release[0] ? kernel->release : kernel->name,
		 kernel->version[0] ? ", " : "", kernel->version);

	o = ff_kcidb_object(k, "source-%s", build);
	ff_kcidb_text(o, "comment", text, TEXT_MAX);
	if (kernel->release[0])
		json_object_set_new(o, "valid", json_true());
	ff_kcidb_add(k->checkouts, o);

	o = ff_kcidb_object(k, "build-%s", build);
	snprintf(text, sizeof(text), "%s:source-%s", k->origin, build);
	ff_kcidb_text(o, "checkout_id", text, TEXT_MAX);
	json_object_set_new(o, "architecture", json_string(ARCHITECTURE));
	/* We did not build it; but what ran was built. */
	if (kernel->release[0])
		json_object_set_new(o, "status", json_string("PASS"));
	ff_kcidb_text(misc, "release", kernel->release, TEXT_MAX);
	ff_kcidb_text(misc, "version", kernel->version, TEXT_MAX);
	json_object_set_new(o, "misc", misc);
	ff_kcidb_add(k->builds, o);
}

static json_t *new_test(struct ff_kcidb *k, unsigned int kernel, const char *build, const char *name)
{
	const struct ff_regress_kernel *x = &k->r->kernels[kernel];
	json_t *o = ff_kcidb_object(k, "%s.%u.%s", k->run, kernel + 1, name), *environment = json_object();
	json_t *misc = json_object();
	char id[96];

	snprintf(id, sizeof(id), "%s:build-%s", k->origin, build);
	ff_kcidb_text(o, "build_id", id, TEXT_MAX);
	ff_kcidb_text(environment, "comment", !strcmp(x->accel, "native") ? "on the machine itself" :
		      !strcmp(x->accel, "tcg") ? "QEMU guest, emulated" :
		      !strcmp(x->accel, "kvm") ? "QEMU guest, KVM" : "", TEXT_MAX);
	ff_kcidb_text(misc, "kernel", x->name, TEXT_MAX);
	ff_kcidb_text(misc, "append", x->append, TEXT_MAX);
	ff_kcidb_text(misc, "accel", x->accel, TEXT_MAX);
	json_object_set_new(environment, "misc", misc);
	json_object_set_new(o, "environment", environment);
	return o;
}

/* Seconds since r->started as the schema's date-time; left out when the start is none. */
static void set_start(json_t *o, const struct ff_regress *r, double after)
{
	time_t t = (time_t)ff_utc_parse(r->started);
	char text[40], whole[24];
	struct tm tm;

	if (!t)
		return;
	t += (time_t)after;
	gmtime_r(&t, &tm);
	strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03u+00:00", whole, (unsigned int)((after - floor(after)) * 1000));
	json_object_set_new(o, "start_time", json_string(text));
}

static json_t *test_misc(const struct ff_regress *r, const struct ff_regress_result *x)
{
	const struct ff_regress_program *p = &r->programs[x->program];
	json_t *misc = json_object(), *list = json_array(), *o;
	char shard[32];

	ff_kcidb_text(misc, "verdict", ff_regress_verdict_name(x->verdict), TEXT_MAX);
	ff_kcidb_text(misc, "about", p->about, TEXT_MAX);
	ff_kcidb_text(misc, "source", p->source, TEXT_MAX);
	json_object_set_new(misc, "runs", json_integer(x->runs));
	json_object_set_new(misc, "hits", json_integer(x->hits));
	if (x->rate >= 0)
		json_object_set_new(misc, "baseline_rate", json_real(x->rate));
	if (x->miss_odds >= 0)
		json_object_set_new(misc, "miss_odds", json_real(x->miss_odds));
	for (unsigned int i = 0; i < x->nsignatures; i++) {
		o = json_object();
		ff_kcidb_text(o, "signature", x->signatures[i].signature, TEXT_MAX);
		json_object_set_new(o, "hits", json_integer(x->signatures[i].hits));
		json_array_append_new(list, o);
	}
	json_object_set_new(misc, "signatures", list);
	snprintf(shard, sizeof(shard), "%u/%u", r->shard, r->shards);
	ff_kcidb_text(misc, "shard", shard, TEXT_MAX);
	return misc;
}

/* foliofuzz.PROGRAM: a dot in the name would be another level. */
static void set_path(json_t *o, const char *program)
{
	char path[sizeof(((struct ff_regress_program *)0)->name) + sizeof("foliofuzz.")];
	size_t n = (size_t)snprintf(path, sizeof(path), "foliofuzz.%s", program);

	for (size_t i = sizeof("foliofuzz.") - 1; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", path[i]))
			path[i] = '_';
	json_object_set_new(o, "path", json_string(path));
}

static void set_files(json_t *o, const char *url)
{
	char *at = NULL;
	size_t n;

	if (!url)
		return;
	n = strlen(url);
	while (n && url[n - 1] == '/')
		n--;
	if (asprintf(&at, "%.*s/regress.json", (int)n, url) < 0)
		return;
	json_object_set_new(o, "output_files", json_pack("[{s:s,s:s}]", "name", "regress.json", "url", at));
	free(at);
}

static void add_result(struct ff_kcidb *k, const struct ff_regress_result *x, const char *build, double after)
{
	static const char *const words[FF_REGRESS_VERDICTS] = {
		[FF_REGRESS_PASS] = "PASS", [FF_REGRESS_FAIL] = "FAIL", [FF_REGRESS_SKIP] = "SKIP",
		[FF_REGRESS_KNOWN] = "FAIL", [FF_REGRESS_FIXED] = "PASS", [FF_REGRESS_FLAKY] = "DONE",
	};
	const struct ff_regress_program *p = &k->r->programs[x->program];
	json_t *o = new_test(k, x->kernel, build, p->name);
	char comment[sizeof(x->reason) + 16];

	set_path(o, p->name);
	snprintf(comment, sizeof(comment), "%s%s%s", ff_regress_verdict_name(x->verdict), x->reason[0] ? ": " : "",
		 x->reason);
	ff_kcidb_text(o, "comment", comment, TEXT_MAX);
	json_object_set_new(o, "status", json_string(words[x->verdict]));
	/* Of a test that did not run nobody may look at a number. */
	if (x->runs && x->verdict != FF_REGRESS_SKIP)
		json_object_set_new(o, "number", json_pack("{s:f,s:s}", "value", (double)x->hits / x->runs,
							   "unit", "hits/run"));
	set_start(o, k->r, after);
	json_object_set_new(o, "duration", json_real(x->seconds));
	if (x->log)
		ff_kcidb_text(o, "log_excerpt", x->log, FF_REGRESS_LOG_MAX);
	set_files(o, k->url);
	json_object_set_new(o, "misc", test_misc(k->r, x));
	json_incref(o);
	if (ff_kcidb_add(k->tests, o))
		ff_kcidb_bugs(k, x, json_string_value(json_object_get(o, "id")));
	json_decref(o);
}

static void add_lost(struct ff_kcidb *k, unsigned int kernel, const char *build)
{
	json_t *o = new_test(k, kernel, build, "kernel");

	json_object_set_new(o, "path", json_string("foliofuzz"));
	ff_kcidb_text(o, "comment", k->r->kernels[kernel].skipped, TEXT_MAX);
	json_object_set_new(o, "status", json_string("MISS"));
	set_files(o, k->url);
	ff_kcidb_add(k->tests, o);
}

json_t *ff_regress_kcidb(const struct ff_regress *r, const struct ff_kcidb_options *o)
{
	struct ff_kcidb k = { .r = r, .origin = o && o->origin ? o->origin : ORIGIN, .url = o ? o->url : NULL };
	double after = 0;
	char build[17];

	if (!ff_kcidb_origin_ok(k.origin) || (k.url && !ff_kcidb_url_ok(k.url)) || name_run(&k))
		return NULL;
	k.checkouts = json_array();
	k.builds = json_array();
	k.tests = json_array();
	k.issues = json_array();
	k.incidents = json_array();
	for (unsigned int i = 0; i < r->nkernels; i++) {
		add_kernel(&k, &r->kernels[i], build);
		if (ff_regress_lost(r, i)) {
			add_lost(&k, i, build);
			continue;
		}
		/* One after another: that is how they are run, and how they are listed. */
		for (unsigned int j = 0; j < r->nresults; j++)
			if (r->results[j].kernel == i) {
				add_result(&k, &r->results[j], build, after);
				after += r->results[j].seconds;
			}
	}
	return json_pack("{s:{s:i,s:i},s:o,s:o,s:o,s:o,s:o}", "version", "major", 5, "minor", 3,
			 "checkouts", k.checkouts, "builds", k.builds, "tests", k.tests, "issues", k.issues,
			 "incidents", k.incidents);
}
