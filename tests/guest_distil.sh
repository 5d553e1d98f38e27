#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A corpus in which most programs do what others do: distilled, it is smaller,
# shows the same, and the original is as it was.
# timeout: 400
. "$(dirname "$0")/lib.sh"

KERNEL=${FF_TEST_KERNEL:-bookworm-backports}
store=$tmp/all.corpus

# Five that differ in a number only, one that does more, one that is alone with what it does.
for n in 1 2 3 4 5; do
	cat >"$tmp/same$n.ff" <<END
# foliofuzz 1
target tmpfs
setup
  h0 = open f0 rdwr|creat
  pwrite h0 0 64K
thread 0
  pread h0 ${n}K 512
  seek h0 ${n}K data
END
done
cat >"$tmp/more.ff" <<'END'
# foliofuzz 1
target tmpfs
setup
  h0 = open f0 rdwr|creat
  pwrite h0 0 64K
thread 0
  pread h0 8K 512
  seek h0 8K data
  fallocate h0 punch 0 8K
END
cat >"$tmp/alone.ff" <<'END'
# foliofuzz 1
target tmpfs
setup
  h0 = open f0 rdwr|creat
  m0 = mmap h0 0 64K rw shared
thread 0
  store m0 0 64K
  msync m0 0 64K sync
END

ok "seven programs are kept" "$FOLIOFUZZ" corpus add "$store" "$tmp"/*.ff
cp "$store" "$tmp/copy"
status 0 "they are distilled" "$FOLIOFUZZ" corpus distil "$store" --kernel "$KERNEL" --runs 3 --json
cp "$tmp/stdout" "$tmp/json"
field() # PART KEY
{
	python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(d[sys.argv[2]][sys.argv[3]])' "$tmp/json" "$1" "$2"
}
is "seven before" "$(field before programs)" 7
after=$(field after programs)
ok "fewer after ($after)" [ "$after" -lt 7 ]
ok "the one that is alone and another are among them" [ "$after" -ge 2 ]
ok "there is signal ($(field before signal))" [ "$(field before signal)" -gt 0 ]
is "all stable signal is kept" "$(field after signal)" "$(field before signal)"
is "the corpus is as it was" "$(cmp "$store" "$tmp/copy" && echo same)" same
is "the new one has them" "$("$FOLIOFUZZ" corpus list "$store.distilled" --json | grep -c '"id"')" "$after"
ok "with the signal that was measured" grep -q '"signal"' <("$FOLIOFUZZ" corpus list "$store.distilled" --json)
status 2 "what is there is not overwritten" "$FOLIOFUZZ" corpus distil "$store" --kernel "$KERNEL"
like "and that is said" "$tmp/stderr" "is there already"
status 2 "without a kernel there is no telling" "$FOLIOFUZZ" corpus distil "$store"
done_testing
