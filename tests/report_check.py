#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The rules of what foliofuzz report writes, for tests/guest_report.sh.

usage: report_check.py html|trace|mail FILE...

Prints what is wrong, a line each; exit status 1 if anything is.
"""
import base64
import hashlib
import json
import math
import re
import sys
from html.parser import HTMLParser

wrong = []


def check(good, *what):
    if not good:
        wrong.append(" ".join(str(w) for w in what))


# ---------------------------------------------------------------------------
# HTML: well nested, one document, nothing from outside, usable without eyes or mouse.
# ---------------------------------------------------------------------------
VOID = {"meta", "br", "link", "img", "input", "hr"}
KNOWN = {"html", "head", "title", "style", "script", "body", "header", "footer", "main", "nav", "section", "article", "h1",
         "h2", "h3", "h4", "p", "a", "ul", "li", "span", "strong", "details", "summary", "pre", "div", "table", "caption",
         "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "svg", "rect", "path", "text", "meta", "br"}
ONCE = {"html", "head", "body", "h1", "main", "style", "script", "header", "footer"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.ids, self.links, self.labels = [], set(), set(), set()
        self.count, self.heading, self.script, self.policy, self.viewport = {}, 0, "", "", ""

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        where = "line %d: <%s>" % (self.getpos()[0], tag)
        self.count[tag] = self.count.get(tag, 0) + 1
        check(tag in KNOWN or tag == "title", where, "is nothing that the page has")
        check(len(a) == len(attrs), where, "has an attribute twice")
        check(not any(k.startswith("on") or k in ("src", "srcset", "style", "action") for k in a), where, "has", list(a))
        if "id" in a:
            check(a["id"] not in self.ids, where, "id", a["id"], "stands twice")
            self.ids.add(a["id"])
        if tag == "a":
            check(a.get("href", "").startswith("#"), where, "leads out of the page:", a.get("href"))
            self.links.add(a.get("href", "")[1:])
        if "aria-labelledby" in a:
            self.labels.add(a["aria-labelledby"])
        if re.fullmatch("h[1-6]", tag):
            check(int(tag[1]) <= self.heading + 1, where, "after a heading of level", self.heading)
            self.heading = int(tag[1])
        if tag == "th":
            check(a.get("scope") in ("col", "row"), where, "has no scope")
        if tag == "svg":
            check("aria-label" in a or a.get("aria-hidden") == "true", where, "has no label")
        if a.get("role") == "region":
            check(a.get("aria-label") and a.get("tabindex") == "0", where, "scrolls and cannot be reached by keyboard")
        if tag == "summary":
            check(self.stack and self.stack[-1] == "details", where, "outside of <details>")
        if tag in ("li",):
            check(self.stack and self.stack[-1] == "ul", where, "outside of a list")
        if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy":
            self.policy = a["content"]
        if tag == "meta" and a.get("name") == "viewport":
            self.viewport = a["content"]
        if tag == "html":
            check(a.get("lang"), where, "has no language")
        if tag in ("p", "pre") and tag != "svg":
            check("p" not in self.stack, where, "inside of <p>")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        check(self.stack and self.stack[-1] == tag, "line %d: </%s> ends %s" % (self.getpos()[0], tag, self.stack[-1:]))
        if tag in self.stack:
            while self.stack.pop() != tag:
                pass

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "script":
            self.script += data


# Text on what is behind it wants 4.5 to 1 (WCAG 1.4.3), what is drawn 3 to 1 (1.4.11).
TEXT = [("fg", "bg"), ("fg", "soft"), ("muted", "bg"), ("muted", "soft"), ("link", "bg"), ("link", "soft"), ("bad", "bg"),
        ("bad", "soft"), ("bg", "kernel")]
TEXT += [(w, w + "-bg") for w in ("bad", "warn", "good", "known", "fixed")]
TEXT += [(t, w + "-bg") for t in ("fg", "link", "muted") for w in ("bad", "warn", "good", "known", "fixed")]
TEXT += [("fg", "h%d" % i) for i in range(1, 6)]
DRAWN = [(c, b) for c in ("other", "reads", "writes", "drops", "moves", "kernel", "bad", "link") for b in ("bg", "soft")]
DRAWN += [("c%d" % i, "bg") for i in range(8)]


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(style):
    themes = re.findall(r":root \{(.*?)\}", style, re.S)[:2]
    check(len(themes) == 2, "no two themes")
    for name, theme in zip(("light", "dark"), themes):
        colour = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", theme))
        for pairs, least in ((TEXT, 4.5), (DRAWN, 3.0)):
            for a, b in pairs:
                x, y = sorted((luminance(colour[a]), luminance(colour[b])))
                ratio = (y + 0.05) / (x + 0.05)
                check(ratio >= least, "%s: %s on %s is %.2f to 1" % (name, a, b, ratio))


def html(text):
    page = Page()
    page.feed(text)
    page.close()
    check(text.startswith("<!DOCTYPE html>\n"), "no doctype")
    check(not page.stack, "not closed:", page.stack)
    for tag in ONCE:
        check(page.count.get(tag) == 1, "<%s> stands %s times" % (tag, page.count.get(tag)))
    check(page.links <= page.ids, "links that lead nowhere:", page.links - page.ids)
    check(page.labels <= page.ids, "labels that are not there:", page.labels - page.ids)
    check("width=device-width" in page.viewport, "no viewport")
    digest = base64.b64encode(hashlib.sha256(page.script.encode()).digest()).decode()
    check("default-src 'none'" in page.policy and "'sha256-%s'" % digest in page.policy, "the policy does not fit the script")
    style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
    check("url(" not in style and "@import" not in style, "the style needs something from outside")
    check("prefers-color-scheme: dark" in style and "@media print" in style, "no dark, or no printed form")
    contrast(style)
    check(not re.search(r"[\x00-\x08\x0b-\x1f\x7f]|[\u202a-\u202e\u2066-\u2069]", text), "characters that may not be there")
    check("nan" not in re.sub(r">[^<]*<", "><", text).lower().split(), "a number that is none")
    return page


# ---------------------------------------------------------------------------
# The trace event format: what its description asks of each phase.
# ---------------------------------------------------------------------------
METADATA = {"process_name": ("name", str), "thread_name": ("name", str), "thread_sort_index": ("sort_index", int),
            "process_sort_index": ("sort_index", int), "process_labels": ("labels", str)}


def number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v)


def nested(slices):
    """Complete events of one thread contain each other or do not meet."""
    slices.sort(key=lambda s: (s[0], -s[1]))
    open_until = []
    for begin, end in slices:
        while open_until and open_until[-1] <= begin + 1e-6:
            open_until.pop()
        if open_until and end > open_until[-1] + 1e-6:
            return False
        open_until.append(end)
    return True


def trace(text):
    top = json.loads(text)
    check(isinstance(top, dict) and isinstance(top.get("traceEvents"), list), "no object with traceEvents")
    check(top.get("displayTimeUnit") in ("ms", "ns"), "displayTimeUnit", top.get("displayTimeUnit"))
    named, pids, tids, slices, begun, last = set(), set(), set(), {}, {}, -math.inf
    global_marks = 0
    for i, e in enumerate(top["traceEvents"]):
        where = "event %d (%s %s):" % (i, e.get("ph"), e.get("name"))
        check(isinstance(e.get("name"), str) and e["name"], where, "name")
        check(type(e.get("pid")) is int and type(e.get("tid")) is int, where, "pid and tid are to be integers")
        check(number(e.get("ts")) and e["ts"] >= 0, where, "ts")
        check(isinstance(e.get("args", {}), dict), where, "args")
        ph = e.get("ph")
        check(ph in ("X", "i", "b", "e", "M"), where, "phase")
        if ph == "M":
            key, kind = METADATA.get(e["name"], (None, None))
            check(key and type(e["args"].get(key)) is kind, where, "metadata", e.get("args"))
            named.add(e["pid"] if e["name"] == "process_name" else (e["pid"], e["tid"]))
            continue
        check(isinstance(e.get("cat"), str) and e["cat"], where, "cat")
        check(e["ts"] >= last, where, "is not in order")
        last = e["ts"]
        pids.add(e["pid"])
        tids.add((e["pid"], e["tid"]))
        if ph == "X":
            check(number(e.get("dur")) and e["dur"] >= 0, where, "dur")
            slices.setdefault((e["pid"], e["tid"]), []).append((e["ts"], e["ts"] + e.get("dur", 0)))
        if ph == "i":
            check(e.get("s") in ("g", "p", "t"), where, "scope")
            global_marks += e.get("s") == "g"
        if ph in "be":
            check(isinstance(e.get("id"), str), where, "id")
        key = (e.get("cat"), e.get("id"), e["pid"])
        if ph == "b":
            check(key not in begun, where, "begins twice")
            begun[key] = e
        if ph == "e":
            check(key in begun and begun[key]["name"] == e["name"], where, "ends what has not begun")
            begun.pop(key, None)
    check(not begun, "begun and not ended:", list(begun))
    check(pids <= named and tids <= named, "without a name:", (pids | tids) - named)
    for thread, s in slices.items():
        check(nested(s), "thread", thread, ": complete events cross each other")
    check(global_marks <= 1, "the violation is marked", global_marks, "times")
    return global_marks


# ---------------------------------------------------------------------------
# A mail: ASCII, narrow where it is prose, with all its parts.
# ---------------------------------------------------------------------------
def mail(text):
    check(all(c in "\t\n" or 32 <= ord(c) < 127 for c in text), "not ASCII")
    head, _, c_file = text.partition("\nrepro.c\n-------\n")
    lines = head.split("\n")
    check(re.match(r"Subject: \[BUG\] \w+: .+ \(.+\)$", lines[0]), "subject:", lines[0])
    check(lines[1] == "", "no empty line after the subject")
    for part in ("Kernel:", "How often:", "Signature:", "The program", "Evidence", "How to see it"):
        check(any(l.startswith(part) for l in lines), "no", part)
    for i, line in enumerate(lines[1:], 2):
        # A word that is longer than a line stands alone; calls of the program are code.
        code = line.startswith("    ") and not line.startswith("    #")
        check(len(line) <= 76 or code or len(line.split()) <= 2, "line %d has %d columns: %s" % (i, len(line), line))
    check(c_file.strip(), "nothing under repro.c")
    check("int main(" in c_file or "There is no C file" in c_file, "no C file, and no word why")


def main():
    what, paths = sys.argv[1], sys.argv[2:]
    for path in paths:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        before = len(wrong)
        {"html": html, "trace": trace, "mail": mail}[what](text)
        for line in wrong[before:before + 20]:
            print("%s: %s" % (path, line))
    return 1 if wrong else 0


sys.exit(main())
