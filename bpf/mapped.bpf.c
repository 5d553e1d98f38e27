// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page that is mapped though it is in no file, or before anything was put there:
 * what its mapping shows is nobody's. No kernel does this on purpose. Three moments
 * prove it, all under locks that exclude the other side:
 *
 * - A page leaves the page cache, locked, and is mapped. Faults map locked pages
 *   only, so nobody maps it anew, and whoever removes it has unmapped it before.
 *   filemap_unaccount_folio() asks the same right after the tracepoint.
 * - A fault, under the page table lock, has mapped a page without a mapping. Had
 *   the page been removed after it was mapped, its removal would have come to
 *   unmap it, and would wait for this lock.
 * - A huge page, locked, is about to be mapped and is not uptodate. Whoever has put
 *   something there says so by that flag before the page is unlocked.
 */
#include "ff_emit.h"

SEC("?tp_btf/mm_filemap_delete_from_page_cache")
int BPF_PROG(still_mapped)
{
	void *page = ff_arg(ctx, 0);
	struct ff_event ev;
	struct ff_file f;
	int mapped;

	if (!ff_on)
		return 0;
	mapped = ff_page_mapcount(page);
	if (mapped <= 0)
		return 0;
	ff_page_file(&f, page);
	if (!ff_take_file(&ev, FF_EV_STILL_MAPPED, &f))
		return 0;
	ff_set_pfn(&ev, ff_page_pfn(page));
	ev.extra = mapped;
	ev.result = ff_page_huge(page);
	ff_submit(&ev);
	return 0;
}

/*
 * A split unmaps its page, which is locked, waits for whoever is unmapping it too
 * (TTU_SYNC), and gives up when a mapping is left all the same. Of files only:
 * anonymous pages get migration entries, by try_to_migrate().
 */
SEC("?fexit/try_to_unmap")
int BPF_PROG(split_mapped)
{
	void *page = ff_arg(ctx, 0);
	struct ff_event ev;
	struct ff_file f;
	int mapped;

	if (!ff_on || !ff_unmap_for_split((__u64)ff_arg(ctx, 1)) || !ff_page_huge(page))
		return 0;
	mapped = ff_page_mapcount(page);
	if (mapped <= 0)
		return 0;
	ff_page_file(&f, page);
	if (!f.ino || !ff_take_file(&ev, FF_EV_SPLIT_MAPPED, &f))
		return 0;
	ff_set_pfn(&ev, ff_page_pfn(page));
	ev.extra = mapped;
	ev.result = 1;
	ff_submit(&ev);
	return 0;
}

/*
 * Only of files on watched devices: drivers map pages of their own, which never
 * were in a page cache. A copy for a private map belongs to its anon_vma.
 */
static __always_inline int gone(struct vm_fault *vmf, void *page, __u64 addr)
{
	struct vm_area_struct *vma;
	struct address_space *m;
	struct ff_event ev;
	struct ff_file f;

	if (!ff_on || !page)
		return 0;
	page = ff_page_head(page);
	if (BPF_CORE_READ((struct page *)page, mapping))
		return 0;
	vma = BPF_CORE_READ(vmf, vma);
	m = BPF_CORE_READ(vma, vm_file, f_mapping);
	if (!m)
		return 0;
	ff_inode_file(&f, BPF_CORE_READ(m, host),
		      BPF_CORE_READ(vma, vm_pgoff) +
		      ((addr - BPF_CORE_READ(vma, vm_start)) >> 12));
	if (!ff_dev_watched(f.dev) || !ff_take_file(&ev, FF_EV_MAPPED_GONE, &f))
		return 0;
	ev.addr = addr;
	ff_set_pfn(&ev, ff_page_pfn(page));
	ev.result = ff_page_huge(page);
	ff_submit(&ev);
	return 0;
}

SEC("?fexit/set_pte_range")
int BPF_PROG(gone_range, struct vm_fault *vmf)
{
	return gone(vmf, ff_arg(ctx, 1), (__u64)ff_arg(ctx, 4));
}

/* One page at a time until 6.6 (3bd786f76de2). */
SEC("?fexit/do_set_pte")
int BPF_PROG(gone_page, struct vm_fault *vmf)
{
	return gone(vmf, ff_arg(ctx, 1), (__u64)ff_arg(ctx, 2));
}

/* It takes the page table lock itself, and may fail, until 5.12 (f9ce0be71d1f). */
SEC("?fexit/alloc_set_pte")
int BPF_PROG(gone_alloc, struct vm_fault *vmf, void *page, unsigned int ret)
{
	return ret ? 0 : gone(vmf, ff_arg(ctx, 1), BPF_CORE_READ(vmf, address));
}

/* A driver's huge page is in no page cache, and never uptodate: watched devices only. */
SEC("?fentry/do_set_pmd")
int BPF_PROG(unready_page, struct vm_fault *vmf)
{
	void *page = ff_arg(ctx, 1);
	struct ff_event ev;
	struct ff_file f;

	if (!ff_on || !page)
		return 0;
	page = ff_page_head(page);
	if (ff_page_bit(page, bpf_core_enum_value(enum pageflags, PG_uptodate)))
		return 0;
	ff_page_file(&f, page);
	if (!ff_dev_watched(f.dev) || !ff_take_file(&ev, FF_EV_MAPPED_UNREADY, &f))
		return 0;
	ev.addr = BPF_CORE_READ(vmf, address);
	ff_set_pfn(&ev, ff_page_pfn(page));
	ev.result = 1;
	ff_submit(&ev);
	return 0;
}
