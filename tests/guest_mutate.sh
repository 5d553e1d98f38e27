#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Mutated programs in a guest: the kernel accepts nine of ten of their calls, as
# it does of generated ones; none takes the guest away, and on a clean kernel
# nothing is found in them.
# timeout: 400
. "$(dirname "$0")/lib.sh"

KERNEL=${FF_TEST_KERNEL:-bookworm-backports}

"$FOLIOFUZZ_TESTS/guest_mutate" "$KERNEL" "${FF_TEST_PROGRAMS:-60}"
