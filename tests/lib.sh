# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests/guest_*.sh: TAP, a folder of one's own, children that are ended.
#
#	#!/bin/bash
#	# What happens here, and why it matters.
#	# timeout: 300
#	. "$(dirname "$0")/lib.sh"
#
#	ok "the machine boots" "$FOLIOFUZZ" run program.ff
#	status 2 "a bad line is wrong use" "$FOLIOFUZZ" run bad.ff
#	done_testing
#
# There for a test: $tmp (an empty folder, removed at the end), $top,
# $FOLIOFUZZ (the binary), $FOLIOFUZZ_AGENT (the static one for the guest),
# $FOLIOFUZZ_TESTS (the folder of the programs made of tests/guest_*.c).

set -u
export LC_ALL=C

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 2
FOLIOFUZZ=${FOLIOFUZZ:-build/foliofuzz}
[ "${FOLIOFUZZ#/}" = "$FOLIOFUZZ" ] && FOLIOFUZZ=$top/$FOLIOFUZZ
FOLIOFUZZ_AGENT=${FOLIOFUZZ_AGENT:-$FOLIOFUZZ}
[ "${FOLIOFUZZ_AGENT#/}" = "$FOLIOFUZZ_AGENT" ] &&
	FOLIOFUZZ_AGENT=$top/$FOLIOFUZZ_AGENT
FOLIOFUZZ_TESTS=${FOLIOFUZZ_TESTS:-$(dirname "$FOLIOFUZZ_AGENT")/tests}
[ "${FOLIOFUZZ_TESTS#/}" = "$FOLIOFUZZ_TESTS" ] &&
	FOLIOFUZZ_TESTS=$top/$FOLIOFUZZ_TESTS
export FOLIOFUZZ FOLIOFUZZ_AGENT FOLIOFUZZ_TESTS

tap_count=0
tap_failed=0
children=()
tmp=$(mktemp -d "${TMPDIR:-/tmp}/foliofuzz-test.XXXXXX") || exit 2

cleanup()
{
	local p

	trap '' INT TERM HUP
	for p in ${children[@]+"${children[@]}"}; do
		kill -TERM "$p" 2>/dev/null || continue
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			kill -0 "$p" 2>/dev/null || break
			sleep 0.2
		done
		kill -KILL "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 143' INT TERM HUP

# start COMMAND...: in the background; ended with the test. Its pid: $started.
# Signals as in the foreground: a shell's own background jobs ignore SIGINT.
start()
{
	env --default-signal=INT,QUIT "$@" &
	started=$!
	children+=("$started")
}

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# tap_name TEXT...: one line, in which # begins no directive.
tap_name()
{
	local t=${*//$'\n'/ }

	printf '%s' "${t//#/\\#}"
}

pass()
{
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' $tap_count "$(tap_name "$1")"
}

# not_ok NAME [WHY...]: a failure that was found otherwise.
not_ok()
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' $tap_count "$(tap_name "$1")"
	diag "  at ${BASH_SOURCE[2]:-${BASH_SOURCE[1]}}:${BASH_LINENO[1]}"
	shift
	[ $# -gt 0 ] && diag "$*"
	return 1
}

# status WANT NAME COMMAND...: the command gives this exit status. What it
# printed is in $tmp/stdout and $tmp/stderr, for is and like.
status()
{
	local want=$1 name=$2 rc

	shift 2
	"$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null
	rc=$?
	if [ $rc -eq "$want" ]; then
		pass "$name"
		return 0
	fi
	not_ok "$name" "$*: exit status $rc, want $want"
	tail -n 40 "$tmp/stdout" | sed 's/^/#   out: /'
	tail -n 40 "$tmp/stderr" | sed 's/^/#   err: /'
	return 1
}

# ok NAME COMMAND...: the command succeeds; `ok NAME test "$a" -ge 3` too.
ok()
{
	status 0 "$@"
}

# is NAME GOT WANT: two strings are equal.
is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		not_ok "$1" "  got  $2
  want $3"
	fi
}

# like NAME FILE REGEX: some line of the file matches (grep -E).
like()
{
	if grep -Eq -- "$3" "$2"; then
		pass "$1"
	else
		not_ok "$1" "no line of ${2##*/} matches: $3"
		tail -n 40 "$2" | sed 's/^/#   /'
		return 1
	fi
}

# skip NAME WHY: one test that cannot be made here.
skip()
{
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' $tap_count "$(tap_name "$1")" "$2"
}

# skip_all WHY: nothing here can be tested; only before the first test.
skip_all()
{
	echo "1..0 # SKIP $*"
	exit 0
}

done_testing()
{
	echo "1..$tap_count"
	exit $((tap_failed != 0))
}
