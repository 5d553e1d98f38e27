#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Read what foliofuzz wrote for kernel CI, as its readers do; for tests/guest_formats.sh.

    formats_check.py ktap KUNIT.PY FILE...   kunit.py's own parser; its counts are those of FILE.want
    formats_check.py ktap-rules FILE...      Documentation/dev-tools/ktap.rst, line by line
    formats_check.py junit FILE...           well-formed, nested and counted right
    formats_check.py kcidb FILE...           every rule of schema 5.3 that a report of ours can break
    formats_check.py kcidb-bites FILE        break each rule: each must be noticed
    formats_check.py lava FILE...

A line on standard output for each fault; exit status 1 if there is one.
"""
import copy
import datetime
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

faults = []


def fault(path, text):
    faults.append(f"{os.path.basename(path)}: {text}")


def wanted(path):
    words = open(os.path.splitext(path)[0] + ".want").read().split()
    return dict(zip(words[::2], map(int, words[1::2])))


# ---- KTAP ----

def ktap(kunit, path):
    run = subprocess.run([sys.executable, kunit, "parse", os.path.abspath(path)], capture_output=True,
                         text=True, errors="replace", check=False)
    said = re.search(r"Testing complete\. Ran (\d+) tests:(.*)", run.stdout)
    if not said:
        return fault(path, f"kunit.py (status {run.returncode}) says no counts: {run.stdout[-300:]}{run.stderr[-300:]}")
    got = {k: int(v) for k, v in re.findall(r"(\w+): (\d+)", said[2])}
    want = wanted(path)
    total = sum(want.values())
    if int(said[1]) != total:
        fault(path, f"kunit.py saw {said[1]} tests, {total} were written")
    for word in ("passed", "failed", "skipped", "crashed"):
        if got.get(word, 0) != want.get(word, 0):
            fault(path, f"kunit.py counts {got.get(word, 0)} {word}, {want.get(word, 0)} were written")
    # A run of nothing is an error to kunit.py, whatever is written.
    if total and ("errors" in got or "[ERROR]" in run.stdout):
        fault(path, "kunit.py complains: " + "; ".join(x for x in run.stdout.splitlines() if "ERROR" in x)[:300])
    if (run.returncode != 0) != (want["failed"] > 0 or not total):
        fault(path, f"kunit.py's exit status is {run.returncode} with {want['failed']} failed")


RESULT = re.compile(r"(ok|not ok) ([1-9][0-9]*) ([^#\s](?:[^#]*[^#\s])?)(?: # (?:(SKIP|XFAIL|TIMEOUT|ERROR) ?)?([^#]*))?")


def ktap_level(path, lines, indent):
    """One version line, plan and results at this indentation; returns whether a result failed."""
    pad = " " * indent
    if not lines or lines.pop(0) != pad + "KTAP version 1":
        return fault(path, f"no version line at indentation {indent}")
    while lines and lines[0].startswith(pad + "# Subtest: "):
        lines.pop(0)
    plan = re.fullmatch(pad + r"1\.\.(\d+)(?: # SKIP .*)?", lines.pop(0) if lines else "")
    if not plan:
        return fault(path, f"no plan at indentation {indent}")
    seen, failed = 0, False
    child = None
    while lines and lines[0].startswith(pad):
        text = lines[0][indent:]
        if text == "  KTAP version 1" and child is None and not indent:
            child = ktap_level(path, lines, indent + 2)
            continue
        if text.startswith("  ") and indent == 0:
            fault(path, f"a line of a subtest outside of it: {text[:60]}")
        lines.pop(0)
        if text.startswith("# "):
            continue
        result = RESULT.fullmatch(text)
        if not result:
            fault(path, f"neither a result nor a diagnostic line: {text[:80]}")
            continue
        seen += 1
        if int(result[2]) != seen:
            fault(path, f"result {result[2]} where {seen} was due")
        if result[4] in ("TIMEOUT", "ERROR") and result[1] != "not ok":
            fault(path, f"{result[4]} without not ok: {text[:80]}")
        if child is not None and child != (result[1] == "not ok"):
            fault(path, f"a parent that does not fail with its children: {text[:80]}")
        child = None
        failed |= result[1] == "not ok"
    if seen != int(plan[1]):
        fault(path, f"{plan[1]} were planned, {seen} came, at indentation {indent}")
    return failed


def ktap_rules(path):
    raw = open(path, "rb").read()
    text = raw.decode()
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text):
        fault(path, "a control character")
    lines = text.split("\n")
    if lines.pop() != "":
        fault(path, "the last line has no end")
    ktap_level(path, lines, 0)
    if lines:
        fault(path, f"lines after the last result: {lines[0][:80]}")


# ---- JUnit ----

CHILDREN = {"testsuites": {"testsuite"}, "testsuite": {"properties", "testcase"}, "properties": {"property"},
            "testcase": {"failure", "error", "skipped", "system-out"}}
ATTRIBUTES = {"testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
              "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
              "properties": set(), "property": {"name", "value"}, "testcase": {"classname", "name", "time"},
              "failure": {"message", "type"}, "error": {"message", "type"}, "skipped": {"message"},
              "system-out": set()}


def junit(path):
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError as why:
        return fault(path, f"not well-formed: {why}")
    if root.tag != "testsuites":
        fault(path, f"the root is {root.tag}")
    for e in root.iter():
        if set(e.attrib) != ATTRIBUTES.get(e.tag, set()):
            fault(path, f"<{e.tag}> has attributes {sorted(e.attrib)}")
        for child in e:
            if child.tag not in CHILDREN.get(e.tag, ()):
                fault(path, f"<{child.tag}> in <{e.tag}>")
    cases = set()
    for suite in list(root) + [root]:
        count = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for case in suite.iter("testcase"):
            tags = [e.tag for e in case if e.tag != "system-out"]
            if len(tags) > 1:
                fault(path, f"two outcomes of one testcase: {tags}")
            count["tests"] += 1
            for tag, word in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                count[word] += tag in tags
        for word, n in count.items():
            if int(suite.get(word)) != n:
                fault(path, f"<{suite.tag}> says {word}={suite.get(word)}, there are {n}")
        if abs(float(suite.get("time")) - sum(float(c.get("time")) for c in suite.iter("testcase"))) > 0.01:
            fault(path, f"<{suite.tag}>'s time is not the sum of its testcases'")
    for case in root.iter("testcase"):
        name = (case.get("classname"), case.get("name"))
        if not re.fullmatch(r"foliofuzz\.[A-Za-z0-9_-]+", name[0]) or not name[1]:
            fault(path, f"a testcase is called {name}")
        if name in cases:
            fault(path, f"two testcases are called {name}")
        cases.add(name)
    # Both formats count the same; JUnit has no word for an expected failure but skipped.
    want = wanted(path)
    bad = int(root.get("failures")) + int(root.get("errors"))
    if bad != want["failed"]:
        fault(path, f"{bad} failures and errors, KTAP has {want['failed']}")


# ---- kcidb ----

TEXT = {"type": str, "pattern": r"[^\0]*"}
ID = {"type": str, "pattern": r"[a-z0-9_]+:.*"}
ORIGIN = {"type": str, "pattern": r"[a-z0-9_]+"}
URI = {"type": str, "pattern": r"[a-z][a-z0-9+.-]*://[^\s\"<>\\^`{|}\x00-\x20]+"}
TIME = {"type": str, "pattern": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "time": True}
BOOL, MISC = {"type": bool}, {"type": dict}
NUMBER, VERSION = {"type": (int, float)}, {"type": int, "minimum": 0}
STATUS = {"type": str, "pattern": "FAIL|ERROR|MISS|PASS|DONE|SKIP"}
PATH = {"type": str, "pattern": r"|[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*"}
EXCERPT = {"type": str, "pattern": r"[^\0]*", "most": 16384}
FILES = {"type": list, "items": {"type": dict, "fields": {
    "name": {"type": str, "pattern": r"[^/\0]+"}, "url": URI}, "required": {"name", "url"}}}
OBJECTS = {
    "checkouts": ({"id": ID, "origin": ORIGIN, "comment": TEXT, "start_time": TIME, "valid": BOOL, "misc": MISC},
                  {"id", "origin"}),
    "builds": ({"id": ID, "origin": ORIGIN, "checkout_id": ID, "comment": TEXT, "start_time": TIME,
                "duration": NUMBER, "architecture": {"type": str, "pattern": "[a-z0-9_]*"}, "config_name": TEXT,
                "log_excerpt": EXCERPT, "status": STATUS, "misc": MISC}, {"id", "origin", "checkout_id"}),
    "tests": ({"id": ID, "origin": ORIGIN, "build_id": ID, "path": PATH, "comment": TEXT, "log_excerpt": EXCERPT,
               "environment": {"type": dict, "fields": {"comment": TEXT, "misc": MISC}, "required": set()},
               "status": STATUS, "number": {"type": dict, "fields": {
                   "value": NUMBER, "unit": TEXT, "prefix": {"type": str, "pattern": "metric|binary"}},
                   "required": {"value"}},
               "start_time": TIME, "duration": NUMBER, "output_files": FILES, "misc": MISC},
              {"id", "origin", "build_id"}),
    "issues": ({"id": ID, "origin": ORIGIN, "version": VERSION, "report_url": URI, "report_subject": TEXT,
                "culprit": {"type": dict, "fields": {"code": BOOL, "tool": BOOL, "harness": BOOL},
                            "required": set()}, "comment": TEXT, "misc": MISC}, {"id", "origin", "version"}),
    "incidents": ({"id": ID, "origin": ORIGIN, "issue_id": ID, "issue_version": VERSION, "build_id": ID,
                   "test_id": ID, "present": BOOL, "comment": TEXT, "misc": MISC},
                  {"id", "origin", "issue_id", "issue_version"}),
}
TOP = {"type": dict, "required": {"version"}, "fields": {
    "version": {"type": dict, "required": {"major", "minor"}, "fields": {
        "major": {"type": int, "equal": 5}, "minor": {"type": int, "equal": 3}}},
    **{name: {"type": list, "items": {"type": dict, "fields": fields, "required": required}}
       for name, (fields, required) in OBJECTS.items()}}}


def check(value, rule, at, say):
    kind = rule["type"]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return say(f"{at} is {value!r:.60}")
    if "pattern" in rule and not re.fullmatch(rule["pattern"], value, re.S if rule is TEXT or rule is EXCERPT else 0):
        say(f"{at} is {value!r:.60}")
    if len(value) > rule["most"] if "most" in rule else False:
        say(f"{at} is {len(value)} characters long")
    if "time" in rule:
        try:
            datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            say(f"{at}: no such time as {value}")
    if "minimum" in rule and value < rule["minimum"]:
        say(f"{at} is {value}")
    if "equal" in rule and value != rule["equal"]:
        say(f"{at} is {value}")
    for i, item in enumerate(value if "items" in rule else ()):
        check(item, rule["items"], f"{at}[{i}]", say)
    if "fields" in rule:
        for missing in rule["required"] - set(value):
            say(f"{at} has no {missing}")
        for name, v in value.items():
            if name not in rule["fields"]:
                say(f"{at}.{name} is no field: extra data goes into misc")
            else:
                check(v, rule["fields"][name], f"{at}.{name}", say)


def nulls(value, at, say):
    if value is None:
        say(f"{at} is null")
    for k, v in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        nulls(v, f"{at}.{k}", say)


def kcidb_rules(report, say):
    check(report, TOP, "report", say)
    nulls(report, "report", say)
    ids = {}
    for name in OBJECTS:
        objects = [o for o in report.get(name, []) if isinstance(o, dict)]
        ids[name] = [o.get("id") for o in objects]
        for one in set(map(str, ids[name])):
            if list(map(str, ids[name])).count(one) > 1:
                say(f"{name} has {one} twice")
        for o in objects:
            if not str(o.get("id")).startswith(f"{o.get('origin')}:") or str(o.get("id")) == f"{o.get('origin')}:":
                say(f"{name}: {o.get('id')} is not of {o.get('origin')}")
    for name, key, into in (("builds", "checkout_id", "checkouts"), ("tests", "build_id", "builds"),
                            ("incidents", "issue_id", "issues"), ("incidents", "test_id", "tests")):
        for o in report.get(name, []):
            if isinstance(o, dict) and key in o and o[key] not in ids[into]:
                say(f"{name}: {o.get('id')} refers to {o[key]}, which is not in {into}")
    # A number should be looked at only of a test that ran.
    for o in report.get("tests", []):
        if isinstance(o, dict) and "number" in o and o.get("status") in ("MISS", "SKIP"):
            say(f"tests: {o.get('id')} did not run and has a number")


def kcidb(path):
    kcidb_rules(json.load(open(path, encoding="utf-8")), lambda text: fault(path, text))


def kcidb_bites(path):
    good = json.load(open(path, encoding="utf-8"))

    def put(where, key, value):
        def change(report):
            o = report
            for step in where:
                o = o[step]
            if value is None.__class__:
                del o[key]
            else:
                o[key] = value
        return change

    gone = None.__class__
    t, m = ("tests", 0), "misc"
    breaks = [((), "version", gone), (("version",), "major", 4), (("version",), "major", "5"), (("version",), "minor", 4),
              (("version",), "patch", 0), ((), "extra", []), ((), "tests", {}), (t, "id", "no_colon"),
              (t, "id", "CI:x"), (t, "id", "other:x"), (t, "id", "ci_9:"), (t, "origin", "CI"), (t, "origin", ""),
              (t, "id", gone), (t, "origin", gone), (t, "build_id", gone), (t, "build_id", "ci_9:nowhere"),
              (t, "id", good["tests"][1]["id"]), (t, "path", "a..b"), (t, "path", "a b"), (t, "path", ".a"),
              (t, "status", "pass"), (t, "status", "XFAIL"), (t, "log_excerpt", "x" * 16385), (t, "log_excerpt", "a\0b"),
              (t, "start_time", "2026-11-21 22:15"), (t, "start_time", "2026-13-41T22:15:00Z"), (t, "duration", "1"),
              (t, "duration", None), (t, "verdict", "pass"), (t, "environment", "qemu"),
              (t + ("environment",), "kernel", "x"), (t, "number", {}), (t, "number", {"value": "1"}),
              (t, "number", {"value": 1, "prefix": "kilo"}), (t, "number", {"value": 1, "units": "s"}),
              (t, "output_files", [{"name": "a/b", "url": "https://x/y"}]), (t, "output_files", [{"name": "a"}]),
              (t, "output_files", [{"name": "a", "url": "a b"}]), (t, "output_files", [{"name": "", "url": "https://x/y"}]),
              (t + (m,), "x", None), (t, m, []), (("checkouts", 0), "id", gone), (("checkouts", 0), "origin", gone),
              (("checkouts", 0), "valid", "yes"), (("builds", 0), "id", gone), (("builds", 0), "origin", gone),
              (("builds", 0), "checkout_id", gone), (("builds", 0), "checkout_id", "ci_9:nowhere"),
              (("builds", 0), "valid", True), (("builds", 0), "architecture", "x86-64"),
              (("issues", 0), "id", gone), (("issues", 0), "version", gone), (("issues", 0), "origin", gone),
              (("issues", 0), "version", -1), (("issues", 0), "version", True), (("incidents", 0), "id", gone),
              (("incidents", 0), "origin", gone), (("incidents", 0), "issue_id", gone),
              (("incidents", 0), "issue_version", gone), (("incidents", 0), "issue_id", "ci_9:nowhere"),
              (("incidents", 0), "test_id", "ci_9:nowhere"), (("incidents", 0), "present", 1)]
    skipped = next(i for i, o in enumerate(good["tests"]) if o["status"] == "SKIP")
    breaks.append((("tests", skipped), "number", {"value": 1}))
    for where, key, value in breaks:
        bad, said = copy.deepcopy(good), []
        put(where, key, value)(bad)
        kcidb_rules(bad, said.append)
        if not said:
            fault(path, f"{where} {key} = {value!r:.40} goes unnoticed")
    print(f"{len(breaks)} rules broken", file=sys.stderr)


# ---- LAVA ----

def lava(path):
    seen = set()
    for line in open(path, encoding="utf-8"):
        m = re.fullmatch(r"<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=([A-Za-z0-9_-]+) RESULT=(pass|fail|skip|unknown)"
                         r"(?: MEASUREMENT=\d+(\.\d+)? UNITS=[A-Za-z0-9_-]+)?>\n", line)
        if not m:
            fault(path, f"no signal: {line[:80]!r}")
        elif m[1] in seen:
            fault(path, f"{m[1]} twice")
        else:
            seen.add(m[1])


def main(argv):
    readers = {"ktap": ktap, "ktap-rules": ktap_rules, "junit": junit, "kcidb": kcidb, "kcidb-bites": kcidb_bites,
               "lava": lava}
    if len(argv) < 3 or argv[1] not in readers:
        sys.exit(__doc__)
    files = argv[3:] if argv[1] == "ktap" else argv[2:]
    for path in files:
        if argv[1] == "ktap":
            ktap(argv[2], path)
        else:
            readers[argv[1]](path)
    if not files:
        faults.append("no files to read")
    print(*faults[:40], sep="\n", end="\n" if faults else "")
    sys.exit(1 if faults else 0)


main(sys.argv)
