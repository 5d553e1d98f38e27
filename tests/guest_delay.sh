#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A delay holds up the call that gets there, for as long as was asked and no other
# call, at every place that the kernel has a hook for; where it has none this is said.
# timeout: 1200
# retries: 1
. "$(dirname "$0")/lib.sh"

KERNELS=${FF_TEST_KERNELS:-bullseye bookworm-backports}

# Files in memory, swapped, collapsed, split; eight seeks, of which the second is held up.
cat >"$tmp/memory.ff" <<'END'
# foliofuzz 1
target tmpfs swap=disk
delay seek 2 5000
delay collapse 1 100
delay truncate 1 100
delay split 1 100
delay fault 1 100
delay map 1 100
delay unmap 1 100
delay file-swap-in 1 100
setup
  h0 = open f0 rdwr|creat
  pwrite h0 0 2M
  m0 = mmap h0 0 2M rw shared
  load m0 0 2M
thread 0
  seek h0 0 hole
  seek h0 0 hole
  seek h0 0 hole
  seek h0 0 hole
  seek h0 0 hole
  seek h0 0 hole
  seek h0 0 hole
  seek h0 0 hole
  madvise m0 0 64K pageout
  pause 100000
  reclaim 1M
  pause 100000
  reclaim 1M
  pread h0 0 64K
  store m0 0 2M
  madvise m0 0 2M collapse
  fallocate h0 punch 4K 64K
  load m0 0 2M
END

# A disk, direct I/O, anonymous memory that is compacted, split and swapped.
cat >"$tmp/disk.ff" <<'END'
# foliofuzz 1
target ext4 swap=disk thp=always
delay invalidate 1 100
delay pinned 1 100
delay migrate 1 100
delay remap 1 100
delay swap-in 1 100
delay swap-read 1 100
delay swap-out 1 100
delay locked 1 100
setup
  h0 = open f0 rdwr|creat
  h1 = open f0 rdwr|direct
  b0 = buffer 256K rw
  pwrite h0 0 64K
  pwrite h0 0 64K
  fsync h0
  store b0 0 256K
  b1 = buffer 4M rw
  store b1 0 4M
thread 0
  pwrite h1 0 64K
  pread h1 0 64K
  compact
  madvise b1 2M 4K pageout
  store b0 0 256K
  madvise b0 0 256K pageout
  pause 100000
  reclaim 1M
  pause 100000
  reclaim 1M
  load b0 0 256K
END

# run_on KERNEL NAME: its history in $tmp/NAME.KERNEL, what it said in $tmp/said
run_on()
{
	"$FOLIOFUZZ" run "$tmp/$2.ff" --kernel "$1" --history "$tmp/$2.$1" \
		--oracles=-seek,-mincore --out "$tmp/o.$2.$1" >"$tmp/said" 2>&1
	is "$2.ff runs on $1: exit status" $? 0
}

# took CALL HISTORY: ns
took()
{
	local returned invoked

	read -r invoked returned < <(sed -n "s/^call $1 .* invoked=\([0-9]*\) returned=\([0-9]*\).*/\1 \2/p" "$2")
	echo $((returned - invoked))
}

# held NUMBER HISTORY: for how many ns it was, if it was made
held()
{
	awk -v number="$1" '$1 == "event" && $2 == "delay" {
		extra = took = 0
		for (i = 3; i <= NF; i++) {
			split($i, field, "=")
			if (field[1] == "extra") extra = field[2]
			if (field[1] == "result") took = field[2]
		}
		if (extra == number) print took
	}' "$2"
}

# lacks PLACE HISTORY: the kernel cannot do what leads there
lacks()
{
	case $1 in
	collapse|split) grep -q '^call 19 .*errno=EINVAL' "$2" || grep -q '^call 19 .*skipped' "$2" ;;
	swap-read) grep -q '^call 16 .*skipped' "$2" ;;
	*) false ;;
	esac
}

# made NAME KERNEL: each delay of the program was made, or its place is said to be missing.
# Whether pages are moved and swapped is the kernel's to say: two may not be reached.
made()
{
	local n=0 place nth us took not_reached=0

	while read -r _ place nth us; do
		took=$(held $n "$tmp/$1.$2")
		if grep -q "delay $place $nth $us: this kernel has no hook" "$tmp/said"; then
			is "$2: no hook at $place, no delay" "$took" ""
		elif [ -z "$took" ] && lacks "$place" "$tmp/$1.$2"; then
			skip "$2: $place is held up" "this kernel has no call that leads there"
		elif [ -z "$took" ]; then
			not_reached=$((not_reached + 1))
			skip "$2: $place is held up" "not reached this time"
		else
			ok "$2: $place was held up for ${took:-no} ns, $us us were asked" \
				test "${took:-0}" -ge "${us}000"
		fi
		n=$((n + 1))
	done < <(grep '^delay ' "$tmp/$1.ff")
	ok "$2: of the places of $1.ff $not_reached were not reached" test $not_reached -le 2
}

for kernel in $KERNELS; do
	if ! "$FOLIOFUZZ" kernel get "$kernel" >/dev/null 2>"$tmp/get"; then
		skip "delays on $kernel" "no such kernel here: $(tail -n 1 "$tmp/get")"
		continue
	fi
	run_on "$kernel" memory
	made memory "$kernel"
	ok "$kernel: the second seek took 5 ms or more" test "$(took 5 "$tmp/memory.$kernel")" -ge 5000000
	least=$(for id in 4 6 7 8 9 10 11; do took $id "$tmp/memory.$kernel"; done | sort -n | head -n 1)
	ok "$kernel: another one less ($least ns)" test "$least" -lt 5000000
	run_on "$kernel" disk
	made disk "$kernel"
done
done_testing
