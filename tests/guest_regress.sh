#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# foliofuzz regress on one kernel: a bug that no baseline knows is a fail with its
# evidence, recorded it is known, and one that does not show any more is fixed.
# timeout: 300
# retries: 1
. "$(dirname "$0")/lib.sh"

KERNEL=${FF_TEST_KERNEL:-bookworm}	# one on which collapse-unready hits (docs/found.md)
kept=$top/corpus/regress

regress()
{
	"$FOLIOFUZZ" regress --kernel "$KERNEL" --baseline "$tmp/baseline.json" --runs 5 \
		"$kept/collapse-unready.ff" "$kept/punch-beside-loads.ff" "$@"
}

# verdict PROGRAM: of $tmp/stdout, which is JSON
verdict()
{
	tr -d '\n' <"$tmp/stdout" | sed 's/"program": */\n/g' | sed -n "s/^\"$1\",.*\"verdict\": *\"\([a-z]*\)\".*/\1/p"
}

command -v qemu-system-x86_64 >/dev/null || skip_all "no QEMU"
"$FOLIOFUZZ" kernel get "$KERNEL" >/dev/null 2>"$tmp/get" || skip_all "no kernel $KERNEL: $(tail -n 1 "$tmp/get")"

# What is wrong is said before a guest is started.
status 2 "no kernel is wrong use" "$FOLIOFUZZ" regress "$kept/append.ff"
status 2 "a kernel that is none, too" "$FOLIOFUZZ" regress "$kept/append.ff" --kernel moonshine
status 2 "one kernel cannot be compared" "$FOLIOFUZZ" regress "$kept/append.ff" --kernel bookworm --compare
status 2 "a kernel is given once" "$FOLIOFUZZ" regress --kernel bookworm --kernel bookworm
status 2 "there is no third of two shards" "$FOLIOFUZZ" regress --kernel bookworm --shard 3/2
printf '# foliofuzz 1\n# abuot: x\ntarget tmpfs\nthread 0\n' >"$tmp/bad.ff"
status 2 "a bad head is wrong use" "$FOLIOFUZZ" regress "$tmp/bad.ff" --kernel bookworm
like "and said with file and line" "$tmp/stderr" "bad.ff:2: .*abuot"
echo '{' >"$tmp/bad.json"
status 2 "so is a bad baseline" "$FOLIOFUZZ" regress "$kept/append.ff" --kernel bookworm --baseline "$tmp/bad.json"
status 3 "a kernel that cannot be started is no success" \
	env PATH=/nonexistent "$FOLIOFUZZ" regress "$kept/append.ff" --kernel "$KERNEL"
like "it is skipped with the reason" "$tmp/stdout" "append on $KERNEL: no guest of $KERNEL could be started"

status 1 "a bug that no baseline knows is a fail" regress --out "$tmp/out" --ktap "$tmp/ktap" --json
cp "$tmp/stdout" "$tmp/printed.json"
is "collapse-unready" "$(verdict collapse-unready)" fail
is "punch-beside-loads" "$(verdict punch-beside-loads)" pass
like "its reason says what it is" "$tmp/stdout" "the bug this program is about"
ok "its evidence is kept" test -n "$(find "$tmp/out/findings" -name history)"
ok "and the result" cmp "$tmp/out/regress.json" "$tmp/printed.json"
like "also as KTAP" "$tmp/ktap" "^ *not ok [0-9]+ collapse-unready"

status 0 "it is recorded" regress --record
like "with its rate" "$tmp/stdout" "collapse-unready .*known 5/5"
ok "in a file" grep -q '"data.unready-mapping.pread": 5' "$tmp/baseline.json"

# As if the other program had always shown a bug that is gone.
sed -i '/"punch-beside-loads"/,/}/{s/"hits": 0/"hits": 5/;s/"runs": [0-9]*/"runs": 5/;s/"signatures": {}/"signatures": {"data.stale.load.pwrite": 5}/}' \
	"$tmp/baseline.json"
status 0 "what is known or gone is no failure" regress --odds 0.05 --json
is "collapse-unready" "$(verdict collapse-unready)" known
is "punch-beside-loads" "$(verdict punch-beside-loads)" fixed
done_testing
