#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A campaign's folder out of recorded histories, for tests/guest_report.sh.

usage: report_folder.py FOLIOFUZZ OUT HISTORY...

Findings as the judge has them, with text in them that tries to be markup; a
summary with coverage and ground, a plot.csv, a regress.json.
"""
import json
import math
import os
import subprocess
import sys

EVIL = "</pre></title><script>alert(1)</script><b id=\"evil\" onclick='x()'>&amp; \x1b[31m\u202e"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def program_of(history):
    lines = []
    for line in history.splitlines():
        if line.startswith("history "):
            break
        lines.append(line)
    return "\n".join(lines) + "\n"


def log_of(history):
    return "".join(l[4:] + "\n" for l in history.splitlines() if l.startswith("log "))


def add(out, tool, path, number):
    with open(path, encoding="utf-8") as f:
        history = f.read()
    judged = subprocess.run([tool, "judge", "--json", path], stdout=subprocess.PIPE, check=False)
    found = json.loads(judged.stdout)
    for j in found:
        j.pop("call"), j.pop("thread")
        j.update(kernel="bookworm", release="6.1.0-test", guest="--kernel bookworm", target="tmpfs",
                 seed=number, number=1, hits=7, runs=10, programs=2, count=12, calls_to_first=1000,
                 guest_seconds_to_first=3.5, first_seen="2026-11-21T10:00:00Z", last_seen="2026-11-21T12:00:00Z")
        folder = os.path.join(out, "findings", j["signature"])
        head, _, rest = program_of(history).partition("\n")
        write(folder + "/program.ff", head + "\n# " + EVIL.replace("\x1b", "") + "\n" + rest)
        write(folder + "/finding.json", json.dumps(j))
        write(folder + "/history", history)
        write(folder + "/kernel.log", log_of(history) + "[    1.0] " + EVIL + "\n")
        if number == 0:
            write(folder + "/minimized/program.ff", program_of(history))
    return [j["signature"] for j in found]


def summary(out):
    per_call = {c: {"done": 10 ** (i % 7), "accepted": 10 ** (i % 7) - (i % 3), "skipped": 0, "away": 0}
                for i, c in enumerate(["open", "pread", "pwrite", "mmap", "madvise", "load", "store", "seek"])}
    per_call["swapoff"] = {"done": 40, "accepted": 0, "skipped": 0, "away": 0}
    cover = {t: {c: v["accepted"] // (1 + i) for c, v in per_call.items()}
             for i, t in enumerate(["tmpfs", "ext4", "xfs", "block", "fuse"])}
    write(out + "/summary.json", json.dumps({
        "kernel": "bookworm", "kernels": ["bookworm", "bullseye"], "release": "6.1.0-test", "accel": "tcg", "seed": 1,
        "jobs": 2, "ended": "time", "seconds": 7300.5, "guest_seconds": 13000.25, "restarts": 3, "witness": "24 of 24 hooks",
        "notes": "", "programs": 5000, "replays": 100, "calls": 300000, "accepted": 297000, "accepted_percent": 99.0,
        "events": 12345678, "drops": 0, "per_call": per_call, "coverage": cover, "findings": [], "findings_not_kept": 0,
        "feedback": {"growth": [[20, 700, 100, 5], [40, 900, 200, 9]]},
        "ground": {"swap": {"pswpout": 391557, "pswpin": 0}, "never": ["no page was swapped in <again>"]}}))


def plot(path, rows, more):
    text = ("time,seconds,guest_seconds,programs,calls,calls_per_second,features,stable,kept,findings,known,restarts,"
            "rss_kib,disk_kib\n")
    for i in range(rows):
        text += "%d,%d,%d,%d,%d,%.1f,%d,%d,%d,%d,%d,0,%d,%d\n" % (
            1795300000 + 60 * i, 60 * i, 110 * i, 40 * i, 2400 * i, 40 + more + 9 * math.sin(i / 5),
            20000 * (1 - math.exp(-i / 40)), 9000 * (1 - math.exp(-i / 60)), 9 * i, i // 30, i // 60, 19000 + i, 300 + 4 * i)
    write(path, text)


def regress(out):
    verdicts = ["pass", "fail", "skip", "known", "fixed", "flaky"]
    kernels = ["bullseye", "bookworm", "bookworm-backports", "trixie-backports"]
    programs = ["program-%02d" % i for i in range(8)]
    results = []
    for k, kernel in enumerate(kernels):
        for p, program in enumerate(programs):
            v = verdicts[(p + k) % 6]
            results.append({
                "program": program, "kernel": kernel, "verdict": v, "reason": "because <b>" if v != "pass" else "",
                "runs": 20, "hits": 5 if v in ("fail", "known", "flaky") else 0,
                "signatures": [{"signature": "seek.hole-in-data.collapse", "hits": 5, "what": EVIL}]
                if v in ("fail", "known", "flaky") else [],
                "expected": [{"signature": "seek.*", "known": "a2e17cc2efc7"}], "rate": 0.25, "miss_odds": 0.003,
                "seconds": 12.5, "log": "seen by: call 1\n" + EVIL if v == "fail" else ""})
    write(out + "/regress.json", json.dumps({
        "version": 1, "started": "2026-11-21T22:00:00Z", "seconds": 1234.5, "shard": "1/1",
        "kernels": [{"name": k, "release": "6.%d" % i, "version": "", "append": "", "accel": "tcg", "skipped": ""}
                    for i, k in enumerate(kernels)],
        "programs": [{"name": p, "about": "what it is <about>", "source": "thread", "path": p + ".ff"} for p in programs],
        "results": results}))


def main():
    tool, out = sys.argv[1:3]
    for i, path in enumerate(sys.argv[3:]):
        for signature in add(out, tool, path, i):
            print(signature)
    summary(out)
    plot(out + "/plot.csv", 120, 0)
    for i in range(3):
        plot(out + "/shards/s%d.plot.csv" % i, 120, 10 * i)
    regress(out)


main()
