#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does the generic campaign find each bug that the mutant kernel can have? One
# campaign a mutant and seed, ended by its first finding; the control has none
# on. Prints a table in Markdown; what was found stays in OUT.
#
#	MUTANTS="a b ..."	which (all)
#	SEEDS="1 2 3 4 5"	of the generator
#	TIME=120		guest seconds for each campaign
#	CONTROL=600		for the control, 0: none
#	TARGET="tmpfs swap=slow"	all programs on this target (else they rotate)
#	FUZZ_ARGS="--no-feedback"	more options of fuzz, word by word
#	OUT=out/mutants
#
# Harm: how often the mutant did what it is there for (/sys/kernel/debug/mutant), in
# all campaigns together. Harm and no finding: nobody looked. No harm: never there.
set -u
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 3
FOLIOFUZZ=${FOLIOFUZZ:-$top/build/foliofuzz}
MUTANTS=${MUTANTS:-a b c1 c2 d e1 e2 f1 f2 f3 g}
SEEDS=${SEEDS:-1 2 3 4 5}
TIME=${TIME:-120}
CONTROL=${CONTROL:-600}
OUT=${OUT:-out/mutants}
TARGET=${TARGET:-}
FUZZ_ARGS=${FUZZ_ARGS:-}

# Windows that are widened, as tests/mutants/README.md has it; the rest are natural.
append_of()
{
	case $1 in
	e2) echo "mutant_every=16" ;;
	f1) echo "mutant_delay_us=200" ;;
	f2) echo "mutant_delay_us=10000" ;;
	g) echo "mutant_delay_us=20" ;;
	esac
}

# fields FILE NAME: the values of a field, one a line
fields()
{
	sed -n "s/^ *\"$2\": *\"\{0,1\}\([^\",]*\)\"\{0,1\},*\$/\1/p" "$1"
}

# spread: median (min to max) of the numbers on stdin, and how many
spread()
{
	sort -n | awk '{ v[NR] = $1 } END {
		if (!NR) { print "-"; exit }
		printf "%.1f (%.1f to %.1f)\n", v[int((NR + 1) / 2)], v[1], v[NR] }'
}

campaign()
{
	local kernel=$1 seed=$2 dir=$3 append

	shift 3
	append=$(append_of "${kernel#mutant:}")
	rm -rf "$dir"
	mkdir -p "$dir"
	# shellcheck disable=SC2086 # words
	"$FOLIOFUZZ" fuzz --kernel "$kernel" --seed "$seed" ${TARGET:+--target "$TARGET"} \
		--append "ff.show=/sys/kernel/debug/mutant $append" \
		--json --out "$dir" $FUZZ_ARGS "$@" >"$dir/json" 2>"$dir/err"
}

# harm FILE MUTANT: of all guests of a campaign
harm()
{
	sed -n "s|^.*shown: /sys/kernel/debug/mutant: $2 on \([0-9]*\)\$|\1|p" "$1" | awk '{ n += $1 } END { print n + 0 }'
}

mkdir -p "$OUT"
echo "| mutant | window | found at seeds | oracle.verdict.calls (witnessed) | guest s to first: median (min to max) | calls to first | replays that hit | harm |"
echo "|---|---|---|---|---|---|---|---|"
for m in $MUTANTS; do
	found=0 seeds=0 harm=0
	: >"$OUT/$m.s"
	: >"$OUT/$m.calls"
	: >"$OUT/$m.what"
	: >"$OUT/$m.hits"
	for seed in $SEEDS; do
		dir=$OUT/$m.$seed
		campaign "mutant:$m" "$seed" "$dir" --time "$TIME" --first
		rc=$?
		seeds=$((seeds + 1))
		[ $rc -gt 1 ] && { tail -n 5 "$dir/err" >&2; exit 3; }
		harm=$((harm + $(harm "$dir/err" "$m")))
		[ $rc -eq 1 ] || continue
		found=$((found + 1))
		fields "$dir/json" guest_seconds_to_first | sort -n | head -n 1 >>"$OUT/$m.s"
		fields "$dir/json" calls_to_first | sort -n | head -n 1 >>"$OUT/$m.calls"
		paste -d ' ' <(fields "$dir/json" signature) <(fields "$dir/json" witnessed) \
			>>"$OUT/$m.what"
		paste -d / <(fields "$dir/json" hits | head -n 1) \
			<(fields "$dir/json" runs | head -n 1) >>"$OUT/$m.hits"
	done
	window=$(append_of "$m")
	what=$(sort "$OUT/$m.what" | uniq -c | sort -rn | head -n 4 |
		awk '{ printf "%s%s%s x%d", sep, $2, $3 == "true" ? " (yes)" : "", $1; sep = ", " }')
	echo "| $m | ${window:-natural} | $found of $seeds | ${what:--} | $(spread <"$OUT/$m.s") | $(spread <"$OUT/$m.calls") | $(paste -s -d ' ' "$OUT/$m.hits") | $harm |"
done
if [ "$CONTROL" -gt 0 ]; then
	campaign mutant 1 "$OUT/control" --time "$CONTROL"
	echo
	echo "Control, no mutant on: $CONTROL s, $(fields "$OUT/control/json" calls | head -n 1) calls, $(fields "$OUT/control/json" signature | wc -l) findings."
fi
