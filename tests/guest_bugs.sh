#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The two bugs that live in stock Debian kernels are seen when their programs
# run, with the witness's word for the cause, and the kernel that has both
# mended stays silent on the same programs. Two of the kept programs, not the
# generator: whether a campaign finds them in its time is chance, and is
# measured in docs/runs.md instead.
# timeout: 900
# retries: 1
. "$(dirname "$0")/lib.sh"

# hit KERNEL PROGRAM ORACLE VERDICT: seen in one of up to 3 runs of 20.
hit()
{
	local try rc

	for try in 1 2 3; do
		"$FOLIOFUZZ" run "$top/tests/programs/$2.ff" --kernel "$1" --repeat 20 --json \
			--out "$tmp/$1-$2-$try" >"$tmp/$1-$2.json" 2>"$tmp/$1-$2.err"
		rc=$?
		diag "$1 $2, try $try: exit status $rc"
		[ $rc -eq 1 ] && break
		tail -n 20 "$tmp/$1-$2.err" | sed 's/^/#   /'
	done
	is "$2 is seen on $1" "$rc" 1
	like "its oracle is $3" "$tmp/$1-$2.json" "\"oracle\": *\"$3\""
	like "its verdict is $4" "$tmp/$1-$2.json" "\"verdict\": *\"$4\""
	like "the witness confirms the cause" "$tmp/$1-$2.json" '"witnessed": *true'
}

# silent KERNEL PROGRAM
silent()
{
	status 0 "$2 is silent on $1" "$FOLIOFUZZ" run "$top/tests/programs/$2.ff" --kernel "$1" \
		--repeat 20 --out "$tmp/$1-$2"
}

for kernel in bookworm bullseye bookworm-backports; do
	"$FOLIOFUZZ" kernel get "$kernel" >/dev/null 2>"$tmp/get" ||
		skip_all "no kernel $kernel: $(tail -n 1 "$tmp/get")"
done

hit bookworm seek-collapse seek hole-in-data
silent bookworm lost-dma
hit bullseye lost-dma data lost-dma
silent bookworm-backports seek-collapse
silent bookworm-backports lost-dma
# A race that a mutant loses, won here (make mutant-programs has them all, on the control).
silent bookworm-backports stale-punch

# What the generator makes is accepted, and a kernel whose bugs are known (docs/found.md)
# gives nothing new that shows again when it is replayed.
"$FOLIOFUZZ" fuzz --kernel bookworm-backports --time 30 --seed 1 --known-ok --json --out "$tmp/quiet" \
	>"$tmp/quiet.json" 2>"$tmp/quiet.err"
rc=$?
ok "a campaign on 6.12 runs to its end (exit status $rc)" test $rc -le 1
again=0
[ $rc -eq 1 ] && again=$(sed -n 's/^ *"hits": *\([0-9]*\).*/\1/p' "$tmp/quiet.json" | sort -n | tail -n 1)
[ $rc -eq 1 ] && diag "$(cat "$tmp"/quiet/findings/*/README)"
ok "and finds nothing that can be replayed (${again:-0} of 10)" test "${again:-0}" -lt 5
accepted=$(sed -n 's/.*"accepted_percent": *\([0-9]*\).*/\1/p' "$tmp/quiet.json" | head -n 1)
ok "at least 90 % of the calls are accepted (${accepted:-?} %)" test "${accepted:-0}" -ge 90
done_testing
