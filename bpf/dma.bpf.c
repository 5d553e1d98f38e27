// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct reads in flight: which frames a device writes to, from the moment the
 * bio holds them until it ends. A frame that a COW fault replaces in between
 * takes the read's data with it.
 */
#include "ff_emit.h"

#define FF_RUNS_MAX	256	/* BIO_MAX_VECS: a bio never has more */

struct ff_bio {
	__u64 pfn;
	__u32 tid;
	__u32 pad;
};

/* LRU: a bio freed without bio_endio() must not fill the map for good. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct ff_bio);
} ff_bios SEC(".maps");

/* Emit one run of contiguous frames; returns its first frame. */
static __always_inline __u64 emit_run(struct bio *bio, int i)
{
	struct bio_vec *bv = BPF_CORE_READ(bio, bi_io_vec) + i;
	__u64 pfn = ff_page_pfn(BPF_CORE_READ(bv, bv_page));
	struct ff_event ev;

	if (!ff_take(&ev, FF_EV_DMA_PIN, FF_EVF_OURS))
		return pfn;
	ev.cookie = (__u64)bio;
	ff_set_pfn(&ev, pfn);
	ev.extra = BPF_CORE_READ(bv, bv_len);
	ev.result = BPF_CORE_READ(bv, bv_offset);
	ff_submit(&ev);
	return pfn;
}

/*
 * The bio's own direction is not set yet on 5.10 (__blkdev_direct_IO_simple
 * sets bi_opf after this call), so the iterator's decides. The result is not
 * read: it moved when 6.18 added a parameter, and bi_vcnt tells as much.
 */
SEC("?fexit/bio_iov_iter_get_pages")
int BPF_PROG(dma_pin, struct bio *bio, struct iov_iter *iter)
{
	struct ff_bio b = {};
	__u64 key = (__u64)bio;
	int n;

	if (!ff_on || ff_who() != FF_EVF_OURS || !ff_iter_is_user_read(iter))
		return 0;
	n = BPF_CORE_READ(bio, bi_vcnt);
	if (!n)
		return 0;
	b.pfn = emit_run(bio, 0);
	for (int i = 1; i < FF_RUNS_MAX && i < n; i++)
		emit_run(bio, i);
	b.tid = (__u32)bpf_get_current_pid_tgid();
	bpf_map_update_elem(&ff_bios, &key, &b, BPF_ANY);
	return 0;
}

static __always_inline int done(__u64 key)
{
	struct ff_bio *b = bpf_map_lookup_elem(&ff_bios, &key);
	struct ff_event ev;

	if (!b)
		return 0;
	if (ff_on && ff_take(&ev, FF_EV_DMA_DONE, FF_EVF_OURS)) {
		ev.tid = b->tid;
		ev.cookie = key;
		ev.result = BPF_CORE_READ((struct bio *)key, bi_status);
		ff_set_pfn(&ev, b->pfn);
		ff_submit(&ev);
	}
	bpf_map_delete_elem(&ff_bios, &key);
	return 0;
}

/*
 * A bio that the block layer split ends with the last of its parts, which come
 * here with the whole bio as bi_private, or as itself; __bi_remaining tells
 * how many are still out.
 */
SEC("?fentry/bio_endio")
int BPF_PROG(dma_done, struct bio *part)
{
	__u64 key = (__u64)part;

	if (!bpf_map_lookup_elem(&ff_bios, &key)) {
		key = (__u64)BPF_CORE_READ(part, bi_private);
		if (!bpf_map_lookup_elem(&ff_bios, &key))
			return 0;
	}
	if (BPF_CORE_READ((struct bio *)key, __bi_remaining.counter) > 1)
		return 0;
	return done(key);
}

/*
 * Two parts ending at once on two CPUs see each other out and nobody is last,
 * and bio_endio() does not call itself for the whole. So what every direct
 * read does next ends it as well, if it is not ended yet: a little late.
 */
SEC("?fentry/bio_check_pages_dirty")
int BPF_PROG(dma_checked, struct bio *bio)
{
	return done((__u64)bio);
}

SEC("?fentry/__bio_release_pages")
int BPF_PROG(dma_released, struct bio *bio)
{
	return done((__u64)bio);
}
