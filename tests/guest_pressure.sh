#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Swap slots that leak are found, and the kernel without the bug is silent on
# the same program. A guest whose memory runs out and one whose swap disk fails
# find nothing, say what happened, and the campaign goes on.
# timeout: 900
# retries: 1
. "$(dirname "$0")/lib.sh"

KERNEL=${FF_TEST_KERNEL:-mutant}	# stock kernels: not reliably yet
command -v qemu-system-x86_64 >/dev/null || skip_all "no QEMU"
"$FOLIOFUZZ" kernel get "$KERNEL" >/dev/null 2>"$tmp/get" ||
	skip_all "no kernel $KERNEL: $(tail -n 1 "$tmp/get")"

number()
{
	sed -n "s/^ *\"$2\": \([0-9]*\).*/\1/p" "$1" | head -n 1
}

# The leak oracle, where the mutant kernel was built.
slots=$top/tests/programs/swap-slot-leak.ff
if "$FOLIOFUZZ" kernel get mutant >/dev/null 2>&1; then
	status 1 "lost swap slots are found" "$FOLIOFUZZ" run --kernel mutant:c2 "$slots" --repeat 3 \
		--json --out "$tmp/c2"
	like "by the leak oracle" "$tmp/stdout" '"signature": *"leak.swapoff-stuck"'
	h=$(find "$tmp/c2" -name history | head -n 1)
	status 1 "the recorded history is judged alike" "$FOLIOFUZZ" judge "${h:-/none}"
	like "with the same signature" "$tmp/stdout" "leak.swapoff-stuck"
fi
status 0 "a kernel without the bug loses none" "$FOLIOFUZZ" run --kernel "$KERNEL" "$slots" --repeat 3

# Memory runs out in the middle of a program.
status 0 "no finding when the OOM killer ends the executor" "$FOLIOFUZZ" run --kernel "$KERNEL" \
	--append mem=192M "$top/tests/programs/out-of-memory.ff" --repeat 2
like "it says what happened" "$tmp/stderr" "ran out of memory and killed the executor"

status 0 "a campaign in a guest with too little memory" "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --known-ok \
	--append mem=160M --seed 5 --time 40 --json --out "$tmp/small"
n=$(number "$tmp/small/summary.json" programs)
ok "it goes on ($n programs)" test "${n:-0}" -ge 20

# Reads and writes of the swap disk fail.
status 0 "a campaign with a swap disk that fails" "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --known-ok --bad-swap \
	--target "tmpfs swap=disk" --seed 5 --time 40 --json --out "$tmp/swap"
n=$(number "$tmp/swap/summary.json" swap_failed)
ok "the errors were met ($n programs after them)" test "${n:-0}" -ge 1
n=$(number "$tmp/swap/summary.json" programs)
ok "it goes on ($n programs)" test "${n:-0}" -ge 20
done_testing
