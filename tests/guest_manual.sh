#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manual page and bash's completion know each command and each option that
# --help has, and the page is clean. No guest is needed.
# timeout: 120
. "$(dirname "$0")/lib.sh"

page=$tmp/foliofuzz.1

commands()
{
	"$FOLIOFUZZ" --help | sed -n 's/^  \([a-z][a-z]*\)  *[^ ].*/\1/p'
}

options()
{
	"$FOLIOFUZZ" "$@" --help | grep -oE '^ +(-[^ ,]+, )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u
}

# complete WORD...: what bash would offer for the last word.
complete()
{
	bash -c '
		. "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_foliofuzz
		printf "%s\n" "${COMPREPLY[@]}"
	' bash "$top/docs/completion/foliofuzz.bash" "$FOLIOFUZZ" "$@" 2>"$tmp/complaints" | sort -u
	[ -s "$tmp/complaints" ] && sed 's/^/# completion: /' "$tmp/complaints"
}

# lacking: lines of the first file that the second has not.
lacking()
{
	comm -23 "$1" "$2" | tr '\n' ' '
}

ok "the page is made" sh -c '"$1" "$2" >"$3"' sh "$top/docs/man.sh" "$FOLIOFUZZ" "$page"
if command -v mandoc >/dev/null; then
	mandoc -T lint "$page" 2>&1 | grep -v 'outdated mandoc.db\|referenced manual not found' >"$tmp/lint"
	is "mandoc finds nothing wrong with it" "$(cat "$tmp/lint")" ""
else
	skip "mandoc finds nothing wrong with it" "there is no mandoc"
fi
if command -v groff >/dev/null; then
	is "groff warns of nothing" "$(groff -ww -mdoc -Tutf8 -z "$page" 2>&1)" ""
	groff -mdoc -Tutf8 -P-cbou "$page" >"$tmp/text" 2>/dev/null
	like "it can be read" "$tmp/text" '^ +foliofuzz fuzz --kernel bookworm --time 120'
else
	skip "groff warns of nothing" "there is no groff"
fi

# What is given to ff_parse() has options: also "corpus distil", which no list of commands has.
sed -n 's/.*ff_parse(&[a-z_]*, "\([^"]*\)",.*/\1/p' "$top"/runner/*.c "$top"/runner/*/*.c | sort -u >"$tmp/parsed"
commands | sort -u >"$tmp/commands"
sed -n 's/^\.Ss \([a-z].*\)/\1/p' "$page" | sort -u >"$tmp/sections"
is "the page has each command of --help" "$(lacking "$tmp/commands" "$tmp/sections")" ""
is "the page has each command that takes options" "$(lacking "$tmp/parsed" "$tmp/sections")" ""
is "each command takes its options the same way" "$(lacking "$tmp/commands" "$tmp/parsed")" ""
complete "" | sort -u >"$tmp/offered"
is "completion has each command" "$(lacking "$tmp/commands" "$tmp/offered")" ""

# Options of one command stand in its own section, or in those of the shared ones.
section()
{
	awk -v want=".Ss $1" '/^\.S[sh] / { on = $0 == want } on' "$page"
	awk '/^\.Sh / { on = $0 == ".Sh SHARED OPTIONS" || $0 == ".Sh COMMANDS" } /^\.Ss / && $0 ~ /^\.Ss [a-z]/ { on = 0 } on' "$page"
}

while read -r command; do
	# shellcheck disable=SC2086
	options $command >"$tmp/options"
	section "$command" | grep -oE 'Fl -[a-z-]+' | sed 's/^Fl -/--/' | sort -u >"$tmp/have"
	is "$command: the page has each option" "$(lacking "$tmp/options" "$tmp/have")" ""
	# shellcheck disable=SC2086
	complete $command -- | sed 's/=$//' | sort -u >"$tmp/have"
	is "$command: completion has each option" "$(lacking "$tmp/options" "$tmp/have")" ""
	ok "$command: it has options at all" test -s "$tmp/options"
done <"$tmp/parsed"

"$FOLIOFUZZ" help calls | sed 's/ .*//' | sort -u >"$tmp/calls"
sed -n 's/^\.It Cm //p' "$page" | sed 's/\\-/-/g' | sort -u >"$tmp/have"
is "the page has each call" "$(lacking "$tmp/calls" "$tmp/have")" ""
complete fuzz --without = "" >"$tmp/have"
is "completion has each call" "$(lacking "$tmp/calls" "$tmp/have")" ""
is "the last word of a list is completed" "$(complete fuzz --without mmap,mlo)" "mmap,mlock"
is "kernels are completed" "$(complete fuzz --kernel bulls)" "bullseye"
is "kernels that may be fetched, too" "$(complete kernel get sid)" "sid"
is "targets" "$(complete fuzz --target ex)" "ext4"
is "oracles" "$(complete judge -O se)" "seek"
is "actions of corpus" "$(complete corpus mer)" "merge"
status 2 "an unknown topic is wrong use" "$FOLIOFUZZ" help nosuch
status 0 "help COMMAND is COMMAND --help" "$FOLIOFUZZ" help run
is "the very same" "$(cat "$tmp/stdout")" "$("$FOLIOFUZZ" run --help)"
done_testing
