#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A log of fsx, imported and run on a kernel that is thought clean: `make fsx-proof`.
#
#	OPS=10000 SEED=1	of the log (fsx_log.awk), or LOG=FILE of a real fsx
#	KERNEL=bookworm-backports TARGET=ext4
#
# Prints what could not be expressed, and each program that shows something. Exit status:
# 0 nothing found, 1 a finding, 3 it could not be run.
set -u
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 3
FOLIOFUZZ=${FOLIOFUZZ:-$top/build/foliofuzz}
KERNEL=${KERNEL:-bookworm-backports}
TARGET=${TARGET:-ext4}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/foliofuzz-fsx.XXXXXX") || exit 3
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP

log=${LOG:-$tmp/log}
[ -n "${LOG:-}" ] || awk -v ops="${OPS:-10000}" -v seed="${SEED:-1}" -v most=262144 -f "$top/tests/fsx_log.awk" >"$log" || exit 3
"$FOLIOFUZZ" corpus import "$tmp/store" "$log" --format fsx --target "$TARGET" >"$tmp/ids" || [ $? -eq 1 ] || exit 3
"$FOLIOFUZZ" corpus export "$tmp/store" --out "$tmp/programs" >/dev/null || exit 3

programs=0 calls=0 found=0
for f in "$tmp"/programs/*.ff; do
	"$FOLIOFUZZ" run "$f" --kernel "$KERNEL" --out "$tmp/out" >"$tmp/said" 2>&1
	rc=$?
	[ $rc -le 1 ] || { cat "$tmp/said" >&2; exit 3; }
	programs=$((programs + 1))
	calls=$((calls + $(sed -n 's/^\([0-9]*\) calls, .*/\1/p' "$tmp/said")))
	[ $rc -eq 0 ] || { found=$((found + 1)); cat "$tmp/said"; }
done
echo "$(grep -vc '^#' "$log") operations, $programs programs, $calls calls on $KERNEL, $TARGET: $found with findings"
[ $found -eq 0 ]
