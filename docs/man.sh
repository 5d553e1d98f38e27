#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Print the manual page: docs/foliofuzz.1.in with what the program says of itself.
#
#	docs/man.sh BINARY
#
# Exit status: 0, or 3: the program did not answer.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd) || exit 3
foliofuzz=${1:-build/foliofuzz}
case $foliofuzz in
*/*)	;;
*)	foliofuzz=./$foliofuzz ;;
esac

die()
{
	echo "docs/man.sh: $*" >&2
	exit 3
}

# "name text" lines as a list of roff.
as_list()
{
	echo ".Bl -tag -width process_madvise -compact"
	sed -n 's/\\/\\e/g; s/-/\\-/g; s/^\([^ ]*\)  *\(.*\)/.It Cm \1\n\2/p' | fold -s -w 76 | sed 's/ $//'
	echo ".El"
}

commands()
{
	"$foliofuzz" --help | sed -n 's/^  \([a-z][a-z]*\)  */\1 /p'
}

# Commands with options of their own inside another one.
inside="corpus:distil"

sections()
{
	commands | while read -r name _; do
		"$foliofuzz" "$name" --man || die "$foliofuzz $name --man failed"
		for row in $inside; do
			[ "${row%%:*}" = "$name" ] || continue
			"$foliofuzz" "$name" "${row#*:}" --man || die "$foliofuzz $name ${row#*:} --man failed"
		done
	done
}

[ -x "$foliofuzz" ] || die "there is no program $foliofuzz"
while IFS= read -r line; do
	case $line in
	@COMMANDS@)	commands | as_list ;;
	@CALLS@)	"$foliofuzz" help calls | as_list ;;
	@ORACLES@)	"$foliofuzz" help oracles | as_list ;;
	@OPTIONS@)	sections || exit 3 ;;
	@SHARED@)	"$foliofuzz" run --man=shared || exit 3 ;;
	'.\" docs/man.sh'*|'.\" what the'*)	;;
	*)		printf '%s\n' "$line" ;;
	esac
done <"$here/foliofuzz.1.in"
