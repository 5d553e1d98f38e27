#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The FUSE target: its server does what programs tell it, and when it is killed
# or stopped in the middle of one, every call returns, nothing is found, and
# the next program has a target that works. All in one guest.
# timeout: 400
# retries: 1
. "$(dirname "$0")/lib.sh"

KERNEL=${FF_TEST_KERNEL:-bookworm}
command -v qemu-system-x86_64 >/dev/null || skip_all "no QEMU"
"$FOLIOFUZZ" kernel get "$KERNEL" >/dev/null 2>&1 || skip_all "no kernel $KERNEL"

program()
{
	printf '# foliofuzz 1\ntarget %s\n' "$2" >"$tmp/$1.ff"
	cat >>"$tmp/$1.ff"
}

run()
{
	local name=$1

	shift
	"$FOLIOFUZZ" run --kernel "$KERNEL" --history "$tmp/$name.hist" "$@" "$tmp/$name.ff" \
		>"$tmp/$name.out" 2>"$tmp/$name.err"
}

# us NAME CALL: how long a call took, in microseconds
us()
{
	sed -n "s/^call $2 .* invoked=\([0-9]*\) returned=\([0-9]*\).*/\2 \1/p" "$tmp/$1.hist" |
		awk '{ printf "%d\n", ($1 - $2) / 1000 }'
}

# Everything a program may ask of the server, and an order that holds requests.
everything()
{
	cat <<-'EOF'
	setup
	  h0 = open f0 rdwr|creat
	  h1 = open f0 rdwr|direct
	  pwrite h0 0 2M
	  m0 = mmap h0 0 2M rw shared
	  b0 = buffer 64K rw
	thread 0
	  store m0 4K 100
	  pread h1 0 64K
	  serve stall 1 60000
	  fallocate h0 punch 1M 64K
	  serve delay 1 60000
	  preadv h1 512K [b0:0:8K] none
	  seek h0 0 hole
	  ftruncate h0 1M
	  copy h0 0 h0 512K 64K
	  fsync h0
	  pwritev h0 64K [m0:60K:8K] none
	  load m0 0 1M
	EOF
}
everything | program through fuse
everything | program back "fuse cache=writeback slow=100"
run through
is "written through: exit status" $? 0
is "no call failed" "$(grep -c "^call .* errno=0 " "$tmp/through.hist")" 17
is "SEEK_HOLE asks the server" "$(sed -n 's/^call 11 .* result=\([0-9]*\) .*/\1/p' "$tmp/through.hist")" 1048576
ok "a stalled request took its time ($(us through 8) us)" test "$(us through 8)" -ge 60000
ok "a delayed one too ($(us through 10) us)" test "$(us through 10)" -ge 60000
run back
is "writeback cache, slow: exit status" $? 0
is "no call failed" "$(grep -c "^call .* errno=0 " "$tmp/back.hist")" 17

# 20 requests a second are slow, and no hang.
program slow "fuse slow=20" <<'EOF'
setup
  h0 = open f0 rdwr|creat
thread 0
  pwrite h0 0 40
  pwrite h0 0 40
  pwrite h0 0 40
  pwrite h0 0 40
  pwrite h0 0 40
EOF
run slow
is "20 requests a second: exit status" $? 0
ok "they are kept ($(us slow 4) us a request)" test "$(us slow 4)" -ge 40000

# The server is killed while one thread reads and another has a request held.
program die fuse <<'EOF'
setup
  h0 = open f0 rdwr|creat
  h1 = open f0 rdwr|direct
  pwrite h0 0 1M
  m0 = mmap h0 0 1M rw shared
thread 0
  serve stall 8 500000
  meet 0
  pread h1 0 64K
  pread h1 64K 64K
  pwrite h0 0 64K
  fsync h0
  load m0 0 1M
thread 1
  meet 0
  pause 20000
  serve die 0 0
  pread h1 0 4K
  store m0 0 1M
EOF
# The kernel's own complaint about pages of the dead server is its (docs/found.md).
run die --repeat 4 --oracles=-kernel-log
is "killed by its program: nothing is found" $? 0
like "the history says so" "$tmp/die.hist" "^history .*flags=server_died"
like "calls in flight return" "$tmp/die.hist" "^call 6 .*errno=E"
like "and those after it" "$tmp/die.hist" "^call 14 .*errno=E"
like "the target was made new each time" "$tmp/die.hist" "^call 2 .* result=1048576 errno=0"
like "no guest was lost" "$tmp/die.out" " 0 runs lost their guest"

number()
{
	sed -n "s/^  \"$2\": \([0-9]*\).*/\1/p" "$1" | head -n 1
}

# Killed from outside, and stopped from outside, in the middle of a campaign. Stock kernels have
# bugs of their own then (docs/found.md): which guests they cost is a matter of timing, so
# FF_LONG=1 runs it and CI does not.
if [ -z "${FF_LONG:-}" ]; then
	skip "server and stop: a campaign whose server is killed" "FF_LONG=1 runs it"
	done_testing
fi
for how in server stop; do
	"$FOLIOFUZZ" fuzz --kernel "$KERNEL" --seed 5 --append ff.simfail=$how:1 --target fuse \
		--programs 60 --time 120 --json --out "$tmp/$how" >"$tmp/$how.json" 2>"$tmp/$how.err"
	ok "$how: it ended as it should" test $? -le 1
	is "$how: nothing is found but the kernel's bugs with dead servers" \
		"$(find "$tmp/$how/findings" -mindepth 1 -maxdepth 1 | grep -Ev '/(hang\.livelock\.(mmap|mlock|madvise)|kernel-log\.warn\.__folio_mark_dirty)$' | wc -l)" 0
	like "$how: noticed" "$tmp/$how.err" "the FUSE server died while program [0-9]+ ran"
	ok "$how: the campaign went on" test "$(number "$tmp/$how.json" programs)" -ge 60
	is "$how: with targets that can be made" "$(number "$tmp/$how.json" failed_targets)" 0
done
done_testing
