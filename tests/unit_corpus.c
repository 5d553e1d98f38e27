// SPDX-License-Identifier: GPL-2.0-only
/*
 * Corpora: what is put in comes out, equal content has equal bytes, merging is
 * idempotent, commutative and associative, one writer at a time, and nothing is
 * there before it was committed.
 */
#include <errno.h>
#include <sys/stat.h>

#include "runner/cache.h"
#include "tests/corpus_case.h"

#define PROGRAMS	24

static char dir[100];
static char *text[PROGRAMS];
static struct ff_why why;

static const char *path(const char *name)
{
	static char p[4][200];
	static unsigned int turn;

	turn = (turn + 1) % 4;
	snprintf(p[turn], sizeof(p[turn]), "%s/%s", dir, name);
	return p[turn];
}

static void hash_is_sha256(void)
{
	static const struct { const char *of; const char *hex; } known[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	char long_text[201], hex[FF_ID_TEXT];
	struct ff_id id;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		id = ff_id_of(known[i].of);
		ff_id_text(&id, hex);
		tap_is_str(hex, known[i].hex, "SHA-256 of %zu bytes", strlen(known[i].of));
	}
	memset(long_text, 'a', 200);
	long_text[200] = '\0';
	id = ff_id_of(long_text);
	ff_id_text(&id, hex);
	tap_is_str(hex, "c2a908d98f5df987ade41b5fce213067efbcc21ef2240212a41e54b5e7c28ae5", "of 200 bytes");
}

static void attributes(void)
{
	char *a = ff_attrs_join("signal=2\nsignal=1\nrun_us=70\nhit_rate=3/10\n",
				"signal=1\nrun_us=9\nhit_rate=2/20\nnote=b\n");

	tap_is_str(a, "hit_rate=2/20\nnote=b\nrun_us=9\nsignal=1\nsignal=2\n",
		   "a join keeps every signal, the least time, the rate of most runs");
	free(a);
	tap_ok(!ff_attr_check("signal=00ff"), "a signal is an attribute");
	tap_ok(!ff_attr_check("own_key2=anything = goes"), "so is a key of one's own");
	tap_ok(ff_attr_check("signal") && ff_attr_check("=x") && ff_attr_check("Key=x") &&
	       ff_attr_check("a b=x"), "without key or value, or with another key, it is none");
	tap_ok(ff_attr_check("note=a\033[31m") && ff_attr_check("note=a\nb=c") && ff_attr_check("note=\xff"),
	       "control characters and broken UTF-8 are refused");
	tap_ok(ff_attr_check("run_us=fast") && ff_attr_check("hit_rate=3") && ff_attr_check("hit_rate=4/3"),
	       "values that do not fit their key are refused");
}

static void random_set(struct ff_set *s)
{
	char attrs[400];

	for (unsigned int i = draw(12); i; i--) {
		case_attrs(attrs, sizeof(attrs));
		ff_set_put(s, text[draw(PROGRAMS)], attrs, NULL);
	}
}

/* The bytes of the join of some sets, in this order. */
static uint8_t *joined(const struct ff_set *s[], unsigned int n, size_t *len)
{
	struct ff_set all = { 0 };
	uint8_t *bytes;

	for (unsigned int i = 0; i < n; i++)
		ff_set_join(&all, s[i]);
	bytes = ff_store_bytes(&all, len);
	ff_set_free(&all);
	return bytes;
}

static bool same_join(const struct ff_set *x[], unsigned int nx, const struct ff_set *y[], unsigned int ny)
{
	size_t na, nb;
	uint8_t *a = joined(x, nx, &na), *b = joined(y, ny, &nb);
	bool same = a && b && na == nb && !memcmp(a, b, na);

	free(a);
	free(b);
	return same;
}

static void merge_laws(void)
{
	unsigned int idem = 0, comm = 0, assoc = 0, grows = 0;
	struct ff_set s[3], ab, bc;

	for (unsigned int round = 1; round <= 100; round++) {
		case_seed(round);
		memset(s, 0, sizeof(s));
		for (int i = 0; i < 3; i++)
			random_set(&s[i]);
		const struct ff_set *a = &s[0], *b = &s[1], *c = &s[2];

		idem += same_join((const struct ff_set *[]){ a, b, a, b, b }, 5, (const struct ff_set *[]){ a, b }, 2);
		comm += same_join((const struct ff_set *[]){ a, b, c }, 3, (const struct ff_set *[]){ c, b, a }, 3);
		ab = bc = (struct ff_set){ 0 };
		ff_set_join(&ab, a);
		ff_set_join(&ab, b);
		ff_set_join(&bc, b);
		ff_set_join(&bc, c);
		assoc += same_join((const struct ff_set *[]){ &ab, c }, 2, (const struct ff_set *[]){ a, &bc }, 2);
		grows += !same_join((const struct ff_set *[]){ a }, 1, (const struct ff_set *[]){ a, b, c }, 3);
		for (int i = 0; i < 3; i++)
			ff_set_free(&s[i]);
		ff_set_free(&ab);
		ff_set_free(&bc);
	}
	tap_is_int(idem, 100, "merging twice is merging once (100 random sets)");
	tap_is_int(comm, 100, "the order does not matter");
	tap_is_int(assoc, 100, "nor does the grouping");
	tap_ok(grows > 80, "and it does merge (%u)", grows);
}

static bool file_is(const char *name, const struct ff_set *set)
{
	size_t n, m = 0;
	uint8_t *want = ff_store_bytes(set, &m);
	char *have = ff_read_file(path(name), &n);
	bool same = want && have && n == m && !memcmp(want, have, n);

	free(want);
	free(have);
	return same;
}

static void round_trip(void)
{
	struct ff_corpus *c;
	struct ff_scan back;
	struct ff_set mine = { 0 };
	char attrs[400];
	unsigned int same = 0, records = 0;
	bool news;

	case_seed(3);
	if (!tap_ok(!ff_corpus_open(&c, path("trip"), &why), "a store is made when it is not there"))
		return case_fail(&why);
	for (unsigned int i = 0; i < 60; i++) {
		case_attrs(attrs, sizeof(attrs));
		if (ff_corpus_add(c, text[i % PROGRAMS], attrs, NULL, &news, &why))
			case_fail(&why);
		records += news;
		ff_set_put(&mine, text[i % PROGRAMS], attrs, NULL);
	}
	tap_ok(!ff_corpus_add(c, text[0], "", NULL, &news, &why) && !news, "what is there is not added again");
	tap_ok(!ff_corpus_commit(c, &why), "committed");
	ff_corpus_close(c);
	tap_ok(!ff_corpus_read(path("trip"), &back, &why), "and read again");
	tap_is_int(back.records, records, "every record is there");
	tap_ok(back.set.n == PROGRAMS && !back.nlost && !back.torn, "nothing is lost");
	for (size_t i = 0; i < back.set.n && i < mine.n; i++)
		same += !memcmp(&back.set.e[i].id, &mine.e[i].id, sizeof(struct ff_id)) &&
			!strcmp(back.set.e[i].text, mine.e[i].text) && !strcmp(back.set.e[i].attrs, mine.e[i].attrs);
	tap_is_int(same, PROGRAMS, "with their text and their attributes");
	ff_scan_free(&back);
	tap_ok(!file_is("trip", &mine), "as appended, it is not in canonical form");
	ff_corpus_open(&c, path("trip"), &why);
	tap_ok(!ff_corpus_replace(c, &ff_corpus_content(c)->set, &why), "it is compacted");
	tap_ok(file_is("trip", &mine), "and has the bytes that this content always has");
	tap_ok(!ff_corpus_add(c, text[1], "note=after\n", NULL, NULL, &why) && !ff_corpus_commit(c, &why),
	       "the open store goes on in the new file");
	ff_corpus_close(c);
	ff_corpus_read(path("trip"), &back, &why);
	tap_is_int(back.records, PROGRAMS + 1, "and that is where it is");
	ff_scan_free(&back);
	ff_set_free(&mine);
}

static void one_writer(void)
{
	struct ff_corpus *a, *b;
	struct ff_scan s;
	char who[200] = "";

	ff_corpus_open(&a, path("lock"), &why);
	tap_ok(ff_corpus_open(&b, path("lock"), &why) == -EBUSY && strstr(why.text, "process"),
	       "a second writer is told who the first is");
	tap_diag("%s", why.text);
	tap_ok(!ff_corpus_replace(a, &ff_corpus_content(a)->set, &why) &&
	       ff_corpus_open(&b, path("lock"), &why) == -EBUSY, "also after the file was replaced");
	tap_ok(ff_corpus_holder(path("lock"), who, sizeof(who)) && strstr(who, "process"), "a reader can ask who (%s)", who);
	tap_ok(!ff_corpus_read(path("lock"), &s, &why), "and needs no lock");
	ff_scan_free(&s);
	ff_corpus_close(a);
	tap_ok(!ff_corpus_holder(path("lock"), who, sizeof(who)), "then it is free");
	tap_ok(!ff_corpus_open(&b, path("lock"), &why), "and the next may write");
	ff_corpus_close(b);
}

static void only_committed(void)
{
	struct ff_corpus *c;
	struct stat before, after;
	struct ff_scan s;

	ff_corpus_open(&c, path("commit"), &why);
	ff_corpus_add(c, text[0], "", NULL, NULL, &why);
	ff_corpus_commit(c, &why);
	stat(path("commit"), &before);
	ff_corpus_add(c, text[1], "", NULL, NULL, &why);
	ff_corpus_close(c);
	stat(path("commit"), &after);
	tap_is_int(after.st_size, before.st_size, "what was never committed is gone when it is closed");
	ff_corpus_read(path("commit"), &s, &why);
	tap_is_int(s.set.n, 1, "what was is there");
	ff_scan_free(&s);
}

static void not_ours(void)
{
	struct ff_corpus *c;
	struct ff_scan s;
	uint8_t head[FF_STORE_HEAD];
	char *now;
	size_t n = 0;

	ff_write_file(path("foreign"), "a letter to a friend, of some length\n", 37);
	tap_ok(ff_corpus_open(&c, path("foreign"), &why) == -EINVAL && strstr(why.text, "no corpus"),
	       "a foreign file is refused");
	now = ff_read_file(path("foreign"), &n);
	tap_ok(n == 37 && !memcmp(now, "a letter", 8), "and left alone");
	free(now);
	tap_ok(ff_corpus_read(path("none"), &s, &why) == -ENOENT, "one that is not there cannot be read");
	tap_ok(ff_corpus_read(dir, &s, &why) < 0 && strstr(why.text, "directory"), "nor can a folder");
	ff_store_head(head);
	ff_write_file(path("short"), head, 9);
	tap_ok(!ff_corpus_open(&c, path("short"), &why), "a head that was cut off is an empty store");
	tap_ok(!ff_corpus_add(c, text[0], "", NULL, NULL, &why) && !ff_corpus_commit(c, &why), "which can be used");
	ff_corpus_close(c);
	ff_corpus_read(path("short"), &s, &why);
	tap_ok(s.set.n == 1 && !s.nlost && !s.torn, "and is sound then");
	ff_scan_free(&s);
}

static void ids(void)
{
	struct ff_set s = { 0 };
	char hex[FF_ID_TEXT], part[8];
	size_t n;

	for (unsigned int i = 0; i < PROGRAMS; i++)
		ff_set_put(&s, text[i], "", NULL);
	ff_id_text(&s.e[5].id, hex);
	tap_ok(ff_set_find(&s, hex, &n) == &s.e[5] && n == 1, "a program is found by its id");
	snprintf(part, sizeof(part), "%.6s", hex);
	tap_ok(ff_set_find(&s, part, &n) == &s.e[5] && n == 1, "and by the beginning of it");
	ff_set_find(&s, "", &n);
	tap_is_int(n, PROGRAMS, "a beginning that is of several says so");
	tap_ok(!ff_set_find(&s, "zz", &n) && !n, "one that is of none, too");
	ff_set_free(&s);
}

/* ff_program_same() and ids agree: seed, number and comments do not count. */
static void canonical_text(void)
{
	static struct ff_program p;
	struct ff_error e;
	char with[60000];
	char *again;
	unsigned int same = 0;

	for (unsigned int i = 0; i < PROGRAMS; i++) {
		snprintf(with, sizeof(with), "# foliofuzz 1\n# seed 4 number 9\n# a remark\n%s", strchr(text[i], '\n') + 1);
		if (ff_program_parse(with, strlen(with), &p, &e))
			tap_diag("line %u: %s", e.line, e.text);
		again = ff_program_text(&p);
		same += !strcmp(again, text[i]);
		free(again);
	}
	tap_is_int(same, PROGRAMS, "seed, number and remarks do not change the text that a corpus keeps");
}

int main(void)
{
	if (case_folder(dir, sizeof(dir)))
		return 2;
	for (unsigned int i = 0; i < PROGRAMS; i++)
		text[i] = case_text(i);
	hash_is_sha256();
	attributes();
	canonical_text();
	ids();
	merge_laws();
	round_trip();
	one_writer();
	only_committed();
	not_ours();
	for (unsigned int i = 0; i < PROGRAMS; i++)
		free(text[i]);
	if (case_folder_done(dir))
		return 2;
	return tap_done();
}
