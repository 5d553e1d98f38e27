// SPDX-License-Identifier: GPL-2.0-only
/*
 * No guest: writes regression runs in every format, for tests/guest_formats.sh.
 *
 *	guest_formats DIR	DIR/CASE.{ktap,xml,json,lava} and DIR/CASE.want,
 *				what a reader must count: passed failed skipped
 */
#include <errno.h>
#include <stdio.h>

#include "tests/regress_case.h"

static FILE *file(const char *dir, const char *name, const char *suffix)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.%s", dir, name, suffix);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

static void close_file(FILE *f, int ret)
{
	if (ret || fclose(f)) {
		fprintf(stderr, "a writer failed: %s\n", strerror(-ret));
		exit(1);
	}
}

/* Counted from the verdicts alone, as docs/regress.md has them: not from what was written. */
static void want(const struct ff_regress *r, FILE *f)
{
	unsigned int passed = 0, failed = 0, skipped = 0;

	for (unsigned int k = 0; k < r->nkernels; k++) {
		unsigned int n = 0, ran = 0;

		for (unsigned int i = 0; i < r->nresults; i++)
			if (r->results[i].kernel == k) {
				n++;
				ran += r->results[i].verdict != FF_REGRESS_SKIP;
			}
		if (r->kernels[k].skipped[0] && !ran)
			failed++;
		else if (!n)
			skipped++;
		for (unsigned int i = 0; i < r->nresults && !(r->kernels[k].skipped[0] && !ran); i++) {
			if (r->results[i].kernel != k)
				continue;
			switch (r->results[i].verdict) {
			case FF_REGRESS_FAIL:
				failed++;
				break;
			case FF_REGRESS_SKIP:
			case FF_REGRESS_FLAKY:
				skipped++;
				break;
			default:
				passed++;
			}
		}
	}
	fprintf(f, "passed %u failed %u skipped %u\n", passed, failed, skipped);
}

static void write_all(const char *dir, const char *name, struct ff_regress *r)
{
	struct ff_kcidb_options o = { .origin = "ci_9", .url = "https://ci.example.org/runs/1/" };
	json_t *j = ff_regress_kcidb(r, &o);
	FILE *f = file(dir, name, "ktap");

	close_file(f, ff_regress_ktap(r, f));
	f = file(dir, name, "xml");
	close_file(f, ff_regress_junit(r, f));
	f = file(dir, name, "lava");
	close_file(f, ff_regress_lava(r, f));
	f = file(dir, name, "json");
	close_file(f, j ? json_dumpf(j, f, JSON_INDENT(1)) : -ENOMEM);
	f = file(dir, name, "want");
	want(r, f);
	close_file(f, 0);
	json_decref(j);
	ff_regress_free(r);
}

int main(int argc, char **argv)
{
	struct ff_regress r;
	char name[32];

	if (argc != 2)
		return 2;
	case_verdicts(&r);
	write_all(argv[1], "verdicts", &r);
	case_hostile(&r);
	write_all(argv[1], "hostile", &r);
	case_names(&r);
	write_all(argv[1], "names", &r);
	case_empty(&r);
	write_all(argv[1], "empty", &r);
	case_sparse(&r);
	write_all(argv[1], "sparse", &r);
	case_long(&r);
	write_all(argv[1], "long", &r);
	for (unsigned int seed = 1; seed <= 12; seed++) {
		case_random(&r, seed);
		snprintf(name, sizeof(name), "random%u", seed);
		write_all(argv[1], name, &r);
	}
	return 0;
}
