#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A campaign on a cluster: a real slurmctld, slurmd and munged on loopback take
# three shards (on this machine's own tmpfs, no VM) and the merge that depends
# on them. One shard is killed by kill -9 in the middle, another one is requeued
# as after a node's failure: of what was acknowledged, nothing may be missing.
# timeout: 400
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/slurm.sh"

out="$tmp/it's a campaign"
fuzz=(--here --no-witness --target "tmpfs huge=always" --without fork)

# What needs no cluster.
status 2 "options that submit gives itself are refused" \
	"$FOLIOFUZZ" submit --slurm --shards 2 --time 5 --out "$tmp/x" -- --here --seed 3
status 2 "and those that fuzz does not take" \
	"$FOLIOFUZZ" submit --slurm --shards 2 --time 5 --out "$tmp/x" -- --here --nonsense
like "with its own words" "$tmp/stderr" "nonsense"
ok "a dry run writes the scripts" \
	"$FOLIOFUZZ" submit --slurm --shards 2 --time 2 --out "$tmp/dry" --dry-run -- "${fuzz[@]}"
status 3 "without sbatch: status 3" \
	env PATH=/nowhere "$FOLIOFUZZ" submit --slurm --shards 2 --time 2 --out "$tmp/none" -- "${fuzz[@]}"
like "and what to do with the scripts" "$tmp/stderr" "no sbatch.*scripts are in"
ok "by hand, without Slurm: a shard" env SLURM_ARRAY_TASK_ID=2 nice -n 5 sh "$tmp/dry/campaign.sbatch"
status 3 "and a merge, though shard 1 is missing" sh "$tmp/dry/merge.sbatch"
like "which is told" "$tmp/stderr" "shard-1: no such folder"
like "it has the other one" "$tmp/stdout" "^  shard-2 "

slurm_find || { skip "a cluster" "$slurm_why"; done_testing; }
trap 'slurm_down; cleanup' EXIT
if ! slurm_up 4; then
	not_ok "a cluster comes up" "$slurm_why"
	done_testing
fi
pass "a cluster comes up: $(sinfo --version)"

# fuzz_of N: the campaign of a shard
fuzz_of()
{
	local p

	for p in /proc/[0-9]*; do
		[ "$(tr '\0' ' ' <"$p/cmdline" 2>/dev/null | cut -d ' ' -f 2)" = fuzz ] &&
			tr '\0' '\n' <"$p/cmdline" 2>/dev/null | grep -qxF "$out/shard-$1" && echo "${p#/proc/}"
	done 2>/dev/null | head -n 1
}

# kept N LEAST: has the shard acknowledged so many programs?
kept()
{
	grep -q ' kept ' "$out/shard-$1/campaign.log" 2>/dev/null
}

job_field()
{
	scontrol -o show job "$1" 2>/dev/null | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1
}

# Each shard meets a simulated hang, so that there are findings to merge.
ok "three shards are submitted" env FF_SIMFAIL=hang:6 \
	"$FOLIOFUZZ" submit --slurm --shards 3 --time 24 --seed 100 --out "$out" --sbatch=--nice=10 -- "${fuzz[@]}"
job=$(sed -n 's/^job \([0-9]*\): 3 shards.*/\1/p' "$tmp/stdout")
merge=$(sed -n 's/^job \([0-9]*\): afterwards.*/\1/p' "$tmp/stdout")
is "the merge depends on the array" "$(job_field "$merge" Dependency | cut -d '(' -f 1)" "afterany:${job}_*"
like "it tells how to watch them" "$tmp/stdout" "squeue -j $job,$merge"

ok "a shard keeps programs" slurm_wait 60 kept 2
victim=$(fuzz_of 2)
kill -KILL "$victim"
cp "$out/shard-2/campaign.log" "$tmp/before-2"
ok "so does another one" slurm_wait 60 kept 3
ok "which is requeued" scontrol requeue "${job}_3"
cp "$out/shard-3/campaign.log" "$tmp/before-3"
restarted()
{
	[ "$(job_field "${job}_3" Restarts)" = 1 ] && [ "$(job_field "${job}_3" JobState)" = RUNNING ]
}
ok "and starts again" slurm_wait 60 restarted
again()
{
	local now

	now=$(fuzz_of 2)
	[ -n "$now" ] && [ "$now" != "$victim" ] || grep -q 'ended: time' "$out/shard-2/campaign.log"
}
ok "the killed one goes on, too" slurm_wait 10 again

merged()
{
	case $(job_field "$merge" JobState) in COMPLETED|FAILED|CANCELLED) return 0 ;; esac
	return 1
}
ok "all of them end, and then the merge" slurm_wait 120 merged
for n in 1 2 3; do
	is "shard $n ended well" "$(job_field "${job}_$n" JobState)" COMPLETED
done
is "the merge, too" "$(job_field "$merge" JobState)" COMPLETED

# They went on where they were, and did not begin again.
for n in 2 3; do
	like "shard $n went on" "$out/shard-$n/campaign.log" ' resumed'
done

# Nothing that was acknowledged is missing. Looked at without merge's own eyes.
"$FOLIOFUZZ" corpus list "$out/merged/corpus.ff" --json >"$tmp/list.json" 2>&1
sed -n 's/.* kept \([0-9a-f]\{64\}\)$/\1/p' "$out"/shard-*/campaign.log "$tmp"/before-? | sort -u >"$tmp/acknowledged"
n=$(wc -l <"$tmp/acknowledged")
ok "programs were acknowledged ($n)" test "$n" -ge 6
missing=$(while read -r id; do grep -q "$id" "$tmp/list.json" || echo "$id"; done <"$tmp/acknowledged")
is "all of them are in the merged corpus" "$missing" ""
found=$(cd "$out" && ls -d shard-*/findings/* 2>/dev/null | sed 's|.*/||' | sort -u)
ok "there are findings: $found" test -n "$found"
for f in $found; do
	ok "$f is in the merged folder" test -s "$out/merged/findings/$f/program.ff"
	sum=0
	for n in $(cat "$out"/shard-*/findings/"$f"/finding.json | sed -n 's/^ *"count": \([0-9]*\).*/\1/p'); do
		sum=$((sum + n))
	done
	like "seen as often as in all shards together" "$out/merged/findings/$f/finding.json" "\"count\": $sum,"
	like "judged again it is the same" <("$FOLIOFUZZ" judge "$out/merged/findings/$f/history" 2>&1) "$f"
done
like "each shard has its own seed" <(tr -d ' \n' <"$out/merged/merge.json") '"seed":101,.*"seed":102,|"seed":10[123],'
is "three shards, each once" "$(grep -c '"progress"' "$out/merged/merge.json")" 3
status 1 "merging again at the end" "$FOLIOFUZZ" merge --out "$out/merged" "$out"/shard-*
is "counts nothing twice" "$(grep -c '"progress"' "$out/merged/merge.json")" 3
status 2 "a folder is submitted once" "$FOLIOFUZZ" submit --slurm --shards 3 --time 16 --out "$out" -- --here

slurm_down
ok "nothing is left on the cluster" slurm_idle
[ $tap_failed -eq 0 ] || { tail -n 20 "$out"/slurm-*.log; tail -n 5 "$tmp"/cluster/*.log; } | sed 's/^/# /'
done_testing
