// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that move: migration puts a copy into the page cache in place of a page,
 * and the copy is uptodate only when its content and flags are there.
 *
 * Compaction moves thousands in a row. What one task moves of one file without
 * another file between, within a batch, is one event.
 */
#include "ff_emit.h"

struct moving {
	struct ff_file file;
	__u64 begin, end;
	__u64 pages;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);		/* tid */
	__type(value, struct moving);
} ff_moving SEC(".maps");

static __always_inline void tell(struct moving *m)
{
	struct ff_event ev;

	if (!m->pages || !ff_take_file(&ev, FF_EV_MOVED, &m->file))
		return;
	ev.time_ns = m->begin;
	ev.result = (__s64)(m->end - m->begin);
	ev.extra = (__u32)m->pages;
	ff_submit(&ev);
}

static __always_inline int begin(void *from)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct moving *m, new = { 0 };

	if (!ff_on)
		return 0;
	ff_page_file(&new.file, from);
	m = bpf_map_lookup_elem(&ff_moving, &tid);
	if (m && new.file.ino && m->file.ino == new.file.ino && m->file.dev == new.file.dev)
		return 0;
	if (m)
		tell(m);
	if (!new.file.ino) {
		if (m)
			bpf_map_delete_elem(&ff_moving, &tid);
		return 0;
	}
	new.begin = bpf_ktime_get_ns();
	bpf_map_update_elem(&ff_moving, &tid, &new, BPF_ANY);
	return 0;
}

static __always_inline int end(int ret)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct moving *m;

	m = ff_on && !ret ? bpf_map_lookup_elem(&ff_moving, &tid) : 0;
	if (!m)
		return 0;
	m->end = bpf_ktime_get_ns();
	m->pages++;
	return 0;
}

/* (to, from, mode); of pages until 6.0 (e7e3ffeb270f). */
SEC("?fentry/move_to_new_folio")
int BPF_PROG(move_begin)
{
	return begin(ff_arg(ctx, 1));
}

SEC("?fexit/move_to_new_folio")
int BPF_PROG(move_end, void *to, void *from, int mode, int ret)
{
	return end(ret);
}

/* Batches by kcompactd tell no owner: kept as facts, the flags say who it was. */
SEC("?tp_btf/mm_migrate_pages")
int BPF_PROG(migrate, unsigned long moved, unsigned long failed)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct ff_event ev;
	struct moving *m;
	__u16 who;

	if (!ff_on)
		return 0;
	m = bpf_map_lookup_elem(&ff_moving, &tid);
	if (m) {
		tell(m);
		bpf_map_delete_elem(&ff_moving, &tid);
	}
	who = ff_who();
	if (!who)
		return 0;
	if (!ff_take(&ev, FF_EV_MIGRATE, who))
		return 0;
	ev.pos = moved;
	ev.result = failed;
	ff_submit(&ev);
	return 0;
}
