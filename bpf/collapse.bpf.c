// SPDX-License-Identifier: GPL-2.0-only
/* What happens to a file's pages: collapse, split, truncation, seek, shmem swap. */
#include "ff_emit.h"

#define SEEK_DATA	3
#define SEEK_HOLE	4

static __always_inline int take_inode(struct ff_event *ev, __u32 kind, struct inode *inode,
				      __u64 index)
{
	struct ff_file f;

	ff_inode_file(&f, inode, index);
	return ff_take_file(ev, kind, &f);
}

static __always_inline int collapse(__u32 kind, struct file *file, __u64 index, int scan,
				    __u16 flags)
{
	struct ff_event ev;

	if (!ff_on)
		return 0;
	if (!take_inode(&ev, kind, BPF_CORE_READ(file, f_mapping, host), index))
		return 0;
	ev.extra = scan;
	ev.result = scan ? ff_collapse_result(scan) : 0;
	ev.flags |= flags;
	ff_submit(&ev);
	return 0;
}

SEC("?fentry/collapse_file")
int BPF_PROG(collapse_begin, void *mm, unsigned long addr, struct file *file,
	     unsigned long start)
{
	return collapse(FF_EV_COLLAPSE_BEGIN, file, start, 0, 0);
}

SEC("?fexit/collapse_file")
int BPF_PROG(collapse_end, void *mm, unsigned long addr, struct file *file,
	     unsigned long start, void *cc, int ret)
{
	return collapse(FF_EV_COLLAPSE_END, file, start, ret, 0);
}

/* Without an address, and void, until 6.1 (34488399fa08, 50ad2f24b3b4). */
SEC("?fentry/collapse_file")
int BPF_PROG(collapse_void_begin, void *mm, struct file *file, unsigned long start)
{
	return collapse(FF_EV_COLLAPSE_BEGIN, file, start, 0, 0);
}

SEC("?fexit/collapse_file")
int BPF_PROG(collapse_void_end, void *mm, struct file *file, unsigned long start)
{
	return collapse(FF_EV_COLLAPSE_END, file, start, 0, FF_EVF_NO_RESULT);
}

static __always_inline int seek(struct inode *inode, __s64 start, int whence, __s64 ret)
{
	struct ff_event ev;

	if (!ff_on)
		return 0;
	if (!take_inode(&ev, FF_EV_SEEK, inode, (__u64)start >> 12))
		return 0;
	ev.pos = start;
	ev.extra = whence;
	ev.result = ret;
	ff_submit(&ev);
	return 0;
}

SEC("?fexit/mapping_seek_hole_data")
int BPF_PROG(seek_mapping, struct address_space *m, __s64 start, __s64 end, int whence, __s64 ret)
{
	return seek(BPF_CORE_READ(m, host), start, whence, ret);
}

/* Until 5.12 (41139aa4c3a3); shmem had its own walk, inlined in its llseek. */
SEC("?fexit/page_cache_seek_hole_data")
int BPF_PROG(seek_cache, struct inode *inode, __s64 start, __s64 len, int whence, __s64 ret)
{
	return seek(inode, start, whence, ret);
}

SEC("?fexit/shmem_file_llseek")
int BPF_PROG(seek_shmem, struct file *file, __s64 start, int whence, __s64 ret)
{
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return 0;
	return seek(BPF_CORE_READ(file, f_mapping, host), start, whence, ret);
}

static __always_inline int truncate(__u32 kind, struct inode *inode, __s64 start, __s64 end)
{
	struct ff_event ev;

	if (!ff_on)
		return 0;
	if (!take_inode(&ev, kind, inode, (__u64)start >> 12))
		return 0;
	ev.pos = start;
	ev.result = end;
	ff_submit(&ev);
	return 0;
}

SEC("?fentry/shmem_undo_range")
int BPF_PROG(truncate_shmem_begin, struct inode *inode, __s64 start, __s64 end)
{
	return truncate(FF_EV_TRUNCATE_BEGIN, inode, start, end);
}

SEC("?fexit/shmem_undo_range")
int BPF_PROG(truncate_shmem_end, struct inode *inode, __s64 start, __s64 end)
{
	return truncate(FF_EV_TRUNCATE_END, inode, start, end);
}

SEC("?fentry/truncate_inode_pages_range")
int BPF_PROG(truncate_pages_begin, struct address_space *m, __s64 start, __s64 end)
{
	return truncate(FF_EV_TRUNCATE_BEGIN, BPF_CORE_READ(m, host), start, end);
}

SEC("?fexit/truncate_inode_pages_range")
int BPF_PROG(truncate_pages_end, struct address_space *m, __s64 start, __s64 end)
{
	return truncate(FF_EV_TRUNCATE_END, BPF_CORE_READ(m, host), start, end);
}

static __always_inline int split(__u32 kind, void *page, __s64 result)
{
	struct ff_event ev;
	struct ff_file f;

	if (!ff_on)
		return 0;
	ff_page_file(&f, page);
	if (!ff_take_file(&ev, kind, &f))
		return 0;
	ff_set_pfn(&ev, ff_page_pfn(page));
	ev.result = result;
	ev.extra = kind == FF_EV_SPLIT_BEGIN ? ff_page_mapcount(ff_page_head(page)) : 0;
	ff_submit(&ev);
	return 0;
}

SEC("?fentry/split_huge_page_to_list")
int BPF_PROG(split_begin)
{
	return split(FF_EV_SPLIT_BEGIN, ff_arg(ctx, 0), 0);
}

SEC("?fexit/split_huge_page_to_list")
int BPF_PROG(split_end, void *page, void *list, int ret)
{
	return split(FF_EV_SPLIT_END, ff_arg(ctx, 0), ret);
}

/* A third parameter since 6.9 (c010d47f107f). */
SEC("?fexit/split_huge_page_to_list_to_order")
int BPF_PROG(split_order_end, void *page, void *list, unsigned int order, int ret)
{
	return split(FF_EV_SPLIT_END, ff_arg(ctx, 0), ret);
}

/*
 * The core of all splits on newer kernels, where punching does not come by
 * split_huge_page_to_list_to_order() any more.
 */
SEC("?fentry/__folio_split")
int BPF_PROG(split_folio_begin)
{
	return split(FF_EV_SPLIT_BEGIN, ff_arg(ctx, 0), 0);
}

SEC("?fexit/__folio_split")
int BPF_PROG(split_folio_end, void *folio, unsigned int order, void *split_at, void *lock_at,
	     void *list, unsigned int type, int ret)
{
	return split(FF_EV_SPLIT_END, ff_arg(ctx, 0), ret);
}
