#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What is missing or wrong gives one clear message and the right exit status:
# a kernel, QEMU, /dev/kvm, root, room on the disk, a well-formed program.
# timeout: 400
# retries: 1
. "$(dirname "$0")/lib.sh"

KERNEL=${FF_TEST_KERNEL:-bookworm}

# says TEXT NAME: one error line on stderr, and it has this text
says()
{
	is "$2: one error" "$(grep -c 'error:' "$tmp/stderr")" 1
	like "$2: it is clear" "$tmp/stderr" "$1"
}

cat >"$tmp/good.ff" <<'END'
# foliofuzz 1
target tmpfs
setup
  h0 = open f0 rdwr|creat
thread 0
  pwrite h0 0 4K
  pread h0 0 4K
END

status 0 "a good program runs here" "$FOLIOFUZZ" run --here "$tmp/good.ff"

status 2 "a kernel nobody knows" "$FOLIOFUZZ" fuzz --kernel no-such-kernel --time 1 --out "$tmp/o"
says "no-such-kernel" "a kernel nobody knows"
status 3 "a kernel image that is not there" "$FOLIOFUZZ" fuzz --kernel "$tmp/bzImage" --time 1 --out "$tmp/o"
says "bzImage" "a kernel image that is not there"
echo "no kernel" >"$tmp/bzImage"
status 3 "an image that is none" "$FOLIOFUZZ" fuzz --kernel "$tmp/bzImage" --time 1 --out "$tmp/o"
says "bzImage" "an image that is none"

# Malformed programs: the line is named, nothing runs.
sed 's/pwrite h0 0 4K/pwrite h7 0 4K/' "$tmp/good.ff" >"$tmp/bad.ff"
status 2 "a slot that was never made" "$FOLIOFUZZ" run --here "$tmp/bad.ff"
says "bad.ff:6: " "a slot that was never made"
sed 's/pread h0/pfread h0/' "$tmp/good.ff" >"$tmp/bad.ff"
status 2 "a call that is none" "$FOLIOFUZZ" run --here "$tmp/bad.ff"
says "bad.ff:7: " "a call that is none"

# A target that --here cannot have
sed 's/^target .*/target ext4/' "$tmp/good.ff" >"$tmp/ext4.ff"
status 4 "ext4 with --here" "$FOLIOFUZZ" run --here "$tmp/ext4.ff"
says "give --kernel" "ext4 with --here"

# A full disk in the output folder
if mkdir "$tmp/full" && mount -t tmpfs -o size=64k,nr_inodes=64 none "$tmp/full" 2>/dev/null; then
	mkdir -p "$tmp/full/out/findings"
	head -c 65536 /dev/zero >"$tmp/full/filler" 2>/dev/null
	status 3 "a full disk" "$FOLIOFUZZ" fuzz --here --time 5 --seed 1 --out "$tmp/full/out"
	says "No space left|cannot write" "a full disk"
	is "a full disk: nothing half-written" \
		"$(find "$tmp/full/out/findings" -mindepth 1 | head -n 1)" ""
	umount "$tmp/full"
else
	skip "a full disk" "no root to mount a small tmpfs"
fi
status 3 "an output folder that cannot be" "$FOLIOFUZZ" fuzz --here --time 1 --out /proc/nothing
says "/proc/nothing" "an output folder that cannot be"

# Results that cannot be printed
status 3 "standard output is full" sh -c '"$0" judge --list >/dev/full' "$FOLIOFUZZ"
says "standard output" "standard output is full"

# No root: --here works in namespaces of its own, or in /dev/shm
chmod 755 "$tmp"
cp "$FOLIOFUZZ" "$tmp/foliofuzz" && chmod 755 "$tmp/foliofuzz"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	mkdir -m 777 "$tmp/nobody"
	status 0 "no root: run --here" setpriv --reuid 65534 --regid 65534 --clear-groups \
		env HOME="$tmp/nobody" "$tmp/foliofuzz" run --here --repeat 5 "$tmp/good.ff"
	# whatever is found: the harness itself must work, so 0 or 1
	setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$tmp/nobody" "$tmp/foliofuzz" \
		fuzz --here --time 3 --oracles errno --out "$tmp/nobody/out" >"$tmp/nobody.out" 2>"$tmp/nobody.err"
	ok "no root: fuzz --here" test $? -le 1
	like "no root: the witness says what it lacks" "$tmp/nobody.err" "SKIP"
	ok "no root: a summary is there" test -s "$tmp/nobody/out/summary.json"
else
	skip "no root" "not root now, or no setpriv"
fi

if "$FOLIOFUZZ" kernel get "$KERNEL" >/dev/null 2>&1; then
	mkdir "$tmp/bin"
	status 3 "no QEMU" env PATH="$tmp/bin" "$FOLIOFUZZ" fuzz --kernel "$KERNEL" --time 1 --out "$tmp/o"
	says "qemu-system-x86_64.*--here" "no QEMU"
	status 0 "no /dev/kvm: software emulation" env FF_KVM_DEVICE=/nonexistent \
		"$FOLIOFUZZ" run --kernel "$KERNEL" "$tmp/good.ff"
	like "no /dev/kvm: it says so" "$tmp/stdout" "tcg"
else
	skip "no QEMU, no /dev/kvm" "no kernel $KERNEL"
fi

status 2 "no command" "$FOLIOFUZZ"
status 2 "a command that is none" "$FOLIOFUZZ" frobnicate
says "frobnicate" "a command that is none"
status 0 "--help" "$FOLIOFUZZ" --help
status 0 "--version" "$FOLIOFUZZ" --version
ok "doctor runs" sh -c '"$0" doctor; test $? -eq 0 -o $? -eq 3' "$FOLIOFUZZ"

done_testing
