#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A reproducer of a bug that lives in stock 6.1 (collapse and SEEK_DATA) sees it
# there, and not on 6.12. All seed bugs: make repro-proof.
# timeout: 600
. "$(dirname "$0")/lib.sh"

file=$top/tests/programs/seek-collapse.ff
ok "a C file is written" "$FOLIOFUZZ" repro "$file" --signature seek.hole-in-data.collapse -o "$tmp/repro.c"
ok "gcc takes it without a warning" "${CC:-gcc}" -O2 -Wall -Wextra -Werror -pthread -static \
	-o "$tmp/repro" "$tmp/repro.c"
for kernel in bookworm bookworm-backports; do
	"$FOLIOFUZZ" kernel get "$kernel" >/dev/null 2>"$tmp/get" ||
		{ skip "on $kernel" "$(tail -n 1 "$tmp/get")"; continue; }
	if [ $kernel = bookworm ]; then
		status 1 "it sees the bug on 6.1" "$FOLIOFUZZ_TESTS/guest_repro" $kernel "$file" "$tmp/repro" "$tmp" 60
		like "and says what it saw" "$tmp/stdout" '^BUG: SEEK_'
	else
		status 0 "it sees none on 6.12" "$FOLIOFUZZ_TESTS/guest_repro" $kernel "$file" "$tmp/repro" "$tmp" 20
		like "and says that it ran" "$tmp/stdout" '^not seen in [0-9]+ runs'
	fi
done

# Where there is no root, and so no target, it says so.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	cp "$tmp/repro" /tmp/foliofuzz-repro.$$
	status 4 "without root it says that it cannot" setpriv --reuid=65534 --clear-groups \
		--bounding-set=-all --inh-caps=-all /tmp/foliofuzz-repro.$$ -n 1
	rm -f /tmp/foliofuzz-repro.$$
	like "and why" "$tmp/stdout" '^SKIP: .*root'
else
	skip "without root it says that it cannot" "not root, or no setpriv here"
fi
done_testing
