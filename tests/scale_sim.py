#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How signal and findings would grow with shards and sync interval (docs/scale.md).

    tests/scale_sim.py [--foliofuzz BINARY] [--json] CAMPAIGN

CAMPAIGN is a recorded one: campaign.log (when each program was kept), corpus.ff
(its stable features), findings/*/finding.json. K shards are simulated that share
what they kept every S seconds. What is assumed:

1. A program that the generator made is met by every shard at a constant rate. A
   mutated one is met only by a shard that has its parent, at a constant rate
   from then on. The corpus does not tell the parent: it is taken to be the
   program kept before it that has the largest part of features in common.
2. The rate of a program is c / (time from when it could be met until the recorded
   end). One c for all, so that one shard alone shows as much of the recorded
   signal, on average over time, as the recorded campaign did (least squares).
3. A finding of the generator is met at the rate 1 / (time to its first sight),
   one of a mutated program at the same rate by a shard that has any of the
   programs kept in the minute before it. One sight is all there is to go by.
4. A sync costs every shard --cost seconds in which nothing runs: shards sync by
   starting again with the merged corpus. Programs of others are not run again.
5. Nothing is met that was not recorded. So this says how much sooner K shards
   are where one was, and not what they find beyond.
"""
import argparse
import collections
import datetime
import glob
import json
import os
import random
import subprocess
import sys

Program = collections.namedtuple("Program", "time parent features")


def stamp(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").timestamp()


def read_log(path):
    """Start, end, and when each program was kept (seconds from the start)."""
    kept, start, last = {}, None, None
    for line in open(path, errors="replace"):
        words = line.split()
        if len(words) < 2:
            continue
        last = stamp(words[0])
        start = last if start is None else start
        if words[1] == "kept":
            kept.setdefault(words[2], last - start)
    return kept, last - start


def likest(features, earlier):
    best, most = None, 0.0
    for i, other in earlier:
        common = len(features & other)
        part = common / (len(features) + len(other) - common)
        if part > most:
            best, most = i, part
    return best


def read_campaign(folder, binary):
    kept, length = read_log(os.path.join(folder, "campaign.log"))
    text = subprocess.run([binary, "corpus", "list", os.path.join(folder, "corpus.ff"), "--json"],
                          check=True, capture_output=True).stdout
    rows = [(kept[e["id"]], "mutated" in e["attributes"].get("source", []),
             frozenset(e["attributes"].get("signal", []))) for e in json.loads(text) if e["id"] in kept]
    rows.sort(key=lambda r: r[0])
    programs, earlier = [], []
    for time, mutated, features in rows:
        programs.append(Program(time, likest(features, earlier) if mutated else None, features))
        earlier.append((len(programs) - 1, features))
    return programs, length


def read_findings(folder, programs):
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "findings", "*", "finding.json"))):
        f = json.load(open(path))
        first = max(1.0, f["guest_seconds_to_first"])
        before = [i for i, p in enumerate(programs) if first - 60 <= p.time <= first]
        found.append((f["signature"], first, before if f["seed"] == 0 else None))
    return found


def rates(programs, length, c):
    return [c / max(30.0, length - (programs[p.parent].time if p.parent is not None else 0)) for p in programs]


def simulate(programs, rate, shards, interval, end, cost, rng, findings=()):
    """When the fleet meets each program first (None: never), when any shard met any, and the findings."""
    first = [None] * len(programs)
    sights = {}
    met = []
    begin = 0.0
    while begin < end and None in first:
        stop = min(end, begin + interval)
        work = max(0.0, stop - begin - (cost if begin and interval < end else 0))
        known = [f is not None for f in first]
        news = {}
        for _ in range(shards):
            own = {}
            for i, p in enumerate(programs):
                if known[i]:
                    continue
                at = 0.0
                if p.parent is not None and not known[p.parent]:
                    if p.parent not in own:
                        continue
                    at = own[p.parent]
                at += rng.expovariate(rate[i])
                if at < work:
                    own[i] = at
                    met.append(begin + at)
                    if i not in news or at < news[i]:
                        news[i] = at
            for name, time, parents in findings:
                at = 0.0
                if parents:
                    have = [0.0 if known[i] else own[i] for i in parents if known[i] or i in own]
                    if not have:
                        continue
                    at = min(have)
                at += rng.expovariate(1 / time)
                if at < work:
                    sights[name] = min(sights.get(name, end), begin + at)
        for i, at in news.items():
            first[i] = begin + at
        begin = stop
    return first, met, sights


def growth(programs, first):
    """(time, features so far), ascending."""
    seen, points = set(), []
    for time, i in sorted((t, i) for i, t in enumerate(first) if t is not None):
        seen |= programs[i].features
        points.append((time, len(seen)))
    return points


def at_time(points, time):
    best = 0
    for t, n in points:
        if t > time:
            break
        best = n
    return best


def reach(points, features):
    for t, n in points:
        if n >= features:
            return t
    return None


def calibrate(programs, length):
    recorded = growth(programs, [p.time for p in programs])
    marks = [length * k / 12 for k in range(1, 13)]
    best = None
    for c in (0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8):
        wrong = 0.0
        for seed in range(3):
            points = growth(programs, simulate(programs, rates(programs, length, c), 1, length, length, 0,
                                               random.Random(seed))[0])
            wrong += sum((at_time(points, m) - at_time(recorded, m)) ** 2 for m in marks)
        if best is None or wrong < best[1]:
            best = c, wrong
    return best[0], (best[1] / (3 * len(marks))) ** 0.5


def median(values):
    values = sorted((v is None, v or 0) for v in values)
    return None if values[len(values) // 2][0] else values[len(values) // 2][1]


def run(programs, findings, length, c, total, shards, interval, cost, repeats):
    half, most, copies, found = [], [], [], []
    for seed in range(repeats):
        end = 4 * length
        first, met, sights = simulate(programs, rates(programs, length, c), shards, min(interval, end), end, cost,
                                      random.Random(1000 * shards + seed), findings)
        points = growth(programs, first)
        half.append(reach(points, total // 2))
        most.append(reach(points, total * 9 // 10))
        until = most[-1] or end
        copies.append(sum(t <= until for t in met) / max(1, sum(t is not None and t <= until for t in first)))
        found.append(median([sights.get(f[0]) for f in findings]) if findings else None)
    return {"shards": shards, "sync": interval, "half": median(half), "most": median(most),
            "copies": sum(copies) / len(copies), "findings": median(found)}


def text(value):
    return "-" if value is None else f"{value:.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("campaign")
    parser.add_argument("--foliofuzz", default="build/foliofuzz")
    parser.add_argument("--shards", default="1,3,10,30,100,300,1000")
    parser.add_argument("--sync", default="60,300,1800,0", help="seconds; 0: never")
    parser.add_argument("--cost", type=float, default=15)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    programs, length = read_campaign(args.campaign, args.foliofuzz)
    if not programs:
        sys.exit(f"{args.campaign}: its log names no kept program that corpus.ff has")
    findings = read_findings(args.campaign, programs)
    total = len(frozenset().union(*(p.features for p in programs)))
    c, error = calibrate(programs, length)
    rows = []
    for shards in map(int, args.shards.split(",")):
        for interval in map(float, args.sync.split(",")):
            rows.append(run(programs, findings, length, c, total, shards, interval or 1e9, args.cost, args.repeats))
    if args.json:
        print(json.dumps({"programs": len(programs), "features": total, "seconds": length, "c": c, "error": error,
                          "rows": rows}, indent=2))
        return
    print(f"recorded: {len(programs)} programs, {total} stable features, {length:.0f} s, {len(findings)} findings; "
          f"c = {c}: one shard differs from it by {error:.0f} features (root mean square)")
    print("| shards | sync every, s | half of the signal after, s | 90 % after, s | until then each program was kept by so many shards | half of the findings after, s |")
    print("|---|---|---|---|---|---|")
    for r in rows:
        print(f"| {r['shards']} | {'never' if r['sync'] >= 1e9 else text(r['sync'])} | {text(r['half'])} | {text(r['most'])} | "
              f"{r['copies']:.1f} | {text(r['findings'])} |")


if __name__ == "__main__":
    main()
