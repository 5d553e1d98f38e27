// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/vm/mirror.h"
#include "runner/msg.h"

static const char *const codenames[] = {
	"buster", "bullseye", "bookworm", "trixie", "forky", "duke", "sid",
	"oldoldstable", "oldstable", "stable", "testing", "unstable",
};

static bool ends_with(const char *s, const char *tail)
{
	size_t a = strlen(s), b = strlen(tail);

	return a >= b && !strcmp(s + a - b, tail);
}

static bool known_suite(const char *suite)
{
	for (size_t i = 0; i < sizeof(codenames) / sizeof(codenames[0]); i++) {
		size_t n = strlen(codenames[i]);

		if (!strncmp(suite, codenames[i], n) && (!suite[n] || suite[n] == '-'))
			return true;
	}
	return false;
}

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);
	const char *p = list;

	while ((p = strstr(p, word))) {
		bool begins = p == list || isspace((unsigned char)p[-1]);

		if (begins && (!p[n] || isspace((unsigned char)p[n])))
			return true;
		p += n;
	}
	return false;
}

/*
 * One (URI, suite) pair. Other people's archives also carry Debian's suite names,
 * and some a path that ends in /debian: only Debian has a component "main" *and*
 * one of these, and of two candidates the one with more marks wins.
 */
static void consider(const char *uri_in, const char *suite, const char *components,
		     const char *signed_by, struct ff_mirror *m)
{
	bool debian_path, debian_key = strstr(signed_by, "debian-archive") != NULL;
	char uri[512];
	int score;

	if (!has_word(components, "main"))
		return;
	if (snprintf(uri, sizeof(uri), "%s", uri_in) >= (int)sizeof(uri))
		return;
	while (uri[0] && uri[strlen(uri) - 1] == '/')
		uri[strlen(uri) - 1] = '\0';
	if (ends_with(uri, "/debian-security") || ends_with(uri, "/debian-security.list") ||
	    (known_suite(suite) && ends_with(suite, "-security"))) {
		if (!m->security[0])
			strcpy(m->security, uri);
		return;
	}
	debian_path = ends_with(uri, "/debian") || ends_with(uri, "/debian.list");
	if (!debian_path && !known_suite(suite))
		return;
	score = 1 + 2 * debian_path + 4 * debian_key + known_suite(suite);
	if (score > m->score) {
		m->score = score;
		strcpy(m->base, uri);
	}
}

/* "deb [opt=val …] URI SUITE COMPONENT…", # begins a comment. */
static void one_line(char *line, struct ff_mirror *m)
{
	char *hash = strchr(line, '#'), *save = NULL, *word, *uri, *suite, *rest;
	char options[512] = "";

	if (hash)
		*hash = '\0';
	word = strtok_r(line, " \t", &save);
	if (!word || strcmp(word, "deb"))
		return;
	word = strtok_r(NULL, " \t", &save);
	if (word && word[0] == '[') {
		for (;;) {
			size_t used = strlen(options);

			snprintf(options + used, sizeof(options) - used, "%s ", word);
			if (ends_with(word, "]"))
				break;
			word = strtok_r(NULL, " \t", &save);
			if (!word)
				return;
		}
		word = strtok_r(NULL, " \t", &save);
	}
	uri = word;
	suite = strtok_r(NULL, " \t", &save);
	rest = strtok_r(NULL, "", &save);
	if (uri && suite && rest)
		consider(uri, suite, rest, options, m);
}

void ff_mirror_parse_list(const char *text, struct ff_mirror *m)
{
	char *copy = strdup(text), *save, *line;

	if (!copy)
		return;
	for (line = strtok_r(copy, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save))
		one_line(line, m);
	free(copy);
}

struct stanza {
	char types[64], uris[1024], suites[1024], components[256], signed_by[256], enabled[16];
};

static void stanza_end(struct stanza *s, struct ff_mirror *m)
{
	char *save_u, *save_s, *uri, *suite, suites[1024];

	if (!has_word(s->types, "deb") || !strcasecmp(s->enabled, "no") ||
	    !strcasecmp(s->enabled, "false"))
		goto out;
	for (uri = strtok_r(s->uris, " \t", &save_u); uri; uri = strtok_r(NULL, " \t", &save_u)) {
		strcpy(suites, s->suites);
		for (suite = strtok_r(suites, " \t", &save_s); suite;
		     suite = strtok_r(NULL, " \t", &save_s))
			consider(uri, suite, s->components, s->signed_by, m);
	}
out:
	memset(s, 0, sizeof(*s));
}

/* The buffer of a field we care about, NULL for any other. */
static char *stanza_field(struct stanza *s, const char *name, size_t len, size_t *room)
{
#define FIELD(text, member)						\
	if (len == strlen(text) && !strncasecmp(name, text, len)) {	\
		*room = sizeof(s->member);				\
		return s->member;					\
	}
	FIELD("Types", types)
	FIELD("URIs", uris)
	FIELD("Suites", suites)
	FIELD("Components", components)
	FIELD("Signed-By", signed_by)
	FIELD("Enabled", enabled)
#undef FIELD
	return NULL;
}

static void append(char *field, size_t room, const char *value)
{
	size_t used = strlen(field), len;

	while (isspace((unsigned char)*value))
		value++;
	snprintf(field + used, room - used, "%s%s", used ? " " : "", value);
	len = strlen(field);
	while (len && isspace((unsigned char)field[len - 1]))
		field[--len] = '\0';
}

void ff_mirror_parse_deb822(const char *text, struct ff_mirror *m)
{
	char *copy = strdup(text), *rest = copy, *line, *colon, *field = NULL;
	struct stanza s = { 0 };
	size_t room = 0;

	if (!copy)
		return;
	while ((line = strsep(&rest, "\n"))) {
		if (line[0] == '#')
			continue;	/* also between continuation lines */
		if (!line[strspn(line, " \t\r")]) {
			stanza_end(&s, m);
			field = NULL;
			continue;
		}
		if (line[0] == ' ' || line[0] == '\t') {
			if (field)
				append(field, room, line);
			continue;
		}
		colon = strchr(line, ':');
		field = colon ? stanza_field(&s, line, colon - line, &room) : NULL;
		if (field)
			append(field, room, colon + 1);
	}
	stanza_end(&s, m);
	free(copy);
}

static void parse_file(const char *path, struct ff_mirror *m)
{
	char *text = ff_read_file(path, NULL);

	if (!text)
		return;
	if (ends_with(path, ".sources"))
		ff_mirror_parse_deb822(text, m);
	else
		ff_mirror_parse_list(text, m);
	free(text);
}

static void parse_machine(struct ff_mirror *m)
{
	static const char parts[] = "/etc/apt/sources.list.d";
	char path[4096];
	struct dirent *e;
	DIR *d;

	parse_file("/etc/apt/sources.list", m);
	d = opendir(parts);
	if (!d)
		return;
	while ((e = readdir(d))) {
		if (!ends_with(e->d_name, ".list") && !ends_with(e->d_name, ".sources"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", parts, e->d_name);
		parse_file(path, m);
	}
	closedir(d);
}

static int find_keyring(struct ff_mirror *m)
{
	static const char *const rings[] = {
		"/usr/share/keyrings/debian-archive-keyring.gpg",
		"/usr/share/keyrings/debian-archive-keyring.pgp",
	};

	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		if (access(rings[i], R_OK))
			continue;
		strcpy(m->keyring, rings[i]);
		return 0;
	}
	ff_msg_error("no Debian archive keyring (%s), so packages could not be trusted; install the package debian-archive-keyring",
		     rings[0]);
	return -ENOENT;
}

int ff_mirror_find(struct ff_mirror *m)
{
	const char *base = getenv("FF_DEBIAN_MIRROR"), *security = getenv("FF_DEBIAN_SECURITY");

	memset(m, 0, sizeof(*m));
	parse_machine(m);
	if (base && base[0])
		snprintf(m->base, sizeof(m->base), "%s", base);
	if (security && security[0])
		snprintf(m->security, sizeof(m->security), "%s", security);
	if (!m->base[0]) {
		ff_msg_error("no Debian mirror in /etc/apt/sources.list or sources.list.d; set FF_DEBIAN_MIRROR to one, or name a bzImage by its path");
		return -ENOENT;
	}
	return find_keyring(m);
}

/* deb-version(7): "~" sorts before everything, even the end; letters before the rest. */
static int char_order(char c)
{
	if (isdigit((unsigned char)c) || !c)
		return 0;
	if (isalpha((unsigned char)c))
		return c;
	if (c == '~')
		return -1;
	return (unsigned char)c + 256;
}

int ff_version_compare(const char *a, const char *b)
{
	while (*a || *b) {
		int first = 0;

		while ((*a && !isdigit((unsigned char)*a)) || (*b && !isdigit((unsigned char)*b))) {
			int d = char_order(*a) - char_order(*b);

			if (d)
				return d;
			a += *a != '\0';
			b += *b != '\0';
		}
		while (*a == '0')
			a++;
		while (*b == '0')
			b++;
		while (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			if (!first)
				first = *a - *b;
			a++;
			b++;
		}
		if (isdigit((unsigned char)*a))
			return 1;
		if (isdigit((unsigned char)*b))
			return -1;
		if (first)
			return first;
	}
	return 0;
}
