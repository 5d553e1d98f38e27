// SPDX-License-Identifier: GPL-2.0-only
/* Anonymous memory: faults, swap-in, copy-on-write, unmapping by reclaim. */
#include "ff_emit.h"

SEC("?tp_btf/page_fault_user")
int BPF_PROG(fault_user, unsigned long addr, void *regs, unsigned long error)
{
	struct ff_event ev;

	if (!ff_take_ours(&ev, FF_EV_FAULT))
		return 0;
	ev.addr = addr;
	ev.extra = error;
	ff_submit(&ev);
	return 0;
}

SEC("?fentry/filemap_map_pages")
int BPF_PROG(fault_around, struct vm_fault *vmf, unsigned long first, unsigned long last)
{
	struct ff_event ev;

	if (!ff_take_ours(&ev, FF_EV_FAULT_AROUND))
		return 0;
	ev.addr = BPF_CORE_READ(vmf, address);
	ev.index = first;
	ev.extra = last - first + 1;
	ff_submit(&ev);
	return 0;
}

SEC("?fentry/do_swap_page")
int BPF_PROG(swap_in_begin, struct vm_fault *vmf)
{
	struct ff_event ev;

	if (!ff_take_ours(&ev, FF_EV_SWAP_IN_BEGIN))
		return 0;
	ev.addr = BPF_CORE_READ(vmf, address);
	ev.cookie = BPF_CORE_READ(vmf, orig_pte.pte);
	ff_submit(&ev);
	return 0;
}

SEC("?fexit/do_swap_page")
int BPF_PROG(swap_in_end, struct vm_fault *vmf, unsigned int ret)
{
	struct ff_event ev;

	if (!ff_take_ours(&ev, FF_EV_SWAP_IN_END))
		return 0;
	ev.addr = BPF_CORE_READ(vmf, address);
	ev.result = ret;
	ff_set_pfn(&ev, ff_vmf_pfn(vmf));
	ff_submit(&ev);
	return 0;
}

SEC("?fentry/do_wp_page")
int BPF_PROG(cow_begin, struct vm_fault *vmf)
{
	struct ff_event ev;

	if (!ff_take_ours(&ev, FF_EV_COW_BEGIN))
		return 0;
	ev.addr = BPF_CORE_READ(vmf, address);
	ff_set_pfn(&ev, ff_pte_pfn(BPF_CORE_READ(vmf, orig_pte.pte)));
	ff_submit(&ev);
	return 0;
}

/*
 * wp_page_copy would be the better hook, but it is inlined from 6.12 on; the
 * PTE after the fault tells as much: another frame means a copy.
 */
SEC("?fexit/do_wp_page")
int BPF_PROG(cow_end, struct vm_fault *vmf, unsigned int ret)
{
	struct ff_event ev;

	if (!ff_vmemmap)
		ff_learn_vmemmap(vmf);
	if (!ff_take_ours(&ev, FF_EV_COW_END))
		return 0;
	ev.addr = BPF_CORE_READ(vmf, address);
	ev.cookie = ff_pte_pfn(BPF_CORE_READ(vmf, orig_pte.pte));
	ev.result = ret;
	ff_set_pfn(&ev, ff_vmf_pfn(vmf));
	ff_submit(&ev);
	return 0;
}

/* By kswapd or a task in direct reclaim: whose memory it is decides, not current. */
SEC("?fexit/try_to_unmap_one")
int BPF_PROG(unmap_one, void *folio, struct vm_area_struct *vma, unsigned long addr,
	     void *arg, _Bool ret)
{
	void *page = ff_arg(ctx, 0);
	struct task_struct *owner;
	struct ff_event ev;
	struct ff_file f;

	if (!ff_on)
		return 0;
	owner = BPF_CORE_READ(vma, vm_mm, owner);
	ff_page_file(&f, page);
	if (!(owner && ff_task_ours(owner)) && !ff_dev_watched(f.dev))
		return 0;
	if (!ff_take(&ev, FF_EV_UNMAP, ff_who()))
		return 0;
	ff_set_file(&ev, &f);
	ev.addr = addr;
	ev.result = ret;
	ff_set_pfn(&ev, ff_page_pfn(page));
	ff_submit(&ev);
	return 0;
}
