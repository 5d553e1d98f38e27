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
#	OUT=out/mutants
set -u
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 3
FOLIOFUZZ=${FOLIOFUZZ:-$top/build/foliofuzz}
MUTANTS=${MUTANTS:-a b c1 c2 d e1 e2 f1 f2 f3 g}
SEEDS=${SEEDS:-1 2 3 4 5}
TIME=${TIME:-120}
CONTROL=${CONTROL:-600}
OUT=${OUT:-out/mutants}

# Windows that are widened, as tests/mutants/README.md has it; the rest are natural.
append_of()
{
	case $1 in
	e2) echo "mutant_every=4" ;;
	f1) echo "mutant_delay_us=200" ;;
	f2) echo "mutant_delay_us=500" ;;
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
	"$FOLIOFUZZ" fuzz --kernel "$kernel" --seed "$seed" ${append:+--append "$append"} \
		--json --out "$dir" "$@" >"$dir/json" 2>"$dir/err"
}

mkdir -p "$OUT"
echo "| mutant | window | found at seeds | signatures (witnessed) | guest s to first | calls to first | replays that hit |"
echo "|---|---|---|---|---|---|---|"
for m in $MUTANTS; do
	found=0 seeds=0
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
	echo "| $m | ${window:-natural} | $found of $seeds | ${what:--} | $(spread <"$OUT/$m.s") | $(spread <"$OUT/$m.calls") | $(paste -s -d ' ' "$OUT/$m.hits") |"
done
if [ "$CONTROL" -gt 0 ]; then
	campaign mutant 1 "$OUT/control" --time "$CONTROL"
	echo
	echo "Control, no mutant on: $CONTROL s, $(fields "$OUT/control/json" calls | head -n 1) calls, $(fields "$OUT/control/json" signature | wc -l) findings."
fi
