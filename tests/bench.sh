#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Accepted calls per second, side by side; `make bench` calls it. What the rows
# mean, and what flatters them: docs/bench.md.
#
#	BENCH_SECONDS=10	for each row
#	BENCH_KERNEL=bookworm	of the VM rows; empty: no VM
#	BENCH_SEED=1		of the generator
#	FSX=PATH		an fsx binary, if there is none in PATH
set -u
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 3
FOLIOFUZZ=${FOLIOFUZZ:-$top/build/foliofuzz}
seconds=${BENCH_SECONDS:-10}
kernel=${BENCH_KERNEL-bookworm}
seed=${BENCH_SEED:-1}
mem=/dev/shm
tmp=$(mktemp -d "$mem/foliofuzz-bench.XXXXXX") || exit 3
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' INT TERM HUP

# The generator's mix without what sleeps or waits for every CPU (it would
# measure the kernel, the same in all rows), and without what livelocks 6.18.
WITHOUT=pause,meet,migrate,fork,splice,madvise,process_madvise
OFF=--oracles=-data,-seek,-mincore,-errno,-unmap,-hang,-leak,-kernel-log

now()
{
	echo "${EPOCHREALTIME/./}"	# us
}

# field NAME FILE: a number at the top level of a summary
field()
{
	sed -n "s/^  \"$1\": *\([0-9.]*\),*$/\1/p" "$2"
}

# calc EXPRESSION
calc()
{
	awk "BEGIN { printf \"%.0f\", $1 }"
}

# A table is filled by add and made by table: its rows in turn, ROUNDS times,
# and the best of each, since what else this machine does only takes away.
ROUNDS=3
slice=$(((seconds + ROUNDS - 1) / ROUNDS))
names=()
bases=()
commands=()

# add BASE NAME COMMAND...: BASE is the number of the row that this is compared with
add()
{
	bases+=("$1")
	names+=("$2")
	shift 2
	commands+=("$*")
}

# table TITLE: a command prints a rate, or SKIP and why
table()
{
	local i round rate best=()

	for ((round = 0; round < ROUNDS; round++)); do
		for i in "${!names[@]}"; do
			rate=$(eval "${commands[i]}") || exit 3
			case ${best[i]:=0}$rate in
			*SKIP*) best[i]=$rate ;;
			*) [ "$rate" -gt "${best[i]}" ] && best[i]=$rate ;;
			esac
		done
	done
	printf '\n%-60s %9s  %7s\n' "$1" calls/s "of bare"
	for i in "${!names[@]}"; do
		case ${best[i]} in
		SKIP*) printf '  %-58s %s\n' "${names[i]}" "${best[i]}" ;;
		*) printf '  %-58s %9d  %7s\n' "${names[i]}" "${best[i]}" \
			"$(awk "BEGIN { printf \"%.2f\", ${best[i]} / (${best[bases[i]]} + 1e-9) }")" ;;
		esac
	done
	names=()
	bases=()
	commands=()
}

# one_cpu COMMAND...: on one CPU the host has to judge where the calls run
ON=()
cpu=$(taskset -cp $$ 2>/dev/null | sed 's/.*: *\([0-9]*\).*/\1/')
one_cpu()
{
	ON=(taskset -c "$cpu")
	"$@"
}

# rate_fuzz ARG...: of generated programs
rate_fuzz()
{
	rm -rf "$tmp/out"
	"${ON[@]}" "$FOLIOFUZZ" fuzz --target tmpfs --seed "$seed" --without $WITHOUT --time "$slice" \
		--json --out "$tmp/out" "$@" >"$tmp/json" 2>"$tmp/err"
	if [ $? -gt 1 ]; then
		cat "$tmp/err" >&2
		exit 3
	fi
	calc "$(field accepted "$tmp/json") / $(field seconds "$tmp/json")"
}

# fuzz_here THREADS ARG...
fuzz_here()
{
	local threads=$1

	shift
	rate_fuzz --here --no-witness --threads "$threads" "$@"
}

# time_run PROGRAM N ARG...: microseconds of N runs; $tmp/json is the summary
time_run()
{
	local program=$1 n=$2 began

	shift 2
	began=$(now)
	"${ON[@]}" "$FOLIOFUZZ" run --here --no-witness --json --repeat "$n" "$@" "$program" \
		>"$tmp/json" 2>"$tmp/err"
	if [ $? -gt 1 ]; then
		cat "$tmp/err" >&2
		exit 3
	fi
	echo $(($(now) - began))
}

# rate_run PROGRAM ARG...: of one program again and again, without the start
rate_run()
{
	local program=$1 start again n=500 took

	shift
	start=$(time_run "$program" 1 "$@") || exit 3
	again=$(time_run "$program" 1 "$@") || exit 3
	[ "$again" -lt "$start" ] && start=$again
	while took=$(time_run "$program" $n "$@") || exit 3; do
		took=$((took - start))
		[ $took -ge $((slice * 500000)) ] && break
		n=$((n * 2))
	done
	calc "$(field accepted "$tmp/json") * ($n - 1) / $n * 1000000 / $took"
}

# rate_fsx N: operations per second of N
rate_fsx()
{
	local began

	began=$(now)
	"$FSX" -q -N "$1" -S "$seed" -l 262144 -o 8192 "$tmp/fsx.file" >"$tmp/err" 2>&1 || return 1
	calc "$1 * 1000000 / ($(now) - $began)"
}

fsx_row()
{
	local rate

	FSX=${FSX:-$(command -v fsx)}
	if [ -z "$FSX" ]; then
		echo "SKIP no fsx in PATH (FSX=path)"
	elif ! rate=$(rate_fsx 20000) || ! rate=$(rate_fsx $((rate * slice + 1))); then
		echo "SKIP $FSX failed: $(tail -n 1 "$tmp/err")"
	else
		echo "$rate"
	fi
}

generated()
{
	add 0 "bare: the same programs, nothing recorded or checked" fuzz_here 1 --bare
	add 0 "foliofuzz, 1 thread, all oracles" fuzz_here 1
	add 0 "foliofuzz, 1 thread, oracles off" fuzz_here 1 $OFF
	add 0 "foliofuzz, 1 thread, all oracles, all of it on one CPU" one_cpu fuzz_here 1
	add 4 "bare, 2 threads" fuzz_here 2 --bare
	add 4 "foliofuzz, 2 threads, all oracles" fuzz_here 2
	add 4 "foliofuzz, 2 threads, oracles off" fuzz_here 2 $OFF
	table "generated programs, this machine's tmpfs, seed $seed"
}

# bare_loop ARG...
bare_loop()
{
	"$tmp/bare" -s "$slice" "$@" "$tmp/file"
}

strict()
{
	local i

	if ! ${CC:-cc} -O2 -D_GNU_SOURCE -pthread -o "$tmp/bare" "$top/tests/bench_bare.c"; then
		echo "bench: tests/bench_bare.c does not compile" >&2
		exit 3
	fi
	for i in 1 2; do
		"$tmp/bare" -t $i -p >"$tmp/$i.ff"
	done
	add 0 "strict bare loop: the same calls in C, nothing else" bare_loop -f
	add 0 "strict bare loop that keeps one file for ever" bare_loop
	add 0 "bare: foliofuzz, nothing recorded or checked" rate_run "$tmp/1.ff" --bare
	add 0 "foliofuzz, 1 thread, all oracles" rate_run "$tmp/1.ff"
	add 0 "foliofuzz, 1 thread, oracles off" rate_run "$tmp/1.ff" $OFF
	add 0 "foliofuzz, 1 thread, all oracles, all of it on one CPU" one_cpu rate_run "$tmp/1.ff"
	add 0 "fsx, 1 thread, its own mix, 256 KiB, up to 8 KiB" fsx_row
	add 7 "bare: foliofuzz, 2 threads" rate_run "$tmp/2.ff" --bare
	add 7 "foliofuzz, 2 threads, all oracles" rate_run "$tmp/2.ff"
	add 7 "foliofuzz, 2 threads, oracles off" rate_run "$tmp/2.ff" $OFF
	add 7 "strict bare loop, 2 threads that keep one file for ever" bare_loop -t 2
	table "512 B to 8 KiB of a file of 256 KiB, this machine's tmpfs"
}

in_vm()
{
	[ -n "$kernel" ] || return 0
	add 0 "bare, 1 thread" rate_fuzz --kernel "$kernel" --threads 1 --no-witness --bare
	add 0 "foliofuzz, 1 thread, all oracles, no witness" rate_fuzz --kernel "$kernel" --threads 1 --no-witness
	add 0 "foliofuzz, 1 thread, all oracles, witness" rate_fuzz --kernel "$kernel" --threads 1
	table "generated programs, tmpfs of a VM of $kernel, seed $seed"
	sed -n 's/^  "accel": "\(.*\)",$/  (the VM runs under \1)/p' "$tmp/json"
}

echo "$(uname -sr), $(nproc) CPUs, load $(cut -d' ' -f1 /proc/loadavg), $ROUNDS times $slice s a row, the best"
generated
strict
in_vm
