#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A report of a folder made of recorded histories: the page is sound HTML that needs
# nothing but itself, and is no wider than a phone; the trace keeps the rules of its format;
# the mail can be sent. What strangers wrote stays text. No VM is needed.
# timeout: 300
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip_all "no python3"
fire=$top/tests/histories/fire
check() { python3 "$top/tests/report_check.py" "$@"; }

python3 "$top/tests/report_folder.py" "$FOLIOFUZZ" "$tmp/out" "$fire/seek-collapse.hist" "$fire"/*.hist \
	>"$tmp/signatures" || skip_all "no folder could be made"
ok "a campaign's folder of $(sort -u "$tmp/signatures" | wc -l) findings" \
	[ "$(sort -u "$tmp/signatures" | wc -l)" -ge 40 ]

# ------------------------------------------------------------------ the page
ok "the page" "$FOLIOFUZZ" report "$tmp/out"
page=$tmp/out/report.html
ok "it is sound HTML, and needs nothing from outside" check html "$page"
if command -v tidy >/dev/null; then
	is "tidy has nothing to say of it" "$(tidy -q -e "$page" 2>&1 | head -n 5)" ""
else
	skip "tidy has nothing to say of it" "no tidy"
fi
ok "the same folder" "$FOLIOFUZZ" report "$tmp/out" -o "$tmp/again.html"
ok "gives the same bytes" cmp "$page" "$tmp/again.html"
is "every finding has its article" "$(grep -c '<article ' "$page")" "$(sort -u "$tmp/signatures" | wc -l)"
is "and a timeline with the moment, or why there is none" \
	"$(grep -cE '^<p>(Violation at|The kernel log has a clock|No call and no event)' "$page")" \
	"$(grep -c '<article ' "$page")"
ok "a history that the judge finds nothing in is none of them" [ "$(grep -c 'judge of today' "$page")" -eq 0 ]
like "what the kernel log says is marked where the witness saw it" "$page" "What is marked is what the witness saw of the same bug"
like "the minimised program is there" "$page" "Program, minimised"
like "the C file is there" "$page" "int main\(int argc"
like "what strangers wrote is text" "$page" "&lt;script&gt;alert\(1\)&lt;/script&gt;&lt;b id=&quot;evil&quot;"
is "and nothing else" "$(grep -c 'alert(1)</script>\|<b id="evil"' "$page")" 0
like "a call that was never accepted is marked" "$page" "swapoff</th><td class=\"none\">.* never accepted"
like "one that cannot be made on a target, too" "$page" "<td class=\"off\">not there"
like "what never happened is a warning" "$page" "Warning: no page was swapped in &lt;again&gt;"
like "the matrix has words" "$page" "FAIL</a> <span class=\"off\">5/20"
is "plots of the campaign" "$(grep -c '<figure>' "$page")" 5

# A folder that was merged out of shards has their plots; one without a plot.csv its growth.
rm "$tmp/out/plot.csv"
ok "a merged folder" "$FOLIOFUZZ" report "$tmp/out" -o "$tmp/merged.html"
ok "is sound, too" check html "$tmp/merged.html"
is "a line for each shard" "$(grep -c '<title>s[012]</title>' "$tmp/merged.html")" 15
rm -r "$tmp/out/shards"
ok "a folder without plots" "$FOLIOFUZZ" report "$tmp/out" -o "$tmp/growth.html"
like "shows what summary.json has" "$tmp/growth.html" "from summary.json, over guest time"
ok "and is sound" check html "$tmp/growth.html"

# ------------------------------------------------------------------ checks that bite
sed '0,/<\/details>/s///' "$page" >"$tmp/bad.html"
status 1 "a page that is not well nested is found" check html "$tmp/bad.html"
sed '0,/&lt;b id/s//<b id/' "$page" >"$tmp/bad.html"
status 1 "so is markup of a stranger" check html "$tmp/bad.html"

sed 's/--muted: #525c66/--muted: #a0a0a0/' "$page" >"$tmp/bad.html"
status 1 "so is a colour that cannot be read" check html "$tmp/bad.html"

# ------------------------------------------------------------------ traces and mails
mkdir "$tmp/traces" "$tmp/mails"
failed=
while read -r s; do
	"$FOLIOFUZZ" report "$tmp/out" --trace "$s" -o "$tmp/traces/$s" 2>/dev/null || failed="$failed $s"
	"$FOLIOFUZZ" report "$tmp/out" --mail "$s" >"$tmp/mails/$s" 2>/dev/null || failed="$failed $s"
done < <(sort -u "$tmp/signatures")
is "every finding has a trace and a mail" "$failed" ""
ok "the traces keep the rules of their format" check trace "$tmp"/traces/*
ok "most of them mark the violation" [ "$(grep -l '"VIOLATION"' "$tmp"/traces/* | wc -l)" -ge 30 ]
ok "the mails are ASCII, narrow, and have all their parts" check mail "$tmp"/mails/*
"$FOLIOFUZZ" report "$tmp/out" --trace seek.hole-in-data.collapse >"$tmp/trace.json"
sed 's/"tid": 2,/"tid": "2",/' "$tmp/trace.json" >"$tmp/bad.json"
status 1 "a trace with a thread that is no number is found" check trace "$tmp/bad.json"
"$FOLIOFUZZ" report "$tmp/out" --mail seek.hole-in-data.collapse >"$tmp/mail"
like "a mail has a subject" "$tmp/mail" "^Subject: \[BUG\] tmpfs: SEEK_DATA or SEEK_HOLE says .* \(6.1.0-test\)$"
sed '1,/^-------$/d' "$tmp/mail" >"$tmp/repro.c"
if command -v "${CC:-gcc}" >/dev/null; then
	ok "its C file is C" "${CC:-gcc}" -fsyntax-only -Wall -Wextra -pthread "$tmp/repro.c"
else
	skip "its C file is C" "no compiler"
fi

# ------------------------------------------------------------------ what goes wrong
status 2 "no such folder" "$FOLIOFUZZ" report "$tmp/nowhere"
like "is said" "$tmp/stderr" "no folder that"
status 2 "no such finding" "$FOLIOFUZZ" report "$tmp/out" --mail no.such
like "those that are there are named" "$tmp/stderr" "seek.hole-in-data.collapse"
status 2 "two things at once" "$FOLIOFUZZ" report "$tmp/out" --mail a --trace b
status 3 "a place where nothing can be written" "$FOLIOFUZZ" report "$tmp/out" -o /proc/nowhere/page.html
mkdir -p "$tmp/torn/findings/x" "$tmp/torn/findings/a;touch b" "$tmp/torn/findings/data.stale.load.pwrite"
echo '{ "oracle"' >"$tmp/torn/findings/x/finding.json"
echo '{ "oracle": "data", "signature": 7 }' >"$tmp/torn/findings/data.stale.load.pwrite/finding.json"
echo '{}' >"$tmp/torn/findings/a;touch b/finding.json"
echo '[]' >"$tmp/torn/summary.json"
echo '{ "version": 1 }' >"$tmp/torn/regress.json"
ok "a folder of which half is missing" "$FOLIOFUZZ" report "$tmp/torn"
ok "still gives a sound page" check html "$tmp/torn/report.html"
like "which says what is missing" "$tmp/torn/report.html" "2 folders under findings/ have no finding.json"

# ------------------------------------------------------------------ in a browser
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || browser=
# chrome ARGUMENT...: without a window; root has no sandbox.
chrome()
{
	timeout 100 "$browser" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
		--allow-file-access-from-files --user-data-dir="$tmp/profile" --hide-scrollbars "$@" 2>/dev/null
}
# widths WIDTH: how wide the page is in a frame of that width, how wide what is in it, and how
# many parts are still folded when it is to be printed (its policy must permit its own script)
widths()
{
	cat >"$tmp/frame.html" <<-END
	<!DOCTYPE html><title>none</title><iframe src="file://$page" width="$1" height="800" style="border:0" id="f"></iframe>
	<script>f.onload = () => { const d = f.contentDocument;
	f.contentWindow.dispatchEvent(new Event("beforeprint")); const e = d.documentElement;
	document.title = e.clientWidth + " " + e.scrollWidth + " " + d.querySelectorAll("details:not([open])").length; }</script>
	END
	chrome --window-size=1400,900 --dump-dom "file://$tmp/frame.html" | sed -n 's|.*<title>\(.*\)</title>.*|\1|p'
}
if [ -z "$browser" ] || ! chrome --dump-dom about:blank >/dev/null; then
	skip "the page in a browser" "no chromium that runs here"
else
	is "on a phone nothing sticks out, with all unfolded" "$(widths 390)" "390 390 0"
	is "nor on a desktop" "$(widths 1280)" "1280 1280 0"
	for i in 0 1; do
		chrome --blink-settings=preferredColorScheme=$i --window-size=1280,900 --screenshot="$tmp/$i.png" "file://$page"
	done
	ok "it is drawn in the dark and in the light" [ -s "$tmp/0.png" -a -s "$tmp/1.png" ]
	status 1 "and these are two pictures" cmp -s "$tmp/0.png" "$tmp/1.png"
fi
done_testing
