// SPDX-License-Identifier: GPL-2.0-only
#include "runner/campaign/ground.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "bpf/hooks.h"
#include "fuzzer/call.h"
#include "fuzzer/family.h"

#define OPEN_BIOS	64	/* direct reads in flight at one time; more are not told apart */

/*
 * One counter. It comes from /proc/vmstat (@counter) or from the witness
 * (@count, if hook @hook works).
 * @needs: enum ff_on: all of them ran, else 0 is no news
 * @never: what to say when it stayed 0; NULL: nothing
 */
struct row {
	const char *group, *name;
	int counter, count, hook, hook2;
	uint32_t needs;
	const char *never;
};

#define VMSTAT(g, n, needs_, never_) \
	{ .group = g, .name = #n, .counter = FF_COUNT_##n, .count = -1, .needs = needs_, .never = never_ }
#define SEEN(g, n, c, h, h2, needs_, never_) \
	{ .group = g, .name = n, .counter = -1, .count = c, .hook = h, .hook2 = h2, .needs = needs_, .never = never_ }

static const struct row rows[] = {
	VMSTAT("swap", pswpout, FF_RAN_SWAP, "nothing was ever written to swap"),
	VMSTAT("swap", pswpin, FF_RAN_SWAP, "nothing was ever swapped in"),
	SEEN("swap", "file_swap_in", FF_GROUND_FILE_SWAP_IN, FF_HOOK_SWAP_IN_FILE, FF_HOOK_SWAP_IN_FILE,
	     FF_RAN_FILE_SWAP, "no page of a tmpfs file was ever swapped in"),
	VMSTAT("huge pages", thp_fault_alloc, FF_RAN_THP, "no fault ever gave a huge anonymous page"),
	VMSTAT("huge pages", thp_file_alloc, FF_RAN_HUGE_FILE, "no huge page was ever made for a file"),
	VMSTAT("huge pages", thp_file_mapped, FF_RAN_HUGE_FILE, "no huge page of a file was ever mapped as one"),
	VMSTAT("huge pages", thp_collapse_alloc, FF_RAN_COLLAPSE, "no collapse ever came as far as a new huge page"),
	SEEN("huge pages", "file_collapsed", FF_GROUND_COLLAPSED, FF_HOOK_COLLAPSE, FF_HOOK_COLLAPSE,
	     FF_RAN_COLLAPSE | FF_RAN_TMPFS, "no range of a file was ever collapsed"),
	VMSTAT("huge pages", thp_split_page, FF_RAN_HUGE_FILE, "no huge page was ever split"),
	SEEN("huge pages", "split_seen", FF_GROUND_SPLIT, FF_HOOK_SPLIT, FF_HOOK_SPLIT, 0, NULL),
	VMSTAT("huge pages", thp_split_pmd, FF_RAN_THP | FF_RAN_HUGE_FILE, "no mapping of a huge page was ever split"),
	VMSTAT("huge pages", thp_swpout, 0, NULL),
	VMSTAT("faults", pgfault, 0, "no fault at all"),
	VMSTAT("faults", pgmajfault, 0, NULL),
	SEEN("faults", "cow_copied", FF_GROUND_COPIED, FF_HOOK_COW, FF_HOOK_COW, 0, "no write fault ever copied a page"),
	SEEN("faults", "fault_around", FF_GROUND_AROUND, FF_HOOK_FAULT_AROUND, FF_HOOK_FAULT_AROUND, 0,
	     "no fault ever mapped the cached pages around it"),
	SEEN("direct reads", "ended", FF_GROUND_DIRECT_READ, FF_HOOK_DMA_PIN, FF_HOOK_DMA_DONE,
	     FF_RAN_DIRECT_READ, "the witness saw no direct read"),
	SEEN("direct reads", "beside_eviction", FF_GROUND_BESIDE, FF_HOOK_DMA_DONE, FF_HOOK_UNMAP,
	     FF_RAN_DIRECT_READ | FF_RAN_SWAP, "no direct read was in flight while pages were unmapped or copied"),
	SEEN("direct reads", "page_evicted", FF_GROUND_UNDER, FF_HOOK_DMA_DONE, FF_HOOK_UNMAP,
	     FF_RAN_DIRECT_READ | FF_RAN_SWAP, "no page was ever unmapped or copied under the DMA of a direct read"),
	VMSTAT("reclaim", pgsteal_direct, 0, NULL),
	VMSTAT("reclaim", pgmigrate_success, FF_RAN_MOVES, "no page was ever migrated"),
	VMSTAT("reclaim", compact_success, 0, NULL),
	VMSTAT("reclaim", oom_kill, 0, NULL),
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static uint32_t ran_target(const struct ff_target *t)
{
	uint32_t ran = t->kind == FF_TARGET_TMPFS ? FF_RAN_TMPFS : FF_RAN_DISK;

	if (t->swap != FF_SWAP_NONE)
		ran |= t->kind == FF_TARGET_TMPFS ? FF_RAN_SWAP | FF_RAN_FILE_SWAP : FF_RAN_SWAP;
	if (t->huge == FF_HUGE_ALWAYS || t->huge == FF_HUGE_WITHIN_SIZE)
		ran |= FF_RAN_HUGE_FILE;
	if (t->thp == FF_THP_ALWAYS)
		ran |= FF_RAN_THP;
	return ran;
}

/* What a call that was made and not refused can move. */
static uint32_t ran_call(const struct ff_case *c, unsigned int id)
{
	const struct ff_call *call = &c->program->call[id];
	const struct ff_record *r = &c->history->record[id];

	if (r->state != FF_CALL_DONE || r->err)
		return 0;
	switch (call->op) {
	case FF_OP_OPEN:
		return call->arg[1] & O_DIRECT ? FF_RAN_DIRECT : 0;
	case FF_OP_PREAD:
	case FF_OP_PREADV:
		return FF_RAN_READ;
	case FF_OP_MADVISE:
		return call->arg[3] == MADV_COLLAPSE ? FF_RAN_COLLAPSE : 0;
	case FF_OP_MIGRATE:
	case FF_OP_COMPACT:
		return FF_RAN_MOVES;
	}
	return 0;
}

/* A direct read in flight, and whether pages went away meanwhile. */
struct bio {
	uint64_t cookie, first, last;	/* page frames of its first run */
	bool used, beside, under;
};

static bool copied(const struct ff_event *e)
{
	return e->kind == FF_EV_COW_END && e->flags & FF_EVF_PFN && e->pfn != e->cookie;
}

/* The page that an event took away from a mapping of ours; false: it took none. */
static bool takes(const struct ff_event *e, uint64_t *pfn)
{
	if (e->kind == FF_EV_UNMAP && e->result)
		*pfn = e->flags & FF_EVF_PFN ? e->pfn : 0;
	else if (copied(e))
		*pfn = e->cookie;
	else
		return false;
	return true;
}

static struct bio *find_bio(struct bio *b, uint64_t cookie)
{
	for (unsigned int i = 0; i < OPEN_BIOS; i++)
		if (b[i].used && b[i].cookie == cookie)
			return &b[i];
	return NULL;
}

static void pin(struct bio *b, const struct ff_event *e)
{
	struct bio *bio = find_bio(b, e->cookie);

	for (unsigned int i = 0; i < OPEN_BIOS && !bio; i++)
		if (!b[i].used)
			bio = &b[i];
	if (!bio)
		return;
	if (!bio->used)
		*bio = (struct bio){ .cookie = e->cookie, .used = true };
	if (e->flags & FF_EVF_PFN) {
		bio->first = e->pfn;
		bio->last = e->pfn + ((uint64_t)e->result + e->extra - 1) / 4096;
	}
}

static void done(struct ff_ground *g, struct bio *bio)
{
	if (!bio)
		return;
	g->count[FF_GROUND_DIRECT_READ]++;
	g->count[FF_GROUND_BESIDE] += bio->beside;
	g->count[FF_GROUND_UNDER] += bio->under;
	bio->used = false;
}

static void in_flight(struct ff_ground *g, const struct ff_case *c)
{
	struct bio bios[OPEN_BIOS] = { 0 };
	uint64_t pfn;

	for (size_t i = 0; i < c->nevents; i++) {
		const struct ff_event *e = &c->event[i];

		if (e->kind == FF_EV_DMA_PIN)
			pin(bios, e);
		else if (e->kind == FF_EV_DMA_DONE)
			done(g, find_bio(bios, e->cookie));
		if (!takes(e, &pfn))
			continue;
		for (unsigned int k = 0; k < OPEN_BIOS; k++) {
			bios[k].beside |= bios[k].used;
			bios[k].under |= bios[k].used && pfn && pfn >= bios[k].first && pfn <= bios[k].last;
		}
	}
}

static void count_event(struct ff_ground *g, const struct ff_event *e)
{
	switch (e->kind) {
	case FF_EV_COLLAPSE_END:
		g->count[FF_GROUND_COLLAPSED] += e->flags & FF_EVF_NO_RESULT || e->result != FF_COLLAPSE_FAILED;
		break;
	case FF_EV_SPLIT_END:
		g->count[FF_GROUND_SPLIT] += e->result == 0;
		break;
	case FF_EV_COW_END:
		g->count[FF_GROUND_COPIED] += copied(e);
		break;
	case FF_EV_FAULT_AROUND:
		g->count[FF_GROUND_AROUND] += e->extra > 1;
		break;
	case FF_EV_SWAP_IN_FILE_BEGIN:
		g->count[FF_GROUND_FILE_SWAP_IN]++;
		break;
	}
}

void ff_ground_add(struct ff_ground *g, const struct ff_case *c)
{
	const uint32_t direct = FF_RAN_DIRECT | FF_RAN_READ | FF_RAN_DISK;
	uint32_t ran = ran_target(&c->program->target);

	for (unsigned int i = 0; i < c->program->ncalls; i++)
		ran |= ran_call(c, i);
	if ((ran & direct) == direct)
		ran |= FF_RAN_DIRECT_READ;
	g->ran |= ran;
	for (size_t i = 0; i < c->nevents; i++)
		count_event(g, &c->event[i]);
	in_flight(g, c);
}

/* Does this kernel have the counter at all? */
static bool there(const struct row *r, const struct ff_session_info *info)
{
	uint64_t hooks = 1ULL << r->hook | 1ULL << r->hook2;

	if (r->counter >= 0)
		return info->counted & 1ULL << r->counter;
	return (info->boot.hooks & hooks) == hooks;
}

static uint64_t value(const struct row *r, const struct ff_ground *g, const struct ff_session_info *info)
{
	return r->counter >= 0 ? info->counter[r->counter] : g->count[r->count];
}

static bool never(const struct row *r, const struct ff_ground *g, const struct ff_session_info *info)
{
	return r->never && there(r, info) && (g->ran & r->needs) == r->needs && !value(r, g, info);
}

void ff_ground_print(const struct ff_ground *g, const struct ff_session_info *info, FILE *out)
{
	const char *group = "";

	for (size_t i = 0; i < ROWS; i++) {
		if (!there(&rows[i], info))
			continue;
		if (strcmp(group, rows[i].group))
			fprintf(out, "%s  %-13s", *group ? "\n" : "", rows[i].group);
		group = rows[i].group;
		fprintf(out, " %s %llu", rows[i].name, (unsigned long long)value(&rows[i], g, info));
	}
	if (*group)
		fputc('\n', out);
	for (size_t i = 0; i < ROWS; i++)
		if (never(&rows[i], g, info))
			fprintf(out, "warning: %s: this campaign says nothing about it\n", rows[i].never);
}

json_t *ff_ground_json(const struct ff_ground *g, const struct ff_session_info *info)
{
	json_t *j = json_object(), *list = json_array(), *group;

	for (size_t i = 0; i < ROWS; i++) {
		if (!there(&rows[i], info))
			continue;
		group = json_object_get(j, rows[i].group);
		if (!group) {
			group = json_object();
			json_object_set_new(j, rows[i].group, group);
		}
		json_object_set_new(group, rows[i].name, json_integer((json_int_t)value(&rows[i], g, info)));
		if (never(&rows[i], g, info))
			json_array_append_new(list, json_string(rows[i].never));
	}
	json_object_set_new(j, "never", list);
	return j;
}
