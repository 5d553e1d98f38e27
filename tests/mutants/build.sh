#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Build the mutant kernel and print where it is:
#
#	tests/mutants/build.sh [--key] [--keep]
#
# Debian's linux-source-6.1, the patches beside this script, the configuration
# beside it. The bzImage is kept in the cache by its content (source version,
# patches, configuration, this script): a second call returns at once.
#
#	--key	print where it would be, build nothing; status 1 if it is not there
#	--keep	keep the build tree (some 3 GB) and print where it is on stderr
#
# The source version is the one in the file "source", or the newest that apt
# knows if that one is gone, or MUTANT_SOURCE=VERSION. JOBS=N: make -jN.
#
# Exit status: 0 built or already there, 2 wrong use, 3 it could not be built.

set -u
export LC_ALL=C
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
export PATH
# Settings of the make that called are not for the kernel's.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES V O CC CFLAGS LDFLAGS ARCH \
	CROSS_COMPILE LOCALVERSION KBUILD_OUTPUT KCFLAGS BUILD

here=$(cd "$(dirname "$0")" && pwd) || exit 3
cache=${XDG_CACHE_HOME:-$HOME/.cache}/foliofuzz
base=$cache/mutant
package=linux-source-6.1
tmp=
make_pid=

say()
{
	echo "mutant kernel: $*" >&2
}

die()
{
	say "$*"
	exit 3
}

clean_up()
{
	rc=$?
	trap - EXIT INT TERM HUP
	[ -z "$make_pid" ] || kill "$make_pid" 2>/dev/null
	[ -z "$tmp" ] || [ -n "$keep" ] || rm -rf "$tmp"
	exit $rc
}

# A row: package|command or header that shows it is there.
needs()
{
	cat <<-TABLE
	gcc|gcc
	make|make
	patch|patch
	xz-utils|xz
	bc|bc
	bison|bison
	flex|flex
	libelf-dev|gelf.h
	libssl-dev|openssl/ssl.h
	dwarves|pahole
	cpio|cpio
	rsync|rsync
	TABLE
}

there()
{
	case $1 in
	*.h)	echo "#include <$1>" | gcc -E -x c - >/dev/null 2>&1 ;;
	*)	command -v "$1" >/dev/null 2>&1 ;;
	esac
}

find_missing()
{
	missing=
	for row in $(needs); do
		there "${row#*|}" || missing="$missing ${row%%|*}"
	done
	missing=${missing# }
}

system_apt()
{
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get \
		-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
		-o Dpkg::Use-Pty=0 -qq "$@" </dev/null >&2
}

install_missing()
{
	find_missing
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null 2>&1 || { [ "$(id -u)" != 0 ] &&
	   ! sudo -n true 2>/dev/null && [ ! -t 0 ]; }; then
		die "missing: $missing; as root: apt-get install --no-install-recommends $missing"
	fi
	say "apt-get install $missing"
	# shellcheck disable=SC2086
	system_apt install -y --no-install-recommends $missing ||
		{ system_apt update &&
		  system_apt install -y --no-install-recommends $missing; }
	hash -r
	find_missing
	[ -z "$missing" ] || die "apt-get did not provide: $missing"
}

# apt_with COMMAND...: this machine's apt, or the private apt root that
# `foliofuzz kernel get bookworm` makes; $apt_root tells which.
apt_with()
{
	if [ -n "$apt_root" ]; then
		APT_CONFIG=$apt_root/apt.conf "$@"
	else
		"$@"
	fi
}

# Set $newest to the newest version that apt knows, $apt_root to who knows it.
ask_apt()
{
	newest=
	for apt_root in "" "$cache/apt/bookworm"; do
		[ -z "$apt_root" ] || [ -f "$apt_root/apt.conf" ] || continue
		newest=$(apt_with apt-cache policy $package 2>/dev/null |
			 sed -n 's/^ *Candidate: *//p')
		[ "$newest" != "(none)" ] || newest=
		[ -z "$newest" ] || return 0
	done
	return 1
}

deb_of()
{
	echo "$base/source/${package}_$1_all.deb"
}

# fetch VERSION: have its package in the cache.
fetch()
{
	deb=$(deb_of "$1")
	[ ! -f "$deb" ] || return 0
	get=$tmp/get
	mkdir -p "$get" "$base/source" || return 1
	say "downloading $package $1 (140 MB)"
	(cd "$get" && apt_with apt-get -qq -o Acquire::Retries=3 \
		-o APT::Sandbox::User=root download "$package=$1") >&2 || return 1
	set -- "$get"/*.deb
	[ -f "$1" ] && mv "$1" "$deb"
}

key_of()
{
	{
		echo "$package $1"
		for f in "$here/config" "$here/build.sh" "$here"/*.patch; do
			basename "$f"
			cat "$f"
		done
	} | sha256sum | cut -c1-16
}

# choose_version: $version and $out; where a built one is, ask nobody.
choose_version()
{
	version=${MUTANT_SOURCE:-$(cat "$here/source")}
	out=$base/$(key_of "$version")/bzImage
	[ ! -f "$out" ] && [ ! -f "$(deb_of "$version")" ] || return 0
	if ! ask_apt; then
		[ -z "$key_only" ] || return 0
		if [ -x "$here/../../build/foliofuzz" ]; then
			say "this machine's apt does not know $package: making a private apt root"
			"$here/../../build/foliofuzz" kernel get bookworm >&2
		else
			system_apt update
		fi
		ask_apt || die "apt knows no $package: 'foliofuzz kernel get bookworm' makes an apt root that does"
	fi
	if apt_with apt-cache madison $package | tr -d ' ' |
	   grep -qF "|$version|"; then
		return 0
	fi
	[ -z "${MUTANT_SOURCE:-}" ] || die "apt has no $package $version; the newest is $newest"
	say "$package $version is no longer there: taking $newest"
	version=$newest
	out=$base/$(key_of "$version")/bzImage
}

unpack()
{
	say "unpacking and patching $package $version"
	dpkg-deb -x "$deb" "$tmp/deb" || die "cannot unpack $deb"
	mkdir "$tmp/linux" || die "cannot write to $tmp"
	tar -C "$tmp/linux" --strip-components=1 -xf \
		"$tmp/deb/usr/src/$package.tar.xz" || die "cannot unpack the source"
	rm -rf "$tmp/deb"
	for p in "$here"/*.patch; do
		patch -d "$tmp/linux" -p1 -s -N --fuzz=0 -i "$p" >&2 ||
			die "$(basename "$p") does not apply to $package $version; it was made for $(cat "$here/source")"
	done
}

# $run: "exec" where it goes to the background, so that its PID is make's.
run=
kernel_make()
{
	$run make -s -C "$tmp/linux" O="$tmp/o" LOCALVERSION= \
		KBUILD_BUILD_TIMESTAMP="$(date -ud @0)" \
		KBUILD_BUILD_USER=foliofuzz KBUILD_BUILD_HOST=localhost "$@"
}

# A symbol that did not take (a missing dependency, a new name) must not pass.
check_config()
{
	grep -E '^(# )?CONFIG_' "$here/config" >"$tmp/wanted"
	bad=0
	while read -r want; do
		sym=${want#\# }
		sym=${sym%%[ =]*}
		case $want in
		"# "*)	grep -q "^$sym=" "$tmp/o/.config" || continue ;;
		*)	grep -qxF "$want" "$tmp/o/.config" && continue ;;
		esac
		say "config: wanted \"$want\", got \"$(grep -E "^(# )?${sym}[ =]" "$tmp/o/.config" || echo "no $sym")\""
		bad=1
	done <"$tmp/wanted"
	[ $bad = 0 ] || die "the configuration did not take: see above"
}

configure()
{
	mkdir "$tmp/o" || die "cannot write to $tmp"
	kernel_make tinyconfig >"$log" 2>&1 || die "make tinyconfig failed: $log"
	cat "$here/config" >>"$tmp/o/.config"
	kernel_make olddefconfig >>"$log" 2>&1 || die "make olddefconfig failed: $log"
	check_config
}

compile()
{
	jobs=${JOBS:-$(nproc 2>/dev/null || echo 2)}
	say "building with $jobs jobs (8 to 11 minutes of two processors); log: $log"
	began=$(date +%s)
	run="exec"
	kernel_make "-j$jobs" bzImage >>"$log" 2>&1 &
	make_pid=$!
	run=
	n=0
	while kill -0 "$make_pid" 2>/dev/null; do
		sleep 1
		n=$((n + 1))
		[ $((n % 60)) = 0 ] && say "$((n / 60)) min: $(find "$tmp/o" -name '*.o' | wc -l) objects"
	done
	wait "$make_pid"
	rc=$?
	make_pid=
	if [ $rc != 0 ]; then
		tail -n 30 "$log" >&2
		keep=1
		die "make bzImage failed (status $rc): $log"
	fi
	say "built in $(($(date +%s) - began)) s"
}

# bzImage comes last: where it is, the others are.
deliver()
{
	dir=$(dirname "$out")
	mkdir -p "$dir" || die "cannot make $dir"
	echo "$package $version" >"$tmp/version"
	cp "$tmp/o/arch/x86/boot/bzImage" "$tmp/bzImage" &&
	cp "$tmp/o/.config" "$tmp/config" &&
	mv "$tmp/version" "$tmp/config" "$dir/" &&
	mv "$tmp/o/System.map" "$dir/" &&
	sync "$tmp/bzImage" &&
	mv "$tmp/bzImage" "$out" && return
	die "cannot write to $dir"
}

key_only=
keep=
for a in "$@"; do
	case $a in
	--key)	key_only=1 ;;
	--keep)	keep=1 ;;
	-h|--help)	sed -n '3,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*)	say "unknown argument '$a'; see --help"; exit 2 ;;
	esac
done
[ "$(uname -m)" = x86_64 ] || die "this machine is not x86-64, and cross-building is not provided for"

apt_root=
choose_version
if [ -f "$out" ] || [ -n "$key_only" ]; then
	echo "$out"
	[ -f "$out" ]
	exit
fi

mkdir -p "$base" || die "cannot make $base"
exec 9>"$base/lock"
flock -n 9 || { say "another build is running: waiting for it"; flock 9; }
if [ -f "$out" ]; then
	echo "$out"
	exit 0
fi

trap clean_up EXIT
trap 'exit 130' INT TERM HUP
install_missing
# Whoever holds the lock is alone: these are what kill -9 left.
rm -rf "$base"/build.*
tmp=$(mktemp -d "$base/build.XXXXXX") || die "cannot write to $base"
log=$tmp/log
fetch "$version" || die "cannot download $package $version: apt-get update may help"
unpack
configure
compile
deliver
[ -z "$keep" ] || say "build tree: $tmp"
echo "$out"
