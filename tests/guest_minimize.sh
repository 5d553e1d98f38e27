#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A program that makes stored data vanish on stock kernels (docs/found.md), grown with
# calls that have nothing to do with it, comes down to what the bug needs; stopped and started
# again it goes on; what hits nothing is not called minimised.
# timeout: 600
. "$(dirname "$0")/lib.sh"

kernel=bookworm
"$FOLIOFUZZ" kernel get "$kernel" >/dev/null 2>"$tmp/get" || skip_all "no kernel $kernel: $(tail -n 1 "$tmp/get")"

# number FIELD FILE
number()
{
	sed -n "s/^ *\"$1\": *\([0-9.]*\).*/\1/p" "$2" | head -n 1
}

cat >"$tmp/grown.ff" <<'END'
# foliofuzz 1
target tmpfs huge=always swap=zram thp=madvise
setup
  h0 = open f0 rdwr|creat
  h1 = open f1 rdwr|creat
  pwrite h1 0 64K
  pwrite h0 0 2M
  m0 = mmap h0 0 2M rw shared
  m1 = mmap h1 0 64K rw shared
  b0 = buffer 64K rw
  load m0 0 2M
thread 0
  load m1 0 64K
  pread h1 0 4K
  fallocate h0 punch 0 2M
  pause 500
  fallocate h0 allocate 0 2M
  fsync h1
  madvise m0 0 2M collapse
  store b0 0 8K
  store m0 0 2M
  pause 100
  pread h0 0 2M
thread 1
  pause 500
  load b0 0 4K
  seek h1 0 hole
  pause 500
  pread h1 0 4K
  seek h1 4K data
thread 2
  load m1 0 4K
  fadvise h1 0 64K dontneed
  mincore b0 0 64K
END

# Stopped by Ctrl-C once it has made something smaller, then started again.
start "$FOLIOFUZZ" minimize "$tmp/grown.ff" --kernel "$kernel" --time 400 --runs 500 --out "$tmp/out" \
	--signature 'data.unready-mapping.*' >"$tmp/first.ff" 2>"$tmp/first.err"
for _ in $(seq 300); do
	[ "$(number accepted "$tmp/out/state.json" 2>/dev/null || echo 0)" -gt 0 ] 2>/dev/null && break
	kill -0 "$started" 2>/dev/null || break
	sleep 0.5
done
kill -INT "$started"
wait "$started"
is "stopped, it says what it has" $? 0
before=$(number runs "$tmp/out/state.json")
like "the best so far is a program" "$tmp/out/program.ff" '^# foliofuzz 1$'

status 0 "started again it goes on" "$FOLIOFUZZ" minimize "$tmp/grown.ff" --kernel "$kernel" --time 50 \
	--out "$tmp/out" --signature 'data.unready-mapping.*' --json
cp "$tmp/stdout" "$tmp/result.json"
like "and says so" "$tmp/stderr" 'going on in'
diag "$(tail -n 1 "$tmp/stderr")"
calls=$(number calls "$tmp/result.json")
ok "$(number calls_before "$tmp/result.json") calls come down to $calls" test "$calls" -le 9
is "in one thread" "$(number threads "$tmp/result.json")" 1
ok "all runs are counted ($before, $(number total_runs "$tmp/result.json"))" \
	test "$(number total_runs "$tmp/result.json")" -ge "$before"
like "the signature is the same" "$tmp/result.json" '"signature": *"data\.unready-mapping\.'
like "its rate was measured" "$tmp/out/program.ff" ": [0-9]+/[0-9]+ runs hit"
if grep -q ": 0/" "$tmp/out/program.ff"; then
	skip "a hit is kept as a finding" "none in its last runs"
else
	ok "a hit is kept as a finding" test -s "$(echo "$tmp"/out/findings/data.*/program.ff)"
fi
status 1 "the result shows it again" "$FOLIOFUZZ" run "$tmp/out/program.ff" --kernel "$kernel" --repeat 20

printf '# foliofuzz 1\ntarget tmpfs\nsetup\n  h0 = open f0 rdwr|creat\nthread 0\n  pwrite h0 0 4K\n' >"$tmp/nothing.ff"
status 4 "what hits nothing is not reproduced" "$FOLIOFUZZ" minimize "$tmp/nothing.ff" --kernel "$kernel" \
	--tries 20 --out "$tmp/none"
like "with the odds" "$tmp/stderr" 'could not reproduce any finding in 2[0-9] runs'
status 2 "the state of another program is not used" "$FOLIOFUZZ" minimize "$tmp/nothing.ff" --kernel "$kernel" \
	--out "$tmp/out"
like "and it says why" "$tmp/stderr" 'another --out'
done_testing
