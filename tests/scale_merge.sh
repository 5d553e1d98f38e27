#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How long does merging many shards take? tests/scale_merge.sh CAMPAIGN COUNT...
# The shards are made out of a recorded campaign (tests/scale_shards.py).
. "$(dirname "$0")/lib.sh"

[ $# -ge 2 ] || { echo "usage: tests/scale_merge.sh CAMPAIGN COUNT..." >&2; exit 2; }
campaign=$1
shift
TIMEFORMAT='%R s, of them %U s of processor time in the program and %S s in the kernel'
for n in "$@"; do
	rm -rf "$tmp/shards" "$tmp/merged"
	"$top/tests/scale_shards.py" "$campaign" "$tmp/shards" "$n" || exit 3
	echo "$n shards ($(du -sk "$tmp/shards" | cut -f 1) KiB, $(find "$tmp/shards" | wc -l) files):"
	{ time "$FOLIOFUZZ" merge --out "$tmp/merged" "$tmp"/shards/shard-* >"$tmp/merge.out" 2>&1; } 2>&1
	sed -n 's/^\([0-9]* shards, .*\) in .*/  \1/p' "$tmp/merge.out"
	echo "  merged: $(du -sk "$tmp/merged" | cut -f 1) KiB, $(find "$tmp/merged" | wc -l) files"
	{ time "$FOLIOFUZZ" merge --out "$tmp/merged" "$tmp/shards/shard-1" >"$tmp/merge.out" 2>&1; } 2>&1
	echo "  the line above: one of them merged again"
done
