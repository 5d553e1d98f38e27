// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/attrs.h"

static void entry_free(struct ff_entry *e)
{
	free(e->text);
	free(e->attrs);
}

void ff_set_free(struct ff_set *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		entry_free(&s->e[i]);
	free(s->e);
	*s = (struct ff_set){ 0 };
}

struct ff_id ff_id_of(const char *text)
{
	struct ff_id id;
	SHA2_CTX hash;

	SHA256Init(&hash);
	SHA256Update(&hash, (const uint8_t *)text, strlen(text));
	SHA256Final(id.byte, &hash);
	return id;
}

void ff_id_text(const struct ff_id *id, char out[FF_ID_TEXT])
{
	size_t i;

	for (i = 0; i < sizeof(id->byte); i++)
		sprintf(out + 2 * i, "%02x", id->byte[i]);
}

char *ff_program_text(const struct ff_program *p)
{
	struct ff_program *bare = malloc(sizeof(*bare));
	char *text = NULL;
	size_t n;

	if (!bare)
		return NULL;
	ff_program_copy(bare, p);
	bare->seed = bare->number = 0;
	n = ff_program_print(bare, NULL, 0) + 1;
	text = malloc(n);
	if (text)
		ff_program_print(bare, text, n);
	free(bare);
	return text;
}

/* Where an id is, or would be. */
static size_t place(const struct ff_set *s, const struct ff_id *id)
{
	size_t low = 0, high = s->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (memcmp(&s->e[mid].id, id, sizeof(*id)) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct ff_entry *ff_set_get(const struct ff_set *s, const struct ff_id *id)
{
	size_t at = place(s, id);

	return at < s->n && !memcmp(&s->e[at].id, id, sizeof(*id)) ? &s->e[at] : NULL;
}

static int grow(struct ff_set *s)
{
	size_t room = s->room ? 2 * s->room : 64;
	struct ff_entry *e = reallocarray(s->e, room, sizeof(*e));

	if (!e)
		return -ENOMEM;
	s->e = e;
	s->room = room;
	return 0;
}

static struct ff_entry *insert(struct ff_set *s, const struct ff_id *id, const char *text, char *attrs)
{
	struct ff_entry new = { .id = *id, .text = strdup(text), .attrs = attrs };
	size_t at;

	if (!new.text || (s->n == s->room && grow(s))) {
		entry_free(&new);
		return NULL;
	}
	at = place(s, id);
	memmove(s->e + at + 1, s->e + at, (s->n - at) * sizeof(*s->e));
	s->e[at] = new;
	s->n++;
	return &s->e[at];
}

struct ff_entry *ff_set_put(struct ff_set *s, const char *text, const char *attrs, bool *news)
{
	struct ff_id id = ff_id_of(text);
	struct ff_entry *e = ff_set_get(s, &id);
	char *joined = ff_attrs_join(attrs, e ? e->attrs : "");

	if (!joined)
		return NULL;
	if (news)
		*news = !e || strcmp(joined, e->attrs);
	if (!e)
		return insert(s, &id, text, joined);
	free(e->attrs);
	e->attrs = joined;
	return e;
}

/* What both have is joined in place. Return: copies of the others, *@n of them, sorted; NULL without memory. */
static struct ff_entry *join_common(struct ff_set *s, const struct ff_set *from, size_t *n)
{
	struct ff_entry *news = reallocarray(NULL, from->n + 1, sizeof(*news)), *e;
	char *joined;

	*n = 0;
	for (size_t i = 0; news && i < from->n; i++) {
		e = ff_set_get(s, &from->e[i].id);
		if (e && !strcmp(e->attrs, from->e[i].attrs))
			continue;
		joined = ff_attrs_join(from->e[i].attrs, e ? e->attrs : "");
		if (joined && e) {
			free(e->attrs);
			e->attrs = joined;
			continue;
		}
		news[*n] = (struct ff_entry){ .id = from->e[i].id, .text = strdup(from->e[i].text), .attrs = joined };
		if (joined && news[*n].text) {
			++*n;
			continue;
		}
		entry_free(&news[*n]);
		while (*n)
			entry_free(&news[--*n]);
		free(news);
		news = NULL;
	}
	return news;
}

/* From the end, so that nothing moves twice: sets of a hundred thousand programs are joined a thousand times. */
int ff_set_join(struct ff_set *s, const struct ff_set *from)
{
	size_t i = s->n, j, to;
	struct ff_entry *news = join_common(s, from, &j);
	int ret = news ? 0 : -ENOMEM;

	while (!ret && s->room < s->n + j)
		ret = grow(s);
	if (ret) {
		while (news && j)
			entry_free(&news[--j]);
		free(news);
		return ret;
	}
	to = s->n += j;
	while (j)
		if (i && memcmp(&s->e[i - 1].id, &news[j - 1].id, sizeof(struct ff_id)) > 0)
			s->e[--to] = s->e[--i];
		else
			s->e[--to] = news[--j];
	free(news);
	return 0;
}

struct ff_entry *ff_set_find(const struct ff_set *s, const char *prefix, size_t *n)
{
	size_t len = strlen(prefix), i, first = 0;
	char id[FF_ID_TEXT];

	*n = 0;
	for (i = 0; i < s->n && len < sizeof(id); i++) {
		ff_id_text(&s->e[i].id, id);
		if (!strncasecmp(id, prefix, len) && !(*n)++)
			first = i;
	}
	return *n ? &s->e[first] : NULL;
}
