// SPDX-License-Identifier: GPL-2.0-only
/* Samples of a stuck program as text, and back. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "oracles/case_names.h"
#include "oracles/number_text.h"
#include "oracles/stuck.h"

static const struct ff_flag_name know_names[] = {
	{ "pages", FF_KNOW_PAGES }, { "owners", FF_KNOW_OWNERS }, { "locks", FF_KNOW_LOCKS },
	{ "cut", FF_KNOW_CUT }, { "cpus", FF_KNOW_CPUS }, { NULL, 0 }
};

static const struct ff_flag_name wait_names[] = {
	{ "set", FF_WAITF_SET }, { "woken", FF_WAITF_WOKEN }, { "exclusive", FF_WAITF_EXCLUSIVE },
	{ "owner", FF_WAITF_OWNER }, { "reader", FF_WAITF_READER }, { NULL, 0 }
};

static const char *const kinds[] = { "page", "mutex", "read", "write", "percpu" };

_Static_assert(sizeof(kinds) / sizeof(*kinds) == FF_WAIT_KINDS, "each kind has its word");

/* One number of a line: written if it is not 0. */
struct field {
	const char *key;
	size_t at, size;
	int hex;
};

#define FIELD(type, member, hex) \
	{ #member, offsetof(struct type, member), sizeof(((struct type *)0)->member), hex }
#define END { NULL, 0, 0, 0 }

static const struct field sample_fields[] = {
	FIELD(ff_stuck_sample, time_ns, 0), FIELD(ff_stuck_sample, io_done, 0),
	FIELD(ff_stuck_sample, io_flight, 0), END
};

static const struct field task_fields[] = {
	FIELD(ff_stuck_task, tid, 0), FIELD(ff_stuck_task, tgid, 0), FIELD(ff_stuck_task, cpu, 0),
	FIELD(ff_stuck_task, nvcsw, 0), FIELD(ff_stuck_task, nivcsw, 0), END
};

static const struct field wait_fields[] = {
	FIELD(ff_wait, tid, 0), FIELD(ff_wait, tgid, 0), FIELD(ff_wait, state, 1),
	FIELD(ff_wait, object, 1), FIELD(ff_wait, entry, 1), FIELD(ff_wait, bit, 0),
	FIELD(ff_wait, dev, 1), FIELD(ff_wait, ino, 0), FIELD(ff_wait, index, 0),
	FIELD(ff_wait, mapping, 1), FIELD(ff_wait, page_flags, 1), FIELD(ff_wait, nvcsw, 0),
	FIELD(ff_wait, nivcsw, 0), FIELD(ff_wait, owner, 0), FIELD(ff_wait, unlocker, 0), END
};

static void write_fields(const struct field *f, const void *of, FILE *out)
{
	uint64_t v;

	for (; f->key; f++) {
		v = 0;
		memcpy(&v, (const char *)of + f->at, f->size);	/* little endian, as in case_read.c */
		if (v)
			fprintf(out, f->hex ? " %s=0x%" PRIx64 : " %s=%" PRIu64, f->key, v);
	}
}

static void write_task(const struct ff_stuck_task *t, FILE *out)
{
	fputs("task", out);
	write_fields(task_fields, t, out);
	fprintf(out, " state=%c", t->state ? t->state : '?');
	if (t->comm[0])
		fprintf(out, " comm=%s", t->comm);
	if (t->stack[0])
		fprintf(out, " stack=%s", t->stack);
	fputc('\n', out);
}

static void write_wait(const struct ff_wait *w, FILE *out)
{
	fprintf(out, "wait %s", kinds[w->kind]);
	write_fields(wait_fields, w, out);
	fputs(" flags=", out);
	ff_flags_write(wait_names, w->flags, out);
	fputc('\n', out);
}

void ff_stuck_write(const struct ff_stuck *s, FILE *out)
{
	if (!s || !s->nsamples)
		return;
	fprintf(out, "stuck unit_ns=%" PRIu64 "\n", s->unit_ns);
	for (uint32_t i = 0; i < s->nsamples; i++) {
		const struct ff_stuck_sample *p = &s->sample[i];

		fputs("sample know=", out);
		ff_flags_write(know_names, p->know, out);
		write_fields(sample_fields, p, out);
		fputc('\n', out);
		for (uint32_t k = 0; k < p->ntasks; k++)
			write_task(&p->task[k], out);
		for (uint32_t k = 0; k < p->nwaits; k++)
			write_wait(&p->wait[k], out);
	}
}

static int put(const struct field *f, void *to, const char *key, const char *value)
{
	for (; f->key; f++)
		if (!strcmp(f->key, key))
			return ff_number_store(value, (char *)to + f->at, f->size);
	return -EINVAL;
}

static int put_flags(const struct ff_flag_name *names, const char *value, uint32_t *to)
{
	uint64_t v;

	if (ff_flags_read(names, value, &v))
		return -EINVAL;
	*to = (uint32_t)v;
	return 0;
}

static int put_text(char *to, size_t n, const char *value)
{
	if (strlen(value) >= n)
		return -EINVAL;
	strcpy(to, value);
	return 0;
}

static int put_task(struct ff_stuck_task *t, const char *key, const char *value)
{
	if (!strcmp(key, "state")) {
		t->state = value[0];
		return value[0] && !value[1] ? 0 : -EINVAL;
	}
	if (!strcmp(key, "comm"))
		return put_text(t->comm, sizeof(t->comm), value);
	if (!strcmp(key, "stack"))
		return put_text(t->stack, sizeof(t->stack), value);
	return put(task_fields, t, key, value);
}

static int put_wait(struct ff_wait *w, const char *word, const char *value)
{
	if (!value) {
		for (unsigned int i = 0; i < FF_WAIT_KINDS; i++)
			if (!strcmp(kinds[i], word))
				return w->kind = (uint16_t)i, 0;
		return -EINVAL;
	}
	if (!strcmp(word, "flags"))
		return put_flags(wait_names, value, &w->flags);
	return put(wait_fields, w, word, value);
}

/* One "word" or "key=value" of a line. */
static int put_pair(struct ff_stuck *s, struct ff_stuck_sample *p, char line, const char *key,
		    const char *value)
{
	if (line == 'w')
		return put_wait(&p->wait[p->nwaits], key, value);
	if (!value)
		return -EINVAL;
	if (line == 't')
		return put_task(&p->task[p->ntasks], key, value);
	if (line == 's' && !strcmp(key, "know"))
		return put_flags(know_names, value, &p->know);
	if (line == 's')
		return put(sample_fields, p, key, value);
	return strcmp(key, "unit_ns") || ff_number_read(value, &s->unit_ns) ? -EINVAL : 0;
}

static int put_pairs(struct ff_stuck *s, struct ff_stuck_sample *p, char line, const char *key,
		     char *rest, char *why, size_t n)
{
	char *pair, *value;

	while ((pair = strsep(&rest, " \t"))) {
		if (!*pair)
			continue;
		value = strchr(pair, '=');
		if (value)
			*value++ = '\0';
		if (put_pair(s, p, line, pair, value)) {
			snprintf(why, n, "found \"%.40s%s%.40s\" in a %s line, expected one of its keys and a value for it",
				 pair, value ? "=" : "", value ? value : "", key);
			return -EINVAL;
		}
	}
	return 0;
}

int ff_stuck_read(struct ff_stuck *s, const char *key, char *rest, char *why, size_t n)
{
	struct ff_stuck_sample *p = s->nsamples ? &s->sample[s->nsamples - 1] : NULL;
	char line = !strcmp(key, "stuck") ? 'u' : !strcmp(key, "sample") ? 's' :
		    !strcmp(key, "task") ? 't' : !strcmp(key, "wait") ? 'w' : 0;

	if (!line)
		return -ENOENT;
	if (line == 's') {
		if (s->nsamples == FF_STUCK_SAMPLES) {
			snprintf(why, n, "found more samples than %u", FF_STUCK_SAMPLES);
			return -EINVAL;
		}
		p = &s->sample[s->nsamples++];
	}
	if (line != 'u' && !p) {
		snprintf(why, n, "found a %s line before a sample line", key);
		return -EINVAL;
	}
	if ((line == 't' && p->ntasks == FF_STUCK_TASKS) || (line == 'w' && p->nwaits == FF_STUCK_WAITS)) {
		snprintf(why, n, "found more %s lines than a sample has room for", key);
		return -EINVAL;
	}
	if (put_pairs(s, p, line, key, rest, why, n))
		return -EINVAL;
	if (line == 't')
		p->ntasks++;
	if (line == 'w')
		p->nwaits++;
	return 0;
}

static void clean(char *text, size_t n)
{
	text[n - 1] = '\0';
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			*text = '_';
}

int ff_stuck_sane(struct ff_stuck *s)
{
	int sane = s->nsamples <= FF_STUCK_SAMPLES;

	if (!sane)
		s->nsamples = 0;
	for (uint32_t i = 0; i < s->nsamples; i++) {
		struct ff_stuck_sample *p = &s->sample[i];

		if (p->ntasks > FF_STUCK_TASKS || p->nwaits > FF_STUCK_WAITS) {
			p->ntasks = p->nwaits = 0;
			sane = 0;
		}
		for (uint32_t k = 0; k < p->ntasks; k++) {
			clean(p->task[k].comm, sizeof(p->task[k].comm));
			clean(p->task[k].stack, sizeof(p->task[k].stack));
			if (p->task[k].state <= ' ' || p->task[k].state > '~')
				p->task[k].state = '?';
		}
		for (uint32_t k = 0; k < p->nwaits; k++)
			if (p->wait[k].kind >= FF_WAIT_KINDS) {
				p->wait[k].kind = FF_WAIT_PAGE;
				sane = 0;
			}
	}
	return sane;
}
