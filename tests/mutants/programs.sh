#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kept programs on the mutant kernel: each shows its bug with the right verdict
# and the witness's word for it, and is silent with the mutant off. Which programs
# a campaign makes is chance (matrix.sh measures that); what the judge says of the
# bug is not.
#
#	tests/mutants/programs.sh [ID...]
. "$(dirname "$0")/../lib.sh"

# row ID PROGRAM VERDICT SIGNATURE KERNEL-ARGS: at least one finding with this verdict and
# a signature that begins so, witnessed, in one of up to 3 times 10 runs; none without the mutant
row()
{
	local try rc file=$top/tests/programs/$2.ff

	[ -z "$want" ] || [[ " $want " == *" $1 "* ]] || return
	for try in 1 2 3; do
		"$FOLIOFUZZ" run "$file" --kernel "mutant:$1" ${5:+--append "$5"} --repeat 10 --json \
			--out "$tmp/$1-$try" >"$tmp/$1.json" 2>"$tmp/$1.err"
		rc=$?
		diag "$1 $2, try $try: exit status $rc, $(grep -o '"signature": *"[^"]*"\|"hits": *[0-9]*' \
			"$tmp/$1.json" | sed 's/.*: *//' | tr '\n' ' ')"
		[ $rc -eq 1 ] && grep -q "\"signature\": *\"$4" "$tmp/$1.json" && break
		[ $rc -eq 1 ] || tail -n 5 "$tmp/$1.err" | sed 's/^/#   /'
	done
	is "$2 is seen with mutant $1 on" "$rc" 1
	like "as $4" "$tmp/$1.json" "\"signature\": *\"$4"
	like "with the verdict $3" "$tmp/$1.json" "\"verdict\": *\"$3\""
	like "and the witness's word" "$tmp/$1.json" '"witnessed": *true'
	status 0 "$2 is silent with no mutant on" "$FOLIOFUZZ" run "$file" --kernel mutant \
		${5:+--append "$5"} --repeat 10 --out "$tmp/$1-off"
}

want=$*
"$top/tests/mutants/build.sh" >/dev/null 2>"$tmp/build" ||
	skip_all "no mutant kernel: $(tail -n 1 "$tmp/build")"
row b lost-dma lost-dma data.lost-dma. ""
row c1 swap-in-punch unexpected-errno errno.unexpected-errno.pread.enoent ""
row f1 split-zap stale-mapping unmap.stale-mapping.huge-page-mapped-after-split mutant_delay_us=200
row f2 stale-huge-zap stale-mapping unmap.stale-mapping.huge-page-still-mapped mutant_delay_us=500
row f3 stale-punch stale-mapping data.stale-mapping.load.fallocate mutant_delay_us=200
row g stale-fault-around stale-mapping unmap.stale-mapping.page- mutant_delay_us=20
done_testing
