#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The systemd units that `make install` puts down: systemd understands them, and the
# command in them is the one that was installed. Needs no VM.
# timeout: 120
. "$(dirname "$0")/lib.sh"

command -v systemd-analyze >/dev/null || skip_all "no systemd-analyze"

status 0 "make install" env -u MAKEFLAGS make -C "$top" FOLIOFUZZ_DEPS=done BUILD="${BUILD:-build}" install PREFIX="$tmp/pre"
units=$tmp/pre/lib/systemd/system
# A template is verified by an instance of it.
cp "$units/foliofuzz-campaign@.service" "$units/foliofuzz-campaign@bookworm.service"
for u in foliofuzz-nightly.service foliofuzz-nightly.timer foliofuzz-campaign@bookworm.service; do
	status 0 "systemd-analyze verify $u" systemd-analyze verify --man=no "$units/$u"
	is "it has nothing to say about $u" "$(cat "$tmp/stderr")" ""
done
ok "each unit runs what was installed" test "$(grep -l "^ExecStart=-\{0,1\}$tmp/pre/bin/foliofuzz " "$units"/*.service | wc -l)" -eq 3
sed 's|/bin/foliofuzz|/bin/nothing-of-this-name|; s|=-|=|' "$units/foliofuzz-nightly.service" >"$units/foliofuzz-bad.service"
systemd-analyze verify --man=no "$units/foliofuzz-bad.service" >"$tmp/bad" 2>&1
like "a unit whose command is not there would be noticed" "$tmp/bad" "nothing-of-this-name is not executable"
done_testing
