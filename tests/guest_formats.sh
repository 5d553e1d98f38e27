#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What regress writes for kernel CI, read by its readers: kunit.py of the kernel
# tree for KTAP, an XML parser for JUnit, and the rules of kcidb's schema 5.3.
# The runs are made up (tests/regress_case.h): each verdict, hostile texts, no
# kernel at all, random bytes. No guest is needed.
# timeout: 300
. "$(dirname "$0")/lib.sh"

# check NAME READER FILE...: formats_check.py finds no fault.
check()
{
	local name=$1

	shift
	ok "$name" python3 "$top/tests/formats_check.py" "$@"
}

command -v python3 >/dev/null || skip_all "there is no python3"
runs=$tmp/runs
mkdir "$runs"
ok "runs are written in each format" "$FOLIOFUZZ_TESTS/guest_formats" "$runs"
for f in "$runs"/*.want; do
	for s in ktap xml json lava; do
		[ -f "${f%want}$s" ] || not_ok "${f%want}$s is there"
	done
done

check "KTAP: each line by the rules" ktap-rules "$runs"/*.ktap
if kunit=$("$top/tests/kunit.sh" 2>"$tmp/why"); then
	check "KTAP: kunit.py reads it and counts the same" ktap "$kunit" "$runs"/*.ktap
	# The reader must be able to say no.
	sed 's/^  not ok 2 /  ok 2 /' "$runs/verdicts.ktap" >"$runs/wrong.ktap"
	cp "$runs/verdicts.want" "$runs/wrong.want"
	status 1 "KTAP: kunit.py sees a verdict that was changed" \
		python3 "$top/tests/formats_check.py" ktap "$kunit" "$runs/wrong.ktap"
	rm "$runs"/wrong.*
else
	skip "KTAP: kunit.py reads it and counts the same" "$(tail -n 1 "$tmp/why")"
fi

check "JUnit: well-formed, nested and counted right" junit "$runs"/*.xml
sed 's/ failures="1"/ failures="0"/' "$runs/verdicts.xml" >"$runs/wrong.xml"
cp "$runs/verdicts.want" "$runs/wrong.want"
status 1 "JUnit: a wrong count is seen" python3 "$top/tests/formats_check.py" junit "$runs/wrong.xml"
rm "$runs"/wrong.*

check "kcidb: every rule of schema 5.3" kcidb "$runs"/*.json
check "kcidb: each rule, once broken, is noticed" kcidb-bites "$runs/verdicts.json"
check "LAVA: each line is a signal, no id comes twice" lava "$runs"/*.lava
done_testing
