#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Print where the kernel tree's tools/testing/kunit/kunit.py is: out of Debian's
# linux-source-6.1, which the mutant kernel is made of, too. The folder is kept
# in the cache by the package's version; the first call reads through all of the
# source (15 s of one processor), and downloads it if it is not there (140 MB).
#
# Exit status: 0 it is there, 3 it cannot be had: one line on stderr says why.

set -u
export LC_ALL=C
package=linux-source-6.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/foliofuzz
debs=$cache/mutant/source
tmp=

die()
{
	echo "kunit.py: $*" >&2
	exit 3
}

# newest FILE...: the last by version of those that are there.
newest()
{
	local f

	for f in "$@"; do
		[ -f "$f" ] && echo "$f"
	done | sort -V | tail -n 1
}

# The machine's apt, or the private apt root of `foliofuzz kernel get bookworm`.
download()
{
	local root

	for root in "" "$cache/apt/bookworm"; do
		[ -z "$root" ] || [ -f "$root/apt.conf" ] || continue
		(cd "$tmp" && { [ -z "$root" ] || export APT_CONFIG=$root/apt.conf; } &&
		 apt-get -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root \
			download $package >&2) && return
	done
	return 1
}

there=$(newest "$cache"/kunit/*/tools/testing/kunit/kunit.py)
[ -z "$there" ] || { echo "$there"; exit; }

mkdir -p "$cache/kunit" "$debs" || die "cannot make $cache/kunit"
exec 9>"$cache/kunit/lock"
flock 9 || die "cannot lock $cache/kunit/lock"
there=$(newest "$cache"/kunit/*/tools/testing/kunit/kunit.py)
[ -z "$there" ] || { echo "$there"; exit; }

trap '[ -z "$tmp" ] || rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
# Who holds the lock is alone: these are what kill -9 left.
rm -rf "$cache"/kunit/new.*
tmp=$(mktemp -d "$cache/kunit/new.XXXXXX") || die "cannot write to $cache/kunit"

deb=$(newest "$debs/$package"_*.deb)
if [ -z "$deb" ]; then
	download || die "apt-get cannot download $package (no network, or apt-get update is needed)"
	deb=$(newest "$tmp/$package"_*.deb)
	[ -n "$deb" ] || die "apt-get downloaded nothing"
	mv "$deb" "$debs/" || die "cannot write to $debs"
	deb=$debs/${deb##*/}
fi
version=${deb##*/"$package"_}
version=${version%_all.deb}
mkdir "$tmp/tree" || die "cannot write to $tmp"
dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$package.tar.xz" | xz -dc |
	tar -C "$tmp/tree" --strip-components=1 --wildcards -x '*/tools/testing/kunit/*' ||
	die "cannot unpack $deb"
[ -f "$tmp/tree/tools/testing/kunit/kunit.py" ] || die "$deb has no tools/testing/kunit/kunit.py"
mv -T "$tmp/tree" "$cache/kunit/$version" || die "cannot write to $cache/kunit"
echo "$cache/kunit/$version/tools/testing/kunit/kunit.py"
