// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring, its counters and the filter sets. Must be linked first: the other
 * objects refer to what is defined here.
 */
#include "ff_emit.h"

_Static_assert(FF_EV_NR <= FF_KINDS, "one counter per kind");

char LICENSE[] SEC("license") = "GPL";

struct ff_ring_map ff_ring SEC(".maps");
struct ff_set_map ff_tgids SEC(".maps");
struct ff_set_map ff_devs SEC(".maps");

volatile __u32 ff_on;			/* emission; hooks stay attached */
volatile __u64 ff_drops;		/* events the ring had no room for */
volatile __u64 ff_count[FF_KINDS];	/* events seen, whether kept or not */
volatile __u64 ff_base[FF_KINDS];	/* ff_count when emission started */
volatile __u64 ff_limit[FF_KINDS];	/* most to keep per start, 0: all */
volatile __u64 ff_held[FF_KINDS];	/* held back by ff_limit */
volatile __u64 ff_vmemmap;		/* see ff_core.h */
