/* SPDX-License-Identifier: GPL-2.0-only */
/* The finding: an oracle's verdict with its evidence and its signature. */
#ifndef FF_ORACLES_FINDING_H
#define FF_ORACLES_FINDING_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct ff_finding - one violation
 * @oracle: "data", "seek", "mincore", "errno", "unmap", "hang", "leak",
 *	"kernel-log"
 * @verdict: of the oracle: "lost-dma", "stale", "hole-in-data", "enxio", ...
 * @signature: what makes two findings the same: oracle, verdict, the calls
 *	involved by name, and the kernel frames or hooks; [a-z0-9._+-] so that it
 *	can name a folder
 * @call: id of the call that saw it, -1 when no call did
 * @thread: its thread
 * @what: one line for people: what was seen and what was legal
 * @evidence: several lines: the calls concerned with times and results, the
 *	legal versions, the witness events; ends with a newline
 * @witnessed: the witness confirms the cause (names the collapse, the COW fault)
 */
struct ff_finding {
	char oracle[16], verdict[32], signature[160];
	int call, thread;
	char what[400];
	char evidence[6000];
	int witnessed;
};

#define FF_MAX_FINDINGS 32	/* of one history */

struct ff_findings {
	unsigned int n;
	unsigned int more;	/* that did not fit */
	struct ff_finding f[FF_MAX_FINDINGS];
};

/** ff_finding_add() - append, or count in @more; NULL when full. Fills oracle and verdict. */
struct ff_finding *ff_finding_add(struct ff_findings *all, const char *oracle, const char *verdict);

/** ff_finding_evidence() - append formatted text to the evidence, cut cleanly when full */
void ff_finding_evidence(struct ff_finding *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** ff_finding_signature() - set from parts; characters outside the set become '-' */
void ff_finding_signature(struct ff_finding *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
