// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judge every history in tests/histories: one in fire/ must give exactly the
 * finding that its line "# expect ORACLE VERDICT witnessed|alone SIGNATURE"
 * names (in their order, where there are several), one in silent/ none. And each must come back the same when it is
 * written and read again.
 */
#include <glob.h>

#include "tests/judge_case.h"

static struct ff_findings found;

/* Is finding @i what the line "# expect ..." at @line says? */
static int expected(const char *line, unsigned int i)
{
	char oracle[20] = "", verdict[40] = "", witnessed[20] = "", signature[160] = "";

	if (sscanf(line, "# expect %19s %39s %19s %159s", oracle, verdict, witnessed,
		   signature) != 4 || i >= found.n)
		return 0;
	return !strcmp(found.f[i].oracle, oracle) && !strcmp(found.f[i].verdict, verdict) &&
	       !strcmp(found.f[i].signature, signature) &&
	       found.f[i].witnessed == !strcmp(witnessed, "witnessed");
}

static void check_fire(const char *path, const char *text)
{
	const char *line = text;
	unsigned int i = 0, same = 1;

	while ((line = strstr(line, "# expect "))) {
		same &= expected(line++, i++);
	}
	if (!tap_ok(i && same && found.n == i, "%s: fires as expected", path))
		show_findings(&found);
}

/* Write the case that @text gives; the caller frees it. */
static char *write_again(const char *text, size_t len)
{
	struct ff_error e = { 0 };
	struct ff_case *c;
	char *out = NULL;
	size_t n = 0;
	FILE *f;

	if (ff_case_read(text, len, &c, &e)) {
		tap_diag("line %u: %s", e.line, e.text);
		return NULL;
	}
	f = open_memstream(&out, &n);
	if (ff_case_write(c, f))
		tap_diag("writing failed");
	fclose(f);
	ff_case_free(c);
	return out;
}

static void check_round(const char *path, const char *text, size_t len)
{
	char *once = write_again(text, len), *twice = once ? write_again(once, strlen(once)) : NULL;
	struct ff_findings *again = calloc(1, sizeof(*again));

	tap_ok(once && twice && !strcmp(once, twice), "%s: written and read it is the same", path);
	tap_ok(once && !judge_text("all", once, again) && again->n == found.n &&
	       (!found.n || !strcmp(again->f[0].evidence, found.f[0].evidence)),
	       "%s: and judged the same", path);
	free(again);
	free(once);
	free(twice);
}

static void check(const char *path)
{
	size_t len;
	char *text = slurp(path, &len);

	if (!text || judge_text("all", text, &found)) {
		tap_ok(0, "%s can be read", path);
		free(text);
		return;
	}
	if (strstr(path, "/fire/"))
		check_fire(path, text);
	else if (!tap_ok(!found.n, "%s: nothing", path))
		show_findings(&found);
	check_round(path, text, len);
	free(text);
}

int main(void)
{
	glob_t g;
	size_t i;

	tap_ok(!glob("tests/histories/*/*.hist", 0, NULL, &g) && g.gl_pathc >= 80,
	       "the histories are there");
	for (i = 0; i < g.gl_pathc; i++)
		check(g.gl_pathv[i]);
	globfree(&g);
	return tap_done();
}
