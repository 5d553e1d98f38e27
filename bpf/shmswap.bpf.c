// SPDX-License-Identifier: GPL-2.0-only
/* Swap under tmpfs: a file page brought back, and swapoff bringing all back. */
#include "ff_emit.h"

static __always_inline int swap_in_file(__u32 kind, struct inode *inode, __u64 index,
					__s64 result)
{
	struct ff_event ev;
	struct ff_file f;

	if (!ff_on)
		return 0;
	ff_inode_file(&f, inode, index);
	if (!ff_take_file(&ev, kind, &f))
		return 0;
	ev.result = result;
	ff_submit(&ev);
	return 0;
}

SEC("?fentry/shmem_swapin_folio")
int BPF_PROG(shmem_in_begin, struct inode *inode, unsigned long index)
{
	return swap_in_file(FF_EV_SWAP_IN_FILE_BEGIN, inode, index, 0);
}

SEC("?fexit/shmem_swapin_folio")
int BPF_PROG(shmem_in_end, struct inode *inode, unsigned long index, void *foliop, int sgp,
	     unsigned int gfp, void *vma, void *fault, int ret)
{
	return swap_in_file(FF_EV_SWAP_IN_FILE_END, inode, index, ret);
}

/* Trampolines take six parameters until 6.6 (473e3150e30a): there, kprobes. */
SEC("?kprobe/shmem_swapin_folio")
int shmem_in_kbegin(struct pt_regs *regs)
{
	return swap_in_file(FF_EV_SWAP_IN_FILE_BEGIN, (void *)regs->di, regs->si, 0);
}

SEC("?kretprobe/shmem_swapin_folio")
int shmem_in_kend(struct pt_regs *regs)
{
	return swap_in_file(FF_EV_SWAP_IN_FILE_END, 0, 0, (int)regs->ax);
}

/* swapoff's caller is ours or a shell's: system-wide, so always a fact. */
static __always_inline int unuse(__u32 kind, __u32 type, __s64 result)
{
	struct ff_event ev;

	if (!ff_take_ours(&ev, kind))
		return 0;
	ev.extra = type;
	ev.result = result;
	ff_submit(&ev);
	return 0;
}

SEC("?fentry/shmem_unuse")
int BPF_PROG(unuse_begin, unsigned int type)
{
	return unuse(FF_EV_UNUSE_BEGIN, type, 0);
}

SEC("?fexit/shmem_unuse")
int BPF_PROG(unuse_end, unsigned int type, int ret)
{
	return unuse(FF_EV_UNUSE_END, type, ret);
}

/* Two parameters more on old kernels, for frontswap's partial unuse. */
SEC("?fexit/shmem_unuse")
int BPF_PROG(unuse_front_end, unsigned int type, _Bool frontswap, void *pages, int ret)
{
	return unuse(FF_EV_UNUSE_END, type, ret);
}
