#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A campaign that is killed with SIGKILL again and again goes on where it was: no
# program is skipped, none is counted twice, nothing that was said to be kept or
# found is lost. On this machine, on a tmpfs of our own.
# timeout: 240
. "$(dirname "$0")/lib.sh"

PROGRAMS=800	# so many that none of the kills comes too late

fuzz()
{
	nice -n 10 "$FOLIOFUZZ" fuzz "$@"
}

# number FILE NAME: of a field of JSON, the first of this name
number()
{
	sed -n "s/.*\"$2\": *\"\{0,1\}\([-0-9a-f.]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$1" | head -n 1
}

# numbered DIR: programs + those under way = those handed out
adds_up()
{
	local programs pending

	programs=$(sed -n '/"tally"/,$s/^ *"programs": \([0-9]*\),*$/\1/p' "$1/state.json" | head -n 1)
	pending=$(sed -n '/"pending": \[/,/^  \]/p' "$1/state.json" | grep -c '"number":')
	[ "$(number "$1/state.json" number)" -eq $((programs + pending)) ]
}

# lost DIR: kept programs that the log names and the corpus does not have
lost()
{
	sed -n 's/^[^ ]* kept \([0-9a-f]*\)$/\1/p' "$1/campaign.log" | sort -u >"$tmp/said"
	"$FOLIOFUZZ" corpus list "$1/corpus.ff" --json >"$tmp/listed"
	while read -r id; do
		grep -q "$id" "$tmp/listed" || echo "$id"
	done <"$tmp/said" | wc -l
}

# kill_often DIR TIMES OPTION...: a campaign gone on with, killed soon after its next checkpoint
kill_often()
{
	local dir=$1 times=$2 was bad=0

	shift 2

	for _ in $(seq "$times"); do
		was=$(number "$dir/state.json" seconds)
		start nice -n 10 "$FOLIOFUZZ" fuzz --resume --out "$dir" "$@" >>"$tmp/out" 2>>"$tmp/err"
		for _ in $(seq 100); do
			[ "$(number "$dir/state.json" seconds)" != "$was" ] && break
			sleep 0.1
		done
		sleep "0.$((RANDOM % 9))"
		kill -KILL "$started"
		wait "$started" 2>/dev/null
		adds_up "$dir" || bad=$((bad + 1))
	done
	return $bad
}

# Without feedback all programs follow from the seed: the same ones, killed or not.
status 0 "a campaign without a break" fuzz --here --no-witness --no-feedback --seed 5 --programs "$PROGRAMS" --out "$tmp/whole"
status 0 "the same, the beginning of it" fuzz --here --no-witness --no-feedback --seed 5 --programs 10 --out "$tmp/broken"
status 0 "it is over" fuzz --resume --out "$tmp/broken"
like "and says so" "$tmp/stderr" 'is over \(programs'
ok "gone on with and killed four times, the numbers add up each time" kill_often "$tmp/broken" 4 --programs "$PROGRAMS"
status 2 "it does not begin anew over one that is not over" fuzz --here --time 20 --out "$tmp/broken"
like "but says how to go on" "$tmp/stderr" "foliofuzz fuzz --out $tmp/broken --resume"
status 2 "nor go on as another campaign" fuzz --resume --seed 6 --out "$tmp/broken"
like "and says in what it is another" "$tmp/stderr" 'begun with seed 5, not 6'
status 0 "it ends" fuzz --resume --out "$tmp/broken"
is "with as many programs" "$(number "$tmp/broken/summary.json" programs)" "$PROGRAMS"
is "and the same ones" "$(number "$tmp/broken/summary.json" programs_digest)" "$(number "$tmp/whole/summary.json" programs_digest)"
is "it was gone on with five times" "$(number "$tmp/broken/summary.json" resumes)" 5

# With feedback. A finding is in its folder before it is in the state: here is one that a kill came between.
status 0 "a campaign that keeps" fuzz --here --no-witness --seed 7 --time 4 --out "$tmp/kept"
ok "killed three times" kill_often "$tmp/kept" 3 --more 60
is "each kept program that the log names is in the corpus" "$(lost "$tmp/kept")" 0
ok "and there are some ($(wc -l <"$tmp/said"))" test "$(wc -l <"$tmp/said")" -ge 3
mkdir -p "$tmp/kept/findings/seek.test"
cp "$top/tests/histories/silent/seek-failed-punch.hist" "$tmp/kept/findings/seek.test/history"
cat >"$tmp/kept/findings/seek.test/finding.json" <<-JSON
	{ "oracle": "seek", "verdict": "hole-in-data", "signature": "seek.test", "what": "seen before a kill",
	  "count": 3, "first_seen": "$(date -u +%FT%TZ)", "last_seen": "$(date -u +%FT%TZ)" }
JSON
status 1 "it is found when the campaign goes on" fuzz --resume --more 3 --out "$tmp/kept"
like "and replayed" "$tmp/kept/campaign.log" 'replayed seek.test .*runs=10'
is "seen as often as before" "$(number "$tmp/kept/findings/seek.test/finding.json" count)" 3
echo '{ "version": 1, "ended" "running" }' >"$tmp/broken/state.json"
cp "$tmp/broken/state.json" "$tmp/bad"
status 2 "a state that cannot be read" fuzz --resume --out "$tmp/broken"
like "is named with its line" "$tmp/stderr" "broken/state.json:1: "
ok "and left as it was" cmp "$tmp/bad" "$tmp/broken/state.json"
done_testing
