#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A campaign keeps the programs that made the kernel do something new; the next
# one begins with them; kill -9 loses none that the log says was kept.
# timeout: 900
# retries: 1
. "$(dirname "$0")/lib.sh"

KERNEL=${FF_TEST_KERNEL:-bookworm}
command -v qemu-system-x86_64 >/dev/null || skip_all "no QEMU"
"$FOLIOFUZZ" kernel get "$KERNEL" >/dev/null 2>"$tmp/get" ||
	skip_all "no kernel $KERNEL: $(tail -n 1 "$tmp/get")"

# number FILE NAME: the first value of a field in JSON
number()
{
	sed -n "s/^ *\"$2\": \([0-9]*\).*/\1/p" "$1" | head -n 1
}

# missing LOG STORE: programs that the log says are kept, and the store does not have
missing()
{
	local id n=0

	for id in $(sed -n 's/^.* kept \([0-9a-f]\{64\}\)$/\1/p' "$1"); do
		"$FOLIOFUZZ" corpus show "$2" "$id" >/dev/null 2>&1 || n=$((n + 1))
	done
	echo $n
}

kept_in()
{
	grep -c ' kept [0-9a-f]\{64\}$' "$1" 2>/dev/null
}

status 2 "a corpus without feedback is wrong use" "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --no-feedback \
	--corpus "$tmp/none"
echo "no store at all, a text" >"$tmp/text"
status 2 "so is a file that is no corpus" "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --corpus "$tmp/text" --out "$tmp/o"

status 0 "a campaign with a corpus" "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --known-ok --seed 5 --time 60 \
	--corpus "$tmp/corpus" --json --out "$tmp/first"
kept=$(kept_in "$tmp/first/campaign.log")
ok "it keeps programs ($kept)" test "${kept:-0}" -ge 3
status 0 "they are in the corpus, which is whole" "$FOLIOFUZZ" corpus check "$tmp/corpus"
is "every one of them" "$(missing "$tmp/first/campaign.log" "$tmp/corpus")" 0
"$FOLIOFUZZ" corpus list "$tmp/corpus" >"$tmp/list"
like "with signal and run time" "$tmp/list" "signals=[0-9]+ run_us=[0-9]+"
programs=$(wc -l <"$tmp/list")

status 0 "another campaign with it" "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --known-ok --seed 6 --time 40 \
	--corpus "$tmp/corpus" --json --out "$tmp/second"
is "begins with all of them" "$(number "$tmp/second/summary.json" loaded)" "$programs"
mutated=$(sed -n '/"mutated": {/,/}/s/^ *"programs": \([0-9]*\).*/\1/p' "$tmp/second/summary.json")
ok "and makes programs out of them ($mutated)" test "${mutated:-0}" -ge 3

# kill -9 when some were kept.
start "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --seed 7 --time 300 --corpus "$tmp/killed" --out "$tmp/third" \
	>"$tmp/third.out" 2>"$tmp/third.err"
for _ in $(seq 240); do
	[ "$(kept_in "$tmp/third/campaign.log")" -ge 3 ] 2>/dev/null && break
	sleep 1
done
kill -KILL "$started"
wait "$started" 2>/dev/null
kept=$(kept_in "$tmp/third/campaign.log")
ok "a third campaign kept programs until it was killed ($kept)" test "${kept:-0}" -ge 3
is "none that the log names is lost" "$(missing "$tmp/third/campaign.log" "$tmp/killed")" 0
status 0 "the corpus is whole" "$FOLIOFUZZ" corpus check "$tmp/killed"
status 0 "and can be used at once" "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --known-ok --programs 3 --seed 8 \
	--corpus "$tmp/killed" --out "$tmp/fourth"
done_testing
