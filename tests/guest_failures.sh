#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Guests that die in the middle of a campaign: a panic, a call that never
# returns, silence, an executor that is killed, a QEMU that is killed, Ctrl-C.
# Each time the campaign notices, keeps the program that ran, goes on with
# another guest (or ends cleanly), and leaves no QEMU behind.
# timeout: 900
# retries: 1
. "$(dirname "$0")/lib.sh"

KERNEL=${FF_TEST_KERNEL:-bookworm}
command -v qemu-system-x86_64 >/dev/null || skip_all "no QEMU"
"$FOLIOFUZZ" kernel get "$KERNEL" >/dev/null 2>&1 || skip_all "no kernel $KERNEL"

# No oracle but those that judge failures: what else this kernel does is not the matter.
fuzz()
{
	local name=$1

	shift
	"$FOLIOFUZZ" fuzz --kernel "$KERNEL" --seed 3 --oracles kernel-log,hang --json \
		--out "$tmp/$name" "$@" >"$tmp/$name.json" 2>"$tmp/$name.err"
}

# QEMU of a campaign that runs as process $1
qemu_of()
{
	local p

	for p in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
		[ "$(cat "/proc/$p/comm" 2>/dev/null)" = qemu-system-x86 ] && echo "$p"
	done
}

number()
{
	sed -n "s/^  \"$2\": \([0-9]*\).*/\1/p" "$1" | head -n 1
}

# kept NAME HOW: the program of the lost guest is there and can be read
kept()
{
	local f

	f=$(find "$tmp/$1/lost" -path "*-$2/program.ff" 2>/dev/null | head -n 1)
	ok "$1: the program that ran is kept" test -s "$f"
	like "$1: it is a program" "${f:-/dev/null}" "^target "
}

went_on()
{
	local r

	r=$(number "$tmp/$1.json" restarts)
	ok "$1: another guest was started (${r:-0})" test "${r:-0}" -ge 1
	r=$(number "$tmp/$1.json" programs)
	ok "$1: and the campaign went on ($r programs)" test "${r:-0}" -ge "$2"
}

# A panic: programs 1 to 50 need several guests, since each panics after 2 s.
fuzz panic --append ff.simfail=panic:2 --target tmpfs --programs 50
is "panic: exit status" $? 1
like "panic: noticed" "$tmp/panic.err" "the kernel panicked while program [0-9]+ ran"
like "panic: judged" "$tmp/panic.json" '"signature": "kernel-log.panic'
kept panic panic
went_on panic 50

# A call on a frozen ext4 never returns: judged by the hang oracle, with the stacks.
fuzz freeze --append ff.simfail=freeze:1 --target ext4 --programs 10 --time 120
is "freeze: exit status" $? 1
like "freeze: judged" "$tmp/freeze.json" '"signature": "hang.no-return'
kept freeze hang
like "freeze: the stack of the one that waits" \
	"$(find "$tmp/freeze/lost" -name history | head -n 1)" "^task .*stack=.*vfs_write"
like "freeze: and why nothing is proven" \
	"$(find "$tmp/freeze/findings" -name finding.json | head -n 1)" "unproven: "
went_on freeze 5

# The supervisor stops beating: nothing is found, the guest is replaced.
fuzz silent --append ff.simfail=silent:2 --target tmpfs --time 50
is "silent: exit status" $? 0
like "silent: noticed" "$tmp/silent.err" "the guest was silent for [0-9]+ s"
r=$(number "$tmp/silent.json" restarts)
ok "silent: another guest was started" test "${r:-0}" -ge 1

# The executor is killed: the guest lives, another executor takes over.
fuzz die --append ff.simfail=die:1 --target tmpfs --programs 40
is "die: exit status" $? 0
like "die: noticed" "$tmp/die.err" "executor was killed by signal 9"
kept die killed
r=$(number "$tmp/die.json" restarts)
is "die: in the same guest" "${r:-none}" 0

# QEMU is killed by its id, then Ctrl-C.
"$FOLIOFUZZ" fuzz --kernel "$KERNEL" --seed 3 --target tmpfs --oracles kernel-log,hang --json \
	--out "$tmp/kill" >"$tmp/kill.json" 2>"$tmp/kill.err" &
campaign=$!
children+=("$campaign")
for _ in $(seq 600); do
	grep -q "^foliofuzz: 10 s" "$tmp/kill.err" && break
	sleep 0.1
done
first=$(qemu_of $campaign)
ok "kill: QEMU runs" test -n "$first"
kill -KILL "$first"
for _ in $(seq 600); do
	second=$(qemu_of $campaign)
	[ -n "$second" ] && [ "$second" != "$first" ] && break
	sleep 0.1
done
ok "kill: another QEMU runs" test -n "$second" -a "$second" != "$first"
like "kill: noticed" "$tmp/kill.err" "QEMU ended \(status 137\)"
kept kill killed
before=$(grep -c "programs" "$tmp/kill.err")
for _ in $(seq 900); do
	[ "$(grep -c "programs" "$tmp/kill.err")" -gt $((before + 1)) ] && break
	sleep 0.1
done
kill -INT "$campaign"
wait "$campaign"
is "Ctrl-C: exit status" $? 0
like "Ctrl-C: says so" "$tmp/kill.json" '"ended": "interrupted"'
ok "Ctrl-C: everything is saved" test -s "$tmp/kill/summary.json" -a -s "$tmp/kill/campaign.log"
ok "Ctrl-C: no QEMU is left" test ! -e "/proc/$second"
is "Ctrl-C: no temporary folder is left" "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name "foliofuzz-$campaign-*")" ""

# kill -9 of the campaign itself: QEMU goes with it.
"$FOLIOFUZZ" fuzz --kernel "$KERNEL" --seed 3 --target tmpfs --out "$tmp/kill9" >/dev/null 2>"$tmp/kill9.err" &
campaign=$!
children+=("$campaign")
for _ in $(seq 600); do
	grep -q "^foliofuzz: fuzzing" "$tmp/kill9.err" && break
	sleep 0.1
done
first=$(qemu_of $campaign)
kill -KILL "$campaign"
wait "$campaign" 2>/dev/null
for _ in $(seq 50); do
	[ -e "/proc/$first" ] || break
	sleep 0.1
done
ok "kill -9: no QEMU is left" test -n "$first" -a ! -e "/proc/$first"
rm -rf "${TMPDIR:-/tmp}/foliofuzz-$campaign-"*

done_testing
