#!/bin/sh
# Compiles our conformance files, unchanged, into a real kernel and runs them there.
#
# Debian's linux-source, built twice: ARCH=um, an ordinary process; and a minimal x86-64 kernel for
# qemu's software emulation, for device-private memory and drm. docs/kernel-check.md says more.
set -eu

usage()
{
	cat <<'END'
usage: scripts/kernel-check.sh [--uml] [--qemu] [--keep] [--build DIR] [--only PATTERN] [--output FILE]

Builds Linux with the files of tests/face in it, boots it, and writes what each case did to
docs/kernel-check.txt. Needs about 4 GB of disk, fifteen minutes on two cores the first time, no root
but for installing packages.

  --uml           only the kernel that is a process
  --qemu          only the kernel that runs under qemu
  --keep          leave the build folder for the next run, which then takes a minute
  --build DIR     the build folder (build/kernel-check)
  --only PATTERN  only these files, e.g. 'sync/*' or 'migrate/hmm_test.c'; the result goes to the
                  build folder unless --output says otherwise
  --output FILE   where the result goes (docs/kernel-check.txt)

Exit: 0 every case passed or is a known difference; 1 a case failed; 2 wrong use, or something is
missing; 3 the kernel did not build.
END
}

die() { # CODE MESSAGE
	echo "kernel-check.sh: $2" >&2
	exit "$1"
}

root=$(cd "$(dirname "$0")/.." && pwd)
here=$root/scripts/kernel-check
build=$root/build/kernel-check
kernels= keep= only= output=
while [ $# -gt 0 ]; do
	case $1 in
	--uml) kernels="$kernels um" ;;
	--qemu) kernels="$kernels x86_64" ;;
	--keep) keep=y ;;
	--build|--only|--output)
		[ $# -gt 1 ] || die 2 "$1 wants a value, see --help"
		case $1 in
		--build) build=$2 ;;
		--only) only=$2 ;;
		--output) output=$2 ;;
		esac
		shift ;;
	-h|--help) usage; exit 0 ;;
	*) die 2 "unknown option '$1', see --help" ;;
	esac
	shift
done
kernels=${kernels:-um x86_64}
[ "$(uname -m)" = x86_64 ] || die 2 "only on x86-64, this is $(uname -m)"

"$root/scripts/install-deps.sh" --kernel
archive=$(ls /usr/src/linux-source-*.tar.* 2>/dev/null | sort -V | tail -1)
[ -n "$archive" ] || die 2 "no /usr/src/linux-source-*.tar.*: install Debian's linux-source"

mkdir -p "$build" || die 2 "cannot make $build"
build=$(cd "$build" && pwd)
[ -n "$output" ] || output=$([ -n "$only" ] && echo "$build/kernel-check.txt" || echo "$root/docs/kernel-check.txt")
tree=$build/$(basename "$archive" | sed 's/\.tar\..*//')
if [ ! -e "$tree/.unpacked" ]; then
	echo "unpacking $archive"
	tar -C "$build" -xf "$archive" || die 2 "cannot unpack $archive"
	echo 'source "psim-check/Kconfig"' >>"$tree/Kconfig"
	echo 'obj-$(CONFIG_PSIM_CHECK) += psim-check/' >>"$tree/Kbuild"
	touch "$tree/.unpacked"
fi
release=$(make -s -C "$tree" kernelversion)

# The configuration: nothing, and what our files need; made again only when the list changed.
configure() { # KERNEL
	cmp -s "$here/$1.config" "$build/$1/fragment" && return
	make -s -C "$tree" ARCH="$1" O="$build/$1" tinyconfig &&
		(cd "$tree" && scripts/kconfig/merge_config.sh -m -O "$build/$1" "$build/$1/.config" \
			"$here/$1.config") &&
		make -s -C "$tree" ARCH="$1" O="$build/$1" olddefconfig || return 1
	grep '^CONFIG' "$here/$1.config" | while read -r line; do
		grep -qxF "$line" "$build/$1/.config" || die 3 "$1: this kernel has no $line"
	done
	cp "$here/$1.config" "$build/$1/fragment"
}

status=0
for kernel in $kernels; do
	out=$build/$kernel
	log=$out/build.log
	mkdir -p "$out"
	files=$(python3 "$here/layout.py" "$root/tests/face" "$here" "$tree" "$kernel" "${only:-*}")
	[ -n "$files" ] || { echo "$kernel: no file matches '$only'"; continue; }
	configure "$kernel" >"$log" 2>&1 || die 3 "configuring $kernel failed, see $log"
	echo "building Linux $release for $kernel"
	nice make -C "$tree" ARCH="$kernel" O="$out" -j"$(nproc)" >>"$log" 2>&1 ||
		die 3 "building $kernel failed: $(grep -m1 -E 'error|Error' "$log" || true) (all of it: $log)"
	case $kernel in
	um) image=$out/linux ;;
	x86_64) image=$out/arch/x86/boot/bzImage ;;
	esac
	# shellcheck disable=SC2086 # a list of names without blanks
	python3 "$here/run.py" "$root/tests/face" "$here" "$kernel" "$image" "$out/boots.log" \
		"$release $kernel" "$output" $files || status=1
done
echo "result: $output"
if [ -n "$keep" ]; then
	echo "kept: $build"
elif [ $status = 0 ]; then
	rm -rf "$tree" "$build/um" "$build/x86_64"
fi
exit $status
