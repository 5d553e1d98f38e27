#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Reproducers on the mutant kernel: the C file of each bug's kept program, built with
# gcc, sees its bug where the mutant is on and not where it is off. Prints a table
# in Markdown (docs/repro.md).
#
#	tests/mutants/repro.sh [ID...]
#
#	TIME=120	seconds in the guest with the mutant on
#	CONTROL=60	and off; 0: not run
#
# Exit status: 0 when each was seen with its mutant, and none without.
set -u
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 3
FOLIOFUZZ=${FOLIOFUZZ:-$top/build/foliofuzz}
FOLIOFUZZ_TESTS=${FOLIOFUZZ_TESTS:-$top/build/tests}
CC=${CC:-gcc}
TIME=${TIME:-120}
CONTROL=${CONTROL:-60}
failed=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/foliofuzz-repro.XXXXXX") || exit 3
trap 'rm -rf "$tmp"' EXIT

# boot KERNEL PROGRAM SECONDS KERNEL-ARGS: exit status in $rc, "runs seconds" in $took
boot()
{
	"$FOLIOFUZZ_TESTS/guest_repro" "$1" "$top/tests/programs/$2.ff" "$tmp/repro" "$tmp" "$3" "$4" \
		>"$tmp/out" 2>"$tmp/err"
	rc=$?
	took=$(sed -n 's/^.* in \([0-9]*\) runs, \([0-9.]*\) s$/\1 runs, \2 s/p' "$tmp/out" | head -n 1)
	grep -h '^BUG\|^HANG\|^SKIP' "$tmp/out" | head -n 2 | sed "s/^/$1: /" >&2
	[ -n "$took" ] || { tail -n 30 "$tmp/out"; cat "$tmp/err"; } >&2
}

# row ID PROGRAM SIGNATURE KERNEL-ARGS
row()
{
	local on seen off='-' unseen='-'

	[ -z "$want" ] || [[ " $want " == *" $1 "* ]] || return
	"$FOLIOFUZZ" repro "$top/tests/programs/$2.ff" --signature "$3" -o "$tmp/repro.c" &&
		$CC -O2 -Wall -Wextra -Werror -pthread -static -o "$tmp/repro" "$tmp/repro.c" || exit 3
	boot "mutant:$1" "$2" "$TIME" "$4"
	on=$rc seen=${took:--}
	if [ "$CONTROL" -gt 0 ]; then
		boot mutant "$2" "$CONTROL" "$4"
		off=$rc unseen=${took:--}
		[ "$off" = 0 ] || failed=1
	fi
	[ "$on" = 1 ] || failed=1
	echo "| $1 | ${4:-natural} | $2 | $3 | $(wc -l <"$tmp/repro.c") | $on | $seen | $off | $unseen |"
}

want=$*
"$top/tests/mutants/build.sh" >/dev/null 2>"$tmp/build" || { tail -n 5 "$tmp/build" >&2; exit 3; }
echo "| mutant | window | program | looks for | lines | exit status | seen after | control | not seen in |"
echo "|---|---|---|---|---|---|---|---|---|"
row a seek-collapse seek.hole-in-data.collapse ""
row b lost-dma data.lost-dma.preadv ""
row c1 swap-in-punch errno.unexpected-errno.pread.enoent ""
row c2 swap-slot-leak leak.swapoff-stuck ""
row d fuse-self-deadlock hang.self-deadlock.pwritev.filemap_fault ""
row e1 lost-wakeup hang.lost-wakeup.load.__filemap_get_folio ""
row f2 stale-huge-zap unmap.stale-mapping.huge-page-still-mapped mutant_delay_us=500
row f3 stale-punch data.stale-mapping.load.fallocate ""
row g stale-fault-around unmap.stale-mapping.page-mapped-when-gone mutant_delay_us=20
exit $failed
