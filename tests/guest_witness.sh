#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What BPF tells of a kernel is what user space knows from elsewhere: inode
# numbers, /proc/self/pagemap, results of calls. tests/guest_witness.c is PID 1
# of a VM of each stock kernel; its tests are passed on.
# timeout: 400
# retries: 1
. "$(dirname "$0")/lib.sh"

KERNELS=${FF_TEST_KERNELS:-bullseye bookworm bookworm-backports}

# pass_on KERNEL: TAP in, our TAP out, with the kernel's name before each test
pass_on()
{
	local line n=0 plan=none text

	while IFS= read -r line; do
		text=${line#* - }
		text=${text//\\#/#}
		case $line in
		'ok '*' # SKIP '*) n=$((n + 1)); skip "$1" "${line#* # SKIP }" ;;
		'ok '*) n=$((n + 1)); pass "$1: $text" ;;
		'not ok '*) n=$((n + 1)); not_ok "$1: $text" ;;
		1..*) plan=${line#1..} ;;
		'#'*) diag "$1:${line#\#}" ;;
		?*) diag "$1: $line" ;;
		esac
	done
	is "$1: all its tests were made" "$n" "$plan"
}

for kernel in $KERNELS; do
	if ! "$FOLIOFUZZ" kernel get "$kernel" >/dev/null 2>"$tmp/get"; then
		skip "the witness on $kernel" "no such kernel here: $(tail -n 1 "$tmp/get")"
		continue
	fi
	"$FOLIOFUZZ_TESTS/guest_boot" "$kernel" "$FOLIOFUZZ_TESTS/guest_witness" \
		"${tmp:?}" >"$tmp/tap" 2>"$tmp/stderr" </dev/null
	rc=$?
	pass_on "$kernel" <"$tmp/tap"
	tail -n 60 "$tmp/stderr" | sed "s/^/# $kernel: /"
	is "$kernel: the guest ended by itself" $rc 0
done
done_testing
