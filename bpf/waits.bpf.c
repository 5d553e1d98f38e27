// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits, who holds. The walk of the page wait table is never attached: user
 * space runs it, one bucket a run. Who locked a page the kernel does not keep:
 * it is noted here, only for our tasks and only where both ends can be seen.
 */
#include "ff_emit.h"
#include "waits.h"

#define OWNERS		4096	/* a power of two */
#define TID_BITS	22	/* PID_MAX_LIMIT is 1 << 22 */
#define FGP_LOCK	2
#define LCB_SPIN	(1U << 0)	/* include/trace/events/lock.h */
#define LCB_READ	(1U << 1)
#define LCB_RT		(1U << 3)
#define LCB_PERCPU	(1U << 4)
#define LCB_WRITE	(1U << 2)

/* What the runs below give to user space. */
volatile struct ff_wait ff_walked;
volatile __u32 ff_walked_is;
/* The wait table, and the function of its waits: learnt in pagewait.bpf.c or set from outside. */
volatile __u64 ff_wait_table;
volatile __u64 ff_wake_fn;

/*
 * Page and task in one word, so that no reader sees halves of two: the page's
 * address but for its lowest 6 bits (a struct page has 64 bytes) and for those
 * above 48, which are ones. Two pages of one slot: the later one counts, of the
 * other nobody is known.
 */
static volatile __u64 locked_by[OWNERS], unlocked_by[OWNERS];

static __always_inline __u64 page_key(__u64 page)
{
	return page >> 6 << TID_BITS;
}

static __always_inline __u32 page_slot(__u64 page)
{
	return (page >> 6 ^ page >> 18) & (OWNERS - 1);
}

static __always_inline void note(volatile __u64 *table, __u64 page)
{
	table[page_slot(page)] = page_key(page) | (__u32)bpf_get_current_pid_tgid();
}

static __always_inline __u32 noted(volatile __u64 *table, __u64 page)
{
	__u64 is = table[page_slot(page)];

	return is >> TID_BITS << TID_BITS == page_key(page) ? is & ((1U << TID_BITS) - 1) : 0;
}

/*
 * The one way to get a locked page whose unlocking is always a call: inside
 * mm/filemap.c the compiler inlines folio_unlock(), but what this returns is
 * unlocked elsewhere. Swap entries and errors come back too: no page addresses.
 */
SEC("?fexit/__filemap_get_folio")
int BPF_PROG(page_locked, void *mapping, unsigned long index, int fgp, unsigned int gfp, void *ret)
{
	__u64 page = (__u64)ff_arg(ctx, 4);

	if (!ff_on || !(fgp & FGP_LOCK) || !page || (page & 63) || page >> 12 == ~0ULL >> 12)
		return 0;
	if (ff_who() != FF_EVF_OURS)
		return 0;
	note(locked_by, (__u64)ff_page_head((void *)page));
	return 0;
}

static __always_inline int unlocked(__u64 page)
{
	__u32 slot = page_slot(page);

	if (noted(locked_by, page))
		locked_by[slot] = 0;
	if (ff_on)
		note(unlocked_by, page);
	return 0;
}

SEC("?fentry/folio_unlock")
int BPF_PROG(page_unlocked)
{
	return unlocked((__u64)ff_page_head((void *)ff_arg(ctx, 0)));
}

/* Since 6.7 (0b237047d5a7): the end of a read unlocks by itself. */
SEC("?fentry/folio_end_read")
int BPF_PROG(page_read)
{
	return unlocked((__u64)ff_arg(ctx, 0));
}

struct lock_wait {
	__u64 lock;
	__u32 kind, pad;
};

/* Sleeping locks that a task waits for, by its tid. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct lock_wait);
} ff_lock_waits SEC(".maps");

/*
 * Spinlocks come here as well, also those of BPF maps: nothing may be touched
 * before they are sorted out.
 */
SEC("?tp_btf/contention_begin")
int BPF_PROG(lock_wait_begin, void *lock, unsigned int flags)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct lock_wait lw = { .lock = (__u64)lock };

	if (flags & (LCB_SPIN | LCB_RT) || !tid)
		return 0;
	if (flags & LCB_PERCPU)
		lw.kind = FF_WAIT_PERCPU;
	else if (flags & LCB_READ)
		lw.kind = FF_WAIT_READ;
	else if (flags & LCB_WRITE)
		lw.kind = FF_WAIT_WRITE;
	else
		lw.kind = FF_WAIT_MUTEX;
	bpf_map_update_elem(&ff_lock_waits, &tid, &lw, BPF_ANY);
	return 0;
}

SEC("?tp_btf/contention_end")
int BPF_PROG(lock_wait_end, void *lock)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct lock_wait *lw = bpf_map_lookup_elem(&ff_lock_waits, &tid);

	if (lw && lw->lock == (__u64)lock)
		bpf_map_delete_elem(&ff_lock_waits, &tid);
	return 0;
}

static __always_inline void fill_page(volatile struct ff_wait *out, __u64 page, int bit)
{
	struct ff_file f;
	__u64 flags = 0;

	bpf_probe_read_kernel(&flags, sizeof(flags), (void *)page);
	ff_page_file(&f, (void *)page);
	out->object = page;
	out->mapping = (__u64)ff_page_mapping((void *)page);
	out->ino = f.ino;
	out->index = f.index;
	out->dev = f.dev;
	out->page_flags = flags;
	out->bit = bit;
	if (flags >> (bit & 63) & 1)
		out->flags |= FF_WAITF_SET;
	out->unlocker = noted(unlocked_by, page);
	if (bit == FF_PG_LOCKED) {
		out->owner = noted(locked_by, page);
		if (out->owner)
			out->flags |= FF_WAITF_OWNER;
	}
}

static __always_inline void fill_task(volatile struct ff_wait *out, struct task_struct *t)
{
	out->tid = BPF_CORE_READ(t, pid);
	out->tgid = BPF_CORE_READ(t, tgid);
	out->state = ff_task_state(t);
	out->nvcsw = BPF_CORE_READ(t, nvcsw);
	out->nivcsw = BPF_CORE_READ(t, nivcsw);
}

static __always_inline void fill_wait(volatile struct ff_wait *out, struct wait_queue_entry *e)
{
	struct wait_page_queue *q = ff_wait_queue_of(e);
	__u32 flags = BPF_CORE_READ(e, flags);

	out->kind = FF_WAIT_PAGE;
	out->flags = 0;
	out->owner = 0;
	out->entry = (__u64)e;
	if (flags & FF_WQ_EXCLUSIVE)
		out->flags |= FF_WAITF_EXCLUSIVE;
	if (flags & FF_WQ_WOKEN)
		out->flags |= FF_WAITF_WOKEN;
	fill_page(out, (__u64)ff_wait_page(q), BPF_CORE_READ(q, bit_nr));
	fill_task(out, BPF_CORE_READ(e, private));
}

/*
 * args[0]: the bucket, args[1]: which of its entries; one entry a run, for a loop
 * around all of this is too much for old verifiers. The queue's lock is not
 * taken: an entry may leave while it is read, so what is seen once proves nothing.
 */
SEC("?raw_tp/sys_enter")
int ff_walk(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 nth = ctx->args[1];
	struct list_head *at, *first;
	struct wait_queue_entry *e;
	void *head;

	ff_walked_is = FF_WALK_END;
	if (!ff_wait_table || ctx->args[0] >= FF_WAIT_BUCKETS)
		return 0;
	head = (void *)(ff_wait_table +
			ctx->args[0] * bpf_core_type_size(struct wait_queue_head));
	first = head + bpf_core_field_offset(struct wait_queue_head, head);
	at = BPF_CORE_READ(first, next);
	for (__u64 i = 0; i < FF_WAIT_BUCKET_MAX && i < nth && at && at != first; i++)
		at = BPF_CORE_READ(at, next);
	if (!at || at == first || nth >= FF_WAIT_BUCKET_MAX)
		return 0;
	e = (void *)at - bpf_core_field_offset(struct wait_queue_entry, entry);
	/* Others share a bucket; bookmarks (5.10) have no function. */
	ff_walked_is = FF_WALK_OTHER;
	if ((__u64)BPF_CORE_READ(e, func) != ff_wake_fn)
		return 0;
	fill_wait(&ff_walked, e);
	ff_walked_is = FF_WALK_WAIT;
	return 0;
}

/* args[0]: a lock, args[1]: enum ff_wait_kind. Who holds it: ff_walked. */
SEC("?raw_tp/sys_enter")
int ff_lock_owner(struct bpf_raw_tracepoint_args *ctx)
{
	volatile struct ff_wait *out = &ff_walked;
	__u64 lock = ctx->args[0], kind = ctx->args[1], owner = 0;
	struct task_struct *t;

	out->owner = 0;
	out->flags = 0;
	if (kind == FF_WAIT_MUTEX)
		owner = BPF_CORE_READ((struct mutex *)lock, owner.counter);
	else if (kind == FF_WAIT_READ || kind == FF_WAIT_WRITE)
		owner = BPF_CORE_READ((struct rw_semaphore *)lock, owner.counter);
	t = (void *)(owner & ~7ULL);
	if (!t)
		return 0;
	out->owner = BPF_CORE_READ(t, pid);
	if (kind != FF_WAIT_MUTEX && (owner & FF_RWSEM_READER))
		out->flags = FF_WAITF_READER;
	else
		out->flags = FF_WAITF_OWNER;
	return 0;
}
