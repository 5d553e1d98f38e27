// SPDX-License-Identifier: GPL-2.0-only
/* A hang in words: who waits for what, who holds it, where they sleep. */
#include <stdio.h>
#include <string.h>

#include "oracles/hang.h"

#define MAX_STACKS 10

static const char *const kinds[] = {
	"a page", "a mutex", "a rw_semaphore (to read)", "a rw_semaphore (to write)",
	"a percpu_rw_semaphore",
};

static void page_text(const struct ff_wait *w, char *out, size_t n)
{
	size_t used;

	used = (size_t)snprintf(out, n, "task %u waits for bit %u%s, %s, of folio 0x%llx", w->tid, w->bit,
				w->bit ? "" : " (locked)", w->flags & FF_WAITF_SET ? "set" : "clear",
				(unsigned long long)w->object);
	if (used < n && w->ino)
		used += (size_t)snprintf(out + used, n - used, " (page %llu of inode %llu on %u:%u, mapping 0x%llx)",
					 (unsigned long long)w->index, (unsigned long long)w->ino,
					 w->dev >> 20, w->dev & 0xfffff, (unsigned long long)w->mapping);
	else if (used < n)
		used += (size_t)snprintf(out + used, n - used, " (no file's, mapping 0x%llx)",
					 (unsigned long long)w->mapping);
	if (used < n && w->unlocker)
		snprintf(out + used, n - used, ", last unlocked by task %u", w->unlocker);
}

void ff_hang_wait_text(const struct ff_wait *w, char *out, size_t n)
{
	size_t used;

	if (w->kind == FF_WAIT_PAGE)
		page_text(w, out, n);
	else
		snprintf(out, n, "task %u waits for %s at 0x%llx", w->tid, kinds[w->kind],
			 (unsigned long long)w->object);
	used = strlen(out);
	if (used >= n)
		return;
	if (w->flags & FF_WAITF_READER)
		snprintf(out + used, n - used, ", task %u was the last that took it to read", w->owner);
	else if (w->owner)
		snprintf(out + used, n - used, ", task %u holds it", w->owner);
	else if (w->kind != FF_WAIT_PAGE || (!w->bit && (w->flags & FF_WAITF_SET)))
		snprintf(out + used, n - used, ", who holds it is not known");
}

static void stack(struct ff_finding *f, const struct ff_stuck_task *t)
{
	char text[2 * FF_STUCK_STACK];
	size_t used = 0;

	for (const char *c = t->stack; *c && used + 3 < sizeof(text); c++) {
		if (*c == '+')
			text[used++] = ' ', text[used++] = '<';
		text[used++] = *c == '+' ? ' ' : *c;
	}
	text[used] = '\0';
	ff_finding_evidence(f, "stack of task %u (%s, %c): %s\n", t->tid, t->comm, t->state,
			    used ? text : "not known");
}

/* Does anybody wait for what this task holds, or it for anything? */
static bool concerned(const struct ff_stuck_sample *s, uint32_t tid)
{
	for (uint32_t i = 0; i < s->nwaits; i++)
		if (s->wait[i].tid == tid || s->wait[i].owner == tid)
			return true;
	return false;
}

static bool told(const struct ff_stuck_sample *s, const struct ff_stuck_task *t)
{
	return concerned(s, t->tid) || t->state == 'D';
}

void ff_hang_evidence(struct ff_finding *f, const struct ff_stuck_sample *s, uint32_t tid)
{
	const struct ff_stuck_task *t = ff_hang_task(s, tid);
	unsigned int more = 0, lines = 0;
	char text[300];

	for (uint32_t i = 0; i < s->nwaits; i++) {
		ff_hang_wait_text(&s->wait[i], text, sizeof(text));
		if (lines++ < MAX_STACKS)
			ff_finding_evidence(f, "wait: %s\n", text);
	}
	if (s->nwaits > MAX_STACKS)
		ff_finding_evidence(f, "wait: %u more\n", s->nwaits - MAX_STACKS);
	if (t)
		stack(f, t);
	lines = 0;
	for (uint32_t i = 0; i < s->ntasks; i++) {
		if (&s->task[i] == t || !told(s, &s->task[i]))
			continue;
		if (lines++ < MAX_STACKS)
			stack(f, &s->task[i]);
		else
			more++;
	}
	if (more)
		ff_finding_evidence(f, "stacks of %u more blocked tasks are in the history\n", more);
	if (s->know & FF_KNOW_CUT)
		ff_finding_evidence(f, "there were more tasks than a sample has room for\n");
}
