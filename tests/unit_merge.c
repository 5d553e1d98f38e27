// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merging campaign folders: made ones, killed ones and odd ones. Order, grouping
 * and repetition must not matter, nothing that was acknowledged may be missing,
 * and no shard may be written to.
 * timeout: 180
 */
#include "tests/merge_case.h"

static void orders(void)
{
	static const char *const way[][3] = {
		{ "--out m ../a ../b ../c" }, { "--out m ../c ../a ../b" }, { "--out m ../b ../c ../a" },
		{ "--out m ../c ../b ../a ../c ../a" },
		{ "--out x ../a ../b", "--out m ../c x" }, { "--out x ../b ../c", "--out m x ../a" },
		{ "--out m ../c", "--out m ../a", "--out m ../b" },
		{ "--out x ../a ../c", "--out y ../b ../c", "--out m y x" },
		{ "--out m ../a ../b ../c", "--out m m ../b", "--out m ../a" },
	};
	char where[20], tmp[40], *before[3];
	const char *name[3] = { "a", "b", "c" };

	for (int i = 0; i < 3; i++) {
		make_shard(name[i], i + 1);
		finding(name[i], "seek:all", i + 3, 10, i + 1, name[i][0] == 'a' ? "2" : name[i][0] == 'b' ? "1" : "3");
	}
	finding("b", "seek:one", 10, 10, 7, "5");
	finding("a", "seek:draw", 5, 10, 1, "5");
	finding("b", "seek:draw", 2, 4, 1, "5");
	finding("c", "seek:draw", 5, 10, 1, "5");
	for (int i = 0; i < 3; i++)
		before[i] = tree(name[i]);
	for (size_t w = 0; w < sizeof(way) / sizeof(way[0]); w++) {
		snprintf(where, sizeof(where), "w%zu", w);
		for (int i = 0; i < 3 && way[w][i]; i++)
			MERGE(1, where, way[w][i], "%s", way[w][i]);
		snprintf(tmp, sizeof(tmp), "w%zu/m", w);
		if (w)
			tap_ok(same("w0/m", tmp), "the same bytes");
	}
	for (int i = 0; i < 3; i++) {
		char *after = tree(name[i]);

		tap_is_str(after, before[i], "shard %s is as it was", name[i]);
		free(after);
		free(before[i]);
	}
}

static void what_it_says(void)
{
	json_t *f = load("w0/m/findings/seek:all/finding.json"), *s = load("w0/m/summary.json"), *j;
	char *text;

	tap_is_int(number(f, "count", NULL), 1 + 2 + 3, "counts are added up");
	tap_is_int(number(f, "programs", NULL), 3, "programs, too");
	tap_is_str(string(f, "first_seen"), "2026-01-01Z", "the earliest first sight");
	tap_is_str(string(f, "last_seen"), "2026-02-03Z", "the latest last one");
	tap_is_int(number(f, "hits", NULL), 5, "the program that hits best");
	tap_is_int(number(f, "calls_to_first", NULL), 100, "calls to the first sight: of the shard that was first");
	tap_is_int(json_array_size(json_object_get(f, "seen_in")), 3, "seen in three shards");
	tap_is_str(json_string_value(json_array_get(json_object_get(f, "seen_in"), 2)), "c", "by name");
	text = ff_read_file("w0/m/findings/seek:all/program.ff", NULL);
	tap_is_str(text, "program of c, 5\n", "with its program");
	free(text);
	text = ff_read_file("w0/m/findings/seek:all/README", NULL);
	tap_ok(text && strstr(text, "hit in 5 of 10") && strstr(text, "Seen 6 times") &&
	       strstr(text, "m/findings/seek:all/program.ff"), "and README tells so");
	free(text);
	json_decref(f);
	f = load("w0/m/findings/seek:draw/finding.json");
	tap_is_int(number(f, "runs", NULL), 10, "with the same rate: the one with more runs");
	json_decref(f);

	tap_is_int(number(s, "calls", NULL), 600, "calls are added up");
	tap_is_int((long long)json_real_value(json_object_get(s, "accepted_percent")), 25, "percent is reckoned again");
	j = json_object_get(s, "per_call");
	tap_is_int(number(json_object_get(j, "open"), "done", NULL), 600, "each call");
	tap_is_int(number(json_object_get(j, "only2"), "done", NULL), 1, "also one that only one shard made");
	tap_is_int(number(json_object_get(s, "coverage"), "tmpfs", "open"), 600, "coverage");
	tap_ok(json_real_value(json_object_get(s, "guest_seconds")) == 6.75 &&
	       json_real_value(json_object_get(s, "seconds")) == 3.5, "guest seconds are added up, of seconds the most counts");
	tap_is_int(number(s, "speed", NULL), 100, "the slowest");
	tap_ok(json_real_value(json_object_get(json_object_get(s, "guests"), "boot_seconds")) == 2 &&
	       number(s, "guests", "boots") == 3, "averages: the median");
	tap_is_int(strlen(string(s, "notes")), strlen("SKIP x\nnote 1\nnote 2\nnote 3"), "each note once");
	tap_is_int(json_array_size(json_object_get(json_object_get(s, "ground"), "never")), 1, "what happened nowhere never happened");
	tap_is_int(json_array_size(json_object_get(s, "kernels")), 3, "kernels");
	tap_is_str(string(s, "ended"), "merged", "it says that it is a merge");
	j = json_object_get(s, "feedback");
	tap_is_int(number(j, "features", NULL), 103, "features: at least those of the best shard");
	tap_is_int(number(j, "kept", NULL), 11, "programs that several kept count once");
	tap_is_int(number(j, "stable", NULL), 11, "their features, too");
	tap_is_int(json_array_size(json_object_get(s, "shards")), 3, "a table of shards");
	tap_is_int(json_array_size(json_object_get(s, "findings")), 3, "and the findings");
	tap_is_int(access("w0/m/shards/b.plot.csv", R_OK), 0, "each shard's plot");
	j = ff_merge_list("w0/m/lost");
	tap_is_int(json_array_size(j), 4, "programs of lost guests: each once");
	json_decref(j);
	json_decref(s);
}

static void killed(void)
{
	struct ff_scan *s = calloc(1, sizeof(*s));
	struct ff_why why;
	char *text;
	json_t *j;

	begin("k1", 11);
	keep("k1", 50, 4, 0);
	finding("k1", "seek:all", 1, 1, 2, "4");
	put("{\"half", "k1/findings/.new/finding.json");
	put("half", "k1/findings/seek:all/history.tmp77");
	put("half", "k1/lost/.new/program.ff");
	put("time,seconds\n1,2\n3,", "k1/plot.csv");
	make_shard("k2", 12);
	summary("k2", "running", 12, 40);
	/* an append that was cut off, and that nobody acknowledged */
	if (system("tail -c +17 k1/corpus.ff | head -c 90 >t && cat t >>k1/corpus.ff; rm t"))
		tap_ok(0, "system");
	MERGE(1, "wk", "--out m ../k1 ../k2", "two that were killed: that is no failure");
	tap_ok(strstr(err, "k1: no summary.json"), "that there is no summary is told");
	tap_ok(strstr(err, "its last 90 bytes are the beginning of a record"), "and that the corpus is torn");
	tap_ok(strstr(out, "running") && strstr(out, FF_NO_SUMMARY), "the table tells how they ended");
	tap_is_int(ff_corpus_read("wk/m/corpus.ff", s, &why), 0, "the corpus");
	tap_is_int(s->set.n, 9, "has all that was acknowledged");
	tap_is_int(s->torn + s->nlost, 0, "and is whole");
	ff_scan_free(s);
	j = load("wk/m/summary.json");
	tap_is_int(number(j, "calls", NULL), 40, "totals of what is known");
	tap_is_int(number(j, "without_summary", NULL), 1, "and of how many they are not");
	json_decref(j);
	tap_ok(access("wk/m/findings/.new", F_OK) && access("wk/m/findings/seek:all/history.tmp77", F_OK), "half-written files are left out");
	text = ff_read_file("wk/m/shards/k1.plot.csv", NULL);
	tap_is_str(text, "time,seconds\n1,2\n", "and a line that was half written");
	free(text);
	free(s);
}

/* A campaign on two kernels has two corpora, and one of them may be somewhere else. */
static void several_corpora(void)
{
	static const char per[] = "{\"calls\":%d,\"per_kernel\":[{\"kernel\":\"a\",\"restarts\":1,\"feedback\":{\"features\":%d,"
				  "\"sources\":{}}},{\"kernel\":\"b\",\"restarts\":2}],\"kernels\":[\"a\",\"b\"]}";
	struct ff_scan *s = calloc(1, sizeof(*s));
	struct ff_why why;
	char text[500];
	json_t *j;

	for (int i = 0; i < 2; i++) {
		const char *shard = i ? "n2" : "n1", *other = i ? "n2/o" : "n1/o";

		begin(shard, 60 + i);
		keep(shard, 10 * i, 3, 0);
		keep(other, 10 * i + 5, 4, 0);
		snprintf(text, sizeof(text), "%s/corpus.ff", other);
		rename(text, i ? "n2/corpus.ff.b-k" : "n1/corpus.ff.b-k");
		snprintf(text, sizeof(text), per, 5, 10 + i);
		put(text, "%s/summary.json", shard);
	}
	put("a lock", "n1/corpus.ff.b-k.lock");
	MERGE(0, "wn1", "--out m ../n1 ../n2", "campaigns on two kernels");
	tap_is_int(ff_corpus_read("wn1/m/corpus.ff", s, &why), 0, "the first one's corpus");
	tap_is_int(s->set.n, 6, "has its programs");
	ff_scan_free(s);
	tap_is_int(ff_corpus_read("wn1/m/corpus.ff.b-k", s, &why), 0, "the other one's");
	tap_is_int(s->set.n, 8, "as well");
	ff_scan_free(s);
	j = load("wn1/m/summary.json");
	tap_is_int(json_array_size(json_object_get(j, "per_kernel")), 2, "totals of each kernel");
	tap_is_int(number(json_array_get(json_object_get(j, "per_kernel"), 1), "restarts", NULL), 4, "added up");
	tap_is_int(number(json_array_get(json_object_get(j, "per_kernel"), 0), "feedback", "features"), 11, "features are not");
	json_decref(j);
	/* where state.json says */
	snprintf(text, sizeof(text), "{\"config\":{\"corpus\":\"%s/n1/else.ff\"}}", top);
	put(text, "n1/state.json");
	rename("n1/corpus.ff", "n1/else.ff");
	rename("n1/corpus.ff.b-k", "n1/else.ff.b-k");
	MERGE(0, "wn2", "--out m ../n1 ../n2", "one whose corpus is elsewhere");
	tap_ok(same("wn1/m", "wn2/m"), "the same bytes");
	free(s);
}

static void missing(void)
{
	MERGE(3, "wm", "--out m ../a ../nowhere", "a shard that is not there: status 3");
	tap_ok(strstr(err, "nowhere: no such folder") && strstr(out, "1 shards"), "told, and the other one is merged");
	mkdir("empty", 0755);
	MERGE(3, "wm", "--out m ../empty ../b", "an empty one");
	tap_ok(strstr(err, "empty: there is nothing of a campaign in it") && strstr(out, "2 shards"), "as well");
	MERGE(1, "wm", "--out m ../c", "once they are there");
	tap_ok(same("w0/m", "wm/m"), "it is as if nothing had been");

	make_shard("holes", 20);
	unlink("holes/corpus.ff");
	MERGE(3, "wh", "--out m ../holes", "a kept program that is in no corpus: status 3");
	tap_ok(strstr(err, "of 5 programs that campaign.log says were kept, 5 are not in its corpus"), "told, with how many");
	make_shard("bad", 21);
	put("{", "bad/summary.json");
	put("[]", "bad/findings/seek:x/finding.json");
	MERGE(3, "wb", "--out m ../bad ../a", "files that make no sense: status 3");
	tap_ok(strstr(err, "bad/summary.json:") && strstr(err, "seek:x"), "each is named");
	tap_ok(strstr(out, "2 shards"), "the rest is merged");

	MERGE(2, ".", "--out a b", "into a campaign: wrong use");
	tap_ok(strstr(err, "has a campaign of its own"), "told");
	MERGE(2, ".", "--out z", "no shard: wrong use");
	MERGE(2, ".", "a", "no --out: wrong use");
	MERGE(3, ".", "--out /proc/no/such a", "a place that cannot be written: status 3");
	put("{\"version\":7}", "newer/merge.json");
	MERGE(3, ".", "--out newer a", "a merge of another version is not written over");
	MERGE(3, "wn", "--out m ../newer ../a", "and not read");
}

/* A shard that was merged while it ran: later its new state counts, not the sum of both. */
static void again(void)
{
	json_t *j;

	make_shard("g", 30);
	finding("g", "seek:g", 1, 10, 5, "1");
	if (system("cp -r g old"))
		tap_ok(0, "cp");
	MERGE(1, "wg", "--out m ../g", "a shard that runs");
	keep("g", 200, 2, 0);
	summary("g", "time", 30, 7000);
	finding("g", "seek:g", 9, 10, 50, "1");
	MERGE(1, "wg", "--out m ../g", "and again, later");
	j = load("wg/m/summary.json");
	tap_is_int(number(j, "calls", NULL), 7000, "no call is counted twice");
	tap_is_int(json_array_size(json_object_get(j, "shards")), 1, "it is one shard");
	json_decref(j);
	MERGE(1, "wg", "--out m ../old", "an older copy of it");
	j = load("wg/m/findings/seek:g/finding.json");
	tap_is_int(number(j, "count", NULL), 50, "changes nothing");
	tap_is_int(number(j, "hits", NULL), 9, "nor the program");
	json_decref(j);
	MERGE(1, "wg2", "--out m ../old ../g", "both at once");
	tap_ok(same("wg/m", "wg2/m"), "the same bytes");
	/* two campaigns, folders of one name */
	make_shard("x/shard", 31);
	make_shard("y/shard", 32);
	MERGE(0, "wx", "--out m ../x/shard ../y/shard", "two folders of one name, no findings: status 0");
	MERGE(0, "wx2", "--out m ../y/shard", "one of them first");
	tap_is_int(access("wx2/m/shards/shard.plot.csv", F_OK), 0, "alone it keeps its name");
	MERGE(0, "wx2", "--out m ../x/shard", "then the other one");
	tap_ok(same("wx/m", "wx2/m"), "the same bytes, and no old name stays");
}

static void bounded(void)
{
	char text[40], shard[10];
	json_t *list;

	for (int i = 0; i < 3 * 90; i++) {
		snprintf(shard, sizeof(shard), "l%d", i / 90);
		snprintf(text, sizeof(text), "program %d", i);
		lost(shard, i, "hang", text);
		if (i % 90 == 0)
			begin(shard, 40 + i);
	}
	MERGE(0, "wl", "--out m ../l0 ../l1 ../l2", "270 lost guests");
	list = ff_merge_list("wl/m/lost");
	tap_is_int(json_array_size(list), FF_MERGE_LOST, "so many are kept");
	json_decref(list);
	MERGE(0, "wl2", "--out m ../l2 ../l1", "in two steps");
	MERGE(0, "wl2", "--out m ../l0", "the second");
	tap_ok(same("wl/m", "wl2/m"), "the same ones");
}

/* A merge that is killed, again and again: the next one makes it whole. */
static void killed_merge(void)
{
	char *argv[] = { "merge", "--out", "m", "../a", "../b", "../c", NULL };
	int status, killed = 0;
	pid_t pid;

	ff_mkdir_p("wz");
	srand(3);
	for (int i = 0; i < 30; i++) {
		pid = fork();
		if (!pid) {
			dup2(open("/dev/null", O_WRONLY), 1);
			dup2(1, 2);
			if (chdir("wz"))
				_exit(99);
			/* half of the time into what an earlier one left */
			if (i % 2)
				ff_remove_tree("m");
			_exit(cmd_merge(6, argv));
		}
		usleep((unsigned int)(rand() % 25000));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		killed += WIFSIGNALED(status);
	}
	tap_ok(killed >= 3, "merges are killed (%d of 30)", killed);
	MERGE(1, "wz", "--out m ../b ../a ../c", "and one that is not");
	/* temporary files of killed ones are nobody's */
	if (system("find wz -name '*.tmp*' -delete; rm -rf wz/m/findings/.new wz/m/lost/.new"))
		tap_diag("find failed");
	tap_ok(same("w0/m", "wz/m"), "the same bytes");
}

/* Random shards in random groups. */
static void random_trees(void)
{
	char name[40], words[300], where[20];
	unsigned int order[6];

	srand(7);
	for (int i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		make_shard(name, 50 + i);
		for (int k = 0; k < 4; k++) {
			char sig[10] = { 's', ':', (char)('0' + rand() % 5), 0 };

			finding(name, sig, rand() % 4, 1 + rand() % 4, 1 + rand() % 20, rand() % 2 ? "1" : "7");
		}
	}
	MERGE(1, "wr", "--out m ../r0 ../r1 ../r2 ../r3 ../r4 ../r5", "six random shards at once");
	for (int round = 0; round < 6; round++) {
		for (int i = 0; i < 6; i++)
			order[i] = i;
		for (int i = 5; i > 0; i--) {
			int k = rand() % (i + 1);
			unsigned int t = order[i];

			order[i] = order[k];
			order[k] = t;
		}
		snprintf(where, sizeof(where), "wr%d", round);
		snprintf(words, sizeof(words), "--out p ../r%u ../r%u ../r%u", order[0], order[1], order[2]);
		merge(where, words);
		snprintf(words, sizeof(words), "--out q ../r%u p", order[3]);
		merge(where, words);
		snprintf(words, sizeof(words), "--out m ../r%u ../r%u", order[4], order[rand() % 4]);
		merge(where, words);
		MERGE(1, where, "--out m q", "another tree, from %u%u%u%u%u%u", order[0], order[1], order[2], order[3],
		      order[4], order[5]);
		MERGE(1, where, "--out m ../r5 ../r0 ../r2", "some of them again");
		if (order[5] != 5 && order[5] != 0 && order[5] != 2) {
			snprintf(words, sizeof(words), "--out m ../r%u", order[5]);
			MERGE(1, where, words, "the last one");
		}
		snprintf(name, sizeof(name), "%s/m", where);
		tap_ok(same("wr/m", name), "the same bytes");
	}
}

int main(void)
{
	/* in memory, for the many fsyncs */
	snprintf(top, sizeof(top), "%s/unit_merge.XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(top) || chdir(top))
		return 1;
	orders();
	what_it_says();
	killed();
	several_corpora();
	missing();
	again();
	bounded();
	killed_merge();
	random_trees();
	if (chdir("/"))
		return 1;
	ff_remove_tree(top);
	free(out);
	free(err);
	return tap_done();
}
