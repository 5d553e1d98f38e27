/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is watched, and how an event gets into the ring. Shared by all BPF
 * files; ring.bpf.c defines what is extern here.
 */
#ifndef FF_EMIT_H
#define FF_EMIT_H

#include "event.h"
#include "ff_core.h"

#define FF_KINDS	32	/* array size: at least FF_EV_NR */
#define FF_ANCESTORS	3	/* generations a watched tgid is looked for */

struct ff_ring_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, FF_RING_BYTES);
};

struct ff_set_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
};

extern struct ff_ring_map ff_ring SEC(".maps");
extern struct ff_set_map ff_tgids SEC(".maps");
extern struct ff_set_map ff_devs SEC(".maps");
extern volatile __u32 ff_on;
extern volatile __u64 ff_drops;
extern volatile __u64 ff_count[FF_KINDS];
extern volatile __u64 ff_base[FF_KINDS];
extern volatile __u64 ff_limit[FF_KINDS];
extern volatile __u64 ff_held[FF_KINDS];

static __always_inline int ff_tgid_watched(__u32 tgid)
{
	return bpf_map_lookup_elem(&ff_tgids, &tgid) != 0;
}

static __always_inline int ff_dev_watched(__u32 dev)
{
	return dev && bpf_map_lookup_elem(&ff_devs, &dev) != 0;
}

/* A watched process, or a child, grandchild … of one: workers need no announcing. */
static __always_inline int ff_task_ours(struct task_struct *t)
{
	if (ff_tgid_watched(BPF_CORE_READ(t, tgid)))
		return 1;
#pragma unroll
	for (int i = 0; i < FF_ANCESTORS; i++) {
		t = BPF_CORE_READ(t, real_parent);
		if (!t)
			return 0;
		if (ff_tgid_watched(BPF_CORE_READ(t, tgid)))
			return 1;
	}
	return 0;
}

/* FF_EVF_* of current; 0 also means: emission is off, or no one we watch. */
static __always_inline __u16 ff_who(void)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	char comm[16] = "";

	if (!(BPF_CORE_READ(t, flags) & FF_PF_KTHREAD))
		return ff_task_ours(t) ? FF_EVF_OURS : 0;
	bpf_get_current_comm(comm, sizeof(comm));
	if (comm[0] != 'k')
		return FF_EVF_KTHREAD;
	if (comm[1] == 'h' && comm[2] == 'u' && comm[3] == 'g' && comm[4] == 'e')
		return FF_EVF_KTHREAD | FF_EVF_KHUGEPAGED;
	if (comm[1] == 's' && comm[2] == 'w' && comm[3] == 'a' && comm[4] == 'p')
		return FF_EVF_KTHREAD | FF_EVF_KSWAPD;
	return FF_EVF_KTHREAD;
}

/*
 * Begin an event on the caller's stack: time, who, and the rest 0. False when
 * it is over its limit. On the stack and not reserved in the ring: verifiers
 * before 6.4 lose track of a reserved record that is tested for NULL twice, as
 * clang likes to do.
 */
static __always_inline int ff_take(struct ff_event *ev, __u32 kind, __u16 flags)
{
	__builtin_memset(ev, 0, sizeof(*ev));
	ev->time_ns = bpf_ktime_get_ns();
	ev->tid = (__u32)bpf_get_current_pid_tgid();
	ev->kind = kind;
	ev->flags = flags;
	if (kind >= FF_KINDS)
		return 0;
	__sync_fetch_and_add(&ff_count[kind], 1);
	if (!ff_limit[kind] || ff_count[kind] - ff_base[kind] <= ff_limit[kind])
		return 1;
	__sync_fetch_and_add(&ff_held[kind], 1);
	return 0;
}

/* Nobody sleeps on the ring: it is drained after the program, so no wake-up. */
static __always_inline void ff_submit(struct ff_event *ev)
{
	if (bpf_ringbuf_output(&ff_ring, ev, sizeof(*ev), BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&ff_drops, 1);
}

static __always_inline void ff_set_file(struct ff_event *ev, const struct ff_file *f)
{
	ev->ino = f->ino;
	ev->index = f->index;
	ev->dev = f->dev;
}

static __always_inline void ff_set_pfn(struct ff_event *ev, __u64 pfn)
{
	ev->pfn = pfn;
	if (pfn)
		ev->flags |= FF_EVF_PFN;
}

/* Begin an event about a file page: our tasks' always, others' on watched devices. */
static __always_inline int ff_take_file(struct ff_event *ev, __u32 kind, const struct ff_file *f)
{
	__u16 who;

	if (!ff_on)
		return 0;
	who = ff_who();
	if (!(who & FF_EVF_OURS) && !ff_dev_watched(f->dev))
		return 0;
	if (!ff_take(ev, kind, who))
		return 0;
	ff_set_file(ev, f);
	return 1;
}

/* Begin an event about what current does: our tasks only. */
static __always_inline int ff_take_ours(struct ff_event *ev, __u32 kind)
{
	return ff_on && ff_who() == FF_EVF_OURS && ff_take(ev, kind, FF_EVF_OURS);
}

#endif /* FF_EMIT_H */
