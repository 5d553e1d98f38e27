/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel as the BPF programs see it: hand-written types, of which CO-RE
 * relocates every access, and one accessor for each thing that drifted between
 * kernels. No other file may know that kernels differ.
 */
#ifndef FF_CORE_H
#define FF_CORE_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "event.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	__u32 s_dev;
};

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
};

struct address_space {
	struct inode *host;
};

struct file {
	struct address_space *f_mapping;
};

typedef struct {
	int counter;
} atomic_t;

/* compound_mapcount and compound_order are those of the second page, until 6.2. */
struct page {
	struct address_space *mapping;
	unsigned long index;
	unsigned long compound_head;
	atomic_t _mapcount;
	atomic_t compound_mapcount;
	unsigned char compound_order;
};

/* In place of compound_head, seen in 7.2. */
struct page___info {
	unsigned long compound_info;
};

/* Since 5.16 (7b230db3b8d3); a folio is its head page: one address. */
struct folio {
	struct address_space *mapping;
	unsigned long index;
};

/* Huge pages count all their mappings in one place since 6.10 (05c5323b2a34). */
struct folio___large {
	atomic_t _large_mapcount;
};

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	unsigned long nvcsw, nivcsw;
};

/* "state" until 5.14 (2f064a59a11f), a long then. */
struct task_struct___state {
	long state;
};

struct task_struct___new {
	unsigned int __state;
};

struct mm_struct {
	struct task_struct *owner;
};

struct vm_area_struct {
	unsigned long vm_start;
	struct mm_struct *vm_mm;
	unsigned long vm_pgoff;
	struct file *vm_file;
};

typedef struct {
	unsigned long pte;
} pte_t;

/* Some fields moved into an anonymous struct before 6.1: the names stayed. */
struct vm_fault {
	struct vm_area_struct *vma;
	unsigned long address;
	pte_t orig_pte;
	struct page *page;
	pte_t *pte;
};

struct bio_vec {
	struct page *bv_page;
	unsigned int bv_len;
	unsigned int bv_offset;
};

struct bio {
	__u8 bi_status;
	atomic_t __bi_remaining;
	void *bi_private;
	unsigned short bi_vcnt;
	struct bio_vec *bi_io_vec;
};

struct iov_iter {
	__u8 iter_type;
	_Bool data_source;
};

/* One word held type and direction until 5.14 (8cd54c1c8480). */
struct iov_iter___word {
	unsigned int type;
};

struct list_head {
	struct list_head *next;
};

struct wait_queue_head {
	struct list_head head;
};

struct wait_queue_entry {
	unsigned int flags;
	void *private;
	void *func;
	struct list_head entry;
};

typedef struct {
	long counter;
} atomic_long_t;

struct mutex {
	atomic_long_t owner;
};

struct rw_semaphore {
	atomic_long_t owner;
};

struct wait_page_queue {
	struct folio *folio;
	int bit_nr;
	struct wait_queue_entry wait;
};

/* "page" until folios reached the wait queue. */
struct wait_page_queue___page {
	struct page *page;
};

struct wait_page_key {
	struct folio *folio;
	int bit_nr;
};

struct wait_page_key___page {
	struct page *page;
};

struct pt_regs {
	unsigned long di;	/* first argument */
	unsigned long si;	/* second */
	unsigned long ax;	/* result */
};

#pragma clang attribute pop

enum iter_type___ubuf {
	ITER_UBUF___ubuf = 0,
};

enum iter_type {
	ITER_IOVEC,
};

enum pageflags {
	PG_head,
	PG_uptodate,
};

enum ttu_flags {
	TTU_SPLIT_HUGE_PMD,
	TTU_HWPOISON,
	TTU_BATCH_FLUSH,
	TTU_RMAP_LOCKED,
};

enum scan_result {
	SCAN_SUCCEED,
	SCAN_PTE_MAPPED_HUGEPAGE,
};

struct ff_file {
	__u64 ino;
	__u64 index;
	__u32 dev;
};

/*
 * Where the memory map (struct page of frame 0) is: random with KASLR. Learnt by
 * ff_learn_vmemmap(); 0 until then. /proc/kallsyms would tell as well, but to
 * read it takes seconds under emulation.
 */
extern volatile __u64 ff_vmemmap;

#define FF_PTE_PRESENT		1ULL
#define FF_PTE_PFN		0x000ffffffffff000ULL
#define FF_PF_KTHREAD		0x00200000
#define FF_HUGE_PAGES		512	/* small pages in a PMD */
#define FF_WQ_EXCLUSIVE		1	/* WQ_FLAG_EXCLUSIVE */
#define FF_WQ_WOKEN		2	/* WQ_FLAG_WOKEN */
#define FF_PG_LOCKED		0	/* the first of enum pageflags, everywhere */
#define FF_RWSEM_READER		1	/* RWSEM_READER_OWNED */

/*
 * Argument @i of an fentry or fexit program as a plain number: the verifier
 * gives arguments the type of a pointer, with which it allows no arithmetic.
 */
static __always_inline void *ff_arg(const void *ctx, int i)
{
	void *arg = 0;

	bpf_probe_read_kernel(&arg, sizeof(arg), ctx + i * sizeof(arg));
	return arg;
}

/* Frame of a PTE; 0 when it maps nothing. */
static __always_inline __u64 ff_pte_pfn(__u64 pte)
{
	return pte & FF_PTE_PRESENT ? (pte & FF_PTE_PFN) >> 12 : 0;
}

/* The frame number of a struct page or folio; 0 while the memory map is unknown. */
static __always_inline __u64 ff_page_pfn(const void *page)
{
	__u64 base = ff_vmemmap;

	if (!base || (__u64)page < base)
		return 0;
	return ((__u64)page - base) / bpf_core_type_size(struct page);
}

/*
 * A fault on a mapped page names it twice: as a frame in the old PTE and as a
 * struct page. The difference is the memory map. User space provokes one such
 * fault before it starts (witness.c).
 */
static __always_inline void ff_learn_vmemmap(struct vm_fault *vmf)
{
	__u64 pfn = ff_pte_pfn(BPF_CORE_READ(vmf, orig_pte.pte));
	__u64 page = (__u64)BPF_CORE_READ(vmf, page);
	__u64 base = page - pfn * bpf_core_type_size(struct page);

	/* KASLR places it on a PUD (1 GiB): anything else was a torn read. */
	if (page && pfn && !(base & ((1ULL << 30) - 1)))
		ff_vmemmap = base;
}

/*
 * What the PTE of a fault maps now. vmf->pte stays readable after the fault:
 * page tables of x86-64 are in the direct map. It is NULL when the table went
 * away (pte_offset_map_lock() may fail since 6.5, 0d940a9b270b).
 */
static __always_inline __u64 ff_vmf_pfn(struct vm_fault *vmf)
{
	void *pte = BPF_CORE_READ(vmf, pte);
	__u64 val = 0;

	if (pte)
		bpf_probe_read_kernel(&val, sizeof(val), pte);
	return ff_pte_pfn(val);
}

static __always_inline void ff_inode_file(struct ff_file *f, struct inode *inode, __u64 index)
{
	f->ino = inode ? BPF_CORE_READ(inode, i_ino) : 0;
	f->dev = inode ? BPF_CORE_READ(inode, i_sb, s_dev) : 0;
	f->index = inode ? index : 0;
}

static __always_inline struct address_space *ff_page_mapping(const void *page)
{
	if (bpf_core_type_exists(struct folio))
		return BPF_CORE_READ((struct folio *)page, mapping);
	return BPF_CORE_READ((struct page *)page, mapping);
}

/* The file page behind a page or folio; all 0 for anonymous and swap-cache pages. */
static __always_inline void ff_page_file(struct ff_file *f, const void *page)
{
	struct address_space *mapping = ff_page_mapping(page);
	__u64 index;

	/* page->index was renamed in 6.18; the folio's name stayed. */
	if (bpf_core_type_exists(struct folio))
		index = BPF_CORE_READ((struct folio *)page, index);
	else
		index = BPF_CORE_READ((struct page *)page, index);
	/* Bits 0 and 1 tell anonymous, movable and KSM pages: no address_space. */
	if (!mapping || ((__u64)mapping & 3))
		ff_inode_file(f, 0, 0);
	else
		ff_inode_file(f, BPF_CORE_READ(mapping, host), index);
}

/*
 * The flags are the first word of struct page on every kernel, as a long or,
 * since 6.18, as memdesc_flags_t: so no field name is needed.
 */
static __always_inline int ff_page_bit(const void *page, int bit)
{
	__u64 flags = 0;

	bpf_probe_read_kernel(&flags, sizeof(flags), page);
	return flags >> (bit & 63) & 1;
}

/* Is it the first page of a huge one? */
static __always_inline int ff_page_huge(const void *page)
{
	return ff_page_bit(page, bpf_core_enum_value(enum pageflags, PG_head));
}

/*
 * The page that stands for @page in the page cache: the first of a huge one. Bit 0
 * tells a page that is not the first. The rest is the first one's address, or (some
 * kernels with compound_info) a mask that makes it of the page's own: all ones at
 * the top, above any address.
 */
static __always_inline void *ff_page_head(void *page)
{
	struct page___info *p = page;
	unsigned long head;

	if (bpf_core_field_exists(p->compound_info))
		head = BPF_CORE_READ(p, compound_info);
	else
		head = BPF_CORE_READ((struct page *)page, compound_head);
	if (!(head & 1))
		return page;
	return head - 1 <= (unsigned long)page ? (void *)(head - 1) : (void *)((unsigned long)page & head);
}

/*
 * How often a page of the page cache is mapped, of a huge one at least; counted
 * as folio_mapped() does. 0 as well where a kernel counts huge pages in a way
 * that is not known here (6.2 to 6.9).
 */
static __always_inline int ff_page_mapcount(void *page)
{
	struct folio___large *large = page;
	void *second = page + bpf_core_type_size(struct page);
	int n, order;

	if (!ff_page_huge(page))
		return BPF_CORE_READ((struct page *)page, _mapcount.counter) + 1;
	if (bpf_core_field_exists(large->_large_mapcount))
		return BPF_CORE_READ(large, _large_mapcount.counter) + 1;
	if (!bpf_core_field_exists(((struct page *)second)->compound_mapcount))
		return 0;
	n = BPF_CORE_READ((struct page *)second, compound_mapcount.counter) + 1;
	order = BPF_CORE_READ((struct page *)second, compound_order);
	for (int i = 0; i < FF_HUGE_PAGES && n <= 0 && !(i >> (order & 31)); i++) {
		n = BPF_CORE_READ((struct page *)page, _mapcount.counter) + 1;
		page += bpf_core_type_size(struct page);
	}
	return n;
}

/*
 * Are these the flags a split gives try_to_unmap()? It alone holds the locks of the
 * reverse map; reclaim batches its flushes and may leave mappings, a split may not.
 */
static __always_inline int ff_unmap_for_split(__u32 flags)
{
	__u32 split = bpf_core_enum_value(enum ttu_flags, TTU_SPLIT_HUGE_PMD) |
		      bpf_core_enum_value(enum ttu_flags, TTU_RMAP_LOCKED);
	__u32 other = bpf_core_enum_value(enum ttu_flags, TTU_HWPOISON) |
		      bpf_core_enum_value(enum ttu_flags, TTU_BATCH_FLUSH);

	return (flags & (split | other)) == split;
}

static __always_inline __u32 ff_task_state(struct task_struct *t)
{
	struct task_struct___new *n = (void *)t;

	if (bpf_core_field_exists(n->__state))
		return BPF_CORE_READ(n, __state);
	return BPF_CORE_READ((struct task_struct___state *)t, state);
}

/* Does this iterator bring data into user memory (a read(2))? */
static __always_inline int ff_iter_is_user_read(struct iov_iter *it)
{
	struct iov_iter___word *old = (void *)it;
	__u32 type;

	if (bpf_core_field_exists(old->type)) {
		type = BPF_CORE_READ(old, type);
		return !(type & 1) && (type & bpf_core_enum_value(enum iter_type, ITER_IOVEC));
	}
	if (BPF_CORE_READ(it, data_source))
		return 0;
	type = BPF_CORE_READ(it, iter_type);
	if (type == bpf_core_enum_value(enum iter_type, ITER_IOVEC))
		return 1;
	/* Single-segment reads have their own type since 6.0 (fcb14cb1bdac). */
	return bpf_core_enum_value_exists(enum iter_type___ubuf, ITER_UBUF___ubuf) &&
	       type == bpf_core_enum_value(enum iter_type___ubuf, ITER_UBUF___ubuf);
}

/*
 * The numbers of enum scan_result differ by kernel. Since 6.6 (1043173eb5eb) a
 * collapse for MADV_COLLAPSE ends with SCAN_PTE_MAPPED_HUGEPAGE: its caller is to
 * map what was collapsed.
 */
static __always_inline int ff_collapse_result(int scan)
{
	if (scan == bpf_core_enum_value(enum scan_result, SCAN_SUCCEED))
		return FF_COLLAPSE_DONE;
	if (bpf_core_enum_value_exists(enum scan_result, SCAN_PTE_MAPPED_HUGEPAGE) &&
	    scan == bpf_core_enum_value(enum scan_result, SCAN_PTE_MAPPED_HUGEPAGE))
		return FF_COLLAPSE_HUGE;
	return FF_COLLAPSE_FAILED;
}

static __always_inline void *ff_wait_page(struct wait_page_queue *q)
{
	struct wait_page_queue___page *old = (void *)q;

	if (bpf_core_field_exists(old->page))
		return BPF_CORE_READ(old, page);
	return BPF_CORE_READ(q, folio);
}

static __always_inline void *ff_key_page(struct wait_page_key *k)
{
	struct wait_page_key___page *old = (void *)k;

	if (bpf_core_field_exists(old->page))
		return BPF_CORE_READ(old, page);
	return BPF_CORE_READ(k, folio);
}

static __always_inline struct wait_page_queue *ff_wait_queue_of(struct wait_queue_entry *e)
{
	return (void *)e - bpf_core_field_offset(struct wait_page_queue, wait);
}

/*
 * The wait table from one of its queues and the page that is waited for there:
 * a page's queue is number hash_ptr(page, 8).
 */
static __always_inline __u64 ff_wait_table_of(const void *queue, const void *page)
{
	__u64 bucket = (__u64)page * 0x61C8864680B583EBULL >> 56;

	return (__u64)queue - bucket * bpf_core_type_size(struct wait_queue_head);
}

#endif /* FF_CORE_H */
