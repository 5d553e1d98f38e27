#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# libFuzzer on tests/fuzz_corpus.c for so many seconds. Seeds are the programs of
# tests/ in each form, after the digit that fuzz_corpus.c divides by 5; what breaks
# is left in $BUILD/fuzz/. Status: 0 nothing, 1 a crash, 3 it cannot be built here.

set -u
seconds=${1:-300}
top=$(cd "$(dirname "$0")/.." && pwd) || exit 3
cd "$top" || exit 3
dir=${BUILD:-build}/fuzz
foliofuzz=${FOLIOFUZZ:-build/foliofuzz}

mkdir -p "$dir/seeds" "$dir/found" || exit 3
echo "corpus_fuzz: building $dir/fuzz_corpus"
clang -std=gnu11 -D_GNU_SOURCE -I. -O1 -g -pthread \
	-w -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	-o "$dir/fuzz_corpus" tests/fuzz_corpus.c corpus/*.c fuzzer/*.c -lz -lmd || exit 3

rm -f "$dir/seeds.store"*
for f in tests/programs/*.ff; do
	name=$(basename "$f" .ff)
	"$foliofuzz" corpus add "$dir/seeds.store" "$f" >/dev/null 2>&1
	{ printf 3; cat "$f"; } >"$dir/seeds/$name.ff"
	{ printf '6\001\001\001note=a\n\n'; cat "$f"; } >"$dir/seeds/$name.record"
done
for format in fsx syz; do
	"$foliofuzz" corpus export "$dir/seeds.store" --format $format --out "$dir/seeds.$format" >/dev/null 2>&1
	first=$([ $format = fsx ] && echo 4 || echo 5)
	for f in "$dir/seeds.$format"/*; do
		{ printf %s "$first"; cat "$f"; } >"$dir/seeds/$(basename "$f")"
	done
done
{ printf 2; cat "$dir/seeds.store"; } >"$dir/seeds/store"
"$dir/fuzz_corpus" -max_total_time="$seconds" -max_len=16384 -rss_limit_mb=2048 -timeout=20 \
	-print_final_stats=1 -artifact_prefix="$dir/" "$dir/found" "$dir/seeds" 2>"$dir/log"
status=$?
tail -12 "$dir/log"
[ $status -eq 0 ] && exit 0
echo "corpus_fuzz: status $status; see $dir/log" >&2
exit 1
