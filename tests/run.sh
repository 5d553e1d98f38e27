#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Run TAP test programs strictly one after another and count what they say.
#
#	tests/run.sh [-o LOGDIR] [-t SECONDS] TEST...
#
# A test is an executable that prints TAP on stdout. Its standard input is
# empty, its working directory the top of the tree. One more failure is counted
# for a test that crashes, runs out of time, has no plan or a wrong one, gives
# a status that its results do not explain, or leaves processes behind.
#
# Time limit: 120 s, or what a line "timeout: SECONDS" among the first 20 of the
# test's source says (tests/unit_x.c for the binary unit_x). A line "retries: 1"
# is for tests of what chance decides (guests under emulation on a busy machine):
# one that fails is run once more, and said to be flaky.
#
# The last line is always "N passed, N failed, N skipped". Exit status 0 if
# nothing failed, 1 if something did, 2 for wrong use.

set -u
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 2
tail_lines=80
logs=
limit_given=
pid=
total_pass=0
total_fail=0
total_skip=0
failed_tests=()
skips=()
flaky=()

usage()
{
	echo "usage: tests/run.sh [-o LOGDIR] [-t SECONDS] TEST..." >&2
	exit 2
}

# header_of TEST WORD: the number behind "WORD:" in the test's head.
header_of()
{
	local name=${1##*/} src n

	for src in "$1" "$top/tests/${name%.sh}.c"; do
		case $src in
		*.sh|*.c) ;;
		*) continue ;;
		esac
		[ -r "$src" ] || continue
		n=$(head -n 20 "$src" |
		    sed -n "s/^[ *#/]*$2: *\\([0-9][0-9]*\\).*/\\1/p" | head -n 1)
		[ -n "$n" ] && { echo "$n"; return; }
	done
}

# limit_of TEST: its time limit in seconds.
limit_of()
{
	local n

	n=$(header_of "$1" timeout)
	echo "${n:-${limit_given:-120}}"
}

# alive_in_group PGID: pids that still run in this process group. Zombies do
# not count: where PID 1 reaps nothing they stay for ever.
alive_in_group()
{
	local f line pids=

	kill -0 -- "-$1" 2>/dev/null || return 0
	for f in /proc/[0-9]*/stat; do
		line=
		read -r line 2>/dev/null <"$f" || continue
		# pid (comm) state ppid pgrp ...; comm may hold spaces.
		# shellcheck disable=SC2086
		set -- "$1" ${line##*) }
		[ "$2" = Z ] || [ "$2" = X ] && continue
		[ "$4" = "$1" ] || continue
		pids="$pids ${line%% *}"
	done
	echo "${pids# }"
}

# The group was made by our own timeout(1) for this one test.
end_group()
{
	kill -TERM -- "-$1" 2>/dev/null || return 0
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -z "$(alive_in_group "$1")" ] && return 0
		sleep 0.2
	done
	kill -KILL -- "-$1" 2>/dev/null
	return 0
}

stop()
{
	trap '' INT TERM HUP
	if [ -n "$pid" ]; then
		kill -TERM "$pid" 2>/dev/null
		sleep 1
		end_group "$pid"
	fi
	echo "tests/run.sh: stopped by a signal" >&2
	total_fail=$((total_fail + 1))
	summary
	exit 1
}

# Prints "pass fail skip complaint": complaint says what is wrong with the TAP
# itself. Lines that only look like TAP to a human (indented) do not count.
count_tap()
{
	awk '
	{ sub(/\r$/, "") }
	/^(not )?ok($|[ \t])/ {
		n++
		line = $0
		bad = sub(/^not /, "", line)
		sub(/^ok[ \t]*/, "", line)
		if (match(line, /^[0-9]+/)) {
			num = substr(line, 1, RLENGTH) + 0
			if (num != n && complaint == "")
				complaint = "test number " num " where " n \
					    " was due"
		}
		if (bad)
			fail++
		else if (line ~ /(^|[^\\])# *[Ss][Kk][Ii][Pp]/)
			skip++
		else
			pass++
	}
	/^1\.\.[0-9]+/ {
		if (planned && complaint == "")
			complaint = "two plans"
		planned = 1
		plan = substr($1, 4) + 0
		if (plan == 0 && $0 ~ /# *[Ss][Kk][Ii][Pp]/)
			all_skipped = 1
	}
	/^Bail out!/ {
		if (complaint == "")
			complaint = $0
	}
	END {
		if (all_skipped && n == 0)
			skip++
		else if (complaint == "" && !planned)
			complaint = "no plan: it ended too early"
		else if (complaint == "" && plan != n)
			complaint = "planned " plan " tests, ran " (n + 0)
		else if (complaint == "" && n == 0)
			complaint = "no tests in it"
		print pass + 0, fail + 0, skip + 0, complaint
	}' "$1"
}

# status_text RC: why a program ended, for people.
status_text()
{
	local sig

	if [ "$1" -gt 128 ] && sig=$(kill -l "$(($1 - 128))" 2>/dev/null); then
		echo "killed by SIG$sig"
	else
		echo "exit status $1"
	fi
}

# seconds MICROSECONDS
seconds()
{
	printf '%d.%d s' $(($1 / 1000000)) $(($1 / 100000 % 10))
}

run_one()
{
	local test=$1 name log limit start took rc left
	local pass=0 fail=0 skip=0 complaint='' reason=''

	name=${test##*/}
	name=${name%.sh}
	log=$logs/$name
	: >"$log.out"
	: >"$log.err"
	limit=$(limit_of "$test")

	if [ ! -f "$test" ] || [ ! -x "$test" ]; then
		reason="$test: no such executable"
		took=0
	else
		case $test in
		*/*) ;;
		*) test=./$test ;;
		esac
		start=${EPOCHREALTIME/./}
		# timeout(1) makes a process group of its own, so its pid names
		# everything that the test starts. A shell's background jobs
		# ignore SIGINT; a test of Ctrl-C must not inherit that.
		timeout -k 10 "$limit" env --default-signal=INT,QUIT \
			"$test" </dev/null >"$log.out" 2>"$log.err" &
		pid=$!
		# The shell's own "Segmentation fault" line is said better below.
		wait "$pid" 2>/dev/null
		rc=$?
		took=$((${EPOCHREALTIME/./} - start))

		left=$(alive_in_group "$pid")
		if [ -n "$left" ]; then
			# What just got a signal may need a moment to go.
			sleep 1
			left=$(alive_in_group "$pid")
		fi
		[ -n "$left" ] && end_group "$pid"
		pid=

		read -r pass fail skip complaint < <(count_tap "$log.out")
		if [ $took -ge $((limit * 1000000)) ] &&
		   { [ $rc -eq 124 ] || [ $rc -eq 137 ]; }; then
			reason="timeout: still running after $limit s"
		elif [ $rc -gt 128 ]; then
			reason="$(status_text $rc)"
		elif [ -n "$complaint" ]; then
			reason="$complaint ($(status_text $rc))"
		elif [ $rc -ne 0 ] && [ "$fail" -eq 0 ]; then
			reason="$(status_text $rc), but no test failed"
		elif [ $rc -gt 1 ]; then
			reason="$(status_text $rc)"
		elif [ -n "$left" ]; then
			reason="left processes behind: $left"
		fi
	fi
	[ -n "$reason" ] && fail=$((fail + 1))

	if [ "$fail" -gt 0 ] && [ -z "${2:-}" ] && [ "$(header_of "$test" retries)" ]; then
		printf '%-8s %-28s %4d passed, %d failed, %d skipped  %s%s\n' "again" "$name" \
			"$pass" "$fail" "$skip" "$(seconds "$took")" "${reason:+  not ok: $reason}"
		grep '^not ok' "$log.out" | head -n 20 | cut -c 1-500 | cat -v | sed 's/^/  /'
		mv "$log.out" "$log.first.out"
		mv "$log.err" "$log.first.err"
		flaky+=("$name: its first try failed ($log.first.out)")
		run_one "$test" again
		return
	fi

	total_pass=$((total_pass + pass))
	total_fail=$((total_fail + fail))
	total_skip=$((total_skip + skip))
	printf '%-8s %-28s %4d passed, %d failed, %d skipped  %s%s\n' \
		"$([ "$fail" -eq 0 ] && echo ok || echo 'NOT OK')" "$name" \
		"$pass" "$fail" "$skip" "$(seconds "$took")" \
		"${reason:+  not ok: $reason}"
	[ "$fail" -eq 0 ] || failed_tests+=("$name|$test|$reason")
	if [ "$skip" -gt 0 ]; then
		while read -r line; do
			skips+=("$name: $line")
		done < <(sed -n 's/^\(ok\|1\.\.0\).*# *[Ss][Kk][Ii][Pp][^ ]* *//p' "$log.out")
	fi
}

# show FILE TITLE: the end of a log; indented, so that nobody takes it for ours.
show()
{
	local n

	[ -s "$1" ] || return 0
	n=$(wc -l <"$1")
	if [ "$n" -gt $tail_lines ]; then
		echo "  -- $2, last $tail_lines of $n lines ($1):"
	else
		echo "  -- $2:"
	fi
	# Bytes a terminal would act on are made visible; lines are cut, for a
	# log must stay a log.
	tail -n $tail_lines "$1" | cut -c 1-500 | cat -v | sed 's/^/  | /'
}

summary()
{
	local f name test reason s

	if [ ${#skips[@]} -gt 0 ]; then
		echo
		echo "skipped:"
		for s in "${skips[@]}"; do
			echo "  $s"
		done
	fi
	for s in ${flaky[@]+"${flaky[@]}"}; do
		echo "flaky: $s"
	done
	for f in ${failed_tests[@]+"${failed_tests[@]}"}; do
		IFS='|' read -r name test reason <<<"$f"
		echo
		echo "==== failed: $name (alone: make check TESTS=$name)"
		[ -n "$reason" ] && echo "  not ok: $reason"
		grep '^not ok' "$logs/$name.out" | head -n 40 |
			cut -c 1-500 | cat -v | sed 's/^/  /'
		show "$logs/$name.err" "standard error"
		show "$logs/$name.out" "output"
	done
	if [ ${#failed_tests[@]} -gt 0 ]; then
		echo
		echo "failed:"
		for f in "${failed_tests[@]}"; do
			echo "  ${f%%|*}"
		done
	fi
	echo
	echo "$total_pass passed, $total_fail failed, $total_skip skipped"
}

while getopts o:t: opt; do
	case $opt in
	o) logs=$OPTARG ;;
	t) limit_given=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage

cd "$top" || exit 2
logs=${logs:-${BUILD:-build}/test-logs}
mkdir -p "$logs" || exit 2
trap stop INT TERM HUP

for t in "$@"; do
	run_one "$t"
done
summary
[ $total_fail -eq 0 ]
