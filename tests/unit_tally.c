// SPDX-License-Identifier: GPL-2.0-only
/* What counts as accepted: the 90 % mark of the generator is made of this. */
#include <errno.h>
#include <signal.h>

#include "runner/campaign/tally.h"
#include "tests/tap.h"

static struct ff_program p;
static struct ff_history h;
static struct ff_tally t;

static struct ff_tally_row one(int err, int sig, int state)
{
	memset(&t, 0, sizeof(t));
	h.record[0] = (struct ff_record){ .state = (uint8_t)state, .signal = (uint8_t)sig, .err = err };
	ff_tally_add(&t, &p, &h);
	return t.op[FF_OP_PREAD];
}

int main(void)
{
	static const int refused[] = { EINVAL, EOPNOTSUPP, ENOSYS, EBADF, EPERM, EACCES, ENODEV, EFAULT };
	static const int results[] = { 0, EAGAIN, ENXIO, ENOSPC, ENOMEM, EINTR, EBUSY, EIO };
	struct ff_tally_row r;
	json_t *j;

	p.ncalls = h.ncalls = 1;
	p.call[0].op = FF_OP_PREAD;
	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		r = one(refused[i], 0, FF_CALL_DONE);
		tap_ok(r.done == 1 && r.accepted == 0, "errno %d is a refusal", refused[i]);
	}
	for (unsigned int i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		r = one(results[i], 0, FF_CALL_DONE);
		tap_ok(r.done == 1 && r.accepted == 1, "errno %d is a result", results[i]);
	}
	tap_is_int(one(0, SIGBUS, FF_CALL_DONE).accepted, 1, "SIGBUS is a result");
	tap_is_int(one(0, SIGSEGV, FF_CALL_DONE).accepted, 0, "SIGSEGV is a refusal");
	r = one(0, 0, FF_CALL_SKIPPED);
	tap_ok(!r.done && r.skipped == 1, "skipped calls are counted apart");
	r = one(0, 0, FF_CALL_STARTED);
	tap_ok(!r.done && r.away == 1, "so are those that did not return");
	r = one(0, 0, FF_CALL_NOT_RUN);
	tap_ok(!r.done && !r.away && !r.skipped, "and what did not run is nothing");
	one(0, 0, FF_CALL_DONE);
	r = ff_tally_sum(&t);
	tap_ok(r.done == 1 && ff_tally_percent(&r) == 100.0, "100 %% of one");
	j = ff_tally_json(&t);
	tap_is_int(json_integer_value(json_object_get(json_object_get(json_object_get(j, "per_call"), "pread"), "accepted")),
		   1, "JSON has it per call");
	json_decref(j);
	return tap_done();
}
