# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of foliofuzz for bash. Commands, options and names are asked of the
# program itself, so this knows each one that the installed version has.

# Options of a command: "  -k, --kernel=NAME|PATH  ..." gives --kernel= and -k.
_foliofuzz_options()
{
	"$@" --help 2>/dev/null |
		sed -n 's/^ *\(-[A-Za-z?], \)*\(--[a-z][a-z-]*\)\(\[*=*\).*/\2\3/p' |
		sed 's/\[=*$//'
}

_foliofuzz_commands()
{
	"$1" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  *[^ ].*/\1/p'
}

_foliofuzz_first_words()
{
	"$@" 2>/dev/null | sed 's/ .*//' | sort -u
}

# Suites that can be fetched, as kernel --help names them, and what is there.
_foliofuzz_kernels()
{
	"$1" kernel list 2>/dev/null | sed 's/ .*//'
	"$1" kernel --help 2>/dev/null | tr '\n' ' ' |
		sed -n 's/.*NAME is \([^;]*\);.*/\1/p' | sed 's/([^)]*)//g; s/ or / /g' | tr -s ', ' '\n'
	printf '\n%s\n' mutant
}

# After a comma only the last word of a list is completed.
_foliofuzz_list()
{
	local before=

	[[ $cur == *,* ]] && before=${cur%,*},
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
}

_foliofuzz_files()
{
	mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	compopt -o filenames 2>/dev/null
}

# Values of an option; status 1: nothing is known of them.
_foliofuzz_value()
{
	local foliofuzz=$1 option=$2

	case $option in
	--kernel|-k)
		mapfile -t COMPREPLY < <(compgen -W "$(_foliofuzz_kernels "$foliofuzz")" -- "$cur")
		[[ $cur == */* ]] && _foliofuzz_files
		;;
	--target)	mapfile -t COMPREPLY < <(compgen -W "$(_foliofuzz_first_words "$foliofuzz" help targets)" -- "$cur") ;;
	--without)	_foliofuzz_list "$(_foliofuzz_first_words "$foliofuzz" help calls)" ;;
	--oracles|-O)	_foliofuzz_list "all $(_foliofuzz_first_words "$foliofuzz" help oracles)" ;;
	--format|-f)	mapfile -t COMPREPLY < <(compgen -W "ff syz fsx" -- "$cur") ;;
	--first)	mapfile -t COMPREPLY < <(compgen -W "unknown" -- "$cur") ;;
	--algorithm)	mapfile -t COMPREPLY < <(compgen -W "foliofuzz ddmin" -- "$cur") ;;
	--out|-o|--corpus|--baseline|--history|-H|--ktap|--junit|--kcidb|--lava|--html)
		_foliofuzz_files
		;;
	*)	return 1 ;;
	esac
}

_foliofuzz()
{
	local foliofuzz=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} prev= command=${COMP_WORDS[1]} option=

	COMPREPLY=()
	# A name from a PATH or a file; a tilde is not expanded here.
	foliofuzz=${foliofuzz/#\~/$HOME}
	[ "$COMP_CWORD" -gt 0 ] && prev=${COMP_WORDS[COMP_CWORD - 1]}
	if [ "$COMP_CWORD" -le 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_foliofuzz_commands "$foliofuzz") help --help --version" -- "$cur")
		return
	fi
	# "--kernel=b" comes as three words: --kernel, =, b.
	if [ "$cur" = = ]; then
		option=$prev
		cur=
	elif [ "$prev" = = ]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $prev == -* ]]; then
		option=$prev
	fi
	[ -n "$option" ] && _foliofuzz_value "$foliofuzz" "$option" && return

	case $command:$COMP_CWORD in
	help:2)
		mapfile -t COMPREPLY < <(compgen -W "$(_foliofuzz_commands "$foliofuzz") calls targets oracles" -- "$cur")
		return
		;;
	kernel:2)	mapfile -t COMPREPLY < <(compgen -W "get list" -- "$cur") ;;
	corpus:2)
		mapfile -t COMPREPLY < <(compgen -W "$("$foliofuzz" corpus --help 2>/dev/null |
			sed -n 's/.*\[OPTION\.\.\.\] \([a-z]*\) .*/\1/p')" -- "$cur")
		;;
	esac
	if [[ $cur == -* ]]; then
		if [ "$command:${COMP_WORDS[2]}" = corpus:distil ]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_foliofuzz_options "$foliofuzz" corpus distil)" -- "$cur")
		else
			mapfile -t COMPREPLY < <(compgen -W "$(_foliofuzz_options "$foliofuzz" "$command")" -- "$cur")
		fi
		# After --kernel= the value follows at once.
		[[ ${COMPREPLY[*]} == *= ]] && compopt -o nospace 2>/dev/null
	elif [ "$command:${COMP_WORDS[2]}" = kernel:get ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_foliofuzz_kernels "$foliofuzz")" -- "$cur")
	elif [ ${#COMPREPLY[@]} -eq 0 ]; then
		_foliofuzz_files
	fi
}
complete -F _foliofuzz foliofuzz
