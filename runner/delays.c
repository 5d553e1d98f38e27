// SPDX-License-Identifier: GPL-2.0-only
#include "runner/delays.h"

#include "runner/msg.h"

/* fuzzer/ and bpf/ do not know each other. */
static const uint8_t held_at[FF_DELAY_PLACES] = {
	[FF_DELAY_COLLAPSE] = FF_HOLD_COLLAPSE,
	[FF_DELAY_TRUNCATE] = FF_HOLD_TRUNCATE,
	[FF_DELAY_INVALIDATE] = FF_HOLD_INVALIDATE,
	[FF_DELAY_SPLIT] = FF_HOLD_SPLIT,
	[FF_DELAY_SWAP_IN] = FF_HOLD_SWAP_IN,
	[FF_DELAY_FILE_SWAP_IN] = FF_HOLD_FILE_SWAP_IN,
	[FF_DELAY_SWAP_READ] = FF_HOLD_SWAP_READ,
	[FF_DELAY_SWAP_OUT] = FF_HOLD_SWAP_OUT,
	[FF_DELAY_UNMAP] = FF_HOLD_UNMAP,
	[FF_DELAY_MIGRATE] = FF_HOLD_MIGRATE,
	[FF_DELAY_REMAP] = FF_HOLD_REMAP,
	[FF_DELAY_FAULT] = FF_HOLD_FAULT,
	[FF_DELAY_MAP] = FF_HOLD_MAP,
	[FF_DELAY_SEEK] = FF_HOLD_SEEK,
	[FF_DELAY_PINNED] = FF_HOLD_PINNED,
	[FF_DELAY_LOCKED] = FF_HOLD_LOCKED,
};
_Static_assert((int)FF_DELAY_PLACES == (int)FF_HOLD_NR, "a place that is not held up");
_Static_assert(FF_MAX_DELAYS <= FF_HOLDS, "more delays than can be made");
_Static_assert(FF_HOOK_NR <= 64, "more hooks than bits");

uint32_t ff_delays_places(uint64_t hooks)
{
	uint32_t places = 0;

	for (unsigned int i = 0; i < FF_DELAY_PLACES; i++)
		places |= (uint32_t)(hooks >> (FF_HOOK_HOLD + held_at[i]) & 1) << i;
	return places;
}

void ff_delays_set(struct ff_witness *w, const struct ff_program *p)
{
	struct ff_hold h[FF_MAX_DELAYS];
	unsigned int n = p ? p->ndelays : 0;

	for (unsigned int i = 0; i < n; i++)
		h[i] = (struct ff_hold){ .at = held_at[p->delay[i].place], .nth = p->delay[i].nth,
					 .ns = p->delay[i].us * 1000 };
	ff_witness_hold(w, h, n);
}

void ff_delays_warn(const struct ff_program *p, uint64_t hooks)
{
	uint32_t places = ff_delays_places(hooks);
	char text[64];

	for (unsigned int i = 0; i < p->ndelays; i++) {
		if (places >> p->delay[i].place & 1)
			continue;
		ff_delay_print(&p->delay[i], text, sizeof(text));
		ff_msg_warn("delay %s: this kernel has no hook there: the program runs without it", text);
	}
}
