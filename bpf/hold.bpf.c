// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delays: whoever gets to a place for the nth time is held up there. A program
 * must not sleep here, so it works: it copies memory onto itself, in pieces
 * that get smaller, until the time is over. No bpf_loop(): 5.10 lacks it, and
 * a loop that polls the clock would need more turns than its verifier follows.
 */
#include "ff_emit.h"
#include "hold.h"

#define LARGE	(1 << 20)
#define MIDDLE	(1 << 16)
#define SMALL	(1 << 12)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[LARGE]);
} ff_work SEC(".maps");

/* Who puts a delay's number in here first makes it: 5.10 has no atomics that tell. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FF_HOLDS);
	__type(key, __u32);
	__type(value, __u32);
} ff_claims SEC(".maps");

volatile __u32 ff_hold_places;		/* bits: some delay waits there */
volatile struct ff_hold ff_holds[FF_HOLDS];
volatile __u64 ff_hold_hits[FF_HOLD_NR];

/* Copy until less than one more copy is left; the least that one was seen to cost. */
static __always_inline __u64 work(char *mem, __u32 size, int turns, __u64 cost, __u64 end)
{
	__u64 began, took, least = cost;

	for (int i = 0; i < turns; i++) {
		began = bpf_ktime_get_ns();
		if (began + least >= end)
			break;
		bpf_probe_read_kernel(mem, size, mem);
		took = bpf_ktime_get_ns() - began;
		if (took < least)
			least = took;
	}
	return least;
}

static __always_inline __u64 cost_of_small(char *mem)
{
	__u64 best = ~0ULL, began, cost;

	for (int i = 0; i < 2; i++) {
		began = bpf_ktime_get_ns();
		bpf_probe_read_kernel(mem, SMALL, mem);
		cost = bpf_ktime_get_ns() - began;
		if (cost < best)
			best = cost;
	}
	return best;
}

/* At least 10 ms, natively and under emulation. */
static __noinline int spend(__u64 end)
{
	__u32 zero = 0;
	char *mem = bpf_map_lookup_elem(&ff_work, &zero);
	__u64 small, middle;

	if (!mem)
		return 0;
	small = cost_of_small(mem);
	middle = work(mem, MIDDLE, 8, small * (MIDDLE / SMALL), end);
	work(mem, LARGE, 128, middle * (LARGE / MIDDLE), end);
	work(mem, MIDDLE, 32, middle, end);
	work(mem, SMALL, 64, small, end);
	/* What is left, and all of it if the first copies were slow by accident: too long, not too short. */
	work(mem, SMALL, 64, 0, end);
	work(mem, MIDDLE, 128, 0, end);
	return 0;
}

static __always_inline void make(__u32 i, __u16 who)
{
	struct ff_event ev;
	int take = ff_take(&ev, FF_EV_DELAY, who);

	spend(ev.time_ns + ff_holds[i].ns);
	if (!take)
		return;
	ev.extra = i;
	ev.result = bpf_ktime_get_ns() - ev.time_ns;
	ff_submit(&ev);
}

/* Is this delay due, and nobody else makes it? */
static __always_inline int claim(__u32 i, __u32 at, __u64 hits)
{
	__u32 key = i, one = 1;

	if (ff_holds[i].done || ff_holds[i].at != at || !ff_holds[i].nth || hits < ff_holds[i].nth)
		return 0;
	if (bpf_map_update_elem(&ff_claims, &key, &one, BPF_NOEXIST))
		return 0;
	ff_holds[i].done = 1;
	return 1;
}

/* A hit, if current is ours, or what it works on: a file on @dev, or memory (@ours). */
static __noinline int hit(__u32 at, __u32 dev, int ours)
{
	__u16 who = ff_who();
	__u64 hits;
	__u32 i;

	if (at >= FF_HOLD_NR || (who != FF_EVF_OURS && !ours && !ff_dev_watched(dev)))
		return 0;
	__sync_fetch_and_add(&ff_hold_hits[at], 1);
	hits = ff_hold_hits[at];
	for (i = 0; i < FF_HOLDS; i++)
		if (claim(i, at, hits))
			break;
	if (i < FF_HOLDS)
		make(i, who);
	return 0;
}

static __always_inline int waits(__u32 at)
{
	return ff_hold_places >> at & 1 && ff_on;
}

static __always_inline int hold(__u32 at)
{
	return waits(at) ? hit(at, 0, 0), 0 : 0;
}

static __always_inline int hold_inode(__u32 at, struct inode *inode)
{
	return waits(at) ? hit(at, inode ? BPF_CORE_READ(inode, i_sb, s_dev) : 0, 0), 0 : 0;
}

static __always_inline int hold_mapping(__u32 at, struct address_space *mapping)
{
	return waits(at) ? hold_inode(at, BPF_CORE_READ(mapping, host)) : 0;
}

static __always_inline int hold_page(__u32 at, void *page)
{
	struct ff_file f;

	if (!waits(at))
		return 0;
	ff_page_file(&f, page);
	hit(at, f.dev, 0);
	return 0;
}

SEC("?fentry/collapse_file")
int BPF_PROG(hold_collapse, void *mm, unsigned long addr, struct file *file)
{
	return hold_mapping(FF_HOLD_COLLAPSE, BPF_CORE_READ(file, f_mapping));
}

/* Without an address until 6.1 (34488399fa08). */
SEC("?fentry/collapse_file")
int BPF_PROG(hold_collapse_file, void *mm, struct file *file)
{
	return hold_mapping(FF_HOLD_COLLAPSE, BPF_CORE_READ(file, f_mapping));
}

SEC("?fentry/shmem_undo_range")
int BPF_PROG(hold_truncate_shmem, struct inode *inode)
{
	return hold_inode(FF_HOLD_TRUNCATE, inode);
}

SEC("?fentry/truncate_inode_pages_range")
int BPF_PROG(hold_truncate_pages, struct address_space *mapping)
{
	return hold_mapping(FF_HOLD_TRUNCATE, mapping);
}

SEC("?fentry/invalidate_inode_pages2_range")
int BPF_PROG(hold_invalidate, struct address_space *mapping)
{
	return hold_mapping(FF_HOLD_INVALIDATE, mapping);
}

SEC("?fentry/split_huge_page_to_list")
int BPF_PROG(hold_split)
{
	return hold_page(FF_HOLD_SPLIT, ff_arg(ctx, 0));
}

/* Only tmpfs looks a swap entry up for no VMA. */
SEC("?fentry/swap_cache_get_folio")
int BPF_PROG(hold_swap_lookup)
{
	return ff_arg(ctx, 1) ? hold(FF_HOLD_SWAP_IN) : 0;
}

SEC("?fentry/do_swap_page")
int BPF_PROG(hold_swap_in)
{
	return hold(FF_HOLD_SWAP_IN);
}

SEC("?fentry/swap_cache_get_folio")
int BPF_PROG(hold_file_swap_lookup)
{
	return ff_arg(ctx, 1) ? 0 : hold(FF_HOLD_FILE_SWAP_IN);
}

SEC("?fentry/shmem_swapin_folio")
int BPF_PROG(hold_file_swap_in, struct inode *inode)
{
	return hold_inode(FF_HOLD_FILE_SWAP_IN, inode);
}

SEC("?fentry/swap_readpage")
int BPF_PROG(hold_swap_read)
{
	return hold(FF_HOLD_SWAP_READ);
}

SEC("?fentry/swap_writepage")
int BPF_PROG(hold_swap_out)
{
	return hold(FF_HOLD_SWAP_OUT);
}

/* By whoever reclaims: whose memory it is decides, as in unmap_one(). */
static __always_inline int hold_unmap(void *page, struct vm_area_struct *vma)
{
	struct task_struct *owner;
	struct ff_file f;

	if (!waits(FF_HOLD_UNMAP))
		return 0;
	owner = BPF_CORE_READ(vma, vm_mm, owner);
	ff_page_file(&f, page);
	hit(FF_HOLD_UNMAP, f.dev, owner && ff_task_ours(owner));
	return 0;
}

SEC("?fentry/try_to_unmap_one")
int BPF_PROG(hold_unmap_one, void *folio, struct vm_area_struct *vma)
{
	return hold_unmap(ff_arg(ctx, 0), vma);
}

SEC("?fentry/try_to_migrate_one")
int BPF_PROG(hold_migrate_one, void *folio, struct vm_area_struct *vma)
{
	return hold_unmap(ff_arg(ctx, 0), vma);
}

/* The page that moves is the second argument. */
SEC("?fentry/move_to_new_folio")
int BPF_PROG(hold_migrate)
{
	return hold_page(FF_HOLD_MIGRATE, ff_arg(ctx, 1));
}

SEC("?fentry/remove_migration_ptes")
int BPF_PROG(hold_remap)
{
	return hold_page(FF_HOLD_REMAP, ff_arg(ctx, 0));
}

SEC("?fentry/filemap_fault")
int BPF_PROG(hold_fault)
{
	return hold(FF_HOLD_FAULT);
}

SEC("?fentry/shmem_fault")
int BPF_PROG(hold_fault_shmem)
{
	return hold(FF_HOLD_FAULT);
}

SEC("?fentry/finish_fault")
int BPF_PROG(hold_map)
{
	return hold(FF_HOLD_MAP);
}

SEC("?fentry/mapping_seek_hole_data")
int BPF_PROG(hold_seek)
{
	return hold(FF_HOLD_SEEK);
}

SEC("?fentry/page_cache_seek_hole_data")
int BPF_PROG(hold_seek_cache)
{
	return hold(FF_HOLD_SEEK);
}

#define SEEK_DATA	3
#define SEEK_HOLE	4

SEC("?fentry/shmem_file_llseek")
int BPF_PROG(hold_seek_shmem, struct file *file, __s64 start, int whence)
{
	return whence == SEEK_DATA || whence == SEEK_HOLE ? hold(FF_HOLD_SEEK) : 0;
}

SEC("?fexit/bio_iov_iter_get_pages")
int BPF_PROG(hold_pinned)
{
	return hold(FF_HOLD_PINNED);
}

#define FGP_LOCK	0x02
#define FGP_NOWAIT	0x20

/* Who wants to lock and may wait for it holds no spinlock. Errors come back, too. */
SEC("?fexit/__filemap_get_folio")
int BPF_PROG(hold_locked, struct address_space *mapping, unsigned long index, int fgp)
{
	__u64 page = (__u64)ff_arg(ctx, 4);

	if (!waits(FF_HOLD_LOCKED) || (fgp & (FGP_LOCK | FGP_NOWAIT)) != FGP_LOCK || !page ||
	    (page & 63) || page >> 12 == ~0ULL >> 12)
		return 0;
	return hold_mapping(FF_HOLD_LOCKED, mapping);
}
