// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event ABI is what recorded histories are made of: its size, offsets and
 * kind numbers must not move. And the hook table must be sound, since a row
 * that is wrong only shows as a missing hook.
 */
#include <stddef.h>

#include "bpf/event.h"
#include "bpf/hooks.h"
#include "bpf/probe.h"
#include "bpf/witness.h"
#include "tests/tap.h"

#define AT(field, off) \
	tap_is_int(offsetof(struct ff_event, field), off, #field " is at %d", off)

static void test_layout(void)
{
	tap_is_int(sizeof(struct ff_event), 64, "an event is 64 bytes");
	AT(time_ns, 0);
	AT(ino, 8);
	AT(index, 16);
	AT(cookie, 16);
	AT(addr, 24);
	AT(pos, 24);
	AT(pfn, 32);
	AT(result, 40);
	AT(dev, 48);
	AT(tid, 52);
	AT(extra, 56);
	AT(kind, 60);
	AT(flags, 62);
	tap_is_int(ff_ev_dev(8, 1), 0x800001, "dev as the kernel has it");
}

static void test_kinds(void)
{
	int unnamed = 0, twice = 0;

	tap_is_int(FF_EV_FAULT, 1, "the first kind's number");
	tap_is_int(FF_EV_COW_END, 5, "one in the middle");
	tap_is_int(FF_EV_SPLIT_END, 24, "the last when the ABI was laid down");
	tap_is_int(FF_EV_DELAY, 30, "and delays");
	tap_is_int(FF_EV_MOVED, 31, "and moved pages");
	tap_is_int(FF_EV_MAPPED_GONE, 26, "those added since follow");
	for (int i = 0; i < FF_EV_NR; i++) {
		unnamed += !ff_ev_name(i);
		for (int j = 0; j < i && !unnamed; j++)
			twice += !strcmp(ff_ev_name(i), ff_ev_name(j));
	}
	tap_ok(!unnamed && !twice, "each kind has its own name");
	tap_is_str(ff_ev_name(FF_EV_NR), "?", "what is no kind has none");
}

static void test_hooks(void)
{
	for (int h = 0; h < FF_HOOK_NR; h++) {
		const struct ff_hook_desc *d = &ff_hooks[h];
		int ok = d->name && d->gives && d->lost && d->alt[0].target;

		for (int a = 0; ok && a < FF_ALT_MAX && d->alt[a].target; a++) {
			ok = d->alt[a].prog[0] != NULL;
			ok = ok && (!d->alt[a].param_name || d->alt[a].param >= 0);
		}
		tap_ok(ok, "hook %d (%s) is complete", h, d->name ? d->name : "no name");
	}
}

static void test_line(void)
{
	static struct ff_probe p;
	char line[1024], want[128], tiny[16];

	for (int h = 0; h < FF_HOOK_NR; h++)
		p.has[h] = h != FF_HOOK_COW;
	strcpy(p.why[FF_HOOK_COW], "do_wp_page not in BTF");
	ff_probe_line(&p, line, sizeof(line));
	snprintf(want, sizeof(want), "witness: %d of %d hooks; missing: cow (do_wp_page not in BTF)",
		 FF_HOOK_NR - 1, FF_HOOK_NR);
	tap_is_str(line, want, "the capability line names what is missing and why");
	memset(p.has, 0, sizeof(p.has));
	memset(p.why, 'x', sizeof(p.why));
	for (int h = 0; h < FF_HOOK_NR; h++)
		p.why[h][FF_WHY_MAX - 1] = '\0';
	ff_probe_line(&p, tiny, sizeof(tiny));
	tap_is_int(strlen(tiny), sizeof(tiny) - 1, "a short buffer cuts it");
	ff_probe_line(&p, line, sizeof(line));
	tap_ok(strlen(line) < sizeof(line), "and any buffer holds it, cut or not");
}

/* Where BPF is not to be had, open says why and what that costs. */
static void test_open(void)
{
	struct ff_witness *w = NULL;
	char why[256] = "";
	int err = ff_witness_open(&w, why, sizeof(why));

	if (!err) {
		tap_ok(w != NULL, "a witness opens here");
		ff_witness_close(w);
		return;
	}
	tap_ok(err < 0 && !w && !strncmp(why, "SKIP witness: ", 14), "no witness here: %s", why);
	ff_witness_close(NULL);
}

int main(void)
{
	test_layout();
	test_kinds();
	test_hooks();
	test_line();
	test_open();
	return tap_done();
}
