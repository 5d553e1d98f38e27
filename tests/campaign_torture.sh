#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does a campaign survive everything? For TIME seconds it is killed with SIGKILL about
# every EVERY seconds and gone on with. After each kill: the state can be read, programs
# and those under way are as many as were handed out, no number went back, each program
# and each finding that the log names is there. At the end: what memory and disk did.
#
#	TIME=7200 EVERY=180	seconds
#	TORTURE_ARGS="--kernel bookworm --jobs 2"	the campaign
#	OUT=out/torture		must not be there yet, or be an unfinished torture
set -u
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 3
FOLIOFUZZ=${FOLIOFUZZ:-$top/build/foliofuzz}
TIME=${TIME:-7200}
EVERY=${EVERY:-180}
OUT=${OUT:-out/torture}
TORTURE_ARGS=${TORTURE_ARGS:---kernel bookworm}
tmp=$(mktemp -d) || exit 3
campaign=
trap '[ -n "$campaign" ] && kill -KILL "$campaign" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM
bad=0 kills=0

# A sleep that ends with us.
nap()
{
	sleep "$1" &
	wait $!
}

wrong()
{
	echo "WRONG: $*"
	bad=$((bad + 1))
}

# field NAME: of the state, the first of this name
field()
{
	sed -n "s/^ *\"$1\": \([-0-9.]*\),\{0,1\}\$/\1/p" "$OUT/state.json" | head -n 1
}

look()
{
	local number programs failed pending id known

	if [ ! -e "$OUT/state.json" ]; then
		[ "$last_number" -eq 0 ] || wrong "the state is gone"
		echo "kill $kills: before the first guest worked"
		return
	fi
	number=$(field number)
	failed=$(field failed_programs)
	programs=$(sed -n '/^  "tally"/,$s/^ *"programs": \([0-9]*\),*$/\1/p' "$OUT/state.json" | head -n 1)
	pending=$(sed -n '/^  "pending": \[/,/^  \]/p' "$OUT/state.json" | grep -c '"number":')
	[ "${number:-x}" = $((programs + failed + pending)) ] ||
		wrong "$number handed out, $programs came back, $failed could not be made, $pending under way"
	[ "${number:-0}" -ge "$last_number" ] || wrong "number went back from $last_number to $number"
	last_number=${number:-0}
	cat "$OUT/campaign.log.1" "$OUT/campaign.log" 2>/dev/null >"$tmp/log"
	"$FOLIOFUZZ" corpus list "$OUT/corpus.ff" --json >"$tmp/list" 2>"$tmp/err" || wrong "the corpus: $(head -n 1 "$tmp/err")"
	grep -o '[0-9a-f]\{64\}' "$tmp/list" | sort -u >"$tmp/there"
	sed -n 's/^[^ ]* kept \([0-9a-f]\{64\}\)$/\1/p' "$tmp/log" | sort -u >"$tmp/said"
	known=$(comm -23 "$tmp/said" "$tmp/there" | wc -l)
	[ "$known" -eq 0 ] || wrong "$known programs that the log names are not in the corpus"
	for id in $(sed -n 's/^[^ ]* finding \([^ ]*\) .*/\1/p' "$tmp/log" | sort -u); do
		for f in program.ff finding.json history README; do
			[ -s "$OUT/findings/$id/$f" ] || wrong "finding $id has no $f"
		done
	done
	echo "kill $kills: $(field seconds) s, number $number, $programs programs, $pending under way, $(wc -l <"$tmp/said") kept, $(find "$OUT/findings" -mindepth 1 -maxdepth 1 | wc -l) findings"
}

last_number=0
end=$((SECONDS + TIME))
while [ $SECONDS -lt $end ]; do
	# shellcheck disable=SC2086 # words
	"$FOLIOFUZZ" fuzz --resume --out "$OUT" $TORTURE_ARGS >"$tmp/out" 2>>"$OUT.err" &
	campaign=$!
	# Counted from its first checkpoint on; one in five is killed while it begins.
	touch "$tmp/began"
	if [ $((RANDOM % 5)) -gt 0 ]; then
		for _ in $(seq 600); do
			[ "$OUT/state.json" -nt "$tmp/began" ] && break
			kill -0 "$campaign" 2>/dev/null || break
			sleep 0.5
		done
		nap $((EVERY / 2 + RANDOM % (EVERY + 1)))
	else
		nap $((RANDOM % 20))
	fi
	kill -KILL "$campaign" 2>/dev/null || { tail -n 5 "$OUT.err"; wrong "the campaign ended by itself"; break; }
	wait "$campaign" 2>/dev/null
	campaign=
	kills=$((kills + 1))
	look
done
"$FOLIOFUZZ" fuzz --resume --more 5 --known-ok --out "$OUT" >"$tmp/out" 2>>"$OUT.err"
rc=$?
[ $rc -le 1 ] || wrong "the last campaign ended with $rc: $(tail -n 1 "$OUT.err")"
grep -E '^[0-9]+ programs|^growth|findings \(' "$tmp/out"
echo "$kills kills, $bad things wrong"
[ $bad -eq 0 ]
