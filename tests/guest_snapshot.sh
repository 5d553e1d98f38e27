#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Lost guests are restored from a snapshot of the first: fast, again and again,
# and what is found in them is the same. Where QEMU does not restore, or does
# not save, that is said, and guests are booted.
# timeout: 900
# retries: 1
. "$(dirname "$0")/lib.sh"

KERNEL=${FF_TEST_KERNEL:-bookworm}
command -v qemu-system-x86_64 >/dev/null || skip_all "no QEMU"
"$FOLIOFUZZ" kernel get "$KERNEL" >/dev/null 2>&1 || skip_all "no kernel $KERNEL"

number()
{
	sed -n "s/^ *\"$2\": \([0-9.]*\).*/\1/p" "$1" | head -n 1
}

# In each guest the kernel panics a second after its first program. This kernel
# has the bug that the program shows (docs/found.md).
runs=60
status 1 "a program that finds a bug, in guests that panic" "$FOLIOFUZZ" run --kernel "$KERNEL" \
	--append ff.simfail=panic:1 --repeat $runs --json "$top/tests/programs/seek-collapse.ff"
cp "$tmp/stdout" "$tmp/run.json"
cp "$tmp/stderr" "$tmp/run.err"
is "all runs were made" "$(number "$tmp/run.json" runs)" $runs
is "one guest booted" "$(number "$tmp/run.json" boots)" 1
restores=$(number "$tmp/run.json" restores)
ok "the others were restored ($restores)" test "${restores:-0}" -ge 2
first=$(sed -n 's/.*warning: run \([0-9]*\): .*/\1/p' "$tmp/run.err" | head -n 1)
found=$(grep -c '"signature": "seek' "$tmp/run.json")
is "the bug has one signature in all of them" "$found" 1
hits=$(sed -n '/"signature": "seek/,/"hits"/s/.*"hits": \([0-9]*\).*/\1/p' "$tmp/run.json")
ok "seen in $hits runs: more than the first guest made ($first)" test "${hits:-0}" -gt "${first:-99}"
boot=$(number "$tmp/run.json" boot_seconds)
restore=$(number "$tmp/run.json" restore_seconds)
ratio=$(awk "BEGIN { print int($boot / ($restore + 0.001)) }")
diag "cold boot $boot s, restore $restore s: $ratio times faster; snapshot" \
	"$(number "$tmp/run.json" snapshot_seconds) s, $(number "$tmp/run.json" snapshot_mib) MiB"
ok "a restore is at least 5 times faster than a boot ($ratio)" test "$ratio" -ge 5

# Disks and swap of a restored guest: no law is broken on them, and nothing is left out.
status 1 "a campaign on xfs with swap, in guests that panic" "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --seed 3 \
	--append ff.simfail=panic:2 --target "xfs swap=disk" --programs 40 --json --out "$tmp/xfs"
is "nothing else is found" "$(grep '"signature"' "$tmp/xfs/summary.json" | grep -vc kernel-log.panic)" 0
is "all targets could be made" "$(number "$tmp/xfs/summary.json" failed_targets)" 0
is "one guest booted" "$(number "$tmp/xfs/summary.json" boots)" 1
restores=$(number "$tmp/xfs/summary.json" restores)
ok "the others were restored ($restores)" test "${restores:-0}" -ge 2

# A QEMU in front of QEMU: $1 is what it does first.
qemu_that()
{
	mkdir -p "$tmp/bin"
	printf '#!/bin/bash\nPATH=%q\n%s\nexec qemu-system-x86_64 "$@"\n' "$PATH" "$1" >"$tmp/bin/qemu-system-x86_64"
	chmod 755 "$tmp/bin/qemu-system-x86_64"
}

# shellcheck disable=SC2016
qemu_that 'case " $* " in *" -incoming "*) echo "no way back" >&2; exit 1;; esac'
status 1 "a QEMU that restores nothing" env "PATH=$tmp/bin:$PATH" "$FOLIOFUZZ" run --kernel "$KERNEL" \
	--append ff.simfail=panic:0 --repeat 2 --json "$top/tests/programs/seek-collapse.ff"
like "that is said" "$tmp/stderr" "no guest could be restored from the snapshot .*: one is booted"
like "with QEMU's words" "$tmp/stderr" "no way back"
is "both guests booted" "$(number "$tmp/stdout" boots)" 2
is "both runs were made" "$(number "$tmp/stdout" runs)" 2

# shellcheck disable=SC2016
qemu_that 'set -- "${@//,master=on/}"'
env "PATH=$tmp/bin:$PATH" "$FOLIOFUZZ" run --kernel "$KERNEL" --repeat 1 --json \
	"$top/tests/programs/seek-collapse.ff" >"$tmp/stdout" 2>"$tmp/stderr"
like "a QEMU that saves nothing: that is said" "$tmp/stderr" "no snapshot of the guest can be taken \(QEMU refused"
is "the guest goes on" "$(number "$tmp/stdout" runs)" 1
is "there is no snapshot" "$(number "$tmp/stdout" snapshot_mib)" "0.0"

done_testing
