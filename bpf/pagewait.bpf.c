// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits for page bits (locked, writeback). The wait core itself is notrace, so
 * the facts come from what it must call: io_schedule, wake_page_function and
 * finish_wait.
 */
#include "ff_emit.h"

/*
 * Address of wake_page_function, learnt from the first wake: nobody's wait can
 * finish before some waker ran it, and no symbol look-up is needed. The wait
 * table (waits.bpf.c) is learnt from the first wait that ends after it.
 */
extern volatile __u64 ff_wake_fn;
extern volatile __u64 ff_wait_table;

static __always_inline int sleeper(__u32 kind)
{
	struct ff_event ev;

	if (!ff_take_ours(&ev, kind))
		return 0;
	ev.extra = ff_task_state((void *)bpf_get_current_task());
	ff_submit(&ev);
	return 0;
}

SEC("?fentry/io_schedule")
int BPF_PROG(wait_begin)
{
	return sleeper(FF_EV_WAIT_BEGIN);
}

SEC("?fexit/io_schedule")
int BPF_PROG(wait_end)
{
	return sleeper(FF_EV_WAIT_END);
}

static __always_inline void fill_page(struct ff_event *ev, void *page, int bit)
{
	struct ff_file f;

	ff_page_file(&f, page);
	ff_set_file(ev, &f);
	ff_set_pfn(ev, ff_page_pfn(page));
	ev->extra = bit;
}

SEC("?fentry/finish_wait")
int BPF_PROG(wait_page, void *head, struct wait_queue_entry *entry)
{
	struct wait_page_queue *q = ff_wait_queue_of(entry);
	struct ff_event ev;

	if (!ff_wake_fn || (!ff_on && ff_wait_table) ||
	    (__u64)BPF_CORE_READ(entry, func) != ff_wake_fn)
		return 0;
	if (!ff_wait_table)
		ff_wait_table = ff_wait_table_of(head, ff_wait_page(q));
	if (!ff_take_ours(&ev, FF_EV_WAIT_PAGE))
		return 0;
	fill_page(&ev, ff_wait_page(q), BPF_CORE_READ(q, bit_nr));
	ff_submit(&ev);
	return 0;
}

/*
 * At entry, not exit: once woken, the waiter's stack, where the entry lives, is
 * gone. What the function will do is decided by what it looks at: it wakes when
 * page and bit match, unless an exclusive waiter (a locker) finds the bit set
 * again. Its result would not do: it is 0 for plain readers that it woke.
 */
SEC("?fentry/wake_page_function")
int BPF_PROG(wake, struct wait_queue_entry *entry, unsigned int mode, int sync, void *arg)
{
	struct wait_page_queue *q = ff_wait_queue_of(entry);
	struct wait_page_key *key = arg;
	struct task_struct *waiter;
	struct ff_event ev;
	void *page;
	int bit;

	if (!ff_wake_fn)
		ff_wake_fn = (__u64)BPF_CORE_READ(entry, func);
	if (!ff_on)
		return 0;
	page = ff_wait_page(q);
	bit = BPF_CORE_READ(q, bit_nr);
	if (page != ff_key_page(key) || bit != BPF_CORE_READ(key, bit_nr))
		return 0;
	if ((BPF_CORE_READ(entry, flags) & FF_WQ_EXCLUSIVE) && ff_page_bit(page, bit))
		return 0;
	waiter = BPF_CORE_READ(entry, private);
	if (!ff_task_ours(waiter))
		return 0;
	if (!ff_take(&ev, FF_EV_WAKE, ff_who()))
		return 0;
	ev.result = BPF_CORE_READ(waiter, pid);
	fill_page(&ev, page, bit);
	ff_submit(&ev);
	return 0;
}
