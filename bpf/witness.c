// SPDX-License-Identifier: GPL-2.0-only
/* The witness's user-space side: load, switch, drain. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bpf/witness_state.h"

#define VMLINUX_BTF	"/sys/kernel/btf/vmlinux"
#define PRICE		"findings carry no evidence from the kernel, and verdicts that need it are skipped"

/* Which program libbpf complained of last: its message is the only source. */
static char bad_prog[64];

static int listen_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char msg[256], name[sizeof(bad_prog)];

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(msg, sizeof(msg), fmt, ap);
	if (sscanf(msg, "libbpf: prog '%63[^']'", name) == 1)
		strcpy(bad_prog, name);
	return 0;
}

/* Load; a program the kernel refuses is left out and the rest tried again. */
static int load(struct ff_witness *w)
{
	int err;

	for (;;) {
		w->skel = witness_bpf__open();
		if (!w->skel)
			return -errno;
		err = ff_probe_select(&w->probe, w->skel->obj);
		if (!err)
			err = -ENODATA;
		if (err < 0)
			goto fail;
		ff_waits_select(w);
		bad_prog[0] = '\0';
		err = witness_bpf__load(w->skel);
		if (!err)
			return 0;
		if (!ff_probe_refuse(&w->probe, bad_prog) && !ff_waits_refuse(w, bad_prog))
			goto fail;
		witness_bpf__destroy(w->skel);
	}
fail:
	witness_bpf__destroy(w->skel);
	w->skel = NULL;
	return err;
}

/*
 * One copy-on-write fault on a page of this program's file, for the BPF side to
 * learn the memory map from (ff_learn_vmemmap()). Read first: only a page that
 * is mapped is copied by do_wp_page.
 */
static void provoke_cow(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	volatile char *p;

	if (fd < 0)
		return;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return;
	*p = *p;
	munmap((void *)p, 4096);
}

static int take(void *ctx, void *data, size_t size)
{
	struct ff_witness *w = ctx;

	if (w->n < w->max && size >= sizeof(*w->out))
		memcpy(&w->out[w->n++], data, sizeof(*w->out));
	/* Negative stops libbpf, after this record. */
	return w->max && w->n == w->max ? -ENOSPC : 0;
}

static int set_up(struct ff_witness *w)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct btf *btf = btf__load_vmlinux_btf();
	int err;

	if (!btf)
		return -errno;
	ff_probe_btf(&w->probe, btf);
	btf__free(btf);
	setrlimit(RLIMIT_MEMLOCK, &all);
	err = load(w);
	if (err)
		return err;
	w->ring = ring_buffer__new(bpf_map__fd(w->skel->maps.ff_ring), take, w, NULL);
	if (!w->ring)
		return -errno;
	if (!ff_probe_attach(&w->probe, w->skel->obj))
		return -ENODATA;
	provoke_cow();
	return 0;
}

int ff_witness_open(struct ff_witness **wp, char *why, size_t n)
{
	libbpf_print_fn_t was;
	struct ff_witness *w;
	int err;

	*wp = NULL;
	if (access(VMLINUX_BTF, R_OK)) {
		snprintf(why, n, "SKIP witness: no " VMLINUX_BTF
			 " (kernel without CONFIG_DEBUG_INFO_BTF, or no /sys): " PRICE);
		return -ENODATA;
	}
	w = calloc(1, sizeof(*w));
	if (!w) {
		snprintf(why, n, "SKIP witness: no memory: " PRICE);
		return -ENOMEM;
	}
	was = libbpf_set_print(listen_libbpf);
	err = set_up(w);
	libbpf_set_print(was);
	if (err) {
		snprintf(why, n, "SKIP witness: BPF programs refused%s%s: %s: " PRICE,
			 bad_prog[0] ? ", last " : "", bad_prog, strerror(-err));
		ff_witness_close(w);
		return err;
	}
	*wp = w;
	return 0;
}

void ff_witness_close(struct ff_witness *w)
{
	if (!w)
		return;
	ff_probe_detach(&w->probe);
	ring_buffer__free(w->ring);
	witness_bpf__destroy(w->skel);
	free(w);
}

void ff_witness_capabilities(const struct ff_witness *w, char *line, size_t n)
{
	size_t at;

	ff_probe_line(&w->probe, line, n);
	at = strlen(line);
	if (!ff_witness_has_pfn(w) && at < n)
		snprintf(line + at, n - at, "; no frame numbers of pages (memory map not found)");
}

bool ff_witness_has(const struct ff_witness *w, enum ff_hook hook)
{
	return (unsigned int)hook < FF_HOOK_NR && w->probe.has[hook];
}

bool ff_witness_has_pfn(const struct ff_witness *w)
{
	return w->skel->bss->ff_vmemmap != 0;
}

static int watch(struct bpf_map *map, uint32_t key, bool on)
{
	uint32_t one = 1;

	if (on)
		return bpf_map__update_elem(map, &key, sizeof(key), &one, sizeof(one), BPF_ANY);
	return bpf_map__delete_elem(map, &key, sizeof(key), 0);
}

int ff_witness_watch_tgid(struct ff_witness *w, pid_t tgid)
{
	return watch(w->skel->maps.ff_tgids, tgid, true);
}

int ff_witness_unwatch_tgid(struct ff_witness *w, pid_t tgid)
{
	return watch(w->skel->maps.ff_tgids, tgid, false);
}

int ff_witness_watch_dev(struct ff_witness *w, dev_t dev)
{
	return watch(w->skel->maps.ff_devs, ff_ev_dev(major(dev), minor(dev)), true);
}

int ff_witness_unwatch_dev(struct ff_witness *w, dev_t dev)
{
	return watch(w->skel->maps.ff_devs, ff_ev_dev(major(dev), minor(dev)), false);
}

void ff_witness_limit(struct ff_witness *w, enum ff_ev_kind kind, uint64_t max)
{
	if ((unsigned int)kind < FF_EV_NR)
		w->skel->bss->ff_limit[kind] = max;
}

/* Those before are forgotten first: nobody may claim what is being written. */
void ff_witness_hold(struct ff_witness *w, const struct ff_hold *h, unsigned int n)
{
	struct ff_hold *to = (struct ff_hold *)w->skel->bss->ff_holds;
	uint32_t places = 0;

	__atomic_store_n(&w->skel->bss->ff_hold_places, 0, __ATOMIC_SEQ_CST);
	for (uint32_t i = 0; i < FF_HOLDS; i++) {
		if (to[i].done)
			bpf_map__delete_elem(w->skel->maps.ff_claims, &i, sizeof(i), 0);
		to[i] = i < n ? h[i] : (struct ff_hold){ 0 };
		to[i].done = 0;
		places |= i < n ? 1u << h[i].at : 0;
	}
	memset((void *)w->skel->bss->ff_hold_hits, 0, sizeof(w->skel->bss->ff_hold_hits));
	__atomic_store_n(&w->skel->bss->ff_hold_places, places, __ATOMIC_SEQ_CST);
}

int ff_witness_start(struct ff_witness *w)
{
	w->n = w->max = 0;
	ring_buffer__consume(w->ring);
	memcpy((void *)w->skel->bss->ff_base, (void *)w->skel->bss->ff_count,
	       sizeof(w->skel->bss->ff_base));
	__atomic_store_n(&w->skel->bss->ff_on, 1, __ATOMIC_SEQ_CST);
	return 0;
}

int ff_witness_stop(struct ff_witness *w)
{
	__atomic_store_n(&w->skel->bss->ff_on, 0, __ATOMIC_SEQ_CST);
	return 0;
}

/* Stable; the ring is nearly in order, only other CPUs' reservations overtake. */
static void sort(struct ff_event *ev, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct ff_event e = ev[i];
		size_t j = i;

		for (; j && ev[j - 1].time_ns > e.time_ns; j--)
			ev[j] = ev[j - 1];
		ev[j] = e;
	}
}

size_t ff_witness_drain(struct ff_witness *w, struct ff_event *out, size_t max)
{
	if (!max)
		return 0;
	w->out = out;
	w->n = 0;
	w->max = max;
	ring_buffer__consume(w->ring);
	sort(out, w->n);
	return w->n;
}

uint64_t ff_witness_drops(const struct ff_witness *w)
{
	return w->skel->bss->ff_drops;
}

uint64_t ff_witness_count(const struct ff_witness *w, enum ff_ev_kind kind)
{
	return (unsigned int)kind < FF_EV_NR ? w->skel->bss->ff_count[kind] : 0;
}

uint64_t ff_witness_held(const struct ff_witness *w, enum ff_ev_kind kind)
{
	return (unsigned int)kind < FF_EV_NR ? w->skel->bss->ff_held[kind] : 0;
}
