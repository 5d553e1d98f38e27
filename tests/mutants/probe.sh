#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Show each mutant's symptom by the shortest program that has it, and that the
# same program sees nothing without the mutant:
#
#	tests/mutants/probe.sh [--kernel BZIMAGE] [ID...]
#
# Without IDs: all of them, and "repair", which works on collapse with
# everything else at once and looks at content and accounting after it.
# Software emulation, two virtual CPUs; about 7 minutes for all.
#
# Exit status: 0 all as expected, 1 not, 2 wrong use, 3 it could not run.

set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 3
kernel=
ids=

while [ $# -gt 0 ]; do
	case $1 in
	--kernel)	kernel=${2:?--kernel takes a bzImage}; shift ;;
	-h|--help)	sed -n '4,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
	-*)		echo "probe.sh: unknown option '$1'; see --help" >&2; exit 2 ;;
	*)		ids="$ids $1" ;;
	esac
	shift
done
ids=${ids:-a b c1 c2 d e1 e2 f1 f2 f3 g repair}
[ -n "$kernel" ] || kernel=$("$here/build.sh") || exit 3

tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# The initial RAM disk: the probe is /init, and has a console to print on.
pack()
{
	mkdir -p "$tmp/root/dev" &&
	gcc -O2 -Wall -static -pthread -o "$tmp/root/init" "$here/probe.c" &&
	(cd "$tmp/root" && find . | cpio -o -H newc --quiet) >"$tmp/initrd" &&
	truncate -s 64M "$tmp/a" "$tmp/b"
}

disk()
{
	echo "-drive file=$tmp/$1,format=raw,if=none,id=$1,throttling.iops-total=$2 \
	      -device virtio-blk-pci,drive=$1"
}

# boot APPEND: what the guest prints.
boot()
{
	# shellcheck disable=SC2046
	timeout 200 qemu-system-x86_64 -accel tcg,thread=multi \
		-cpu max,-cx16,-la57 -smp 2 -m 512 -nodefaults -display none \
		-serial stdio -no-reboot -kernel "$kernel" -initrd "$tmp/initrd" \
		$(disk a 20) $(disk b 100) \
		-append "console=ttyS0 loglevel=4 panic=-1 $1" </dev/null
}

# expect VERDICT APPEND ID
expect()
{
	boot "$2" >"$tmp/log" 2>&1
	line=$(tr -d '\r' <"$tmp/log" | grep "^probe $3: ")
	case $line in
	"probe $3: $1 "*)
		echo "ok  ${2%% probe=*}: $line" ;;
	*)	echo "NOT $1  ${2%% probe=*}: ${line:-no verdict}"
		tail -n 40 "$tmp/log"
		failed=1 ;;
	esac
}

# A window that is too narrow by nature is widened.
delay_of()
{
	case $1 in
	f1)	echo 200 ;;
	f2)	echo 500 ;;
	g)	echo 20 ;;
	*)	echo 0 ;;
	esac
}

pack || exit 3
failed=0
for id in $ids; do
	expect clean "mutant= probe=$id" "$id"
	[ "$id" != repair ] || continue
	expect SYMPTOM "mutant=$id mutant_delay_us=$(delay_of "$id") mutant_every=4 probe=$id" "$id"
done
exit $failed
