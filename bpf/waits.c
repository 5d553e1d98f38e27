// SPDX-License-Identifier: GPL-2.0-only
/* The user-space side of waits.bpf.c: runs its walk, bucket by bucket. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/witness_state.h"

void ff_waits_select(struct ff_witness *w)
{
	bpf_program__set_autoload(w->skel->progs.ff_walk, !w->no_walk);
	bpf_program__set_autoload(w->skel->progs.ff_lock_owner, !w->no_owner);
}

bool ff_waits_refuse(struct ff_witness *w, const char *prog)
{
	bool *no = !strcmp(prog, "ff_walk") ? &w->no_walk :
		   !strcmp(prog, "ff_lock_owner") ? &w->no_owner : NULL;

	if (!no || *no)
		return false;
	*no = true;
	return true;
}

/*
 * Only where no page wait ended yet since the witness was opened: reading the
 * symbols takes a second or two under emulation, so it is done once.
 */
static void read_symbols(struct ff_witness *w)
{
	static const char *const tables[] = { "folio_wait_table", "page_wait_table" };
	unsigned long long at, table = 0, fn = 0;
	char name[128], line[256];
	FILE *f = fopen("/proc/kallsyms", "re");

	w->symbols = true;
	while (f && !(table && fn) && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %*c %127s", &at, name) != 2)
			continue;
		if (!strcmp(name, tables[0]) || !strcmp(name, tables[1]))
			table = at;
		else if (!strcmp(name, "wake_page_function"))
			fn = at;
	}
	if (f)
		fclose(f);
	if (table && fn && !w->skel->bss->ff_wait_table) {
		w->skel->bss->ff_wake_fn = fn;
		w->skel->bss->ff_wait_table = table;
	}
}

static int run(struct bpf_program *prog, uint64_t arg0, uint64_t arg1)
{
	uint64_t args[2] = { arg0, arg1 };
	LIBBPF_OPTS(bpf_test_run_opts, o, .ctx_in = args, .ctx_size_in = sizeof(args));

	return bpf_prog_test_run_opts(bpf_program__fd(prog), &o);
}

bool ff_waits_owners(const struct ff_witness *w)
{
	const struct ff_probe *p = &w->probe;

	/* one way of unlocking that is not seen, and all owners are guesses */
	if (p->fits[FF_HOOK_UNLOCK][0] && !p->link[FF_HOOK_UNLOCK][0][0])
		return false;
	return p->has[FF_HOOK_LOCK] && (p->link[FF_HOOK_UNLOCK][1][0] || p->link[FF_HOOK_UNLOCK][2][0]);
}

bool ff_waits_locks(const struct ff_witness *w)
{
	return w->probe.has[FF_HOOK_LOCK_WAIT] && !w->no_owner;
}

static int walk_bucket(struct ff_witness *w, unsigned int bucket, struct ff_wait *out,
		       unsigned int *n, unsigned int max)
{
	int err;

	for (unsigned int nth = 0; nth < FF_WAIT_BUCKET_MAX && *n < max; nth++) {
		err = run(w->skel->progs.ff_walk, bucket, nth);
		if (err || w->skel->bss->ff_walked_is == FF_WALK_END)
			return err;
		if (w->skel->bss->ff_walked_is != FF_WALK_WAIT)
			continue;
		memcpy(&out[*n], (void *)&w->skel->bss->ff_walked, sizeof(*out));
		++*n;
	}
	return 0;
}

int ff_waits_pages(struct ff_witness *w, struct ff_wait *out, unsigned int max)
{
	bool owners = ff_waits_owners(w);
	unsigned int n = 0;
	int err;

	if (w->no_walk)
		return -EOPNOTSUPP;
	if (!w->skel->bss->ff_wait_table && !w->symbols)
		read_symbols(w);
	if (!w->skel->bss->ff_wait_table)
		return -ENOENT;
	for (unsigned int b = 0; b < FF_WAIT_BUCKETS && n < max; b++) {
		err = walk_bucket(w, b, out, &n, max);
		if (err)
			return err;
	}
	for (unsigned int i = 0; i < n && !owners; i++) {
		out[i].flags &= ~FF_WAITF_OWNER;
		out[i].owner = 0;
	}
	return (int)n;
}

bool ff_waits_lock(struct ff_witness *w, uint32_t tid, struct ff_wait *out)
{
	struct { uint64_t lock; uint32_t kind, pad; } lw;

	if (!ff_waits_locks(w) ||
	    bpf_map__lookup_elem(w->skel->maps.ff_lock_waits, &tid, sizeof(tid), &lw, sizeof(lw), 0))
		return false;
	memset(out, 0, sizeof(*out));
	out->object = lw.lock;
	out->kind = (uint16_t)lw.kind;
	out->tid = tid;
	if (!run(w->skel->progs.ff_lock_owner, lw.lock, lw.kind)) {
		out->owner = w->skel->bss->ff_walked.owner;
		out->flags = w->skel->bss->ff_walked.flags;
	}
	return true;
}
