// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a campaign shows while it runs: a screen of which no line is longer than
 * the terminal is wide, and a file that Prometheus can read.
 */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/campaign/state.h"
#include "tests/tap.h"

static char dir[] = "/tmp/foliofuzz-unit-show.XXXXXX";
static struct ff_tally tally = { .programs = 123456789012, .replays = 77, .events = 1ULL << 60 };
static struct ff_session_info info = { .kernel = "book\nworm\033[2J", .release = "6.1.0-9999-a-very-long-release-name-amd64-and-more",
				       .accel = "tcg", .restarts = 4294967295u, .deaths = 3 };

/* Columns of a line in UTF-8; @bad: a byte that moves the cursor otherwise. */
static unsigned int columns(const char *line, size_t n, bool *bad)
{
	unsigned int c = 0;

	for (size_t i = 0; i < n; i++) {
		c += (line[i] & 0xc0) != 0x80;
		*bad |= (unsigned char)line[i] < ' ';
	}
	return c;
}

static void draw(unsigned int width, bool utf8)
{
	struct ff_status st = {
		.info = &info, .tally = &tally, .seconds = 400000, .limit_seconds = 864000, .features = 4000000000u,
		.stable = 4000000000u, .kept = 30000, .stability = 0.8125, .found = 250, .known = 40,
		.last_found = 399990, .last_signal = -1, .jobs = 64, .ready = 63, .target = "tmpfs huge=always",
		.out = "/a/very/long/path/that/goes/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on",
		.seed = UINT64_MAX,
	};
	unsigned int wrong = 0, n = 0, want = width < 100 ? width : 100;
	char *text = NULL, *line, *next;
	bool bad = false;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int lines = ff_screen_draw(&st, 1e9, width, utf8, f);

	fclose(f);
	for (line = text; (next = strchr(line, '\n')); line = next + 1, n++)
		wrong += columns(line, (size_t)(next - line), &bad) != want;
	tap_ok(n == (unsigned int)lines && (lines > 0) == (width >= 24) && !wrong && !bad,
	       "%u columns%s: %u lines, each as wide as it should be", width, utf8 ? ", UTF-8" : "", n);
	if (width == 80)
		tap_ok(strstr(text, "stability     81.2 %") && strstr(text, "4 d 15:06:40 of 10 d") &&
		       strstr(text, "0:00:10 ago") && strstr(text, "none yet") && strstr(text, "63 of 64 up") &&
		       strstr(text, "tmpfs 2/") && strstr(text, "210 new, 40 known"), "it says what there is");
	free(text);
}

/* name{label="value",...} number */
static bool sample(const char *p, char *name, size_t room)
{
	size_t n = 0;
	char *end;

	while ((isalnum((unsigned char)*p) || *p == '_' || *p == ':') && n + 1 < room)
		name[n++] = *p++;
	name[n] = '\0';
	if (!n || isdigit((unsigned char)name[0]) || *p++ != '{')
		return false;
	while (*p != '}') {
		while (isalnum((unsigned char)*p) || *p == '_')
			p++;
		if (*p++ != '=' || *p++ != '"')
			return false;
		for (; *p != '"'; p++) {
			if (!*p || (*p == '\\' && !strchr("\\\"n", *++p)))
				return false;
		}
		p++;
		if (*p == ',')
			p++;
		else if (*p != '}')
			return false;
	}
	if (*++p != ' ')
		return false;
	strtod(p + 1, &end);
	return end > p + 1 && !*end;
}

/* The rules of the text format: HELP, TYPE, then all samples of that name; no name twice; counters end in _total. */
static unsigned int check_metrics(char *text, char *why, size_t n)
{
	char now[100] = "", name[100], type[20], seen[8192] = "|", *line, *save;
	unsigned int samples = 0, head = 0;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(line, "# HELP ", 7)) {
			char key[110];

			sscanf(line + 7, "%99s", now);
			snprintf(key, sizeof(key), "|%s|", now);
			if (strstr(seen, key) || head || strlen(line) < strlen(now) + 10)
				snprintf(why, n, "HELP of %s", now);
			snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s|", now);
			head = 1;
		} else if (!strncmp(line, "# TYPE ", 7)) {
			if (head != 1 || sscanf(line + 7, "%99s %19s", name, type) != 2 || strcmp(name, now) ||
			    (strcmp(type, "counter") && strcmp(type, "gauge")) ||
			    !strcmp(type, "counter") != (strlen(name) > 6 && !strcmp(name + strlen(name) - 6, "_total")))
				snprintf(why, n, "TYPE of %s", now);
			head = 2;
		} else {
			if (head == 1 || !sample(line, name, sizeof(name)) || strcmp(name, now) || strncmp(name, "foliofuzz_", 10))
				snprintf(why, n, "sample %s", line);
			head = 0;
			samples++;
		}
	}
	return samples;
}

static void metrics(void)
{
	struct ff_campaign *c = calloc(1, sizeof(*c));
	struct ff_plot p = { .programs = 5, .seconds = 60.5 };
	char path[200], why[300] = "", *text;

	snprintf(path, sizeof(path), "%s/a\\b\"c", dir);
	c->job = calloc(1, sizeof(*c->job));
	c->nlanes = 2;
	c->lane[0].name = "bookworm";
	c->lane[1].name = "bull\"s\\eye";
	c->tally = tally;
	strcpy(c->found[0].signature, "seek.hole-in-data.x");
	c->found[0].count = 41;
	c->nfound = 1;
	tap_is_int(ff_store_open(&c->store, path), 0, "a folder with a strange name");
	text = ff_campaign_metrics(c, &p, true);
	tap_ok(text && strstr(text, "foliofuzz_finding_seen_total{campaign=\"a\\\\b\\\"c\",signature=\"seek.hole-in-data.x\",known=\"no\"} 41\n") &&
	       strstr(text, "# TYPE foliofuzz_programs_total counter\n") &&
	       strstr(text, "target=\"tmpfs\",call=\"fsync\"} 9\n"), "metrics");
	tap_ok(check_metrics(text, why, sizeof(why)) > 25 && !why[0], "that keep the rules of the format%s%s", why[0] ? ": " : "", why);
	free(text);
	text = strdup("# HELP foliofuzz_up x\n# TYPE foliofuzz_up gauge\nfoliofuzz_up{a=\"b} 1\n");
	check_metrics(text, why, sizeof(why));
	tap_ok(why[0], "what does not is noticed");
	free(text);
	ff_store_close(c->store);
	free(c->job);
	free(c);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	tally.on[FF_TARGET_TMPFS][FF_OP_FSYNC] = 9;
	tally.on[FF_TARGET_TMPFS][FF_OP_OPEN] = 1;
	for (unsigned int i = 0; i < 2; i++) {
		draw(10, i);
		draw(24, i);
		draw(40, i);
		draw(80, i);
		draw(200, i);
	}
	metrics();
	ff_remove_tree(dir);
	return tap_done();
}
