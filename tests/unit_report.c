// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports: the timeline of every recorded history marks the call that the judge
 * names, whatever a stranger writes stays text, prose of mails is narrow, every verdict has
 * a meaning in words, and tables and axes say what is in them.
 */
#include <glob.h>
#include <math.h>

#include "runner/report/axis.h"
#include "runner/report/html.h"
#include "runner/report/mail.h"
#include "runner/report/plot.h"
#include "runner/report/report.h"
#include "runner/report/svg.h"
#include "runner/report/table.h"
#include "runner/report/timeline.h"
#include "tests/judge_case.h"

static struct ff_findings found;

/* What a writer of @fn writes; the caller frees it. */
#define WRITTEN(stream, ...) ({					\
	char *text_ = NULL;					\
	size_t n_ = 0;						\
	FILE *stream = open_memstream(&text_, &n_);		\
	__VA_ARGS__;						\
	fclose(stream);						\
	text_;							\
})

static const struct ff_tl_bar *bar_of(const struct ff_timeline *t, int call)
{
	for (unsigned int i = 0; i < t->nbars; i++)
		if (t->bar[i].call >= 0 && t->bar[i].call == call)
			return &t->bar[i];
	return NULL;
}

static unsigned int bars_that_saw(const struct ff_timeline *t)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->nbars; i++)
		n += t->bar[i].role == FF_ROLE_SAW;
	return n;
}

static unsigned int kind_of(const struct ff_timeline *t, const struct ff_tl_bar *b)
{
	return t->c->event[b->event].kind;
}

/* Every event is a mark, begins a bar, or ends one; nothing is drawn twice or lost. */
static unsigned int events_in(const struct ff_timeline *t)
{
	unsigned int n = t->nmarks;

	for (unsigned int i = 0; i < t->nbars; i++)
		if (t->bar[i].call < 0)
			n += kind_of(t, &t->bar[i]) == FF_EV_DELAY || kind_of(t, &t->bar[i]) == FF_EV_MOVED ? 1 : 2;
	return n;
}

static bool lanes_fit(const struct ff_timeline *t)
{
	for (unsigned int i = 0; i < t->nbars; i++) {
		const struct ff_tl_lane *l = &t->lane[t->bar[i].lane];
		int thread = t->bar[i].call < 0 ? -1 : t->c->program->call[t->bar[i].call].thread;

		if (t->bar[i].call >= 0 && (thread == FF_SETUP ? l->kind != FF_LANE_SETUP :
					    l->kind != FF_LANE_THREAD || l->thread != thread))
			return false;
		if (t->bar[i].call < 0 && (l->kind == FF_LANE_SETUP || l->kind == FF_LANE_THREAD))
			return false;
	}
	for (unsigned int i = 0; i < t->nmarks; i++) {
		const struct ff_event *e = &t->c->event[t->mark[i].event];
		const struct ff_tl_lane *l = &t->lane[t->mark[i].lane];

		if (e->ino && l->kind == FF_LANE_FILE && (l->ino != e->ino || l->dev != e->dev))
			return false;
	}
	return true;
}

static void check_moment(const char *path, const struct ff_timeline *t, const struct ff_finding *f)
{
	const struct ff_tl_bar *b = bar_of(t, f->call);

	if (f->call >= 0)
		tap_ok(b && b->role == FF_ROLE_SAW && bars_that_saw(t) == 1, "%s: %s: call %d and no other saw it", path,
		       f->signature, f->call);
	else
		tap_is_int(bars_that_saw(t), 0, "%s: %s: no call saw it", path, f->signature);
	if (b && strcmp(f->oracle, "unmap"))
		tap_ok(t->violated && t->violation >= b->from && t->violation <= b->until &&
		       t->violation_lane == (int)b->lane, "%s: the moment is in its bar", path);
	if (t->violated)
		tap_ok(t->violation >= t->from && t->violation <= t->until, "%s: the moment is in the timeline", path);
	else
		tap_ok(*t->why, "%s: it says why no moment is marked", path);
	tap_ok(t->zoom_from >= t->from && t->zoom_until <= t->until + 1 && t->zoom_from < t->zoom_until &&
	       (!t->violated || t->waits || (t->violation >= t->zoom_from && t->violation <= t->zoom_until)),
	       "%s: the moment is in the part that is shown large", path);
}

/* The drawing has a lane's name for each thread, and the violation where there is one. */
static void check_drawing(const char *path, const struct ff_timeline *t)
{
	char *svg = WRITTEN(f, ff_svg_zoom(t, f)), *small = WRITTEN(f, ff_svg_overview(t, f));

	tap_ok(strstr(svg, "<svg ") && strstr(svg, "</svg>") && strstr(small, "</svg>") && !strstr(svg, "nan") &&
	       !strstr(svg, "inf ") && strstr(svg, ">thread 0<"), "%s: it is drawn", path);
	tap_ok(!!strstr(svg, "violation at ") == t->violated, "%s: the moment is drawn if there is one", path);
	free(svg);
	free(small);
}

static void check_history(const char *path, const char *text)
{
	struct ff_error e = { 0 };
	struct ff_timeline t;
	struct ff_case *c;

	if (judge_text("all", text, &found) || ff_case_read(text, strlen(text), &c, &e)) {
		tap_ok(0, "%s can be read", path);
		return;
	}
	for (unsigned int i = 0; i < found.n; i++) {
		const struct ff_finding *f = &found.f[i];

		tap_ok(*ff_report_meaning(f->oracle, f->verdict), "%s: %s %s has a meaning in words", path, f->oracle,
		       f->verdict);
		if (!tap_ok(!ff_timeline_make(&t, c, f), "%s: a timeline", path))
			continue;
		tap_is_int(events_in(&t), c->nevents, "%s: every event is in it once", path);
		tap_ok(lanes_fit(&t), "%s: everything is in its lane", path);
		check_moment(path, &t, f);
		check_drawing(path, &t);
		ff_timeline_free(&t);
	}
	ff_case_free(c);
}

static void check_histories(void)
{
	glob_t g;
	size_t len;

	tap_ok(!glob("tests/histories/fire/*.hist", 0, NULL, &g) && g.gl_pathc >= 60, "the histories are there");
	for (size_t i = 0; i < g.gl_pathc; i++) {
		char *text = slurp(g.gl_pathv[i], &len);

		if (text)
			check_history(strrchr(g.gl_pathv[i], '/') + 1, text);
		free(text);
	}
	globfree(&g);
}

/* What the evidence of one names, by hand: the collapse and its event, the write, the seek. */
static void check_roles(void)
{
	size_t len;
	char *text = slurp("tests/histories/fire/seek-collapse.hist", &len), words[160];
	struct ff_error e = { 0 };
	struct ff_timeline t;
	struct ff_case *c;

	judge_text("all", text, &found);
	if (ff_case_read(text, len, &c, &e) || ff_timeline_make(&t, c, &found.f[0])) {
		tap_ok(0, "seek-collapse.hist: a timeline");
		return;
	}
	tap_is_int(t.violation, 4700, "the violation is when the seek returned");
	tap_is_int(bar_of(&t, 1)->role, FF_ROLE_EVIDENCE, "the write is evidence");
	tap_is_int(bar_of(&t, 4)->role, FF_ROLE_BESIDE, "the madvise ran beside it");
	tap_is_int(bar_of(&t, 0)->role, FF_ROLE_NONE, "the open has nothing to do with it");
	tap_is_str(t.lane[t.bar[t.nbars - 1].lane].name, "f0 (inode 9)", "the collapse is in the lane of its file");
	tap_is_int(t.bar[t.nbars - 1].role, FF_ROLE_EVIDENCE, "the collapse is evidence");
	tap_is_int(t.bar[t.nbars - 1].until - t.bar[t.nbars - 1].from, 1800, "it is as long as it was");
	tap_ok(bar_of(&t, 3)->failed && !strcmp(bar_of(&t, 3)->result, "= -1 ENXIO"), "the seek failed");
	ff_timeline_event(&t, 1, words, sizeof(words));
	tap_is_str(words, "seek at byte 0 result -6", "an event in words");
	ff_timeline_free(&t);
	ff_case_free(c);
	free(text);
}

static void is_html(const char *in, const char *want, const char *name)
{
	char *got = WRITTEN(f, ff_html_text(f, in));

	tap_is_str(got, want, "%s", name);
	free(got);
}

static void check_escaping(void)
{
	char *got;

	is_html("<script>alert(\"1\" & '2')</script>",
		"&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;", "markup is text");
	is_html("a\x01\x1b[31m\x7f", "a\xef\xbf\xbd\xef\xbf\xbd[31m\xef\xbf\xbd", "control characters are shown as lost");
	is_html("\xc0\xbc\xff\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "what is no UTF-8 is, too");
	is_html("\xe2\x80\xae" "x \xed\xa0\x80", "\xef\xbf\xbdx \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "so are overrides of direction, and halves of pairs");
	is_html("\xc3\xbc \xe2\x82\xac \xf0\x9f\x90\x9b\tx\ny\r\n", "\xc3\xbc \xe2\x82\xac \xf0\x9f\x90\x9b\tx\ny\n", "text of other languages is not");
	is_html(NULL, "", "nothing is nothing");
	got = WRITTEN(f, ff_html_pre(f, "a\"b", "\n<\n2\n3\n4", 3));
	tap_is_str(got, "<pre class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"a&quot;b\">\n\n&lt;\n2\n</pre>\n"
		   "<p class=\"note\">2 more lines are in the file.</p>\n", "a box counts what it leaves out");
	free(got);
	got = WRITTEN(f, ff_html_number(f, 1234567); ff_html_number(f, 999));
	tap_is_str(got, "1,234,567999", "thousands are set apart");
	free(got);
}

static size_t widest(const char *text)
{
	size_t most = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		most = strcspn(text, "\n") > most ? strcspn(text, "\n") : most;
	return most;
}

static void check_mail(void)
{
	char words[2000] = "", *got;

	for (int i = 0; i < 200; i++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "%.*s ", 1 + i % 9, "abcdefghi");
	got = WRITTEN(f, ff_mail_wrap(f, "Kernel: ", "        ", words));
	tap_ok(widest(got) <= FF_MAIL_WIDTH && widest(got) > FF_MAIL_WIDTH - 10, "prose is %d columns wide at most", FF_MAIL_WIDTH);
	tap_ok(!strncmp(got, "Kernel: a ab abc", 16) && strstr(got, "\n        "), "with what stands before its lines");
	free(got);
	got = WRITTEN(f, ff_mail_wrap(f, "", "", "na\xc3\xafve \x1b[0m\n two"));
	tap_is_str(got, "na?ve ?[0m two\n", "a mail is ASCII");
	free(got);
	memset(words, 'x', 300);
	words[300] = '\0';
	got = WRITTEN(f, ff_mail_wrap(f, "> ", "> ", words));
	tap_ok(strlen(got) == 303, "a word that is too long is not torn");
	free(got);
}

static void check_table(void)
{
	struct ff_table t;

	tap_ok(!ff_table_read(&t, "time,seconds,calls_per_second\n1,2.5,3\n4,,6\r\nx\n7,8\n9,10,11,12\n13,14,1e3\n15,16"),
	       "a table with bad lines is read");
	tap_is_int(t.rows, 3, "its good lines");
	tap_is_int(t.bad, 3, "its bad lines are counted; the torn last one is not");
	tap_ok(ff_table_column(&t, "seconds")[0] == 2.5 && isnan(ff_table_column(&t, "seconds")[1]), "what is missing is no number");
	tap_ok(ff_table_column(&t, "calls_per_second")[2] == 1000, "columns go by name");
	tap_ok(!ff_table_column(&t, "rss_kib"), "and there may be fewer");
	ff_table_free(&t);
	tap_is_int(ff_table_read(&t, "time,seconds"), -EINVAL, "a header alone, torn, is no table");
	tap_is_int(ff_table_read(&t, ""), -EINVAL, "nor is nothing");
}

static void is_axis(double us, double step, const char *want)
{
	char text[40];

	ff_axis_us(us, step, text, sizeof(text));
	tap_is_str(text, want, "%.1f us at ticks of %.4g is %s", us, step, want);
}

static void check_axes(void)
{
	const double x[] = { 0, 60, 120 }, y[] = { 1, NAN, 1500 };
	struct ff_line line = { "a <b>", 3, x, y };
	char text[40], *svg;

	is_axis(1500, 500, "1500 us");
	is_axis(2500000, 500000, "2500 ms");
	is_axis(4000000, 1000000, "4 s");
	is_axis(1.5, 0.5, "1.5 us");
	tap_ok(ff_axis_step(100, 8) == 20 && ff_axis_step(0.7, 8) == 0.1 && ff_axis_step(0, 8) == 1, "steps are round");
	tap_ok(ff_axis_seconds_step(7200, 5) == 1800 && ff_axis_seconds_step(600, 5) == 120, "so are those of minutes");
	ff_axis_number(20987, text, sizeof(text));
	tap_is_str(text, "20.99k", "numbers at an axis are short");
	svg = WRITTEN(f, ff_plot(f, "T & t", &line, 1, false));
	tap_ok(!strstr(svg, "nan") && strstr(svg, "a &lt;b&gt;: 1,500 at the end") && strstr(svg, "T &amp; t over time"),
	       "a plot, with a hole");
	free(svg);
}

int main(void)
{
	check_roles();
	check_histories();
	check_escaping();
	check_mail();
	check_table();
	check_axes();
	return tap_done();
}
