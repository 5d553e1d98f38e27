#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Made shards out of a recorded campaign, to measure what merging many costs.

    tests/scale_shards.py CAMPAIGN OUT COUNT

Each OUT/shard-N has CAMPAIGN's files with another seed. Of the corpus half is as
recorded (what every shard finds) and half is changed by one call (what only
this shard found), so that the merged corpus grows as a real one would: for
COUNT shards (COUNT + 1) / 2 times the recorded programs.
"""
import hashlib
import json
import os
import re
import shutil
import struct
import sys
import zlib

RECORD = b"\xf5FF\xc1"


def read_store(path):
    """docs/corpus.md, "The file"; attributes and text of each record."""
    data = open(path, "rb").read()
    at = 16
    while at + 56 <= len(data):
        packed = struct.unpack_from("<I", data, at + 8)[0]
        yield zlib.decompress(data[at + 56:at + 56 + packed])
        at += 56 + packed


def write_store(path, contents):
    head = b"FFCORPUS" + struct.pack("<I", 1)
    with open(path, "wb") as f:
        f.write(head + struct.pack("<I", zlib.crc32(head)))
        for content in contents:
            text = content.split(b"\n\n", 1)[1]
            packed = zlib.compress(content, 9)
            record = RECORD + bytes([1, 0, 0, 0]) + struct.pack("<II", len(packed), len(content)) \
                + hashlib.sha256(text).digest() + struct.pack("<I", zlib.crc32(packed))
            f.write(record + struct.pack("<I", zlib.crc32(record)) + packed)


def make(campaign, shard, number, contents):
    shutil.copytree(campaign, shard, ignore=shutil.ignore_patterns("corpus*", "state.json", "*.lock", "list.json"))
    log = open(os.path.join(shard, "campaign.log")).read()
    seed = 1000 + number
    log = re.sub(r"seed=\d+", f"seed={seed}", log, count=1)
    own = []
    for i, content in enumerate(contents):
        if i % 2:
            was = hashlib.sha256(content.split(b"\n\n", 1)[1]).hexdigest()
            content += b"  pause %d\n" % (seed % 100000)
            now = hashlib.sha256(content.split(b"\n\n", 1)[1]).hexdigest()
            log = log.replace(was, now)
        own.append(content)
    write_store(os.path.join(shard, "corpus.ff"), own)
    with open(os.path.join(shard, "campaign.log"), "w") as f:
        f.write(log)
    path = os.path.join(shard, "summary.json")
    summary = json.load(open(path))
    summary["seed"] = seed
    with open(path, "w") as f:
        json.dump(summary, f, indent=2)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    campaign, out, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    contents = list(read_store(os.path.join(campaign, "corpus.ff")))
    os.makedirs(out, exist_ok=True)
    for number in range(1, count + 1):
        make(campaign, os.path.join(out, f"shard-{number}"), number, contents)


if __name__ == "__main__":
    main()
